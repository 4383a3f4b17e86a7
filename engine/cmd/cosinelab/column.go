package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"cosinelab/assets/words"
	"cosinelab/datasets"
)

// column is one column of a file that eval reads.
type column struct{ *datasets.Column }

// errorAt is an error about value i.
func (c column) errorAt(i int, format string, args ...any) error {
	return c.At(i, fmt.Errorf(format, args...))
}

// readColumn reads the column of this name of a file, - for standard input, and says what it left out.
func (a *app) readColumn(ctx context.Context, file, name string) (column, error) {
	c, err := datasets.ReadColumn(ctx, datasets.File{Name: file, Open: func() (io.ReadCloser, error) {
		if file == "-" {
			return io.NopCloser(a.stdin), nil
		}
		return os.Open(file)
	}}, name)
	if err == nil && c.Blank > 0 {
		fmt.Fprintln(a.errOut, words.English().Say("eval-blank", datasets.Visible(file), c.Blank))
	}
	return column{c}, err
}

// labels are the values of a column of 0 and 1.
func (c column) labels() ([]uint8, error) {
	labels := make([]uint8, len(c.Values))
	for i, x := range c.Values {
		if x != 0 && x != 1 {
			return nil, c.errorAt(i, "label %v, want 0 or 1", x)
		}
		labels[i] = uint8(x)
	}
	return labels, nil
}
