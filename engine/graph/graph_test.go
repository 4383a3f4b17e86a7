package graph

import (
	"strings"
	"testing"

	"cosinelab/engine/op"
)

func TestEqualExpressionsAreOneNode(t *testing.T) {
	_, err := Build(func(g *Graph) {
		x := g.Input("x", 2, 3)
		if Scale(x, 2) != Scale(x, 2) || g.Scalar(1) != g.Scalar(1) || g.Input("x", 2, 3) != x {
			t.Error("the same expression made two nodes")
		}
		if Scale(x, 2) == Scale(x, 3) {
			t.Error("different factors made one node")
		}
		w := g.Param("w", Init{}, 2, 3)
		if Accumulate(w, x) == Accumulate(w, x) {
			t.Error("two updates became one")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMistakeNamesOperationShapesAndLabel(t *testing.T) {
	cases := []struct {
		build func(g *Graph)
		want  []string
	}{
		{func(g *Graph) { MatMul(g.Input("a", 2, 3), g.Input("b", 4, 5), 1) },
			[]string{"outer.inner", "matmul", "[2,3] x [4,5]", "3 and 4"}},
		{func(g *Graph) { g.Input("a", 2); g.Input("a", 3) }, []string{"a [3]", "taken by input [2]"}},
		{func(g *Graph) { g.Const([]float32{1}, 2) }, []string{"const [2]", "1 values"}},
		{func(g *Graph) { Assign(g.Input("a", 2), g.Input("b", 2)) }, []string{"assign", "not input"}},
		{func(g *Graph) { Unary(op.Add, g.Input("a", 2)) }, []string{"add", "one operand"}},
		{func(g *Graph) { SwapLast(g.Input("a", 2)) }, []string{"at least two axes"}},
		{func(g *Graph) { Mean(g.Input("a", 2), 1) }, []string{"no axis 1"}},
		{func(g *Graph) { w := g.Param("w", Init{}, 2); Scale(Assign(w, g.Input("a", 2)), 3) },
			[]string{"update, which has no value"}},
		{func(g *Graph) { Transpose(Transpose(g.Input("a", 2, 3), 1, 0), 0, 5) }, []string{"no axis 5"}},
	}
	for _, c := range cases {
		_, err := Build(func(g *Graph) {
			defer g.Scope("outer")()
			defer g.Scope("inner")()
			c.build(g)
		})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want it to say %q", err, want)
			}
		}
	}
}

func TestOperandsFromAnotherGraphAreRefused(t *testing.T) {
	var foreign *Node
	if _, err := Build(func(g *Graph) { foreign = g.Input("x", 2) }); err != nil {
		t.Fatal(err)
	}
	_, err := Build(func(g *Graph) { Add(g.Input("y", 2), foreign) })
	if err == nil || !strings.Contains(err.Error(), "another graph") {
		t.Errorf("error %v, want one about another graph", err)
	}
}

func TestBuildPassesOnOtherPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a panic that is no *Error was swallowed")
		}
	}()
	Build(func(*Graph) { panic("a bug") })
}

func TestScopesNameParameters(t *testing.T) {
	g, err := Build(func(g *Graph) {
		leave := g.Scope("encoder")
		g.Param("weight", Init{Uniform: 1}, 2)
		leave()
		g.Param("bias", Init{}, 2)
	})
	if err != nil {
		t.Fatal(err)
	}
	ps := g.Params()
	if len(ps) != 2 || ps[0].Name != "encoder.weight" || ps[1].Name != "bias" || ps[0].Label != "encoder" {
		t.Errorf("parameters %v", ps)
	}
}

func TestViewsOfViewsCollapse(t *testing.T) {
	_, err := Build(func(g *Graph) {
		x := g.Input("x", 2, 3, 4)
		if Transpose(Transpose(x, 2, 0, 1), 1, 2, 0) != x {
			t.Error("a permutation and its inverse are not x")
		}
		if Reshape(Reshape(x, 24), 2, 3, 4) != x {
			t.Error("a reshape and its inverse are not x")
		}
		if SliceAxis(x, 1, 0, 3) != x || Expand(x, 2, 3, 4) != x || Pad(x, 0, 0, 0) != x ||
			Concat(0, x) != x || Scale(x, 1) != x || Sum(x) != x {
			t.Error("an operation that changes nothing made a node")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSumOverAxesOfOneElementMovesNothing(t *testing.T) {
	_, err := Build(func(g *Graph) {
		x := g.Input("x", 1, 3, 1, 2)
		if y := Sum(x, 0, 2); y.Kind != op.Reshape || y.Shape.String() != "[3,2]" {
			t.Errorf("%v %v, want a view [3,2]", y.Kind, y.Shape)
		}
		if y := Sum(x, 0, 1); y.Kind != op.Sum || y.Shape.String() != "[1,2]" {
			t.Errorf("%v %v, want a sum [1,2]", y.Kind, y.Shape)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
