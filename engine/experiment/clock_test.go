package experiment_test

import (
	"context"
	"errors"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// The clock knows every training run of an experiment, and of more epochs that they take longer; it ends when it is
// stopped.
func TestTheClockKnowsEveryTraining(t *testing.T) {
	set := builtin(t)
	cost := func(sp spec.Spec, clock *experiment.Clock) experiment.Cost {
		t.Helper()
		p, err := experiment.Prepare(sp, set)
		if err != nil {
			t.Fatal(err)
		}
		c, err := clock.Cost(t.Context(), p, set)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	sp := small(t)
	sp.Seeds = []uint64{3, 4}
	clock := experiment.NewClock(cpu.New())
	once := cost(sp, clock)
	if len(once.Trainings) != 2*(1+3) || !(once.Rest > 0) {
		t.Errorf("%+v", once)
	}
	for _, seed := range sp.Seeds {
		for arm := experiment.TeacherArm; arm < 3; arm++ {
			if s := once.Trainings[experiment.Checkpoint{Seed: seed, Arm: arm}]; !(s > 0) {
				t.Errorf("arm %d, seed %d takes %v s", arm, seed, s)
			}
		}
	}
	sp.Train.Epochs *= 3
	long := cost(sp, clock) // by the same measurements
	at := experiment.Checkpoint{Seed: 3, Arm: 1}
	if ratio := long.Trainings[at] / once.Trainings[at]; ratio < 2.99 || ratio > 3.01 {
		t.Errorf("three times the epochs take %v times as long", ratio)
	}
	teacher := experiment.Checkpoint{Seed: 3, Arm: experiment.TeacherArm}
	if long.Trainings[teacher] != once.Trainings[teacher] {
		t.Error("the student's epochs change the teacher's time")
	}
	p, err := experiment.Prepare(sp, set)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := experiment.NewClock(cpu.New()).Cost(ctx, p, set); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Runs have the same key only if all is the same that they depend on.
func TestAKeyIsAllThatATrainingDependsOn(t *testing.T) {
	key := func(arm int, data, device string, change func(*spec.Spec)) string {
		t.Helper()
		sp := small(t)
		if change != nil {
			change(&sp)
		}
		k, err := experiment.Checkpoint{Seed: 1, Arm: arm}.Key(sp, data, device)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	weight := func(s *spec.Spec) { s.Arms[1].Objective.Weight = 5 }
	epochs := func(s *spec.Spec) { s.Train.Epochs++ }
	student := func(s *spec.Spec) { s.Student.DModel = 8 }
	const alone, cosine, teacher = 0, 1, experiment.TeacherArm
	for _, c := range []struct {
		what   string
		arm    int
		change func(*spec.Spec)
		same   bool
	}{{"alone, another weight", alone, weight, true}, {"cosine, another weight", cosine, weight, false},
		{"alone, more epochs", alone, epochs, false}, {"teacher, more epochs of students", teacher, epochs, true},
		{"teacher, another student", teacher, student, true}, {"alone, another student", alone, student, false}} {
		if got := key(c.arm, "d", "cpu", nil) == key(c.arm, "d", "cpu", c.change); got != c.same {
			t.Errorf("%s: the same is %v, want %v", c.what, got, c.same)
		}
	}
	mine := key(alone, "d", "cpu", nil)
	for what, other := range map[string]string{"data": key(alone, "e", "cpu", nil), "device": key(alone, "d", "gpu", nil),
		"teacher": key(teacher, "d", "cpu", nil)} {
		if other == mine {
			t.Errorf("another %s has the same key", what)
		}
	}
}

// listening counts what a store is told to be done.
type listening struct {
	memory
	done map[experiment.Checkpoint]int
}

func (w listening) Done(c experiment.Checkpoint) error {
	w.done[c]++
	return nil
}

// A store hears once of each training run that it is over, also of one that was interrupted.
func TestAStoreHearsTheEndOfEachTraining(t *testing.T) {
	p, err := experiment.Prepare(small(t), builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, steps := range []int{1000, 4} {
		store := listening{memory{}, map[experiment.Checkpoint]int{}}
		_, err := experiment.Run(t.Context(), p, cpu.New(), experiment.Options{Store: store, Gate: after(steps)})
		if (err == nil) != (steps == 1000) {
			t.Fatal(err)
		}
		for c, n := range store.done {
			if n != 1 {
				t.Errorf("%d steps: %+v ended %d times", steps, c, n)
			}
		}
		if want := 1 + 3; steps == 1000 && len(store.done) != want || len(store.done) == 0 {
			t.Errorf("%d steps: %d trainings ended", steps, len(store.done))
		}
	}
}
