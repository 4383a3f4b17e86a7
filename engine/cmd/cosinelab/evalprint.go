package main

import (
	"fmt"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
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
	case v.each:
		p.line("cli-eval-flagged-each", v.Flagged, v.Policy, sawKeys[v.Saw])
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
	if i := slices.IndexFunc(v.Metrics, func(m evalMeasure) bool { return m.Name == "auroc" }); i >= 0 &&
		v.Metrics[i].Value < inverted {
		p.line("cli-eval-inverted")
	}
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

// inverted is an AUROC below which scores say how normal a point is.
const inverted = 0.35

// atThreshold does not let a threshold that was chosen with the labels pass for an honest one.
func (p printer) atThreshold(v evaluation) string {
	switch v.Saw {
	case spec.SawLabels:
		return p.w.Say("cli-at-threshold-labels")
	case spec.SawTest:
		return p.w.Say("cli-at-threshold-test")
	}
	return p.w.Say("cli-at-threshold")
}

// section prints the metrics of one kind, if there are any, in their units, with their parameters.
func (p printer) section(v evaluation, title string, of func(metrics.Metric) bool) {
	t := p.grid("", p.w.Say("cli-value"), p.w.Say("chance"), p.w.Say("constant"), "").right(2, 3, 4)
	for i, m := range v.measured {
		if x := v.Metrics[i]; of(m) {
			t.row(p.metric(m), p.valueOf(m, x), p.in(m.Unit, x.Chance.Mean), p.constant(m, x.Constant),
				setting(m, v.Parameters))
		}
	}
	if t.lines > 0 {
		fmt.Fprintf(p.out, "\n%s\n", title)
		t.print()
	}
}

// inBuffers stands behind values of metrics whose buffers cover more than half of the normal points.
const inBuffers = " °"

// valueOf writes a value, marked where it tends to 1 whatever the score is.
func (p printer) valueOf(m metrics.Metric, x evalMeasure) string {
	text := p.in(m.Unit, x.Value)
	if x.InBuffers {
		text += inBuffers
	}
	return text
}

// shownMetrics are the metrics that several scores, or several series, are compared by unless others are named.
var shownMetrics = []string{"average_precision", "auroc", "vus_pr", "f1", "range_f1", "affiliation_f1", "pa_f1"}

// shownOf finds the metrics of a list; all = every one.
func shownOf(list string) (rows []metrics.Metric, err error) {
	if list == "all" {
		return metrics.All, nil
	}
	for _, name := range splitNames(list) {
		m, ok := metrics.Find(name)
		if !ok {
			var names fault.Choices
			for _, m := range metrics.All {
				names = append(names, m.Name)
			}
			return nil, usage("cli-flag-value", "-metrics", name, names)
		}
		rows = append(rows, m)
	}
	return rows, nil
}

// measureOf is a metric among measures; undefined where it is none.
func measureOf(all []evalMeasure, name string) evalMeasure {
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	return evalMeasure{Value: metrics.Undefined, Chance: metrics.Chance{Mean: metrics.Undefined}}
}

// evaluations prints several scores of the same points, a row each, beside what chance gets.
func (p printer) evaluations(all []evaluation, list string) {
	v := all[0]
	p.line("cli-eval-points", v.Points, v.Positive, v.Segments)
	if v.Policy == "" {
		p.line("cli-eval-no-positives")
	} else {
		p.line("cli-eval-policy", v.Policy, sawKeys[v.Saw])
	}
	rows, _ := shownOf(list)
	head := []string{p.w.Say("cli-score"), p.w.Say("cli-threshold-value"), p.w.Say("cli-flagged-count")}
	chance := []string{p.w.Say("chance"), "", ""}
	marked := false
	for _, m := range rows {
		head = append(head, m.Short)
		chance = append(chance, p.in(m.Unit, measureOf(v.Metrics, m.Name).Chance.Mean))
	}
	p.blank()
	t := p.grid(head...)
	for _, v := range all {
		row := []string{table.Visible(v.Name), p.threshold(v.Threshold, v.Policy), fmt.Sprint(v.Flagged)}
		for _, m := range rows {
			x := measureOf(v.Metrics, m.Name)
			row, marked = append(row, p.valueOf(m, x)), marked || x.InBuffers
		}
		t.row(row...)
	}
	t.row(chance...)
	t.print()
	p.line("cli-eval-chance-of", table.Visible(v.Name))
	if marked {
		p.line("cli-eval-covered", v.Parameters.Window.String(), p.w.Fixed(100*float64(v.Covered), 0))
	}
}

// threshold writes one, or that it moves; nothing where there is none.
func (p printer) threshold(x metrics.Value, policy string) string {
	switch {
	case policy == "":
		return ""
	case x.Defined():
		return digits(float64(x), 4)
	}
	return p.w.Say("cli-moving")
}

// eachSeries prints every score on each of several series.
func (p printer) eachSeries(all []evaluation, list string) {
	if all[0].Series == nil {
		return
	}
	rows, _ := shownOf(list)
	for _, v := range all {
		p.blank()
		p.line("cli-eval-series", table.Visible(v.Name), len(v.Series))
		head := []string{p.w.Say("cli-series"), p.w.Say("cli-points"), p.w.Say("cli-anomalous"),
			p.w.Say("cli-threshold-value"), p.w.Say("cli-flagged-count")}
		for _, m := range rows {
			head = append(head, m.Short)
		}
		t := p.grid(head...)
		for _, s := range v.Series {
			row := []string{table.Visible(s.Name), fmt.Sprint(s.Points), fmt.Sprint(s.Positive),
				p.threshold(s.Threshold, v.Policy), fmt.Sprint(s.Flagged)}
			for _, m := range rows {
				x := measureOf(s.Metrics, m.Name)
				row = append(row, p.valueOf(m, x)+" ("+p.in(m.Unit, x.Chance.Mean)+")")
			}
			t.row(row...)
		}
		t.print()
	}
	key := words.Key("cli-eval-one-threshold")
	if all[0].each {
		key = "cli-eval-own-thresholds"
	}
	p.line(key)
}
