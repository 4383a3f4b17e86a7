// Package bench is what the page of measurements shows, as it follows from all that has happened.
package bench

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/session/protocol"
)

// Mode is where the measurements stand.
type Mode int

// The modes.
const (
	Loading Mode = iota // the engine has not answered yet
	Idle
	Running
	Stopping
	Dead // the engine cannot run
)

// Quick and Full are how often a training step is run, to be chosen from.
const (
	Quick = 5
	Full  = 30
)

// State is everything the page shows, in no language: View puts it into words.
type State struct {
	Words   *words.Language
	Browser string // as it names itself

	Mode    Mode
	Device  string
	Cores   int
	Runs    int          // of each training step
	Only    []string     // what to time; empty = everything
	Problem *fault.Fault // nil = none
	Stopped bool         // the last measurement did not reach its end

	page   float64       // ms from the start of the navigation until the page was drawn; 0 = not yet
	engine float64       // likewise until the engine had answered
	lines  []timing.Line // measured
	now    *timing.Line  // what is being timed
	copied words.Key     // what became of a copy
	id     int           // of the last request
}

// New returns the state for a page whose address has this hash: only=T,A and runs=3, joined by &, either left
// out. What it does not know becomes Problem.
func New(w *words.Language, browser, hash string) *State {
	s := &State{Words: w, Browser: browser, Runs: Full}
	for part := range strings.SplitSeq(strings.TrimPrefix(hash, "#"), "&") {
		name, value, _ := strings.Cut(part, "=")
		switch n, err := strconv.Atoi(value); {
		case name == "only" && value != "":
			s.Only = strings.Split(value, ",")
		case name == "runs" && err == nil && n > 0:
			s.Runs = n
		case name != "":
			s.Problem = fault.Of(fault.New("bench-address", part))
		}
	}
	return s
}

// Update changes s by a message and returns what the page has to do. Like that of ui/state it must not block.
func (s *State) Update(m Message) []Effect {
	switch m := m.(type) {
	case Drawn:
		s.page = m.Ms
	case Start:
		return s.start()
	case Stop:
		return s.stop()
	case Choose:
		if s.canChoose() {
			s.Runs = m.Runs
		}
	case CopyJSON:
		return []Effect{Copy{s.JSON()}}
	case Copied:
		s.copied = "bench-not-copied"
		if m.OK {
			s.copied = "bench-copied"
		}
	case DownloadJSON:
		return []Effect{Download{"cosinelab-bench.json", s.JSON()}}
	case Theme:
		return []Effect{SwitchTheme{}}
	case SetLanguage:
		if !words.Here(m.Tag) {
			return nil
		}
		s.Words = words.In(m.Tag)
		return []Effect{RememberLanguage{s.Words.Tag}}
	case Lost:
		s.Mode, s.Problem, s.now = Dead, m.Why, nil
	case Answer:
		s.receive(m.Response, m.Ms)
	}
	return nil
}

func (s *State) canChoose() bool { return s.Mode == Idle || s.Mode == Loading }

// start asks for everything to be measured anew.
func (s *State) start() []Effect {
	if s.Mode != Idle {
		return nil
	}
	s.Mode, s.Problem, s.copied, s.Stopped, s.lines = Running, nil, "", false, nil
	return s.post(protocol.Request{Type: protocol.TypeBench, Workers: 2,
		Bench: &protocol.Bench{Runs: s.Runs, Only: s.Only}})
}

// stop ends what goes on. What was measured stays.
func (s *State) stop() []Effect {
	if s.Mode != Running {
		return nil
	}
	s.Mode, s.Stopped = Stopping, true
	return s.post(protocol.Request{Type: protocol.TypeStop})
}

func (s *State) post(r protocol.Request) []Effect {
	s.id++
	r.ID = s.id
	return []Effect{Post{r}}
}

// receive takes over an answer of the worker that came ms milliseconds after the start of the navigation.
func (s *State) receive(r protocol.Response, ms float64) {
	switch r.Type {
	case protocol.TypeReady:
		s.Mode, s.Device, s.Cores, s.engine = Idle, r.Device, r.Cores, ms
	case protocol.TypeTimed:
		s.timed(*r.Line)
	case protocol.TypeError:
		s.Problem = r.Error.Fault
		if s.Mode == Loading {
			s.Mode = Dead
		}
	case protocol.TypeState:
		if r.State == protocol.StateIdle {
			s.Mode, s.now = Idle, nil
		}
	}
}

// startup is how long the page took until its engine was ready, as measurements of one run each; nothing
// until it is.
func (s *State) startup() []timing.Line {
	if s.engine == 0 {
		return nil
	}
	once := func(name string, ms float64) timing.Line {
		return timing.Line{Group: timing.GroupStartup, Name: name, Times: timing.Of([]float64{ms})}
	}
	return []timing.Line{once("page", s.page), once("engine", s.engine),
		once("engine after page", max(0, s.engine-s.page))}
}

// timed takes over a line: without runs it announces what is being timed, with them it is the measurement.
func (s *State) timed(l timing.Line) {
	if l.Runs == 0 {
		s.now = &l
		return
	}
	s.now = nil
	s.lines = append(s.lines, l)
}

// Report is all that has been measured.
func (s *State) Report() timing.Report {
	return timing.Report{Machine: s.Browser, Device: s.Device, Cores: s.Cores,
		Lines: slices.Concat(s.startup(), s.lines)}
}

// JSON is the report to copy or to keep.
func (s *State) JSON() string {
	text, err := json.MarshalIndent(s.Report(), "", "  ")
	if err != nil {
		return fmt.Sprintf("%q", err.Error()) // only what is not finite fails, and no time is
	}
	return string(text)
}
