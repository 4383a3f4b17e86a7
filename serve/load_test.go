package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cosinelab/assets/words"
)

// load is who bothers a server, and how soon it must answer everybody else and stop.
type load struct {
	idle, slow, busy int
	probes           int // of everything
	answer, stop     time.Duration
}

// TestEverybodyElseIsAnswered runs in full with COSINELAB_LOAD=1, which needs a machine that does nothing
// else. Otherwise it bothers the server less, and holds it only to answering at all.
func TestEverybodyElseIsAnswered(t *testing.T) {
	l := load{idle: 100, slow: 40, busy: 20, probes: 3, answer: time.Minute, stop: time.Minute}
	if os.Getenv("COSINELAB_LOAD") != "" {
		l = load{idle: 1000, slow: 200, busy: 200, probes: 20, answer: time.Second, stop: grace + time.Second}
	}
	page, err := loadPage(built())
	if err != nil {
		t.Fatal(err)
	}
	data, err := openFolder(hostileFolder(t), words.English())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, listener, handler(page, data, nil), log.New(io.Discard, "", 0)) }()

	var others sync.WaitGroup
	addr, answered := listener.Addr().String(), l.bother(t, ctx, &others, listener.Addr().String())
	l.probe(t, "http://"+addr)
	if answered.Load() == 0 {
		t.Error("the busy ones got no answer: there was no load")
	}
	begin := time.Now()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > l.stop {
		t.Errorf("the server took %v to stop, want %v", took, l.stop)
	}
	others.Wait()
}

// hostileFolder is a folder with a pipe in place of a set's file, deep nesting, circles, and many files.
func hostileFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	deep := filepath.Join(dir, strings.Repeat("deep/", 50))
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]int{"a.csv": 100, "large.npy": 8 << 20, "test.csv": 0, "test_label.csv": 0}
	for i := range 2000 {
		files[fmt.Sprintf("many-%d.csv", i)] = 1
	}
	for name, size := range files {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := pipe(filepath.Join(dir, "train.csv")); err != nil {
		t.Log("without a pipe:", err)
	}
	if err := os.Symlink(".", filepath.Join(dir, "circle")); err != nil {
		t.Log("without a link:", err)
	}
	return dir
}

// bother opens all connections, and returns once they are there. What it counts are answers to the busy ones.
func (l load) bother(t *testing.T, ctx context.Context, others *sync.WaitGroup, addr string) *atomic.Int64 {
	t.Helper()
	for range l.idle {
		dial(t, addr)
	}
	for i := range l.slow {
		c := dial(t, addr)
		switch i % 4 {
		case 0: // a header without end
			others.Go(func() { drip(ctx, c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") })
		case 1: // a body without end
			others.Go(
				func() {
					drip(ctx, c, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
				})
		case 2: // never reads its answer
			io.WriteString(c, "GET /data/files/large.npy HTTP/1.1\r\nHost: localhost\r\n\r\n")
		default: // leaves before its listing is there
			io.WriteString(c, "GET /data/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
			c.Close()
		}
	}
	answered := &atomic.Int64{}
	paths := []string{"/", "/" + labWasm, "/data/", "/data/files/a.csv", "/data/files/train.csv", "/missing"}
	for i := range l.busy {
		c := dial(t, addr)
		others.Go(func() {
			for n := i; ctx.Err() == nil && c.get(paths[n%len(paths)]) != 0; n++ {
				answered.Add(1)
			}
		})
	}
	return answered
}

// drip sends text, then a letter now and then, until the connection is gone.
func drip(ctx context.Context, c client, text string) {
	for ; ; text = "x" {
		if _, err := io.WriteString(c, text); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// probe asks for everything some times, each time as somebody new.
func (l load) probe(t *testing.T, url string) {
	t.Helper()
	somebody := &http.Client{Timeout: time.Minute,
		Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	slowest := time.Duration(0)
	for range l.probes {
		for _, path := range []string{"/", "/data/", "/data/files/a.csv"} {
			begin := time.Now()
			r, err := somebody.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != 200 {
				t.Errorf("%s: %d, %v", path, r.StatusCode, err)
			}
			r.Body.Close()
			took := time.Since(begin)
			if slowest = max(slowest, took); took > l.answer {
				t.Errorf("%s took %v, want %v", path, took, l.answer)
			}
		}
	}
	t.Logf("the slowest answer took %v", slowest)
}
