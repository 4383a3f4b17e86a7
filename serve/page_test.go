package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"cosinelab/assets/words"
)

// Names by content as the build gives them.
const (
	labWasm = "lab.0123456789ab.wasm"
	iconPNG = "icons/icon.0123456789ab.png"
)

// built is a built page in which each form of a file says which one it is.
func built() fstest.MapFS {
	page := fstest.MapFS{".keep": {}, iconPNG: {Data: []byte("png")}}
	for _, name := range []string{index, "bench.html", labWasm, "style.0123456789ab.css",
		"lessons/01.0123456789ab.md"} {
		for e, suffix := range suffixes {
			page[name+suffix] = &fstest.MapFile{Data: []byte(codings[e] + " of " + name)}
		}
	}
	return page
}

// testHandler serves the page of built, and the folder at data if it is not empty.
func testHandler(t testing.TB, data string) http.Handler {
	t.Helper()
	page, err := loadPage(built())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := openFolder(data, words.English())
	if err != nil {
		t.Fatal(err)
	}
	return handler(page, folder, hosts{"lab.example"})
}

// ask sends one request with pairs of header names and values.
func ask(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	r.Host = "localhost"
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// body returns what an answer holds.
func body(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFilesHaveTheirTypes(t *testing.T) {
	h := testHandler(t, "")
	for path, want := range map[string]string{
		"/":                            "text/html; charset=utf-8",
		"/index.html":                  "text/html; charset=utf-8",
		"/bench":                       "text/html; charset=utf-8",
		"/bench.html":                  "text/html; charset=utf-8",
		"/" + labWasm:                  "application/wasm",
		"/style.0123456789ab.css":      "text/css; charset=utf-8",
		"/lessons/01.0123456789ab.md":  "text/markdown; charset=utf-8",
		"/icons/icon.0123456789ab.png": "image/png",
	} {
		r := ask(h, "GET", path)
		if got := r.Header.Get("Content-Type"); r.StatusCode != 200 || got != want {
			t.Errorf("%s: %d %s, want %s", path, r.StatusCode, got, want)
		}
	}
}

func TestEveryAnswerIsProtected(t *testing.T) {
	h := testHandler(t, "")
	for _, path := range []string{"/", "/" + labWasm, "/data/", "/missing", "/data/files/missing"} {
		header := ask(h, "GET", path).Header
		for name, want := range map[string]string{
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"Cross-Origin-Resource-Policy": "same-origin",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Content-Security-Policy":      policy,
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestPolicyForbidsInlineScriptAndOtherOrigins(t *testing.T) {
	directives := map[string]string{}
	for directive := range strings.SplitSeq(policy, "; ") {
		name, sources, _ := strings.Cut(directive, " ")
		directives[name] = sources
	}
	for name, want := range map[string]string{
		"default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval'", "style-src": "'self'",
		"connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
	} {
		if directives[name] != want {
			t.Errorf("%s is %q, want %q", name, directives[name], want)
		}
	}
	for _, forbidden := range []string{"unsafe-inline", "'unsafe-eval'", "http:", "https:", "*"} {
		if strings.Contains(policy, forbidden) {
			t.Errorf("the policy allows %s", forbidden)
		}
	}
}

func TestNegotiation(t *testing.T) {
	for _, c := range []struct {
		header string
		want   encoding
	}{
		{"", identity},
		{"br", brotli},
		{"gzip", gzip},
		{"gzip, deflate, br, zstd", brotli},
		{"gzip;q=1.0, br;q=0.5", gzip},
		{"gzip;q=0.5, br;q=0.8", brotli},
		{"GZIP ; Q=0.5", gzip},
		{"br;q=0, gzip", gzip},
		{"br;q=0, gzip;q=0", identity},
		{"*", brotli},
		{"*;q=0", identity},
		{"br;q=0, *", gzip},
		{"gzip, *;q=0", gzip},
		{"identity", identity},
		{"identity, gzip;q=0.5", identity},
		{"identity;q=0.5, gzip", gzip},
		{"identity;q=0, gzip;q=0.001", gzip},
		{"identity;q=0", identity},
		{"deflate", identity},
		{"br;q=2, gzip", gzip},
		{"br;q=NaN, gzip", gzip},
		{"br;q=, gzip", gzip},
		{"br;level=9, gzip", gzip},
		{",,", identity},
	} {
		if got := negotiate(c.header, [encodings]bool{true, true, true}); got != c.want {
			t.Errorf("%q: %s, want %s", c.header, codings[got], codings[c.want])
		}
	}
}

func TestNegotiationChoosesOnlyWhatIsReady(t *testing.T) {
	for _, c := range []struct {
		ready [encodings]bool
		want  encoding
	}{
		{[encodings]bool{identity: true}, identity},
		{[encodings]bool{identity: true, gzip: true}, gzip},
		{[encodings]bool{identity: true, brotli: true}, brotli},
	} {
		if got := negotiate("gzip, br", c.ready); got != c.want {
			t.Errorf("%v: %s, want %s", c.ready, codings[got], codings[c.want])
		}
	}
}

func TestAnswersAreInTheNegotiatedEncoding(t *testing.T) {
	h := testHandler(t, "")
	for accepted, want := range map[string]string{"": "", "gzip": "gzip", "gzip, br": "br"} {
		r := ask(h, "GET", "/"+labWasm, "Accept-Encoding", accepted)
		form := want
		if form == "" {
			form = "identity"
		}
		if got := body(t, r); got != form+" of "+labWasm {
			t.Errorf("%q: got %q", accepted, got)
		}
		if got := r.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: Content-Encoding %q, want %q", accepted, got, want)
		}
		if got := r.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("%q: Vary %q", accepted, got)
		}
	}
}

func TestOnlyNamesByContentAreImmutable(t *testing.T) {
	h := testHandler(t, "")
	for path, want := range map[string]string{
		"/":           "no-cache",
		"/index.html": "no-cache",
		"/" + labWasm: "public, max-age=31536000, immutable",
		"/" + iconPNG: "public, max-age=31536000, immutable",
	} {
		if got := ask(h, "GET", path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	h := testHandler(t, "")
	tag := ask(h, "GET", "/", "Accept-Encoding", "br").Header.Get("ETag")
	for _, c := range []struct {
		accepted, held string
		want           int
	}{
		{"br", tag, 304},
		{"br", "W/" + tag, 304},
		{"br", `"other", ` + tag, 304},
		{"br", "*", 304},
		{"br", `"other"`, 200},
		{"gzip", tag, 200}, // another encoding is another form
	} {
		r := ask(h, "GET", "/", "Accept-Encoding", c.accepted, "If-None-Match", c.held)
		got := body(t, r)
		if r.StatusCode != c.want || (c.want == 304) != (got == "") {
			t.Errorf("%s with %s: %d %q, want %d", c.accepted, c.held, r.StatusCode, got, c.want)
		}
		if r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("Vary") == "" ||
			r.Header.Get("ETag") == "" {
			t.Errorf("%s with %s: caching headers are missing: %v", c.accepted, c.held, r.Header)
		}
	}
}

func TestHeadHasTheHeadersOfGetAndNoBody(t *testing.T) {
	h := testHandler(t, "")
	get, head := ask(h, "GET", "/"+labWasm), ask(h, "HEAD", "/"+labWasm)
	for name := range get.Header {
		if head.Header.Get(name) != get.Header.Get(name) {
			t.Errorf("%s: %q, want %q", name, head.Header.Get(name), get.Header.Get(name))
		}
	}
	if got := body(t, head); head.StatusCode != 200 || got != "" {
		t.Errorf("%d %q", head.StatusCode, got)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	h := testHandler(t, "")
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
		for _, path := range []string{"/", "/data/", "/data/files/x"} {
			r := ask(h, method, path)
			if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, r.StatusCode, r.Header.Get("Allow"))
			}
		}
	}
}

func TestOnlyFilesOfThePageAreFound(t *testing.T) {
	h := testHandler(t, "")
	for _, path := range []string{"/missing", "/.keep", "/" + labWasm + ".br", "/lessons", "/lessons/",
		"/lab.wasm"} {
		if r := ask(h, "GET", path); r.StatusCode != 404 {
			t.Errorf("%s: %d, want 404", path, r.StatusCode)
		}
	}
}
