// Package backendtest holds devices to a naive float64 interpreter of graphs.
package backendtest

import (
	"fmt"
	"maps"
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// Feeds are the values of inputs and parameters in row-major order. Values are float64, so that differences
// smaller than a float32 can show.
type Feeds map[*graph.Node][]float64

// Eval computes nodes of one graph in float64. It fails if a feed that they depend on is missing or has
// another length than its node, or if a node is an update. Results belong to the caller.
func Eval(feeds Feeds, outs ...*graph.Node) ([][]float64, error) {
	e := evaluation{feeds: feeds, known: map[*graph.Node][]float64{}}
	results := make([][]float64, len(outs))
	for i, n := range outs {
		v, err := e.value(n)
		if err != nil {
			return nil, fmt.Errorf("oracle: %w", err)
		}
		results[i] = slices.Clone(v)
	}
	return results, nil
}

// evaluation is one pass over a graph; known holds what was computed already, since graphs share nodes.
type evaluation struct {
	feeds Feeds
	known map[*graph.Node][]float64
}

func (e *evaluation) value(n *graph.Node) ([]float64, error) {
	if v, ok := e.known[n]; ok {
		return v, nil
	}
	v, err := e.compute(n)
	if err == nil {
		e.known[n] = v
	}
	return v, err
}

func (e *evaluation) compute(n *graph.Node) ([]float64, error) {
	switch {
	case n.Kind == op.Const:
		return widen(n.Value()), nil
	case n.Kind.IsSource():
		v, ok := e.feeds[n]
		if !ok {
			return nil, fmt.Errorf("%v %s: no value given", n.Kind, n.Name)
		}
		if len(v) != n.Shape.Len() {
			return nil, fmt.Errorf("%v %s: %d values, want %v", n.Kind, n.Name, len(v), n.Shape)
		}
		return v, nil
	case oracle[n.Kind] == nil:
		return nil, fmt.Errorf("%v: has no value", n.Kind)
	}
	in := make([][]float64, len(n.In))
	for i, x := range n.In {
		v, err := e.value(x)
		if err != nil {
			return nil, err
		}
		in[i] = v
	}
	out := make([]float64, n.Shape.Len())
	oracle[n.Kind](n, in, out)
	return out, nil
}

func widen(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// Update runs updates in order and returns the feeds with the parameters they overwrite. Values computed from
// a parameter use what it held before all of them; a parameter, or a view of one, that is itself an operand
// of an update is read when that update runs.
func Update(feeds Feeds, updates ...*graph.Node) (Feeds, error) {
	now := maps.Clone(feeds)
	// what several updates depend on is computed once
	e := evaluation{feeds: feeds, known: map[*graph.Node][]float64{}}
	for _, u := range updates {
		if u.Kind.Updates() == 0 {
			return nil, fmt.Errorf("oracle: %v is not an update", u.Kind)
		}
		in := make([][]float64, len(u.In))
		for i, x := range u.In {
			// What was computed from parameters keeps their old values; the parameters themselves are read as
			// they are now.
			from := &e
			if viewed(x).Kind.IsSource() {
				from = &evaluation{feeds: now, known: map[*graph.Node][]float64{}}
			}
			v, err := from.value(x)
			if err != nil {
				return nil, fmt.Errorf("oracle: %w", err)
			}
			in[i] = slices.Clone(v)
		}
		updateOracle[u.Kind](u, in)
		for i := range u.Kind.Updates() {
			now[u.In[i]] = in[i]
		}
	}
	return now, nil
}

// viewed is the node whose data x shows.
func viewed(x *graph.Node) *graph.Node {
	for x.Kind.IsView() {
		x = x.In[0]
	}
	return x
}

// oracle computes a node from its operands, one obvious loop for each operation: it is there to be read and
// believed, not to be fast. Sources and updates have no row.
var oracle = [op.Count]func(n *graph.Node, in [][]float64, out []float64){
	op.Reshape:      copyAll,
	op.Transpose:    transpose,
	op.Slice:        sliceAxis,
	op.Expand:       expand,
	op.StopGradient: copyAll,

	op.Copy:   copyAll,
	op.Concat: concat,
	op.Pad:    pad,
	op.Unfold: unfold,
	op.Fold:   fold,

	op.Scale:     unary(func(x, a float64) float64 { return a * x }),
	op.Shift:     unary(func(x, a float64) float64 { return a + x }),
	op.Square:    unary(func(x, _ float64) float64 { return x * x }),
	op.Sqrt:      unary(sqrt),
	op.Exp:       unary(exp),
	op.Log:       unary(log),
	op.Tanh:      unary(tanh),
	op.Sigmoid:   unary(sigmoid),
	op.Relu:      unary(func(x, _ float64) float64 { return max(x, 0) }),
	op.Heaviside: unary(heaviside),
	op.Gelu:      unary(gelu),
	op.GeluSlope: unary(geluSlope),
	op.Softplus:  unary(softplus),

	op.Add: binary(func(x, y float64) float64 { return x + y }),
	op.Sub: binary(func(x, y float64) float64 { return x - y }),
	op.Mul: binary(func(x, y float64) float64 { return x * y }),
	op.Div: binary(func(x, y float64) float64 { return x / y }),
	op.Max: binary(func(x, y float64) float64 { return max(x, y) }),

	op.Sum:           sum,
	op.MatMul:        matmul,
	op.Softmax:       softmax,
	op.SoftmaxGrad:   softmaxGrad,
	op.Normalize:     normalize,
	op.NormalizeGrad: normalizeGrad,
	op.Cosine:        cosine,
	op.CosineGrad:    cosineGrad,

	op.GaussianPrior:         gaussianPrior,
	op.GaussianPriorGrad:     gaussianPriorGrad,
	op.Discrepancy:           discrepancy,
	op.DiscrepancyGradSeries: discrepancyGradSeries,
	op.DiscrepancyGradSigma:  discrepancyGradSigma,

	op.LSTM:     lstm,
	op.LSTMGrad: lstmGrad,
	op.GRU:      gru,
	op.GRUGrad:  gruGrad,

	op.Influence:            influence,
	op.InfluenceGrad:        influenceGrad,
	op.InfluenceGradWeights: influenceGradWeights,
}

// updateOracle overwrites the first operands of an update.
var updateOracle = [op.Count]func(n *graph.Node, in [][]float64){
	op.Assign:     func(_ *graph.Node, in [][]float64) { copy(in[0], in[1]) },
	op.Accumulate: accumulate,
	op.Adam:       adam,
}

// each calls f with every index of the shape in row-major order; at counts the calls. f must not keep index.
func each(s tensor.Shape, f func(index []int, at int)) {
	index := make([]int, len(s))
	for at := range s.Len() {
		f(index, at)
		for i := len(s) - 1; i >= 0; i-- {
			index[i]++
			if index[i] < s[i] {
				break
			}
			index[i] = 0
		}
	}
}

// place is the position of the element with this index.
func place(index, stride []int) int {
	at := 0
	for i, x := range index {
		at += x * stride[i]
	}
	return at
}

// rowsOf cuts v into rows of n.
func rowsOf(v []float64, n int) [][]float64 {
	return slices.Collect(slices.Chunk(v, n))
}

// last is the extent of the last axis, 1 for a scalar.
func last(s tensor.Shape) int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}
