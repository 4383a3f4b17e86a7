package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/table"
)

// sheet is a file of columns that eval reads.
type sheet struct {
	*datasets.Sheet
	open func(header string) (*datasets.Sheet, error) // reads the file again; nil = it is a pipe
}

// fileOf is a file to read, - for standard input.
func (a *app) fileOf(name string) datasets.File {
	return datasets.File{Name: name, Open: func() (io.ReadCloser, error) {
		if name == "-" {
			return io.NopCloser(a.stdin), nil
		}
		return os.Open(name)
	}}
}

// readSheet reads a file of columns, and says what it left out.
func (a *app) readSheet(ctx context.Context, file, header string) (sheet, error) {
	read := func(header string) (*datasets.Sheet, error) {
		return datasets.ReadSheet(ctx, a.fileOf(file), header)
	}
	s, err := read(header)
	if err != nil {
		return sheet{}, err
	}
	out := sheet{Sheet: s}
	if file != "-" {
		out.open = read
	}
	if s.Blank > 0 {
		fmt.Fprintln(a.errOut, a.w.Say("cli-blank-lines", table.Visible(file), s.Blank))
	}
	return out, nil
}

// turned is the sheet with its first row taken the other way round, if it has then so many rows; else it is the
// sheet itself.
func (s sheet) turned(rows int) (sheet, bool) {
	if !s.Unsure || s.open == nil {
		return s, false
	}
	header := "yes"
	if s.Header {
		header = "no"
	}
	other, err := s.open(header)
	if err != nil || other.Rows != rows {
		return s, false
	}
	return sheet{Sheet: other}, true
}

// readNumbers reads one column of numbers of a file, none of which may be missing.
func (a *app) readNumbers(ctx context.Context, file, name, header string) (*datasets.Column, error) {
	s, err := a.readSheet(ctx, file, header)
	if err != nil {
		return nil, err
	}
	c, err := s.Score(name)
	if err == nil {
		_, err = c.Numbers()
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// namesOf are the names of columns, with commas between them.
func namesOf(columns []*datasets.Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, table.Visible(c.Name))
	}
	return strings.Join(names, ", ")
}
