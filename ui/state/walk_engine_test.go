package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"testing/synctest"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/session"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/worker"
)

// engine is a real session with real workers beside it, in a bubble instead of a Web Worker: it computes only
// as long as it is given turns, and what it says waits until the page hears it. Messages are JSON both ways.
type engine struct {
	session *session.Session
	asked   chan asked
	gone    chan struct{} // closed at its death

	mu      sync.Mutex
	said    []said
	turns   int           // that whoever computes may take
	more    chan struct{} // closed, and replaced, when there are more
	state   string        // that it said last
	helpers []*helper
}

// asked and said are messages with what travels beside their text.
type (
	asked struct {
		text  []byte
		files []datasets.File
	}
	said struct {
		text   []byte
		values []float32
		kept   []byte
	}
)

func newEngine(served fstest.MapFS) *engine {
	e := &engine{asked: make(chan asked, 1<<12), gone: make(chan struct{}), more: make(chan struct{}),
		state: protocol.StateIdle}
	e.session = &session.Session{Device: cpu.New(), Machine: "test", Send: e.send, Keep: e.keep, Yield: e.yield,
		Cores: 3, StartWorker: e.help, Remote: served}
	go func() {
		e.session.Ready()
		for {
			select {
			case m := <-e.asked:
				var r protocol.Request
				if err := json.Unmarshal(m.text, &r); err != nil {
					panic(err)
				}
				e.session.Handle(r, m.files)
			case <-e.gone: // what it was doing ends, unheard
				e.session.Handle(protocol.Request{Type: protocol.TypeStop}, nil)
				return
			}
		}
	}()
	return e
}

func (e *engine) dead() bool {
	select {
	case <-e.gone:
		return true
	default:
		return false
	}
}

func (e *engine) die() {
	if !e.dead() {
		close(e.gone)
		for _, h := range e.beside() {
			h.Dismiss()
		}
	}
}

func (e *engine) send(r protocol.Response, values []float32) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if r.Type == protocol.TypeState {
		e.state = r.State
	}
	e.said = append(e.said, said{text: text, values: values})
}

func (e *engine) keep(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	text, err := json.Marshal(protocol.Response{Type: protocol.TypeKept, Name: name})
	e.mu.Lock()
	defer e.mu.Unlock()
	e.said = append(e.said, said{text: text, kept: b.Bytes()})
	return err
}

// yield takes a turn.
func (e *engine) yield() {
	for !e.dead() {
		e.mu.Lock()
		if e.turns > 0 {
			e.turns--
			e.mu.Unlock()
			return
		}
		more := e.more
		e.mu.Unlock()
		select {
		case <-more:
		case <-e.gone:
		}
	}
}

// compute lets the engine take so many turns, and waits until it has, or has nothing to do.
func (e *engine) compute(turns int) {
	e.mu.Lock()
	e.turns = turns
	close(e.more)
	e.more = make(chan struct{})
	e.mu.Unlock()
	synctest.Wait()
}

// hear takes the oldest message that the page has not heard.
func (e *engine) hear() (said, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.said) == 0 {
		return said{}, false
	}
	m := e.said[0]
	e.said = e.said[1:]
	return m, true
}

// beside lists the other workers that were started.
func (e *engine) beside() []*helper {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.helpers)
}

// helper is another worker: it may fail to start, say nothing while it loads, die, or answer in time.
type helper struct {
	worker.Call
	asked chan letter
	reply chan letter
	gone  chan struct{}
	once  sync.Once
}

type letter struct {
	text   []byte
	values [][]float32
}

// Of so many workers one cannot be started, and one says nothing until it is given up.
const (
	unstartable = 7
	silent      = 5
)

var errKilled = errors.New("it was killed")

func (e *engine) help() (session.Worker, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.helpers)
	h := &helper{asked: make(chan letter), reply: make(chan letter, 1), gone: make(chan struct{})}
	e.helpers = append(e.helpers, h)
	h.Call = h.call
	switch {
	case e.dead():
		h.Dismiss()
	case n%unstartable == unstartable-1:
		h.Dismiss()
		return nil, fault.New("worker-files")
	case n%silent == silent-1:
		time.AfterFunc(20*time.Second, h.Dismiss)
	default:
		go h.serve()
	}
	return h, nil
}

func (h *helper) serve() {
	s := worker.NewServer(cpu.New())
	for {
		select {
		case l := <-h.asked:
			var ask worker.Ask
			if err := json.Unmarshal(l.text, &ask); err != nil {
				panic(err)
			}
			answer, values := s.Answer(context.Background(), ask, l.values)
			text, err := json.Marshal(answer)
			if err != nil {
				panic(err)
			}
			h.reply <- letter{text, values}
		case <-h.gone:
			return
		}
	}
}

func (h *helper) call(ctx context.Context, ask worker.Ask, values ...[]float32) (answer worker.Answer,
	_ [][]float32, err error) {
	text, err := json.Marshal(ask)
	if err != nil {
		return answer, nil, err
	}
	var got letter
	for sent := false; ; sent = true {
		ask, reply := h.asked, chan letter(nil)
		if sent {
			ask, reply = nil, h.reply
		}
		select {
		case ask <- letter{text, values}:
			continue
		case got = <-reply:
			err := json.Unmarshal(got.text, &answer)
			return answer, got.values, err
		case <-h.gone:
			return answer, nil, errKilled
		case <-ctx.Done():
			h.Dismiss()
			return answer, nil, ctx.Err()
		}
	}
}

func (h *helper) Dismiss() { h.once.Do(func() { close(h.gone) }) }

func (h *helper) Gone() bool {
	select {
	case <-h.gone:
		return true
	default:
		return false
	}
}

var _ experiment.Worker = (*helper)(nil)

// table is a file of so many rows, whose channels are named after its mark.
func table(name, mark string, rows int, extra string) datasets.File {
	var b strings.Builder
	fmt.Fprintf(&b, "%sa,%sb,label\n", mark, mark)
	for i := range rows {
		label := 0
		if i%50 > 44 {
			label = 1
		}
		fmt.Fprintf(&b, "%d,%d,%d\n", i%7+20*label, i%5, label)
	}
	return inMemory(name, b.String()+extra)
}

func inMemory(name, text string) datasets.File {
	return datasets.File{Name: name, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}
