package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"cosinelab/engine/graph"
)

// maker builds cases into one graph and invents the values of their inputs.
type maker struct {
	g      *graph.Graph
	random *rand.Rand
	feeds  Feeds
	layout layout        // of the inputs that are made next
	prefix string        // the name of the case, which begins those of its inputs
	also   []*graph.Node // updates beside the case's own result
}

// update runs an update together with the case.
func (m *maker) update(n *graph.Node) { m.also = append(m.also, n) }

// layout is how an operand lies in memory.
type layout int

const (
	plain      layout = iota
	transposed        // the axes in reverse order
	sliced            // a part of a larger array along the last axis
	expanded          // the first axis repeats
	repeated          // the last axis repeats
	layouts
)

func (l layout) String() string {
	return [...]string{"plain", "transposed", "sliced", "expanded", "repeated"}[l]
}

// input is a new input of this shape behind whatever views the layout asks for. Kernels thus meet operands
// with strides, gaps and repeats, or plan's copies of them. A scalar has no layout.
func (m *maker) input(f fill, shape ...int) *graph.Node {
	r := len(shape)
	if r == 0 {
		return m.source(f)
	}
	held := slices.Clone(shape)
	switch m.layout {
	case transposed:
		slices.Reverse(held)
		perm := make([]int, r)
		for i := range perm {
			perm[i] = r - 1 - i
		}
		return graph.Transpose(m.source(f, held...), perm...)
	case sliced:
		held[r-1] += 5
		return graph.SliceAxis(m.source(f, held...), r-1, 2, 2+shape[r-1])
	case expanded:
		held[0] = 1
		return graph.Expand(m.source(f, held...), shape...)
	case repeated:
		held[r-1] = 1
		return graph.Expand(m.source(f, held...), shape...)
	}
	return m.source(f, shape...)
}

// source is an input that lies as it is, whatever the layout. Names count the feeds, so they are unique in
// the graph.
func (m *maker) source(f fill, shape ...int) *graph.Node {
	n := m.g.Input(fmt.Sprintf("%s.%d", m.prefix, len(m.feeds)), shape...)
	m.feeds[n] = m.values(f, n)
	return n
}

// param is a new parameter of this shape.
func (m *maker) param(f fill, shape ...int) *graph.Node {
	n := m.g.Param(fmt.Sprintf("%s.%d", m.prefix, len(m.feeds)), graph.Init{}, shape...)
	m.feeds[n] = m.values(f, n)
	return n
}

// values are rounded to float32, so that oracle and device start from the same numbers.
func (m *maker) values(f fill, n *graph.Node) []float64 {
	v := make([]float64, n.Shape.Len())
	for i := range v {
		v[i] = float64(float32(f(m.random, i)))
	}
	return v
}

// fill invents the i-th value of an input.
type fill func(r *rand.Rand, i int) float64

func normal(r *rand.Rand, _ int) float64 { return r.NormFloat64() }

// positive is from 0.3 to 3.
func positive(r *rand.Rand, _ int) float64 { return 0.3 * math.Pow(10, r.Float64()) }

// away is at least 0.2 from 0, where some functions have a corner.
func away(r *rand.Rand, i int) float64 { return math.Copysign(positive(r, i), r.Float64()-0.5) }

// unit is from 0 to 1.
func unit(r *rand.Rand, _ int) float64 { return r.Float64() }

func times(factor float64, f fill) fill {
	return func(r *rand.Rand, i int) float64 { return factor * f(r, i) }
}

// one of the values in turn.
func cycle(values ...float64) fill {
	return func(_ *rand.Rand, i int) float64 { return values[i%len(values)] }
}

// huge reaches the largest float32; sums and squares overflow.
var huge = cycle(3e38, -3e38, 1e30, -1e30, 1e19, -1e10, 7)

// tiny holds numbers below the normal range; a device may take them for 0.
var tiny = cycle(1e-45, -1e-45, 1e-40, -2e-39, 1.2e-38, 0, -1e-30)

// special has a NaN among ordinary numbers.
func special(r *rand.Rand, i int) float64 {
	if i%7 == 3 {
		return math.NaN()
	}
	return normal(r, i)
}
