package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/datasets/disk"
	"cosinelab/datasets/keep"
	"cosinelab/engine/runfile"
)

// copied is a copy of a folder that can be written to.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// refuses fails unless going on in a folder is refused in these words and leaves everything as it was.
func refuses(t *testing.T, dir, says string, more ...string) {
	t.Helper()
	before := files(t, dir)
	got := do(t, append([]string{"run", "-resume", "-out", dir}, more...)...)
	if got.code != exitFailed || !strings.Contains(last(got.err), says) || got.out != "" || !strings.HasSuffix(
		last(got.err), ". To start anew, use another -out") {
		t.Errorf("exit code %d, %s, want %q", got.code, last(got.err), says)
	}
	if d := diff(before, files(t, dir)); d != "" {
		t.Errorf("%s: the folder has changed:\n%s", says, d)
	}
}

// files are those of a run by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range filesBelow(t, dir) {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = read(t, path)
	}
	return all
}

// Folders that an earlier version of the program left: their checkpoints do not say what they belong to.
func TestFoldersOfBeforeAreRefused(t *testing.T) {
	for _, name := range []string{"resume-edited-spec", "resume-flipped-bit"} {
		dir := copied(t, filepath.Join("testdata/resume", name))
		refuses(t, dir, "seed1-teacher.safetensors: checkpoint: it does not say which spec and data it belongs to")
		if os.Remove(filepath.Join(dir, checkpointsDir, "seed1-teacher.safetensors")) != nil {
			t.Fatal("no teacher")
		}
		got := do(t, "run", "-resume", "-out", dir)
		if got.code != exitFailed || !strings.Contains(last(got.err), ".safetensors: checkpoint: it does not say") {
			t.Errorf("exit code %d, %s", got.code, last(got.err))
		}
	}
}

var flippedRun = finished{spec: "testdata/resume/resume-flipped-bit/spec.json"}

// begun is what a run of the spec of resume-flipped-bit leaves that was killed before its end.
func begun(t *testing.T) string {
	t.Helper()
	from, _ := flippedRun.of(t)
	dir := copied(t, from)
	for _, name := range []string{reportFile, historyFile, scoresFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAnEditedSpecIsRefused(t *testing.T) {
	dir := begun(t)
	edited := copied(t, dir)
	text := read(t, "testdata/resume/resume-edited-spec/spec.json")
	if err := os.WriteFile(filepath.Join(edited, specFile), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	refuses(t, edited, "checkpoint: of another spec")
	for from, to := range map[string]string{`"rate": 0.002`: `"rate": 0.05`, `"weight": 0.5`: `"weight": 9`,
		`"axis": "channel"`: `"axis": "time"`, `"epochs": 2`: `"epochs": 3`, `"stride": 10`: `"stride": 11`,
		`"to": 1500`: `"to": 1501`, `"scaling": "standard"`: `"scaling": "none"`, `"batch": 16`: `"batch": 15`} {
		one := copied(t, dir)
		change(t, one, specFile, from, to)
		refuses(t, one, "checkpoint: of another spec")
	}
	// What training does not depend on may be another, and the report is that of the spec.
	change(t, dir, specFile, `"percent": 99`, `"percent": 95`)
	do(t, "run", "-resume", "-out", dir).must(t)
	fresh := filepath.Join(t.TempDir(), "fresh")
	do(t, "run", filepath.Join(dir, specFile), "-out", fresh).must(t)
	if d := diff(reportIn(t, fresh).WithoutTimings(), reportIn(t, dir).WithoutTimings()); d != "" {
		t.Error(d)
	}
}

func TestAFlippedBitIsRefused(t *testing.T) {
	dir := begun(t)
	for name, b := range files(t, dir) {
		if filepath.Dir(name) != checkpointsDir {
			continue
		}
		const none = "damaged, or no checkpoint at all"
		for damage, says := range map[string]string{
			b[:len(b)-9] + string(b[len(b)-9]^16) + b[len(b)-8:]: "damaged: its content",
			b[:len(b)/2]: none, "": none, strings.Repeat("x", 100): none,
		} {
			damaged := copied(t, dir)
			if err := os.WriteFile(filepath.Join(damaged, name), []byte(damage), 0o644); err != nil {
				t.Fatal(err)
			}
			refuses(t, damaged, filepath.Base(name)+": checkpoint: "+says)
		}
	}
}

func TestCheckpointsOfOtherDataAreRefused(t *testing.T) {
	data := t.TempDir()
	series := func(offset int) {
		var rows strings.Builder
		for i := range 400 {
			fmt.Fprintf(&rows, "%d,%d\n", i%7, (i+offset)%5)
		}
		if err := os.WriteFile(filepath.Join(data, "mine.csv"), []byte(rows.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	series(0)
	sp := write(t, "spec.json", strings.NewReplacer("builtin/server", "file/mine.csv", `"seed": 1, `,
		`"split": 0.6, `, `"train": {"from": 0, "to": 240}, "test": {"from": 460, "to": 600}, "channels": [0, 1, 2],`,
		"").Replace(read(t, tiny)))
	dir := filepath.Join(t.TempDir(), "out")
	do(t, "run", sp, "-data", data, "-out", dir).must(t)
	series(1)
	refuses(t, dir, "checkpoint: of other data", "-data", data)
	if got := do(t, "plot", dir, "-data", data, "-figure", "signal").must(t); !strings.Contains(got.err,
		"without channels: the data have changed since the run") {
		t.Error(got.err)
	}
	series(0)
	do(t, "run", "-resume", "-out", dir, "-data", data).must(t)
}

// What is no file where a checkpoint or a spec should be is an error, and nobody waits for it.
func TestWhatIsNoFileInAResultsFolderIsAnError(t *testing.T) {
	for _, name := range []string{specFile, filepath.Join(checkpointsDir, "seed1-arm0.safetensors")} {
		dir := begun(t)
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if got := do(t, "run", "-resume", "-out", dir); got.code != exitFailed || !strings.Contains(got.err,
			filepath.Base(name)+": ") {
			t.Errorf("exit code %d, %s", got.code, got.err)
		}
	}
}

// One process at a time writes to a folder, whatever the command.
func TestASecondRunInTheSameFolderIsRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	folder, err := keep.Hold(out)
	if err != nil {
		t.Fatal(err)
	}
	other := write(t, "other.json", strings.Replace(read(t, tiny), `"epochs": 3`, `"epochs": 4`, 1))
	for _, args := range [][]string{{"run", tiny}, {"run", other}, tinyTable()} {
		if got := do(t, append(args, "-out", out)...); got.code != exitFailed ||
			last(got.err) != "cosinelab: "+out+": another process is writing to this folder: wait for its end, "+
				"or use another folder" {
			t.Errorf("%v: exit code %d, %s", args, got.code, got.err)
		}
	}
	if err := folder.Release(); err != nil {
		t.Fatal(err)
	}
	if names := filesIn(t, out); len(names) != 0 {
		t.Errorf("the folder holds %q", names)
	}
	do(t, "run", tiny, "-out", out).must(t)
}

// Of two different specs that are started into one folder at once, one is carried out, the other refused.
func TestOfTwoSpecsAtOnceOneIsCarriedOut(t *testing.T) {
	other := write(t, "other.json", strings.Replace(read(t, tiny), `"epochs": 3`, `"epochs": 2`, 1))
	pairs := 8
	if testing.Short() {
		pairs = 2
	}
	for range pairs {
		out := filepath.Join(t.TempDir(), "out")
		got := make(chan outcome)
		for _, sp := range []string{tiny, other} {
			c := program("run", sp, "-out", out)
			go func() { got <- finish(t, c) }()
		}
		a, b := <-got, <-got
		if a.code+b.code != exitOK+exitFailed {
			t.Fatalf("exit codes %d and %d: %s%s", a.code, b.code, last(a.err), last(b.err))
		}
		if a.code == exitOK {
			a, b = b, a
		}
		if !strings.Contains(a.err, "another process is writing") && !strings.Contains(a.err,
			"is there already") {
			t.Errorf("refused by %s", a.err)
		}
		r := reportIn(t, out)
		if err := r.Check(); err != nil || !r.Whole() {
			t.Errorf("the report is not of its spec: %v", err)
		}
		if sp, _, err := runfile.ReadReport(disk.At(out)); err != nil || sp.Spec.Train.Epochs != r.Spec.Train.Epochs {
			t.Errorf("the folder holds another spec than its report: %v", err)
		}
	}
}
