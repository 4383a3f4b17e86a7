package main

import (
	"container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of connections.
const (
	maxConns = 1024             // at a time
	stall    = 30 * time.Second // how long a client may take to accept the next piece of an answer
	piece    = 64 << 10         // bytes
)

// gate is a listener that holds so many connections at most. For one more, that which has been idle longest
// is closed; while none is idle, newcomers wait.
type gate struct {
	net.Listener
	most   int
	mu     sync.Mutex
	change *sync.Cond // of everything below
	open   int
	idle   list.List // of *conn, longest idle first
	closed bool
}

func newGate(l net.Listener, most int) *gate {
	g := &gate{Listener: l, most: most}
	g.change = sync.NewCond(&g.mu)
	return g
}

// Accept returns the next connection as soon as there is room for it.
func (g *gate) Accept() (net.Conn, error) {
	accepted, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.open >= g.most && !g.closed {
		if longest := g.idle.Front(); longest != nil {
			longest.Value.(*conn).leave()
			continue
		}
		g.change.Wait()
	}
	if g.closed {
		accepted.Close()
		return nil, net.ErrClosed
	}
	g.open++
	return &conn{Conn: accepted, gate: g}, nil
}

// Close ends Accept, whatever it waits for.
func (g *gate) Close() error {
	g.mu.Lock()
	g.closed = true
	g.change.Broadcast()
	g.mu.Unlock()
	return g.Listener.Close()
}

// follow keeps track of which connections are idle; it is for http.Server.ConnState.
func (g *gate) follow(c net.Conn, state http.ConnState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := c.(*conn) // the server knows none but those of Accept
	if own.idle != nil {
		g.idle.Remove(own.idle)
		own.idle = nil
	}
	if (state == http.StateNew || state == http.StateIdle) && !own.left {
		own.idle = g.idle.PushBack(own)
		g.change.Signal()
	}
}

// conn is a connection of a gate. A client that accepts nothing for a while loses it, however long it may
// take for all of an answer.
type conn struct {
	net.Conn
	gate *gate
	// Guarded by the gate:
	idle *list.Element // in gate.idle; nil = busy
	left bool          // its place is free again
}

// leave closes the connection and frees its place. The gate is locked.
func (c *conn) leave() error {
	if !c.left {
		c.left = true
		c.gate.open--
		c.gate.change.Signal()
	}
	if c.idle != nil {
		c.gate.idle.Remove(c.idle)
		c.idle = nil
	}
	return c.Conn.Close()
}

func (c *conn) Close() error {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	return c.leave()
}

// Write sends p piece by piece, each with its own deadline.
func (c *conn) Write(p []byte) (n int, err error) {
	for {
		if err := c.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return n, err
		}
		sent, err := c.Conn.Write(p[n:min(n+piece, len(p))])
		if n += sent; err != nil || n == len(p) {
			return n, err
		}
	}
}

// CloseWrite lets a client read the answer to a request that it is still sending.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
