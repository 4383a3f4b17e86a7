package spec_test

import (
	"slices"
	"testing"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

func TestArmsAreComparedByWhatTheyDo(t *testing.T) {
	teach := func(kind spec.ObjectiveKind) spec.Objective { return spec.Objective{Kind: kind, Weight: 1} }
	control, alone := spec.Arm{Name: "cosine", Control: spec.ControlRandom},
		spec.Arm{Name: "a", Objective: teach(spec.ObjectiveNone)}
	mse, cosine := spec.Arm{Name: "alone", Objective: teach(spec.ObjectiveMSE)},
		spec.Arm{Name: "b", Objective: teach(spec.ObjectiveCosine)}
	for _, c := range []struct {
		arms               []spec.Arm
		examined, baseline string
	}{
		{nil, "", ""},
		{[]spec.Arm{control}, "", ""},
		{[]spec.Arm{control, alone}, "", "a"},
		{[]spec.Arm{mse, alone}, "alone", "a"},
		{[]spec.Arm{mse, cosine, control}, "b", ""},
	} {
		s := spec.Spec{Arms: c.arms}
		if got, base := s.Examined(), s.Baseline(); got != c.examined || base != c.baseline {
			t.Errorf("%v: examines %q against %q, want %q against %q", c.arms, got, base, c.examined,
				c.baseline)
		}
	}
}

func TestHitRatesStandAgainstChanceAndTheUntrainedArm(t *testing.T) {
	run := func(arm string, seed uint64, rate metrics.Value) spec.Run {
		return spec.Run{Arm: arm, Seed: seed, Located: &spec.Located{HitRate100: rate, HitRate150: 1,
			Chance100: 0.2, Chance150: 0.3}}
	}
	r := spec.Report{Arms: []spec.ArmReport{
		{Arm: spec.Arm{Name: "a"}, Runs: []spec.Run{run("a", 1, 0.5), run("a", 2, 0.7), {Arm: "a", Seed: 3}}},
		{Arm: spec.Arm{Name: "u", Control: spec.ControlUntrained}, Runs: []spec.Run{run("u", 1, 0.1)}},
	}}
	got := r.Standings(spec.HitRates[0].Measured())[0]
	if !close(got.Value.Mean, 0.6) || !close(got.Chance.Mean, 0.2) ||
		!slices.Equal(over(got, "u").Values, []metrics.Value{0.4}) || over(got, "").Dropped != 1 {
		t.Errorf("%+v", got)
	}
	second := r.Standings(spec.HitRates[1].Measured())[0]
	if !close(second.Value.Mean, 1) || !close(second.Chance.Mean, 0.3) {
		t.Errorf("the second: %+v", second)
	}
	if (spec.Report{}).KnowsCauses() || !r.KnowsCauses() {
		t.Error("who knows causes is wrong")
	}
}
