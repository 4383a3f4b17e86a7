package metrics

import "math"

// BestAffiliation is the largest F1 of Affiliation over all thresholds; of equal ones, that with the highest
// threshold. Flags without information get about 0.67. Undefined without anomalies. O(n log n).
func (e *Evaluation) BestAffiliation() BestRates {
	if len(e.Segments) == 0 {
		return BestRates{Rates: Rates{Precision: Undefined, Recall: Undefined, F1: Undefined,
			NoPositives: true}, ThresholdGE: Undefined, Threshold: Undefined}
	}
	s := newAffiliationSweep(e)
	var sweep []sweepPoint
	order := e.ranking()
	for last := len(order) - 1; last >= 0; { // from the lowest score up: points are taken away
		score := order[last].score
		if s.defined > 0 { // flags in a series without anomalies are in no zone
			sweep = append(sweep, sweepPoint{score, s.precision.value() / float64(s.defined),
				s.recall.value() / float64(len(e.Segments))})
		}
		for ; last >= 0 && order[last].score == score; last-- {
			e.beat(10)
			s.remove(order[last].point)
		}
	}
	return e.bestOf(sweep)
}

// affiliationSweep is the zones of all true segments while points lose their flags one by one.
type affiliationSweep struct {
	zones             []zoneSweep
	last              []int32     // of a point: the last zone that it reaches into
	precision, recall compensated // sums over zones
	defined           int         // zones with a flag
}

// zoneSweep is the flagged points of a zone as a list in the order of time. The first and the last point may
// reach into neighbouring zones: each zone has its own part of them.
type zoneSweep struct {
	zone
	from int // first point
	// [points+2] the flagged neighbours of the places 1 ... points; 0 and points+1 end the list
	before, after              []int32
	flagged                    int
	length, precision, covered compensated // flagged time, integral of precision's value, of recall's
}

// newAffiliationSweep begins with everything flagged.
func newAffiliationSweep(e *Evaluation) *affiliationSweep {
	s := &affiliationSweep{zones: make([]zoneSweep, len(e.Segments)), last: make([]int32, e.N()),
		defined: len(e.Segments)}
	for i := range s.zones {
		z := &s.zones[i]
		e.beat(1)
		z.zone = newZone(e, i)
		z.from = int(math.Floor(z.all.from))
		z.flagged = int(math.Ceil(z.all.to)) - z.from
		z.before, z.after = make([]int32, z.flagged+2), make([]int32, z.flagged+2)
		for k := range z.flagged {
			e.beat(5)
			z.before[k+1], z.after[k+1] = int32(k), int32(k+2)
			s.last[z.from+k] = int32(i)
			z.weigh(k+1, 1)
		}
		z.covered.add(z.event.length())
		s.add(z, 1)
	}
	return s
}

// add puts a zone's precision and recall into the sums, or takes them out.
func (s *affiliationSweep) add(z *zoneSweep, sign float64) {
	if z.flagged > 0 {
		s.precision.add(sign * z.precision.value() / z.length.value())
		s.recall.add(sign * z.covered.value() / z.event.length())
	}
}

// remove takes the flag of a point away, in each zone that it reaches into.
func (s *affiliationSweep) remove(x int) {
	for i := int(s.last[x]); i >= 0; i-- {
		z := &s.zones[i]
		if float64(x+1) <= z.all.from || float64(x) >= z.all.to {
			return
		}
		s.add(z, -1)
		z.remove(x - z.from + 1)
		if z.flagged == 0 {
			s.defined--
		}
		s.add(z, 1)
	}
}

// piece is the part of the point at place k, from 1, that lies in the zone.
func (z *zoneSweep) piece(k int) interval {
	x := float64(z.from + k - 1)
	return interval{x, x + 1}.clip(z.all)
}

// weigh adds a point's part of the integral of precision, or takes it out.
func (z *zoneSweep) weigh(k int, sign float64) {
	p := z.piece(k)
	z.length.add(sign * p.length())
	value := math.Max(0, p.clip(z.event).length()) + z.outside(z.event.from-p.to, z.event.from-p.from) +
		z.outside(p.from-z.event.to, p.to-z.event.to)
	z.precision.add(sign * value)
}

// remove takes the point at place k out of the list: what was covered, and the times nearest to it, go to its
// neighbours.
func (z *zoneSweep) remove(k int) {
	l, r := int(z.before[k]), int(z.after[k])
	z.weigh(k, -1)
	z.covered.add(-z.between(l, k))
	z.covered.add(-math.Max(0, z.piece(k).clip(z.event).length()))
	z.covered.add(-z.between(k, r))
	z.after[l], z.before[r] = int32(r), int32(l)
	z.flagged--
	z.covered.add(z.between(l, r))
}

// between is the integral of recall's value over the times of the event between two neighbours of the list.
func (z *zoneSweep) between(l, r int) float64 {
	ends := len(z.before) - 1
	gap := z.event
	if l > 0 {
		gap.from = math.Max(gap.from, z.piece(l).to)
	}
	if r < ends {
		gap.to = math.Min(gap.to, z.piece(r).from)
	}
	switch {
	case gap.length() <= 0 || l == 0 && r == ends:
		return 0
	case l == 0:
		return z.missed(gap, z.piece(r).from)
	case r == ends:
		return z.missed(gap, z.piece(l).to)
	}
	from, to := z.piece(l).to, z.piece(r).from
	middle := (from + to) / 2
	return z.missed(interval{gap.from, math.Min(gap.to, middle)}, from) +
		z.missed(interval{math.Max(gap.from, middle), gap.to}, to)
}
