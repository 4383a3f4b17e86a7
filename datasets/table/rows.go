package table

import (
	"bufio"
	"bytes"
	"io"
	"slices"

	"cosinelab/datasets/fault"
)

// maxRow bounds one row of text, so that a file without line ends, or with a quote that never closes, is
// refused before it fills the memory.
const maxRow = 1 << 20

// Rows splits a text into rows of cells as RFC 4180 describes them, with any separator of one byte, or with
// runs of spaces. Errors are *FileError with the line.
type Rows struct {
	file  string
	comma byte // spaces = runs of spaces and tabs
	Line  int  // where the row that Next returned begins, from 1
	blank int  // blank lines before that row; at the end of the file, those after the last one

	r     *bufio.Reader
	lines int // read so far
	text  []byte
	cells [][]byte
}

// NewRows begins to read a text whose separator is known.
func NewRows(r *bufio.Reader, file string, comma byte) *Rows {
	r, _, _ = decoded(r)
	return &Rows{file: file, comma: comma, r: r}
}

// spaces stands for runs of spaces as a separator.
const spaces = ' '

// Next returns the next row, which is valid until it is called again, or io.EOF.
func (r *Rows) Next() ([][]byte, error) {
	r.blank = 0
	for {
		r.text = r.text[:0]
		if err := r.readLine(); err != nil {
			return nil, err
		}
		r.Line = r.lines
		if len(bytes.Trim(r.text, " ")) > 0 {
			break
		}
		r.blank++
	}
	err := r.split()
	return r.cells, err
}

// split splits the text of a row.
func (r *Rows) split() error {
	r.cells = r.cells[:0]
	switch {
	case r.comma == spaces:
		r.cells = splitSpaces(r.text, r.cells)
		return nil
	case bytes.IndexByte(r.text, '"') >= 0:
		return r.splitQuoted()
	}
	r.cells = splitPlain(r.text, r.comma, r.cells)
	return nil
}

// splitPlain appends the cells of a line without quotation marks.
func splitPlain(text []byte, comma byte, to [][]byte) [][]byte {
	for {
		i := bytes.IndexByte(text, comma)
		if i < 0 {
			return append(to, text)
		}
		to, text = append(to, text[:i]), text[i+1:]
	}
}

// splitSpaces appends the cells of a line whose separator is any run of spaces and tabs; one in quotation
// marks may hold spaces.
func splitSpaces(text []byte, to [][]byte) [][]byte {
	for {
		text = bytes.TrimLeft(text, " \t")
		if len(text) == 0 {
			return to
		}
		if text[0] == '"' {
			if end := bytes.IndexByte(text[1:], '"'); end >= 0 {
				to, text = append(to, text[1:1+end]), text[end+2:]
				continue
			}
		}
		end := bytes.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		to, text = append(to, text[:end]), text[end:]
	}
}

// readLine appends the next line to the text of the row, without its end.
func (r *Rows) readLine() error {
	from, line := len(r.text), r.lines+1
	if from > 0 {
		line = r.Line // the row is too long, not this line of it
	}
	for {
		piece, err := r.r.ReadSlice('\n')
		if err == io.EOF && len(piece) == 0 && len(r.text) == from {
			return io.EOF
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return AtLine(r.file, r.lines+1, fault.Cause(err))
		}
		if len(r.text)+len(piece) > maxRow {
			return AtLine(r.file, line, fault.New("data-row-too-long", maxRow))
		}
		if r.text = append(r.text, piece...); err != bufio.ErrBufferFull {
			break
		}
	}
	r.lines++
	text := bytes.TrimRight(r.text[from:], "\r\n")
	r.text = r.text[:from+len(text)]
	switch {
	case bytes.IndexByte(text, 0) >= 0:
		return AtLine(r.file, r.lines, fault.New("data-zero-byte"))
	case bytes.IndexByte(text, '\r') >= 0:
		return AtLine(r.file, r.lines, fault.New("data-carriage-return"))
	}
	return nil
}

// splitQuoted splits a row with quotation marks, which may go on over several lines.
func (r *Rows) splitQuoted() error {
	for at := 0; ; {
		end := len(r.text)
		if at < end && r.text[at] == '"' {
			cell, after, err := r.quoted(at)
			if err != nil {
				return err
			}
			r.cells, at, end = append(r.cells, cell), after, len(r.text)
		} else {
			if i := bytes.IndexByte(r.text[at:], r.comma); i >= 0 {
				end = at + i
			}
			if i := bytes.IndexByte(r.text[at:end], '"'); i >= 0 {
				return AtLine(r.file, r.lines, fault.New("data-quote-within", r.character(at+i)))
			}
			r.cells, at = append(r.cells, r.text[at:end]), end
		}
		if at == len(r.text) {
			return nil
		}
		at++ // the separator
	}
}

// quoted returns the cell that a quotation mark begins, and where the separator behind it stands.
func (r *Rows) quoted(at int) (cell []byte, after int, err error) {
	line, begin := r.lines, r.character(at)
	for from := at + 1; ; {
		i := bytes.IndexByte(r.text[from:], '"')
		if i < 0 {
			cell = append(append(cell, r.text[from:]...), '\n')
			r.text = append(r.text, '\n')
			from = len(r.text)
			if err := r.readLine(); err == io.EOF {
				return nil, 0, AtLine(r.file, line, fault.New("data-quote-open", begin))
			} else if err != nil {
				return nil, 0, err
			}
			continue
		}
		piece := r.text[from : from+i]
		from += i + 1
		switch {
		case from == len(r.text) || r.text[from] == r.comma:
			if cell == nil {
				return piece, from, nil
			}
			return append(cell, piece...), from, nil
		case r.text[from] != '"':
			return nil, 0, AtLine(r.file, line, fault.New("data-quote-open", begin))
		}
		cell = append(append(cell, piece...), '"')
		from++
	}
}

// character is the place of a byte of the row in its line, from 1.
func (r *Rows) character(at int) int { return at - bytes.LastIndexByte(r.text[:at], '\n') }

// places tells in which line of a text each of its rows begins. Where rows follow line by line it needs no
// memory.
type places []place

// place is a row that is not in the line behind the row before it.
type place struct{ row, line int }

// add tells the line of the next row.
func (p *places) add(row, line int) {
	if n := len(*p); n == 0 || (*p)[n-1].line+row-(*p)[n-1].row != line {
		*p = append(*p, place{row, line})
	}
}

// of returns the line of a row that was added.
func (p places) of(row int) int {
	i, found := slices.BinarySearchFunc(p, row, func(e place, row int) int { return e.row - row })
	if !found {
		i--
	}
	return p[i].line + row - p[i].row
}
