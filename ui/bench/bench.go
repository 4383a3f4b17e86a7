// Package bench is what the page of measurements shows, as it follows from all that has happened.
package bench

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
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

// State is everything the page shows.
type State struct {
	Words   *words.Language
	Browser string // as it names itself

	Mode    Mode
	Device  string
	Cores   int
	Runs    int      // of each training step
	Only    []string // what to time; empty = everything
	Problem string   // empty = none
	Stopped bool     // the last measurement did not reach its end

	page    float64 // ms from the start of the navigation until the page was drawn; 0 = not yet
	startup []timing.Line
	lines   []timing.Line
	now     *timing.Line // what is being timed
	copied  words.Key    // what became of a copy; empty = none was made
	id      int
}

// New returns the state for a page whose address has this hash: only=T,A and runs=3, joined by &, either left out.
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
			s.Problem = w.Say("bench-address", part)
		}
	}
	return s
}

// Drawn takes over how many milliseconds after the start of the navigation the page was drawn.
func (s *State) Drawn(ms float64) { s.page = ms }

// Choose sets how often a training step is run.
func (s *State) Choose(runs int) {
	if s.Mode == Idle || s.Mode == Loading {
		s.Runs = runs
	}
}

// Start asks for everything to be measured anew; nil while that cannot be.
func (s *State) Start() *protocol.Request {
	if s.Mode != Idle {
		return nil
	}
	s.Mode, s.Problem, s.copied, s.Stopped, s.lines = Running, "", "", false, nil
	s.id++
	return &protocol.Request{Type: protocol.TypeBench, ID: s.id, Workers: 2, Bench: &protocol.Bench{Runs: s.Runs, Only: s.Only}}
}

// Stop ends what goes on; nil if nothing does. What was measured stays.
func (s *State) Stop() *protocol.Request {
	if s.Mode != Running {
		return nil
	}
	s.Mode, s.Stopped = Stopping, true
	s.id++
	return &protocol.Request{Type: protocol.TypeStop, ID: s.id}
}

// Copied notes whether the JSON is on the clipboard.
func (s *State) Copied(ok bool) {
	s.copied = "bench-not-copied"
	if ok {
		s.copied = "bench-copied"
	}
}

// Lost says why there is no engine any more.
func (s *State) Lost(reason string) {
	s.Mode, s.Problem, s.now = Dead, reason, nil
}

// Receive takes over an answer of the worker that came so many milliseconds after the start of the navigation.
func (s *State) Receive(r protocol.Response, ms float64) {
	switch r.Type {
	case protocol.TypeReady:
		s.Mode, s.Device, s.Cores = Idle, r.Device, r.Cores
		s.started(ms)
	case protocol.TypeTimed:
		s.timed(*r.Line)
	case protocol.TypeError:
		s.Problem = s.Words.Error(r.Error.Fault)
		if s.Mode == Loading {
			s.Mode = Dead
		}
	case protocol.TypeState:
		if r.State == protocol.StateIdle {
			s.Mode, s.now = Idle, nil
		}
	}
}

// started notes how long the page took until its engine was ready.
func (s *State) started(engine float64) {
	once := func(name string, ms float64) timing.Line {
		return timing.Line{Group: timing.GroupStartup, Name: name, Times: timing.Of([]float64{ms})}
	}
	s.startup = []timing.Line{once("page", s.page), once("engine", engine), once("engine after page", max(0, engine-s.page))}
}

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
	return timing.Report{Machine: s.Browser, Device: s.Device, Cores: s.Cores, Lines: slices.Concat(s.startup, s.lines)}
}

// JSON is the report to copy or to keep.
func (s *State) JSON() string {
	text, err := json.MarshalIndent(s.Report(), "", "  ")
	if err != nil {
		return fmt.Sprintf("%q", err.Error()) // not finite numbers alone cannot be written, and no time is one
	}
	return string(text)
}
