package train

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"cosinelab/datasets"
	"cosinelab/engine/plan"
)

// Shards is the number of parts that every batch is cut into, hence of workers that can share one
// (models/README.md, section 9.4). Gradients are added up within a part, then part after part, so that the
// sum has the same bits however many workers share the parts. Another number gives other bits.
const Shards = 4

// Work is a share of a batch for a worker elsewhere: everything that it needs beside the problem itself. It
// is good until the worker answers.
type Work struct {
	Params  []float32 `json:"-"`      // all parameters, one after the other
	Windows []float32 `json:"-"`      // [windows, L, C]; then those beside them, if the problem has Others
	Shards  []int     `json:"shards"` // how many of the windows each of its shards has
	Share   float64   `json:"share"`  // weight of a micro-batch in the batch
	Lambda  float64   `json:"lambda"` // weight of the distillation term
	Draws   Draws     `json:"draws"`  // of noise, if the problem has any
	First   int       `json:"first"`  // the first micro-batch's position in the batch
}

// Gradient is what one shard adds to the gradient of a batch, with its losses. The values are weighted by
// Work.Share, the losses are not.
type Gradient struct {
	Values  []float32 // of all trainable parameters, one after the other
	Micro   int       // micro-batches
	Monitor float64   // sum over micro-batches, as Parts
	Parts   []float64
}

// kept is memory that stays from step to step: collecting garbage and clearing new memory would take longer
// than the messages between workers do. Each field is good until the next call that fills it.
type kept struct {
	params    []float32
	windows   [][]float32       // for each worker
	gradients [Shards][]float32 // of the shards that were answered
	results   [][]float32       // of a pass, here or answered
	zeros     []float32
}

// sized is x with n values, in new memory if x has too little; what the values are is unknown.
func sized(x []float32, n int) []float32 { return slices.Grow(x[:0], n)[:n] }

// Worker computes for a trainer elsewhere. What it returns is good until it is asked again, for either. It is
// asked from goroutines of the trainer, but for one thing at a time.
type Worker interface {
	Gradients(context.Context, Work) ([]Gradient, error) // one for each of Work.Shards
	Forward(context.Context, Pass) ([][]float32, error)
}

// Worker computes for trainers of the same problem elsewhere, whatever parameters this one has.
func (t *Trainer) Worker() Worker { return answering{t} }

// answering is a trainer that computes for others. Its parameters are those of the last request, and its
// progress stays where it is.
type answering struct{ *Trainer }

// Share gives parts of every batch and of everything that is scored to other workers, in equal shares; this
// worker takes the first, unless it is away. A worker that fails is dropped and reported to lost, which may
// be nil, and its parts are computed here: nothing is lost. It must not be called during a step.
func (t *Trainer) Share(workers []Worker, away bool, lost func(error)) {
	t.workers, t.away, t.lost = workers, away, lost
}

// share is the parts lo, lo+1, ... hi-1.
type share struct{ lo, hi int }

// computing is the number of workers that compute: without others, an absent one must compute after all.
func (t *Trainer) computing() int {
	if t.away && len(t.workers) > 0 {
		return len(t.workers)
	}
	return len(t.workers) + 1
}

// shares gives each other worker its share of n parts, which may be none. This one has those before the first
// share.
func (t *Trainer) shares(n int) []share {
	all := t.computing()
	first := all - len(t.workers)
	out := make([]share, len(t.workers))
	for i := range out {
		out[i] = share{(i + first) * n / all, (i + first + 1) * n / all}
	}
	return out
}

// together calls do for each of n parts, in order: for this worker's own while the others compute theirs,
// then for theirs. What ask returns has a worker compute its share, on a goroutine of its own; ask itself
// runs here. do finds parts that a worker did not answer as if none had been asked, and computes them. No
// goroutine outlives the call.
func (t *Trainer) together(ctx context.Context, n int, ask func(worker int, s share) func() error,
	do func(part int) error) error {
	theirs := t.shares(n)
	failed := make([]error, len(t.workers))
	var waiting sync.WaitGroup
	for i, s := range theirs {
		if s.lo == s.hi {
			continue
		}
		request := ask(i, s)
		waiting.Go(func() { failed[i] = request() })
	}
	own := n
	if len(theirs) > 0 {
		own = theirs[0].lo
		runtime.Gosched() // let every request leave before this worker computes
	}
	// If this fails, the others are still waited for: they read memory that the next call overwrites.
	err := each(0, own, do)
	waiting.Wait()
	if err == nil {
		err = t.settle(ctx, failed)
	}
	if err != nil {
		return err
	}
	return each(own, n, do)
}

// each calls do for the numbers from lo to hi, up to the first error.
func each(lo, hi int, do func(int) error) error {
	for i := lo; i < hi; i++ {
		if err := do(i); err != nil {
			return err
		}
	}
	return nil
}

// settle drops workers that failed. A worker whose numbers were not finite stays: this one computes its parts
// and finds the same, so that the error has the words of a run without workers. A stop is no failure.
func (t *Trainer) settle(ctx context.Context, failed []error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var left []Worker
	for i, err := range failed {
		if err == nil || NotFinite(err) {
			left = append(left, t.workers[i])
		} else if t.lost != nil {
			t.lost(err)
		}
	}
	t.workers = left
	return nil
}

// cut returns the bounds of the shards in a batch of n micro-batches: shard i has those from bounds[i] to
// bounds[i+1].
func cut(n int) []int {
	bounds := make([]int, Shards+1)
	for i := range bounds {
		bounds[i] = i * n / Shards
	}
	return bounds
}

// batchGradient leaves the gradient of a batch in the totals and returns its losses. The batch is whole
// micro-batches, weight is the share of one in it. After an error the totals hold a part.
func (t *Trainer) batchGradient(ctx context.Context, w datasets.Windows, batch lot, weight,
	lambda float64) (sums, error) {
	t.draws.Step, t.draws.Epoch = t.at.Adam, t.at.Epoch
	if err := t.write(t.share, weight); err != nil {
		return sums{}, err
	}
	if err := t.writeWeight(lambda); err != nil {
		return sums{}, err
	}
	bounds := cut(len(batch.at) / t.micro)
	params, err := t.sharedParams()
	if err != nil {
		return sums{}, err
	}
	var given [Shards]*Gradient
	var losses [Shards]measured
	err = t.together(ctx, Shards, func(worker int, s share) func() error {
		work := t.workOf(worker, params, w, batch, bounds[s.lo:s.hi+1], weight, lambda)
		return func() error { return t.askGradients(ctx, t.workers[worker], work, given[s.lo:s.hi]) }
	}, func(i int) error {
		if g := given[i]; g != nil {
			losses[i] = func() (sums, error) { return sums{Micro: g.Micro, Monitor: g.Monitor, Parts: g.Parts}, nil }
			return t.addGiven(g)
		}
		var err error
		losses[i], err = t.addShard(ctx, w, batch, bounds, i)
		return err
	})
	if err != nil {
		return sums{}, err
	}
	return t.total(losses[:])
}

// total waits for losses, one after the other, and adds them up.
func (t *compiled) total(losses []measured) (all sums, err error) {
	all.Parts = make([]float64, len(t.problem.Parts))
	for _, wait := range losses {
		one, err := wait()
		if err != nil {
			return all, err
		}
		all.add(one)
	}
	return all, nil
}

// addShard computes a shard here, and adds it to the totals. The addition is short, and not interrupted.
func (t *Trainer) addShard(ctx context.Context, w datasets.Windows, batch lot, bounds []int, i int) (measured,
	error) {
	losses, err := t.shardGradient(ctx, w, batch.part(bounds[i]*t.micro, bounds[i+1]*t.micro), bounds[i])
	if err != nil {
		return nil, err
	}
	return losses, t.program.Run(context.WithoutCancel(ctx), procFold, t.yield)
}

// addGiven adds the gradient of a shard that another worker computed to the totals, through the accumulators:
// the additions are those of a shard computed here.
func (t *Trainer) addGiven(g *Gradient) error {
	at := 0
	for _, w := range t.weights {
		if !w.trainable {
			continue
		}
		n := w.shape.Len()
		if err := t.program.Write(w.accum, g.Values[at:at+n]); err != nil {
			return err
		}
		at += n
	}
	return t.program.Run(context.Background(), procFold, t.yield)
}

// shardGradient leaves the gradient of one shard in the accumulators. Its first micro-batch has this number
// in the batch, by which noise is drawn.
func (t *Trainer) shardGradient(ctx context.Context, w datasets.Windows, shard lot, first int) (measured, error) {
	var parts []measured
	for i, micro := range shard.chunks(t.micro) {
		losses, err := t.gradient(ctx, w, micro, first+i)
		if err != nil {
			return nil, err
		}
		parts = append(parts, losses)
	}
	return func() (sums, error) { return t.total(parts) }, nil
}

// workOf is the request to a worker for the shards between bounds, which count micro-batches.
func (t *Trainer) workOf(worker int, params []float32, w datasets.Windows, batch lot, bounds []int, weight,
	lambda float64) Work {
	out := Work{Params: params, Share: weight, Lambda: lambda, Draws: t.draws, First: bounds[0]}
	for i := range len(bounds) - 1 {
		out.Shards = append(out.Shards, (bounds[i+1]-bounds[i])*t.micro)
	}
	out.Windows = t.windowsFor(worker, w, batch.part(bounds[0]*t.micro, bounds[len(bounds)-1]*t.micro).all())
	return out
}

// windowsFor copies the windows of these positions for a worker, into memory that is good until its next
// request.
func (t *Trainer) windowsFor(worker int, w datasets.Windows, at []int) []float32 {
	for worker >= len(t.kept.windows) {
		t.kept.windows = append(t.kept.windows, nil)
	}
	size := w.Size()
	out := sized(t.kept.windows[worker], size*len(at))
	t.kept.windows[worker] = out
	for i, k := range at {
		w.Copy(k, out[i*size:(i+1)*size])
	}
	return out
}

// askGradients has a worker compute gradients. Their sizes are checked: what is of another problem would end
// the run, or lie beside what is computed here, instead of ending the worker.
func (t *Trainer) askGradients(ctx context.Context, w Worker, work Work, results []*Gradient) error {
	answer, err := w.Gradients(ctx, work)
	if err != nil {
		return err
	}
	if len(answer) != len(results) {
		return fmt.Errorf("%d gradients, want %d", len(answer), len(results))
	}
	for i, g := range answer {
		if len(g.Values) != t.Parameters() || len(g.Parts) != len(t.problem.Parts) ||
			g.Micro*t.micro != work.Shards[i] {
			return errors.New("a worker's gradient is of another problem")
		}
	}
	for i := range answer {
		results[i] = &answer[i]
	}
	return nil
}

// takeGradient reads the accumulators as the gradient of a shard, and clears them, as the fold does where the
// gradient stays.
func (t *Trainer) takeGradient(shard int, losses sums) (Gradient, error) {
	g := Gradient{Values: sized(t.kept.gradients[shard], t.Parameters()), Micro: losses.Micro,
		Monitor: losses.Monitor, Parts: losses.Parts}
	t.kept.gradients[shard] = g.Values
	at := 0
	for _, w := range t.weights {
		if !w.trainable {
			continue
		}
		n := w.shape.Len()
		if err := t.program.Read(w.accum, g.Values[at:at+n]); err != nil {
			return g, err
		}
		at += n
	}
	return g, t.clear(func(w weight) plan.Slot { return w.accum })
}

// sharedParams reads all parameters, one after the other in the order of weights, if there are workers to
// send them to.
func (t *Trainer) sharedParams() ([]float32, error) {
	if len(t.workers) == 0 {
		return nil, nil
	}
	n := 0
	for _, w := range t.weights {
		n += w.shape.Len()
	}
	out := sized(t.kept.params, n)
	t.kept.params = out
	at := 0
	for _, w := range t.weights {
		if err := t.program.Read(w.param, out[at:at+w.shape.Len()]); err != nil {
			return nil, err
		}
		at += w.shape.Len()
	}
	return out, nil
}

// Gradients computes the gradients that another worker asks for. They are good until the next call. What the
// request says of itself is checked. A shard that is interrupted leaves nothing in the accumulators.
func (t answering) Gradients(ctx context.Context, work Work) ([]Gradient, error) {
	if len(work.Shards) > Shards {
		return nil, fmt.Errorf("train: %d shards, want at most %d", len(work.Shards), Shards)
	}
	if err := t.setFlatParams(work.Params); err != nil {
		return nil, err
	}
	if err := errors.Join(t.write(t.share, work.Share), t.writeWeight(work.Lambda)); err != nil {
		return nil, err
	}
	t.draws = work.Draws
	w := t.given(work.Windows)
	batch := t.received(w, true)
	var out []Gradient
	first := 0
	for i, n := range work.Shards {
		if n < 0 || n%t.micro != 0 || n > len(batch.at)-first {
			return nil, fmt.Errorf("train: a shard of %d windows from %d of %d, want micro-batches of %d",
				n, first, len(batch.at), t.micro)
		}
		losses, err := t.shardGradient(ctx, w, batch.part(first, first+n), work.First+first/t.micro)
		var all sums
		if err == nil {
			all, err = losses()
		}
		if err != nil {
			return nil, errors.Join(err, t.clearGradients())
		}
		g, err := t.takeGradient(i, all)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
		first += n
	}
	return out, nil
}

// given treats values [windows, L, C] as windows that lie one behind the other.
func (t *compiled) given(values []float32) datasets.Windows {
	s := t.problem.Windows.Shape
	series := datasets.Series{Values: values, Rows: len(values) / s[2], Channels: s[2]}
	return datasets.Tile(series, s[1])
}

// setFlatParams writes what sharedParams of a trainer of the same problem read.
func (t *compiled) setFlatParams(values []float32) error {
	at := 0
	for _, w := range t.weights {
		n := w.shape.Len()
		if at+n > len(values) {
			return errors.New("train: the parameters are of another problem")
		}
		if err := t.program.Write(w.param, values[at:at+n]); err != nil {
			return err
		}
		at += n
	}
	return nil
}
