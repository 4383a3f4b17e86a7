package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A cell counts only with its own report, whole and right; nothing is overwritten.
func TestOnlyACellsOwnReportCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	args := tinyTable("-models", "lstm,transformer", "-seeds", "1", "-out", dir)
	want := do(t, args...).must(t).out
	cell := cellFile(t, dir, "builtin-server-lstm-seed1")
	good := read(t, cell)
	other := read(t, cellFile(t, dir, "builtin-server-transformer-seed1"))
	for what, bad := range map[string]string{
		"nothing": "", "an object": "{}", "null": "null", "a list": "[]", "cut": good[:len(good)/2],
		"a text": "no report", "another cell's": other, "half the rows": strings.Replace(good, `"arms": [`,
			`"arms": [], "other": [`, 1),
		"no runs":      strings.Replace(good, `"runs": [`, `"runs": [], "others": [`, 1),
		"version 2":    strings.Replace(good, `"version": 1`, `"version": 2`, 1),
		"other data":   strings.Replace(good, `"digest": "`, `"digest": "0`, 1),
		"no data":      strings.Replace(good, `"digest"`, `"digests"`, 1),
		"another rate": strings.Replace(good, `"rate": 0.002`, `"rate": 0.003`, 1),
		"infinite":     strings.Replace(good, `"value": 0.`, `"value": 1e999`, 1),
		"too many":     strings.Replace(good, `"runs": [`, `"runs": [`+strings.Repeat("{},", 100000), 1),
		"deep":         strings.Repeat("[", 1<<20),
	} {
		if bad == good {
			t.Fatalf("%s changes nothing", what)
		}
		if err := os.WriteFile(cell, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
		got := do(t, args...)
		if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, cell+": ") ||
			!strings.Contains(got.err, "Remove it, and the cell is computed again") {
			t.Errorf("%s: exit code %d, %s%s", what, got.code, got.err, got.out)
		}
		if read(t, cell) != bad {
			t.Errorf("%s was overwritten", what)
		}
	}
	if err := os.Remove(cell); err != nil {
		t.Fatal(err)
	}
	if got := do(t, args...).must(t); got.out != want {
		t.Errorf("the cell that is computed again gives\n%s, want\n%s", got.out, want)
	}
}

// A checkpoint that a cell cannot go on from is named with its path; without it the cell is computed.
func TestACellNamesTheCheckpointThatIsInTheWay(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "table")
	args := tinyTable("-models", "lstm", "-seeds", "1", "-out", dir)
	want := do(t, args...).must(t).out
	report := cellFile(t, dir, "builtin-server-lstm-seed1")
	trainings, err := filepath.Glob(filepath.Join(dir, trainingsDir, "*"))
	if err != nil || len(trainings) != 1 {
		t.Fatalf("%d trainings are shared, error %v", len(trainings), err)
	}
	work := strings.TrimSuffix(report, ".json")
	for _, bad := range []string{filepath.Join(trainings[0], trainingFile),
		filepath.Join(work, "seed1-arm0.safetensors")} {
		file := filepath.Dir(bad)
		if file == work && os.Mkdir(file, 0o755) != nil {
			t.Fatal("the finished cell has kept its checkpoints")
		}
		if err := errors.Join(os.Remove(report), os.WriteFile(bad, []byte("x"), 0o644)); err != nil {
			t.Fatal(err)
		}
		if got := do(t, args...); got.code != exitFailed || !strings.HasSuffix(got.err,
			". Remove "+file+", and it is trained again\n") {
			t.Errorf("exit code %d, %s", got.code, got.err)
		}
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
		if got := do(t, args...).must(t); got.out != want {
			t.Errorf("without %s the table is another", file)
		}
	}
}

// The table's own spec, of no set, is read back like any other.
func TestATableWithoutASpecGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains on a whole set")
	}
	dir := filepath.Join(t.TempDir(), "table")
	args := strings.Fields("table -models lstm -seeds 1 -epochs 1 -out " + dir)
	want := do(t, args...).must(t).out
	if got := do(t, args...).must(t); got.out != want || !strings.Contains(got.err, "1 of 1 cells are there") {
		t.Error(got.err)
	}
	if got := do(t, append(args, "-warm", "3")...); got.code != exitFailed || !strings.Contains(got.err,
		"is of another table") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if err := os.WriteFile(filepath.Join(dir, specFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := do(t, args...); got.code != exitFailed || !strings.Contains(got.err, specFile+": spec: ") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

// What is named twice would be computed twice into one folder.
func TestATableNamesEachSetAndModelOnce(t *testing.T) {
	for _, args := range []string{"-models lstm,lstm", "-sets builtin/server,builtin/pool,builtin/server",
		"-sets file/a-b,file/a/b"} {
		if got := do(t, append([]string{"table"}, strings.Fields(args)...)...); got.code != exitUsage ||
			!strings.Contains(got.err, "is named twice") {
			t.Errorf("%s: exit code %d, %s", args, got.code, got.err)
		}
	}
}

// Runs without scores are counted in the exit code, whether the cell is computed or was there already.
func TestATableSaysThatRunsFailed(t *testing.T) {
	sp := write(t, "spec.json", strings.Replace(read(t, tiny), `"policy": "train_percentile", "percent": 95`,
		`"policy": "pot", "level": 0.99999, "q": 1e-7`, 1))
	dir := filepath.Join(t.TempDir(), "table")
	for range 2 {
		got := do(t, "table", "-spec", sp, "-models", "lstm", "-seeds", "1", "-out", dir)
		if got.code != exitRunsFailed || last(got.err) != "cosinelab: 4 of 4 runs failed" ||
			!strings.Contains(got.out, "lstm alone (1 of 1 failed)") {
			t.Errorf("exit code %d, %s%s", got.code, got.err, got.out)
		}
	}
	if !strings.Contains(read(t, dir, "table.txt"), "1 of 1 failed") {
		t.Error("table.txt does not say so")
	}
}
