package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// open opens a file, - for standard input, and undoes .gz.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.stdin), nil
	}
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, told(name, err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fault.New("in-place", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// column is one column of a CSV file, with the line that each value stands in.
type column struct {
	file   string
	values []float64 // NaN for an empty cell
	lines  []int
}

// at is an error about value i.
func (c column) at(i int, err error) error { return atLine(c.file, c.lines[i], err) }

// atLine is an error in a line of a file.
func atLine(file string, line int, err error) error {
	return fault.New("at-line", file, line, err)
}

// readColumn reads the column of this name of a CSV file. Without a name the file must have one column, or
// one beside a first column called step; a header is optional then.
func (a *app) readColumn(file, name string) (column, error) {
	c := column{file: file}
	in, err := a.open(file)
	if err != nil {
		return c, err
	}
	defer in.Close()
	r := csv.NewReader(in)
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	if err := c.read(r, name); err != nil {
		return c, err
	}
	if len(c.values) == 0 {
		return c, fault.New("in-place", file, fault.New("cli-no-values"))
	}
	return c, nil
}

func (c *column) read(r *csv.Reader, name string) error {
	at := -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.unreadable(err)
		}
		line, _ := r.FieldPos(0)
		if at < 0 {
			var header bool
			row[0] = strings.TrimPrefix(row[0], "\ufeff") // some programs begin a file with a byte order mark
			if at, header, err = find(row, name); err != nil {
				return atLine(c.file, line, err)
			}
			if header {
				continue
			}
		}
		x, err := parseCell(row[at])
		if err != nil {
			return atLine(c.file, line, fault.New("cli-in-column", at+1, err))
		}
		c.values, c.lines = append(c.values, x), append(c.lines, line)
	}
}

// unreadable names file and line of what is wrong with the form of a CSV file.
func (c *column) unreadable(err error) error {
	if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
		return atLine(c.file, wrong.Line, wrong.Err)
	}
	return fault.New("in-place", c.file, err)
}

// find says which column to read and whether the first row, which it is given, holds names.
func find(row []string, name string) (at int, header bool, err error) {
	if name != "" {
		at = slices.Index(row, name)
		if at < 0 {
			return 0, false, fault.New("cli-no-column", name, strings.Join(row, ", "))
		}
		return at, true, nil
	}
	at = len(row) - 1
	if at > 1 || at == 1 && row[0] != "step" {
		return 0, false, fault.New("cli-columns", len(row), strings.Join(row, ", "))
	}
	_, err = parseCell(row[at])
	return at, err != nil, nil
}

// parseCell reads a number; an empty cell and NaN are a missing one.
func parseCell(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fault.New("cli-not-a-number", text)
	}
	return x, nil
}

// labels are the values of a column of 0 and 1.
func (c column) labels() ([]uint8, error) {
	labels := make([]uint8, len(c.values))
	for i, x := range c.values {
		if x != 0 && x != 1 {
			return nil, c.at(i, fault.New("cli-label", x))
		}
		labels[i] = uint8(x)
	}
	return labels, nil
}
