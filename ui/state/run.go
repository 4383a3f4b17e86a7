package state

import (
	"slices"

	"cosinelab/engine/experiment"
	"cosinelab/ui/words"
	"cosinelab/wasm/protocol"
)

// Progress is a run as far as it has come.
type Progress struct {
	Spec     experiment.Spec
	Last     experiment.Event
	Trace    []Sample           // losses of the training that Of names, by step
	Epochs   []experiment.Epoch // of the same training
	Of       Training
	Teachers []uint64           // seeds whose teacher is trained
	Runs     []experiment.Run   // that have their scores
	Report   *experiment.Report // nil while the run is live
	Ended    bool
	Gone     bool // another series was opened since: its outputs and scores cannot be drawn any more
}

// Training names one training: the teacher's has no arm.
type Training struct {
	Arm  string
	Seed uint64
}

// Sample is the losses at one moment of a training.
type Sample struct {
	Epoch  float64 // epochs done, in fractions
	Losses []experiment.Part
}

// maxTrace bounds a trace: beyond it every other sample goes.
const maxTrace = 2000

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
	spec := clone(s.Spec)
	s.Mode = mode
	s.Wrong = nil
	s.Run = &Progress{Spec: spec, Last: experiment.Event{Phase: experiment.PhaseData, Left: -1}}
	s.Stack.forget()
	return append([]any{s.command(protocol.Request{Type: kind, Spec: &spec})}, s.refresh()...)
}

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
	s.Run, s.Wrong = nil, nil
	s.Stack.forget()
	s.Notice = s.Words.Say(words.StatusForgot)
	if s.Locked() {
		s.Mode = Stopping
	}
	return append([]any{s.command(protocol.Request{Type: protocol.TypeReset})}, s.refresh()...)
}

// Ready tells whether the experiment can be trained now.
func (s *State) Ready() bool {
	readable := s.Wrong == nil || s.Wrong.Where != whereData // what failed in a run may be tried again
	return s.Mode == Idle && s.Data != nil && s.Open == nil && readable && !s.missing(s.Spec.Data)
}

// event takes one step of the worker's over.
func (p *Progress) event(e experiment.Event) {
	p.Last = e
	if of := (Training{e.Arm, e.Seed}); of != p.Of && (len(e.Losses) > 0 || e.EpochDone != nil) {
		p.Of, p.Trace, p.Epochs = of, nil, nil
	}
	if len(e.Losses) > 0 && e.Steps > 0 {
		p.Trace = append(p.Trace, Sample{float64(e.Step) / float64(e.Steps) * float64(e.Epochs), e.Losses})
		if len(p.Trace) > maxTrace {
			p.Trace = everyOther(p.Trace)
		}
	}
	if e.EpochDone != nil {
		p.Epochs = append(p.Epochs, *e.EpochDone)
	}
	if e.Taught != nil && !slices.Contains(p.Teachers, e.Taught.Seed) {
		p.Teachers = append(p.Teachers, e.Taught.Seed)
	}
	if e.Finished != nil {
		p.Runs = append(p.Runs, *e.Finished)
	}
}

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

// total counts the trained runs of the whole experiment, without the teachers.
func total(s experiment.Spec) int {
	n := 0
	for _, a := range s.Arms {
		if trained(a) {
			n += len(s.Seeds)
		}
	}
	return n
}

// Trainings counts everything that is trained: arms, plus a teacher for each seed unless its weights are read.
func Trainings(s experiment.Spec) int {
	if s.Teacher.Weights != "" || !slices.ContainsFunc(s.Arms, distils) {
		return total(s)
	}
	return total(s) + len(s.Seeds)
}

func armNamed(s experiment.Spec, name string) *experiment.Arm {
	i := slices.IndexFunc(s.Arms, func(a experiment.Arm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Arms[i]
}

// runOf returns the run of an arm with a seed, or nil when it is not finished.
func (p *Progress) runOf(arm string, seed uint64) *experiment.Run {
	for i := range p.Runs {
		if p.Runs[i].Arm == arm && p.Runs[i].Seed == seed {
			return &p.Runs[i]
		}
	}
	return nil
}
