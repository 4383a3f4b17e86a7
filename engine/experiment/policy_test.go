package experiment_test

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

func TestEveryThresholdPolicyGivesAlarmsAndSaysWhatItSaw(t *testing.T) {
	s := only(small(t), spec.ArmAlone)
	value := 0.5
	for p := range spec.Each(spec.PolicyCount) {
		s.Detect.Threshold = spec.Threshold{Policy: p}
		switch p {
		case spec.PolicyFixed:
			s.Detect.Threshold.Value = &value
		case spec.PolicyTrainPercentile, spec.PolicyTrainTestPercentile:
			s.Detect.Threshold.Percent = 90
		case spec.PolicyPOT, spec.PolicySPOT:
			s.Detect.Threshold.Level, s.Detect.Threshold.Q = 0.8, 0.05
		}
		out := runOf(t, run(t, s, experiment.Options{}), spec.ArmAlone)
		cut := out.Threshold
		if cut.Policy != p || cut.Saw != spec.Policies[p].Saw ||
			(cut.Tail != nil) != (p == spec.PolicyPOT || p == spec.PolicySPOT) {
			t.Errorf("%s: %+v", p, cut)
		}
		if moves := p == spec.PolicySPOT || p == spec.PolicyDynamic; cut.Value.Defined() == moves ||
			(out.Flags != nil) != moves {
			t.Errorf("%s: value %v with %d flags", p, cut.Value, len(out.Flags))
		}
		for i, x := range out.Scores {
			flagged := slices.ContainsFunc(out.Alarms,
				func(a steps.Range) bool { return a.From <= i && i < a.To })
			if want := out.Flags == nil && x > float64(cut.Value) || out.Flags != nil &&
				out.Flags[i]; flagged != want {
				t.Errorf("%s: step %d with score %v flagged %v", p, i, x, flagged)
			}
		}
		if p == spec.PolicyFixed && cut.Value != 0.5 {
			t.Errorf("fixed at %v", cut.Value)
		}
	}
}

func TestRunThatGetsNoThresholdFailsAlone(t *testing.T) {
	s := only(small(t), spec.ArmAlone, spec.ArmRandom)
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicyPOT, Level: 0.999999, Q: 1e-7}
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
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicySPOT, Level: 0.8, Q: 0.05}
	out := runOf(t, run(t, s, experiment.Options{}), spec.ArmAlone)
	out.Threshold.Value = -1
	if err := judged(&out, make([]uint8, len(out.Scores))); err != nil {
		t.Fatal(err)
	}
	if len(out.Alarms) != 1 || out.Alarms[0].To != len(out.Scores) {
		t.Errorf("alarms %v, want one over everything", out.Alarms)
	}
}
