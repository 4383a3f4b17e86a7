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
	return npyMagic + "\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))) + dict
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
	if len(set.Channels) != set.Train.Channels || set.Train.Channels != set.Test.Channels ||
		set.Train.Channels < 1 {
		t.Fatalf("%d names for %d and %d channels", len(set.Channels), set.Train.Channels, set.Test.Channels)
	}
	for _, s := range []Series{set.Train, set.Test} {
		if s.Rows < 1 || len(s.Values) != s.Rows*s.Channels {
			t.Fatalf("%d values for %d x %d", len(s.Values), s.Rows, s.Channels)
		}
		for i, v := range s.Values {
			if v-v != 0 {
				t.Fatalf("value %d is %g", i, v)
			}
		}
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
