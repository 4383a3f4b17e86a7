package plan

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

var update = flag.Bool("update", false, "rewrite golden files")

// attention is a small graph with every difficulty: views of views, a weight read transposed, a copy that a
// reshape needs, an update of a parameter that is also read, a result that is a parameter.
func attention(t testing.TB) (*graph.Graph, []Proc) {
	t.Helper()
	var procs []Proc
	g, err := graph.Build(func(g *graph.Graph) {
		defer g.Scope("attention")()
		x := g.Input("x", 2, 4, 6)
		w := g.Param("weight", graph.Init{Uniform: 1}, 6, 6)
		y := graph.MatMul(graph.Reshape(x, 8, 6), graph.SwapLast(w), 1)
		h := graph.Transpose(graph.Reshape(y, 2, 4, 2, 3), 0, 2, 1, 3)
		s := graph.Softmax(graph.MatMul(h, graph.SwapLast(h), 0.5))
		o := graph.Reshape(graph.Transpose(graph.MatMul(s, h, 1), 0, 2, 1, 3), 2, 4, 6)
		d := graph.Sub(o, graph.StopGradient(x))
		loss := graph.MeanAll(graph.Mul(d, d))
		grad := graph.MatMul(graph.SwapLast(y), y, 1)
		procs = []Proc{
			{Name: "step", Results: []Result{{"loss", loss}, {"weight before", w}},
				Updates: []*graph.Node{graph.Accumulate(w, grad)}},
			{Name: "loss", Results: []Result{{"loss", loss}}},
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return g, procs
}

func build(t testing.TB, opts Options) *Plan {
	t.Helper()
	g, procs := attention(t)
	p, err := Build(g, opts, procs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDumpReadsAsBefore(t *testing.T) {
	const file = "testdata/attention.txt"
	got := build(t, Options{}).Dump()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("dump differs from %s; if it should, run go test ./engine/plan -update\n%s", file, d)
	}
}

func TestUpdatesComeAfterTheReadsOfTheOldValue(t *testing.T) {
	p := build(t, Options{})
	w, _ := p.Slot(ClassParam, "attention.weight")
	at := p.Slots[w].Offset
	lastRead, wrote := -1, -1
	for i, s := range p.Procs[0].Steps {
		if s.Out.Offset == at {
			wrote = i
			continue
		}
		for _, r := range s.In {
			if r.Offset == at {
				lastRead = i
			}
		}
	}
	if wrote < 0 || lastRead < 0 || lastRead > wrote {
		t.Errorf("weight last read by step %d, updated by step %d", lastRead, wrote)
	}
}

func TestProceduresShareAResultSlot(t *testing.T) {
	p := build(t, Options{})
	n := 0
	for _, s := range p.Slots {
		if s.Class == ClassResult && s.Name == "loss" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d slots named loss, want 1", n)
	}
	for i := range p.Procs {
		last := p.Procs[i].Steps[len(p.Procs[i].Steps)-1]
		if _, ok := p.Proc(p.Procs[i].Name); !ok || last.Label == "" {
			t.Errorf("procedure %d: not found by name, or a step without label", i)
		}
	}
}

func TestAResultOfAnotherShapeIsRefused(t *testing.T) {
	var procs []Proc
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 2, 3)
		procs = []Proc{{Name: "a", Results: []Result{{"y", graph.Scale(x, 2)}}},
			{Name: "b", Results: []Result{{"y", graph.SumAll(x)}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Build(g, Options{}, procs...); err == nil || !strings.Contains(err.Error(), "result y") {
		t.Errorf("error %v, want one about result y", err)
	}
}

func TestTemporariesThatLiveTogetherDoNotOverlap(t *testing.T) {
	for _, opts := range []Options{{}, {Guard: 5}} {
		p := build(t, opts)
		if err := p.Verify(); err != nil {
			t.Error(err)
		}
	}
	p := build(t, Options{})
	p.Procs[0].Steps[1].Out.Offset = p.Procs[0].Steps[0].Out.Offset // over an operand that is still needed
	if err := p.Verify(); err == nil {
		t.Error("Verify accepts a step that overwrites a value which is read later")
	}
	p = build(t, Options{})
	p.Procs[0].Steps[0].In[0].Offset = p.Arena
	if err := p.Verify(); err == nil {
		t.Error("Verify accepts an operand outside the arena")
	}
}

func TestGuardsLieBetweenAllBuffers(t *testing.T) {
	p := build(t, Options{Guard: 5})
	used := make([]int, p.Arena)
	mark := func(offset, n, by int) {
		for i := range n {
			if used[offset+i] != 0 && used[offset+i] != by {
				t.Fatalf("float %d belongs to %d and %d", offset+i, used[offset+i], by)
			}
			used[offset+i] = by
		}
	}
	for i, s := range p.Slots {
		if s.Class == ClassGuard {
			mark(s.Offset, 5, -1-i)
		}
	}
	for _, q := range p.Procs {
		for _, s := range q.Steps {
			lo, hi := s.Out.span()
			mark(lo, hi-lo, s.Out.Buffer+1)
		}
	}
}

// elements lists the places that a reference addresses, in row-major order.
func elements(r Ref) []int {
	out := []int{r.Offset}
	for i, d := range r.Shape {
		var next []int
		for _, at := range out {
			for k := range d {
				next = append(next, at+k*r.Stride[i])
			}
		}
		out = next
	}
	return out
}

func TestReshapedViewsAddressTheSameElements(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	viewed := 0
	for range 3000 {
		r := contiguous(0, randomShape(rng))
		perm := rng.Perm(len(r.Shape))
		r, _ = view(op.Transpose, op.Attr{N: perm}, r)
		if a := rng.IntN(len(r.Shape)); r.Shape[a] > 2 {
			r, _ = view(op.Slice, op.Attr{N: []int{a, 1, r.Shape[a]}}, r)
		}
		to := splitAgain(rng, r.Shape.Len())
		got, ok := view(op.Reshape, op.Attr{N: to}, r)
		if !ok {
			if r.Contiguous() {
				t.Fatalf("reshape of contiguous %v to %v needs a copy", r, to)
			}
			continue
		}
		viewed++
		if !slices.Equal(elements(got), elements(r)) {
			t.Fatalf("reshape of %v to %v addresses %v, want %v", r, to, elements(got), elements(r))
		}
	}
	if viewed < 500 {
		t.Errorf("only %d of 3000 reshapes were views: the test looks at too little", viewed)
	}
}

func randomShape(rng *rand.Rand) tensor.Shape {
	s := make(tensor.Shape, 1+rng.IntN(4))
	for i := range s {
		s[i] = 1 + rng.IntN(4)
	}
	return s
}

// splitAgain returns a random shape of n elements, with axes of extent 1 among them.
func splitAgain(rng *rand.Rand, n int) tensor.Shape {
	var s tensor.Shape
	for n > 1 || rng.IntN(2) == 0 {
		d := 1 + rng.IntN(n)
		for n%d != 0 {
			d--
		}
		s, n = append(s, d), n/d
	}
	return s
}

func TestDeadOperandsAreWrittenOver(t *testing.T) {
	var procs []Proc
	g, err := graph.Build(func(g *graph.Graph) {
		y := graph.Unary(op.Exp, g.Input("x", 1000))
		for range 10 {
			y = graph.Unary(op.Tanh, graph.Shift(y, 1))
		}
		procs = []Proc{{Name: "p", Results: []Result{{"y", graph.SumAll(y)}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(g, Options{}, procs...)
	if err != nil {
		t.Fatal(err)
	}
	if temporary := p.Arena - p.Static; temporary > roundUp(1000) {
		t.Errorf("a chain of element-wise steps takes %d floats, want one buffer of 1000", temporary)
	}
}
