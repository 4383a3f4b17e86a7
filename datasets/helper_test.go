package datasets

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/table"
)

// inMemory is a file with that content.
func inMemory(name, content string) File {
	return File{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func gzipped(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// npyHeader is the start of an npy file of version 1.
func npyHeader(descr, order, shape string) string {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	return table.NpyMagic + "\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))) + dict
}

// npyFile is a float64 array in C order.
func npyFile(rows, cols int, values ...float64) string {
	b, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic(err) // float64 has a fixed size
	}
	return npyHeader("<f8", "False", fmt.Sprintf("(%d, %d)", rows, cols)) + string(b)
}

func npzFile(t testing.TB, names []string, contents ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, contents[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantError fails unless err says want, in English.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	got := "none"
	if err != nil {
		got = words.English().Error(err)
	}
	if got != want {
		t.Errorf("error\n  %s\nwant\n  %s", got, want)
	}
}

// checkSet fails where a set breaks what Set promises.
func checkSet(t testing.TB, set *Set) {
	t.Helper()
	if n := set.Train.Channels(); len(set.Channels) != n || n != set.Test.Channels() || n < 1 {
		t.Fatalf("%d names for %d and %d channels", len(set.Channels), n, set.Test.Channels())
	}
	for _, r := range []Raw{set.Train, set.Test} {
		for c, values := range r.Columns {
			if r.Rows < 1 || len(values) != r.Rows {
				t.Fatalf("channel %d: %d values for %d steps", c, len(values), r.Rows)
			}
			for i, v := range values {
				if v-v != 0 {
					t.Fatalf("value %d of channel %d is %g", i, c, v)
				}
			}
		}
	}
	for at, r := range map[*table.Axis]Raw{&set.TrainAt: set.Train, &set.TestAt: set.Test} {
		if !at.None() && len(at.At) != r.Rows {
			t.Fatalf("%d times for %d steps", len(at.At), r.Rows)
		}
	}
	if set.Marked != nil && len(set.Marked) != set.Train.Rows {
		t.Fatalf("%d labels for %d training steps", len(set.Marked), set.Train.Rows)
	}
	if set.Labels != nil && len(set.Labels) != set.Test.Rows {
		t.Fatalf("%d labels for %d steps", len(set.Labels), set.Test.Rows)
	}
	for i, l := range set.Labels {
		if l > 1 {
			t.Fatalf("label %d is %d", i, l)
		}
	}
	if (set.Filled > 0) != (set.FillRule != "") {
		t.Fatalf("%d cells filled by rule %q", set.Filled, set.FillRule)
	}
}

// flat are the values of a series row by row.
func flat(r Raw) (values []float64) {
	for t := range r.Rows {
		for _, column := range r.Columns {
			values = append(values, column[t])
		}
	}
	return values
}
