package autodiff

import (
	"testing"

	"cosinelab/engine/op"
)

func TestEveryKindHasARule(t *testing.T) {
	for k := range op.Count {
		if vjp[k] == nil && !k.IsFused() {
			t.Errorf("%v has no row in vjp", k)
		}
	}
}
