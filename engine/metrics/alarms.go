package metrics

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// Alarms are the flagged points of an Evaluation, before any adjustment. Like it they are for reading only,
// and safe for concurrent use.
type Alarms struct {
	Evaluation *Evaluation
	Segments   []steps.Range // predicted segments: runs of flags, in order
	Flagged    int           // flagged points
	Hits       int           // true segments with at least one flag
	FalseRuns  int           // predicted segments that touch no true segment

	caught []caught // one a true segment
}

// caught is what the flags found of one true segment.
type caught struct {
	flags int // flagged points in the segment
	delay int // points from its start to its first flag, if it has one
}

// At flags the scores above the threshold: strictly, so that a score equal to it is not flagged. O(n).
func (e *Evaluation) At(threshold float64) *Alarms {
	return e.alarms(runs(e.N(), e.Borders, func(i int) bool { return e.Scores[i] > threshold }))
}

// Flag takes the flags [n] of a rule that has no single threshold, such as a streaming one. It fails if there
// are more or fewer of them than points.
func (e *Evaluation) Flag(flags []bool) (*Alarms, error) {
	if len(flags) != e.N() {
		return nil, fault.New("metrics-flags", len(flags), e.N())
	}
	return e.alarms(runs(len(flags), e.Borders, func(i int) bool { return flags[i] })), nil
}

// Raise takes alarms as they are: ranges of points in order, none of which overlaps the next. It fails if one lies
// elsewhere.
func (e *Evaluation) Raise(alarms []steps.Range) (*Alarms, error) {
	before := 0
	for i, a := range alarms {
		if a.From < before || a.To <= a.From || a.To > e.N() {
			return nil, fault.New("metrics-alarms", i+1, a.From, a.To, e.N())
		}
		before = a.To
	}
	return e.alarms(alarms), nil
}

// alarms counts once what every metric of flags is made of: it needs predicted segments in order.
func (e *Evaluation) alarms(predicted []steps.Range) *Alarms {
	a := &Alarms{Evaluation: e, Segments: predicted, caught: make([]caught, len(e.Segments))}
	for _, q := range predicted {
		a.Flagged += q.Len()
	}
	touched := make([]bool, len(predicted))
	overlaps(e.Segments, predicted, func(t, q int, both steps.Range) {
		c := &a.caught[t]
		if c.flags == 0 {
			c.delay = both.From - e.Segments[t].From
			a.Hits++
		}
		c.flags += both.Len()
		touched[q] = true
	})
	for _, is := range touched {
		if !is {
			a.FalseRuns++
		}
	}
	return a
}

// overlaps visits every pair of overlapping segments of two ordered lists, with what they share, in order. Of
// the two at hand, the one that ends first can meet nothing more, and is left behind: O(as + bs).
func overlaps(as, bs []steps.Range, visit func(a, b int, both steps.Range)) {
	for a, b := 0, 0; a < len(as) && b < len(bs); {
		both := steps.Range{From: max(as[a].From, bs[b].From), To: min(as[a].To, bs[b].To)}
		if both.From < both.To {
			visit(a, b, both)
		}
		if as[a].To < bs[b].To {
			a++
		} else {
			b++
		}
	}
}

// Rate is the share of flagged points: the probability at which the chance levels of these alarms are taken.
func (a *Alarms) Rate() float64 { return float64(a.Flagged) / float64(a.Evaluation.N()) }

// truePositives counts the flagged anomalous points.
func (a *Alarms) truePositives() int {
	tp := 0
	for _, c := range a.caught {
		tp += c.flags
	}
	return tp
}

// falsePositives counts the flagged normal points.
func (a *Alarms) falsePositives() int { return a.Flagged - a.truePositives() }

// confusion completes the counts around tp true positives; adjustment never changes flags outside true
// segments.
func (a *Alarms) confusion(tp int) Confusion {
	fp := a.falsePositives()
	return newConfusion(tp, fp, a.Evaluation.Positives-tp, a.Evaluation.Negatives()-fp)
}
