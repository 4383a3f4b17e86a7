package keep

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/gofrs/flock"

	"cosinelab/datasets/disk"
	"cosinelab/datasets/fault"
)

// Folder is a folder that no other process holds (Hold), or that several share (Share), until it is released or
// this process ends, however that ends. What happens to the folder's name meanwhile does not matter: once it is
// removed nothing is written any more, even if another folder takes its name. Under js, which has neither locks
// nor folders that are open, nobody is kept out.
type Folder struct {
	path string
	root *os.Root
	lock *flock.Flock // nil = it is shared

	mu   sync.Mutex
	seen map[string]sighting // claims of others by name; guarded by mu
}

// lockFile is there as long as a folder is held. One that a killed process left locks nothing.
const lockFile = ".cosinelab-lock"

// Hold makes the folder at a path, if it is not there, and holds it. If another process does, that is an error.
// Unfinished files that an earlier process left in it, and in the folders below it that are named, are removed.
func Hold(path string, below ...string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, inPlace(path, err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, inPlace(path, err)
	}
	f := &Folder{path: path, root: root}
	if err := f.claim(); err != nil {
		root.Close()
		return nil, inPlace(path, err)
	}
	for _, name := range append([]string{"."}, below...) {
		if err := f.clear(name); err != nil {
			return nil, errors.Join(inPlace(f.Path(name), err), f.Release())
		}
	}
	return f, nil
}

// claim locks the folder's lock file. Whoever releases a folder removes that file: a lock on one that is no
// longer there is of no use, so that another try follows.
func (f *Folder) claim() error {
	for range 100 {
		f.lock = flock.New(filepath.Join(f.path, lockFile), flock.SetPermissions(0o644))
		ok, err := f.lock.TryLock()
		if errors.Is(err, errors.ErrUnsupported) {
			return nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue // the folder has gone meanwhile, or its lock file between two looks
		}
		if err != nil {
			return err
		}
		if ok && f.locked() {
			return nil
		}
		if !ok && f.there() {
			return fault.New("keep-held")
		}
		f.lock.Close()
	}
	return fault.New("keep-held")
}

// locked reports whether the file that is locked is the one that others would lock.
func (f *Folder) locked() bool {
	mine, err := f.lock.Stat()
	if err != nil {
		return false
	}
	there, err := f.root.Lstat(lockFile)
	return err == nil && os.SameFile(mine, there)
}

// there reports whether there is a lock file.
func (f *Folder) there() bool {
	_, err := f.root.Lstat(lockFile)
	return err == nil
}

// Release lets others hold the folder.
func (f *Folder) Release() error {
	if f.lock == nil {
		return f.root.Close()
	}
	f.root.Remove(lockFile) // while it is locked, see claim
	err := f.lock.Close()
	if errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	if runtime.GOOS == "windows" {
		f.root.Remove(lockFile) // which fails as long as anybody has it open
	}
	return errors.Join(err, f.root.Close())
}

// Path is the path of what lies in the folder under a slash-separated name.
func (f *Folder) Path(name string) string { return filepath.Join(f.path, filepath.FromSlash(name)) }

// Write is the function Write for a name in the folder; folders on the way are made.
func (f *Folder) Write(name string, write func(io.Writer) error) error {
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return inPlace(f.Path(dir), err)
	}
	return inPlace(f.Path(name), writeIn(f.root, name, write))
}

// clear removes unfinished files from a folder, if it is there.
func (f *Folder) clear(dir string) error {
	opened, err := f.root.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer opened.Close()
	for {
		entries, err := opened.ReadDir(256)
		for _, e := range entries {
			if isUnfinished(e.Name()) && e.Type().IsRegular() {
				if err := f.root.Remove(path.Join(dir, e.Name())); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Open opens a regular file in the folder, as disk.Folder does.
func (f *Folder) Open(name string) (fs.File, error) {
	file, err := disk.Within(f.root).OpenFile(name)
	if err != nil {
		return nil, inPlace(f.Path(name), err) // not a nil *os.File in an interface
	}
	return file, nil
}

// Has reports whether something in the folder has this name, even a link that leads nowhere; in doubt it does.
func (f *Folder) Has(name string) bool {
	_, err := f.root.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// Remove removes a file, or a folder with all that is in it.
func (f *Folder) Remove(name string) error { return inPlace(f.Path(name), f.root.RemoveAll(name)) }
