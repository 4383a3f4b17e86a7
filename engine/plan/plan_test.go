package plan

import (
	"strings"
	"testing"

	"cosinelab/engine/graph"
)

func TestQuick(t *testing.T) {
	var procs []Proc
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 2, 4, 6)
		w := g.Param("w", graph.Init{Uniform: 1}, 6, 6)
		y := graph.MatMul(graph.Reshape(x, 8, 6), graph.SwapLast(w), 1)
		h := graph.Transpose(graph.Reshape(y, 2, 4, 2, 3), 0, 2, 1, 3)
		s := graph.Softmax(graph.MatMul(h, graph.SwapLast(h), 0.5))
		o := graph.Reshape(graph.Transpose(graph.MatMul(s, h, 1), 0, 2, 1, 3), 2, 4, 6)
		d := graph.Sub(o, graph.StopGradient(x))
		loss := graph.MeanAll(graph.Mul(d, d))
		procs = []Proc{{Name: "p", Results: []Result{{"loss", loss}, {"o", o}, {"w", w}}, Updates: []*graph.Node{graph.Accumulate(w, graph.MatMul(graph.SwapLast(y), y, 1))}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Build(g, Options{}, procs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + p.Dump())
	p, err = Build(g, Options{Guard: 3}, procs...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Dump(), "guard") {
		t.Fatal()
	}
}
