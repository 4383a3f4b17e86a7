package experiment

import (
	"context"
	"errors"
	"testing"
)

// granted waits for the workers of a claim.
func granted(t *testing.T, p *pool, mine claim) []*worker {
	t.Helper()
	workers, err := p.wait(context.Background(), mine)
	if err != nil {
		t.Fatal(err)
	}
	return workers
}

func TestRunsShareTheWorkersThereAre(t *testing.T) {
	p := newPool(make([]Worker, 3))
	claims := p.queue(0, 1)
	a, b := granted(t, p, claims[0]), granted(t, p, claims[1])
	if len(a) != 2 || len(b) != 2 {
		t.Errorf("two runs got %d and %d of 4 workers, want 2 each", len(a), len(b))
	}
	p.give(a)
	p.give(b)
	if last := granted(t, p, p.queue(2)[0]); len(last) != 4 {
		t.Errorf("the last run got %d of 4 workers", len(last))
	}
}

func TestTheEarlierRunComesFirst(t *testing.T) {
	p := newPool(nil)
	held := granted(t, p, p.queue(0)[0])
	late, early := p.queue(7)[0], p.queue(3)[0]
	p.give(held)
	p.give(granted(t, p, early)) // would wait forever if the later one had got the worker
	granted(t, p, late)
}

func TestNobodyWaitsForAPoolThatHasEnded(t *testing.T) {
	p := newPool(nil)
	claims := p.queue(0, 1, 2)
	granted(t, p, claims[0])
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.wait(ctx, claims[1]); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	why := errors.New("disk full")
	p.end(why)
	p.end(errors.New("later"))
	if _, err := p.wait(context.Background(), claims[2]); !errors.Is(err, why) || !errors.Is(p.over(), why) {
		t.Errorf("error %v, want %v", err, why)
	}
}

func TestTheDeadLeaveThePool(t *testing.T) {
	p := newPool(make([]Worker, 1))
	workers := granted(t, p, p.queue(0)[0])
	workers[1].dead = true
	p.give(workers)
	if got := granted(t, p, p.queue(1)[0]); len(got) != 1 {
		t.Errorf("%d workers are left, want 1", len(got))
	}
}
