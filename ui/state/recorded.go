package state

import (
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// Recorded is the run that the page has before anything is trained.
type Recorded struct {
	Run *recorded.Run

	waits   Press // pressed before there was an engine to do it
	pressed bool  // waits is such a press
	handed  bool  // the engine has the run: charts and alarms are its business
}

// Record begins the page with a run that was made with it, if the experiment that is set is that one. Until the
// engine is there charts are drawn from what was recorded, in plots so many pixels wide.
func (s *State) Record(r *recorded.Run, width int) {
	s.Recorded.Run = r
	if s.Wrong != nil || !s.isRecorded() {
		return
	}
	data := r.Report.Data
	s.Form.Data, s.Form.Catalogue = &data, r.Catalogue
	s.Form.ShowGroup()
	s.showRecorded()
	s.Stack.Width = width
	s.refresh()
}

// isRecorded tells whether the experiment that is set is the one of the recorded run.
func (s *State) isRecorded() bool {
	return s.Recorded.Run != nil && form.Same(s.Form.Spec, s.Recorded.Run.Report.Spec)
}

// showRecorded makes the recorded run the one that the page shows.
func (s *State) showRecorded() {
	r := &s.Recorded.Run.Report
	s.Run = results.Begin(r.Spec, r.Data)
	s.Run.Finish(r)
	s.Run.Recorded, s.Recorded.handed = true, false
}

// showAsLinked shows the recorded run with its own settings alone once an address has brought others: as if the page
// had been opened with it.
func (s *State) showAsLinked(before spec.Spec) {
	switch {
	case s.recorded() && !s.isRecorded():
		s.Run = nil
	case s.Run == nil && s.isRecorded() && !form.Same(before, s.Form.Spec):
		s.showRecorded()
	default:
		return
	}
	s.Over, s.Curves = Over{On: s.Over.On}, Curves{}
	s.Stack.forget()
	s.Inside.forget()
}

// recorded tells whether what the page shows is the recorded run.
func (s *State) recorded() bool { return s.Run != nil && s.Run.Recorded }

// alone tells whether charts are drawn without an engine.
func (s *State) alone() bool { return s.recorded() && !s.Run.Gone && !s.Recorded.handed }

// coming tells whether the engine, which is not there yet or still reads the series, will train what is set.
func (s *State) coming() bool {
	return s.alone() && !s.Ready() && (s.Control.Mode == Loading || s.Control.Mode == Idle)
}

// draw answers what the charts would ask the engine.
func (s *State) draw() {
	k, scene := &s.Stack, s.Scene()
	k.Lanes = s.series(scene.Visible(), k.Width, scene.lines())
	k.Overview = s.series(steps.Range{To: s.Form.Data.TestSteps}, overviewWidth, scene.overviewLines())
}

func (s *State) series(r steps.Range, width int, lines []protocol.Line) Series {
	v := protocol.View{Range: r, Width: min(width, r.Len()), Lines: lines}
	return Series{protocol.Series{View: v, Rows: s.Form.Data.TestSteps}, s.Recorded.Run.View(v)}
}

// wait keeps a press that needs the engine until it is there; a second one takes it back.
func (s *State) wait(m Press) {
	k := &s.Recorded
	k.pressed = !k.pressed || k.waits != m
	k.waits = m
}

// handOver gives the recorded run to the engine once that has read the series, with what was pressed meanwhile.
func (s *State) handOver() (effects []Effect) {
	k := &s.Recorded
	if s.alone() {
		k.handed = true
		effects = append(effects, s.requests.post(protocol.Request{Type: protocol.TypeRecorded,
			Recorded: k.Run.Text}))
		effects = append(effects, s.handed()...)
	}
	if k.pressed && s.Ready() {
		k.pressed = false
		effects = append(effects, s.press(k.waits.Key, false)...)
	}
	return effects
}

// LinesOf are the lines that charts show of a report whichever of its arms is in focus.
func LinesOf(r spec.Report) (lines []protocol.Line) {
	s := &State{Words: words.In(""), Form: form.New(r.Spec)}
	s.Form.Data = &r.Data
	s.Run = results.Begin(r.Spec, r.Data)
	s.Run.Finish(&r)
	for _, a := range s.Scene().scored() {
		s.Stack.Focus = a.Name
		for _, l := range append(s.Scene().lines(), s.Scene().overviewLines()...) {
			if !slices.Contains(lines, l) {
				lines = append(lines, l)
			}
		}
	}
	return lines
}
