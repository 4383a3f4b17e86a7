package experiment

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"cosinelab/engine/train"
)

// pool lends workers to training runs: as many runs at once as there are workers, the first in the order of
// the report first; where fewer runs are left, each gets several workers. Which run gets which workers
// depends on the time they take, but no result does (train.Shards). Its methods may be called from any
// goroutine; mu guards all but the channels.
type pool struct {
	mu      sync.Mutex
	free    []*worker
	alive   int
	running int // runs that have workers
	waiting []claim
	ended   chan struct{} // closed when no run may start or continue
	why     error
}

// worker is one of a pool. The one without a Worker is this one: its share is computed on the trainer's own
// device.
type worker struct {
	Worker
	dead bool
}

// claim is a place in the queue for workers. got has room for one message, so that lend never waits for the
// run.
type claim struct {
	order int
	got   chan []*worker
}

// newPool returns a pool of this worker and those beside it.
func newPool(beside []Worker) *pool {
	p := &pool{free: []*worker{{}}, alive: 1 + len(beside), ended: make(chan struct{})}
	for _, w := range beside {
		p.free = append(p.free, &worker{Worker: w})
	}
	return p
}

// queue puts runs into the queue, those of a lower order before others. They get nothing before somebody
// waits or gives back: then every run that can start has its place.
func (p *pool) queue(orders ...int) []claim {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := make([]claim, len(orders))
	for i, order := range orders {
		mine[i] = claim{order, make(chan []*worker, 1)}
		at, _ := slices.BinarySearchFunc(p.waiting, order,
			func(w claim, order int) int { return cmp.Compare(w.order, order) })
		p.waiting = slices.Insert(p.waiting, at, mine[i])
	}
	return mine
}

// wait returns the workers that a run gets, or why it gets none. A run that gets some must give them back.
func (p *pool) wait(ctx context.Context, mine claim) ([]*worker, error) {
	p.mu.Lock()
	p.lend()
	p.mu.Unlock()
	if err := p.over(); err != nil {
		return nil, err
	}
	select {
	case workers := <-mine.got:
		return workers, p.over()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.ended:
		return nil, p.why
	}
}

// give takes back the workers of a run that is over, and lends them on; dead ones leave the pool.
func (p *pool) give(workers []*worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range workers {
		if w.dead {
			p.alive--
		} else {
			p.free = append(p.free, w)
		}
	}
	p.running--
	p.lend()
}

// lend gives free workers to the runs that wait, each an equal share of those alive but at least one. Callers
// hold mu.
func (p *pool) lend() {
	for len(p.free) > 0 && len(p.waiting) > 0 {
		n := min(len(p.free), max(1, p.alive/(p.running+len(p.waiting))))
		p.waiting[0].got <- slices.Clone(p.free[:n])
		p.free, p.waiting = p.free[n:], p.waiting[1:]
		p.running++
	}
}

// end stops the runs under way at their next step, and those that wait at once. Only the first reason counts:
// what others fail by follows from it.
func (p *pool) end(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.why == nil {
		p.why = why
		close(p.ended)
	}
}

// over says why no run may start or continue; nil if it may.
func (p *pool) over() error {
	select {
	case <-p.ended:
		return p.why
	default:
		return nil
	}
}

// share has a trainer yield, and gives it the workers it was lent. One that cannot join, or dies on the way,
// is reported to lost. A trainer that was not lent this worker is away: it only hands work out, for this one
// computes another run.
func (r *run) share(ctx context.Context, t *train.Trainer, workers []*worker, task Task) {
	var joined []train.Worker
	away := true
	for _, w := range workers {
		if w.Worker == nil {
			away = false
			continue
		}
		there, err := w.Join(ctx, task)
		if err != nil {
			w.dead = true
			if ctx.Err() == nil { // a stop is no news of a worker
				r.lost(err)
			}
			continue
		}
		joined = append(joined, watched{there, w})
	}
	t.Share(joined, away, r.lost)
	t.Yield(r.o.Yield)
}

// watched is a worker whose death is noted, so that the pool does not lend it again.
type watched struct {
	train.Worker
	of *worker
}

func (w watched) Gradients(ctx context.Context, work train.Work) ([]train.Gradient, error) {
	out, err := w.Worker.Gradients(ctx, work)
	w.note(ctx, err)
	return out, err
}

func (w watched) Forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	out, err := w.Worker.Forward(ctx, p)
	w.note(ctx, err)
	return out, err
}

// note takes an error for a death, unless it tells of a stop or of the numbers.
func (w watched) note(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil && !train.NotFinite(err) {
		w.of.dead = true
	}
}

// lost reports a dead worker; the lock keeps it from overlapping with Events.
func (r *run) lost(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.o.Lost != nil {
		r.o.Lost(err)
	}
}
