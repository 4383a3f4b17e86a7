package state

import (
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/form"
	"cosinelab/ui/sheet"
)

// drop opens the sheet of files; the first names them, the others may belong to it. The page has kept their
// contents: only names come here. Files of the names of those that could not be read take what was decided over.
func (s *State) drop(files form.Dropped) []Effect {
	if s.Control.Locked() || len(files.Names) == 0 {
		return nil
	}
	if isWeights(files.Names[0]) {
		return append(s.leaveSheet(), s.teach(files)...)
	}
	if s.New != nil && (s.New.Of != nil || s.New.Got != nil) || IsDetector(files.Names[0]) {
		return s.scoreNew(files)
	}
	next := sheet.New(s.Form.Fresh(files.Source()), files)
	if before := s.Sheet; before != nil && before.Wrong != nil && form.Same(before.Files.Names, files.Names) {
		next = before.Retry(files)
	}
	s.Sheet = next
	return s.look()
}

// reopenable tells whether the series in use is a file whose sheet can be opened.
func (s *State) reopenable() bool {
	d := s.Form.Spec.Data
	_, isFile := form.FileName(d.Source)
	return isFile && s.Form.Data != nil && s.Form.Open == nil && !s.Form.Missing(d, s.Form.Files) &&
		!s.Control.Locked()
}

// reopen opens the sheet of the file in use, as it is used.
func (s *State) reopen() []Effect {
	if s.Sheet != nil || !s.reopenable() {
		return nil
	}
	s.Sheet = sheet.Reopen(s.Form.Spec.Data, s.Form.Files)
	return s.look()
}

// look asks the engine what the sheet does not know yet. Without an engine it waits for one (ready).
func (s *State) look() []Effect {
	if s.Sheet == nil || s.Control.Mode == Loading || s.Control.Mode == Dead || !s.Sheet.Stale() {
		return nil
	}
	d := s.Sheet.Data
	r := protocol.Request{Type: protocol.TypeLook, Data: &d}
	if s.Sheet.Files.Holds(d.Source) {
		r.Files, r.Drop = s.Sheet.Files.Names, s.Sheet.Files.ID
	}
	post := s.requests.post(r)
	s.Sheet.Ask(post.Request.ID)
	return []Effect{post}
}

// decide takes a decision over.
func (s *State) decide(m Decide) []Effect {
	if s.Sheet == nil || s.Sheet.Opening != 0 {
		return nil
	}
	s.Sheet.Decide(m.What, m.Text)
	return s.look()
}

// seen takes what the engine has found over.
func (s *State) seen(r protocol.Response) []Effect {
	if s.Sheet == nil {
		return nil
	}
	s.Sheet.Hear(r)
	if effects := s.look(); effects != nil {
		return effects
	}
	if s.Sheet.Wanted && s.Sheet.Read() {
		return s.use()
	}
	return nil
}

// use makes the series of the sheet that of the experiment, as soon as it is read. Where a question is open, it
// does nothing.
func (s *State) use() []Effect {
	if s.Sheet == nil || s.Control.Locked() || s.Sheet.Opening != 0 {
		return nil
	}
	if !s.Sheet.Read() && s.Sheet.Wrong == nil && s.Sheet.Typed == "" {
		s.Sheet.Wanted = true
		return nil
	}
	s.Sheet.Wanted = false
	switch {
	case !s.Sheet.Usable() || s.Control.Mode != Idle:
		return nil
	case s.Sheet.Unchanged():
		return s.leaveSheet()
	}
	effects := s.read(s.Sheet.Data, s.Sheet.Files, "")
	if s.Form.Open != nil {
		s.Sheet.Opening = s.Form.Open.ID
	}
	return effects
}

// usedSheet closes the sheet once its series is the one in use.
func (s *State) usedSheet(id int) []Effect {
	if s.Sheet == nil || s.Sheet.Opening != id {
		return nil
	}
	return s.leaveSheet()
}

// leaveSheet closes the sheet; the engine ends what it reads for it, and forgets it.
func (s *State) leaveSheet() []Effect {
	if s.Sheet == nil {
		return nil
	}
	s.Sheet = nil
	if s.Control.Mode == Loading || s.Control.Mode == Dead {
		return nil
	}
	return []Effect{s.requests.post(protocol.Request{Type: protocol.TypeLeave})}
}

// refuseSheet shows on the sheet why its files cannot be read, or used; it tells whether the error is about them.
func (s *State) refuseSheet(r protocol.Response) bool {
	if s.Sheet == nil || r.Error == nil || r.ID == 0 || r.ID != s.Sheet.ID && r.ID != s.Sheet.Opening {
		return false
	}
	if r.ID == s.Sheet.Opening {
		s.Form.Answered(r.ID)
	}
	s.Sheet.Refuse(r.Error)
	return true
}

// SheetView returns what the sheet shows.
func (s *State) SheetView() sheet.View {
	if s.Sheet == nil {
		return sheet.View{}
	}
	v := s.Sheet.View(s.Words, s.Control.Locked())
	if s.Control.Mode == Dead {
		gone := s.Verdict()
		v.Tag, v.Look, v.Claim, v.Why, v.Long = gone.Tag, gone.Look, gone.Claim, gone.Why, gone.Long
		v.Restart, v.CanUse, v.Reading = gone.Way.Start, false, false
	}
	return v
}
