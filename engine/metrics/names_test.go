package metrics

import (
	"slices"
	"testing"
)

func TestNamesOfOtherProgramsBelongToMetrics(t *testing.T) {
	place := func(n Elsewhere) int {
		return slices.IndexFunc(All, func(m Metric) bool { return m.Name == n.Metric })
	}
	seen := map[[2]string]string{}
	for i, n := range Names {
		if place(n) < 0 {
			t.Errorf("%s of %s: no metric %s", n.Name, n.Program, n.Metric)
		}
		if i > 0 && place(n) < place(Names[i-1]) {
			t.Errorf("%s of %s does not stand in the order of All", n.Name, n.Program)
		}
		key := [2]string{n.Program, n.Name}
		if other, ok := seen[key]; ok || n.Program == "" || n.Name == "" {
			t.Errorf("%v names %s and %s", key, other, n.Metric)
		}
		seen[key] = n.Metric
	}
	event, _ := Find("best_composite_f1")
	if got := event.Elsewhere(); !slices.Contains(got, "≈ TSB-AD Event-based-F1") {
		t.Errorf("others call the best composite F1 %q", got)
	}
}
