package spec

import (
	"fmt"
	"slices"
	"strconv"

	"cosinelab/datasets/fault"
)

// Constants are the weights, temperatures and floors of a model's definition that a spec gives; nil stands for
// that of the paper, since 0 may be meant.
type Constants struct {
	// Of the Anomaly Transformer: k, the weight of the association discrepancy in the loss; the temperature of
	// the score; what is added inside the logarithms of the discrepancy.
	DiscrepancyWeight *float64 `json:"discrepancy_weight,omitempty"`
	Temperature       *float64 `json:"temperature,omitempty"`
	LogEpsilon        *float64 `json:"log_epsilon,omitempty"`
	StdFloor          *float64 `json:"std_floor,omitempty"` // of OmniAnomaly, added to standard deviations
	Tau               *float64 `json:"tau,omitempty"`       // temperature of THOC's assignments, of GTA's graph
	// The weights of THOC's orthogonality and prediction losses, and of GTA's sparsity.
	OrthogonalityWeight   *float64 `json:"orthogonality_weight,omitempty"`
	SelfSupervisionWeight *float64 `json:"self_supervision_weight,omitempty"`
	SparsityWeight        *float64 `json:"sparsity_weight,omitempty"`
	// CompleteEpochs are the first epochs of a training run in which GTA's graph is complete.
	CompleteEpochs *float64 `json:"complete_epochs,omitempty"`
}

// ConstantKind is one of the constants.
type ConstantKind uint8

// The constants.
const (
	ConstantDiscrepancyWeight ConstantKind = iota
	ConstantTemperature
	ConstantLogEpsilon
	ConstantStdFloor
	ConstantTau
	ConstantOrthogonalityWeight
	ConstantSelfSupervisionWeight
	ConstantSparsityWeight
	ConstantCompleteEpochs

	ConstantCount
)

// ConstantInfo is what is known of a constant.
type ConstantInfo struct {
	Name    string      // of the field of Constants, as JSON calls it
	Models  []ModelKind // that have it
	Default float64     // of their papers
	above   bool        // 0 is none
	most    float64
	whole   bool
	want    fault.Word
	of      func(*Constants) **float64
}

// ConstantTable describes every constant (models/README.md).
var ConstantTable = [ConstantCount]ConstantInfo{
	ConstantDiscrepancyWeight: {Name: "discrepancy_weight", Models: []ModelKind{ModelAnomalyTransformer},
		Default: 3, most: maxFactor, want: "want-not-negative",
		of: func(c *Constants) **float64 { return &c.DiscrepancyWeight }},
	ConstantTemperature: {Name: "temperature", Models: []ModelKind{ModelAnomalyTransformer}, Default: 50,
		most: maxFactor, want: "want-not-negative",
		of: func(c *Constants) **float64 { return &c.Temperature }},
	ConstantLogEpsilon: {Name: "log_epsilon", Models: []ModelKind{ModelAnomalyTransformer}, Default: 1e-4,
		above: true, most: 1, want: "want-positive",
		of: func(c *Constants) **float64 { return &c.LogEpsilon }},
	ConstantStdFloor: {Name: "std_floor", Models: []ModelKind{ModelOmniAnomaly}, Default: 1e-4,
		above: true, most: 1, want: "want-positive",
		of: func(c *Constants) **float64 { return &c.StdFloor }},
	ConstantTau: {Name: "tau", Models: []ModelKind{ModelTHOC, ModelGTA}, Default: 1, above: true,
		most: maxFactor, want: "want-positive",
		of: func(c *Constants) **float64 { return &c.Tau }},
	ConstantOrthogonalityWeight: {Name: "orthogonality_weight", Models: []ModelKind{ModelTHOC}, Default: 1,
		most: maxFactor, want: "want-not-negative",
		of: func(c *Constants) **float64 { return &c.OrthogonalityWeight }},
	ConstantSelfSupervisionWeight: {Name: "self_supervision_weight", Models: []ModelKind{ModelTHOC},
		Default: 10, most: maxFactor, want: "want-not-negative",
		of: func(c *Constants) **float64 { return &c.SelfSupervisionWeight }},
	ConstantSparsityWeight: {Name: "sparsity_weight", Models: []ModelKind{ModelGTA}, Default: 1e-3,
		most: maxFactor, want: "want-not-negative",
		of: func(c *Constants) **float64 { return &c.SparsityWeight }},
	ConstantCompleteEpochs: {Name: "complete_epochs", Models: []ModelKind{ModelGTA}, Default: 1,
		most: maxEpochs, whole: true, want: "want-epochs",
		of: func(c *Constants) **float64 { return &c.CompleteEpochs }},
}

// Constant is where a spec's value of a constant is kept; nil there = the default.
func (c *Constants) Constant(k ConstantKind) **float64 { return ConstantTable[k].of(c) }

// Has reports whether a model has the constant.
func (i ConstantInfo) Has(m ModelKind) bool { return slices.Contains(i.Models, m) }

// ConstantsOf are the constants as the model is built with them.
func (m Model) ConstantsOf() (values [ConstantCount]float64) {
	for k, row := range ConstantTable {
		values[k] = row.Default
		if x := *row.of(&m.Constants); x != nil {
			values[k] = *x
		}
	}
	return values
}

// valid reports whether a constant can have the value.
func (i ConstantInfo) valid(x float64) bool {
	return upTo(x, i.most) && (x > 0 || !i.above) && (!i.whole || x == float64(int(x)))
}

// validate checks the constants of a model.
func (c Constants) validate(check *check, field string, m ModelKind) {
	for _, row := range ConstantTable {
		x := *row.of(&c)
		if x == nil {
			continue
		}
		where := field + "." + row.Name
		check.that(row.Has(m), where, *x, "want-none-of-model", m.String())
		check.that(row.valid(*x), where, *x, row.want, row.most)
	}
}

// validateDefinition checks what is no size of a model.
func (m Model) validateDefinition(c *check, field string) {
	m.Constants.validate(c, field, m.Kind)
	m.validateSkips(c, field+".skips")
	lab := Models[m.Kind].Lab
	c.that(m.Prior == 0 || lab.Latent > 0, field+".prior", strconv.Quote(m.Prior.String()),
		"want-none-of-model", m.Kind.String())
	c.that(m.Edges == 0 || lab.Features > 0, field+".edges", strconv.Quote(m.Edges.String()),
		"want-none-of-model", m.Kind.String())
}

// validateSkips wants one for each layer, or none.
func (m Model) validateSkips(c *check, field string) {
	full := m.OrLab()
	c.that(len(m.Skips) == 0 || full.Centres > 0, field, len(m.Skips), "want-none-of-model", m.Kind.String())
	c.that(len(m.Skips) == 0 || len(m.Skips) == full.Layers, field, len(m.Skips), "want-skips", full.Layers)
	for i, skip := range m.Skips {
		c.that(skip >= 1 && skip < maxWindow, fmt.Sprintf("%s[%d]", field, i), skip, "want-up-to", maxWindow-1)
	}
}

// PriorKind is what OmniAnomaly expects of its latent values.
type PriorKind uint8

// The priors.
const (
	PriorStateSpace PriorKind = iota
	PriorNormal

	PriorCount
)

// PriorInfo is what is known of a prior.
type PriorInfo struct{ Name string }

// Priors describes every prior (models/README.md, section 6.2).
var Priors = [PriorCount]PriorInfo{
	PriorStateSpace: {Name: "state_space"}, // each step goes on from the one before
	PriorNormal:     {Name: "normal"},      // steps do not depend on one another
}

// EdgeKind is how GTA weighs the edges of its graph.
type EdgeKind uint8

// The ways to weigh edges.
const (
	EdgesDrawn EdgeKind = iota
	EdgesWeighed

	EdgeCount
)

// EdgeInfo is what is known of a way to weigh edges.
type EdgeInfo struct{ Name string }

// Edges describes every way to weigh edges (models/README.md, section 8.1).
var Edges = [EdgeCount]EdgeInfo{
	EdgesDrawn:   {Name: "drawn"},   // there or not, by a draw
	EdgesWeighed: {Name: "weighed"}, // as likely as they are
}
