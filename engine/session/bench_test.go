package session

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
)

// colleague is another worker that computes here; ended counts how often one was dismissed.
func colleague(ended *int) Colleague {
	return Colleague{
		Hand:    experiment.Local(cpu.New()),
		Started: func(context.Context) error { return nil },
		Dismiss: func() { *ended++ },
		Gone:    func() bool { return false },
	}
}

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
	p.session.Hire = func() (Colleague, error) { return colleague(&ended), nil }
	p.session.Roofline = func(time.Duration) float64 { return 100 }
	p.post(protocol.Request{Type: protocol.TypeBench, Workers: 2, Bench: &protocol.Bench{Runs: 1, Only: []string{protocol.Startup, "L"}}})
	_, before := p.state(protocol.StateIdle)
	lines := timed(before)
	got := make([][3]any, len(lines))
	for i, l := range lines {
		got[i] = [3]any{l.Name, l.Workers, l.Runs}
	}
	want := [][3]any{{"further worker", 0, 0}, {"further worker", 0, workerStarts}, {"L", 1, 0}, {"L", 1, 1}, {"L", 2, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
	if ended != workerStarts || len(p.session.crew) != 1 {
		t.Errorf("%d workers were dismissed, %d stay; want %d, and the one that shares steps", ended, len(p.session.crew), workerStarts)
	}
}

func TestBenchStops(t *testing.T) {
	p := newPage(t)
	p.post(protocol.Request{Type: protocol.TypeBench, Bench: &protocol.Bench{Runs: 1000, Only: []string{"T"}}})
	p.wait(protocol.TypeTimed)
	p.post(protocol.Request{Type: protocol.TypeStop})
	_, before := p.state(protocol.StateIdle)
	for _, l := range timed(before) {
		t.Errorf("an unfinished line is there: %+v", l)
	}
}

func TestBenchSaysWhatItCannotDo(t *testing.T) {
	p := newPage(t)
	for want, b := range map[string]*protocol.Bench{"runs": nil, "1 or more": {}, `"Z"`: {Runs: 1, Only: []string{"Z"}}} {
		p.fails(p.post(protocol.Request{Type: protocol.TypeBench, Bench: b}), "bench", "", want)
	}
	p.session.Hire = func() (Colleague, error) { return Colleague{}, errors.New("no more workers") }
	id := p.post(protocol.Request{Type: protocol.TypeBench, Workers: 2, Bench: &protocol.Bench{Runs: 1, Only: []string{protocol.Startup}}})
	p.fails(id, "bench", "", "no more workers")
}

func TestNoExperimentBesideABenchmark(t *testing.T) {
	p := newPage(t)
	p.post(protocol.Request{Type: protocol.TypeBench, Bench: &protocol.Bench{Runs: 1000, Only: []string{"T"}}})
	p.wait(protocol.TypeTimed)
	for _, kind := range []string{protocol.TypeRun, protocol.TypeBench} {
		p.fails(p.post(protocol.Request{Type: kind, Bench: &protocol.Bench{Runs: 1}}), "run", "", "running already")
	}
	p.post(protocol.Request{Type: protocol.TypeStop})
	p.state(protocol.StateIdle)
}
