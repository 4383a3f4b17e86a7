package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// goldenCase is one case of testdata/metrics.json; the file says in words how inputs are built from it.
type goldenCase struct {
	Name   string
	Kind   string
	N      int
	Labels struct {
		Kind     string
		Segments [][2]int
		File     string
	}
	Scores struct {
		Kind    string
		Divisor float64
		Values  []*float64
		Seed    uint32
		Bits    uint
		Bumps   [][3]int
	}
	Options struct {
		Delays      []int
		K           []int
		RAUCWindows []int     `json:"r_auc_windows"`
		VUSWindows  []int     `json:"vus_windows"`
		ChanceP     []float64 `json:"chance_p"`
		Threshold   float64
	}
	Check struct {
		First     []float64 `json:"scores_first"`
		Sum       float64   `json:"scores_sum"`
		Positives int       `json:"n_positive"`
	}
	Expected map[string]any
}

func goldenCases(t *testing.T) []goldenCase {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var cases []goldenCase
	for _, c := range file.Cases {
		if c.Kind == "metrics" { // the others are about thresholds
			cases = append(cases, c)
		}
	}
	return cases
}

func (c goldenCase) labels(t *testing.T) []uint8 {
	if c.Labels.File != "" {
		t.Skipf("labels are in %s, which this package does not carry", c.Labels.File)
	}
	if c.Labels.Kind != "segments" {
		t.Fatalf("labels of kind %q, want segments", c.Labels.Kind)
	}
	labels := make([]uint8, c.N)
	for _, s := range c.Labels.Segments {
		for i := s[0]; i < s[1]; i++ {
			labels[i] = 1
		}
	}
	return labels
}

func (c goldenCase) scores(t *testing.T) []float64 {
	scores := make([]float64, c.N)
	switch c.Scores.Kind {
	case "list":
		for i, v := range c.Scores.Values {
			scores[i] = math.NaN()
			if v != nil {
				scores[i] = *v / c.Scores.Divisor
			}
		}
	case "lcg":
		x := c.Scores.Seed
		for i := range scores {
			x = 1664525*x + 1013904223
			scores[i] = float64(x >> (32 - c.Scores.Bits))
		}
		for _, b := range c.Scores.Bumps {
			for i := b[0]; i < b[1]; i++ {
				scores[i] += float64(b[2])
			}
		}
		for i := range scores {
			scores[i] /= float64(uint64(1) << c.Scores.Bits)
		}
	default:
		t.Fatalf("scores of kind %q, want list or lcg", c.Scores.Kind)
	}
	return scores
}

// answer computes everything the file has for a case, under the file's keys.
func (c goldenCase) answer(e *Evaluation) map[string]any {
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
		"range":             rangeAnswers(a),
		"affiliation":       a.Affiliation(),
		"r_auc":             keyed(c.Options.RAUCWindows, e.RangeAUC),
		"vus":               keyed(c.Options.VUSWindows, e.VUS),
		"chance_pa": keyed(c.Options.ChanceP, func(p float64) Rates {
			return ChancePointAdjusted(e.Segments, e.N(), p)
		}),
		"chance_pak20": keyed(c.Options.ChanceP, func(p float64) Rates {
			return ChancePercentAdjusted(e.Segments, e.N(), 20, p)
		}),
	}
}

func rangeAnswers(a *Alarms) map[string]any {
	answers := map[string]any{}
	for cardinality := ReciprocalCardinality; cardinality <= OneCardinality; cardinality++ {
		for bias := FlatBias; bias <= BackBias; bias++ {
			of := func(alpha float64) Rates {
				return a.RangeBased(RangeOptions{Alpha: alpha, Bias: bias, Cardinality: cardinality})
			}
			answers[cardinality.String()+"/"+bias.String()] = map[string]any{
				"precision":       of(0).Precision,
				"recall_alpha0":   of(0).Recall,
				"recall_alpha0.5": of(0.5).Recall,
				"recall_alpha1":   of(1).Recall,
				"f1_alpha0":       of(0).F1,
			}
		}
	}
	return answers
}

// keyed is the object of of(k) for every key k, written the shortest way.
func keyed[K int | float64, V any](keys []K, of func(K) V) map[string]any {
	object := map[string]any{}
	for _, k := range keys {
		object[strconv.FormatFloat(float64(k), 'f', -1, 64)] = of(k)
	}
	return object
}

func TestGoldenInputsAreTheSameDoubles(t *testing.T) {
	for _, c := range goldenCases(t) {
		if c.Check.First == nil {
			continue
		}
		scores, labels, sum := c.scores(t), c.labels(t), 0.0
		for _, s := range scores {
			sum += s
		}
		positives := 0
		for _, y := range labels {
			positives += int(y)
		}
		for i, want := range c.Check.First {
			if scores[i] != want {
				t.Errorf("%s: score %d is %v, want %v", c.Name, i, scores[i], want)
			}
		}
		if sum != c.Check.Sum || positives != c.Check.Positives {
			t.Errorf("%s: sum %v and %d positives, want %v and %d", c.Name, sum, positives, c.Check.Sum, c.Check.Positives)
		}
	}
}

func TestEveryMetricEqualsItsGoldenValue(t *testing.T) {
	for _, c := range goldenCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			scores, labels := c.scores(t), c.labels(t)
			e, err := NewEvaluation(scores, labels, RefuseUnscored)
			if c.Expected["default"] == nil {
				if err != nil {
					t.Fatal(err)
				}
				compare(t, "", c.Expected, plain(t, c.answer(e)))
				return
			}
			if c.Expected["default"] != "error" || err == nil {
				t.Errorf("error %v, want %v", err, c.Expected["default"])
			}
			for _, policy := range []Unscored{ExcludeUnscored, LowestUnscored} {
				e, err := NewEvaluation(scores, labels, policy)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, policy.String(), c.Expected[policy.String()], plain(t, c.answer(e)))
			}
		})
	}
}

// plain is v as JSON sees it.
func plain(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// compare reports every value of want that got lacks or has differently; got may have more.
func compare(t *testing.T, path string, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s: %v, want an object", path, got)
			return
		}
		for key, w := range want {
			g, ok := object[key]
			if !ok {
				t.Errorf("%s/%s is missing", path, key)
				continue
			}
			compare(t, path+"/"+key, w, g)
		}
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			t.Errorf("%s: %v, want %v", path, got, want)
			return
		}
		for i := range want {
			compare(t, fmt.Sprintf("%s[%d]", path, i), want[i], list[i])
		}
	case float64:
		g, ok := got.(float64)
		tolerance := 1e-9 * max(1, math.Abs(want))
		if strings.HasSuffix(path, "threshold_ge") || strings.Contains(path, "/n_") {
			tolerance = 0
		}
		if !ok || !(math.Abs(g-want) <= tolerance) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
