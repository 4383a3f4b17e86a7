package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/datasets/disk"
	"cosinelab/engine/detector"
	"cosinelab/engine/runfile"
	"cosinelab/engine/spec"
)

// A run as one file is the run of a folder: the same report and scores, read by every command that reads runs, and
// nothing beside it.
func TestARunIsOneFile(t *testing.T) {
	dir, _ := runTiny(t)
	at := t.TempDir()
	file := filepath.Join(at, "tiny"+runfile.Ending)
	do(t, "run", tiny, "-out", file).must(t)
	if got := strings.Join(names(t, at), " "); got != filepath.Base(file) {
		t.Errorf("beside the file there is %s", got)
	}
	for _, args := range []string{"report RUN", "report RUN -metrics all"} {
		of := func(run string) string {
			return do(t, strings.Fields(strings.ReplaceAll(args, "RUN", run))...).must(t).out
		}
		if got, want := withoutSeconds(of(file)), withoutSeconds(of(dir)); got != want {
			t.Errorf("%s:\n%s\nthat of the folder:\n%s", args, got, want)
		}
	}
	figures := filepath.Join(t.TempDir(), "figures")
	do(t, "plot", file, "-out", figures, "-figure", "signal").must(t)
	if svg := read(t, figures, "signal.svg"); !strings.Contains(svg, "standardised") {
		t.Error("the signal is not that of the file")
	}
	if got := do(t, "run", tiny, "-out", file); got.code != exitFailed || !strings.Contains(got.err, "is there already") {
		t.Errorf("over a finished run: exit code %d, %s", got.code, got.err)
	}
	do(t, "plot", file, "-figure", "results").must(t)
	if got := strings.Join(names(t, at), " "); got != "tiny-figures tiny.cosinelab" {
		t.Errorf("figures beside the file: %s", got)
	}
	again := filepath.Join(t.TempDir(), "again")
	do(t, "run", file, "-out", again).must(t)
	if read(t, again, scoresFile) != read(t, dir, scoresFile) {
		t.Error("the experiment of the file, carried out again, gives other scores")
	}
	page := filepath.Join(t.TempDir(), "run.html")
	do(t, "report", file, "-html", page).must(t)
	if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "cosinelab run "+file) {
		t.Errorf("the document does not say how the run is made again: %v", err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged"+runfile.Ending)
	if err := os.WriteFile(damaged, []byte("PK\x03\x04"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := do(t, "report", damaged); got.code != exitFailed || !strings.Contains(got.err, "no zip") {
		t.Errorf("a damaged file: exit code %d, %s", got.code, got.err)
	}
}

// names are what lies in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// withoutSeconds is a report's text without how long it took.
func withoutSeconds(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if at := strings.Index(line, "seeds, cpu"); at >= 0 {
			lines[i] = line[:at]
		}
	}
	return strings.Join(lines, "\n")
}

// Seeds are added to a file as to a folder; while that goes on, the file stays as it was.
func TestSeedsAreAddedToAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tiny"+runfile.Ending)
	do(t, "run", tiny, "-out", file).must(t)
	do(t, "run", "-resume", "-add-seeds", "1", "-out", file).must(t)
	files, err := openRun(file)
	if err != nil {
		t.Fatal(err)
	}
	defer files.close()
	r, finished, err := files.report()
	if err != nil || !finished || len(r.Spec.Seeds) != 3 {
		t.Fatalf("seeds %v, finished %v, error %v", r.Spec.Seeds, finished, err)
	}
	if err := files.scores(&r); err != nil || len(r.Arms[0].Runs[2].Scores) != r.Data.ScoredSteps {
		t.Errorf("scores of the added seed: %v", err)
	}
}

// A run that is interrupted leaves a folder that -resume goes on from, and then one file.
func TestAFileOfAnInterruptedRun(t *testing.T) {
	at := t.TempDir()
	file := filepath.Join(at, "tiny"+runfile.Ending)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := doWith(t, ctx, "", "run", tiny, "-out", file); got.code == exitOK {
		t.Fatalf("exit code %d", got.code)
	}
	if _, err := os.Stat(file); err == nil {
		t.Fatal("a file of a run that is not finished")
	}
	args := []string{"run", tiny, "-out", file}
	if len(names(t, at)) > 0 {
		args = append(args, "-resume")
	}
	do(t, args...).must(t)
	if got := strings.Join(names(t, at), " "); got != filepath.Base(file) {
		t.Errorf("there is %s", got)
	}
}

// The detectors of a run are chosen by arm and seed.
func TestADetectorOfARunIsChosen(t *testing.T) {
	_, out := pump(t)
	file := filepath.Join(t.TempDir(), "pump"+runfile.Ending)
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(file)
	if err == nil {
		err = runfile.Pack(f, disk.At(out))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	input := "time,flow,temp [°C]\n" + pumpRows(150, 300, false)
	score := func(args ...string) outcome {
		return doWith(t, context.Background(), input, append([]string{"score"}, args...)...)
	}
	var arms []string
	for _, a := range reportIn(t, out).Arms {
		if a.Arm.Control != spec.ControlRandom {
			arms = append(arms, a.Arm.Name)
		}
	}
	for _, run := range []string{file, out} {
		for _, arm := range arms[:2] {
			want := score(filepath.Join(out, arm+detector.Ending), "-", "-print", "scores").must(t)
			if got := score(run, "-", "-arm", arm, "-print", "scores").must(t); got.out != want.out {
				t.Errorf("%s of %s scores otherwise", arm, run)
			}
		}
		if got := score(run, "-"); got.code != exitUsage || !strings.Contains(got.err, arms[0]) {
			t.Errorf("no arm: exit code %d, %s", got.code, got.err)
		}
		if got := score(run, "-", "-arm", arms[0], "-seed", "99"); got.code != exitUsage ||
			!strings.Contains(got.err, "-seed 99") {
			t.Errorf("no such seed: exit code %d, %s", got.code, got.err)
		}
	}
	one := filepath.Join(out, arms[0]+detector.Ending)
	if got := score(one, "-", "-arm", arms[0]); got.code != exitUsage || !strings.Contains(got.err, "one detector") {
		t.Errorf("an arm of a detector: exit code %d, %s", got.code, got.err)
	}
}
