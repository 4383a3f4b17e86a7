package train_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/train"
)

// manyWindows are more than all workers take in one turn, and no multiple of any micro-batch.
func manyWindows() datasets.Windows { return datasets.Slide(waves(window+300), window, 1) }

// outputs are copies of what Forward yields, window after window.
func outputs(t *testing.T, tr *train.Trainer, w datasets.Windows) (out [][]float32) {
	t.Helper()
	err := tr.Forward(context.Background(), w, func(i int, o [][]float32) error {
		if i*len(o) != len(out) {
			t.Fatalf("window %d after %d outputs", i, len(out))
		}
		for _, x := range o {
			out = append(out, slices.Clone(x))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sharing is how work is shared: with so many workers, beside this worker or without it.
type sharing struct {
	workers int
	away    bool
}

var sharings = []sharing{{0, false}, {1, false}, {2, false}, {3, false}, {1, true}, {3, true}}

// share gives tr workers with trainers of their own, which start from another seed.
func (c sharing) share(t *testing.T, tr *train.Trainer, problem func() train.Problem) {
	t.Helper()
	var others []train.Worker
	for range c.workers {
		others = append(others, newTrainer(t, problem(), 1, 99).Worker())
	}
	tr.Share(others, c.away, func(err error) { t.Errorf("a worker is lost: %v", err) })
}

func TestScoresDoNotDependOnTheWorkers(t *testing.T) {
	for name, build := range map[string]func(testing.TB, int) train.Problem{"reconstruction": reconstruction,
		"noise": noisy} {
		for micro := 1; micro <= 3; micro++ {
			var want [][]float32
			for _, c := range sharings {
				problem := func() train.Problem { return build(t, micro) }
				tr := newTrainer(t, problem(), 1, 3)
				c.share(t, tr, problem)
				got := outputs(t, tr, manyWindows())
				if want == nil {
					want = got
				}
				if !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("%s, micro-batches of %d: %+v gives other outputs", name, micro, c)
				}
			}
		}
	}
}

func TestValidationDoesNotDependOnTheWorkers(t *testing.T) {
	for micro := 1; micro <= 3; micro++ {
		want := ""
		for _, c := range sharings {
			tr := newTrainer(t, reconstruction(t, micro), 1, 3)
			c.share(t, tr, func() train.Problem { return reconstruction(t, micro) })
			r, err := tr.Fit(context.Background(), fitWindows(), manyWindows(), sharedOptions())
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(losses(r))
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("micro-batches of %d: %+v has losses %s, want %s", micro, c, got, want)
			}
		}
	}
}

// forwarding is a worker that answers passes in its own way.
type forwarding struct {
	train.Worker
	forward func(context.Context, train.Pass) ([][]float32, error)
}

func (f forwarding) Forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	return f.forward(ctx, p)
}

func TestAWorkerLostWhileScoringLosesNothing(t *testing.T) {
	tr := newTrainer(t, reconstruction(t, 2), 1, 3)
	want := outputs(t, tr, manyWindows())
	healthy := other(t, 2)
	for name, broken := range map[string]func([][]float32, error) ([][]float32, error){
		"dead": func([][]float32, error) ([][]float32, error) {
			return nil,
				errors.New("the worker died")
		},
		"no words": func(x [][]float32, _ error) ([][]float32, error) { return x[:0], nil },
		"short":    func(x [][]float32, _ error) ([][]float32, error) { return [][]float32{x[0][1:]}, nil },
	} {
		calls, lost := 0, 0
		breaks := forwarding{healthy, func(ctx context.Context, p train.Pass) ([][]float32, error) {
			if calls++; calls > 1 {
				return broken(healthy.Forward(ctx, p))
			}
			return healthy.Forward(ctx, p)
		}}
		tr.Share([]train.Worker{breaks}, true, func(error) { lost++ })
		if got := outputs(t, tr, manyWindows()); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: other outputs", name)
		}
		if calls != 2 || lost != 1 {
			t.Errorf("%s: %d calls with %d losses, want one loss at the second", name, calls, lost)
		}
	}
}

func TestTheEndOfTheContextIsNoLostWorker(t *testing.T) {
	tr := newTrainer(t, reconstruction(t, 1), 1, 3)
	ctx, cancel := context.WithCancel(context.Background())
	tr.Share([]train.Worker{forwarding{nil, func(ctx context.Context, _ train.Pass) ([][]float32, error) {
		cancel()
		return nil, ctx.Err()
	}}}, true, func(err error) { t.Errorf("lost: %v", err) })
	err := tr.Forward(ctx, manyWindows(), func(int, [][]float32) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestAPassOfAnotherProblemIsRefused(t *testing.T) {
	w := other(t, 2)
	one := make([]float32, window*channels)
	for _, pass := range []train.Pass{
		{},
		{At: []int{0}, Windows: one},
		{At: []int{0}, Windows: one[1:], Params: make([]float32, 10_000)},
		{At: []int{0, 1}, Windows: one, Params: make([]float32, 10_000)},
		{Windows: one, Params: make([]float32, 10_000)},
	} {
		if _, err := w.Forward(context.Background(), pass); err == nil {
			t.Errorf("a pass of %d positions, %d values and %d parameters is accepted", len(pass.At),
				len(pass.Windows), len(pass.Params))
		}
	}
}
