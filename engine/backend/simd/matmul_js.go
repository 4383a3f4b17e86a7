package simd

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// operand is a batch of matrices: where each begins, and the strides of all.
type operand struct {
	at       []uint32
	row, col int32
}

func (m *memory) operand(r plan.Ref) operand {
	n := len(r.Shape) - 2
	o := operand{at: []uint32{m.at(r)}, row: int32(r.Stride[n]), col: int32(r.Stride[n+1])}
	for i, d := range r.Shape[:n] {
		next := make([]uint32, 0, len(o.at)*d)
		for _, at := range o.at {
			for j := range d {
				next = append(next, at+4*uint32(j*r.Stride[i]))
			}
		}
		o.at = next
	}
	return o
}

// step is the distance in elements from each matrix to the next; ok is false if it is not always the same.
func (o *operand) step() (step int32, ok bool) {
	for i := 2; i < len(o.at); i++ {
		if o.at[i]-o.at[i-1] != o.at[1]-o.at[0] {
			return 0, false
		}
	}
	return int32(o.at[1]-o.at[0]) / 4, true
}

// product is a batch of products with its epilogue.
type product struct {
	*device
	m, n, k               int32
	alpha, beta           float32
	a, b, c               operand
	bias, residual, slope operand // without matrices where there is none
	gelu                  uint32
}

func compileMatMul(m *memory, s plan.Step) func() {
	r := len(s.Out.Shape)
	p := &product{device: m.device, m: int32(s.Out.Shape[r-2]), n: int32(s.Out.Shape[r-1]),
		k:     int32(s.In[0].Shape[r-1]),
		alpha: float32(s.Attr.X), a: m.operand(s.In[0]), b: m.operand(s.In[1]), c: m.operand(s.Out)}
	for _, z := range s.In[2:] {
		switch {
		case z.Offset == s.Out.Offset && slices.Equal(z.Stride, s.Out.Stride):
			p.beta = 1
		case z.Stride[r-2] == 0 && len(p.bias.at) == 0:
			p.bias = m.operand(z)
		default:
			p.residual = m.operand(z)
		}
	}
	if s.Kind == op.MatMulGelu {
		p.gelu = 1
	}
	for _, z := range s.Also {
		p.slope = m.operand(z)
	}
	return p.task()
}

// task prefers one call for the whole batch.
func (p *product) task() func() {
	if len(p.c.at) > 1 && len(p.bias.at)+len(p.residual.at) == 0 && p.gelu == 0 {
		a, okA := p.a.step()
		b, okB := p.b.step()
		if c, okC := p.c.step(); okA && okB && okC {
			return func() { p.batch(a, b, c) }
		}
	}
	if len(p.c.at) == 1 {
		return func() { p.item(0) }
	}
	return func() {
		for i := range p.c.at {
			p.item(i)
		}
	}
}

func (p *product) batch(stepA, stepB, stepC int32) {
	sgemmBatch(p.shape, int32(len(p.c.at)), stepA, stepB, stepC, p.m, p.n, p.k, p.alpha, p.a.at[0], p.a.row,
		p.a.col,
		p.b.at[0], p.b.row, p.b.col, p.beta, p.c.at[0], p.c.row, address(p.scratch))
}

func (p *product) item(i int) {
	sgemm(p.shape, p.m, p.n, p.k, p.alpha, p.a.at[i], p.a.row, p.a.col, p.b.at[i], p.b.row, p.b.col, p.beta,
		p.c.at[i],
		p.c.row, address(p.scratch), p.bias.of(i), p.residual.of(i), p.residual.row, p.gelu, p.slope.of(i))
}

// of is the address of matrix i, 0 if there are none.
func (o *operand) of(i int) uint32 {
	if len(o.at) == 0 {
		return 0
	}
	return o.at[i]
}
