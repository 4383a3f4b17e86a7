package datasets

import (
	"bufio"
	"context"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Column is one column of a table or array.
type Column struct {
	File     string
	Name     string
	Values   []float64 // NaN for a cell that is missing, or no number
	Findings []found.Finding

	t *table.Table
	c *table.Column
}

// Sheet is a file of columns: a table, an array, or the arrays of an archive.
type Sheet struct {
	File   string
	Rows   int  // of the first table
	Blank  int  // blank lines that were left out
	Unsure bool // the first row may hold names, or not
	Header bool // it is taken to

	tables  []*table.Table
	names   []string // of the entries of an archive; empty = the file itself
	guessed bool
}

// ReadSheet reads a file of columns, to choose some of them. Header is yes, no or empty. Errors say file, line
// and column; when ctx ends first, it is that error alone.
func ReadSheet(ctx context.Context, f File, header string) (*Sheet, error) {
	want := table.Want{Asked: found.Asked{Header: header}, Raw: true}
	s := &Sheet{File: f.Name}
	var inside []File
	err := f.read(ctx, func(kind content, r *bufio.Reader) (err error) {
		if kind == contentZip {
			inside, err = entries(ctx, f.Name, r)
			return err
		}
		t, err := tableOf(kind, r, f, want) // in one pass: what is piped is there once
		s.tables, s.names = []*table.Table{t}, []string{""}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, one := range inside {
		t, err := readTable(ctx, one, want)
		if err != nil {
			return nil, err
		}
		s.add(t, one.Inside)
	}
	first := s.tables[0]
	s.Rows, s.Unsure, s.Header = first.Rows, first.Unsure, first.Format.Header
	for _, t := range s.tables {
		s.Blank += t.Blank
	}
	return s, nil
}

// add adds an entry of an archive; an array has its name.
func (s *Sheet) add(t *table.Table, name string) {
	s.tables, s.names = append(s.tables, t), append(s.names, name)
	if t.Format.Header {
		return
	}
	for i, c := range t.Columns {
		if c.Name = name; len(t.Columns) > 1 {
			c.Name += " " + table.ColumnName(i)
		}
	}
}

// Score returns the one column of numbers of that name, or in that place, counted from 1. Without a name there must
// be one alone that is neither time nor row number.
func (s *Sheet) Score(name string) (*Column, error) {
	var names []string
	if name != "" {
		names = []string{name}
	}
	columns, err := s.Scores(names)
	if err == nil && len(columns) > 1 {
		err = s.Which()
	}
	if err != nil {
		return nil, err
	}
	return columns[0], nil
}

// column is one of a table.
func column(t *table.Table, c *table.Column) *Column {
	return &Column{File: t.File, Name: c.Name, Values: c.Values, Findings: t.Findings, t: t, c: c}
}

// find returns the column of that name, or in that place of the first table.
func (s *Sheet) find(name string) (*Column, error) {
	var first error
	for i, t := range s.tables {
		if s.names[i] == name && len(t.Columns) == 1 {
			return column(t, t.Columns[0]), nil
		}
	}
	for _, t := range s.tables {
		c, err := t.Find(name)
		if err == nil {
			return column(t, c), nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// guess gives every column a role by its name and its values.
func (s *Sheet) guess() {
	if s.guessed {
		return
	}
	s.guessed = true
	for _, t := range s.tables {
		if len(t.Columns) > 1 {
			t.Guess(table.Want{})
		}
	}
}

// ofLabels reports whether table i is labels by the name of its entry.
func (s *Sheet) ofLabels(i int) bool {
	k := partOfWord(strings.ToLower(s.names[i]), false)
	return s.names[i] != "" && (k == partLabels || k == partTrainLabels)
}

// mostScores is how many columns count as scores without being named.
const mostScores = 20

// Scores returns the columns of these names or places or, without any, all columns of numbers that are no
// times, row numbers or labels; of these only the ones that are called scores, if some are.
func (s *Sheet) Scores(names []string) (columns []*Column, err error) {
	for _, name := range names {
		c, err := s.find(name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	if len(names) > 0 {
		return columns, nil
	}
	if len(s.tables) == 1 && len(s.tables[0].Columns) == 1 {
		return []*Column{column(s.tables[0], s.tables[0].Columns[0])}, nil
	}
	s.guess()
	for i, t := range s.tables {
		if s.ofLabels(i) {
			continue
		}
		left := t.Channels()
		if len(t.Columns) == 1 {
			left = t.Columns
		}
		for _, c := range left {
			columns = append(columns, column(t, c))
		}
	}
	called := func(c *Column) bool { return strings.Contains(strings.ToLower(c.Name), "score") }
	if slices.ContainsFunc(columns, called) {
		columns = slices.DeleteFunc(columns, func(c *Column) bool { return !called(c) })
	}
	if len(columns) == 0 || len(columns) > mostScores {
		return nil, s.Which()
	}
	return columns, nil
}

// Labels returns the column of that name or place or, without one, the one that looks like labels, or the only
// one that it can be.
func (s *Sheet) Labels(name string) (*Column, error) {
	if name != "" {
		return s.find(name)
	}
	for i, t := range s.tables {
		if s.ofLabels(i) && len(t.Columns) == 1 {
			return column(t, t.Columns[0]), nil
		}
	}
	if len(s.tables) == 1 && len(s.tables[0].Columns) == 1 {
		return column(s.tables[0], s.tables[0].Columns[0]), nil
	}
	s.guess()
	for _, t := range s.tables {
		if len(t.Columns) > 1 && t.Label() != nil {
			return column(t, t.Label()), nil
		}
	}
	if left := s.tables[0].Channels(); len(s.tables) == 1 && len(left) == 1 {
		return column(s.tables[0], left[0]), nil
	}
	return nil, s.Which()
}

// Texts returns what stands in every row of a column.
func (s *Sheet) Texts(name string) ([]string, error) {
	c, err := s.find(name)
	if err != nil {
		return nil, err
	}
	out := make([]string, c.t.Rows)
	for row := range out {
		out[row] = c.c.Text(row)
		if c.c.Codes != nil {
			out[row] = c.c.Words[c.c.Codes[row]].Text
		}
	}
	return out, nil
}

// Which asks for the name of a column.
func (s *Sheet) Which() error {
	var names fault.Choices
	for _, t := range s.tables {
		for _, c := range t.Columns {
			names = append(names, c.Name)
		}
	}
	return table.InFile(s.File, fault.New("data-which-column", len(names), fault.Choices(table.Few(names))))
}

// At says that an error is at value i.
func (c *Column) At(i int, err error) error { return c.t.At(i, c.c, err) }

// Numbers returns the values, of which missing ones are NaN; a cell that is no number is an error.
func (c *Column) Numbers() ([]float64, error) { return c.Values, c.t.Numbers(c.c) }

// Labels returns 1 where a row is anomalous; anomaly is how that is spelt, empty = as it is usual.
func (c *Column) Labels(anomaly string) ([]uint8, error) {
	before := len(c.t.Findings)
	labels, err := c.t.Labels(c.c, anomaly)
	c.Findings = append(c.Findings, c.t.Findings[before:]...)
	return labels, err
}

// LabelsAt returns the labels, 1 where a row is anomalous, in the order of the rows of another column: joined by
// their times where both tables have some that differ.
func (c *Column) LabelsAt(rows *Column, anomaly string) ([]uint8, error) {
	labels, err := c.Labels(anomaly)
	if err != nil || c.t == rows.t {
		return labels, err
	}
	m := &marks{file: c.File, labels: labels, at: axisOf(c.t)}
	p := &portion{file: rows.File, raw: Raw{Rows: rows.t.Rows}, at: axisOf(rows.t)}
	joined, err := m.byTime(p)
	if err != nil || joined == nil {
		return labels, err
	}
	c.Findings = append(c.Findings, m.findings...)
	return joined, nil
}

// LabelsIn is LabelsAt where several series share times: series and of say of which one each row of the labels, and
// each of the other column, is. It needs times in both tables.
func (c *Column) LabelsIn(rows *Column, anomaly string, series, of []string) ([]uint8, error) {
	labels, err := c.Labels(anomaly)
	if err != nil {
		return nil, err
	}
	mine, theirs := axisOf(c.t), axisOf(rows.t)
	if mine.None() || theirs.None() || mine.Clock != theirs.Clock || mine.Unit != theirs.Unit {
		return nil, table.InFile(c.File, fault.New("data-label-series-times", table.VisibleFile(rows.File)))
	}
	type place struct {
		series string
		at     int64
	}
	known := make(map[place]uint8, len(labels))
	for i, ns := range mine.At {
		at := place{series[i], ns}
		if before, twice := known[at]; twice && before != labels[i] {
			return nil, table.InFile(c.File, fault.New("data-label-times-double", series[i]+", "+mine.Text(ns)))
		}
		known[at] = labels[i]
	}
	out := make([]uint8, len(theirs.At))
	for i, ns := range theirs.At {
		label, there := known[place{of[i], ns}]
		if !there {
			return nil, table.InFile(c.File, fault.New("data-label-time-missing", of[i]+", "+theirs.Text(ns),
				table.VisibleFile(rows.File)))
		}
		out[i] = label
	}
	c.Findings = append(c.Findings, found.Finding{File: table.VisibleFile(c.File),
		Said: fault.Of(fault.New("find-joined-by-time", len(labels)))})
	return out, nil
}

// Naming returns what stands in the first column that holds all of some names; nil = none does.
func (s *Sheet) Naming(names []string) []string {
	for _, t := range s.tables {
		for _, c := range t.Columns {
			texts, err := s.Texts(c.Name)
			has := map[string]bool{}
			for _, text := range texts {
				has[text] = true
			}
			if err == nil && !slices.ContainsFunc(names, func(n string) bool { return !has[n] }) {
				return texts
			}
		}
	}
	return nil
}

// axisOf is when the rows of a table were measured, as its columns say.
func axisOf(t *table.Table) table.Axis {
	if len(t.Columns) > 1 && t.Columns[0].Role == "" {
		t.Guess(table.Want{})
	}
	return t.Axis()
}

// Intervals is a list of stretches that are anomalous.
type Intervals struct{ marks *marks }

// ReadIntervals reads labels that are written as intervals: a table with columns start and end, or JSON; nil =
// the file holds others.
func ReadIntervals(ctx context.Context, f File, header string) (*Intervals, error) {
	m, err := readMarks(ctx, f, Options{Asked: found.Asked{Header: header}})
	if err != nil && m == nil || err == nil && m.intervals == nil && m.byFile == nil {
		return nil, nil // whoever reads its columns says what is wrong with them
	}
	return &Intervals{m}, err
}

// LabelsAt marks the rows of a table that lie in an interval: by row numbers from 0, or by times.
func (i *Intervals) LabelsAt(rows *Column) (labels []uint8, findings []found.Finding, err error) {
	p := &portion{file: rows.File, raw: Raw{Rows: rows.t.Rows}, at: axisOf(rows.t)}
	labels, err = i.marks.over(p)
	return labels, i.marks.findings, err
}

// Same reports whether another column is the same of the same table.
func (c *Column) Same(other *Column) bool { return c.c == other.c }
