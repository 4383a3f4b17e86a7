package table

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// byteOrderMark stands before the text in files of some programs.
const byteOrderMark = "\xef\xbb\xbf"

// Encodings that are read beside UTF-8.
const (
	utf16Little = "UTF-16 (little-endian)"
	utf16Big    = "UTF-16 (big-endian)"
	windows1252 = "Windows-1252" // of western languages, ISO 8859-1 almost
	cp949       = "CP949"        // of Korean, EUC-KR with more syllables
)

// otherEncoding is one that is not read: its letters are more than one byte long, or of another alphabet.
const otherEncoding = "?"

// Decoded reads a text as UTF-8 with line feeds, whatever stands in the file.
func Decoded(r *bufio.Reader) *bufio.Reader {
	out, _, _ := decoded(r)
	return out
}

// decoded undoes what stands between a file and lines of UTF-8 that end in a line feed: a byte order mark,
// UTF-16, carriage returns alone. It says what it found.
func decoded(r *bufio.Reader) (out *bufio.Reader, encoding string, cr bool) {
	start, _ := r.Peek(256)
	encoding = encodingOf(start)
	if turned := inUTF8(r, encoding); turned != nil {
		r = bufio.NewReaderSize(turned, 1<<16)
	}
	if start, _ = r.Peek(len(byteOrderMark)); string(start) == byteOrderMark {
		r.Discard(len(byteOrderMark))
	}
	sample, _ := r.Peek(1 << 16)
	if encoding == "" {
		encoding = lettersOf(sample)
		if turned := inUTF8(r, encoding); turned != nil {
			r = bufio.NewReaderSize(turned, 1<<16)
			sample, _ = r.Peek(1 << 16)
		}
	}
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		return bufio.NewReaderSize(&crReader{r}, 1<<16), encoding, true
	}
	return r, encoding, false
}

// encodingOf tells UTF-16 by its mark, or by zero bytes in every second place.
func encodingOf(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}):
		return utf16Little
	case bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return utf16Big
	case len(start) < 4:
		return ""
	}
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch many := len(start) / 4; {
	case zeros[1] > many && zeros[0] == 0:
		return utf16Little
	case zeros[0] > many && zeros[1] == 0:
		return utf16Big
	}
	return ""
}

// lettersOf tells an encoding by what of a text is no UTF-8; empty = all of it is. Western letters stand alone between
// others, those of many bytes do not.
func lettersOf(sample []byte) string {
	if n := len(sample); n >= utf8.UTFMax { // the last letter may be cut off
		for k := 1; k < utf8.UTFMax && sample[n-k] >= 0x80; k++ {
			sample = sample[:n-k]
		}
	}
	if utf8.Valid(sample) {
		return ""
	}
	alone, runs := 0, 0
	for i := 0; i < len(sample); i++ {
		from := i
		for i < len(sample) && sample[i] >= 0x80 {
			i++
		}
		if i > from {
			runs++
		}
		if i == from+1 {
			alone++
		}
	}
	switch {
	case 10*alone >= 9*runs:
		return windows1252
	case hangul(sample):
		return cp949
	}
	return otherEncoding
}

// hangul reports whether letters of two bytes are syllables of Hangul, but for signs and one in ten. Of Chinese, whose
// letters have the same form, half are outside of where the syllables are.
func hangul(sample []byte) bool {
	syllables, others := 0, 0
	for i := 0; i < len(sample); i++ {
		lead := sample[i]
		if lead < 0x80 {
			continue
		}
		if i++; i == len(sample) {
			break // cut off
		}
		switch trail := sample[i]; {
		case lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1:
			syllables++
		case lead < 0xa1 || lead >= 0xad: // between them are signs
			others++
		}
	}
	return syllables > 9*others
}

// inUTF8 turns the text of an encoding into UTF-8; nil where there is nothing to turn, or no way to.
func inUTF8(r *bufio.Reader, encoding string) io.Reader {
	switch encoding {
	case utf16Little:
		return &wideReader{r: r, order: binary.LittleEndian}
	case utf16Big:
		return &wideReader{r: r, order: binary.BigEndian}
	case windows1252:
		return &westernReader{r: r}
	case cp949:
		return koreanReader(r)
	}
	return nil
}

// westernReader turns Windows-1252 into UTF-8.
type westernReader struct {
	r    *bufio.Reader
	rest []byte
}

// westernHigh are the letters of the bytes from 0x80 to 0x9f; 0 = there is none.
var westernHigh = [32]rune{'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ'}

func (w *westernReader) Read(p []byte) (n int, err error) {
	for n == 0 && len(w.rest) == 0 || len(w.rest) == 0 && n < len(p) && w.r.Buffered() > 0 {
		b, err := w.r.ReadByte()
		if err != nil {
			return n, err
		}
		letter := rune(b)
		if b >= 0x80 && b < 0xa0 {
			if letter = westernHigh[b-0x80]; letter == 0 {
				letter = utf8.RuneError
			}
		}
		w.rest = utf8.AppendRune(w.rest[:0], letter)
		k := copy(p[n:], w.rest)
		n, w.rest = n+k, w.rest[k:]
	}
	if len(w.rest) > 0 && n < len(p) {
		k := copy(p[n:], w.rest)
		n, w.rest = n+k, w.rest[k:]
	}
	return n, nil
}

// wideReader turns UTF-16 into UTF-8.
type wideReader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	high  rune // the first half of a pair; 0 = none
	rest  []byte
}

func (w *wideReader) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		pair, err := w.r.Peek(2)
		if len(pair) == 0 {
			return 0, err
		}
		if len(pair) == 1 {
			return 0, io.ErrUnexpectedEOF
		}
		w.r.Discard(2)
		w.take(rune(w.order.Uint16(pair)))
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	for n+utf8.UTFMax <= len(p) && len(w.rest) == 0 && w.r.Buffered() >= 2 {
		pair, _ := w.r.Peek(2)
		w.r.Discard(2)
		w.take(rune(w.order.Uint16(pair)))
		n += copy(p[n:], w.rest)
		w.rest = w.rest[:0]
	}
	return n, nil
}

// take takes the next 16 bits.
func (w *wideReader) take(c rune) {
	w.rest = w.rest[:0]
	switch {
	case w.high != 0:
		w.rest = utf8.AppendRune(w.rest, utf16.DecodeRune(w.high, c))
		w.high = 0
	case utf16.IsSurrogate(c):
		w.high = c
	default:
		w.rest = utf8.AppendRune(w.rest, c)
	}
}

// crReader ends lines in a line feed that end in a carriage return.
type crReader struct{ r io.Reader }

func (c *crReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
