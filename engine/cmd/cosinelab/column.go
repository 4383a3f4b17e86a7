package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// column is one column of a file that eval reads.
type column struct{ *datasets.Column }

// readColumn reads the column of this name of a file, - for standard input, and says what it left out.
func (a *app) readColumn(ctx context.Context, file, name string) (column, error) {
	open := func() (io.ReadCloser, error) {
		if file == "-" {
			return io.NopCloser(a.stdin), nil
		}
		return os.Open(file)
	}
	c, err := datasets.ReadColumn(ctx, datasets.File{Name: file, Open: open}, name)
	if err == nil && c.Blank > 0 {
		fmt.Fprintln(a.errOut, a.w.Say("cli-blank-lines", datasets.Visible(file), c.Blank))
	}
	return column{c}, err
}

// labels are the values of a column of 0 and 1.
func (c column) labels() ([]uint8, error) {
	labels := make([]uint8, len(c.Values))
	for i, x := range c.Values {
		if x != 0 && x != 1 {
			return nil, c.At(i, fault.New("cli-label", x))
		}
		labels[i] = uint8(x)
	}
	return labels, nil
}
