package spec

import (
	"slices"

	"cosinelab/datasets/fault"
)

// ObjectiveKind is what is added to the student's own loss (models/README.md, section 2.1).
type ObjectiveKind uint8

// The objectives.
const (
	_ ObjectiveKind = iota
	ObjectiveNone
	ObjectiveCosine
	ObjectiveMSE

	ObjectiveCount
)

// ObjectiveInfo is what is known of an objective. Its function is in the package distill.
type ObjectiveInfo struct {
	Name    string
	Distils bool     // it has a target; its term has a weight, which a schedule changes
	Axis    bool     // it compares vectors along an axis
	Part    PartKind // what its weighted term is called among the losses
}

// Objectives describes every objective.
var Objectives = [ObjectiveCount]ObjectiveInfo{
	ObjectiveNone:   {Name: "none"},
	ObjectiveCosine: {Name: "cosine", Distils: true, Axis: true, Part: PartCosine},
	ObjectiveMSE:    {Name: "mse", Distils: true, Part: PartMSE},
}

// TargetKind is what stands in the teacher's place in an objective; 0 = the teacher. Any other is a control: a
// gain belongs to the teacher only as far as it exceeds that of a student held to something else.
type TargetKind uint8

// The targets.
const (
	TargetTeacher TargetKind = iota
	TargetInput
	TargetShuffled
	TargetUntrained

	TargetCount
)

// TargetInfo is what is known of a target.
type TargetInfo struct {
	Name    string
	Teacher bool // it needs the trained teacher
}

// Targets describes every target (models/README.md, section 2.5).
var Targets = [TargetCount]TargetInfo{
	TargetTeacher:   {Name: "teacher", Teacher: true},
	TargetInput:     {Name: "input"},                   // the window itself
	TargetShuffled:  {Name: "shuffled", Teacher: true}, // what the teacher says of another window
	TargetUntrained: {Name: "untrained"},               // what the teacher said before it was trained
}

// AxisKind is what one vector of a cosine is.
type AxisKind uint8

// The axes.
const (
	_           AxisKind = iota
	AxisChannel          // all channels at one step
	AxisTime             // one channel over the window
	AxisWindow           // the whole window

	AxisCount
)

// AxisInfo is what is known of an axis.
type AxisInfo struct{ Name string }

// Axes describes every axis.
var Axes = [AxisCount]AxisInfo{
	AxisChannel: {Name: "channel"},
	AxisTime:    {Name: "time"},
	AxisWindow:  {Name: "window"},
}

// WeightScheduleKind is how the weight of a term changes over the epochs (models/README.md, section 2.3).
type WeightScheduleKind uint8

// The schedules of a weight.
const (
	_ WeightScheduleKind = iota
	WeightConstant
	WeightLinear
	WeightCosine

	WeightScheduleCount
)

// WeightScheduleInfo is what is known of a schedule of a weight.
type WeightScheduleInfo struct{ Name string }

// WeightSchedules describes every schedule of a weight.
var WeightSchedules = [WeightScheduleCount]WeightScheduleInfo{
	WeightConstant: {Name: "constant"},
	WeightLinear:   {Name: "linear"},
	WeightCosine:   {Name: "cosine"},
}

// ControlKind is an arm that costs no training; 0 = the arm is trained. What a control reaches, a trained arm
// must exceed to show that training helps.
type ControlKind uint8

// The controls.
const (
	ControlNone ControlKind = iota
	ControlNorm
	ControlPCA
	ControlForecast
	ControlUntrained
	ControlRandom

	ControlCount
)

// ControlInfo is what is known of a control.
type ControlInfo struct {
	Name    string
	Trains  bool // its student is trained
	Student bool // its student is scored, trained or not
	// It is a detector without a network (baseline/README.md), which gives every seed the same: it runs once.
	Closed bool
	Params []ControlParamKind // that it reads
}

// Controls describes every control.
var Controls = [ControlCount]ControlInfo{
	ControlNone:      {Trains: true, Student: true},
	ControlNorm:      {Name: "norm", Closed: true},
	ControlPCA:       {Name: "pca", Closed: true, Params: []ControlParamKind{ControlWindow, ControlShare}},
	ControlForecast:  {Name: "forecast", Closed: true, Params: []ControlParamKind{ControlLag}},
	ControlUntrained: {Name: "untrained", Student: true},
	ControlRandom:    {Name: "random"},
}

// ControlParamKind is a parameter of controls.
type ControlParamKind uint8

// The parameters of controls.
const (
	ControlWindow ControlParamKind = iota
	ControlShare
	ControlLag

	ControlParamCount
)

// ControlParamInfo is what is known of a parameter of controls. A zero in an arm stands for the default.
type ControlParamInfo struct {
	Name    string // of the field of Arm, as JSON calls it
	Default float64
	want    fault.Word
	most    float64
	get     func(Arm) float64
	set     func(*Arm, float64)
}

// ControlParams describes every parameter of controls.
var ControlParams = [ControlParamCount]ControlParamInfo{
	ControlWindow: {Name: "window", Default: 10, want: "want-up-to", most: maxBaselineSteps,
		get: func(a Arm) float64 { return float64(a.Window) },
		set: func(a *Arm, x float64) { a.Window = int(x) }},
	ControlShare: {Name: "share", Default: 0.9, want: "want-share-inside",
		get: func(a Arm) float64 { return a.Share },
		set: func(a *Arm, x float64) { a.Share = x }},
	ControlLag: {Name: "lag", Default: 5, want: "want-up-to", most: maxBaselineSteps,
		get: func(a Arm) float64 { return float64(a.Lag) },
		set: func(a *Arm, x float64) { a.Lag = int(x) }},
}

// ControlParam is the value of a parameter of the arm's control; 0 = absent.
func (a Arm) ControlParam(k ControlParamKind) float64 { return ControlParams[k].get(a) }

// SetControlParam gives the arm a parameter of its control. Steps are whole: what is left of one is dropped.
func (a *Arm) SetControlParam(k ControlParamKind, x float64) { ControlParams[k].set(a, x) }

// Reads reports whether the control has a parameter.
func (c ControlInfo) Reads(k ControlParamKind) bool { return slices.Contains(c.Params, k) }

// valid reports whether a control can have this value of the parameter: a whole number of steps, or a share.
func (p ControlParamInfo) valid(x float64) bool {
	if p.most > 0 {
		return x >= 1 && x <= p.most
	}
	return x > 0 && x < 1
}

// OrDefault returns the arm with each absent parameter of its control replaced by the default.
func (a Arm) OrDefault() Arm {
	for _, k := range Controls[a.Control].Params {
		if p := ControlParams[k]; p.get(a) == 0 {
			p.set(&a, p.Default)
		}
	}
	return a
}

// validateParams checks the parameters of an arm's control.
func (a Arm) validateParams(c *check, field string) {
	full, row := a.OrDefault(), Controls[a.Control]
	for k, p := range ControlParams {
		x := p.get(full)
		if !row.Reads(ControlParamKind(k)) {
			c.that(x == 0, field+"."+p.Name, x, "want-none-of-control", row.Name)
			continue
		}
		c.that(p.valid(x), field+"."+p.Name, x, p.want, p.most)
	}
}

// PartKind is a part of a loss, or another number that is measured with it. Reports carry its name.
type PartKind uint8

// The parts.
const (
	_ PartKind = iota
	PartTotal
	PartOwn
	PartReconstruction
	PartPrediction
	PartDiscrepancy
	PartLikelihood
	PartPrior
	PartPosterior
	PartSparsity
	PartSelfSupervision
	PartOneClass
	PartOrthogonality
	PartCosine
	PartMSE
	PartToTeacher

	PartCount
)

// PartInfo is what is known of a part.
type PartInfo struct {
	Name string
	From PartSource
}

// PartSource is where a part of a loss comes from.
type PartSource uint8

// Where parts come from.
const (
	FromAll     PartSource = iota // the sum that is minimised
	FromStudent                   // the model's loss as a whole, or what it says of its series
	FromModel                     // what the model is held to beside that
	FromTeacher
)

// Parts describes every part of a loss.
var Parts = [PartCount]PartInfo{
	PartTotal:           {Name: "total", From: FromAll},
	PartOwn:             {Name: "own", From: FromStudent},
	PartReconstruction:  {Name: "reconstruction", From: FromStudent},
	PartPrediction:      {Name: "prediction", From: FromStudent},
	PartDiscrepancy:     {Name: "discrepancy", From: FromModel},
	PartLikelihood:      {Name: "log_p_x", From: FromModel},
	PartPrior:           {Name: "log_p_z", From: FromModel},
	PartPosterior:       {Name: "log_q", From: FromModel},
	PartSparsity:        {Name: "sparsity", From: FromModel},
	PartSelfSupervision: {Name: "self_supervision", From: FromModel},
	PartOneClass:        {Name: "one_class", From: FromModel},
	PartOrthogonality:   {Name: "orthogonality", From: FromModel},
	PartCosine:          {Name: "cosine", From: FromTeacher},
	PartMSE:             {Name: "mse", From: FromTeacher},
	// 1 - cosine to the teacher, whatever is minimised
	PartToTeacher: {Name: "to_teacher", From: FromTeacher},
}
