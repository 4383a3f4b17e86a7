package simd

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// matrixOf sees a dense reference as rows of its last axis.
func matrixOf(r plan.Ref) (rows, cols int32) {
	if len(r.Shape) == 0 {
		return 1, 1
	}
	n := r.Shape[len(r.Shape)-1]
	return int32(r.Shape.Len() / n), int32(n)
}

func compileSoftmax(m *memory, s plan.Step) func() {
	rows, cols := matrixOf(s.Out)
	x, y := m.at(s.In[0]), m.at(s.Out)
	return func() { softmax(rows, cols, x, cols, y, cols, 1) }
}

func compileSoftmaxGrad(m *memory, s plan.Step) func() {
	rows, cols := matrixOf(s.Out)
	y, dy, dx := m.at(s.In[0]), m.at(s.In[1]), m.at(s.Out)
	return func() { softmaxGrad(rows, cols, y, cols, dy, cols, dx, cols, 1) }
}

// compileLayerNorm writes the normalised rows where the result goes if nobody asks for them: the result comes later.
func compileLayerNorm(m *memory, s plan.Step) func() {
	rows, cols := matrixOf(s.Out)
	x, weight, bias, y, eps := m.at(s.In[0]), m.at(s.In[1]), m.at(s.In[2]), m.at(s.Out), float32(s.Attr.X)
	if len(s.Also) == 0 {
		deviations := m.scratchRow(int(rows))
		return func() { norm(rows, cols, x, cols, y, cols, y, cols, deviations(), weight, bias, eps) }
	}
	hat, deviations := m.at(s.Also[0]), m.at(s.Also[1])
	return func() { norm(rows, cols, x, cols, hat, cols, y, cols, deviations, weight, bias, eps) }
}

func compileLayerNormGrad(m *memory, s plan.Step) func() {
	rows, cols := matrixOf(s.Out)
	hat, deviations, dy, weight := m.at(s.In[0]), m.at(s.In[1]), m.at(s.In[2]), m.at(s.In[3])
	dx, dweight, dbias := m.at(s.Out), m.at(s.Also[0]), m.at(s.Also[1])
	return func() { normGrad(rows, cols, hat, cols, dy, cols, dx, cols, deviations, weight, dweight, dbias) }
}

// compileSum knows sums of everything, of each row, and of all rows of a dense operand.
func compileSum(m *memory, s plan.Step) func() {
	x := s.In[len(s.In)-1]
	if !x.Contiguous() {
		return nil
	}
	rows, cols, how := reduced(x, s.Attr.N)
	from, to, onto := m.at(x), m.at(s.Out), s.Kind == op.SumAdd
	out := m.arena[s.Out.Offset:][:s.Out.Shape.Len()]
	switch how {
	case alongRows:
		return func() {
			if !onto {
				clear(out)
			}
			colSum(rows, cols, from, cols, to)
		}
	case alongColumns:
		if rows == 1 {
			return func() { out[0] = total(cols, from, start(out, onto)) }
		}
		if !onto {
			return func() { rowSum(rows, cols, from, cols, to) }
		}
	}
	return nil
}

func start(out []float32, onto bool) float64 {
	if onto {
		return float64(out[0])
	}
	return 0
}

// stretch is how many floats are summed in float32; the sums of stretches are added in float64.
const stretch = 1 << 13

func total(n int32, x uint32, start float64) float32 {
	for ; n > 0; n, x = n-stretch, x+4*stretch {
		start += float64(sum(min(n, stretch), x))
	}
	return float32(start)
}

// reduced sees a sum over some axes as one over the rows of a matrix (alongRows) or over its columns (alongColumns).
func reduced(x plan.Ref, axes []int) (rows, cols int32, how int) {
	rows, cols = 1, 1
	turned := false // the axes from here on differ from the first ones
	first := -1     // whether the first axes disappear: 0 or 1
	for i, d := range x.Shape {
		if d == 1 {
			continue
		}
		gone := 0
		if slices.Contains(axes, i) {
			gone = 1
		}
		switch {
		case first < 0:
			first = gone
		case gone != first:
			turned = true
		case turned:
			return 0, 0, otherwise
		}
		if turned {
			cols *= int32(d)
		} else {
			rows *= int32(d)
		}
	}
	switch {
	case first == 1 && turned:
		return rows, cols, alongRows
	case first == 1 || first < 0:
		return 1, rows, alongColumns
	case turned:
		return rows, cols, alongColumns
	}
	return 0, 0, otherwise
}

// The kernels of the association know one epsilon.
const epsilon = 1e-4

// heads calls f for every head of an association [B,H,L,L] with the addresses of its part of each operand: matrices and
// numbers for each row, whose stride comes with them.
type perRow struct {
	at     []uint32 // by head
	stride int32
}

// perHead cuts numbers for each row [B,H,L] into heads.
func (m *memory) perHead(r plan.Ref) perRow {
	p := perRow{stride: int32(r.Stride[2])}
	for b := range r.Shape[0] {
		for h := range r.Shape[1] {
			p.at = append(p.at, m.at(r)+4*uint32(b*r.Stride[0]+h*r.Stride[1]))
		}
	}
	return p
}

func compileDiscrepancy(m *memory, s plan.Step) func() {
	if s.Attr.X != epsilon {
		return nil
	}
	n := int32(s.Out.Shape[2])
	series, sigma, d := m.at(s.In[0]), m.perHead(s.In[1]), m.perHead(s.Out)
	out, row := m.arena[s.Out.Offset:][:s.Out.Shape.Len()], m.scratchRow(int(n))
	return func() {
		clear(out)
		buffer := row()
		for h, at := range d.at {
			association(n, n, 0, series+4*uint32(h)*uint32(n*n), n, sigma.at[h], sigma.stride, at, 1, 1, buffer)
		}
	}
}

func compileDiscrepancyGrad(m *memory, s plan.Step) func() {
	if s.Attr.X != epsilon {
		return nil
	}
	n := int32(s.In[1].Shape[2])
	series, ds := m.at(s.In[0]), m.at(s.Out)
	sigma, gs, gp, dsigma := m.perHead(s.In[1]), m.perHead(s.In[2]), m.perHead(s.In[3]), m.perHead(s.Also[0])
	d := perRow{at: make([]uint32, len(sigma.at)), stride: 1}
	var value []float32
	if len(s.Also) > 1 {
		d = m.perHead(s.Also[1])
		value = m.arena[s.Also[1].Offset:][:s.Also[1].Shape.Len()]
	}
	row := m.scratchRow(int(n))
	return func() {
		clear(value)
		buffer := row()
		for h := range sigma.at {
			matrix := 4 * uint32(h) * uint32(n*n)
			associationGrad(n, n, 0, series+matrix, n, sigma.at[h], sigma.stride, d.at[h], d.stride, gs.at[h], gs.stride,
				gp.at[h], gp.stride, ds+matrix, n, dsigma.at[h], dsigma.stride, 1, 0, buffer)
		}
	}
}
