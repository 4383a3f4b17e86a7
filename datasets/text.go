package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxRecord bounds one row of text, so that a file without line ends, or with a quote that never closes, is refused
// before it fills the memory.
const maxRecord = 1 << 20

// readText reads rows of numbers separated by comma, semicolon, tab or bar, with or without a header.
func readText(r *bufio.Reader, name string, want layout) (*table, error) {
	if start, _ := r.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		r.Discard(3) // a byte order mark
	}
	sample, err := r.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", name, readError(err))
	}
	guard := &recordGuard{r: r}
	rows := csv.NewReader(guard)
	rows.Comma = separator(sample)
	rows.FieldsPerRecord = -1 // counted here, for a better message
	rows.ReuseRecord = true
	p := &textParser{rows: rows, guard: guard, want: want, table: &table{file: name}}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.table, nil
}

// separator returns the rune that splits every line of the sample into the same number of fields. The comma comes
// last, because it may also be a decimal sign; it is the answer for a single column too.
func separator(sample []byte) rune {
	lines := bytes.Split(sample, []byte("\n"))
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // the last one may be cut
	}
	for _, sep := range "\t;|" {
		if n := unquoted(lines[0], sep); n > 0 && sameCount(lines, sep, n) {
			return sep
		}
	}
	return ','
}

// sameCount looks at the first lines only: that is enough to tell a separator from a sign that occurs in names.
func sameCount(lines [][]byte, sep rune, n int) bool {
	for _, line := range lines[:min(len(lines), 8)] {
		if len(bytes.TrimSpace(line)) > 0 && unquoted(line, sep) != n {
			return false
		}
	}
	return true
}

// unquoted counts sep in line outside double quotes.
func unquoted(line []byte, sep rune) (n int) {
	quoted := false
	for _, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if rune(b) == sep && !quoted {
			n++
		}
	}
	return n
}

// textParser turns records into a table.
type textParser struct {
	rows  *csv.Reader
	guard *recordGuard
	want  layout
	table *table
	names []string // one a column of the file
	roles []role
}

// parse reads the first record as header if it holds a word, and every other one as numbers.
func (p *textParser) parse() error {
	record, err := p.next()
	if err == io.EOF {
		return fmt.Errorf("%s: empty file, want rows of numbers", p.table.file)
	}
	if err != nil {
		return err
	}
	header := isHeader(record)
	if err := p.columns(record, header); err != nil {
		return err
	}
	if header {
		record, err = p.next()
	}
	for ; err == nil; record, err = p.next() {
		if err := p.row(record); err != nil {
			return err
		}
	}
	if err != io.EOF {
		return err
	}
	if p.table.values.Rows == 0 {
		return fmt.Errorf("%s: no rows after the header", p.table.file)
	}
	return nil
}

// next reads one record; all errors but io.EOF say where.
func (p *textParser) next() ([]string, error) {
	p.guard.length = 0
	record, err := p.rows.Read()
	var bad *csv.ParseError
	switch {
	case err == nil || err == io.EOF:
		return record, err
	case errors.As(err, &bad):
		return nil, fmt.Errorf("%s:%d: character %d: %w", p.table.file, bad.Line, bad.Column, bad.Err)
	}
	return nil, fmt.Errorf("%s: after row %d: %w", p.table.file, p.table.values.Rows, readError(err))
}

// isHeader reports whether a first record holds words instead of numbers.
func isHeader(record []string) bool {
	for _, cell := range record {
		cell = strings.TrimSpace(cell)
		if _, err := strconv.ParseFloat(cell, 32); errors.Is(err, strconv.ErrSyntax) && cell != "" {
			return true
		}
	}
	return false
}

// columns fixes names and roles from the first record.
func (p *textParser) columns(record []string, header bool) error {
	p.names = make([]string, len(record))
	for i, cell := range record {
		p.names[i] = columnName(i)
		if header {
			p.names[i] = strings.Clone(strings.TrimSpace(cell))
		}
	}
	if p.want.fields > 0 && len(record) != p.want.fields {
		return p.fieldError(record, p.want.fields)
	}
	var err error
	if p.roles, err = roles(p.names, header, p.want); err != nil {
		return fmt.Errorf("%s: %w", p.table.file, err)
	}
	for i, name := range p.names {
		switch p.roles[i] {
		case roleValue:
			p.table.values.Channels++
			if header {
				p.table.names = append(p.table.names, name)
			}
		case roleLabel:
			p.table.labels = []uint8{}
		case roleDrop:
			p.table.dropped = append(p.table.dropped, name)
		}
	}
	return nil
}

// fieldError says how many fields the present record has, where they should be want.
func (p *textParser) fieldError(record []string, want int) error {
	line, _ := p.rows.FieldPos(0)
	return fmt.Errorf("%s:%d: %d fields, want %d", p.table.file, line, len(record), want)
}

// row appends one record.
func (p *textParser) row(record []string) error {
	if len(record) != len(p.roles) {
		return p.fieldError(record, len(p.roles))
	}
	t := p.table
	for i, cell := range record {
		var err error
		switch p.roles[i] {
		case roleValue:
			err = t.appendValue(strings.TrimSpace(cell))
		case roleLabel:
			err = t.appendLabel(strings.TrimSpace(cell))
		}
		if err != nil {
			line, _ := p.rows.FieldPos(i)
			return fmt.Errorf("%s:%d: %s: %w", t.file, line, p.where(i), err)
		}
	}
	t.values.Rows++
	if len(t.values.Values) > maxValues {
		return fmt.Errorf("%s: more than %d values, want a smaller file", t.file, maxValues)
	}
	return nil
}

// where names column i of the file.
func (p *textParser) where(i int) string {
	if p.names[i] == columnName(i) {
		return p.names[i]
	}
	return fmt.Sprintf("%s (%s)", columnName(i), p.names[i])
}

// appendValue parses to the nearest float32 at once: by way of float64 it would be rounded twice.
func (t *table) appendValue(cell string) error {
	v := float32(math.NaN())
	if cell != "" {
		x, err := strconv.ParseFloat(cell, 32)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return fmt.Errorf("text %q, want a number", short(cell))
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			return fmt.Errorf("%s, want a finite number (a missing cell is left empty)", short(cell))
		}
		v = float32(x)
	}
	t.values.Values = append(t.values.Values, v)
	return nil
}

// appendLabel takes the spellings that spreadsheets and data frames give to 0 and 1.
func (t *table) appendLabel(cell string) error {
	switch cell {
	case "0", "0.0", "False", "false":
		t.labels = append(t.labels, 0)
	case "1", "1.0", "True", "true":
		t.labels = append(t.labels, 1)
	default:
		return fmt.Errorf("label %q, want 0 or 1", short(cell))
	}
	return nil
}

// short cuts a cell to what fits in a message.
func short(cell string) string {
	if len(cell) > 40 {
		return cell[:40] + "..."
	}
	return cell
}

// recordGuard passes bytes on and fails when one record gets longer than maxRecord.
type recordGuard struct {
	r      io.Reader
	length int // bytes since the record began
}

func (g *recordGuard) Read(p []byte) (int, error) {
	if g.length > maxRecord {
		return 0, fmt.Errorf("a row of more than %d bytes, want rows of numbers", maxRecord)
	}
	n, err := g.r.Read(p)
	g.length += n
	return n, err
}
