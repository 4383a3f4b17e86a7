package golden

import (
	"encoding/json"
	"fmt"
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/tensor"
)

// array is a tensor as the files write it: nested lists in row-major order, or a number. A number has the
// empty shape.
type array struct {
	shape tensor.Shape
	data  []float64
}

// UnmarshalJSON reads nested lists whose lengths agree. The first element at each depth says how long all
// lists of that depth must be.
func (a *array) UnmarshalJSON(text []byte) error {
	var x any
	if err := json.Unmarshal(text, &x); err != nil {
		return err
	}
	*a = array{shape: tensor.Shape{}}
	for l, ok := x.([]any); ok && len(l) > 0; l, ok = l[0].([]any) {
		a.shape = append(a.shape, len(l))
	}
	return a.fill(x, 0)
}

// fill appends the numbers below x, which lies so deep in the lists that began with a's shape.
func (a *array) fill(x any, depth int) error {
	switch x := x.(type) {
	case float64:
		if depth < len(a.shape) {
			return fault.New("golden-number-for-list", fmt.Sprint(a.shape))
		}
		a.data = append(a.data, x)
		return nil
	case []any:
		if depth >= len(a.shape) || len(x) != a.shape[depth] {
			return fault.New("golden-list-length", len(x), depth, fmt.Sprint(a.shape))
		}
		for _, y := range x {
			if err := a.fill(y, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return fault.New("golden-no-number", fmt.Sprint(x))
}

// steps are those of a series [B,L,C] from the given one on. Anything else than a series is returned as it
// is.
func (a array) steps(first int) array {
	if first == 0 || len(a.shape) != 3 {
		return a
	}
	out := array{shape: tensor.Shape{a.shape[0], a.shape[1] - first, a.shape[2]}}
	n := a.shape[1] * a.shape[2]
	for b := range a.shape[0] {
		out.data = append(out.data, a.data[b*n+first*a.shape[2]:(b+1)*n]...)
	}
	return out
}

// floats rounds to float32; the files' parameters and inputs are float32 numbers to begin with.
func (a array) floats() []float32 {
	out := make([]float32, len(a.data))
	for i, x := range a.data {
		out[i] = float32(x)
	}
	return out
}

// magnitude is the largest absolute value.
func (a array) magnitude() float64 {
	m := 0.0
	for _, x := range a.data {
		m = max(m, math.Abs(x))
	}
	return m
}
