package backendtest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// Run holds a device to the contract: every operation forward and backward, plans with several procedures,
// and calls that must fail.
func Run(t *testing.T, dev backend.Device) {
	t.Run("operation", func(t *testing.T) {
		for k, cs := range cases {
			if len(cs) > 0 {
				t.Run(op.Kind(k).String(), func(t *testing.T) { runCases(t, dev, op.Kind(k), cs) })
			}
		}
	})
	t.Run("gradient", func(t *testing.T) {
		for k, cs := range cases {
			if differentiable(op.Kind(k)) {
				t.Run(op.Kind(k).String(), func(t *testing.T) { runGradients(t, dev, op.Kind(k), cs) })
			}
		}
	})
	for _, c := range contract {
		t.Run(c.name, func(t *testing.T) { c.check(t, dev) })
	}
}

// suite is a graph of cases with the values of its inputs, and what to expect.
type suite struct {
	graph   *graph.Graph
	feeds   Feeds
	results []plan.Result
	updates []*graph.Node
}

// build makes one graph of many cases, so that a device compiles once for all of them.
func build(t *testing.T, k op.Kind, cs []testCase) *suite {
	t.Helper()
	s := &suite{feeds: Feeds{}}
	g, err := graph.Build(func(g *graph.Graph) {
		for _, c := range cs {
			m := maker{g: g, feeds: s.feeds, prefix: c.name,
				random: rand.New(rand.NewPCG(uint64(k), uint64(len(s.feeds))))}
			n := c.build(&m)
			s.updates = append(s.updates, m.also...)
			if n.Kind.Updates() > 0 {
				s.updates = append(s.updates, n)
			} else {
				s.results = append(s.results, plan.Result{Name: c.name, Node: n})
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s.graph = g
	return s
}

func runCases(t *testing.T, dev backend.Device, k op.Kind, cs []testCase) {
	s := build(t, k, cs)
	if k.IsFused() {
		s.fuses(t, k, len(cs))
	}
	s.check(t, dev, bounds[k], plan.Options{Guard: 7}, plan.Options{})
}

// fuses checks that package plan makes as many steps of this kind as there are cases, so that they test it.
func (s *suite) fuses(t *testing.T, k op.Kind, want int) {
	t.Helper()
	p, err := s.plan(plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, step := range p.Procs[0].Steps {
		if step.Kind == k {
			got++
		}
	}
	if got < want {
		t.Errorf("%d steps of %v in the plan of %d cases", got, k, want)
	}
}

func (s *suite) plan(opts plan.Options) (*plan.Plan, error) {
	return plan.Build(s.graph, opts, plan.Proc{Name: "all", Results: s.results, Updates: s.updates})
}

// check holds the results of plans made with these options to the oracle: with guards around everything, or
// as devices usually get them, with memory reused.
func (s *suite) check(t *testing.T, dev backend.Device, b bound, options ...plan.Options) {
	t.Helper()
	want, names := s.expect(t)
	for _, opts := range options {
		r := s.compile(t, dev, opts)
		if r == nil {
			return
		}
		for i, got := range s.runTwice(r) {
			if err := compare(got, want[i], b); err != nil {
				t.Errorf("%s: %v", names[i], err)
			}
		}
		r.close()
	}
}

// compile returns nil if the device does not support an operation of the plan and says so.
func (s *suite) compile(t *testing.T, dev backend.Device, opts plan.Options) *runner {
	t.Helper()
	p, err := s.plan(opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range p.Procs[0].Steps {
		if !dev.Supports(step.Kind) {
			if _, err := dev.Compile(p); !errors.Is(err, backend.ErrUnsupported) {
				t.Errorf("compile: got %v, want %v for %v", err, backend.ErrUnsupported, step.Kind)
			}
			return nil
		}
	}
	return newRunner(t, dev, p)
}

// runTwice wants the same bits both times, and guards as they were.
func (s *suite) runTwice(r *runner) [][]float32 {
	r.t.Helper()
	var got [][]float32
	for range 2 {
		r.feed(s.feeds)
		r.guard()
		r.run("all")
		r.guarded()
		got = r.same(got, s.read(r))
	}
	return got
}

// read returns the results, then the parameters that updates overwrite.
func (s *suite) read(r *runner) [][]float32 {
	var got [][]float32
	for _, x := range s.results {
		got = append(got, r.read(plan.ClassResult, x.Name))
	}
	for _, u := range s.updates {
		for _, x := range u.In[:u.Kind.Updates()] {
			got = append(got, r.read(plan.ClassParam, x.Name))
		}
	}
	return got
}

// expect is what the oracle says of the same values as read.
func (s *suite) expect(t *testing.T) (want [][]float64, names []string) {
	t.Helper()
	nodes := make([]*graph.Node, len(s.results))
	for i, x := range s.results {
		nodes[i], names = x.Node, append(names, x.Name)
	}
	want, err := Eval(s.feeds, nodes...)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Update(s.feeds, s.updates...)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range s.updates {
		for _, x := range u.In[:u.Kind.Updates()] {
			want, names = append(want, after[x]), append(names, x.Name)
		}
	}
	return want, names
}

// runner is a compiled plan whose errors end the test.
type runner struct {
	t     *testing.T
	plan  *plan.Plan
	prog  backend.Program
	slots map[slotName]plan.Slot
}

type slotName struct {
	class plan.Class
	name  string
}

func newRunner(t *testing.T, dev backend.Device, p *plan.Plan) *runner {
	t.Helper()
	prog, err := dev.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{t, p, prog, map[slotName]plan.Slot{}}
	for i, s := range p.Slots {
		r.slots[slotName{s.Class, s.Name}] = plan.Slot(i)
	}
	return r
}

func (r *runner) slot(c plan.Class, name string) plan.Slot {
	r.t.Helper()
	s, ok := r.slots[slotName{c, name}]
	if !ok {
		r.t.Fatalf("no %v slot %s", c, name)
	}
	return s
}

func (r *runner) write(c plan.Class, name string, values []float32) {
	r.t.Helper()
	if err := r.prog.Write(r.slot(c, name), values); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) read(c plan.Class, name string) []float32 {
	r.t.Helper()
	s := r.slot(c, name)
	dst := make([]float32, r.plan.Slots[s].Shape.Len())
	if err := r.prog.Read(s, dst); err != nil {
		r.t.Fatal(err)
	}
	return dst
}

func (r *runner) run(name string) {
	r.t.Helper()
	proc, ok := r.plan.Proc(name)
	if !ok {
		r.t.Fatalf("no procedure %s", name)
	}
	if err := r.prog.Run(context.Background(), proc, nil); err != nil {
		r.t.Fatal(err)
	}
}

func (r *runner) close() {
	r.t.Helper()
	if err := r.prog.Close(); err != nil {
		r.t.Error(err)
	}
}

// feed writes the inputs and parameters that the plan has.
func (r *runner) feed(feeds Feeds) {
	r.t.Helper()
	for n, v := range feeds {
		c := plan.ClassInput
		if n.Kind == op.Param {
			c = plan.ClassParam
		}
		if s, ok := r.slots[slotName{c, n.Name}]; ok {
			if err := r.prog.Write(s, narrow(v)); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

func narrow(v []float64) []float32 {
	w := make([]float32, len(v))
	for i, x := range v {
		w[i] = float32(x)
	}
	return w
}

// sentinel is a NaN that no computation makes: a guard that is read spoils a result, one that is written
// changes.
var sentinel = math.Float32frombits(0x7fc0beef)

func (r *runner) guard() {
	r.t.Helper()
	for _, s := range r.plan.Slots {
		if s.Class == plan.ClassGuard {
			r.write(s.Class, s.Name, slices.Repeat([]float32{sentinel}, s.Shape.Len()))
		}
	}
}

func (r *runner) guarded() {
	r.t.Helper()
	for _, s := range r.plan.Slots {
		if s.Class != plan.ClassGuard {
			continue
		}
		for i, x := range r.read(s.Class, s.Name) {
			if math.Float32bits(x) != math.Float32bits(sentinel) {
				r.t.Fatalf("%s at %d was overwritten: float %d is %g", s.Name, s.Offset, i, x)
			}
		}
	}
}

// same returns got, after comparing it bit by bit with what an earlier run gave.
func (r *runner) same(before, got [][]float32) [][]float32 {
	r.t.Helper()
	for i := range before {
		for j := range before[i] {
			if math.Float32bits(before[i][j]) != math.Float32bits(got[i][j]) {
				r.t.Errorf("second run: result %d element %d: got %g, had %g", i, j, got[i][j], before[i][j])
				return got
			}
		}
	}
	return got
}
