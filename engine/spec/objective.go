package spec

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

// ObjectiveInfo is what is known of an objective.
type ObjectiveInfo struct {
	Name    string
	Distils bool     // it needs a teacher; its term has a weight, which a schedule changes
	Axis    bool     // it compares vectors along an axis
	Part    PartKind // what its weighted term is called among the losses
}

// Objectives describes every objective.
var Objectives = [ObjectiveCount]ObjectiveInfo{
	ObjectiveNone:   {Name: "none"},
	ObjectiveCosine: {Name: "cosine", Distils: true, Axis: true, Part: PartCosine},
	ObjectiveMSE:    {Name: "mse", Distils: true, Part: PartMSE},
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

// WeightScheduleKind is how the weight of a term changes over the epochs.
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

// ControlKind is an arm that costs no training; 0 = the arm is trained.
type ControlKind uint8

// The controls.
const (
	ControlNone ControlKind = iota
	ControlUntrained
	ControlRandom

	ControlCount
)

// ControlInfo is what is known of a control.
type ControlInfo struct {
	Name    string
	Trains  bool // its student is trained
	Student bool // its student is scored, trained or not
}

// Controls describes every control.
var Controls = [ControlCount]ControlInfo{
	ControlNone:      {Trains: true, Student: true},
	ControlUntrained: {Name: "untrained", Student: true},
	ControlRandom:    {Name: "random"},
}

// PartKind is a part of a loss, or another number that is measured with it.
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
