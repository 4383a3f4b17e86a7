// Package tensor holds dense float32 arrays with their shapes.
package tensor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Shape is the extent of every axis, outermost first. The empty shape is a scalar. Shapes are handed on
// without a copy, and many values may hold the same one: clone a shape before changing it.
type Shape []int

// Len is the number of elements: the product of all extents, 1 for a scalar.
func (s Shape) Len() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Equal reports whether both shapes have the same axes.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// String formats the shape as [32,100,38].
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = strconv.Itoa(d)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// Strides are the distances, in elements, between neighbours along each axis of a contiguous row-major array.
// An axis of extent 1 has the stride it would have if it were longer; it is never used.
func (s Shape) Strides() []int {
	st := make([]int, len(s))
	n := 1
	for i := len(s) - 1; i >= 0; i-- {
		st[i] = n
		n *= s[i]
	}
	return st
}

// Broadcast returns the shape to which s and t stretch: axes are aligned at the end, an axis of extent 1 or a
// missing one repeats. It fails if two extents differ and neither is 1. These are NumPy's rules, and
// PyTorch's. The result is a new shape.
func Broadcast(s, t Shape) (Shape, error) {
	out := make(Shape, max(len(s), len(t)))
	for i := range out {
		a, b := extent(s, len(out)-i), extent(t, len(out)-i)
		switch {
		case a == b || b == 1:
			out[i] = a
		case a == 1:
			out[i] = b
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast: extents %d and %d", s, t, a, b)
		}
	}
	return out, nil
}

// extent is the extent of the k-th axis from the end, counted from 1, and 1 beyond the first axis.
func extent(s Shape, k int) int {
	if k > len(s) {
		return 1
	}
	return s[len(s)-k]
}

// Tensor is a dense row-major array. Data has Shape.Len() elements. A copy of a Tensor shares them.
type Tensor struct {
	Shape Shape
	Data  []float32
}

// New returns a tensor of zeros.
func New(shape ...int) Tensor {
	s := Shape(slices.Clone(shape))
	return Tensor{Shape: s, Data: make([]float32, s.Len())}
}
