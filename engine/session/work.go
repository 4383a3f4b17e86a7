package session

import (
	"context"
	"sync"
)

// work is a running experiment under the page's control.
type work struct {
	ctx  context.Context
	stop context.CancelFunc
	// forgotten means that the page has reset: nothing of the experiment is reported. The session's lock
	// guards it.
	forgotten bool

	mu    sync.Mutex
	held  bool
	steps int           // steps to do although held
	wake  chan struct{} // closed and replaced when held or steps change
}

// newWork returns work that may go on, or, held, that may do one step.
func newWork(held bool) *work {
	w := &work{wake: make(chan struct{}), held: held}
	if held {
		w.steps = 1
	}
	w.ctx, w.stop = context.WithCancel(context.Background())
	return w
}

// change sets whether the work is held, and for how many steps it may go on nevertheless.
func (w *work) change(set func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	set()
	close(w.wake)
	w.wake = make(chan struct{})
}

func (w *work) pause()  { w.change(func() { w.held, w.steps = true, 0 }) }
func (w *work) resume() { w.change(func() { w.held, w.steps = false, 0 }) }

// step adds one to the steps that the work may do while it is held.
func (w *work) step() { w.change(func() { w.held, w.steps = true, w.steps+1 }) }

func (w *work) paused() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held
}

// gate waits until the next training step may be done.
func (w *work) gate(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, wake := w.take()
		if ok {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
		}
	}
}

// take reports whether a step may be done, and counts it; if not, wake closes when that may have changed.
func (w *work) take() (ok bool, wake <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.held {
		return true, nil
	}
	if w.steps > 0 {
		w.steps--
		return true, nil
	}
	return false, w.wake
}
