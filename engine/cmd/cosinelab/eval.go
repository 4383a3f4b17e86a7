package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// drawn is where a metric lies for other data like these (metrics/README.md, section 11.5).
type drawn struct {
	Name string `json:"name"`
	metrics.Interval
	Draws int `json:"draws"`
	Block int `json:"block"` // points
}

// overData draws series for the two metrics of the ranking that cost little.
func overData(ctx context.Context, e *metrics.Evaluation, draws int) (all []drawn, err error) {
	r := metrics.NewResampler(e)
	if r == nil {
		return nil, fault.New("resample-segments", len(e.Segments))
	}
	var rows []metrics.Metric
	for _, name := range []string{"average_precision", "auroc"} {
		m, _ := metrics.Find(name)
		rows = append(rows, m)
	}
	found, err := metrics.Bootstrap(ctx, e, rows, draws, 1)
	for i := range found {
		all = append(all, drawn{rows[i].Name, found[i], draws, r.Block})
	}
	return all, err
}

// evaluation is what eval found, as -json prints it.
type evaluation struct {
	Points   int `json:"n_points"`
	Positive int `json:"n_positive"`
	Segments int `json:"n_segments"`
	// without one there are only metrics of the ranking
	Policy    string        `json:"threshold_policy,omitempty"`
	Saw       spec.SawKind  `json:"saw,omitempty"`
	Threshold metrics.Value `json:"threshold"` // undefined without a policy, or if it moves
	Tail      *spec.Tail    `json:"tail,omitempty"`
	Flagged   int           `json:"n_flagged"`
	Unscored  int           `json:"n_unscored,omitempty"`
	Treatment string        `json:"unscored_policy,omitempty"`
	// of the metrics
	Parameters metrics.Parameters `json:"parameters"`
	// share of the normal points within the buffers of the window
	Covered metrics.Value `json:"covered"`
	Metrics []evalMeasure `json:"metrics"`
	// OverData are intervals over the data, if -bootstrap asks for them.
	OverData []drawn          `json:"over_data,omitempty"`
	measured []metrics.Metric // the row of each of Metrics
}

type evalMeasure struct {
	Name     string         `json:"name"`
	Value    metrics.Value  `json:"value"`
	Chance   metrics.Chance `json:"chance"`
	Constant metrics.Value  `json:"constant"` // of a constant score, which flags everything
}

// evalOptions are the flags of the eval command.
type evalOptions struct {
	scores, labels, train string         // files
	column, label         string         // of these
	threshold             string         // a number or a policy
	with                  spec.Threshold // what that means
	unscored              string
	header, anomaly       string // of the tables
	bootstrap             int    // draws; 0 = none
	json                  bool
	metrics               metricOptions
}

func (a *app) eval(f *flag.FlagSet) action {
	var o evalOptions
	f.StringVar(&o.scores, "scores", "", a.w.Say("cli-flag-scores"))
	f.StringVar(&o.labels, "labels", "", a.w.Say("cli-flag-labels"))
	f.StringVar(&o.column, "column", "", a.w.Say("cli-flag-column"))
	f.StringVar(&o.label, "label", "", a.w.Say("cli-flag-label"))
	f.StringVar(&o.threshold, "threshold", "best_f1",
		a.w.Say("cli-flag-threshold", strings.Join(policyNames(), ", ")))
	f.StringVar(&o.train, "train", "", a.w.Say("cli-flag-train"))
	f.Float64Var(&o.with.Percent, "percent", 0, a.w.Say("cli-flag-percent", readers(spec.ParamPercent)))
	f.Float64Var(&o.with.K, "k", 0, a.w.Say("cli-flag-k", readers(spec.ParamK)))
	f.Float64Var(&o.with.Level, "level", 0, a.w.Say("cli-flag-level", readers(spec.ParamLevel)))
	f.Float64Var(&o.with.Q, "q", 0, a.w.Say("cli-flag-q", readers(spec.ParamQ)))
	f.StringVar(&o.header, "header", "", a.w.Say("cli-flag-header"))
	f.StringVar(&o.anomaly, "anomaly", "", a.w.Say("cli-flag-anomaly"))
	o.metrics.declare(a, f)
	f.StringVar(&o.unscored, "unscored", "refuse", a.w.Say("cli-flag-unscored"))
	f.IntVar(&o.bootstrap, "bootstrap", 0, a.w.Say("cli-flag-eval-bootstrap"))
	f.BoolVar(&o.json, "json", false, a.w.Say("cli-flag-json"))
	return func(ctx context.Context, args []string) error {
		switch {
		case len(args) > 0 || o.scores == "" || o.labels == "":
			return usage("cli-eval-needs")
		case o.scores == "-" && o.labels == "-":
			return usage("cli-eval-both-stdin")
		}
		if err := checkDraws(o.bootstrap); err != nil {
			return err
		}
		if err := o.policy(); err != nil {
			return err
		}
		if err := o.metrics.read(); err != nil {
			return err
		}
		return a.evaluate(ctx, o)
	}
}

// policyNames lists the policies that have a name of their own here: fixed is a number.
func policyNames() (names []string) {
	for p := range spec.Each(spec.PolicyCount) {
		if p != spec.PolicyFixed {
			names = append(names, p.String())
		}
	}
	return names
}

// readers names the policies that have a parameter.
func readers(k spec.ParamKind) (names fault.Choices) {
	for _, p := range k.Readers() {
		names = append(names, p.String())
	}
	return names
}

// policy reads the threshold that the flags ask for.
func (o *evalOptions) policy() error {
	p := &o.with.Policy
	if x, err := strconv.ParseFloat(o.threshold, 64); err == nil {
		*p, o.with.Value = spec.PolicyFixed, &x
	} else if err := p.UnmarshalText([]byte(o.threshold)); err != nil || *p == spec.PolicyFixed || *p == 0 {
		want := fault.New("cli-want-threshold", fault.Choices(policyNames()))
		return usage("cli-flag-value", "-threshold", o.threshold, want)
	} else if spec.Policies[*p].Train && o.train == "" {
		return usage("cli-threshold-needs-train", p.String())
	}
	if wrong := (*spec.FieldError)(nil); errors.As(o.with.Validate(), &wrong) {
		name := "-" + strings.TrimPrefix(wrong.Field, "detect.threshold.")
		if name == "-value" {
			name = "-threshold"
		}
		return usage("cli-flag-value", name, wrong.Got, wrong.Want)
	}
	return nil
}

func (a *app) evaluate(ctx context.Context, o evalOptions) error {
	e, err := a.evaluationOf(ctx, o)
	if err == nil {
		e, err = o.metrics.apply(ctx, a, e)
	}
	if err != nil {
		return err
	}
	var train []float64
	if o.train != "" {
		c, err := a.readColumn(ctx, o.train, o.column, o.header, false)
		if err == nil {
			_, err = c.Numbers()
		}
		if err == nil && o.unscored != metrics.RefuseUnscored.String() {
			c.Values = slices.DeleteFunc(c.Values, math.IsNaN)
		}
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
	if o.bootstrap > 0 {
		if found.OverData, err = overData(ctx, e, o.bootstrap); err != nil {
			return err
		}
	}
	if o.json {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(found)
	}
	printer{a.out, a.w}.evaluation(found)
	return nil
}

// evaluationOf reads scores and labels.
func (a *app) evaluationOf(ctx context.Context, o evalOptions) (*metrics.Evaluation, error) {
	policy, err := unscoredPolicy(o.unscored)
	if err != nil {
		return nil, err
	}
	scores, err := a.readColumn(ctx, o.scores, o.column, o.header, false)
	if err != nil {
		return nil, err
	}
	file, err := a.readColumn(ctx, o.labels, o.label, o.header, true)
	if err != nil {
		return nil, err
	}
	scores, file = a.sameRows(scores, file)
	if _, err := scores.Numbers(); err != nil {
		return nil, err
	}
	labels, err := file.Labels(o.anomaly)
	if err != nil {
		return nil, err
	}
	if len(scores.Values) != len(labels) {
		return nil, fault.New("cli-not-as-many", o.scores, len(scores.Values), o.labels, len(labels))
	}
	a.sayFindings(slices.DeleteFunc(file.Findings, func(f found.Finding) bool { return f.Flag == "-header" }))
	a.sayFindings(scores.Findings)
	if err := scores.usable(policy); err != nil {
		return nil, err
	}
	e, err := metrics.NewEvaluation(scores.Values, labels, policy)
	if err != nil {
		return nil, fault.New("in-place", o.scores, err)
	}
	return e, nil
}

// sameRows settles whether the first rows hold names where only the number of rows tells: a header that is a
// number stands in both files, or in none.
func (a *app) sameRows(scores, labels column) (column, column) {
	if len(scores.Values) == len(labels.Values) {
		return scores, labels
	}
	if other, ok := labels.turned(len(scores.Values)); ok {
		return scores, other
	}
	if other, ok := scores.turned(len(labels.Values)); ok {
		return other, labels
	}
	return scores, labels
}

// usable says in which line a score stands that cannot be used.
func (c column) usable(policy metrics.Unscored) error {
	for i, x := range c.Values {
		switch {
		case math.IsInf(x, 0):
			return c.At(i, fault.New("cli-infinite-score", x))
		case math.IsNaN(x) && policy == metrics.RefuseUnscored:
			return c.At(i, fault.New("cli-no-score"))
		}
	}
	return nil
}

func unscoredPolicy(name string) (metrics.Unscored, error) {
	all := []metrics.Unscored{metrics.RefuseUnscored, metrics.ExcludeUnscored, metrics.LowestUnscored}
	var names fault.Choices
	for _, u := range all {
		if u.String() == name {
			return u, nil
		}
		names = append(names, u.String())
	}
	return 0, usage("cli-flag-value", "-unscored", name, names)
}

// flag lets the policy choose. Without positive labels best_f1, the default, has nothing to say: no alarms,
// no error.
func (v *evaluation) flag(ctx context.Context, e *metrics.Evaluation, train []float64,
	o evalOptions) (*metrics.Alarms, error) {
	v.Threshold = metrics.Undefined
	policy := spec.Policies[o.with.Policy]
	if policy.Labels && e.Positives == 0 {
		return nil, nil
	}
	cut, err := detect.Choose(o.with, detect.Scores{Train: train, Test: e.Scores, Labels: e.Labels},
		ctx.Err)
	if err != nil {
		return nil, fault.New("cli-no-threshold", err)
	}
	v.Policy, v.Saw = o.with.String(), policy.Saw
	v.Threshold, v.Tail = metrics.Value(cut.Threshold), experiment.Tail(cut.Tail)
	if cut.Flags != nil {
		return e.Flag(cut.Flags)
	}
	return e.At(cut.Threshold), nil
}

func measure(ctx context.Context, e *metrics.Evaluation, train []float64, o evalOptions,
	p *progress) (evaluation, error) {
	defer p.end()
	out := evaluation{Points: e.N(), Positive: e.Positives, Segments: len(e.Segments), Unscored: e.Unscored,
		Parameters: e.Parameters, Covered: e.Covered()}
	if e.Unscored > 0 {
		out.Treatment = e.Policy.String()
	}
	alarms, err := out.flag(ctx, e, train, o)
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
	values, err := metrics.Measure(ctx, out.measured, e, alarms, p.measured("cli-metrics"))
	if err != nil {
		return out, err
	}
	chance, err := metrics.ChanceLevels(ctx, out.measured, e, rate, p.measured("cli-chance-levels"))
	if err != nil {
		return out, err
	}
	constants, err := metrics.Constants(ctx, out.measured, e)
	if err != nil {
		return out, err
	}
	for i := range values {
		out.Metrics = append(out.Metrics, evalMeasure{out.measured[i].Name, values[i], chance[i], constants[i]})
	}
	return out, nil
}
