// Package protocol is the page's requests to its worker, with the answers.
//
// What postMessage sends either way is an array: the JSON text of the Request or Response first, then what
// travels beside it, the File objects of Request.Files, or, transferred, the ArrayBuffer of a Series or those
// of a checkpoint, or of a file to keep (TypeFile), in pieces.
//
// A detector that was trained goes out and comes back as a file: TypeDetector asks for the bytes of a run's,
// which come with TypeFile. TypeScore scores new data by the detector of a run, or by one that comes as a file:
// it is answered by TypeScored over and over, with what is there so far, until one is Done; the scores are seen
// by a View that says Scored, and kept as files by TypeExport. TypeTeacher is answered by TypeTaught.
package protocol

import (
	"encoding/json"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Request types, page to worker.
const (
	TypeOpen     = "open"     // read or generate a data set and describe it: Data; Files for file/NAME
	TypeLook     = "look"     // read files and describe them, without the open set giving way: Data, Files
	TypeLeave    = "leave"    // end what reads files for a look, and forget them
	TypeRun      = "run"      // start the experiment Spec; Files are checkpoints to resume from, of TypeKept
	TypePause    = "pause"    // hold before the next step
	TypeContinue = "continue" // leave a pause
	TypeStep     = "step"     // do one training step, then hold; starts as TypeRun does when none runs
	TypeStop     = "stop"     // end the run after the current step; finished runs stay
	TypeReset    = "reset"    // forget every run
	TypePlan     = "plan"     // what of the experiment Spec is kept from earlier ones; never during a run
	TypeView     = "view"     // buckets of series for a chart: View
	TypeJudge    = "judge"    // alarms and metrics of an arm at another threshold: Judge; a later one ends it
	TypeRejudge  = "rejudge"  // all finished runs by Detect, from the scores that they keep; likewise
	TypeCurves   = "curves"   // precision, recall and false alarms of runs at every threshold: Curves
	// TypeResample asks where means over seeds would lie for other data like these: Draws. An experiment ends it.
	TypeResample = "resample"
	TypeBench    = "bench"    // time products, training steps, scoring, starts: Bench; stop ends it
	TypeDetector = "detector" // the detector of a finished run, as the bytes of a .detector file: Of
	// TypeScore scores a file by a detector: Score; Files are the .detector, unless Score.Of names a run or one came
	// before, then the data. Without data, the answer says what the detector is. Another request to score ends it, and one without Score does nothing else. It goes on beside a run.
	TypeScore = "score"
	// TypeExport asks for scores or alarms as the bytes of a file: Export.
	TypeExport = "export"
	// TypeInside asks what a student computes on the way to its scores: Inside.
	TypeInside = "inside"
	// TypeTeacher asks which tensors the teacher of Spec takes, and, with one of Files, a safetensors file or a
	// .detector, whether that fits. A file that fits is the one that Spec.Teacher.Weights means in later runs, by
	// its name.
	TypeTeacher = "teacher"
	// TypeRecorded hands over a run that was made with the page: Recorded. It stands in the place of results until a
	// run begins, and is not answered.
	TypeRecorded = "recorded"
)

// Request is one message from the page. ID is repeated in the answer to it.
type Request struct {
	Type  string     `json:"type"`
	ID    int        `json:"id"`
	Data  *spec.Data `json:"data,omitempty"`
	Spec  *spec.Spec `json:"spec,omitempty"`
	View  *View      `json:"view,omitempty"`
	Judge *Judge     `json:"judge,omitempty"`
	// Detect is that of TypeRejudge, Curves the runs of TypeCurves.
	Detect *spec.Detect `json:"detect,omitempty"`
	Curves []Of         `json:"curves,omitempty"`
	Bench  *Bench       `json:"bench,omitempty"`
	Draws  int          `json:"draws,omitempty"`

	Recorded json.RawMessage `json:"recorded,omitempty"` // of package recorded

	Of     *Of     `json:"of,omitempty"`
	Score  *Score  `json:"score,omitempty"`
	Export *Export `json:"export,omitempty"`
	Inside *Inside `json:"inside,omitempty"`
	// Workers is how many workers a run may use, the one that answers included; 0 = one. Results do not
	// depend on it.
	Workers int `json:"workers,omitempty"`
	// Files travel beside the JSON as File objects, in the order of these names.
	Files []string `json:"files,omitempty"`
	// Drop is the number under which the page keeps the files that Data.Source is read from; 0 = they are not
	// the page's. A name may be that of several files.
	Drop int `json:"drop,omitempty"`
}

// Response types, worker to page.
const (
	TypeReady  = "ready"  // the engine is there: Device, Tile, Cores, Catalogue, Passed
	TypeData   = "data"   // answer to open: Summary
	TypeLooked = "looked" // answer to look: Look; before it, how far the reading is: Reading
	TypeEvent  = "event"  // progress of the running experiment: Event, Before
	TypeState  = "state"  // running, paused, stopping, idle: State
	// TypePlanned answers TypePlan: Planned, with Report where there is nothing left to train. Views are about it then.
	TypePlanned = "planned"
	TypeReport  = "report" // the experiment is done, or stopped with at least one finished run: Report
	TypeSeries  = "series" // answer to view: Series, with its buckets transferred beside the JSON
	TypeJudged  = "judged" // answer to judge: Runs
	// TypeRejudged answers TypeRejudge: Report.
	TypeRejudged = "rejudged"
	// TypeDrawn answers TypeCurves: beside the JSON, for run i and point k, recall, precision and the share of the
	// normal steps that are flagged at 3*(i*CurvePoints+k); NaN behind the last point of a run.
	TypeDrawn = "drawn"
	// TypeOverData answers TypeResample: OverData.
	TypeOverData = "over_data"
	TypeKept     = "kept"   // a checkpoint, in case that the engine dies: Name, its pieces beside the JSON
	TypeTimed    = "timed"  // what is being timed, if Line has no runs, or was: Line
	TypeFile     = "file"   // answer to detector and to export: Name, the bytes of the file beside the JSON
	TypeScored   = "scored" // answers to score, of which the last is Done: Scored
	TypeTaught   = "taught" // answer to teacher: Teacher
	// TypeInsight answers TypeInside: Insight, with the values of its figures beside the JSON.
	TypeInsight = "insight"
	TypeError   = "error" // a request or the run failed: Error
)

// Run states of the worker.
const (
	StateIdle     = "idle"
	StateRunning  = "running"
	StatePaused   = "paused"
	StateStopping = "stopping"
)

// Response is one message from the worker.
type Response struct {
	Type   string `json:"type"`
	ID     int    `json:"id,omitempty"`
	Device string `json:"device,omitempty"`
	// of products: put behind # in the address of workers
	Tile      string            `json:"tile,omitempty"`
	Cores     int               `json:"cores,omitempty"` // of this machine; more workers gain nothing
	Catalogue []Source          `json:"catalogue,omitempty"`
	Passed    []Passed          `json:"passed,omitempty"`
	Summary   *spec.DataSummary `json:"summary,omitempty"`
	Look      *Look             `json:"look,omitempty"`
	Reading   *Reading          `json:"reading,omitempty"`
	Event     *spec.Event       `json:"event,omitempty"`
	Before    []spec.Event      `json:"before,omitempty"` // progress before Event, oldest first
	State     string            `json:"state,omitempty"`
	Report    *spec.Report      `json:"report,omitempty"`
	OverData  *spec.OverData    `json:"over_data,omitempty"`
	Series    *Series           `json:"series,omitempty"`
	Name      string            `json:"name,omitempty"` // of a checkpoint
	Runs      []spec.Run        `json:"runs,omitempty"`
	Rough     bool              `json:"rough,omitempty"` // Runs are, as Judge has it
	Line      *timing.Line      `json:"line,omitempty"`
	Scored    *Scored           `json:"scored,omitempty"`
	Teacher   *Teacher          `json:"teacher,omitempty"`
	Planned   *Planned          `json:"planned,omitempty"`
	Insight   *Insight          `json:"insight,omitempty"`
	Error     *Error            `json:"error,omitempty"`
}

// Planned says what of an experiment need not be trained: its training runs that were made for earlier ones. That
// of a teacher has no arm.
type Planned struct {
	Kept    []Of `json:"kept,omitempty"`
	Dropped int  `json:"dropped,omitempty"` // training runs that were given up, since there is no room for all
}

// Look is what files hold, as they would be used. Before they are read to their end it is that of their first
// rows.
type Look struct {
	Summary spec.DataSummary `json:"summary"`
	Preview *found.Preview   `json:"preview"`
}

// Reading says how far files are read.
type Reading struct {
	Share float64 `json:"share"`          // of their bytes
	Left  float64 `json:"left,omitempty"` // seconds, about; 0 = nobody knows yet
}

// Of names a finished run.
type Of struct {
	Arm  string `json:"arm"`
	Seed uint64 `json:"seed"`
}

// Score asks to score new data.
type Score struct {
	Of *Of `json:"of,omitempty"` // whose detector it is; nil = the first of Request.Files is it, or the one before was
	// Merge and Least join and drop alarms in place of the detector's own; nil = as it says.
	Merge *int `json:"merge,omitempty"`
	Least *int `json:"least,omitempty"`
}

// Scored is what has come of new data so far. Scores are seen by a View of ViewScored.
type Scored struct {
	File     string         `json:"file"`
	Detector Detector       `json:"detector"`
	Done     bool           `json:"done,omitempty"`
	Steps    int            `json:"steps"`              // rows
	Scored   int            `json:"scored"`             // rows with a score; at the end, the others fill no window
	Flagged  int            `json:"flagged"`            // rows in alarms
	Alarms   []spec.Alarm   `json:"alarms,omitempty"`   // that are over, in order; at most MaxAlarms
	Count    int            `json:"count"`              // of all alarms
	Filled   int            `json:"filled,omitempty"`   // cells that were missing
	Backward int            `json:"backward,omitempty"` // rows whose time lies before that of the row above
	Outside  []spec.Outside `json:"outside,omitempty"`  // channels outside of the range of the training part
	Notes    []*fault.Fault `json:"notes,omitempty"`    // how the file was read, where that may be wrong
	Timeline *spec.Timeline `json:"timeline,omitempty"` // of the rows; nil = nobody knows
	Series   []ScoredSeries `json:"series,omitempty"`   // that a column tells apart; then Alarms and Timeline are theirs
}

// ScoredSeries is what has come of one of several series.
type ScoredSeries struct {
	Name     string         `json:"name"`
	Steps    int            `json:"steps"`
	Count    int            `json:"count"`            // of its alarms
	Alarms   []spec.Alarm   `json:"alarms,omitempty"` // that are over, in order; at most MaxAlarms of all series
	Timeline *spec.Timeline `json:"timeline,omitempty"`
}

// MaxAlarms is how many alarms a message holds; a file of alarms (Export) has all.
const MaxAlarms = 2000

// Detector says what a detector is.
type Detector struct {
	Arm      string           `json:"arm"`
	Seed     uint64           `json:"seed"`
	Model    spec.ModelKind   `json:"model,omitempty"`   // of a network
	Control  spec.ControlKind `json:"control,omitempty"` // of a closed form, or what is not trained
	Title    string           `json:"title"`             // of the set that it was trained on
	Channels []string         `json:"channels"`
	Window   int              `json:"window"` // steps
	Late     int              `json:"late"`   // steps behind a row that its score comes at most
	Policy   spec.PolicyKind  `json:"policy"`
	Value    metrics.Value    `json:"value"` // the threshold; undefined where it moves
	Merge    int              `json:"merge,omitempty"`
	Least    int              `json:"least,omitempty"`
	// How often it raises an alarm where all is well: the share of the training part's scores above the threshold,
	// and the alarms a day of the test part; undefined where nobody knows.
	TrainShare metrics.Value `json:"train_share"`
	PerDay     metrics.Value `json:"per_day"`
	Usual      []float64     `json:"usual,omitempty"` // of spec.Run
}

// What an export holds.
const (
	ExportScores = "scores" // CSV: step, time, score, threshold, alarm
	ExportAlarms = "alarms"
)

// Export asks for a file.
type Export struct {
	What   string `json:"what"`
	Format string `json:"format,omitempty"` // of alarms: csv, jsonl, json, nab
	Of     *Of    `json:"of,omitempty"`     // the run; nil = the new data that were scored last
	// How alarms of the run are judged, as in Judge.
	Threshold *float64 `json:"threshold,omitempty"`
	Merge     *int     `json:"merge,omitempty"`
	Least     *int     `json:"least,omitempty"`
}

// Tensor is one that a teacher takes.
type Tensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// Teacher is what a teacher takes, and what of a file does not fit; with a file and no Wrong, it fits.
type Teacher struct {
	Expects []Tensor       `json:"expects"`
	File    string         `json:"file,omitempty"`
	Wrong   []*fault.Fault `json:"wrong,omitempty"`
}

// Source is a data set that can be opened.
type Source struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	Group string     `json:"group"`           // builtin | benchmark
	About fault.Word `json:"about,omitempty"` // what it shows; empty where nobody has said it
	// Its size; 0 where only reading it would tell.
	Channels int `json:"channels,omitempty"`
	Train    int `json:"train,omitempty"` // steps
	Test     int `json:"test,omitempty"`
}

// Passed is something in the folder of real sets that is not offered, with the reason. The path "." stands
// for the folder itself.
type Passed struct {
	Path  string       `json:"path"`
	Fault *fault.Fault `json:"fault"`
}

// Error says what went wrong, and where on the page it belongs.
type Error struct {
	// data | spec | run | view | bench | detector | score | export | teacher | inside | engine; worker: the run goes on
	Where string       `json:"where"`
	Field string       `json:"field,omitempty"`
	Fault *fault.Fault `json:"fault"`
	// The line of a file that Fault is about, counted from 1, with those around it; 0 = it is about none.
	Line   int      `json:"line,omitempty"`
	Place  int      `json:"place,omitempty"` // of its column, from 1; 0 = it is about none
	First  int      `json:"first,omitempty"` // of Around
	Around []string `json:"around,omitempty"`
}

// View asks for lines of the test part between two steps, at Width buckets; or, with Scored, for the one line of
// the scores of new data, whose Lines are not looked at but for their number, which is one.
type View struct {
	steps.Range
	Width  int    `json:"width"`
	Lines  []Line `json:"lines"`
	Scored bool   `json:"scored,omitempty"`
	Series int    `json:"series,omitempty"` // of new data, which of Scored.Series
}

// Line kinds.
const (
	LineInput   = "input"   // the scaled test series: Channel
	LineTeacher = "teacher" // the teacher's output: Channel, Seed
	LineStudent = "student" // a student's output: Arm, Channel, Seed
	LineCosine  = "cosine"  // cosine of teacher and student output per step: Arm, Seed
	LineScore   = "score"   // an arm's score: Arm, Seed
)

// Line names one series.
type Line struct {
	Kind    string `json:"kind"`
	Channel int    `json:"channel,omitempty"`
	Arm     string `json:"arm,omitempty"`
	Seed    uint64 `json:"seed,omitempty"`
}

// Series answers a View. For line i and bucket k the transferred Float32Array holds minimum, maximum and mean
// at 3*(i*Width+k); a bucket or line without values holds NaN.
type Series struct {
	View View `json:"view"`
	Rows int  `json:"rows"` // steps of the test part
}

// CurvePoints is how many points a curve has at most.
const CurvePoints = 200

// Judge asks what the runs of an arm, all its seeds, would alarm at a threshold set by hand, or where flags become
// alarms in another way. What is nil stays as it is in the run. Runs come without what judging does not change.
type Judge struct {
	Arm       string   `json:"arm"`
	Seed      uint64   `json:"seed"` // whose run is shown
	Threshold *float64 `json:"threshold,omitempty"`
	// Ranks moves the threshold by so many of the scores that occur in the run that is shown; see experiment.ByRank.
	Ranks int  `json:"ranks,omitempty"`
	Merge *int `json:"merge,omitempty"` // of spec.Detect, as is Least
	Least *int `json:"least,omitempty"`
	// Beside is a run that is judged at as many flagged steps as the one that is shown, last of Runs; nil = none.
	Beside *Of `json:"beside,omitempty"`
	// Rough is for a threshold that moves: of metrics only those that Shown names, some chance levels less exact,
	// and alarms of the run that is shown and of Beside alone.
	Rough bool     `json:"rough,omitempty"`
	Shown []string `json:"shown,omitempty"`
}

// Bench asks for measurements, those of training steps and scoring on one worker and on Request.Workers.
type Bench struct {
	Runs int      `json:"runs"`           // of each training step
	Only []string `json:"only,omitempty"` // as in bench.Options, or Startup; empty = everything
}

// Startup stands in Bench.Only for the starts of workers.
const Startup = "startup"
