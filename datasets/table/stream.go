package table

import (
	"bufio"
	"bytes"
	"io"
	"math"

	"cosinelab/datasets/fault"
)

// Stream reads the rows of a text one by one, as they come. It holds one row at a time, and before the first it
// waits for no more than two lines. What needs a whole table to be told, its reader has to know.
type Stream struct {
	Format Format // without Header: whether the first row holds names is for the caller to say
	rows   Rows
}

// NewStream begins to read. The separator is the one that the first lines show; where they leave the decimal mark
// open, it is the given one, unless that is 0.
func NewStream(r io.Reader, file string, decimal byte) (*Stream, error) {
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
	return s, s.sniff(append([]byte(nil), sample...), whole, decimal)
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
func (s *Stream) sniff(sample []byte, whole bool, decimal byte) error {
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
	if s.rows.comma == 0 {
		s.rows.comma = separator(lines)
	}
	mark, doubt := decimalMark(lines, s.rows.comma)
	if decimal != 0 && (doubt != 0 || mark == '.' && s.rows.comma != ',' && !pointed(lines, s.rows.comma)) {
		mark = decimal
	}
	s.Format.Comma, s.Format.Decimal = s.rows.comma, mark
	if directive {
		comments++
	}
	for range comments {
		if _, err := s.rows.Next(); err != nil {
			return err
		}
	}
	return nil
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
	ns := s.ns
	if c.DayFirst {
		ns = s.swapped
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
