package main

import (
	"fmt"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// series prints the headline metric of every arm on each series, if there are several, with chance and what
// the threshold was chosen for.
func (p printer) series(r spec.Report) {
	if len(r.Data.Series) == 0 {
		return
	}
	m := r.Spec.JudgedBy()
	p.blank()
	p.line("cli-series-title", m.Short, len(r.Data.Series))
	headings := []string{p.w.Say("cli-series"), p.w.Say("cli-scored"), p.w.Say("cli-anomalous"), p.w.Say("chance")}
	for _, a := range r.Arms {
		headings = append(headings, a.Arm.Name)
	}
	t := p.grid(headings...).right(2, 3, 4)
	for i, s := range r.Data.Series {
		row := []string{s.Name, fmt.Sprint(s.Scored.Len()), fmt.Sprint(s.Anomalous), p.in(m.Unit, chanceIn(r, i, m.Name))}
		for _, a := range r.Arms {
			var values []metrics.Value
			for _, run := range a.Runs {
				if run.Series != nil {
					values = append(values, run.Series[i].Of(m.Name).Value)
				}
			}
			row = append(row, p.spread(m.Unit, spec.NewSpread(values)))
		}
		t.row(row...)
	}
	t.print()
	key := words.Key("cli-series-one-threshold")
	if d := r.Spec.Detect; d.EachSeries {
		key = "cli-series-own-thresholds"
	} else if spec.Policies[d.Threshold.Policy].Moves {
		key = "cli-series-moving-thresholds"
	}
	p.line(key)
	p.blank()
}

// chanceIn is the mean chance level of a metric on series i, over the trained runs.
func chanceIn(r spec.Report, i int, metric string) metrics.Value {
	var chance []metrics.Value
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Series != nil && spec.Controls[a.Arm.Control].Trains {
				chance = append(chance, run.Series[i].Of(metric).Chance)
			}
		}
	}
	return spec.NewSpread(chance).Mean
}

// alarm prints the steps of an alarm with its causes; of several series those of its own, with its name.
func (p printer) alarm(d spec.DataSummary, at steps.Range, causes string) {
	if s := d.SeriesAt(at.From); s != nil {
		p.line("cli-alarm-in", s.Name, at.From-s.Scored.From, at.To-1-s.Scored.From, causes)
		return
	}
	p.line("cli-alarm", placeOf(d, at.From), placeOf(d, at.To-1), causes)
}
