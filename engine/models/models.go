// Package models builds the detectors as graphs.
package models

import (
	"fmt"
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// All holds the models.
var All = [spec.ModelCount]Model{
	spec.ModelTransformer:        transformer,
	spec.ModelAnomalyTransformer: anomalyTransformer,
	spec.ModelLSTM:               lstm,
	spec.ModelOmniAnomaly:        omniAnomaly,
	spec.ModelTHOC:               thoc,
	spec.ModelGTA:                gta,
}

// Model is a detector: a network that gives every window a series like it, a loss of its own, a score for
// every step. What is known of it without building it stands in spec.Models.
type Model struct {
	// MicroBatch is how many windows go best through the graph at once. One keeps a small transformer's
	// activations in cache; the products of a recurrence, or those with weights too large for the cache, need
	// more rows. Only DModel of c counts.
	MicroBatch func(c Config) int
	// Fits says what else is wrong with sizes that are large enough; nil = nothing can be.
	Fits func(c Config) error
	// Build adds the model to g for windows x [B,L,C] of scaled data. Parameters get the names of README.md
	// below the current scope of g. The sizes must pass Check; Build itself looks at them no more.
	Build func(g *graph.Graph, x *graph.Node, c Config) Output
	// Extra lists what a public checkpoint of the model holds beside the parameters that Build makes.
	Extra func(c Config) []Extra
}

// always is a micro-batch that no size changes.
func always(n int) func(Config) int { return func(Config) int { return n } }

// ConfigOf is the configuration of a spec's model, with its lab size where the spec leaves one out. Window
// and Channels stay 0: they are for the data to say.
func ConfigOf(m spec.Model) Config {
	m = m.OrLab()
	c := Config{Constants: m.ConstantsOf(), Skips: m.Skips, Prior: m.Prior, Levels: m.Levels,
		Samples: m.Samples, SoftGraph: m.Edges == spec.EdgesWeighed,
		DModel: m.DModel, Heads: m.Heads, Layers: m.Layers, DFF: m.DFF, Latent: m.Latent,
		Flows:    m.Flows,
		Features: m.Features, MLP: m.MLP, Dropout: m.Dropout}
	// A spec has one number for all layers.
	if m.Centres > 0 {
		c.Centres = []int{m.Centres}
	}
	return c
}

// Config holds the sizes and constants of a model.
type Config struct {
	Window   int // L, steps in a window
	Channels int // C
	DModel   int // D, features of a step inside the model; the states of a recurrent one
	Heads    int // H, attention heads; they divide D
	Layers   int
	DFF      int   // hidden features of a feed-forward block
	Latent   int   // Z of OmniAnomaly, latent values of a step
	Flows    int   // of OmniAnomaly, planar maps of the latent values
	Centres  []int // K of THOC by layer; the last number stands for all layers after it
	Features int   // F of GTA, features of a channel at a step
	MLP      int   // M of GTA, hidden features of the influence of one channel on another
	Levels   int   // of GTA's convolutions
	Samples  int   // of OmniAnomaly, draws whose mean is its score
	Skips    []int // of THOC by layer, the steps that it looks back; none = 1, 2, 4, ...

	Prior spec.PriorKind // of OmniAnomaly

	Dropout float64 // share of features that training leaves out, of a model whose full size has one

	Table int // of GTA, steps in its table of learned attention; less than Window means Window

	Constants [spec.ConstantCount]float64
	// SoftGraph makes GTA weigh all edges by their probability instead of drawing them.
	SoftGraph bool
	// Noiseless makes everything random its most likely value, which is how a frozen teacher runs.
	Noiseless bool
}

// constant is one of the model's definition.
func (c Config) constant(k spec.ConstantKind) float64 { return c.Constants[k] }

// drop leaves out a share of x in training. Without dropout it adds no node, and no input that would need
// draws. Names are those of the noise, below the current scope.
func (c Config) drop(name string, x *graph.Node) *graph.Node {
	if c.Dropout == 0 || c.Noiseless {
		return x
	}
	return graph.Mul(x, x.Graph().Draw(name, graph.Dropout, c.Dropout, x.Shape...))
}

// sizes are those that not every model has. A model that lacks one has 0 there.
func (c Config) sizes() [spec.SizeCount]int {
	return [...]int{spec.SizeWidth: c.DModel, spec.SizeHeads: c.Heads, spec.SizeLayers: c.Layers,
		spec.SizeDFF:    c.DFF,
		spec.SizeLatent: c.Latent, spec.SizeFlows: c.Flows, spec.SizeCentres: fewest(c.Centres),
		spec.SizeFeatures: c.Features,
		spec.SizeMLP:      c.MLP, spec.SizeLevels: c.Levels, spec.SizeSamples: c.Samples}
}

// fewest is the smallest number, since one check serves all layers; 0 if there are none.
func fewest(ns []int) int {
	if len(ns) == 0 {
		return 0
	}
	return slices.Min(ns)
}

// Output is what a model computes for a batch of B windows. All nodes belong to the graph that Build was
// given. What no procedure asks for costs nothing, so a model offers all of it always.
type Output struct {
	Series *graph.Node // [B,L,C]: the reconstruction or prediction; what a teacher gives, what is distilled
	// the first step that Series has something to say of; what comes before is 0 and does not count
	First  int
	Loss   *graph.Node // scalar: what training without a teacher minimises
	Parts  []Part      // scalars that make up the loss, for reports
	Scores []Score     // [B,L] each, in the order of the model's row in spec.Models
	Inner  []Named     // what is computed on the way, for a look inside
	// Associations are what the Anomaly Transformer's attention computes on the way; nil for other models.
	Associations *Associations
}

// Part is a part of a loss. Parts are not weighted: they need not add up to the loss.
type Part struct {
	Kind spec.PartKind
	Node *graph.Node
}

// Score is a score of steps.
type Score struct {
	Kind spec.ScoreKind
	Node *graph.Node
}

// Named is a value with the name under which it is reported.
type Named struct {
	Name string
	Node *graph.Node
}

// Score returns a score that the model has; ScoreModel is the model's own. That is the first of its scores.
func (o Output) Score(kind spec.ScoreKind) (*graph.Node, error) {
	for _, s := range o.Scores {
		if s.Kind == kind || kind == spec.ScoreModel {
			return s.Node, nil
		}
	}
	return nil, fmt.Errorf("models: score %s: the model has none", kind)
}

// Extra is a tensor of a public checkpoint that is no parameter here: accepted without use when weights are
// read.
type Extra struct {
	Name  string
	Shape tensor.Shape
	// Values are what to write where the public program expects the tensor; nil if it needs none.
	Values func() []float32
}

// Check says which size a model cannot have. Names are those of a spec.
func Check(kind spec.ModelKind, c Config) error {
	row := spec.Models[kind]
	for i, n := range c.sizes() {
		size := spec.SizeKind(i)
		// A model has a size if its lab size is not 0.
		has := *row.Lab.Size(size) != 0
		if !has && n != 0 {
			return fmt.Errorf("%s: %s %d, want 0: the model has none", kind, size, n)
		}
		if has && n < 1 {
			return fmt.Errorf("%s: %s %d, want at least 1", kind, size, n)
		}
	}
	if c.Window < 1 || c.Channels < 1 {
		return fmt.Errorf("%s: window %d with %d channels, want at least 1 of each", kind, c.Window,
			c.Channels)
	}
	if c.Dropout != 0 && !row.Drops() {
		return fmt.Errorf("%s: dropout %v, want 0: the model has none", kind, c.Dropout)
	}
	// Written so that NaN fails too.
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("%s: dropout %v, want a share from 0 up to 1", kind, c.Dropout)
	}
	if err := checkHeads(kind, c); err != nil || All[kind].Fits == nil {
		return err
	}
	return All[kind].Fits(c)
}

// checkHeads is for models with attention; the others have neither heads nor a position code. Each branch has
// its share of the features, which its heads then share among themselves.
func checkHeads(kind spec.ModelKind, c Config) error {
	branches := spec.Models[kind].Branches
	if branches == 0 {
		return nil
	}
	if c.DModel%2 != 0 {
		return fmt.Errorf("%s: d_model %d, want an even number for the position code", kind, c.DModel)
	}
	if c.DModel%(branches*c.Heads) != 0 {
		return fmt.Errorf("%s: heads %d, want a divisor of d_model %d", kind, c.Heads, c.DModel/branches)
	}
	return nil
}

// Graph builds a model alone, in a graph of its own, for a batch of windows in the input "x" [batch,L,C].
func Graph(kind spec.ModelKind, c Config, batch int) (*graph.Graph, Output, error) {
	if err := Check(kind, c); err != nil {
		return nil, Output{}, err
	}
	var out Output
	g, err := graph.Build(func(g *graph.Graph) {
		out = All[kind].Build(g, g.Input("x", batch, c.Window, c.Channels), c)
	})
	return g, out, err
}
