package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestVerifyPassesOnTheGoldenFiles(t *testing.T) {
	files := []string{"testdata/metrics.json", "testdata/pot.json", "testdata/adam.json"}
	got := do(t, append([]string{"verify"}, files...)...).must(t)
	for _, want := range append(files, "quantity", "largest error", "tolerance", "vus", "spot z_q_last", "train_percentile") {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
	if strings.Contains(got.out, "BEYOND") {
		t.Error(got.out)
	}
}

func TestVerifyFailsBeyondTheTolerance(t *testing.T) {
	for _, c := range []struct{ file, old, new, names string }{
		{"metrics.json", `"auroc": 0.`, `"auroc": 1.`, "auroc"},
		{"pot.json", `"z_q": 7.3`, `"z_q": 7.4`, "pot z_q"},
		{"pot.json", `"fallback": true`, `"fallback": false`, "pot fallback"},
		{"adam.json", `"loss":2.35`, `"loss":2.45`, "adam step 1"},
	} {
		text := read(t, "testdata", c.file)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s has no %s", c.file, c.old)
		}
		bad := write(t, c.file, strings.Replace(text, c.old, c.new, 1))
		got := do(t, "verify", bad)
		if got.code != exitFailed || !strings.Contains(got.err, "quantities beyond their tolerance") {
			t.Errorf("%s: exit code %d, %s", c.file, got.code, got.err)
		}
		named := false
		for line := range strings.Lines(got.out) {
			named = named || strings.Contains(line, "BEYOND") && strings.Contains(line, c.names)
		}
		if !named {
			t.Errorf("%s: no BEYOND beside %s in\n%s", c.file, c.names, got.out)
		}
	}
}

func TestVerifyGoesOnAfterAFileThatItCannotRead(t *testing.T) {
	odd := write(t, "odd.json", `{"what": "a cake"}`)
	got := do(t, "verify", odd, "nowhere.json", "testdata/pot.json")
	if got.code != exitFailed || !strings.Contains(got.err, "0 quantities beyond their tolerance, 2 of 3 files not verified") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	for _, want := range []string{filepath.Base(odd) + ": not verified", "nowhere.json: not verified", "z_q_last"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
}
