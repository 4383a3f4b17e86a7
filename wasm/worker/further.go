//go:build js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"syscall/js"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/session"
	"cosinelab/engine/session/worker"
	"cosinelab/wasm/mail"
	"cosinelab/wasm/spawn"
)

// furtherKind begins the name of a worker that computes for another worker, not for the page.
const furtherKind = "further"

// serve answers another worker, one message after the other, for ever: whoever started this worker ends it.
func serve(device backend.Device) {
	s := worker.NewServer(device)
	asked := make(chan js.Value, 4) // a worker asks one thing at a time
	listen(func(message js.Value) { asked <- message })
	var letters mail.Box
	for message := range asked {
		ask, buffers, err := opened(&letters, message)
		var answer worker.Answer
		var values [][]float32
		if err == nil {
			answer, values = s.Answer(context.Background(), ask, buffers)
			err = deliver(&letters, answer, values...)
		}
		if err != nil && deliver(&letters, worker.Answer{Fault: fault.Of(err)}) != nil {
			panic(err) // whoever waits for the answer hears of the end
		}
	}
}

// opened reads what another worker asks, with the values beside it.
func opened(letters *mail.Box, message js.Value) (ask worker.Ask, buffers [][]float32, err error) {
	text, err := mail.Text(message)
	if err == nil {
		err = json.Unmarshal([]byte(text), &ask)
	}
	if err == nil {
		buffers, err = letters.Take(message)
	}
	return ask, buffers, err
}

// further is another worker as the one that started it sees it. Its fields change only on the one thread that
// all goroutines of a WebAssembly program share, so that there is no lock.
type further struct {
	worker.Call
	self    *spawn.Worker
	asked   bool // a call waits for an answer
	answers chan js.Value
	mail    mail.Box
	why     error         // it is gone; nil while it is there
	gone    chan struct{} // closed when why is set
}

// loads is how long another worker may load until the others go on without it: its files are in the browser's
// cache, and its program is compiled.
const loads = 20 * time.Second

// start starts another worker on the same compiled program, which is sent to it first, with the tile of
// products that was found here: it need neither compile nor measure again.
func start(tile string) (session.Worker, error) {
	global := js.Global()
	script, _, _ := strings.Cut(global.Get("location").Get("href").String(), "#")
	w := &further{answers: make(chan js.Value, 1), gone: make(chan struct{})}
	w.Call = w.call
	self, err := spawn.Start(script+"#"+tile, furtherKind, loads, w.hear, w.bury)
	if err != nil {
		return nil, err
	}
	w.self = self
	if err := mail.Post(self.Value, global.Get("program"), nil); err != nil {
		self.End()
		return nil, err
	}
	return w, nil
}

// errUnasked is a worker that says something that nobody has asked for: it would be taken for the answer to
// the next question.
var errUnasked = errors.New("nobody has asked for it")

// hear passes the answer on to the call that waits for it.
func (w *further) hear(message js.Value) {
	if !w.asked {
		w.bury(fault.New("worker-answer", errUnasked))
		return
	}
	w.asked = false
	w.answers <- message
}

// Dismiss ends the worker.
func (w *further) Dismiss() { w.bury(fault.New("worker-dismissed")) }

// Gone reports whether the worker was ended, or died.
func (w *further) Gone() bool { return w.why != nil }

// bury ends the worker, and the call that waits for it, with the reason why. Only the first reason counts.
func (w *further) bury(why error) {
	if w.why == nil {
		w.why = why
		close(w.gone)
		w.self.End()
	}
}

// call sends a message and waits. A worker that cannot be asked, does not answer as it should, or whose
// answer nobody waits for any more when ctx ends, is ended: its next answer could be one to another question.
func (w *further) call(ctx context.Context, ask worker.Ask, buffers ...[]float32) (worker.Answer,
	[][]float32, error) {
	answer, values, err := w.ask(ctx, ask, buffers)
	if err != nil {
		w.bury(err)
	}
	return answer, values, err
}

func (w *further) ask(ctx context.Context, ask worker.Ask, buffers [][]float32) (answer worker.Answer,
	values [][]float32, err error) {
	if w.why != nil {
		return answer, nil, w.why
	}
	text, err := json.Marshal(ask)
	if err != nil {
		return answer, nil, err
	}
	w.asked = true
	if err := w.mail.Send(w.self.Value, text, buffers...); err != nil {
		return answer, nil, err
	}
	select {
	case reply := <-w.answers:
		return w.read(reply)
	case <-w.gone:
		return answer, nil, w.why
	case <-ctx.Done():
		return answer, nil, ctx.Err()
	}
}

// read reads an answer.
func (w *further) read(reply js.Value) (answer worker.Answer, values [][]float32, err error) {
	text, err := mail.Text(reply)
	if err == nil {
		err = json.Unmarshal([]byte(text), &answer)
	}
	if err == nil {
		values, err = w.mail.Take(reply)
	}
	if err != nil {
		return answer, nil, fault.New("worker-answer", err)
	}
	return answer, values, nil
}
