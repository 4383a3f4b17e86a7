package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/runfile"
)

// filesIn lists a folder, hidden files too.
func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestPlotDrawsAFinishedRun(t *testing.T) {
	dir, _ := runTiny(t)
	got := do(t, "plot", dir, "-format", "svg,pdf").must(t)
	figures := filepath.Join(dir, "figures")
	want := []string{"captions.txt", "learning.pdf", "learning.svg", "results.pdf", "results.svg",
		"signal.pdf", "signal.svg"}
	if files := filesIn(t, figures); !slices.Equal(files, want) {
		t.Errorf("%v, want %v and nothing half-written", files, want)
	}
	for _, name := range want {
		if !strings.Contains(got.out, filepath.Join(figures, name)+"\n") {
			t.Errorf("%s is not named in %q", name, got.out)
		}
	}
	captions := read(t, figures, "captions.txt")
	for _, text := range []string{"signal: Channels", "learning: Losses", "results: Every metric",
		"Seeds: 1 and 2."} {
		if !strings.Contains(captions, text) {
			t.Errorf("captions without %q: %s", text, captions)
		}
	}
	before := read(t, figures, "signal.svg")
	do(t, "plot", dir, "-figure", "signal").must(t)
	if read(t, figures, "signal.svg") != before {
		t.Error("the same run is not drawn the same twice")
	}
	do(t, "plot", dir, "-figure", "signal", "-channels", "requests,2", "-steps", "20-80",
		"-width", "88").must(t)
	if svg := read(t, figures, "signal.svg"); svg == before || !strings.Contains(svg, ">requests</text>") {
		t.Error("channels, steps and width change nothing")
	}
	inKorean(t, "plot", dir, "-figure", "results").must(t)
	if captions := read(t, figures, "captions.txt"); !strings.Contains(captions, "시드: 1") {
		t.Errorf("no Korean captions: %s", captions)
	}
}

func TestPlotDrawsWhatAnInterruptedRunLeft(t *testing.T) {
	dir, _ := runTiny(t)
	for _, name := range []string{reportFile, scoresFile, historyFile,
		filepath.Join(checkpointsDir, "seed2-arm1.safetensors")} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	got := do(t, "plot", dir).must(t)
	if !strings.Contains(got.err, "-resume -out "+dir) || !strings.Contains(got.err, "results is left out") {
		t.Errorf("standard error %q, want how to go on, and that there are no results", got.err)
	}
	files := filesIn(t, filepath.Join(dir, "figures"))
	if want := []string{"captions.txt", "learning.svg", "signal.svg"}; !slices.Equal(files, want) {
		t.Errorf("%v, want %v", files, want)
	}
	captions := read(t, dir, "figures", "captions.txt")
	if !strings.Contains(captions, "Without scores: alone/1") {
		t.Errorf("captions do not say what is missing: %s", captions)
	}
	if got := do(t, "plot", dir, "-figure", "results"); got.code != exitFailed ||
		!strings.Contains(got.err, "results have nothing to show") {
		t.Errorf("%d, %q", got.code, got.err)
	}
}

func TestPlotWithoutTheDataShowsScores(t *testing.T) {
	dir, _ := runTiny(t)
	for _, name := range []string{reportFile, specFile} {
		change(t, dir, name, "builtin/server", "file/gone.csv")
	}
	if err := os.Remove(filepath.Join(dir, runfile.SignalsFile)); err != nil {
		t.Fatal(err)
	}
	got := do(t, "plot", dir, "-figure", "signal").must(t)
	if !strings.Contains(got.err, "without channels: ") || !strings.Contains(got.err, "file/gone.csv") {
		t.Errorf("standard error %q, want why there are no channels", got.err)
	}
	if svg := read(t, dir, "figures", "signal.svg"); strings.Contains(svg, "standardised") ||
		!strings.Contains(svg, "student alone") {
		t.Error("want scores without channels")
	}
}

// change replaces a text in a file.
func change(t *testing.T, dir, name, from, to string) {
	t.Helper()
	text := read(t, dir, name)
	if !strings.Contains(text, from) {
		t.Fatalf("%s has no %q", name, from)
	}
	text = strings.ReplaceAll(text, from, to)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPlotNamesWhatIsWrong(t *testing.T) {
	dir, _ := runTiny(t)
	empty := t.TempDir()
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"plot", exitUsage, "plot takes one run"},
		{"plot a b", exitUsage, "plot takes one run"},
		{"plot " + empty, exitFailed, empty + ": holds neither report.json nor spec.json"},
		{"plot " + dir + " -format gif", exitUsage, "format gif: want svg, pdf or png"},
		{"plot " + dir + " -figure cover", exitFailed, "figure cover: want signal, learning, results or epochs"},
		{"plot " + dir + " -width 10", exitFailed, "width 10 mm: want 60 mm or more"},
		{"plot " + dir + " -width NaN", exitFailed, "width NaN mm: want 60 mm or more"},
		{"plot " + dir + " -steps 9", exitUsage, "-steps 9: want two numbers"},
		{"plot " + dir + " -steps 9-999 -figure signal", exitFailed,
			"steps 9 to 999: want at least two of the 140 steps"},
		{"plot " + dir + " -channels wind", exitFailed,
			"-channels wind: want numbers or names of requests, connections or net_in"},
		{"plot " + dir + " -metrics fun -figure results", exitFailed, "metric fun: unknown"},
	} {
		got := do(t, strings.Fields(c.args)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) {
			t.Errorf("%s: exit code %d, %q, want %d, %q", c.args, got.code, got.err, c.code, c.says)
		}
	}
}

func TestPlotNamesTheFileThatIsDamaged(t *testing.T) {
	good, _ := runTiny(t)
	files := map[string]string{reportFile: read(t, good, reportFile), scoresFile: read(t, good, scoresFile)}
	for _, c := range []struct{ file, from, to, says string }{
		{reportFile, `"version": 1`, `"version": 9`, "report.json: "},
		{reportFile, `{`, `[`, "report.json: "},
		{reportFile, `"arm": "cosine",`, `"arm": "other",`,
			"report.json: report: arms[1].runs[0].arm: not that of the report's spec"},
		{reportFile, `"failed_runs": 0`, `"failed_runs": 1`, "report.json: report: failed_runs: 1, want 0 to 0"},
		{scoresFile, "alone/2", "alone/1", "scores.csv: column alone/1 is no run"},
		{scoresFile, "\n7,", "\n7,NaN,", "scores.csv: record on line 9: wrong number of fields"},
		{scoresFile, "\n7,test,0,", "\n7,test,0,x", "scores.csv:9: alone/1 is x"},
		{scoresFile, "\n7,test,", "\n7,tset,", "scores.csv:9: split is tset, want train or test"},
		{scoresFile, "alone/1", "alone/7", "scores.csv: column alone/7 is no run"},
		{scoresFile, "\n139,", "\n", "scores.csv: record on line 141"},
	} {
		dir := t.TempDir()
		for name, text := range files {
			if name == c.file {
				text = strings.ReplaceAll(text, c.from, c.to)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got := do(t, "plot", dir)
		if got.code != exitFailed || !strings.Contains(got.err, c.says) {
			t.Errorf("%s with %q: exit code %d, %q, want %q", c.file, c.to, got.code, got.err, c.says)
		}
		if _, err := os.Stat(filepath.Join(dir, "figures")); err == nil {
			t.Errorf("%s with %q: figures are made all the same", c.file, c.to)
		}
	}
}
