package autodiff

import (
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// rule returns what the use of operand i in n adds to that operand's gradient, where dy is the gradient of n.
// Nil means zero.
type rule func(n, dy *graph.Node, i int) *graph.Node

// vjp is the vector-Jacobian product of every operation.
var vjp = [op.Count]rule{
	op.Input: zero,
	op.Param: zero,
	op.Const: zero,

	op.Reshape:      reshape,
	op.Transpose:    transpose,
	op.Slice:        slice,
	op.Expand:       func(n, dy *graph.Node, _ int) *graph.Node { return shrink(dy, n.In[0].Shape) },
	op.StopGradient: zero,

	op.Copy:   pass,
	op.Concat: concat,
	op.Pad:    pad,
	op.Unfold: func(n, dy *graph.Node, _ int) *graph.Node { return graph.Apply(op.Fold, n.Attr, dy) },
	op.Fold:   func(n, dy *graph.Node, _ int) *graph.Node { return graph.Apply(op.Unfold, n.Attr, dy) },

	op.Scale:  func(n, dy *graph.Node, _ int) *graph.Node { return graph.Scale(dy, n.Attr.X) },
	op.Shift:  pass,
	op.Square: times(func(n *graph.Node) *graph.Node { return graph.Scale(n.In[0], 2) }),
	// Slopes are expressed by the result where that is as short, so that the operand need not be kept.
	op.Sqrt:      func(n, dy *graph.Node, _ int) *graph.Node { return graph.Scale(graph.Div(dy, n), 0.5) },
	op.Exp:       times(func(n *graph.Node) *graph.Node { return n }),
	op.Log:       func(n, dy *graph.Node, _ int) *graph.Node { return graph.Div(dy, n.In[0]) },
	op.Tanh:      tanh,
	op.Sigmoid:   times(func(n *graph.Node) *graph.Node { return graph.Sub(n, graph.Unary(op.Square, n)) }),
	op.Relu:      times(func(n *graph.Node) *graph.Node { return graph.Unary(op.Heaviside, n) }),
	op.Heaviside: zero,
	op.Gelu:      times(func(n *graph.Node) *graph.Node { return graph.Unary(op.GeluSlope, n.In[0]) }),
	op.GeluSlope: none,
	op.Softplus:  times(func(n *graph.Node) *graph.Node { return graph.Unary(op.Sigmoid, n.In[0]) }),

	op.Add: func(n, dy *graph.Node, i int) *graph.Node { return shrink(dy, n.In[i].Shape) },
	op.Sub: sub,
	op.Mul: func(n, dy *graph.Node, i int) *graph.Node {
		return shrink(graph.Mul(dy, n.In[1-i]), n.In[i].Shape)
	},
	op.Div: div,
	op.Max: larger,

	op.Sum:    sum,
	op.MatMul: matmul,
	op.Softmax: func(n, dy *graph.Node,
		_ int) *graph.Node {
		return graph.Apply(op.SoftmaxGrad, op.Attr{}, n, dy)
	},
	op.SoftmaxGrad:   none,
	op.Normalize:     withOperand(op.NormalizeGrad),
	op.NormalizeGrad: none,
	op.Cosine:        cosine,
	op.CosineGrad:    none,

	op.GaussianPrior:         withOperand(op.GaussianPriorGrad),
	op.GaussianPriorGrad:     none,
	op.Discrepancy:           discrepancy,
	op.DiscrepancyGradSeries: none,
	op.DiscrepancyGradSigma:  none,

	op.LSTM:     lstm,
	op.LSTMGrad: none,
	op.GRU:      gru,
	op.GRUGrad:  none,

	op.Influence:            influence,
	op.InfluenceGrad:        none,
	op.InfluenceGradWeights: none,

	op.Assign:     none,
	op.Accumulate: none,
	op.Adam:       none,
}

// zero belongs to sources, to what stops gradients, and to steps, whose slope is zero wherever it exists.
func zero(_, _ *graph.Node, _ int) *graph.Node { return nil }

// none belongs to updates, which have no value, and to gradients: nothing here needs second derivatives.
func none(n, _ *graph.Node, _ int) *graph.Node {
	n.Graph().Fail("%v has no gradient", n.Kind)
	return nil
}

func pass(_, dy *graph.Node, _ int) *graph.Node { return dy }

// withOperand is the rule of operations whose gradient is an operation of their operand and dy.
func withOperand(k op.Kind) rule {
	return func(n, dy *graph.Node, _ int) *graph.Node { return graph.Apply(k, n.Attr, n.In[0], dy) }
}

// times is the rule of an element-wise operation with this slope.
func times(slope func(n *graph.Node) *graph.Node) rule {
	return func(n, dy *graph.Node, _ int) *graph.Node { return graph.Mul(dy, slope(n)) }
}

// tanh uses the slope 1 - n^2, as dy - dy n^2, which is one pass less.
func tanh(n, dy *graph.Node, _ int) *graph.Node {
	return graph.Sub(dy, graph.Mul(dy, graph.Unary(op.Square, n)))
}

func reshape(n, dy *graph.Node, _ int) *graph.Node { return graph.Reshape(dy, n.In[0].Shape...) }

// transpose turns a product itself instead of its result where it can: (AB)^T = B^T A^T. The gradient of a
// weight that was transposed for use then comes out in the weight's own layout, without a copy.
func transpose(n, dy *graph.Node, _ int) *graph.Node {
	back := make([]int, len(n.Attr.N))
	for i, axis := range n.Attr.N {
		back[axis] = i
	}
	row, column := slices.Index(back, len(back)-2), slices.Index(back, len(back)-1)
	if dy.Kind == op.MatMul && column < row {
		dy = graph.MatMul(graph.SwapLast(dy.In[1]), graph.SwapLast(dy.In[0]), dy.Attr.X)
		back[row], back[column] = back[column], back[row]
	}
	return graph.Transpose(dy, back...)
}

// slice puts zeros where the operand was left out. The sweep joins such parts where it can.
func slice(n, dy *graph.Node, _ int) *graph.Node {
	axis, from, to := n.Attr.N[0], n.Attr.N[1], n.Attr.N[2]
	return graph.Pad(dy, axis, from, n.In[0].Shape[axis]-to)
}

// concat cuts out the part of operand i.
func concat(n, dy *graph.Node, i int) *graph.Node {
	axis, from := n.Attr.N[0], 0
	for _, x := range n.In[:i] {
		from += x.Shape[axis]
	}
	return graph.SliceAxis(dy, axis, from, from+n.In[i].Shape[axis])
}

func pad(n, dy *graph.Node, _ int) *graph.Node {
	axis, before := n.Attr.N[0], n.Attr.N[1]
	return graph.SliceAxis(dy, axis, before, before+n.In[0].Shape[axis])
}

func sub(n, dy *graph.Node, i int) *graph.Node {
	d := shrink(dy, n.In[i].Shape)
	if i == 1 {
		return graph.Scale(d, -1)
	}
	return d
}

// div uses d(x/y)/dx = 1/y and d(x/y)/dy = -(x/y)/y.
func div(n, dy *graph.Node, i int) *graph.Node {
	d := graph.Div(dy, n.In[1])
	if i == 1 {
		d = graph.Scale(graph.Mul(d, n), -1)
	}
	return shrink(d, n.In[i].Shape)
}

// larger sends the gradient of a maximum to the larger operand, and to the first where both are equal.
func larger(n, dy *graph.Node, i int) *graph.Node {
	second := graph.Unary(op.Heaviside, graph.Sub(n.In[1], n.In[0]))
	d := graph.Mul(dy, second)
	if i == 0 {
		d = graph.Sub(dy, d)
	}
	return shrink(d, n.In[i].Shape)
}

// sum repeats the gradient along the axes that disappeared.
func sum(n, dy *graph.Node, _ int) *graph.Node {
	x := n.In[0]
	kept := slices.Clone(x.Shape)
	for _, axis := range n.Attr.N {
		kept[axis] = 1
	}
	return graph.Expand(graph.Reshape(dy, kept...), x.Shape...)
}

// matmul uses dA = dY B^T and dB = A^T dY for Y = A B, both with the factor of the product.
func matmul(n, dy *graph.Node, i int) *graph.Node {
	if i == 0 {
		return graph.MatMul(dy, graph.SwapLast(n.In[1]), n.Attr.X)
	}
	return graph.MatMul(graph.SwapLast(n.In[0]), dy, n.Attr.X)
}

// cosine uses that the cosine is symmetric: CosineGrad differentiates by its second operand.
func cosine(n, dy *graph.Node, i int) *graph.Node {
	return graph.Apply(op.CosineGrad, n.Attr, n.In[1-i], n.In[i], dy)
}

// discrepancy has an operation of its own for each operand: they share the prior, which neither stores.
func discrepancy(n, dy *graph.Node, i int) *graph.Node {
	kinds := [2]op.Kind{op.DiscrepancyGradSeries, op.DiscrepancyGradSigma}
	return graph.Apply(kinds[i], n.Attr, n.In[0], n.In[1], dy)
}

// lstm gets the gradient of the gates from one operation; that of the weights is one product over all steps.
func lstm(n, dy *graph.Node, i int) *graph.Node {
	dx := graph.Apply(op.LSTMGrad, op.Attr{}, n, n.In[1], ofStates(n, dy))
	if i == 0 {
		return dx
	}
	return weights(n, dx)
}

// gru is like lstm; the shares that come from the state have a gradient and a bias of their own.
func gru(n, dy *graph.Node, i int) *graph.Node {
	d := graph.Apply(op.GRUGrad, op.Attr{}, n, n.In[1], ofStates(n, dy))
	gates := n.In[0].Shape[2]
	ofState := graph.SliceAxis(d, 2, gates, 2*gates)
	switch i {
	case 0:
		return graph.SliceAxis(d, 2, 0, gates)
	case 1:
		return weights(n, ofState)
	}
	return graph.Sum(ofState, 0, 1)
}

func influence(n, dy *graph.Node, i int) *graph.Node {
	k := [2]op.Kind{op.InfluenceGradWeights, op.InfluenceGrad}[i]
	return graph.Apply(k, op.Attr{}, n.In[0], n.In[1], dy)
}

// ofStates is the part of dy that belongs to the states of the recurrence n. Nothing else in its result,
// which is there for the gradient, can be differentiated.
func ofStates(n, dy *graph.Node) *graph.Node {
	h := n.In[1].Shape[1]
	first := n.Shape[2] - h
	if dy.Kind != op.Pad || dy.Attr.N[0] != 2 || dy.Attr.N[1] != first || dy.Attr.N[2] != 0 {
		n.Graph().Fail("%v: only its states have a gradient", n.Kind)
	}
	return dy.In[0]
}

// weights is the gradient [G,H] of a recurrence's weights, where d [T,R,G] is that of their products with the
// states before. The first step has no state before it.
func weights(n, d *graph.Node) *graph.Node {
	steps, rows := n.Shape[0], n.Shape[1]
	if steps == 1 {
		return nil
	}
	flat := func(x *graph.Node, from, to int) *graph.Node {
		return graph.Reshape(graph.SliceAxis(x, 0, from, to), (steps-1)*rows, x.Shape[2])
	}
	return graph.MatMul(graph.SwapLast(flat(d, 1, steps)), flat(graph.States(n), 0, steps-1), 1)
}

// shrink undoes broadcasting: it adds up the axes along which an operand of this shape was repeated.
func shrink(dy *graph.Node, to tensor.Shape) *graph.Node {
	lead := len(dy.Shape) - len(to)
	var repeated []int
	for i, d := range dy.Shape {
		if i < lead || to[i-lead] != d {
			repeated = append(repeated, i)
		}
	}
	return graph.Reshape(graph.Sum(dy, repeated...), to...)
}
