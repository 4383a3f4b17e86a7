package models

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// transformer is the plain reconstruction transformer (README.md, section 4): the Anomaly Transformer without
// its prior association. Its parameters have the same names, so that a checkpoint of that model serves as its
// weights.
var transformer = Model{
	MicroBatch: transformerMicroBatch,
	Build:      buildTransformer,
	Extra:      func(c Config) []Extra { return append(unusedTables(c), sigmaWeights(c)...) },
}

// transformerMicroBatch grows with the weights: from 512 KiB of them on, a window's products would take as
// long to fetch weights as to multiply. That is 1 window below 128 features, and 8 from 512 on.
func transformerMicroBatch(c Config) int { return min(8, max(1, c.DModel/64)) }

// buildTransformer has the squared error as loss and as score, each step's averaged over channels.
func buildTransformer(_ *graph.Graph, x *graph.Node, c Config) Output {
	var inner []Named
	y := reconstruct(x, c, func(h *graph.Node) *graph.Node {
		out, series := nn.Attention(h, c.Heads)
		inner = append(inner, Named{fmt.Sprintf("association.%d", len(inner)), series})
		return out
	})
	rec := nn.MSE(y, x)
	return Output{
		Inner:  inner,
		Series: y,
		Loss:   rec,
		Parts:  []Part{{spec.PartReconstruction, rec}},
		Scores: []Score{{spec.ScoreReconstruction, nn.SquaredError(y, x)}},
	}
}

// reconstruct is the network that both transformers share (README.md, sections 3.1 and 3.2): embedding,
// post-norm layers around the given attention [B,L,D] -> [B,L,D], a last norm, a linear map back to the
// channels.
func reconstruct(x *graph.Node, c Config, attention func(h *graph.Node) *graph.Node) *graph.Node {
	g := x.Graph()
	h := nn.TokenConv("embedding.value_embedding.tokenConv", x, c.DModel)
	h = graph.Add(h, nn.Position(g, c.Window, c.DModel))
	for l := range c.Layers {
		h = layer(l, h, c, attention)
	}
	h = nn.LayerNorm("encoder.norm", h)
	return nn.Linear("projection", h, c.Channels)
}

// layer is one encoder layer: each half is added to what it reads, then normalised (README.md, section 3.2).
func layer(l int, h *graph.Node, c Config, attention func(h *graph.Node) *graph.Node) *graph.Node {
	g := h.Graph()
	defer g.Scope(layerName(l))()
	leave := g.Scope("attention")
	a := attention(h)
	leave()
	h = nn.LayerNorm("norm1", graph.Add(h, a))
	return nn.LayerNorm("norm2", graph.Add(h, nn.FeedForward(h, c.DFF)))
}

// layerName is the scope of a layer in public checkpoints (README.md, section 3.8).
func layerName(l int) string { return fmt.Sprintf("encoder.attn_layers.%d", l) }

// unusedTables are the tensors that public state dicts hold and nothing reads (README.md, section 3.8): the
// position code of 5000 steps, and a norm in every attention. Checkpoints that are written hold them with the
// values the public program starts from, so that it can read them.
func unusedTables(c Config) []Extra {
	const steps = 5000
	d := tensor.Shape{c.DModel}
	extra := []Extra{{
		Name:   "embedding.position_embedding.pe",
		Shape:  tensor.Shape{1, steps, c.DModel},
		Values: func() []float32 { return nn.PositionCode(steps, c.DModel) },
	}}
	for l := range c.Layers {
		norm := layerName(l) + ".attention.norm."
		extra = append(extra,
			Extra{norm + "weight", d, func() []float32 { return filled(c.DModel, 1) }},
			Extra{norm + "bias", d, func() []float32 { return filled(c.DModel, 0) }})
	}
	return extra
}

func filled(n int, x float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = x
	}
	return v
}

// sigmaWeights are what a checkpoint of the Anomaly Transformer holds for the prior association, which the
// plain transformer does not compute. Without values they are accepted where weights are read, but never
// written.
func sigmaWeights(c Config) []Extra {
	var extra []Extra
	for l := range c.Layers {
		sigma := layerName(l) + ".attention.sigma_projection."
		extra = append(extra,
			Extra{sigma + "weight", tensor.Shape{c.Heads, c.DModel}, nil},
			Extra{sigma + "bias", tensor.Shape{c.Heads}, nil})
	}
	return extra
}
