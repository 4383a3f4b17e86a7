package session

import (
	"context"
	"errors"
	"slices"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/engine/bench"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/session/protocol"
)

// startBench begins to measure. Meanwhile no experiment can run; stop ends it.
func (s *Session) startBench(req protocol.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.work != nil:
		s.fail(req.ID, "run", errBusy)
	case req.Bench == nil || req.Bench.Runs < 1:
		s.fail(req.ID, "bench", fault.New("bench-no-runs"))
	default:
		s.work = newWork(false)
		s.state(req.ID, protocol.StateRunning)
		go s.bench(s.work, req)
	}
}

// bench measures until it is done or stopped.
func (s *Session) bench(w *work, req protocol.Request) {
	err := s.measure(w.ctx, req)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && !errors.Is(err, context.Canceled) {
		s.fail(req.ID, "bench", err)
	}
	s.work = nil
	s.state(req.ID, protocol.StateIdle)
}

func (s *Session) measure(ctx context.Context, req protocol.Request) error {
	send := func(l timing.Line) { s.send(protocol.Response{Type: protocol.TypeTimed, ID: req.ID, Line: &l}) }
	o := bench.Options{Runs: req.Bench.Runs, Yield: s.Yield, Roofline: s.Roofline, Begin: send, Done: send,
		Only: slices.Clone(req.Bench.Only)}
	all := len(o.Only) == 0
	o.Only = slices.DeleteFunc(o.Only, func(name string) bool { return name == protocol.Startup })
	starts := all || len(o.Only) < len(req.Bench.Only)
	if err := o.Check(); err != nil {
		return err
	}
	if starts && req.Workers > 1 && s.StartWorker != nil {
		if err := s.timeStarts(ctx, send); err != nil {
			return fault.New("worker-start", err)
		}
	}
	if !all && len(o.Only) == 0 {
		return ctx.Err()
	}
	o.Workers = s.beside(req.Workers - 1)
	_, err := bench.Run(ctx, s.Device, o)
	return err
}

// workerStarts is how many workers are started to see how long one takes.
const workerStarts = 5

// Browsers go on for some time with a page that has just been drawn, and with a worker that has just started:
// they compile well what they compiled quickly. So long they are left alone.
const settling, between = 2 * time.Second, 250 * time.Millisecond

// timeStarts starts workers, each for itself, that have nothing to do.
func (s *Session) timeStarts(ctx context.Context, send func(timing.Line)) error {
	line := timing.Line{Group: timing.GroupStartup, Name: "further worker",
		About: "until it answers the first one"}
	send(line)
	var ms []float64
	pause := settling
	for range workerStarts {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
		start := time.Now()
		w, err := s.StartWorker()
		if err != nil {
			return err
		}
		defer w.Dismiss()
		if err := w.Started(ctx); err != nil {
			return err
		}
		ms = append(ms, 1000*time.Since(start).Seconds())
		pause = between
	}
	line.Times = timing.Of(ms)
	send(line)
	return nil
}
