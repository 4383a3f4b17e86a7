package backendtest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

func TestEveryKindHasAnOracle(t *testing.T) {
	for k := op.Kind(0); k < op.Count; k++ {
		switch {
		case k.IsSource(), k.IsFused():
		case k.Updates() > 0 && updateOracle[k] == nil, k.Updates() == 0 && oracle[k] == nil:
			t.Errorf("no oracle for %v", k)
		}
	}
}

func TestEvalFollowsHandComputedExpression(t *testing.T) {
	var x, w, y *graph.Node
	_, err := graph.Build(func(g *graph.Graph) {
		x, w = g.Input("x", 2, 3), g.Param("w", graph.Init{}, 3)
		y = graph.Sum(graph.Mul(graph.SliceAxis(x, 0, 1, 2), w), 0, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Eval(Feeds{x: {1, 2, 3, 4, 5, 6}, w: {1, 10, 100}}, y)
	if err != nil || got[0][0] != 654 {
		t.Errorf("got %v, %v, want 654", got, err)
	}
	for _, c := range []struct {
		feeds Feeds
		want  string
	}{
		{Feeds{x: make([]float64, 6)}, "oracle: param w: no value given"},
		{Feeds{x: make([]float64, 5), w: make([]float64, 3)}, "oracle: input x: 5 values, want [2,3]"},
	} {
		if _, err := Eval(c.feeds, y); err == nil || err.Error() != c.want {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
}

func TestUpdatesReadOldValuesAndRunInOrder(t *testing.T) {
	var p, q *graph.Node
	var updates []*graph.Node
	_, err := graph.Build(func(g *graph.Graph) {
		p, q = g.Param("p", graph.Init{}, 2), g.Param("q", graph.Init{}, 2)
		updates = []*graph.Node{
			graph.Assign(p, graph.Scale(q, 2)), graph.Accumulate(q, graph.Scale(p, 10)),
			graph.Accumulate(q, p),
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Update(Feeds{p: {1, 2}, q: {3, 4}}, updates...)
	if err != nil {
		t.Fatal(err)
	}
	if got[p][1] != 8 || got[q][1] != 4+20+8 {
		t.Errorf("p %v, q %v, want 8 and 32", got[p], got[q])
	}
	if _, err := Update(Feeds{p: {1, 2}}, p); err == nil || !strings.Contains(err.Error(),
		"param is not an update") {
		t.Errorf("got error %v", err)
	}
}

func TestVanishingSigmaLeavesTheIdentity(t *testing.T) {
	for _, sigma := range []float64{0, 1e-300, 1.1e-5} {
		for j, p := range priorRow(2, 5, sigma) {
			want := 0.0
			if j == 2 {
				want = 1
			}
			if p != want {
				t.Errorf("sigma %g: element %d is %g, want %g", sigma, j, p, want)
			}
		}
	}
	if p := priorRow(0, 1, math.NaN()); !math.IsNaN(p[0]) {
		t.Errorf("sigma NaN: got %v", p)
	}
}

func TestEveryKindHasCasesAndABound(t *testing.T) {
	exactly := []op.Kind{op.Reshape, op.Transpose, op.Slice, op.Expand, op.StopGradient, op.Copy, op.Concat,
		op.Pad,
		op.Unfold, op.Assign, op.Relu, op.Heaviside, op.Max, op.ReluGrad}
	for k := op.Kind(0); k < op.Count; k++ {
		if !k.IsSource() && len(cases[k]) == 0 {
			t.Errorf("no case for %v", k)
		}
		if !k.IsSource() && bounds[k] == exact && !slices.Contains(exactly, k) {
			t.Errorf("no bound for %v", k)
		}
	}
}
