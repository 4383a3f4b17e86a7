// Package disk opens the regular files below a folder on disk, whatever else lies there.
package disk

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is an fs.FS. Opening what is neither a regular file nor a folder is an error that says what it is,
// and never waits: a pipe without a writer would, for ever.
type Folder struct {
	stat func(name string) (fs.FileInfo, error)
	open func(name string, flag int, perm fs.FileMode) (*os.File, error)
}

// At is the folder at a path. Symbolic links in it lead wherever they lead.
func At(path string) Folder {
	in := func(name string) string { return filepath.Join(path, filepath.FromSlash(name)) }
	return Folder{
		stat: func(name string) (fs.FileInfo, error) { return os.Stat(in(name)) },
		open: func(name string, flag int, perm fs.FileMode) (*os.File, error) {
			return os.OpenFile(in(name), flag, perm)
		},
	}
}

// Within is a folder that no path and no symbolic link leads out of.
func Within(root *os.Root) Folder { return Folder{root.Stat, root.OpenFile} }

// Open opens a file or a folder.
func (f Folder) Open(name string) (fs.File, error) {
	file, err := f.OpenFile(name)
	if err != nil {
		return nil, err // not a nil *os.File in an interface
	}
	return file, nil
}

// OpenFile is Open with the type that files on disk have. It looks before it opens, since opening a device
// may do something, and again afterwards, since something else may have taken the place meanwhile.
func (f Folder) OpenFile(name string) (*os.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := f.stat(name)
	if err != nil {
		return nil, err
	}
	if err := notAFile(info.Mode()); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	file, err := f.open(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err == nil {
		err = notAFile(info.Mode())
	}
	if err != nil {
		file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file, nil
}

// Stat looks without opening.
func (f Folder) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	return f.stat(name)
}
