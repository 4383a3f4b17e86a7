package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/metrics"
)

// rows of a detector: 40 points, anomalous from 10 to 13 and from 30 to 34; good finds both, late the second.
func rowsOfScores() (good, late []float64, labels []int) {
	for i := range 40 {
		y := 0
		if i >= 10 && i < 14 || i >= 30 && i < 35 {
			y = 1
		}
		g, l := float64(i%5)/10, float64((i*3)%7)/10
		if y == 1 {
			g += 2
		}
		if i >= 32 && i < 35 {
			l += 2
		}
		good, late, labels = append(good, g), append(late, l), append(labels, y)
	}
	return good, late, labels
}

// tableOf writes columns as CSV.
func tableOf(t *testing.T, name, header string, row func(i int) string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range 40 {
		b.WriteString(row(i) + "\n")
	}
	return write(t, name, b.String())
}

// npy is an array of float64.
func npy(values []float64) string {
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }", len(values))
	head += strings.Repeat(" ", 64-(10+len(head)+1)%64) + "\n"
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	binary.Write(&b, binary.LittleEndian, uint16(len(head)))
	b.WriteString(head)
	binary.Write(&b, binary.LittleEndian, values)
	return b.String()
}

// auroc is that of what eval found, with the number of anomalous points and segments.
func auroc(t *testing.T, args ...string) (value float64, positive, segments int) {
	t.Helper()
	e := evalJSON(t, args...)
	for _, m := range e.Metrics {
		if m.Name == "auroc" {
			value = float64(m.Value)
		}
	}
	return value, e.Positive, e.Segments
}

// The same scores and labels in every form that people have them in give the same numbers.
func TestEvalReadsScoresAndLabelsInEveryForm(t *testing.T) {
	good, _, labels := rowsOfScores()
	score := func(i int) string { return number(good[i]) }
	label := func(i int) string { return fmt.Sprint(labels[i]) }
	scores := tableOf(t, "s.csv", "score", score)
	both := tableOf(t, "both.csv", "time,flow,score,label", func(i int) string {
		return fmt.Sprintf("2024-01-01 00:%02d:00,%d.5,%s,%s", i, i%4, score(i), label(i))
	})
	bare := tableOf(t, "bare.csv", number(good[0])+","+label(0), func(i int) string { return score(min(i+1, 39)) + "," + label(min(i+1, 39)) })
	bare = write(t, "bare.csv", strings.Join(strings.Split(strings.TrimSpace(read(t, bare)), "\n")[:40], "\n")+"\n")
	truth := tableOf(t, "truth.csv", "is_anomaly", func(i int) string { return map[int]string{0: "False", 1: "True"}[labels[i]] })
	signs := tableOf(t, "signs.csv", "y", func(i int) string { return map[int]string{0: "1", 1: "-1"}[labels[i]] })
	rows := write(t, "rows.csv", "start,end\n10,13\n30,34\n")
	windows := write(t, "windows.json", `{"other.csv": [], "both.csv": [["2024-01-01 00:10:00", "2024-01-01 00:13:00"],
		["2024-01-01 00:30:00", "2024-01-01 00:34:00"]]}`)
	values := make([]float64, 40)
	for i, y := range labels {
		values[i] = float64(y)
	}
	array, marks := write(t, "s.npy", npy(good)), write(t, "y.npy", npy(values))
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for _, e := range []struct {
		name   string
		values []float64
	}{{"anomaly_scores.npy", good}, {"labels.npy", values}} {
		w, err := z.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(npy(e.values)))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	archive := write(t, "run.npz", packed.String())
	turned := tableOf(t, "turned.csv", "time,label", func(i int) string {
		return fmt.Sprintf("2024-01-01 00:%02d:00,%s", 39-i, label(39-i))
	})
	for name, args := range map[string][]string{
		"by place":                {both},
		"by name":                 {"-scores", both, "-column", "score", "-label", "label"},
		"columns by place":        {bare, "-column", "1", "-label", "2", "-header", "no"},
		"two files":               {scores, truth},
		"flag and file":           {truth, "-scores", scores},
		"True and False":          {"-scores", scores, "-labels", truth},
		"one and minus one":       {scores, signs},
		"which is the anomaly":    {scores, signs, "-anomaly", "-1"},
		"intervals of rows":       {scores, rows},
		"windows by time":         {both, windows, "-column", "score"},
		"arrays":                  {array, marks},
		"an archive":              {archive},
		"an archive, by name":     {archive, "-column", "anomaly_scores", "-label", "labels"},
		"labels in another order": {both, turned, "-column", "score"},
	} {
		value, positive, segments := auroc(t, args...)
		if value != 1 || positive != 9 || segments != 2 {
			t.Errorf("%s: AUROC %v, %d anomalous in %d segments", name, value, positive, segments)
		}
	}
}

// Several columns of scores are rows of one report, and -json has all of each.
func TestEvalComparesColumnsOfScores(t *testing.T) {
	good, late, labels := rowsOfScores()
	file := tableOf(t, "runs.csv", "step,good,late,label", func(i int) string {
		return fmt.Sprintf("%d,%s,%s,%d", i, number(good[i]), number(late[i]), labels[i])
	})
	got := do(t, "eval", file).must(t)
	if !strings.Contains(got.err, "good, late") {
		t.Errorf("does not say which columns it took: %q", got.err)
	}
	var lines []string
	for line := range strings.Lines(got.out) {
		if fields := strings.Fields(line); len(fields) > 2 && slices.Contains([]string{"good", "late", "chance"}, fields[0]) {
			lines = append(lines, strings.Join(fields, " "))
		}
	}
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "good ") || !strings.Contains(lines[0], "100.0 100.0") {
		t.Errorf("%q in\n%s", lines, got.out)
	}
	if few := do(t, "eval", file, "-column", "late,good", "-metrics", "auroc").must(t).out; strings.Contains(few, "VUS") ||
		strings.Index(few, "\nlate") > strings.Index(few, "\ngood") {
		t.Errorf("columns in their order, metrics as asked:\n%s", few)
	}
	var all struct{ Scores []evaluation }
	if err := json.Unmarshal([]byte(do(t, "eval", file, "-json").must(t).out), &all); err != nil || len(all.Scores) != 2 ||
		all.Scores[1].Name != "late" || len(all.Scores[1].Metrics) != len(metrics.All) {
		t.Errorf("%v, error %v", all.Scores, err)
	}
	one, _, _ := auroc(t, file, "-column", "late")
	for _, m := range all.Scores[1].Metrics {
		if m.Name == "auroc" && float64(m.Value) != one {
			t.Errorf("late among others: %v, alone %v", m.Value, one)
		}
	}
}

// JSON holds what the rates are made of: counts, what every segment got, every parameter.
func TestEvalWritesCountsZonesAndParameters(t *testing.T) {
	_, late, labels := rowsOfScores()
	file := tableOf(t, "s.csv", "score,label", func(i int) string { return number(late[i]) + "," + fmt.Sprint(labels[i]) })
	out := do(t, "eval", file, "-json", "-threshold", "1", "-delay", "3", "-pak", "40", "-alpha", "0.25",
		"-cardinality", "one", "-bias", "front,back", "-beta", "2", "-window", "10", "-theta-p", "0.4").must(t).out
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatal(err)
	}
	if c := e.Counts; c.Points.TP != 3 || c.Points.FN != 6 || c.Points.FP != 0 || c.Points.TN != 31 || c.Adjusted.TP != 5 ||
		c.Segments.TP != 1 || c.Segments.FN != 1 || c.Runs != 1 {
		t.Errorf("%+v", c)
	}
	if len(e.Zones) != 2 || e.Zones[0].Delay.Defined() || e.Zones[1].Delay != 2 || e.Zones[1].Flagged != 3 ||
		e.Zones[1].Precision != 1 || e.Zones[0].From != 10 {
		t.Errorf("%+v", e.Zones)
	}
	want := metrics.Defaults
	want.Delay, want.Percent, want.Beta, want.Window.Points, want.ETaPR.ThetaP = 3, 40, 2, 10, 0.4
	want.Range = metrics.RangeOptions{Alpha: 0.25, PrecisionBias: metrics.FrontBias, RecallBias: metrics.BackBias,
		Cardinality: metrics.OneCardinality}
	if e.Parameters != want {
		t.Errorf("%+v, want %+v", e.Parameters, want)
	}
	for _, name := range []string{`"alpha"`, `"precision_bias"`, `"recall_bias"`, `"cardinality"`, `"theta_r"`, `"delta"`,
		`"ucr"`, `"delay"`, `"percent"`, `"affiliation_recall"`, `"fn"`} {
		if !strings.Contains(out, name) {
			t.Errorf("no %s", name)
		}
	}
}

// Borders between series part segments, and each series is measured too, whatever the order of the rows.
func TestEvalEndsSegmentsAtTheBordersOfSeries(t *testing.T) {
	row := func(i int) string { // one segment across the border, found in its first half only
		y := map[bool]int{true: 1}[i >= 15 && i < 25]
		return fmt.Sprintf("%d,%d,m%d", map[bool]int{true: 9, false: i % 3}[i >= 15 && i < 20], y, i/20)
	}
	joined := tableOf(t, "s.csv", "score,label,machine", row)
	mixed := tableOf(t, "m.csv", "score,label,machine", func(i int) string { return row(i/2 + 20*(i%2)) })
	e := evalJSON(t, joined, "-threshold", "5", "-column", "score", "-label", "label")
	if e.Segments != 1 || e.Counts.Adjusted.TP != 10 {
		t.Errorf("as one series: %+v", e.Counts)
	}
	for _, file := range []string{joined, mixed} {
		e := evalJSON(t, file, "-threshold", "5", "-column", "score", "-label", "label", "-series", "machine")
		if e.Segments != 2 || e.Counts.Adjusted.TP != 5 || e.Counts.Adjusted.FN != 5 || len(e.Series) != 2 ||
			e.Series[1].Name != "m1" || e.Series[1].Flagged != 0 || e.Series[0].Positive != 5 {
			t.Errorf("%s: %+v, %+v", filepath.Base(file), e.Counts, e.Series)
		}
	}
	text := do(t, "eval", joined, "-series", "machine", "-column", "score", "-threshold", "5").must(t).out
	if !strings.Contains(text, "One threshold for all series") || !strings.Contains(text, "\nm1") {
		t.Error(text)
	}
	own := evalJSON(t, joined, "-series", "machine", "-column", "score", "-each-series", "-label", "label")
	if own.Threshold.Defined() || own.Series[0].Threshold == own.Series[1].Threshold {
		t.Errorf("a threshold for each: %v, %v", own.Series[0].Threshold, own.Series[1].Threshold)
	}
	if got := do(t, "eval", joined, "-each-series"); got.code != exitUsage {
		t.Errorf("-each-series without series: %d", got.code)
	}
}

// A threshold says what it was chosen by, and a metric whose buffers cover most of the normal points is marked.
func TestEvalCallsThresholdsAndBuffersWhatTheyAre(t *testing.T) {
	good, _, labels := rowsOfScores()
	file := tableOf(t, "s.csv", "score,label", func(i int) string { return number(good[i]) + "," + fmt.Sprint(labels[i]) })
	train := tableOf(t, "t.csv", "score", func(i int) string { return number(good[i]) })
	for args, want := range map[string]string{
		"": "which uses test labels", "-threshold dynamic": "which is chosen by the test scores",
		"-threshold train_test_percentile -percent 90 -train " + train: "which is chosen by the test scores",
		"-threshold 1": "At the threshold\n",
	} {
		if text := do(t, append([]string{"eval", file}, strings.Fields(args)...)...).must(t).out; !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", args, want, text)
		}
	}
	wide := evalJSON(t, file, "-window", "100")
	narrow := evalJSON(t, file, "-window", "4")
	for i, m := range metrics.All {
		if got := wide.Metrics[i].InBuffers; got != m.Buffers || narrow.Metrics[i].InBuffers {
			t.Errorf("%s is marked: %v", m.Name, got)
		}
	}
	if text := do(t, "eval", file).must(t).out; !strings.Contains(text, "100.0 °") && !strings.Contains(text, " °  ") {
		t.Errorf("no mark in\n%s", text)
	}
	if math.IsNaN(float64(wide.Covered)) || wide.Covered <= 0.5 {
		t.Error(wide.Covered)
	}
}

// The help of eval begins with the flags that name what is measured, below one example.
func TestHelpOfEvalBeginsWithWhatIsNeeded(t *testing.T) {
	text := do(t, "eval", "-h").must(t).out
	last := -1
	for _, f := range []string{"\n  -scores", "\n  -labels", "\n  -column", "\n  -label ", "\n  -alpha"} {
		at := strings.Index(text, f)
		if at < last || at < 0 {
			t.Errorf("%q is in the wrong place", f)
		}
		last = at
	}
	if strings.Count(text, "cosinelab eval run.csv") != 1 {
		t.Error("not one example")
	}
}

// evalJSON is what eval -json says.
func evalJSON(t *testing.T, args ...string) (e evaluation) {
	t.Helper()
	if err := json.Unmarshal([]byte(do(t, append([]string{"eval", "-json"}, args...)...).must(t).out), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// What a detector said is not taken for the truth, and scores without a truth ask for it.
func TestTheTruthIsNotWhatADetectorSaid(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := func(head, low, high string) string {
		return head + "\n" + strings.Repeat(low, 20) + strings.Repeat(high, 4)
	}
	for _, name := range []string{"alarm", "y_pred"} {
		file := write(name+".csv", rows("score,"+name, "0.1,0\n0.2,0\n", "0.9,1\n"))
		if got := do(t, "eval", file); got.code == exitOK || !strings.Contains(got.err, "not the truth") {
			t.Errorf("%s: %d %q", name, got.code, got.err)
		}
		do(t, "eval", file, "-label", name).must(t)
	}
	file := write("scores.csv", rows("a/1,b/1", "0.1,0.4\n0.2,0.3\n", "0.9,0.7\n"))
	if got := do(t, "eval", file); !strings.Contains(got.err, "no column looks like the truth") {
		t.Errorf("without a truth: %q", got.err)
	}
	file = write("inverted.csv", rows("score,label", "0.8,0\n0.7,0\n", "0.1,1\n"))
	if got := do(t, "eval", file).must(t); !strings.Contains(got.out, "Turn the sign") {
		t.Errorf("inverted scores: %q", got.out)
	}
}

// Labels of several series that share their times are joined by series and time, whatever their column is called.
func TestLabelsOfSeriesAreJoinedByThem(t *testing.T) {
	dir := t.TempDir()
	var scores, labels strings.Builder
	scores.WriteString("series,time,cosine/1\n")
	labels.WriteString("time,machine,temp,anomaly\n")
	for _, name := range []string{"P-1", "P-2"} {
		for i := range 40 {
			high := 0
			if name == "P-2" && i > 30 && i < 36 {
				high = 1
			}
			fmt.Fprintf(&scores, "%s,2026-02-08 09:%02d:00,%d.5\n", name, i, high)
		}
	}
	for i := range 40 {
		for _, name := range []string{"P-1", "P-2"} {
			high := 0
			if name == "P-2" && i > 30 && i < 36 {
				high = 1
			}
			fmt.Fprintf(&labels, "2026-02-08 09:%02d:00,%s,%d.25,%d\n", i, name, i, high)
		}
	}
	for name, text := range map[string]string{"scores.csv": scores.String(), "labels.csv": labels.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := do(t, "eval", filepath.Join(dir, "scores.csv"), "-column", "cosine/1", "-labels",
		filepath.Join(dir, "labels.csv"), "-series", "series").must(t)
	if !strings.Contains(got.out, "80 points, 5 anomalous in 1 segment") || !strings.Contains(got.out, "100.0") {
		t.Errorf("%s", got.out)
	}
}
