package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// upper is s with its ASCII letters in upper case.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// What is chosen is ready, was asked for, and depends on nobody's spelling.
func FuzzNegotiate(f *testing.F) {
	for _, s := range []string{"", "br", "gzip, deflate, br, zstd", "gzip;q=1.0, br;q=0.5", "*;q=0",
		"br;q=NaN",
		",;=", "identity;q=0, *"} {
		f.Add(s, true, true)
	}
	f.Fuzz(func(t *testing.T, header string, zipped, brotlied bool) {
		ready := [encodings]bool{true, zipped, brotlied}
		got := negotiate(header, ready)
		if got < 0 || got >= encodings || !ready[got] {
			t.Fatalf("%q: %d is not ready", header, got)
		}
		if got != identity && !strings.Contains(header, "*") && !strings.Contains(strings.ToLower(header),
			codings[got]) {
			t.Errorf("%q: nobody asks for %s", header, codings[got])
		}
		for _, same := range []string{upper(header), strings.ReplaceAll(header, ",", " , "), header + ",",
			"," + header} {
			if again := negotiate(same, ready); again != got {
				t.Errorf("%q: %s, but %q: %s", header, codings[got], same, codings[again])
			}
		}
		for e := range encodings {
			if q := qualities(header)[e]; !(q >= 0 && q <= 1) || ready[e] && q > qualities(header)[got] &&
				e != identity {
				t.Errorf("%q: %s has quality %g", header, codings[e], q)
			}
		}
	})
}

// No request gets anything from outside the folder, and none is answered by a failure of the server.
func FuzzRequest(f *testing.F) {
	for _, s := range []struct{ path, ranges, held, accepted string }{
		{"/data/files/a.csv", "bytes=2-4", `"x", W/"y"`, "gzip"},
		{"/data/files/../secret.txt", "bytes=-1,0-0", "*", ""},
		{"/data/files/sub/%2e%2e/%2e%2e/secret.txt", "bytes=9-", "", "br;q=1"},
		{"/data/", "", "", ""}, {"/", "bytes=0-", `W/"`, "*"},
		{"/data/files/up/secret.txt", "bytes=0-0,0-0,0-0", `"`, ","},
		{"//data//files//a.csv", "items=1", "", ""}, {"/data/files/a.csv%00", "bytes=99999999999999999999-",
			"", ""},
	} {
		f.Add(s.path, s.ranges, s.held, s.accepted)
	}
	h := testHandler(f, dataFolder(f))
	fine := []int{200, 206, 301, 304, 307, 400, 404, 416}
	f.Fuzz(func(t *testing.T, path, ranges, held, accepted string) {
		at, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return // no server gets that from net/http
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL, r.Host = at, "localhost"
		r.Header = http.Header{"Range": {ranges}, "If-None-Match": {held}, "If-Range": {held},
			"Accept-Encoding": {accepted}}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !slices.Contains(fine, w.Code) || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%q: %d %q", path, w.Code, w.Body)
		}
		if w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%q: %v", path, w.Header())
		}
	})
}
