package metrics

import (
	"math"
	"slices"

	"cosinelab/datasets/steps"
)

// PATEOptions are the parameters of PATE. They are shown with the result.
type PATEOptions struct {
	Early int  // points before a true segment in which flags count partly
	Late  int  // points behind it
	All   bool // every distinct score is a threshold, instead of 250 quantiles as in the authors' program
}

// PATE is the area under precision and recall with buffers before and after true segments, in which flags
// count partly, averaged over buffers of no and of full length on each side (Ghorbani et al., KDD 2024;
// metrics/README.md, section 7.2). Undefined without anomalies. A constant score gets more than one half, and
// few distinct scores get too much. O(n log n + 250 positives), with All O(n log n + n m + the sum of the
// squared lengths of true segments).
func (e *Evaluation) PATE(o PATEOptions) Value {
	if e.Positives == 0 {
		return Undefined
	}
	p, sum := newPATE(e, o.All), 0.0
	for _, b := range o.grid() {
		sum += p.area(b.Early, b.Late)
	}
	return unit(sum / 4)
}

// PATEPair is PATE with one pair of buffers instead of four.
func (e *Evaluation) PATEPair(o PATEOptions) Value {
	if e.Positives == 0 {
		return Undefined
	}
	return unit(newPATE(e, o.All).area(max(o.Early, 0), max(o.Late, 0)))
}

// PATEF1 is the harmonic mean of precision and recall of the alarms with buffers, averaged over the same four
// pairs as PATE. Undefined without anomalies, 0 without flags.
func (a *Alarms) PATEF1(o PATEOptions) Value {
	mean := Value(0)
	for _, b := range o.grid() {
		mean += a.PATERates(b).F1 / 4
	}
	return mean
}

// PATERates are precision and recall of the alarms with one pair of buffers.
func (a *Alarms) PATERates(o PATEOptions) Rates {
	e := a.Evaluation
	if e.Positives == 0 {
		return undefinedRates
	}
	p := &pate{e: e, first: make([]int32, e.N()), levels: 1}
	for x := range p.first {
		p.first[x] = 1 // never
	}
	for _, q := range a.Segments {
		clear(p.first[q.From:q.To])
	}
	p.count()
	tp := p.truePositives(max(o.Early, 0), max(o.Late, 0))[0]
	return a.harmonic(ratio(tp, p.flagged[0]), ratio(tp, tp+p.missed[0]))
}

// grid are the four pairs of buffers.
func (o PATEOptions) grid() [4]PATEOptions {
	early, late := max(o.Early, 0), max(o.Late, 0)
	return [4]PATEOptions{{}, {Late: late}, {Early: early}, {Early: early, Late: late}}
}

// pateThresholds picks 250 quantiles of the distinct scores that matter, from the highest down: the first,
// the last, and each whose own points or whose next lower points hold an anomalous one. They may repeat.
func (e *Evaluation) pateThresholds() []float64 {
	var kept []float64
	var before, held level
	for l := range e.levels() {
		if held.flagged > 0 && (before.flagged == 0 || held.tp > before.tp || l.tp > held.tp) {
			kept = append(kept, held.score)
		}
		before, held = held, l
	}
	kept = append(kept, held.score)
	levels := make([]float64, thresholds)
	for k := range levels {
		// in whole numbers: a quotient in floating point can slip past a score
		at := (len(kept) - 1) * k
		j, rest := at/(thresholds-1), at%(thresholds-1)
		levels[k] = kept[j]
		if rest > 0 {
			levels[k] = kept[j+1] + (kept[j]-kept[j+1])*float64(thresholds-1-rest)/float64(thresholds-1)
		}
	}
	return levels
}

// pate is what every pair of buffers shares.
type pate struct {
	e       *Evaluation
	levels  int
	first   []int32   // [n] place of the first threshold that flags the point; levels = none does
	found   []int32   // by true segment: the least first in it
	flagged []float64 // points flagged at each threshold
	missed  []float64 // weights of unflagged anomalous points at each threshold
}

// newPATE puts each point at the first threshold that flags it.
func newPATE(e *Evaluation, all bool) *pate {
	var levels []float64
	if all {
		for l := range e.levels() {
			levels = append(levels, l.score)
		}
	} else {
		levels = e.pateThresholds()
	}
	p := &pate{e: e, levels: len(levels), first: make([]int32, e.N())}
	k := 0
	for _, r := range e.ranking() {
		for k < len(levels) && r.score < levels[k] {
			k++
		}
		p.first[r.point] = int32(k)
	}
	p.count()
	return p
}

// count fills in what does not depend on buffers.
func (p *pate) count() {
	p.flagged = make([]float64, p.levels)
	for _, k := range p.first {
		if int(k) < p.levels {
			p.flagged[k]++
		}
	}
	running(p.flagged)
	p.found, p.missed = make([]int32, len(p.e.Segments)), make([]float64, p.levels)
	for i, s := range p.e.Segments {
		p.found[i] = int32(p.levels)
		for _, k := range p.first[s.From:s.To] {
			p.found[i] = min(p.found[i], k)
		}
		p.miss(s, int(p.found[i]))
	}
}

// running turns counts at each threshold into counts up to each threshold.
func running(counts []float64) {
	for k := 1; k < len(counts); k++ {
		counts[k] += counts[k-1]
	}
}

// miss adds the weights of the unflagged points of a true segment that is found at a threshold: they change
// at thresholds that flag one of its points only.
func (p *pate) miss(s steps.Range, found int) {
	first := p.first[s.From:s.To]
	for k := range found {
		p.missed[k] += float64(s.Len())
	}
	changes := slices.Clone(first)
	slices.Sort(changes)
	changes = slices.Compact(changes)
	for i, from := range changes {
		to, weight := p.levels, missedWeight(first, from)
		if i+1 < len(changes) {
			to = int(changes[i+1])
		}
		for k := int(from); k < to; k++ {
			p.missed[k] += weight
		}
	}
}

// missedWeight is 1 for unflagged points up to one behind the first run of flags, and falls from there: what
// comes late in a segment that was found in time is missed less.
func missedWeight(first []int32, k int32) float64 {
	from := 0
	for from < len(first) && first[from] > k {
		from++
	}
	to := from
	for to < len(first) && first[to] <= k {
		to++
	}
	run, length := float64(to-from), float64(len(first))
	sum := 0.0
	for x, f := range first {
		switch {
		case f <= k:
		case float64(x) <= run:
			sum++
		default:
			sum += math.Max(0, 1-(run+1)*(float64(x)-run/2)/(length*(length-1)/2))
		}
	}
	return sum
}

// area is that under precision and recall, by trapezoids from precision 1 at recall 0. A point whose recall
// is below the last one's is left out.
func (p *pate) area(early, late int) float64 {
	area, recall, precision := 0.0, 0.0, 1.0
	for k, tp := range p.truePositives(early, late) {
		r, pr := ratio(tp, tp+p.missed[k]), ratio(tp, p.flagged[k])
		if r < recall-same {
			continue
		}
		area += (r - recall) * (pr + precision) / 2
		recall, precision = r, pr
	}
	return area
}

// truePositives are the weights of flagged points at each threshold. Those in a segment or in the late zone
// behind it count from the threshold that flags them, those in the early zone not before one in their segment
// is flagged.
func (p *pate) truePositives(early, late int) []float64 {
	tp := make([]float64, p.levels)
	at := func(k int32, weight float64) {
		if int(k) < p.levels {
			tp[k] += weight
		}
	}
	behind := 0 // end of the late zone of the segment before
	for i, s := range p.e.Segments {
		middle := float64(s.From+s.To-1) / 2
		from := max(s.From-early, behind, p.e.spans[i].From)
		for x := from; x < s.From; x++ {
			at(max(p.first[x], p.found[i]), float64(x-from)/(middle-float64(from)))
		}
		for x := s.From; x < s.To; x++ {
			at(p.first[x], 1)
		}
		next, _ := p.e.next(i)
		behind = min(s.To+late, next)
		for x := s.To; x < behind; x++ {
			at(p.first[x], float64(behind-1-x)/(float64(behind-1)-middle))
		}
	}
	running(tp)
	return tp
}
