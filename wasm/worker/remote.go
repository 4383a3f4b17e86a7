//go:build js

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"strings"
	"syscall/js"
	"time"
)

// remote is the folder of real sets that the page's server lists.
type remote struct {
	base  string
	sizes map[string]int64
}

// openRemote asks the server for its folder; nil if there is none.
func openRemote() fs.FS {
	base := js.Global().Get("URL").New("data/", js.Global().Get("location").Get("href")).Get("href").String()
	text, err := fetch(base)
	if err != nil {
		return nil
	}
	var listing struct {
		Files []struct {
			Path string `json:"path"`
			Size int64  `json:"size"`
		} `json:"files"`
	}
	if json.Unmarshal(text, &listing) != nil || len(listing.Files) == 0 {
		return nil
	}
	r := remote{base: base, sizes: map[string]int64{}}
	for _, f := range listing.Files {
		r.sizes[f.Path] = f.Size
	}
	return r
}

// Open returns a file or a folder.
func (r remote) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if size, ok := r.sizes[name]; ok {
		return r.file(name, size), nil
	}
	entries := r.list(name)
	if len(entries) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &folder{info: info{name: path.Base(name), dir: true}, entries: entries}, nil
}

// file returns a file that is fetched when it is first read: looking whether it is there costs nothing.
func (r remote) file(name string, size int64) *file {
	return &file{info: info{name: path.Base(name), size: size}, fetch: func() ([]byte, error) {
		parts := strings.Split(name, "/")
		for i, p := range parts {
			parts[i] = js.Global().Call("encodeURIComponent", p).String()
		}
		return fetch(r.base + "files/" + strings.Join(parts, "/"))
	}}
}

// list returns what lies directly below a folder.
func (r remote) list(dir string) []fs.DirEntry {
	prefix := dir + "/"
	if dir == "." {
		prefix = ""
	}
	seen := map[string]bool{}
	var out []fs.DirEntry
	for name, size := range r.sizes {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		first, _, deeper := strings.Cut(rest, "/")
		if seen[first] {
			continue
		}
		seen[first] = true
		out = append(out, fs.FileInfoToDirEntry(info{name: first, size: size, dir: deeper}))
	}
	return out
}

type info struct {
	name string
	size int64
	dir  bool
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.dir }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

type file struct {
	info
	fetch   func() ([]byte, error)
	content *bytes.Reader // nil until it is read
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	if f.content == nil {
		data, err := f.fetch()
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: f.name, Err: err}
		}
		f.content = bytes.NewReader(data)
	}
	return f.content.Read(p)
}

type folder struct {
	info
	entries []fs.DirEntry
	at      int
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *folder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (f *folder) Close() error               { return nil }

// ReadDir returns the next n entries, or all that are left if n is not positive.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := f.entries[f.at:]
	if n > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if n > 0 {
		rest = rest[:min(n, len(rest))]
	}
	f.at += len(rest)
	return rest, nil
}
