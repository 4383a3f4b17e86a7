package spec

// PhaseKind is a phase of a run.
type PhaseKind uint8

// The phases, in the order they are entered.
const (
	PhaseData PhaseKind = iota
	PhaseTeacher
	PhaseStudent
	PhaseScore
	PhaseDone

	PhaseCount
)

// PhaseInfo is what is known of a phase.
type PhaseInfo struct{ Name string }

// Phases describes every phase.
var Phases = [PhaseCount]PhaseInfo{
	PhaseData:    {Name: "data"},
	PhaseTeacher: {Name: "teacher"},
	PhaseStudent: {Name: "student"},
	PhaseScore:   {Name: "score"},
	PhaseDone:    {Name: "done"},
}

// Event reports progress; every field describes the moment the event is sent. Pointers lead to data that does
// not change any more.
type Event struct {
	Phase     PhaseKind   `json:"phase"`
	Arm       string      `json:"arm,omitempty"` // the arm's name; empty while the teacher trains
	Seed      uint64      `json:"seed,omitempty"`
	Run       int         `json:"run"`  // position of this run among Runs, from 0
	Runs      int         `json:"runs"` // training runs in the experiment, teachers included
	Epoch     int         `json:"epoch,omitempty"`
	Epochs    int         `json:"epochs,omitempty"`
	Step      int         `json:"step,omitempty"`  // steps done in this run
	Steps     int         `json:"steps,omitempty"` // steps in this run, if it is not stopped early
	Losses    []Part      `json:"losses,omitempty"`
	GradNorm  float64     `json:"grad_norm,omitempty"` // before clipping
	StepMs    float64     `json:"step_ms,omitempty"`
	Measured  float64     `json:"measured,omitempty"`   // share of a scored run's metrics that are computed
	EpochDone *Epoch      `json:"epoch_done,omitempty"` // set on the last step of an epoch
	Finished  *Run        `json:"finished,omitempty"`   // set when a run of an arm has its scores
	Taught    *TeacherRun `json:"taught,omitempty"`     // set when a teacher is ready
	// set when some of the test part was scored on the way, to be looked at
	Glimpse *Glimpse `json:"glimpse,omitempty"`
	// estimated seconds until the report; -1 = not known yet
	Left float64 `json:"left_s"`
}

// Glimpse says how much of the test part was scored with the parameters after Event.Step: so many windows, evenly
// spread over those in view.
type Glimpse struct {
	Windows int `json:"windows"`
	Of      int `json:"of"`
}

// Part is one part of a loss.
type Part struct {
	Name  string  `json:"name"` // of a row of Parts
	Value float64 `json:"value"`
}

// Epoch is what was measured at the end of one epoch.
type Epoch struct {
	Epoch      int     `json:"epoch"` // from 1
	Steps      int     `json:"steps"` // done since the start of the run
	Rate       float64 `json:"rate"`
	Weight     float64 `json:"weight"` // lambda in this epoch
	Losses     []Part  `json:"losses"` // means over the epoch's steps
	Validation []Part  `json:"validation,omitempty"`
	GradNorm   float64 `json:"grad_norm"` // mean over the epoch's steps
	// Seconds are those of its steps: neither validation nor scoring counts.
	Seconds float64 `json:"seconds"`
	// Test are the metrics of the ranking of the test part by the student as it is after the epoch, where
	// Spec.Evaluate asks for them.
	Test []Measure `json:"test,omitempty"`
}
