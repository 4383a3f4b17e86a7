package runner_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/experiment/runner"
)

// Wherever an experiment is stopped, in the teacher, in an arm, between two of them, and however often, it ends with
// the report of one that was left alone.
func TestResumedExperimentEqualsUninterruptedOne(t *testing.T) {
	spec := only(small(t), "alone", "cosine", "random")
	want := quick(t, spec, runner.Options{})
	for _, stops := range [][]int{{0}, {stepsOf - 1}, {stepsOf, 1}, {stepsOf + 2}, {3*stepsOf - 1, 1}, {3 * stepsOf}} {
		store := memory{}
		for _, steps := range stops {
			_, err := runner.Run(context.Background(), spec, unlabelled(t), cpu.New(), runner.Options{Store: store.store(), Gate: after(steps)})
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		var lefts []float64
		got := quick(t, spec, runner.Options{Store: store.store(), Events: func(e experiment.Event) { lefts = append(lefts, e.Left) }})
		if stripped(t, got) != stripped(t, want) || !sameScores(runOf(t, got, "cosine"), runOf(t, want, "cosine")) {
			t.Errorf("stopped after %v steps: the report differs", stops)
		}
		for i, left := range lefts {
			if left < -1 || i == len(lefts)-1 && left != 0 {
				t.Errorf("stopped after %v steps: time left %v", stops, lefts)
				break
			}
		}
	}
}

// The context may also end an experiment in the middle of a step, or of a validation.
func TestExperimentStoppedInsideAStepResumes(t *testing.T) {
	spec := only(small(t), "alone")
	count := &counting{context.Background(), math.MaxInt}
	want, err := runner.Run(count, spec, unlabelled(t), cpu.New(), runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	asked := math.MaxInt - count.left
	for i := range 7 {
		store := memory{}
		_, err := runner.Run(&counting{context.Background(), i * asked / 7}, spec, unlabelled(t), cpu.New(), runner.Options{Store: store.store()})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := quick(t, spec, runner.Options{Store: store.store()}); stripped(t, got) != stripped(t, want) {
			t.Errorf("stopped after %d of 7 parts: the report differs", i)
		}
	}
}

func TestFinishedExperimentIsNotTrainedAgain(t *testing.T) {
	store := memory{}
	want := quick(t, small(t), runner.Options{Store: store.store()})
	before := maps.Clone(store)
	got := quick(t, small(t), runner.Options{Store: store.store(), Gate: after(0)})
	if stripped(t, got) != stripped(t, want) {
		t.Error("the report differs")
	}
	for name, b := range before {
		if string(store[name]) != string(b) {
			t.Errorf("%s changed", name)
		}
	}
}

// Names of arms are for people: they meet neither the teacher's checkpoint nor each other's.
func TestCheckpointsDoNotCollide(t *testing.T) {
	spec := only(small(t), "alone", "cosine")
	spec.Arms[0].Name, spec.Arms[1].Name = "teacher", "a/b"
	mse := spec.Arms[1]
	mse.Name, mse.Objective = "a_b", experiment.Objective{Kind: "mse", Weight: 1, Schedule: "constant"}
	spec.Arms = append(spec.Arms, mse)
	store := memory{}
	want := quick(t, spec, runner.Options{Store: store.store()})
	if len(store) != 4 {
		t.Errorf("%d checkpoints, want 4", len(store))
	}
	for name := range store {
		if strings.ContainsAny(name, `/\: `) {
			t.Errorf("checkpoint %q", name)
		}
	}
	if got := quick(t, spec, runner.Options{Store: store.store()}); stripped(t, got) != stripped(t, want) {
		t.Error("resumed, the report differs")
	}
}

func TestCheckpointOfAnotherExperimentIsAnError(t *testing.T) {
	store := memory{}
	quick(t, only(small(t), "alone"), runner.Options{Store: store.store()})
	spec := only(small(t), "alone")
	spec.Student.DFF = 6
	_, err := runner.Run(context.Background(), spec, unlabelled(t), cpu.New(), runner.Options{Store: store.store()})
	if err == nil || !strings.Contains(err.Error(), "seed1-arm0.safetensors: checkpoint: tensor ") {
		t.Errorf("error %v", err)
	}
}
