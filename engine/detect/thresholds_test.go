package detect_test

import (
	_ "embed"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

//go:embed testdata/thresholds.json
var thresholdsFile []byte

// generator is a rule for scores (golden README, rules scores.lcg).
type generator struct {
	Seed  uint32
	Bits  int
	Bumps [][3]uint32
}

func (g generator) scores(n int) []float64 {
	out := make([]float64, n)
	x := g.Seed
	for i := range out {
		x = 1664525*x + 1013904223
		v := x >> (32 - g.Bits)
		for _, b := range g.Bumps {
			if uint32(i) >= b[0] && uint32(i) < b[1] {
				v += b[2]
			}
		}
		out[i] = float64(v) / float64(uint32(1)<<g.Bits)
	}
	return out
}

type thresholdCase struct {
	Name    string
	Options struct {
		NTrain int `json:"n_train"`
		NTest  int `json:"n_test"`
		Train  generator
		Test   generator
	}
	Check struct {
		Train []float64 `json:"train_first"`
		Test  []float64 `json:"test_first"`
	}
	Expected map[string]struct {
		Threshold float64
		Flags     int `json:"test_flags"`
	}
}

func thresholdCases(t *testing.T) []thresholdCase {
	t.Helper()
	var f struct{ Cases []thresholdCase }
	if err := json.Unmarshal(thresholdsFile, &f); err != nil {
		t.Fatal(err)
	}
	return f.Cases
}

// Policies flag, strictly above their threshold, as many steps as the golden file says; ties are among its
// cases.
func TestPercentilesAndDeviationsEqualTheGoldenFile(t *testing.T) {
	compared := 0
	for _, c := range thresholdCases(t) {
		s := detect.Scores{Train: c.Options.Train.scores(c.Options.NTrain),
			Test: c.Options.Test.scores(c.Options.NTest)}
		if !slices.Equal(s.Train[:4], c.Check.Train) || !slices.Equal(s.Test[:4], c.Check.Test) {
			t.Fatalf("%s: scores begin %v and %v", c.Name, s.Train[:4], s.Test[:4])
		}
		for key, want := range c.Expected {
			got, err := chosen(t, key, s)
			if err != nil || math.Abs(got-want.Threshold) > 1e-9 {
				t.Errorf("%s, %s: %v, error %v, want %v", c.Name, key, got, err, want.Threshold)
			}
			e, err := metrics.NewEvaluation(s.Test, make([]uint8, len(s.Test)), metrics.RefuseUnscored)
			if err != nil {
				t.Fatal(err)
			}
			if flags := e.At(got).Flagged; flags != want.Flags {
				t.Errorf("%s, %s: %d flags, want %d", c.Name, key, flags, want.Flags)
			}
			compared++
		}
	}
	if compared != 28 {
		t.Errorf("%d thresholds compared, want all 28", compared)
	}
}

// choose is detect.Choose by a policy that must have a function.
func choose(t *testing.T, with spec.Threshold, s detect.Scores) (detect.Cut, error) {
	t.Helper()
	if !detect.HasFunction(with.Policy) {
		t.Fatalf("detect.policies lacks a row for %s", with.Policy)
	}
	return detect.Choose(with, s, nil)
}

// chosen is the threshold that the file's key names: train_percentile_99, mean_plus_1.5_sigma.
func chosen(t *testing.T, key string, s detect.Scores) (float64, error) {
	t.Helper()
	name := "mean_sigma"
	number := strings.TrimSuffix(strings.TrimPrefix(key, "mean_plus_"), "_sigma")
	if i := strings.LastIndex(number, "_"); i >= 0 {
		name, number = number[:i], number[i+1:]
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatal(err)
	}
	var with spec.Threshold
	if err := with.Policy.UnmarshalText([]byte(name)); err != nil {
		t.Fatal(err)
	}
	with.SetParam(spec.Policies[with.Policy].Params[0], x)
	cut, err := choose(t, with, s)
	return cut.Threshold, err
}

func TestPercentileInterpolatesBetweenNeighbours(t *testing.T) {
	xs := []float64{4, 1, 3, 2}
	for percent, want := range map[float64]float64{0: 1, 100: 4, 50: 2.5, 25: 1.75} {
		if got, err := detect.Percentile(xs, percent); err != nil || got != want {
			t.Errorf("percentile %v = %v, error %v, want %v", percent, got, err, want)
		}
	}
	if !slices.Equal(xs, []float64{4, 1, 3, 2}) {
		t.Errorf("the scores were reordered: %v", xs)
	}
	for percent, xs := range map[float64][]float64{-1: {1}, 100.5: {1}, 50: nil, 1: {}} {
		if v, err := detect.Percentile(xs, percent); err == nil {
			t.Errorf("percentile %v of %v = %v, want an error", percent, xs, v)
		}
	}
	if _, err := detect.Percentile([]float64{1}, math.NaN()); err == nil {
		t.Error("percentile NaN is no error")
	}
}

// wave are n scores between 0 and 2, but 9 for ten steps from the given one on.
func wave(n, from int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 + math.Sin(float64(i*i))
		if i >= from && i < from+10 {
			out[i] = 9
		}
	}
	return out
}

// What a policy says that it saw is what it looks at: nothing else changes what it decides.
func TestPoliciesLookAtWhatTheySay(t *testing.T) {
	given := [spec.ParamCount]float64{spec.ParamPercent: 75, spec.ParamK: 2, spec.ParamLevel: 0.8,
		spec.ParamQ: 0.01, spec.ParamValue: 1.5}
	base := detect.Scores{Train: wave(300, 300), Test: wave(1000, 500), Labels: make([]uint8, 1000)}
	base.Labels[500] = 1
	train, test, labels := base, base, base
	train.Train = wave(300, 200)
	test.Test = append(wave(500, 200), make([]float64, 500)...)
	labels.Labels = slices.Repeat([]uint8{0, 0, 0, 1}, 250)
	for p := range spec.Each(spec.PolicyCount) {
		row, with := spec.Policies[p], spec.Threshold{Policy: p}
		for _, k := range row.Params {
			with.SetParam(k, given[k])
		}
		cutOf := func(s detect.Scores) detect.Cut {
			c, err := choose(t, with, s)
			if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			return c
		}
		cut := cutOf(base)
		for _, c := range []struct {
			what string
			s    detect.Scores
			sees bool
		}{
			{"train scores", train, row.Train},
			{"test scores", test, row.Saw >= spec.SawPast},
			{"test labels", labels, row.Saw == spec.SawLabels},
		} {
			got := cutOf(c.s)
			same := math.Float64bits(got.Threshold) == math.Float64bits(cut.Threshold) &&
				slices.Equal(got.Flags, cut.Flags) && reflect.DeepEqual(got.Tail, cut.Tail)
			if same == c.sees {
				t.Errorf("%s: %s change what it decides: %v, want %v", p, c.what, !same, c.sees)
			}
		}
		if row.Labels != (row.Saw == spec.SawLabels) {
			t.Errorf("%s: needs labels %v, saw %q", p, row.Labels, row.Saw)
		}
		without := base
		without.Train = nil
		if _, err := choose(t, with, without); (err != nil) != (row.Train &&
			p != spec.PolicyTrainTestPercentile) {
			t.Errorf("%s without train scores: error %v, needs them %v", p, err, row.Train)
		}
	}
}

func TestThresholdsMustBeFinite(t *testing.T) {
	s := detect.Scores{Train: []float64{-math.MaxFloat64, math.MaxFloat64}, Test: []float64{1}}
	if c, err := choose(t, spec.Threshold{Policy: spec.PolicyMeanSigma, K: 3}, s); err == nil {
		t.Errorf("threshold %v, want an error", c.Threshold)
	}
	infinite := math.Inf(1)
	if c, err := choose(t, spec.Threshold{Policy: spec.PolicyFixed, Value: &infinite}, s); err == nil {
		t.Errorf("threshold %v, want an error", c.Threshold)
	}
}

func TestBestF1FlagsStrictlyAboveItsThreshold(t *testing.T) {
	s := detect.Scores{Test: []float64{1, 5, 2, 5, 3}, Labels: []uint8{0, 1, 0, 1, 0}}
	cut, err := choose(t, spec.Threshold{Policy: spec.PolicyBestF1}, s)
	if err != nil || !(cut.Threshold < 5) || !(cut.Threshold >= 3) {
		t.Errorf("threshold %v, error %v, want one that flags the fives alone", cut.Threshold, err)
	}
}

func TestBestF1NeedsAnomalies(t *testing.T) {
	for want, labels := range map[string][]uint8{"has no labels": nil, "no test step is labelled": {0, 0}} {
		if _, err := choose(t, spec.Threshold{Policy: spec.PolicyBestF1},
			detect.Scores{Test: []float64{1, 2}, Labels: labels}); err == nil ||
			!strings.Contains(words.English().Error(err), want) {
			t.Errorf("labels %v: error %v, want %q", labels, err, want)
		}
	}
	if _, err := detect.Choose(spec.Threshold{}, detect.Scores{Test: []float64{1}}, nil); err == nil {
		t.Error("no policy is no error")
	}
}
