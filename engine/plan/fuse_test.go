package plan

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// fusions are small graphs with the steps that the passes leave of them, in order.
var fusions = []struct {
	name  string
	build func(g *graph.Graph) Proc
	want  []op.Kind
}{
	{"a bias and a residual go into the product", func(g *graph.Graph) Proc {
		y := graph.Add(graph.MatMul(g.Input("x", 5, 4), g.Input("w", 4, 3), 1), g.Param("b", graph.Init{}, 3))
		return result(graph.Add(g.Input("residual", 5, 3), y))
	}, []op.Kind{op.MatMulAdd}},
	{"a chain of products adds up without additions", func(g *graph.Graph) Proc {
		sum := graph.MatMul(g.Input("x", 5, 4), g.Input("w", 4, 3), 1)
		sum = graph.Add(sum, graph.MatMul(g.Input("x2", 5, 4), g.Input("w2", 4, 3), 1))
		return result(graph.Add(sum, g.Input("residual", 5, 3)))
	}, []op.Kind{op.MatMulAdd, op.MatMulAdd}},
	{"a product that others read is left alone", func(g *graph.Graph) Proc {
		y := graph.MatMul(g.Input("x", 5, 4), g.Input("w", 4, 3), 1)
		return result(graph.Add(y, g.Input("b", 3)), y)
	}, []op.Kind{op.MatMul, op.Add}},
	{"gelu and its slope go into the product", func(g *graph.Graph) Proc {
		y := graph.Add(graph.MatMul(g.Input("x", 5, 4), g.Input("w", 4, 3), 1), g.Input("b", 3))
		return result(graph.Unary(op.Gelu, y), graph.Unary(op.GeluSlope, y))
	}, []op.Kind{op.MatMulGelu}},
	{"gelu of a reported value stays a step", func(g *graph.Graph) Proc {
		y := graph.MatMul(g.Input("x", 5, 4), g.Input("w", 4, 3), 1)
		return result(graph.Unary(op.Gelu, y), y)
	}, []op.Kind{op.MatMul, op.Gelu}},
	{"products and sums are accumulated in place", func(g *graph.Graph) Proc {
		dy := g.Input("dy", 5, 3)
		return Proc{Name: "p", Updates: []*graph.Node{
			graph.Accumulate(g.Param("w", graph.Init{}, 3, 4),
				graph.MatMul(graph.SwapLast(dy), g.Input("x", 5, 4), 1)),
			graph.Accumulate(g.Param("b", graph.Init{}, 3), graph.Sum(dy, 0))}}
	}, []op.Kind{op.MatMulAdd, op.SumAdd}},
	{"an accumulator that is read in between takes the sum later", func(g *graph.Graph) Proc {
		w := g.Param("w", graph.Init{}, 3)
		sum := graph.Sum(g.Input("dy", 5, 3), 0)
		return Proc{Name: "p", Results: []Result{{"before", graph.Scale(w, 2)}},
			Updates: []*graph.Node{graph.Accumulate(w, sum)}}
	}, []op.Kind{op.Scale, op.SumAdd}},
	{"slopes are one step", func(g *graph.Graph) Proc {
		y, dy := g.Input("y", 7), g.Input("dy", 7)
		square := graph.Unary(op.Square, y)
		tanh := graph.Sub(dy, graph.Mul(dy, square))
		y2, dy2 := g.Input("y2", 7), g.Input("dy2", 7)
		sigmoid := graph.Mul(dy2, graph.Sub(y2, graph.Unary(op.Square, y2)))
		relu := graph.Mul(dy2, graph.Unary(op.Heaviside, y2))
		return result(tanh, sigmoid, relu)
	}, []op.Kind{op.TanhGrad, op.SigmoidGrad, op.ReluGrad}},
	{"layer norm and its gradients are a step each", func(g *graph.Graph) Proc {
		x, dy := g.Input("x", 5, 4), g.Input("dy", 5, 4)
		w, b := g.Param("w", graph.Init{}, 4), g.Param("b", graph.Init{}, 4)
		h := graph.Normalize(x, 1e-5)
		y := graph.Add(graph.Mul(h, w), b)
		dx := graph.Apply(op.NormalizeGrad, op.Attr{X: 1e-5}, x, graph.Mul(dy, w))
		p := result(y, dx)
		p.Updates = []*graph.Node{
			graph.Accumulate(g.Param("dw", graph.Init{}, 4), graph.Sum(graph.Mul(dy, h), 0)),
			graph.Accumulate(g.Param("db", graph.Init{}, 4), graph.Sum(dy, 0))}
		return p
	}, []op.Kind{op.LayerNorm, op.LayerNormGrad}},
	{"a discrepancy is computed with its gradients", func(g *graph.Graph) Proc {
		s, sigma, z := g.Input("s", 1, 2, 5, 5), g.Input("sigma", 1, 2, 5), g.Input("z", 1, 2, 5)
		grad := func(k op.Kind) *graph.Node { return graph.Apply(k, op.Attr{X: 1e-4}, s, sigma, z) }
		p := result(graph.SumAll(graph.Discrepancy(s, sigma, 1e-4)))
		p.Updates = []*graph.Node{
			graph.Accumulate(g.Param("ds", graph.Init{}, 1, 2, 5, 5), grad(op.DiscrepancyGradSeries)),
			graph.Accumulate(g.Param("dsigma", graph.Init{}, 1, 2, 5), grad(op.DiscrepancyGradSigma))}
		return p
	}, []op.Kind{op.DiscrepancyGrad, op.Accumulate, op.Accumulate, op.Sum}},
	{"what is only reported comes last", func(g *graph.Graph) Proc {
		x := g.Input("x", 7)
		p := result(graph.SumAll(graph.Unary(op.Exp, x)))
		p.Updates = []*graph.Node{graph.Assign(g.Param("w", graph.Init{}, 7), graph.Unary(op.Tanh, x))}
		return p
	}, []op.Kind{op.Tanh, op.Assign, op.Exp, op.Sum}},
	{"a result that is read late is computed late", func(g *graph.Graph) Proc {
		x := g.Input("x", 7)
		early := graph.Unary(op.Exp, x)
		late := graph.Unary(op.Tanh, graph.Unary(op.Log, g.Input("y", 7)))
		return result(graph.Mul(early, late))
	}, []op.Kind{op.Log, op.Tanh, op.Exp, op.Mul}},
	{"a small operand waits for a large result", func(g *graph.Graph) Proc {
		small := graph.Unary(op.Exp, g.Input("x", 1, 7))
		large := graph.Add(small, g.Input("z", 5, 7))
		late := graph.Unary(op.Tanh, graph.Unary(op.Log, g.Input("y", 7)))
		return result(graph.Mul(large, late))
	}, []op.Kind{op.Log, op.Tanh, op.Exp, op.Add, op.Mul}},
	{"a large operand does not wait for a small result", func(g *graph.Graph) Proc {
		large := graph.Unary(op.Exp, g.Input("x", 5, 7))
		small := graph.Sum(large, 0)
		late := graph.Unary(op.Tanh, graph.Unary(op.Log, g.Input("y", 7)))
		return result(graph.Mul(small, late))
	}, []op.Kind{op.Exp, op.Sum, op.Log, op.Tanh, op.Mul}},
	{"an operand that is read twice waits once", func(g *graph.Graph) Proc {
		h := graph.Unary(op.Exp, g.Input("x", 5, 3))
		large := graph.MatMul(h, graph.SwapLast(h), 1)
		late := graph.Unary(op.Tanh, graph.Unary(op.Log, g.Input("y", 5)))
		return result(graph.Mul(large, late))
	}, []op.Kind{op.Log, op.Tanh, op.Exp, op.MatMul, op.Mul}},
	{"heads are written side by side", func(g *graph.Graph) Proc {
		y := graph.MatMul(g.Input("s", 1, 2, 5, 5), g.Input("v", 1, 2, 5, 3), 1)
		merged := graph.Reshape(graph.Transpose(y, 0, 2, 1, 3), 5, 6)
		return result(graph.MatMul(merged, g.Input("w", 6, 4), 1))
	}, []op.Kind{op.MatMul, op.MatMul}},
	{"what a product cannot scatter is copied", func(g *graph.Graph) Proc {
		y := graph.MatMul(g.Input("x", 4, 5), g.Input("w", 5, 6), 1)
		return result(graph.Unary(op.Exp, graph.Reshape(graph.SwapLast(y), 24)))
	}, []op.Kind{op.MatMul, op.Copy, op.Exp}},
}

// result is a procedure that leaves these values.
func result(nodes ...*graph.Node) Proc {
	p := Proc{Name: "p"}
	for i, n := range nodes {
		p.Results = append(p.Results, Result{string(rune('a' + i)), n})
	}
	return p
}

func TestAPassThatBreaksAPlanIsNamed(t *testing.T) {
	sound := passes
	defer func() { passes = sound }()
	passes = []pass{{"swap", func(f *fuser) { f.steps[0], f.steps[1] = f.steps[1], f.steps[0] }}}
	var p Proc
	g, err := graph.Build(func(g *graph.Graph) {
		p = result(graph.Unary(op.Tanh,
			graph.Unary(op.Exp, g.Input("x", 3))))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Build(g, Options{}, p); err == nil || !strings.Contains(err.Error(), "pass swap") {
		t.Errorf("error %v, want one that names the pass", err)
	}
}

func TestEveryPassJoinsWhatItShould(t *testing.T) {
	for _, c := range fusions {
		t.Run(c.name, func(t *testing.T) {
			var p Proc
			g, err := graph.Build(func(g *graph.Graph) { p = c.build(g) })
			if err != nil {
				t.Fatal(err)
			}
			built, err := Build(g, Options{}, p)
			if err != nil {
				t.Fatal(err)
			}
			var got []op.Kind
			for _, s := range built.Procs[0].Steps {
				got = append(got, s.Kind)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("steps %v, want %v\n%s", got, c.want, built.Dump())
			}
		})
	}
}
