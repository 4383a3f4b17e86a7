//go:build js

package main

import (
	"encoding/json"
	"syscall/js"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui"
	"cosinelab/wasm/mail"
	"cosinelab/wasm/spawn"
)

// engine is the worker as the page sees it.
type engine struct{ worker js.Value }

// tileKey is where the browser keeps the tile that products are fastest in, with its own name: another
// version of it may compile them in another way. boot.js reads it.
const tileKey = "tile"

// startEngine takes over the worker that boot.js has started, or, later, starts another. Answers come with
// the values that travel beside them, if there are any, checkpoints go to keep; lost is told why no more will
// come. None is called before this returns.
func startEngine(answer func(r protocol.Response, values []float32), keep func(name string, pieces js.Value),
	lost func(why error)) *engine {
	hear := func(message js.Value) {
		var r protocol.Response
		if err := json.Unmarshal([]byte(message.Index(0).String()), &r); err != nil {
			lost(fault.New("worker-answer", err))
			return
		}
		if r.Type == protocol.TypeReady {
			mark("engine ready")
			if r.Tile != "" {
				ui.Remember(tileKey, r.Tile+" "+js.Global().Get("navigator").Get("userAgent").String())
			}
		}
		if r.Type == protocol.TypeKept {
			keep(r.Name, message.Call("slice", 1))
			return
		}
		var values []float32
		if all := (&mail.Box{}).Take(message); len(all) > 0 {
			values = all[0]
		}
		answer(r, values)
	}
	if early := js.Global().Get("engine"); early.Truthy() {
		js.Global().Delete("engine")
		e, list := &engine{early.Get("worker")}, early.Get("heard")
		heard := make([]js.Value, list.Length())
		for i := range heard {
			heard[i] = list.Index(i)
		}
		go spawn.Attend(e.worker, early.Get("name").String(), heard, hear, lost)
		return e
	}
	url, err := asset("worker.js")
	if err != nil {
		go lost(err)
		return &engine{}
	}
	return &engine{spawn.Start(url, "engine", hear, lost)}
}

// end ends the engine, if there is one.
func (e *engine) end() {
	if e != nil && e.worker.Truthy() {
		e.worker.Call("terminate")
	}
}

// post sends a request: its JSON, then the files that it names.
func (e *engine) post(r protocol.Request, files ...any) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fault.New("request-unsaid", r.Type, err)
	}
	if !e.worker.Truthy() {
		return nil // what is wrong is said already
	}
	e.worker.Call("postMessage", append([]any{string(text)}, files...))
	return nil
}

// mark notes for measurements when something was reached; the names are page ready and engine ready.
func mark(name string) { js.Global().Get("performance").Call("mark", name) }

// sinceStart is in milliseconds from the start of the navigation.
func sinceStart() float64 { return js.Global().Get("performance").Call("now").Float() }

// asset returns the built name of a file of the page.
func asset(name string) (string, error) {
	names := map[string]string{}
	list := js.Global().Get("document").Call("getElementById", "assets")
	if err := json.Unmarshal([]byte(list.Get("textContent").String()), &names); err != nil {
		return "", fault.New("page-names", err)
	}
	if names[name] == "" {
		return "", fault.New("page-without", name)
	}
	return names[name], nil
}

// copyText puts text on the clipboard, where the browser lets it, and tells whether it did.
func copyText(text string, done func(ok bool)) {
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() { // only there on secure origins
		done(false)
		return
	}
	answer := func(ok bool) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			done(ok)
			return nil
		})
	}
	clipboard.Call("writeText", text).Call("then", answer(true), answer(false))
}
