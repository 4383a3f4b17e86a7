package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
)

// Options says how Fit trains. Everything but Hooks is part of what makes a run reproducible.
type Options struct {
	Train   experiment.Train
	Epochs  int                         // instead of Train.Epochs: a teacher has its own
	Lambda  func(epoch int) float64     // weight of the distillation term by epoch, from 1; nil = there is none
	Seed    uint64                      // of the order of windows
	Gate    func(context.Context) error // called before every step; it may wait, its error ends the training
	OnStep  func(StepInfo)              // called after every step
	OnEpoch func(experiment.Epoch)      // called when an epoch has been validated
}

// StepInfo is what is known after a step.
type StepInfo struct {
	Epoch, Step, Steps int               // Step counts from 1 over all epochs; Steps if nothing stops early
	Losses             []experiment.Part // of this step
	GradNorm           float64           // before clipping
	Seconds            float64           // of this step
}

// progress is where a training stands; with the parameters and moments it is all that a resumed run needs.
type progress struct {
	Epoch     int                // being trained, from 1
	Batch     int                // next batch of it
	Adam      int                // steps of the optimiser so far
	Sums      sums               // over the steps of this epoch
	History   []experiment.Epoch // finished epochs
	Best      float64            // lowest monitored loss
	BestEpoch int                // which epoch had it; 0 = none yet
	Since     int                // epochs since then
	Ended     bool
}

// sums add up losses over micro-batches, and what each step measured.
type sums struct {
	Micro   int // micro-batches
	Monitor float64
	Parts   []float64
	Norm    float64
	Seconds float64
}

func (s sums) mean(sum float64) float64 { return sum / float64(max(s.Micro, 1)) }

func (s *sums) add(x sums) {
	s.Micro += x.Micro
	s.Monitor += x.Monitor
	if s.Parts == nil {
		s.Parts = make([]float64, len(x.Parts))
	}
	for i := range x.Parts {
		s.Parts[i] += x.Parts[i]
	}
}

// Result is how a training ended.
type Result struct {
	Epochs []experiment.Epoch
	Best   int     // the epoch whose parameters were kept, from 1
	StepMs float64 // median
}

// Fit trains until the epochs are over or the validation loss has not improved for Train.Patience epochs, then puts
// back the parameters of the best epoch. Without validation windows the training loss decides. It goes on where
// Restore left off. If the context or the gate ends it, State holds everything needed to go on.
func (t *Trainer) Fit(ctx context.Context, train, valid detect.Windows, o Options) (Result, error) {
	if err := t.check(train); err != nil {
		return Result{}, err
	}
	if min(o.Train.Batch, train.Len()) < t.micro {
		return Result{}, fmt.Errorf("train: %d windows, want at least a micro-batch of %d", min(o.Train.Batch, train.Len()), t.micro)
	}
	var times []float64
	for p := &t.at; !p.Ended; {
		if err := t.epoch(ctx, train, valid, o, &times); err != nil {
			return Result{Epochs: p.History, Best: p.BestEpoch, StepMs: median(times)}, err
		}
	}
	return Result{Epochs: t.at.History, Best: t.at.BestEpoch, StepMs: median(times)}, t.restoreBest()
}

// epoch trains the rest of the current epoch and closes it.
func (t *Trainer) epoch(ctx context.Context, train, valid detect.Windows, o Options, times *[]float64) error {
	p := &t.at
	rate, err := Rate(o.Train.Schedule, o.Train.Rate, p.Epoch, o.Epochs)
	if err != nil {
		return err
	}
	lambda := 0.0
	if o.Lambda != nil {
		lambda = o.Lambda(p.Epoch)
	}
	order := rand.New(rand.NewPCG(o.Seed, uint64(p.Epoch))).Perm(train.Len())
	batches := (len(order) + o.Train.Batch - 1) / o.Train.Batch
	if len(order)%o.Train.Batch > 0 && len(order)%o.Train.Batch < t.micro {
		batches--
	}
	for p.Batch < batches {
		if o.Gate != nil {
			if err := o.Gate(ctx); err != nil {
				return err
			}
		}
		at := order[p.Batch*o.Train.Batch : min((p.Batch+1)*o.Train.Batch, len(order))]
		info, err := t.timedStep(ctx, train, at, rate, lambda)
		if err != nil {
			return fmt.Errorf("train: step %d: %w", p.Adam+1, err)
		}
		*times = append(*times, info.Seconds*1000)
		p.Batch++
		info.Epoch, info.Step, info.Steps = p.Epoch, (p.Epoch-1)*batches+p.Batch, o.Epochs*batches
		if o.OnStep != nil {
			o.OnStep(info)
		}
	}
	return t.closeEpoch(ctx, valid, o, rate, lambda, batches)
}

// timedStep makes one step and adds what it measured to the sums of the epoch.
func (t *Trainer) timedStep(ctx context.Context, w detect.Windows, at []int, rate, lambda float64) (StepInfo, error) {
	start := time.Now()
	var step sums
	norm, err := t.Step(ctx, w, at, rate, lambda, &step)
	if err != nil {
		return StepInfo{}, err
	}
	seconds := time.Since(start).Seconds()
	t.at.Sums.add(step)
	t.at.Sums.Norm += norm
	t.at.Sums.Seconds += seconds
	return StepInfo{Losses: t.named(step), GradNorm: norm, Seconds: seconds}, nil
}

// closeEpoch measures the validation loss, notes the epoch, and decides whether it is the best, or the last.
func (t *Trainer) closeEpoch(ctx context.Context, valid detect.Windows, o Options, rate, lambda float64, batches int) error {
	p := &t.at
	e := experiment.Epoch{Epoch: p.Epoch, Steps: p.Adam, Rate: rate, Weight: lambda, Losses: t.named(p.Sums),
		GradNorm: p.Sums.Norm / float64(batches), Seconds: p.Sums.Seconds}
	monitor := p.Sums.mean(p.Sums.Monitor)
	if valid.Len() > 0 {
		v, err := t.evaluate(ctx, valid, lambda)
		if err != nil {
			return fmt.Errorf("train: validation after epoch %d: %w", p.Epoch, err)
		}
		e.Validation, monitor = t.named(v), v.mean(v.Monitor)
	}
	p.History = append(p.History, e)
	p.Since++
	if p.BestEpoch == 0 || monitor < p.Best {
		p.Best, p.BestEpoch, p.Since = monitor, p.Epoch, 0
		if err := t.keepBest(); err != nil {
			return err
		}
	}
	p.Ended = p.Epoch == o.Epochs || o.Train.Patience > 0 && p.Since >= o.Train.Patience
	p.Epoch, p.Batch, p.Sums = p.Epoch+1, 0, sums{}
	if o.OnEpoch != nil {
		o.OnEpoch(e)
	}
	return nil
}

// named turns sums into mean losses under their names.
func (t *Trainer) named(s sums) []experiment.Part {
	out := make([]experiment.Part, len(s.Parts))
	for i, x := range s.Parts {
		out[i] = experiment.Part{Name: t.plan.Slots[t.parts[i]].Name, Value: s.mean(x)}
	}
	return out
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	xs = slices.Sorted(slices.Values(xs))
	return (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
}
