package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// lookAnew ends the reading for an earlier look, and begins another; mu is held.
func (s *Session) lookAnew() context.Context {
	if s.ignore != nil {
		s.ignore()
	}
	ctx, ignore := context.WithCancel(context.Background())
	s.ignore = ignore
	return ctx
}

// look reads files and describes them, so that somebody can decide whether and how to use them. What is open
// stays open. Who then opens them finds them read. A look that another has ended is not answered.
func (s *Session) look(ctx context.Context, req protocol.Request, files []datasets.File) {
	if req.Data == nil {
		s.fail(req.ID, "data", errNoData)
		return
	}
	whole := files == nil // of a series that is not being looked through: nobody waits at a sheet
	if whole && req.Drop == 0 {
		files = s.served(req.Data.Source)
	}
	p := &progress{session: s, ctx: ctx, id: req.ID, read: map[string]int64{}, begun: time.Now()}
	for _, f := range files {
		p.all += f.Size
	}
	if p.all > headFrom {
		p.head(*req.Data, files, nil)
	}
	set, err := s.read(datasets.WithProgress(ctx, p.hear), *req.Data, req.Drop, files)
	var summary spec.DataSummary
	d := *req.Data
	if err == nil {
		d = named(d, set, req)
		summary, err = experiment.Look(d, set)
	}
	if err == nil && whole {
		summary.Digest = set.Digest().String()
	}
	if wrong, ok := errors.AsType[*table.FileError](err); ok && wrong.Line > 2 && !p.seen {
		p.head(*req.Data, files, wrong)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		s.refuse(ctx, req.ID, err, files)
		return
	}
	s.looked = openSet{set: set, data: d, drop: req.Drop}
	preview := set.Look
	if preview == nil { // of a series that is no table
		preview = &found.Preview{Rows: set.Train.Rows + set.Test.Rows, Cut: set.Train.Rows, Array: true, Fixed: true}
	}
	s.send(protocol.Response{Type: protocol.TypeLooked, ID: req.ID,
		Look: &protocol.Look{Summary: summary, Preview: preview}})
}

// progress tells how far files are read.
type progress struct {
	session *Session
	ctx     context.Context
	id      int
	all     int64            // bytes of the files
	read    map[string]int64 // of each
	begun   time.Time
	told    time.Time
	seen    bool // a look at the first rows was sent
}

// hear is told of each block. Archives are unpacked first, and their files are larger than they are: what was
// read counts from then on.
func (p *progress) hear(f datasets.File, read int64) {
	if _, known := p.read[f.Name]; !known && f.Inside != "" {
		p.all += f.Size
	}
	p.read[f.Name] = read
	if time.Since(p.told) < eventPause*4 || p.ctx.Err() != nil {
		return
	}
	p.told = time.Now()
	sum := int64(0)
	for _, n := range p.read {
		sum += n
	}
	r := protocol.Reading{Share: min(1, float64(sum)/float64(max(p.all, 1)))}
	if r.Share > 0.02 {
		r.Left = time.Since(p.begun).Seconds() * (1 - r.Share) / r.Share
	}
	p.session.send(protocol.Response{Type: protocol.TypeLooked, ID: p.id, Reading: &r})
}

// Files of more than headFrom bytes are looked at by their first headBytes before they are read.
const (
	headFrom  = 4 << 20
	headBytes = 1 << 18
)

// head sends a look at the first rows of tables that are large, or of which one has something wrong in a line: those
// before it, as far as they can be understood alone.
func (p *progress) head(d spec.Data, files []datasets.File, wrong *table.FileError) {
	var heads []datasets.File
	for _, f := range files {
		lines := 0
		if wrong != nil && wrong.File == f.Name {
			lines = wrong.Line - 1
		}
		heads = append(heads, headOf(f, lines))
	}
	d.SplitRow, d.SplitTime = 0, "" // which lie further on
	ctx := p.ctx
	if p.session.Yield != nil {
		ctx = datasets.WithYield(ctx, p.session.Yield)
	}
	set, err := datasets.ReadFiles(ctx, heads, experiment.FileOptions(d))
	if err != nil {
		return // the whole says what is wrong, if anything is
	}
	summary, err := experiment.Look(d, set)
	if err == nil && p.ctx.Err() == nil {
		p.seen = true
		p.session.send(protocol.Response{Type: protocol.TypeLooked, ID: p.id, Reading: &protocol.Reading{},
			Look: &protocol.Look{Summary: summary, Preview: set.Look}})
	}
}

// headOf is the beginning of a file, up to the end of a line, and so many lines at most, 0 = any number; of one that
// is no text it cannot be read.
func headOf(f datasets.File, lines int) datasets.File {
	open := f.Open
	f.Open = func() (io.ReadCloser, error) {
		file, err := open()
		if err != nil {
			return nil, err
		}
		defer file.Close()
		text, err := io.ReadAll(io.LimitReader(file, headBytes))
		if err != nil {
			return nil, err
		}
		end := bytes.LastIndexByte(text, '\n')
		for at, n := 0, 0; n < lines; n++ {
			next := bytes.IndexByte(text[at:], '\n')
			if next < 0 {
				break
			}
			at += next + 1
			end = at - 1
		}
		if end < 0 || bytes.IndexByte(text, 0) >= 0 {
			return nil, errNoHead
		}
		return io.NopCloser(bytes.NewReader(text[:end+1])), nil
	}
	return f
}

var errNoHead = errors.New("no text of lines")
