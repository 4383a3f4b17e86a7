package spec

import (
	"math"

	"cosinelab/engine/metrics"
)

// Standing is how much better than what costs nothing the runs of an arm are, in one metric
// (metrics/README.md, section 11).
type Standing struct {
	Value, Chance Spread // of the arm's runs; chance at the share of steps that each flags
	OverChance    Spread // how much better than chance, seed by seed
	// OverUntrained is how much better than the untrained student, seed by seed; only seeds that both have.
	OverUntrained Spread
}

// Standing compares the runs of an arm with chance and with the untrained arm, if the report has one.
func (r Report) Standing(arm, metric string) Standing {
	row, _ := metrics.Find(metric) // of an unknown one, which nothing measures, more is better
	return r.standing(arm, row, func(run Run) Measure { return run.Of(metric) })
}

// standing takes differences seed by seed before it averages: what a seed does to both sides drops out. row
// says which way is better. Runs in which the measure is undefined are left out.
func (r Report) standing(arm string, row metrics.Metric, measure func(Run) Measure) Standing {
	var value, chance, overChance, overUntrained []metrics.Value
	for _, run := range r.runsOf(arm) {
		m := measure(run)
		if !m.Value.Defined() {
			continue
		}
		value = append(value, m.Value)
		if m.Chance.Defined() {
			chance = append(chance, m.Chance)
			overChance = append(overChance, row.Over(m.Value, m.Chance))
		}
		for _, u := range r.untrained() {
			if x := measure(u).Value; u.Seed == run.Seed && x.Defined() {
				overUntrained = append(overUntrained, row.Over(m.Value, x))
			}
		}
	}
	return Standing{NewSpread(value), NewSpread(chance), NewSpread(overChance), NewSpread(overUntrained)}
}

func (r Report) untrained() (runs []Run) {
	for _, a := range r.Arms {
		if a.Arm.Control == ControlUntrained {
			runs = append(runs, a.Runs...)
		}
	}
	return runs
}

// Doubtful reports whether the arm fails to beat chance, or the untrained student where there is one, by more
// than the spread over seeds. A single seed has no spread: it is doubtful if it does not beat both, and
// proves nothing if it does.
func (s Standing) Doubtful() bool { return s.OverChance.notAbove() || s.OverUntrained.notAbove() }

// notAbove reports whether a difference is known and not larger than its spread, if it has one. Comparisons
// with an undefined value are false.
func (s Spread) notAbove() bool { return s.Mean <= 0 || s.Mean <= s.SD }

// Within reports whether a difference, in either direction, is not larger than its spread. Without a spread
// it is false.
func (s Spread) Within() bool { return s.SD.Defined() && math.Abs(float64(s.Mean)) <= float64(s.SD) }

// paired reports whether two runs are compared: those of one seed, and any with the one run of an arm that no
// seed changes.
func (r Report) paired(a, b Run) bool {
	return a.Seed == b.Seed || r.constant(a.Arm) || r.constant(b.Arm)
}

// constant reports whether an arm gives every seed the same.
func (r Report) constant(arm string) bool {
	for _, a := range r.Arms {
		if a.Arm.Name == arm {
			return Controls[a.Arm.Control].Closed
		}
	}
	return false
}

// Gain is how much better one arm is than another in a metric, seed by seed; only seeds that both finished.
// For all but metrics of which less is better it is a difference of values. An arm that the report does not
// have gains nothing.
func (r Report) Gain(arm, over, metric string) Spread {
	var gains []metrics.Value
	row, _ := metrics.Find(metric)
	for _, a := range r.runsOf(arm) {
		for _, b := range r.runsOf(over) {
			x, y := a.Of(metric).Value, b.Of(metric).Value
			if r.paired(a, b) && x.Defined() && y.Defined() {
				gains = append(gains, row.Over(x, y))
			}
		}
	}
	return NewSpread(gains)
}
