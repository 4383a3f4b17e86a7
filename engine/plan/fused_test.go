package plan_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/train"
)

// gradient is the procedure that adds the gradients of a training step to accumulators and reports its
// losses.
func gradient(t *testing.T, p train.Problem) plan.Proc {
	t.Helper()
	proc := plan.Proc{Name: "gradient", Results: append(p.Parts, plan.Result{Name: "loss", Node: p.Loss})}
	grads, err := autodiff.Gradients(p.Loss, p.Trainable...)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range p.Trainable {
		acc := p.Graph.Param("gradient/"+w.Name, graph.Init{Fill: 1}, w.Shape...)
		proc.Updates = append(proc.Updates, graph.Accumulate(acc, grads[i]))
	}
	return proc
}

// values runs the procedure once, from the same start, and returns everything that is left in parameters and
// results.
func values(t *testing.T, p *plan.Plan, params []*graph.Node) map[string][]float32 {
	t.Helper()
	program, err := cpu.New().Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, w := range params {
		if s, ok := p.Slot(plan.ClassParam, w.Name); ok {
			write(t, program, s, train.Initial(w, 1))
		}
	}
	for i, s := range p.Slots {
		if s.Class == plan.ClassInput {
			x := make([]float32, s.Shape.Len())
			for j := range x {
				x[j] = float32(math.Sin(float64(j)))
			}
			write(t, program, plan.Slot(i), x)
		}
	}
	if err := program.Run(context.Background(), 0, nil); err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for i, s := range p.Slots {
		if s.Class == plan.ClassParam || s.Class == plan.ClassResult {
			out[s.Name] = make([]float32, s.Shape.Len())
			if err := program.Read(plan.Slot(i), out[s.Name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

func write(t *testing.T, p backend.Program, s plan.Slot, x []float32) {
	t.Helper()
	if err := p.Write(s, x); err != nil {
		t.Fatal(err)
	}
}

// TestFusedPlansComputeWhatUnfusedOnesDo compares losses and all gradients of whole models.
func TestFusedPlansComputeWhatUnfusedOnesDo(t *testing.T) {
	for _, s := range bench.Steps {
		if s.Name == "F" {
			continue // the same graph as A, with larger tensors
		}
		t.Run(s.Name, func(t *testing.T) {
			p, err := s.Problem()
			if err != nil {
				t.Fatal(err)
			}
			proc := gradient(t, p)
			var plans [2]*plan.Plan
			for i, opts := range []plan.Options{{Unfused: true}, {}} {
				if plans[i], err = plan.Build(p.Graph, opts, proc); err != nil {
					t.Fatal(err)
				}
			}
			// a recurrence is one step from the start
			if before, after := len(plans[0].Procs[0].Steps),
				len(plans[1].Procs[0].Steps); after > before*6/10 && s.Name != "L" {
				t.Errorf("fusion leaves %d of %d steps", after, before)
			}
			want, got := values(t, plans[0], p.Graph.Params()), values(t, plans[1], p.Graph.Params())
			for name, w := range want {
				if d, m := difference(got[name], w); !(d <= 2e-5*m+1e-9) {
					t.Errorf("%s: fused and unfused differ by %g, largest value %g", name, d, m)
				}
			}
		})
	}
}

// difference is the largest |x - y|, and the largest |y|.
func difference(x, y []float32) (d, m float64) {
	if len(x) != len(y) {
		return math.Inf(1), 0
	}
	for i := range y {
		d, m = max(d, math.Abs(float64(x[i]-y[i]))), max(m, math.Abs(float64(y[i])))
	}
	return d, m
}

// TestScoringKeepsNothingForGradients looks at the plan that scores.
func TestScoringKeepsNothingForGradients(t *testing.T) {
	steps := stepsOfA(t, func(p train.Problem) plan.Proc {
		return plan.Proc{Name: "forward", Results: p.Outputs}
	})
	for _, s := range steps {
		if strings.HasSuffix(s.Kind.String(), "_grad") || len(s.Also) > 0 {
			t.Errorf("%v at %q is for gradients", s.Kind, s.Label)
		}
	}
	// the attention weights of a layer wait for their discrepancy
	oneAtATime(t, steps, op.Softmax, op.Discrepancy)
}

// stepsOfA are those of a procedure of the Anomaly Transformer that is timed.
func stepsOfA(t *testing.T, proc func(train.Problem) plan.Proc) []plan.Step {
	t.Helper()
	p, err := bench.Steps[1].Problem()
	if err != nil {
		t.Fatal(err)
	}
	built, err := plan.Build(p.Graph, plan.Options{}, proc(p))
	if err != nil {
		t.Fatal(err)
	}
	return built.Procs[0].Steps
}

// oneAtATime fails the test if what one kind of step makes is there twice before the other kind has used it.
func oneAtATime(t *testing.T, steps []plan.Step, made, used op.Kind) {
	t.Helper()
	kept := 0
	for _, s := range steps {
		switch s.Kind {
		case made:
			kept++
		case used:
			kept--
		}
		if kept > 1 {
			t.Fatalf("at %s the results of two steps %v are kept", s.Label, made)
		}
	}
}

// TestATransformerIsFused says which steps fusion leaves of a training step.
func TestATransformerIsFused(t *testing.T) {
	steps := stepsOfA(t, func(p train.Problem) plan.Proc { return gradient(t, p) })
	var count [op.Count]int
	for _, s := range steps {
		count[s.Kind]++
	}
	for k, want := range map[op.Kind]int{op.MatMulGelu: 3, op.LayerNorm: 7, op.LayerNormGrad: 7,
		op.DiscrepancyGrad: 3,
		op.Discrepancy:     0, op.SigmoidGrad: 3, op.Normalize: 0, op.Gelu: 0, op.GeluSlope: 0,
		op.NormalizeGrad: 0} {
		if count[k] != want {
			t.Errorf("%d steps %v, want %d", count[k], k, want)
		}
	}
	for k, most := range map[op.Kind]int{op.Copy: 3, op.Accumulate: 0, op.Add: 4, op.Mul: 12} {
		if count[k] > most {
			t.Errorf("%d steps %v, want at most %d", count[k], k, most)
		}
	}
	// The discrepancy's gradient by a layer's weights is as large as they are; only one layer's is kept at a
	// time.
	oneAtATime(t, steps, op.DiscrepancyGrad, op.SoftmaxGrad)
}
