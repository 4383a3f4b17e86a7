package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
)

// exactly is the limit for what is counted or chosen, evaluated for what is computed in float64 (the file's
// tolerance).
const (
	exactly   = 0
	evaluated = 1e-9
)

// draws is a rule for a list of scores, in words in the files' field "rules". A list has Values over Divisor,
// where null means unscored; lcg has the upper Bits bits of a generator started with Seed, raised by the
// third number of each bump between the first two, over 2^Bits. In float64 that gives the same scores
// everywhere.
type draws struct {
	Kind    string     `json:"kind"`
	Divisor float64    `json:"divisor"`
	Values  []*float64 `json:"values"`
	Seed    uint32     `json:"seed"`
	Bits    uint       `json:"bits"`
	Bumps   [][3]int   `json:"bumps"`
}

// scores makes n scores, NaN where a point is unscored.
func (d draws) scores(n int) ([]float64, error) {
	if err := points(n); err != nil {
		return nil, err
	}
	out := make([]float64, n)
	switch {
	case d.Kind == "list" && len(d.Values) == n:
		for i, v := range d.Values {
			out[i] = math.NaN()
			if v != nil {
				out[i] = *v / d.Divisor
			}
		}
	case d.Kind == "lcg" && d.Bits >= 1 && d.Bits <= 32:
		x := d.Seed
		for i := range out {
			x = 1664525*x + 1013904223
			out[i] = float64(x >> (32 - d.Bits))
		}
		for _, b := range d.Bumps {
			for i := max(0, b[0]); i < min(n, b[1]); i++ {
				out[i] += float64(b[2])
			}
		}
		for i := range out {
			out[i] /= float64(uint64(1) << d.Bits)
		}
	default:
		return nil, fault.New("golden-scores", d.Kind, len(d.Values), n)
	}
	return out, nil
}

// evaluationCase is a case of the file of metrics and thresholds. Check has the beginning and the sum of what
// the rules must give.
type evaluationCase struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	N      int    `json:"n"`
	Labels struct {
		Kind     string   `json:"kind"`
		Segments [][2]int `json:"segments"`
	} `json:"labels"`
	Scores  draws `json:"scores"`
	Options struct {
		Delays      []int     `json:"delays"`
		K           []int     `json:"k"`
		RAUCWindows []int     `json:"r_auc_windows"`
		VUSWindows  []int     `json:"vus_windows"`
		ChanceP     []float64 `json:"chance_p"`
		Threshold   float64   `json:"threshold"`
		NTrain      int       `json:"n_train"`
		NTest       int       `json:"n_test"`
		Train       draws     `json:"train"`
		Test        draws     `json:"test"`
	} `json:"options"`
	Check struct {
		Scores    []float64 `json:"scores_first"`
		Sum       float64   `json:"scores_sum"`
		Positives int       `json:"n_positive"`
		Train     []float64 `json:"train_first"`
		Test      []float64 `json:"test_first"`
	} `json:"check"`
	Expected map[string]any `json:"expected"`
}

// first compares the beginning of what a rule gave: with other inputs all else would be beside the point.
func (c evaluationCase) first(l *ledger, what string, got, want []float64) {
	for i, x := range want {
		at := fmt.Sprintf("%s/%s[%d]", c.Name, what, i)
		if i >= len(got) {
			l.note("inputs", at, math.NaN(), x, exactly)
			return
		}
		l.note("inputs", at, got[i], x, exactly)
	}
}

// verifyEvaluation compares every metric and threshold that a file of cases has. Nothing of it runs on the
// device: metrics and thresholds are computed in float64 everywhere.
func verifyEvaluation(v *verifier, file []byte) error {
	var f struct{ Cases []evaluationCase }
	if err := json.Unmarshal(file, &f); err != nil {
		return fault.New("golden-json", err)
	}
	l := ledger{counted: func(at string) bool {
		return strings.HasSuffix(at, "threshold_ge") || strings.Contains(at, "/n_")
	}}
	for _, c := range f.Cases {
		verify := c.metrics
		if c.Kind == "thresholds" {
			verify = c.thresholds
		}
		if err := verify(&l); err != nil {
			return fault.New("in-place", c.Name, err)
		}
	}
	v.report.Checks = append(v.report.Checks, l.checks...)
	return nil
}

// ledger collects single numbers under the quantities they belong to, in the order they come.
type ledger struct {
	checks  []Check
	counted func(at string) bool // whether the number at a place was counted or chosen
}

// note compares a number; the largest error of a quantity is kept. The error is relative to numbers above 1
// and absolute below. What must be exact is infinitely wrong or not at all.
func (l *ledger) note(quantity, at string, got, want, limit float64) {
	e := math.Abs(got-want) / max(1, math.Abs(want))
	if math.IsNaN(e) || limit == exactly && e > 0 {
		e = math.Inf(1)
	}
	c := Check{Name: quantity, At: at, Error: e, Limit: limit}
	i := slices.IndexFunc(l.checks, func(k Check) bool { return k.Name == quantity })
	switch {
	case i < 0:
		l.checks = append(l.checks, c)
	case e > l.checks[i].Error || !c.OK() && l.checks[i].OK():
		l.checks[i] = c
	}
}

// input makes scores and labels, and compares them with what the rules must give.
func (c evaluationCase) input(l *ledger) (scores []float64, labels []uint8, err error) {
	if scores, err = c.Scores.scores(c.N); err != nil {
		return nil, nil, err
	}
	labels = make([]uint8, c.N)
	for _, s := range c.Labels.Segments {
		for i := max(0, s[0]); i < min(c.N, s[1]); i++ {
			labels[i] = 1
		}
	}
	if c.Check.Scores != nil {
		c.first(l, "scores", scores, c.Check.Scores)
		sum, positives := 0.0, 0
		for i, x := range scores {
			sum += x
			positives += int(labels[i])
		}
		l.note("inputs", c.Name+"/sum", sum, c.Check.Sum, evaluated)
		l.note("inputs", c.Name+"/positives", float64(positives), float64(c.Check.Positives), exactly)
	}
	return scores, labels, nil
}

// evaluation is that of a case whose every point has a score.
func (c evaluationCase) evaluation(l *ledger) (*metrics.Evaluation, error) {
	scores, labels, err := c.input(l)
	if err != nil {
		return nil, err
	}
	return metrics.NewEvaluation(scores, labels, metrics.RefuseUnscored)
}

// metrics compares one list of scores with its labels. Where the file has an answer for each policy on
// unscored points, the default must refuse them.
func (c evaluationCase) metrics(l *ledger) error {
	scores, labels, err := c.input(l)
	if err != nil {
		return err
	}
	e, err := metrics.NewEvaluation(scores, labels, metrics.RefuseUnscored)
	if c.Expected["default"] == nil {
		if err != nil {
			return err
		}
		return c.leaves(l, c.Name, c.Expected, c.answer(e))
	}
	refused := 0.0
	if err != nil {
		refused = 1
	}
	l.note("refusal of unscored points", c.Name, refused, 1, exactly)
	for _, policy := range []metrics.Unscored{metrics.ExcludeUnscored, metrics.LowestUnscored} {
		e, err := metrics.NewEvaluation(scores, labels, policy)
		if err != nil {
			return err
		}
		if err := c.leaves(l, c.Name+"/"+policy.String(), c.Expected[policy.String()],
			c.answer(e)); err != nil {
			return err
		}
	}
	return nil
}

// answer is everything that the file has of an evaluation, under the file's keys. Metrics that depend on a
// threshold take the one of the case's options.
func (c evaluationCase) answer(e *metrics.Evaluation) map[string]any {
	a := e.At(c.Options.Threshold)
	return map[string]any{
		"n_points": e.N(), "n_positive": e.Positives, "n_segments": len(e.Segments),
		"n_flagged": a.Flagged, "n_flagged_segments": len(a.Segments),
		"point":             a.Point(),
		"best_f1":           e.BestF1(),
		"auroc":             e.AUROC(),
		"average_precision": e.AveragePrecision(),
		"pa":                a.PointAdjusted(),
		"pa_best":           e.BestPointAdjusted(),
		"pa_delay":          keyed(c.Options.Delays, a.DelayAdjusted),
		"pak":               keyed(c.Options.K, a.PercentAdjusted),
		"pak_best":          keyed(c.Options.K, e.BestPercentAdjusted),
		"pak_area_fixed":    a.PercentArea(),
		"pak_area_best":     e.BestPercentArea(),
		"composite":         a.Composite(),
		"segment":           a.SegmentWise(),
		"event":             a.EventWise(),
		"range":             ranges(a),
		"affiliation":       a.Affiliation(),
		"r_auc":             keyed(c.Options.RAUCWindows, e.RangeAUC),
		"vus":               keyed(c.Options.VUSWindows, e.VUS),
		"chance_pa": keyed(c.Options.ChanceP, func(p float64) metrics.Rates {
			return metrics.ChancePointAdjusted(e.Segments, e.N(), p)
		}),
		"chance_pak20": keyed(c.Options.ChanceP, func(p float64) metrics.Rates {
			return metrics.ChancePercentAdjusted(e.Segments, e.N(), 20, p)
		}),
	}
}

// ranges are the range-based metrics for all cardinalities and biases.
func ranges(a *metrics.Alarms) map[string]any {
	out := map[string]any{}
	for cardinality := metrics.ReciprocalCardinality; cardinality <= metrics.OneCardinality; cardinality++ {
		for bias := metrics.FlatBias; bias <= metrics.BackBias; bias++ {
			of := func(alpha float64) metrics.Rates {
				return a.RangeBased(metrics.RangeOptions{Alpha: alpha, PrecisionBias: bias, RecallBias: bias,
					Cardinality: cardinality})
			}
			out[cardinality.String()+"/"+bias.String()] = map[string]any{"precision": of(0).Precision,
				"recall_alpha0":   of(0).Recall,
				"recall_alpha0.5": of(0.5).Recall, "recall_alpha1": of(1).Recall, "f1_alpha0": of(0).F1}
		}
	}
	return out
}

// keyed is the object of of(k) for every key k, written the shortest way.
func keyed[K int | float64, V any](keys []K, of func(K) V) map[string]any {
	object := map[string]any{}
	for _, k := range keys {
		object[strconv.FormatFloat(float64(k), 'f', -1, 64)] = of(k)
	}
	return object
}

// leaves compares an answer with what is expected, one check for each of the file's top-level keys. The
// answer goes through JSON, so that both sides are made of the same few types, under the names the metrics
// give their own fields.
func (c evaluationCase) leaves(l *ledger, at string, want any, answer map[string]any) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		return err
	}
	object, ok := want.(map[string]any)
	if !ok {
		return fault.New("golden-no-object", at, fmt.Sprint(want))
	}
	for _, key := range sorted(object) {
		compare(l, key, at+"/"+key, object[key], got[key])
	}
	return nil
}

// sorted are the keys of an object, in order.
func sorted(object map[string]any) []string {
	var keys []string
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// compare walks through what is expected; got may have more. Counts and chosen thresholds must be exact.
func compare(l *ledger, quantity, at string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		for _, key := range sorted(want) {
			value, ok := object[key]
			if !ok {
				value = "missing"
			}
			compare(l, quantity, at+"/"+key, want[key], value)
		}
	case []any:
		list, _ := got.([]any)
		l.note(quantity, at, float64(len(list)), float64(len(want)), exactly)
		for i := range min(len(list), len(want)) {
			compare(l, quantity, fmt.Sprintf("%s[%d]", at, i), want[i], list[i])
		}
	case float64:
		x, ok := got.(float64)
		if !ok {
			x = math.NaN()
		}
		limit := float64(evaluated)
		if l.counted(at) {
			limit = exactly
		}
		l.note(quantity, at, x, want, limit)
	default:
		same := 0.0
		if got == want { // null, true, false
			same = 1
		}
		l.note(quantity, at, same, 1, exactly)
	}
}
