// Package spec describes a distillation experiment with its outcome as plain data.
package spec

import (
	"slices"

	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
)

// Version is the version of Spec and Report that this package writes and reads; any other is refused.
const Version = 1

// Spec describes one experiment completely: the same Spec gives the same Report, durations aside, on the same
// device. It is plain data: JSON in a file, in a URL hash, in a worker message, on the command line. One that
// was not made by Parse must pass Validate before it is used.
type Spec struct {
	Version int      `json:"version"`
	Data    Data     `json:"data"`
	Teacher Teacher  `json:"teacher"`
	Student Model    `json:"student"`
	Arms    []Arm    `json:"arms"`
	Train   Train    `json:"train"`
	Detect  Detect   `json:"detect"`
	Seeds   []uint64 `json:"seeds"`
	// Evaluate says when arms are scored on the test part: at the end, or also after every epoch, for insight
	// only. What is seen then chooses nothing and stops nothing.
	Evaluate EvaluateKind `json:"evaluate,omitempty"`
	// Headline is the metric that the verdict is about, an honest one of metrics.All; empty =
	// DefaultHeadline.
	Headline string `json:"headline,omitempty"`
	// Looks is how often results may be looked at, with seeds added in between, without the verdict losing
	// its level; 0 = once.
	Looks int `json:"looks,omitempty"`
	// Looked are the numbers of seeds at which results were looked at before others were added behind them.
	Looked []int `json:"looked,omitempty"`
}

// Data says which series is used, and how it is cut.
type Data struct {
	// Source is a catalogue id: builtin/server, smd/machine-1-2, file/NAME; several with commas between them, or
	// a pattern: smd/*. In JSON a list is taken as well.
	Source   string      `json:"source"`
	Seed     uint64      `json:"seed,omitempty"`     // of a built-in generator
	Train    steps.Range `json:"train,omitzero"`     // steps of the training part; zero = all
	Test     steps.Range `json:"test,omitzero"`      // steps of the test part; zero = all
	Channels []int       `json:"channels,omitempty"` // columns; empty = all
	Scaling  ScalingKind `json:"scaling"`
	Window   int         `json:"window"` // steps in a window
	Stride   int         `json:"stride"` // steps between the starts of training windows
	// What follows is said of a user's own files. Columns are named, or counted from 1.
	Header    string                `json:"header,omitempty"`     // yes, no; empty = as it looks
	Skip      int                   `json:"skip,omitempty"`       // lines before the table
	Separator string                `json:"separator,omitempty"`  // of a text: comma, semicolon, tab, bar, space; empty = as it looks
	Decimal   string                `json:"decimal,omitempty"`    // of its numbers: point, comma; empty = as it looks
	Label     string                `json:"label,omitempty"`      // label column
	Anomaly   string                `json:"anomaly,omitempty"`    // how an anomaly is spelt in it
	Columns   map[string]found.Role `json:"columns,omitempty"`    // roles; found.Others = all other channels
	Missing   string                `json:"missing,omitempty"`    // rule for missing cells: last, linear, refuse
	NoValue   []float64             `json:"no_value,omitempty"`   // numbers that stand for missing cells
	NoWord    []string              `json:"no_word,omitempty"`    // words that do
	Order     string                `json:"order,omitempty"`      // of rows: time, file; empty = by time where they have one
	Dates     string                `json:"dates,omitempty"`      // order of their numbers: ymd, dmy, mdy; empty = as it looks
	Accept    string                `json:"accept,omitempty"`     // doubts that are settled, with commas between: gaps
	Files     string                `json:"files,omitempty"`      // of the same columns: join (one series), apart; empty = as it looks
	LabelFile string                `json:"label_file,omitempty"` // name of the file that holds the labels; empty = as names say
	NamesFile string                `json:"names_file,omitempty"` // name of the file that holds the names of columns; as well
	Split     *float64              `json:"split,omitempty"`      // training share of a single file
	SplitRow  int                   `json:"split_row,omitempty"`  // its rows instead
	SplitTime string                `json:"split_time,omitempty"` // time of the first test step instead
	// LeaveOut lets no training window hold a step that is labelled as anomalous.
	LeaveOut bool `json:"leave_out,omitempty"`
}

// Model is a model with its sizes; a zero size means the model's lab default. A size that the model does
// not have must be zero. Of a recurrent model, d_model is the number of states.
type Model struct {
	Kind   ModelKind `json:"model"`
	DModel int       `json:"d_model,omitempty"`
	Heads  int       `json:"heads,omitempty"`
	Layers int       `json:"layers,omitempty"`
	DFF    int       `json:"d_ff,omitempty"`
	// The sizes of single models: OmniAnomaly's latent values and flows, THOC's centres in each layer, GTA's
	// features of a channel and hidden features between channels.
	Latent   int `json:"latent,omitempty"`
	Flows    int `json:"flows,omitempty"`
	Centres  int `json:"centres,omitempty"`
	Features int `json:"features,omitempty"`
	MLP      int `json:"mlp,omitempty"`
	// Levels are those of GTA's convolutions, each of which looks twice as far back as the one before. Samples
	// are the draws whose mean is OmniAnomaly's score.
	Levels  int `json:"levels,omitempty"`
	Samples int `json:"samples,omitempty"`
	// Skips are how many steps back each of THOC's layers looks; none = 1, 2, 4, ...
	Skips []int     `json:"skips,omitempty"`
	Prior PriorKind `json:"prior,omitempty"` // of OmniAnomaly
	Edges EdgeKind  `json:"edges,omitempty"` // of GTA
	Constants
	// Dropout is the share of features that training leaves out, of LSTM and GTA; 0 = none.
	Dropout float64 `json:"dropout,omitempty"`
}

// Teacher is the model that is trained first, on its own loss, then frozen.
type Teacher struct {
	Model
	Epochs  int    `json:"epochs"`
	Weights string `json:"weights,omitempty"` // a safetensors file used instead of training
}

// Arm is one way to train (or not to train) the student.
type Arm struct {
	// Name is unique, and shown in tables: alone, cosine, mse, untrained, random.
	Name    string      `json:"name"`
	Control ControlKind `json:"control,omitempty"` // costs nothing, has no objective
	// The parameters of single controls: the steps in a window of pca and the share of the variance that its
	// components explain, the steps before that forecast looks at. What a control does not have is absent.
	Window    int       `json:"window,omitempty"`
	Share     float64   `json:"share,omitempty"`
	Lag       int       `json:"lag,omitempty"`
	Student   *Model    `json:"student,omitempty"` // instead of the Spec's student
	Objective Objective `json:"objective,omitzero"`
}

// Distils reports whether the arm's student is held to a target beside its own loss, whatever stands there.
func (a Arm) Distils() bool {
	return Controls[a.Control].Trains && Objectives[a.Objective.Kind].Distils
}

// Follows reports whether the arm's student is trained to follow the teacher: what the lab is about.
func (a Arm) Follows() bool { return a.Distils() && a.Objective.Target == TargetTeacher }

// IsControl reports whether the arm is there to be exceeded: it is not trained, or held to another target than
// the teacher.
func (a Arm) IsControl() bool { return a.Control != ControlNone || a.Distils() && !a.Follows() }

// RunsOf is how many runs an arm has: one a seed, or one in all if no seed changes it.
func (s Spec) RunsOf(a Arm) int {
	if Controls[a.Control].Closed {
		return min(1, len(s.Seeds))
	}
	return len(s.Seeds)
}

// StudentOf is the model of an arm.
func (s Spec) StudentOf(a Arm) Model {
	if a.Student != nil {
		return *a.Student
	}
	return s.Student
}

// NeedsTeacher reports whether the arm has no scores without a teacher.
func (s Spec) NeedsTeacher(a Arm) bool {
	return a.Distils() && Targets[a.Objective.Target].Teacher ||
		Controls[a.Control].Student && Scores[s.Detect.Score].Teacher
}

// OfErrors reports whether the scores of an arm are made of squared errors, as they are or weighted.
func (s Spec) OfErrors(a Arm) bool {
	return Controls[a.Control].Closed || Controls[a.Control].Student && Scores[s.Detect.Score.Of(s.StudentOf(a).Kind)].OfErrors
}

// Teaches reports whether a teacher is needed at all; otherwise none is trained.
func (s Spec) Teaches() bool { return slices.ContainsFunc(s.Arms, s.NeedsTeacher) }

// Objective is what is added to the student's own loss (models/README.md, section 2).
type Objective struct {
	Kind     ObjectiveKind      `json:"kind"`
	Weight   float64            `json:"weight,omitempty"`   // lambda
	Axis     AxisKind           `json:"axis,omitempty"`     // of an objective that has one
	Target   TargetKind         `json:"target,omitempty"`   // in the teacher's place
	Schedule WeightScheduleKind `json:"schedule,omitempty"` // the weight over epochs
}

// Train says how every arm, and the teacher, is trained.
type Train struct {
	Rate     float64          `json:"rate"` // learning rate of Adam
	Schedule RateScheduleKind `json:"schedule"`
	// StepEpochs are the epochs between falls of the rate; 0 = DefaultStepEpochs.
	StepEpochs int     `json:"step_epochs,omitempty"`
	StepFactor float64 `json:"step_factor,omitempty"` // to this share of it; 0 = DefaultStepFactor
	// Decay is that of weights, added to their gradients after clipping; 0 = none.
	Decay  float64 `json:"decay,omitempty"`
	Epochs int     `json:"epochs"` // of a student
	Batch  int     `json:"batch"`  // windows a step
	// Clip is the limit of the global gradient norm; 0 = no clipping.
	Clip float64 `json:"clip"`
	// ClipEach is the limit of each parameter's gradient norm instead; 0 = none.
	ClipEach float64 `json:"clip_each,omitempty"`
	// Validation is the share of the training steps held out, from their end.
	Validation float64 `json:"validation"`
	// Patience is how many epochs may pass without a better validation loss; 0 = no early stop.
	Patience int `json:"patience"`
}

// Held is the number of training steps, of so many, that are held out for validation, rounded down
// (models/README.md, section 1.2).
func (t Train) Held(steps int) int { return int(t.Validation * float64(steps)) }

// Detect says how scores become alarms (models/README.md, sections 1.3 and 1.4).
type Detect struct {
	Score     ScoreKind `json:"score"` // one that every student has
	Threshold Threshold `json:"threshold"`
	// Warm lets windows of a predicting model start every so many steps, and scores only the last so many of
	// each, which are predicted from a long past; 0 = cold: windows do not overlap, every step is scored.
	Warm int `json:"warm,omitempty"`
	// Smoothing is the span of the exponentially weighted mean of each score and those before it; 0 = none.
	Smoothing int `json:"smoothing,omitempty"`
	// Merge joins alarms with so many steps or fewer between them into one; 0 = each run of flagged steps is one.
	Merge int `json:"merge,omitempty"`
	// Least is how many steps an alarm must have; shorter ones are dropped, once they are joined. 0 = one.
	Least int `json:"least,omitempty"`
	// Window is the width of the buffers of VUS, R-AUC and PATE: a number of steps, or a rule of
	// metrics.ParseWindow; empty = the default. It changes how scores are measured, not what is flagged.
	Window string `json:"window,omitempty"`
	// EachSeries chooses the threshold of each series by its own scores where the data have several; else one
	// is chosen by the scores of all. A threshold that moves begins anew with each series in any case.
	EachSeries bool `json:"each_series,omitempty"`
}

// Serial reports whether the scores of the training part are those of its steps in order, as the test part's
// are, and not those of the windows that a training run sees: warm scoring and smoothing build on the steps
// before, which overlapping windows do not keep in order.
func (d Detect) Serial() bool { return d.Warm > 0 || d.Smoothing > 0 }

// Threshold is a policy with its parameters; what a policy does not have is absent, what is absent
// stands for the policy's default, where it has one.
type Threshold struct {
	Policy  PolicyKind `json:"policy"`
	Percent float64    `json:"percent,omitempty"` // of the scores that stay below the threshold
	K       float64    `json:"k,omitempty"`       // deviations above the mean
	Level   float64    `json:"level,omitempty"`   // share of the train scores below which the tail begins
	Q       float64    `json:"q,omitempty"`       // share of normal scores that may lie above the threshold
	Value   *float64   `json:"value,omitempty"`   // the threshold itself
}
