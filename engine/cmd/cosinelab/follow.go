package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// followPause is how long a file is left alone that has not grown. Tests shorten it.
var followPause = 250 * time.Millisecond

// missedSaid is how many waits for a file that is not there pass before that is said.
const missedSaid = 4

// follower reads a file that grows, line by line, as long as the path leads to it: Read waits at its end, and
// says io.EOF only when the file was cut off or another took its name.
type follower struct {
	ctx  context.Context
	path string
	file *os.File
	at   int64 // bytes read
	join lineJoiner
	out  []byte       // whole lines that are to be read
	idle func() error // called before each wait
	// missing says that there is no file.
	missing func()
	// wait is how a file is waited for; tests do not.
	buffer [1 << 16]byte
}

// open opens what the path leads to now; it waits until there is something.
func (f *follower) open() error {
	for missed := 0; ; missed++ {
		file, err := os.Open(f.path)
		if err == nil {
			f.file, f.at, f.join, f.out = file, 0, lineJoiner{}, nil
			return nil
		}
		if !os.IsNotExist(err) {
			return told(f.path, err)
		}
		if missed == missedSaid { // between two files it is not there for a moment
			f.missing()
		}
		if err := f.wait(); err != nil {
			return err
		}
	}
}

// Read returns whole lines. A line that has no end yet waits for it.
func (f *follower) Read(p []byte) (int, error) {
	for len(f.out) == 0 {
		n, err := f.file.Read(f.buffer[:])
		if err != nil && err != io.EOF {
			return 0, err
		}
		if n > 0 {
			f.at += int64(n)
			if f.out, err = f.join.add(f.buffer[:n]); err != nil {
				return 0, table.InFile(f.path, err)
			}
			continue
		}
		if f.gone() {
			return 0, io.EOF
		}
		if err := f.wait(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.out)
	f.out = f.out[n:]
	return n, nil
}

// gone reports whether the file was cut off, or is no longer what the path leads to.
func (f *follower) gone() bool {
	mine, err := f.file.Stat()
	if err != nil || mine.Size() < f.at {
		return true
	}
	there, err := os.Stat(f.path)
	if err != nil {
		return false // between two files
	}
	return !os.SameFile(mine, there) && mine.Size() == f.at
}

// wait lets those know that wait for what was read so far.
func (f *follower) wait() error {
	if f.idle != nil {
		if err := f.idle(); err != nil {
			return err
		}
	}
	select {
	case <-f.ctx.Done():
		return f.ctx.Err()
	case <-time.After(followPause):
		return nil
	}
}

// lost is what of a line had no end when the file was gone.
func (f *follower) lost() int { return len(f.join.rest) }

// longestLine bounds a line, as the reader of tables does.
const longestLine = 1 << 20

// lineJoiner makes whole lines of pieces: what has no end yet waits for the pieces behind it.
type lineJoiner struct{ rest []byte }

// add takes the next piece, and returns the lines that it ends, with their ends.
func (l *lineJoiner) add(piece []byte) (lines []byte, err error) {
	end := bytes.LastIndexByte(piece, '\n') + 1
	if end > 0 {
		lines = append(l.rest, piece[:end]...)
		l.rest = nil
	}
	if l.rest = append(l.rest, piece[end:]...); len(l.rest) > longestLine {
		return lines, fault.New("data-row-too-long", longestLine)
	}
	return lines, nil
}

// patient reads from a pipe that may be slow: before it waits, it calls idle.
type patient struct {
	ctx          context.Context
	idle         func() error
	blocks, used chan []byte
	block, rest  []byte
	err          error // why there are no more blocks; set before the channel closes
}

// newPatient begins to read. The goroutine that does so ends with the pipe.
func newPatient(ctx context.Context, in io.Reader, idle func() error) *patient {
	p := &patient{ctx: ctx, idle: idle, blocks: make(chan []byte), used: make(chan []byte, 2)}
	p.used <- make([]byte, 1<<16)
	p.used <- make([]byte, 1<<16)
	go func() {
		defer close(p.blocks)
		for buffer := range p.used {
			n, err := in.Read(buffer[:cap(buffer)])
			if n > 0 {
				select {
				case p.blocks <- buffer[:n]:
				case <-ctx.Done():
					return
				}
			} else if err == nil {
				p.used <- buffer
			}
			if err != nil {
				p.err = err
				return
			}
		}
	}()
	return p
}

// Read reads on.
func (p *patient) Read(to []byte) (int, error) {
	if len(p.rest) == 0 {
		if p.block != nil {
			p.used <- p.block
			p.block = nil
		}
		block, more, err := p.next()
		if err != nil {
			return 0, err
		}
		if !more {
			return 0, p.err
		}
		p.block, p.rest = block, block
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// next waits for the next block.
func (p *patient) next() (block []byte, more bool, err error) {
	select {
	case block, more = <-p.blocks:
		return block, more, nil
	default:
	}
	if err := p.idle(); err != nil {
		return nil, false, err
	}
	select {
	case block, more = <-p.blocks:
		return block, more, nil
	case <-p.ctx.Done():
		return nil, false, p.ctx.Err()
	}
}
