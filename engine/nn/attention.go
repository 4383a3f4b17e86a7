package nn

import (
	"math"

	"cosinelab/engine/graph"
)

// SplitHeads cuts the features of x [B,L,D] into heads groups of neighbours, [B,heads,L,D/heads].
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

func axes3(x *graph.Node) (b, l, d int) {
	if len(x.Shape) != 3 {
		x.Graph().Fail("shape %v, want [B,L,D]", x.Shape)
	}
	return x.Shape[0], x.Shape[1], x.Shape[2]
}

// Attention is unmasked multi-head self-attention over the steps of h [B,L,D] (Vaswani et al. 2017, section 3.2) with
// linear maps query_projection, key_projection, value_projection, out_projection, each D to D. It returns the output
// [B,L,D] and the weights [B,heads,L,L] = softmax(q k^T / sqrt(D/heads)).
func Attention(h *graph.Node, heads int) (out, weights *graph.Node) {
	d := last(h)
	project := func(name string) *graph.Node { return SplitHeads(Linear(name, h, d), heads) }
	q, k, v := project("query_projection"), project("key_projection"), project("value_projection")
	weights = graph.Softmax(graph.MatMul(q, graph.SwapLast(k), 1/math.Sqrt(float64(d/heads))))
	return Linear("out_projection", MergeHeads(graph.MatMul(weights, v, 1)), d), weights
}
