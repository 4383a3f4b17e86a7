package portable

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// reduction is a sum over some axes of a strided operand. Sums are kept in float64 and rounded once.
type reduction struct {
	data   []float32
	out    []float32
	rows   []int // position of each row of results: one for each element but the last kept axis
	terms  []int // distance to each run of terms
	n      int   // elements of the innermost run
	stride int   // between them
	add    bool  // to what out holds
}

// compileSum sums along the innermost axis if that disappears, else adds whole rows: both read memory in
// order.
func compileSum(c *compiler, s plan.Step) task {
	x := s.In[len(s.In)-1]
	r := reduction{data: c.arena[x.Offset:], out: c.floats(s.Out), add: s.Kind == op.SumAdd}
	kept, gone := axes(x, s.Attr.N)
	if inner := len(gone.shape) - 1; inner >= 0 && (len(kept.shape) == 0 || gone.innermost > kept.innermost) {
		r.n, r.stride = gone.shape[inner], gone.stride[inner]
		r.rows = offsets(kept.shape, kept.stride)
		r.terms = offsets(gone.shape[:inner], gone.stride[:inner])
		return c.split(len(r.out), len(r.terms)*r.n, r.sumRuns)
	}
	inner := len(kept.shape) - 1
	r.n, r.stride = kept.shape[inner], kept.stride[inner]
	r.rows = offsets(kept.shape[:inner], kept.stride[:inner])
	r.terms = offsets(gone.shape, gone.stride)
	return c.split(len(r.rows)*r.strips(), strip*len(r.terms), r.addRows)
}

// axisGroup is the axes of an operand that stay, or those that go, without those of extent 1.
type axisGroup struct {
	shape, stride []int
	innermost     int // the last of them in the operand
}

func axes(x plan.Ref, sum []int) (kept, gone axisGroup) {
	for i, d := range x.Shape {
		g := &kept
		if slices.Contains(sum, i) {
			g = &gone
		}
		if d > 1 {
			g.shape, g.stride, g.innermost = append(g.shape, d), append(g.stride, x.Stride[i]), i
		}
	}
	if len(kept.shape)+len(gone.shape) == 0 {
		gone.shape, gone.stride = []int{1}, []int{1}
	}
	kept.shape, kept.stride = merge(kept.shape, kept.stride)
	gone.shape, gone.stride = merge(gone.shape, gone.stride)
	return kept, gone
}

// merge is collapse without the axis that it invents for a single element.
func merge(shape, stride []int) (s, st []int) {
	if len(shape) == 0 {
		return nil, nil
	}
	return collapse(shape, stride)
}

func (r *reduction) sumRuns(_, lo, hi int) {
	for i := lo; i < hi; i++ {
		total := 0.0
		for _, t := range r.terms {
			total += runSum(r.data[r.rows[i]+t:], r.n, r.stride)
		}
		if r.add {
			total += float64(r.out[i])
		}
		r.out[i] = float32(total)
	}
}

// runSum adds n elements with a stride; four partial sums let the processor overlap additions.
func runSum(x []float32, n, stride int) float64 {
	var s0, s1, s2, s3 float64
	if stride != 1 {
		for i := range n {
			s0 += float64(x[i*stride])
		}
		return s0
	}
	x = x[:n]
	for len(x) >= 4 {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
		x = x[4:]
	}
	for _, v := range x {
		s0 += float64(v)
	}
	return (s0 + s1) + (s2 + s3)
}

// strip is how many neighbouring sums are kept at once when rows are added.
const strip = 64

func (r *reduction) strips() int { return (r.n + strip - 1) / strip }

func (r *reduction) addRows(_, lo, hi int) {
	var sums [strip]float64
	for i := lo; i < hi; i++ {
		row, first := i/r.strips(), i%r.strips()*strip
		acc := sums[:min(strip, r.n-first)]
		clear(acc)
		out := r.out[row*r.n+first:]
		if r.add {
			addTo(acc, out, 1)
		}
		at := r.rows[row] + first*r.stride
		for _, t := range r.terms {
			addTo(acc, r.data[at+t:], r.stride)
		}
		for j, v := range acc {
			out[j] = float32(v)
		}
	}
}

func addTo(acc []float64, x []float32, stride int) {
	if stride == 1 {
		x = x[:len(acc)]
		for j := range acc {
			acc[j] += float64(x[j])
		}
		return
	}
	for j := range acc {
		acc[j] += float64(x[j*stride])
	}
}
