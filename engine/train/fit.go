package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// Options says how Fit trains. Everything but the functions at the end is part of what makes a run
// reproducible. Those are called on the goroutine of Fit, between two steps.
type Options struct {
	Train   spec.Train
	Epochs  int                         // instead of Train.Epochs: a teacher has its own
	Lambda  func(epoch int) float64     // weight of distillation by epoch, from 1; nil = none
	Seed    uint64                      // of the order of windows
	Gate    func(context.Context) error // called before every step; it may wait, its error ends Fit
	OnStep  func(StepInfo)              // called after every step
	OnEpoch func(spec.Epoch)            // called when an epoch has been validated
	// Look is called with the parameters of each epoch before it ends, nil = not at all: what it measures is
	// noted with the epoch, and decides nothing.
	Look func(context.Context) ([]spec.Measure, error)
}

// StepInfo is what is known after a step of the optimiser, which is one batch.
type StepInfo struct {
	Epoch, Step, Steps int         // Step counts from 1 over all epochs; Steps if nothing stops early
	Losses             []spec.Part // of this step
	GradNorm           float64     // before clipping
	Seconds            float64     // of this step
}

// Result is how a training run ended, or where it was ended.
type Result struct {
	Epochs []spec.Epoch // finished ones, those before a Restore included
	Best   int          // the epoch whose parameters were kept, from 1
	StepMs float64      // median of the steps of this call
}

// Batches is the number of steps in an epoch over n windows: the whole batches, then what is left over if it
// fills a micro-batch (models/README.md, section 9.4). Fewer windows than that do not fit the graph, whose
// shapes are fixed.
func Batches(n, batch, micro int) int {
	whole := n / batch
	if n%batch >= micro {
		whole++
	}
	return whole
}

// fit is one call of Fit. What outlives the call, and is saved, is the trainer's progress.
type fit struct {
	*Trainer
	Options
	train, valid datasets.Windows
	batches      int // in an epoch
	stepMs       []float64
}

// Fit trains until the epochs are over or the validation loss has not improved for Train.Patience epochs,
// then puts back the parameters of the best epoch. Without validation windows the training loss decides. It
// goes on where Restore left off. If the context or the gate ends it, the trainer stands between two steps,
// and Save keeps all that is needed to go on; the parameters are then the latest, not the best.
func (t *Trainer) Fit(ctx context.Context, train, valid datasets.Windows, o Options) (Result, error) {
	f := fit{Trainer: t, Options: o, train: train, valid: valid}
	if err := f.check(); err != nil {
		return Result{}, fmt.Errorf("train: %w", err)
	}
	f.batches = Batches(train.Len(), o.Train.Batch, t.micro)
	var err error
	for err == nil && !t.at.Ended {
		err = f.epoch(ctx)
	}
	if err == nil {
		err = t.restoreBest()
	}
	return Result{Epochs: t.at.History, Best: t.at.BestEpoch, StepMs: median(f.stepMs)}, err
}

// check says what of the call does not fit the problem.
func (f *fit) check() error {
	if f.Epochs < 1 {
		return fmt.Errorf("%d epochs, want at least 1", f.Epochs)
	}
	if err := f.fits(f.train); err != nil {
		return err
	}
	if n := min(f.Train.Batch, f.train.Len()); n < f.micro {
		return fmt.Errorf("batches of %d windows, want at least a micro-batch of %d", n, f.micro)
	}
	if f.valid.Len() == 0 {
		return nil
	}
	if f.valid.Len() < f.micro {
		return fmt.Errorf("%d validation windows, want none or at least a micro-batch of %d", f.valid.Len(),
			f.micro)
	}
	return f.fits(f.valid)
}

// epoch trains the rest of the current epoch and closes it.
func (f *fit) epoch(ctx context.Context) error {
	p := &f.at
	rate, err := Rate(f.Train, p.Epoch, f.Epochs)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	lambda := 0.0
	if f.Lambda != nil {
		lambda = f.Lambda(p.Epoch)
	}
	// Drawn from seed and epoch alone: a run that resumes within an epoch finds the same order.
	order := rand.New(rand.NewPCG(f.Seed, uint64(p.Epoch))).Perm(f.train.Len())
	for p.Batch < f.batches {
		if f.Gate != nil {
			if err := f.Gate(ctx); err != nil {
				return err
			}
		}
		from := p.Batch * f.Train.Batch
		if err := f.step(ctx, order[from:min(from+f.Train.Batch, len(order))], rate, lambda); err != nil {
			return fault.New("train-step", p.Adam+1, err)
		}
	}
	return f.closeEpoch(ctx, rate, lambda)
}

// step trains on one batch, adds what it measured to the sums of the epoch, and reports it.
func (f *fit) step(ctx context.Context, batch []int, rate, lambda float64) error {
	start := time.Now()
	losses, norm, err := f.Trainer.step(ctx, f.train, batch, rate, lambda)
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	f.stepMs = append(f.stepMs, 1000*seconds)
	p := &f.at
	p.Batch++
	p.Sums.add(losses)
	p.Sums.Norm += norm
	p.Sums.Seconds += seconds
	if f.OnStep != nil {
		f.OnStep(StepInfo{Epoch: p.Epoch, Step: (p.Epoch-1)*f.batches + p.Batch, Steps: f.Epochs * f.batches,
			Losses: f.named(losses), GradNorm: norm, Seconds: seconds})
	}
	return nil
}

// closeEpoch measures the validation loss, notes the epoch, and decides whether it is the best, or the last.
// Should validation be interrupted, nothing has changed: Batch still says that all steps are done, so that a
// resumed run comes straight back here.
func (f *fit) closeEpoch(ctx context.Context, rate, lambda float64) error {
	p := &f.at
	e := spec.Epoch{Epoch: p.Epoch, Steps: p.Adam, Rate: rate, Weight: lambda, Losses: f.named(p.Sums),
		GradNorm: p.Sums.Norm / float64(f.batches), Seconds: p.Sums.Seconds}
	monitor := p.Sums.mean(p.Sums.Monitor)
	if f.valid.Len() > 0 {
		v, err := f.evaluate(ctx, f.valid, lambda)
		if err != nil {
			return fault.New("train-validation", p.Epoch, err)
		}
		e.Validation, monitor = f.named(v), v.mean(v.Monitor)
	}
	if f.Look != nil {
		var err error
		if e.Test, err = f.Look(ctx); err != nil {
			return err
		}
	}
	// Strictly: of equal epochs, the first is the best.
	if p.BestEpoch == 0 || monitor < p.Best {
		if err := f.keepBest(); err != nil {
			return err
		}
		p.Best, p.BestEpoch = monitor, p.Epoch
	}
	p.History = append(p.History, e)
	p.Ended = p.Epoch >= f.Epochs || f.Train.Patience > 0 && p.Epoch-p.BestEpoch >= f.Train.Patience
	p.Epoch, p.Batch, p.Sums = p.Epoch+1, 0, sums{}
	if f.OnEpoch != nil {
		f.OnEpoch(e)
	}
	return nil
}

// median is 0 without values.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	xs = slices.Sorted(slices.Values(xs))
	return (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
}
