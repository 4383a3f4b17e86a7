package golden

import (
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
)

// Bounds of what a file may ask for: a few hundred times what golden vectors take.
const (
	MaxFile = 64 << 20 // bytes
	// of a size of a model: layers, features, channels, steps
	maxSize   = 1024
	maxPoints = 1 << 20 // of a series that a rule makes
	maxFloats = 1 << 25 // of all that a graph computes
)

// points checks the length of a series.
func points(n int) error {
	if n < 0 || n > maxPoints {
		return fault.New("golden-points", n, maxPoints)
	}
	return nil
}

// check refuses sizes whose graph would take long to build.
func (s setup) check() error {
	c := s.sizes
	sizes := slices.Concat([]int{s.batch, c.Window, c.Channels, c.DModel, c.Heads, c.Layers, c.DFF, c.Latent,
		c.Flows, c.Features, c.MLP, c.Table, len(c.Centres)}, c.Centres)
	if n := slices.Max(sizes); n > maxSize {
		return fault.New("golden-size", n, maxSize)
	}
	return nil
}

// small refuses a computation that takes more memory than any golden vectors are worth.
func small(g *graph.Graph, p plan.Proc) error {
	if size := plan.Estimate(g, p); size.Arena > maxFloats {
		return fault.New("golden-large", size.Arena, maxFloats)
	}
	return nil
}
