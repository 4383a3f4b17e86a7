package session

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
)

// neighbour is another worker that computes here; ended counts how often one was dismissed.
type neighbour struct {
	experiment.Worker
	ended *int
}

func newNeighbour(ended *int) Worker { return neighbour{experiment.Local(cpu.New()), ended} }

func (neighbour) Started(context.Context) error { return nil }
func (n neighbour) Dismiss()                    { *n.ended++ }
func (neighbour) Gone() bool                    { return false }

func timed(messages []message) (lines []timing.Line) {
	for _, m := range messages {
		if m.Type == protocol.TypeTimed {
			lines = append(lines, *m.Line)
		}
	}
	return lines
}

func TestBenchSendsLinesAsTheyBeginAndEnd(t *testing.T) {
	p := newPage(t)
	ended := 0
	p.session.Cores = 2
	p.session.StartWorker = func() (Worker, error) { return newNeighbour(&ended), nil }
	p.session.Roofline = func(time.Duration) float64 { return 100 }
	p.post(protocol.Request{Type: protocol.TypeBench, Workers: 2,
		Bench: &protocol.Bench{Runs: 1, Only: []string{protocol.Startup, "L"}}})
	_, before := p.state(protocol.StateIdle)
	lines := timed(before)
	got := make([][3]any, len(lines))
	for i, l := range lines {
		got[i] = [3]any{l.Name, l.Workers, l.Runs}
	}
	want := [][3]any{{"further worker", 0, 0}, {"further worker", 0, workerStarts}, {"L", 1, 0}, {"L", 1, 1},
		{"L", 2, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
	if ended != workerStarts || len(p.session.workers) != 1 {
		t.Errorf("%d workers were dismissed, %d stay; want %d, and the one that shares steps", ended,
			len(p.session.workers), workerStarts)
	}
}

func TestWorkersAreStartedOnceHoweverManyAskAtOnce(t *testing.T) {
	p := newPage(t)
	ended, started := 0, 0
	p.session.Cores = 3
	p.session.StartWorker = func() (Worker, error) {
		started++
		return newNeighbour(&ended), nil
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := p.session.beside(5); len(got) != 2 {
				t.Errorf("%d workers beside this one on 3 cores", len(got))
			}
		})
	}
	all.Wait()
	if started != 2 {
		t.Errorf("%d workers were started, want 2", started)
	}
}

func TestBenchStops(t *testing.T) {
	p := newPage(t)
	p.post(protocol.Request{Type: protocol.TypeBench,
		Bench: &protocol.Bench{Runs: 1000, Only: []string{"T"}}})
	p.wait(protocol.TypeTimed)
	p.post(protocol.Request{Type: protocol.TypeStop})
	_, before := p.state(protocol.StateIdle)
	for _, l := range timed(before) {
		t.Errorf("an unfinished line is there: %+v", l)
	}
}

func TestBenchSaysWhatItCannotDo(t *testing.T) {
	p := newPage(t)
	for want, b := range map[string]*protocol.Bench{"runs": nil, "1 or more": {},
		`"Z"`: {Runs: 1, Only: []string{"Z"}}} {
		p.fails(p.post(protocol.Request{Type: protocol.TypeBench, Bench: b}), "bench", "", want)
	}
	p.session.StartWorker = func() (Worker, error) { return nil, errors.New("no more workers") }
	id := p.post(protocol.Request{Type: protocol.TypeBench, Workers: 2,
		Bench: &protocol.Bench{Runs: 1, Only: []string{protocol.Startup}}})
	p.fails(id, "bench", "", "no more workers")
}

func TestNoExperimentBesideABenchmark(t *testing.T) {
	p := newPage(t)
	p.post(protocol.Request{Type: protocol.TypeBench,
		Bench: &protocol.Bench{Runs: 1000, Only: []string{"T"}}})
	p.wait(protocol.TypeTimed)
	for _, kind := range []string{protocol.TypeRun, protocol.TypeBench} {
		p.fails(p.post(protocol.Request{Type: kind, Bench: &protocol.Bench{Runs: 1}}), "run", "",
			"running already")
	}
	p.post(protocol.Request{Type: protocol.TypeStop})
	p.state(protocol.StateIdle)
}
