package cpu

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/portable"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

func TestDeviceFollowsTheContract(t *testing.T) { backendtest.Run(t, New()) }

func TestEveryKindHasAKernel(t *testing.T) {
	for k := op.Kind(0); k < op.Count; k++ {
		if !New().Supports(k) {
			t.Errorf("no kernel for %v", k)
		}
	}
}

// step is a graph whose every step is large enough to be spread over goroutines.
func step(g *graph.Graph) plan.Proc {
	x, w, p := g.Input("x", 4, 100, 64), g.Input("w", 64, 64), g.Param("p", graph.Init{}, 64, 64)
	rows := graph.Reshape(x, 400, 64)
	q := graph.Unary(op.Gelu, graph.MatMul(rows, graph.SwapLast(w), 0.1))
	heads := graph.Transpose(graph.Reshape(q, 4, 100, 8, 8), 0, 2, 1, 3)
	series := graph.Softmax(graph.MatMul(heads, graph.SwapLast(heads), 1))
	sigma := graph.Unary(op.Softplus, graph.Sum(heads, 3))
	return plan.Proc{
		Name: "step",
		Results: []plan.Result{
			{Name: "normal", Node: graph.Normalize(q, 1e-5)},
			{Name: "discrepancy", Node: graph.Discrepancy(series, sigma, 1e-4)},
			{Name: "total", Node: graph.SumAll(q)},
			{Name: "columns", Node: graph.Sum(q, 0)},
		},
		Updates: []*graph.Node{graph.Accumulate(p, graph.MatMul(graph.SwapLast(q), rows, 1))},
	}
}

// compiled is step on a device, with its inputs written.
func compiled(t *testing.T, d *portable.Device) (*plan.Plan, backend.Program) {
	t.Helper()
	var proc plan.Proc
	g, err := graph.Build(func(g *graph.Graph) { proc = step(g) })
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(g, plan.Options{}, proc)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := d.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range p.Slots {
		if s.Class != plan.ClassInput {
			continue
		}
		values := make([]float32, s.Shape.Len())
		for j := range values {
			values[j] = float32(math.Sin(float64(j) * 1.7))
		}
		if err := prog.Write(plan.Slot(i), values); err != nil {
			t.Fatal(err)
		}
	}
	return p, prog
}

// outcome is every result and parameter after one run.
func outcome(t *testing.T, d *portable.Device) []float32 {
	t.Helper()
	p, prog := compiled(t, d)
	defer prog.Close()
	if err := prog.Run(context.Background(), 0, nil); err != nil {
		t.Fatal(err)
	}
	var all []float32
	for i, s := range p.Slots {
		dst := make([]float32, s.Shape.Len())
		if err := prog.Read(plan.Slot(i), dst); err != nil {
			t.Fatal(err)
		}
		all = append(all, dst...)
	}
	return all
}

func TestResultsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(16)) // more workers than this machine may have cores
	dev := New()
	want := outcome(t, dev.OnCores(1))
	for _, workers := range []int{2, 3, 7, 16} {
		for i, x := range outcome(t, dev.OnCores(workers)) {
			if math.Float32bits(x) != math.Float32bits(want[i]) {
				t.Fatalf("%d workers: float %d is %g, with one worker %g", workers, i, x, want[i])
			}
		}
	}
}

func TestRunningAllocatesNothing(t *testing.T) {
	_, prog := compiled(t, New().OnCores(1))
	defer prog.Close()
	if n := testing.AllocsPerRun(5, func() { prog.Run(context.Background(), 0, nil) }); n > 0 {
		t.Errorf("%v allocations in a run", n)
	}
}

func TestErrorsSayWhatWasWrong(t *testing.T) {
	p, prog := compiled(t, New())
	x, _ := p.Slot(plan.ClassInput, "w")
	total, _ := p.Slot(plan.ClassResult, "total")
	for want, err := range map[string]error{
		`cpu: write: input slot "w": 3 values, want 4096`:      prog.Write(x, make([]float32, 3)),
		`cpu: write: result slot "total" cannot be written`:    prog.Write(total, make([]float32, 1)),
		`cpu: read: input slot "w": 0 values, want 4096`:       prog.Read(x, nil),
		`cpu: run: procedure 1 of 1`:                           prog.Run(context.Background(), 1, nil),
		`cpu: read: slot 99 of`:                                prog.Read(99, nil),
		`cpu: compile: the plan needs 9223372036854775807 flo`: compileError(&plan.Plan{Arena: math.MaxInt}),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	view := plan.Step{Kind: op.Reshape, Label: "here"}
	err := compileError(&plan.Plan{Procs: []plan.Procedure{{Name: "p", Steps: []plan.Step{view}}}})
	if !errors.Is(err, backend.ErrUnsupported) || !strings.Contains(err.Error(), "p step 0 (reshape here)") {
		t.Errorf("a view as a step: got %v", err)
	}
}

func compileError(p *plan.Plan) error {
	_, err := New().Compile(p)
	return err
}
