package table

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// Stream reads the rows of a text one by one, as they come. It holds one row at a time, and before the first it
// waits for no more than two lines. What needs a whole table to be told, its reader has to know.
type Stream struct {
	Format Format // without Header: whether the first row holds names is for the caller to say
	Titles int    // lines before the table that were passed over
	rows   Rows
}

// NewStream begins to read. The separator is the one that the first lines show; where they leave the decimal mark
// open, it is the given one, unless that is 0; what may be a number in two ways then is an error, unless the mark is
// said, of found.Decimals.
func NewStream(r io.Reader, file string, decimal byte, said string) (*Stream, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	sample, whole, err := come(b, file)
	if err != nil {
		return nil, err
	}
	encoding := encodingOf(sample[:min(len(sample), 256)])
	if turned := inUTF8(b, encoding); turned != nil {
		b = bufio.NewReaderSize(turned, 1<<16)
		if sample, whole, err = come(b, file); err != nil {
			return nil, err
		}
	}
	if encoding == "" {
		encoding = lettersOf(sample)
		if turned := inUTF8(b, encoding); turned != nil {
			b = bufio.NewReaderSize(turned, 1<<16)
			if sample, whole, err = come(b, file); err != nil {
				return nil, err
			}
		}
	}
	if bytes.HasPrefix(sample, []byte(byteOrderMark)) {
		b.Discard(len(byteOrderMark))
		sample = sample[len(byteOrderMark):]
	}
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		b = bufio.NewReaderSize(&crReader{b}, 1<<16)
		if sample, whole, err = come(b, file); err != nil {
			return nil, err
		}
	}
	s := &Stream{rows: Rows{file: file, r: b}}
	s.Format.Encoding = encoding
	return s, s.sniff(append([]byte(nil), sample...), whole, decimal, said)
}

// come waits for two lines, or the end, and returns what has come by then.
func come(b *bufio.Reader, file string) (sample []byte, whole bool, err error) {
	for {
		sample, err = b.Peek(min(b.Buffered()+1, b.Size()))
		if err == nil {
			sample, _ = b.Peek(b.Buffered())
		}
		ends := bytes.Count(sample, []byte{'\n'})
		if ends == 0 {
			ends = bytes.Count(sample, []byte{'\r'})
		}
		switch {
		case err == io.EOF && len(sample) == 0:
			return nil, true, InFile(file, fault.New("data-empty"))
		case err == io.EOF:
			return sample, true, nil
		case err != nil:
			return nil, false, InFile(file, fault.Cause(err))
		case ends >= 2 || len(sample) == b.Size():
			return sample, false, nil
		}
	}
}

// sniff tells separator and decimal mark, and passes over comments before the table.
func (s *Stream) sniff(sample []byte, whole bool, decimal byte, said string) error {
	lines := linesOf(sample, whole)
	directive := false
	if len(lines) > 0 && len(lines[0]) == 5 && bytes.EqualFold(lines[0][:4], []byte("sep=")) {
		s.rows.comma, directive = lines[0][4], true
		lines = lines[1:]
	}
	comments := 0
	for len(lines) > 1 && lines[0][0] == '#' {
		lines = lines[1:]
		comments++
	}
	if len(lines) == 0 || lines[0][0] == '#' {
		comments = 0 // a header of its own kind
	}
	lines = body(lines)
	titles, _ := preamble(lines)
	lines = lines[titles:]
	if s.rows.comma == 0 {
		s.rows.comma = separator(lines)
	}
	s.Format.Comma = s.rows.comma
	if err := s.mark(lines, decimal, said); err != nil {
		return err
	}
	if directive {
		comments++
	}
	if err := s.pass(comments, true); err != nil || titles == 0 {
		return err
	}
	if err := s.pass(titles, false); err != nil {
		return err
	}
	for s.Titles = s.rows.lines; ; {
		if next, _ := s.rows.r.Peek(1); len(next) == 0 || next[0] != '#' {
			return nil
		}
		if err := s.pass(1, true); err != nil {
			return err
		}
	}
}

// pass passes over so many lines that hold something, among which comments count or do not.
func (s *Stream) pass(n int, comments bool) error {
	for n > 0 {
		s.rows.text = s.rows.text[:0]
		if err := s.rows.readLine(); err != nil {
			return err
		}
		if text := trim(s.rows.text); len(text) > 0 && (comments || text[0] != '#') {
			n--
		}
	}
	return nil
}

// mark settles the decimal mark.
func (s *Stream) mark(lines [][]byte, decimal byte, said string) error {
	mark, doubt := decimalMark(lines, s.rows.comma)
	asked := slices.Index(found.Decimals, said)
	switch {
	case asked >= 0:
		mark = decimals[asked]
	case doubt != 0 && doubt != decimal:
		return s.rows.ambiguous(lines, doubt)
	case decimal != 0 && (doubt != 0 || mark == '.' && s.rows.comma != ',' && !pointed(lines, s.rows.comma)):
		mark = decimal
	}
	s.Format.Decimal, s.Format.strict = mark, asked < 0 && !grouped(lines, s.rows.comma)
	return nil
}

// ambiguous says which cell may be read in two ways.
func (r *Rows) ambiguous(lines [][]byte, sign byte) error {
	for _, line := range lines {
		for _, cell := range cellsOf(line, r.comma) {
			cell = bare(trim(bytes.Trim(trim(cell), `"`)))
			if lone(cell, sign) {
				return InFile(r.file, lonely(cell))
			}
		}
	}
	return InFile(r.file, lonely([]byte("1"+string(rune(sign))+"234")))
}

// lone reports whether a cell is a number with a single sign before three digits, which may be decimals or a group.
func lone(cell []byte, sign byte) bool {
	before, after, has := bytes.Cut(cell, []byte{sign})
	before = bytes.TrimLeft(before, "+-")
	return has && len(after) == 3 && digits(after) && digits(before) && len(before) <= 3 && before[0] != '0'
}

// lonely is the error about such a cell.
func lonely(cell []byte) error {
	text := string(cell)
	return fault.New("data-lone-group", text, strings.Map(func(r rune) rune {
		if r == ',' {
			return '.'
		}
		return r
	}, text), strings.NewReplacer(",", "", ".", "").Replace(text))
}

// grouped reports whether a number has groups of three digits beyond doubt: two of them, or one before decimals.
func grouped(lines [][]byte, comma byte) bool {
	for _, line := range lines {
		for _, cell := range cellsOf(line, comma) {
			cell = bare(trim(bytes.Trim(trim(cell), `"`)))
			if bytes.Count(cell, []byte{','})+bytes.Count(cell, []byte{'.'}) < 2 {
				continue
			}
			if _, ok := ungrouped(cell, '.'); ok {
				return true
			}
			if _, ok := ungrouped(cell, ','); ok {
				return true
			}
		}
	}
	return false
}

// pointed reports whether a number has a decimal point.
func pointed(lines [][]byte, comma byte) bool {
	for _, line := range lines {
		for _, cell := range cellsOf(line, comma) {
			cell = trim(bytes.Trim(trim(cell), `"`))
			if bytes.IndexByte(cell, '.') >= 0 && classOf(cell, '.') == classNumber {
				return true
			}
		}
	}
	return false
}

// Next returns the cells of the next row, which are valid until it is called again, or io.EOF. Blank lines are
// passed over.
func (s *Stream) Next() ([][]byte, error) { return s.rows.Next() }

// File is the name of the text.
func (s *Stream) File() string { return s.rows.file }

// Again has At say that an error is in another line, from which a row was kept.
func (s *Stream) Again(line int) { s.rows.Line = line }

// Blank is the number of blank lines before the row that Next returned.
func (s *Stream) Blank() int { return s.rows.blank }

// Line is where the row that Next returned begins, from 1.
func (s *Stream) Line() int { return s.rows.Line }

// At says that an error is in the row that Next returned.
func (s *Stream) At(err error) error { return AtLine(s.rows.file, s.rows.Line, err) }

// Number reads a cell of a channel: a number, true or false as 1 or 0, NaN where it holds nothing.
func (f Format) Number(cell []byte) (float64, error) {
	if cell = trim(cell); isMissing(cell) {
		return math.NaN(), nil
	}
	if f.strict && (f.Decimal == '.' && lone(cell, ',') || f.Decimal == ',' && lone(cell, '.')) {
		return 0, lonely(cell)
	}
	if x, ok := number(cell, f.Decimal); ok {
		return x, usable(x, cell)
	}
	if x, ok := truth(cell); ok {
		return x, nil
	}
	return 0, fault.New("data-not-a-number", Short(string(cell)))
}

// IsStamp reports whether a cell holds a date or a time of day.
func IsStamp(cell []byte) bool {
	_, ok := parseStamp(trim(cell), "")
	return ok
}

// Trimmed is a cell without the spaces around it.
func Trimmed(cell []byte) []byte { return trim(cell) }

// Clock reads when rows were measured, as a Form says. It is not safe for concurrent use.
type Clock struct {
	Form
	days, last int64 // of times of day, which go on over midnight
	begun      bool
	// Other says that a row names a time zone where those of the training do not, or the other way round.
	Other bool
	// Wrong is what is wrong with the time of the last row; nil = nothing.
	Wrong error
}

// Read returns the time of a row by the cells of its Columns; one that Missing tells where they hold none.
func (c *Clock) Read(f Format, cells ...[]byte) int64 {
	if len(cells) == 0 {
		return noStamp
	}
	first := trim(cells[0])
	if c.Epoch > 0 || c.Days || c.Dates || !c.Clock {
		x, ok := number(first, f.Decimal)
		if !ok {
			return noStamp
		}
		return c.number(x)
	}
	s, ok := parseStamp(first, c.Order)
	switch {
	case !ok:
		return noStamp
	case s.long && c.Daily:
		c.begun, c.last, c.days = true, s.ns%day, s.ns-s.ns%day
		return undated + s.ns
	case !s.date && c.Daily:
		return c.unwound(s.ns)
	case !s.date:
		return noStamp
	}
	if c.Wrong = nil; c.Order == "" && s.only == monthFirst && c.DayFirst || s.only == dayFirst && !c.DayFirst && c.Order == "" {
		c.Wrong = fault.New("score-dates", Short(string(first)), map[bool]string{true: "dmy", false: "mdy"}[c.DayFirst])
		return noStamp
	}
	ns := s.ns
	if c.DayFirst {
		ns = s.swapped
	}
	switch {
	case c.Zoned && !s.zoned:
		ns -= c.Zone
		c.Other = true
	case !c.Zoned && s.zoned:
		ns += s.zone
		c.Other = true
	}
	if len(cells) > 1 {
		if t, ok := parseStamp(trim(cells[1]), ""); ok && !t.date {
			ns += t.ns
		}
	}
	return ns
}

// unwound is a time of day on the day that it belongs to.
func (c *Clock) unwound(ns int64) int64 {
	if c.begun && ns < c.last-12*hour {
		c.days += day
	}
	c.begun, c.last = true, ns
	return undated + ns + c.days
}

// Stamp writes a time as Axis does.
func (f Form) Stamp(ns int64) string { return Axis{Clock: f.Clock, Unit: f.Unit, Form: f}.Stamp(ns) }
