// Package spawn starts Web Workers whose end is heard of.
package spawn

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall/js"
	"time"

	"cosinelab/datasets/fault"
)

// alive is the first message of a worker that holds the lock of its name, as worker.js does for as long as it
// lives.
const alive = "alive"

// phase is where a worker stands in its life, which goes one way:
//
//	loading -> working   it said something
//	loading -> over      its files or its start failed, or it said nothing for too long
//	working -> over      its program failed, or it was killed, which nothing but its free lock tells
//	any     -> over      its owner ended it
//
// Nothing that happens to a worker that is over is news to anybody, and its failures are its own: without
// quiet the browser would take them for failures of the worker that started it.
type phase int

const (
	loading phase = iota
	working
	over
)

// Worker is a Web Worker through its life. It is used on the one thread that all goroutines of a WebAssembly
// program share.
type Worker struct {
	Value js.Value // to which messages are posted; those to a worker that is over vanish
	name  string
	phase phase
	slow  *time.Timer // nil = it may load as long as it likes
	hear  func(message js.Value)
	ended func(why error)
	funcs []js.Func // its listeners, released at the end
}

// Start starts the script at url in a worker. Its name is kind and something that no other worker has, since
// the lock by which its end is heard of has the same name. Messages go to hear; neither function may block.
// ended is called once, with the reason, unless the owner ends the worker first. One that says nothing for
// the time of patience counts as ended; 0 = it may load as long as it likes.
func Start(url, kind string, patience time.Duration, hear func(message js.Value),
	ended func(why error)) (w *Worker, err error) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case js.Error:
			w, err = nil, thrown // no room for one more, or a policy of the page
		default:
			panic(thrown)
		}
	}()
	name := fmt.Sprintf("%s %x", kind, rand.Uint64())
	w = Attend(js.Global().Get("Worker").New(url, map[string]any{"name": name}), name, hear, ended)
	if patience > 0 {
		// What came while this thread was busy is heard first: time may be over before a turn was given.
		w.slow = time.AfterFunc(patience, func() { w.slow = time.AfterFunc(turn, w.giveUp) })
	}
	return w, nil
}

// turn is long enough for messages that wait to be heard.
const turn = time.Second

// giveUp ends a worker that has not been heard of.
func (w *Worker) giveUp() {
	if w.phase == loading {
		w.fail(fault.New("worker-silent"))
	}
}

// Attend does what Start does for a worker that was started already.
func Attend(worker js.Value, name string, hear func(message js.Value), ended func(why error)) *Worker {
	w := &Worker{Value: worker, name: name, hear: hear, ended: ended}
	w.on("onmessage", func(event js.Value) { w.Receive(event.Get("data")) })
	w.on("onerror", func(event js.Value) {
		quiet.Invoke(event)
		w.fail(reason(event))
	})
	return w
}

// on sets a listener of the worker.
func (w *Worker) on(event string, do func(event js.Value)) {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		do(args[0])
		return nil
	})
	w.funcs = append(w.funcs, f)
	w.Value.Set(event, f)
}

// quiet keeps an error event where it is. Errors of a worker that is over may still come, and would travel on
// to the worker that started it, then to the page: whoever is not told to leave them counts them as its own.
var quiet = js.FuncOf(func(_ js.Value, args []js.Value) any {
	args[0].Call("preventDefault")
	return nil
})

// reason is why a worker failed. Files that are not there fail without a message.
func reason(event js.Value) error {
	m := event.Get("message")
	if m.Type() != js.TypeString || m.String() == "" {
		return fault.New("worker-files")
	}
	text := strings.TrimPrefix(strings.TrimPrefix(m.String(), "Uncaught "), "Error: ")
	if strings.Contains(text, "importScripts") {
		return fault.New("worker-files")
	}
	return errors.New(text)
}

// Receive takes a message over that the worker has sent, such as one that was heard before it was attended.
func (w *Worker) Receive(message js.Value) {
	if w.phase == over {
		return
	}
	w.phase = working
	if w.slow != nil {
		w.slow.Stop()
	}
	if message.Type() == js.TypeString && message.String() == alive {
		w.watch()
		return
	}
	w.hear(message)
}

// watch ends the worker when the lock of its name is free. Browsers queue requests: this one waits while the
// worker lives.
func (w *Worker) watch() {
	var free js.Func
	free = js.FuncOf(func(js.Value, []js.Value) any {
		free.Release()
		w.fail(fault.New("worker-ended"))
		return nil
	})
	js.Global().Get("navigator").Get("locks").Call("request", w.name, free)
}

// fail ends the worker and tells its owner why. A worker may fail in several ways at once, by its error and
// by its lock: the first counts.
func (w *Worker) fail(why error) {
	if w.phase != over {
		w.End()
		w.ended(why)
	}
}

// End ends the worker, whatever it is doing; its owner knows why.
func (w *Worker) End() {
	if w.phase == over {
		return
	}
	w.phase = over
	if w.slow != nil {
		w.slow.Stop()
	}
	w.Value.Set("onmessage", js.Null())
	w.Value.Set("onerror", quiet)
	w.Value.Call("terminate")
	for _, f := range w.funcs {
		f.Release()
	}
}
