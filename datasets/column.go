package datasets

import (
	"context"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Column is one column of a table or array.
type Column struct {
	File     string
	Name     string
	Values   []float64 // NaN for a cell that is missing, or no number
	Blank    int       // blank lines that were left out
	Findings []found.Finding
	Unsure   bool // the first row may hold names, or not
	Header   bool // it is taken to

	t *table.Table
	c *table.Column
}

// ReadColumn reads the column of that name, or in that place, counted from 1. Without a name the table must
// have one column that is neither time nor row number: of labels if labels are wanted, else of numbers. Header
// is yes, no or empty. Errors say file, line and column; when ctx ends first, it is that error alone.
func ReadColumn(ctx context.Context, f File, name, header string, labels bool) (*Column, error) {
	want := table.Want{Asked: found.Asked{Header: header}, Raw: true}
	t, err := readTable(ctx, f, want)
	if err != nil {
		return nil, err
	}
	c := &Column{File: f.Name, Blank: t.Blank, Unsure: t.Unsure, Header: t.Format.Header, t: t}
	if c.c, err = chosen(t, name, want, labels); err != nil {
		return nil, err
	}
	c.Name, c.Values, c.Findings = c.c.Name, c.c.Values, t.Findings
	return c, nil
}

// chosen is the column that is asked for, or the only one that it can be.
func chosen(t *table.Table, name string, want table.Want, labels bool) (*table.Column, error) {
	if name != "" {
		return t.Find(name)
	}
	if len(t.Columns) == 1 {
		return t.Columns[0], nil
	}
	t.Guess(want)
	if labels && t.Label() != nil {
		return t.Label(), nil
	}
	if left := t.Channels(); len(left) == 1 {
		return left[0], nil
	}
	var names fault.Choices
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return nil, table.InFile(t.File, fault.New("data-which-column", len(t.Columns), fault.Choices(table.Few(
		names))))
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
