package plan

import (
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// contiguous returns the reference to a whole buffer.
func contiguous(buffer int, s tensor.Shape) Ref {
	return Ref{Shape: s, Stride: s.Strides(), Buffer: buffer}
}

// view applies a view operation to a reference; ok is false if no strides express it.
func view(k op.Kind, a op.Attr, r Ref) (out Ref, ok bool) {
	out = r
	switch k {
	case op.Transpose:
		out.Shape, out.Stride = make(tensor.Shape, len(a.N)), make([]int, len(a.N))
		for i, x := range a.N {
			out.Shape[i], out.Stride[i] = r.Shape[x], r.Stride[x]
		}
	case op.Slice:
		out.Shape = slices.Clone(r.Shape)
		out.Shape[a.N[0]] = a.N[2] - a.N[1]
		out.Offset += a.N[1] * r.Stride[a.N[0]]
	case op.Expand:
		out = expand(r, a.N)
	case op.Reshape:
		return reshape(r, a.N)
	}
	return out, true
}

// expand stretches r to a shape with stride 0 along repeated axes.
func expand(r Ref, to tensor.Shape) Ref {
	out := r
	out.Shape, out.Stride = to, make([]int, len(to))
	lead := len(to) - len(r.Shape)
	for i := range r.Shape {
		if r.Shape[i] == to[lead+i] {
			out.Stride[lead+i] = r.Stride[i]
		}
	}
	return out
}

// reshape gives r another shape without moving data, if groups of axes that merge or split lie evenly in
// memory.
func reshape(r Ref, to tensor.Shape) (Ref, bool) {
	shape, stride := squeeze(r)
	out := r
	out.Shape, out.Stride = to, make([]int, len(to))
	i, j := 0, 0
	for i < len(shape) {
		// A group: the shortest runs of old and new axes with equal products.
		i0, j0 := i, j
		old, now := shape[i], 1
		i++
		for now != old || j == j0 {
			if now < old || j == j0 {
				now *= to[j]
				j++
			} else {
				old *= shape[i]
				i++
			}
		}
		for k := i0; k < i-1; k++ {
			if stride[k] != stride[k+1]*shape[k+1] {
				return Ref{}, false
			}
		}
		st := stride[i-1]
		for k := j - 1; k >= j0; k-- {
			out.Stride[k] = st
			st *= to[k]
		}
	}
	return out, true
}

// squeeze drops axes of extent 1, whose strides mean nothing.
func squeeze(r Ref) (shape, stride []int) {
	for i, d := range r.Shape {
		if d != 1 {
			shape, stride = append(shape, d), append(stride, r.Stride[i])
		}
	}
	return shape, stride
}

// accepts reports whether a kernel of this kind takes operand i as it lies. Element-wise kernels and those
// that only move data take any strides, products need one of the last two axes to be dense, the discrepancy
// takes numbers for each row however they lie, all others need contiguous data.
func accepts(k op.Kind, i int, r Ref) bool {
	switch {
	case k == op.Discrepancy, k == op.DiscrepancyGradSeries, k == op.DiscrepancyGradSigma:
		return i > 0 || r.Contiguous()
	case k.IsUnary(), k.IsBinary(), k == op.Copy, k == op.Concat, k == op.Pad, k == op.Sum, k == op.Assign,
		k == op.Accumulate:
		return true
	case k == op.MatMul:
		n := len(r.Shape)
		return dense(r, n-1) || dense(r, n-2)
	}
	return r.Contiguous()
}

func dense(r Ref, axis int) bool { return r.Stride[axis] == 1 || r.Shape[axis] == 1 }
