package runfile_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// made is a run of two seeds over six steps, of which one has no score.
func made() runfile.Run {
	sp := spec.Default()
	sp.Arms = []spec.Arm{{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}}}
	sp.Seeds = []uint64{1, 2}
	run := func(seed uint64, scores ...float64) spec.Run {
		return spec.Run{Arm: "alone", Seed: seed, Scores: scores, Unscored: 1,
			Threshold: spec.Cut{Policy: sp.Detect.Threshold.Policy, Value: 0.5}, Alarms: []steps.Range{{From: 2, To: 4}},
			Metrics: []spec.Measure{{Name: "auroc", Value: metrics.Value(0.5 + float64(seed)/10), Chance: 0.5,
				Constant: metrics.Undefined}}}
	}
	r := spec.Report{Version: spec.Version, Spec: sp, Device: "cpu test", Arms: []spec.ArmReport{{Arm: sp.Arms[0],
		Runs: []spec.Run{run(1, math.NaN(), 0.1, 0.9, 1.0/3, 0.2, 0.1), run(2, math.NaN(), 0.2, 0.8, 0.7, 1e-9, 0.1)}}}}
	r.Arms[0].Runs[0].Kept = &spec.Kept{Scores: []spec.KeptScores{{Serial: []float64{0.3, 0.4}}}}
	r.Arms[0].Runs[0].Output = []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	r.Data = spec.DataSummary{Source: "file/a.csv", Title: "a.csv", Channels: []string{"flow", "온도"}, TrainSteps: 2,
		TestSteps: 6, ScoredSteps: 6, Labelled: true}
	return runfile.Run{Report: r, Labels: []uint8{0, 0, 1, 1, 0, 0}, Readme: "read me", Text: "what was found",
		About: runfile.About{Program: "v1", Command: "cosinelab run spec.json"},
		Time:  func(step int) string { return fmt.Sprintf("2026-02-08 11:3%d:00", step) },
		Signals: &runfile.Signals{Channels: r.Data.Channels, Train: datasets.Raw{Rows: 2, Columns: [][]float64{{1, 2}, {3,
			4}}}, Test: datasets.Raw{Rows: 6, Columns: [][]float64{{1e10 + 0.25, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}}},
			Labels: []uint8{0, 0, 1, 1, 0, 0}, Shift: []float64{1, 2}, Scale: []float64{2, 4},
			Outputs: runfile.OutputsOf(r)}}
}

// written are the files of a run.
func written(t testing.TB, r runfile.Run) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	if err := r.Write(func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		files[name] = &fstest.MapFile{Data: b.Bytes()}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

func TestScoresStandBesideTimesLabelsThresholdsAndAlarms(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(written(t, made())[runfile.ScoresFile].Data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]string{
		0: "step time split label alone/1 alone/1 threshold alone/1 alarm alone/2 alone/2 threshold alone/2 alarm",
		1: "0  train  0.3     ",
		3: "0 2026-02-08 11:30:00 test 0  0.5 0  0.5 0",
		6: "3 2026-02-08 11:33:00 test 1 0.3333333333333333 0.5 1 0.7 0.5 1",
	} {
		if got := strings.Join(rows[at], " "); got != want {
			t.Errorf("row %d is %q, want %q", at, got, want)
		}
	}
	if len(rows) != 1+2+6 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestMetricsStandBesideChanceAndGain(t *testing.T) {
	r := made()
	r.Report.Spec.Arms = append(r.Report.Spec.Arms, spec.Arm{Name: "untrained", Control: spec.ControlUntrained})
	two := r.Report.Arms[0]
	two.Arm = r.Report.Spec.Arms[1]
	two.Runs = slices.Clone(two.Runs)
	for i := range two.Runs {
		two.Runs[i].Arm = "untrained"
		two.Runs[i].Metrics = []spec.Measure{{Name: "auroc", Value: 0.5, Chance: 0.5, Constant: metrics.Undefined}}
	}
	r.Report.Arms = append(r.Report.Arms, two)
	rows, err := csv.NewReader(bytes.NewReader(written(t, r)[runfile.MetricsFile].Data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	gain := r.Report.Gain("untrained", "alone", "auroc")
	want := []string{"untrained", "2", "auroc", "0.5", "0.5", "", "0.5", "0.5", "alone", fmt.Sprint(float64(gain.Mean)),
		fmt.Sprint(float64(gain.Low)), fmt.Sprint(float64(gain.High)), "0.95", "2"}
	if len(rows) != 5 || !slices.Equal(rows[4], want) {
		t.Errorf("%q, want in the end %q", rows, want)
	}
}

// What is packed comes back: the report with its scores, the signals as models see them, the same bytes again.
func TestAZipHoldsTheFolder(t *testing.T) {
	files := written(t, made())
	files["detectors/alone-1.detector"] = &fstest.MapFile{Data: []byte("PK")}
	files["checkpoints/alone-1.safetensors"] = &fstest.MapFile{Data: []byte("x")}
	var packed, again bytes.Buffer
	for _, b := range []*bytes.Buffer{&packed, &again} {
		if err := runfile.Pack(b, files); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(packed.Bytes(), again.Bytes()) {
		t.Error("the same files give other bytes")
	}
	in, err := runfile.Open(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	unpacked := fstest.MapFS{}
	if err := runfile.Unpack(in, func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		unpacked[name] = &fstest.MapFile{Data: b.Bytes()}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	delete(files, "checkpoints/alone-1.safetensors")
	if !reflect.DeepEqual(unpacked, files) {
		t.Errorf("unpacked %d files, want %d", len(unpacked), len(files))
	}
	if names, err := runfile.Detectors(in); err != nil || !slices.Equal(names, []string{"alone-1"}) {
		t.Errorf("detectors %v, error %v", names, err)
	}
	r := made().Report
	got := r
	got.Arms = []spec.ArmReport{{Arm: r.Arms[0].Arm, Runs: slices.Clone(r.Arms[0].Runs)}}
	for i := range got.Arms[0].Runs {
		got.Arms[0].Runs[i].Scores = nil
	}
	if err := runfile.ReadScores(in, &got); err != nil {
		t.Fatal(err)
	}
	for i, run := range got.Arms[0].Runs {
		if want := r.Arms[0].Runs[i].Scores; !math.IsNaN(run.Scores[0]) || !slices.Equal(run.Scores[1:], want[1:]) {
			t.Errorf("scores %v, want %v", run.Scores, want)
		}
	}
	test, err := runfile.ReadTest(in, r.Data.Channels)
	if err != nil || test.Rows != 6 || test.Values[0] != float32((1e10+0.25-1)/2) || test.Values[11] != 2.5 {
		t.Errorf("test part %+v, error %v", test, err)
	}
}

// The arrays are those of NumPy: a header that is a multiple of 64 bytes, values row by row, the digest of the rows.
func TestSignalsAreArrays(t *testing.T) {
	s := made().Signals
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	var names []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
		at := 10 + int(binary.LittleEndian.Uint16(data[8:]))
		if string(data[:8]) != table.NpyMagic+"\x01\x00" || at%64 != 0 || data[at-1] != '\n' {
			t.Errorf("%s begins %q", f.Name, data[:at])
		}
		if f.Name == "train.npy" || f.Name == "test.npy" {
			h.Write(data[at:])
		}
		if f.Name == "channels.npy" && string(data[at:at+4*4]) != "f\x00\x00\x00l\x00\x00\x00o\x00\x00\x00w\x00\x00\x00" {
			t.Errorf("channels %q", data[at:])
		}
	}
	want := []string{"train.npy", "test.npy", "test_label.npy", "channels.npy", "shift.npy", "scale.npy",
		"output alone 1.npy"}
	if !slices.Equal(names, want) {
		t.Errorf("arrays %v, want %v", names, want)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != s.SHA256() {
		t.Errorf("SHA-256 %s, that of the rows is %s", s.SHA256(), got)
	}
}

// What is no run, or of a program to come, is refused in words.
func TestZipsThatAreNoRunsAreRefused(t *testing.T) {
	zipped := func(files map[string]string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, text := range files {
			w, err := z.Create(name)
			if err == nil {
				_, err = io.WriteString(w, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		z.Close()
		return b.Bytes()
	}
	for key, b := range map[string][]byte{
		"runfile-no-zip":  []byte("not a zip"),
		"runfile-no-run":  zipped(map[string]string{"a.txt": "x"}),
		"runfile-version": zipped(map[string]string{runfile.AboutFile: `{"version": 9, "program": "v12"}`}),
		"in-place":        zipped(map[string]string{runfile.AboutFile: `{"version": `}),
	} {
		_, err := runfile.Open(bytes.NewReader(b), int64(len(b)))
		if !fault.Has(err, key) {
			t.Errorf("error %v, want %s", err, key)
		}
	}
	if _, _, err := runfile.ReadReport(fstest.MapFS{}); !fault.Has(err, "plot-no-run") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := runfile.ReadDetector(fstest.MapFS{}, "alone-1"); err == nil || !strings.Contains(err.Error(),
		fs.ErrNotExist.Error()) {
		t.Errorf("no detector: %v", err)
	}
}

// Every file is described in both languages.
func TestEveryFileIsDescribed(t *testing.T) {
	for _, tag := range words.Tags() {
		w := words.In(tag)
		for _, f := range runfile.Files {
			if !w.Has(words.Key(f.About)) {
				t.Errorf("%s: nothing says what %s holds", tag, f.Name)
			}
		}
	}
}
