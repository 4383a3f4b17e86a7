package state

import (
	"slices"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Progress is a run as far as it has come. Several trainings may be under way at once: their events come in any order,
// so each has a Track of its own.
type Progress struct {
	Spec     spec.Spec
	Title    string         // of the series
	Phase    spec.PhaseKind // of the newest event
	Left     float64        // seconds until the report; not positive = not known
	Live     []Track        // trainings under way, in the order of the spec
	Ended    Track          // the training that ended last: it is shown until the next begins
	Teachers []uint64       // seeds whose teacher is trained
	Runs     []spec.Run     // that have their scores
	Report   *spec.Report   // nil while the run is live
	Over     bool
	Lost     string // why a worker is gone; empty = none is
	Gone     bool   // its outputs and scores cannot be drawn any more: another series was opened since, or the engine died
	Died     bool   // the engine did, with them
	Resumed  bool   // from checkpoints, after an engine died in it
}

// Training names one training: the teacher's has no arm.
type Training struct {
	Arm  string
	Seed uint64
}

// Track is one training as far as it has come.
type Track struct {
	Of     Training
	Last   spec.Event
	Trace  []Sample // losses by step
	Epochs []spec.Epoch
}

// Sample is the losses at one moment of a training.
type Sample struct {
	Epoch  float64 // epochs done, in fractions
	Losses []spec.Part
}

// maxTrace bounds a trace: beyond it every other sample goes. What is left is more than the plot has pixels, and is drawn
// again with every step that the page hears of.
const maxTrace = 500

// press changes the mode at once, before the worker confirms it: a button has to answer under the finger.
func (s *State) press(k Key) []any {
	switch k {
	case KeyRun:
		return s.pressRun()
	case KeyStep:
		return s.pressStep()
	case KeyStop:
		return s.pressStop()
	case KeyReset:
		return s.pressReset()
	}
	return []any{Copy{}}
}

// pressRun does what the button says, which depends on the mode.
func (s *State) pressRun() []any {
	switch s.Mode {
	case Running:
		s.Mode = Paused
		return []any{s.command(protocol.Request{Type: protocol.TypePause})}
	case Paused:
		s.Mode = Running
		return []any{s.command(protocol.Request{Type: protocol.TypeContinue})}
	case Idle:
		if s.Ready() {
			return s.start(protocol.TypeRun, Running)
		}
	}
	return nil
}

// pressStep holds a run that goes on: whoever steps wants to look.
func (s *State) pressStep() []any {
	switch s.Mode {
	case Running, Paused:
		s.Mode = Paused
		return []any{s.command(protocol.Request{Type: protocol.TypeStep})}
	case Idle:
		if s.Ready() {
			return s.start(protocol.TypeStep, Paused)
		}
	}
	return nil
}

// start hands the experiment to the worker.
func (s *State) start(kind string, mode Mode) []any {
	return append([]any{s.begin(kind, mode), Forget{}}, s.refresh()...)
}

// begin returns the request that starts the experiment.
func (s *State) begin(kind string, mode Mode) Post {
	sp := clone(s.Spec)
	s.Mode, s.Broken = mode, Loading
	s.Wrong = nil
	s.Run = &Progress{Spec: sp, Title: s.Data.Title, Phase: spec.PhaseData}
	s.Stack.forget()
	return s.command(protocol.Request{Type: kind, Spec: &sp, Workers: s.Workers()})
}

// goOn has a new engine go on with the run that the last one died in, if that is still the experiment. What was finished
// is scored again, which takes moments; the losses so far stay.
func (s *State) goOn() []any {
	mode, before := s.Broken, s.Run
	if mode == Loading || !s.Ready() || !same(s.Spec, before.Spec) {
		return nil
	}
	kind := protocol.TypeRun
	if mode == Paused {
		kind = protocol.TypeStep
	}
	post := s.begin(kind, mode)
	s.Run.Live, s.Run.Ended, s.Run.Resumed = before.Live, before.Ended, true
	return append([]any{GoOn(post)}, s.refresh()...)
}

// pressStop waits in a mode of its own, in which nothing else can be pressed, until the worker has finished its step.
func (s *State) pressStop() []any {
	if s.Mode != Running && s.Mode != Paused {
		return nil
	}
	s.Mode = Stopping
	return []any{s.command(protocol.Request{Type: protocol.TypeStop})}
}

// pressReset forgets every run; when that would lose a trained one it asks first.
func (s *State) pressReset() []any {
	if s.Run == nil || s.Mode == Stopping {
		return nil
	}
	if done := s.Run.finished(); done > 0 && !s.Ask {
		s.Ask = true
		return nil
	}
	s.Ask = false
	s.Run, s.Broken = nil, Loading
	if s.Mode != Dead { // that the engine is gone is no news of the run
		s.Wrong = nil
	}
	s.Stack.forget()
	s.Notice = s.Words.Say("status-forgot")
	if s.Locked() {
		s.Mode = Stopping
	}
	return append([]any{s.command(protocol.Request{Type: protocol.TypeReset})}, s.refresh()...)
}

// Ready tells whether the experiment can be trained now.
func (s *State) Ready() bool {
	readable := s.Wrong == nil || s.Wrong.Where != whereData // what failed in a run may be tried again
	return s.Mode == Idle && s.Data != nil && s.Open == nil && readable && !missing(s.Spec.Data, s.Files)
}

// event takes one step of the worker's over. Controls are no trainings: of them only the result counts.
func (p *Progress) event(e spec.Event) {
	p.Phase, p.Left = e.Phase, e.Left
	of := Training{e.Arm, e.Seed}
	switch {
	case e.Taught != nil:
		p.Teachers = append(p.Teachers, e.Taught.Seed)
		p.end(of)
	case e.Finished != nil:
		p.Runs = append(p.Runs, *e.Finished)
		p.end(of)
	case (e.Arm != "" || e.Phase == spec.PhaseTeacher) && p.place(of) >= 0:
		p.track(of).event(e)
	}
}

// track returns the track of a training under way, a new one in its place when it has just begun.
func (p *Progress) track(of Training) *Track {
	at, found := slices.BinarySearchFunc(p.Live, p.place(of), func(t Track, place int) int { return p.place(t.Of) - place })
	if !found {
		p.Live = slices.Insert(p.Live, at, Track{Of: of})
	}
	return &p.Live[at]
}

// end notes that a training is over.
func (p *Progress) end(of Training) {
	p.Live = slices.DeleteFunc(p.Live, func(t Track) bool {
		if t.Of == of {
			p.Ended = t
		}
		return t.Of == of
	})
}

// shown is the training that a single line can tell of: the first in the order of the spec, which stays the same until
// it is over, whatever else goes on beside it.
func (p *Progress) shown() *Track {
	if len(p.Live) > 0 {
		return &p.Live[0]
	}
	return &p.Ended
}

// event keeps the losses of every step it is told of, thinned out when there are many.
func (t *Track) event(e spec.Event) {
	if e.Phase == spec.PhaseScore { // it counts no steps: those made stay
		t.Last.Phase, t.Last.Measured = e.Phase, e.Measured
		return
	}
	if e.Step < t.Last.Step {
		t.cut(e)
	}
	t.Last = e
	if len(e.Losses) > 0 && e.Steps > 0 {
		t.Trace = append(t.Trace, Sample{epochsDone(e), e.Losses})
		if len(t.Trace) > maxTrace {
			t.Trace = everyOther(t.Trace)
		}
	}
	if e.EpochDone != nil {
		t.Epochs = append(t.Epochs, *e.EpochDone)
	}
}

// cut takes back what came after e: the training goes on from a checkpoint, and makes those steps again.
func (t *Track) cut(e spec.Event) {
	t.Trace = slices.DeleteFunc(t.Trace, func(s Sample) bool { return s.Epoch >= epochsDone(e) })
	t.Epochs = slices.DeleteFunc(t.Epochs, func(done spec.Epoch) bool { return done.Epoch >= e.Epoch })
}

// epochsDone is where an event stands in its training.
func epochsDone(e spec.Event) float64 {
	return float64(e.Step) / float64(e.Steps) * float64(e.Epochs)
}

// trainings lists everything that is trained, in the order of the spec: seed by seed, the teacher before the arms.
func trainings(s spec.Spec) (list []Training) {
	for _, seed := range s.Seeds {
		if teaches(s) {
			list = append(list, Training{Seed: seed})
		}
		for _, a := range s.Arms {
			if trained(a) {
				list = append(list, Training{a.Name, seed})
			}
		}
	}
	return list
}

// teaches tells whether a teacher is trained: where its weights are read, there is one but no training.
func teaches(s spec.Spec) bool { return s.Teacher.Weights == "" && s.Teaches() }

// place is that of a training in the order of the spec, -1 for what is none.
func (p *Progress) place(of Training) int { return slices.Index(trainings(p.Spec), of) }

// share is how much of one training is done, 0 to 1.
func (p *Progress) share(of Training) float64 {
	if of.Arm == "" && slices.Contains(p.Teachers, of.Seed) || p.runOf(of.Arm, of.Seed) != nil {
		return 1
	}
	for _, t := range p.Live {
		if t.Of == of && t.Last.Steps > 0 {
			return float64(t.Last.Step) / float64(t.Last.Steps)
		}
	}
	return 0
}

// everyOther halves a list in place.
func everyOther[T any](list []T) []T {
	kept := list[:0]
	for i := 0; i < len(list); i += 2 {
		kept = append(kept, list[i])
	}
	return kept
}

// finished counts the trained runs that have scores: controls cost nothing and are not counted.
func (p *Progress) finished() int {
	n := 0
	for _, r := range p.Runs {
		if a := armNamed(p.Spec, r.Arm); a != nil && trained(*a) {
			n++
		}
	}
	return n
}

func armNamed(s spec.Spec, name string) *spec.Arm {
	i := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Arms[i]
}

// done counts the trainings that are over, of those there are.
func (p *Progress) done() (done, all int) {
	return len(p.Teachers) + p.finished(), len(trainings(p.Spec))
}

// first returns the finished run of an arm that stands for all of them in charts, nil when there is none.
func (p *Progress) first(arm string) *spec.Run {
	for _, seed := range p.Spec.Seeds {
		if r := p.runOf(arm, seed); r != nil {
			return r
		}
	}
	return nil
}

// runOf returns the run of an arm with a seed, or nil when it is not finished.
func (p *Progress) runOf(arm string, seed uint64) *spec.Run {
	for i := range p.Runs {
		if p.Runs[i].Arm == arm && p.Runs[i].Seed == seed {
			return &p.Runs[i]
		}
	}
	return nil
}
