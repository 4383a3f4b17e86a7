package metrics

import (
	"cmp"
	"slices"

	"cosinelab/datasets/steps"
)

// BestRates are the rates at the threshold of the largest F1, chosen with the test labels: an upper bound,
// not a result.
type BestRates struct {
	Rates
	// an observed score, to be used with >=; undefined without anomalies
	ThresholdGE Value `json:"threshold_ge"`
	Threshold   Value `json:"threshold"` // the same flags with the strict comparison of At
}

// same is how close two values of a sweep count as equal: they are sums of fractions, whose rounding must not
// decide (metrics/README.md, section 1).
const same = 1e-12

// sweepPoint is what the points with at least a score, flagged, are worth.
type sweepPoint struct{ score, precision, recall float64 }

// bestOf picks the largest F1 of a sweep; of equal ones, that with the highest threshold.
func (e *Evaluation) bestOf(sweep []sweepPoint) BestRates {
	largest, found := 0.0, sweepPoint{}
	for _, p := range sweep {
		largest = max(largest, float64(harmonicRates(p.precision, p.recall).F1))
	}
	b := BestRates{ThresholdGE: Undefined, Threshold: Undefined}
	for _, p := range sweep {
		if f1 := float64(harmonicRates(p.precision, p.recall).F1); f1 < largest-same || largest == 0 {
			continue
		}
		if !b.ThresholdGE.Defined() || p.score > found.score {
			found, b.ThresholdGE = p, Value(p.score)
		}
	}
	b.Rates = harmonicRates(found.precision, found.recall)
	b.NoPositives = e.Positives == 0
	if b.ThresholdGE.Defined() {
		b.Threshold = Value(e.strict(found.score))
	}
	return b
}

// BestComposite is the largest F1 of Composite over all thresholds; of equal ones, that with the highest
// threshold. O(n log n): a segment is hit from its highest score on.
func (e *Evaluation) BestComposite() BestRates {
	var sweep []sweepPoint
	hit := make([]bool, len(e.Segments))
	order, owner, hits, next := e.ranking(), e.owners(), 0, 0
	for l := range e.levels() {
		for ; next < l.flagged; next++ {
			if i := owner[order[next].point]; i >= 0 && !hit[i] {
				hit[i] = true
				hits++
			}
		}
		sweep = append(sweep, sweepPoint{l.score, float64(l.tp) / float64(l.flagged),
			ratio(float64(hits), float64(len(e.Segments)))})
	}
	return e.bestOf(sweep)
}

// owners says for each point which true segment it belongs to; -1 for none.
func (e *Evaluation) owners() []int32 {
	owner := make([]int32, e.N())
	for i := range owner {
		owner[i] = -1
	}
	for i, s := range e.Segments {
		for x := s.From; x < s.To; x++ {
			owner[x] = int32(i)
		}
	}
	return owner
}

// BestRange is the largest F1 of RangeBased over all thresholds, with the usual cardinality and biases; of
// equal ones, that with the highest threshold. O(n log n).
func (e *Evaluation) BestRange(alpha float64) BestRates { return e.bestOf(e.rangeSweep(alpha)) }

// RangePRArea is the area under range-based precision against range-based recall over all thresholds, with
// the usual cardinality and biases, by trapezoids (metrics/README.md, section 5.2). A constant score gets
// more than one half. Undefined without anomalies. O(n log n).
func (e *Evaluation) RangePRArea(alpha float64) Value {
	if e.Positives == 0 {
		return Undefined
	}
	// The lowest score flags everything: the end of the curve, at recall 1, stands for it.
	curve := e.rangeSweep(alpha)
	curve = curve[:len(curve)-1]
	slices.SortFunc(curve, func(a, b sweepPoint) int {
		e.beat(1)
		return cmp.Compare(b.recall, a.recall)
	})
	for from := 0; from < len(curve); { // of equal recalls the lowest precision comes first
		to := from
		for to < len(curve) && curve[to].recall >= curve[from].recall-same {
			to++
		}
		slices.SortFunc(curve[from:to], func(a, b sweepPoint) int {
			e.beat(1)
			return cmp.Compare(a.precision, b.precision)
		})
		from = to
	}
	everything := sweepPoint{recall: 1, precision: float64(e.Positives) / float64(e.N())}
	curve = slices.Concat([]sweepPoint{everything}, curve, []sweepPoint{{recall: 0, precision: 1}})
	area := 0.0
	for i, p := range curve[1:] {
		area += (curve[i].recall - p.recall) * (curve[i].precision + p.precision) / 2
	}
	return unit(area)
}

// rangeSweep is RangeBased, reciprocal and flat, at every distinct score from the highest down. Flagging a
// point changes the run that it becomes a part of, its neighbours, and its true segment: everything else
// stays.
func (e *Evaluation) rangeSweep(alpha float64) []sweepPoint {
	r := newRunSweep(e, alpha)
	var sweep []sweepPoint
	order, next := e.ranking(), 0
	for l := range e.levels() {
		for ; next < l.flagged; next++ {
			e.beat(5)
			r.flag(order[next].point)
		}
		sweep = append(sweep, sweepPoint{l.score, ratio(r.precision.value(), float64(r.runs)),
			ratio(r.recall.value(), float64(len(e.Segments)))})
	}
	return sweep
}

// runSweep is predicted segments that grow as points are flagged one by one.
type runSweep struct {
	e     *Evaluation
	alpha float64
	owner []int32 // of a point: its true segment, or -1
	// Of the points before each place: how many are anomalous, and of the true segments how many have begun
	// there and how many have ended.
	positives, begun, ended []int32
	begins                  []bool  // of a point: whether it is the first of its series
	other                   []int32 // of a run's first or last point: its last or first; -1 = not flagged

	pieces, flags     []int32     // by true segment: predicted segments in it, and flagged points
	runs              int         // predicted segments
	precision, recall compensated // sums of scores over predicted and over true segments
}

func newRunSweep(e *Evaluation, alpha float64) *runSweep {
	n, m := e.N(), len(e.Segments)
	r := &runSweep{e: e, alpha: alpha, owner: e.owners(), positives: make([]int32, n+1),
		begun: make([]int32, n+1), ended: make([]int32, n+1), other: make([]int32, n),
		begins: make([]bool, n+1), pieces: make([]int32, m), flags: make([]int32, m)}
	for _, b := range e.Borders {
		r.begins[b] = true
	}
	for x := range n {
		r.other[x] = -1
		r.positives[x+1] = r.positives[x] + int32(e.Labels[x])
	}
	for _, s := range e.Segments {
		if s.From+1 <= n {
			r.begun[s.From+1]++
		}
		r.ended[s.To]++
	}
	for x := range n {
		r.begun[x+1] += r.begun[x]
		r.ended[x+1] += r.ended[x]
	}
	return r
}

// flag adds a point, which joins the runs that end before it and begin behind it.
func (r *runSweep) flag(x int) {
	from, to := x, x+1
	before := x > 0 && r.other[x-1] >= 0 && !r.begins[x]
	after := to < len(r.other) && r.other[to] >= 0 && !r.begins[to]
	if before {
		from = int(r.other[x-1])
		r.precision.add(-r.run(steps.Range{From: from, To: x}))
		r.runs--
	}
	if after {
		to = int(r.other[x+1]) + 1
		r.precision.add(-r.run(steps.Range{From: x + 1, To: to}))
		r.runs--
	}
	r.other[x] = 0 // within a run, flagged is all that is asked of a point
	r.other[from], r.other[to-1] = int32(to-1), int32(from)
	r.precision.add(r.run(steps.Range{From: from, To: to}))
	r.runs++
	i := r.owner[x]
	if i < 0 {
		return
	}
	r.recall.add(-r.segment(i))
	r.flags[i]++
	r.pieces[i]++
	if before && r.owner[x-1] == i {
		r.pieces[i]--
	}
	if after && r.owner[x+1] == i {
		r.pieces[i]--
	}
	r.recall.add(r.segment(i))
}

// run is the score of a predicted segment.
func (r *runSweep) run(q steps.Range) float64 {
	met := r.begun[q.To] - r.ended[q.From]
	if met == 0 {
		return 0
	}
	return float64(r.positives[q.To]-r.positives[q.From]) / float64(q.Len()) / float64(met)
}

// segment is the score of a true segment.
func (r *runSweep) segment(i int32) float64 {
	if r.pieces[i] == 0 {
		return 0
	}
	share := float64(r.flags[i]) / float64(r.e.Segments[i].Len()) / float64(r.pieces[i])
	return r.alpha + (1-r.alpha)*share
}

// compensated is a sum that keeps what rounding takes from it, so that terms which are taken out again leave
// nothing behind.
type compensated struct{ sum, lost float64 }

// add is exact in sum + lost, by Knuth's two-sum, up to the rounding of lost.
func (c *compensated) add(x float64) {
	sum := c.sum + x
	part := sum - c.sum
	c.lost += (c.sum - (sum - part)) + (x - part)
	c.sum = sum
}

func (c *compensated) value() float64 { return c.sum + c.lost }
