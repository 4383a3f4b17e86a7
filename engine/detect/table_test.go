package detect

import (
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
