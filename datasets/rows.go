package datasets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/datasets/table"
)

// Rows is the content of a file as a text of rows, for whoever takes them one by one: gzip is undone, an array
// becomes a text with the same numbers, and it is the only content that is read as a whole. What is neither is
// refused in words. It waits for no more than the first bytes.
func Rows(r io.Reader, name string) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	start, err := begin(b)
	if err != nil {
		return nil, table.InFile(name, err)
	}
	if bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, table.InFile(name, fault.New("data-gzip", fault.Cause(err)))
		}
		b = bufio.NewReaderSize(z, 1<<16)
		if start, err = begin(b); err != nil {
			return nil, table.InFile(name, err)
		}
	}
	switch {
	case bytes.HasPrefix(start, []byte(table.NpyMagic)):
		return arrayRows(b, name)
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("PK\x05\x06")):
		return nil, table.InFile(name, fault.New("score-archive"))
	case isJSON(start):
		return nil, table.InFile(name, fault.New("refuse-json"))
	}
	if err := foreign(start); err != nil {
		return nil, table.InFile(name, err)
	}
	return b, nil
}

// begin is what has come first.
func begin(b *bufio.Reader) ([]byte, error) {
	if _, err := b.Peek(1); err == io.EOF {
		return nil, fault.New("data-empty")
	} else if err != nil {
		return nil, fault.Cause(err)
	}
	return b.Peek(min(b.Buffered(), 512))
}

// arrayRows are the rows of an array.
func arrayRows(r io.Reader, name string) (io.Reader, error) {
	t, err := table.Array(r, name, table.Want{Raw: true})
	if err != nil {
		return nil, err
	}
	for _, c := range t.Columns {
		c.Role = found.Channel
	}
	return &arrayText{t: t}, nil
}

// arrayText writes the rows of a table as they are read.
type arrayText struct {
	t    *table.Table
	row  int
	rest []byte
}

// Read writes on.
func (a *arrayText) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.row == a.t.Rows {
			return 0, io.EOF
		}
		line := a.rest[:0]
		for i, c := range a.t.Columns {
			if i > 0 {
				line = append(line, ',')
			}
			line = strconv.AppendFloat(line, c.Values[a.row], 'g', -1, 64)
		}
		a.rest = append(line, '\n')
		a.row++
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}
