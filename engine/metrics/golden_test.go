package metrics_test

import (
	"os"
	"path/filepath"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/golden"
)

func TestEveryMetricEqualsItsGoldenValue(t *testing.T) {
	for _, name := range []string{"metrics.json", "metrics2.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := golden.Verify(text, cpu.New())
		if err != nil || len(r.Checks) == 0 {
			t.Fatalf("%s: %d quantities, error %v", name, len(r.Checks), err)
		}
		for _, c := range r.Checks {
			if !c.OK() {
				t.Errorf("%s: %s in %s: error %v, limit %v", name, c.Name, c.At, c.Error, c.Limit)
			}
		}
	}
}
