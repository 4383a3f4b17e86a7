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
	studentSizes = models.Config{Window: 8, Channels: 3, DModel: 6, Heads: 3, Layers: 2, DFF: 5,
		Constants: spec.Model{}.ConstantsOf()}
	teacherSizes = models.Config{Window: 8, Channels: 3, DModel: 4, Heads: 2, Layers: 1, DFF: 7}
)

// arm is a student that learns from a teacher of another size, which is not trained.
func arm(t *testing.T, o spec.Objective) train.Problem {
	t.Helper()
	var p train.Problem
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 1, 8, 3)
		out := models.All[spec.ModelAnomalyTransformer].Build(g, x, studentSizes)
		p = train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Trainable: g.Params()}
		if o.Kind == 0 {
			return
		}
		d, err := distill.Term(o, taught(g, x, o), out.Series)
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
func taught(g *graph.Graph, x *graph.Node, o spec.Objective) *graph.Node {
	if !spec.Objectives[o.Kind].Distils {
		return nil
	}
	defer g.Scope("teacher")()
	return models.All[spec.ModelTransformer].Build(g, x, teacherSizes).Series
}

// trained returns the parameters after a few clipped steps with this weight.
func trained(t *testing.T, p train.Problem, weight float64) map[string]tensor.Tensor {
	t.Helper()
	tr, err := train.New(cpu.New(), p, 1, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	s := datasets.Series{Rows: 32, Channels: 3}
	for i := range 96 {
		s.Values = append(s.Values, float32(math.Sin(float64(i*i))))
	}
	o := train.Options{Train: spec.Train{Rate: 1e-2, Schedule: spec.RateConstant, Batch: 2}, Epochs: 2,
		Seed: 1,
		Lambda: func(epoch int) float64 {
			return distill.Weight(spec.Objective{Schedule: spec.WeightLinear, Weight: weight}, epoch, 2)
		}}
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
	plain := trained(t, arm(t, spec.Objective{}), 0)
	for _, c := range []struct {
		kind   spec.ObjectiveKind
		axis   spec.AxisKind
		weight float64
		same   bool
	}{
		{spec.ObjectiveNone, 0, 0.5, true},
		{spec.ObjectiveCosine, spec.AxisChannel, 0, true},
		{spec.ObjectiveCosine, spec.AxisTime, 0, true},
		{spec.ObjectiveCosine, spec.AxisWindow, 0, true},
		{spec.ObjectiveMSE, 0, 0, true},
		{spec.ObjectiveCosine, spec.AxisChannel, 0.5, false},
		{spec.ObjectiveMSE, 0, 0.5, false},
	} {
		if n := differing(t, plain, trained(t, arm(t, spec.Objective{Kind: c.kind, Axis: c.axis}),
			c.weight)); (n == 0) != c.same {
			t.Errorf("%s %s, weight %v: %d values differ from the plain student's", c.kind, c.axis, c.weight,
				n)
		}
	}
}
