//go:build js

// Command lab is the page.
package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"syscall/js"
	"unsafe"

	"github.com/hexops/vecty"

	"cosinelab/ui"
	"cosinelab/ui/state"
	"cosinelab/ui/words"
	"cosinelab/wasm/protocol"
	"cosinelab/wasm/spawn"
)

// lab joins the state, the page and the worker. Everything happens on the one thread of the page: a message is done
// with before the next comes.
type lab struct {
	state  *state.State
	page   *ui.Page
	worker js.Value
	drawn  bool // the page was rendered once: before, there is nothing to render again
}

func main() {
	s, effects := state.New(&words.English, js.Global().Get("location").Get("hash").String(), rememberedWorkers())
	l := &lab{state: s}
	l.page = &ui.Page{State: s, Send: l.send, Drawn: func() { l.drawn = true }}
	l.startWorker()
	for _, e := range effects {
		l.do(e)
	}
	js.Global().Call("addEventListener", "hashchange", js.FuncOf(func(js.Value, []js.Value) any {
		l.send(state.Follow{Hash: js.Global().Get("location").Get("hash").String()})
		return nil
	}))
	l.page.Listen()
	vecty.RenderBody(l.page)
}

// send hands a message to the state, does what it asks for, and has the page drawn before the next frame.
func (l *lab) send(msg any) {
	for _, e := range l.state.Update(msg) {
		l.do(e)
	}
	if _, quiet := msg.(state.Cursor); !quiet && l.drawn {
		vecty.Rerender(l.page)
	}
}

// do carries out what the state asks for: only here does the page touch the worker, the address and the clipboard.
func (l *lab) do(effect any) {
	switch e := effect.(type) {
	case state.Post:
		l.post(e.Request)
	case state.SetHash:
		js.Global().Get("history").Call("replaceState", js.Null(), "", "#"+e.Hash)
	case state.StartEngine:
		l.startWorker()
	case state.Remember:
		ui.Remember(workersKey, strconv.Itoa(e.Workers))
	case state.Copy:
		l.copyAddress()
	}
}

// workersKey is where the browser keeps the number of workers from visit to visit.
const workersKey = "workers"

// rememberedWorkers is the number that was chosen on this machine; 0 = none was.
func rememberedWorkers() int {
	n, err := strconv.Atoi(ui.Remembered(workersKey))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// startWorker fetches the engine, which loads while the page is shown already; the one before is gone, or goes now.
func (l *lab) startWorker() {
	if l.worker.Truthy() {
		l.worker.Call("terminate")
	}
	url, err := asset("worker.js")
	if err != nil {
		l.state.Update(state.Lost{Reason: err.Error()})
		return
	}
	var worker js.Value
	worker = spawn.Start(url, "engine",
		func(message js.Value) { l.receive(message) },
		func(reason string) {
			if l.worker.Equal(worker) {
				l.send(state.Lost{Reason: reason})
			}
		})
	l.worker = worker
}

// asset returns the built name of a file of the page.
func asset(name string) (string, error) {
	names := map[string]string{}
	list := js.Global().Get("document").Call("getElementById", "assets")
	if err := json.Unmarshal([]byte(list.Get("textContent").String()), &names); err != nil {
		return "", fmt.Errorf("reading the names of the page's files: %w", err)
	}
	if names[name] == "" {
		return "", fmt.Errorf("the page was built without %s", name)
	}
	return names[name], nil
}

// post sends a request: its JSON, then the files that it names.
func (l *lab) post(r protocol.Request) {
	text, err := json.Marshal(r)
	if err != nil {
		l.state.Update(state.Lost{Reason: fmt.Sprintf("request %s: %v", r.Type, err)})
		return
	}
	message := []any{string(text)}
	for _, name := range r.Files {
		if file, ok := l.page.File(name); ok {
			message = append(message, file)
		}
	}
	l.worker.Call("postMessage", message)
}

// receive takes over a message of the worker: its JSON, then a buffer if it has series.
func (l *lab) receive(message js.Value) {
	var a state.Answer
	if err := json.Unmarshal([]byte(message.Index(0).String()), &a.Response); err != nil {
		l.send(state.Lost{Reason: fmt.Sprintf("answer of the worker: %v", err)})
		return
	}
	if message.Length() > 1 {
		a.Buckets = floats(message.Index(1))
	}
	l.send(a)
}

// floats copies an ArrayBuffer of float32 values.
func floats(buffer js.Value) []float32 {
	view := js.Global().Get("Uint8Array").New(buffer)
	values := make([]float32, view.Length()/4)
	js.CopyBytesToGo(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values)), view)
	return values
}

// copyAddress puts the address on the clipboard, where the browser lets it.
func (l *lab) copyAddress() {
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() { // only there on secure origins
		l.send(state.Copied{OK: false})
		return
	}
	answer := func(ok bool) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			l.send(state.Copied{OK: ok})
			return nil
		})
	}
	clipboard.Call("writeText", js.Global().Get("location").Get("href")).Call("then", answer(true), answer(false))
}
