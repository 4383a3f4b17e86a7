package datasets

import (
	"bufio"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// readText reads rows of numbers separated by comma, semicolon, tab or bar, with or without a header.
func readText(r *bufio.Reader, name string, want layout) (*table, error) {
	rows, err := readRows(r, name)
	if err != nil {
		return nil, err
	}
	p := &textParser{rows: rows, want: want, table: &table{file: name}}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.table, nil
}

// textParser turns rows of cells into a table.
type textParser struct {
	rows  *rows
	want  layout
	table *table
	cells growing[float32] // of the value columns
	names []string         // one a column of the file
	roles []role
}

// parse reads the first row as header if it holds a word, and every other one as numbers.
func (p *textParser) parse() error {
	cells, err := p.rows.next()
	if err == io.EOF {
		return inFile(p.table.file, fault.New("data-empty"))
	}
	if err != nil {
		return err
	}
	p.table.blank, p.rows.blank = p.rows.blank, 0 // before the first row they are left out
	header := isHeader(cells)
	if err := p.columns(cells, header); err != nil {
		return err
	}
	if header {
		cells, err = p.rows.next()
	}
	for ; err == nil; cells, err = p.rows.next() {
		if err := p.row(cells); err != nil {
			return err
		}
	}
	if err != io.EOF {
		return err
	}
	p.table.blank += p.rows.blank
	if p.table.values.Rows == 0 {
		return inFile(p.table.file, fault.New("data-only-header"))
	}
	p.table.values.Values = p.cells.all()
	return nil
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

// columns fixes names and roles from the first row.
func (p *textParser) columns(cells []string, header bool) error {
	p.names = make([]string, len(cells))
	for i, cell := range cells {
		p.names[i] = columnName(i)
		if header {
			p.names[i] = strings.Clone(strings.TrimSpace(cell))
		}
	}
	if p.want.fields > 0 && len(cells) != p.want.fields {
		return p.fieldError(cells, p.want.fields)
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
				p.table.names = append(p.table.names, Visible(name))
			}
		case roleLabel:
			p.table.labels = []uint8{}
		case roleTime, roleNumber, roleOtherLabel:
			p.table.dropped = append(p.table.dropped, Dropped{Visible(name), reasons[p.roles[i]]})
		}
	}
	return nil
}

// fieldError says how many cells the present row has, where they should be want.
func (p *textParser) fieldError(cells []string, want int) error {
	return atLine(p.table.file, p.rows.line, fault.New("data-fields", len(cells), want))
}

// row appends one row. In a table of one column a blank line before it is a row too, whose cell is missing;
// in others it is left out.
func (p *textParser) row(cells []string) error {
	if len(cells) != len(p.roles) {
		return p.fieldError(cells, len(p.roles))
	}
	if len(cells) > 1 {
		p.table.blank += p.rows.blank
		return p.append(cells, p.rows.line)
	}
	for line := p.rows.line - p.rows.blank; line < p.rows.line; line++ {
		if err := p.append([]string{""}, line); err != nil {
			return err
		}
	}
	return p.append(cells, p.rows.line)
}

// append appends one row that begins in that line.
func (p *textParser) append(cells []string, line int) error {
	t := p.table
	for i, cell := range cells {
		var err error
		switch p.roles[i] {
		case roleValue:
			err = p.addValue(strings.TrimSpace(cell))
		case roleLabel:
			err = t.appendLabel(strings.TrimSpace(cell))
		}
		if err != nil {
			return atLine(t.file, line, p.inColumn(i, err))
		}
	}
	t.lines.add(t.values.Rows, line)
	t.values.Rows++
	if max(p.cells.n, t.values.Rows) > maxValues {
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

// addValue parses to the nearest float32 at once: by way of float64 it would be rounded twice.
func (p *textParser) addValue(cell string) error {
	v := float32(math.NaN())
	if cell != "" {
		x, err := strconv.ParseFloat(cell, 32)
		switch {
		case errors.Is(err, strconv.ErrSyntax):
			return fault.New("data-not-a-number", short(cell))
		case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
			return fault.New("data-not-finite-cell", short(cell))
		case math.Abs(x) > Largest:
			return fault.New("data-not-squarable-cell", short(cell), largestText)
		}
		v = float32(x)
	}
	p.cells.add(v)
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
