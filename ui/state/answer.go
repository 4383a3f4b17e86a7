package state

import (
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// answer takes a message of the worker over.
func (s *State) answer(a Answer) []any {
	switch a.Type {
	case protocol.TypeReady:
		return s.ready(a.Response)
	case protocol.TypeData:
		return s.opened(a.Response)
	case protocol.TypeEvent:
		return s.event(a.Event)
	case protocol.TypeState:
		return s.confirm(a.Response)
	case protocol.TypeReport:
		return s.report(a.Report)
	case protocol.TypeError:
		return s.fail(a.Response)
	}
	return s.answerStack(a)
}

// ready begins with the series that the address names. Until then everything typed was kept as it was: only the engine
// can tell whether a series is there.
func (s *State) ready(r protocol.Response) []any {
	s.Device, s.Cores, s.Catalogue = r.Device, r.Cores, r.Catalogue
	s.Mode = Idle
	s.Group = groupOf(s.Spec.Data.Source, s.Catalogue)
	wrong := s.Wrong // about the link; reading the series is not an answer to it
	effects := s.read(s.Spec.Data, noField)
	s.Wrong = wrong
	return effects
}

// opened takes a series over. Only now does the spec change, so that a file that cannot be read changes nothing.
func (s *State) opened(r protocol.Response) []any {
	if s.Open == nil || r.ID != s.Open.ID || r.Summary == nil {
		return nil // an older question
	}
	changed := s.Data == nil || !same(s.Open.Data, s.Spec.Data)
	s.Spec.Data, s.Files, s.Data, s.Open = s.Open.Data, s.Open.Files, r.Summary, nil
	s.Group = groupOf(s.Spec.Data.Source, s.Catalogue)
	if changed {
		s.Stack.fit(*s.Data)
		if s.Run != nil {
			s.Run.Gone = s.Run.Died || !same(s.Run.Spec.Data, s.Spec.Data)
		}
	}
	if again := s.goOn(); again != nil {
		return again
	}
	return s.refresh()
}

// event asks for new lines only when a run has brought some.
func (s *State) event(e *spec.Event) []any {
	if e == nil || s.Run == nil || s.Run.Over {
		return nil
	}
	s.Run.event(*e)
	if e.Finished == nil && e.Taught == nil {
		return nil
	}
	return s.refresh()
}

// confirm brings the run control in line with the worker. An answer to an older press than the last is out of date.
func (s *State) confirm(r protocol.Response) []any {
	switch state := r.State; {
	case state == protocol.StateIdle:
		s.Mode = Idle
		if s.Run != nil {
			s.Run.Over = true
		}
		return []any{Forget{}}
	case state == protocol.StateStopping:
		s.Mode = Stopping
	case s.Mode == Stopping, r.ID != 0 && r.ID < s.control:
	case state == protocol.StateRunning:
		s.Mode = Running
	case state == protocol.StatePaused:
		s.Mode = Paused
	}
	return nil
}

// report replaces what events have told: it has the runs in the order of the spec, and everything that stopping left out.
func (s *State) report(r *spec.Report) []any {
	if r == nil || s.Run == nil {
		return nil
	}
	p := s.Run
	p.Report, p.Over = r, true
	p.Teachers = nil
	for _, t := range r.Teachers {
		p.Teachers = append(p.Teachers, t.Seed)
	}
	p.Runs = p.Runs[:0:0]
	for _, a := range r.Arms {
		p.Runs = append(p.Runs, a.Runs...)
	}
	return s.refresh()
}

// fail puts an error where it belongs.
func (s *State) fail(r protocol.Response) []any {
	e := r.Error
	switch {
	case e == nil:
	case e.Where == whereEngine:
		s.update(Lost{s.Words.Error(e.Fault)})
	case s.Open != nil && r.ID == s.Open.ID:
		s.failOpen(*e)
	case e.Where == "view": // the picture before stays
	case e.Where == "worker": // the run goes on without it
		if s.Run != nil {
			s.Run.Lost = s.Words.Error(e.Fault)
		}
	case e.Where == whereData && s.Run == nil && s.Open != nil: // about a series that nobody waits for any more
	default:
		s.Wrong = &Wrong{Where: e.Where, Message: s.Words.Error(e.Fault)}
		if f := fieldAt(e.Field); f != noField {
			s.Reject = Reject{Field: f, Text: s.Words.Error(e.Fault), Times: s.Reject.Times + 1}
		}
	}
	return nil
}

// failOpen keeps the series before. When a setting asked for the new one, the error belongs to it.
func (s *State) failOpen(e protocol.Error) {
	failed := *s.Open
	s.Open = nil
	if failed.Field != noField {
		s.Reject = Reject{Field: failed.Field, Text: s.Words.Error(e.Fault), Times: s.Reject.Times + 1}
		return
	}
	s.Wrong = &Wrong{Where: whereData, Message: s.Words.Error(e.Fault)}
	if name, isFile := fileName(failed.Data.Source); isFile {
		s.Wrong.Name = name
	}
	for i, text := range e.Around {
		s.Wrong.Lines = append(s.Wrong.Lines, FileLine{e.First + i, text, e.First+i == e.Line})
	}
}

// fieldAt returns the setting at a path of the spec, or noField.
func fieldAt(path string) Field {
	for f := range fieldCount {
		if path != "" && fields[f].path == path {
			return f
		}
	}
	return noField
}
