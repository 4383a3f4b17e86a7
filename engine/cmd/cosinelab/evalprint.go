package main

import (
	"fmt"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// evaluation prints what eval found, every metric beside its chance level.
func (p printer) evaluation(v evaluation) {
	if v.Unscored > 0 {
		p.line("cli-eval-points-unscored", v.Points, v.Positive, v.Segments, v.Unscored, v.Treatment)
	} else {
		p.line("cli-eval-points", v.Points, v.Positive, v.Segments)
	}
	switch {
	case v.Policy == "":
		p.line("cli-eval-no-positives")
	case v.Threshold.Defined():
		p.line("cli-eval-flagged", v.Flagged, float64(v.Threshold), v.Policy, sawKeys[v.Saw])
	default:
		p.line("cli-eval-flagged-moving", v.Flagged, v.Policy, sawKeys[v.Saw])
	}
	if v.Tail != nil {
		p.tail(*v.Tail)
	}
	in := func(g metrics.Group) func(metrics.Metric) bool {
		return func(m metrics.Metric) bool { return m.Group == g }
	}
	honest := in(metrics.Honest)
	p.section(v, p.w.Say("cli-of-ranking"), func(m metrics.Metric) bool {
		return honest(m) && !m.NeedsThreshold()
	})
	p.section(v, p.atThreshold(v), func(m metrics.Metric) bool { return honest(m) && m.NeedsThreshold() })
	p.section(v, p.w.Say("cli-warned"), in(metrics.Warned))
	p.warnings(v.measured)
	if v.Covered > 0.5 { // false where it is undefined
		p.line("cli-eval-covered", v.Parameters.Window.String(), p.w.Fixed(100*float64(v.Covered), 0))
	}
	for _, d := range v.OverData {
		m, _ := metrics.Find(d.Name)
		p.line("cli-bootstrap", m.Short, p.points(d.Low), p.points(d.High), d.Draws, d.Block)
	}
	p.section(v, p.w.Say("cli-flattering"), in(metrics.Flattering))
}

// atThreshold does not let a threshold that was chosen with the labels pass for an honest one.
func (p printer) atThreshold(v evaluation) string {
	if v.Saw == spec.SawLabels {
		return p.w.Say("cli-at-threshold-labels")
	}
	return p.w.Say("cli-at-threshold")
}

// section prints the metrics of one kind, if there are any, in their units, with their parameters.
func (p printer) section(v evaluation, title string, of func(metrics.Metric) bool) {
	t := p.grid("", p.w.Say("cli-value"), p.w.Say("chance"), p.w.Say("constant"), "").right(2, 3, 4)
	for i, m := range v.measured {
		if x := v.Metrics[i]; of(m) {
			t.row(p.metric(m), p.in(m.Unit, x.Value), p.in(m.Unit, x.Chance.Mean), p.constant(m, x.Constant),
				setting(m, v.Parameters))
		}
	}
	if t.lines > 0 {
		fmt.Fprintf(p.out, "\n%s\n", title)
		t.print()
	}
}
