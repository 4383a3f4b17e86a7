package table

import (
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
)

// NpyMagic begins every npy file.
const NpyMagic = "\x93NUMPY"

// maxHeader bounds the header of an npy file, of which a few hundred bytes are used in practice.
const maxHeader = 1 << 16

// Shape is the header of an npy file (NumPy Enhancement Proposal 1).
type Shape struct {
	Rows, Columns int

	fields  []field // of an item: one, or as many as its columns
	size    int     // bytes an item
	fortran bool    // column after column instead of row after row
}

// field is one number in an item.
type field struct {
	name  string
	order binary.ByteOrder
	kind  byte // f, i, u, b, or M for a time
	size  int
	unit  int64 // nanoseconds, of a time
}

// Array reads an npy array of one or two dimensions as a table of steps by channels. Memory grows with the data
// that arrive, whatever the header claims.
func Array(r io.Reader, name string, want Want) (*Table, error) {
	a, err := ReadShape(r)
	if err != nil {
		return nil, InFile(name, err)
	}
	if want.Fields > 0 && a.Columns != want.Fields {
		return nil, InFile(name, fault.New("data-columns", a.Columns, want.Fields))
	}
	if want.Labels && a.Columns != 1 && a.fields[0].name == "" {
		return nil, InFile(name, fault.New("data-label-column", a.Columns))
	}
	if a.Columns > maxColumns {
		return nil, InFile(name, fault.New("data-too-many-columns", a.Columns, maxColumns))
	}
	t := &Table{File: name, Array: true, Rows: a.Rows}
	t.Format.Header = a.fields[0].name != ""
	builders := make([]*builder, a.Columns)
	for i := range builders {
		title := ColumnName(i)
		if t.Format.Header {
			title = a.fields[i].name
		}
		builders[i] = newBuilder(title, i+1, '.')
	}
	if err := a.items(r, builders); err != nil {
		return nil, InFile(name, err)
	}
	t.Columns = finished(builders)
	if a.Columns > a.Rows && a.Columns > 1 && !want.Plain {
		t.Shaped = true
		t.note(found.Finding{Doubt: true, Said: fault.Of(fault.New("find-transposed", a.Rows, a.Columns))})
	}
	if err := t.call(want.Names); err != nil || want.Raw {
		return t, err
	}
	return t, t.Decide(want)
}

// addNumber takes an item of an array.
func (b *builder) addNumber(x float64) {
	row := b.values.n
	if b.index != nil {
		if x != b.last || row == 0 {
			b.spelt, b.last = strconv.AppendFloat(b.spelt[:0], x, 'g', -1, 64), x
		}
		b.word(b.spelt, row)
	}
	switch {
	case x != x:
		b.c.count[classMissing]++
	default:
		b.c.count[classNumber]++
		if err := usableItem(x); err != nil && b.c.bad.err == nil {
			b.c.bad = oddity{"", row, err}
		}
	}
	b.values.add(x)
}

// addStamp takes a time of an array.
func (b *builder) addStamp(ns int64) {
	b.word(strconv.AppendInt(nil, ns, 10), b.values.n)
	if ns == noStamp {
		b.c.count[classMissing]++
	} else {
		b.c.count[classStamp]++
		b.c.dates, b.c.clocks, b.c.ways[monthFirst] = b.c.dates+1, b.c.clocks+1, 1
	}
	b.stamps.add(ns)
	b.swapped.add(ns)
	b.values.add(math.NaN())
}

// usableItem says what is wrong with a number as a value of a channel; nil = nothing.
func usableItem(x float64) error {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	switch {
	case math.IsInf(x, 0):
		return fault.New("data-not-finite", text)
	case math.Abs(x) > Largest:
		return fault.New("data-not-squarable", text, largestText)
	}
	return nil
}

// ReadShape reads up to the first item.
func ReadShape(r io.Reader) (Shape, error) {
	var fixed [len(NpyMagic) + 2]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return Shape{}, fault.New("data-npy-header", fault.Cause(err))
	}
	length := make([]byte, 2)
	if major := fixed[len(NpyMagic)]; major > 1 {
		length = make([]byte, 4)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return Shape{}, fault.New("data-npy-header", fault.Cause(err))
	}
	n := uint32(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = binary.LittleEndian.Uint32(length)
	}
	if n > maxHeader {
		return Shape{}, fault.New("data-npy-header-long", int64(n), maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return Shape{}, fault.New("data-npy-header", fault.Cause(err))
	}
	return parseShape(string(text))
}

// parseShape reads the Python dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
func parseShape(text string) (a Shape, err error) {
	if err = a.parseType(entry(text, "descr")); err != nil {
		return a, err
	}
	switch order := entry(text, "fortran_order"); {
	case strings.HasPrefix(order, "True"):
		a.fortran = true
	case !strings.HasPrefix(order, "False"):
		return a, fault.New("data-npy-header", fault.New("data-npy-order"))
	}
	return a, a.parseDimensions(entry(text, "shape"))
}

// entry returns what follows the key in a Python dictionary.
func entry(text, key string) string {
	for _, quote := range []string{"'", `"`} {
		if _, after, ok := strings.Cut(text, quote+key+quote); ok {
			return strings.TrimLeft(after, " :")
		}
	}
	return ""
}

// parseType reads an item type such as '<f8', or a list of named ones: [('a', '<f8'), ('b', '<i4')].
func (a *Shape) parseType(descr string) error {
	if strings.HasPrefix(descr, "[") {
		return a.parseFields(descr)
	}
	name, _, ok := quotedText(descr)
	if !ok {
		return fault.New("data-npy-header", fault.New("data-npy-no-type"))
	}
	f, err := parseField(name)
	a.fields, a.size = []field{f}, f.size
	return err
}

// parseFields reads a list of named types.
func (a *Shape) parseFields(list string) error {
	list = list[1:]
	for {
		list = strings.TrimLeft(list, " ,")
		if strings.HasPrefix(list, "]") && len(a.fields) > 0 {
			return nil
		}
		if !strings.HasPrefix(list, "(") {
			return fault.New("data-npy-header", fault.New("data-npy-no-type"))
		}
		name, rest, ok := quotedText(strings.TrimLeft(list[1:], " "))
		if !ok {
			return fault.New("data-npy-header", fault.New("data-npy-no-type"))
		}
		kind, rest, ok := quotedText(strings.TrimLeft(rest, " ,"))
		if !ok || !strings.HasPrefix(strings.TrimLeft(rest, " "), ")") {
			return fault.New("data-npy-type", Short(list))
		}
		f, err := parseField(kind)
		if err != nil {
			return err
		}
		f.name = name
		a.fields, a.size = append(a.fields, f), a.size+f.size
		list = strings.TrimLeft(rest, " ")[1:]
	}
}

// quotedText returns the text in the quotation marks that the text begins with, and what follows it.
func quotedText(text string) (inside, rest string, ok bool) {
	if len(text) < 2 || text[0] != '\'' && text[0] != '"' {
		return "", "", false
	}
	return strings.Cut(text[1:], text[:1])
}

// parseField reads a plain type: byte order, kind and bytes. Without an order sign, or with = for that of the
// machine that wrote it, it is little-endian, as practically all of them are.
func parseField(name string) (f field, err error) {
	f.order = binary.LittleEndian
	if strings.HasPrefix(name, ">") {
		f.order = binary.BigEndian
	}
	item := strings.TrimLeft(name, "<>|=")
	switch item {
	case "f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1":
		f.kind, f.size = item[0], int(item[1]-'0')
		return f, nil
	case "O", "O8":
		return f, fault.New("data-npy-objects")
	}
	for text, unit := range map[string]int64{"M8[ns]": 1, "M8[us]": 1e3, "M8[ms]": 1e6, "M8[s]": second,
		"M8[m]": minute, "M8[h]": hour, "M8[D]": day} {
		if item == text {
			f.kind, f.size, f.unit = 'M', 8, unit
			return f, nil
		}
	}
	return f, fault.New("data-npy-type", Short(name))
}

// parseDimensions reads (rows, cols) or (rows,). The product is limited before anything is allocated or
// multiplied further.
func (a *Shape) parseDimensions(shape string) error {
	inside, _, closed := strings.Cut(strings.TrimPrefix(shape, "("), ")")
	if !closed || shape[0] != '(' {
		return fault.New("data-npy-header", fault.New("data-npy-no-shape"))
	}
	var dims []int
	for _, part := range strings.Split(inside, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue // after the last comma
		}
		n, err := strconv.ParseUint(strings.TrimSuffix(part, "L"), 10, 62)
		if err != nil {
			return fault.New("data-npy-header", fault.New("data-npy-shape", Short(inside)))
		}
		dims = append(dims, int(min(n, math.MaxInt32)))
	}
	for len(dims) > 2 && dims[len(dims)-1] == 1 { // (steps, channels, 1), as some networks want it
		dims = dims[:len(dims)-1]
	}
	switch {
	case len(dims) == 1 && len(a.fields) > 1, len(dims) == 2 && dims[1] == 1 && len(a.fields) > 1:
		a.Rows, a.Columns = dims[0], len(a.fields)
	case len(dims) == 1:
		a.Rows, a.Columns = dims[0], 1
	case len(dims) == 2 && len(a.fields) == 1:
		a.Rows, a.Columns = dims[0], dims[1]
	default:
		return fault.New("data-npy-dimensions", len(dims))
	}
	if a.Rows == 0 || a.Columns == 0 {
		return fault.New("data-npy-empty", Short(inside))
	}
	if int64(a.Rows)*int64(a.Columns) > MaxValues {
		return fault.New("data-npy-too-large", Short(inside), MaxValues)
	}
	return nil
}

// items reads the numbers and the end of the file.
func (a Shape) items(r io.Reader, to []*builder) error {
	total := a.Rows * a.Columns / len(a.fields)
	buffer := make([]byte, max(1<<15, a.size))
	for at := 0; at < total; {
		chunk := buffer[:min(len(buffer)/a.size, total-at)*a.size]
		n, err := io.ReadFull(r, chunk)
		for i := 0; i+a.size <= n; i += a.size {
			a.item(chunk[i:], at, to)
			at++
		}
		if err != nil {
			row, col := a.cell(at)
			return fault.New("data-in-cell", row+1, col+1, fault.New("data-npy-ends", fault.Cause(err), a.Rows))
		}
	}
	var more [1]byte
	switch n, err := io.ReadFull(r, more[:]); {
	case n > 0:
		return fault.New("data-npy-too-long", a.Rows, a.Columns)
	case err != io.EOF: // the checksum of an archive is wrong
		return fault.Cause(err)
	}
	return nil
}

// cell is where the i-th item belongs.
func (a Shape) cell(i int) (row, column int) {
	columns := a.Columns / len(a.fields)
	if a.fortran {
		return i % a.Rows, i / a.Rows
	}
	return i / columns, i % columns
}

// item takes the i-th item, which b begins with.
func (a Shape) item(b []byte, i int, to []*builder) {
	_, column := a.cell(i)
	for _, f := range a.fields {
		if f.kind == 'M' {
			to[column].addStamp(f.time(b))
		} else {
			to[column].addNumber(f.number(b))
		}
		b, column = b[f.size:], column+1
	}
}

// bits are those of an integer.
func (f field) bits(b []byte) uint64 {
	switch f.size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(f.order.Uint16(b))
	case 4:
		return uint64(f.order.Uint32(b))
	}
	return f.order.Uint64(b)
}

// time decodes a time; one that lies beyond three centuries is none.
func (f field) time(b []byte) int64 {
	n := int64(f.bits(b))
	if n == math.MinInt64 || n > math.MaxInt64/f.unit || n < -math.MaxInt64/f.unit {
		return noStamp
	}
	return n * f.unit
}

// number decodes a number.
func (f field) number(b []byte) float64 {
	bits := f.bits(b)
	switch f.kind {
	case 'f':
		switch f.size {
		case 2:
			return half(uint16(bits))
		case 4:
			return float64(math.Float32frombits(uint32(bits)))
		}
		return math.Float64frombits(bits)
	case 'i':
		unused := 64 - 8*f.size
		return float64(int64(bits<<unused) >> unused) // spread the sign
	}
	return float64(bits)
}

// half is a float16 (IEEE 754 binary16).
func half(bits uint16) float64 {
	sign := 1.0
	if bits&0x8000 != 0 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction > 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}
