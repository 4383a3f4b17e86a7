package models_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
)

// TestLossAndScoreStayFiniteInFloat32 drives the deviations of the prior to both ends of their range, where
// the prior becomes the identity and where it is widest, with data far from 0.
func TestLossAndScoreStayFiniteInFloat32(t *testing.T) {
	for _, raw := range []float32{-1e3, 1e3} {
		b := build(t, spec.ModelAnomalyTransformer)
		grads, err := autodiff.Gradients(b.out.Loss, b.graph.Params()...)
		if err != nil {
			t.Fatal(err)
		}
		proc := plan.Proc{Name: "all", Results: []plan.Result{{Name: "loss", Node: b.out.Loss}}}
		for _, s := range b.out.Scores {
			proc.Results = append(proc.Results, plan.Result{Name: s.Kind.String(), Node: s.Node})
		}
		for i, d := range grads {
			proc.Results = append(proc.Results, plan.Result{Name: b.graph.Params()[i].Name, Node: d})
		}
		for name, v := range runOnCPU(t, b, proc, raw) {
			for _, x := range v {
				if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
					t.Fatalf("raw deviation %v: %s is %v", raw, name, x)
				}
			}
		}
	}
}

// runOnCPU computes a procedure in float32, with the bias of every deviation set to raw and the input times
// 100.
func runOnCPU(t *testing.T, b built, proc plan.Proc, raw float32) map[string][]float32 {
	t.Helper()
	p, err := plan.Build(b.graph, plan.Options{}, proc)
	if err != nil {
		t.Fatal(err)
	}
	program, err := cpu.New().Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for n, wide := range b.feeds {
		v := make([]float32, len(wide))
		for i, x := range wide {
			v[i] = float32(x)
			if n.Kind == op.Input {
				v[i] *= 100
			}
			if strings.HasSuffix(n.Name, "sigma_projection.bias") {
				v[i] = raw
			}
		}
		class := map[op.Kind]plan.Class{op.Input: plan.ClassInput, op.Param: plan.ClassParam}[n.Kind]
		slot, ok := p.Slot(class, n.Name)
		if !ok {
			t.Fatalf("no slot for %s", n.Name)
		}
		if err := program.Write(slot, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := program.Run(context.Background(), 0, nil); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for i, s := range p.Slots {
		if s.Class == plan.ClassResult {
			out[s.Name] = make([]float32, s.Shape.Len())
			if err := program.Read(plan.Slot(i), out[s.Name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}
