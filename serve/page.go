package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
)

// index is what the root of the server shows.
const index = "index.html"

// page is the built page: its files by path, held in memory and never changed, so that any number of requests
// may read it. A path that is no key is no file, whatever dots are in it.
type page map[string]file

// file is one file of the page in every encoding it lies ready in.
type file struct {
	kind  string // Content-Type
	cache string // Cache-Control: for ever where the name is by content, else to be asked for again
	forms [encodings][]byte
	tag   string // hash of the content, the same for all forms
}

// byContent matches names that the build gave by content (assets/cmd/build): what they name never changes.
var byContent = regexp.MustCompile(`\.[0-9a-f]{12}\.[a-z0-9]+$`)

// loadPage reads the built page. One without index.html is an error that says how to build it.
func loadPage(built fs.FS) (page, error) {
	p := page{}
	err := fs.WalkDir(built, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isFile(name) {
			return err
		}
		p[name], err = loadFile(built, name)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // without a build there is no folder
		return nil, fault.New("serve-page-unread", err)
	}
	if _, found := p[index]; !found {
		return nil, fault.New("serve-no-page")
	}
	return p, nil
}

// isFile tells files of the page from their compressed forms, which are loaded with them, and from hidden
// files.
func isFile(name string) bool {
	ext := path.Ext(name)
	return ext != suffixes[gzip] && ext != suffixes[brotli] && !strings.HasPrefix(path.Base(name), ".")
}

// loadFile reads one file with the encoded forms beside it.
func loadFile(built fs.FS, name string) (file, error) {
	f := file{kind: contentType(name), cache: "no-cache"}
	if byContent.MatchString(name) {
		f.cache = "public, max-age=31536000, immutable"
	}
	for e, suffix := range suffixes {
		data, err := fs.ReadFile(built, name+suffix)
		if err != nil && (encoding(e) == identity || !errors.Is(err, fs.ErrNotExist)) {
			return file{}, err
		}
		f.forms[e] = data
	}
	f.tag = fmt.Sprintf("%x", sha256.Sum256(f.forms[identity]))[:16]
	return f, nil
}

// contentType returns the media type of a file of the page. It does not ask the operating system, whose
// tables differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".md":
		return "text/markdown; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json":
		return "application/json"
	case ".wasm":
		return "application/wasm"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// ServeHTTP answers with a file of the page in the encoding that the request prefers.
func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = index
	}
	f, found := p[name]
	if !found {
		f, found = p[name+".html"] // /bench is bench.html
	}
	if !found {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}

// serve answers with f, or with 304 when the browser holds this form of it. Each form has a tag of its own,
// as HTTP asks of forms whose bytes differ.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	e := negotiate(strings.Join(r.Header.Values("Accept-Encoding"), ","), f.ready())
	tag := `"` + f.tag + suffixes[e] + `"`
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", tag)
	if holds(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(f.forms[e])))
	if e != identity {
		h.Set("Content-Encoding", codings[e])
	}
	if r.Method != http.MethodHead {
		w.Write(f.forms[e]) // an error means that the browser left
	}
}

// ready tells the encodings that f can be sent in. Its plain form is always there.
func (f file) ready() (ready [encodings]bool) {
	for e, form := range f.forms {
		ready[e] = form != nil
	}
	return ready
}

// holds tells whether an If-None-Match header names tag; the comparison is the weak one (RFC 9110, 13.1.2).
func holds(header []string, tag string) bool {
	for candidate := range strings.SplitSeq(strings.Join(header, ","), ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
