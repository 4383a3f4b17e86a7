package train_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"cosinelab/engine/train"
)

// peer answers with a trainer of its own, as another worker would.
func peer(t *testing.T, micro int) train.Peer {
	t.Helper()
	there := newTrainer(t, reconstruction(t, micro), 1, 99) // other starting values: the request brings the right ones
	return there.Peer()
}

// shared trains with so many peers and returns the trainer.
func shared(t *testing.T, peers int, away bool) *train.Trainer {
	t.Helper()
	tr := newTrainer(t, reconstruction(t, 1), 1, 3)
	var ps []train.Peer
	for range peers {
		ps = append(ps, peer(t, 1))
	}
	tr.Share(ps, away, nil)
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
		peers int
		away  bool
	}{{1, false}, {2, false}, {3, false}, {1, true}, {2, true}, {4, true}} {
		sameBits(t, fmt.Sprintf("%d peers, away %v", c.peers, c.away), params(t, shared(t, c.peers, c.away)), want)
	}
}

func TestALostPeerLosesNothing(t *testing.T) {
	want := params(t, shared(t, 0, false))
	tr := newTrainer(t, reconstruction(t, 1), 1, 3)
	healthy := peer(t, 1)
	var calls, lost atomic.Int32
	dying := train.Peer{Forward: healthy.Forward, Gradients: func(ctx context.Context, w train.Work) ([]train.Gradient, error) {
		if calls.Add(1) > 2 {
			return nil, errors.New("the worker died")
		}
		return healthy.Gradients(ctx, w)
	}}
	tr.Share([]train.Peer{dying}, false, func(error) { lost.Add(1) })
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
		if _, err := tr.Peer().Gradients(context.Background(), w); err == nil {
			t.Errorf("work with %d parameters and shards %v is accepted", len(w.Params), w.Shards)
		}
	}
}
