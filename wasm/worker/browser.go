//go:build js

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall/js"
	"time"

	"cosinelab/datasets"
)

// await blocks until a promise settles. It must not be called from a callback.
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
		settled <- outcome{err: errors.New(args[0].Get("message").String())}
		return nil
	})
	defer failed.Release()
	promise.Call("then", ok, failed)
	o := <-settled
	return o.value, o.err
}

// bytesOf copies an ArrayBuffer that a promise gives.
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

// fileOf wraps a File object that the page was given.
func fileOf(file js.Value) datasets.File {
	return datasets.File{Name: file.Get("name").String(), Open: func() (io.ReadCloser, error) {
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

// fetch reads what is at a URL.
func fetch(url string) ([]byte, error) {
	response, err := await(js.Global().Call("fetch", url))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	if !response.Get("ok").Bool() {
		return nil, fmt.Errorf("%s: the server answers %d", url, response.Get("status").Int())
	}
	return bytesOf(response.Call("arrayBuffer"))
}

// breath is how long the engine may compute before it lets the page's messages in: an answer then comes well within
// 100 ms.
const breath = 12 * time.Millisecond

// breathing is a context whose Err, which devices ask between steps, gives the event loop a turn now and then. Without
// that no message could arrive while a program computes, not even one that cancels it.
type breathing struct {
	context.Context
	last    time.Time
	turn    chan struct{}
	channel js.Value
}

func newBreathing(ctx context.Context) *breathing {
	b := &breathing{Context: ctx, last: time.Now(), turn: make(chan struct{}, 64), channel: js.Global().Get("MessageChannel").New()}
	b.channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		b.turn <- struct{}{}
		return nil
	}))
	return b
}

// Err lets the event loop run if it has waited long enough, then answers as the wrapped context does.
func (b *breathing) Err() error {
	if time.Since(b.last) > breath {
		b.last = time.Now() // before the wait: what else runs meanwhile need not ask too
		b.channel.Get("port2").Call("postMessage", js.Null())
		<-b.turn
		b.last = time.Now()
	}
	return b.Context.Err()
}
