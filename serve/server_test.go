package main

import (
	"context"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cosinelab/assets/words"
)

// start serves built with args until the test ends; it returns the address and a function that stops the
// server and returns its exit code.
func start(t *testing.T, args ...string) (url string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, words.English(), append(args, "-addr", "127.0.0.1:0"), built(), write, io.Discard)
	}()
	t.Cleanup(cancel)
	line := make([]byte, 200)
	n, err := read.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	url = regexp.MustCompile(`http://\S+`).FindString(string(line[:n]))
	return url, func() int { cancel(); return <-code }
}

func TestServerPrintsWhereItIsAndEndsWithZero(t *testing.T) {
	url, stop := start(t, "-data", t.TempDir())
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != 200 || r.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
		t.Errorf("%s: %d %v", url, r.StatusCode, r.Header)
	}
	if code := stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if r, err := http.Get(url); err == nil {
		r.Body.Close()
		t.Error("the server answers after its end")
	}
}

func TestRunningAnswersFinishBeforeTheEnd(t *testing.T) {
	listener, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	closed := make(chan struct{}) // the listener is, so that the server is ending
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-closed
		io.WriteString(w, "whole")
	})
	ended := make(chan error, 1)
	go func() { ended <- serveUntil(ctx, listener, slow, log.Default()) }()
	go func() {
		for {
			c, err := net.DialTimeout("tcp", listener.Addr().String(), time.Second)
			if err != nil {
				close(closed)
				return
			}
			c.Close()
		}
	}()
	r, err := http.Get(address(listener.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := body(t, r); got != "whole" {
		t.Errorf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestPortInUseSaysWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	var stderr strings.Builder
	code := run(context.Background(), words.English(), []string{"-addr", addr}, built(), io.Discard, &stderr)
	want := "serve: " + addr + " is in use by another program: stop that one, or take a free port with " +
		"-addr 127.0.0.1:0\n"
	if code != 1 || stderr.String() != want {
		t.Errorf("exit code %d, %q, want 1, %q", code, stderr.String(), want)
	}
}

func TestServerWithoutThePageSaysHowToBuildIt(t *testing.T) {
	none, err := fs.Sub(fstest.MapFS{}, "dist")
	if err != nil {
		t.Fatal(err)
	}
	for _, built := range []fs.FS{none, fstest.MapFS{".tmp-1": {}}} {
		var stderr strings.Builder
		code := run(context.Background(), words.English(), nil, built, io.Discard, &stderr)
		if want := "serve: this server was built without the page: run make build\n"; code != 1 ||
			stderr.String() != want {
			t.Errorf("exit code %d, %q, want 1, %q", code, stderr.String(), want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"-h"}, 0, "usage: serve [options]", ""},
		{[]string{"-version"}, 0, "serve ", ""},
		{[]string{"-nonsense"}, 2, "", "-nonsense"},
		{[]string{"extra"}, 2, "", "extra: serve takes options only"},
		{[]string{"extra", "-lang", "ko"}, 2, "", "extra: serve는 옵션만 받습니다"},
		{[]string{"-lang=ko", "-help"}, 0, "(기본값 127.0.0.1:8080)", ""},
		{[]string{"-lang", "xx"}, 2, "", "-lang xx, want en or ko"},
		{[]string{"-host", "http://lab.example"}, 2, "",
			"-host http://lab.example: want a name such as lab.example"},
		{[]string{"-host", "lab.example/path", "-lang", "ko"}, 2, "",
			"-host lab.example/path: lab.example 같은 이름"},
		{[]string{"-data", "/nowhere/at/all"}, 1, "", "/nowhere/at/all"},
		{[]string{"-addr", "nonsense"}, 1, "", "cannot listen on “nonsense”, want host:port: "},
	} {
		var stdout, stderr strings.Builder
		code := run(context.Background(), words.FromCommand(c.args, func(string) string { return "" }),
			c.args, built(), &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) ||
			!strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%q: exit code %d, stdout %q, stderr %q", c.args, code, stdout.String(), stderr.String())
		}
		if c.code != 0 && stdout.Len() > 0 {
			t.Errorf("%q: an error on stdout: %q", c.args, stdout.String())
		}
	}
}

func TestAddressIsOneThatABrowserCanOpen(t *testing.T) {
	for _, c := range []struct {
		ip   net.IP
		want string
	}{
		{net.IPv4(127, 0, 0, 1), "http://127.0.0.1:80/"},
		{net.IPv4zero, "http://localhost:80/"},
		{net.IPv6zero, "http://localhost:80/"},
		{net.IPv6loopback, "http://[::1]:80/"},
	} {
		if got := address(&net.TCPAddr{IP: c.ip, Port: 80}); got != c.want {
			t.Errorf("%v: %s, want %s", c.ip, got, c.want)
		}
	}
}

func TestBrowserIsOpenedOnEverySystem(t *testing.T) {
	for goos, want := range map[string][]string{
		"linux":   {"xdg-open", "u"},
		"darwin":  {"open", "u"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler", "u"},
	} {
		if got := openCommand(goos, "u"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", goos, got, want)
		}
	}
}
