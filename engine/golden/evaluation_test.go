package golden_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/golden"
)

// Their files lie with the packages that they are about.
const (
	metricsFile = "../metrics/testdata/metrics.json"
	moreFile    = "../metrics/testdata/metrics2.json"
	tailsFile   = "../detect/testdata/pot.json"
)

func evaluationFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMetricsThresholdsAndTailsEqualTheirFiles(t *testing.T) {
	for file, quantities := range map[string]int{metricsFile: 33, moreFile: 25, tailsFile: 11} {
		r, err := golden.Verify([]byte(evaluationFile(t, file)), cpu.New())
		if err != nil || !r.OK() || len(r.Checks) != quantities {
			t.Errorf("%s: %d quantities, error %v, want %d: %+v", file, len(r.Checks), err, quantities,
				r.Checks)
		}
	}
}

func TestEveryKindOfDifferenceIsSeen(t *testing.T) {
	for _, c := range []struct{ file, old, new, quantity string }{
		{metricsFile, `"n_flagged": 4`, `"n_flagged": 5`, "n_flagged"},
		{metricsFile, `"threshold_ge": 0.`, `"threshold_ge": 0.0`, "best_f1"},
		{metricsFile, `"scores_sum": 1`, `"scores_sum": 2`, "inputs"},
		{metricsFile, `"auroc": null`, `"auroc": 0.5`, "auroc"},
		{metricsFile, `"test_flags": 722`, `"test_flags": 721`, "train_percentile flags"},
		{moreFile, `"pate":0.5602`, `"pate":0.5603`, "pate"},
		{moreFile, `"delays":[0,null]`, `"delays":[1,null]`, "detection"},
		{moreFile, `"detected":[true,false]`, `"detected":[true,true]`, "etapr"},
		{moreFile, `"period":25`, `"period":24`, "period"},
		{moreFile, `"sum":4.3125`, `"sum":4.3126`, "inputs"},
		{tailsFile, `"alarms": [60,`, `"alarms": [61,`, "spot alarms"},
		{tailsFile, `"n_last": 1893`, `"n_last": 1892`, "spot counts"},
		{tailsFile, `"gamma": 0.278`, `"gamma": 0.279`, "pot gamma"},
		{tailsFile, `"loglik": -72.6`, `"loglik": -72.5`, "pot likelihood lost"},
	} {
		text := evaluationFile(t, c.file)
		compact := strings.ReplaceAll(c.old, ": ", ":")
		if !strings.Contains(text, c.old) && strings.Contains(text, compact) {
			c.old, c.new = compact, strings.ReplaceAll(c.new, ": ", ":")
		}
		if !strings.Contains(text, c.old) {
			t.Errorf("%s has no %s", c.file, c.old)
			continue
		}
		r, err := golden.Verify([]byte(strings.Replace(text, c.old, c.new, 1)), cpu.New())
		if err != nil {
			t.Errorf("%s: %v", c.new, err)
		}
		for _, k := range r.Checks {
			if k.OK() == (k.Name == c.quantity) {
				t.Errorf("%s: %+v", c.new, k)
			}
		}
	}
}

func TestFilesThatMakeNoSenseAreErrors(t *testing.T) {
	for _, text := range []string{
		`{"format": "tsad-golden-metrics/1", "cases": [{"name": "a", "kind": "metrics", "n": 3, "scores": {"kind": "dice"}}]}`,
		`{"format": "tsad-golden-metrics/1", "cases": [{"name": "a", "kind": "metrics", "n": 3, "scores": {"kind": "list", "values": [1]}}]}`,
		`{"format": "tsad-golden-metrics/1", "cases": [{"name": "a", "kind": "thresholds", "options": {"train": {"kind": "lcg", "bits": 8}, "test": {"kind": "lcg", "bits": 8}}, "expected": {"median": {}}}]}`,
		`{"format": "tsad-golden-pot/1", "cases": [{"name": "a", "kind": "pot", "data": {"n": 4, "transform": "none"}}]}`,
		`{"format": "tsad-golden-pot/1", "cases": [{"name": "a", "kind": "pot", "data": {"n": 4, "transform": "exponential", "scale": 1, "set": [[9, 1]]}}]}`,
		`{"format": "tsad-golden-pot/1", "cases": 3}`,
	} {
		if r, err := golden.Verify([]byte(text), cpu.New()); err == nil {
			t.Errorf("%s: %+v, want an error", text, r)
		}
	}
}
