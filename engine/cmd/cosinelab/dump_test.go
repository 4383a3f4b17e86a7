package main

import (
	"strings"
	"testing"
)

func TestDumpShowsThePlanOfTheTeacherAndEachArm(t *testing.T) {
	got := do(t, "dump", tiny).must(t).out
	for _, who := range []string{"teacher: transformer, ", "alone: anomaly_transformer, ",
		"cosine: anomaly_transformer, ", "untrained: anomaly_transformer, "} {
		if strings.Count(got, who) != 1 {
			t.Errorf("no %q in\n%s", who, got)
		}
	}
	if strings.Contains(got, "random") || strings.Contains(got, "proc gradient") ||
		strings.Count(got, "  gradient ") != 4 {
		t.Error(got)
	}
	if got := do(t, "dump", tiny, "-steps").must(t).out; strings.Count(got, "proc gradient") != 4 {
		t.Errorf("-steps shows no steps:\n%s", got)
	}
	dir, _ := runTiny(t)
	r := reportIn(t, dir)
	if want := "teacher: transformer, " + number(float64(r.Teachers[0].Parameters)) +
		" parameters"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}
