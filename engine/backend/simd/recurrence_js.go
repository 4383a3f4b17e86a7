package simd

import "cosinelab/engine/plan"

// recurrence is what the steps of a sequence share: T steps of R rows, H states each. Strides count floats.
type recurrence struct {
	*memory
	steps           int
	rows, h         int32
	weights         uint32
	x, out          uint32 // the operand that is read, and the result, step by step
	widthX, widthY  int32  // floats of a row in each
	zero            []float32
	carry, down     []float32 // of gradients, [R,H]
	gradientOfState uint32
}

func newRecurrence(m *memory, s plan.Step) *recurrence {
	shape := s.In[0].Shape
	r := &recurrence{memory: m, steps: shape[0], rows: int32(shape[1]), h: int32(s.In[1].Shape[1]),
		weights: m.at(s.In[1]),
		x:       m.at(s.In[0]), out: m.at(s.Out), widthX: int32(shape[2]), widthY: int32(s.Out.Shape[2])}
	r.zero = make([]float32, 4*r.h)
	return r
}

// keepGradients makes room for what a gradient hands from step to step.
func (r *recurrence) keepGradients(z uint32) {
	r.carry, r.down = make([]float32, r.rows*r.h), make([]float32, r.rows*r.h)
	r.gradientOfState = z
}

// xAt and outAt are a step of the operand and of the result, from column part*H on.
func (r *recurrence) xAt(t int, part int32) uint32 {
	return r.x + 4*uint32(int32(t)*r.rows*r.widthX+part*r.h)
}

func (r *recurrence) outAt(t int, part int32) uint32 {
	return r.out + 4*uint32(int32(t)*r.rows*r.widthY+part*r.h)
}

// before is where a part of the step before lies, and its stride; before the first step everything is zero.
func (r *recurrence) before(t int, at func(t int, part int32) uint32, part, stride int32) (from uint32,
	ld int32) {
	if t == 0 {
		return address(r.zero), 0
	}
	return at(t-1, part), stride
}

// copyRows copies cols floats of every row.
func (r *recurrence) copyRows(cols int32, from uint32, ldFrom int32, to uint32, ldTo int32) {
	addGrid(r.rows, cols, from, ldFrom, address(r.zero), 0, to, ldTo, 1, 0)
}

// forward writes rows of states, times the transposed weights of so many gates, plus bias and residual.
func (r *recurrence) forward(gates int32, states uint32, to, bias, residual uint32, ldResidual int32) {
	sgemm(r.shape, r.rows, gates*r.h, r.h, 1, states, r.widthY, 1, r.weights, 1, r.h, 0, to, r.widthY,
		address(r.scratch), bias,
		residual, ldResidual, 0, 0)
}

// back leaves in down the gradient of the states: that from outside, plus that of the next step's gates.
func (r *recurrence) back(t int, gates, part int32) uint32 {
	down, outside := address(r.down), r.gradientOfState+4*uint32(int32(t)*r.rows*r.h)
	if t+1 == r.steps {
		r.copyRows(r.h, outside, r.h, down, r.h)
		return down
	}
	sgemm(r.shape, r.rows, r.h, gates*r.h, 1, r.outAt(t+1, part), r.widthY, 1, r.weights, r.h, 1, 0, down,
		r.h, address(r.scratch), 0,
		outside, r.h, 0, 0)
	return down
}

func compileLSTM(m *memory, s plan.Step) func() {
	r := newRecurrence(m, s)
	return func() {
		for t := range r.steps {
			now := r.outAt(t, 0)
			if t == 0 {
				r.copyRows(4*r.h, r.xAt(t, 0), r.widthX, now, r.widthY)
			} else {
				r.forward(4, r.outAt(t-1, 5), now, 0, r.xAt(t, 0), r.widthX)
			}
			cell, ld := r.before(t, r.outAt, 4, r.widthY)
			lstmCell(r.rows, r.h, now, r.widthY, cell, ld, r.outAt(t, 4), r.widthY, r.outAt(t, 5), r.widthY)
		}
	}
}

func compileLSTMGrad(m *memory, s plan.Step) func() {
	r := newRecurrence(m, s)
	r.keepGradients(m.at(s.In[2]))
	return func() {
		clear(r.carry)
		for t := r.steps - 1; t >= 0; t-- {
			down := r.back(t, 4, 0)
			cell, ld := r.before(t, r.xAt, 4, r.widthX)
			lstmCellGrad(r.rows, r.h, r.xAt(t, 0), r.widthX, cell, ld, r.xAt(t, 4), r.widthX, down, r.h,
				address(r.carry), r.h,
				r.outAt(t, 0), r.widthY)
		}
	}
}

func compileGRU(m *memory, s plan.Step) func() {
	r, bias := newRecurrence(m, s), m.at(s.In[2])
	return func() {
		for t := range r.steps {
			now, fromState := r.outAt(t, 0), r.outAt(t, 3)
			r.copyRows(3*r.h, r.xAt(t, 0), r.widthX, now, r.widthY)
			if t == 0 {
				addGrid(r.rows, 3*r.h, bias, 0, address(r.zero), 0, fromState, r.widthY, 1, 0)
			} else {
				r.forward(3, r.outAt(t-1, 6), fromState, bias, 0, 0)
			}
			state, ld := r.before(t, r.outAt, 6, r.widthY)
			gruCell(r.rows, r.h, now, r.widthY, fromState, r.widthY, state, ld, r.outAt(t, 6), r.widthY)
		}
	}
}

func compileGRUGrad(m *memory, s plan.Step) func() {
	r := newRecurrence(m, s)
	r.keepGradients(m.at(s.In[2]))
	return func() {
		clear(r.carry)
		for t := r.steps - 1; t >= 0; t-- {
			down, carry := r.back(t, 3, 3), address(r.carry)
			add(r.rows*r.h, down, carry, down)
			state, ld := r.before(t, r.xAt, 6, r.widthX)
			gruCellGrad(r.rows, r.h, r.xAt(t, 0), r.widthX, r.xAt(t, 3), r.widthX, state, ld, down, r.h,
				r.outAt(t, 0), r.widthY,
				r.outAt(t, 3), r.widthY, carry, r.h)
		}
	}
}
