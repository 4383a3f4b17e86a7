// Package table reads one table of numbers into columns that each have a role.
package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// Want is what a reader expects of a table, beside what a person has said of it.
type Want struct {
	found.Asked
	Names  []string // of the columns, where the file has none; nil = nobody says
	Fields int      // columns of the file; 0 = as many as the first row has
	Maybe  bool     // columns that were asked for may be absent
	Labels bool     // the table is the labels: one column that is left, or the label column
	Plain  bool     // names alone decide about roles: for sets whose columns are known
	Raw    bool     // no roles at all: whoever asks takes columns
}

// Table is one file's content.
type Table struct {
	parts    [partCount]*Column // of which each holds a part of the time; nil = there is none
	File     string
	Format   Format
	Array    bool // without names, lines or text
	Columns  []*Column
	Rows     int
	Blank    int // blank lines that were left out
	Findings []found.Finding
	Unsure   bool             // the first row may hold names, or not
	Shaped   bool             // an array whose shape looks transposed
	Absent   map[string]error // columns asked for that are not here, where Want.Maybe is

	lines places // of the rows of a text
}

// MaxValues bounds what one array or table may hold: 1 GiB of float64. A small compressed file can claim
// more.
const MaxValues = 1 << 27

// maxColumns bounds the columns of a text, each of which takes memory before it holds anything.
const maxColumns = 1 << 16

// Line is the line of a row, from 1; 0 for an array.
func (t *Table) Line(row int) int {
	if len(t.lines) == 0 {
		return 0
	}
	return t.lines.of(row)
}

// At says that an error is in a row, from 0, and a column.
func (t *Table) At(row int, c *Column, err error) error {
	if t.Array {
		return InFile(t.File, fault.New("data-in-cell", row+1, c.Place, err))
	}
	wrong := AtLine(t.File, t.Line(row), t.inColumn(c, err))
	wrong.Place = c.Place
	return wrong
}

// inColumn says that an error is in a column.
func (t *Table) inColumn(c *Column, err error) error {
	if !t.Format.Header || c.Name == "" {
		return fault.New("data-in-column", c.Place, err)
	}
	return fault.New("data-in-named-column", c.Place, Short(c.Name), err)
}

// note adds a finding.
func (t *Table) note(f found.Finding) {
	f.File = Visible(t.File)
	t.Findings = append(t.Findings, f)
}

// With returns the columns of a role.
func (t *Table) With(role found.Role) (out []*Column) {
	for _, c := range t.Columns {
		if c.Role == role {
			out = append(out, c)
		}
	}
	return out
}

// Channels returns the columns that are channels.
func (t *Table) Channels() (out []*Column) {
	for _, c := range t.Columns {
		if c.Role.Used() {
			out = append(out, c)
		}
	}
	return out
}

// Label returns the label column; nil = there is none.
func (t *Table) Label() *Column {
	if labels := t.With(found.Label); len(labels) > 0 {
		return labels[0]
	}
	return nil
}

// ColumnName names column i, from 0, of a table without header as people count.
func ColumnName(i int) string { return fmt.Sprintf("column %d", i+1) }

// Text reads rows of cells, with or without a header, and gives every column a role.
func Text(r *bufio.Reader, name string, want Want) (*Table, error) {
	p := &parser{t: &Table{File: name}, want: want}
	if err := p.read(r); err != nil {
		return nil, err
	}
	if err := p.t.call(want.Names); err != nil || want.Raw {
		return p.t, err
	}
	return p.t, p.t.Decide(want)
}

// call gives columns without names some; a file that has its own keeps them.
func (t *Table) call(names []string) error {
	switch {
	case names == nil || t.Format.Header:
		return nil
	case len(names) != len(t.Columns):
		return InFile(t.File, fault.New("data-names-count", len(t.Columns), len(names)))
	}
	for i, c := range t.Columns {
		c.Name = names[i]
	}
	t.Format.Header = true
	return nil
}

// parser turns rows of cells into columns.
type parser struct {
	t        *Table
	want     Want
	rows     *Rows
	columns  []*builder
	n        int
	titles   int   // lines before the table
	unsure   bool  // some of them hold numbers
	empty    []int // rows since the last that holds anything, by their lines
	aside    []aside
	comments []int // lines in the middle
	again    []int // lines that hold the names once more
}

// The signs of found.Separators and found.Decimals.
const (
	separators = ",;\t|" + string(rune(spaces))
	decimals   = ".,"
)

// SeparatorName is what the separator of a text is called; empty for an array.
func (f Format) SeparatorName() string {
	if at := strings.IndexByte(separators, f.Comma); at >= 0 && f.Comma != 0 {
		return found.Separators[at]
	}
	return ""
}

// sniffedRows are the rows by which the header is told.
const sniffedRows = 60

func (p *parser) read(r *bufio.Reader) error {
	r, encoding, _ := decoded(r)
	p.t.Format.Encoding = encoding
	p.rows = &Rows{file: p.t.File, r: r}
	for range p.want.Skip {
		if err := p.passLine(); err != nil {
			return err
		}
	}
	lines, err := p.sample(r)
	if err != nil {
		return err
	}
	if asked := slices.Index(found.Separators, p.want.Separator); asked >= 0 {
		p.t.Format.Comma = separators[asked]
	}
	if !p.want.Plain {
		lines = body(lines)
		if p.want.Skip == 0 {
			p.titles, p.unsure = preamble(lines)
			lines = lines[p.titles:]
		}
	}
	p.rows.comma = p.t.Format.Comma
	if p.rows.comma == 0 {
		p.rows.comma = separator(lines)
	}
	var doubt byte
	p.t.Format.Comma = p.rows.comma
	p.t.Format.Decimal, doubt = decimalMark(lines, p.rows.comma)
	if asked := slices.Index(found.Decimals, p.want.Decimal); asked >= 0 {
		p.t.Format.Decimal, doubt = decimals[asked], 0
	}
	if doubt != 0 {
		p.decimalDoubt(doubt)
	}
	if err := p.skip(lines); err != nil {
		return err
	}
	first, end := p.first()
	if end != nil && end != io.EOF {
		return end
	}
	if err := p.begin(first); err != nil {
		return err
	}
	for end == nil {
		var cells [][]byte
		if cells, end = p.rows.Next(); end == nil {
			if err := p.row(cells, p.rows.Line, p.rows.blank); err != nil {
				return err
			}
		}
	}
	if end != io.EOF {
		return end
	}
	p.t.Blank += p.rows.blank + len(p.empty)
	return p.finish()
}

// sample returns the first lines.
func (p *parser) sample(r *bufio.Reader) ([][]byte, error) {
	sample, err := r.Peek(1 << 16)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, InFile(p.t.File, fault.Cause(err))
	}
	sample = append([]byte(nil), sample...) // reading on moves it
	lines := linesOf(sample, err == io.EOF)
	if len(lines) > 0 && len(lines[0]) == 5 && strings.EqualFold(string(lines[0][:4]), "sep=") {
		p.t.Format.Comma = lines[0][4] // a line that spreadsheets understand
		lines = lines[1:]
	}
	for len(lines) > 1 && lines[0][0] == '#' {
		lines = lines[1:]
	}
	return lines, nil
}

// skip passes over the lines before the table: what is left in lines begins with its first.
func (p *parser) skip(lines [][]byte) error {
	if p.want.Plain || len(lines) == 0 {
		return nil
	}
	if err := p.skipComments(lines); err != nil || p.titles == 0 {
		return err
	}
	for left := p.titles; left > 0; {
		if err := p.passLine(); err != nil {
			return err
		}
		if text := bytes.TrimSpace(p.rows.text); len(text) > 0 && text[0] != '#' {
			left--
		}
	}
	if err := p.skipComments(lines); err != nil {
		return err
	}
	p.t.note(found.Finding{Line: p.rows.lines, Doubt: p.unsure, Said: fault.Of(fault.New("find-titles", p.rows.lines)), Flag: "-skip"})
	return nil
}

// passLine passes over a line.
func (p *parser) passLine() error {
	p.rows.text = p.rows.text[:0]
	err := p.rows.readLine()
	if err == io.EOF {
		return InFile(p.t.File, fault.New("data-empty"))
	}
	return err
}

// skipComments passes over the lines that begin with #.
func (p *parser) skipComments(lines [][]byte) error {
	for {
		start, _ := p.rows.r.Peek(5)
		directive := len(start) == 5 && strings.EqualFold(string(start[:4]), "sep=") && p.rows.lines == 0
		if !directive && (len(start) == 0 || start[0] != '#' || lines[0][0] == '#') {
			return nil
		}
		if err := p.passLine(); err != nil {
			return err
		}
		if !directive {
			p.t.note(found.Finding{Line: p.rows.lines, Said: fault.Of(fault.New("find-comment"))})
		}
	}
}

// first reads the rows that tell the header; end is why there are no more.
func (p *parser) first() (f firstRows, end error) {
	for range sniffedRows {
		cells, err := p.rows.Next()
		if err != nil {
			return f, err
		}
		row := make([]string, len(cells))
		for i, cell := range cells {
			row[i] = string(cell)
		}
		f.cells = append(f.cells, row)
		f.lines = append(f.lines, p.rows.Line)
		f.blank = append(f.blank, p.rows.blank)
	}
	return f, nil
}

// begin fixes the columns by the first rows, and takes those that hold values.
func (p *parser) begin(f firstRows) error {
	if len(f.cells) == 0 {
		return InFile(p.t.File, fault.New("data-empty"))
	}
	p.t.Blank, f.blank[0] = f.blank[0], 0 // before the first row they are left out
	header, unsure := f.header(p.t.Format.Decimal)
	if asked := p.want.Header; asked != "" {
		header, unsure = asked == "yes", false
	}
	p.t.Format.Header, p.t.Unsure = header, unsure
	p.dateOrder(f)
	if unsure && !p.want.Plain {
		p.t.note(headerDoubt(Visible(p.t.File), header))
	}
	if err := p.name(f); err != nil {
		return err
	}
	from := 0
	if header {
		from = 1
		for n := f.unitRows(p.t.Format.Decimal); !p.want.Plain && from <= n; from++ {
			p.t.note(found.Finding{Line: f.lines[from], Said: fault.Of(fault.New("find-units-row", f.lines[from]))})
		}
	}
	for i := from; i < len(f.cells); i++ {
		cells := make([][]byte, len(f.cells[i]))
		for c, cell := range f.cells[i] {
			cells[c] = []byte(cell)
		}
		if err := p.row(cells, f.lines[i], f.blank[i]); err != nil {
			return err
		}
	}
	return nil
}

// name makes the columns: as many as the first row has, one less where it alone ends with a separator, one
// more where rows begin with a name that the header has no column for.
func (p *parser) name(f firstRows) error {
	first := f.cells[0]
	n := len(first)
	if len(f.cells) > 1 && p.t.Format.Header {
		second := f.cells[1]
		switch {
		case len(second) == n-1 && strings.TrimSpace(first[n-1]) == "":
			n--
			first = first[:n]
		case len(second) == n+1 && strings.TrimSpace(second[n]) != "":
			n++
			first = append([]string{""}, first...)
		}
	}
	if p.want.Fields > 0 && n != p.want.Fields {
		return p.fieldError(n, p.want.Fields, f.lines[0])
	}
	if n > maxColumns {
		return AtLine(p.t.File, f.lines[0], fault.New("data-too-many-columns", n, maxColumns))
	}
	for i := range n {
		name := ColumnName(i)
		if p.t.Format.Header {
			name = strings.TrimSpace(first[i])
			if i == 0 {
				name = strings.TrimSpace(strings.TrimPrefix(name, "#"))
			}
		}
		b := newBuilder(name, i+1, p.t.Format.Decimal)
		b.dates = p.t.Format.Dates
		p.columns = append(p.columns, b)
	}
	return nil
}

// fieldError says how many cells a row has, where they should be want.
func (p *parser) fieldError(got, want, line int) error {
	return AtLine(p.t.File, line, fault.New("data-fields", got, want))
}

// row takes one row, unless it is none of the table.
func (p *parser) row(cells [][]byte, line, blank int) error {
	if passed, err := p.passes(cells, line, blank); passed || err != nil {
		return err
	}
	return p.take(cells, line, blank)
}

// take takes one row. In a table of one column a blank line before it is a row too, whose cell is missing; in
// others it is left out.
func (p *parser) take(cells [][]byte, line, blank int) error {
	if n := len(cells); n == len(p.columns)+1 && len(trim(cells[n-1])) == 0 {
		cells = cells[:n-1] // a separator behind the last cell
	}
	if len(cells) != len(p.columns) {
		if len(cells) > len(p.columns) && p.t.Format.Header && line <= 2*mostBefore && !p.want.Plain {
			return AtLine(p.t.File, line, fault.New("data-fields-skip", len(cells), len(p.columns)))
		}
		return p.fieldError(len(cells), len(p.columns), line)
	}
	if len(cells) > 1 {
		p.t.Blank += blank
		if p.want.Plain || slices.ContainsFunc(cells, func(c []byte) bool { return len(trim(c)) > 0 }) {
			return p.append(cells, line)
		}
		p.empty = append(p.empty, line) // a row if others follow; what spreadsheets leave at the end if none does
		return nil
	}
	for at := line - blank; at < line; at++ {
		if err := p.append([][]byte{nil}, at); err != nil {
			return err
		}
	}
	return p.append(cells, line)
}

// append takes one row that begins in that line.
func (p *parser) append(cells [][]byte, line int) error {
	if len(p.empty) > 0 {
		lines := p.empty
		p.empty = nil
		for _, at := range lines {
			if err := p.append(make([][]byte, len(cells)), at); err != nil {
				return err
			}
		}
	}
	for i, cell := range cells {
		p.columns[i].add(cell)
	}
	p.t.lines.add(p.n, line)
	if p.n++; p.n*len(p.columns) > MaxValues {
		return InFile(p.t.File, fault.New("data-too-many-values", MaxValues))
	}
	return nil
}

// finish turns what was taken into the columns of the table.
func (p *parser) finish() error {
	if p.n == 0 {
		return InFile(p.t.File, fault.New("data-only-header"))
	}
	p.around()
	p.t.Rows = p.n
	p.t.Columns = finished(p.columns)
	if f := p.t.Format; len(p.t.Columns) > p.n && p.n > 1 && !f.Header && !p.want.Plain {
		p.t.note(found.Finding{Doubt: true, Said: fault.Of(fault.New("find-transposed", p.n, len(p.t.Columns)))})
	}
	f := p.t.Format
	switch {
	case f.Encoding == otherEncoding:
		p.t.note(found.Finding{Doubt: true, Said: fault.Of(fault.New("find-encoding-other"))})
	case f.Encoding != "":
		p.t.note(found.Finding{Said: fault.Of(fault.New("find-encoding", f.Encoding))})
	}
	if f.Decimal == ',' && !slices.ContainsFunc(p.t.Findings, func(f found.Finding) bool {
		return f.Flag == "-decimal"
	}) {
		p.t.note(found.Finding{Said: fault.Of(fault.New("find-decimal-comma"))})
	}
	return nil
}

// dateOrder fixes the order of dates: the one that was asked for, or year, month, day where years of two digits begin
// them, as they do where hyphens part them and the last number changes, or no number does.
func (p *parser) dateOrder(f firstRows) {
	if p.t.Format.Dates = p.want.Dates; p.want.Dates != "" || p.want.Plain {
		return
	}
	years, days := map[string]bool{}, map[string]bool{}
	for _, row := range f.cells {
		for _, cell := range row {
			if s, ok := parseStamp(trim([]byte(cell)), "ymd"); !ok || !s.date {
				continue
			}
			if d := hyphenated(strings.TrimSpace(cell)); d != nil {
				years[d[0]], days[d[2]] = true, true
			}
		}
	}
	if len(years) != 1 || len(days) == 0 {
		return
	}
	p.t.Format.Dates = "ymd"
	if len(days) == 1 {
		p.t.note(found.Finding{Doubt: true, Guess: "ymd", Choices: []string{"dmy", "mdy"}, Flag: "-dates",
			Said: fault.Of(fault.New("find-year-first"))})
	}
}

// hyphenated are the three numbers of two digits of a date with hyphens; nil = it has others.
func hyphenated(cell string) []string {
	date, _, _ := strings.Cut(strings.Replace(cell, "T", " ", 1), " ")
	parts := strings.Split(date, "-")
	if len(parts) != 3 || slices.ContainsFunc(parts, func(d string) bool { return len(d) != 2 }) {
		return nil
	}
	return parts
}

// decimalDoubt says that the signs before three digits are read in one of two ways.
func (p *parser) decimalDoubt(sign byte) {
	if p.want.Plain {
		return
	}
	key, guess := "find-decimal-doubt", "1"+string(sign)+"234 = 1234"
	if sign == '.' {
		key = "find-points-doubt"
	}
	if p.t.Format.Decimal == sign {
		guess = "1" + string(sign) + "234 = 1.234"
	}
	p.t.note(found.Finding{Doubt: true, Guess: guess, Flag: "-decimal", Said: fault.Of(fault.New(key, guess))})
}
