package spec_test

import (
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// armOf is an arm whose runs have these values of F1, with seeds from 1 and a chance level of 0.1.
func armOf(name string, control spec.ControlKind, values ...float64) spec.ArmReport {
	a := spec.ArmReport{Arm: spec.Arm{Name: name, Control: control}}
	for i, v := range values {
		a.Runs = append(a.Runs, spec.Run{Arm: name, Seed: uint64(i + 1),
			Metrics: []spec.Measure{{Name: "f1", Value: metrics.Value(v), Chance: 0.1}}})
	}
	return a
}

const level = 0.95

// over is the difference of a standing to another arm; empty = chance.
func over(s spec.Standing, arm string) spec.Paired {
	for _, c := range s.Over {
		if c.Over == arm {
			return c.Paired
		}
	}
	return spec.Paired{Mean: metrics.Undefined}
}

func TestResultIsDoubtfulUnlessItsIntervalsAboveChanceAndUntrainedExclude0(t *testing.T) {
	for _, c := range []struct {
		what            string
		arm, untrained  []float64
		overUntrained   float64
		doubtful, alone bool // alone: without the untrained arm
	}{
		{"far above both", []float64{0.8, 0.82, 0.81}, []float64{0.3, 0.31, 0.3}, 1.52 / 3, false, false},
		{"above, in an interval that holds 0", []float64{0.2, 0.6}, []float64{0, 0}, 0.4, true, true},
		{"above chance, not above untrained", []float64{0.8, 0.82, 0.81}, []float64{0.8, 0.83, 0.81},
			-0.01 / 3, true, false},
		{"below chance", []float64{0.01, 0.02, 0.015}, []float64{0, 0, 0}, 0.015, true, true},
		{"as much above untrained in every seed", []float64{0.5, 0.75, 0.625}, []float64{0.25, 0.5, 0.375},
			0.25, true, false},
		{"one seed below both", []float64{0.01}, []float64{0.5}, -0.49, true, true},
		{"one seed above chance only", []float64{0.4}, []float64{0.5}, -0.1, true, false},
		{"one seed above both", []float64{0.6}, []float64{0.5}, 0.1, false, false},
		{"seeds are paired", []float64{0.5, 0.9, 0.7}, []float64{0.4, 0.81, 0.6}, 0.29 / 3, false, false},
	} {
		r := spec.Report{Arms: []spec.ArmReport{armOf("alone", spec.ControlNone, c.arm...)}}
		got := r.Standing("alone", "f1")
		if got.Doubtful(level) != c.alone || len(got.Over) != 1 {
			t.Errorf("%s, no untrained arm: %+v, doubtful want %v", c.what, got, c.alone)
		}
		r.Arms = append(r.Arms, armOf("untrained", spec.ControlUntrained, c.untrained...))
		got = r.Standing("alone", "f1")
		mean := over(got, "untrained").Mean
		if got.Doubtful(level) != c.doubtful || math.Abs(float64(mean)-c.overUntrained) > 1e-12 {
			t.Errorf("%s: %+v, doubtful want %v, over untrained %v", c.what, got, c.doubtful, c.overUntrained)
		}
	}
}

// Three arms that each beat chance alone at 0.04 do not once there are three of them.
func TestStandingsOfSeveralArmsAreCorrected(t *testing.T) {
	weak := []float64{0.11, 0.13, 0.15, 0.12, 0.105}
	r := spec.Report{Arms: []spec.ArmReport{armOf("a", spec.ControlNone, weak...)}}
	one := r.Standing("a", "f1")
	if one.Doubtful(level) || one.P < 0.02 || one.P > 0.05 {
		t.Fatalf("alone: %+v, want a p between 0.02 and 0.05", one)
	}
	r.Arms = append(r.Arms, armOf("b", spec.ControlNone, weak...), armOf("c", spec.ControlNone, weak...),
		armOf("random", spec.ControlRandom, weak...))
	three := r.Standing("a", "f1")
	if !three.Doubtful(level) || math.Abs(float64(three.Holm-3*one.P)) > 1e-12 {
		t.Errorf("among three: %+v, want Holm three times %v", three, one.P)
	}
}

func TestStandingLeavesOutRunsWithoutTheMetric(t *testing.T) {
	failed := spec.Run{Arm: "alone", Seed: 3, Failed: &fault.Fault{Key: "failed"}}
	arm := armOf("alone", spec.ControlNone, 0.5, 0.6)
	arm.Runs = append(arm.Runs, failed)
	s := spec.Report{Arms: []spec.ArmReport{arm}}.Standing("alone", "f1")
	if len(s.Value.Values) != 2 || over(s, "").N() != 2 || over(s, "").Dropped != 1 {
		t.Errorf("standing %+v, want two values", s)
	}
	if s := (spec.Report{}).Standing("alone", "f1"); s.Value.Mean.Defined() || s.Doubtful(level) {
		t.Errorf("standing of no runs: %+v", s)
	}
}

// A metric of which less is better turns gains, standings and doubts round, and nothing else.
func TestLessIsBetterWhereAMetricSaysSo(t *testing.T) {
	before := metrics.All
	defer func() { metrics.All = before }()
	metrics.All = append(slices.Clone(before), metrics.Metric{Name: "delay", Less: true})
	slow, quick, untrained := armOf("slow", spec.ControlNone, 0.3, 0.32, 0.31),
		armOf("quick", spec.ControlNone, 0.05, 0.06, 0.055),
		armOf("untrained", spec.ControlUntrained, 0.2, 0.2, 0.2)
	r := spec.Report{Arms: []spec.ArmReport{slow, quick, untrained}}
	for _, a := range r.Arms {
		for i := range a.Runs {
			a.Runs[i].Metrics[0].Name = "delay"
		}
	}
	if g := r.Gain("quick", "slow", "delay"); math.Abs(float64(g.Mean)-0.255) > 1e-12 {
		t.Errorf("gain %v, want 0.255", g.Mean)
	}
	good, bad := r.Standing("quick", "delay"), r.Standing("slow", "delay")
	if good.Doubtful(level) || math.Abs(float64(good.Value.Mean)-0.055) > 1e-12 ||
		math.Abs(float64(over(good, "").Mean)-0.045) > 1e-12 {
		t.Errorf("below chance and untrained: %+v, doubtful %v", good, good.Doubtful(level))
	}
	if !bad.Doubtful(level) || math.Abs(float64(over(bad, "untrained").Mean)+0.11) > 1e-12 {
		t.Errorf("above chance and untrained: %+v, doubtful %v", bad, bad.Doubtful(level))
	}
}
