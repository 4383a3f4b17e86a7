package datasets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"cosinelab/datasets/fault"
)

// maxRecord bounds one row of text, so that a file without line ends, or with a quote that never closes, is
// refused before it fills the memory.
const maxRecord = 1 << 20

// readText reads rows of numbers separated by comma, semicolon, tab or bar, with or without a header.
func readText(r *bufio.Reader, name string, want layout) (*table, error) {
	if start, _ := r.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		r.Discard(3) // a byte order mark
	}
	sample, err := r.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return nil, inFile(name, fault.Cause(err))
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

// separator returns the rune that splits every line of the sample into the same number of fields. The comma
// comes last, because it may also be a decimal sign; it is the answer for a single column too.
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

// sameCount looks at the first lines only: that is enough to tell a separator from a sign that occurs in
// names.
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
		return inFile(p.table.file, fault.New("data-empty"))
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
		return inFile(p.table.file, fault.New("data-only-header"))
	}
	return nil
}

// next reads one record; all errors but io.EOF say where.
func (p *textParser) next() ([]string, error) {
	p.guard.length = 0
	record, err := p.rows.Read()
	if err == nil || err == io.EOF {
		return record, err
	}
	return nil, recordError(p.table.file, p.table.values.Rows+1, err)
}

// recordError says where a record of a file, the row that is given, breaks the rules of separated values.
func recordError(file string, row int, err error) error {
	bad, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case !ok:
		return inFile(file, fault.New("data-in-row", row, fault.Cause(err)))
	case bad.Err == csv.ErrBareQuote:
		return atLine(file, bad.Line, fault.New("data-quote-within", bad.Column))
	case bad.Err == csv.ErrQuote:
		return atLine(file, bad.Line, fault.New("data-quote-open", bad.Column))
	}
	return atLine(file, bad.Line, bad.Err)
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
		return inFile(p.table.file, err)
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
	return atLine(p.table.file, line, fault.New("data-fields", len(record), want))
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
			return atLine(t.file, line, p.inColumn(i, err))
		}
	}
	t.values.Rows++
	if len(t.values.Values) > maxValues {
		return inFile(t.file, fault.New("data-too-many-values", maxValues))
	}
	return nil
}

// inColumn says that an error is in column i of the file, from 0.
func (p *textParser) inColumn(i int, err error) error {
	if p.names[i] == columnName(i) {
		return fault.New("data-in-column", i+1, err)
	}
	return fault.New("data-in-named-column", i+1, short(p.names[i]), err)
}

// appendValue parses to the nearest float32 at once: by way of float64 it would be rounded twice.
func (t *table) appendValue(cell string) error {
	v := float32(math.NaN())
	if cell != "" {
		x, err := strconv.ParseFloat(cell, 32)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return fault.New("data-not-a-number", short(cell))
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			return fault.New("data-not-finite-cell", short(cell))
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
		return fault.New("data-label", short(cell))
	}
	return nil
}

// short cuts a cell to what fits in a message, without what a terminal could take for a command.
func short(cell string) string {
	if len(cell) > 40 {
		cell = cell[:40] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, cell)
}

// recordGuard passes bytes on and fails when one record gets longer than maxRecord.
type recordGuard struct {
	r      io.Reader
	length int // bytes since the record began
}

func (g *recordGuard) Read(p []byte) (int, error) {
	if g.length > maxRecord {
		return 0, fault.New("data-row-too-long", maxRecord)
	}
	n, err := g.r.Read(p)
	g.length += n
	return n, err
}
