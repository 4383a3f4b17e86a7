// Package session answers the page's requests with the engine.
package session

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
)

// Session holds one open data set and at most one experiment. Handle is called from one goroutine; answers
// are sent from others, one at a time. The exported fields are set before the first call and do not change.
type Session struct {
	Device  backend.Device
	Tile    string                             // of products, for workers of later pages; empty = not sure
	Machine string                             // what the device runs on, for reports
	Remote  fs.FS                              // the folder of real sets beside the page; nil = none
	Passed  []datasets.Passed                  // what in that folder was passed over
	Send    func(protocol.Response, []float32) // with what travels beside the JSON; it must not call Handle
	Yield   func()                             // as experiment.Options has it; nil = nobody waits

	Memory      float64                // bytes that an experiment may take here; 0 = any
	Cores       int                    // of this machine
	StartWorker func() (Worker, error) // starts another worker; nil = there can be none
	// Keep sends TypeKept, the checkpoint of this name that write writes; nil = nobody keeps checkpoints.
	Keep func(name string, write func(io.Writer) error) error
	// SendFile sends a response with the bytes that write writes beside it; nil = there is no place for files.
	SendFile func(r protocol.Response, write func(io.Writer) error) error
	Program  string // the version of the program around it, for detectors
	// Roofline is that of bench.Options.
	Roofline func(time.Duration) float64

	// Answers leave one at a time. Who holds mu may send; who holds sending must not take mu.
	sending sync.Mutex
	mu      sync.Mutex // guards everything below
	files   dropped
	opening int                // requests to open a set so far; the answer to an older one is not kept
	leave   context.CancelFunc // ends the reading for the last of them; nil = there was none
	open    openSet
	looked  openSet            // the files that somebody looks at, without scaled values
	ignore  context.CancelFunc // ends the reading for the last look; nil = there was none
	results results
	watched watched
	trained *experiment.Memory // of all experiments; nil before the first
	plans   int                // requests for a plan so far: what comes of an older one is nothing
	// resampling ends what is drawn; nil = nothing is
	resampling context.CancelFunc
	// judges ends what judges one arm, rejudges what judges all; likewise
	judges, rejudges context.CancelFunc
	work             *work
	workers          []Worker // beside this one
	scores           newData
	looking          looking
	teacher          datasets.File // that Spec.Teacher.Weights means; without a name = none
	teacherID        int           // the page's number of it
	teaching         chan struct{} // closed once the last file was looked at; nil = there was none
}

// Worker is another worker that was started to compute for this one.
type Worker interface {
	experiment.Worker
	Started(context.Context) error // waits until it is there
	Dismiss()                      // ends it
	Gone() bool                    // it was ended, or died
}

// dropped is the files that the last set from files was read from, with the page's number of them.
type dropped struct {
	id    int
	files []datasets.File
}

// results are the finished runs of one experiment, and the data that its spec names, with the number of the
// files they are from.
type results struct {
	data   spec.Data
	spec   spec.Spec
	drop   int
	runs   []spec.Run
	taught []spec.TeacherRun
	report *spec.Report // once the experiment is over; nil = it is not
	from   int          // the number of the file that their teachers came from; 0 = they were trained
	kept   []*detector.Detector
	made   []*detector.Detector // those as they were when the runs were trained
	// shipped is the run that was made with the page, if these are its runs; nil = they were trained here.
	shipped *recorded.Run
	learnt  map[protocol.Of]learnt // students that train, as they were after their last epoch
}

// Ready sends what the page needs to begin: the device and the sources.
func (s *Session) Ready() {
	s.send(protocol.Response{Type: protocol.TypeReady, Device: s.Device.Name(), Tile: s.Tile, Cores: s.Cores,
		Catalogue: s.catalogue(), Passed: s.passed()})
}

func (s *Session) passed() []protocol.Passed {
	var out []protocol.Passed
	for _, p := range s.Passed {
		out = append(out, protocol.Passed(p))
	}
	return out
}

// catalogue lists the sets that can be opened by name. If the folder cannot be listed, the page hears of it,
// and has the built-in ones.
func (s *Session) catalogue() []protocol.Source {
	var out []protocol.Source
	for _, c := range datasets.All {
		if c.Group() == datasets.GroupBuiltin {
			out = append(out, protocol.Source{ID: c.ID, Title: c.Title, About: c.About(),
				Group: string(c.Group())})
		}
	}
	if s.Remote == nil {
		return out
	}
	entries, err := datasets.List(context.Background(), s.Remote)
	if err != nil {
		s.fail(0, "data", err)
	}
	for _, e := range entries {
		out = append(out, protocol.Source{ID: e.ID, Title: e.Title, Group: string(datasets.GroupBenchmark),
			Channels: e.Channels, Train: e.Train, Test: e.Test})
	}
	return out
}

// Handle starts the answer to a request and returns at once, so that a stop is heard while work goes on.
// Mistakes in the request are answered, too. files are those that came with it.
func (s *Session) Handle(req protocol.Request, files []datasets.File) {
	switch req.Type {
	case protocol.TypeOpen:
		s.mu.Lock()
		ctx, turn := s.turn()
		s.mu.Unlock()
		go s.answerOpen(ctx, req, files, turn)
	case protocol.TypeLook:
		s.mu.Lock()
		ctx := s.lookAnew()
		s.mu.Unlock()
		go s.look(ctx, req, files)
	case protocol.TypeLeave:
		s.mu.Lock()
		s.lookAnew()
		s.looked = openSet{}
		s.mu.Unlock()
	case protocol.TypeRun:
		s.start(req, files, false)
	case protocol.TypeBench:
		s.startBench(req)
	case protocol.TypeStep, protocol.TypePause, protocol.TypeContinue, protocol.TypeStop, protocol.TypeReset:
		s.control(req, files)
	case protocol.TypeRecorded:
		s.takeRecorded(req)
	case protocol.TypePlan:
		go s.plan(req)
	case protocol.TypeView:
		go s.view(req)
	case protocol.TypeJudge:
		go s.judge(s.judgement(&s.judges), req)
	case protocol.TypeRejudge:
		go s.rejudge(s.judgement(&s.rejudges), req)
	case protocol.TypeCurves:
		go s.drawCurves(req)
	case protocol.TypeResample:
		go s.resample(req)
	case protocol.TypeDetector:
		go s.sendDetector(req)
	case protocol.TypeScore:
		s.startScore(req, files)
	case protocol.TypeInside:
		go s.inside(req)
	case protocol.TypeExport:
		go s.export(req)
	case protocol.TypeTeacher:
		s.mu.Lock()
		done := make(chan struct{})
		s.teaching = done
		s.mu.Unlock()
		go func() {
			defer close(done)
			s.answerTeacher(req, files)
		}()
	default:
		s.fail(req.ID, "engine", fault.New("request-unknown", req.Type))
	}
}

func (s *Session) send(r protocol.Response) { s.sendWith(r, nil) }

func (s *Session) sendWith(r protocol.Response, values []float32) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.Send(r, values)
}

// fail sends an error. id is that of the request; 0 = it belongs to none.
func (s *Session) fail(id int, where string, err error) {
	s.send(protocol.Response{Type: protocol.TypeError, ID: id, Error: newError(where, err)})
}

// newError names the field of a spec that is wrong, so that the page can show the message beside it.
func newError(where string, err error) *protocol.Error {
	e := &protocol.Error{Where: where, Fault: fault.Of(err)}
	var field *spec.FieldError
	if errors.As(err, &field) {
		e.Where, e.Field = "spec", field.Field
	}
	return e
}

func (s *Session) state(id int, state string) {
	s.send(protocol.Response{Type: protocol.TypeState, ID: id, State: state})
}
