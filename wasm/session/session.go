// Package session answers the page's requests with the engine.
package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/experiment/runner"
	"cosinelab/wasm/protocol"
)

// Session holds one open data set and at most one experiment. Handle is called from one goroutine; answers are sent
// from others, one at a time.
type Session struct {
	Device  backend.Device
	Machine string                                // what the device runs on, for reports
	Remote  fs.FS                                 // the folder of real sets beside the page; nil = none
	Send    func(protocol.Response, []float32)    // the second value travels beside the JSON
	Context func(context.Context) context.Context // wraps the context of long work; nil = as it is

	sending sync.Mutex
	mu      sync.Mutex // guards everything below
	files   []datasets.File
	set     *datasets.Set
	opened  opened
	scaled  datasets.Series // test part
	labels  []uint8         // of the test part; nil = none
	runs    []experiment.Run
	taught  []experiment.TeacherRun
	work    *work
}

// opened says which set is open: everything of a Data that decides what is read, not how it is cut.
type opened struct {
	source, label string
	seed          uint64
	split         float64
}

func openedBy(d experiment.Data) opened {
	o := opened{source: d.Source, label: d.Label, seed: d.Seed}
	if d.Split != nil {
		o.split = *d.Split
	}
	return o
}

// Ready sends what the page needs to begin: the device and the sources.
func (s *Session) Ready() {
	s.send(protocol.Response{Type: protocol.TypeReady, Device: s.Device.Name(), Catalogue: s.catalogue()})
}

func (s *Session) catalogue() []protocol.Source {
	var out []protocol.Source
	for _, c := range datasets.All {
		if c.Group == datasets.GroupBuiltin {
			out = append(out, protocol.Source{ID: c.ID, Title: c.Title, About: c.About, Group: c.Group})
		}
	}
	if s.Remote == nil {
		return out
	}
	entries, err := datasets.List(s.Remote)
	if err != nil {
		s.fail(0, "data", err)
	}
	for _, e := range entries {
		out = append(out, protocol.Source{ID: e.ID, Title: e.Title, About: about(e), Group: datasets.GroupBenchmark})
	}
	return out
}

func about(e datasets.Entry) string {
	if e.Test == 0 {
		return ""
	}
	return fmt.Sprintf("%d channels, %d train and %d test steps", e.Channels, e.Train, e.Test)
}

// Handle starts the answer to a request and returns at once.
func (s *Session) Handle(req protocol.Request, files []datasets.File) {
	switch req.Type {
	case protocol.TypeOpen:
		go s.open(req, files)
	case protocol.TypeRun, protocol.TypeStep:
		go s.run(req)
	case protocol.TypePause, protocol.TypeContinue, protocol.TypeStop:
		s.control(req.Type)
	case protocol.TypeReset:
		go s.reset()
	case protocol.TypeView:
		go s.view(req)
	case protocol.TypeJudge:
		go s.judge(req)
	default:
		s.fail(req.ID, "engine", fmt.Errorf("request type %q is unknown", req.Type))
	}
}

func (s *Session) send(r protocol.Response) { s.sendWith(r, nil) }

func (s *Session) sendWith(r protocol.Response, values []float32) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.Send(r, values)
}

// fail sends an error; a wrong field of a spec is named, so that the page can show the message beside it.
func (s *Session) fail(id int, where string, err error) {
	e := &protocol.Error{Where: where, Message: err.Error()}
	var field *experiment.FieldError
	if errors.As(err, &field) {
		e.Where, e.Field = "spec", field.Field
	}
	s.send(protocol.Response{Type: protocol.TypeError, ID: id, Error: e})
}

// open reads a set, describes it, and forgets the runs on the last one.
func (s *Session) open(req protocol.Request, files []datasets.File) {
	if req.Data == nil {
		s.fail(req.ID, "data", errors.New("open: no data given"))
		return
	}
	if len(files) > 0 {
		s.mu.Lock()
		s.files = files
		s.mu.Unlock()
	}
	set, err := s.read(*req.Data)
	if err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	summary, err := runner.Describe(set, *req.Data)
	if err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	if err := s.keep(set, *req.Data); err != nil {
		s.fail(req.ID, "data", err)
		return
	}
	s.send(protocol.Response{Type: protocol.TypeData, ID: req.ID, Summary: &summary})
}

// read returns the set of d, from memory if it is the open one.
func (s *Session) read(d experiment.Data) (*datasets.Set, error) {
	s.mu.Lock()
	set, files := s.set, s.files
	same := set != nil && s.opened == openedBy(d) && !strings.HasPrefix(d.Source, "file/")
	s.mu.Unlock()
	if same {
		return set, nil
	}
	group, _, _ := strings.Cut(d.Source, "/")
	switch {
	case group == datasets.GroupBuiltin:
		return datasets.Builtin(d.Source, d.Seed)
	case group == datasets.GroupFile:
		return datasets.ReadFiles(files, datasets.Options{Label: d.Label, Split: openedBy(d).split})
	case s.Remote == nil:
		return nil, fmt.Errorf("%s: no folder of real sets is served with this page; start the server with -data", d.Source)
	}
	return datasets.Open(s.Remote, d.Source)
}

func (s *Session) keep(set *datasets.Set, d experiment.Data) error {
	scaled, labels, err := runner.TestPart(set, d)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != openedBy(d) {
		s.runs, s.taught = nil, nil
	}
	s.set, s.opened, s.scaled, s.labels = set, openedBy(d), scaled, labels
	return nil
}

// reset stops the experiment and forgets every run.
func (s *Session) reset() {
	s.control(protocol.TypeStop)
	s.mu.Lock()
	w := s.work
	s.mu.Unlock()
	if w != nil {
		<-w.done
	}
	s.mu.Lock()
	s.runs, s.taught = nil, nil
	s.mu.Unlock()
	s.state(protocol.StateIdle)
}

func (s *Session) state(state string) {
	s.send(protocol.Response{Type: protocol.TypeState, State: state})
}

// run starts the experiment, or, for a step request, does one step of it.
func (s *Session) run(req protocol.Request) {
	s.mu.Lock()
	if w := s.work; w != nil {
		s.mu.Unlock()
		if req.Type == protocol.TypeStep {
			w.step()
			return
		}
		s.fail(req.ID, "run", errors.New("an experiment is running already"))
		return
	}
	if req.Spec == nil {
		s.mu.Unlock()
		s.fail(req.ID, "spec", errors.New("run: no spec given"))
		return
	}
	w := newWork(req.Type == protocol.TypeStep)
	s.work, s.runs, s.taught = w, nil, nil
	s.mu.Unlock()
	report, err := s.carryOut(w, req)
	s.mu.Lock()
	s.work = nil
	s.mu.Unlock()
	close(w.done)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.fail(req.ID, "run", err)
	}
	if finished(report) {
		s.send(protocol.Response{Type: protocol.TypeReport, ID: req.ID, Report: &report})
	}
	s.state(protocol.StateIdle)
}

func finished(r experiment.Report) bool {
	for _, a := range r.Arms {
		if len(a.Runs) > 0 {
			return true
		}
	}
	return false
}

func (s *Session) carryOut(w *work, req protocol.Request) (experiment.Report, error) {
	if w.paused() {
		s.state(protocol.StatePaused)
	} else {
		s.state(protocol.StateRunning)
	}
	set, err := s.read(req.Spec.Data)
	if err != nil {
		return experiment.Report{}, err
	}
	if err := req.Spec.Validate(); err != nil {
		return experiment.Report{}, err
	}
	if err := s.keep(set, req.Spec.Data); err != nil {
		return experiment.Report{}, err
	}
	ctx := w.ctx
	if s.Context != nil {
		ctx = s.Context(ctx)
	}
	return runner.Run(ctx, *req.Spec, set, s.Device, runner.Options{Machine: s.Machine, Outputs: true, Gate: w.gate, Events: s.events(req.ID)})
}

// eventPause is the least time between two events that only report progress: a page draws no faster.
const eventPause = 40 * time.Millisecond

// events sends what happens to the page and keeps the series of finished runs for charts.
func (s *Session) events(id int) func(experiment.Event) {
	var last time.Time
	return func(e experiment.Event) {
		s.mu.Lock()
		if e.Finished != nil {
			s.runs = append(s.runs, *e.Finished)
		}
		if e.Taught != nil {
			s.taught = append(s.taught, *e.Taught)
		}
		held := s.work != nil && s.work.paused()
		s.mu.Unlock()
		news := e.Finished != nil || e.Taught != nil || e.EpochDone != nil || e.Step == 0 || held
		if !news && time.Since(last) < eventPause {
			return
		}
		last = time.Now()
		s.send(protocol.Response{Type: protocol.TypeEvent, ID: id, Event: &e})
	}
}

// control pauses, continues or stops the running experiment; without one there is nothing to do.
func (s *Session) control(kind string) {
	s.mu.Lock()
	w := s.work
	s.mu.Unlock()
	if w == nil {
		return
	}
	switch kind {
	case protocol.TypePause:
		w.pause()
		s.state(protocol.StatePaused)
	case protocol.TypeContinue:
		w.resume()
		s.state(protocol.StateRunning)
	case protocol.TypeStop:
		s.state(protocol.StateStopping)
		w.stop()
	}
}
