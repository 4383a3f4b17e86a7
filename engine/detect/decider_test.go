package detect_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// A decider that begins with what was kept of a policy decides about the scores of a test part as the policy
// did, whatever it looks at.
func TestScoresOneByOneAreDecidedAboutAsTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	draw := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			if out[i] = r.ExpFloat64(); r.IntN(300) == 0 {
				out[i] += 20
			}
		}
		return out
	}
	value := 3.0
	for k := range spec.Each(spec.PolicyCount) {
		with := spec.Threshold{Policy: k}
		switch k {
		case spec.PolicyFixed:
			with.Value = &value
		case spec.PolicyTrainPercentile, spec.PolicyTrainTestPercentile:
			with.Percent = 98
		}
		for _, n := range []int{900, 2100, 2101, 5000} {
			s := detect.Scores{Train: draw(3000), Test: draw(n), Labels: make([]uint8, n)}
			s.Test[50], s.Labels[50] = 30, 1
			cut, err := detect.Choose(with, s, nil)
			if err != nil {
				t.Fatalf("%s: %v", k, err)
			}
			want := cut.Flags
			if want == nil {
				for _, x := range s.Test {
					want = append(want, x > cut.Threshold)
				}
			}
			start, err := detect.StartOf(with, cut, s.Train, nil)
			if err != nil {
				t.Fatalf("%s: %v", k, err)
			}
			if got := decided(t, kept(t, start), s.Test); !slices.Equal(got, want) {
				t.Errorf("%s: %d scores one by one are decided about differently", k, n)
			}
		}
	}
}

// kept is a start that went through a file.
func kept(t *testing.T, s detect.Start) (out detect.Start) {
	t.Helper()
	text, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func decided(t *testing.T, s detect.Start, scores []float64) (flags []bool) {
	t.Helper()
	d, err := detect.NewDecider(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	take := func(x detect.Decision) { flags = append(flags, x.Flag) }
	for i, x := range scores {
		if err := d.Step(x, take); err != nil {
			t.Fatal(err)
		}
		if late := i + 1 - len(flags); late > d.Late() {
			t.Fatalf("%s: step %d is %d steps late, want %d at most", s.Policy, i, late, d.Late())
		}
	}
	d.End(take)
	return flags
}

func TestADeciderRefusesWhatDecidesNothing(t *testing.T) {
	good := detect.Start{Policy: spec.PolicySPOT, Q: 0.001, Scores: 100, Scale: 1, Excesses: []float64{1, 2}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*detect.Start){
		"no policy":  func(s *detect.Start) { s.Policy = 0 },
		"no value":   func(s *detect.Start) { s.Policy, s.Value = spec.PolicyFixed, metrics.Undefined },
		"no tail":    func(s *detect.Start) { s.Excesses = nil },
		"no order":   func(s *detect.Start) { s.Excesses = []float64{2, 1} },
		"no number":  func(s *detect.Start) { s.Excesses = []float64{math.NaN()} },
		"no scale":   func(s *detect.Start) { s.Scale = 0 },
		"too few":    func(s *detect.Start) { s.Scores = 1 },
		"share of 1": func(s *detect.Start) { s.Q = 1 },
	} {
		s := good
		change(&s)
		if _, err := detect.NewDecider(s, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
