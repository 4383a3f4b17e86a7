package webgpu

import (
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// element is what an element-wise kernel computes of x and y, with c the constant of the step.
type element struct {
	expression string
	functions  []string
}

var elements = [op.Count]element{
	op.Copy:      {"x", nil},
	op.Scale:     {"c * x", nil},
	op.Shift:     {"c + x", nil},
	op.Square:    {"x * x", nil},
	op.Sqrt:      {"sqrt(x)", nil},
	op.Exp:       {"exponential(x)", []string{isNaN, exponential}},
	op.Log:       {"logarithm(x)", []string{fromBits, logarithm}},
	op.Tanh:      {"hyperbolic(x)", []string{isNaN, exponential, hyperbolic}},
	op.Sigmoid:   {"logistic(x)", []string{isNaN, exponential, logistic}},
	op.Relu:      {"select(x, 0.0, x < 0.0)", nil},
	op.Heaviside: {"select(0.0, 1.0, x > 0.0)", nil},
	op.Gelu:      {"gelu(x)", []string{isNaN, exponential, gelu}},
	op.GeluSlope: {"gelu_slope(x)", []string{isNaN, exponential, gelu}},
	op.Softplus:  {"softplus(x)", []string{isNaN, exponential, fromBits, logarithm, softplus}},

	op.Add:        {"x + y", nil},
	op.Sub:        {"x - y", nil},
	op.Mul:        {"x * y", nil},
	op.Div:        {"x / y", nil},
	op.Max:        {"larger(x, y)", []string{isNaN, larger}},
	op.Accumulate: {"x + y", nil},

	op.TanhGrad:    {"y * (1.0 - x * x)", nil},
	op.SigmoidGrad: {"y * (x - x * x)", nil},
	op.ReluGrad:    {"select(0.0, y, x > 0.0)", nil},
}

// threads is the size of a workgroup that shares nothing.
const threads = 64

// renderMap is element-wise, one thread an element; operands have any strides.
func renderMap(r *renderer, s plan.Step) {
	r.elementwise(s.Kind, s.Attr.X, s.Out, bytesOf(s), s.In...)
}

func renderCopy(r *renderer, s plan.Step) { r.elementwise(op.Copy, 0, s.Out, bytesOf(s), s.In[0]) }

func renderAssign(r *renderer, s plan.Step) {
	r.elementwise(op.Copy, 0, s.Out, 4*(distinct(s.Out)+distinct(s.In[1])), s.In[1])
}

// elementwise is for one operand or two, each of the result's shape.
func (r *renderer) elementwise(kind op.Kind, c float64, out plan.Ref, bytes int, in ...plan.Ref) {
	e := elements[kind]
	strides := [][]int{out.Stride}
	for _, x := range in {
		strides = append(strides, x.Stride)
	}
	shape, strides := collapse(out.Shape, strides...)
	k := newKernel(threads)
	k.use(e.functions...)
	k.limit(out.Shape.Len())
	k.axes("i", "at", shape)
	k.place("to", out.Offset, "at", strides[0])
	for j, x := range in {
		name := [...]string{"x", "y"}[j]
		k.place("from_"+name, x.Offset, "at", strides[1+j])
		k.line("let %s = a[from_%s];", name, name)
	}
	if kind == op.Scale || kind == op.Shift {
		k.constant("c", c)
	}
	k.line("a[to] = %s;", e.expression)
	r.call(k, groups(out.Shape.Len(), threads), bytes)
}

// renderConcat copies one operand after the other.
func renderConcat(r *renderer, s plan.Step) {
	axis, first := s.Attr.N[0], 0
	for _, x := range s.In {
		to := s.Out
		to.Shape, to.Offset = x.Shape, s.Out.Offset+first*s.Out.Stride[axis]
		r.elementwise(op.Copy, 0, to, 8*x.Shape.Len(), x)
		first += x.Shape[axis]
	}
}

// renderPad reads nothing for what lies outside of the operand.
func renderPad(r *renderer, s plan.Step) {
	x, axis, before := s.In[0], s.Attr.N[0], s.Attr.N[1]
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	k.axes("i", "at", s.Out.Shape)
	k.count("before", before)
	k.count("extent", x.Shape[axis])
	k.base("out", s.Out)
	// One less than before wraps around to more than any extent.
	k.line("let inside = at%d - before < extent;", axis)
	k.place("source", x.Offset, "at", x.Stride)
	k.count("skipped", before*x.Stride[axis])
	k.line("var v = 0.0;")
	k.line("if (inside) { v = a[source - skipped]; }")
	k.line("a[out + i] = v;")
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}

// within wraps step t around if the window is circular; else it may lie outside.
const within = `
fn within(t: i32, length: i32, circular: u32) -> i32 {
  if (circular == 0u) { return t; }
  return ((t % length) + length) % length;
}`

// taps declares the geometry of unfold and fold, with window [B,L,C] folded.
func (k *kernel) taps(folded plan.Ref, n []int) {
	k.use(within)
	k.count("extent", folded.Shape[1])
	k.line("let length = i32(extent);")
	k.count("channels", folded.Shape[2])
	k.count("width", n[0])
	k.line("let dilation = i32(%s);", k.word(uint32(n[1])))
	k.line("let shift = i32(%s);", k.word(uint32(int32(n[2]))))
	k.count("circular", n[3])
}

// renderUnfold has a thread for each tap.
func renderUnfold(r *renderer, s plan.Step) {
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	k.taps(s.In[0], s.Attr.N)
	k.base("x", s.In[0])
	k.base("out", s.Out)
	k.lines(`
let tap = i % width;
let c = (i / width) % channels;
let row = i / (width * channels);
let t = within(i32(row % extent) + i32(tap) * dilation - shift, length, circular);
var v = 0.0;
if (t >= 0 && t < length) { v = a[x + (row / extent * extent + u32(t)) * channels + c]; }
a[out + i] = v;`)
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}

// renderFold gathers where the formula scatters, so that each element has one writer.
func renderFold(r *renderer, s plan.Step) {
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	k.taps(s.Out, s.Attr.N)
	k.base("x", s.In[0])
	k.base("out", s.Out)
	k.lines(`
let c = i % channels;
let row = i / channels;
var v = 0.0;
for (var tap = 0u; tap < width; tap++) {
  let t = within(i32(row % extent) - i32(tap) * dilation + shift, length, circular);
  if (t >= 0 && t < length) { v += a[x + ((row / extent * extent + u32(t)) * channels + c) * width + tap]; }
}
a[out + i] = v;`)
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}

// renderAdam is models/README.md, section 9.1, in one pass: the factor scales the gradient, then the weight
// decay is added.
func renderAdam(r *renderer, s plan.Step) {
	h := s.Attr.Hyper
	k := newKernel(threads)
	k.limit(s.Out.Shape.Len())
	for i, name := range []string{"theta", "m", "v", "gradient", "factor", "hyper"} {
		k.base(name, s.In[i])
	}
	for i, name := range []string{"beta1", "beta2", "eps", "decay"} {
		k.constant(name, h[i])
	}
	k.constant("rest1", 1-h[0])
	k.constant("rest2", 1-h[1])
	k.lines(`
let t = a[theta + i];
let g = a[factor] * a[gradient + i] + decay * t;
let mean = beta1 * a[m + i] + rest1 * g;
let square = beta2 * a[v + i] + rest2 * g * g;
a[m + i] = mean;
a[v + i] = square;
a[theta + i] = t - a[hyper] / a[hyper + 1u] * mean / (sqrt(square / a[hyper + 2u]) + eps);`)
	r.call(k, groups(s.Out.Shape.Len(), threads), bytesOf(s))
}
