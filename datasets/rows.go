package datasets

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
)

// maxRow bounds one row of text, so that a file without line ends, or with a quote that never closes, is
// refused before it fills the memory.
const maxRow = 1 << 20

// rows splits a text into rows of cells as RFC 4180 describes them, with any separator of one byte. Errors
// are *FileError with the line.
type rows struct {
	file  string
	comma byte
	line  int // where the row that next returned begins, from 1
	blank int // blank lines before that row; at the end of the file, those after the last one

	r     *bufio.Reader
	lines int // read so far
	text  []byte
	cells []string
}

// readRows begins to read a text, whose first lines tell the separator.
func readRows(r *bufio.Reader, file string) (*rows, error) {
	if start, _ := r.Peek(len(byteOrderMark)); string(start) == byteOrderMark {
		r.Discard(len(byteOrderMark))
	}
	sample, err := r.Peek(1 << 16)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, inFile(file, fault.Cause(err))
	}
	return &rows{file: file, comma: separator(sample), r: r}, nil
}

// byteOrderMark stands before the text in files of some programs.
const byteOrderMark = "\xef\xbb\xbf"

// next returns the next row, which is valid until it is called again, or io.EOF.
func (r *rows) next() ([]string, error) {
	r.blank = 0
	for {
		r.text = r.text[:0]
		if err := r.readLine(); err != nil {
			return nil, err
		}
		r.line = r.lines
		if len(bytes.Trim(r.text, " ")) > 0 {
			break
		}
		r.blank++
	}
	r.cells = r.cells[:0]
	if bytes.IndexByte(r.text, '"') >= 0 {
		return r.cells, r.splitQuoted()
	}
	text := string(r.text)
	for {
		cell, rest, more := strings.Cut(text, string(rune(r.comma)))
		r.cells = append(r.cells, cell)
		if text = rest; !more {
			return r.cells, nil
		}
	}
}

// readLine appends the next line to the text of the row, without its end.
func (r *rows) readLine() error {
	from, line := len(r.text), r.lines+1
	if from > 0 {
		line = r.line // the row is too long, not this line of it
	}
	for {
		piece, err := r.r.ReadSlice('\n')
		if err == io.EOF && len(piece) == 0 && len(r.text) == from {
			return io.EOF
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return atLine(r.file, r.lines+1, fault.Cause(err))
		}
		if len(r.text)+len(piece) > maxRow {
			return atLine(r.file, line, fault.New("data-row-too-long", maxRow))
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
		return atLine(r.file, r.lines, fault.New("data-zero-byte"))
	case bytes.IndexByte(text, '\r') >= 0:
		return atLine(r.file, r.lines, fault.New("data-carriage-return"))
	}
	return nil
}

// splitQuoted splits a row with quotation marks, which may go on over several lines.
func (r *rows) splitQuoted() error {
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
				return atLine(r.file, r.lines, fault.New("data-quote-within", r.character(at+i)))
			}
			r.cells, at = append(r.cells, string(r.text[at:end])), end
		}
		if at == len(r.text) {
			return nil
		}
		at++ // the separator
	}
}

// quoted returns the cell that a quotation mark begins, and where the separator behind it stands.
func (r *rows) quoted(at int) (cell string, after int, err error) {
	line, begin := r.lines, r.character(at)
	var b strings.Builder
	for at++; ; {
		i := bytes.IndexByte(r.text[at:], '"')
		if i < 0 {
			b.Write(r.text[at:])
			b.WriteByte('\n')
			r.text = append(r.text, '\n')
			at = len(r.text)
			if err := r.readLine(); err == io.EOF {
				return "", 0, atLine(r.file, line, fault.New("data-quote-open", begin))
			} else if err != nil {
				return "", 0, err
			}
			continue
		}
		b.Write(r.text[at : at+i])
		at += i + 1
		switch {
		case at == len(r.text) || r.text[at] == r.comma:
			return b.String(), at, nil
		case r.text[at] != '"':
			return "", 0, atLine(r.file, line, fault.New("data-quote-open", begin))
		}
		b.WriteByte('"')
		at++
	}
}

// character is the place of a byte of the row in its line, from 1.
func (r *rows) character(at int) int { return at - bytes.LastIndexByte(r.text[:at], '\n') }

// separator returns the byte that splits every line of the sample into the same number of fields. The comma
// comes last, because it may also be a decimal sign; it is the answer for a single column too.
func separator(sample []byte) byte {
	lines := bytes.Split(sample, []byte("\n"))
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // the last one may be cut
	}
	for _, sep := range []byte("\t;|") {
		if n := unquoted(lines[0], sep); n > 0 && sameCount(lines, sep, n) {
			return sep
		}
	}
	return ','
}

// sameCount looks at the first lines only: that is enough to tell a separator from a sign that occurs in
// names.
func sameCount(lines [][]byte, sep byte, n int) bool {
	for _, line := range lines[:min(len(lines), 8)] {
		if len(bytes.TrimSpace(line)) > 0 && unquoted(line, sep) != n {
			return false
		}
	}
	return true
}

// unquoted counts sep in line outside double quotes.
func unquoted(line []byte, sep byte) (n int) {
	quoted := false
	for _, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if b == sep && !quoted {
			n++
		}
	}
	return n
}

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
