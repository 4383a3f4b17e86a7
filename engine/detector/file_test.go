package detector_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/table"
	"cosinelab/engine/detect"
	"cosinelab/engine/detector"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// made is a detector of a closed form, whose threshold learns on.
func made() *detector.Detector {
	s := spec.Default()
	s.Arms = []spec.Arm{{Name: "forecast", Control: spec.ControlForecast, Lag: 1}}
	s.Seeds = []uint64{7}
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicySPOT}
	word := "on"
	return &detector.Detector{Version: detector.Version, Device: "cpu test", Spec: s,
		Channels: []detector.Channel{{Name: "flow [l/min]", Column: "flow [l/min]", Place: 2, Unit: "l/min", Shift: 0.1,
			Scale: 3, Low: -1, High: 1e10 + 0.25, Last: 1.0 / 3}, {Name: "pump = on", Column: "pump", Place: 3, Is: &word,
			Scale: 1}},
		Reading: detector.Reading{Fill: "last", Times: table.Form{Columns: []string{"time"}, Places: []int{1},
			Clock: true, Unit: 1, Epoch: 1e9}},
		Start: detect.Start{Policy: spec.PolicySPOT, Value: metrics.Undefined, Q: 1e-3, Scores: 1000, From: 0.5,
			Shape: 0.1, Scale: 0.2, Excesses: []float64{0.1, 0.1 + 1e-16, 0.7}},
		Expected: detector.Expected{TrainShare: 0.001, PerDay: metrics.Undefined, TestSteps: 10},
		Data:     detector.Origin{Source: "file/a.csv", Title: "a.csv", SHA256: "00", TrainSteps: 1000},
		Fit: map[string]tensor.Wide{"forecast.intercept": {Shape: tensor.Shape{2}, Data: []float64{1.0 / 3, 1e-300}},
			"forecast.coefficients": {Shape: tensor.Shape{2, 2}, Data: []float64{1, 2, 3, 4}}}}
}

func written(t testing.TB, d *detector.Detector) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readBytes(b []byte) (*detector.Detector, error) {
	return detector.Read(bytes.NewReader(b), int64(len(b)))
}

func TestADetectorComesBackAsItWas(t *testing.T) {
	d := made()
	b := written(t, d)
	got, err := readBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*detector.Detector{d, got} { // NaN is not equal to itself
		if x.Start.Value.Defined() || x.Expected.PerDay.Defined() {
			t.Errorf("an undefined number became %v, %v", x.Start.Value, x.Expected.PerDay)
		}
		x.Start.Value, x.Expected.PerDay = 0, 0
	}
	if !reflect.DeepEqual(got, d) {
		t.Errorf("%+v\nwant\n%+v", got, d)
	}
	if again := written(t, made()); !bytes.Equal(again, b) {
		t.Error("the same detector gives other bytes")
	}
}

// entries are the content of a detector's zip by name, in order.
type entries []struct {
	name string
	data []byte
}

func unzipped(t testing.TB, b []byte) (all entries) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, struct {
			name string
			data []byte
		}{f.Name, data})
	}
	return all
}

func (e entries) zipped(t testing.TB, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, x := range e {
		w, err := z.CreateHeader(&zip.FileHeader{Name: x.name, Method: method})
		if err == nil {
			_, err = w.Write(x.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files that are no detectors, are damaged or would fill the memory are refused in words that say why.
func TestFilesThatAreNoDetectorsAreRefused(t *testing.T) {
	good := written(t, made())
	change := func(f func(entries) entries) []byte { return f(unzipped(t, good)).zipped(t, zip.Store) }
	text := func(old, new string) []byte {
		return change(func(e entries) entries {
			e[0].data = []byte(strings.Replace(string(e[0].data), old, new, 1))
			if new != "" && !strings.Contains(string(e[0].data), new) {
				t.Fatalf("the text has no %q", old)
			}
			return e
		})
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	zeros := make([]byte, 80<<20)
	for want, b := range map[string][]byte{
		"no .detector":                   []byte("time,flow\n1,2\n"),
		"no .detector ":                  good[:len(good)/2],
		"damaged":                        flipped,
		"weights.safetensors is missing": change(func(e entries) entries { return e[:1] }),
		"detector.json is missing":       change(func(e entries) entries { return e[1:] }),
		"it holds ../../etc/passwd": change(func(e entries) entries {
			e[1].name = "../../etc/passwd"
			return e
		}),
		"twice": change(func(e entries) entries { return append(e, e[1]) }),
		"would become": func() []byte {
			e := unzipped(t, good)
			e[1].data = zeros
			return e.zipped(t, zip.Deflate)
		}(),
		"tail.safetensors is damaged": change(func(e entries) entries {
			e[2].data = append(e[2].data, 0)
			return e
		}),
		"version 2, this program reads version 1": text(`"version": 1`, `"version": 2`),
		"its text cannot be read":                 text(`"channels": [`, `"channels": 3, "x": [`),
		"data.x: unknown field":                   text(`"window":`, `"window": 10, "x":`),
		"channel 1 cannot be scaled":              text(`"scale": 3`, `"scale": 0`),
		"threshold":                               text(`"policy": "spot"`, `"policy": "fixed"`),
	} {
		_, err := readBytes(b)
		if err == nil || !strings.Contains(words.English().Error(err), strings.TrimSpace(want)) {
			t.Errorf("%q: error %v", want, words.English().Error(err))
		}
	}
}

func TestUnitsStandInNames(t *testing.T) {
	for name, want := range map[string]string{"temp [°C]": "°C", "flow (l/min) ": "l/min", "a": "", "[°C]": "",
		"x (of something quite long)": "", "p1[bar]": "bar"} {
		if got := detector.Unit(name); got != want {
			t.Errorf("%q: unit %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"a/b": "a-b", "..": "arm", `c:\x`: "c--x", "코사인": "코사인"} {
		if got := detector.Safe(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

// Whatever a file holds, reading it ends in a detector that can be written again, or in words.
func FuzzDetector(f *testing.F) {
	good := written(f, made())
	f.Add(good)
	f.Add(good[:100])
	e := unzipped(f, good)
	var d map[string]any
	if err := json.Unmarshal(e[0].data, &d); err != nil {
		f.Fatal(err)
	}
	for key := range d { // each field absent
		text := map[string]any{}
		for k, v := range d {
			if k != key {
				text[k] = v
			}
		}
		raw, err := json.Marshal(text)
		if err != nil {
			f.Fatal(err)
		}
		less := unzipped(f, good)
		less[0].data = raw
		f.Add(less.zipped(f, zip.Store))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := readBytes(b)
		if err != nil {
			if words.English().Error(err) == "" {
				t.Errorf("an error without words: %v", err)
			}
			return
		}
		again, err := readBytes(written(t, d))
		if err != nil || !reflect.DeepEqual(again.Channels, d.Channels) {
			t.Errorf("written again: %v", err)
		}
	})
}
