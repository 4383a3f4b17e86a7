package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"time"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
)

// patience is how long a request may wait for a listing.
const patience = 10 * time.Second

// folder is a folder of data sets. Nothing outside it can be reached, by whatever path or symbolic link. It
// is opened for each request, so that what is served is what lies there now.
type folder struct {
	path    string // empty when there is no folder
	w       *words.Language
	listing lister
}

// listing answers GET /data/. The worker rebuilds the folder from Files and opens a set of Sets in it.
type listing struct {
	Sets   []set             `json:"sets"`
	Files  []datasets.Stored `json:"files"`  // that GET /data/files/PATH sends
	Passed []datasets.Passed `json:"passed"` // the path "." stands for the folder itself
}

// set is a data set found in the folder: a datasets.Entry as JavaScript spells it.
type set struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Train    int    `json:"train"` // steps, 0 for unknown
	Test     int    `json:"test"`
	Channels int    `json:"channels"`
}

// openFolder returns the folder at path, which must be there; an empty path stands for a folder without sets.
func openFolder(path string, w *words.Language) (*folder, error) {
	f := &folder{w: w}
	if path != "" {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, fault.New("serve-bad-folder", path, fault.Cause(err))
		}
		defer root.Close()
		if f.path, err = filepath.Abs(path); err != nil {
			return nil, fault.New("serve-bad-folder", path, fault.Cause(err))
		}
	}
	f.listing.list = func(ctx context.Context) []byte {
		text, err := json.Marshal(f.look(ctx))
		if err != nil {
			panic(err) // strings, numbers and faults
		}
		return text
	}
	return f, nil
}

// root opens the folder as it is now: the one of that name may have been removed and made again.
func (f *folder) root() (*os.Root, error) {
	if f.path == "" {
		return nil, fs.ErrNotExist
	}
	return os.OpenRoot(f.path)
}

// list answers with the sets of the folder as they are now; 503 when listing takes longer than patience.
func (f *folder) list(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	text, err := f.listing.get(ctx)
	if err != nil {
		http.Error(w, f.w.Say("serve-slow-folder", patience.Seconds()), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(text) // an error means that the browser left
}

// look reads what the folder holds. One that cannot be read holds nothing, and says why under the path ".".
func (f *folder) look(ctx context.Context) listing {
	found := listing{[]set{}, []datasets.Stored{}, []datasets.Passed{}} // null would be no list to JavaScript
	if f.path == "" {
		return found
	}
	inv, sets, err := f.survey(ctx)
	if err != nil {
		found.Passed = append(found.Passed, datasets.Passed{Path: ".", Fault: fault.Of(err)})
		return found
	}
	for _, e := range sets {
		found.Sets = append(found.Sets, set(e))
	}
	found.Files = append(found.Files, inv.Files...)
	found.Passed = append(found.Passed, inv.Passed...)
	return found
}

// survey looks for the files of the folder, then for the sets that they make up.
func (f *folder) survey(ctx context.Context) (*datasets.Inventory, []datasets.Entry, error) {
	root, err := f.root()
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err // where the folder lies is nobody's business
	}
	if err != nil {
		return nil, nil, fault.New("data-list", fault.Cause(err))
	}
	defer root.Close()
	inv, err := disk.Survey(ctx, disk.Within(root))
	if err != nil {
		return nil, nil, err
	}
	sets, err := datasets.List(ctx, inv)
	return inv, sets, err
}

// hidden tells the paths that pass through a name beginning with a dot, which are nobody's data sets.
func hidden(path string) bool { return strings.HasPrefix(path, ".") || strings.Contains(path, "/.") }

// file answers with one file of the folder, or the part of it that the request asks for. What is hidden,
// outside of the folder or no regular file is answered like what is missing.
func (f *folder) file(w http.ResponseWriter, r *http.Request) {
	opened, info, err := f.open(r.PathValue("path"))
	switch {
	case errors.Is(err, fs.ErrPermission):
		http.Error(w, f.w.Say("serve-file-forbidden"), http.StatusForbidden)
		return
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		http.Error(w, f.w.Say("serve-too-busy"), http.StatusServiceUnavailable)
		return
	case err != nil:
		http.Error(w, f.w.Say("serve-file-missing"), http.StatusNotFound)
		return
	}
	defer opened.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // whatever lies there, it is data and never a page
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag(info))
	// Without a time, so that none is compared: a file may be replaced by one that is older.
	http.ServeContent(w, r, "", time.Time{}, opened)
}

// open opens a regular file of the folder; the caller closes it. The file stays readable after its folder is
// closed.
func (f *folder) open(path string) (*os.File, fs.FileInfo, error) {
	if hidden(path) {
		return nil, nil, fs.ErrNotExist
	}
	root, err := f.root()
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	file, err := disk.Within(root).OpenFile(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

// tag identifies what a file holds without reading it, by what differs when it does: size and time, and, as
// systems name it, which file it is and when that was last touched. The latter cannot be set back, as the
// time can (cp -p, tar).
func tag(info fs.FileInfo) string {
	h := sha256.New()
	fmt.Fprintln(h, info.Size(), info.ModTime().UnixNano())
	if sys := reflect.Indirect(reflect.ValueOf(info.Sys())); sys.Kind() == reflect.Struct {
		for _, name := range []string{"Dev", "Ino", "Ctim", "Ctimespec", "CreationTime"} {
			if field := sys.FieldByName(name); field.IsValid() {
				fmt.Fprintln(h, name, field.Interface())
			}
		}
	}
	return fmt.Sprintf(`"%x"`, h.Sum(nil)[:16])
}
