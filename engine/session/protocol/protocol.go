// Package protocol is the page's requests to its worker, with the answers.
//
// What postMessage sends either way is an array: the JSON text of the Request or Response first, then what
// travels beside it, the File objects of Request.Files, or, transferred, the ArrayBuffer of a Series or those
// of a checkpoint.
package protocol

import (
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/steps"
	"cosinelab/engine/bench/timing"
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
	TypeView     = "view"     // buckets of series for a chart: View
	TypeJudge    = "judge"    // alarms and metrics of one run at another threshold: Judge
	TypeBench    = "bench"    // time products, training steps, scoring, starts: Bench; stop ends it
)

// Request is one message from the page. ID is repeated in the answer to it.
type Request struct {
	Type  string     `json:"type"`
	ID    int        `json:"id"`
	Data  *spec.Data `json:"data,omitempty"`
	Spec  *spec.Spec `json:"spec,omitempty"`
	View  *View      `json:"view,omitempty"`
	Judge *Judge     `json:"judge,omitempty"`
	Bench *Bench     `json:"bench,omitempty"`
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
	TypeEvent  = "event"  // progress of the running experiment: Event
	TypeState  = "state"  // running, paused, stopping, idle: State
	TypeReport = "report" // the experiment is done, or stopped with at least one finished run: Report
	TypeSeries = "series" // answer to view: Series, with its buckets transferred beside the JSON
	TypeJudged = "judged" // answer to judge: Run
	TypeKept   = "kept"   // a checkpoint, in case that the engine dies: Name, its pieces beside the JSON
	TypeTimed  = "timed"  // what is being timed, if Line has no runs, or was: Line
	TypeError  = "error"  // a request or the run failed: Error
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
	State     string            `json:"state,omitempty"`
	Report    *spec.Report      `json:"report,omitempty"`
	Series    *Series           `json:"series,omitempty"`
	Name      string            `json:"name,omitempty"` // of a checkpoint
	Run       *spec.Run         `json:"run,omitempty"`
	Line      *timing.Line      `json:"line,omitempty"`
	Error     *Error            `json:"error,omitempty"`
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
	Where string       `json:"where"` // data | spec | run | view | bench | engine; worker: the run goes on
	Field string       `json:"field,omitempty"`
	Fault *fault.Fault `json:"fault"`
	// The line of a file that Fault is about, counted from 1, with those around it; 0 = it is about none.
	Line   int      `json:"line,omitempty"`
	Place  int      `json:"place,omitempty"` // of its column, from 1; 0 = it is about none
	First  int      `json:"first,omitempty"` // of Around
	Around []string `json:"around,omitempty"`
}

// View asks for lines of the test part between two steps, at Width buckets.
type View struct {
	steps.Range
	Width int    `json:"width"`
	Lines []Line `json:"lines"`
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

// Judge asks what one run would alarm at a threshold set by hand.
type Judge struct {
	Arm       string  `json:"arm"`
	Seed      uint64  `json:"seed"`
	Threshold float64 `json:"threshold"`
}

// Bench asks for measurements, those of training steps and scoring on one worker and on Request.Workers.
type Bench struct {
	Runs int      `json:"runs"`           // of each training step
	Only []string `json:"only,omitempty"` // as in bench.Options, or Startup; empty = everything
}

// Startup stands in Bench.Only for the starts of workers.
const Startup = "startup"
