package runfile

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/spec"
)

// Signals are the data of a run as it used them: cut, missing cells filled, in the units of whoever measured them.
type Signals struct {
	Channels    []string
	Train, Test datasets.Raw
	TrainLabels []uint8 // one a step of Train; nil = nobody knows
	Labels      []uint8 // one a step of Test; nil as well
	// A model sees (value - Shift) / Scale, of each channel.
	Shift, Scale []float64
	Outputs      []Output
}

// Output is what a student, or a teacher, made of the test part.
type Output struct {
	Name   string    // of the run, as in scores.csv, or teacher/SEED
	Values []float32 // [scored steps, channels], scaled
}

// OutputsOf are those that a report holds.
func OutputsOf(r spec.Report) (all []Output) {
	for _, t := range r.Teachers {
		if t.Output != nil {
			all = append(all, Output{fmt.Sprintf("teacher/%d", t.Seed), t.Output})
		}
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Output != nil {
				all = append(all, Output{columnName(run), run.Output})
			}
		}
	}
	return all
}

// The arrays of signals.npz. Outputs have names of their own.
const (
	arrayTrain       = "train"       // float64 [steps, channels]
	arrayTest        = "test"        // float64 [steps, channels]
	arrayTrainLabels = "train_label" // uint8 [steps]
	arrayLabels      = "test_label"  // uint8 [steps]
	arrayChannels    = "channels"    // their names
	arrayShift       = "shift"       // float64 [channels]
	arrayScale       = "scale"       // float64 [channels]
	outputPrefix     = "output "     // float32 [scored steps, channels]
)

// Bytes is what the arrays take before they are compressed.
func (s *Signals) Bytes() int {
	n := 8 * len(s.Channels) * (s.Train.Rows + s.Test.Rows)
	for _, o := range s.Outputs {
		n += 4 * len(o.Values)
	}
	return n
}

// SHA256 is that of the values of both parts, train first, row by row, as little-endian float64: in NumPy
// hashlib.sha256(train.tobytes() + test.tobytes()).
func (s *Signals) SHA256() string {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1<<15)
	writeRows(w, s.Train) // a hash takes everything
	writeRows(w, s.Test)
	w.Flush()
	return hex.EncodeToString(h.Sum(nil))
}

// Write writes a compressed npz, which numpy.load reads.
func (s *Signals) Write(out io.Writer) error {
	z := zip.NewWriter(out)
	put := func(name string, dtype string, shape []int, values func(*bufio.Writer) error) error {
		f, err := z.Create(name + ".npy")
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(f, 1<<15)
		return errors.Join(writeHeader(w, dtype, shape), values(w), w.Flush())
	}
	var err error
	for _, part := range []struct {
		name   string
		raw    datasets.Raw
		labels string
		marks  []uint8
	}{{arrayTrain, s.Train, arrayTrainLabels, s.TrainLabels}, {arrayTest, s.Test, arrayLabels, s.Labels}} {
		err = errors.Join(err, put(part.name, "<f8", []int{part.raw.Rows, part.raw.Channels()},
			func(w *bufio.Writer) error { return writeRows(w, part.raw) }))
		if part.marks != nil {
			err = errors.Join(err, put(part.labels, "|u1", []int{len(part.marks)},
				func(w *bufio.Writer) error { _, err := w.Write(part.marks); return err }))
		}
	}
	longest := 1
	for _, name := range s.Channels {
		longest = max(longest, utf8.RuneCountInString(name))
	}
	err = errors.Join(err, put(arrayChannels, fmt.Sprintf("<U%d", longest), []int{len(s.Channels)},
		func(w *bufio.Writer) error { return writeWords(w, s.Channels, longest) }))
	for _, x := range []struct {
		name   string
		values []float64
	}{{arrayShift, s.Shift}, {arrayScale, s.Scale}} {
		err = errors.Join(err, put(x.name, "<f8", []int{len(x.values)},
			func(w *bufio.Writer) error { return binary.Write(w, binary.LittleEndian, x.values) }))
	}
	for _, o := range s.Outputs {
		// A slash in a name would be a folder.
		err = errors.Join(err, put(outputPrefix+strings.ReplaceAll(o.Name, "/", " "), "<f4",
			[]int{len(o.Values) / len(s.Channels), len(s.Channels)},
			func(w *bufio.Writer) error { return binary.Write(w, binary.LittleEndian, o.Values) }))
	}
	return errors.Join(err, z.Close())
}

// writeHeader writes the header of an npy array, version 1.0: its length is a multiple of 64.
func writeHeader(w io.Writer, dtype string, shape []int) error {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = fmt.Sprint(n)
	}
	size := strings.Join(dims, ", ")
	if len(dims) == 1 {
		size += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, size)
	const before = len(table.NpyMagic) + 4
	text += strings.Repeat(" ", (64-(before+len(text)+1)%64)%64) + "\n"
	_, err := fmt.Fprintf(w, "%s\x01\x00%s%s", table.NpyMagic,
		binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text)
	return err
}

// writeRows writes the values of a series, a row a step.
func writeRows(w io.Writer, raw datasets.Raw) error {
	row := make([]byte, 0, 8*raw.Channels())
	for t := range raw.Rows {
		row = row[:0]
		for _, values := range raw.Columns {
			row = binary.LittleEndian.AppendUint64(row, math.Float64bits(values[t]))
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// writeWords writes names of at most so many characters, of four bytes each.
func writeWords(w io.Writer, names []string, longest int) error {
	var out []byte
	for _, name := range names {
		runes := []rune(name)
		for i := range longest {
			r := rune(0)
			if i < len(runes) {
				r = runes[i]
			}
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
	}
	_, err := w.Write(out)
	return err
}

// ReadTest reads the test part of a run's signals as models see it; no steps where the run has no signals.
func ReadTest(files fs.FS, channels []string) (test datasets.Series, err error) {
	f, err := files.Open(SignalsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return test, nil
	}
	if err != nil {
		return test, err
	}
	defer f.Close()
	content, size, err := random(f)
	if err != nil {
		return test, err
	}
	z, err := zip.NewReader(content, size)
	if err != nil {
		return test, fault.New("in-place", SignalsFile, err)
	}
	arrays := map[string]*table.Table{}
	for _, name := range []string{arrayTest, arrayShift, arrayScale} {
		if arrays[name], err = readArray(z, name); err != nil {
			return test, fault.New("in-place", SignalsFile, err)
		}
	}
	values, shift, scale := arrays[arrayTest], arrays[arrayShift], arrays[arrayScale]
	if n := len(channels); len(values.Columns) != n || shift.Rows != n || scale.Rows != n {
		return test, fault.New("in-place", SignalsFile, fault.New("data-columns", len(values.Columns), n))
	}
	raw := datasets.Raw{Rows: values.Rows}
	for _, c := range values.Columns {
		raw.Columns = append(raw.Columns, c.Values)
	}
	return datasets.Scaler{Shift: shift.Columns[0].Values, Scale: scale.Columns[0].Values}.Apply(raw), nil
}

// readArray reads one array of an npz.
func readArray(z *zip.Reader, name string) (*table.Table, error) {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name+".npy" })
	if i < 0 {
		return nil, fault.New("runfile-no-array", name)
	}
	r, err := z.File[i].Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return table.Array(r, name, table.Want{Raw: true})
}
