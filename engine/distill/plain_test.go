package distill_test

import (
	"context"
	"math"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// sizes of the student and of its teacher, which has fewer layers.
var (
	studentSizes = models.Config{Window: 8, Channels: 3, DModel: 6, Heads: 3, Layers: 2, DFF: 5}
	teacherSizes = models.Config{Window: 8, Channels: 3, DModel: 4, Heads: 2, Layers: 1, DFF: 7}
)

// arm is a student that learns from a teacher of another size, which is not trained.
func arm(t *testing.T, kind, axis string) train.Problem {
	t.Helper()
	var p train.Problem
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 1, 8, 3)
		out := model(t, "anomaly_transformer").Build(g, x, studentSizes)
		p = train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Trainable: g.Params()}
		if kind == "" {
			return
		}
		d, err := distill.Term(kind, axis, taught(t, g, x, kind), out.Series)
		if err != nil {
			t.Fatal(err)
		}
		p.Weight = g.Input("lambda")
		p.Loss = graph.Add(out.Loss, graph.Mul(p.Weight, d))
		p.Parts = []plan.Result{{Name: "total", Node: p.Loss}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Graph = g
	return p
}

// taught is the teacher's output; for the objective none there is no teacher.
func taught(t *testing.T, g *graph.Graph, x *graph.Node, kind string) *graph.Node {
	t.Helper()
	if kind == "none" {
		return nil
	}
	defer g.Scope("teacher")()
	return model(t, "transformer").Build(g, x, teacherSizes).Series
}

func model(t *testing.T, name string) models.Model {
	t.Helper()
	m, err := models.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// trained returns the parameters after a few clipped steps with this weight.
func trained(t *testing.T, p train.Problem, weight float64) map[string]tensor.Tensor {
	t.Helper()
	tr, err := train.New(cpu.New(), p, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	s := datasets.Series{Rows: 32, Channels: 3}
	for i := range 96 {
		s.Values = append(s.Values, float32(math.Sin(float64(i*i))))
	}
	o := train.Options{Train: spec.Train{Rate: 1e-2, Schedule: "constant", Batch: 2}, Epochs: 2, Seed: 1,
		Lambda: func(epoch int) float64 { return distill.Weight("linear", weight, epoch, 2) }}
	if _, err := tr.Fit(context.Background(), datasets.Tile(s, 8), datasets.Windows{}, o); err != nil {
		t.Fatal(err)
	}
	params, err := tr.Params()
	if err != nil {
		t.Fatal(err)
	}
	return params
}

// differing is the number of values of the student whose bits differ.
func differing(t *testing.T, plain, other map[string]tensor.Tensor) int {
	t.Helper()
	n := 0
	for name, a := range plain {
		b, ok := other[name]
		if !ok || len(a.Data) != len(b.Data) {
			t.Fatalf("%s is missing", name)
		}
		for i := range a.Data {
			if math.Float32bits(a.Data[i]) != math.Float32bits(b.Data[i]) {
				n++
			}
		}
	}
	return n
}

func TestWeightZeroIsThePlainStudentBitForBit(t *testing.T) {
	plain := trained(t, arm(t, "", ""), 0)
	for _, c := range []struct {
		kind, axis string
		weight     float64
		same       bool
	}{
		{"none", "", 0.5, true},
		{"cosine", "channel", 0, true},
		{"cosine", "time", 0, true},
		{"cosine", "window", 0, true},
		{"mse", "", 0, true},
		{"cosine", "channel", 0.5, false},
		{"mse", "", 0.5, false},
	} {
		if n := differing(t, plain, trained(t, arm(t, c.kind, c.axis), c.weight)); (n == 0) != c.same {
			t.Errorf("%s %s, weight %v: %d values differ from the plain student's", c.kind, c.axis, c.weight, n)
		}
	}
}
