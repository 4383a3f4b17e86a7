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

// compileLayerNorm writes the normalised rows where the result goes if nobody asks for them: the result comes
// later.
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

// compileSum knows sums of everything, of each row, and of rows over all other axes.
func compileSum(m *memory, s plan.Step) func() {
	x := s.In[len(s.In)-1]
	kept, gone := split(x, s.Out, s.Attr.N)
	from, to, onto := m.at(x), m.at(s.Out), s.Kind == op.SumAdd
	out := m.arena[s.Out.Offset:][:s.Out.Shape.Len()]
	if len(kept) == 0 && len(gone) <= 1 && x.Contiguous() {
		n := int32(x.Shape.Len())
		return func() { out[0] = total(n, from, start(out, onto)) }
	}
	if k := len(kept); k > 0 && kept[k-1].stride[0] == 1 && len(gone) > 0 {
		return m.sumRows(kept, gone, from, to, out, onto)
	}
	if len(gone) == 1 && gone[0].stride[0] == 1 && !onto {
		rows, cols := kept[len(kept)-1], int32(gone[0].extent)
		if rows.stride[1] != 1 {
			return nil
		}
		at := offsets(kept[:len(kept)-1], 2)
		return func() {
			for i := 0; i < len(at); i += 2 {
				rowSum(int32(rows.extent), cols, from+at[i], int32(rows.stride[0]), to+at[i+1])
			}
		}
	}
	return nil
}

// sumRows adds rows along the last axis that stays, over the last that goes; the others are walked through.
func (m *memory) sumRows(kept, gone []axis, from, to uint32, out []float32, onto bool) func() {
	cols, rows := kept[len(kept)-1], gone[len(gone)-1]
	at := offsets(append(slices.Clone(kept[:len(kept)-1]), gone[:len(gone)-1]...), 2)
	return func() {
		if !onto {
			clear(out)
		}
		for i := 0; i < len(at); i += 2 {
			colSum(int32(rows.extent), int32(cols.extent), from+at[i], int32(rows.stride[0]), to+at[i+1])
		}
	}
}

// split lists the axes of a sum's operand that stay and those that go, with strides in operand and result.
func split(x, out plan.Ref, sum []int) (kept, gone []axis) {
	strideOut, k := make([]int, len(x.Shape)), 0
	for i := range x.Shape {
		if !slices.Contains(sum, i) {
			strideOut[i] = out.Stride[k]
			k++
		}
	}
	part := func(stay bool) []axis {
		var shape, from, to []int
		for i, d := range x.Shape {
			if slices.Contains(sum, i) != stay && d > 1 {
				shape, from, to = append(shape, d), append(from, x.Stride[i]), append(to, strideOut[i])
			}
		}
		if len(shape) == 0 {
			return nil
		}
		return together(shape, from, to)
	}
	return part(true), part(false)
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

// The kernels of the association know one epsilon.
const epsilon = 1e-4

// heads calls f for every head of an association [B,H,L,L] with the addresses of its part of each operand:
// matrices and numbers for each row, whose stride comes with them.
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
			association(n, n, 0, series+4*uint32(h)*uint32(n*n), n, sigma.at[h], sigma.stride, at, 1, 1,
				buffer)
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
			associationGrad(n, n, 0, series+matrix, n, sigma.at[h], sigma.stride, d.at[h], d.stride,
				gs.at[h], gs.stride,
				gp.at[h], gp.stride, ds+matrix, n, dsigma.at[h], dsigma.stride, 1, 0, buffer)
		}
	}
}
