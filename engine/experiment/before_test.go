package experiment_test

import (
	"testing"

	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// Seeds that are added to an experiment are all that is trained, and its report is that of all at once.
func TestSeedsAddedToAnExperimentGiveTheReportOfAllAtOnce(t *testing.T) {
	few := only(small(t), "alone", "untrained", "random")
	few.Seeds = []uint64{1, 2}
	more := few.MoreSeeds(1)
	whole := run(t, more, experiment.Options{})
	trained := map[uint64]bool{}
	grown := run(t, more, experiment.Options{Before: run(t, few, experiment.Options{}),
		Events: func(e spec.Event) {
			if e.Step > 0 {
				trained[e.Seed] = true
			}
		}})
	if len(trained) != 1 || !trained[3] {
		t.Errorf("seeds %v are trained, want 3 alone", trained)
	}
	if stripped(t, whole) != stripped(t, grown) {
		t.Error("the reports differ")
	}
	// What lacks an arm is trained again.
	half := whole
	half.Arms = half.Arms[:2]
	again := run(t, few, experiment.Options{Before: half})
	if last := again.Arms[len(again.Arms)-1]; len(last.Runs) != 2 {
		t.Errorf("from half a report: %d runs of %s", len(last.Runs), last.Arm.Name)
	}
}
