//go:build js

// Command worker is the engine in a Web Worker.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall/js"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/wasm/protocol"
	"cosinelab/wasm/session"
)

func main() {
	s := &session.Session{
		Device:  cpu.New(),
		Machine: "js/wasm",
		Send:    post,
		Context: func(ctx context.Context) context.Context { return newBreathing(ctx) },
	}
	if remote := openRemote(); remote != nil {
		s.Remote = remote
	}
	s.Ready()
	listen(s)
	select {}
}

// listen takes over the messages of the page, those that came before first.
func listen(s *session.Session) {
	self := js.Global()
	handle := js.FuncOf(func(_ js.Value, args []js.Value) any {
		receive(s, args[0].Get("data"))
		return nil
	})
	inbox := self.Get("inbox")
	self.Set("onmessage", handle)
	for i := range inbox.Length() {
		receive(s, inbox.Index(i))
	}
}

// receive passes on a message: the JSON of a request, then the File objects it names.
func receive(s *session.Session, message js.Value) {
	var req protocol.Request
	if err := json.Unmarshal([]byte(message.Index(0).String()), &req); err != nil {
		post(protocol.Response{Type: protocol.TypeError, Error: &protocol.Error{Where: "engine", Message: fmt.Sprintf("request: %v", err)}}, nil)
		return
	}
	var files []datasets.File
	for i := 1; i < message.Length(); i++ {
		files = append(files, fileOf(message.Index(i)))
	}
	s.Handle(req, files)
}

// post sends a response; values are copied once, into a buffer that is transferred.
func post(r protocol.Response, values []float32) {
	text, err := json.Marshal(r)
	if err != nil {
		text, _ = json.Marshal(protocol.Response{Type: protocol.TypeError, ID: r.ID,
			Error: &protocol.Error{Where: "engine", Message: fmt.Sprintf("%s: %v", r.Type, err)}})
		values = nil
	}
	if values == nil {
		js.Global().Call("postMessage", []any{string(text)})
		return
	}
	buffer := toBuffer(values)
	js.Global().Call("postMessage", []any{string(text), buffer}, []any{buffer})
}
