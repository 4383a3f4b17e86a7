// Package train fits the parameters of a graph to windows of a series.
package train

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
	"cosinelab/engine/tensor"
)

// Problem is what is trained: a loss over a micro-batch of windows, and what is reported on the way. All
// losses are means over the micro-batch, which is why every micro-batch has the same size.
type Problem struct {
	Graph   *graph.Graph
	Windows *graph.Node // the input [B,L,C], B windows of a micro-batch
	// An input like Windows: what Loss, Parts and Checks compare each window with is another window of the
	// batch, or of those that are evaluated; nil = nothing. Outputs must not depend on it.
	Others    *graph.Node
	Loss      *graph.Node   // scalar: what is minimised
	Monitor   *graph.Node   // scalar: its validation mean decides which epoch is best
	Parts     []plan.Result // scalars to report of every step, and of validation
	Checks    []plan.Result // further scalars, measured in validation only
	Trainable []*graph.Node // the parameters that Loss changes
	Weight    *graph.Node   // scalar input: the weight of the distillation term; nil = there is none
	Outputs   []plan.Result // what Forward computes, each [B,...]
	ClipEach  float64       // limit of each gradient's own norm, before the global one; 0 = none
	Decay     float64       // of weights: what part of each is added to its gradient
}

// hash tells the random streams of different names apart.
func hash(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// Initial draws the starting values of a parameter (models/README.md, section 1.1). They depend on the seed
// and the parameter's name alone, so that adding a parameter changes no other.
func Initial(p *graph.Node, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, hash(p.Name)))
	out := make([]float32, p.Shape.Len())
	for i := range out {
		switch init := p.Init; {
		case init.Uniform != 0:
			out[i] = float32(init.Uniform * (2*rng.Float64() - 1))
		case init.Normal != 0:
			out[i] = float32(init.Normal * rng.NormFloat64())
		default:
			out[i] = float32(init.Fill + init.Step*float64(i%last(p.Shape)))
		}
	}
	if p.Init.Unit {
		for row := range slices.Chunk(out, last(p.Shape)) {
			normalise(row)
		}
	}
	return out
}

// last is the extent of the last axis, 1 for a scalar.
func last(s tensor.Shape) int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}

// normalise gives x the Euclidean norm 1; the sum is in float64, as initial values are drawn.
func normalise(x []float32) {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	for i := range x {
		x[i] = float32(float64(x[i]) / math.Sqrt(sum))
	}
}
