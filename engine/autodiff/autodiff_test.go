package autodiff_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// shapes of the operands of a case.
type shapes []tensor.Shape

// ruleCase is a use of one kind whose gradient is held to finite differences.
type ruleCase struct {
	kind op.Kind
	name string // empty for the only case of a kind
	in   shapes
	attr op.Attr
	// from and to bound the operands' values; 0 and 0 mean -2 and 2. Kinks lie outside.
	from, to float64
	part     func(y *graph.Node) *graph.Node // what of the result has a gradient; nil = all
}

var ruleCases = []ruleCase{
	{kind: op.Reshape, in: shapes{{3, 4}}, attr: op.Attr{N: []int{2, 6}}},
	{kind: op.Transpose, in: shapes{{2, 3, 5}}, attr: op.Attr{N: []int{2, 0, 1}}},
	{kind: op.Slice, in: shapes{{3, 7}}, attr: op.Attr{N: []int{1, 2, 5}}},
	{kind: op.Expand, in: shapes{{3, 1}}, attr: op.Attr{N: []int{2, 3, 4}}},
	{kind: op.Copy, in: shapes{{3, 2}}},
	{kind: op.Concat, in: shapes{{2, 3}, {2, 1}, {2, 4}}, attr: op.Attr{N: []int{1}}},
	{kind: op.Pad, in: shapes{{3, 2}}, attr: op.Attr{N: []int{0, 2, 1}}},
	{kind: op.Unfold, name: "circular", in: shapes{{2, 5, 3}}, attr: op.Attr{N: []int{3, 1, 1, 1}}},
	{kind: op.Unfold, name: "causal", in: shapes{{2, 5, 3}}, attr: op.Attr{N: []int{2, 2, 2, 0}}},
	{kind: op.Fold, name: "circular", in: shapes{{2, 5, 6}}, attr: op.Attr{N: []int{3, 1, 1, 1}}},
	{kind: op.Fold, name: "causal", in: shapes{{2, 5, 6}}, attr: op.Attr{N: []int{2, 2, 2, 0}}},
	{kind: op.Scale, in: shapes{{5}}, attr: op.Attr{X: -1.5}},
	{kind: op.Shift, in: shapes{{5}}, attr: op.Attr{X: 0.7}},
	{kind: op.Square, in: shapes{{7}}},
	{kind: op.Sqrt, in: shapes{{7}}, from: 0.2, to: 3},
	{kind: op.Exp, in: shapes{{7}}},
	{kind: op.Log, in: shapes{{7}}, from: 0.2, to: 3},
	{kind: op.Tanh, in: shapes{{7}}},
	{kind: op.Sigmoid, in: shapes{{7}}},
	{kind: op.Relu, name: "positive", in: shapes{{7}}, from: 0.1, to: 2},
	{kind: op.Relu, name: "negative", in: shapes{{7}}, from: -2, to: -0.1},
	{kind: op.Gelu, in: shapes{{9}}, from: -4, to: 4},
	{kind: op.Softplus, in: shapes{{7}}},
	{kind: op.Add, in: shapes{{2, 3}, {2, 3}}},
	{kind: op.Add, name: "broadcast", in: shapes{{2, 1, 3}, {4, 1}}},
	{kind: op.Sub, in: shapes{{2, 3}, {3}}},
	{kind: op.Mul, in: shapes{{2, 3}, {2, 3}}},
	{kind: op.Mul, name: "broadcast", in: shapes{{}, {2, 3}}},
	{kind: op.Div, in: shapes{{2, 1, 3}, {4, 1}}, from: 0.5, to: 2},
	{kind: op.Max, in: shapes{{2, 3}, {3}}},
	{kind: op.Sum, in: shapes{{2, 3, 4}}, attr: op.Attr{N: []int{0, 2}}},
	{kind: op.MatMul, in: shapes{{3, 4}, {4, 5}}, attr: op.Attr{X: 0.5}},
	{kind: op.MatMul, name: "batched", in: shapes{{2, 2, 3, 1}, {2, 2, 1, 5}}, attr: op.Attr{X: 1}},
	{kind: op.Softmax, in: shapes{{3, 5}}},
	{kind: op.Normalize, in: shapes{{3, 5}}, attr: op.Attr{X: 1e-5}},
	{kind: op.Cosine, in: shapes{{3, 5}, {3, 5}}, attr: op.Attr{X: 1e-8}},
	{kind: op.GaussianPrior, in: shapes{{2, 2, 5}}, from: 0.4, to: 2},
	{kind: op.Discrepancy, in: shapes{{2, 2, 5, 5}, {2, 2, 5}}, attr: op.Attr{X: 1e-4}, from: 0.4, to: 1},
	{kind: op.LSTM, in: shapes{{4, 3, 8}, {8, 2}}, part: graph.States},
	{kind: op.LSTM, name: "one step", in: shapes{{1, 3, 8}, {8, 2}}, part: graph.States},
	{kind: op.GRU, in: shapes{{4, 3, 6}, {6, 2}, {6}}, part: graph.States},
	{kind: op.GRU, name: "one step", in: shapes{{1, 3, 6}, {6, 2}, {6}}, part: graph.States},
	{kind: op.Influence, in: shapes{{3, 3}, {4, 3, 10}}},
}

// flat are the kinds without a gradient to hold to finite differences: sources, what stops gradients, steps,
// updates, and gradients themselves.
var flat = []op.Kind{op.Input, op.Param, op.Const, op.StopGradient, op.Heaviside, op.GeluSlope,
	op.SoftmaxGrad,
	op.NormalizeGrad, op.CosineGrad, op.GaussianPriorGrad, op.DiscrepancyGradSeries, op.DiscrepancyGradSigma,
	op.LSTMGrad,
	op.GRUGrad, op.InfluenceGrad, op.InfluenceGradWeights, op.Assign, op.Accumulate, op.Adam}

func TestEveryRuleHasACase(t *testing.T) {
	var seen [op.Count]bool
	for _, k := range flat {
		seen[k] = true
	}
	for _, c := range ruleCases {
		seen[c.kind] = true
	}
	for k, ok := range seen {
		if k := op.Kind(k); !ok && !k.IsFused() {
			t.Errorf("%v has no case", k)
		}
	}
}

func TestRulesEqualFiniteDifferences(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(strings.TrimSuffix(c.kind.String()+"/"+c.name, "/"), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(c.kind)))
			feeds := backendtest.Feeds{}
			var operands []*graph.Node
			var loss *graph.Node
			_, err := graph.Build(func(g *graph.Graph) {
				for i, s := range c.in {
					p := g.Param(string(rune('a'+i)), graph.Init{}, s...)
					feeds[p] = values(rng, s, c)
					operands = append(operands, p)
				}
				y := graph.Apply(c.kind, c.attr, operands...)
				if c.part != nil {
					y = c.part(y)
				}
				loss = weighted(y, rng)
			})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, feeds, loss, operands)
		})
	}
}

func values(rng *rand.Rand, s tensor.Shape, c ruleCase) []float64 {
	from, to := c.from, c.to
	if from == 0 && to == 0 {
		from, to = -2, 2
	}
	v := make([]float64, s.Len())
	for i := range v {
		v[i] = from + (to-from)*rng.Float64()
	}
	return v
}

// weighted makes a loss of which every element of y is a part, each with another weight.
func weighted(y *graph.Node, rng *rand.Rand) *graph.Node {
	w := make([]float32, y.Shape.Len())
	for i := range w {
		w[i] = float32(rng.NormFloat64())
	}
	return graph.SumAll(graph.Mul(y, y.Graph().Const(w, y.Shape...)))
}

// compare holds the gradient of loss by each operand to central differences.
func compare(t *testing.T, feeds backendtest.Feeds, loss *graph.Node, operands []*graph.Node) {
	t.Helper()
	grads, err := autodiff.Gradients(loss, operands...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := backendtest.Eval(feeds, grads...)
	if err != nil {
		t.Fatal(err)
	}
	const h = 1e-5
	for i, p := range operands {
		for j := range feeds[p] {
			want := (shifted(t, feeds, loss, p, j, h) - shifted(t, feeds, loss, p, j, -h)) / (2 * h)
			if math.Abs(got[i][j]-want) > 1e-7*max(1, math.Abs(want)) {
				t.Errorf("operand %d, element %d: gradient %v, finite difference %v", i, j, got[i][j], want)
			}
		}
	}
}

// shifted is the loss after adding h to one element of a parameter.
func shifted(t *testing.T, feeds backendtest.Feeds, loss, p *graph.Node, j int, h float64) float64 {
	t.Helper()
	old := feeds[p][j]
	feeds[p][j] = old + h
	defer func() { feeds[p][j] = old }()
	v, err := backendtest.Eval(feeds, loss)
	if err != nil {
		t.Fatal(err)
	}
	return v[0][0]
}

// gradientAt builds f on one parameter with these values and returns the gradient of the sum of its result.
func gradientAt(t *testing.T, x []float64, f func(x *graph.Node) *graph.Node) ([]float64, error) {
	t.Helper()
	var p, loss *graph.Node
	if _, err := graph.Build(func(g *graph.Graph) {
		p = g.Param("x", graph.Init{}, len(x))
		loss = graph.SumAll(f(p))
	}); err != nil {
		t.Fatal(err)
	}
	grads, err := autodiff.Gradients(loss, p)
	if err != nil {
		return nil, err
	}
	v, err := backendtest.Eval(backendtest.Feeds{p: x}, grads...)
	if err != nil {
		t.Fatal(err)
	}
	return v[0], nil
}

func TestGradientsOfSharedOperandsAddUp(t *testing.T) {
	got, err := gradientAt(t, []float64{3, -2}, func(x *graph.Node) *graph.Node {
		return graph.Add(graph.Mul(x, x), graph.Scale(x, 5))
	})
	if err != nil || got[0] != 11 || got[1] != 1 {
		t.Errorf("gradient of x*x + 5x at 3, -2: %v, %v; want 11, 1", got, err)
	}
}

func TestStopGradientMakesAConstant(t *testing.T) {
	got, err := gradientAt(t, []float64{3, -2}, func(x *graph.Node) *graph.Node {
		return graph.Mul(x, graph.StopGradient(x))
	})
	if err != nil || got[0] != 3 || got[1] != -2 {
		t.Errorf("gradient of x*sg(x) at 3, -2: %v, %v; want 3, -2", got, err)
	}
}

func TestMaxSendsTiesToTheFirstOperand(t *testing.T) {
	got, err := gradientAt(t, []float64{1, 1, 1}, func(x *graph.Node) *graph.Node {
		return graph.Max(graph.SliceAxis(x, 0, 0, 1), graph.SliceAxis(x, 0, 2, 3))
	})
	if err != nil || got[0] != 1 || got[2] != 0 {
		t.Errorf("gradient of max(1, 1): %v, %v; want 1 for the first, 0 for the second", got, err)
	}
}

func TestGradientOfWhatTheLossDoesNotReachIsZero(t *testing.T) {
	for _, f := range []func(x *graph.Node) *graph.Node{
		func(x *graph.Node) *graph.Node { return x.Graph().Scalar(1) },
		func(x *graph.Node) *graph.Node { return graph.StopGradient(x) },
		func(x *graph.Node) *graph.Node { return graph.Unary(op.Heaviside, x) },
	} {
		got, err := gradientAt(t, []float64{1, 2}, f)
		if err != nil || len(got) != 2 || got[0] != 0 || got[1] != 0 {
			t.Errorf("gradient %v, %v; want 0, 0", got, err)
		}
	}
}

func TestGradientOfAnInnerNode(t *testing.T) {
	var y, loss *graph.Node
	var feeds backendtest.Feeds
	if _, err := graph.Build(func(g *graph.Graph) {
		x := g.Param("x", graph.Init{}, 2)
		feeds = backendtest.Feeds{x: {1, 2}}
		y = graph.Unary(op.Exp, x)
		loss = graph.SumAll(graph.Scale(y, 3))
	}); err != nil {
		t.Fatal(err)
	}
	grads, err := autodiff.Gradients(loss, y, loss)
	if err != nil {
		t.Fatal(err)
	}
	v, err := backendtest.Eval(feeds, grads...)
	if err != nil || v[0][0] != 3 || v[0][1] != 3 || v[1][0] != 1 {
		t.Errorf("gradients %v, %v; want 3, 3 of the inner node and 1 of the loss", v, err)
	}
}

func TestNoGradientIsBuiltWhereNoneIsNeeded(t *testing.T) {
	var w, loss *graph.Node
	g, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 4, 3)
		w = g.Param("w", graph.Init{}, 2, 3)
		// The path to x leads through an operation without gradient, which must not matter.
		rows := graph.Apply(op.SoftmaxGrad, op.Attr{}, x, x)
		loss = graph.SumAll(graph.MatMul(rows, graph.SwapLast(w), 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	before := len(g.Nodes())
	if _, err := autodiff.Gradients(loss, w); err != nil {
		t.Fatal(err)
	}
	for _, n := range g.Nodes()[before:] {
		if n.Kind == op.MatMul && n.Shape.Equal(tensor.Shape{4, 3}) {
			t.Errorf("the gradient of the input was built: %v %v", n.Kind, n.Shape)
		}
	}
}

func TestWeightGradientIsAProductInTheWeightsLayout(t *testing.T) {
	var w, loss *graph.Node
	if _, err := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 4, 3)
		w = g.Param("w", graph.Init{}, 2, 3)
		y := graph.MatMul(x, graph.SwapLast(w), 1)
		loss = graph.SumAll(graph.Mul(y, y))
	}); err != nil {
		t.Fatal(err)
	}
	grads, err := autodiff.Gradients(loss, w)
	if err != nil {
		t.Fatal(err)
	}
	if grads[0].Kind != op.MatMul || !grads[0].Shape.Equal(w.Shape) {
		t.Errorf("gradient is %v %v, want matmul %v", grads[0].Kind, grads[0].Shape, w.Shape)
	}
}

func TestTransposedProductsKeepTheirGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	feeds := backendtest.Feeds{}
	var q, k, loss *graph.Node
	if _, err := graph.Build(func(g *graph.Graph) {
		q = g.Param("q", graph.Init{}, 2, 3, 4)
		k = g.Param("k", graph.Init{}, 2, 3, 4)
		heads := func(x *graph.Node) *graph.Node {
			return graph.Transpose(graph.Reshape(x, 2, 3, 2, 2), 0, 2, 1, 3)
		}
		loss = weighted(graph.MatMul(heads(q), graph.SwapLast(heads(k)), 0.7), rng)
	}); err != nil {
		t.Fatal(err)
	}
	feeds[q], feeds[k] = values(rng, q.Shape, ruleCase{}), values(rng, k.Shape, ruleCase{})
	compare(t, feeds, loss, []*graph.Node{q, k})
}

func TestGradientsSayWhatIsWrong(t *testing.T) {
	var x, vector, second *graph.Node
	_, err := graph.Build(func(g *graph.Graph) {
		defer g.Scope("block")()
		x = g.Param("x", graph.Init{}, 3)
		vector = graph.Scale(x, 2)
		second = graph.SumAll(graph.Unary(op.GeluSlope, x))
	})
	if err != nil {
		t.Fatal(err)
	}
	var foreign *graph.Node
	if _, err := graph.Build(func(h *graph.Graph) { foreign = h.Param("y", graph.Init{}, 3) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		loss, wrt *graph.Node
		want      string
	}{
		{vector, x, "gradients: loss has shape [3], want a scalar"},
		{graph.SumAll(vector), foreign, "gradients: node 0 (param y) belongs to another graph than the loss"},
		{second, x, "gradients: block: gelu_slope has no gradient"},
	} {
		if _, err := autodiff.Gradients(c.loss, c.wrt); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	if n := graph.Scale(x, 7); n.Label != "" {
		t.Errorf("label %q outside every scope: a failed gradient left its scope open", n.Label)
	}
}
