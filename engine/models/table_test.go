package models

import (
	"testing"

	"cosinelab/engine/spec"
)

func TestEveryModelCanBeBuilt(t *testing.T) {
	for k := range spec.Each(spec.ModelCount) {
		if m := All[k]; m.Build == nil || m.MicroBatch == nil || m.Extra == nil {
			t.Errorf("engine/models/models.go: All lacks %s, or its Build, MicroBatch or Extra, "+
				"without which an experiment panics", k)
		}
	}
}
