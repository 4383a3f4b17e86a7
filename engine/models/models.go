// Package models builds the detectors as graphs.
package models

import (
	"fmt"
	"slices"
	"strings"

	"cosinelab/engine/graph"
	"cosinelab/engine/tensor"
)

// All lists the models.
var All = []Model{
	transformer,
	anomalyTransformer,
	lstm,
	omniAnomaly,
	thoc,
	gta,
}

// Model is a detector: a network that gives every window a series like it, a loss of its own, a score for every step.
type Model struct {
	Name  string // as specs spell it
	Title string
	About string // one sentence for a reader who does not know the model
	// Lab sizes train within seconds, Full sizes are those of the paper; Window and Channels are 0. A size that is 0 in
	// Lab is none that the model has.
	Lab, Full Config
	// Branches is the number of equal parts of the features that attention heads divide; 0 = there are no heads.
	Branches int
	// MicroBatch is how many windows go best through the graph at once. One keeps a small transformer's activations in
	// cache; the products of a recurrence, or those with weights too large for the cache, need more rows. Only DModel of c counts.
	MicroBatch func(c Config) int
	// Fits says what else is wrong with sizes that are large enough; nil = nothing can be.
	Fits func(c Config) error
	// Build adds the model to g for windows x [B,L,C] of scaled data. Parameters get the names of README.md
	// below the current scope of g. The sizes must pass Check.
	Build func(g *graph.Graph, x *graph.Node, c Config) Output
	// Extra lists what a public checkpoint of the model holds beside the parameters that Build makes.
	Extra func(c Config) []Extra
}

// always is a micro-batch that no size changes.
func always(n int) func(Config) int { return func(Config) int { return n } }

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

	Dropout float64 // share of features that training leaves out, of a model whose full size has one

	Table int // of GTA, steps in its table of learned attention; less than Window means Window

	Constants
	// SoftGraph makes GTA weigh all edges by their probability instead of drawing them.
	SoftGraph bool
	// Noiseless makes everything random its most likely value, which is how a frozen teacher runs.
	Noiseless bool
}

// Constants are the weights and temperatures of a model's definition, which a spec does not change.
type Constants struct {
	Tau             float64 // temperature of THOC's assignments, of GTA's graph
	Orthogonality   float64 // weight of THOC's orthogonality loss
	SelfSupervision float64 // weight of THOC's prediction loss
	Sparsity        float64 // weight of GTA's sparsity
	CompleteEpochs  int     // of GTA, the first epochs of a training in which its graph is complete
}

// drop leaves out a share of x in training.
func (c Config) drop(name string, x *graph.Node) *graph.Node {
	if c.Dropout == 0 || c.Noiseless {
		return x
	}
	return graph.Mul(x, x.Graph().Draw(name, graph.Dropout, c.Dropout, x.Shape...))
}

// size is a size with the name that it has in a spec.
type size struct {
	name string
	n    int
}

// sizes lists the sizes that not every model has.
func (c Config) sizes() []size {
	return []size{{"d_model", c.DModel}, {"heads", c.Heads}, {"layers", c.Layers}, {"d_ff", c.DFF}, {"latent", c.Latent},
		{"flows", c.Flows}, {"centres", fewest(c.Centres)}, {"features", c.Features}, {"mlp", c.MLP}}
}

func fewest(ns []int) int {
	if len(ns) == 0 {
		return 0
	}
	return slices.Min(ns)
}

// Output is what a model computes for a batch of B windows.
type Output struct {
	Series *graph.Node // [B,L,C]: the reconstruction or prediction; what a teacher gives, what is distilled
	First  int         // the first step that Series has something to say of; what comes before is 0 and does not count
	Loss   *graph.Node // scalar: what training without a teacher minimises
	Parts  []Named     // scalars that make up the loss, for reports
	Scores []Named     // [B,L] each, the higher the more anomalous; the model's own is the first
	Inner  []Named     // what is computed on the way, for a look inside
	// Associations are what the Anomaly Transformer's attention computes on the way; nil for other models.
	Associations *Associations
}

// Named is a value with the name under which it is reported.
type Named struct {
	Name string
	Node *graph.Node
}

// Score returns the score of this name; "model" is the model's own. It fails with the names that there are.
func (o Output) Score(name string) (*graph.Node, error) {
	names := []string{"model"}
	for i, s := range o.Scores {
		if s.Name == name || i == 0 && name == "model" {
			return s.Node, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("score %q: unknown, want one of %s", name, strings.Join(names, ", "))
}

// Extra is a tensor of a public checkpoint that is no parameter here: accepted without use when weights are read.
type Extra struct {
	Name  string
	Shape tensor.Shape
	// Values are what to write where the public program expects the tensor; nil if it needs none.
	Values func() []float32
}

// Find returns the model of this name, or an error with the names that there are.
func Find(name string) (Model, error) {
	var names []string
	for _, m := range All {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Model{}, fmt.Errorf("model %q: unknown, want one of %s", name, strings.Join(names, ", "))
}

// Check says which size the model cannot have. Names are those of a spec.
func (m Model) Check(c Config) error {
	has := m.Lab.sizes()
	for i, s := range c.sizes() {
		if has[i].n == 0 && s.n != 0 {
			return fmt.Errorf("%s: %s %d, want 0: the model has none", m.Name, s.name, s.n)
		}
		if has[i].n != 0 && s.n < 1 {
			return fmt.Errorf("%s: %s %d, want at least 1", m.Name, s.name, s.n)
		}
	}
	for _, s := range []size{{"window", c.Window}, {"channels", c.Channels}} {
		if s.n < 1 {
			return fmt.Errorf("%s: %s %d, want at least 1", m.Name, s.name, s.n)
		}
	}
	if c.Dropout != 0 && m.Full.Dropout == 0 {
		return fmt.Errorf("%s: dropout %v, want 0: the model has none", m.Name, c.Dropout)
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("%s: dropout %v, want a share from 0 up to 1", m.Name, c.Dropout)
	}
	if err := m.checkHeads(c); err != nil || m.Fits == nil {
		return err
	}
	return m.Fits(c)
}

// checkHeads is for models with attention; the others have neither heads nor a position code.
func (m Model) checkHeads(c Config) error {
	if m.Branches == 0 {
		return nil
	}
	if c.DModel%2 != 0 {
		return fmt.Errorf("%s: d_model %d, want an even number for the position code", m.Name, c.DModel)
	}
	if c.DModel%(m.Branches*c.Heads) != 0 {
		return fmt.Errorf("%s: heads %d, want a divisor of d_model %d", m.Name, c.Heads, c.DModel/m.Branches)
	}
	return nil
}

// Graph builds the model alone, in a graph of its own, for a batch of windows in the input "x" [batch,L,C].
func (m Model) Graph(c Config, batch int) (*graph.Graph, Output, error) {
	if err := m.Check(c); err != nil {
		return nil, Output{}, err
	}
	var out Output
	g, err := graph.Build(func(g *graph.Graph) {
		out = m.Build(g, g.Input("x", batch, c.Window, c.Channels), c)
	})
	return g, out, err
}
