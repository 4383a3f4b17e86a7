package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

const tiny = "testdata/tiny.json"

// runTiny is what carrying out the tiny spec prints, with a folder of one's own that holds its results.
func runTiny(t *testing.T) (dir string, got outcome) {
	t.Helper()
	from, got := tinyRun.of(t)
	return copied(t, from), got
}

// tinyRun is carried out once for all tests that want its results.
var tinyRun = finished{spec: tiny}

// finished is a run that is carried out when a test first asks for it.
type finished struct {
	spec string
	once sync.Once
	dir  string // goes with the last test, TestMain removes it
	got  outcome
}

func (f *finished) of(t *testing.T) (dir string, got outcome) {
	t.Helper()
	f.once.Do(func() {
		f.dir = filepath.Join(forAll, strings.ReplaceAll(f.spec, "/", "-"))
		f.got = do(t, "run", f.spec, "-out", f.dir)
	})
	return f.dir, f.got.must(t)
}

func reportIn(t *testing.T, dir string) (r spec.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, dir, reportFile)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// reportAt is the report in a file.
func reportAt(t *testing.T, path string) (r spec.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, path)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// cellFile is the report of a table's cell, of which name is what its file begins with: builtin-server-lstm-seed1.
func cellFile(t *testing.T, dir, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, cellsDir, name+"-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d cells %s in %s, error %v", len(files), name, dir, err)
	}
	return files[0]
}

func csvRows(t *testing.T, dir, name string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// scoreRows are the rows of scores.csv with the scores alone beside steps, series and times.
func scoreRows(t *testing.T, dir string) [][]string {
	t.Helper()
	rows := csvRows(t, dir, scoresFile)
	var kept []int
	for c, name := range rows[0] {
		if name != "split" && name != "label" && !strings.HasSuffix(name, " threshold") && !strings.HasSuffix(name, " alarm") {
			kept = append(kept, c)
		}
	}
	for i, row := range rows {
		rows[i] = nil
		for _, c := range kept {
			rows[i] = append(rows[i], row[c])
		}
	}
	return rows
}

func TestRunWritesAndPrintsItsReport(t *testing.T) {
	dir, got := runTiny(t)
	r := reportIn(t, dir)
	if r.Data.ScoredSteps != 140 || len(r.Arms) != 4 || len(r.Arms[1].Runs) != 2 || len(r.Teachers) != 2 ||
		r.Device != "cpu "+machine() {
		t.Fatalf("report %+v", r)
	}
	checkHistory(t, csvRows(t, dir, historyFile), r)
	checkScores(t, scoreRows(t, dir), r)
	checkBrief(t, got)
	checkTable(t, do(t, "report", dir, "-metrics", "all").must(t))
	if got.err == "" || strings.Contains(got.err, "\r") {
		t.Errorf("progress %q, want plain lines", got.err)
	}
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{runfile.ReadmeFile, alarmsFile, "alone.detector", checkpointsDir, "cosine.detector", detectorsDir,
		historyFile, runfile.MetricsFile, reportFile, runfile.TextFile, runfile.AboutFile, scoresFile,
		runfile.SignalsFile, specFile, "untrained.detector"}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("%v in the folder, error %v, want %v", names, err, want)
	}
}

// checkHistory counts a row for every epoch and part of the losses and compares the first.
func checkHistory(t *testing.T, rows [][]string, r spec.Report) {
	t.Helper()
	want := 1
	for _, x := range r.Teachers {
		for _, e := range x.Epochs {
			want += len(e.Losses)
		}
	}
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			for _, e := range run.Epochs {
				want += max(len(e.Losses), len(e.Validation))
			}
		}
	}
	first := r.Teachers[0].Epochs[0]
	line := []string{"teacher", "1", "1", strconv.Itoa(first.Steps), number(first.Rate),
		number(first.Weight), number(first.GradNorm),
		number(first.Seconds), "total", number(first.Losses[0].Value), number(first.Validation[0].Value)}
	if len(rows) != want || !reflect.DeepEqual(rows[1], line) {
		t.Errorf("%d rows of history that begin with %v, want %d, %v", len(rows), rows[1], want, line)
	}
}

// checkScores finds the alarms of every run in its column.
func checkScores(t *testing.T, rows [][]string, r spec.Report) {
	t.Helper()
	if len(rows) != 1+r.Data.ScoredSteps || len(rows[0]) != 1+8 {
		t.Fatalf("%d rows of %d columns", len(rows), len(rows[0]))
	}
	column := 0
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			column++
			if want := run.Arm + "/" + strconv.FormatUint(run.Seed, 10); rows[0][column] != want {
				t.Errorf("column %d is %s, want %s", column, rows[0][column], want)
			}
			var alarms []steps.Range
			for i, row := range rows[1:] {
				x, err := strconv.ParseFloat(row[column], 64)
				if err != nil || row[0] != strconv.Itoa(i) {
					t.Fatalf("row %v, error %v", row, err)
				}
				if x <= float64(run.Threshold.Value) {
					continue
				}
				if n := len(alarms); n > 0 && alarms[n-1].To == i {
					alarms[n-1].To++
				} else {
					alarms = append(alarms, steps.Range{From: i, To: i + 1})
				}
			}
			if !reflect.DeepEqual(alarms, run.Alarms) {
				t.Errorf("%s/%d: the scores give alarms %v, the report has %v", run.Arm, run.Seed, alarms,
					run.Alarms)
			}
		}
	}
}

// checkBrief finds the metric of the verdict with gains, what became of alarms, and where the rest is.
func checkBrief(t *testing.T, got outcome) {
	t.Helper()
	for _, want := range []string{"AP", "over alone (95 %)", "delay", "missed", "false runs", "false steps",
		"\nchance ", "\nalone ", "\ncosine ", "2 seeds, cpu", "Cosine distillation:", "-metrics all"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the first table does not say %q:\n%s", want, got.out)
		}
	}
	if strings.Contains(got.out, "PATE") {
		t.Errorf("the first table has every metric:\n%s", got.out)
	}
}

// checkTable finds every metric, chance beside it, and how the threshold was chosen.
func checkTable(t *testing.T, got outcome) {
	t.Helper()
	for _, m := range metrics.All {
		if title := words.English().Say(words.Key(m.WordKey())); !strings.Contains(got.out, title) {
			t.Errorf("the table has no %s", title)
		}
	}
	for _, want := range []string{"chance", "alone", "cosine", "untrained", "random",
		"Threshold: train_percentile, percent 95", "train scores",
		"HitRate@100%",
		"Longest alarms of alone, seed 1", "Cosine distillation:", "2 seeds, cpu"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the table does not say %q:\n%s", want, got.out)
		}
	}
	values, gains, _ := strings.Cut(got.out, "Difference to alone, seed by seed, with its 95 % interval")
	if title := words.English().Say("metric-auroc"); !strings.Contains(gains, title) {
		t.Errorf("no gain in %s:\n%s", title, gains)
	}
	for line := range strings.Lines(values) {
		if strings.HasPrefix(line, "Point-adjusted F1") && strings.Count(line, "(") != 4 {
			t.Errorf("point-adjusted values without chance beside each: %s", line)
		}
	}
}

func TestRunReadsAFileOfOnesOwn(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("a,b,is_anomaly\n")
	for i := range 400 {
		label := 0
		if i >= 350 && i < 360 {
			label = 1
		}
		rows.WriteString(strconv.Itoa(i%7) + "," + strconv.Itoa(i%5+50*label) + "," + strconv.Itoa(label) +
			"\n")
	}
	file := write(t, "mine.csv", rows.String())
	sp := strings.NewReplacer("builtin/server", "file/mine.csv", `"seed": 1, `,
		`"label": "is_anomaly", "split": 0.6, `,
		`"train": {"from": 0, "to": 240}, "test": {"from": 460, "to": 600}, "channels": [0, 1, 2],`,
		"").Replace(read(t, tiny))
	got := doWith(t, context.Background(), sp, "run", "-", "-data", filepath.Dir(file)).must(t)
	if !strings.Contains(got.out, "2 channels, 240 train steps") || !strings.Contains(got.out,
		"10 of the test steps anomalous in 1 segment.") {
		t.Error(got.out)
	}
}

func TestRunWithoutLabelsPrintsAlarmsOnly(t *testing.T) {
	var rows strings.Builder
	for i := range 400 {
		rows.WriteString(strconv.Itoa(i%7) + "," + strconv.Itoa(i%5) + "\n")
	}
	file := write(t, "mine.csv", rows.String())
	sp := strings.NewReplacer("builtin/server", "file/mine.csv", `"seed": 1, `, `"split": 0.6, `,
		`"train": {"from": 0, "to": 240}, "test": {"from": 460, "to": 600}, "channels": [0, 1, 2],`,
		"").Replace(read(t, tiny))
	got := doWith(t, context.Background(), sp, "run", "-", "-data", filepath.Dir(file)).must(t)
	for _, no := range []string{"AUROC", "segments hit", "HitRate", "NaN"} {
		if strings.Contains(got.out, no) {
			t.Errorf("%s without labels:\n%s", no, got.out)
		}
	}
	if !strings.Contains(got.out, "No labels: alarms, no metrics.") || !strings.Contains(got.out,
		"No labels, so no verdict.") {
		t.Error(got.out)
	}
}

func TestRunNeverOverwrites(t *testing.T) {
	for _, name := range []string{specFile, reportFile, historyFile, scoresFile} {
		file := write(t, name, "precious")
		got := do(t, "run", tiny, "-out", filepath.Dir(file))
		if got.code != exitFailed || !strings.Contains(got.err, name+" is there already") ||
			read(t, file) != "precious" {
			t.Errorf("exit code %d, %s", got.code, got.err)
		}
	}
}

func TestResumeRefusesAnotherSpec(t *testing.T) {
	dir := filepath.Dir(write(t, specFile, read(t, tiny)))
	other := write(t, "other.json", strings.Replace(read(t, tiny), `"epochs": 3`, `"epochs": 4`, 1))
	if got := do(t, "run", other, "-resume", "-out", dir); got.code != exitFailed ||
		!strings.Contains(got.err, "another experiment") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if got := do(t, "run", "-resume", "-out", t.TempDir()); got.code != exitFailed ||
		!strings.Contains(got.err, "spec.json: file does not exist") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

// canceler is standard error that cancels a context at the n-th line.
type canceler struct {
	bytes.Buffer
	cancel context.CancelFunc
	left   int
}

func (c *canceler) Write(p []byte) (int, error) {
	if c.left -= bytes.Count(p, []byte("\n")); c.left <= 0 {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

// An interrupted run that goes on, several times, ends where one that was left alone does.
func TestResumedRunEqualsAnUninterruptedOne(t *testing.T) {
	whole, _ := runTiny(t)
	dir := filepath.Join(t.TempDir(), "out")
	args := []string{"run", tiny, "-out", dir}
	stops := 0
	for lines := 1; ; lines += 4 {
		ctx, cancel := context.WithCancel(context.Background())
		errOut := &canceler{cancel: cancel, left: lines}
		var out bytes.Buffer
		code := appFor("", &out, errOut).main(ctx, args)
		cancel()
		if code == exitOK {
			break
		}
		stops++
		said := errOut.String()
		if code != exitFailed || !strings.Contains(said, "to go on: cosinelab run -resume -out "+dir) ||
			strings.Contains(out.String(), "Threshold") {
			t.Fatalf("exit code %d, %s%s", code, said, out.String())
		}
		if checkpoints, _ := os.ReadDir(filepath.Join(dir, checkpointsDir)); len(checkpoints) == 0 {
			t.Fatal("no checkpoint is kept")
		}
		if _, err := os.Stat(filepath.Join(dir, reportFile)); err == nil {
			t.Fatal("an interrupted run wrote a report")
		}
		args = []string{"run", "-resume", "-out", dir}
	}
	if stops < 2 {
		t.Errorf("interrupted %d times, want several", stops)
	}
	if got, want := reportIn(t, dir).WithoutTimings(), reportIn(t, whole).WithoutTimings(); diff(want,
		got) != "" {
		t.Errorf("the report differs from that of an uninterrupted run:\n%s", diff(want, got))
	}
	if read(t, dir, scoresFile) != read(t, whole, scoresFile) {
		t.Error("the scores differ from those of an uninterrupted run")
	}
}

// diff tells how got differs from want; undefined values are the same, texts that were made of other fields
// do not count.
func diff(want, got any) string {
	same := cmp.Comparer(func(a, b metrics.Value) bool { return a == b || !a.Defined() && !b.Defined() })
	return cmp.Diff(want, got, same, cmpopts.IgnoreUnexported(row{}))
}

func TestInterruptedRunWithoutAFolderSaysThatNothingIsKept(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got := doWith(t, ctx, "", "run", tiny)
	if got.code != exitFailed || !strings.Contains(got.err, "nothing is kept without -out") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

func TestRunNamesRunsThatFailed(t *testing.T) {
	sp := strings.Replace(read(t, tiny), `"policy": "train_percentile", "percent": 95`,
		`"policy": "pot", "level": 0.99999, "q": 1e-7`, 1)
	dir := filepath.Join(t.TempDir(), "out")
	got := doWith(t, context.Background(), sp, "run", "-", "-out", dir)
	if got.code != exitRunsFailed || strings.Count(got.out, "threshold: tail: no score above") != 8 ||
		!strings.Contains(got.out, "\n8 of 8 runs failed\n") || last(got.err) != "cosinelab: 8 of 8 runs failed" {
		t.Errorf("exit code %d, %s\n%s", got.code, got.err, got.out)
	}
	if r := reportIn(t, dir); r.FailedRuns != 8 {
		t.Errorf("the report says that %d runs failed", r.FailedRuns)
	}
}

// The example specs are valid, the maps as sweeps, and say themselves where their data is.
func TestExampleSpecsAreValid(t *testing.T) {
	files, err := filepath.Glob("specs/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d specs, error %v", len(files), err)
	}
	for _, f := range files {
		text := []byte(read(t, f))
		_, err := spec.Parse(text)
		if strings.HasPrefix(filepath.Base(f), "study-map-") {
			_, err = spec.ParseSweep(text)
		}
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}
