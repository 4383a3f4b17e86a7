package detect

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"cosinelab/engine/spec"
)

func TestEveryPolicyHasItsFunction(t *testing.T) {
	for k := range spec.Each(spec.PolicyCount) {
		if policies[k] == nil {
			t.Errorf("detect.policies lacks a row for %s", k)
		}
	}
}

// HasFunction lets the tests outside this package name a policy without a function instead of calling it.
func HasFunction(k spec.PolicyKind) bool { return policies[k] != nil }

// The functions are called past Choose, which refuses a parameter that the row of the policy does not list.
func TestPoliciesReadTheParametersOfTheirRow(t *testing.T) {
	s := Scores{Labels: make([]uint8, 1000)}
	for i := range 1000 { // exponential, so that each level and each q has scores above it
		_, share := math.Modf(float64(i+1) * math.Phi)
		s.Train = append(s.Train, -math.Log(share))
		s.Test = append(s.Test, -math.Log(1-share))
	}
	s.Test[500], s.Labels[500] = 9, 1
	params := [spec.ParamCount]struct{ is, becomes float64 }{
		spec.ParamPercent: {75, 90},
		spec.ParamK:       {2, 1},
		spec.ParamLevel:   {0.8, 0.9},
		spec.ParamQ:       {0.01, 0.02},
		spec.ParamValue:   {1.5, 0.5},
	}
	for p := range spec.Each(spec.PolicyCount) {
		if !HasFunction(p) {
			t.Fatalf("detect.policies lacks a row for %s", p)
		}
		with := spec.Threshold{Policy: p}
		for k, x := range params {
			with.SetParam(spec.ParamKind(k), x.is)
		}
		before := cutBy(t, s, with)
		for k := range spec.ParamCount {
			if params[k].is == params[k].becomes {
				t.Fatalf("this test has no two values of %s", k)
			}
			changed := with
			changed.SetParam(k, params[k].becomes)
			after := cutBy(t, s, changed)
			same := math.Float64bits(before.Threshold) == math.Float64bits(after.Threshold) &&
				slices.Equal(before.Flags, after.Flags) && reflect.DeepEqual(before.Tail, after.Tail)
			if reads := spec.Policies[p].Reads(k); same == reads {
				t.Errorf("%s: %s changes the cut: %v, Params of its row in spec.Policies list it: %v", p, k,
					!same, reads)
			}
		}
	}
}

func cutBy(t *testing.T, s Scores, with spec.Threshold) Cut {
	t.Helper()
	c, err := policies[with.Policy](s, with, never)
	if err != nil {
		t.Fatalf("%s: %v", with, err)
	}
	return c
}
