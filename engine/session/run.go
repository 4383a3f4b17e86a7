package session

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// errBusy answers a request for a second piece of work.
var errBusy = fault.New("busy")

// start begins an experiment, or goes on with one from its checkpoints, and holds after the first step if
// asked to. What an earlier experiment found is dropped, unless this one only adds seeds to it.
func (s *Session) start(req protocol.Request, checkpoints []datasets.File, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.work != nil:
		s.fail(req.ID, "run", errBusy)
	case req.Spec == nil:
		s.fail(req.ID, "spec", fault.New("run-no-spec"))
	default:
		s.endResampling()
		s.work = newWork(held)
		before := s.results
		s.results = results{data: req.Spec.Data, spec: *req.Spec, drop: req.Drop}
		if req.Spec.Teacher.Weights != "" {
			s.results.from = s.teacherID
		}
		if before.drop == req.Drop && before.shipped == nil && before.from == s.results.from && req.Spec.GrewFrom(before.spec) {
			s.results.runs, s.results.taught = slices.Clip(before.runs), slices.Clip(before.taught)
			s.results.kept, s.results.made = slices.Clip(before.kept), slices.Clip(before.made)
		}
		s.watchAnew()
		go s.looking.forget()
		s.state(req.ID, stateOf(held))
		go s.run(s.work, req, checkpoints)
	}
}

func stateOf(held bool) string {
	if held {
		return protocol.StatePaused
	}
	return protocol.StateRunning
}

// control changes the experiment under way, or ends the measurements. States are sent while the lock is held,
// when nothing else can change them, so that the last one that the page hears is true. Without an experiment,
// a step starts one, and a reset forgets the last.
func (s *Session) control(req protocol.Request, files []datasets.File) {
	s.mu.Lock()
	w := s.work
	// start takes the lock itself. Requests come one at a time, so that no other work begins in between.
	if w == nil && req.Type == protocol.TypeStep {
		s.mu.Unlock()
		s.start(req, files, true)
		return
	}
	defer s.mu.Unlock()
	if w == nil {
		if req.Type == protocol.TypeReset {
			s.forget()
		}
		s.state(req.ID, protocol.StateIdle)
		return
	}
	switch req.Type {
	case protocol.TypeReset:
		w.forgotten = true
		fallthrough
	case protocol.TypeStop:
		w.stop()
	case protocol.TypePause:
		w.pause()
	case protocol.TypeContinue:
		w.resume()
	case protocol.TypeStep:
		w.step()
	}
	if w.ctx.Err() != nil {
		s.state(req.ID, protocol.StateStopping)
	} else {
		s.state(req.ID, stateOf(w.paused()))
	}
}

// forget drops every result, and what training runs came to. Callers hold mu.
func (s *Session) forget() {
	s.results = results{}
	s.memory().Forget()
}

// run carries the experiment out and reports how it ended, unless it is forgotten. A report is sent even if
// it was stopped or failed, as long as some run was finished; it comes before the state, after which the page
// may ask for another experiment.
func (s *Session) run(w *work, req protocol.Request, checkpoints []datasets.File) {
	report, where, err := s.carryOut(w, req, checkpoints)
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.forgotten {
		s.forget()
	} else {
		if err != nil && !errors.Is(err, context.Canceled) {
			s.fail(req.ID, where, err)
		}
		if len(s.results.runs) > 0 {
			s.results.report = &report
			s.send(protocol.Response{Type: protocol.TypeReport, ID: req.ID, Report: &report})
		}
	}
	s.work = nil
	s.state(req.ID, protocol.StateIdle)
}

// carryOut opens the experiment's set and runs it; where is the place on the page that an error belongs to.
// The set becomes the open one, and whatever is being opened comes too late: views must show what the runs
// are about.
func (s *Session) carryOut(w *work, req protocol.Request, checkpoints []datasets.File) (report spec.Report,
	where string, err error) {
	if err := req.Spec.Validate(); err != nil {
		return report, "spec", err
	}
	set, err := s.read(w.ctx, req.Spec.Data, req.Drop, nil)
	if err != nil {
		return report, "data", err
	}
	prepared, err := experiment.Prepare(*req.Spec, set)
	if err != nil {
		return report, "data", err
	}
	s.mu.Lock()
	s.open = openSet{set, req.Spec.Data, req.Drop, prepared}
	s.opening++
	memory := s.memory()
	runs, taught := s.results.runs, s.results.taught // of seeds before, if any were added to them
	s.mu.Unlock()
	workers, err := s.afford(w.ctx, prepared, req.Workers)
	if err != nil {
		return report, "data", err
	}
	report, err = experiment.Run(w.ctx, prepared, s.Device,
		experiment.Options{Before: spec.Report{Teachers: taught, Arms: []spec.ArmReport{{Runs: runs}}},
			Machine: s.Machine, Outputs: true, Gate: w.gate, Watch: s.watch(w), Memory: memory, Events: s.events(w, req.ID),
			Workers: s.beside(workers - 1), Lost: s.lost, Yield: s.Yield,
			Weights: s.openTeacher, Program: s.Program, Kept: s.keeper(w), Learnt: s.learner(w),
			Store: s.store(checkpoints), SaveEvery: savePause})
	return report, "run", err
}

// afford returns how many of so many workers the experiment can have within the memory there is. Workers beside
// this one have memory of their own.
func (s *Session) afford(ctx context.Context, p *experiment.Prepared, workers int) (int, error) {
	if s.Memory == 0 {
		return workers, nil
	}
	need, err := experiment.Estimate(p, true, func() error {
		if s.Yield != nil {
			s.Yield()
		}
		return ctx.Err()
	})
	if err != nil {
		return 0, err
	}
	return need.Workers(workers, false, experiment.Limit{Bytes: s.Memory, Told: "want-memory-tab"})
}

// savePause is how long a training run goes on until the page has it again: what is lost at most if this
// engine dies.
const savePause = time.Second

// pageStore has checkpoints kept by the page, and loads those that came from there with the request.
type pageStore struct {
	session *Session
	came    []datasets.File
}

// store is nil where nobody keeps checkpoints.
func (s *Session) store(came []datasets.File) experiment.Store {
	if s.Keep == nil {
		return nil
	}
	return pageStore{s, came}
}

// Save sends a checkpoint to the page. It takes its turn among answers, which leave one at a time.
func (p pageStore) Save(c experiment.Checkpoint, write func(io.Writer) error) error {
	p.session.sending.Lock()
	defer p.session.sending.Unlock()
	return p.session.Keep(c.File(), write)
}

// Load opens the checkpoint that came with the request.
func (p pageStore) Load(c experiment.Checkpoint) (io.ReadCloser, error) {
	for _, f := range p.came {
		if f.Name == c.File() {
			return f.Open()
		}
	}
	return nil, nil
}

// Done has nothing to let go of: the page keeps checkpoints until the run ends.
func (p pageStore) Done(experiment.Checkpoint) error { return nil }

// beside returns so many other workers, fewer where no more can be started, at most one for each core. Those
// of before are used again: starting one takes long.
func (s *Session) beside(n int) (others []experiment.Worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers = slices.DeleteFunc(s.workers, Worker.Gone)
	for len(s.workers) < min(n, s.Cores-1) && s.StartWorker != nil {
		w, err := s.StartWorker()
		if err != nil {
			s.fail(0, "worker", fault.New("worker-not-started", err))
			break
		}
		s.workers = append(s.workers, w)
	}
	for _, w := range s.workers[:max(0, min(n, len(s.workers)))] {
		others = append(others, w)
	}
	return others
}

// lost tells the page of a worker that is gone; the experiment goes on without it.
func (s *Session) lost(err error) { s.fail(0, "worker", fault.New("worker-gone", err)) }

// Pauses between what is only progress: of all steps some are told of, and those, with the ends of epochs, wait until
// the page, which draws no faster, hears of several at once.
const (
	eventPause   = 100 * time.Millisecond
	messagePause = 250 * time.Millisecond
)

// events sends what happens to the page and keeps the series of finished runs for charts. What somebody waits for is
// sent at once, with what has waited before it. The experiment calls it one at a time, hence nothing here needs a
// lock.
func (s *Session) events(w *work, id int) func(spec.Event) {
	var noted, sent time.Time
	var waiting []spec.Event
	return func(e spec.Event) {
		now := time.Now()
		news := e.Finished != nil || e.Taught != nil || e.Glimpse != nil || w.paused() ||
			e.Step == 0 && e.Measured == 0
		told := news || e.EpochDone != nil || now.Sub(noted) >= eventPause
		if !s.keep(w, e) || !told {
			return
		}
		if !news {
			if noted = now; now.Sub(sent) < messagePause {
				waiting = append(waiting, e)
				return
			}
			sent = now
		}
		s.send(protocol.Response{Type: protocol.TypeEvent, ID: id, Event: &e, Before: waiting})
		waiting = nil
	}
}

// take adds what is finished.
func (r *results) take(e spec.Event) {
	if e.Finished != nil {
		r.runs = append(r.runs, *e.Finished)
	}
	if e.Taught != nil {
		r.taught = append(r.taught, *e.Taught)
	}
}

// keep adds what an event brings to the results; false = nobody wants them any more. Slices only grow: what
// views hold of them stays as it is.
func (s *Session) keep(w *work, e spec.Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.forgotten {
		return false
	}
	s.results.take(e)
	if e.Finished != nil {
		delete(s.watched.last, protocol.Of{Arm: e.Finished.Arm, Seed: e.Finished.Seed})
	}
	if e.Taught != nil {
		delete(s.watched.last, protocol.Of{Seed: e.Taught.Seed})
	}
	return true
}
