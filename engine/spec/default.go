package spec

// Names of the default arms: their kinds. ArmAlone is also the kind of every arm that is trained without a
// target.
const (
	ArmNorm      = "norm"
	ArmPCA       = "pca"
	ArmForecast  = "forecast"
	ArmAlone     = "alone"
	ArmCosine    = "cosine"
	ArmInput     = "cosine-input"
	ArmUntrained = "untrained"
	ArmRandom    = "random"
)

// Default returns the experiment that the page opens with: a built-in series, a plain Transformer as teacher,
// an Anomaly Transformer as student, alone and with the cosine to the teacher; what that must exceed to mean
// anything: closed forms, the cosine to the input, an untrained student, random scores; five seeds. It scores
// by reconstruction error: the student's own association-weighted score ranks steps within a window only,
// which unadjusted metrics punish. With its weight of the cosine arms differ early (../README.md, Reasons).
func Default() Spec {
	return Spec{
		Version: Version,
		Data:    Data{Source: "builtin/server", Seed: 1, Scaling: ScalingStandard, Window: 50, Stride: 25},
		Teacher: Teacher{Model: Model{Kind: ModelTransformer}, Epochs: 8},
		Student: Model{Kind: ModelAnomalyTransformer},
		Arms: []Arm{
			{Name: ArmNorm, Control: ControlNorm},
			{Name: ArmPCA, Control: ControlPCA},
			{Name: ArmForecast, Control: ControlForecast},
			{Name: ArmAlone, Objective: Objective{Kind: ObjectiveNone}},
			{Name: ArmCosine, Objective: Objective{Kind: ObjectiveCosine, Weight: 5, Axis: AxisChannel,
				Schedule: WeightConstant}},
			{Name: ArmInput, Objective: Objective{Kind: ObjectiveCosine, Weight: 5, Axis: AxisChannel,
				Schedule: WeightConstant, Target: TargetInput}},
			{Name: ArmUntrained, Control: ControlUntrained},
			{Name: ArmRandom, Control: ControlRandom},
		},
		Train: Train{Rate: 2e-3, Schedule: RateConstant, Epochs: 8, Batch: 16, Clip: 1, Validation: 0.2,
			Patience: 3},
		Detect: Detect{Score: ScoreReconstruction, Threshold: Threshold{Policy: PolicyTrainPercentile,
			Percent: 99}},
		Seeds:    []uint64{1, 2, 3, 4, 5},
		Headline: DefaultHeadline,
	}
}
