// Package train fits the parameters of a graph to windows of a series.
package train

import (
	"hash/fnv"
	"math/rand/v2"

	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
)

// Problem is what is trained: a loss over a micro-batch of windows, and what is reported on the way. All losses are
// means over the micro-batch.
type Problem struct {
	Graph     *graph.Graph
	Windows   *graph.Node   // the input [B,L,C], B windows of a micro-batch
	Loss      *graph.Node   // scalar: what is minimised
	Monitor   *graph.Node   // scalar: its validation mean decides which epoch is best
	Parts     []plan.Result // scalars to report of every step, and of validation
	Checks    []plan.Result // further scalars, measured in validation only
	Trainable []*graph.Node // the parameters that Loss changes
	Weight    *graph.Node   // scalar input: the weight of the distillation term; nil = there is none
	Outputs   []plan.Result // what Forward computes, each [B,...]
}

// Initial draws the starting values of a parameter. They depend on the seed and the parameter's name alone, so that
// adding a parameter changes no other.
func Initial(p *graph.Node, seed uint64) []float32 {
	h := fnv.New64a()
	h.Write([]byte(p.Name))
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	out := make([]float32, p.Shape.Len())
	for i := range out {
		switch init := p.Init; {
		case init.Uniform != 0:
			out[i] = float32(init.Uniform * (2*rng.Float64() - 1))
		case init.Normal != 0:
			out[i] = float32(init.Normal * rng.NormFloat64())
		default:
			out[i] = float32(init.Fill)
		}
	}
	return out
}
