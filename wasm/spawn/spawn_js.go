// Package spawn starts Web Workers whose end is heard of.
package spawn

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall/js"

	"cosinelab/datasets/fault"
)

// alive is the first message of a worker that holds the lock of its name, as worker.js does for as long as it
// lives.
const alive = "alive"

// Start starts the script at url in a worker. Its name is kind and something that no other worker has.
// Messages go to hear; neither function may block. ended is called once when the worker ends by itself, with
// the reason: it could not be loaded, its program failed, or it was killed, which nothing but its free lock
// tells.
func Start(url, kind string, hear func(message js.Value), ended func(why error)) js.Value {
	name := fmt.Sprintf("%s %x", kind, rand.Uint64())
	worker := js.Global().Get("Worker").New(url, map[string]any{"name": name})
	Attend(worker, name, nil, hear, ended)
	return worker
}

// Attend does what Start does to a worker that was started already, and said what was heard.
func Attend(worker js.Value, name string, heard []js.Value, hear func(message js.Value),
	ended func(why error)) {
	var once sync.Once
	end := func(why error) {
		once.Do(func() {
			worker.Call("terminate")
			ended(why)
		})
	}
	receive := func(message js.Value) {
		if message.Type() == js.TypeString && message.String() == alive {
			watch(name, func() { end(fault.New("worker-ended")) })
		} else {
			hear(message)
		}
	}
	worker.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		receive(args[0].Get("data"))
		return nil
	}))
	worker.Set("onerror", js.FuncOf(func(_ js.Value, args []js.Value) any {
		why := fault.New("worker-files")
		if m := args[0].Get("message"); m.Truthy() {
			why = errors.New(strings.TrimPrefix(strings.TrimPrefix(m.String(), "Uncaught "), "Error: "))
		}
		end(why)
		return nil
	}))
	for _, message := range heard {
		receive(message)
	}
}

// watch calls free when the lock of a worker's name is.
func watch(name string, free func()) {
	js.Global().Get("navigator").Get("locks").Call("request", name, js.FuncOf(func(js.Value, []js.Value) any {
		free()
		return nil
	}))
}
