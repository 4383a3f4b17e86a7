package datasets

import (
	"context"
	"io"

	"cosinelab/datasets/fault"
)

// block is how many bytes of a file are read at once: a read that is given up ends between two blocks.
const block = 1 << 16

// yielding is the key of what a reader calls between two blocks.
type yielding struct{}

// WithYield has whatever reads files under the context call f between two blocks, so that others on the same
// thread get their turn: in a browser nothing else runs until Go waits.
func WithYield(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, yielding{}, f)
}

// progressing is the key of what a reader tells of its progress.
type progressing struct{}

// Progress is told of every block how much of which file was read.
type Progress func(f File, read int64)

// WithProgress has whatever reads files under the context tell p.
func WithProgress(ctx context.Context, p Progress) context.Context {
	return context.WithValue(ctx, progressing{}, p)
}

// feed begins to read the file; see newFeed.
func (f File) feed(ctx context.Context, left <-chan struct{}) *feed {
	d := newFeed(ctx, left, f.Open)
	if p, ok := ctx.Value(progressing{}).(Progress); ok {
		read := int64(0)
		d.heard = func(n int) {
			read += int64(n)
			p(f, read)
		}
	}
	return d
}

// turn lets others have theirs, and says whether the read was given up.
func turn(ctx context.Context) error {
	if f, ok := ctx.Value(yielding{}).(func()); ok {
		f()
	}
	return ctx.Err()
}

// feed is a file that is opened and read by a goroutine of its own, so that whoever waits for a slow or
// silent one can leave.
type feed struct {
	ctx    context.Context // asked before each block
	left   <-chan struct{} // closes when nobody reads any more
	blocks chan []byte
	rest   []byte      // of the last block
	err    error       // why there are no more blocks; set before the channel closes
	heard  func(n int) // of every block, its length; nil = nobody does
}

// newFeed begins to read; the goroutine ends when left closes, at the latest when the file answers after
// that.
func newFeed(ctx context.Context, left <-chan struct{}, open func() (io.ReadCloser, error)) *feed {
	d := &feed{ctx: ctx, left: left, blocks: make(chan []byte)}
	go d.fill(open)
	return d
}

// fill reads into two blocks in turn: while one is used, the other is filled.
func (d *feed) fill(open func() (io.ReadCloser, error)) {
	defer close(d.blocks)
	file, err := open()
	if err != nil {
		d.err = err
		return
	}
	defer file.Close()
	var buffers [2][]byte
	for i := 0; d.err == nil; i = 1 - i {
		if buffers[i] == nil {
			buffers[i] = make([]byte, block)
		}
		var n int
		n, d.err = file.Read(buffers[i])
		select {
		case d.blocks <- buffers[i][:n]:
		case <-d.left:
			return
		}
	}
}

// Read waits for the next block, unless it is given up.
func (d *feed) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		if err := turn(d.ctx); err != nil {
			return 0, err
		}
		select {
		case b, more := <-d.blocks:
			if !more {
				return 0, d.err
			}
			if d.rest = b; d.heard != nil {
				d.heard(len(b))
			}
		case <-d.left:
			return 0, d.ctx.Err()
		}
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// Compressed content that grows beyond grown bytes, more than grownTimes as many as it was read from, is
// refused: a file of a few kilobytes can hold gigabytes of one sign.
const (
	grown      = 32 << 20
	grownTimes = 200
)

// inflated counts what becomes of compressed content.
type inflated struct {
	ctx  context.Context
	r    io.Reader
	from *int64 // bytes read of the compressed content so far
	n    int64
}

// Read fails when the content has grown out of proportion, or nobody wants it any more.
func (f *inflated) Read(p []byte) (int, error) {
	if err := turn(f.ctx); err != nil {
		return 0, err
	}
	n, err := f.r.Read(p)
	if f.n += int64(n); f.n > grown && f.n > grownTimes**f.from {
		return 0, fault.New("data-bomb", *f.from, f.n)
	}
	return n, err
}

// counted counts what is read through it.
type counted struct {
	r    io.Reader
	at   io.ReaderAt
	read int64
}

// Read reads on.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	return n, err
}

// ReadAt reads anywhere.
func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(p, off)
	c.read += int64(n)
	return n, err
}
