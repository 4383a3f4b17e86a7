package plan

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// addInProducts lets a product add a bias and a residual, or what other products of a sum give, as it writes
// its result.
func (f *fuser) addInProducts() {
	for i := range f.steps {
		for k := 0; k < 2 && !f.gone[i] && f.steps[i].Kind == op.Add; k++ {
			s := &f.steps[i]
			if p, ok := f.own(s.In[k], i, op.MatMul, op.MatMulAdd); ok {
				f.addTo(p, i, s.In[1-k], s.Out)
			}
		}
	}
}

// addTo moves the summand of addition i, which the chain of products from p on goes into, to the first of
// them that has room for it. The summand must be there when that product runs. Where it is not, the last
// product moves to the place of the addition instead.
func (f *fuser) addTo(p, i int, summand, out Ref) {
	last := p
	for {
		m := f.steps[p]
		z, ok := addend(summand, m.Out.Shape)
		if ok && f.room(p, z) && f.written(z, p, i) {
			m.Kind, m.In = op.MatMulAdd, append(slices.Clone(m.In), z)
			f.set(p, m)
			f.drop(i)
			end := f.steps[last]
			end.Out = under(out, end.Out.Shape)
			f.set(last, end)
			return
		}
		if ok && p == last && f.room(p, z) && f.steady(p, i, m.In...) {
			m.Kind, m.In, m.Out = op.MatMulAdd, append(slices.Clone(m.In), z), under(out, m.Out.Shape)
			f.replace(i, m, p)
			return
		}
		if p, ok = f.before(p); !ok {
			return
		}
	}
}

// before is the product that step p adds to its own.
func (f *fuser) before(p int) (int, bool) {
	for _, r := range f.steps[p].In[2:] {
		if q, ok := f.own(r, p, op.MatMul, op.MatMulAdd); ok {
			return q, true
		}
	}
	return 0, false
}

// under gives a contiguous reference another shape.
func under(r Ref, s tensor.Shape) Ref {
	r.Shape, r.Stride = s, s.Strides()
	return r
}

// addend is r as the third or fourth operand of a product with a result of this shape; ok is false if it
// cannot be one.
func addend(r Ref, result tensor.Shape) (z Ref, ok bool) {
	z, ok = reshape(r, result)
	return z, ok && dense(z, len(result)-1)
}

// room reports whether product p can add z: it takes one addend whose rows repeat and one whose rows do not.
// A bias is one of the first kind, a residual one of the second.
func (f *fuser) room(p int, z Ref) bool {
	for _, r := range f.steps[p].In[2:] {
		if repeats(r) == repeats(z) {
			return false
		}
	}
	return true
}

// repeats reports whether all rows of r are the same memory.
func repeats(r Ref) bool {
	n := len(r.Shape) - 2
	return r.Shape[n] > 1 && r.Stride[n] == 0
}

// geluInProducts applies GELU to a product as it is written, and keeps its derivative where the gradient
// needs it. The product itself then exists nowhere, so nobody else may read it.
func (f *fuser) geluInProducts() {
	for i := range f.steps {
		if f.gone[i] || f.steps[i].Kind != op.Gelu {
			continue
		}
		x := f.steps[i].In[0]
		p, ok := f.maker(x, op.MatMul, op.MatMulAdd)
		readers := f.readers[x.Buffer]
		slope := slices.IndexFunc(f.steps, func(s Step) bool {
			return s.Kind == op.GeluSlope && same(s.In[0], x)
		})
		if !ok || !same(x, f.steps[i].In[0]) || len(readers) > 2 || len(readers) == 2 &&
			(slope < 0 || f.gone[slope]) {
			continue
		}
		m := f.steps[p]
		m.Kind, m.Out = op.MatMulGelu, under(f.steps[i].Out, m.Out.Shape)
		if len(readers) == 2 {
			m.Also = []Ref{under(f.steps[slope].Out, m.Out.Shape)}
			f.replace(p, m, i, slope)
		} else {
			f.replace(p, m, i)
		}
	}
}

// accumulateInPlace lets a product or a sum that is accumulated add to the accumulator itself, which spares
// the gradient of every weight an array of its own and a pass over it. The step stays where it is if nobody
// touches the accumulator in between; else it moves to where the accumulation was.
func (f *fuser) accumulateInPlace() {
	for i := range f.steps {
		if f.gone[i] || f.steps[i].Kind != op.Accumulate {
			continue
		}
		acc, y := f.steps[i].In[0], f.steps[i].In[1]
		p, ok := f.own(y, i, op.MatMul, op.Sum)
		if !ok {
			continue
		}
		m, at, other := f.steps[p], p, i
		if !f.untouched(p, i, acc) {
			if at, other = i, p; !f.steady(p, i, m.In...) {
				continue
			}
		}
		m.Out = under(acc, m.Out.Shape)
		switch m.Kind {
		case op.MatMul:
			m.Kind, m.In = op.MatMulAdd, append(slices.Clone(m.In), m.Out)
		case op.Sum:
			m.Kind, m.In = op.SumAdd, []Ref{m.Out, m.In[0]}
		}
		f.replace(at, m, other)
	}
}

// copiesInProducts lets a product write its result the way a later step wants it, instead of copying it
// there: the heads of attention side by side.
func (f *fuser) copiesInProducts() {
	for i := range f.steps {
		if f.gone[i] || f.steps[i].Kind != op.Copy {
			continue
		}
		x := f.steps[i].In[0]
		w := f.writers[x.Buffer]
		if f.b.buffers[x.Buffer].slot >= 0 || len(w) != 1 || !slices.Equal(f.readers[x.Buffer], []int{i}) {
			continue
		}
		m := f.steps[w[0]]
		if m.Kind != op.MatMul || !m.Out.Contiguous() || m.Out.Shape.Len() != x.Shape.Len() {
			continue
		}
		if out, ok := scattered(m.Out, x, f.steps[i].Out); ok {
			m.Out = out
			f.replace(w[0], m, i)
		}
	}
}

// scattered is where a product must write for its result, read as x, to lie as to: every axis of the result
// takes the stride that the axis of x with the same stride has in to. Axes are told apart by their strides;
// those of extent 1 say nothing and are skipped. ok is false if the axes do not correspond one to one, or if
// rows would not be dense.
func scattered(result, x, to Ref) (out Ref, ok bool) {
	out = to
	out.Shape, out.Stride = result.Shape, make([]int, len(result.Shape))
	for i, d := range result.Shape {
		if d == 1 {
			continue
		}
		k := slices.IndexFunc(x.Stride, func(st int) bool { return st == result.Stride[i] })
		for k >= 0 && k < len(x.Shape) && x.Shape[k] == 1 {
			next := slices.IndexFunc(x.Stride[k+1:], func(st int) bool { return st == result.Stride[i] })
			if next < 0 {
				return Ref{}, false
			}
			k += 1 + next
		}
		if k < 0 || x.Shape[k] != d {
			return Ref{}, false
		}
		out.Stride[i] = to.Stride[k]
	}
	return out, dense(out, len(out.Shape)-1)
}
