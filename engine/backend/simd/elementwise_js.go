package simd

import (
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// unary is an element-wise kernel of one dense operand.
func unary(f func(n int32, x, y uint32)) func(*memory, plan.Step) func() {
	return func(m *memory, s plan.Step) func() {
		if !s.In[0].Contiguous() {
			return nil
		}
		n, x, y := int32(s.Out.Shape.Len()), m.at(s.In[0]), m.at(s.Out)
		return func() { f(n, x, y) }
	}
}

func compileScale(m *memory, s plan.Step) func() {
	factor, offset := float32(s.Attr.X), float32(0)
	if s.Kind == op.Shift {
		factor, offset = 1, factor
	}
	return unary(func(n int32, x, y uint32) { scale(n, factor, offset, x, y) })(m, s)
}

func compileSquare(m *memory, s plan.Step) func() {
	return unary(func(n int32, x, y uint32) { mul(n, x, x, y) })(m, s)
}

// binaries are the kernels for dense operands, grids those for operands that repeat.
var (
	binaries = [op.Count]func(n int32, a, b, y uint32){op.Add: add, op.Sub: sub, op.Mul: mul, op.Div: div,
		op.Max:      larger,
		op.TanhGrad: tanhGrad, op.SigmoidGrad: sigmoidGrad, op.ReluGrad: reluGrad}
	grids = [op.Count]func(rows, cols int32, a uint32, lda int32, b uint32, ldb int32, y uint32, ldy, denseA,
		denseB int32){
		op.Add: addGrid, op.Sub: subGrid, op.Mul: mulGrid, op.Div: divGrid, op.Max: largerGrid}
)

func compileBinary(m *memory, s plan.Step) func() {
	a, b, y := m.at(s.In[0]), m.at(s.In[1]), m.at(s.Out)
	if s.In[0].Contiguous() && s.In[1].Contiguous() {
		f, n := binaries[s.Kind], int32(s.Out.Shape.Len())
		return func() { f(n, a, b, y) }
	}
	f, axes := grids[s.Kind], together(s.Out.Shape, s.In[0].Stride, s.In[1].Stride, s.Out.Stride)
	last := len(axes) - 1
	if f == nil || axes[last].stride[0] > 1 || axes[last].stride[1] > 1 {
		return nil
	}
	cols, rows := axes[last], axis{1, []int{0, 0, 0}}
	axes = axes[:last]
	if last > 0 {
		rows, axes = axes[last-1], axes[:last-1]
	}
	grid := func(a, b, y uint32) {
		f(int32(rows.extent), int32(cols.extent), a, int32(rows.stride[0]), b, int32(rows.stride[1]), y,
			int32(rows.stride[2]),
			int32(cols.stride[0]), int32(cols.stride[1]))
	}
	if len(axes) == 0 {
		return func() { grid(a, b, y) }
	}
	at := offsets(axes, 3)
	return func() {
		for i := 0; i < len(at); i += 3 {
			grid(a+at[i], b+at[i+1], y+at[i+2])
		}
	}
}

// axis is one axis of several operands: its extent, and its stride in each.
type axis struct {
	extent int
	stride []int
}

// together lists the axes of operands of one shape, without those of extent 1, and with neighbours merged
// that lie evenly in all of them. There is at least one.
func together(shape []int, strides ...[]int) []axis {
	var axes []axis
	for i, d := range shape {
		if d == 1 {
			continue
		}
		now := axis{d, make([]int, len(strides))}
		even := len(axes) > 0
		for k, st := range strides {
			now.stride[k] = st[i]
			even = even && axes[len(axes)-1].stride[k] == d*st[i]
		}
		if even {
			now.extent *= axes[len(axes)-1].extent
			axes = axes[:len(axes)-1]
		}
		axes = append(axes, now)
	}
	if len(axes) == 0 {
		return []axis{{1, make([]int, len(strides))}}
	}
	return axes
}

// offsets lists, for all positions along the axes, where each of n operands lies, in bytes.
func offsets(axes []axis, n int) []uint32 {
	at := make([]uint32, n)
	for _, a := range axes {
		next := make([]uint32, 0, len(at)*a.extent)
		for i := 0; i < len(at); i += n {
			for j := range a.extent {
				for k := range n {
					next = append(next, at[i+k]+4*uint32(j*a.stride[k]))
				}
			}
		}
		at = next
	}
	return at
}

// single reports whether all elements are the same one.
func single(r plan.Ref) bool {
	for i, d := range r.Shape {
		if d > 1 && r.Stride[i] != 0 {
			return false
		}
	}
	return true
}

// compileCopy, and compileAssign, and compileAccumulate look their operand up in a list of places if it is
// not dense: where neighbours lie apart, that is faster than to work the places out each time.
func compileCopy(m *memory, s plan.Step) func() {
	n := s.Out.Shape.Len()
	out, x := m.arena[s.Out.Offset:][:n], m.arena[s.In[len(s.In)-1].Offset:]
	if s.In[len(s.In)-1].Contiguous() {
		return func() { copy(out, x) }
	}
	return gathered(x, places(s.In[len(s.In)-1]), out)
}

// gathered is out[i] = x[at[i]].
func gathered(x []float32, at []int32, out []float32) func() {
	return func() { gather(int32(len(at)), address(x), address(at), address(out)) }
}

// compileUnfold looks the taps up; outside a window that does not wrap around there is nothing to look up.
func compileUnfold(m *memory, s plan.Step) func() {
	width, dilation, offset, circular := s.Attr.N[0], s.Attr.N[1], s.Attr.N[2], s.Attr.N[3] == 1
	if !circular {
		return nil
	}
	batch, length, channels := s.In[0].Shape[0], s.In[0].Shape[1], s.In[0].Shape[2]
	var at []int32
	for i := range batch * length {
		base, t := i/length, i%length
		for c := range channels {
			for k := range width {
				from := ((t+k*dilation-offset)%length + length) % length
				at = append(at, int32((base*length+from)*channels+c))
			}
		}
	}
	return gathered(m.arena[s.In[0].Offset:], at, m.arena[s.Out.Offset:])
}

func compileAssign(m *memory, s plan.Step) func() {
	if !single(s.In[1]) {
		return compileCopy(m, s)
	}
	out, x := m.arena[s.Out.Offset:][:s.Out.Shape.Len()], m.arena[s.In[1].Offset:]
	return func() {
		if x[0] == 0 {
			clear(out)
			return
		}
		for i := range out {
			out[i] = x[0]
		}
	}
}

func compileAccumulate(m *memory, s plan.Step) func() {
	if s.In[1].Contiguous() {
		n, x, y := int32(s.Out.Shape.Len()), m.at(s.Out), m.at(s.In[1])
		return func() { add(n, x, y, x) }
	}
	out, y, at := m.arena[s.Out.Offset:][:s.Out.Shape.Len()], m.arena[s.In[1].Offset:], places(s.In[1])
	return func() {
		for i, p := range at {
			out[i] += y[p]
		}
	}
}

// places lists where the elements of r lie, in row-major order, counted from the first.
func places(r plan.Ref) []int32 {
	at := []int32{0}
	for i, d := range r.Shape {
		next := make([]int32, 0, len(at)*d)
		for _, p := range at {
			for j := range d {
				next = append(next, p+int32(j*r.Stride[i]))
			}
		}
		at = next
	}
	return at
}

func compileAdam(m *memory, s plan.Step) func() {
	n, theta, mean, square, gradient := int32(s.Out.Shape.Len()), m.at(s.In[0]), m.at(s.In[1]),
		m.at(s.In[2]), m.at(s.In[3])
	factor, hyper, h := m.arena[s.In[4].Offset:], m.arena[s.In[5].Offset:], s.Attr.Hyper
	return func() {
		adam(n, theta, gradient, mean, square, factor[0], float32(h[3]), float32(h[0]), float32(1-h[0]),
			float32(h[1]),
			float32(1-h[1]), 1/hyper[1], 1/hyper[2], hyper[0], float32(h[2]))
	}
}
