package spec

import (
	"slices"

	"cosinelab/engine/metrics"
)

// Measured is something that every run has a value of: a metric, or a hit rate.
type Measured struct {
	Metric metrics.Metric // says which way is better; of a hit rate it is zero: more is
	of     func(Run) Measure
}

// MeasuredBy is a metric of metrics.All as runs have it.
func MeasuredBy(m metrics.Metric) Measured {
	return Measured{m, func(r Run) Measure { return r.Of(m.Name) }}
}

// Comparison is a difference between an arm and another, or its own chance level.
type Comparison struct {
	Metric string `json:"metric"`
	Arm    string `json:"arm"`
	Over   string `json:"over,omitempty"` // the other arm; empty = the chance level of each run
	Paired
}

// Standing is how much better than what costs no training the runs of an arm are, in one measure
// (metrics/README.md, section 11.2).
type Standing struct {
	Value, Chance Spread // of the arm's runs; chance at the share of steps that each flags
	// Over are the differences to chance, then to the untrained student and the closed forms that the report
	// has, in its order. None has the chance level of a measure without one, or the arm itself.
	Over []Comparison
	// P is the largest of theirs, since all must be beaten (Berger, Technometrics 1982), 1 where one is not
	// even ahead; undefined where none can be tested. Holm is P corrected for the arms of the report.
	P, Holm metrics.Value
}

// Standings judge an arm each, in the order of the report.
func (r Report) Standings(m Measured) []Standing {
	out := make([]Standing, len(r.Arms))
	var p []metrics.Value
	for i, a := range r.Arms {
		out[i] = r.standing(a, m)
		p = append(p, metrics.Undefined)
		if Controls[a.Arm.Control].Trains { // nothing is claimed of the others
			p[i] = out[i].P
		}
	}
	for i, x := range Holm(p) {
		out[i].Holm = x
	}
	return out
}

// Standing judges one arm in a metric among the arms of the report; it is empty for one that is not there.
func (r Report) Standing(arm, metric string) Standing {
	row, _ := metrics.Find(metric) // of an unknown one, which nothing measures, more is better
	m := MeasuredBy(row)
	m.of = func(run Run) Measure { return run.Of(metric) }
	i := slices.IndexFunc(r.Arms, func(a ArmReport) bool { return a.Arm.Name == arm })
	if i < 0 {
		return Standing{Value: NewSpread(nil), Chance: NewSpread(nil), P: metrics.Undefined,
			Holm: metrics.Undefined}
	}
	return r.Standings(m)[i]
}

func (r Report) standing(a ArmReport, m Measured) Standing {
	var value, chance []metrics.Value
	for _, run := range a.Runs {
		if x := m.of(run); x.Value.Defined() {
			value = append(value, x.Value)
			if x.Chance.Defined() {
				chance = append(chance, x.Chance)
			}
		}
	}
	s := Standing{Value: NewSpread(value), Chance: NewSpread(chance), P: metrics.Undefined,
		Holm: metrics.Undefined}
	level := func(run Run) metrics.Value { return m.of(run).Chance }
	s.Over = append(s.Over, Comparison{m.Metric.Name, a.Arm.Name, "", r.pair(a.Runs, a.Runs, m, level)})
	for _, b := range r.Arms {
		if b.Arm.Free() && b.Arm.Name != a.Arm.Name {
			s.Over = append(s.Over, Comparison{m.Metric.Name, a.Arm.Name, b.Arm.Name,
				r.pair(a.Runs, b.Runs, m, nil)})
		}
	}
	s.Over = slices.DeleteFunc(s.Over, func(c Comparison) bool { return c.N() == 0 })
	for _, c := range s.Over {
		p := c.P
		if c.N() > 1 && !(c.Mean > 0 && p.Defined()) { // behind, or without a spread: no evidence
			p = 1
		}
		if p.Defined() && !(s.P >= p) {
			s.P = p
		}
	}
	return s
}

// Free reports whether the arm is one that a trained one has to beat: a control other than random scores,
// which chance levels stand for.
func (a Arm) Free() bool { return !Controls[a.Control].Trains && a.Control != ControlRandom }

// Doubtful reports whether the arm is not shown to beat chance and every free arm. A single seed has no
// spread: it is doubtful if it does not beat all of them, and proves nothing if it does.
func (s Standing) Doubtful(level float64) bool {
	if s.Holm.Defined() {
		return float64(s.Holm) > 1-level+rounding
	}
	return slices.ContainsFunc(s.Over, func(c Comparison) bool { return !c.Beaten() })
}

// Beaten reports whether the arm is shown to be ahead, by this comparison alone. A single seed shows it by
// being ahead: it proves nothing.
func (c Comparison) Beaten() bool { return c.Mean > 0 && (c.N() == 1 || c.Excludes0()) }

// pair compares what the runs of two arms have, seed by seed; value is what the others have of it, nil = the
// measure itself. Pairs need a run on both sides.
func (r Report) pair(of, others []Run, m Measured, value func(Run) metrics.Value) Paired {
	if value == nil {
		value = func(run Run) metrics.Value { return m.of(run).Value }
	}
	var a, b []metrics.Value
	if r.constant(of) {
		of = of[:min(1, len(of))]
	}
	if r.constant(others) {
		others = others[:min(1, len(others))]
	}
	for _, x := range of {
		for _, y := range others {
			if x.Seed == y.Seed || r.constant(of) || r.constant(others) {
				a, b = append(a, m.of(x).Value), append(b, value(y))
			}
		}
	}
	if m.Metric.Less {
		a, b = b, a
	}
	return NewPaired(a, b, r.Spec.Level())
}

// constant reports whether runs are those of an arm that gives every seed the same: one of them stands beside
// any seed of the others.
func (r Report) constant(runs []Run) bool {
	return slices.ContainsFunc(r.Arms, func(a ArmReport) bool {
		return len(runs) > 0 && a.Arm.Name == runs[0].Arm && Controls[a.Arm.Control].Closed
	})
}

// Gain is how much better one arm is than another in a metric, seed by seed. For all but metrics of which
// less is better it is a difference of values. An arm that the report does not have gains nothing. It stands
// alone: Holm is P.
func (r Report) Gain(arm, over, metric string) Paired {
	row, _ := metrics.Find(metric)
	m := MeasuredBy(row)
	m.of = func(run Run) Measure { return run.Of(metric) }
	p := r.pair(r.runsOf(arm), r.runsOf(over), m, nil)
	p.Holm = p.P
	return p
}

// Gains are the differences of all other arms to the baseline, in the order of the report, corrected for one
// another. That of the verdict was named before the experiment and is the only one it makes a claim of: it
// stands alone.
func (r Report) Gains(m Measured) []Comparison {
	arm, base := r.Spec.Examined(), r.Spec.Baseline()
	if base == "" {
		return nil
	}
	var out []Comparison
	for _, a := range r.Arms {
		if a.Arm.Name != base {
			out = append(out, Comparison{m.Metric.Name, a.Arm.Name, base,
				r.pair(a.Runs, r.runsOf(base), m, nil)})
		}
	}
	var together []*Paired
	for i := range out {
		if out[i].Arm == arm && m.Metric.Name == r.Spec.JudgedBy().Name {
			out[i].Holm = out[i].P
			continue
		}
		together = append(together, &out[i].Paired)
	}
	Correct(together)
	return out
}

// Compare lists the comparisons that a report carries: of every metric the gains over the baseline, of the
// one that the verdict is about also how arms stand against what costs no training.
func (r Report) Compare() (all []Comparison) {
	for _, s := range r.Summary().Metrics {
		m := MeasuredBy(s.Metric)
		all = append(all, r.Gains(m)...)
		if s.Metric.Name == r.Spec.JudgedBy().Name {
			for i, a := range r.Arms {
				if Controls[a.Arm.Control].Trains {
					all = append(all, r.Standings(m)[i].Over...)
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(c Comparison) bool { return c.N() == 0 })
}
