package experiment_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/train"
)

// hands are workers in this process, each with trainers of its own; tasks go through JSON, as they do between workers.
func hands(t *testing.T, n int, die func() bool) []experiment.Hand {
	t.Helper()
	out := make([]experiment.Hand, n)
	for i := range out {
		worker := experiment.Local(cpu.New())
		out[i].Join = func(ctx context.Context, task experiment.Task) (train.Peer, error) {
			text, err := json.Marshal(task)
			if err != nil {
				return train.Peer{}, err
			}
			var there experiment.Task
			if err := json.Unmarshal(text, &there); err != nil {
				return train.Peer{}, err
			}
			p, err := worker.Join(ctx, there)
			return train.Peer{Gradients: mortal(p.Gradients, die), Forward: mortal(p.Forward, die)}, err
		}
	}
	return out
}

// mortal is f until die says otherwise.
func mortal[Q, A any](f func(context.Context, Q) (A, error), die func() bool) func(context.Context, Q) (A, error) {
	return func(ctx context.Context, q Q) (A, error) {
		if die() {
			var none A
			return none, errors.New("out of memory")
		}
		return f(ctx, q)
	}
}

func TestAnyCrewGivesTheSameReport(t *testing.T) {
	s := small(t)
	s.Seeds = []uint64{1, 2}
	want := stripped(t, run(t, s, experiment.Options{}))
	for _, n := range []int{1, 3} {
		got := stripped(t, run(t, s, experiment.Options{Crew: hands(t, n, func() bool { return false })}))
		if got != want {
			t.Errorf("%d workers beside this one give another report", n)
		}
	}
}

func TestAWorkerThatDiesLosesNothing(t *testing.T) {
	s := small(t)
	want := stripped(t, run(t, s, experiment.Options{}))
	var asked, lost atomic.Int32
	crew := hands(t, 2, func() bool { return asked.Add(1) > 5 })
	got := stripped(t, run(t, s, experiment.Options{Crew: crew, Lost: func(error) { lost.Add(1) }}))
	if got != want {
		t.Error("a report changed because workers died")
	}
	if lost.Load() != 2 {
		t.Errorf("%d losses reported, want 2", lost.Load())
	}
}

func TestAWorkerThatCannotJoinIsLeftOut(t *testing.T) {
	s := small(t)
	var once sync.Once
	told := ""
	o := experiment.Options{Crew: []experiment.Hand{{Join: func(context.Context, experiment.Task) (train.Peer, error) {
		return train.Peer{}, errors.New("no memory")
	}}},
		Lost: func(err error) { once.Do(func() { told = err.Error() }) }}
	if got, want := stripped(t, run(t, s, o)), stripped(t, run(t, s, experiment.Options{})); got != want || told != "no memory" {
		t.Errorf("told %q, or another report", told)
	}
}

func TestATaskOfNoArmIsRefused(t *testing.T) {
	if _, err := experiment.Local(cpu.New()).Join(context.Background(), experiment.Task{Spec: small(t), Channels: 3}); err == nil {
		t.Error("micro-batches without windows are accepted")
	}
	for _, arm := range []int{-2, 99} {
		if _, err := experiment.Local(cpu.New()).Join(context.Background(), experiment.Task{Spec: small(t), Arm: arm, Channels: 3, Micro: 1}); err == nil {
			t.Errorf("arm %d is accepted", arm)
		}
	}
}
