package graph

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// Reshape returns the elements of x under another shape.
func Reshape(x *Node, shape ...int) *Node {
	if x.Kind == op.Reshape {
		x = x.In[0]
	}
	if x.Shape.Equal(shape) {
		return x
	}
	return Apply(op.Reshape, op.Attr{N: shape}, x)
}

// Transpose permutes axes: axis i of the result is axis perm[i] of x.
func Transpose(x *Node, perm ...int) *Node {
	if x.Kind == op.Transpose && len(perm) == len(x.Shape) {
		inner := x.Attr.N
		composed := make([]int, len(perm))
		for i, p := range perm {
			if p < 0 || p >= len(inner) {
				x.graph.Fail("transpose %v: no axis %d", x.Shape, p)
			}
			composed[i] = inner[p]
		}
		x, perm = x.In[0], composed
	}
	if isIdentity(perm) && len(perm) == len(x.Shape) {
		return x
	}
	return Apply(op.Transpose, op.Attr{N: perm}, x)
}

func isIdentity(perm []int) bool {
	for i, p := range perm {
		if i != p {
			return false
		}
	}
	return true
}

// SwapLast transposes the last two axes.
func SwapLast(x *Node) *Node {
	r := len(x.Shape)
	if r < 2 {
		x.graph.Fail("transpose %v: want at least two axes", x.Shape)
	}
	perm := make([]int, r)
	for i := range perm {
		perm[i] = i
	}
	perm[r-2], perm[r-1] = r-1, r-2
	return Transpose(x, perm...)
}

// SliceAxis returns the elements from a up to, not including, b along an axis.
func SliceAxis(x *Node, axis, a, b int) *Node {
	if axis >= 0 && axis < len(x.Shape) && a == 0 && b == x.Shape[axis] {
		return x
	}
	return Apply(op.Slice, op.Attr{N: []int{axis, a, b}}, x)
}

// Expand repeats x to a shape.
func Expand(x *Node, shape ...int) *Node {
	if x.Shape.Equal(shape) {
		return x
	}
	return Apply(op.Expand, op.Attr{N: shape}, x)
}

// StopGradient returns x as a constant to gradients.
func StopGradient(x *Node) *Node { return Apply(op.StopGradient, op.Attr{}, x) }

// Concat joins nodes along an axis.
func Concat(axis int, xs ...*Node) *Node {
	if len(xs) == 1 {
		return xs[0]
	}
	return Apply(op.Concat, op.Attr{N: []int{axis}}, xs...)
}

// Pad puts zeros before and behind x along an axis.
func Pad(x *Node, axis, before, behind int) *Node {
	if before == 0 && behind == 0 {
		return x
	}
	return Apply(op.Pad, op.Attr{N: []int{axis, before, behind}}, x)
}

// Unfold lays width taps of each channel of x [B,L,C] side by side, as the weights [.,C,width] of a
// convolution lie: tap k of step t is x at step t + k*dilation - offset. Steps outside the window are zero,
// or wrap around if circular. The result is [B,L,C*width].
func Unfold(x *Node, width, dilation, offset int, circular bool) *Node {
	c := 0
	if circular {
		c = 1
	}
	return Apply(op.Unfold, op.Attr{N: []int{width, dilation, offset, c}}, x)
}

// Scale returns factor * x.
func Scale(x *Node, factor float64) *Node {
	if factor == 1 {
		return x
	}
	return Apply(op.Scale, op.Attr{X: factor}, x)
}

// Shift returns x + summand.
func Shift(x *Node, summand float64) *Node { return Apply(op.Shift, op.Attr{X: summand}, x) }

// Unary applies an element-wise operation of one operand.
func Unary(k op.Kind, x *Node) *Node {
	if !k.IsUnary() {
		x.graph.Fail("%v: not an element-wise operation of one operand", k)
	}
	return Apply(k, op.Attr{}, x)
}

// Add returns x + y.
func Add(x, y *Node) *Node { return Apply(op.Add, op.Attr{}, x, y) }

// Sub returns x - y.
func Sub(x, y *Node) *Node { return Apply(op.Sub, op.Attr{}, x, y) }

// Mul returns x * y.
func Mul(x, y *Node) *Node { return Apply(op.Mul, op.Attr{}, x, y) }

// Div returns x / y.
func Div(x, y *Node) *Node { return Apply(op.Div, op.Attr{}, x, y) }

// Max returns the larger of x and y.
func Max(x, y *Node) *Node { return Apply(op.Max, op.Attr{}, x, y) }

// Sum adds up the given axes, which disappear.
func Sum(x *Node, axes ...int) *Node {
	if len(axes) == 0 {
		return x
	}
	axes = slices.Sorted(slices.Values(axes))
	sum := Apply(op.Sum, op.Attr{N: axes}, x)
	if sum.Shape.Len() == x.Shape.Len() { // nothing is added to anything
		return Reshape(x, sum.Shape...)
	}
	return sum
}

// SumAll adds up all elements to a scalar.
func SumAll(x *Node) *Node { return Sum(x, axes(x.Shape)...) }

// Mean averages over the given axes, which disappear.
func Mean(x *Node, axes ...int) *Node {
	n := 1
	for _, a := range axes {
		if a < 0 || a >= len(x.Shape) {
			x.graph.Fail("mean %v: no axis %d", x.Shape, a)
		}
		n *= x.Shape[a]
	}
	return Scale(Sum(x, axes...), 1/float64(n))
}

// MeanAll averages all elements to a scalar.
func MeanAll(x *Node) *Node { return Mean(x, axes(x.Shape)...) }

func axes(s tensor.Shape) []int {
	out := make([]int, len(s))
	for i := range out {
		out[i] = i
	}
	return out
}

// MatMul returns factor * x y over the last two axes.
func MatMul(x, y *Node, factor float64) *Node { return Apply(op.MatMul, op.Attr{X: factor}, x, y) }

// Softmax normalises exponentials along the last axis.
func Softmax(x *Node) *Node { return Apply(op.Softmax, op.Attr{}, x) }

// Normalize gives the last axis mean 0 and variance 1, with eps added to the variance.
func Normalize(x *Node, eps float64) *Node { return Apply(op.Normalize, op.Attr{X: eps}, x) }

// Cosine returns the cosine of x and y along the last axis; norms are bounded below by eps.
func Cosine(x, y *Node, eps float64) *Node { return Apply(op.Cosine, op.Attr{X: eps}, x, y) }

// GaussianPrior returns the row-normalised Gaussian kernel [B,H,L,L] of standard deviations sigma [B,H,L].
func GaussianPrior(sigma *Node) *Node { return Apply(op.GaussianPrior, op.Attr{}, sigma) }

// Discrepancy returns the symmetrised divergence [B,H,L] of each row of series [B,H,L,L] from the Gaussian
// prior of sigma [B,H,L]; eps is added inside the logarithms.
func Discrepancy(series, sigma *Node, eps float64) *Node {
	return Apply(op.Discrepancy, op.Attr{X: eps}, series, sigma)
}

// LSTM returns the states h [T,R,H] of a long short-term memory over T steps of R rows. gates [T,R,4H] are
// the input's shares of input, forget, cell and output gate, biases included; recurrent [4H,H] weighs the
// state before. The gates and the cell lie beside the states in the operand of the result, but have no
// gradient.
func LSTM(gates, recurrent *Node) *Node {
	return States(Apply(op.LSTM, op.Attr{}, gates, recurrent))
}

// GRU returns the states h [T,R,H] of a gated recurrent unit over T steps of R rows. gates [T,R,3H] are the
// input's shares of reset gate, update gate and candidate, with their biases; recurrent [3H,H] and bias [3H]
// act on the state before.
func GRU(gates, recurrent, bias *Node) *Node {
	return States(Apply(op.GRU, op.Attr{}, gates, recurrent, bias))
}

// States returns the states [T,R,H] in the result of op.LSTM or op.GRU: its last H columns.
func States(y *Node) *Node {
	n, h := y.Shape[2], y.In[1].Shape[1]
	return SliceAxis(y, 2, n-h, n)
}

// Influence returns the sum [N,C,M] over channels j of weights_ij max(p_i + q_j, 0), for weights [C,C] and
// features [N,C,2M], the p of each channel before its q, at N steps.
func Influence(weights, features *Node) *Node {
	return Apply(op.Influence, op.Attr{}, weights, features)
}

// Assign overwrites the parameter with x when the procedure runs.
func Assign(param, x *Node) *Node { return update(op.Assign, op.Attr{}, param, x) }

// Accumulate adds x to the parameter when the procedure runs.
func Accumulate(param, x *Node) *Node { return update(op.Accumulate, op.Attr{}, param, x) }

// Adam moves a parameter by one step of Adam on gradient*factor and updates its moments m and v. hyper holds
// the rate and the two bias corrections 1 - beta^n; constants are beta1, beta2, epsilon, weight decay.
func Adam(param, m, v, gradient, factor, hyper *Node, constants [4]float64) *Node {
	return update(op.Adam, op.Attr{Hyper: constants}, param, m, v, gradient, factor, hyper)
}

func update(k op.Kind, a op.Attr, in ...*Node) *Node {
	for _, p := range in[:k.Updates()] {
		if p.Kind != op.Param {
			p.graph.Fail("%v: can only overwrite a parameter, not %v", k, p.Kind)
		}
	}
	return Apply(k, a, in...)
}
