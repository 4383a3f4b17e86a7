package backendtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
)

// contract is what holds for whole programs, beside the operations in them.
var contract = []struct {
	name  string
	check func(t *testing.T, dev backend.Device)
}{
	{"procedures share parameters and results", checkProcedures},
	{"what is read later is as it was", checkReadLater},
	{"adam follows the golden vectors", checkAdam},
	{"reused memory keeps results", checkReuse},
	{"wrong calls fail", checkWrongCalls},
	{"a cancelled context stops a run", checkCancel},
	{"a closed program fails", checkClosed},
}

// counter is a plan with two procedures over one parameter: add doubles an input into it, get reads it.
func counter(t *testing.T) *plan.Plan {
	t.Helper()
	var procs []plan.Proc
	g, err := graph.Build(func(g *graph.Graph) {
		x, p := g.Input("x", 3), g.Param("p", graph.Init{}, 3)
		k := g.Const([]float32{1, 10, 100}, 3)
		procs = []plan.Proc{
			{Name: "add", Results: []plan.Result{{Name: "value", Node: p}},
				Updates: []*graph.Node{graph.Accumulate(p, graph.Scale(x, 2))}},
			{Name: "get", Results: []plan.Result{{Name: "value", Node: graph.Mul(p, k)}}},
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(g, plan.Options{}, procs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkProcedures runs both in turn: a parameter lasts from run to run, and its new value is seen by later
// runs only.
func checkProcedures(t *testing.T, dev backend.Device) {
	r := newRunner(t, dev, counter(t))
	defer r.close()
	want := func(a, b, c float32) {
		t.Helper()
		if got := [3]float32(r.read(plan.ClassResult, "value")); got != [3]float32{a, b, c} {
			t.Errorf("value %v, want %v", got, [3]float32{a, b, c})
		}
	}
	r.write(plan.ClassParam, "p", []float32{5, 6, 7})
	r.write(plan.ClassInput, "x", []float32{1, 2, 3})
	r.run("add")
	want(5, 6, 7) // a result shows the parameter as it was
	r.run("add")
	want(7, 10, 13)
	r.run("get")
	want(9, 140, 1900)
	r.write(plan.ClassInput, "x", []float32{0, -1, 0})
	r.run("add")
	r.run("get")
	want(9, 120, 1900)
	if got := [3]float32(r.read(plan.ClassParam, "p")); got != [3]float32{9, 12, 19} {
		t.Errorf("parameter %v", got)
	}
}

// checkReadLater asks after each of several runs, with writes in between, and waits at the end.
func checkReadLater(t *testing.T, dev backend.Device) {
	r := newRunner(t, dev, counter(t))
	defer r.close()
	slots := []plan.Slot{r.slot(plan.ClassResult, "value"), r.slot(plan.ClassParam, "p")}
	r.write(plan.ClassParam, "p", []float32{0, 0, 0})
	const runs = 7
	var values, params [runs][3]float32
	var waits [runs]func() error
	for i := range runs {
		r.write(plan.ClassInput, "x", []float32{float32(i), 1, 0})
		r.run("add")
		waits[i] = r.prog.ReadLater(slots, [][]float32{values[i][:], params[i][:]})
	}
	for i := range runs {
		if err := waits[i](); err != nil {
			t.Fatal(err)
		}
		before, after := float32(i*(i-1)), float32(i*(i+1)) // sums of 2i
		if values[i] != [3]float32{before, float32(2 * i), 0} || params[i] != [3]float32{after, float32(2*i + 2), 0} {
			t.Errorf("run %d: value %v, parameter %v", i, values[i], params[i])
		}
	}
	if err := r.prog.ReadLater(slots[:1], [][]float32{make([]float32, 2)})(); err == nil {
		t.Error("reading too few: no error")
	}
}

//go:embed testdata/adam.json
var adamJSON []byte

// golden is the part of adam.json that concerns the rule itself.
type golden struct {
	Adam struct {
		Config struct {
			LR, Beta1, Beta2, Eps float64
			WeightDecay           float64 `json:"weight_decay"`
		}
		Start []float32
		Steps []struct {
			Gradient []float32
			M, V     []float64
			After    []float64 `json:"params_after"`
		}
	}
}

// checkAdam makes every step of the file with the file's gradients, so it tests the update alone
// (models/README.md, section 9.1).
func checkAdam(t *testing.T, dev backend.Device) {
	var file golden
	if err := json.Unmarshal(adamJSON, &file); err != nil {
		t.Fatal(err)
	}
	a := file.Adam
	c := a.Config
	var procs []plan.Proc
	g, err := graph.Build(func(g *graph.Graph) {
		step := graph.Adam(g.Param("x", graph.Init{}, 2), g.Param("m", graph.Init{}, 2),
			g.Param("v", graph.Init{}, 2),
			g.Input("gradient", 2), g.Const([]float32{1}, 1), g.Input("hyper", 3),
			[4]float64{c.Beta1, c.Beta2, c.Eps, c.WeightDecay})
		procs = []plan.Proc{{Name: "step", Updates: []*graph.Node{step}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(g, plan.Options{}, procs...)
	if err != nil {
		t.Fatal(err)
	}
	r := newRunner(t, dev, p)
	defer r.close()
	r.write(plan.ClassParam, "x", a.Start)
	for i, s := range a.Steps {
		n := float64(i + 1)
		r.write(plan.ClassInput, "gradient", s.Gradient)
		r.write(plan.ClassInput, "hyper", narrow([]float64{c.LR, 1 - math.Pow(c.Beta1, n),
			1 - math.Pow(c.Beta2, n)}))
		r.run("step")
		for name, want := range map[string][]float64{"x": s.After, "m": s.M, "v": s.V} {
			if err := compare(r.read(plan.ClassParam, name), want, function); err != nil {
				t.Errorf("step %d: %s: %v", i+1, name, err)
			}
		}
	}
	if len(a.Steps) == 0 {
		t.Error("no steps")
	}
}

// checkReuse runs a small attention block, whose plan reuses memory and reads through many views.
func checkReuse(t *testing.T, dev backend.Device) {
	build(t, 0, []testCase{{name: "attention", build: func(m *maker) *graph.Node {
		x := m.input(normal, 2, 9, 12)
		heads := func() *graph.Node {
			y := graph.Add(graph.MatMul(graph.Reshape(x, 18, 12), graph.SwapLast(m.input(normal, 12, 12)),
				0.3),
				m.input(normal, 12))
			return graph.Transpose(graph.Reshape(y, 2, 9, 3, 4), 0, 2, 1, 3)
		}
		weights := graph.Softmax(graph.MatMul(heads(), graph.SwapLast(heads()), 0.5))
		mixed := graph.Transpose(graph.MatMul(weights, heads(), 1), 0, 2, 1, 3)
		return graph.Normalize(graph.Add(x, graph.Reshape(mixed, 2, 9, 12)), 1e-5)
	}}}).check(t, dev, summed, plan.Options{}, plan.Options{Guard: 5}, plan.Options{Unfused: true})
}

// checkWrongCalls wants an error for each, and no change: the constant is read afterwards.
func checkWrongCalls(t *testing.T, dev backend.Device) {
	r := newRunner(t, dev, counter(t))
	defer r.close()
	x, value := r.slot(plan.ClassInput, "x"), r.slot(plan.ClassResult, "value")
	k := r.slot(plan.ClassConst, "")
	three := make([]float32, 3)
	for what, err := range map[string]error{
		"writing too few":         r.prog.Write(x, three[:2]),
		"writing too many":        r.prog.Write(x, make([]float32, 4)),
		"writing a result":        r.prog.Write(value, three),
		"writing a constant":      r.prog.Write(k, three),
		"writing no slot":         r.prog.Write(plan.Slot(len(r.plan.Slots)), three),
		"writing a negative slot": r.prog.Write(-1, three),
		"reading too few":         r.prog.Read(x, three[:1]),
		"reading no slot":         r.prog.Read(-1, three),
		"running no procedure":    r.prog.Run(context.Background(), 2, nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if got := r.read(plan.ClassConst, ""); [3]float32(got) != [3]float32{1, 10, 100} {
		t.Errorf("constant %v", got)
	}
}

// checkCancel also wants the program to be usable afterwards.
func checkCancel(t *testing.T, dev backend.Device) {
	r := newRunner(t, dev, counter(t))
	defer r.close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.prog.Run(ctx, 0, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	r.run("get")
}

func checkClosed(t *testing.T, dev backend.Device) {
	r := newRunner(t, dev, counter(t))
	x := r.slot(plan.ClassInput, "x")
	r.close()
	three := make([]float32, 3)
	for what, err := range map[string]error{
		"write": r.prog.Write(x, three),
		"read":  r.prog.Read(x, three),
		"later": r.prog.ReadLater([]plan.Slot{x}, [][]float32{three})(),
		"run":   r.prog.Run(context.Background(), 0, nil),
		"close": r.prog.Close(),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
