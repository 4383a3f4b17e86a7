package datasets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// File is something to read: a file of a folder, of a browser's drop, an entry of an archive. Its content
// decides how it is read (npy, npz, zip or text, each also compressed by gzip); its name appears in errors.
type File struct {
	Name   string
	Inside string // of an entry, its name in the archive, which alone says what it is
	Size   int64  // bytes; 0 = nobody knows
	Open   func() (io.ReadCloser, error)

	lists bool // stretches that are anomalous, as its content shows

	beside []string // names of files that its name belongs to, and that are not read with it
	is     part     // what somebody said that it is; partWhole = as its name says
}

// FileIn returns the file of fsys with that name.
func FileIn(fsys fs.FS, name string) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) { return fsys.Open(name) }}
}

// content kinds, told by the first bytes.
type content int

const (
	contentText content = iota
	contentNpy
	contentZip
	contentJSON
)

// read opens f, undoes gzip and hands the content to use. When ctx ends, so does it, with that error alone.
func (f File) read(ctx context.Context, use func(kind content, r *bufio.Reader) error) error {
	feeding, stop := context.WithCancel(ctx)
	defer stop()
	err := f.told(ctx, f.feed(ctx, feeding.Done()), use)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// told tells what the content is by its first bytes.
func (f File) told(ctx context.Context, raw io.Reader, use func(kind content, r *bufio.Reader) error) error {
	r, err := plain(ctx, bufio.NewReaderSize(raw, 1<<16))
	if err != nil {
		return table.InFile(f.Name, err)
	}
	start, err := r.Peek(512)
	if err != nil && err != io.EOF {
		return table.InFile(f.Name, fault.Cause(err))
	}
	switch {
	case len(start) == 0:
		return table.InFile(f.Name, fault.New("data-empty"))
	case bytes.HasPrefix(start, []byte(table.NpyMagic)):
		return use(contentNpy, r)
	case bytes.HasPrefix(start, []byte("PK\x03\x04")), bytes.HasPrefix(start, []byte("PK\x05\x06")):
		return use(contentZip, r)
	case isJSON(start):
		return use(contentJSON, r)
	}
	if err := foreign(start); err != nil {
		return table.InFile(f.Name, err)
	}
	return use(contentText, r)
}

// Lines returns the lines from first to last of a text, counted from 1, as far as there are any; what is long
// is cut to most bytes, and it is as Visible has it.
func (f File) Lines(ctx context.Context, first, last, most int) (lines []string, err error) {
	err = f.read(ctx, func(kind content, r *bufio.Reader) error {
		if kind != contentText {
			return table.InFile(f.Name, fault.New("data-not-a-text"))
		}
		for n := 1; n <= last; n++ {
			line, err := cutLine(r, most)
			if err != nil {
				return err
			}
			if line == nil {
				return nil
			}
			if n >= first {
				lines = append(lines, table.Visible(string(line)))
			}
		}
		return nil
	})
	return lines, err
}

// cutLine reads a line, of which it keeps most bytes; nil = there is none.
func cutLine(r *bufio.Reader, most int) ([]byte, error) {
	line := []byte{}
	for some := false; ; some = true {
		piece, more, err := r.ReadLine()
		switch {
		case err == io.EOF && !some:
			return nil, nil
		case err == io.EOF:
			return line, nil
		case err != nil:
			return nil, fault.Cause(err)
		}
		if line = append(line, piece[:min(len(piece), most-len(line))]...); !more {
			return line, nil
		}
	}
}

// plain undoes gzip if the content starts with its two magic bytes.
func plain(ctx context.Context, r *bufio.Reader) (*bufio.Reader, error) {
	start, err := r.Peek(2)
	if err != nil && err != io.EOF {
		return nil, fault.Cause(err)
	}
	if !bytes.Equal(start, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	from := &counted{r: r}
	z, err := gzip.NewReader(bufio.NewReaderSize(from, 1<<12))
	if err != nil {
		return nil, fault.New("data-gzip", fault.Cause(err))
	}
	return bufio.NewReaderSize(&inflated{ctx: ctx, r: z, from: &from.read}, 1<<16), nil
}
