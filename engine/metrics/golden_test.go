package metrics_test

import (
	"os"
	"path/filepath"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/golden"
)

func TestEveryMetricEqualsItsGoldenValue(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := golden.Verify(text, cpu.New())
	if err != nil || len(r.Checks) == 0 {
		t.Fatalf("%d quantities, error %v", len(r.Checks), err)
	}
	for _, c := range r.Checks {
		if !c.OK() {
			t.Errorf("%s in %s: error %v, limit %v", c.Name, c.At, c.Error, c.Limit)
		}
	}
}
