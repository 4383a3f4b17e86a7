package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
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

// evaluation is what eval found of one column of scores, as -json prints it.
type evaluation struct {
	Name     string `json:"score,omitempty"` // of the column
	Points   int    `json:"n_points"`
	Positive int    `json:"n_positive"`
	Segments int    `json:"n_segments"`
	// without one there are only metrics of the ranking
	Policy    string        `json:"threshold_policy,omitempty"`
	Saw       spec.SawKind  `json:"saw,omitempty"`
	Threshold metrics.Value `json:"threshold"` // undefined without a policy, or if it moves
	Tail      *spec.Tail    `json:"tail,omitempty"`
	Flagged   int           `json:"n_flagged"`
	Unscored  int           `json:"n_unscored,omitempty"`
	Treatment string        `json:"unscored_policy,omitempty"`
	Counts    *counts       `json:"counts,omitempty"` // nil without a threshold
	Zones     []zone        `json:"zones,omitempty"`  // one a true segment; none without a threshold
	// of the metrics
	Parameters metrics.Parameters `json:"parameters"`
	// share of the normal points within the buffers of the window
	Covered metrics.Value  `json:"covered"`
	Metrics []evalMeasure  `json:"metrics"`
	Series  []evalOfSeries `json:"series,omitempty"` // each by itself, where there are several
	// OverData are intervals over the data, if -bootstrap asks for them.
	OverData []drawn          `json:"over_data,omitempty"`
	measured []metrics.Metric // the row of each of Metrics
	raised   *metrics.Alarms  // nil = there is no threshold
	each     bool             // each series has a threshold of its own
}

// counts are what rates at a threshold are made of.
type counts struct {
	Points   metrics.Confusion `json:"points"`
	Adjusted metrics.Confusion `json:"point_adjusted"`
	Segments metrics.Confusion `json:"segments"` // true ones found and missed, false runs of flags
	Runs     int               `json:"runs"`     // of flags
}

// zone is one true segment, with what alarms are worth in the zone of points that are nearest to it.
type zone struct {
	steps.Range
	Flagged   int           `json:"flagged"` // points of the segment
	Delay     metrics.Value `json:"delay"`   // points until its first flag; undefined if it has none
	Precision metrics.Value `json:"affiliation_precision"`
	Recall    metrics.Value `json:"affiliation_recall"`
}

// evalOfSeries is one of several series.
type evalOfSeries struct {
	Name      string        `json:"name"`
	Points    int           `json:"n_points"`
	Positive  int           `json:"n_positive"`
	Segments  int           `json:"n_segments"`
	Flagged   int           `json:"n_flagged"`
	Threshold metrics.Value `json:"threshold"`
	Metrics   []evalMeasure `json:"metrics"`
}

type evalMeasure struct {
	Name     string         `json:"name"`
	Value    metrics.Value  `json:"value"`
	Chance   metrics.Chance `json:"chance"`
	Constant metrics.Value  `json:"constant"` // of a constant score, which flags everything
	// InBuffers says that more than half of the normal points lie within the metric's buffers: it tends to 1.
	InBuffers bool `json:"in_buffers,omitempty"`
}

// evalOptions are the flags of the eval command.
type evalOptions struct {
	scores, labels, train string         // files
	column, label, series string         // of these
	threshold             string         // a number or a policy
	with                  spec.Threshold // what that means
	eachSeries            bool           // a threshold for each
	unscored              string
	header, anomaly       string // of the tables
	shown                 string // metrics
	bootstrap             int    // draws; 0 = none
	json                  bool
	metrics               metricOptions
	merge, least          *int   // of alarms; nil = as they are
	alarms                string // file to write them to; empty = none
}

func (a *app) eval(f *flag.FlagSet) action {
	var o evalOptions
	f.StringVar(&o.scores, "scores", "", a.w.Say("cli-flag-scores"))
	f.StringVar(&o.labels, "labels", "", a.w.Say("cli-flag-labels"))
	f.StringVar(&o.column, "column", "", a.w.Say("cli-flag-column"))
	f.StringVar(&o.label, "label", "", a.w.Say("cli-flag-label"))
	f.StringVar(&o.series, "series", "", a.w.Say("cli-flag-eval-series"))
	f.BoolVar(&o.eachSeries, "each-series", false, a.w.Say("cli-flag-each-series"))
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
	f.StringVar(&o.shown, "metrics", strings.Join(shownMetrics, ","), a.w.Say("cli-flag-metrics"))
	f.StringVar(&o.unscored, "unscored", "refuse", a.w.Say("cli-flag-unscored"))
	f.IntVar(&o.bootstrap, "bootstrap", 0, a.w.Say("cli-flag-eval-bootstrap"))
	f.BoolVar(&o.json, "json", false, a.w.Say("cli-flag-json"))
	alarmFlags(a, f, &o.merge, &o.least)
	f.StringVar(&o.alarms, "alarms", "", a.w.Say("cli-flag-eval-alarms"))
	return func(ctx context.Context, args []string) error {
		if _, err := alarmFormat(o.alarms); err != nil {
			return err
		}
		if err := o.files(args); err != nil {
			return err
		}
		if err := checkDraws(o.bootstrap); err != nil {
			return err
		}
		if err := o.policy(); err != nil {
			return err
		}
		if _, err := unscoredPolicy(o.unscored); err != nil {
			return err
		}
		if err := o.metrics.read(); err != nil {
			return err
		}
		if _, err := shownOf(o.shown); err != nil {
			return err
		}
		return a.evaluate(ctx, o)
	}
}

// files takes the files of scores and labels, by flag or by place; one alone holds both.
func (o *evalOptions) files(args []string) error {
	for _, to := range []*string{&o.scores, &o.labels} {
		if *to == "" && len(args) > 0 {
			*to, args = args[0], args[1:]
		}
	}
	if o.labels == "" {
		o.labels = o.scores
	}
	if o.scores == "" {
		o.scores = o.labels
	}
	switch {
	case len(args) > 0 || o.scores == "":
		return usage("cli-eval-needs")
	case o.eachSeries && o.series == "":
		return usage("cli-each-needs-series")
	}
	return nil
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
	in, err := a.readScored(ctx, o)
	if err != nil {
		return err
	}
	var all []evaluation
	for i := range in.scores {
		e, err := in.evaluation(i, o)
		if err == nil {
			e, err = o.metrics.apply(ctx, a, e)
		}
		if err != nil {
			return err
		}
		train, err := a.trainScores(ctx, o, in.scores[i].Name, len(in.scores) > 1)
		if err != nil {
			return err
		}
		found, err := measure(ctx, e, train, in.names, o, newProgress(a))
		if err != nil {
			return err
		}
		if o.bootstrap > 0 {
			if found.OverData, err = overData(ctx, e, o.bootstrap); err != nil {
				return err
			}
		}
		found.Name = in.scores[i].Name
		all = append(all, found)
	}
	if err := writeRaised(all, o); err != nil {
		return err
	}
	p := printer{a.out, a.w}
	switch {
	case o.json && len(all) == 1:
		return p.json(all[0])
	case o.json:
		return p.json(struct {
			Scores []evaluation `json:"scores"`
		}{all})
	case len(all) == 1:
		p.evaluation(all[0])
	default:
		p.evaluations(all, o.shown)
	}
	p.eachSeries(all, o.shown)
	return nil
}

// trainScores are the scores of training data, if a file of them is given: of the same column, where scores are
// in several.
func (a *app) trainScores(ctx context.Context, o evalOptions, name string, several bool) ([]float64, error) {
	if o.train == "" {
		return nil, nil
	}
	if !several {
		name = o.column
	}
	c, err := a.readNumbers(ctx, o.train, name, o.header)
	if err != nil {
		return nil, err
	}
	if o.unscored != metrics.RefuseUnscored.String() {
		c.Values = slices.DeleteFunc(c.Values, math.IsNaN)
	}
	return c.Values, usable(c, metrics.RefuseUnscored)
}

// scored is what eval is asked to measure.
type scored struct {
	scores  []*datasets.Column
	labels  []uint8
	order   []int    // of the rows, so that those of a series stand together; nil = as they are
	borders []int    // in that order
	names   []string // of the series; nil = all is one
}

// readScored reads scores and labels.
func (a *app) readScored(ctx context.Context, o evalOptions) (in scored, err error) {
	scores, err := a.readSheet(ctx, o.scores, o.header)
	if err != nil {
		return in, err
	}
	labels, intervals := scores, (*datasets.Intervals)(nil)
	if o.labels != o.scores {
		if o.labels != "-" && o.label == "" {
			if intervals, err = datasets.ReadIntervals(ctx, a.fileOf(o.labels), o.header); err != nil {
				return in, err
			}
		}
		if intervals == nil {
			if labels, err = a.readSheet(ctx, o.labels, o.header); err != nil {
				return in, err
			}
			scores, labels = sameRows(scores, labels)
		}
	}
	if in.scores, err = scores.Scores(splitNames(o.column)); err != nil {
		return in, err
	}
	if o.labels == o.scores && intervals == nil { // the labels are no scores
		label, err := labelOf(labels, o)
		if err != nil {
			return in, err
		}
		if o.column == "" && len(in.scores) > 1 {
			in.scores = slices.DeleteFunc(in.scores, label.Same)
		}
	}
	for _, c := range in.scores {
		if _, err := c.Numbers(); err != nil {
			return in, err
		}
	}
	if err := a.readLabels(&in, scores, labels, intervals, o); err != nil {
		return in, err
	}
	if labels.Sheet != scores.Sheet {
		a.sayFindings(in.scores[0].Findings)
	}
	if o.column == "" && len(in.scores) > 1 {
		fmt.Fprintln(a.errOut, a.w.Say("cli-eval-columns", namesOf(in.scores)))
	}
	if o.series != "" {
		err = in.apart(scores, labels, o.series)
	}
	return in, err
}

// readLabels takes the labels of the rows, from intervals or from a column.
func (a *app) readLabels(in *scored, scores, labels sheet, intervals *datasets.Intervals, o evalOptions) (err error) {
	rows := in.scores[0]
	if intervals != nil {
		var said []found.Finding
		in.labels, said, err = intervals.LabelsAt(rows)
		a.sayFindings(said)
		return err
	}
	label, err := labelOf(labels, o)
	if err != nil {
		return err
	}
	if in.labels, err = in.joined(label, scores, labels, o); err != nil {
		return err
	}
	if len(rows.Values) != len(in.labels) {
		return fault.New("cli-not-as-many", o.scores, len(rows.Values), o.labels, len(in.labels))
	}
	a.sayFindings(slices.DeleteFunc(slices.Clone(label.Findings), func(f found.Finding) bool {
		return f.Flag == "-header" || labels.Sheet != nil && f.Column == "" && f.Flag == "" &&
			f.Said.Key != "find-zones" && f.Said.Key != "find-offsets"
	}))
	return nil
}

// labelOf is the column of the labels. One that a detector wrote is not taken for the truth unless it is named.
func labelOf(labels sheet, o evalOptions) (*datasets.Column, error) {
	label, err := labels.Labels(o.label)
	switch {
	case o.label != "":
	case err != nil && o.labels == o.scores:
		return nil, fault.New("cli-eval-no-labels", o.scores)
	case err == nil && slices.Contains(saidByDetectors, strings.ToLower(strings.TrimSpace(label.Name))):
		return nil, fault.New("cli-eval-own-alarms", o.labels, label.Name)
	}
	return label, err
}

// saidByDetectors are names of columns of what a detector says, not of what is true.
var saidByDetectors = []string{"alarm", "alarms", "pred", "preds", "predicted", "prediction", "predictions", "y_pred",
	"ypred", "y_hat", "yhat", "detected", "detection", "is_alarm", "경보", "예측"}

// joined takes the labels of the rows; those of several series by series and time, where the labels tell them.
func (in *scored) joined(label *datasets.Column, scores, labels sheet, o evalOptions) ([]uint8, error) {
	if o.series != "" && labels.Sheet != scores.Sheet {
		if of, err := scores.Texts(o.series); err == nil {
			if series := labels.Naming(slices.Compact(slices.Sorted(slices.Values(of)))); series != nil {
				return label.LabelsIn(in.scores[0], o.anomaly, series, of)
			}
		}
	}
	return label.LabelsAt(in.scores[0], o.anomaly)
}

// apart puts the rows of each series together, in the order in which the series first come.
func (in *scored) apart(scores, labels sheet, column string) error {
	texts, err := scores.Texts(column)
	if err != nil && labels.Sheet != scores.Sheet {
		if other, wrong := labels.Texts(column); wrong == nil {
			texts, err = other, nil
		}
	}
	if err != nil {
		return err
	}
	if len(texts) != len(in.labels) {
		return fault.New("cli-series-rows", column, len(texts), len(in.labels))
	}
	rows := map[string][]int{}
	for i, name := range texts {
		if rows[name] == nil {
			in.names = append(in.names, name)
		}
		rows[name] = append(rows[name], i)
	}
	for _, name := range in.names {
		if len(in.order) > 0 {
			in.borders = append(in.borders, len(in.order))
		}
		in.order = append(in.order, rows[name]...)
	}
	in.labels = inOrder(in.labels, in.order)
	return nil
}

// inOrder are values in another order; nil = as they are.
func inOrder[T any](values []T, order []int) []T {
	if order == nil {
		return values
	}
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = values[from]
	}
	return out
}

// evaluation pairs a column of scores with the labels.
func (in scored) evaluation(i int, o evalOptions) (*metrics.Evaluation, error) {
	policy, err := unscoredPolicy(o.unscored)
	if err != nil {
		return nil, err
	}
	if err := usable(in.scores[i], policy); err != nil {
		return nil, err
	}
	e, err := metrics.NewPooled(inOrder(in.scores[i].Values, in.order), in.labels, in.borders, policy)
	if err != nil {
		return nil, fault.New("in-place", o.scores, err)
	}
	return e, nil
}

// sameRows settles whether the first rows hold names where only the number of rows tells: a header that is a
// number stands in both files, or in none.
func sameRows(scores, labels sheet) (sheet, sheet) {
	if scores.Rows == labels.Rows {
		return scores, labels
	}
	if other, ok := labels.turned(scores.Rows); ok {
		return scores, other
	}
	if other, ok := scores.turned(labels.Rows); ok {
		return other, labels
	}
	return scores, labels
}

// usable says in which line a score stands that cannot be used.
func usable(c *datasets.Column, policy metrics.Unscored) error {
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

// flag lets the policy choose: for all series together, or for each where the flags ask for it; a threshold that
// moves begins anew with each. Without positive labels best_f1, the default, has nothing to say: no alarms, no
// error. cuts are those of the series, if they have their own.
func (v *evaluation) flag(ctx context.Context, e *metrics.Evaluation, train []float64,
	o evalOptions) (a *metrics.Alarms, cuts []metrics.Value, err error) {
	v.Threshold = metrics.Undefined
	policy := spec.Policies[o.with.Policy]
	if policy.Labels && e.Positives == 0 {
		return nil, nil, nil
	}
	v.Policy, v.Saw = o.with.String(), policy.Saw
	if v.each = len(e.Borders) > 0 && (o.eachSeries || policy.Moves); !v.each {
		cut, err := detect.Choose(o.with, detect.Scores{Train: train, Test: e.Scores, Labels: e.Labels}, ctx.Err)
		if err != nil {
			return nil, nil, fault.New("cli-no-threshold", err)
		}
		v.Threshold, v.Tail = metrics.Value(cut.Threshold), experiment.Tail(cut.Tail)
		if cut.Flags != nil {
			a, err = e.Flag(cut.Flags)
			return a, nil, err
		}
		return e.At(cut.Threshold), nil, nil
	}
	flags := make([]bool, e.N())
	for _, at := range seriesIn(e) {
		scores, labels := e.Scores[at.From:at.To], e.Labels[at.From:at.To]
		cuts = append(cuts, metrics.Undefined)
		if policy.Labels && !slices.Contains(labels, 1) {
			continue
		}
		cut, err := detect.Choose(o.with, detect.Scores{Train: train, Test: scores, Labels: labels}, ctx.Err)
		if err != nil {
			return nil, nil, fault.New("cli-no-threshold", err)
		}
		cuts[len(cuts)-1] = metrics.Value(cut.Threshold)
		for i, x := range scores {
			flags[at.From+i] = cut.Flags == nil && x > cut.Threshold || cut.Flags != nil && cut.Flags[i]
		}
	}
	a, err = e.Flag(flags)
	return a, cuts, err
}

// seriesIn are the points of each series.
func seriesIn(e *metrics.Evaluation) (all []steps.Range) {
	from := 0
	for _, to := range append(slices.Clone(e.Borders), e.N()) {
		all = append(all, steps.Range{From: from, To: to})
		from = to
	}
	return all
}

func measure(ctx context.Context, e *metrics.Evaluation, train []float64, names []string, o evalOptions,
	p *progress) (evaluation, error) {
	defer p.end()
	out := evaluation{Points: e.N(), Positive: e.Positives, Segments: len(e.Segments), Unscored: e.Unscored,
		Parameters: e.Parameters, Covered: e.Covered()}
	if e.Unscored > 0 {
		out.Treatment = e.Policy.String()
	}
	alarms, cuts, err := out.flag(ctx, e, train, o)
	if err == nil {
		alarms, err = joined(e, alarms, o)
	}
	if err != nil {
		return out, err
	}
	if alarms != nil {
		out.raised = alarms
		out.Flagged, out.Counts, out.Zones = alarms.Flagged, countsOf(alarms), zonesOf(alarms)
	}
	for _, m := range metrics.All {
		if alarms != nil || !m.NeedsThreshold() {
			out.measured = append(out.measured, m)
		}
	}
	if out.Metrics, err = measuresOf(ctx, out.measured, e, alarms, p); err != nil {
		return out, err
	}
	spans := seriesIn(e)
	if len(spans) == 1 || len(spans) != len(names) {
		return out, nil // a series whose points are all excluded leaves no border
	}
	for i, at := range spans {
		one, err := seriesOf(ctx, e, alarms, at, out.measured, p)
		if err != nil {
			return out, err
		}
		one.Name, one.Threshold = names[i], out.Threshold
		if cuts != nil {
			one.Threshold = cuts[i]
		}
		out.Series = append(out.Series, one)
	}
	return out, nil
}

// seriesOf measures one of several series by itself, with the flags that it has among all.
func seriesOf(ctx context.Context, e *metrics.Evaluation, alarms *metrics.Alarms, at steps.Range,
	rows []metrics.Metric, p *progress) (out evalOfSeries, err error) {
	one, err := metrics.NewEvaluation(e.Scores[at.From:at.To], e.Labels[at.From:at.To], metrics.RefuseUnscored)
	if err != nil {
		return out, err
	}
	one = one.With(e.Parameters)
	var own *metrics.Alarms
	if alarms != nil {
		flags := make([]bool, at.Len())
		for _, s := range alarms.Segments {
			for t := max(s.From, at.From); t < min(s.To, at.To); t++ {
				flags[t-at.From] = true
			}
		}
		if own, err = one.Flag(flags); err != nil {
			return out, err
		}
		out.Flagged = own.Flagged
	}
	out.Points, out.Positive, out.Segments = one.N(), one.Positives, len(one.Segments)
	out.Metrics, err = measuresOf(ctx, rows, one, own, p)
	return out, err
}

// measuresOf are rows of an evaluation, beside what chance and a constant get.
func measuresOf(ctx context.Context, rows []metrics.Metric, e *metrics.Evaluation, a *metrics.Alarms,
	p *progress) (all []evalMeasure, err error) {
	rate := 0.0
	if a != nil {
		rate = a.Rate()
	}
	values, err := metrics.Measure(ctx, rows, e, a, p.measured("cli-metrics"))
	if err != nil {
		return nil, err
	}
	chance, err := metrics.ChanceLevels(ctx, rows, e, rate, p.measured("cli-chance-levels"))
	if err != nil {
		return nil, err
	}
	constants, err := metrics.Constants(ctx, rows, e)
	if err != nil {
		return nil, err
	}
	inBuffers := e.Covered() > 0.5 // false where it is undefined
	for i, m := range rows {
		all = append(all, evalMeasure{m.Name, values[i], chance[i], constants[i], inBuffers && m.Buffers})
	}
	return all, nil
}

func countsOf(a *metrics.Alarms) *counts {
	return &counts{Points: a.Point(), Adjusted: a.PointAdjusted(), Segments: a.SegmentWise(), Runs: len(a.Segments)}
}

// zonesOf are the true segments with what alarms are worth for each.
func zonesOf(a *metrics.Alarms) (zones []zone) {
	near, delays := a.Affiliation(), a.Detection().Delays
	for i, s := range a.Evaluation.Segments {
		z := zone{Range: s, Delay: delays[i], Precision: near.ZonePrecision[i], Recall: near.ZoneRecall[i]}
		for _, q := range a.Segments {
			z.Flagged += max(0, min(q.To, s.To)-max(q.From, s.From))
		}
		zones = append(zones, z)
	}
	return zones
}
