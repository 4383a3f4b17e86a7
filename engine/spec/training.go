package spec

// RateScheduleKind is how the learning rate changes over the epochs (models/README.md, section 9.3).
type RateScheduleKind uint8

// The schedules of the learning rate.
const (
	_ RateScheduleKind = iota
	RateReference
	RateConstant
	RateCosine
	RateStep

	RateScheduleCount
)

// RateScheduleInfo is what is known of a schedule of the learning rate.
type RateScheduleInfo struct {
	Name  string
	Steps bool // it reads Train.StepEpochs and Train.StepFactor
}

// RateSchedules describes every schedule of the learning rate.
var RateSchedules = [RateScheduleCount]RateScheduleInfo{
	RateReference: {Name: "reference"},
	RateConstant:  {Name: "constant"},
	RateCosine:    {Name: "cosine"},
	RateStep:      {Name: "step", Steps: true},
}

// What a zero in Train stands for under a schedule that falls in steps.
const (
	DefaultStepEpochs = 20
	DefaultStepFactor = 0.5
)

// EvaluateKind is when trained arms are scored on the test part.
type EvaluateKind uint8

// The times of scoring.
const (
	EvaluateAtEnd EvaluateKind = iota
	EvaluateEachEpoch

	EvaluateCount
)

// EvaluateInfo is what is known of a time of scoring.
type EvaluateInfo struct{ Name string }

// Evaluations describes every time of scoring (metrics/README.md, section 11.6).
var Evaluations = [EvaluateCount]EvaluateInfo{
	EvaluateAtEnd:     {Name: "at_end"},
	EvaluateEachEpoch: {Name: "each_epoch"},
}

// ScalingKind is how values are scaled before anything sees them (models/README.md, section 1.2).
type ScalingKind uint8

// The scalings.
const (
	_ ScalingKind = iota
	ScalingStandard
	ScalingNone
	ScalingMinMax
	ScalingRobust

	ScalingCount
)

// ScalingInfo is what is known of a scaling.
type ScalingInfo struct{ Name string }

// Scalings describes every scaling.
var Scalings = [ScalingCount]ScalingInfo{
	ScalingStandard: {Name: "standard"},
	ScalingNone:     {Name: "none"},
	ScalingMinMax:   {Name: "minmax"},
	ScalingRobust:   {Name: "robust"},
}
