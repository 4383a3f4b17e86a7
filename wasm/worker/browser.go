//go:build js

package main

import (
	"errors"
	"io"
	"syscall/js"
	"time"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// await blocks its goroutine until a promise settles. It must not be called from a callback of the browser:
// the event loop, which settles promises, waits for those.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	ok := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{value: args[0]}
		return nil
	})
	defer ok.Release()
	failed := js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: refusal(args[0])}
		return nil
	})
	defer failed.Release()
	promise.Call("then", ok, failed)
	o := <-settled
	return o.value, o.err
}

// refusal is why a promise was not kept, which may be anything, or nothing.
func refusal(why js.Value) error {
	if why.Type() == js.TypeObject && why.Get("message").Type() == js.TypeString {
		return errors.New(why.Get("message").String())
	}
	return errors.New(js.Global().Call("String", why).String())
}

// bytesOf copies the ArrayBuffer that a promise gives out of the browser's memory into Go's.
func bytesOf(promise js.Value) ([]byte, error) {
	buffer, err := await(promise)
	if err != nil {
		return nil, err
	}
	view := js.Global().Get("Uint8Array").New(buffer)
	out := make([]byte, view.Length())
	js.CopyBytesToGo(out, view)
	return out, nil
}

// fileOf wraps a File object that the page was given. It is read again, from its start, each time it is
// opened.
func fileOf(file js.Value) datasets.File {
	return datasets.File{Name: file.Get("name").String(), Size: int64(file.Get("size").Float()), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(&blob{file: file, size: file.Get("size").Int()}), nil
	}}
}

// blob reads a File object piece by piece: a large one is never here as a whole.
type blob struct {
	file     js.Value
	at, size int
}

// Read reads as much as it is asked for; what waits for it leaves the event loop to others.
func (b *blob) Read(p []byte) (int, error) {
	n := min(len(p), b.size-b.at)
	if n <= 0 {
		return 0, io.EOF
	}
	buffer, err := await(b.file.Call("slice", b.at, b.at+n).Call("arrayBuffer"))
	if err != nil {
		return 0, err
	}
	n = js.CopyBytesToGo(p[:n], js.Global().Get("Uint8Array").New(buffer))
	b.at += n
	return n, nil
}

// fetch reads what is at a URL; a status other than success is an error too.
func fetch(url string) ([]byte, error) {
	response, err := await(js.Global().Call("fetch", url))
	if err != nil {
		return nil, fault.New("in-place", url, err)
	}
	if !response.Get("ok").Bool() {
		return nil, fault.New("server-answers", url, response.Get("status").Int())
	}
	return bytesOf(response.Call("arrayBuffer"))
}

// turnEvery is how long the engine may compute before it lets messages in. Those of the page could wait longer;
// but another worker that trains by itself stands idle from the end of each of its steps until it is given the
// next, and a step of a small model takes some milliseconds. A turn itself takes some tens of microseconds.
const turnEvery = 1500 * time.Microsecond

// turns gives the event loop its turn now and then. Go runs on the worker's only thread, so that no message
// could arrive while a program computes, not even one that stops it. A message to this worker itself comes
// back only after those that wait already.
type turns struct {
	last time.Time
	back chan struct{} // a value for each message that came back: as many are under way as runs wait
	port js.Value
}

// newTurns opens the channel that the turns of this worker's whole life take.
func newTurns() *turns {
	channel := js.Global().Get("MessageChannel").New()
	t := &turns{last: time.Now(), back: make(chan struct{}, 64), port: channel.Get("port2")}
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		t.back <- struct{}{}
		return nil
	}))
	return t
}

// yield lets the event loop run if it has waited long enough.
func (t *turns) yield() {
	if time.Since(t.last) <= turnEvery {
		return
	}
	t.last = time.Now() // before the wait: what else runs meanwhile need not yield too
	t.port.Call("postMessage", js.Null())
	<-t.back
	t.last = time.Now()
}
