package scoring

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// ReadFile scores the rows of a file in the order of their times, whatever that in the file is, unless the training
// data were taken as they stood. A file whose rows are in order is read as a stream; another is held in memory.
func (r *Run) ReadFile(ctx context.Context, f datasets.File) error {
	rows, err := r.sorted(ctx, f)
	if err != nil {
		return err
	}
	return r.opened(f, func(in io.Reader) error { return r.read(ctx, f.Name, in, rows) })
}

// opened hands on the rows of a file as text.
func (r *Run) opened(f datasets.File, use func(in io.Reader) error) error {
	in, err := f.Open()
	if err != nil {
		return fault.New("in-place", f.Name, fault.Cause(err))
	}
	defer in.Close()
	text, err := datasets.Rows(in, f.Name)
	if err != nil {
		return err
	}
	return use(text)
}

// kept is a row that waits for others.
type kept struct {
	cells [][]byte
	line  int
	at    int64
}

// sorted are the rows of a file in order of time; nil = they are as they stand, or the times do not tell. What is wrong
// with the file is for whoever scores it to say.
func (r *Run) sorted(ctx context.Context, f datasets.File) ([]kept, error) {
	if r.d.Spec.Data.Order == found.Orders[1] || r.d.Reading.Times.None() {
		return nil, nil
	}
	down, up := r.falls(ctx, f)
	if down == 0 || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var rows []kept
	err := r.opened(f, func(in io.Reader) error {
		t, err := r.begin(f.Name, in)
		if err != nil {
			return err
		}
		err = r.through(ctx, t, func(cells [][]byte, line int) error {
			at, _, _ := r.moment(t.s.Format, t.c, cells)
			rows = append(rows, kept{table.Cloned(cells), line, at})
			return nil
		})
		if err == nil {
			r.end(f.Name, t)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.inOrder(f, rows, down, up), nil
}

// through hands on the rows of a text with their lines, from the one that is next to the last.
func (r *Run) through(ctx context.Context, t *text, use func(cells [][]byte, line int) error) (err error) {
	for n := 0; err == nil; err = t.next() {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if r.passes(t) {
			continue
		}
		for _, k := range append(t.replays, kept{cells: t.cells, line: t.s.Line()}) {
			if err := use(k.cells, k.line); err != nil {
				return err
			}
		}
	}
	return ended(err)
}

// falls counts the rows of a file that lie before the row above them in their series, and those behind it; none where a
// row has no time.
func (r *Run) falls(ctx context.Context, f datasets.File) (down, up int) {
	last := map[string]int64{}
	err := r.opened(f, func(in io.Reader) error {
		t, err := r.begin(f.Name, in)
		if err != nil {
			return err
		}
		return r.through(ctx, t, func(cells [][]byte, _ int) error {
			at, series, ok := r.moment(t.s.Format, t.c, cells)
			before, known := last[series]
			switch {
			case !ok:
				return io.ErrUnexpectedEOF
			case !known:
			case r.d.Reading.Times.Daily && max(at-before, before-at) > halfDay: // over midnight
			case at < before:
				down++
			case at > before:
				up++
			}
			last[series] = at
			return nil
		})
	})
	if err != nil || r.d.Reading.Times.Daily && down <= up { // times of day cannot be sorted, but turned round
		return 0, 0
	}
	return down, up
}

const halfDay = int64(12 * 3600e9)

// moment is the time of a row, of times of day that on the first day, and the series of the row.
func (r *Run) moment(f table.Format, c columns, cells [][]byte) (at int64, series string, ok bool) {
	if len(c.times) == 0 || len(cells) < c.n {
		return 0, "", false
	}
	shift := 0
	if len(cells) == c.n+1 && len(table.Trimmed(cells[c.n])) > 0 {
		shift = 1 // rows begin with a name that the header has no column for
	}
	if c.entity >= 0 {
		series = string(table.Trimmed(cells[c.entity+shift]))
	}
	clock := table.Clock{Form: r.d.Reading.Times}
	var times [2][]byte
	n := min(len(c.times), len(times))
	for i, place := range c.times[:n] {
		times[i] = cells[place+shift]
	}
	at = clock.Read(f, times[:n]...)
	return at, series, !table.Missing(at)
}

// inOrder sorts rows, or turns them round where the last one comes first, and says so.
func (r *Run) inOrder(f datasets.File, rows []kept, down, up int) []kept {
	if up == 0 || r.d.Reading.Times.Daily {
		slices.Reverse(rows)
		r.note(f.Name, fault.New("find-newest-first"))
		return rows
	}
	slices.SortStableFunc(rows, func(a, b kept) int { return cmp.Compare(a.at, b.at) })
	r.note(f.Name, fault.New("find-sorted", down))
	return rows
}

// note says something about a file, if anybody listens.
func (r *Run) note(file string, said error) {
	if r.o.Note != nil {
		r.o.Note(file, said)
	}
}

// text is a text of rows as far as it was read.
type text struct {
	s       *table.Stream
	c       columns
	names   [][]byte // of the columns; nil = it has none
	cells   [][]byte // of the row that is next
	aside   []kept   // rows that begin with a word: what stands below a table, unless others follow
	passed  int      // comments and names in the middle
	replays []kept   // rows of aside that others followed
}

// begin reads as far as the first row that holds values.
func (r *Run) begin(name string, in io.Reader) (*text, error) {
	decimal := byte(0)
	if r.d.Reading.Decimal != "" {
		decimal = r.d.Reading.Decimal[0]
	}
	s, err := table.NewStream(in, name, decimal, r.o.Decimal)
	if err != nil {
		return nil, err
	}
	t := &text{s: s}
	if t.cells, err = s.Next(); err != nil {
		return nil, err
	}
	first := t.cells
	t.c, err = match(r.d, s.Format, first)
	if r.named.header && len(first) == r.named.n && plain(s.Format, first) {
		t.c, err = r.named, nil // goes on where a text with names ended
		t.c.header = false
	}
	if err != nil {
		return nil, s.At(err)
	}
	if !t.c.header {
		return t, nil
	}
	t.names = table.Cloned(first)
	err = t.next()
	for n := 0; err == nil && n < table.MostUnitRows && r.units(t.c, s, t.cells); n++ {
		err = t.next()
	}
	return t, err
}

// next goes on to the next row; io.EOF = there is none.
func (t *text) next() (err error) {
	t.cells, err = t.s.Next()
	return err
}

// passes reports whether the row is none of the table: a comment, the names of columns once more, or, unless others
// follow, what stands below it.
func (r *Run) passes(t *text) bool {
	switch c := t.c; {
	case table.Comment(t.cells, c.n):
		t.passed++
		return true
	case t.names != nil && len(t.cells) > 1 && slices.EqualFunc(t.cells, t.names, bytes.Equal):
		t.passed++
		return true
	case r.below(t) && len(t.aside) < table.MostBehind:
		t.aside = append(t.aside, kept{cells: table.Cloned(t.cells), line: t.s.Line()})
		return true
	}
	t.replays, t.aside = t.aside, nil
	return false
}

// below reports whether the row begins with a word where rows do not.
func (r *Run) below(t *text) bool {
	if !table.Words(t.cells, t.s.Format.Decimal) || len(t.cells) > t.c.n {
		return false
	}
	if len(t.cells) < t.c.n {
		return true
	}
	at := slices.IndexFunc(t.cells, func(c []byte) bool { return len(table.Trimmed(c)) > 0 })
	if table.NoWord(string(table.Trimmed(t.cells[at])), r.d.Spec.Data.NoWord) {
		return false
	}
	channel := slices.Index(t.c.channels, at)
	return slices.Contains(t.c.times, at) || channel >= 0 && r.d.Channels[channel].Is == nil && table.Closes(t.cells)
}

// end says what was no row of a text that is over.
func (r *Run) end(name string, t *text) {
	if t.passed > 0 {
		r.note(name, fault.New("score-passed", t.passed))
	}
	if len(t.aside) > 0 {
		first := t.aside[0]
		r.note(name, fault.New("score-footer", len(t.aside), first.line, table.Short(table.Closing(first.cells))))
	}
}

// ended is an error but for the end of a text.
func ended(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// read scores the rows of a text, or those of the same text in an order of their own.
func (r *Run) read(ctx context.Context, name string, in io.Reader, rows []kept) error {
	t, err := r.begin(name, in)
	if t == nil {
		return err
	}
	if t.c.header {
		r.named = t.c
	}
	r.tell(name, t)
	if rows != nil {
		for _, k := range rows {
			if err := r.again(ctx, t, k); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	for ; err == nil; err = t.next() {
		if r.passes(t) {
			continue
		}
		cells, line := t.cells, t.s.Line()
		for _, k := range t.replays {
			if err := r.again(ctx, t, k); err != nil {
				return err
			}
		}
		t.s.Again(line)
		if err := r.blank(ctx, t.s, t.c); err != nil {
			return err
		}
		if err := r.row(ctx, t.s, &t.c, cells); err != nil {
			return err
		}
		if r.rows%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := ended(err); err != nil {
		return err
	}
	r.end(name, t)
	return ctx.Err()
}

// again scores a row that was kept.
func (r *Run) again(ctx context.Context, t *text, k kept) error {
	t.s.Again(k.line)
	if r.rows%64 == 0 && ctx.Err() != nil {
		return ctx.Err()
	}
	return r.row(ctx, t.s, &t.c, k.cells)
}

// otherClock says once that only one of new data and training names time zones.
func (r *Run) otherClock(name string, form table.Form) {
	if r.zones {
		return
	}
	r.zones = true
	key := "score-zoned"
	if form.Zoned {
		key = "score-unzoned"
	}
	r.note(name, fault.New(key))
}
