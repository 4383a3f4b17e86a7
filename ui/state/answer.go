package state

import (
	"slices"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// answer takes a message of the worker over. Messages about a run may come after it was reset, and answers
// after another question: both change nothing then.
func (s *State) answer(a Answer) []Effect {
	switch a.Type {
	case protocol.TypeReady:
		return s.ready(a.Response)
	case protocol.TypeScored:
		return s.scored(a.Response)
	case protocol.TypeTaught:
		return s.taught(a.Response)
	case protocol.TypeLooked:
		return s.seen(a.Response)
	case protocol.TypeData:
		return s.opened(a.Response)
	case protocol.TypeEvent:
		if s.Run == nil {
			return nil
		}
		learnt := learns(a.Event)
		for i := range a.Before {
			s.Run.Hear(&a.Before[i])
			learnt = learnt || learns(&a.Before[i])
		}
		var effects []Effect
		switch more := s.Run.Hear(a.Event); {
		case more && a.Event.Glimpse != nil:
			effects = s.glimpsed()
		case more:
			effects = s.refresh()
		}
		if learnt {
			effects = append(effects, s.glance()...)
		}
		return effects
	case protocol.TypeState:
		return s.confirm(a.Response)
	case protocol.TypeReport:
		if a.Report == nil || s.Run == nil {
			return nil
		}
		return s.finish(a.Report)
	case protocol.TypePlanned:
		return s.planned(a)
	case protocol.TypeOverData:
		s.resampled(a.Response)
		return nil
	case protocol.TypeError:
		if s.refuseSheet(a.Response) || s.refuseNew(a.Response) || s.refuseTeacher(a.Response) {
			return nil
		}
		// a view that cannot be drawn is an answer, too: what has waited for it is asked now
		s.fail(a.Response)
	}
	for _, take := range []func(Answer) ([]Effect, bool){s.insight, s.judged, s.judgedAnew, s.drewCurves} {
		if effects, mine := take(a); mine {
			return effects
		}
	}
	effects := s.Stack.answer(a, &s.requests)
	if s.New != nil {
		effects = append(effects, s.New.stack.answer(a, &s.requests)...)
	}
	return effects
}

// finish takes a report over, with what follows from it.
func (s *State) finish(r *spec.Report) []Effect {
	s.Run.Finish(r)
	return slices.Concat(s.refresh(), s.resample(), s.handed(), s.judgeAnew(), s.besides(), s.askCurves(), s.glance())
}

// ready begins with the series that the address names. Until then everything typed was kept as it was: only
// the engine can tell whether a series is there.
func (s *State) ready(r protocol.Response) []Effect {
	s.Control.Device, s.Control.Cores, s.Form.Catalogue = r.Device, r.Cores, r.Catalogue
	s.Form.Passed = r.Passed
	s.Control.Mode = Idle
	s.Form.ShowGroup()
	wrong := s.Wrong // about the link; reading the series is not an answer to it
	effects := s.read(s.Form.Spec.Data, s.Form.Files, "")
	s.Wrong = wrong
	return append(effects, s.look()...)
}

// confirm brings the page in line with the worker. Once that is idle the run is over, and its checkpoints are
// of no more use unless a person has stopped it.
func (s *State) confirm(r protocol.Response) []Effect {
	s.Control.confirm(r)
	if r.State != protocol.StateIdle || s.Control.Mode != Idle {
		return nil
	}
	s.planAnew()
	if s.Run != nil {
		s.Run.Over = true
		if done, all := s.Run.Done(); s.Run.Stopped && done < all {
			return nil
		}
	}
	return []Effect{Forget{}}
}

// fail puts an error where it belongs: at the setting that asked for it, beside the run, or in the place of
// the verdict.
func (s *State) fail(r protocol.Response) {
	e := r.Error
	if e == nil {
		return
	}
	newest := s.Form.Open
	switch read := s.Form.Answered(r.ID); {
	case read != nil && read == newest:
		s.failOpen(*read, *e)
	case read != nil: // nobody waits for that series any more
	case e.Where == whereEngine:
		s.lose(e.Fault)
	case s.Over.asked(r.ID):
		s.Over.Why = e.Fault
	case e.Where == whereView: // the picture before stays
	case e.Where == whereWorker: // the run goes on without it
		if s.Run != nil {
			s.Run.Lost = e.Fault
		}
	case e.Where == whereExport, e.Where == whereDetector:
		s.Alarms.Failed = e.Fault
	case r.ID != 0 && r.ID != s.Control.began && e.Where != whereRun: // likewise
	default:
		s.Wrong = &Wrong{Where: e.Where, Why: e.Fault}
		if f := form.FieldAt(e.Field); f != "" {
			s.Form.Refuse(f, e.Fault)
		}
	}
}

// failOpen keeps the series that was there before. When a setting asked for the new one, the error belongs to
// that setting.
func (s *State) failOpen(failed form.Reading, e protocol.Error) {
	if failed.Field != "" {
		s.Form.Refuse(failed.Field, e.Fault)
		return
	}
	s.Wrong = wrongData(e, failed.Data.Source)
}
