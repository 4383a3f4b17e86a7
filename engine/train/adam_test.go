package train_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

//go:embed testdata/adam.json
var adamFile []byte

// adamVectors is what of adam.json a trainer can be asked for (guide: golden README).
type adamVectors struct {
	Adam struct {
		Start []float32
		Steps []struct {
			Loss     float64
			Gradient []float64
			M, V     []float64
			After    []float64 `json:"params_after"`
		}
	}
	Constant struct {
		Gradient []float32
		After    [][]float64 `json:"params_after_steps"`
	} `json:"adam_constant_gradient"`
	Tiny struct {
		Gradient []float32
		After    []float64 `json:"params_after_step"`
	} `json:"adam_tiny_gradient"`
	Clip struct {
		Gradients [][]float32
		Norm      float64
		Tight     [][]float64 `json:"global_limit_1"`
		Loose     [][]float64 `json:"global_limit_100"`
	}
	Rate struct {
		Rate   float64 `json:"lr"`
		Epochs []float64
	} `json:"learning_rate"`
}

func vectors(t *testing.T) (v adamVectors) {
	t.Helper()
	if err := json.Unmarshal(adamFile, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// near compares within the tolerance of the file for float32.
func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-4*math.Abs(want[i])+1e-12 {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// walk makes n steps of one epoch and calls after each with everything a checkpoint holds.
func walk(t *testing.T, p train.Problem, start map[string]tensor.Tensor, rate, clip float64, n int,
	after func(step int, norm float64, state map[string]tensor.Tensor)) {
	t.Helper()
	tr := newTrainer(t, p, clip, 1)
	if _, _, err := tr.SetParams(start); err != nil {
		t.Fatal(err)
	}
	o := train.Options{Train: spec.Train{Rate: rate, Schedule: spec.RateConstant, Batch: 1}, Epochs: 1}
	o.OnStep = func(s train.StepInfo) {
		state, _, err := train.ReadTensors(saved(t, tr))
		if err != nil {
			t.Fatal(err)
		}
		after(s.Step, s.GradNorm, state)
	}
	if _, err := tr.Fit(context.Background(), steps(n), steps(0), o); err != nil {
		t.Fatal(err)
	}
}

func TestAdamWalksTheCurvedValleyOfTheGoldenFile(t *testing.T) {
	v := vectors(t).Adam
	p := scalars(t, func(g *graph.Graph) (loss, monitor *graph.Node) {
		a, b := g.Param("a", graph.Init{}), g.Param("b", graph.Init{})
		far := graph.Unary(op.Square, graph.Shift(a, -1))
		off := graph.Unary(op.Square, graph.Sub(b, graph.Unary(op.Square, a)))
		loss = graph.Add(far, graph.Scale(off, 5))
		return loss, loss
	})
	start := map[string]tensor.Tensor{"a": {Data: v.Start[:1]}, "b": {Data: v.Start[1:]}}
	walk(t, p, start, 0.05, 0, len(v.Steps), func(step int, norm float64, state map[string]tensor.Tensor) {
		want := v.Steps[step-1]
		both := func(prefix string) []float32 {
			return []float32{state[prefix+"a"].Data[0],
				state[prefix+"b"].Data[0]}
		}
		near(t, fmt.Sprintf("step %d parameters", step), both(""), want.After)
		near(t, fmt.Sprintf("step %d first moments", step), both("adam.m/"), want.M)
		near(t, fmt.Sprintf("step %d second moments", step), both("adam.v/"), want.V)
		near(t, fmt.Sprintf("step %d norm", step), []float32{float32(norm)},
			[]float64{math.Hypot(want.Gradient[0], want.Gradient[1])})
	})
}

// sloped is a problem whose gradient is the given one everywhere: the loss is the product with the
// parameters.
func sloped(t *testing.T, gradients ...[]float32) train.Problem {
	return scalars(t, func(g *graph.Graph) (loss, monitor *graph.Node) {
		loss = g.Scalar(0)
		for i, x := range gradients {
			w := g.Param(fmt.Sprintf("w%d", i), graph.Init{}, len(x))
			loss = graph.Add(loss, graph.SumAll(graph.Mul(w, g.Const(x, len(x)))))
		}
		return loss, loss
	})
}

func TestAdamOnConstantAndTinyGradientsEqualsTheGoldenFile(t *testing.T) {
	v := vectors(t)
	walk(t, sloped(t, v.Constant.Gradient), nil, 0.001, 0, len(v.Constant.After),
		func(step int, _ float64, state map[string]tensor.Tensor) {
			near(t, fmt.Sprintf("constant gradient, step %d", step), state["w0"].Data,
				v.Constant.After[step-1])
		})
	walk(t, sloped(t, v.Tiny.Gradient), nil, 0.001, 0, 1,
		func(_ int, _ float64, state map[string]tensor.Tensor) {
			near(t, "tiny gradient", state["w0"].Data, v.Tiny.After)
		})
}

// Adam's first step hides the length of the gradient; its first moment, a tenth of the clipped gradient, does
// not.
func TestClippingByGlobalNormEqualsTheGoldenFile(t *testing.T) {
	v := vectors(t).Clip
	for limit, want := range map[float64][][]float64{1: v.Tight, 100: v.Loose, 0: v.Loose} {
		walk(t, sloped(t, v.Gradients...), nil, 0.001, limit, 1,
			func(_ int, norm float64, state map[string]tensor.Tensor) {
				near(t, "norm", []float32{float32(norm)}, []float64{v.Norm})
				for i, w := range want {
					m := state[fmt.Sprintf("adam.m/w%d", i)].Data
					for j := range m {
						m[j] *= 10
					}
					near(t, fmt.Sprintf("limit %v, tensor %d", limit, i), m, w)
				}
			})
	}
}

func TestReferenceScheduleEqualsTheGoldenFile(t *testing.T) {
	v := vectors(t).Rate
	for i, want := range v.Epochs {
		got, err := train.Rate(spec.Train{Schedule: spec.RateReference, Rate: v.Rate}, i+1, len(v.Epochs))
		if err != nil || math.Abs(got-want) > 1e-9*want {
			t.Errorf("epoch %d: rate %v, error %v, want %v", i+1, got, err, want)
		}
	}
}

func TestConstantScheduleStaysAndCosineFalls(t *testing.T) {
	last := math.Inf(1)
	for epoch := 1; epoch <= 5; epoch++ {
		if got, err := train.Rate(spec.Train{Schedule: spec.RateConstant, Rate: 0.1}, epoch, 5); err != nil ||
			got != 0.1 {
			t.Errorf("constant, epoch %d: %v, error %v", epoch, got, err)
		}
		got, err := train.Rate(spec.Train{Schedule: spec.RateCosine, Rate: 0.1}, epoch, 5)
		want := 0.05 * (1 + math.Cos(math.Pi*float64(epoch-1)/5))
		if err != nil || math.Abs(got-want) > 1e-15 || !(got < last) || !(got > 0) {
			t.Errorf("cosine, epoch %d: %v, error %v, want %v", epoch, got, err, want)
		}
		last = got
	}
}

func TestStepScheduleFallsAfterEveryFewEpochs(t *testing.T) {
	for _, c := range []struct {
		every  int
		factor float64
		epoch  int
		want   float64
	}{{0, 0, 20, 0.1}, {0, 0, 21, 0.05}, {0, 0, 41, 0.025}, {3, 0.65, 3, 0.1}, {3, 0.65, 4, 0.065}, {3, 0.65,
		7, 0.04225}} {
		o := spec.Train{Schedule: spec.RateStep, Rate: 0.1, StepEpochs: c.every, StepFactor: c.factor}
		if got, err := train.Rate(o, c.epoch, 50); err != nil || math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%+v: rate %v, error %v", c, got, err)
		}
	}
}
