package datasets

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// Whatever comes in, a loader returns a set that keeps its promises, or an error that names the file.

func fuzzFile(t *testing.T, content string, opts Options) {
	set, err := ReadFiles(t.Context(), []File{inMemory("fuzz.in", content)}, opts)
	if err == nil {
		checkSet(t, set)
		return
	}
	said := words.English().Error(err)
	if !strings.HasPrefix(said, "fuzz.in") && !fault.Has(err, "data-part-missing") {
		t.Errorf("error without the file: %s", said)
	}
	if key := fault.Of(err).Key; !words.English().Has(words.Key(key)) {
		t.Errorf("error without a text: %v", err)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"1,2\n3,4\n", "a;b;label\n1;2;0\n;4;1\n", "\"a,b\"\tc\n1\t2\n3\t4\n", "time|x\nnow|1\nlater|2\n", "\xef\xbb\xbf1\r\n2\r\n", "1,\"2\n", "\n\n,\n"} {
		f.Add(s, "label")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, content, label string) { fuzzFile(t, content, Options{Label: label}) })
}

func FuzzNpy(f *testing.F) {
	f.Add([]byte(npyFile(2, 2, 1, 2, 3, 4)))
	f.Add([]byte(npyHeader("|b1", "True", "(3,)") + "\x00\x01\x01"))
	f.Add([]byte(npyHeader(">i2", "False", "(1000000, 100)") + "\x00\x01"))
	f.Add([]byte(npyMagic + "\x02\x00\xff\xff\xff\xff"))
	f.Add([]byte(npyMagic + "\x01\x00\x04\x00{'shape': )("))
	f.Fuzz(func(t *testing.T, content []byte) {
		if !bytes.HasPrefix(content, []byte(npyMagic)) {
			content = append([]byte(npyMagic), content...)
		}
		fuzzFile(t, string(content), Options{})
	})
}

// The parser of the header is fuzzed on its own too, because few inputs get past the magic.
func FuzzNpyHeader(f *testing.F) {
	f.Add("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n")
	f.Add("{\"shape\": (3L,), \"descr\": \"|b1\", \"fortran_order\": True}")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := parseArrayHeader(header)
		if err == nil && (a.rows < 1 || a.cols < 1 || a.rows > maxValues/a.cols || a.size < 1 || a.size > 8) {
			t.Errorf("%q is accepted as %+v", header, a)
		}
	})
}

func FuzzNpz(f *testing.F) {
	f.Add([]byte(npzFile(f, []string{"x.npy"}, npyFile(2, 1, 1, 2))))
	f.Add([]byte(npzFile(f, []string{"train.npy", "test.npy", "label.npy"}, npyFile(2, 1, 1, 2), npyFile(1, 1, 1), npyFile(1, 1, 1))))
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
	f.Add("chan_id,spacecraft,anomaly_sequences,class,num_values\nM-6,MSL,\"[[0,4]]\",[point],5\n", []byte(npyFile(5, 1, 1, 2, 3, 4, 5)))
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
