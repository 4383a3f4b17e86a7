package models_test

import (
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// value is a node of a build in float64.
func value(t *testing.T, b built, n *graph.Node) []float64 {
	t.Helper()
	v, err := backendtest.Eval(b.feeds, n)
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

// The paper's skips, given, are those that a spec without them means.
func TestSkipsSayHowFarEachLayerLooksBack(t *testing.T) {
	plain, c := build(t, spec.ModelTHOC), fit(spec.ModelTHOC, odd)
	c.Skips = []int{1, 2}
	given := buildWith(t, spec.ModelTHOC, c)
	if !slices.Equal(value(t, plain, plain.out.Loss), value(t, given, given.out.Loss)) {
		t.Error("skips 1, 2 are not what two layers have anyway")
	}
	c.Skips = []int{3, 1}
	late := buildWith(t, spec.ModelTHOC, c)
	series := value(t, late, late.out.Series)
	if late.out.First != 3 {
		t.Errorf("the first step that counts is %d, want 3", late.out.First)
	}
	for i, x := range series[:3*c.Channels] {
		if x != 0 {
			t.Errorf("value %d of the first steps is %v, which nothing can say", i, x)
		}
	}
	if c.Skips = []int{1, c.Window}; !fault.Has(models.Check(spec.ModelTHOC, c), "model-reach-thoc") {
		t.Error("a layer may look beyond the window")
	}
}

func TestTheNormalPriorIsThatOfIndependentValues(t *testing.T) {
	c := fit(spec.ModelOmniAnomaly, odd)
	c.Prior = spec.PriorNormal
	b := buildWith(t, spec.ModelOmniAnomaly, c)
	var z, prior []float64
	for _, n := range b.out.Inner {
		switch n.Name {
		case "z":
			z = value(t, b, n.Node)
		case "prior_log_prob":
			prior = value(t, b, n.Node)
		}
	}
	for i, got := range prior {
		want := 0.0
		for _, x := range z[i*c.Latent : (i+1)*c.Latent] {
			want -= x*x/2 + math.Log(2*math.Pi)/2
		}
		if math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Fatalf("step %d: %v, want %v", i, got, want)
		}
	}
}

// The mean over draws is that of scores that each have one of them.
func TestSamplesAreAveragedInTheScore(t *testing.T) {
	c := fit(spec.ModelOmniAnomaly, odd)
	one := buildWith(t, spec.ModelOmniAnomaly, c)
	c.Samples = 3
	three := buildWith(t, spec.ModelOmniAnomaly, c)
	draws := map[string][]float64{}
	for n, v := range three.feeds {
		if n.Noise != graph.NoNoise {
			for i := range v {
				v[i] *= float64(1 + len(draws))
			}
			draws[n.Name] = v
		}
	}
	if len(draws) != 3 {
		t.Fatalf("%d draws, want 3", len(draws))
	}
	for i := range one.out.Scores {
		got := value(t, three, three.out.Scores[i].Node)
		want := make([]float64, len(got))
		for _, draw := range draws {
			for n := range one.feeds {
				if n.Noise != graph.NoNoise {
					one.feeds[n] = draw
				}
			}
			for k, x := range value(t, one, one.out.Scores[i].Node) {
				want[k] += x / 3
			}
		}
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1e-9*math.Abs(want[k]) {
				t.Fatalf("score %d of step %d: %v, want %v", i, k, got[k], want[k])
			}
		}
	}
}
