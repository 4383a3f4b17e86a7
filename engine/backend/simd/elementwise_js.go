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

// binaries are the kernels for dense operands; byRow and byColumn for a second operand that is one row, or one column.
var (
	binaries = [op.Count]func(n int32, a, b, y uint32){op.Add: add, op.Sub: sub, op.Mul: mul, op.Div: div, op.Max: larger,
		op.TanhGrad: tanhGrad, op.SigmoidGrad: sigmoidGrad, op.ReluGrad: reluGrad}
	byRow    = [op.Count]func(rows, cols int32, x uint32, ldx int32, y uint32, ldy int32, b uint32){op.Add: addRow, op.Mul: mulRow}
	byColumn = [op.Count]func(rows, cols int32, x uint32, ldx int32, y uint32, ldy int32, b uint32){op.Add: addCol, op.Mul: mulCol}
)

func compileBinary(m *memory, s plan.Step) func() {
	a, b, y, n := s.In[0], s.In[1], m.at(s.Out), int32(s.Out.Shape.Len())
	if !a.Contiguous() {
		if a, b = b, a; !a.Contiguous() || byRow[s.Kind] == nil {
			return nil
		}
	}
	x, z := m.at(a), m.at(b)
	if b.Contiguous() {
		f := binaries[s.Kind]
		return func() { f(n, x, z, y) }
	}
	if f, by := byRow[s.Kind], byColumn[s.Kind]; f != nil {
		switch rows, cols, how := spread(b); how {
		case alongRows:
			return func() { f(rows, cols, x, cols, y, cols, z) }
		case alongColumns:
			return func() { by(rows, cols, x, cols, y, cols, z) }
		}
	}
	if s.Kind == op.Mul && single(b) {
		factor := m.arena[b.Offset:]
		return func() { scale(n, factor[0], 0, x, y) }
	}
	return nil
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

// How an operand repeats: not at all or in some other way, the same row in every row, the same column in every column.
const (
	otherwise = iota
	alongRows
	alongColumns
)

// spread sees an operand that repeats as a matrix: the axes up to some are rows, those behind it columns, one of them
// with stride 0 throughout and the other dense.
func spread(r plan.Ref) (rows, cols int32, how int) {
	for cut := 1; cut < len(r.Shape); cut++ {
		head := plan.Ref{Shape: r.Shape[:cut], Stride: r.Stride[:cut]}
		tail := plan.Ref{Shape: r.Shape[cut:], Stride: r.Stride[cut:]}
		rows, cols = int32(head.Shape.Len()), int32(tail.Shape.Len())
		switch {
		case single(head) && tail.Contiguous() && cols > 1:
			return rows, cols, alongRows
		case head.Contiguous() && single(tail) && rows > 1:
			return rows, cols, alongColumns
		}
	}
	return 0, 0, otherwise
}

// compileCopy, and compileAssign, and compileAccumulate look their operand up in a list of places if it is not dense:
// where neighbours lie apart, that is faster than to work the places out each time.
func compileCopy(m *memory, s plan.Step) func() {
	n := s.Out.Shape.Len()
	out, x := m.arena[s.Out.Offset:][:n], m.arena[s.In[len(s.In)-1].Offset:]
	if s.In[len(s.In)-1].Contiguous() {
		return func() { copy(out, x) }
	}
	at := places(s.In[len(s.In)-1])
	return func() {
		for i, p := range at {
			out[i] = x[p]
		}
	}
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
	n, theta, mean, square, gradient := int32(s.Out.Shape.Len()), m.at(s.In[0]), m.at(s.In[1]), m.at(s.In[2]), m.at(s.In[3])
	factor, hyper, h := m.arena[s.In[4].Offset:], m.arena[s.In[5].Offset:], s.Attr.Hyper
	return func() {
		adam(n, theta, gradient, mean, square, factor[0], float32(h[3]), float32(h[0]), float32(1-h[0]), float32(h[1]),
			float32(1-h[1]), 1/hyper[1], 1/hyper[2], hyper[0], float32(h[2]))
	}
}
