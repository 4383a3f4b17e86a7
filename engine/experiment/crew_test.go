package experiment

import (
	"context"
	"errors"
	"testing"
)

// granted waits for the workers of a claim.
func granted(t *testing.T, c *crew, mine claim) []*hand {
	t.Helper()
	hands, err := c.wait(context.Background(), mine)
	if err != nil {
		t.Fatal(err)
	}
	return hands
}

func TestTrainingsShareTheWorkersThereAre(t *testing.T) {
	c := newCrew(make([]Hand, 3))
	claims := c.queue(0, 1)
	a, b := granted(t, c, claims[0]), granted(t, c, claims[1])
	if len(a) != 2 || len(b) != 2 {
		t.Errorf("two trainings got %d and %d of 4 workers, want 2 each", len(a), len(b))
	}
	c.give(a)
	c.give(b)
	if last := granted(t, c, c.queue(2)[0]); len(last) != 4 {
		t.Errorf("the last training got %d of 4 workers", len(last))
	}
}

func TestTheEarlierTrainingComesFirst(t *testing.T) {
	c := newCrew(nil)
	held := granted(t, c, c.queue(0)[0])
	late, early := c.queue(7)[0], c.queue(3)[0]
	c.give(held)
	c.give(granted(t, c, early)) // would wait forever if the later one had got the worker
	granted(t, c, late)
}

func TestNobodyWaitsForACrewThatHasEnded(t *testing.T) {
	c := newCrew(nil)
	claims := c.queue(0, 1, 2)
	granted(t, c, claims[0])
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.wait(ctx, claims[1]); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	why := errors.New("disk full")
	c.end(why)
	c.end(errors.New("later"))
	if _, err := c.wait(context.Background(), claims[2]); !errors.Is(err, why) || !errors.Is(c.over(), why) {
		t.Errorf("error %v, want %v", err, why)
	}
}

func TestTheDeadLeaveTheCrew(t *testing.T) {
	c := newCrew(make([]Hand, 1))
	hands := granted(t, c, c.queue(0)[0])
	hands[1].dead = true
	c.give(hands)
	if got := granted(t, c, c.queue(1)[0]); len(got) != 1 {
		t.Errorf("%d workers are left, want 1", len(got))
	}
}
