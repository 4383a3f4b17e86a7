package spec

import (
	"cosinelab/engine/metrics"
)

// EpochPoint is an arm after an epoch, over its seeds.
type EpochPoint struct {
	Epoch int
	// Value has the interval of the mean over seeds as if it were a difference to 0.
	Value Paired
	// Gain is how much better the arm is than another after the same epoch, seed by seed; it has no pairs for
	// that arm itself.
	Gain Paired
	// Seconds are those of the student's training up to here, Teacher those of its teacher before, means over
	// seeds.
	Seconds, Teacher float64
}

// ByEpoch is what an arm reaches in a metric after each of its epochs, and gains over another, where
// Spec.Evaluate had it measured: nil elsewhere. It ends with the epoch that all seeds have: a mean over ever
// fewer seeds would jump where one stops early.
func (r Report) ByEpoch(arm, over string, m metrics.Metric) (points []EpochPoint) {
	runs := withTest(r.runsOf(arm))
	others := r.runsOf(over)
	teacher := r.teacherSeconds(arm)
	for e := range shortest(runs) {
		p := EpochPoint{Epoch: e + 1, Teacher: teacher}
		var value, gained, reached []metrics.Value
		for _, run := range runs {
			x := run.after(e, m)
			value = append(value, x)
			for _, o := range others {
				if (o.Seed == run.Seed || r.constant(others)) && arm != over {
					gained, reached = append(gained, x), append(reached, o.after(e, m))
				}
			}
			for _, done := range run.Epochs[:e+1] {
				p.Seconds += done.Seconds / float64(len(runs))
			}
		}
		if m.Less {
			gained, reached = reached, gained
		}
		p.Value = NewPaired(value, make([]metrics.Value, len(value)), r.Spec.Level())
		p.Gain = NewPaired(gained, reached, r.Spec.Level())
		points = append(points, p)
	}
	return points
}

// ReachedBy is what an arm reaches in a metric after so many epochs, over its seeds.
func (r Report) ReachedBy(arm string, epochs int, m metrics.Metric) Spread {
	var values []metrics.Value
	for _, run := range r.runsOf(arm) {
		if x := run.after(epochs-1, m); x.Defined() {
			values = append(values, x)
		}
	}
	return NewSpread(values)
}

// after is a metric of the run after its epoch e, from 0. A run without epochs, for which nothing is trained,
// has its value from the beginning; one that stopped before has none.
func (r Run) after(e int, m metrics.Metric) metrics.Value {
	switch {
	case len(r.Epochs) == 0:
		return r.Of(m.Name).Value
	case e >= len(r.Epochs):
		return metrics.Undefined
	}
	return Run{Metrics: r.Epochs[e].Test}.Of(m.Name).Value
}

// withTest keeps the runs whose epochs were scored.
func withTest(runs []Run) (kept []Run) {
	for _, r := range runs {
		if len(r.Epochs) > 0 && len(r.Epochs[0].Test) > 0 {
			kept = append(kept, r)
		}
	}
	return kept
}

// shortest is the number of epochs that all runs have; 0 without any.
func shortest(runs []Run) int {
	n := 0
	for i, r := range runs {
		if i == 0 || len(r.Epochs) < n {
			n = len(r.Epochs)
		}
	}
	return n
}

// teacherSeconds is the mean time that the teachers of an arm took to train; 0 for one that needs none.
func (r Report) teacherSeconds(arm string) float64 {
	sum := 0.0
	for _, a := range r.Arms {
		if a.Arm.Name != arm || !r.Spec.NeedsTeacher(a.Arm) {
			continue
		}
		for _, t := range r.Teachers {
			sum += t.Seconds / float64(len(r.Teachers))
		}
	}
	return sum
}

// LooksByEpoch reports whether any arm was scored after its epochs.
func (r Report) LooksByEpoch() bool {
	for _, a := range r.Arms {
		if len(withTest(a.Runs)) > 0 {
			return true
		}
	}
	return false
}
