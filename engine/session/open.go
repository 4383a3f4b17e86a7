package session

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// openSet is the set that is open, and its test part as models see it.
type openSet struct {
	data   spec.Data
	set    *datasets.Set // nil = none is open
	scaled datasets.Series
	labels []uint8 // of all steps, scored or not; nil = none
}

// newOpenSet cuts and scales a set.
func newOpenSet(set *datasets.Set, d spec.Data) (openSet, error) {
	scaled, labels, err := experiment.TestPart(set, d)
	return openSet{d, set, scaled, labels}, err
}

// holds reports whether the open set is that of d, however d cuts it.
func (o openSet) holds(d spec.Data) bool {
	a := o.data
	return o.set != nil && a.Source == d.Source && a.Seed == d.Seed && a.Label == d.Label &&
		reflect.DeepEqual(a.Split, d.Split)
}

// turn ends the reading for an earlier request to open a set, and begins another; mu is held.
func (s *Session) turn() (ctx context.Context, turn int) {
	if s.leave != nil {
		s.leave()
	}
	ctx, s.leave = context.WithCancel(context.Background())
	s.opening++
	return ctx, s.opening
}

// answerOpen reads a set and describes it. Files, if there are any, replace those that came before once they
// are read. A read that another open has ended is not answered.
func (s *Session) answerOpen(ctx context.Context, req protocol.Request, files []datasets.File, turn int) {
	if req.Data == nil {
		s.fail(req.ID, "data", errors.New("open: no data given"))
		return
	}
	set, err := s.read(s.long(ctx), *req.Data, files)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		e := newError("data", err)
		showLine(ctx, e, err, files)
		s.send(protocol.Response{Type: protocol.TypeError, ID: req.ID, Error: e})
		return
	}
	summary, err := experiment.Describe(set, *req.Data)
	if err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	opened, err := newOpenSet(set, *req.Data)
	if err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	s.mu.Lock()
	if turn == s.opening {
		s.open = opened
		if files != nil {
			s.files = files
		}
	}
	s.mu.Unlock()
	s.send(protocol.Response{Type: protocol.TypeData, ID: req.ID, Summary: &summary})
}

// Lines shown with an error: so many before and after the one that it is about, and so many bytes of each.
const (
	linesAround = 1
	lineShown   = 200
)

// showLine adds the line of a file that an error is about. A file that cannot be read again has none.
func showLine(ctx context.Context, e *protocol.Error, err error, files []datasets.File) {
	wrong, ok := errors.AsType[*datasets.FileError](err)
	if !ok || wrong.Line == 0 {
		return
	}
	i := slices.IndexFunc(files, func(f datasets.File) bool { return f.Name == wrong.File })
	if i < 0 {
		return
	}
	first := max(1, wrong.Line-linesAround)
	around, err := files[i].Lines(ctx, first, wrong.Line+linesAround, lineShown)
	if err == nil && wrong.Line < first+len(around) {
		e.Line, e.First, e.Around = wrong.Line, first, around
	}
}

// read returns the set of d: the open one if no new files come with it.
func (s *Session) read(ctx context.Context, d spec.Data, files []datasets.File) (*datasets.Set, error) {
	s.mu.Lock()
	open, known := s.open, s.files
	s.mu.Unlock()
	if files == nil && open.holds(d) {
		return open.set, nil
	}
	if files == nil {
		files = known
	}
	switch group := datasets.GroupOf(d.Source); {
	case group == datasets.GroupBuiltin:
		return datasets.Builtin(d.Source, d.Seed)
	case group == datasets.GroupFile:
		options := datasets.Options{Label: d.Label}
		if d.Split != nil {
			options.Split = *d.Split
		}
		return datasets.ReadFiles(ctx, files, options)
	case s.Remote == nil:
		return nil, fault.New("data-not-served", d.Source)
	}
	return datasets.Open(ctx, s.Remote, d.Source)
}
