package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/spec"
)

// Seeds that are added train alone: what was there stays to the bit, and the report knows which were planned.
func TestSeedsAreAddedToAFinishedRun(t *testing.T) {
	dir, _ := runTiny(t)
	before := reportIn(t, dir)
	scores := csvRows(t, dir, scoresFile)
	// Whoever needs the old checkpoints would train them again.
	if err := os.RemoveAll(filepath.Join(dir, checkpointsDir)); err != nil {
		t.Fatal(err)
	}
	got := do(t, "run", "-resume", "-out", dir, "-add-seeds", "2").must(t)
	if !strings.Contains(got.out, "2 seeds were planned and 2 added after a look") {
		t.Errorf("the verdict does not say what was planned:\n%s", got.out)
	}
	if strings.Contains(got.err, "seed 1,") || !strings.Contains(got.err, "seed 3,") {
		t.Errorf("trained was %s", got.err)
	}
	r := reportIn(t, dir)
	if !slices.Equal(r.Spec.Seeds, []uint64{1, 2, 3, 4}) || !slices.Equal(r.Spec.Looked, []int{2}) ||
		!r.Whole() || r.Spec.Planned() != 2 || r.Spec.Level() <= before.Spec.Level() {
		t.Fatalf("seeds %v, looked at %v", r.Spec.Seeds, r.Spec.Looked)
	}
	for i, a := range before.Arms {
		was, err1 := json.Marshal(a.Runs) // which writes what is undefined alike
		is, err2 := json.Marshal(r.Arms[i].Runs[:len(a.Runs)])
		if err1 != nil || err2 != nil || string(was) != string(is) {
			t.Errorf("%s: what was trained before is another", a.Arm.Name)
		}
	}
	sp, err := spec.Parse([]byte(read(t, dir, specFile)))
	if err != nil || !reflect.DeepEqual(sp, r.Spec) {
		t.Errorf("spec.json holds seeds %v, error %v", sp.Seeds, err)
	}
	grown := csvRows(t, dir, scoresFile)
	for c, name := range scores[0] {
		at := slices.Index(grown[0], name)
		if at < 0 || grown[7][at] != scores[7][c] {
			t.Errorf("scores of %s are lost", name)
		}
	}
	again := do(t, "run", "-resume", "-out", dir, "-add-seeds", "1").must(t)
	if r := reportIn(t, dir); !slices.Equal(r.Spec.Looked, []int{2, 4}) ||
		!strings.Contains(again.out, "2 seeds were planned and 3 added") {
		t.Errorf("after a second look: %v\n%s", r.Spec.Looked, again.out)
	}
	do(t, "report", dir).must(t)
}

// Where adding was interrupted, -resume goes on, to what it would have come to.
func TestAddingSeedsGoesOnAfterAnInterruption(t *testing.T) {
	whole, _ := runTiny(t)
	stopped := copied(t, whole)
	do(t, "run", "-resume", "-out", whole, "-add-seeds", "1").must(t)
	text := read(t, whole, specFile)
	if err := os.WriteFile(filepath.Join(stopped, specFile), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := do(t, "report", stopped); got.code != exitFailed || !strings.Contains(got.err, "-resume") {
		t.Errorf("%d, %s", got.code, got.err)
	}
	if got := do(t, "run", "-resume", "-out", stopped, "-add-seeds", "1"); got.code != exitFailed ||
		!strings.Contains(got.err, "no finished run") {
		t.Errorf("%d, %s", got.code, got.err)
	}
	got := do(t, "run", "-resume", "-out", stopped).must(t)
	if strings.Contains(got.err, "seed 1,") {
		t.Errorf("trained again: %s", got.err)
	}
	is, err1 := json.Marshal(reportIn(t, stopped).WithoutTimings())
	want, err2 := json.Marshal(reportIn(t, whole).WithoutTimings())
	if err1 != nil || err2 != nil || string(is) != string(want) ||
		read(t, stopped, scoresFile) != read(t, whole, scoresFile) {
		t.Error("after an interruption it comes to other results")
	}
}

func TestSeedsAreNotAddedToWhatIsNoFinishedRun(t *testing.T) {
	dir, _ := runTiny(t)
	other := write(t, "other.json", strings.Replace(read(t, tiny), `"epochs": 3`, `"epochs": 4`, 1))
	for args, says := range map[string]string{
		"run " + tiny + " -add-seeds 2":                                  "-add-seeds needs -resume and -out",
		"run -resume -out " + dir + " -add-seeds -1":                     "-add-seeds -1, want 0 or more",
		"run " + other + " -resume -out " + dir + " -add-seeds 2":        "no finished run of this spec",
		"run -resume -out " + dir + " -add-seeds 5000":                   "seeds",
		"run -resume -out " + t.TempDir() + " -add-seeds 2":              "spec.json: file does not exist",
		"run " + tiny + " -resume -out " + t.TempDir() + " -add-seeds 2": "no finished run of this spec",
	} {
		got := do(t, strings.Fields(args)...)
		if got.code == exitOK || !strings.Contains(got.err, says) {
			t.Errorf("%s: %d, %q, want %q", args, got.code, got.err, says)
		}
	}
	if r := reportIn(t, dir); len(r.Spec.Seeds) != 2 {
		t.Errorf("%d seeds", len(r.Spec.Seeds))
	}
}

// Intervals over the data are kept in the report, printed, and found again in the scores.
func TestRunGivesIntervalsOverTheDataOnRequest(t *testing.T) {
	sp := write(t, "more.json", strings.Replace(read(t, tiny), `"test": {"from": 460, "to": 600}`,
		`"test": {"from": 0, "to": 1000}`, 1))
	dir := filepath.Join(t.TempDir(), "out")
	got := do(t, "run", sp, "-out", dir, "-bootstrap", "50").must(t)
	r := reportIn(t, dir)
	if r.OverData == nil || r.OverData.Draws != 50 ||
		!r.OverData.Of("average_precision", "cosine", "alone").Low.Defined() {
		t.Fatalf("%+v", r.OverData)
	}
	for _, want := range []string{"95 % intervals over the data", "50 series drawn", "AP over alone",
		"For other data like these"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	if again := do(t, "report", dir).must(t); again.out != got.out {
		t.Errorf("printed again it is\n%s", again.out)
	}
	if drawn := do(t, "report", dir, "-bootstrap", "50").must(t); drawn.out != got.out {
		t.Errorf("drawn again it is\n%s", drawn.out)
	}
	if got := do(t, "run", tiny, "-bootstrap", "-1"); got.code != exitUsage {
		t.Errorf("%d, %s", got.code, got.err)
	}
	alone := write(t, "one.json", strings.Replace(read(t, tiny), `"to": 600}`, `"to": 480}`, 1))
	if got := do(t, "run", alone, "-bootstrap", "50"); got.code != exitFailed ||
		!strings.Contains(got.err, "needs two labelled segments") {
		t.Errorf("%d, %s", got.code, got.err)
	}
}
