package main

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// served answers every request with h through a gate of so many connections, until the test ends.
func served(t *testing.T, most int, h http.HandlerFunc) (addr string) {
	t.Helper()
	return watched(t, most, h, func(http.ConnState) {})
}

// watched is served; each state of a connection is told when the gate has heard of it.
func watched(t *testing.T, most int, h http.HandlerFunc, heard func(http.ConnState)) (addr string) {
	t.Helper()
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(listener, most)
	follow := func(c net.Conn, state http.ConnState) {
		g.follow(c, state)
		heard(state)
	}
	server := &http.Server{Handler: h, ConnState: follow, ErrorLog: log.New(io.Discard, "", 0)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(g) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-ended; err != http.ErrServerClosed {
			t.Error(err)
		}
		if g.open != 0 || g.idle.Len() != 0 {
			t.Errorf("%d connections, %d of them idle, are left", g.open, g.idle.Len())
		}
	})
	return listener.Addr().String()
}

// client is a connection whose every step must end within a minute.
type client struct {
	net.Conn
	read *bufio.Reader
}

func dial(t testing.TB, addr string) client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return client{c, bufio.NewReader(c)}
}

// get asks for a path and returns the status of the answer; 0 = the connection is gone.
func (c client) get(path string) int {
	io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	r, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return 0
	}
	return r.StatusCode
}

func TestTheLongestIdleConnectionMakesRoom(t *testing.T) {
	idle := make(chan struct{}, 100)
	addr := watched(t, 3, func(http.ResponseWriter, *http.Request) {}, func(s http.ConnState) {
		if s == http.StateIdle {
			idle <- struct{}{}
		}
	})
	var clients []client
	for range 3 {
		c := dial(t, addr)
		if got := c.get("/"); got != 200 {
			t.Fatalf("one of the first: %d", got)
		}
		<-idle // an answer is there a moment before its connection counts as idle
		clients = append(clients, c)
	}
	clients[0].get("/") // so that the second is now idle longest
	<-idle
	late := dial(t, addr)
	if got := late.get("/"); got != 200 {
		t.Errorf("the newcomer: %d", got)
	}
	for i, want := range []int{200, 0, 200} {
		if got := clients[i].get("/"); got != want {
			t.Errorf("client %d: %d, want %d", i, got, want)
		}
	}
}

func TestNewcomersWaitWhileAllAreBusy(t *testing.T) {
	release := make(chan struct{})
	busy := make(chan struct{}, 2)
	addr := served(t, 2, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			busy <- struct{}{}
			<-release
		}
	})
	var all sync.WaitGroup
	for range 2 {
		c := dial(t, addr)
		all.Go(func() {
			if got := c.get("/slow"); got != 200 {
				t.Errorf("a busy one: %d", got)
			}
		})
		<-busy
	}
	late := dial(t, addr)
	all.Go(func() {
		if got := late.get("/"); got != 200 {
			t.Errorf("the newcomer: %d", got)
		}
	})
	close(release)
	all.Wait()
}

func TestAFullServerStops(t *testing.T) {
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(listener, 1)
	accepted := make(chan error, 2)
	go func() {
		for {
			_, err := g.Accept() // never idle, as nothing says so
			if accepted <- err; err != nil {
				return
			}
		}
	}()
	dial(t, listener.Addr().String())
	dial(t, listener.Addr().String())
	if err := <-accepted; err != nil {
		t.Fatal(err)
	}
	g.Close()
	if err := <-accepted; err == nil {
		t.Error("Accept goes on after Close")
	}
}

// A client that takes nothing of its answer does not hold it for ever: every piece has a deadline of its own.
func TestEveryPieceOfAnAnswerHasItsDeadline(t *testing.T) {
	pieces := &pieces{}
	c := &conn{Conn: pieces, gate: newGate(nil, 1)}
	if n, err := c.Write(make([]byte, 3*piece+1)); n != 3*piece+1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if len(pieces.sizes) != 4 || pieces.deadlines != 4 {
		t.Errorf("pieces of %v with %d deadlines", pieces.sizes, pieces.deadlines)
	}
	if n, err := c.Write(nil); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
	if _, copies := any(c).(io.ReaderFrom); copies {
		t.Error("ReadFrom would send files without deadlines")
	}
}

// pieces notes what is written.
type pieces struct {
	net.Conn
	sizes     []int
	deadlines int
}

func (p *pieces) Write(b []byte) (int, error) {
	p.sizes = append(p.sizes, len(b))
	return len(b), nil
}

func (p *pieces) SetWriteDeadline(at time.Time) error {
	if until := time.Until(at); until > 0 && until <= stall {
		p.deadlines++
	}
	return nil
}

func TestListingsAreShared(t *testing.T) {
	begun, goOn := make(chan context.Context, 10), make(chan string)
	l := lister{list: func(ctx context.Context) []byte {
		begun <- ctx
		select {
		case text := <-goOn:
			return []byte(text)
		case <-ctx.Done():
			return nil
		}
	}}
	type got struct {
		text string
		err  error
	}
	ask := func(ctx context.Context) chan got {
		answer := make(chan got, 1)
		go func() { text, err := l.get(ctx); answer <- got{string(text), err} }()
		return answer
	}
	waiting := func(n int) {
		for {
			l.mu.Lock()
			there := l.next != nil && l.next.waiting == n
			l.mu.Unlock()
			if there {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	first := ask(t.Context())
	<-begun
	var others []chan got
	for i := range 5 {
		others = append(others, ask(t.Context()))
		waiting(i + 1)
	}
	goOn <- "one"
	if g := <-first; g.text != "one" || g.err != nil {
		t.Errorf("the first: %v", g)
	}
	goOn <- "two" // begun after the others asked
	for _, o := range others {
		if g := <-o; g.text != "two" || g.err != nil {
			t.Errorf("one of the others: %v", g)
		}
	}
	<-begun

	leaving, leave := context.WithCancel(t.Context())
	left := ask(leaving)
	listing := <-begun
	leave()
	<-listing.Done() // nobody waits for it any more
	if g := <-left; g.err == nil {
		t.Errorf("who left: %v", g)
	}
	last := ask(t.Context())
	<-begun
	goOn <- "three"
	if g := <-last; g.text != "three" {
		t.Errorf("after somebody left: %v", g)
	}
}
