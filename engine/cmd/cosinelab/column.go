package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"cosinelab/datasets"
	"cosinelab/datasets/table"
)

// column is one column of a file that eval reads.
type column struct {
	*datasets.Column
	open func(header string) (*datasets.Column, error) // reads the file again; nil = it is a pipe
}

// readColumn reads the column of this name of a file, - for standard input, and says what it left out.
func (a *app) readColumn(ctx context.Context, file, name, header string, labels bool) (column, error) {
	read := func(header string) (*datasets.Column, error) {
		open := func() (io.ReadCloser, error) {
			if file == "-" {
				return io.NopCloser(a.stdin), nil
			}
			return os.Open(file)
		}
		return datasets.ReadColumn(ctx, datasets.File{Name: file, Open: open}, name, header, labels)
	}
	c, err := read(header)
	if err != nil {
		return column{}, err
	}
	out := column{Column: c}
	if file != "-" {
		out.open = read
	}
	if c.Blank > 0 {
		fmt.Fprintln(a.errOut, a.w.Say("cli-blank-lines", table.Visible(file), c.Blank))
	}
	return out, nil
}

// turned is the column with its first row taken the other way round, if it has then so many values; else it
// is the column itself.
func (c column) turned(values int) (column, bool) {
	if !c.Unsure || c.open == nil {
		return c, false
	}
	header := "yes"
	if c.Header {
		header = "no"
	}
	other, err := c.open(header)
	if err != nil || len(other.Values) != values {
		return c, false
	}
	return column{Column: other}, true
}
