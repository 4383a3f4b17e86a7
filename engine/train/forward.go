package train

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cosinelab/datasets"
	"cosinelab/engine/plan"
)

// Pass is a run of windows that a worker elsewhere computes without gradients: everything that it needs
// beside the problem itself. It is good until the worker answers. The answer has a slice for each result.
// With Losses these are the monitored loss and those of Parts and Checks, one value for each micro-batch;
// without, they are Problem.Outputs, those of all windows one behind the other. Where the last micro-batch
// has too few windows, its answer is as long as that of the others.
type Pass struct {
	Params  []float32 `json:"-"` // all parameters, one after the other
	Windows []float32 `json:"-"` // [windows, L, C]; for losses then those beside them, if there are Others
	At      []int     `json:"at"`
	Losses  bool      `json:"losses,omitempty"`
	Lambda  float64   `json:"lambda,omitempty"` // weight of the distillation term
	Seed    uint64    `json:"seed,string"`      // of noise, which depends on a window's position, in At
}

// atOnce bounds the windows that a worker is asked for in one message, and with them the size of its answer.
const atOnce = 32

// evaluate sums the losses over the micro-batches of w, in order, so that the sum has the same bits whoever
// computes them. If the last micro-batch is not full, windows before it count twice (whole).
func (t *Trainer) evaluate(ctx context.Context, w datasets.Windows, lambda float64) (total sums, err error) {
	all := t.whole(t.lotOf(count(0, w.Len())))
	values := make([]float32, len(t.reported))
	err = t.pass(ctx, w, all, Pass{Losses: true, Lambda: lambda}, func(_ []int, results [][]float32) error {
		for i, x := range results {
			values[i] = x[0]
		}
		one, err := t.losses(values)
		if err == nil {
			total.add(one)
		}
		return err
	})
	return total, err
}

// Forward computes Problem.Outputs for every window of w, in order, whoever computes them. It calls got once
// a window with one slice for each output, [...] of that window, which is good until got returns. It ends
// with the first error of got, of a device, or of the context.
func (t *Trainer) Forward(ctx context.Context, w datasets.Windows,
	got func(window int, outputs [][]float32) error) error {
	return t.ForwardAt(ctx, w, count(0, w.Len()), got)
}

// ForwardAt is Forward for some of the windows, those of these numbers. It may be called between two steps of Fit.
func (t *Trainer) ForwardAt(ctx context.Context, w datasets.Windows, at []int,
	got func(window int, outputs [][]float32) error) error {
	if err := t.fits(w); err != nil {
		return fmt.Errorf("train: forward: %w", err)
	}
	one := make([][]float32, len(t.outputs))
	return t.pass(ctx, w, lot{at: at}, Pass{}, func(at []int, results [][]float32) error {
		for i, k := range at {
			for j, x := range results {
				n := len(x) / t.micro
				one[j] = x[i*n : (i+1)*n]
			}
			if err := got(k, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// pass computes what p asks for of the windows of a lot, in turns of all workers, and calls got for
// each micro-batch in order. Turns keep workers from running far ahead of what got has taken, and bound what
// they hold.
func (t *Trainer) pass(ctx context.Context, w datasets.Windows, l lot, p Pass,
	got func(at []int, results [][]float32) error) error {
	p.Seed = t.draws.Seed
	if err := t.writeWeight(p.Lambda); err != nil {
		return err
	}
	var err error
	if p.Params, err = t.sharedParams(); err != nil {
		return err
	}
	parts := l.chunks(t.micro)
	for turn := range slices.Chunk(parts, t.computing()*max(1, atOnce/t.micro)) {
		if err := t.passTurn(ctx, w, turn, p, got); err != nil {
			return err
		}
	}
	return nil
}

// passTurn computes some micro-batches of a pass together with the other workers. Each of them answers into
// its own stretch of given.
func (t *Trainer) passTurn(ctx context.Context, w datasets.Windows, parts []lot, p Pass,
	got func(at []int, results [][]float32) error) error {
	given := make([][][]float32, len(parts))
	return t.together(ctx, len(parts), func(worker int, s share) func() error {
		theirs := p
		whole := join(parts[s.lo:s.hi])
		theirs.At = whole.at
		theirs.Windows = t.windowsFor(worker, w, whole.all())
		return func() error { return t.askPass(ctx, t.workers[worker], theirs, given[s.lo:s.hi]) }
	}, func(i int) error {
		results := given[i]
		if results == nil {
			t.sizeResults(p, 1)
			results = t.kept.results
			if err := t.forward(ctx, w, parts[i], parts[i].at, p, results); err != nil {
				return err
			}
		}
		return got(parts[i].at, results)
	})
}

// askPass has a worker compute a pass, and cuts its answer into micro-batches. The lengths are checked first:
// a worker may have been made for another problem.
func (t *Trainer) askPass(ctx context.Context, from Worker, p Pass, given [][][]float32) error {
	answer, err := from.Forward(ctx, p)
	if err != nil {
		return err
	}
	_, slots := t.resultsOf(p)
	if len(answer) != len(slots) {
		return fmt.Errorf("%d results, want %d", len(answer), len(slots))
	}
	for j, s := range slots {
		if n := len(given) * t.size(s); len(answer[j]) != n {
			return fmt.Errorf("%d values of %s, want %d", len(answer[j]), t.plan.Slots[s].Name, n)
		}
	}
	for i := range given {
		given[i] = t.part(p, answer, i)
	}
	return nil
}

// Forward computes what another worker asks for. The answer is good until the next call. The request's sizes
// are checked: it comes from elsewhere.
func (t answering) Forward(ctx context.Context, p Pass) ([][]float32, error) {
	w := t.given(p.Windows)
	all := t.received(w, p.Losses)
	if len(p.At) == 0 || len(all.at) != len(p.At) || w.Size()*w.Len() != len(p.Windows) {
		return nil, fmt.Errorf("train: %d values for a pass of %d windows, want %d each", len(p.Windows),
			len(p.At), w.Size())
	}
	if err := errors.Join(t.setFlatParams(p.Params), t.writeWeight(p.Lambda)); err != nil {
		return nil, err
	}
	t.draws.Seed = p.Seed
	parts := all.chunks(t.micro)
	t.sizeResults(p, len(parts))
	for i, l := range parts {
		if err := t.forward(ctx, w, l, p.At[l.at[0]:l.at[0]+len(l.at)], p,
			t.part(p, t.kept.results, i)); err != nil {
			return nil, err
		}
	}
	return t.kept.results, nil
}

// resultsOf is the procedure that computes a pass, with the slots of its results.
func (t *compiled) resultsOf(p Pass) (proc int, slots []plan.Slot) {
	if p.Losses {
		return procEvaluate, t.reported
	}
	return procForward, t.outputs
}

// size is the number of values of a result for one micro-batch, full or not.
func (t *compiled) size(s plan.Slot) int { return t.plan.Slots[s].Shape.Len() }

// sizeResults makes room in kept for the results of so many micro-batches.
func (t *compiled) sizeResults(p Pass, parts int) {
	_, slots := t.resultsOf(p)
	for len(t.kept.results) < len(slots) {
		t.kept.results = append(t.kept.results, nil)
	}
	t.kept.results = t.kept.results[:len(slots)]
	for i, s := range slots {
		t.kept.results[i] = sized(t.kept.results[i], parts*t.size(s))
	}
}

// part is the share of micro-batch i in all results, without a copy.
func (t *compiled) part(p Pass, results [][]float32, i int) [][]float32 {
	_, slots := t.resultsOf(p)
	out := make([][]float32, len(slots))
	for j, s := range slots {
		n := t.size(s)
		out[j] = results[j][i*n : (i+1)*n]
	}
	return out
}

// forward computes one micro-batch of a pass into results, with the noise of windows that are drawn as those
// positions. l may have fewer windows than a micro-batch: the last ones are then those of the call before,
// and what is computed of them is not looked at.
func (t *compiled) forward(ctx context.Context, w datasets.Windows, l lot, drawn []int, p Pass,
	results [][]float32) error {
	if err := errors.Join(t.load(w, l), t.drawScoring(drawn)); err != nil {
		return err
	}
	proc, slots := t.resultsOf(p)
	if err := t.program.Run(ctx, proc, t.yield); err != nil {
		return err
	}
	for i, s := range slots {
		if err := t.program.Read(s, results[i]); err != nil {
			return err
		}
	}
	return nil
}
