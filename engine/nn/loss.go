package nn

import (
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// SquaredError returns (x - y)^2 averaged over the last axis: [B,L,C] -> [B,L], the reconstruction score of a
// step.
func SquaredError(x, y *graph.Node) *graph.Node {
	d := graph.Unary(op.Square, graph.Sub(x, y))
	return graph.Mean(d, len(d.Shape)-1)
}

// MSE returns the scalar mean of (x - y)^2.
func MSE(x, y *graph.Node) *graph.Node { return graph.MeanAll(graph.Unary(op.Square, graph.Sub(x, y))) }
