//go:build js

package main

import (
	"context"
	"encoding/json"
	"strings"
	"syscall/js"

	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/session"
	"cosinelab/engine/session/worker"
	"cosinelab/wasm/mail"
	"cosinelab/wasm/spawn"
)

// furtherKind begins the name of a worker that computes for another worker, not for the page.
const furtherKind = "further"

// serve answers another worker, one message after the other.
func serve(device backend.Device) {
	s := worker.NewServer(device)
	asked := make(chan js.Value, 4) // a worker asks one thing at a time
	listen(func(message js.Value) { asked <- message })
	var letters mail.Box
	for message := range asked {
		var ask worker.Ask
		if err := json.Unmarshal([]byte(message.Index(0).String()), &ask); err != nil {
			deliver(&letters, worker.Answer{Fault: fault.Of(err)})
			continue
		}
		answer, values := s.Answer(context.Background(), ask, letters.Take(message))
		deliver(&letters, answer, values...)
	}
}

// further is another worker as the one that started it sees it.
type further struct {
	worker.Call
	self    js.Value
	answers chan js.Value
	mail    mail.Box
	why     error         // it is gone; nil while it is there
	gone    chan struct{} // closed when why is set
}

// start starts another worker on the same compiled program, with the tile that was found here.
func start(tile string) (session.Worker, error) {
	global := js.Global()
	script, _, _ := strings.Cut(global.Get("location").Get("href").String(), "#")
	w := &further{answers: make(chan js.Value, 1), gone: make(chan struct{})}
	w.Call = w.call
	w.self = spawn.Start(script+"#"+tile, furtherKind, func(message js.Value) { w.answers <- message },
		w.bury)
	w.self.Call("postMessage", global.Get("program"))
	return w, nil
}

// Dismiss ends the worker.
func (w *further) Dismiss() { w.bury(fault.New("worker-dismissed")) }

// Gone reports whether the worker was ended, or died.
func (w *further) Gone() bool { return w.why != nil }

func (w *further) bury(why error) {
	if w.why == nil {
		w.why = why
		close(w.gone)
		w.self.Call("terminate")
	}
}

// call sends a message and waits. A worker whose answer nobody waits for any more is not asked again.
func (w *further) call(ctx context.Context, ask worker.Ask, buffers ...[]float32) (answer worker.Answer,
	values [][]float32, err error) {
	text, err := json.Marshal(ask)
	if err != nil {
		return answer, nil, err
	}
	parcel, transfer := w.mail.Parcel(text, buffers...)
	w.self.Call("postMessage", parcel, transfer)
	select {
	case reply := <-w.answers:
		if err := json.Unmarshal([]byte(reply.Index(0).String()), &answer); err != nil {
			return answer, nil, fault.New("worker-answer", err)
		}
		return answer, w.mail.Take(reply), nil
	case <-w.gone:
		return answer, nil, w.why
	case <-ctx.Done():
		w.bury(ctx.Err())
		return answer, nil, ctx.Err()
	}
}
