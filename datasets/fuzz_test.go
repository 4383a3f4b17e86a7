package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// Whatever comes in, a loader returns a set that keeps its promises, or an error that names the file.

func fuzzFile(t *testing.T, content string, opts Options) {
	set, err := ReadFiles(t.Context(), []File{inMemory("fuzz.in", content)}, opts)
	if err == nil {
		checkSet(t, set)
		return
	}
	isSaid(t, err)
	said := words.English().Error(err)
	if !strings.HasPrefix(said, "fuzz.in") && !fault.Has(err, "data-part-missing") {
		t.Errorf("error without the file: %s", said)
	}
}

// isSaid fails unless an error has a text, which is short and harmless on a terminal.
func isSaid(t *testing.T, err error) {
	t.Helper()
	if key := fault.Of(err).Key; !words.English().Has(words.Key(key)) {
		t.Errorf("error without a text: %v", err)
	}
	said := words.English().Error(err)
	plain := strings.NewReplacer("\u2009", " ", "\u2068", "", "\u2069", "").Replace(said) // parts it, isolates names
	if len(said) > 8000 || table.Visible(plain) != plain {
		t.Errorf("said as %q", said)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"1,2\n3,4\n", "a;b;label\n1;2;0\n;4;1\n", "\"a,b\"\tc\n1\t2\n3\t4\n",
		"time|x\nnow|1\nlater|2\n", "\xef\xbb\xbf1\r\n2\r\n", "1,\"2\n", "\n\n,\n"} {
		f.Add(s, "label")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, content, label string) { fuzzFile(t, content, Options{Label: label}) })
}

// Several files at once: their names tell the parts, and each may be anything.
func FuzzFiles(f *testing.F) {
	f.Add("train.csv", "a\n1\n", "test.csv", "a\n1\n2\n", "label.csv", "0\n1\n", "", 0.5)
	f.Add("x.csv", "a,label\n1,0\n2,1\n", "y_truth.csv", "1\n", "", "", "label", 0.3)
	f.Add("train/x.npy", npyFile(2, 1, 1, 2), "test/x.npy", npyFile(1, 1, 3), "test_label/x.csv",
		"t,label\n1,1\n", "", 0.5)
	f.Add("a.npz", npzFile(f, []string{"train.npy", "test.npy"}, npyFile(1, 1, 3), npyFile(1, 1, 3)),
		"labels.txt", "1", "", "", "", 0.9)
	f.Add("trai"+strings.Repeat("\xff", 5000)+"n/x.npy", "", "tes\x00/x", "", "", "", "", 0.5)
	f.Fuzz(func(t *testing.T, a, x, b, y, c, z, label string, split float64) {
		files := []File{inMemory(a, x), inMemory(b, y), inMemory(c, z)}
		for n := 1; n <= len(files); n++ {
			for _, labelled := range []bool{false, true} {
				opts := Options{Label: label, Cut: Cut{Share: split}, Labelled: labelled}
				set, err := ReadFiles(t.Context(), files[:n], opts)
				if err != nil {
					isSaid(t, err)
					continue
				}
				if checkSet(t, set); labelled && set.Labels == nil {
					t.Error("no labels")
				}
			}
		}
	})
}

// Wherever a table is cut, its rows are all there, in their order, and its labels are those of the second
// part.
func FuzzSplit(f *testing.F) {
	f.Add("a,label\n1,0\n2,1\n3,1\n", 0.5)
	f.Add("1\n2\n\n4\n", 0.01)
	f.Add(npyFile(3, 2, 1, 2, 3, 4, 5, 6), 0.99)
	f.Fuzz(func(t *testing.T, content string, split float64) {
		file := inMemory("x.csv", content)
		set, err := ReadFiles(t.Context(), []File{file}, Options{Cut: Cut{Share: split}})
		if err != nil {
			isSaid(t, err)
			return
		}
		checkSet(t, set)
		whole, err := readPortion(t.Context(), file, Options{}.want(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := whole.fill(FillLast); err != nil ||
			!slices.Equal(flat(whole.raw), slices.Concat(flat(set.Train), flat(set.Test))) {
			t.Errorf("the parts are not the whole; error %v", err)
		}
		if whole.labels != nil && !slices.Equal(set.Labels, whole.labels[set.Train.Rows:]) {
			t.Error("the labels are not those of the second part")
		}
	})
}

func FuzzNpy(f *testing.F) {
	f.Add([]byte(npyFile(2, 2, 1, 2, 3, 4)))
	f.Add([]byte(npyHeader("|b1", "True", "(3,)") + "\x00\x01\x01"))
	f.Add([]byte(npyHeader(">i2", "False", "(1000000, 100)") + "\x00\x01"))
	f.Add([]byte(table.NpyMagic + "\x02\x00\xff\xff\xff\xff"))
	f.Add([]byte(table.NpyMagic + "\x01\x00\x04\x00{'shape': )("))
	f.Fuzz(func(t *testing.T, content []byte) {
		if !bytes.HasPrefix(content, []byte(table.NpyMagic)) {
			content = append([]byte(table.NpyMagic), content...)
		}
		fuzzFile(t, string(content), Options{})
	})
}

func FuzzNpz(f *testing.F) {
	f.Add([]byte(npzFile(f, []string{"x.npy"}, npyFile(2, 1, 1, 2))))
	f.Add([]byte(npzFile(f, []string{"train.npy", "test.npy", "label.npy"}, npyFile(2, 1, 1, 2),
		npyFile(1, 1, 1), npyFile(1, 1, 1))))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, content []byte) { fuzzFile(t, string(content), Options{}) })
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte(gzipped(f, "1,2\n3,4\n")))
	f.Add([]byte(gzipped(f, npyFile(2, 1, 1, 2))))
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzFile(t, "\x1f\x8b"+strings.TrimPrefix(string(content), "\x1f\x8b"), Options{})
	})
}

func FuzzSMD(f *testing.F) {
	whole := benchmarks(f)
	f.Add(smdRows(0, 4), "0\n1\n1\n0\n", "1-3:2,38\n")
	f.Add("1,2\n", "label\n0\n", "1-3:\n")
	f.Fuzz(func(t *testing.T, test, labels, notes string) {
		files := maps.Clone(whole)
		files["smd/test/machine-1-10.txt"] = &fstest.MapFile{Data: []byte(test)}
		files["smd/test_label/machine-1-10.txt"] = &fstest.MapFile{Data: []byte(labels)}
		files["smd/interpretation_label/machine-1-10.txt"] = &fstest.MapFile{Data: []byte(notes)}
		fuzzOpen(t, files, "smd/machine-1-10")
	})
}

func FuzzMSL(f *testing.F) {
	whole := benchmarks(f)
	f.Add(telemetryList, []byte(zeroes(5, 1)))
	f.Add("chan_id,spacecraft,anomaly_sequences,class,num_values\nM-6,MSL,\"[[0,4]]\",[point],5\n",
		[]byte(npyFile(5, 1, 1, 2, 3, 4, 5)))
	f.Fuzz(func(t *testing.T, list string, test []byte) {
		files := maps.Clone(whole)
		files["msl/labeled_anomalies.csv"] = &fstest.MapFile{Data: []byte(list)}
		files["msl/test/M-6.npy"] = &fstest.MapFile{Data: test}
		fuzzOpen(t, files, "msl")
		fuzzOpen(t, files, "msl/M-6")
	})
}

func FuzzPSM(f *testing.F) {
	whole := benchmarks(f)
	f.Add(psmHeader+psmRow(2)+psmRow(3), "timestamp_(min),label\n2.0,0\n3.0,1\n")
	f.Add(psmHeader, "0\n")
	f.Fuzz(func(t *testing.T, test, labels string) {
		files := maps.Clone(whole)
		files["psm/test.csv"] = &fstest.MapFile{Data: []byte(test)}
		files["psm/test_label.csv.gz"] = &fstest.MapFile{Data: []byte(labels)}
		fuzzOpen(t, files, "psm")
	})
}

func fuzzOpen(t *testing.T, files fstest.MapFS, id string) {
	set, err := Open(t.Context(), files, id)
	if err == nil {
		checkSet(t, set)
	}
	if _, err := List(t.Context(), files); err != nil {
		t.Errorf("list: %v", err)
	}
}

func FuzzColumn(f *testing.F) {
	f.Add("step,score\n0,1\n1,\n", "")
	f.Add("a;b\n1;NaN\n2;inf\n", "b")
	f.Add("1\n\n1e999\n", "")
	f.Fuzz(func(t *testing.T, content, name string) {
		c, err := scoreOf(t.Context(), inMemory("fuzz.in", content), name)
		if err != nil {
			isSaid(t, err)
			return
		}
		line := 0
		for i := range c.Values {
			bad, _ := errors.AsType[*table.FileError](c.At(i, io.EOF))
			if bad.Line <= line {
				t.Fatalf("value %d is in line %d, the one before in %d", i, bad.Line, line)
			}
			line = bad.Line
		}
		if line == 0 {
			t.Error("no values and no error")
		}
	})
}

// The list of anomalies gives intervals of steps, or an error with its line.
func FuzzTelemetry(f *testing.F) {
	f.Add(telemetryList)
	f.Add("chan_id,spacecraft,anomaly_sequences,class\nM-6,MSL,\"[[0,9223372036854775807]]\",\n")
	f.Fuzz(func(t *testing.T, list string) {
		channels, err := readTelemetry(bufio.NewReader(strings.NewReader(list)), "x.csv", "MSL")
		if err != nil {
			isSaid(t, err)
		}
		for _, c := range channels {
			for _, a := range c.anomalies {
				if a.From < 0 || a.To <= a.From || a.To > table.MaxValues {
					t.Errorf("%s: from %d to %d", c.id, a.From, a.To)
				}
			}
		}
	})
}
