package spec

// Names of the default arms.
const (
	ArmAlone     = "alone"
	ArmCosine    = "cosine"
	ArmMSE       = "mse"
	ArmUntrained = "untrained"
	ArmRandom    = "random"
)

// ModelInfo is what a form needs to know of a model that a Spec may name.
type ModelInfo struct {
	Name, Title string
	Lab         Model    // the sizes that a zero in a Spec stands for
	Scores      []string // what Detect.Score may name beside model and disagreement, the model's own first
	Branches    int      // into how many parts of d_model the heads divide; 0 = it has no heads
	Causal      bool     // what it says of a step depends on no later step, so that it can be scored warm
	Drops       bool     // it can leave out features in training
}

// Models lists the models that a Spec may name, in the order of models.All.
var Models = []ModelInfo{
	{"transformer", "Transformer", Model{Name: "transformer", DModel: 32, Heads: 4, Layers: 2, DFF: 32}, []string{"reconstruction"}, 1, false, false},
	{"anomaly_transformer", "Anomaly Transformer", Model{Name: "anomaly_transformer", DModel: 32, Heads: 4, Layers: 2, DFF: 32},
		[]string{"association", "reconstruction"}, 1, false, false},
	{"lstm", "LSTM", Model{Name: "lstm", DModel: 32, Layers: 2}, []string{"reconstruction"}, 0, true, true},
	{"omni_anomaly", "OmniAnomaly", Model{Name: "omni_anomaly", DModel: 32, DFF: 32, Latent: 3, Flows: 4},
		[]string{"likelihood", "reconstruction"}, 0, true, false},
	{"thoc", "THOC", Model{Name: "thoc", DModel: 24, Layers: 3, Centres: 4}, []string{"one_class", "reconstruction"}, 0, true, false},
	{"gta", "GTA", Model{Name: "gta", DModel: 32, Heads: 2, Layers: 2, DFF: 32, Features: 4, MLP: 8}, []string{"reconstruction"}, 2, true, true},
}

// Default returns the experiment that the page opens with: a built-in series, a plain Transformer as teacher, an
// Anomaly Transformer as student, three arms, two controls, three seeds. It scores by reconstruction error: the
// student's own association-weighted score ranks steps within a window only, which unadjusted metrics punish.
func Default() Spec {
	return Spec{
		Version: Version,
		Data:    Data{Source: "builtin/server", Seed: 1, Scaling: "standard", Window: 50, Stride: 25},
		Teacher: Teacher{Model: Model{Name: "transformer"}, Epochs: 10},
		Student: Model{Name: "anomaly_transformer"},
		Arms: []Arm{
			{Name: ArmAlone, Objective: Objective{Kind: "none"}},
			{Name: ArmCosine, Objective: Objective{Kind: "cosine", Weight: 0.5, Axis: "channel", Schedule: "constant"}},
			{Name: ArmMSE, Objective: Objective{Kind: "mse", Weight: 0.5, Schedule: "constant"}},
			{Name: ArmUntrained, Control: "untrained"},
			{Name: ArmRandom, Control: "random"},
		},
		Train:  Train{Rate: 2e-3, Schedule: "constant", Epochs: 10, Batch: 16, Clip: 1, Validation: 0.2, Patience: 3},
		Detect: Detect{Score: "reconstruction", Threshold: Threshold{Policy: "train_percentile", Percent: 99}},
		Seeds:  []uint64{1, 2, 3},
	}
}
