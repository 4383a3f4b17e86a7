package spec

import (
	"encoding/json"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
)

// Report is the outcome of an experiment, or of as much of it as was finished. Fields without a name in JSON
// are there only in the program that made the report.
type Report struct {
	Version  int          `json:"version"`
	Spec     Spec         `json:"spec"`
	Device   string       `json:"device"` // name and what it ran on: cpu linux/amd64
	Data     DataSummary  `json:"data"`
	Teachers []TeacherRun `json:"teachers"` // one a seed; none if no arm needs a teacher
	Arms     []ArmReport  `json:"arms"`
	// Comparisons are those of Compare, once the experiment is over.
	Comparisons []Comparison `json:"comparisons,omitempty"`
	// OverData are intervals over the data; nil where nobody asked for them.
	OverData *OverData `json:"over_data,omitempty"`
	Seconds  float64   `json:"seconds"`
	// FailedRuns counts the runs of Arms that have no scores.
	FailedRuns int `json:"failed_runs"`
	// Parameters are those of the metrics; nil in reports of before they were written down.
	Parameters *metrics.Parameters `json:"parameters,omitempty"`
}

// DataSummary describes the series as it was used.
type DataSummary struct {
	Source       string    `json:"source"`
	Title        string    `json:"title"`
	Channels     []string  `json:"channels"`
	TrainSteps   int       `json:"train_steps"`
	TestSteps    int       `json:"test_steps"`
	TrainWindows int       `json:"train_windows"`
	ScoredSteps  int       `json:"scored_steps"` // test steps in whole windows; the remainder is not scored
	Labelled     bool      `json:"labelled"`
	Anomalous    int       `json:"anomalous"` // labelled steps among the test steps
	Segments     []Segment `json:"segments"`  // of the test part
	Filled       int       `json:"filled,omitempty"`
	FillRule     string    `json:"fill_rule,omitempty"`   // of datasets.Fill
	Dropped      []Dropped `json:"dropped,omitempty"`     // columns of the source that are no channels
	BlankLines   int       `json:"blank_lines,omitempty"` // left out
	// its name; empty for what needs none, or a user's own
	Licence       string `json:"licence,omitempty"`
	Origin        string `json:"origin,omitempty"` // where its publishers offer it; empty as well
	ConstantTrain int    `json:"constant_train"`   // channels that never change in the training part
	// Digest tells the set as it was read, before any cut, from any other: a datasets.Digest.
	Digest   string          `json:"digest,omitempty"`
	Marked   int             `json:"marked,omitempty"`   // labelled steps of the training part
	Columns  []found.Column  `json:"columns,omitempty"`  // of a user's own file
	Findings []found.Finding `json:"findings,omitempty"` // what to know about it
	Times    *Times          `json:"times,omitempty"`    // of the first and last steps; nil = nobody knows
	Fitted   *Fitted         `json:"fitted,omitempty"`   // what was shortened, since the file is short
	Timeline *Timeline       `json:"timeline,omitempty"` // of the steps of the test part; nil = nobody knows
	// Series are those that the data have, one behind the other, if there are several. The test part is then
	// what was scored of each: steps behind its last whole window are left out.
	Series []Series `json:"series,omitempty"`
}

// Series is one of several, as it was used.
type Series struct {
	Name       string      `json:"name"`
	TrainSteps int         `json:"train_steps"`
	TestSteps  int         `json:"test_steps"` // of which the last may be in no window
	Scored     steps.Range `json:"scored"`     // those of the test part that are its own; none if it is too short
	Anomalous  int         `json:"anomalous"`  // labelled steps among them
	Segments   int         `json:"segments"`
}

// SeriesAt is the one of Series that a step of the test part belongs to; nil = there is one series alone.
func (d *DataSummary) SeriesAt(step int) *Series {
	for i := range d.Series {
		if s := &d.Series[i]; step >= s.Scored.From && step < s.Scored.To {
			return s
		}
	}
	return nil
}

// Borders are the first steps of the series behind the first.
func (d *DataSummary) Borders() (at []int) {
	for _, s := range d.Series[min(1, len(d.Series)):] {
		at = append(at, s.Scored.From)
	}
	return at
}

// Times are when the parts were measured.
type Times struct {
	TrainFrom string `json:"train_from"`
	TrainTo   string `json:"train_to"`
	TestFrom  string `json:"test_from"`
	TestTo    string `json:"test_to"`
}

// Fitted is what of an experiment was made to fit a short file.
type Fitted struct {
	Window     int     `json:"window"`
	Stride     int     `json:"stride"`
	Validation float64 `json:"validation"`
}

// Dropped is a column of the source that is no channel.
type Dropped struct {
	Name string `json:"name"`
	Why  string `json:"why"` // of datasets.Reason
}

// Segment is one true anomaly of the test part.
type Segment struct {
	steps.Range
	Kind     string `json:"kind,omitempty"`
	Channels []int  `json:"channels,omitempty"`
}

// TeacherRun is the training of one teacher.
type TeacherRun struct {
	Seed       uint64       `json:"seed"`
	Parameters int          `json:"parameters"`
	Epochs     []Epoch      `json:"epochs,omitempty"`
	Best       int          `json:"best_epoch,omitempty"` // whose weights were kept
	Weights    string       `json:"weights,omitempty"`    // the file they came from instead
	Failed     *fault.Fault `json:"failed,omitempty"`     // why it has no weights; nil = it has
	Seconds    float64      `json:"seconds"`

	// the teacher's output for the test part, [scored steps, channels], in scaled units
	Output []float32 `json:"-"`
}

// ArmReport is one arm over all seeds.
type ArmReport struct {
	Arm  Arm   `json:"arm"`
	Runs []Run `json:"runs"` // one a seed, in the order of Spec.Seeds; one in all if no seed changes it
}

// Run is one arm with one seed. One that failed has neither scores nor alarms, but the epochs that it
// trained.
type Run struct {
	Arm        string        `json:"arm"`
	Seed       uint64        `json:"seed"`
	Parameters int           `json:"parameters,omitempty"`
	Epochs     []Epoch       `json:"epochs,omitempty"`
	Best       int           `json:"best_epoch,omitempty"`
	StepMs     float64       `json:"step_ms,omitempty"` // median
	Seconds    float64       `json:"seconds"`
	Threshold  Cut           `json:"threshold"`
	Metrics    []Measure     `json:"metrics,omitempty"` // none without labels
	Alarms     []steps.Range `json:"alarms"`            // runs of flagged steps, before any adjustment
	Hits       int           `json:"hits"`              // true segments with an alarm
	FalseRuns  int           `json:"false_runs"`        // alarms that touch no true segment
	// the first steps of the test part, or of its series, which have no score: they rank last, and are never
	// flagged
	Unscored int `json:"unscored,omitempty"`
	// the channels behind each of Alarms; only of scores of errors
	Causes [][]Cause `json:"causes,omitempty"`
	// the usual share of each channel: of the squared error over all steps outside of alarms; none where nobody knows
	Usual []float64 `json:"usual,omitempty"`
	// the highest score of each of Alarms; none in reports of before they were written down
	Peaks []Peak `json:"peaks,omitempty"`
	// whether these are the true ones; nil where nobody knows them
	Located *Located     `json:"located,omitempty"`
	Failed  *fault.Fault `json:"failed,omitempty"` // why there are no scores; nil = there are
	// of each of the data's Series, if there are several; Metrics and Hits are those of all together
	Series []SeriesRun `json:"series,omitempty"`

	Scores []float64 `json:"-"` // one a scored test step; NaN for the Unscored
	// one a scored test step, if the policy's threshold moves; nil = scores above Threshold.Value
	Flags []bool `json:"-"`
	// the student's output for the test part, [scored steps, channels], in scaled units
	Output []float32 `json:"-"`
	// squared errors of the same shape, that make up the score; nil if it is made of others
	Errors []float32 `json:"-"`
	// what the run can be judged by anew; nil where nobody keeps it
	Kept *Kept `json:"-"`
}

// Kept is what a run says of the data before a Detect decides anything. Nobody changes it.
type Kept struct {
	Scores []KeptScores
	Errors []float32 // squared errors [scored steps, channels], whatever the score is made of
	Output []float32 // that of the run
}

// KeptScores are the scores of one source, not smoothed.
type KeptScores struct {
	Score  ScoreKind // as ScoreKind.Of has it; 0 = those of an arm that has but one
	Test   []float64 // one a scored step of the test part
	Train  []float64 // of the training windows; nil = too many to keep
	Serial []float64 // of the steps of the training part in order; nil as well
}

// SeriesRun is what a run found in one of several series.
type SeriesRun struct {
	Threshold *Cut      `json:"threshold,omitempty"` // its own; nil = that of the run
	Metrics   []Measure `json:"metrics,omitempty"`   // none without labels, or without scores
	Alarms    int       `json:"alarms"`
	Hits      int       `json:"hits"`
	FalseRuns int       `json:"false_runs"`
}

// Of returns the value of a metric on the series; it is undefined if the run does not have it.
func (s SeriesRun) Of(metric string) Measure { return Run{Metrics: s.Metrics}.Of(metric) }

// MaxCauses is the number of channels that an alarm names.
const MaxCauses = 5

// Cause is a channel's part in an alarm.
type Cause struct {
	Channel int     `json:"channel"`
	Share   float64 `json:"share"` // of the squared error over the alarm's steps
}

// Located compares channels with those that true anomalies show in. Channels are ranked by their squared
// error over all steps of a true segment, found or not; values are means over the segments whose channels are
// known.
type Located struct {
	Segments   int           `json:"segments"`
	HitRate100 metrics.Value `json:"hit_rate_100"` // metrics.HitRate among as many channels as are true
	HitRate150 metrics.Value `json:"hit_rate_150"` // among half as many again
	Chance100  metrics.Value `json:"chance_100"`   // of channels in random order
	Chance150  metrics.Value `json:"chance_150"`
}

// Peak is the highest score of an alarm; the first of several.
type Peak struct {
	Step  int           `json:"step"`
	Score metrics.Value `json:"score"`
}

// Alarm is an alarm as it is handed on: where it is, when that was, how high it is, what is behind it.
type Alarm struct {
	steps.Range
	Start  string  `json:"start,omitempty"` // time of its first step; empty = nobody knows
	End    string  `json:"end,omitempty"`   // of its last one
	Peak   Peak    `json:"peak"`
	PeakAt string  `json:"peak_at,omitempty"` // time of it
	Causes []Cause `json:"causes,omitempty"`
}

// Raised are the alarms of a run; at says when a step was, or nothing. It may be nil.
func (r Run) Raised(at func(step int) string) []Alarm {
	if at == nil {
		at = func(int) string { return "" }
	}
	out := make([]Alarm, len(r.Alarms))
	for i, a := range r.Alarms {
		out[i] = Alarm{Range: a, Start: at(a.From), End: at(a.To - 1)}
		if i < len(r.Peaks) {
			out[i].Peak, out[i].PeakAt = r.Peaks[i], at(r.Peaks[i].Step)
		}
		if i < len(r.Causes) {
			out[i].Causes = r.Causes[i]
		}
	}
	return out
}

// Cut is a threshold and what it saw.
type Cut struct {
	Policy PolicyKind    `json:"policy"` // none for a threshold that a person set
	Value  metrics.Value `json:"value"`  // undefined if the threshold moves with the scores
	Saw    SawKind       `json:"saw"`
	Tail   *Tail         `json:"tail,omitempty"`
	// The share of the train scores that lie above it: about as many steps of normal data will. nil = it looked at
	// none, or moves.
	TrainShare *float64 `json:"train_share,omitempty"`
	// How flagged steps became alarms: Detect.Merge and Detect.Least.
	Merge int `json:"merge,omitempty"`
	Least int `json:"least,omitempty"`
}

// Tail is the distribution of the highest scores that pot and spot fitted; that of spot is its last.
type Tail struct {
	Start      float64 `json:"start"`
	Scores     int     `json:"scores"`
	Excesses   int     `json:"excesses"` // scores above the start
	Shape      float64 `json:"shape"`
	Scale      float64 `json:"scale"`
	Fallback   bool    `json:"fallback,omitempty"`   // no distribution but the exponential one fits
	Unreliable bool    `json:"unreliable,omitempty"` // too few excesses to rely on
}

// Measure is one metric of one run with what scores without information get.
type Measure struct {
	Name     string        `json:"name"` // a row of metrics.All
	Value    metrics.Value `json:"value"`
	Chance   metrics.Value `json:"chance"`   // of a random score at the same flag rate
	Constant metrics.Value `json:"constant"` // of a constant score, which flags everything
}

// unmeasured is a metric of which nothing is known.
func unmeasured(name string) Measure {
	return Measure{Name: name, Value: metrics.Undefined, Chance: metrics.Undefined, Constant: metrics.Undefined}
}

// UnmarshalJSON leaves undefined what the text does not have, as that of an older report.
func (m *Measure) UnmarshalJSON(text []byte) error {
	type plain Measure
	p := plain(unmeasured(""))
	err := json.Unmarshal(text, &p)
	*m = Measure(p)
	return err
}

// WithoutTimings returns a copy of the report without durations. What is left is the same, bit for bit,
// whenever the Spec is carried out on the same kind of device. The receiver stays as it is.
func (r Report) WithoutTimings() Report {
	r.Seconds = 0
	r.Teachers = slices.Clone(r.Teachers)
	for i := range r.Teachers {
		t := &r.Teachers[i]
		t.Seconds, t.Epochs = 0, withoutSeconds(t.Epochs)
	}
	r.Arms = slices.Clone(r.Arms)
	for i := range r.Arms {
		r.Arms[i].Runs = slices.Clone(r.Arms[i].Runs)
		for j := range r.Arms[i].Runs {
			run := &r.Arms[i].Runs[j]
			run.Seconds, run.StepMs, run.Epochs = 0, 0, withoutSeconds(run.Epochs)
		}
	}
	return r
}

func withoutSeconds(epochs []Epoch) []Epoch {
	epochs = slices.Clone(epochs)
	for i := range epochs {
		epochs[i].Seconds = 0
	}
	return epochs
}
