package state

import (
	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/results"
)

// draws is how many series the page has drawn: ten of them lie beyond each end of a 95 % interval, and a person
// waits for seconds.
const draws = 400

// Over is the switch of intervals over the data, which the engine draws from the scores that it keeps.
type Over struct {
	On  bool
	Why *fault.Fault // there are none; nil = there are, or may be

	found *spec.OverData // of the run, shown or not; nil = not drawn yet
	id    int            // of the request under way; 0 = none is
}

// asked tells whether id is the answer that is waited for, and waits no longer.
func (o *Over) asked(id int) bool {
	if id == 0 || id != o.id {
		return false
	}
	o.id = 0
	return true
}

// switchOverData shows intervals over the data, or no longer: what was drawn is kept.
func (s *State) switchOverData() []Effect {
	if s.Over.On = !s.Over.On; s.Run != nil {
		s.Run.OverData = nil
		if s.Over.On {
			s.Run.OverData = s.Over.found
		}
	}
	return s.resample()
}

// resample asks for the intervals of an experiment that has ended, once.
func (s *State) resample() []Effect {
	if !s.Over.On || s.Over.id != 0 || s.Over.Why != nil || s.Run == nil || s.Run.Final == nil || s.Run.Gone ||
		s.Run.Recorded || s.Over.found != nil {
		return nil
	}
	post := s.requests.post(protocol.Request{Type: protocol.TypeResample, Draws: draws})
	s.Over.id = post.Request.ID
	return []Effect{post}
}

// resampled takes over the intervals that the page waits for.
func (s *State) resampled(r protocol.Response) {
	if !s.Over.asked(r.ID) || s.Run == nil {
		return
	}
	if s.Over.found = r.OverData; s.Over.On {
		s.Run.OverData = r.OverData
	}
}

// overData says what the switch is and what goes on behind it.
func (s *State) overData() results.Data {
	d := results.Data{On: s.Over.On}
	switch {
	case !s.Over.On:
	case s.Over.id != 0:
		d.Note = s.Words.Say("over-data-drawing")
	case s.Over.Why != nil:
		d.Note = results.Sentence(s.Words.Error(s.Over.Why))
	case s.recorded():
		d.Note = s.Words.Say("over-data-recorded")
	case s.Run == nil || s.Run.OverData == nil:
		d.Note = s.Words.Say("over-data-later")
	}
	return d
}
