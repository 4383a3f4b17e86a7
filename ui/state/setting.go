package state

import (
	"slices"
	"strings"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// set takes a typed value over, or has the form say why not. A value that is about the series takes effect
// only once the series could be read with it.
func (s *State) set(f form.Field, text string) []Effect {
	if s.Control.Locked() {
		return nil
	}
	if data := s.Form.Set(f, text, s.Scene().threshold()); data != nil {
		return s.read(*data, s.Form.Files, f)
	}
	if s.Form.Reject.Why == nil {
		s.looked()
		s.forgetSpecError()
		if strings.HasPrefix(string(f), "teacher") {
			return s.askAgain()
		}
		return s.judgeAnew()
	}
	return nil
}

func (s *State) toggle(kind string) {
	if s.Control.Locked() {
		return
	}
	if s.Form.Toggle(kind) {
		s.forgetSpecError()
	}
}

// forgetSpecError drops an error about the settings once they have changed.
func (s *State) forgetSpecError() {
	if s.Wrong != nil && s.Wrong.Where != whereData {
		s.Wrong = nil
	}
}

// open reads another series, with settings that are not about the one before.
func (s *State) open(source string, files form.Dropped) []Effect {
	if s.Control.Locked() {
		return nil
	}
	s.Stack.Handed = nil // those of a link are about the series before
	return s.read(s.Form.Fresh(source), files, "")
}

// choose opens a series of the catalogue. Files that were dropped stay, unless one that is served is meant.
func (s *State) choose(source string) []Effect {
	if source == "" {
		return nil
	}
	if s.Form.Served(source) {
		return s.open(source, form.Dropped{})
	}
	return s.open(source, s.Form.Files)
}

// read asks the worker for a series, from files that the page keeps once they could be read; f is the setting
// whose change asked for it, empty for none. Until the worker answers, and if it fails, the series before
// stays.
func (s *State) read(d spec.Data, files form.Dropped, f form.Field) []Effect {
	if s.Sheet != nil {
		s.Sheet.Opening = 0 // whatever is read now comes in its place
	}
	// Nobody can read it now: ready reads what the form holds once there is an engine.
	if s.Control.Mode == Loading || s.Control.Mode == Dead {
		s.Form.Expect(d, files)
		return nil
	}
	s.Wrong = nil
	// A link may name a file that only its sender has. The recipe asks for it by name.
	if s.Form.Missing(d, files) {
		s.Form.Expect(d, files)
		return nil
	}
	r := protocol.Request{Type: protocol.TypeOpen, Data: &d}
	if files.Holds(d.Source) {
		r.Files, r.Drop = files.Names, files.ID
	}
	post := s.requests.post(r)
	s.Form.Read(form.Reading{ID: post.Request.ID, Data: d, Files: files, Field: f})
	return []Effect{post}
}

// opened takes a series over.
func (s *State) opened(r protocol.Response) []Effect {
	read := s.Form.Answered(r.ID)
	if read == nil || r.Summary == nil {
		return nil
	}
	shown := s.recorded() && s.Form.Data != nil && s.Form.Data.Digest == r.Summary.Digest
	if s.Form.Opened(*read, r.Summary) {
		if !shown || !form.Same(s.Run.Spec.Data, s.Form.Spec.Data) {
			s.Stack.fit(*s.Form.Data)
		}
		s.Inside.forget()
		if s.Run != nil {
			s.Run.Gone = s.Run.Died || !form.Same(s.Run.Spec.Data, s.Form.Spec.Data) ||
				s.Run.Drop != s.Form.Files.Of(s.Form.Spec.Data.Source)
		}
	}
	left := append(s.usedSheet(r.ID), s.askAgain()...)
	// Asked here, since an engine that was started anew has to read the series before it can go on with a
	// run.
	if again := s.goOn(); again != nil {
		return slices.Concat(left, again, s.moved())
	}
	return slices.Concat(left, s.handOver(), s.refresh(), s.moved())
}

// Recipe returns what the recipe shows.
func (s *State) Recipe() form.Recipe {
	var unread *form.Unread
	if s.Wrong != nil && s.Wrong.Where == whereData && s.Control.Mode != Dead {
		unread = &form.Unread{Name: s.Wrong.Name, Why: s.Wrong.text(s.Words)}
	}
	r := s.Form.Recipe(s.Words, s.Control.Locked(), unread)
	r.Reopen, r.Weights = s.reopenable(), s.weights(s.Words)
	return r
}
