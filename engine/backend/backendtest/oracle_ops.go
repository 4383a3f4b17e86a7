package backendtest

import (
	"math"
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/tensor"
)

func copyAll(_ *graph.Node, in [][]float64, out []float64) { copy(out, in[0]) }

func transpose(n *graph.Node, in [][]float64, out []float64) {
	from := n.In[0].Shape.Strides()
	stride := make([]int, len(from))
	for i, axis := range n.Attr.N {
		stride[i] = from[axis]
	}
	each(n.Shape, func(index []int, at int) { out[at] = in[0][place(index, stride)] })
}

func sliceAxis(n *graph.Node, in [][]float64, out []float64) {
	stride := n.In[0].Shape.Strides()
	axis, first := n.Attr.N[0], n.Attr.N[1]
	each(n.Shape, func(index []int, at int) { out[at] = in[0][first*stride[axis]+place(index, stride)] })
}

// broadcastStrides are the strides of shape s read under the larger shape to: 0 along axes that repeat.
func broadcastStrides(s, to tensor.Shape) []int {
	stride := make([]int, len(to))
	lead := len(to) - len(s)
	for i, st := range s.Strides() {
		if s[i] == to[lead+i] {
			stride[lead+i] = st
		}
	}
	return stride
}

func expand(n *graph.Node, in [][]float64, out []float64) {
	stride := broadcastStrides(n.In[0].Shape, n.Shape)
	each(n.Shape, func(index []int, at int) { out[at] = in[0][place(index, stride)] })
}

func concat(n *graph.Node, in [][]float64, out []float64) {
	axis, stride, first := n.Attr.N[0], n.Shape.Strides(), 0
	for i, x := range n.In {
		each(x.Shape, func(index []int, at int) { out[first*stride[axis]+place(index, stride)] = in[i][at] })
		first += x.Shape[axis]
	}
}

func pad(n *graph.Node, in [][]float64, out []float64) {
	axis, before, stride := n.Attr.N[0], n.Attr.N[1], n.Shape.Strides()
	each(n.In[0].Shape, func(index []int, at int) {
		out[before*stride[axis]+place(index,
			stride)] = in[0][at]
	})
}

// taps calls f with each pair of positions that unfold connects: in x [B,L,C] and in its unfolding [B,L,C*W].
func taps(batch, length, channels int, attr []int, f func(x, unfolded int)) {
	width, dilation, offset, circular := attr[0], attr[1], attr[2], attr[3] == 1
	for b := range batch {
		for t := range length {
			for k := range width {
				s := t + k*dilation - offset
				if circular {
					s = (s%length + length) % length
				}
				if s < 0 || s >= length {
					continue
				}
				for c := range channels {
					f((b*length+s)*channels+c, ((b*length+t)*channels+c)*width+k)
				}
			}
		}
	}
}

func unfold(n *graph.Node, in [][]float64, out []float64) {
	s := n.In[0].Shape
	taps(s[0], s[1], s[2], n.Attr.N, func(x, unfolded int) { out[unfolded] = in[0][x] })
}

func fold(n *graph.Node, in [][]float64, out []float64) {
	s := n.Shape
	taps(s[0], s[1], s[2], n.Attr.N, func(x, unfolded int) { out[x] += in[0][unfolded] })
}

func unary(f func(x, attr float64) float64) func(*graph.Node, [][]float64, []float64) {
	return func(n *graph.Node, in [][]float64, out []float64) {
		for i, x := range in[0] {
			out[i] = f(x, n.Attr.X)
		}
	}
}

func sqrt(x, _ float64) float64    { return math.Sqrt(x) }
func exp(x, _ float64) float64     { return math.Exp(x) }
func log(x, _ float64) float64     { return math.Log(x) }
func tanh(x, _ float64) float64    { return math.Tanh(x) }
func sigmoid(x, _ float64) float64 { return 1 / (1 + math.Exp(-x)) }

func heaviside(x, _ float64) float64 {
	if x > 0 {
		return 1
	}
	return 0
}

// phi is the standard normal distribution function; erfc keeps its left tail accurate.
func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func gelu(x, _ float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * phi(x)
}

func geluSlope(x, _ float64) float64 {
	if math.IsInf(x, 0) {
		return phi(x)
	}
	return phi(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
}

func softplus(x, _ float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func binary(f func(x, y float64) float64) func(*graph.Node, [][]float64, []float64) {
	return func(n *graph.Node, in [][]float64, out []float64) {
		sx, sy := broadcastStrides(n.In[0].Shape, n.Shape), broadcastStrides(n.In[1].Shape, n.Shape)
		each(n.Shape, func(index []int, at int) {
			out[at] = f(in[0][place(index, sx)],
				in[1][place(index, sy)])
		})
	}
}

func sum(n *graph.Node, in [][]float64, out []float64) {
	stride, i := make([]int, len(n.In[0].Shape)), 0
	for axis := range stride {
		if !slices.Contains(n.Attr.N, axis) {
			stride[axis] = n.Shape.Strides()[i]
			i++
		}
	}
	each(n.In[0].Shape, func(index []int, at int) { out[place(index, stride)] += in[0][at] })
}

func matmul(n *graph.Node, in [][]float64, out []float64) {
	r := len(n.Shape)
	rows, cols, inner := n.Shape[r-2], n.Shape[r-1], n.In[0].Shape[r-1]
	for b := range n.Shape[:r-2].Len() {
		x, y, z := in[0][b*rows*inner:], in[1][b*inner*cols:], out[b*rows*cols:]
		for i := range rows {
			for j := range cols {
				for k := range inner {
					z[i*cols+j] += x[i*inner+k] * y[k*cols+j]
				}
				z[i*cols+j] *= n.Attr.X
			}
		}
	}
}

func softmax(n *graph.Node, in [][]float64, out []float64) {
	x, y := rowsOf(in[0], last(n.Shape)), rowsOf(out, last(n.Shape))
	for r := range x {
		top, total := slices.Max(x[r]), 0.0
		for j := range x[r] {
			y[r][j] = math.Exp(x[r][j] - top)
			total += y[r][j]
		}
		for j := range y[r] {
			y[r][j] /= total
		}
	}
}

func softmaxGrad(n *graph.Node, in [][]float64, out []float64) {
	x, y, z := rowsOf(in[0], last(n.Shape)), rowsOf(in[1], last(n.Shape)), rowsOf(out, last(n.Shape))
	for r := range x {
		d := dot(x[r], y[r])
		for j := range x[r] {
			z[r][j] = x[r][j] * (y[r][j] - d)
		}
	}
}

func dot(x, y []float64) float64 {
	d := 0.0
	for i := range x {
		d += x[i] * y[i]
	}
	return d
}

func mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// standardize returns (x - mean) / deviation and 1 / deviation, where deviation = sqrt(variance + eps).
func standardize(x []float64, eps float64) (h []float64, inverse float64) {
	m, h := mean(x), make([]float64, len(x))
	for j, v := range x {
		h[j] = v - m
	}
	inverse = 1 / math.Sqrt(dot(h, h)/float64(len(x))+eps)
	for j := range h {
		h[j] *= inverse
	}
	return h, inverse
}

func normalize(n *graph.Node, in [][]float64, out []float64) {
	y := rowsOf(out, last(n.Shape))
	for r, x := range rowsOf(in[0], last(n.Shape)) {
		h, _ := standardize(x, n.Attr.X)
		copy(y[r], h)
	}
}

// normalizeGrad is (g - mean(g) - h * mean(g*h)) / deviation with h the normalised row.
func normalizeGrad(n *graph.Node, in [][]float64, out []float64) {
	g, z := rowsOf(in[1], last(n.Shape)), rowsOf(out, last(n.Shape))
	for r, x := range rowsOf(in[0], last(n.Shape)) {
		h, inverse := standardize(x, n.Attr.X)
		average, along := mean(g[r]), dot(g[r], h)/float64(len(h))
		for j := range h {
			z[r][j] = (g[r][j] - average - h[j]*along) * inverse
		}
	}
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }

func cosine(n *graph.Node, in [][]float64, out []float64) {
	width := last(n.In[0].Shape)
	x, y, eps := rowsOf(in[0], width), rowsOf(in[1], width), n.Attr.X
	for r := range x {
		out[r] = dot(x[r], y[r]) / (max(norm(x[r]), eps) * max(norm(y[r]), eps))
	}
}

func cosineGrad(n *graph.Node, in [][]float64, out []float64) {
	x, y, g := rowsOf(in[0], last(n.Shape)), rowsOf(in[1], last(n.Shape)), in[2]
	z := rowsOf(out, last(n.Shape))
	for r := range x {
		a, b := norm(x[r]), norm(y[r])
		if a < n.Attr.X || b < n.Attr.X {
			continue
		}
		c := dot(x[r], y[r]) / (a * b)
		for j := range z[r] {
			z[r][j] = g[r] * (x[r][j]/a - c*y[r][j]/b) / b
		}
	}
}

func accumulate(_ *graph.Node, in [][]float64) {
	for i, y := range in[1] {
		in[0][i] += y
	}
}

// adam is that of models/README.md, section 9.1; the factor scales the gradient before the weight decay is
// added.
func adam(n *graph.Node, in [][]float64) {
	theta, m, v, factor, hyper := in[0], in[1], in[2], in[4][0], in[5]
	beta1, beta2, eps, decay := n.Attr.Hyper[0], n.Attr.Hyper[1], n.Attr.Hyper[2], n.Attr.Hyper[3]
	for i, g := range in[3] {
		g = factor*g + decay*theta[i]
		m[i] = beta1*m[i] + (1-beta1)*g
		v[i] = beta2*v[i] + (1-beta2)*g*g
		theta[i] -= hyper[0] * (m[i] / hyper[1]) / (math.Sqrt(v[i]/hyper[2]) + eps)
	}
}
