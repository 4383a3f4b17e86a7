package experiment_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// Wherever an experiment is stopped, in the teacher, in an arm, between two of them, and however often, it
// ends with the report of one that was left alone.
func TestResumedExperimentEqualsUninterruptedOne(t *testing.T) {
	sp := only(small(t), "alone", "cosine", "random")
	want := quick(t, sp, experiment.Options{})
	for _, stops := range [][]int{{0}, {stepsOf - 1}, {stepsOf, 1}, {stepsOf + 2}, {3*stepsOf - 1, 1},
		{3 * stepsOf}} {
		store := memory{}
		for _, steps := range stops {
			_, err := carryOut(context.Background(), sp, unlabelled(t), cpu.New(),
				experiment.Options{Store: store, Gate: after(steps)})
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		var lefts []float64
		got := quick(t, sp, experiment.Options{Store: store,
			Events: func(e spec.Event) { lefts = append(lefts, e.Left) }})
		if stripped(t, got) != stripped(t, want) ||
			!sameScores(runOf(t, got, "cosine"), runOf(t, want, "cosine")) {
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

// A program that is ended without a word has saved nothing at that moment: what it saved now and then before
// is enough to go on from.
func TestExperimentGoesOnFromWhatWasSavedOnTheWay(t *testing.T) {
	sp := only(small(t), "alone", "cosine")
	want := quick(t, sp, experiment.Options{})
	for _, steps := range []int{1, stepsOf + 1, 2*stepsOf + 2} {
		kept := memory{}
		synctest.Test(t, func(t *testing.T) { endedAfter(t, sp, steps, kept) })
		if len(kept) != 1+(steps-1)/stepsOf {
			t.Errorf("after %d steps there are %d checkpoints", steps, len(kept))
		}
		var first spec.Event
		got := quick(t, sp, experiment.Options{Store: kept, Events: func(e spec.Event) {
			if first.Step == 0 {
				first = e
			}
		}})
		if stripped(t, got) != stripped(t, want) {
			t.Errorf("ended after %d steps: the report differs", steps)
		}
		if want := steps%stepsOf + 1; first.Step != want {
			t.Errorf("ended after %d steps: it goes on with step %d, want %d", steps, first.Step, want)
		}
	}
}

// mortalStore saves nothing once the program has ended.
type mortalStore struct {
	memory
	ended bool
}

func (m *mortalStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	if m.ended {
		return nil
	}
	return m.memory.Save(c, write)
}

// endedAfter carries an experiment out, a step a second and saved every second, until it is ended without a
// word.
func endedAfter(t *testing.T, sp spec.Spec, steps int, kept memory) {
	t.Helper()
	store := &mortalStore{memory: kept}
	pass := after(steps)
	gate := func(ctx context.Context) error {
		err := pass(ctx)
		store.ended = err != nil
		time.Sleep(time.Second)
		return err
	}
	_, err := carryOut(context.Background(), sp, unlabelled(t), cpu.New(),
		experiment.Options{Store: store, SaveEvery: time.Second, Gate: gate})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// fullStore has no room for anything.
type fullStore struct {
	memory
	mu    sync.Mutex
	tries int
}

func (f *fullStore) Save(experiment.Checkpoint, func(io.Writer) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries++
	return errors.New("the disk is full")
}

// What cannot be saved ends the run, is said once, and leaves what was saved before.
func TestFailureToSaveOnTheWay(t *testing.T) {
	var store fullStore
	_, err := carryOut(context.Background(), only(small(t), "alone"), unlabelled(t), cpu.New(),
		experiment.Options{Store: &store, SaveEvery: time.Nanosecond})
	if err == nil || strings.Count(words.English().Error(err), "the disk is full") != 1 || store.tries != 1 {
		t.Errorf("after %d tries: %v", store.tries, err)
	}
}

// An experiment that is stopped and cannot be kept was not interrupted: nothing is there to go on from. It does
// not matter which of the training runs side by side says that first.
func TestFailureToSaveWhenStopped(t *testing.T) {
	sp := only(small(t), "alone", "cosine")
	sp.Seeds = []uint64{1, 2, 3}
	for range 5 {
		var store fullStore
		_, err := carryOut(context.Background(), sp, unlabelled(t), cpu.New(), experiment.Options{Store: &store,
			Gate: after(1), Workers: []experiment.Worker{experiment.Local(cpu.New()), experiment.Local(cpu.New())}})
		if err == nil || errors.Is(err, context.Canceled) || !strings.Contains(words.English().Error(err),
			"the disk is full") {
			t.Fatalf("error %v", err)
		}
	}
}

// The context may also end an experiment in the middle of a step, or of a validation.
func TestExperimentStoppedInsideAStepResumes(t *testing.T) {
	sp := only(small(t), "alone")
	count := &counting{context.Background(), math.MaxInt}
	want, err := carryOut(count, sp, unlabelled(t), cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	asked := math.MaxInt - count.left
	for i := range 7 {
		store := memory{}
		_, err := carryOut(&counting{context.Background(), i * asked / 7}, sp, unlabelled(t), cpu.New(),
			experiment.Options{Store: store})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if got := quick(t, sp, experiment.Options{Store: store}); stripped(t, got) != stripped(t, want) {
			t.Errorf("stopped after %d of 7 parts: the report differs", i)
		}
	}
}

func TestFinishedExperimentIsNotTrainedAgain(t *testing.T) {
	store := memory{}
	want := quick(t, small(t), experiment.Options{Store: store})
	before := maps.Clone(store)
	got := quick(t, small(t), experiment.Options{Store: store, Gate: after(0)})
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
	sp := only(small(t), "alone", "cosine")
	sp.Arms[0].Name, sp.Arms[1].Name = "teacher", "a/b"
	mse := sp.Arms[1]
	mse.Name, mse.Objective = "a_b", spec.Objective{Kind: spec.ObjectiveMSE, Weight: 1,
		Schedule: spec.WeightConstant}
	sp.Arms = append(sp.Arms, mse)
	store := memory{}
	want := quick(t, sp, experiment.Options{Store: store})
	if len(store) != 4 {
		t.Errorf("%d checkpoints, want 4", len(store))
	}
	for name := range store {
		if strings.ContainsAny(name, `/\: `) {
			t.Errorf("checkpoint %q", name)
		}
	}
	if got := quick(t, sp, experiment.Options{Store: store}); stripped(t, got) != stripped(t, want) {
		t.Error("resumed, the report differs")
	}
}
