package session

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// message is what the session sent.
type message struct {
	protocol.Response
	values []float32
}

// epochs is how many ends of epochs of an arm a message tells of; of all for an empty name.
func (m message) epochs(arm string) (n int) {
	if m.Event == nil {
		return 0
	}
	for _, e := range append(slices.Clone(m.Before), *m.Event) {
		if e.EpochDone != nil && (arm == "" || e.Arm == arm) {
			n++
		}
	}
	return n
}

// page stands for the page: it keeps what it is sent and waits for what it expects.
type page struct {
	t       *testing.T
	session *Session
	sent    chan message
	id      int
}

func newPage(t *testing.T) *page {
	p := &page{t: t, sent: make(chan message, 1<<16)}
	p.session = &Session{Device: cpu.New(), Machine: "test",
		Send:  func(r protocol.Response, values []float32) { p.sent <- message{r, values} },
		Yield: runtime.Gosched} // in a browser there is one thread for the engine and the page's messages
	return p
}

// post sends a request and returns its id.
func (p *page) post(r protocol.Request, files ...datasets.File) int {
	p.id++
	r.ID = p.id
	p.session.Handle(r, files)
	return r.ID
}

// next waits for the next message.
func (p *page) next() message {
	p.t.Helper()
	select {
	case m := <-p.sent:
		return m
	case <-time.After(time.Minute):
		p.t.Fatal("no answer within a minute")
		return message{}
	}
}

// wait returns the first message of a type, and what came before it.
func (p *page) wait(kind string) (message, []message) {
	p.t.Helper()
	var before []message
	for {
		m := p.next()
		if m.Type == kind {
			return m, before
		}
		if m.Type == protocol.TypeError {
			p.t.Fatalf("waiting for %s: error %+v", kind, m.Error)
		}
		before = append(before, m)
	}
}

// state waits until the session says that it is in a state, and returns what came before.
func (p *page) state(want string) (message, []message) {
	p.t.Helper()
	var all []message
	for {
		m, before := p.wait(protocol.TypeState)
		all = append(all, before...)
		if m.State == want {
			return m, all
		}
		all = append(all, m)
	}
}

// trains waits until something is heard of a training that goes on: of its steps, or of its epochs alone where
// these are so short that an end of one is always the latest news.
func (p *page) trains() {
	p.t.Helper()
	for {
		if m, _ := p.wait(protocol.TypeEvent); m.Event.Step > 0 {
			return
		}
	}
}

// step waits until a single step is done, of a training that is held after each.
func (p *page) step() spec.Event {
	p.t.Helper()
	for {
		if m, _ := p.wait(protocol.TypeEvent); m.Event.Step > 0 && m.Event.EpochDone == nil {
			return *m.Event
		}
	}
}

// fails waits for an error.
func (p *page) fails(id int, where, field, text string) {
	p.t.Helper()
	for {
		m := p.next()
		if m.Type != protocol.TypeError {
			continue
		}
		if m.ID != id || m.Error.Where != where || m.Error.Field != field ||
			!strings.Contains(words.English().Error(m.Error.Fault), text) {
			p.t.Errorf("error %+v to request %d, want one to %d at %s %s with %q", m.Error, m.ID, id, where,
				field, text)
		}
		return
	}
}

// spike is the step of the test part with the one value that is out of the way, in channel 1.
const spike = 23

// pump is a file of two channels and labels: 60 rows to train on, 43 to test.
func pump() datasets.File {
	var b strings.Builder
	b.WriteString("a,b,label\n")
	for t := range 103 {
		a, label := 50.0, 0
		if t == 60+spike {
			a, label = 900, 1
		}
		fmt.Fprintf(&b, "%d,%v,%d\n", t%7, a+float64(t%5), label)
	}
	return file("table.csv", b.String())
}

func file(name, content string) datasets.File {
	return datasets.File{Name: name, Open: func() (io.ReadCloser,
		error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

// data cuts the table so that the last three of the 43 test steps are in no window.
func data() spec.Data {
	split := 0.583 // 60 of 103 rows
	return spec.Data{Source: "file/table.csv", Scaling: spec.ScalingNone, Window: 5, Stride: 5, Split: &split}
}

// small is an experiment on the table with a random control first, then the student alone: 4 steps.
func small() spec.Spec {
	s := spec.Default()
	s.Data = data()
	s.Teacher = spec.Teacher{Model: spec.Model{Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1,
		DFF: 4}, Epochs: 2}
	s.Student = s.Teacher.Model
	s.Arms = []spec.Arm{{Name: "random", Control: spec.ControlRandom},
		{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}}}
	s.Train = spec.Train{Rate: 0.01, Schedule: spec.RateConstant, Epochs: 2, Batch: 6, Clip: 1}
	s.Detect = spec.Detect{Score: spec.ScoreModel,
		Threshold: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 95}}
	s.Seeds = []uint64{1}
	return s
}

// endless is an experiment that only a stop ends.
func endless() spec.Spec {
	s := small()
	s.Train.Epochs = 100_000
	return s
}

// opened is a page that has opened the table.
func opened(t *testing.T) *page {
	p := newPage(t)
	d := data()
	p.post(protocol.Request{Type: protocol.TypeOpen, Data: &d}, pump())
	p.wait(protocol.TypeData)
	return p
}

func (p *page) run(kind string, s spec.Spec) int {
	return p.post(protocol.Request{Type: kind, Spec: &s})
}
