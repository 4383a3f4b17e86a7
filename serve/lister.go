package main

import (
	"context"
	"sync"
)

// lister makes a listing for everybody who asks at about the same time: one is made at a time, and whoever
// asks meanwhile gets the next, so that nobody gets one that was begun before the question.
type lister struct {
	list func(context.Context) []byte
	mu   sync.Mutex
	now  *batch // being made; nil = none
	next *batch // nil = nobody waits
}

// batch is one listing with those who wait for it.
type batch struct {
	ctx     context.Context // ends when nobody waits any more
	end     context.CancelFunc
	waiting int
	done    chan struct{} // closed when listing is there
	listing []byte
}

// get returns a listing that is begun from now on, or an error when ctx ends first. The listing ends when
// nobody waits for it any more.
func (l *lister) get(ctx context.Context) ([]byte, error) {
	b := l.join()
	defer l.leave(b)
	select {
	case <-b.done:
		return b.listing, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// join waits with others for the next listing.
func (l *lister) join() *batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = &batch{done: make(chan struct{})}
		l.next.ctx, l.next.end = context.WithCancel(context.Background())
	}
	b := l.next
	b.waiting++
	if l.now == nil {
		l.begin()
	}
	return b
}

// begin makes the next listing, then those that are asked for meanwhile. The lister is locked.
func (l *lister) begin() {
	b := l.next
	l.now, l.next = b, nil
	go func() {
		b.listing = l.list(b.ctx)
		close(b.done)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.now = nil
		if l.next != nil {
			l.begin()
		}
	}()
}

// leave ends the listing of a batch that nobody waits for any more.
func (l *lister) leave(b *batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.waiting--; b.waiting > 0 {
		return
	}
	b.end()
	if l.next == b {
		l.next = nil
	}
}
