package session

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// openSet is the set that is open, as it was read and as it is cut.
type openSet struct {
	set                  *datasets.Set
	data                 spec.Data // by which it was read
	drop                 int       // number of the page's files that it is from; 0 = of none
	*experiment.Prepared           // nil = none is open
}

// holds reports whether the open set is that of d, from the files of that number, however d cuts it.
func (o openSet) holds(d spec.Data, drop int) bool {
	return o.set != nil && o.drop == drop && reflect.DeepEqual(asRead(o.data), asRead(d))
}

// recut is the set as d cuts it, if it is that of d but for the cut and the doubts that are settled; nil = it is not.
func (o openSet) recut(d spec.Data, drop int) (*datasets.Set, error) {
	uncut := func(d spec.Data) spec.Data {
		d.Split, d.SplitRow, d.SplitTime, d.Accept = nil, 0, "", ""
		return asRead(d)
	}
	if o.set == nil || o.drop != drop || !reflect.DeepEqual(uncut(o.data), uncut(d)) {
		return nil, nil
	}
	return o.set.Recut(experiment.FileOptions(d))
}

// asRead is what of d says which set is read, and how.
func asRead(d spec.Data) spec.Data {
	return spec.Data{Source: d.Source, Seed: d.Seed, Header: d.Header, Skip: d.Skip, Separator: d.Separator,
		Decimal: d.Decimal, Label: d.Label, Anomaly: d.Anomaly,
		Columns: d.Columns, Missing: d.Missing, NoValue: d.NoValue, NoWord: d.NoWord, Order: d.Order, Dates: d.Dates, Accept: d.Accept,
		Files: d.Files, LabelFile: d.LabelFile, NamesFile: d.NamesFile, Split: d.Split, SplitRow: d.SplitRow, SplitTime: d.SplitTime}
}

// errNoData answers a request that names no data.
var errNoData = fault.New("open-no-data")

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
// are read. A page that sends none with the source of a file means one that is served beside it. A read that
// another open has ended is not answered. A set that is open is told of before anything is seen of it, so
// that the last one that the page hears of is the one that is open.
func (s *Session) answerOpen(ctx context.Context, req protocol.Request, files []datasets.File, turn int) {
	if req.Data == nil {
		s.fail(req.ID, "data", errNoData)
		return
	}
	if files == nil && req.Drop == 0 {
		files = s.served(req.Data.Source)
	}
	set, err := s.read(ctx, *req.Data, req.Drop, files)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.refuse(ctx, req.ID, err, files)
		return
	}
	d := named(*req.Data, set, req)
	prepared, err := experiment.PrepareData(d, set)
	if err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if turn != s.opening {
		return
	}
	s.open = openSet{set, d, req.Drop, prepared}
	if files != nil {
		s.files = dropped{req.Drop, files}
	}
	s.send(protocol.Response{Type: protocol.TypeData, ID: req.ID, Summary: &prepared.Summary})
}

// named calls the set of several files of the page as anybody would who has them in a folder: by the file that it is
// named by or, of several series, by a list.
func named(d spec.Data, set *datasets.Set, req protocol.Request) spec.Data {
	if req.Drop != 0 && len(req.Files) > 1 {
		d.Source = set.Name
	}
	return d
}

// served returns the files in the folder beside the page that a source names; nil = there are none.
func (s *Session) served(source string) []datasets.File {
	name, isFile := strings.CutPrefix(source, string(datasets.GroupFile)+"/")
	if !isFile || s.Remote == nil {
		return nil
	}
	if _, err := fs.Stat(s.Remote, name); err != nil {
		return nil
	}
	return datasets.FilesOf(s.Remote, name)
}

// Lines shown with an error: so many before and after the one that it is about, and so many bytes of each.
const (
	linesAround = 1
	lineShown   = 200
)

// refuse says what is wrong with files.
func (s *Session) refuse(ctx context.Context, id int, err error, files []datasets.File) {
	e := newError("data", err)
	showLine(ctx, e, err, files)
	s.send(protocol.Response{Type: protocol.TypeError, ID: id, Error: e})
}

// showLine adds the line of a file that an error is about. A file that cannot be read again has none.
func showLine(ctx context.Context, e *protocol.Error, err error, files []datasets.File) {
	wrong, ok := errors.AsType[*table.FileError](err)
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
		e.Line, e.Place, e.First, e.Around = wrong.Line, wrong.Place, first, around
	}
}

// read returns the set of d: the open one if it is that, with the same files if it is from such.
func (s *Session) read(ctx context.Context, d spec.Data, drop int, files []datasets.File) (*datasets.Set,
	error) {
	s.mu.Lock()
	open, looked, known := s.open, s.looked, s.files
	s.mu.Unlock()
	if files == nil || drop != 0 {
		for _, o := range []openSet{open, looked} {
			if o.holds(d, drop) {
				return o.set, nil
			}
		}
		for _, o := range []openSet{looked, open} {
			if set, err := o.recut(d, drop); set != nil || err != nil {
				return set, err
			}
		}
	}
	if files == nil && known.id == drop {
		files = known.files
	}
	if s.Yield != nil {
		ctx = datasets.WithYield(ctx, s.Yield)
	}
	if datasets.Several(d.Source) && len(files) == 0 {
		return datasets.OpenSeveral(ctx, s.Remote, d.Source, experiment.FileOptions(d), func(id string) (*datasets.Set, error) {
			one := d
			one.Source = id
			return s.read(ctx, one, 0, s.served(id))
		})
	}
	switch group := datasets.GroupOf(d.Source); {
	case group == datasets.GroupBuiltin:
		return datasets.Builtin(d.Source, d.Seed)
	case group == datasets.GroupFile:
		return datasets.ReadFiles(ctx, files, experiment.FileOptions(d))
	case s.Remote == nil:
		return nil, fault.New("data-not-served", d.Source)
	}
	return datasets.Open(ctx, s.Remote, d.Source)
}
