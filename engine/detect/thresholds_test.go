package detect_test

import (
	_ "embed"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
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

// Policies flag, strictly above their threshold, as many steps as the golden file says; ties are among its cases.
func TestPercentilePoliciesEqualTheGoldenFile(t *testing.T) {
	compared := 0
	for _, c := range thresholdCases(t) {
		s := detect.Scores{Train: c.Options.Train.scores(c.Options.NTrain), Test: c.Options.Test.scores(c.Options.NTest)}
		if !slices.Equal(s.Train[:4], c.Check.Train) || !slices.Equal(s.Test[:4], c.Check.Test) {
			t.Fatalf("%s: scores begin %v and %v", c.Name, s.Train[:4], s.Test[:4])
		}
		for key, want := range c.Expected {
			i := strings.LastIndex(key, "_")
			percent, err := strconv.ParseFloat(key[i+1:], 64)
			if err != nil {
				continue // mean + k sigma
			}
			p, err := detect.FindThreshold(key[:i])
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Choose(s, percent)
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
	if compared != 22 {
		t.Errorf("%d thresholds compared, want all 22", compared)
	}
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

// What a policy says that it saw is what it looks at: nothing else changes the threshold.
func TestPoliciesLookAtWhatTheySay(t *testing.T) {
	base := detect.Scores{Train: []float64{1, 2, 3, 4}, Test: []float64{2, 5, 3, 9}, Labels: []uint8{0, 0, 0, 1}}
	train, test, labels := base, base, base
	train.Train = []float64{10, 20, 30, 40}
	test.Test = []float64{20, 50, 31, 90}
	labels.Labels = []uint8{0, 1, 1, 1}
	for _, p := range detect.Thresholds {
		choose := func(s detect.Scores) float64 {
			v, err := p.Choose(s, 75)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		at := choose(base)
		for _, c := range []struct {
			what string
			s    detect.Scores
			sees bool
		}{
			{"train scores", train, p.Name != "best_f1"},
			{"test scores", test, p.Name != "train_percentile"},
			{"test labels", labels, p.Name == "best_f1"},
		} {
			if changed := choose(c.s) != at; changed != c.sees {
				t.Errorf("%s: %s change the threshold: %v, want %v", p.Name, c.what, changed, c.sees)
			}
		}
	}
	for name, saw := range map[string]string{"train_percentile": "train scores", "train_test_percentile": "sees test scores", "best_f1": "uses test labels"} {
		if p, err := detect.FindThreshold(name); err != nil || p.Saw != saw {
			t.Errorf("%s saw %q, error %v, want %q", name, p.Saw, err, saw)
		}
	}
}

func TestBestF1FlagsStrictlyAboveItsThreshold(t *testing.T) {
	p, err := detect.FindThreshold("best_f1")
	if err != nil {
		t.Fatal(err)
	}
	s := detect.Scores{Test: []float64{1, 5, 2, 5, 3}, Labels: []uint8{0, 1, 0, 1, 0}}
	cut, err := p.Choose(s, 0)
	if err != nil || !(cut < 5) || !(cut >= 3) {
		t.Errorf("threshold %v, error %v, want one that flags the fives alone", cut, err)
	}
}

func TestBestF1NeedsAnomalies(t *testing.T) {
	p, err := detect.FindThreshold("best_f1")
	if err != nil {
		t.Fatal(err)
	}
	for want, labels := range map[string][]uint8{"has no labels": nil, "no test step is labelled": {0, 0}} {
		if _, err := p.Choose(detect.Scores{Test: []float64{1, 2}, Labels: labels}, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("labels %v: error %v, want %q", labels, err, want)
		}
	}
	if _, err := detect.FindThreshold("median"); err == nil {
		t.Error("an unknown policy is no error")
	}
}
