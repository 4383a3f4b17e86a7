package main

import (
	"context"
	"fmt"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/baseline"
	"cosinelab/engine/metrics"
)

// controls are what scores without information get on a set, in every metric, as -json prints them.
type controls struct {
	Set        string             `json:"set"`
	Points     int                `json:"n_points"`
	Segments   int                `json:"n_segments"`
	Rate       float64            `json:"flag_rate"` // of all but the constant and the labels
	Parameters metrics.Parameters `json:"parameters"`
	Scores     []controlScore     `json:"scores"`
}

type controlScore struct {
	Name    string          `json:"name"`
	Values  []metrics.Value `json:"values"` // in the order of metrics.All
	useless bool            // it knows nothing of the labels or the series
	title   words.Key
}

// signalNorm is the control that looks at the series.
const signalNorm = "norm"

// controlsOf measures the uninformative scores, and the signal norm, on the test part of a set.
func controlsOf(ctx context.Context, set *datasets.Set) (controls, error) {
	if set.Labels == nil {
		return controls{}, fault.New("cli-controls-no-labels", table.Visible(set.Name))
	}
	c := controls{Set: set.Name, Points: len(set.Labels), Segments: len(metrics.Segments(set.Labels, set.Borders()...)),
		Rate: metrics.UselessRate, Parameters: metrics.Defaults}
	norm := metrics.Useless{Name: signalNorm, Scores: func([]uint8) []float64 { return normOf(set) }}
	for _, u := range append(metrics.UselessScores[:len(metrics.UselessScores):len(metrics.UselessScores)],
		norm) {
		values, err := u.Measure(ctx, metrics.All, set.Labels, set.Borders(), c.Parameters)
		if err != nil {
			return c, fault.New("in-place", table.Visible(set.Name), err)
		}
		c.Scores = append(c.Scores, controlScore{Name: u.Name, Values: values,
			useless: !u.Knows && u.Name != signalNorm, title: words.Key(u.WordKey())})
	}
	return c, nil
}

// normOf is the mean square of the scaled channels at each step of the test part: an untrained model that
// reconstructs nothing has this score.
func normOf(set *datasets.Set) []float64 {
	scaled := datasets.Standard(set.Train).Apply(set.Test)
	values := make([]float64, len(scaled.Values))
	for i, x := range scaled.Values {
		values[i] = float64(x)
	}
	x := baseline.Series{Values: values, Rows: scaled.Rows, Channels: scaled.Channels}
	return baseline.Scores(baseline.Norm(x), x.Channels)
}

func (a *app) controls(ctx context.Context, set *datasets.Set, asJSON bool) error {
	c, err := controlsOf(ctx, set)
	if err != nil {
		return err
	}
	if asJSON {
		return printer{a.out, a.w}.json(c)
	}
	printer{a.out, a.w}.controls(set, c)
	return nil
}

// controls prints one row a metric and one column a score. Where a score without information reaches what the
// signal norm gets, the metric is marked.
func (p printer) controls(set *datasets.Set, c controls) {
	fmt.Fprintf(p.out, "%s (%s)\n", p.w.TitleOf(set.Name, set.Title), table.Visible(set.Name))
	p.line("cli-controls", c.Points, c.Segments, 100*c.Rate)
	marked := false
	for _, g := range metrics.Groups {
		headings, right := []string{""}, []int{}
		for i, s := range c.Scores {
			headings, right = append(headings, p.w.Say(s.title)), append(right, i+2)
		}
		t := p.grid(append(headings, "")...).right(right...)
		for i, m := range metrics.All {
			if m.Group != g {
				continue
			}
			row := []string{p.metric(m)}
			for _, s := range c.Scores {
				text := p.in(m.Unit, s.Values[i])
				if s.useless && c.reaches(m, i, s) {
					text += " " + mark
					marked = true
				}
				row = append(row, text)
			}
			t.row(append(row, setting(m, c.Parameters))...)
		}
		p.blank()
		fmt.Fprintln(p.out, p.w.Say(groupTitles[g]))
		t.print()
	}
	if marked {
		p.blank()
		p.line("cli-controls-marked", mark)
	}
}

// reaches reports whether a score gets at least what the signal norm, the last of the scores, gets in row i of
// All.
func (c controls) reaches(m metrics.Metric, i int, s controlScore) bool {
	norm := c.Scores[len(c.Scores)-1].Values[i]
	return m.Over(s.Values[i], norm) >= 0 // false where one is undefined
}
