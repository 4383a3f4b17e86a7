//go:build js

// Command worker is the engine in a Web Worker.
package main

import (
	"encoding/json"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall/js"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/backend/simd"
	"cosinelab/engine/session"
	"cosinelab/engine/session/protocol"
	"cosinelab/wasm/mail"
)

// garbage is how much of what is in use the engine lets accumulate before it collects, in percent. What it
// holds is numbers, in few large pieces, which are collected in no time; but the memory of a WebAssembly
// program never shrinks. leastGarbage accumulates whatever is in use, in bytes: of a few megabytes a fifth is full
// every moment, and a small experiment would spend a tenth of its time on collecting.
const garbage, leastGarbage = 20, 32 << 20

// leastInUse is what Go takes to be in use at least when it counts how much may accumulate.
const leastInUse = 4 << 20

// tuneGarbage keeps to both after every collection; percent is what was set before this one.
func tuneGarbage(percent int) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	inUse := m.NextGC / uint64(100+percent) * 100
	percent = int(max(garbage, 100*leastGarbage/max(inUse, leastInUse)))
	debug.SetGCPercent(percent)
	runtime.AddCleanup(new([1]*int), tuneGarbage, percent)
}

// tabMemory is how many bytes an experiment may take: a WebAssembly program has 4 GB, of which garbage, the set
// and what is read of a file want their parts.
const tabMemory = 2.5e9

func main() {
	tuneGarbage(debug.SetGCPercent(garbage))
	device, tile, sure := open()
	if strings.HasPrefix(js.Global().Get("name").String(), furtherKind) {
		serve(device) // never returns
	}
	s := &session.Session{
		Device:      device,
		Tile:        sure,
		Machine:     "js/wasm",
		Send:        func(r protocol.Response, values []float32) { post(r, values) },
		Keep:        keep,
		SendFile:    sendFile,
		Yield:       newTurns().yield,
		Memory:      tabMemory,
		Cores:       js.Global().Get("navigator").Get("hardwareConcurrency").Int(),
		StartWorker: func() (session.Worker, error) { return start(tile) },
	}
	if device.Name() == simd.Name {
		s.Roofline = simd.Roofline
	}
	if remote := openRemote(); remote != nil {
		s.Remote, s.Passed = remote, remote.Passed
	}
	s.Ready()
	listen(func(message js.Value) { receive(s, message) })
	// The rest happens in callbacks and their goroutines; a program that returns from main is gone.
	select {}
}

// open returns the fastest device there is here, and the tile of its products, for the workers that this one
// starts. sure is the tile again if it is good for later pages too, else empty. Whoever knows a tile puts it
// behind the # of the worker's address. A browser without SIMD gets the plain device.
func open() (device backend.Device, tile, sure string) {
	known := strings.TrimPrefix(js.Global().Get("location").Get("hash").String(), "#")
	device, tile, good, err := simd.New(known)
	if err != nil {
		return cpu.New(), "", ""
	}
	if good {
		sure = tile
	}
	return device, tile, sure
}

// listen hands over messages, those that came before first: worker.js has kept them in inbox. The handler
// must not block, since it runs in the browser's event.
func listen(handle func(message js.Value)) {
	self := js.Global()
	inbox := self.Get("inbox")
	self.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		handle(args[0].Get("data"))
		return nil
	}))
	for i := range inbox.Length() {
		handle(inbox.Index(i))
	}
}

// receive passes on a message: the JSON of a request, then the File objects it names.
func receive(s *session.Session, message js.Value) {
	var req protocol.Request
	text, err := mail.Text(message)
	if err == nil {
		err = json.Unmarshal([]byte(text), &req)
	}
	if err != nil {
		post(protocol.Response{Type: protocol.TypeError,
			Error: &protocol.Error{Where: "engine",
				Fault: fault.Of(fault.New("request-unreadable", err))}}, nil)
		return
	}
	var files []datasets.File
	for i := 1; i < message.Length(); i++ {
		files = append(files, fileOf(message.Index(i)))
	}
	s.Handle(req, files)
}

// post sends a response, with values beside it if not nil. Each time the Box is a new one: the page sends no
// buffers back. One that cannot be sent becomes an error in its place.
func post(r protocol.Response, values []float32) {
	var beside [][]float32
	if values != nil {
		beside = [][]float32{values}
	}
	err := deliver(&mail.Box{}, r, beside...)
	if err == nil {
		return
	}
	wrong := &protocol.Error{Where: "engine", Fault: fault.Of(err)}
	answer := protocol.Response{Type: protocol.TypeError, ID: r.ID, Error: wrong}
	if err := deliver(&mail.Box{}, answer); err != nil {
		panic(err) // the page hears of the end
	}
}

// keep sends a checkpoint to the page.
func keep(name string, write func(io.Writer) error) error {
	return sendFile(protocol.Response{Type: protocol.TypeKept, Name: name}, write)
}

// sendFile sends a response with bytes, in the pieces in which they are written: they are never here as a whole.
func sendFile(r protocol.Response, write func(io.Writer) error) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	p := pieces{message: []any{string(text)}}
	if err := write(&p); err != nil {
		return err
	}
	return mail.Post(js.Global(), p.message, p.transfer)
}

// pieces is a message that grows by what is written to it.
type pieces struct{ message, transfer []any }

// Write adds a piece, which is a copy: the writer may use b again.
func (p *pieces) Write(b []byte) (int, error) {
	piece := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(piece, b)
	p.message, p.transfer = append(p.message, piece), append(p.transfer, piece.Get("buffer"))
	return len(b), nil
}

// deliver sends what JSON can say, with values beside it, to whoever started this worker.
func deliver(m *mail.Box, message any, values ...[]float32) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return m.Send(js.Global(), text, values...)
}
