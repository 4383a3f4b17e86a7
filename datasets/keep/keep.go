// Package keep writes files whole or not at all, into folders that one process holds or several share.
package keep

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"cosinelab/datasets/fault"
)

// Write writes the file at a path in place of what was there, or leaves that as it was: until everything is on
// the disk, it has another name in the same folder. What write gets to write to remembers its first error, so
// that one that write overlooks is found all the same. Only a regular file, or a link, is replaced.
func Write(path string, write func(io.Writer) error) error {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return inPlace(path, err)
	}
	defer root.Close()
	return inPlace(path, writeIn(root, filepath.Base(path), write))
}

// Move lets a file that was written in several goes, and is whole now, take the place of another in its folder.
func Move(from, to string) error {
	root, err := os.OpenRoot(filepath.Dir(to))
	if err != nil {
		return inPlace(to, err)
	}
	defer root.Close()
	f, err := os.OpenFile(from, os.O_RDWR, 0)
	if err != nil {
		return inPlace(from, err)
	}
	if err := finish(f); err != nil {
		return inPlace(from, err)
	}
	return inPlace(to, take(root, filepath.Base(from), filepath.Base(to)))
}

// finish closes a file once it is on the disk.
func finish(f *os.File) error {
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// take lets a file that is on the disk take another's name.
func take(root *os.Root, from, to string) error {
	if err := root.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(root, path.Dir(to))
}

// ending marks files that are not whole yet. A process that is killed leaves them behind.
const ending = ".cosinelab-unfinished"

// writeIn is Write for a slash-separated name below an open folder.
func writeIn(root *os.Root, name string, write func(io.Writer) error) (err error) {
	if err := replaceable(root, name); err != nil {
		return err
	}
	dir, base := path.Split(name)
	under := fmt.Sprintf("%s.%s-%016x%s", dir, base, rand.Uint64(), ending)
	f, err := root.OpenFile(under, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			root.Remove(under)
		}
	}()
	if err := fill(f, write); err != nil {
		return err
	}
	if err := finish(f); err != nil {
		return err
	}
	return take(root, under, name)
}

// replaceable refuses what must not be replaced by a file: a device, a pipe, a folder.
func replaceable(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink {
		return fault.New("keep-not-a-file")
	}
	return err
}

// fill lets write fill a file.
func fill(f io.Writer, write func(io.Writer) error) error {
	out := Sticky{W: f}
	b := bufio.NewWriterSize(&out, 1<<16)
	err := write(b)
	if flushed := b.Flush(); err == nil {
		err = flushed
	}
	if out.Err != nil {
		return out.Err // what write makes of it says less
	}
	return err
}

// Sticky writes until the first error, which it remembers, and nothing afterwards.
type Sticky struct {
	W   io.Writer
	Err error
}

func (s *Sticky) Write(p []byte) (n int, err error) {
	if s.Err != nil {
		return 0, s.Err
	}
	n, s.Err = s.W.Write(p)
	return n, s.Err
}

// syncFolder has the names in a folder survive a loss of power, where the system can do that.
func syncFolder(root *os.Root, name string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	err = f.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		return nil // not every file system keeps names that way
	}
	return err
}

// isUnfinished reports whether a name is one that writeIn gives.
func isUnfinished(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ending)
}

// inPlace names the file or folder that an error is about.
func inPlace(path string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New("in-place", path, fault.Cause(err))
}
