package datasets

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"cosinelab/datasets/fault"
)

// Inventory is the files of a folder that can be read: an fs.FS in which looking around costs nothing, since
// only reading asks the folder.
type Inventory struct {
	Files  []Stored // by path
	Passed []Passed // what else is there, nearest first

	folders map[string][]fs.DirEntry // by path: what lies directly in each, by name
	sizes   map[string]int64         // of Files
	open    func(name string) (io.ReadCloser, error)
}

// Stored is one file of an inventory.
type Stored struct {
	Path string `json:"path"` // below the folder, separated by slashes
	Size int64  `json:"size"` // bytes
}

// Passed is something in a folder that was passed over, with the reason.
type Passed struct {
	Path  string       `json:"path"`
	Fault *fault.Fault `json:"fault"`
}

// NewInventory returns the inventory of these files, which open opens; those whose path is not valid are left
// out.
func NewInventory(files []Stored, open func(name string) (io.ReadCloser, error)) *Inventory {
	inv := &Inventory{folders: map[string][]fs.DirEntry{".": nil}, sizes: map[string]int64{}, open: open}
	for _, f := range files {
		if !fs.ValidPath(f.Path) || f.Path == "." {
			continue
		}
		inv.Files = append(inv.Files, f)
		inv.sizes[f.Path] = f.Size
		inv.put(f.Path, entryInfo{name: path.Base(f.Path), size: f.Size})
	}
	slices.SortFunc(inv.Files, func(a, b Stored) int { return strings.Compare(a.Path, b.Path) })
	for _, entries := range inv.folders {
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return inv
}

// put adds an entry to its folder, and that to its own where it is new.
func (inv *Inventory) put(name string, entry entryInfo) {
	folder := path.Dir(name)
	if _, known := inv.folders[folder]; !known {
		inv.put(folder, entryInfo{name: path.Base(folder), dir: true})
	}
	inv.folders[folder] = append(inv.folders[folder], fs.FileInfoToDirEntry(entry))
}

// Open returns a file or a folder. A file is opened when it is first read.
func (inv *Inventory) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if size, ok := inv.sizes[name]; ok {
		file := entryInfo{name: path.Base(name), size: size}
		return &storedFile{entryInfo: file, open: func() (io.ReadCloser, error) { return inv.open(name) }}, nil
	}
	entries, ok := inv.folders[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &storedFolder{entryInfo: entryInfo{name: path.Base(name), dir: true}, entries: entries}, nil
}

// entryInfo says what an inventory knows of a file or folder.
type entryInfo struct {
	name string
	size int64
	dir  bool
}

func (f entryInfo) Name() string       { return f.name }
func (f entryInfo) Size() int64        { return f.size }
func (f entryInfo) ModTime() time.Time { return time.Time{} }
func (f entryInfo) IsDir() bool        { return f.dir }
func (f entryInfo) Sys() any           { return nil }
func (f entryInfo) Mode() fs.FileMode {
	if f.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

type storedFile struct {
	entryInfo
	open    func() (io.ReadCloser, error)
	content io.ReadCloser // nil until it is read
}

func (f *storedFile) Stat() (fs.FileInfo, error) { return f.entryInfo, nil }

func (f *storedFile) Read(p []byte) (int, error) {
	if f.content == nil {
		content, err := f.open()
		if err != nil {
			return 0, err
		}
		f.content = content
	}
	return f.content.Read(p)
}

func (f *storedFile) Close() error {
	if f.content == nil {
		return nil
	}
	return f.content.Close()
}

type storedFolder struct {
	entryInfo
	entries []fs.DirEntry // those that are not read yet
}

func (f *storedFolder) Stat() (fs.FileInfo, error) { return f.entryInfo, nil }
func (f *storedFolder) Close() error               { return nil }

func (f *storedFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrInvalid}
}

// ReadDir returns the next n entries, or all that are left if n is not positive.
func (f *storedFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.entries)
	} else if len(f.entries) == 0 {
		return nil, io.EOF
	}
	next := f.entries[:min(n, len(f.entries))]
	f.entries = f.entries[len(next):]
	return next, nil
}
