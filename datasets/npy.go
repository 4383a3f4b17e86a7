package datasets

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

const npyMagic = "\x93NUMPY"

// maxHeader bounds the header of an npy file, of which a few hundred bytes are used in practice.
const maxHeader = 1 << 16

// array is the header of an npy file (NumPy Enhancement Proposal 1).
type array struct {
	order      binary.ByteOrder
	kind       byte // f, i, u or b
	size       int  // bytes an item
	fortran    bool // column after column instead of row after row
	rows, cols int
}

// readArray reads an npy array of one or two dimensions as a table. Memory grows with the data that arrive,
// whatever the header claims.
func readArray(r *bufio.Reader, name string, want layout) (*table, error) {
	a, err := readArrayHeader(r)
	if err != nil {
		return nil, inFile(name, err)
	}
	if want.fields > 0 && a.cols != want.fields {
		return nil, inFile(name, fault.New("data-columns", a.cols, want.fields))
	}
	if want.labels && a.cols != 1 {
		return nil, inFile(name, fault.New("data-label-column", a.cols))
	}
	if want.label != "" && !want.maybe {
		return nil, inFile(name, fault.New("data-no-names", short(want.label)))
	}
	values, err := a.items(r)
	if err != nil {
		return nil, inFile(name, err)
	}
	t := &table{file: name, values: Series{Values: values, Rows: a.rows, Channels: a.cols}}
	if want.labels {
		return t, t.takeLabels()
	}
	return t, nil
}

// takeLabels turns the only value column into labels.
func (t *table) takeLabels() error {
	t.labels = make([]uint8, t.values.Rows)
	for i, v := range t.values.Values {
		if v != 0 && v != 1 {
			return inFile(t.file, fault.New("data-in-row", i+1, fault.New("data-label", fmt.Sprint(v))))
		}
		t.labels[i] = uint8(v)
	}
	t.values = Series{Rows: len(t.labels)}
	return nil
}

// readArrayHeader reads up to the first item.
func readArrayHeader(r io.Reader) (array, error) {
	var fixed [len(npyMagic) + 2]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return array{}, fault.New("data-npy-header", fault.Cause(err))
	}
	length := make([]byte, 2)
	if major := fixed[len(npyMagic)]; major > 1 {
		length = make([]byte, 4)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return array{}, fault.New("data-npy-header", fault.Cause(err))
	}
	n := uint32(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		n = binary.LittleEndian.Uint32(length)
	}
	if n > maxHeader {
		return array{}, fault.New("data-npy-header-long", int64(n), maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return array{}, fault.New("data-npy-header", fault.Cause(err))
	}
	return parseArrayHeader(string(text))
}

// parseArrayHeader reads the Python dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
func parseArrayHeader(text string) (a array, err error) {
	if err = a.parseType(entry(text, "descr")); err != nil {
		return a, err
	}
	switch order := entry(text, "fortran_order"); {
	case strings.HasPrefix(order, "True"):
		a.fortran = true
	case !strings.HasPrefix(order, "False"):
		return a, fault.New("data-npy-header", fault.New("data-npy-order"))
	}
	return a, a.parseShape(entry(text, "shape"))
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

// parseType reads an item type such as '<f8': byte order, kind and bytes. Without an order sign, or with =
// for that of the machine that wrote it, it is little-endian, as practically all of them are.
func (a *array) parseType(descr string) error {
	if len(descr) < 2 || descr[0] != '\'' && descr[0] != '"' {
		return fault.New("data-npy-header", fault.New("data-npy-no-type"))
	}
	name, _, _ := strings.Cut(descr[1:], descr[:1])
	a.order = binary.LittleEndian
	if strings.HasPrefix(name, ">") {
		a.order = binary.BigEndian
	}
	switch item := strings.TrimLeft(name, "<>|="); item {
	case "f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1":
		a.kind, a.size = item[0], int(item[1]-'0')
		return nil
	}
	return fault.New("data-npy-type", short(name))
}

// parseShape reads (rows, cols) or (rows,). The product is limited before anything is allocated or multiplied
// further.
func (a *array) parseShape(shape string) error {
	inside, _, closed := strings.Cut(strings.TrimPrefix(shape, "("), ")")
	if !closed || shape[0] != '(' {
		return fault.New("data-npy-header", fault.New("data-npy-no-shape"))
	}
	var dims []int
	for _, field := range strings.Split(inside, ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue // after the last comma
		}
		n, err := strconv.ParseUint(strings.TrimSuffix(field, "L"), 10, 62)
		if err != nil {
			return fault.New("data-npy-header", fault.New("data-npy-shape", short(inside)))
		}
		dims = append(dims, int(min(n, math.MaxInt32)))
	}
	switch len(dims) {
	case 1:
		a.rows, a.cols = dims[0], 1
	case 2:
		a.rows, a.cols = dims[0], dims[1]
	default:
		return fault.New("data-npy-dimensions", len(dims))
	}
	if a.rows == 0 || a.cols == 0 {
		return fault.New("data-npy-empty", short(inside))
	}
	if int64(a.rows)*int64(a.cols) > maxValues {
		return fault.New("data-npy-too-large", short(inside), maxValues)
	}
	return nil
}

// items reads rows*cols finite numbers and the end of the file, and returns them row after row.
func (a array) items(r io.Reader) ([]float32, error) {
	var values growing[float32]
	total := a.rows * a.cols
	buffer := make([]byte, 1<<15)
	for values.n < total {
		chunk := buffer[:min(len(buffer), (total-values.n)*a.size)]
		n, err := io.ReadFull(r, chunk)
		for i := 0; i+a.size <= n; i += a.size {
			v := float32(a.item(chunk[i:]))
			switch x := math.Abs(float64(v)); {
			case math.IsNaN(x) || math.IsInf(x, 0):
				return nil, a.inCell(values.n, fault.New("data-not-finite", fmt.Sprint(a.item(chunk[i:]))))
			case x > Largest:
				large := fault.New("data-not-squarable", fmt.Sprint(a.item(chunk[i:])), largestText)
				return nil, a.inCell(values.n, large)
			}
			values.add(v)
		}
		if err != nil {
			return nil, a.inCell(values.n, fault.New("data-npy-ends", fault.Cause(err), a.rows))
		}
	}
	switch n, err := io.ReadFull(r, buffer[:1]); {
	case n > 0:
		return nil, fault.New("data-npy-too-long", a.rows, a.cols)
	case err != io.EOF: // the checksum of an archive is wrong
		return nil, fault.Cause(err)
	}
	if a.fortran {
		return a.byRow(values.all()), nil
	}
	return values.all(), nil
}

// item decodes the first item of b.
func (a array) item(b []byte) float64 {
	if a.kind == 'f' && a.size == 4 {
		return float64(math.Float32frombits(a.order.Uint32(b)))
	}
	if a.kind == 'f' {
		return math.Float64frombits(a.order.Uint64(b))
	}
	var bits uint64
	switch a.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(a.order.Uint16(b))
	case 4:
		bits = uint64(a.order.Uint32(b))
	case 8:
		bits = a.order.Uint64(b)
	}
	if a.kind == 'i' {
		unused := 64 - 8*a.size
		return float64(int64(bits<<unused) >> unused) // spread the sign
	}
	return float64(bits)
}

// inCell says that an error is at the i-th item of the file, as people count.
func (a array) inCell(i int, err error) error {
	row, col := i/a.cols, i%a.cols
	if a.fortran {
		row, col = i%a.rows, i/a.rows
	}
	return fault.New("data-in-cell", row+1, col+1, err)
}

// byRow reorders column-major values.
func (a array) byRow(values []float32) []float32 {
	out := make([]float32, len(values))
	for c := range a.cols {
		for t := range a.rows {
			out[t*a.cols+c] = values[c*a.rows+t]
		}
	}
	return out
}
