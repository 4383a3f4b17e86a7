package plan

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// slopes joins the two or three element-wise steps that a gradient through tanh, sigmoid or relu takes, in
// the forms that package autodiff gives them.
func (f *fuser) slopes() {
	for i := range f.steps {
		s := &f.steps[i]
		if f.gone[i] || s.Kind != op.Sub && s.Kind != op.Mul {
			continue
		}
		// Either operand of a product may be dy.
		for k := 0; k < 2 && !f.gone[i]; k++ {
			f.slope(i, s.In[k], s.In[1-k])
		}
	}
}

// slope looks for dy - dy*y^2, dy * (y - y^2) and dy * heaviside(y) in step i of dy and what it is joined
// with. What the first of the parts read must still be there when the joined step runs.
func (f *fuser) slope(i int, dy, with Ref) {
	s := f.steps[i]
	join := func(k op.Kind, y Ref, parts ...int) {
		f.replace(i, Step{Kind: k, Out: s.Out, In: []Ref{y, dy}, Label: s.Label}, parts...)
	}
	switch s.Kind {
	// dy - dy*y^2: the product may have its operands either way round.
	case op.Sub:
		p, ok := f.own(with, i, op.Mul)
		if !ok || !same(s.In[0], dy) {
			return
		}
		for k, r := range f.steps[p].In {
			if q, ok := f.own(r, p, op.Square); ok && same(f.steps[p].In[1-k], dy) &&
				f.steady(q, i, f.steps[q].In...) {
				join(op.TanhGrad, f.steps[q].In[0], p, q)
				return
			}
		}
	// dy * (y - y^2), or dy * heaviside(y).
	case op.Mul:
		if p, ok := f.own(with, i, op.Sub); ok {
			y := f.steps[p].In[0]
			if q, ok := f.own(f.steps[p].In[1], p, op.Square); ok && same(f.steps[q].In[0], y) &&
				f.steady(q, i, y) {
				join(op.SigmoidGrad, y, p, q)
			}
		} else if p, ok := f.own(with, i, op.Heaviside); ok && f.steady(p, i, f.steps[p].In...) {
			join(op.ReluGrad, f.steps[p].In[0], p)
		}
	}
}

// layerNorm joins normalize, weight and bias. Where a gradient reads the normalised rows, they are kept.
func (f *fuser) layerNorm() {
	for i := range f.steps {
		for k := 0; k < 2 && !f.gone[i] && f.steps[i].Kind == op.Add; k++ {
			s := f.steps[i]
			p, ok := f.own(s.In[k], i, op.Mul)
			bias, row := rowOf(s.In[1-k])
			if !ok || !row {
				continue
			}
			for j := range 2 {
				m := f.steps[p]
				q, ok := f.maker(m.In[j], op.Normalize)
				weight, row := rowOf(m.In[1-j])
				if ok && row && weight.Shape.Equal(bias.Shape) && f.written(bias, q, i) &&
					f.written(weight, q, i) {
					f.joinNorm(q, p, i, weight, bias)
					break
				}
			}
		}
	}
}

// joinNorm puts the joined step where the rows were normalised. With the rows it also keeps the reciprocals
// of their deviations, so that the gradient need not measure the rows again.
func (f *fuser) joinNorm(normalize, mul, add int, weight, bias Ref) {
	n, s := f.steps[normalize], f.steps[add]
	joined := Step{Kind: op.LayerNorm, Attr: n.Attr, Out: s.Out, In: []Ref{n.In[0], weight, bias},
		Label: n.Label}
	if h := n.Out; f.b.buffers[h.Buffer].slot >= 0 || len(f.readers[h.Buffer]) > 1 {
		rows := h.Shape[:len(h.Shape)-1]
		joined.Also = []Ref{h, contiguous(f.b.newBuffer(rows.Len(), -1), rows)}
	}
	f.replace(normalize, joined, mul, add)
}

// rowOf is r [...,n] as [n], if all its rows are the same dense memory.
func rowOf(r Ref) (row Ref, ok bool) {
	last := len(r.Shape) - 1
	if last < 0 || !dense(r, last) {
		return Ref{}, false
	}
	for i, d := range r.Shape[:last] {
		if d > 1 && r.Stride[i] != 0 {
			return Ref{}, false
		}
	}
	row = r
	row.Shape, row.Stride = tensor.Shape{r.Shape[last]}, []int{1}
	return row, true
}

// layerNormGrad joins, for a layer norm whose weight and bias are trained, the gradients of all three
// operands. For that it needs what layerNorm keeps.
func (f *fuser) layerNormGrad() {
	for i := range f.steps {
		if f.gone[i] || f.steps[i].Kind != op.NormalizeGrad {
			continue
		}
		norm, ok := f.normOf(i)
		p, own := f.own(f.steps[i].In[1], i, op.Mul)
		if !ok || !own {
			continue
		}
		for k := range 2 {
			m := f.steps[p]
			if w, row := rowOf(m.In[k]); row && same(w, f.steps[norm].In[1]) && m.In[1-k].Contiguous() {
				f.joinNormGrad(norm, p, i, m.In[1-k])
				break
			}
		}
	}
}

// normOf is the layer norm whose operand step i differentiates by. It is an earlier one that kept its rows,
// with the same epsilon.
func (f *fuser) normOf(i int) (int, bool) {
	g := f.steps[i]
	k := slices.IndexFunc(f.steps[:i], func(s Step) bool {
		return s.Kind == op.LayerNorm && len(s.Also) == 2 && s.Attr.X == g.Attr.X && same(s.In[0], g.In[0])
	})
	return k, k >= 0 && !f.gone[k]
}

// joinNormGrad looks for what adds the gradients of weight and bias to their accumulators. dy is the gradient
// of the layer norm's result. Nothing is joined unless both are there, and nobody looks at the accumulators
// in between.
func (f *fuser) joinNormGrad(norm, mul, grad int, dy Ref) {
	n := f.steps[norm]
	weight, product, ok := f.weightGrad(n.Also[0], dy)
	if !ok {
		return
	}
	bias := slices.IndexFunc(f.steps, func(s Step) bool {
		return s.Kind == op.SumAdd && same(s.In[1], dy) && toRow(s)
	})
	if bias < 0 || f.gone[bias] {
		return
	}
	u, v := f.steps[weight].Out, f.steps[bias].Out
	if !f.untouched(weight, grad, u) || !f.untouched(bias, grad, v) || !f.steady(norm, grad, n.In[1]) ||
		!f.written(dy, grad, grad) {
		return
	}
	s := f.steps[grad]
	f.replace(grad, Step{Kind: op.LayerNormGrad, Out: s.Out, Also: []Ref{u, v},
		In: []Ref{n.Also[0], n.Also[1], dy, n.In[1], u, v}, Label: s.Label}, mul, product, weight, bias)
}

// weightGrad finds the sum over rows of h * dy. The sum is one that accumulates; product is the step that
// multiplies.
func (f *fuser) weightGrad(h, dy Ref) (sum, product int, ok bool) {
	for _, p := range f.readers[h.Buffer] {
		m := f.steps[p]
		if m.Kind != op.Mul || !(same(m.In[0], h) && same(m.In[1], dy) || same(m.In[1], h) &&
			same(m.In[0], dy)) {
			continue
		}
		if rs := f.readers[m.Out.Buffer]; len(rs) == 1 && f.steps[rs[0]].Kind == op.SumAdd &&
			toRow(f.steps[rs[0]]) &&
			same(f.steps[rs[0]].In[1], m.Out) {
			return rs[0], p, true
		}
	}
	return 0, 0, false
}

// toRow reports whether a sum runs over all axes but the last.
func toRow(s Step) bool {
	last := len(s.In[1].Shape) - 1
	for i, d := range s.In[1].Shape {
		if d > 1 && slices.Contains(s.Attr.N, i) == (i == last) {
			return false
		}
	}
	return true
}

// discrepancyGrads joins the two gradients of a discrepancy with the discrepancy itself: the logarithms,
// which are most of the work, are the same.
func (f *fuser) discrepancyGrads() {
	for i := range f.steps {
		if f.gone[i] || f.steps[i].Kind != op.DiscrepancyGradSeries {
			continue
		}
		s := f.steps[i]
		j := f.likewise(op.DiscrepancyGradSigma, s)
		if j < 0 {
			continue
		}
		g := f.steps[j]
		// The joined step runs where the first of both stood, if the second's gradient is there by then; else
		// where the second stood, if nobody wants the first's result before.
		at, other := min(i, j), max(i, j)
		if z := f.steps[other].In[2]; !f.written(z, at, other) {
			if at, other = other, at; !f.untouched(at, other, f.steps[other].Out) {
				continue
			}
		}
		joined := Step{Kind: op.DiscrepancyGrad, Attr: s.Attr, Out: s.Out, Also: []Ref{g.Out},
			In: []Ref{s.In[0], s.In[1], s.In[2], g.In[2]}, Label: s.Label}
		if k := f.likewise(op.Discrepancy, s); k >= 0 && f.untouched(k, at, f.steps[k].Out) {
			joined.Also = append(joined.Also, f.steps[k].Out)
			f.drop(k)
		}
		f.replace(at, joined, other)
	}
}

// likewise finds a step of this kind with the first two operands and the constants of another. The first
// operand is contiguous whatever its shape; the second may be strided and must be the same window.
func (f *fuser) likewise(k op.Kind, s Step) int {
	return slices.IndexFunc(f.steps, func(t Step) bool {
		return t.Kind == k && t.Attr.X == s.Attr.X && same(t.In[0], s.In[0]) && equal(t.In[1], s.In[1])
	})
}

// equal reports whether two references are the same window.
func equal(a, b Ref) bool {
	return a.Buffer == b.Buffer && a.Offset == b.Offset && a.Shape.Equal(b.Shape) &&
		slices.Equal(a.Stride, b.Stride)
}
