package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// grace is how long running answers may take to finish after the server was told to stop.
const grace = 2 * time.Second

// serve offers the built page, with the data sets if there are any, until ctx ends; it speaks w.
func serve(ctx context.Context, w *words.Language, s settings, built fs.FS, stdout, stderr io.Writer) error {
	page, err := loadPage(built)
	if err != nil {
		return err
	}
	data, err := openFolder(s.data, w)
	if err != nil {
		return err
	}
	listener, err := listen(s.addr)
	if err != nil {
		return err
	}
	url := address(listener.Addr())
	fmt.Fprintln(stdout, w.Say("serve-here", url))
	for _, line := range exposure(w, listener.Addr(), data.path) {
		fmt.Fprintln(stdout, line)
	}
	if s.open {
		if err := openBrowser(url); err != nil {
			fmt.Fprintln(stderr, "serve:", w.Say("serve-no-browser", err, url))
		}
	}
	names := s.hosts
	if host, ok := hostOf(s.addr); ok && host != "0.0.0.0" && host != "::" {
		names = append(names, host)
	}
	return serveUntil(ctx, listener, handler(page, data, names), log.New(stderr, "serve: ", 0))
}

// handler routes requests to the page or the data sets, with the same protection on every answer.
func handler(page page, data *folder, names hosts) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", page)
	mux.HandleFunc("GET /data/{$}", data.list)
	mux.HandleFunc("GET /data/files/{path...}", data.file)
	return protect(names.guard(mux, data.w))
}

// policy lets the page load nothing but its own files, data that it makes itself, and WebAssembly.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; " +
	"style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// protect adds the headers that isolate the page. The first two give it threads (SharedArrayBuffer).
func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// addressInUse is what Windows says instead of syscall.EADDRINUSE.
const addressInUse = syscall.Errno(10048)

// listen takes addr; a port that is in use is an error that says what to do.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, addressInUse) {
		host, _, _ := net.SplitHostPort(addr) // it was valid enough to be in use
		return nil, fault.New("serve-port-in-use", addr, net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fault.New("serve-bad-address", addr, err)
	}
	return listener, nil
}

// address returns the URL at which a browser on this machine finds the server.
func address(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String()) // a listener's address is valid
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// exposure says who else can read the page and the folder, if the server listens to more than this machine.
func exposure(w *words.Language, at net.Addr, folder string) []string {
	tcp, ok := at.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return nil
	}
	urls := []string{address(at)}
	if tcp.IP.IsUnspecified() {
		urls = ownURLs(tcp.Port)
	}
	if folder == "" {
		return []string{w.Say("serve-open-page", strings.Join(urls, " "))}
	}
	return []string{w.Say("serve-open-folder", folder, strings.Join(urls, " "))}
}

// ownURLs returns where other machines may find a server that listens at this port of every address.
func ownURLs(port int) []string {
	var urls []string
	addrs, _ := net.InterfaceAddrs() // without them the sentence names none
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			urls = append(urls, address(&net.TCPAddr{IP: ip.IP, Port: port}))
		}
	}
	return urls
}

// serveUntil answers on listener until ctx ends, then lets running answers finish within the grace time.
func serveUntil(ctx context.Context, listener net.Listener, h http.Handler, problems *log.Logger) error {
	gate := newGate(listener, maxConns)
	server := &http.Server{
		Handler:           h,
		ErrorLog:          problems,
		ConnState:         gate.follow,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		// No WriteTimeout: a data set over a slow line takes as long as it takes, while it moves.
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(gate) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if server.Shutdown(limit) != nil {
		return server.Close()
	}
	return nil
}
