// Package nn composes layers or losses from operations.
package nn

import (
	"math"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// NormEps is added to the variance by LayerNorm (models/README.md, section 1.1).
const NormEps = 1e-5

// Linear maps the last axis of x [...,in] to out features: x W^T + b, with parameters name.weight [out,in]
// and name.bias [out], both drawn uniformly from -1/sqrt(in) to 1/sqrt(in) (models/README.md, section 1.1).
func Linear(name string, x *graph.Node, out int) *graph.Node {
	return NewWeights(x.Graph(), name, last(x), out).Of(x)
}

// Unbiased is Linear without the bias.
func Unbiased(name string, x *graph.Node, out int) *graph.Node {
	g := x.Graph()
	defer g.Scope(name)()
	w := g.Param("weight", graph.Init{Uniform: 1 / math.Sqrt(float64(last(x)))}, out, last(x))
	return Weights{weight: w}.Times(x)
}

// Conv1 is Linear whose weight has the shape [out,in,1] of a convolution of width 1. Public checkpoints of
// the Anomaly Transformer hold its feed-forward blocks so (models/README.md, section 3.8).
func Conv1(name string, x *graph.Node, out int) *graph.Node {
	return shaped(x.Graph(), name, last(x), out, out, last(x), 1).Of(x)
}

// Weights are the parameters of a linear layer, for layers that use parts of them. Sums and slices of them
// are nodes like any other: gradients reach the parameters through them.
type Weights struct{ weight, bias *graph.Node } // [out,in], [out]

// NewWeights makes the parameters of Linear.
func NewWeights(g *graph.Graph, name string, in, out int) Weights {
	return shaped(g, name, in, out, out, in)
}

// shaped makes weights whose matrix is known under another shape. The parameter keeps the shape, so that
// checkpoints fit.
func shaped(g *graph.Graph, name string, in, out int, shape ...int) Weights {
	defer g.Scope(name)()
	init := graph.Init{Uniform: 1 / math.Sqrt(float64(in))}
	return Weights{graph.Reshape(g.Param("weight", init, shape...), out, in), g.Param("bias", init, out)}
}

// Of maps the last axis of x [...,in] to out features, x W^T + b.
func (w Weights) Of(x *graph.Node) *graph.Node {
	return overRows(x, func(rows *graph.Node) *graph.Node {
		return graph.Add(graph.MatMul(rows, graph.SwapLast(w.weight), 1), w.bias)
	})
}

// Times is Of without the bias.
func (w Weights) Times(x *graph.Node) *graph.Node {
	return overRows(x, func(rows *graph.Node) *graph.Node {
		return graph.MatMul(rows, graph.SwapLast(w.weight), 1)
	})
}

// Bias is b.
func (w Weights) Bias() *graph.Node { return w.bias }

// Plus and Minus add and subtract the matrices; the bias stays that of w.
func (w Weights) Plus(v Weights) Weights  { return Weights{graph.Add(w.weight, v.weight), w.bias} }
func (w Weights) Minus(v Weights) Weights { return Weights{graph.Sub(w.weight, v.weight), w.bias} }

// Bare are weights whose bias is 0.
func (w Weights) Bare() Weights {
	return Weights{w.weight, graph.Expand(w.weight.Graph().Scalar(0), w.bias.Shape...)}
}

// Columns are the weights of the inputs from a up to, not including, b.
func (w Weights) Columns(a, b int) Weights {
	return Weights{graph.SliceAxis(w.weight, 1, a, b), w.bias}
}

// Beside gives the features of w, then those of v. One product then computes both.
func (w Weights) Beside(v Weights) Weights {
	return Weights{graph.Concat(0, w.weight, v.weight), graph.Concat(0, w.bias, v.bias)}
}

// overRows applies f to x [...,in] as a matrix [n,in] and gives the result [n,out] the leading axes of x. A
// product of two matrices needs no batch: the weights need not be expanded, and their gradient is one
// product.
func overRows(x *graph.Node, f func(rows *graph.Node) *graph.Node) *graph.Node {
	in := last(x)
	y := f(graph.Reshape(x, x.Shape.Len()/in, in))
	return graph.Reshape(y, withLast(x.Shape, last(y))...)
}

// last is the extent of the last axis; a scalar ends the building of the graph.
func last(x *graph.Node) int {
	if len(x.Shape) == 0 {
		x.Graph().Fail("%v: a layer needs at least one axis", x.Kind)
	}
	return x.Shape[len(x.Shape)-1]
}

func withLast(s tensor.Shape, n int) tensor.Shape {
	return append(append(tensor.Shape{}, s[:len(s)-1]...), n)
}

// LayerNorm gives the last axis of x [...,n] mean 0 and variance 1 (with divisor n, plus NormEps), then
// scales it by name.weight [n], initially 1, and shifts it by name.bias [n], initially 0. Package plan joins
// these three operations into one step, and their gradients likewise.
func LayerNorm(name string, x *graph.Node) *graph.Node {
	g := x.Graph()
	defer g.Scope(name)()
	w := g.Param("weight", graph.Init{Fill: 1}, last(x))
	b := g.Param("bias", graph.Init{}, last(x))
	return graph.Add(graph.Mul(graph.Normalize(x, NormEps), w), b)
}

// TokenConv is the circular convolution of width 3 without bias that embeds x [B,L,C] as [B,L,d]:
// y_t = W[:,:,0] x_(t-1) + W[:,:,1] x_t + W[:,:,2] x_(t+1), indices modulo L (models/README.md, section 3.1).
// name.weight [d,C,3] starts normal with deviation sqrt(2/(3C)).
func TokenConv(name string, x *graph.Node, d int) *graph.Node {
	const width = 3
	g := x.Graph()
	defer g.Scope(name)()
	fan := width * last(x)
	w := g.Param("weight", graph.Init{Normal: math.Sqrt(2 / float64(fan))}, d, last(x), width)
	w = graph.Reshape(w, d, fan)
	return overRows(graph.Unfold(x, width, 1, 1, true), func(rows *graph.Node) *graph.Node {
		return graph.MatMul(rows, graph.SwapLast(w), 1)
	})
}

// PositionCode returns the fixed code [n,d] of positions 0 to n-1 in row-major order: PE[p,2i] = sin(p
// 10000^(-2i/d)), PE[p,2i+1] = cos of the same (Vaswani et al. 2017, section 3.5). An odd d ends on a sine.
// Sines and cosines are computed in float64 and rounded once.
func PositionCode(n, d int) []float32 {
	code := make([]float32, n*d)
	for c := range d {
		rate := math.Pow(10000, -float64(c-c%2)/float64(d))
		for p := range n {
			sin, cos := math.Sincos(float64(p) * rate)
			code[p*d+c] = float32([2]float64{sin, cos}[c%2])
		}
	}
	return code
}

// Position is the code of the first n positions as a constant [n,d].
func Position(g *graph.Graph, n, d int) *graph.Node {
	return g.Table("position", func() []float32 { return PositionCode(n, d) }, n, d)
}

// FeedForward applies conv2(gelu(conv1(x))) to every step of x [B,L,D], with hidden features in between; gelu
// is the exact form (models/README.md, section 3.2).
func FeedForward(x *graph.Node, hidden int) *graph.Node {
	h := graph.Unary(op.Gelu, Conv1("conv1", x, hidden))
	return Conv1("conv2", h, last(x))
}
