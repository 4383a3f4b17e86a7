package portable

import (
	"slices"

	"cosinelab/engine/plan"
)

// window reads a strided operand in row-major order.
type window struct {
	data   []float32 // from the first element on
	shape  []int     // at least one axis; axes that lie evenly are merged
	stride []int
}

func (c *compiler) window(r plan.Ref) *window {
	w := &window{data: c.arena[r.Offset:]}
	w.shape, w.stride = collapse(r.Shape, r.Stride)
	return w
}

// collapse drops axes of extent 1 and merges neighbours that one stride covers.
func collapse(shape, stride []int) (s, st []int) {
	for i, d := range shape {
		n := len(s)
		switch {
		case d == 1:
		case n > 0 && st[n-1] == d*stride[i]:
			s[n-1], st[n-1] = s[n-1]*d, stride[i]
		default:
			s, st = append(s, d), append(st, stride[i])
		}
	}
	if len(s) == 0 {
		return []int{1}, []int{1}
	}
	return s, st
}

// dense reports whether reading is no more than slicing.
func (w *window) dense() bool { return len(w.shape) == 1 && w.stride[0] == 1 }

// read returns the elements from lo up to hi: the memory itself if it is dense, else buf with a copy of them.
func (w *window) read(lo, hi int, buf []float32) []float32 {
	if w.dense() {
		return w.data[lo:hi]
	}
	buf = buf[:hi-lo]
	w.gather(lo, buf)
	return buf
}

// copyTo fills dst with the elements from lo on.
func (w *window) copyTo(lo int, dst []float32) {
	if w.dense() {
		copy(dst, w.data[lo:])
		return
	}
	w.gather(lo, dst)
}

// gather walks along the last axis, row by row.
func (w *window) gather(lo int, dst []float32) {
	last := len(w.shape) - 1
	n, step := w.shape[last], w.stride[last]
	row, from := lo/n, lo%n
	for len(dst) > 0 {
		run := dst[:min(n-from, len(dst))]
		fetch(run, w.data[w.rowAt(row)+from*step:], step)
		dst = dst[len(run):]
		row, from = row+1, 0
	}
}

// rowAt is the position of the first element of a row.
func (w *window) rowAt(row int) int {
	at := 0
	for i := len(w.shape) - 2; i > 0; i-- {
		at += row % w.shape[i] * w.stride[i]
		row /= w.shape[i]
	}
	if len(w.shape) > 1 {
		at += row * w.stride[0]
	}
	return at
}

func fetch(dst, src []float32, step int) {
	switch step {
	case 1:
		copy(dst, src)
	case 0:
		x := src[0]
		for i := range dst {
			dst[i] = x
		}
	default:
		at := 0
		for i := range dst {
			dst[i] = src[at]
			at += step
		}
	}
}

// offsets lists the positions of all elements of a strided window, in row-major order.
func offsets(shape, stride []int) []int {
	list := []int{0}
	for i, d := range shape {
		next := make([]int, 0, len(list)*d)
		for _, at := range list {
			for j := range d {
				next = append(next, at+j*stride[i])
			}
		}
		list = next
	}
	return slices.Clip(list)
}
