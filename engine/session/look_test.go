package session

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/found"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// looked asks for a look at a file, and waits for the whole of it.
func (p *page) looked(d spec.Data, f datasets.File) (whole message, before []message) {
	p.t.Helper()
	id := p.post(protocol.Request{Type: protocol.TypeLook, Data: &d, Drop: 1, Files: []string{f.Name}}, f)
	for {
		m, _ := p.wait(protocol.TypeLooked)
		if err := m.Response.Check(); err != nil {
			p.t.Fatal(err)
		}
		if m.ID == id && m.Reading == nil {
			return m, before
		}
		before = append(before, m)
	}
}

// opens counts how often a file is opened.
func opens(f datasets.File) (datasets.File, *int) {
	n, open := new(int), f.Open
	f.Open = func() (io.ReadCloser, error) {
		*n++
		return open()
	}
	return f, n
}

// A look leaves what is open as it is. Who uses what was looked at, or cuts it elsewhere, does not read it again.
func TestALookReadsOnceAndChangesNothing(t *testing.T) {
	p := newPage(t)
	server := spec.Default().Data
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &server})
	p.wait(protocol.TypeData)
	f, n := opens(file("table.csv", rowsOf(t, pump())))
	m, _ := p.looked(data(), f)
	if len(m.Look.Summary.Columns) != 3 || m.Look.Preview.Rows != 103 || m.Look.Preview.Cut != 60 || m.Look.Summary.Digest != "" {
		t.Errorf("%+v, %+v", m.Look.Summary, m.Look.Preview)
	}
	if got := p.session.shown().Summary.Source; got != server.Source {
		t.Errorf("%s is open", got)
	}
	read := *n
	cut := data()
	cut.Split, cut.SplitRow = nil, 70
	if m, _ = p.looked(cut, f); m.Look.Preview.Cut != 70 || *n != read {
		t.Errorf("cut at %d, the file was opened %d times more", m.Look.Preview.Cut, *n-read)
	}
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &cut, Drop: 1, Files: []string{f.Name}}, f)
	opened, _ := p.wait(protocol.TypeData)
	if opened.Summary.TrainSteps != 70 || *n != read {
		t.Errorf("%d steps to train, the file was opened %d times more", opened.Summary.TrainSteps, *n-read)
	}
	other := cut
	other.Columns = map[string]found.Role{"1": found.Dropped}
	if m, _ = p.looked(other, f); len(m.Look.Summary.Channels) != 1 || *n == read {
		t.Errorf("%q with another role", m.Look.Summary.Channels)
	}
	p.post(protocol.Request{Type: protocol.TypeLeave})
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	if p.session.looked.set != nil {
		t.Error("what was looked at is kept")
	}
}

// longTable is a table of more than headFrom bytes.
func longTable() string {
	var b strings.Builder
	b.WriteString("a,b,c,label\n")
	for i := 0; b.Len() < headFrom+1<<20; i++ {
		fmt.Fprintf(&b, "%d.125,%d.5,%d.25,%d\n", 1000+i%7919, 2000+i%331, 3000+i%1009, i%1000/990)
	}
	return b.String()
}

// A large file shows its first rows before it is read, and then how far that is; whoever leaves it ends it.
func TestALargeFileShowsItsFirstRowsBeforeItIsRead(t *testing.T) {
	p := newPage(t)
	text := longTable()
	f := file("table.csv", text)
	f.Size = int64(len(text))
	d := spec.Default().Data
	d.Source, d.Seed = "file/table.csv", 0
	whole, before := p.looked(d, f)
	if len(before) < 2 || before[0].Look == nil || before[0].Look.Preview.Rows >= whole.Look.Preview.Rows ||
		len(before[0].Look.Summary.Columns) != 4 {
		t.Fatalf("%d messages before", len(before))
	}
	last := 0.0
	for _, m := range before[1:] {
		if m.Reading.Share < last || m.Reading.Share > 1 {
			t.Errorf("%v read after %v", m.Reading.Share, last)
		}
		last = m.Reading.Share
	}
	if want := strings.Count(text, "\n") - 1; whole.Look.Preview.Rows != want {
		t.Errorf("%d rows, want %d", whole.Look.Preview.Rows, want)
	}
	// One that is left is not answered; the next is.
	d.Header = "yes"
	left := p.post(protocol.Request{Type: protocol.TypeLook, Data: &d, Drop: 1, Files: []string{f.Name}}, f)
	p.post(protocol.Request{Type: protocol.TypeLeave})
	if m, _ := p.looked(data(), file("table.csv", rowsOf(t, pump()))); m.ID == left {
		t.Error("a look that was left is answered")
	}
}

// A file with something wrong in a line shows the rows before it, and says what is wrong where.
func TestABrokenFileShowsTheRowsBefore(t *testing.T) {
	p := newPage(t)
	lines := strings.Split(rowsOf(t, pump()), "\n")
	lines[80] = strings.Replace(lines[80], ",", ",x", 1)
	d := data()
	id := p.post(protocol.Request{Type: protocol.TypeLook, Data: &d, Drop: 1, Files: []string{"table.csv"}},
		file("table.csv", strings.Join(lines, "\n")))
	head, _ := p.wait(protocol.TypeLooked)
	for head.Look == nil {
		head, _ = p.wait(protocol.TypeLooked)
	}
	if head.Look == nil || head.Reading == nil || head.Look.Preview.Rows != 79 {
		t.Errorf("%+v", head.Look)
	}
	m := p.next()
	if m.Type != protocol.TypeError || m.ID != id || m.Error.Line != 81 || m.Error.Place != 2 ||
		len(m.Error.Around) != 3 || m.Error.Around[1] != lines[80] {
		t.Errorf("%+v", m.Error)
	}
}
