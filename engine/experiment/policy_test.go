package experiment_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

func TestSpecsNameEveryThresholdPolicy(t *testing.T) {
	if len(detect.Thresholds) != len(spec.Policies) {
		t.Fatalf("%d policies in specs, %d in detect", len(spec.Policies), len(detect.Thresholds))
	}
	for i, p := range detect.Thresholds {
		if spec.Policies[i].Name != p.Name {
			t.Errorf("policy %d is %s in specs and %s in detect", i, spec.Policies[i].Name, p.Name)
		}
	}
}

func TestEveryThresholdPolicyGivesAlarmsAndSaysWhatItSaw(t *testing.T) {
	s := only(small(t), spec.ArmAlone)
	value := 0.5
	for _, p := range detect.Thresholds {
		s.Detect.Threshold = spec.Threshold{Policy: p.Name}
		switch p.Name {
		case "fixed":
			s.Detect.Threshold.Value = &value
		case "train_percentile", "train_test_percentile":
			s.Detect.Threshold.Percent = 90
		case "pot", "spot":
			s.Detect.Threshold.Level, s.Detect.Threshold.Q = 0.8, 0.05
		}
		out := runOf(t, run(t, s, experiment.Options{}), spec.ArmAlone)
		cut := out.Threshold
		if cut.Policy != p.Name || cut.Saw != p.Saw || (cut.Tail != nil) != (p.Name == "pot" || p.Name == "spot") {
			t.Errorf("%s: %+v", p.Name, cut)
		}
		if moves := p.Name == "spot" || p.Name == "dynamic"; cut.Value.Defined() == moves || (out.Flags != nil) != moves {
			t.Errorf("%s: value %v with %d flags", p.Name, cut.Value, len(out.Flags))
		}
		for i, x := range out.Scores {
			flagged := slices.ContainsFunc(out.Alarms, func(a spec.Range) bool { return a.From <= i && i < a.To })
			if want := out.Flags == nil && x > float64(cut.Value) || out.Flags != nil && out.Flags[i]; flagged != want {
				t.Errorf("%s: step %d with score %v flagged %v", p.Name, i, x, flagged)
			}
		}
		if p.Name == "fixed" && cut.Value != 0.5 {
			t.Errorf("fixed at %v", cut.Value)
		}
	}
}

func TestRunThatGetsNoThresholdFailsAlone(t *testing.T) {
	s := only(small(t), spec.ArmAlone, spec.ArmRandom)
	s.Detect.Threshold = spec.Threshold{Policy: "pot", Level: 0.999999, Q: 1e-7}
	r := run(t, s, experiment.Options{})
	for _, a := range r.Arms {
		if got := a.Runs[0].Failed; !strings.Contains(said(got), "threshold: tail: no score above") {
			t.Errorf("%s failed with %v", a.Arm.Name, got)
		}
	}
}

// Judging by hand takes the place of flags that moved.
func TestJudgeTakesAThresholdInPlaceOfFlags(t *testing.T) {
	s := only(small(t), spec.ArmAlone)
	s.Detect.Threshold = spec.Threshold{Policy: "spot", Level: 0.8, Q: 0.05}
	out := runOf(t, run(t, s, experiment.Options{}), spec.ArmAlone)
	out.Threshold.Value = -1
	if err := experiment.Judge(context.Background(), &out, make([]uint8, len(out.Scores))); err != nil {
		t.Fatal(err)
	}
	if len(out.Alarms) != 1 || out.Alarms[0].To != len(out.Scores) {
		t.Errorf("alarms %v, want one over everything", out.Alarms)
	}
}
