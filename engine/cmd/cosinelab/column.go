package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// open opens a file, - for standard input, and undoes .gz.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.stdin), nil
	}
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// column is one column of a CSV file, with the line that each value stands in.
type column struct {
	values []float64 // NaN for an empty cell
	lines  []int
}

// readColumn reads the column of this name of a CSV file. Without a name the file must have one column, or one beside
// a first column called step; a header is optional then.
func (a *app) readColumn(file, name string) (column, error) {
	in, err := a.open(file)
	if err != nil {
		return column{}, err
	}
	defer in.Close()
	r := csv.NewReader(in)
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	var c column
	at := -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return c, fmt.Errorf("%s: %w", file, err)
		}
		if at < 0 {
			header, err := find(row, name)
			if err != nil {
				return c, fmt.Errorf("%s: %w", file, err)
			}
			at = header.at
			if header.is {
				continue
			}
		}
		x, err := cell(row[at])
		if err != nil {
			return c, fmt.Errorf("%s:%d: column %d: %w", file, line, at+1, err)
		}
		c.values, c.lines = append(c.values, x), append(c.lines, line)
	}
	if len(c.values) == 0 {
		return c, fmt.Errorf("%s: no values", file)
	}
	return c, nil
}

// header is what the first row says: which column to read, and whether the row holds names.
type header struct {
	at int
	is bool
}

func find(row []string, name string) (header, error) {
	if name != "" {
		i := slices.Index(row, name)
		if i < 0 {
			return header{}, fmt.Errorf("no column %q among %s", name, strings.Join(row, ", "))
		}
		return header{i, true}, nil
	}
	last := len(row) - 1
	if last > 1 || last == 1 && row[0] != "step" {
		return header{}, fmt.Errorf("%d columns: name the one to read among %s", len(row), strings.Join(row, ", "))
	}
	_, err := cell(row[last])
	return header{last, err != nil}, nil
}

// cell reads a number; an empty cell and NaN are a missing one.
func cell(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return x, nil
}

// readLabels reads a column of 0 and 1.
func (a *app) readLabels(file, name string) ([]uint8, error) {
	c, err := a.readColumn(file, name)
	if err != nil {
		return nil, err
	}
	labels := make([]uint8, len(c.values))
	for i, x := range c.values {
		if x != 0 && x != 1 {
			return nil, fmt.Errorf("%s:%d: label %v, want 0 or 1", file, c.lines[i], x)
		}
		labels[i] = uint8(x)
	}
	return labels, nil
}
