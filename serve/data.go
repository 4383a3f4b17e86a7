package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
)

// maxFiles is how many files a folder of data sets may hold; more is not such a folder but somebody's home.
const maxFiles = 10_000

// folder is a folder of data sets. Nothing outside it can be reached, by whatever path or symbolic link.
type folder struct {
	root *os.Root // nil when there is no folder
	w    *words.Language
}

// listing answers GET /data/. The worker rebuilds the folder from Files and opens a set of Sets in it.
type listing struct {
	Sets  []set      `json:"sets"`
	Files []dataFile `json:"files"`
}

// set is a data set found in the folder: a datasets.Entry as JavaScript spells it.
type set struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Train    int    `json:"train"` // steps, 0 for unknown
	Test     int    `json:"test"`
	Channels int    `json:"channels"`
}

// dataFile is a file that GET /data/files/PATH sends.
type dataFile struct {
	Path string `json:"path"` // below the folder, separated by slashes
	Size int64  `json:"size"` // bytes
}

// openFolder opens the folder at path; an empty path stands for a folder without sets.
func openFolder(path string, w *words.Language) (*folder, error) {
	if path == "" {
		return &folder{w: w}, nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fault.New("serve-bad-folder", path, fault.Cause(err))
	}
	return &folder{root, w}, nil
}

// Close releases the folder.
func (f *folder) Close() error {
	if f.root == nil {
		return nil
	}
	return f.root.Close()
}

// list answers with the sets of the folder as they are now.
func (f *folder) list(w http.ResponseWriter, r *http.Request) {
	found, err := f.look(r.Context())
	if err != nil {
		http.Error(w, f.w.Error(err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(found) // an error means that the browser left
}

// look reads what the folder holds.
func (f *folder) look(ctx context.Context) (listing, error) {
	found := listing{Sets: []set{}, Files: []dataFile{}} // null would be no list to JavaScript
	if f.root == nil {
		return found, nil
	}
	entries, err := datasets.List(ctx, f.root.FS())
	if err != nil {
		return listing{}, err
	}
	for _, e := range entries {
		found.Sets = append(found.Sets, set(e))
	}
	if found.Files, err = f.files(); err != nil {
		return listing{}, fault.New("data-list", err)
	}
	return found, nil
}

// files lists every file below the folder that may be sent.
func (f *folder) files() ([]dataFile, error) {
	files := []dataFile{}
	err := fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case hidden(name) && entry.IsDir():
			return fs.SkipDir
		case hidden(name) || entry.IsDir():
			return nil
		case len(files) == maxFiles:
			return fault.New("serve-too-many-files", maxFiles)
		}
		// Through a link, so that a linked file counts with its own size; a link that leads out fails here.
		if info, err := f.root.Stat(name); err == nil && info.Mode().IsRegular() {
			files = append(files, dataFile{name, info.Size()})
		}
		return nil
	})
	return files, err
}

// hidden tells the paths that pass through a name beginning with a dot, which are nobody's data sets.
func hidden(path string) bool {
	return path != "." && (strings.HasPrefix(path, ".") || strings.Contains(path, "/."))
}

// file answers with one file of the folder, or the part of it that the request asks for.
func (f *folder) file(w http.ResponseWriter, r *http.Request) {
	opened, info, err := f.open(r.PathValue("path"))
	if errors.Is(err, fs.ErrPermission) {
		http.Error(w, f.w.Say("serve-file-forbidden"), http.StatusForbidden)
		return
	}
	if err != nil {
		http.Error(w, f.w.Say("serve-file-missing"), http.StatusNotFound)
		return
	}
	defer opened.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // whatever lies there, it is data and never a page
	h.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", info.ModTime(), opened)
}

// open opens a regular file of the folder. It looks before it opens: opening a pipe would wait for a writer.
func (f *folder) open(path string) (io.ReadSeekCloser, fs.FileInfo, error) {
	if f.root == nil || !fs.ValidPath(path) || hidden(path) {
		return nil, nil, fs.ErrNotExist
	}
	info, err := f.root.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fs.ErrNotExist
	}
	file, err := f.root.Open(path)
	return file, info, err
}
