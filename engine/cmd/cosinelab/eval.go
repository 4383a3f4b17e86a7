package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// evaluation is what eval found, as -json prints it.
type evaluation struct {
	Points    int              `json:"n_points"`
	Positive  int              `json:"n_positive"`
	Segments  int              `json:"n_segments"`
	Policy    string           `json:"threshold_policy,omitempty"` // without one there are only metrics of the ranking
	Saw       string           `json:"saw,omitempty"`
	Threshold metrics.Value    `json:"threshold"` // undefined without a policy, or if it moves
	Tail      *spec.Tail       `json:"tail,omitempty"`
	Flagged   int              `json:"n_flagged"`
	Unscored  int              `json:"n_unscored,omitempty"`
	Treatment string           `json:"unscored_policy,omitempty"`
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
	scores, labels, train string         // files
	column, label         string         // of these
	threshold             string         // a number or a policy
	with                  spec.Threshold // what that means
	unscored              string
	json                  bool
}

func (a *app) eval(ctx context.Context, args []string) error {
	var o evalOptions
	f := a.flags("eval")
	f.StringVar(&o.scores, "scores", "", "CSV `file` with one score a line, higher is more anomalous; - for standard input")
	f.StringVar(&o.labels, "labels", "", "CSV `file` with one label a line, 1 = anomalous; - for standard input")
	f.StringVar(&o.column, "column", "", "the scores' `column`, by name; needed if there are several")
	f.StringVar(&o.label, "label", "", "the labels' `column`, by name; needed if there are several")
	f.StringVar(&o.threshold, "threshold", "best_f1", "flag scores above this number, or choose by a `policy`: "+policyNames()+
		". Only best_f1 looks at the labels")
	f.StringVar(&o.train, "train", "", "CSV `file` with the scores of the training part, for policies that look at them")
	f.Float64Var(&o.with.Percent, "percent", 0, "of the scores that stay below a percentile, such as 99")
	f.Float64Var(&o.with.K, "k", 0, "deviations above the mean, for mean_sigma (default 3)")
	f.Float64Var(&o.with.Level, "level", 0, "share of the train scores below the tail, for pot and spot (default 0.98)")
	f.Float64Var(&o.with.Q, "q", 0, "share of normal scores above the threshold, for pot and spot (default 0.001)")
	f.StringVar(&o.unscored, "unscored", "refuse", "what to do with empty or NaN scores: refuse, exclude or lowest")
	f.BoolVar(&o.json, "json", false, "print JSON")
	rest, err := parse(f, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0 || o.scores == "" || o.labels == "":
		return fmt.Errorf("%w: eval takes -scores and -labels", errUsage)
	case o.scores == "-" && o.labels == "-":
		return fmt.Errorf("%w: scores and labels cannot both come from standard input", errUsage)
	}
	if err := o.policy(); err != nil {
		return err
	}
	e, err := a.evaluationOf(ctx, o)
	if err != nil {
		return err
	}
	var train []float64
	if o.train != "" {
		c, err := a.readColumn(ctx, o.train, o.column)
		if err == nil {
			err = c.usable(metrics.RefuseUnscored)
		}
		if err != nil {
			return err
		}
		train = c.Values
	}
	found, err := measure(ctx, e, train, o, newProgress(a))
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
func (a *app) evaluationOf(ctx context.Context, o evalOptions) (*metrics.Evaluation, error) {
	policy, err := unscoredPolicy(o.unscored)
	if err != nil {
		return nil, err
	}
	scores, err := a.readColumn(ctx, o.scores, o.column)
	if err != nil {
		return nil, err
	}
	file, err := a.readColumn(ctx, o.labels, o.label)
	if err != nil {
		return nil, err
	}
	labels, err := file.labels()
	if err != nil {
		return nil, err
	}
	if len(scores.Values) != len(labels) {
		return nil, fmt.Errorf("%s has %d scores, %s has %d labels, want as many", o.scores, len(scores.Values), o.labels, len(labels))
	}
	if err := scores.usable(policy); err != nil {
		return nil, err
	}
	e, err := metrics.NewEvaluation(scores.Values, labels, policy)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.scores, err)
	}
	return e, nil
}

// usable says in which line a score stands that cannot be used.
func (c column) usable(policy metrics.Unscored) error {
	for i, x := range c.Values {
		switch {
		case math.IsInf(x, 0):
			return c.errorAt(i, "score %v, want a finite number", x)
		case math.IsNaN(x) && policy == metrics.RefuseUnscored:
			return c.errorAt(i, "no score: say with -unscored exclude or lowest what to do about it")
		}
	}
	return nil
}

func unscoredPolicy(name string) (metrics.Unscored, error) {
	for _, u := range []metrics.Unscored{metrics.RefuseUnscored, metrics.ExcludeUnscored, metrics.LowestUnscored} {
		if u.String() == name {
			return u, nil
		}
	}
	return 0, fmt.Errorf("%w: -unscored %s, want refuse, exclude or lowest", errUsage, name)
}

func policyNames() string {
	var names []string
	for _, p := range spec.Policies[1:] { // fixed is a number
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// policy reads the threshold that the flags ask for.
func (o *evalOptions) policy() error {
	o.with.Policy = o.threshold
	if x, err := strconv.ParseFloat(o.threshold, 64); err == nil {
		o.with.Policy, o.with.Value = "fixed", &x
	} else if p, err := detect.FindThreshold(o.threshold); err != nil || p.Name == "fixed" {
		return fmt.Errorf("%w: -threshold %s, want a number or one of %s", errUsage, o.threshold, policyNames())
	} else if p.Train && o.train == "" {
		return fmt.Errorf("%w: -threshold %s needs the scores of the training part, -train", errUsage, p.Name)
	}
	if wrong := (*spec.FieldError)(nil); errors.As(o.with.Validate(), &wrong) {
		return fmt.Errorf("%w: -%s: %s, want %s", errUsage, strings.TrimPrefix(wrong.Field, "detect.threshold."), wrong.Got, wrong.Want)
	}
	return nil
}

// flag lets the policy choose. Without positive labels best_f1, the default, has nothing to say: no alarms, no error.
func (v *evaluation) flag(e *metrics.Evaluation, train []float64, o evalOptions) (*metrics.Alarms, error) {
	v.Threshold = metrics.Undefined
	policy, err := detect.FindThreshold(o.with.Policy)
	if err != nil || policy.Labels && e.Positives == 0 {
		return nil, err
	}
	cut, err := policy.Choose(detect.Scores{Train: train, Test: e.Scores, Labels: e.Labels}, experiment.Params(o.with))
	if err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	v.Policy, v.Saw, v.Threshold, v.Tail = o.with.String(), policy.Saw, metrics.Value(cut.Threshold), experiment.Tail(cut.Tail)
	if cut.Flags != nil {
		return e.Flag(cut.Flags)
	}
	return e.At(cut.Threshold), nil
}

func measure(ctx context.Context, e *metrics.Evaluation, train []float64, o evalOptions, p *progress) (evaluation, error) {
	defer p.end()
	out := evaluation{Points: e.N(), Positive: e.Positives, Segments: len(e.Segments), Unscored: e.Unscored}
	if e.Unscored > 0 {
		out.Treatment = e.Policy.String()
	}
	alarms, err := out.flag(e, train, o)
	if err != nil {
		return out, err
	}
	rate := 0.0
	if alarms != nil {
		out.Flagged, rate = alarms.Flagged, alarms.Rate()
	}
	for _, m := range metrics.All {
		if alarms != nil || !m.NeedsThreshold() {
			out.measured = append(out.measured, m)
		}
	}
	values, err := metrics.Measure(ctx, out.measured, e, alarms, p.measured("metrics"))
	if err != nil {
		return out, err
	}
	chance, err := metrics.ChanceLevels(ctx, out.measured, e, rate, p.measured("chance levels"))
	if err != nil {
		return out, err
	}
	for i := range values {
		out.Metrics = append(out.Metrics, evalMeasure{out.measured[i].Name, values[i], chance[i]})
	}
	return out, nil
}

func (v evaluation) print(w io.Writer) error {
	fmt.Fprintf(w, "%d points, %d anomalous in %d segments", v.Points, v.Positive, v.Segments)
	if v.Unscored > 0 {
		fmt.Fprintf(w, ", %d without a score (%s)", v.Unscored, v.Treatment)
	}
	fmt.Fprintln(w)
	switch {
	case v.Policy == "":
		fmt.Fprintln(w, "Nothing is labelled anomalous, so no threshold can be chosen with the labels: give one with -threshold.")
	case v.Threshold.Defined():
		fmt.Fprintf(w, "%d flagged above %v: %s, saw: %s\n", v.Flagged, float64(v.Threshold), v.Policy, v.Saw)
	default:
		fmt.Fprintf(w, "%d flagged by a threshold that moves: %s, saw: %s\n", v.Flagged, v.Policy, v.Saw)
	}
	if v.Tail != nil {
		fmt.Fprintln(w, tailWords(*v.Tail))
	}
	for _, s := range []struct {
		title string
		of    func(metrics.Metric) bool
	}{
		{"Of the ranking, no threshold", func(m metrics.Metric) bool { return m.Group == metrics.Honest && !m.NeedsThreshold() }},
		{v.atThreshold(), func(m metrics.Metric) bool { return m.Group == metrics.Honest && m.NeedsThreshold() }},
		{flattering, func(m metrics.Metric) bool { return m.Group == metrics.Flattering }},
	} {
		if err := v.section(w, s.title, s.of); err != nil {
			return err
		}
	}
	return nil
}

// atThreshold does not let a threshold that was chosen with the labels pass for an honest one.
func (v evaluation) atThreshold() string {
	if v.Saw == "uses test labels" {
		return "At the threshold, which uses test labels: what no detector can know"
	}
	return "At the threshold"
}

// section prints the metrics of one kind, if there are any, in points of 100.
func (v evaluation) section(w io.Writer, title string, of func(metrics.Metric) bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rows := 0
	for i, m := range v.measured {
		if !of(m) {
			continue
		}
		if rows++; rows == 1 {
			fmt.Fprintf(w, "\n%s\n", title)
			fmt.Fprintln(t, "\tvalue\tchance")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", m.Title, points(v.Metrics[i].Value), points(v.Metrics[i].Chance.Mean))
	}
	return t.Flush()
}
