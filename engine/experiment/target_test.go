package experiment_test

import (
	"testing"

	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// heldTo is the small experiment with one arm that is held to a target, and the student alone.
func heldTo(t *testing.T, k spec.ObjectiveKind, target spec.TargetKind, weight float64) spec.Spec {
	s := only(small(t), spec.ArmAlone)
	o := spec.Objective{Kind: k, Target: target, Weight: weight, Schedule: spec.WeightConstant}
	if spec.Objectives[k].Axis {
		o.Axis = spec.AxisChannel
	}
	s.Arms = append(s.Arms, spec.Arm{Name: "held", Objective: o})
	return s
}

// eachTarget goes over everything that a student can be held to.
func eachTarget(f func(k spec.ObjectiveKind, target spec.TargetKind)) {
	for k := range spec.Each(spec.ObjectiveCount) {
		for target := range spec.Each(spec.TargetCount) {
			if spec.Objectives[k].Distils {
				f(k, target)
			}
		}
	}
}

func TestWeightZeroIsThePlainStudentWhateverItIsHeldTo(t *testing.T) {
	eachTarget(func(k spec.ObjectiveKind, target spec.TargetKind) {
		for weight, same := range map[float64]bool{0: true, 0.5: false} {
			r := quick(t, heldTo(t, k, target, weight), experiment.Options{})
			if sameScores(r.Arms[0].Runs[0], r.Arms[1].Runs[0]) != same {
				t.Errorf("%s to %s, weight %v: the scores are those of the student alone: %v", k, target, weight,
					!same)
			}
		}
	})
}

func TestEveryTargetTeachesSomethingElse(t *testing.T) {
	for k := range spec.Each(spec.ObjectiveCount) {
		var before []spec.Run
		for target := range spec.Each(spec.TargetCount) {
			if !spec.Objectives[k].Distils {
				continue
			}
			out := quick(t, heldTo(t, k, target, 0.5), experiment.Options{}).Arms[1].Runs[0]
			for _, b := range before {
				if sameScores(out, b) {
					t.Errorf("%s: %s gives what another target gives", k, target)
				}
			}
			before = append(before, out)
		}
	}
}

// Where nothing reads a teacher, none is trained.
func TestInputAndUntrainedTeacherNeedNoTraining(t *testing.T) {
	eachTarget(func(k spec.ObjectiveKind, target spec.TargetKind) {
		r := quick(t, heldTo(t, k, target, 0.5), experiment.Options{})
		want := 0
		if spec.Targets[target].Teacher {
			want = 1
		}
		if len(r.Teachers) != want {
			t.Errorf("%s to %s: %d teachers, want %d", k, target, len(r.Teachers), want)
		}
	})
}

func TestAnyNumberOfWorkersHoldsToTheSame(t *testing.T) {
	eachTarget(func(k spec.ObjectiveKind, target spec.TargetKind) {
		s := heldTo(t, k, target, 0.5)
		want := stripped(t, quick(t, s, experiment.Options{}))
		for _, n := range []int{1, 3} {
			others := workers(n, func() bool { return false })
			if got := stripped(t, quick(t, s, experiment.Options{Workers: others})); got != want {
				t.Errorf("%s to %s: %d workers beside this one give another report", k, target, n)
			}
		}
	})
}

// The untrained teacher is the one that the seed's teacher begins as: after no step the two are the same.
func TestTheUntrainedTeacherIsTheTeacherBeforeItsTraining(t *testing.T) {
	at := func(target spec.TargetKind) spec.Run {
		s := heldTo(t, spec.ObjectiveMSE, target, 0.5)
		s.Teacher.Epochs = 1
		s.Train.Rate = 1e-30 // no step changes a float32
		s.Train.Epochs = 1
		return quick(t, s, experiment.Options{}).Arms[1].Runs[0]
	}
	trained, untrained := at(spec.TargetTeacher), at(spec.TargetUntrained)
	for i, p := range trained.Epochs[0].Losses {
		if q := untrained.Epochs[0].Losses[i]; p != q {
			t.Errorf("%s is %v held to one, %v to the other", p.Name, p.Value, q.Value)
		}
	}
}
