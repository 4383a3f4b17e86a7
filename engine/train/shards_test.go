package train_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"cosinelab/engine/train"
)

// other is another worker, with a trainer of its own.
func other(t *testing.T, micro int) train.Worker {
	t.Helper()
	there := newTrainer(t, reconstruction(t, micro), 1,
		99) // other starting values: the request brings the right ones
	return there.Worker()
}

// shared trains with so many other workers and returns the trainer.
func shared(t *testing.T, workers int, away bool) *train.Trainer {
	t.Helper()
	tr := newTrainer(t, reconstruction(t, 1), 1, 3)
	var others []train.Worker
	for range workers {
		others = append(others, other(t, 1))
	}
	tr.Share(others, away, nil)
	if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), sharedOptions()); err != nil {
		t.Fatal(err)
	}
	return tr
}

// sharedOptions have batches that do not divide into shards evenly.
func sharedOptions() train.Options {
	o := options()
	o.Train.Batch = 5
	return o
}

func TestAnyNumberOfWorkersGivesTheSameBits(t *testing.T) {
	want := params(t, shared(t, 0, false))
	for _, c := range []struct {
		workers int
		away    bool
	}{{1, false}, {2, false}, {3, false}, {1, true}, {2, true}, {4, true}} {
		sameBits(t, fmt.Sprintf("%d others, away %v", c.workers, c.away),
			params(t, shared(t, c.workers, c.away)), want)
	}
}

// dying is a worker until die says otherwise.
type dying struct {
	train.Worker
	die func() bool
}

func (d dying) Gradients(ctx context.Context, w train.Work) ([]train.Gradient, error) {
	if d.die() {
		return nil, errors.New("the worker died")
	}
	return d.Worker.Gradients(ctx, w)
}

func TestALostWorkerLosesNothing(t *testing.T) {
	want := params(t, shared(t, 0, false))
	tr := newTrainer(t, reconstruction(t, 1), 1, 3)
	var calls, lost atomic.Int32
	mortal := dying{other(t, 1), func() bool { return calls.Add(1) > 2 }}
	tr.Share([]train.Worker{mortal}, false, func(error) { lost.Add(1) })
	if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), sharedOptions()); err != nil {
		t.Fatal(err)
	}
	if lost.Load() != 1 {
		t.Errorf("%d losses reported, want 1", lost.Load())
	}
	sameBits(t, "after a loss", params(t, tr), want)
}

func TestWorkOfAnotherProblemIsRefused(t *testing.T) {
	tr := newTrainer(t, reconstruction(t, 2), 1, 3)
	for _, w := range []train.Work{
		{Params: make([]float32, 3)},
		{Params: make([]float32, 10_000), Windows: make([]float32, window*channels), Shards: []int{2}},
		{Params: make([]float32, 10_000), Windows: make([]float32, 3*window*channels), Shards: []int{3}},
	} {
		if _, err := tr.Worker().Gradients(context.Background(), w); err == nil {
			t.Errorf("work with %d parameters and shards %v is accepted", len(w.Params), w.Shards)
		}
	}
}
