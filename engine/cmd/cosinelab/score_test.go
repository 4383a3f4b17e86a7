package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cosinelab/engine/detector"
	"cosinelab/engine/spec"
)

// pumpRows are rows of a file of one's own, one a minute, with a failure in its second half.
func pumpRows(from, to int, labelled bool) string {
	var b strings.Builder
	begin := time.Date(2026, 2, 8, 9, 0, 0, 0, time.UTC)
	for t := from; t < to; t++ {
		flow, temp, label := math.Sin(float64(t)/7)+0.01*float64(t%5), 60+2*math.Cos(float64(t)/11), 0
		if t >= 230 && t < 237 {
			flow, temp, label = 4+0.3*float64(t%3), 75, 1
		}
		fmt.Fprintf(&b, "%s,%v,%.4f", begin.Add(time.Duration(t)*time.Minute).Format("2006-01-02 15:04:05"), flow, temp)
		if labelled {
			fmt.Fprintf(&b, ",%d", label)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// pumpRun is an experiment on such a file with every model and every closed form; carried out once.
var pumpRun = sync.OnceValues(func() (dir string, err error) {
	dir = filepath.Join(forAll, "pump")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return dir, err
	}
	text := "time,flow,temp [°C],label\n" + pumpRows(0, 300, true)
	if err := os.WriteFile(filepath.Join(dir, "pump.csv"), []byte(text), 0o644); err != nil {
		return dir, err
	}
	half := 0.5
	s := spec.Default()
	s.Data = spec.Data{Source: "file/pump.csv", Split: &half, Scaling: spec.ScalingStandard, Window: 10, Stride: 5}
	s.Train = spec.Train{Rate: 0.01, Schedule: spec.RateConstant, Epochs: 1, Batch: 4, Clip: 1}
	s.Teacher = spec.Teacher{Model: spec.Model{Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1, DFF: 4},
		Epochs: 1}
	s.Detect = spec.Detect{Score: spec.ScoreModel, Merge: 2, Least: 2,
		Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 97}}
	s.Seeds, s.Arms = []uint64{3}, []spec.Arm{{Name: "norm", Control: spec.ControlNorm},
		{Name: "pca", Control: spec.ControlPCA, Window: 4, Share: 0.8},
		{Name: "forecast", Control: spec.ControlForecast, Lag: 3}}
	for m := range spec.Each(spec.ModelCount) {
		if spec.Models[m].Learns {
			model := spec.Model{Kind: m, DModel: 4}
			if m == spec.ModelTransformer || m == spec.ModelAnomalyTransformer {
				model.Heads, model.Layers, model.DFF = 2, 1, 4
			}
			if m == spec.ModelGTA {
				model = spec.Model{Kind: m}
			}
			s.Arms = append(s.Arms, spec.Arm{Name: m.String(), Student: &model,
				Objective: spec.Objective{Kind: spec.ObjectiveNone}})
		}
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return dir, err
	}
	if err := os.WriteFile(filepath.Join(dir, "spec.json"), raw, 0o644); err != nil {
		return dir, err
	}
	var out, errOut bytes.Buffer
	code := appFor("", &out, &errOut).main(context.Background(), []string{"run", filepath.Join(dir, "spec.json"),
		"-data", dir, "-out", filepath.Join(dir, "out")})
	if code != exitOK {
		err = fmt.Errorf("exit code %d: %s", code, errOut.String())
	}
	return dir, err
})

func pump(t *testing.T) (data, out string) {
	t.Helper()
	dir, err := pumpRun()
	if err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, "out")
}

func rowsOf(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The test part in a pipe, with its columns in another order, gets the bits and the alarms of the run: every
// model, every closed form.
func TestScoresOfAPipeAreThoseOfTheRun(t *testing.T) {
	_, out := pump(t)
	want := scoreRows(t, out)
	if want[0][1] != "time" || want[1][1] != "2026-02-08 11:30:00" {
		t.Fatalf("scores.csv begins %v, %v", want[0], want[1])
	}
	text := "time,flow,temp [°C]\n" + pumpRows(150, 300, false)
	var turned strings.Builder
	for _, row := range rowsOf(t, text) {
		fmt.Fprintf(&turned, "%s,%s,%s\n", row[2], row[0], row[1])
	}
	arms := 0
	for c, name := range want[0][2:] {
		arm := strings.TrimSuffix(name, "/3")
		file := filepath.Join(out, arm+detector.Ending)
		for _, input := range []string{text, turned.String()} {
			got := doWith(t, context.Background(), input, "score", file, "-", "-print", "scores").must(t)
			rows := rowsOf(t, got.out)
			if len(rows) != len(want) {
				t.Fatalf("%s: %d rows, want %d", arm, len(rows)-1, len(want)-1)
			}
			for i, row := range want[1:] {
				mine := rows[1+i]
				score := row[2+c]
				if score == "" {
					score = ""
				}
				if mine[0] != row[0] || mine[1] != row[1] || mine[2] != score {
					t.Fatalf("%s: row %v, the run has step %s, time %s, score %s", arm, mine, row[0], row[1], score)
				}
			}
			alarms := rowsOf(t, doWith(t, context.Background(), input, "score", file, "-", "-format",
				"csv").must(t).out)
			var theirs [][]string
			for _, row := range csvRows(t, out, alarmsFile)[1:] {
				if row[0] == arm {
					theirs = append(theirs, row[2:])
				}
			}
			var mine [][]string
			for _, row := range alarms[1:] {
				mine = append(mine, row[2:])
			}
			if fmt.Sprint(mine) != fmt.Sprint(theirs) {
				t.Errorf("%s: alarms\n%v\nthe run has\n%v", arm, mine, theirs)
			}
		}
		arms++
	}
	if arms != 9 {
		t.Errorf("%d arms, want six models and three closed forms", arms)
	}
}

// seriesSpec is the text of a spec of one small student on series of files, with a percentile of its training scores.
func seriesSpec(t *testing.T, source string, percent float64) []byte {
	t.Helper()
	half := 0.5
	s := spec.Default()
	s.Data = spec.Data{Source: source, Split: &half, Scaling: spec.ScalingStandard, Window: 10, Stride: 5}
	s.Train = spec.Train{Rate: 0.01, Schedule: spec.RateConstant, Epochs: 1, Batch: 4, Clip: 1}
	s.Detect = spec.Detect{Score: spec.ScoreModel,
		Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: percent}}
	s.Seeds, s.Arms = []uint64{3}, []spec.Arm{{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone},
		Student: &spec.Model{Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1, DFF: 4}}}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Of a run over several series, scores.csv names that of each step, and the test part of each, scored alone, gets the
// bits of the run.
func TestEachOfSeveralSeriesIsScoredAsInTheRun(t *testing.T) {
	dir := t.TempDir()
	files := map[string][2]int{"pump_a.csv": {0, 300}, "pump_b.csv": {100, 340}}
	for name, at := range files {
		text := "time,flow,temp [°C],label\n" + pumpRows(at[0], at[1], true)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw := seriesSpec(t, "file/pump_a.csv,file/pump_b.csv", 97)
	file, out := filepath.Join(dir, "spec.json"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	do(t, "run", file, "-data", dir, "-out", out).must(t)
	want := scoreRows(t, out)
	if fmt.Sprint(want[0]) != "[step series time alone/3]" {
		t.Fatalf("scores.csv begins %v", want[0])
	}
	theirs := map[string][][]string{}
	for _, row := range want[1:] {
		theirs[row[1]] = append(theirs[row[1]], row[2:])
	}
	for name, at := range files {
		middle := (at[0] + at[1]) / 2
		text := "time,flow,temp [°C]\n" + pumpRows(middle, at[1], false)
		got := rowsOf(t, doWith(t, context.Background(), text, "score", filepath.Join(out, "alone"+detector.Ending), "-",
			"-print", "scores").must(t).out)[1:]
		if len(theirs[name]) == 0 || len(got) != len(theirs[name]) {
			t.Fatalf("%s: %d rows, the run has %d", name, len(got), len(theirs[name]))
		}
		for i, row := range theirs[name] {
			if got[i][1] != row[0] || got[i][2] != row[1] {
				t.Fatalf("%s, step %d: %v, the run has %v", name, i, got[i], row)
			}
		}
	}
	alarms := csvRows(t, out, alarmsFile)
	if alarms[0][len(alarms[0])-1] != "series" || len(alarms) < 3 {
		t.Errorf("alarms.csv: %v", alarms)
	}
	do(t, "plot", out, "-figure", "signal", "-data", dir).must(t)
	figure, err := os.ReadFile(filepath.Join(out, "figures", "signal.svg"))
	if err != nil || strings.Count(string(figure), "stroke-dasharray:3,2") != 1 {
		t.Errorf("%v, or the figure has no line between the series", err)
	}
}

// Series that a column tells apart are scored each by itself, with the bits of the run, however their rows alternate.
func TestSeriesOfOneFileAreScoredAsInTheRun(t *testing.T) {
	dir := t.TempDir()
	alternate := func(from, to int) string {
		var b strings.Builder
		b.WriteString("time,machine,flow,temp [°C]\n")
		for r := from; r < to; r++ {
			for i, name := range []string{"A", "B", "C"} {
				when, rest, _ := strings.Cut(strings.TrimSpace(pumpRows(r+i*7, r+i*7+1, false)), ",")
				fmt.Fprintf(&b, "%s,%s,%s\n", when, name, rest)
			}
		}
		return b.String()
	}
	raw := seriesSpec(t, "file/fleet.csv", 90)
	file, fleet, out := filepath.Join(dir, "s.json"), filepath.Join(dir, "fleet.csv"), filepath.Join(dir, "out")
	for name, text := range map[string]string{file: string(raw), fleet: alternate(0, 200)} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	do(t, "run", file, "-file", fleet, "-entity", "machine", "-split", "0.5", "-out", out).must(t)
	theirs := map[string][][]string{}
	for _, row := range scoreRows(t, out)[1:] {
		theirs[row[1]] = append(theirs[row[1]], row[2:])
	}
	score := func(input string, flags ...string) outcome {
		return doWith(t, context.Background(), input, append([]string{"score", filepath.Join(out,
			"alone"+detector.Ending), "-"}, flags...)...)
	}
	got := score(alternate(100, 200), "-print", "scores").must(t)
	mine := map[string][][]string{}
	for _, row := range rowsOf(t, got.out)[1:] {
		mine[row[5]] = append(mine[row[5]], row[1:3])
	}
	if fmt.Sprint(mine) != fmt.Sprint(theirs) || len(mine) != 3 {
		t.Errorf("scores differ from the run's")
	}
	if !strings.Contains(got.err, "3 series by the column “machine”") || strings.Contains(got.err, "time of the row above") {
		t.Errorf("said %q", got.err)
	}
	alarms := rowsOf(t, score(alternate(100, 200), "-format", "csv").must(t).out)
	var windows map[string][][2]string
	if err := json.Unmarshal([]byte(score(alternate(100, 200), "-format", "nab").must(t).out), &windows); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, list := range windows {
		n += len(list)
		if theirs[name] == nil {
			t.Errorf("alarms of %q", name)
		}
	}
	if alarms[0][len(alarms[0])-1] != "series" || n != len(alarms)-1 || n == 0 {
		t.Errorf("%d windows, alarms %v", n, alarms)
	}
	one := score("time,flow,temp [°C]\n" + pumpRows(100, 130, false))
	if !strings.Contains(one.err, "told series apart in training, is missing") {
		t.Errorf("without the column: %q", one.err)
	}
	if none := score("time,machine,flow,temp [°C]\n2026-02-08 11:30:00,,1,60\n"); none.code != exitFailed ||
		!strings.Contains(none.err, "-:2: column 2 (machine)") {
		t.Errorf("a row of no machine: %d %q", none.code, none.err)
	}
}

// New data without names and without labels fit by place, and gaps in their times are said.
func TestNewDataHaveNoLabels(t *testing.T) {
	_, out := pump(t)
	bare := strings.TrimSpace(pumpRows(150, 200, false)) + "\n" + pumpRows(220, 260, false)
	got := doWith(t, context.Background(), bare, "score", filepath.Join(out, "norm.detector"), "-").must(t)
	for _, want := range []string{"taken in the order of training", "1 gap in time"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("said %q, want %q in it", got.err, want)
		}
	}
}

func TestScoresAndAlarmsAreWrittenToAFolder(t *testing.T) {
	_, out := pump(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "today.csv")
	if err := os.WriteFile(file, []byte("time,flow,temp [°C],label\n"+pumpRows(150, 305, true)), 0o644); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "scored")
	got := do(t, "score", filepath.Join(out, "norm.detector"), file, "-out", to, "-merge", "9").must(t)
	if rows := csvRows(t, to, scoresFile); len(rows) != 156 || rows[0][4] != "alarm" {
		t.Errorf("%d rows of scores, the first %v", len(rows), rows[0])
	}
	if rows := csvRows(t, to, alarmsFile); len(rows) != 2 || rows[1][2] != "2026-02-08 12:50:00" ||
		!strings.Contains(rows[1][10], "temp [°C]") {
		t.Errorf("alarms %v", rows)
	}
	var windows map[string][][2]string
	if err := json.Unmarshal([]byte(read(t, to, windowsFile)), &windows); err != nil ||
		windows["today.csv"][0][0] != "2026-02-08 12:50:00.000000" {
		t.Errorf("windows %v, error %v", windows, err)
	}
	for _, want := range []string{"155 rows, 155 with a score; 1 alarm over 7 rows", "temp [°C] left the range",
		"flow left the range", "alarm", "a day"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("said %q, want %q in it", got.err, want)
		}
	}
	if again := do(t, "score", filepath.Join(out, "norm.detector"), file, "-out", to); again.code != exitFailed {
		t.Errorf("what was there already was written over: %q", again.err)
	}
}

func TestWhatADetectorCannotScoreIsSaid(t *testing.T) {
	_, out := pump(t)
	norm, lstm := filepath.Join(out, "norm.detector"), filepath.Join(out, "lstm.detector")
	for _, c := range []struct {
		input, want string
		args        []string
	}{
		{"time,flow,pressure\n1,2,3\n", "are missing: temp [°C]. What it does not know: pressure", []string{norm, "-"}},
		{"1,2\n3,4\n", "2 columns, want 4", []string{norm, "-"}},
		{"time,flow,temp [°C]\n2026-02-08 11:30:00,x,60\n", `-:2: column 2 (flow)`, []string{norm, "-"}},
		{"", "empty", []string{norm, "-"}},
		{"time,flow,temp [°C]\n", "0 rows", []string{norm, "-"}},
		{"PK\x03\x04 and so on", "archive", []string{norm, "-"}},
		{"", "score takes a .detector", []string{norm}},
		{"", "does not exist", []string{"nothing.detector", "-"}},
		{"", "no .detector", []string{"score_test.go", "-"}},
		{"", "csv or jsonl", []string{norm, "-", "-print", "scores", "-format", "nab"}},
		{"", "files are written whole", []string{norm, "-", "-follow", "-out", t.TempDir()}},
		{"time,flow,temp [°C]\n" + pumpRows(0, 14, false), "The last 4 rows fill no window of 10", []string{lstm, "-"}},
		{"time,temp [°C],flow,new\n2026-02-08 11:30:00,60,1,2\n", "1 column is not of the training and left out: new",
			[]string{norm, "-"}},
		{"flow,temp [°C]\n1,60\n", "column of times (time) is missing", []string{norm, "-"}},
		{"time,flow,temp [°C]\n2026-02-08 11:30:00,,60\n", "1 missing", []string{norm, "-"}},
		{"time,flow,temp [°C]\n" + reversed(pumpRows(0, 20, false)), "newest first", []string{norm, "-"}},
	} {
		got := doWith(t, context.Background(), c.input, append([]string{"score"}, c.args...)...)
		if !strings.Contains(strings.ToLower(got.err), strings.ToLower(c.want)) {
			t.Errorf("%q %v: code %d, %q, want %q in it", c.input, c.args, got.code, got.err, c.want)
		}
	}
}

func reversed(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
	lines = lines[:len(lines)-1]
	slices.Reverse(lines)
	return strings.Join(lines, "")
}

// growing is what a program has printed so far.
type growing struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *growing) lines() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return strings.Split(strings.TrimSuffix(g.b.String(), "\n"), "\n")
}

// A file that is followed gives its scores as it grows, whatever pieces come, also when it is cut off or another
// takes its place; a last line waits for its end.
func TestAFileIsFollowed(t *testing.T) {
	before := followPause
	followPause = 5 * time.Millisecond
	defer func() { followPause = before }()
	_, out := pump(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "live.csv")
	head := "time,flow,temp [°C]\n"
	write := func(name, text string, how int) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_WRONLY|how, 0o644)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var got, said growing
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan int, 1)
	go func() {
		done <- appFor("", &got, &said).main(ctx, []string{"score", filepath.Join(out, "norm.detector"), path,
			"-follow", "-print", "scores", "-least", "0", "-merge", "0"})
	}()
	wait := func(rows int) {
		t.Helper()
		for range 2000 {
			if len(got.lines()) == rows+1 || rows == 0 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Fatalf("%d rows came, want %d; said %v", len(got.lines())-1, rows, said.lines())
	}
	for range 2000 {
		if strings.Contains(strings.Join(said.lines(), "\n"), "no such file yet") {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	write(path, head+pumpRows(150, 153, false), os.O_CREATE)
	wait(3)
	row := pumpRows(153, 154, false)
	write(path, row[:9], os.O_APPEND) // a piece of a line
	time.Sleep(30 * time.Millisecond)
	wait(3)
	write(path, row[9:], os.O_APPEND)
	wait(4)
	write(path, head+pumpRows(154, 155, false), os.O_TRUNC) // cut off, and begun anew
	wait(5)
	write(path, pumpRows(155, 156, false)+"2026-02-", os.O_APPEND)
	wait(6)
	if err := os.Rename(path, path+".1"); err != nil { // rotated
		t.Fatal(err)
	}
	write(path, head+pumpRows(156, 158, false), os.O_CREATE)
	wait(8)
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("exit code %d: %v", code, said.lines())
	}
	want := rowsOf(t, doWith(t, context.Background(), head+pumpRows(150, 158, false), "score",
		filepath.Join(out, "norm.detector"), "-", "-print", "scores", "-least", "0", "-merge", "0").must(t).out)
	for i, line := range got.lines() {
		if line != strings.Join(want[i], ",") {
			t.Errorf("line %d is %s, want %v", i, line, want[i])
		}
	}
	if !strings.Contains(strings.Join(said.lines(), "\n"), "no such file yet") {
		t.Errorf("nothing is said of the file that was not there: %v", said.lines())
	}
	if !strings.Contains(strings.Join(said.lines(), "\n"), "8 bytes were a line without an end") {
		t.Errorf("nothing is said of the lost line: %v", said.lines())
	}
}

// Lines are the same whatever pieces they come in, and a piece without an end waits.
func FuzzLinesAreJoined(f *testing.F) {
	f.Add("a,b\n1,2\n3", uint8(3))
	f.Add("\n\n\n", uint8(1))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var l lineJoiner
		var got []byte
		for piece := range slices.Chunk([]byte(text), 1+int(size)) {
			lines, err := l.add(piece)
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) > 0 && lines[len(lines)-1] != '\n' {
				t.Fatalf("%q has no end", lines)
			}
			got = append(got, lines...)
		}
		end := strings.LastIndexByte(text, '\n') + 1
		if string(got) != text[:end] || string(l.rest) != text[end:] {
			t.Fatalf("%q in pieces of %d: %q and %q", text, 1+int(size), got, l.rest)
		}
	})
}

// A teacher's file is listed, judged and used.
func TestATeachersFileIsUsed(t *testing.T) {
	data, out := pump(t)
	specText := filepath.Join(out, specFile)
	list := do(t, "weights", specText, "-data", data).must(t)
	if !strings.Contains(list.out, "embed") && !strings.Contains(list.out, "weight") {
		t.Errorf("tensors %q", list.out)
	}
	fits := do(t, "weights", specText, filepath.Join(out, "transformer.detector"), "-data", data)
	if fits.code != exitOK {
		t.Errorf("a transformer of the same sizes: %q %q", fits.out, fits.err)
	}
	other := do(t, "weights", specText, filepath.Join(out, "lstm.detector"), "-data", data)
	if other.code != exitFailed || !strings.Contains(other.out, "missing") || !strings.Contains(other.out, "unknown") {
		t.Errorf("an LSTM: %q %q", other.out, other.err)
	}
	closed := do(t, "weights", specText, filepath.Join(out, "norm.detector"), "-data", data)
	if closed.code != exitFailed || !strings.Contains(closed.err, "no network") {
		t.Errorf("a closed form: %q %q", closed.out, closed.err)
	}
	s := spec.Default()
	if err := json.Unmarshal([]byte(read(t, out, specFile)), &s); err != nil {
		t.Fatal(err)
	}
	s.Arms = []spec.Arm{{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine, Weight: 1,
		Axis: spec.AxisChannel, Schedule: spec.WeightConstant}}}
	s.Student = s.Teacher.Model
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "taught.json"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(out, "transformer.detector")
	do(t, "run", filepath.Join(dir, "taught.json"), "-data", data, "-out", filepath.Join(dir, "out"), "-teacher",
		weights).must(t)
	if r := reportIn(t, filepath.Join(dir, "out")); r.Teachers[0].Weights != weights || r.Failures() > 0 {
		t.Errorf("teachers %+v", r.Teachers)
	}
}

// A file of one's own takes the place of a spec's data, with the flags of data describe.
func TestAFileTakesThePlaceOfTheSpecsData(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.csv")
	text := "time,flow,temp,label\n" + strings.Replace(pumpRows(0, 300, true), ",0\n", ",1\n", 3)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	data, _ := pump(t)
	out := filepath.Join(dir, "out")
	do(t, "run", filepath.Join(data, "spec.json"), "-file", file, "-drop", "temp", "-leave-out", "-scaling", "robust", "-out", out).must(t)
	var r spec.Report
	raw, err := os.ReadFile(filepath.Join(out, reportFile))
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := r.Spec.Data; d.Source != "file/mine.csv" || !d.LeaveOut || d.Scaling != spec.ScalingRobust || d.Window != 10 ||
		!slices.Equal(r.Data.Channels, []string{"flow"}) {
		t.Errorf("the report is of %+v with channels %v", d, r.Data.Channels)
	}
	do(t, "run", "-resume", "-out", out, "-add-seeds", "1").must(t) // the folder notes where the file lies
	if got := do(t, "plot", out, "-figure", "signal").must(t); strings.Contains(got.err, "without channels") {
		t.Errorf("plot says %q", got.err)
	}
	if got := do(t, "run", "default", "-file", file, "-data", dir); got.code != exitUsage {
		t.Errorf("a file and a folder: exit code %d, %s", got.code, got.err)
	}
	described := do(t, "data", "describe", file, "-leave-out", "-scaling", "robust").must(t).out
	for _, want := range []string{"3 labelled steps", "scaling: robust"} {
		if !strings.Contains(described, want) {
			t.Errorf("described without %q:\n%s", want, described)
		}
	}
}
