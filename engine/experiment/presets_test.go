package experiment_test

import (
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// Whoever chooses a preset waits for it: none takes much longer than the experiment that the page opens with.
func TestNoPresetTakesMuchLongerThanTheDefault(t *testing.T) {
	work := func(s spec.Spec) float64 {
		set, err := datasets.Builtin(s.Data.Source, s.Data.Seed)
		if err != nil {
			t.Fatal(err)
		}
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		need, err := experiment.Estimate(p, true, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return need.Work
	}
	most := 1.5 * work(spec.Default())
	for _, p := range spec.Presets {
		if got := work(p.Spec()); got > most || got <= 0 {
			t.Errorf("%s takes %.3g FLOP, want at most %.3g", p.Name, got, most)
		}
	}
}
