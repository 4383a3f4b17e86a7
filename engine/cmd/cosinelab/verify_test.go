package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Golden files lie with the packages that they are about.
const (
	metricsFile = "../../metrics/testdata/metrics.json"
	tailsFile   = "../../detect/testdata/pot.json"
	adamFile    = "../../golden/testdata/adam.json"
)

func TestVerifyPassesOnTheGoldenFiles(t *testing.T) {
	files := []string{metricsFile, tailsFile, adamFile}
	got := do(t, append([]string{"verify"}, files...)...).must(t)
	for _, want := range append(files, "quantity", "largest error", "tolerance", "vus", "spot z_q_last",
		"train_percentile") {
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
		{metricsFile, `"auroc": 0.`, `"auroc": 1.`, "auroc"},
		{tailsFile, `"z_q": 7.3`, `"z_q": 7.4`, "pot z_q"},
		{tailsFile, `"fallback": true`, `"fallback": false`, "pot fallback"},
		{adamFile, `"loss":2.35`, `"loss":2.45`, "adam step 1"},
	} {
		text := read(t, c.file)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s has no %s", c.file, c.old)
		}
		bad := write(t, filepath.Base(c.file), strings.Replace(text, c.old, c.new, 1))
		got := do(t, "verify", bad)
		if got.code != exitFailed || !strings.Contains(got.err, "1 quantity beyond its tolerance") {
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
	got := do(t, "verify", odd, "nowhere.json", tailsFile)
	if got.code != exitFailed || !strings.Contains(got.err,
		"0 quantities beyond their tolerance, 2 of 3 files not verified") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	for _, want := range []string{filepath.Base(odd) + ": not verified", "nowhere.json: not verified",
		"z_q_last"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
}
