package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"cosinelab/engine/backend"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Hand is a worker beside this one. It computes for one training at a time.
type Hand struct {
	// Join makes the worker ready for a task: it builds the same problem and answers as its Trainer.Peer.
	Join func(context.Context, Task) (train.Peer, error)
}

// Task is what a worker needs to know to build the problem of one training.
type Task struct {
	Spec     spec.Spec `json:"spec"`
	Arm      int       `json:"arm"` // position in Spec.Arms; -1 = the teacher
	Taught   bool      `json:"taught"`
	Channels int       `json:"channels"`
	Micro    int       `json:"micro"` // windows in a micro-batch
}

// Problem builds what the task trains.
func (task Task) Problem() (train.Problem, error) {
	if err := task.Spec.Validate(); err != nil {
		return train.Problem{}, err
	}
	if task.Micro < 1 || task.Channels < 1 {
		return train.Problem{}, fmt.Errorf("task: micro-batches of %d windows with %d channels", task.Micro, task.Channels)
	}
	if task.Arm < -1 || task.Arm >= len(task.Spec.Arms) {
		return train.Problem{}, fmt.Errorf("task: arm %d of %d", task.Arm, len(task.Spec.Arms))
	}
	r := &run{spec: task.Spec, data: &prepared{channels: task.Channels, micro: task.Micro}}
	if task.Arm < 0 {
		return r.teacherProblem()
	}
	return r.studentProblem(task.Spec.Arms[task.Arm], task.Taught)
}

// serve compiles the problem of a task; what it answers depends on the parameters in each request alone.
func serve(dev backend.Device, task Task) (*train.Trainer, error) {
	p, err := task.Problem()
	if err != nil {
		return nil, err
	}
	return train.New(dev, p, task.Spec.Train.Clip, 0)
}

// Local is a worker in this process, on a device of its own: it need not use many cores.
func Local(dev backend.Device) Hand {
	var last *train.Trainer
	return Hand{Join: func(_ context.Context, task Task) (train.Peer, error) {
		if last != nil {
			if err := last.Close(); err != nil {
				return train.Peer{}, err
			}
			last = nil
		}
		t, err := serve(dev, task)
		if err != nil {
			return train.Peer{}, err
		}
		last = t
		return t.Peer(), nil
	}}
}

// hand is a worker in the crew; join is nil for the one that everything else runs in.
type hand struct {
	join func(context.Context, Task) (train.Peer, error)
	dead bool
}

// crew lends workers to trainings: as many trainings at once as there are workers, the first in the order of the
// report first; where fewer trainings are left, each gets several workers.
type crew struct {
	mu      sync.Mutex
	free    []*hand
	hands   int // that are alive
	running int // trainings that have workers
	waiting []claim
	ended   chan struct{} // closed when no training may go on
	why     error
}

// claim is a place in the queue for workers.
type claim struct {
	order int
	got   chan []*hand
}

func newCrew(hands []Hand) *crew {
	c := &crew{free: []*hand{{}}, hands: 1 + len(hands), ended: make(chan struct{})}
	for _, h := range hands {
		c.free = append(c.free, &hand{join: h.Join})
	}
	return c
}

// queue puts trainings into the queue, those of a lower order before others. They get nothing before somebody waits
// or gives: then every training that can run has its place.
func (c *crew) queue(orders ...int) []claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	mine := make([]claim, len(orders))
	for i, order := range orders {
		mine[i] = claim{order, make(chan []*hand, 1)}
		at, _ := slices.BinarySearchFunc(c.waiting, order, func(w claim, order int) int { return cmp.Compare(w.order, order) })
		c.waiting = slices.Insert(c.waiting, at, mine[i])
	}
	return mine
}

// wait returns the workers that a training gets, or why it gets none.
func (c *crew) wait(ctx context.Context, mine claim) ([]*hand, error) {
	c.mu.Lock()
	c.lend()
	c.mu.Unlock()
	if err := c.over(); err != nil {
		return nil, err
	}
	select {
	case hands := <-mine.got:
		return hands, c.over()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.ended:
		return nil, c.why
	}
}

// give returns the workers of a training that is over; dead ones leave the crew.
func (c *crew) give(hands []*hand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range hands {
		if h.dead {
			c.hands--
		} else {
			c.free = append(c.free, h)
		}
	}
	c.running--
	c.lend()
}

// lend hands free workers to the trainings that wait.
func (c *crew) lend() {
	for len(c.free) > 0 && len(c.waiting) > 0 {
		n := min(len(c.free), max(1, c.hands/(c.running+len(c.waiting))))
		c.waiting[0].got <- slices.Clone(c.free[:n])
		c.free, c.waiting = c.free[n:], c.waiting[1:]
		c.running++
	}
}

// end stops the trainings that run at their next step, and those that wait at once.
func (c *crew) end(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = why
		close(c.ended)
	}
}

// over says why no training may go on; nil if it may.
func (c *crew) over() error {
	select {
	case <-c.ended:
		return c.why
	default:
		return nil
	}
}

// share gives a trainer the workers it was lent. One that cannot join, or dies on the way, is told to lost.
func (r *run) share(ctx context.Context, t *train.Trainer, hands []*hand, task Task) {
	var peers []train.Peer
	away := true
	for _, h := range hands {
		if h.join == nil {
			away = false
			continue
		}
		peer, err := h.join(ctx, task)
		if err != nil {
			h.dead = true
			r.lost(err)
			continue
		}
		peers = append(peers, train.Peer{Gradients: watched(h, peer.Gradients), Forward: watched(h, peer.Forward)})
	}
	t.Share(peers, away, r.lost)
}

// watched is f of a worker, whose death it notes.
func watched[Q, A any](h *hand, f func(context.Context, Q) (A, error)) func(context.Context, Q) (A, error) {
	return func(ctx context.Context, q Q) (A, error) {
		out, err := f(ctx, q)
		if err != nil && ctx.Err() == nil && !errors.Is(err, train.ErrNotFinite) {
			h.dead = true
		}
		return out, err
	}
}

func (r *run) lost(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.o.Lost != nil {
		r.o.Lost(err)
	}
}
