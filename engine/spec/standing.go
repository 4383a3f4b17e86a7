package spec

import (
	"math"

	"cosinelab/engine/metrics"
)

// Standing is how far the runs of an arm lie above what costs nothing, in one metric.
type Standing struct {
	Value, Chance Spread // of the arm's runs; chance at the share of steps that each flags
	OverChance    Spread // value minus chance, seed by seed
	OverUntrained Spread // value minus that of the untrained student, seed by seed; only seeds that both have
}

// Standing compares the runs of an arm with chance and with the untrained arm, if the report has one.
func (r Report) Standing(arm, metric string) Standing {
	return r.standing(arm, func(run Run) Measure { return run.Of(metric) })
}

func (r Report) standing(arm string, measure func(Run) Measure) Standing {
	var value, chance, overChance, overUntrained []metrics.Value
	for _, run := range r.runsOf(arm) {
		m := measure(run)
		if !m.Value.Defined() {
			continue
		}
		value = append(value, m.Value)
		if m.Chance.Defined() {
			chance = append(chance, m.Chance)
			overChance = append(overChance, m.Value-m.Chance)
		}
		for _, u := range r.untrained() {
			if x := measure(u).Value; u.Seed == run.Seed && x.Defined() {
				overUntrained = append(overUntrained, m.Value-x)
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

// Doubtful reports whether the arm fails to beat chance, or the untrained student where there is one, by more than the
// spread over seeds. A single seed has no spread: it is doubtful if it does not beat both, and proves nothing if it does.
func (s Standing) Doubtful() bool { return s.OverChance.notAbove() || s.OverUntrained.notAbove() }

// notAbove reports whether a difference is known and not larger than its spread, if it has one.
func (s Spread) notAbove() bool { return s.Mean <= 0 || s.Mean <= s.SD }

// Within reports whether a difference, in either direction, is not larger than its spread.
func (s Spread) Within() bool { return s.SD.Defined() && math.Abs(float64(s.Mean)) <= float64(s.SD) }

// Gain is the value of a metric of one arm minus that of another, seed by seed; only seeds that both finished.
func (r Report) Gain(arm, over, metric string) Spread {
	var gains []metrics.Value
	for _, a := range r.runsOf(arm) {
		for _, b := range r.runsOf(over) {
			x, y := a.Of(metric).Value, b.Of(metric).Value
			if a.Seed == b.Seed && x.Defined() && y.Defined() {
				gains = append(gains, x-y)
			}
		}
	}
	return NewSpread(gains)
}
