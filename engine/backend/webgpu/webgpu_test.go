package webgpu

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/backend"
	"cosinelab/engine/bench"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// usual are the limits that every adapter has at least.
var usual = Limits{BindingBytes: 128 << 20, Groups: 65535}

// planOf is what training on a problem of package bench computes.
func planOf(tb testing.TB, s bench.Step) *plan.Plan {
	tb.Helper()
	problem, err := s.Problem()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := train.Plan(problem, 1, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// steps are the training steps that are timed, and one of every model in its size for the lab.
func steps() []bench.Step {
	all := slices.Clone(bench.Steps)
	for kind, m := range models.All {
		if m.Build != nil {
			k := spec.ModelKind(kind)
			all = append(all, bench.Step{Name: k.String(), Model: spec.Model{Kind: k}})
		}
	}
	return all
}

func render(tb testing.TB, p *plan.Plan, l Limits) *Listing {
	tb.Helper()
	list, err := Render(p, l)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// small is the plan of one result of x [5,7] and y [7].
func small(t *testing.T, build func(x, y *graph.Node) *graph.Node) *plan.Plan {
	t.Helper()
	var z *graph.Node
	g, err := graph.Build(func(g *graph.Graph) { z = build(g.Input("x", 5, 7), g.Input("y", 7)) })
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(g, plan.Options{}, plan.Proc{Name: "p", Results: []plan.Result{{Name: "z", Node: z}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryKindIsRendered(t *testing.T) {
	for k := op.Kind(0); k < op.Count; k++ {
		if !Supports(k) {
			t.Errorf("no renderer for %v", k)
		}
	}
	if Supports(-1) || Supports(op.Count) {
		t.Error("what is no kind is supported")
	}
}

// An addition that broadcasts shows the form of all kernels: parameters in the order in which they are declared.
func TestTextOfAnAddition(t *testing.T) {
	list := render(t, small(t, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }), usual)
	want := `@group(0) @binding(0) var<uniform> p: array<vec4u, 16>;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) place: vec3u, @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32) {
  let group = place.y * grid.x + place.x;
  let n = p[0].x;
  let i = group * 64u + lane;
  if (i >= n) { return; }
  let at_extent1 = p[0].y;
  let at1 = i % at_extent1;
  let at_rest1 = i / at_extent1;
  let at0 = at_rest1;
  let to = p[0].z + at0 * p[0].w + at1 * p[1].x;
  let from_x = p[1].y + at0 * p[1].z + at1 * p[1].w;
  let x = a[from_x];
  let from_y = p[2].x + at0 * p[2].y + at1 * p[2].z;
  let y = a[from_y];
  a[to] = x + y;
}
`
	if len(list.Kernels) != 1 || list.Kernels[0] != want {
		t.Errorf("got\n%s", strings.Join(list.Kernels, "\n"))
	}
	// n, the extent, where z lies with its strides, then x, then y, whose rows repeat.
	if got, want := list.Params[:11], []uint32{35, 7, 64, 7, 1, 0, 7, 1, 48, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("parameters %v, want %v", got, want)
	}
}

var declared = regexp.MustCompile(`@binding\((\d)\)|enable |f16|subgroup|barrier`)

// guards are the ways in which kernels keep threads that have nothing to do from writing.
var guards = []string{"if (i >= n) { return; }", "if (live", "< m) {", "if (group >= rows) { return; }"}

func TestShadersOfAllModelsAreOfTheDefaultKind(t *testing.T) {
	for _, s := range steps() {
		list := render(t, planOf(t, s), Limits{BindingBytes: 1 << 40, Groups: 65535})
		for _, text := range list.Kernels {
			if got := declared.FindAllString(text, -1); !slices.Equal(got, []string{"@binding(0)", "@binding(1)"}) {
				t.Fatalf("%s: %v in\n%s", s.Name, got, text)
			}
			if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "(") !=
				strings.Count(text, ")") {
				t.Fatalf("%s: brackets of\n%s", s.Name, text)
			}
			if !slices.ContainsFunc(guards, func(g string) bool { return strings.Contains(text, g) }) {
				t.Fatalf("%s: no guard in\n%s", s.Name, text)
			}
		}
	}
}

// Barriers must be met by all threads of a workgroup, so that no thread may have left before.
func TestNoThreadLeavesBeforeABarrier(t *testing.T) {
	for _, s := range steps() {
		for _, text := range render(t, planOf(t, s), Limits{BindingBytes: 1 << 40, Groups: 65535}).Kernels {
			if strings.Contains(text, "Barrier()") && strings.Contains(text, "if (i >= n) { return; }") {
				t.Fatalf("%s:\n%s", s.Name, text)
			}
		}
	}
}

func TestKernelsDoNotGrowWithTheModel(t *testing.T) {
	s := bench.Steps[0]
	few := len(render(t, planOf(t, s), usual).Kernels)
	s.Model.Layers *= 2
	if many := len(render(t, planOf(t, s), usual).Kernels); many != few {
		t.Errorf("%d kernels for twice the layers, %d before", many, few)
	}
}

// cost is what a step of training takes: calls, bytes and operations of every procedure that one batch runs.
type cost struct{ calls, bytes, flop float64 }

// costs are those of the listing, and of an ideal one: one call for each step of the plan, which touches what it
// must once and multiplies nothing in vain.
func costs(p *plan.Plan, list *Listing, proc string) (got, ideal cost) {
	i, _ := p.Proc(proc)
	for _, c := range list.Procs[i] {
		got.calls++
		got.bytes += float64(c.Bytes)
		got.flop += c.FLOP
	}
	for _, s := range p.Procs[i].Steps {
		ideal.calls++
		ideal.bytes += float64(bytesOf(s))
		ideal.flop += s.FLOP()
	}
	return got, ideal
}

func TestStepsCostLittleMoreThanTheyMust(t *testing.T) {
	for _, s := range steps() {
		p := planOf(t, s)
		list := render(t, p, Limits{BindingBytes: 1 << 40, Groups: 65535})
		for _, proc := range []string{"gradient", "fold", "update", "forward"} {
			got, ideal := costs(p, list, proc)
			if most := 1.5; got.calls > most*ideal.calls || got.bytes > most*ideal.bytes || got.flop > most*ideal.flop {
				t.Errorf("%s %s: %+v, ideal %+v", s.Name, proc, got, ideal)
			}
		}
	}
}

// BenchmarkRender prints what a micro-batch costs beside what it must.
func BenchmarkRender(b *testing.B) {
	for _, s := range steps() {
		b.Run(s.Name, func(b *testing.B) {
			p := planOf(b, s)
			var list *Listing
			for b.Loop() {
				list = render(b, p, Limits{BindingBytes: 1 << 40, Groups: 65535})
			}
			got, ideal := costs(p, list, "gradient")
			b.ReportMetric(float64(len(list.Kernels)), "kernels")
			b.ReportMetric(got.calls, "calls")
			b.ReportMetric(got.calls/ideal.calls, "calls/ideal")
			b.ReportMetric(got.bytes/1e6, "MB")
			b.ReportMetric(got.bytes/ideal.bytes, "bytes/ideal")
			b.ReportMetric(got.flop/1e6, "MFLOP")
			if ideal.flop > 0 {
				b.ReportMetric(got.flop/ideal.flop, "FLOP/ideal")
			}
		})
	}
}

func TestLimitsOfTheAdapter(t *testing.T) {
	add := func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }
	_, err := Render(small(t, add), Limits{BindingBytes: 100, Groups: 65535})
	if !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "needs 448 bytes, 100 can be bound") {
		t.Errorf("little memory: got %v", err)
	}
	wide := func(x, _ *graph.Node) *graph.Node { return graph.Scale(graph.Expand(x, 64, 5, 7), 2) }
	for _, c := range []struct {
		groups int
		want   [2]int
	}{{100, [2]int{35, 1}}, {10, [2]int{10, 4}}, {6, [2]int{6, 6}}} {
		list := render(t, small(t, wide), Limits{BindingBytes: 1 << 20, Groups: c.groups})
		if got := list.Procs[0][0].Groups; got != c.want {
			t.Errorf("at most %d workgroups: %v, want %v", c.groups, got, c.want)
		}
	}
	if _, err := Render(small(t, wide), Limits{BindingBytes: 1 << 20, Groups: 5}); !errors.Is(err,
		backend.ErrUnsupported) {
		t.Errorf("25 workgroups at most: got %v", err)
	}
}

func TestAViewIsNoStep(t *testing.T) {
	view := plan.Step{Kind: op.Reshape, Label: "here"}
	_, err := Render(&plan.Plan{Procs: []plan.Procedure{{Name: "p", Steps: []plan.Step{view}}}}, usual)
	if !errors.Is(err, backend.ErrUnsupported) || !strings.Contains(err.Error(), "p step 0 (reshape here)") {
		t.Errorf("got %v", err)
	}
}

func TestTilesFitTheProduct(t *testing.T) {
	for _, c := range []struct{ m, n, batch, height, width int }{
		{2048, 2048, 1, 32, 64}, {3200, 64, 1, 32, 64}, // large ones take the largest
		{100, 8, 256, 128, 8}, {100, 8, 8, 32, 8}, // a head is narrow
		{64, 64, 1, 16, 16}, // a small one is cut for many workgroups
	} {
		if got, _ := tileFor(c.m, c.n, c.batch); got.height() != c.height || got.width() != c.width {
			t.Errorf("%dx%d, %d of them: %v, want %dx%d", c.m, c.n, c.batch, got, c.height, c.width)
		}
	}
	if got, ok := tileFor(4, 24, 1600); ok {
		t.Errorf("4x24 is cut into %v", got)
	}
	for _, x := range tiles {
		if x.down*x.across != threads || x.columns%4 != 0 || x.height()%4 != 0 {
			t.Errorf("%v has other than %d threads, or no whole vectors", x, threads)
		}
	}
}

// Products whose operands all lie in whole vectors read vectors.
func TestVectorsWhereOperandsLieInThem(t *testing.T) {
	for columns, want := range map[int]string{16: "array<vec4f>", 15: "array<f32>"} {
		var z *graph.Node
		g, err := graph.Build(func(g *graph.Graph) {
			z = graph.MatMul(g.Input("x", 16, 12), g.Input("y", 12, columns), 1)
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Build(g, plan.Options{}, plan.Proc{Name: "p", Results: []plan.Result{{Name: "z", Node: z}}})
		if err != nil {
			t.Fatal(err)
		}
		if text := render(t, p, usual).Kernels[0]; !strings.Contains(text, fmt.Sprintf("a: %s;", want)) {
			t.Errorf("%d columns, want %s:\n%s", columns, want, text)
		}
	}
}
