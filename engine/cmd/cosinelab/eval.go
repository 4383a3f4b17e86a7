package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
)

// evaluation is what eval found, as -json prints it.
type evaluation struct {
	Points    int              `json:"n_points"`
	Positive  int              `json:"n_positive"`
	Segments  int              `json:"n_segments"`
	Threshold *float64         `json:"threshold,omitempty"` // without one there are only metrics of the ranking
	Saw       string           `json:"saw,omitempty"`
	Flagged   int              `json:"n_flagged"`
	Unscored  int              `json:"n_unscored,omitempty"`
	Policy    string           `json:"unscored_policy,omitempty"`
	Metrics   []evalMeasure    `json:"metrics"`
	measured  []metrics.Metric // the row of each of Metrics
}

type evalMeasure struct {
	Name   string         `json:"name"`
	Value  metrics.Value  `json:"value"`
	Chance metrics.Chance `json:"chance"`
}

// evalOptions are the flags of the eval command.
type evalOptions struct {
	scores, labels, column, unscored string
	threshold                        string
	json                             bool
}

func (a *app) eval(ctx context.Context, args []string) error {
	var o evalOptions
	f := a.flags("eval")
	f.StringVar(&o.scores, "scores", "", "CSV `file` with one score a line, higher is more anomalous; - for standard input")
	f.StringVar(&o.labels, "labels", "", "CSV `file` with one label a line, 1 = anomalous")
	f.StringVar(&o.column, "column", "", "the scores' `column`, by name; needed if there are several")
	f.StringVar(&o.threshold, "threshold", "best_f1", "flag scores above this number; best_f1 takes the best one, which uses the labels")
	f.StringVar(&o.unscored, "unscored", "refuse", "what to do with empty or NaN scores: refuse, exclude or lowest")
	f.BoolVar(&o.json, "json", false, "print JSON")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0 || o.scores == "" || o.labels == "":
		return fmt.Errorf("%w: eval takes -scores and -labels", errUsage)
	}
	e, err := a.evaluationOf(o)
	if err != nil {
		return err
	}
	found, err := measure(ctx, e, o)
	if err != nil {
		return err
	}
	if o.json {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(found)
	}
	return found.print(a.out)
}

// evaluationOf reads scores and labels.
func (a *app) evaluationOf(o evalOptions) (*metrics.Evaluation, error) {
	policy, err := unscoredPolicy(o.unscored)
	if err != nil {
		return nil, err
	}
	scores, err := a.readColumn(o.scores, o.column)
	if err != nil {
		return nil, err
	}
	labels, err := a.readLabels(o.labels, "")
	if err != nil {
		return nil, err
	}
	if len(scores.values) != len(labels) {
		return nil, fmt.Errorf("%s has %d scores, %s has %d labels, want as many", o.scores, len(scores.values), o.labels, len(labels))
	}
	e, err := metrics.NewEvaluation(scores.values, labels, policy)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.scores, err)
	}
	return e, nil
}

func unscoredPolicy(name string) (metrics.Unscored, error) {
	for _, u := range []metrics.Unscored{metrics.RefuseUnscored, metrics.ExcludeUnscored, metrics.LowestUnscored} {
		if u.String() == name {
			return u, nil
		}
	}
	return 0, fmt.Errorf("%w: -unscored %s, want refuse, exclude or lowest", errUsage, name)
}

// threshold returns the number to exceed and what it saw; without positive labels best_f1 gives none.
func threshold(e *metrics.Evaluation, o evalOptions) (*float64, string, error) {
	if o.threshold != "best_f1" {
		x, err := strconv.ParseFloat(o.threshold, 64)
		if err != nil {
			return nil, "", fmt.Errorf("%w: -threshold %s, want a number or best_f1", errUsage, o.threshold)
		}
		return &x, "given", nil
	}
	if e.Positives == 0 {
		return nil, "", nil
	}
	policy, err := detect.FindThreshold("best_f1")
	if err != nil {
		return nil, "", err
	}
	x, err := policy.Choose(detect.Scores{Test: e.Scores, Labels: e.Labels}, 0)
	return &x, policy.Saw, err
}

func measure(ctx context.Context, e *metrics.Evaluation, o evalOptions) (evaluation, error) {
	out := evaluation{Points: e.N(), Positive: e.Positives, Segments: len(e.Segments), Unscored: e.Unscored}
	if e.Unscored > 0 {
		out.Policy = e.Policy.String()
	}
	var err error
	if out.Threshold, out.Saw, err = threshold(e, o); err != nil {
		return out, err
	}
	var alarms *metrics.Alarms
	rate := 0.0
	if out.Threshold != nil {
		alarms = e.At(*out.Threshold)
		out.Flagged, rate = alarms.Flagged, alarms.Rate()
	}
	for _, m := range metrics.All {
		if alarms != nil || !m.NeedsThreshold() {
			out.measured = append(out.measured, m)
		}
	}
	values, err := metrics.Measure(ctx, out.measured, e, alarms, nil)
	if err != nil {
		return out, err
	}
	chance, err := metrics.ChanceLevels(ctx, out.measured, e, rate, nil)
	for i := range values {
		out.Metrics = append(out.Metrics, evalMeasure{out.measured[i].Name, values[i], chance[i]})
	}
	return out, err
}

func (v evaluation) print(w io.Writer) error {
	fmt.Fprintf(w, "%d points, %d anomalous in %d segments", v.Points, v.Positive, v.Segments)
	if v.Threshold != nil {
		fmt.Fprintf(w, ", %d flagged above %v (%s)", v.Flagged, *v.Threshold, v.Saw)
	}
	if v.Unscored > 0 {
		fmt.Fprintf(w, ", %d without a score (%s)", v.Unscored, v.Policy)
	}
	fmt.Fprintln(w)
	for _, g := range []metrics.Group{metrics.Honest, metrics.Flattering} {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "\n%s\tvalue\tchance\n", g)
		for i, m := range v.measured {
			if m.Group == g {
				fmt.Fprintf(t, "%s\t%s\t%s\n", m.Title, points(v.Metrics[i].Value), points(v.Metrics[i].Chance.Mean))
			}
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}
