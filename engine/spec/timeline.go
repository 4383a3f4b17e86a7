package spec

import "math"

// Timeline is when the steps of a series were measured, in few numbers: between two knots steps are evenly apart,
// so that a regular series needs two, and one with gaps two more a gap.
type Timeline struct {
	Clock bool    `json:"clock"`          // At is in nanoseconds since 1970; else it is Unit times a count
	Unit  float64 `json:"unit,omitempty"` // as well
	Knots []Knot  `json:"knots"`
	Rough bool    `json:"rough,omitempty"` // steps are not quite evenly apart between knots: there were too many
	Every int     `json:"every,omitempty"` // knots of a rough one are at least so many steps apart
	steps int     // so far
}

// Knot is a step with its time.
type Knot struct {
	Step int   `json:"step"`
	At   int64 `json:"at"`
}

// mostKnots bounds a timeline.
const mostKnots = 2048

// Add takes the time of the next step; ok = it has one.
func (t *Timeline) Add(at int64, ok bool) {
	step := t.steps
	t.steps++
	if !ok {
		return
	}
	k := t.Knots
	if n := len(k); n >= 2 && (straight(k[n-2], k[n-1], step, at) || t.Rough && step-k[n-2].Step < t.Every) {
		k[n-1] = Knot{step, at} // goes on
		return
	}
	if t.Knots = append(k, Knot{step, at}); len(t.Knots) > mostKnots {
		t.thin()
	}
}

// straight reports whether a step lies on the line through two knots.
func straight(a, b Knot, step int, at int64) bool {
	span, rise := int64(b.Step-a.Step), b.At-a.At
	by := int64(step - b.Step)
	return rise%span == 0 && at-b.At == rise/span*by
}

// thin drops every other knot, the first and the last aside.
func (t *Timeline) thin() {
	last := t.Knots[len(t.Knots)-1]
	kept := t.Knots[:1]
	for i := 2; i < len(t.Knots)-1; i += 2 {
		kept = append(kept, t.Knots[i])
	}
	t.Knots, t.Rough = append(kept, last), true
	t.Every = max(2*t.Every, t.steps/mostKnots, 2)
}

// At is when a step was measured, in the units of Knot; ok = anybody knows. Beyond the ends it goes on as there.
func (t *Timeline) At(step int) (at int64, ok bool) {
	if t == nil || len(t.Knots) == 0 {
		return 0, false
	}
	k := t.Knots
	if len(k) == 1 {
		return k[0].At, step == k[0].Step
	}
	i, j := 0, len(k)-1
	for j-i > 1 { // the knots around the step
		if m := (i + j) / 2; k[m].Step <= step {
			i = m
		} else {
			j = m
		}
	}
	share := float64(step-k[i].Step) / float64(k[j].Step-k[i].Step)
	rise := float64(k[j].At - k[i].At)
	return k[i].At + int64(math.Round(share*rise)), true
}

// Days is how long so many steps took, the last one included; ok = a clock has measured them.
func (t *Timeline) Days(steps int) (days float64, ok bool) {
	if t == nil || !t.Clock || steps < 2 || len(t.Knots) < 2 {
		return 0, false
	}
	first, _ := t.At(0)
	last, _ := t.At(steps - 1)
	const day = 24 * 3600 * 1e9
	days = float64(last-first) / day * float64(steps) / float64(steps-1)
	return days, days > 0
}

// Check reports whether knots are in order.
func (t *Timeline) Check() bool {
	if t == nil {
		return true
	}
	for i, k := range t.Knots {
		if k.Step < 0 || i > 0 && k.Step <= t.Knots[i-1].Step {
			return false
		}
	}
	return len(t.Knots) <= mostKnots && len(t.Knots) > 0 && (t.Clock || t.Unit > 0)
}

// Outside is a channel that left the range of the training part.
type Outside struct {
	Channel int     `json:"channel"`
	Steps   int     `json:"steps"`        // with a value outside
	First   int     `json:"first"`        // of them
	At      string  `json:"at,omitempty"` // time of that one
	Value   float64 `json:"value"`        // the farthest of all
}
