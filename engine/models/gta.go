package models

import (
	"fmt"
	"math"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
)

// gta learns a graph of influences between channels and predicts every step from the steps before it (Chen et
// al., IEEE Internet of Things Journal 2022, in the causal form of README.md, section 8). The graph is drawn
// anew for every pass in training, from the second epoch on; in the first it is complete, and its logits stay
// as they are. In scoring it is the most likely one. As a teacher it gives its prediction under the most
// likely graph.
var gta = Model{
	MicroBatch: always(1),
	Build:      buildGTA,
	Extra:      noExtra,
}

// buildGTA predicts x_t from what is lagged by one step; from there on, everything looks at its own step and
// earlier ones only.
func buildGTA(g *graph.Graph, x *graph.Node, c Config) Output {
	influence := learnGraph(g, c)
	v := graph.Reshape(lagged(x, 1), append([]int(x.Shape), 1)...)
	var inner []Named
	for k := range c.Levels { // level k looks 2^k steps back
		v = propagate(g, k, temporal(g, k, v, c.Features), influence.adjacency, c)
		inner = append(inner, Named{fmt.Sprintf("context.%d", k), v})
	}
	h := nn.Linear("embedding", graph.Reshape(v, x.Shape[0], c.Window, c.Channels*c.Features), c.DModel)
	h = c.drop("dropout", graph.Add(h, nn.Position(g, c.Window, c.DModel)))
	for l := range c.Layers {
		h = branched(g, l, h, c)
	}
	y := nn.Linear("head", h, c.Channels)
	mse := nn.MSE(y, x)
	return Output{
		Series: y,
		Loss:   graph.Add(mse, graph.Scale(influence.sparsity, c.constant(spec.ConstantSparsityWeight))),
		Parts:  []Part{{spec.PartPrediction, mse}, {spec.PartSparsity, influence.sparsity}},
		Scores: []Score{{spec.ScoreReconstruction, nn.SquaredError(y, x)}},
		Inner:  append(inner, Named{"adjacency", influence.adjacency}),
	}
}

// lagged is x [B,L,...] so many steps later, with zeros before the window. It does what before does, for
// windows first.
func lagged(x *graph.Node, steps int) *graph.Node {
	l := x.Shape[1]
	if steps >= l {
		return graph.Expand(x.Graph().Scalar(0), x.Shape...)
	}
	return graph.Pad(graph.SliceAxis(x, 1, 0, l-steps), 1, steps, 0)
}

// influences is the learned graph: adjacency [C,C] weighs what channel i receives from channel j, and
// sparsity is the mean log probability of an edge between two channels.
type influences struct{ adjacency, sparsity *graph.Node }

// learnGraph draws the graph from its logits (README.md, section 8.1): an edge where the noisy logit of class
// 1 is larger, with the gradient of the softmax (straight through), or, if soft, the softmax itself. Every
// channel receives from itself.
func learnGraph(g *graph.Graph, c Config) influences {
	n := c.Channels
	// Class 0 starts at 0, class 1 at 0.8: edges are somewhat more likely than not.
	logits := g.Param("graph.logits", graph.Init{Step: 0.8}, n, n, 2)
	odds := difference(logits)
	noisy := odds
	if !c.Noiseless {
		noisy = graph.Add(odds, difference(g.Draw("gumbel", graph.Gumbel, 0, n, n, 2)))
	}
	edge := graph.Unary(op.Sigmoid, graph.Scale(noisy, 1/c.constant(spec.ConstantTau)))
	if !c.SoftGraph {
		// The difference is 0 in value: the edge is 0 or 1, with the gradient of the sigmoid.
		edge = graph.Add(graph.Unary(op.Heaviside, noisy), graph.Sub(edge, graph.StopGradient(edge)))
	}
	self, others := diagonal(g, n)
	a := graph.Add(graph.Mul(edge, others), self)
	// ln sigmoid(odds) as -softplus(-odds), which does not overflow.
	logEdge := graph.Scale(graph.Unary(op.Softplus, graph.Scale(odds, -1)), -1)
	pairs := float64(max(1, n*(n-1)))
	sparsity := graph.Scale(graph.SumAll(graph.Mul(logEdge, others)), 1/pairs)
	if complete := c.constant(spec.ConstantCompleteEpochs); complete > 0 && !c.Noiseless {
		learn := g.Draw("graph.learn", graph.After, complete)
		// 1 + learn (a - 1): while learn is 0, all edges are 1 and no gradient reaches the logits.
		a = graph.Shift(graph.Mul(graph.Shift(a, -1), learn), 1)
		sparsity = graph.Mul(sparsity, learn)
	}
	return influences{a, sparsity}
}

// difference is class 1 less class 0, [C,C,2] -> [C,C]. A softmax of two classes depends on nothing else: it
// is the sigmoid of this.
func difference(x *graph.Node) *graph.Node {
	class := func(k int) *graph.Node {
		return graph.Reshape(graph.SliceAxis(x, 2, k, k+1), x.Shape[0], x.Shape[1])
	}
	return graph.Sub(class(1), class(0))
}

// diagonal returns the identity [n,n] and its complement. Multiplied and added, they keep the diagonal of the
// graph at 1.
func diagonal(g *graph.Graph, n int) (self, others *graph.Node) {
	table := func(key string, diagonal, rest float32) *graph.Node {
		return g.Table(key, func() []float32 {
			out := make([]float32, n*n)
			for i := range out {
				if out[i] = rest; i%(n+1) == 0 {
					out[i] = diagonal
				}
			}
			return out
		}, n, n)
	}
	return table("identity", 1, 0), table("off diagonal", 0, 1)
}

// temporal is the causal convolution of width 2 of level k, shared by all channels: relu(T0 v_(t-2^k) + T1
// v_t + b), for v [B,L,C,F], with v added from the second level on (README.md, section 8.2).
func temporal(g *graph.Graph, k int, v *graph.Node, features int) *graph.Node {
	defer g.Scope(fmt.Sprintf("temporal.%d", k))()
	in := v.Shape[3]
	init := graph.Init{Uniform: 1 / math.Sqrt(float64(2*in))}
	weight, bias := g.Param("weight", init, features, in, 2), g.Param("bias", init, features)
	// Both taps side by side make one product.
	taps := graph.Concat(3, lagged(v, 1<<k), v)
	w := graph.Reshape(graph.Transpose(weight, 0, 2, 1), features, 2*in)
	rows := graph.Reshape(taps, v.Shape.Len()/in, 2*in)
	y := graph.Unary(op.Relu, graph.Add(graph.MatMul(rows, graph.SwapLast(w), 1), bias))
	y = graph.Reshape(y, v.Shape[0], v.Shape[1], v.Shape[2], features)
	// The first level widens one feature to F and has nothing of that width to add.
	if k > 0 {
		y = graph.Add(y, v)
	}
	return y
}

// propagate adds to each channel's features w [B,L,C,F] the mean influence of the others: 1/C sum_j A_ij
// h([w_i ; w_j - w_i ; w_j + w_i]). The first layer of h is linear in w_i and w_j, so that only its sum and
// what follows is computed for pairs; the last layer is linear and follows the sum over j (README.md, section
// 8.2).
func propagate(g *graph.Graph, k int, w, adjacency *graph.Node, c Config) *graph.Node {
	defer g.Scope(fmt.Sprintf("ipconv.%d", k))()
	f, n, m := c.Features, c.Channels, c.MLP
	steps := w.Shape[0] * w.Shape[1]
	first, second := nn.NewWeights(g, "mlp1", 3*f, m), nn.NewWeights(g, "mlp2", m, f)
	// These are W_a, W_b and W_c of README.md, section 8.2.
	own, minus, plus := first.Columns(0, f), first.Columns(f, 2*f), first.Columns(2*f, 3*f)
	both := own.Minus(minus).Plus(plus).Beside(minus.Plus(plus).Bare()).Of(w)
	sum := graph.Influence(adjacency, graph.Reshape(both, steps, n, 2*m))
	// The bias of the last layer comes with every edge, times the edge's weight.
	degree := graph.Reshape(graph.Sum(adjacency, 1), n, 1)
	influence := graph.Add(second.Times(sum), graph.Mul(degree, second.Bias()))
	return graph.Add(w, graph.Reshape(graph.Scale(influence, 1/float64(n)), w.Shape...))
}

// branched is a post-norm encoder layer whose attention has two branches, each on half of the features
// (README.md, section 8.3): causal attention, and a learned table of weights. What each part adds is subject
// to dropout (Vaswani et al. 2017).
func branched(g *graph.Graph, l int, h *graph.Node, c Config) *graph.Node {
	defer g.Scope(fmt.Sprintf("encoder.%d", l))()
	half := c.DModel / 2
	leave := g.Scope("attention")
	pair := nn.CausalAttention(graph.SliceAxis(h, 2, 0, half), c.Heads)
	leave()
	leave = g.Scope("global")
	table := nn.CausalTable(graph.SliceAxis(h, 2, half, c.DModel), c.Heads, max(c.Table, c.Window))
	leave()
	h = nn.LayerNorm("norm1", graph.Add(h, c.drop("dropout1", graph.Concat(2, pair, table))))
	ffn := nn.Linear("ffn2", graph.Unary(op.Gelu, nn.Linear("ffn1", h, c.DFF)), c.DModel)
	return nn.LayerNorm("norm2", graph.Add(h, c.drop("dropout2", ffn)))
}
