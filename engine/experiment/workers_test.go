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

// mortal is a worker in this process that works until die says otherwise; tasks go through JSON, as they do
// between workers.
type mortal struct {
	experiment.Worker
	die func() bool
}

// workers are so many, each with trainers of its own.
func workers(n int, die func() bool) []experiment.Worker {
	out := make([]experiment.Worker, n)
	for i := range out {
		out[i] = mortal{experiment.Local(cpu.New()), die}
	}
	return out
}

func (m mortal) Join(ctx context.Context, task experiment.Task) (train.Worker, error) {
	text, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	var there experiment.Task
	if err := json.Unmarshal(text, &there); err != nil {
		return nil, err
	}
	joined, err := m.Worker.Join(ctx, there)
	return mortalJoined{joined, m.die}, err
}

type mortalJoined struct {
	train.Worker
	die func() bool
}

var errMemory = errors.New("out of memory")

func (m mortalJoined) Gradients(ctx context.Context, w train.Work) ([]train.Gradient, error) {
	if m.die() {
		return nil, errMemory
	}
	return m.Worker.Gradients(ctx, w)
}

func (m mortalJoined) Forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	if m.die() {
		return nil, errMemory
	}
	return m.Worker.Forward(ctx, p)
}

// unwilling is a worker that never joins.
type unwilling struct{}

func (unwilling) Join(context.Context, experiment.Task) (train.Worker, error) {
	return nil, errors.New("no memory")
}

func TestAnyNumberOfWorkersGivesTheSameReport(t *testing.T) {
	s := small(t)
	s.Seeds = []uint64{1, 2}
	want := stripped(t, run(t, s, experiment.Options{}))
	for _, n := range []int{1, 3} {
		got := stripped(t, run(t, s, experiment.Options{Workers: workers(n, func() bool { return false })}))
		if got != want {
			t.Errorf("%d workers beside this one give another report", n)
		}
	}
}

func TestAWorkerThatDiesLosesNothing(t *testing.T) {
	s := small(t)
	want := stripped(t, run(t, s, experiment.Options{}))
	var asked, lost atomic.Int32
	others := workers(2, func() bool { return asked.Add(1) > 5 })
	got := stripped(t, run(t, s, experiment.Options{Workers: others, Lost: func(error) { lost.Add(1) }}))
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
	o := experiment.Options{Workers: []experiment.Worker{unwilling{}},
		Lost: func(err error) { once.Do(func() { told = err.Error() }) }}
	if got, want := stripped(t, run(t, s, o)), stripped(t, run(t, s, experiment.Options{})); got != want ||
		told != "no memory" {
		t.Errorf("told %q, or another report", told)
	}
}

func TestATaskOfNoArmIsRefused(t *testing.T) {
	if _, err := experiment.Local(cpu.New()).Join(context.Background(),
		experiment.Task{Spec: small(t), Channels: 3}); err == nil {
		t.Error("micro-batches without windows are accepted")
	}
	for _, arm := range []int{-2, 99} {
		if _, err := experiment.Local(cpu.New()).Join(context.Background(),
			experiment.Task{Spec: small(t), Arm: arm, Channels: 3, Micro: 1}); err == nil {
			t.Errorf("arm %d is accepted", arm)
		}
	}
}
