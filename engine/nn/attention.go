package nn

import (
	"math"

	"cosinelab/engine/graph"
)

// SplitHeads cuts the features of x [B,L,D] into heads groups of neighbours, [B,heads,L,D/heads]. Both steps
// are views: no data move.
func SplitHeads(x *graph.Node, heads int) *graph.Node {
	b, l, d := axes3(x)
	if heads < 1 || d%heads != 0 {
		x.Graph().Fail("%d features do not divide into %d heads", d, heads)
	}
	return graph.Transpose(graph.Reshape(x, b, l, heads, d/heads), 0, 2, 1, 3)
}

// MergeHeads puts the heads of x [B,H,L,E] side by side, [B,L,H*E]: the inverse of SplitHeads.
func MergeHeads(x *graph.Node) *graph.Node {
	y := graph.Transpose(x, 0, 2, 1, 3)
	return graph.Reshape(y, y.Shape[0], y.Shape[1], y.Shape[2]*y.Shape[3])
}

// axes3 is the shape of a series, or ends the building of the graph.
func axes3(x *graph.Node) (b, l, d int) {
	if len(x.Shape) != 3 {
		x.Graph().Fail("shape %v, want [B,L,D]", x.Shape)
	}
	return x.Shape[0], x.Shape[1], x.Shape[2]
}

// Attention is unmasked multi-head self-attention over the steps of h [B,L,D] (Vaswani et al. 2017, section
// 3.2) with linear maps query_projection, key_projection, value_projection, out_projection, each D to D. It
// returns the output [B,L,D] and the weights [B,heads,L,L] = softmax(q k^T / sqrt(D/heads)). Heads must
// divide D. Dividing by the root of a head's width keeps the variance of the products near 1, so that the
// softmax does not saturate.
func Attention(h *graph.Node, heads int) (out, weights *graph.Node) {
	d := last(h)
	project := func(name string) *graph.Node { return SplitHeads(Linear(name, h, d), heads) }
	q, k, v := project("query_projection"), project("key_projection"), project("value_projection")
	weights = graph.Softmax(graph.MatMul(q, graph.SwapLast(k), 1/math.Sqrt(float64(d/heads))))
	return Linear("out_projection", MergeHeads(graph.MatMul(weights, v, 1)), d), weights
}

// never is the logarithm of a weight that is zero in every precision. Unlike -Inf it makes no NaN, whatever
// is added to it or subtracted.
const never = -1e30

// causal returns weights [L,L] to add before a softmax, so that step i attends to steps up to i only. The
// diagonal stays, so no row is without a weight.
func causal(g *graph.Graph, steps int) *graph.Node {
	return g.Table("causal", func() []float32 {
		mask := make([]float32, steps*steps)
		for i := range mask {
			if i%steps > i/steps {
				mask[i] = never
			}
		}
		return mask
	}, steps, steps)
}

// CausalAttention is multi-head self-attention over the steps of h [B,L,D], each of which attends to itself
// and the steps before it (Vaswani et al. 2017, section 3.2.3), with linear maps query, key, value, out, each
// D to D.
func CausalAttention(h *graph.Node, heads int) *graph.Node {
	_, l, d := axes3(h)
	project := func(name string) *graph.Node { return SplitHeads(Linear(name, h, d), heads) }
	q, k, v := project("query"), project("key"), project("value")
	scores := graph.MatMul(q, graph.SwapLast(k), 1/math.Sqrt(float64(d/heads)))
	weights := graph.Softmax(graph.Add(scores, causal(h.Graph(), l)))
	return Linear("out", MergeHeads(graph.MatMul(weights, v, 1)), d)
}

// CausalTable is CausalAttention whose scores do not depend on the data: they are the parameter scores
// [heads,n,n], of which the first L steps of each side are used (Tay et al., Synthesizer). It starts as the
// mean over the steps so far. n must be at least L; a table made for longer windows thus serves shorter ones.
func CausalTable(h *graph.Node, heads, n int) *graph.Node {
	b, l, d := axes3(h)
	g := h.Graph()
	scores := g.Param("scores", graph.Init{}, heads, n, n)
	used := graph.SliceAxis(graph.SliceAxis(scores, 1, 0, l), 2, 0, l)
	weights := graph.Expand(graph.Softmax(graph.Add(used, causal(g, l))), b, heads, l, l)
	v := SplitHeads(Linear("value", h, d), heads)
	return Linear("out", MergeHeads(graph.MatMul(weights, v, 1)), d)
}
