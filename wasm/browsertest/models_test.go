package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// Every model learns and detects in the tab, on a built-in set and on a real one.
func TestEveryModelTrainsInTheTab(t *testing.T) {
	t.Run("builtin", func(t *testing.T) { trainAll(t, open(t, serve(t)), tiny()) })
	t.Run("smd", func(t *testing.T) {
		s := tiny()
		s.Data.Source, s.Data.Seed = "smd/machine-1-2", 0
		s.Data.Test = steps.Range{From: 4400, To: 5000} // around its first anomaly
		trainAll(t, open(t, serve(t, "-data", realData(t))), s)
	})
}

// realData is the folder of real sets; without it the test is skipped.
func realData(t *testing.T) string {
	t.Helper()
	data, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "smd")); err != nil {
		t.Skip("the real data sets are not there")
	}
	return data
}

// tiny is an experiment of some steps: whether a model works, not how well.
func tiny() spec.Spec {
	s := small()
	s.Data.Train, s.Data.Test = steps.Range{To: 600}, steps.Range{To: 600}
	s.Arms = pair().Arms // alone and with the teacher's help
	return s
}

func trainAll(t *testing.T, p *tab, s spec.Spec) {
	for m := range spec.Each(spec.ModelCount) {
		s.Student = spec.Model{Kind: m}
		r := p.engineRun(s, 1)
		for _, a := range r.Arms {
			switch {
			case len(a.Runs) != 1 || a.Runs[0].Failed != nil:
				t.Errorf("%s, %s: no result: %+v", m, a.Arm.Name, a.Runs)
			case !a.Runs[0].Of(spec.DefaultHeadline).Value.Defined():
				t.Errorf("%s, %s: no %s", m, a.Arm.Name, spec.DefaultHeadline)
			case len(a.Runs[0].Epochs) != 1 || a.Runs[0].Epochs[0].GradNorm <= 0:
				t.Errorf("%s, %s: nothing was learnt: %+v", m, a.Arm.Name, a.Runs[0].Epochs)
			}
		}
	}
}
