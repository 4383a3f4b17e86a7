package spec

import "slices"

// ModelKind is a model that teaches or learns.
type ModelKind uint8

// The models.
const (
	_ ModelKind = iota
	ModelTransformer
	ModelAnomalyTransformer
	ModelLSTM
	ModelOmniAnomaly
	ModelTHOC
	ModelGTA

	ModelCount
)

// ModelInfo is what is known of a model without building it.
type ModelInfo struct {
	Name  string
	Title string // a proper name, the same in every language
	// Lab sizes train within seconds; a zero in a Spec stands for them. A size that is 0 here is none the
	// model has.
	Lab     Model
	Full    Model       // sizes of the paper
	Scores  []ScoreKind // what it gives beside those that every model has, its own first
	Teaches bool        // it may be a teacher
	Learns  bool        // it may be a student
	// Branches is the number of equal parts of d_model that each divide among the attention heads; 0 = it has
	// no heads.
	Branches int
	Causal   bool // what it says of a step depends on no later step, so that it can be scored warm
}

// Models describes every model; models/README.md has their formulas, with the sizes of papers.
var Models = [ModelCount]ModelInfo{
	ModelTransformer: {Name: "transformer", Title: "Transformer",
		Lab:    Model{DModel: 32, Heads: 4, Layers: 2, DFF: 32},
		Full:   Model{DModel: 512, Heads: 8, Layers: 3, DFF: 512},
		Scores: []ScoreKind{ScoreReconstruction}, Teaches: true, Learns: true, Branches: 1},
	ModelAnomalyTransformer: {Name: "anomaly_transformer", Title: "Anomaly Transformer",
		Lab:    Model{DModel: 32, Heads: 4, Layers: 2, DFF: 32},
		Full:   Model{DModel: 512, Heads: 8, Layers: 3, DFF: 512},
		Scores: []ScoreKind{ScoreAssociation, ScoreReconstruction}, Teaches: true, Learns: true, Branches: 1},
	ModelLSTM: {Name: "lstm", Title: "LSTM",
		Lab:    Model{DModel: 32, Layers: 2},
		Full:   Model{DModel: 80, Layers: 2, Dropout: 0.3},
		Scores: []ScoreKind{ScoreReconstruction}, Teaches: true, Learns: true, Causal: true},
	ModelOmniAnomaly: {Name: "omni_anomaly", Title: "OmniAnomaly",
		Lab:    Model{DModel: 32, DFF: 32, Latent: 3, Flows: 4, Samples: 1},
		Full:   Model{DModel: 500, DFF: 500, Latent: 3, Flows: 20, Samples: 1},
		Scores: []ScoreKind{ScoreLikelihood, ScoreReconstruction}, Teaches: true, Learns: true, Causal: true},
	ModelTHOC: {Name: "thoc", Title: "THOC",
		Lab:    Model{DModel: 24, Layers: 3, Centres: 4},
		Full:   Model{DModel: 128, Layers: 3, Centres: 6},
		Scores: []ScoreKind{ScoreOneClass, ScoreReconstruction}, Teaches: true, Learns: true, Causal: true},
	ModelGTA: {Name: "gta", Title: "GTA",
		Lab: Model{DModel: 32, Heads: 2, Layers: 2, DFF: 32, Features: 4, MLP: 8, Levels: 3},
		Full: Model{DModel: 128, Heads: 8, Layers: 3, DFF: 128, Features: 8, MLP: 16, Levels: 3,
			Dropout: 0.05},
		Scores: []ScoreKind{ScoreReconstruction}, Teaches: true, Learns: true, Branches: 2, Causal: true},
}

// Drops reports whether the model can leave out features in training, as that of the paper does.
func (m ModelInfo) Drops() bool { return m.Full.Dropout > 0 }

// Has reports whether every run of the model can be scored so.
func (m ModelInfo) Has(s ScoreKind) bool { return Scores[s].Every || slices.Contains(m.Scores, s) }

// Full is the model as large as in its paper.
func (k ModelKind) Full() Model {
	m := Models[k].Full
	m.Kind = k
	return m
}

// SizeKind is a size that models may have. A table of them lets checks, forms and defaults go over all sizes
// alike.
type SizeKind uint8

// The sizes.
const (
	SizeWidth SizeKind = iota
	SizeHeads
	SizeLayers
	SizeDFF
	SizeLatent
	SizeFlows
	SizeCentres
	SizeFeatures
	SizeMLP
	SizeLevels
	SizeSamples

	SizeCount
)

// SizeInfo is what is known of a size. Most is generous: it stops typing mistakes, not models.
type SizeInfo struct {
	Name string            // of the field of Model, as JSON calls it
	Most int               // that a Spec may ask for
	of   func(*Model) *int // where a model keeps it
}

// Sizes describes every size.
var Sizes = [SizeCount]SizeInfo{
	SizeWidth:    {Name: "d_model", Most: 4096, of: func(m *Model) *int { return &m.DModel }},
	SizeHeads:    {Name: "heads", Most: 256, of: func(m *Model) *int { return &m.Heads }},
	SizeLayers:   {Name: "layers", Most: 64, of: func(m *Model) *int { return &m.Layers }},
	SizeDFF:      {Name: "d_ff", Most: 16384, of: func(m *Model) *int { return &m.DFF }},
	SizeLatent:   {Name: "latent", Most: 256, of: func(m *Model) *int { return &m.Latent }},
	SizeFlows:    {Name: "flows", Most: 256, of: func(m *Model) *int { return &m.Flows }},
	SizeCentres:  {Name: "centres", Most: 256, of: func(m *Model) *int { return &m.Centres }},
	SizeFeatures: {Name: "features", Most: 256, of: func(m *Model) *int { return &m.Features }},
	SizeMLP:      {Name: "mlp", Most: 1024, of: func(m *Model) *int { return &m.MLP }},
	SizeLevels:   {Name: "levels", Most: 12, of: func(m *Model) *int { return &m.Levels }},
	SizeSamples:  {Name: "samples", Most: 64, of: func(m *Model) *int { return &m.Samples }},
}

// Size is where the model keeps a size.
func (m *Model) Size(k SizeKind) *int { return Sizes[k].of(m) }

// OrLab returns the model with each zero size replaced by the model's lab default. A size that the model does
// not have stays zero.
func (m Model) OrLab() Model {
	lab := Models[m.Kind].Lab
	for k := range SizeCount {
		if n := m.Size(k); *n == 0 {
			*n = *lab.Size(k)
		}
	}
	return m
}

// Causal reports whether what the model says of a step depends on no later step.
func (m Model) Causal() bool { return Models[m.Kind].Causal }

// ScoreKind is a score of steps, the higher the more anomalous.
type ScoreKind uint8

// The scores.
const (
	_ ScoreKind = iota
	ScoreModel
	ScoreReconstruction
	ScoreAssociation
	ScoreLikelihood
	ScoreOneClass
	ScoreDisagreement

	ScoreCount
)

// ScoreInfo is what is known of a score.
type ScoreInfo struct {
	Name     string
	Every    bool // every model has it
	OfErrors bool // it is made of squared errors, as they are or weighted
	Teacher  bool // it needs a teacher
}

// Scores describes every score.
var Scores = [ScoreCount]ScoreInfo{
	ScoreModel:          {Name: "model", Every: true}, // the model's own: the first of its row
	ScoreReconstruction: {Name: "reconstruction", OfErrors: true},
	ScoreAssociation:    {Name: "association", OfErrors: true},
	ScoreLikelihood:     {Name: "likelihood"},
	ScoreOneClass:       {Name: "one_class"},
	ScoreDisagreement:   {Name: "disagreement", Every: true, Teacher: true},
}

// Of is the score that a kind stands for in a model: ScoreModel is the model's own; any other stands for
// itself.
func (k ScoreKind) Of(m ModelKind) ScoreKind {
	if k == ScoreModel && len(Models[m].Scores) > 0 {
		return Models[m].Scores[0]
	}
	return k
}
