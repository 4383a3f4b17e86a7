package metrics

import "math"

// Volume is an area or a volume under the ROC and the precision-recall curve with buffers around true
// segments.
type Volume struct {
	ROC Value `json:"roc"` // undefined without anomalous or without normal points
	PR  Value `json:"pr"`  // undefined without anomalous points
	// Covered is the share of normal points within the (widest) buffer; undefined without normal points.
	// Above one half both values tend to 1 whatever the score is.
	Covered Value `json:"covered"`
}

// ownVUS is VUS at the window of the parameters, computed once for the metrics that are parts of it.
func (e *Evaluation) ownVUS() Volume {
	return e.shared.vus.get(func() Volume { return e.VUS(e.Parameters.Window.Points) })
}

// ownRangeAUC is RangeAUC at the window of the parameters, computed once.
func (e *Evaluation) ownRangeAUC() Volume {
	return e.shared.rauc.get(func() Volume { return e.RangeAUC(e.Parameters.Window.Points) })
}

// RangeAUC is R-AUC with one buffer of window/2 points on each side of every true segment, at 250 thresholds
// (Paparrizos et al., PVLDB 2022; RangeAUC of the authors' program). It is not the slice of VUS at that
// window. A negative window counts as 0. O(n log n + m window).
func (e *Evaluation) RangeAUC(window int) Volume {
	window = max(window, 0)
	b := newBuffers(e)
	if b == nil {
		return Volume{Undefined, Undefined, Undefined}
	}
	b.widen(window / 2)
	soft := 0.0
	b.softLabels(window, func(_ int, l float64) { soft += l })
	curve := b.curve(window, 1, func(float64) float64 { return float64(e.Positives) + soft/2 })
	return b.volume(window, curve.roc(), curve.trapezoidPR())
}

// VUS is the volume under the surface over all windows 0 ... widest, at 250 thresholds (Paparrizos et al.,
// PVLDB 2022; the definition that the authors' program calls opt). A negative widest counts as 0. O(n log n +
// widest (m widest + 250)), at most O(n log n + n widest).
func (e *Evaluation) VUS(widest int) Volume {
	widest = max(widest, 0)
	b := newBuffers(e)
	if b == nil {
		return Volume{Undefined, Undefined, Undefined}
	}
	roc, pr := 0.0, 0.0
	// Windows grow, so that buffers only widen, and every point around a segment is seen once.
	for window := 0; window <= widest; window++ {
		b.widen(window / 2)
		curve := b.curve(window, 0, func(soft float64) float64 { return float64(e.Positives) + soft/2 })
		roc += curve.roc()
		pr += curve.stepPR()
	}
	windows := float64(widest + 1)
	return b.volume(widest, roc/windows, pr/windows)
}

// Covered is the share of normal points within the buffers of the window of the parameters; undefined without
// anomalous or without normal points. Above one half, what has buffers tends to 1 whatever the score is.
func (e *Evaluation) Covered() Value {
	if e.Positives == 0 {
		return Undefined
	}
	return e.ownRangeAUC().Covered
}

// thresholds is the number of thresholds along a curve, as the authors' program has it (metrics/README.md,
// section 7). A place among them fits a byte.
const thresholds = 250

// buffers holds what every window shares: at which of the 250 thresholds, from the highest down, a point is
// flagged first.
type buffers struct {
	e       *Evaluation
	first   []uint8             // [n] place of the first threshold that flags the point
	flagged [thresholds]float64 // points flagged at each threshold
	hits    [thresholds]float64 // anomalous points flagged at each threshold
	reach   int                 // points on each side of a segment that its buffer has at most
	found   []uint8             // by true segment: the least first within reach
}

// newBuffers puts each point at the first threshold that flags it, in one walk down the ranking. It returns
// nil if there are no anomalous points.
func newBuffers(e *Evaluation) *buffers {
	if e.Positives == 0 {
		return nil
	}
	b := &buffers{e: e, first: make([]uint8, e.N()), found: make([]uint8, len(e.Segments))}
	levels, k := thresholdScores(e.ranking()), 0
	for _, r := range e.ranking() {
		for r.score < levels[k] {
			k++
		}
		b.first[r.point] = uint8(k)
		b.flagged[k]++
		b.hits[k] += float64(e.Labels[r.point])
	}
	accumulate(&b.flagged)
	accumulate(&b.hits)
	for i, s := range e.Segments {
		// The last threshold is the lowest score: it flags every point.
		b.found[i] = thresholds - 1
		for x := s.From; x < s.To; x++ {
			b.see(i, x)
		}
	}
	return b
}

// thresholdScores picks the thresholds at equal steps down the ranking; they may repeat.
func thresholdScores(order []ranked) [thresholds]float64 {
	var scores [thresholds]float64
	step := float64(len(order)-1) / (thresholds - 1)
	for k := range thresholds - 1 {
		// in floating point: integers round differently for some n
		scores[k] = order[int(float64(k)*step)].score
	}
	scores[thresholds-1] = order[len(order)-1].score
	return scores
}

// accumulate turns counts at each threshold into counts up to each threshold.
func accumulate(counts *[thresholds]float64) {
	for k := 1; k < thresholds; k++ {
		counts[k] += counts[k-1]
	}
}

// see notes that point x, if there is one, lies within reach of segment i.
func (b *buffers) see(i, x int) {
	if span := b.e.spans[i]; x >= span.From && x < span.To {
		b.found[i] = min(b.found[i], b.first[x])
	}
}

// widen lets buffers reach further; each step adds a point at both ends of each segment. They never shrink:
// see only lowers what was found.
func (b *buffers) widen(reach int) {
	reach = min(reach, b.e.N()) // beyond the series nothing is left to see
	for ; b.reach < reach; b.reach++ {
		b.e.beat(len(b.e.Segments))
		for i, s := range b.e.Segments {
			b.see(i, s.From-b.reach-1)
			b.see(i, s.To+b.reach)
		}
	}
}

// softLabels visits the normal points within window/2 of a true segment, with their label min(1, sum of
// sqrt(1 - distance/window) over the segments in reach). One such term is at least sqrt(1/2), so that two
// make 1 and only the two nearest segments on each side matter.
func (b *buffers) softLabels(window int, visit func(point int, label float64)) {
	slopes := make([]float64, min(window/2, b.e.N())+1) // by distance, from 1
	for d := 1; d < len(slopes); d++ {
		slopes[d] = math.Sqrt(1 - float64(d)/float64(window))
	}
	give := func(g gap) {
		b.e.beat(1 + min(g.to-g.from, 2*len(slopes)))
		g.softLabels(slopes, visit)
	}
	for i := range b.e.Segments {
		give(b.gapBefore(i))
		if _, more := b.e.next(i); !more {
			give(b.gapBehind(i))
		}
	}
}

// gap is the normal points between two true segments, or beyond the outermost one, and where the segments
// around it begin and end. far stands for a segment that does not exist.
type gap struct {
	from, to  int // normal points
	left      int // last point of the segment on the left
	leftNext  int // last point of the one before it
	right     int // first point of the segment on the right
	rightNext int // first point of the one after it
}

// far is beyond every series, and small enough for a window to be added to it.
const far = math.MaxInt / 4

// gapBefore returns the normal points before true segment i in its series.
func (b *buffers) gapBefore(i int) gap {
	own := b.e.Segments[i]
	g := gap{to: own.From, left: -far, leftNext: -far, right: own.From, rightNext: far}
	var there bool
	if g.from, there = b.e.before(i); there {
		g.left = g.from - 1
		if to, there := b.e.before(i - 1); there {
			g.leftNext = to - 1
		}
	}
	if from, there := b.e.next(i); there {
		g.rightNext = from
	}
	return g
}

// gapBehind returns the normal points behind true segment i, the last one of its series.
func (b *buffers) gapBehind(i int) gap {
	g := gap{from: b.e.Segments[i].To, to: b.e.spans[i].To, left: b.e.Segments[i].To - 1, leftNext: -far, right: far,
		rightNext: far}
	if to, there := b.e.before(i); there {
		g.leftNext = to - 1
	}
	return g
}

// softLabels visits the points in reach of the segment on the left, then the others in reach of that on the
// right.
func (g gap) softLabels(slopes []float64, visit func(point int, label float64)) {
	reach, x := len(slopes)-1, g.from
	for ; x < min(g.to, g.left+reach+1); x++ {
		l := slopes[x-g.left]
		if x <= g.leftNext+reach || x >= g.right-reach {
			l = 1
		}
		visit(x, l)
	}
	for x = max(x, g.right-reach); x < g.to; x++ {
		l := slopes[g.right-x]
		if x >= g.rightNext-reach {
			l = 1
		}
		visit(x, l)
	}
}

// curve is TPR, FPR and precision at each threshold.
type curve struct {
	tpr, fpr, precision [thresholds]float64
}

// curve measures one window at all thresholds. positives gives the number of positives from the sum of soft
// labels over flagged normal points. Buffers of neighbouring segments form one zone if they share a point or
// leave less than apart points between them.
func (b *buffers) curve(window, apart int, positives func(soft float64) float64) *curve {
	var soft [thresholds]float64
	b.softLabels(window, func(x int, l float64) { soft[b.first[x]] += l })
	accumulate(&soft)
	existence := b.existence(window/2, apart)
	c := new(curve)
	for k := range thresholds {
		p := positives(soft[k])
		tp := b.hits[k] + soft[k]
		c.tpr[k] = math.Min(tp/p, 1) * existence[k]
		c.fpr[k] = (b.flagged[k] - tp) / (float64(b.e.N()) - p)
		c.precision[k] = tp / b.flagged[k]
	}
	return c
}

// existence is the share of zones that contain a flag, at each threshold: each zone counts from the first
// threshold that flags one of its points.
func (b *buffers) existence(reach, apart int) [thresholds]float64 {
	var found [thresholds]float64
	zones, least := 0.0, b.found[0]
	for i, s := range b.e.Segments {
		least = min(least, b.found[i])
		if from, there := b.e.next(i); there && s.To-1+reach+apart >= from-reach {
			continue // the next segment is in the same zone
		}
		found[least]++
		zones++
		least = thresholds - 1
	}
	accumulate(&found)
	for k := range found {
		found[k] /= zones
	}
	return found
}

// roc is the area under the polygon through (0, 0), the thresholds and (1, 1).
func (c *curve) roc() float64 {
	sum, fpr, tpr := 0.0, 0.0, 0.0
	for k := range thresholds {
		sum += (c.fpr[k] - fpr) * (c.tpr[k] + tpr) / 2
		fpr, tpr = c.fpr[k], c.tpr[k]
	}
	return sum + (1-fpr)*(1+tpr)/2
}

// stepPR sums precision over the gains in TPR.
func (c *curve) stepPR() float64 {
	sum, tpr := 0.0, 0.0
	for k := range thresholds {
		sum += (c.tpr[k] - tpr) * c.precision[k]
		tpr = c.tpr[k]
	}
	return sum
}

// trapezoidPR is the area under the polygon through (0, 1) and the thresholds.
func (c *curve) trapezoidPR() float64 {
	sum, tpr, precision := 0.0, 0.0, 1.0
	for k := range thresholds {
		sum += (c.tpr[k] - tpr) * (c.precision[k] + precision) / 2
		tpr, precision = c.tpr[k], c.precision[k]
	}
	return sum
}

// volume completes the two areas by what qualifies them: how far the buffers of the window reach over normal
// points.
func (b *buffers) volume(window int, roc, pr float64) Volume {
	v := Volume{ROC: Undefined, PR: unit(pr), Covered: Undefined}
	if b.e.Negatives() == 0 {
		return v
	}
	covered := 0
	b.softLabels(window, func(int, float64) { covered++ })
	v.ROC, v.Covered = unit(roc), Value(float64(covered)/float64(b.e.Negatives()))
	return v
}
