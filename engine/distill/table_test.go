package distill

import (
	"testing"

	"cosinelab/engine/spec"
)

func TestEveryObjectiveAxisAndScheduleHasItsFunction(t *testing.T) {
	for k := range spec.Each(spec.ObjectiveCount) {
		if spec.Objectives[k].Distils != (objectives[k] != nil) {
			t.Errorf("distill.objectives has a row for %s: %v, want %v", k, objectives[k] != nil,
				spec.Objectives[k].Distils)
		}
	}
	for k := range spec.Each(spec.AxisCount) {
		if vectors[k] == nil {
			t.Errorf("distill.vectors lacks a row for %s", k)
		}
	}
	for k := range spec.Each(spec.WeightScheduleCount) {
		if schedules[k] == nil {
			t.Errorf("distill.schedules lacks a row for %s", k)
		}
	}
}
