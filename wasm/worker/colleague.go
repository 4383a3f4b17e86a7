//go:build js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall/js"

	"cosinelab/engine/backend"
	"cosinelab/engine/session"
	"cosinelab/engine/session/peer"
	"cosinelab/wasm/mail"
	"cosinelab/wasm/spawn"
)

// colleagueKind begins the name of a worker that computes for another worker, not for the page.
const colleagueKind = "colleague"

// serve answers another worker, one message after the other.
func serve(device backend.Device) {
	s := peer.NewServer(device)
	asked := make(chan js.Value, 4) // a worker asks one thing at a time
	listen(func(message js.Value) { asked <- message })
	var letters mail.Box
	for message := range asked {
		var ask peer.Ask
		if err := json.Unmarshal([]byte(message.Index(0).String()), &ask); err != nil {
			deliver(&letters, peer.Answer{Error: err.Error()})
			continue
		}
		answer, values := s.Answer(context.Background(), ask, letters.Take(message))
		deliver(&letters, answer, values...)
	}
}

// colleague is another worker as the one that started it sees it.
type colleague struct {
	worker  js.Value
	answers chan js.Value
	mail    mail.Box
	gone    error
	dead    chan struct{} // closed when gone is set
}

// hire starts another worker on the same compiled program, with the tile that was found here.
func hire(tile string) (session.Colleague, error) {
	self := js.Global()
	script, _, _ := strings.Cut(self.Get("location").Get("href").String(), "#")
	c := &colleague{answers: make(chan js.Value, 1), dead: make(chan struct{})}
	c.worker = spawn.Start(script+"#"+tile, colleagueKind,
		func(message js.Value) { c.answers <- message },
		func(reason string) { c.bury(errors.New(reason)) })
	c.worker.Call("postMessage", self.Get("program"))
	call := peer.Call(c.call)
	return session.Colleague{Hand: call.Hand(), Started: call.Started, Dismiss: func() { c.bury(errors.New("the worker was dismissed")) },
		Gone: func() bool { return c.gone != nil }}, nil
}

func (c *colleague) bury(why error) {
	if c.gone == nil {
		c.gone = why
		close(c.dead)
		c.worker.Call("terminate")
	}
}

// call sends a message and waits. A worker whose answer nobody waits for any more is not asked again.
func (c *colleague) call(ctx context.Context, ask peer.Ask, buffers ...[]float32) (answer peer.Answer, values [][]float32, err error) {
	text, err := json.Marshal(ask)
	if err != nil {
		return answer, nil, err
	}
	parcel, transfer := c.mail.Parcel(text, buffers...)
	c.worker.Call("postMessage", parcel, transfer)
	select {
	case reply := <-c.answers:
		if err := json.Unmarshal([]byte(reply.Index(0).String()), &answer); err != nil {
			return answer, nil, fmt.Errorf("answer: %w", err)
		}
		return answer, c.mail.Take(reply), nil
	case <-c.dead:
		return answer, nil, c.gone
	case <-ctx.Done():
		c.bury(ctx.Err())
		return answer, nil, ctx.Err()
	}
}
