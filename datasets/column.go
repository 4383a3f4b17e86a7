package datasets

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// Column is one column of a text of numbers.
type Column struct {
	File   string
	Values []float64 // NaN for a cell that is missing, or says so
	Blank  int       // blank lines that were left out
	lines  places
	cells  growing[float64] // until all are there
}

// ReadColumn reads the column of that name. Without a name the text must have one column, or one beside a
// first column called step; a header is optional then. Errors say file, line and column; when ctx ends first,
// it is that error alone.
func ReadColumn(ctx context.Context, f File, name string) (*Column, error) {
	c := &Column{File: f.Name}
	err := f.read(ctx, func(kind content, r *bufio.Reader) error {
		if kind != contentText {
			return inFile(f.Name, fault.New("data-not-a-text"))
		}
		list, err := readRows(r, f.Name)
		if err != nil {
			return err
		}
		return c.read(list, name)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// At says that an error is at value i.
func (c *Column) At(i int, err error) error { return atLine(c.File, c.lines.of(i), err) }

// read reads rows, of which the first may hold names.
func (c *Column) read(list *rows, name string) error {
	cells, err := list.next()
	if err == io.EOF {
		return inFile(c.File, fault.New("data-empty"))
	}
	if err != nil {
		return err
	}
	c.Blank, list.blank = list.blank, 0 // before the first row they are left out
	columns := len(cells)
	at, header, err := findColumn(cells, name)
	if err != nil {
		return atLine(c.File, list.line, err)
	}
	if header {
		cells, err = list.next()
	}
	for ; err == nil; cells, err = list.next() {
		if len(cells) != columns {
			return atLine(c.File, list.line, fault.New("data-fields", len(cells), columns))
		}
		x, err := parseNumber(cells[at])
		if err != nil {
			return atLine(c.File, list.line, fault.New("data-in-column", at+1, err))
		}
		if err := c.row(list, x, columns); err != nil {
			return err
		}
	}
	if err != io.EOF {
		return err
	}
	if c.Blank += list.blank; c.cells.n == 0 {
		return inFile(c.File, fault.New("data-only-header"))
	}
	c.Values = c.cells.all()
	return nil
}

// row appends the value of a row, and, in a text of one column, a missing value for each blank line before
// it.
func (c *Column) row(list *rows, x float64, columns int) error {
	if columns > 1 {
		c.Blank += list.blank
	} else {
		for i := range list.blank {
			c.append(math.NaN(), list.line-list.blank+i)
		}
	}
	if c.append(x, list.line); c.cells.n > maxValues {
		return inFile(c.File, fault.New("data-too-many-values", maxValues))
	}
	return nil
}

// append adds the value of a row that begins in that line.
func (c *Column) append(x float64, line int) {
	c.lines.add(c.cells.n, line)
	c.cells.add(x)
}

// findColumn says which column to read, and whether the first row, which it is given, holds names.
func findColumn(cells []string, name string) (at int, header bool, err error) {
	if name != "" {
		same := func(cell string) bool { return strings.TrimSpace(cell) == name }
		if at = slices.IndexFunc(cells, same); at < 0 {
			return 0, false, fault.New("data-no-column", short(name), fault.Choices(few(cells)))
		}
		return at, true, nil
	}
	at = len(cells) - 1
	if at > 1 || at == 1 && strings.TrimSpace(cells[0]) != "step" {
		return 0, false, fault.New("data-which-column", len(cells), fault.Choices(few(cells)))
	}
	_, err = parseNumber(cells[at])
	return at, err != nil, nil
}

// parseNumber reads a number, infinite ones included; an empty cell and NaN are a missing one.
func parseNumber(cell string) (float64, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(cell, 64)
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, fault.New("data-not-a-number", short(cell))
	case err != nil:
		return 0, fault.New("data-not-finite", short(cell))
	}
	return x, nil
}
