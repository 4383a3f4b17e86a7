package train_test

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

const (
	window   = 6
	channels = 2
)

// waves is a series that a small model can learn.
func waves(rows int) datasets.Series {
	s := datasets.Series{Rows: rows, Channels: channels}
	for t := range rows {
		s.Values = append(s.Values, float32(math.Sin(0.7*float64(t))), float32(math.Cos(0.3*float64(t))))
	}
	return s
}

// reconstruction is a small anomaly transformer over micro-batches of so many windows.
func reconstruction(t testing.TB, micro int) train.Problem {
	t.Helper()
	g, out, err := models.Graph(spec.ModelAnomalyTransformer,
		models.Config{Window: window, Channels: channels, DModel: 4, Heads: 2, Layers: 1, DFF: 3,
			Constants: spec.Model{}.ConstantsOf()}, micro)
	if err != nil {
		t.Fatal(err)
	}
	p := train.Problem{Graph: g, Windows: g.Input("x", micro, window, channels), Loss: out.Loss,
		Monitor: out.Loss, Trainable: g.Params(),
		Parts:   []plan.Result{{Name: "total", Node: out.Loss}},
		Checks:  []plan.Result{{Name: "discrepancy", Node: out.Parts[1].Node}},
		Outputs: []plan.Result{{Name: "score", Node: out.Scores[0].Node}}}
	return p
}

func newTrainer(t testing.TB, p train.Problem, clip float64, seed uint64) *train.Trainer {
	t.Helper()
	tr, err := train.New(cpu.New(), p, clip, seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

// options are three epochs of three steps, the last of one window, over seven windows.
func options() train.Options {
	return train.Options{Train: spec.Train{Rate: 0.01, Schedule: spec.RateCosine, Batch: 3}, Epochs: 3,
		Seed: 5}
}

func fitWindows() datasets.Windows   { return datasets.Slide(waves(12), window, 1) }
func validWindows() datasets.Windows { return datasets.Tile(waves(12), window) }

func params(t testing.TB, tr *train.Trainer) map[string]tensor.Tensor {
	t.Helper()
	p, err := tr.Params()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sameBits fails unless both hold the same parameters bit for bit.
func sameBits(t *testing.T, what string, got, want map[string]tensor.Tensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d parameters, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		if !slices.EqualFunc(got[name].Data, w.Data,
			func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
			t.Fatalf("%s: %s differs", what, name)
		}
	}
}

// losses are the epochs of a result without what depends on the clock.
func losses(r train.Result) []spec.Epoch {
	es := slices.Clone(r.Epochs)
	for i := range es {
		es[i].Seconds = 0
	}
	return es
}

// origin is what checkpoints of these tests belong to.
var origin = train.Origin{Spec: "a spec", Data: "a series", Teacher: "a teacher", Device: "a device"}

func saved(t testing.TB, tr *train.Trainer) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := tr.Save(&b, origin); err != nil {
		t.Fatal(err)
	}
	return &b
}

// countdown is a context that ends when it has been asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// scalars is a problem over parameters alone: f builds the loss and the monitor, both scalars.
func scalars(t *testing.T, f func(g *graph.Graph) (loss, monitor *graph.Node)) train.Problem {
	t.Helper()
	var p train.Problem
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 1, 1, 1)
		loss, monitor := f(g)
		nothing := graph.Scale(graph.MeanAll(x), 0)
		p = train.Problem{Windows: x, Loss: graph.Add(loss, nothing), Monitor: graph.Add(monitor, nothing),
			Trainable: g.Params()}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Graph = g
	return p
}

// steps are windows for so many steps of a problem of scalars.
func steps(n int) datasets.Windows {
	return datasets.Tile(datasets.Series{Values: make([]float32, n), Rows: n, Channels: 1}, 1)
}
