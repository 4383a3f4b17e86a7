package models

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/spec"
)

// lstm predicts every step from the steps before it in the window (after Hundman et al., KDD 2018; README.md,
// section 5): one model for all channels, one step ahead. The first step is predicted from nothing. As a
// teacher it gives its prediction.
var lstm = Model{
	MicroBatch: always(16),
	Build:      buildLSTM,
	Extra:      noExtra,
}

// noExtra is for models without public checkpoints.
func noExtra(Config) []Extra { return nil }

// buildLSTM works with steps first, [L,B,...]. The input comes one step late, so no state has seen the step
// it predicts.
func buildLSTM(g *graph.Graph, x *graph.Node, c Config) Output {
	h := before(turned(x))
	var inner []Named
	leave := g.Scope("lstm")
	for l := range c.Layers {
		h = nn.LSTM(fmt.Sprintf("_l%d", l), h, c.DModel)
		inner = append(inner, Named{fmt.Sprintf("hidden.%d", l), turned(h)})
		h = c.drop(fmt.Sprintf("dropout_l%d", l), h)
	}
	leave()
	y := turned(nn.Linear("head", h, c.Channels))
	mse := nn.MSE(y, x)
	return Output{
		Series: y,
		Loss:   mse,
		Parts:  []Part{{spec.PartPrediction, mse}},
		Scores: []Score{{spec.ScoreReconstruction, nn.SquaredError(y, x)}},
		Inner:  inner,
	}
}

// turned swaps windows and steps, [B,L,...] to [L,B,...] and back: recurrences want a step's rows together.
func turned(x *graph.Node) *graph.Node {
	perm := []int{1, 0}
	for axis := 2; axis < len(x.Shape); axis++ {
		perm = append(perm, axis)
	}
	return graph.Transpose(x, perm...)
}

// before is x [L,...] one step later: step t holds x at t-1, the first step 0. A single step has nothing
// before it.
func before(x *graph.Node) *graph.Node {
	if x.Shape[0] == 1 {
		return graph.Scale(x, 0)
	}
	return later(x, 1)
}

// later is x [L,...] so many steps later, fewer than it has; the first ones are 0.
func later(x *graph.Node, steps int) *graph.Node {
	return graph.Pad(graph.SliceAxis(x, 0, 0, x.Shape[0]-steps), 0, steps, 0)
}
