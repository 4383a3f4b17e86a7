// Package tab is what a page's program has of the browser around it.
package tab

import (
	"encoding/json"
	"syscall/js"

	"cosinelab/datasets/fault"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui"
	"cosinelab/wasm/mail"
	"cosinelab/wasm/spawn"
)

// Engine is the worker as the page sees it; it has no worker where none could be started.
type Engine struct {
	worker *spawn.Worker
	Heard  func(ms float64) // told how long hearing a message took; nil = nobody asks
}

// tileKey is where the browser keeps the tile that products are fastest in, with its own name: another
// version of it may compile them in another way. boot.js reads it.
const tileKey = "tile"

// StartEngine takes over the worker that boot.js has started, or, later, starts another. Answers come with
// the values that travel beside them, if there are any; checkpoints go to keep; lost is told why no more will
// come. None of the three is called before this returns: the caller has to know the engine by then.
func StartEngine(answer func(r protocol.Response, values []float32), keep func(name string, pieces js.Value),
	lost func(why error)) *Engine {
	e := &Engine{}
	hear := func(message js.Value) {
		if e.Heard != nil {
			begun := SinceStart()
			defer func() { e.Heard(SinceStart() - begun) }()
		}
		r, values, err := understand(message)
		if listener := js.Global().Get("engineSays"); listener.Truthy() && r.Type != protocol.TypeEvent {
			listener.Invoke(message.Index(0)) // that of the grid
		}
		switch {
		case err != nil:
			e.End()
			lost(fault.New("worker-answer", err))
		case r.Type == protocol.TypeKept:
			keep(r.Name, message.Call("slice", 1))
		case r.Type == protocol.TypeFile:
			ui.Save(r.Name, message.Call("slice", 1), "application/octet-stream")
			answer(r, nil)
		default:
			if r.Type == protocol.TypeReady {
				getReady(r)
			}
			answer(r, values)
		}
	}
	if early := js.Global().Get("engine"); early.Truthy() {
		js.Global().Delete("engine")
		list := early.Get("heard")
		e.worker = spawn.Attend(early.Get("worker"), early.Get("name").String(), hear, lost)
		// A goroutine runs only once this one waits, which is after StartEngine has returned.
		go func() {
			for i := range list.Length() {
				e.worker.Receive(list.Index(i))
			}
		}()
		return e
	}
	url, err := asset("worker.js")
	if err == nil {
		e.worker, err = spawn.Start(url, "engine", 0, hear, lost) // a slow net may take its time
	}
	if err != nil {
		go lost(err)
	}
	return e
}

// understand reads an answer, with the values that travel beside it. Those of a checkpoint or a file stay where
// they are.
func understand(message js.Value) (r protocol.Response, values []float32, err error) {
	text, err := mail.Text(message)
	if err == nil {
		err = json.Unmarshal([]byte(text), &r)
	}
	if err == nil {
		err = r.Check()
	}
	if err != nil || r.Type == protocol.TypeKept || r.Type == protocol.TypeFile {
		return r, nil, err
	}
	all, err := (&mail.Box{}).Take(message)
	if len(all) > 0 {
		values = all[0]
	}
	return r, values, err
}

// getReady notes that the engine is there, and the tile that it has found, for the next visit.
func getReady(r protocol.Response) {
	Mark("engine ready")
	if r.Tile != "" {
		ui.Remember(tileKey, r.Tile+" "+js.Global().Get("navigator").Get("userAgent").String())
	}
}

// End ends the engine, if there is one; what it was computing is lost.
func (e *Engine) End() {
	if e != nil && e.worker != nil {
		e.worker.End()
	}
}

// Post sends a request: its JSON, then the files that it names.
func (e *Engine) Post(r protocol.Request, files ...any) error {
	text, err := json.Marshal(r)
	if err == nil {
		err = e.Ask(string(text), files...)
	}
	if err != nil {
		return fault.New("request-unsaid", r.Type, err)
	}
	return nil
}

// Ask sends a request that is text already, then the files that it names. Without a worker it does nothing: what is
// wrong is said already.
func (e *Engine) Ask(text string, files ...any) error {
	if e.worker == nil {
		return nil
	}
	return mail.Post(e.worker.Value, append([]any{text}, files...), nil)
}

// Mark notes in the browser's timeline when something was reached: page ready, engine ready. Measurements
// read it there.
func Mark(name string) { js.Global().Get("performance").Call("mark", name) }

// SinceStart is in milliseconds from the start of the navigation.
func SinceStart() float64 { return js.Global().Get("performance").Call("now").Float() }

// asset returns the built name of a file of the page, which the build has written into the page
// (assets/cmd/build).
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

// CopyText puts text on the clipboard, where the browser lets it, and tells whether it did. Some let it only
// while they handle a click or a key.
func CopyText(text string, done func(ok bool)) {
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
