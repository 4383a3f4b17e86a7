// Package models builds the detectors as graphs.
package models

import (
	"fmt"
	"strings"

	"cosinelab/engine/graph"
	"cosinelab/engine/tensor"
)

// All lists the models.
var All = []Model{
	transformer,
	anomalyTransformer,
}

// Model is a detector: a network that gives every window a series like it, a loss of its own, a score for every step.
type Model struct {
	Name  string // as specs spell it
	Title string
	About string // one sentence for a reader who does not know the model
	Lab   Config // sizes that train within seconds; Window and Channels are 0
	Full  Config // the sizes of the paper; Window and Channels are 0
	// Build adds the model to g for windows x [B,L,C] of scaled data. Parameters get the names of models.md below the
	// current scope of g. The sizes must pass Check.
	Build func(g *graph.Graph, x *graph.Node, c Config) Output
	// Extra lists what a public checkpoint of the model holds beside the parameters that Build makes.
	Extra func(c Config) []Extra
}

// Config holds the sizes of a model.
type Config struct {
	Window   int // L, steps in a window
	Channels int // C
	DModel   int // D, features of a step inside the model
	Heads    int // H, attention heads; they divide D
	Layers   int
	DFF      int // hidden features of a feed-forward block
}

// Output is what a model computes for a batch of B windows.
type Output struct {
	Series *graph.Node // [B,L,C]: the reconstruction; what a teacher gives, what is distilled
	Loss   *graph.Node // scalar: what training without a teacher minimises
	Parts  []Named     // scalars that make up the loss, for reports
	Scores []Named     // [B,L] each, the higher the more anomalous; the model's own is the first
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
	sizes := []struct {
		name string
		n    int
	}{{"window", c.Window}, {"channels", c.Channels}, {"d_model", c.DModel}, {"heads", c.Heads}, {"layers", c.Layers}, {"d_ff", c.DFF}}
	for _, s := range sizes {
		if s.n < 1 {
			return fmt.Errorf("%s: %s %d, want at least 1", m.Name, s.name, s.n)
		}
	}
	if c.DModel%2 != 0 {
		return fmt.Errorf("%s: d_model %d, want an even number for the position code", m.Name, c.DModel)
	}
	if c.DModel%c.Heads != 0 {
		return fmt.Errorf("%s: heads %d, want a divisor of d_model %d", m.Name, c.Heads, c.DModel)
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
