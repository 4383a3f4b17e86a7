package disk

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"cosinelab/datasets/fault"
)

// write makes a file below a folder, with the folders on the way.
func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skip("no symbolic links here:", err)
	}
}

// both returns the folder at path, with links and without those that lead out.
func both(t *testing.T, path string) map[string]Folder {
	t.Helper()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return map[string]Folder{"at": At(path), "within": Within(root)}
}

func TestAFolderIsAFileSystem(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), "1")
	write(t, filepath.Join(dir, "sub", "b.csv"), "2")
	for name, f := range both(t, dir) {
		if err := fstest.TestFS(f, "a.csv", "sub/b.csv"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// opens fails unless opening a path ends soon, with an error that says what lies there.
func refuses(t *testing.T, f Folder, path, key string) {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		file, err := f.Open(path)
		if err == nil {
			file.Close()
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, fs.ErrNotExist) && !fault.Has(err, key) {
			t.Errorf("%s: %v, want %s", path, err, key)
		}
	case <-time.After(time.Minute):
		t.Fatalf("%s: opening it waits", path)
	}
}

func TestNothingButFilesIsOpened(t *testing.T) {
	dir := t.TempDir()
	want := map[string]string{}
	if listener, err := net.Listen("unix", filepath.Join(dir, "socket.csv")); err == nil {
		defer listener.Close()
		want["socket.csv"] = "folder-socket"
	}
	if pipe(filepath.Join(dir, "pipe.csv")) == nil {
		want["pipe.csv"] = "folder-pipe"
	}
	if runtime.GOOS != "windows" {
		link(t, "/dev/zero", filepath.Join(dir, "zero.csv"))
		if err := os.Symlink("pipe.csv", filepath.Join(dir, "linked.csv")); err == nil {
			want["linked.csv"] = want["pipe.csv"]
		}
		refuses(t, At(dir), "zero.csv", "folder-device")
	}
	if len(want) == 0 {
		t.Skip("nothing but files can be made here")
	}
	for _, f := range both(t, dir) {
		for path, key := range want {
			refuses(t, f, path, key)
		}
	}
}

// A pipe that takes the place of a file between the look and the opening is refused as well.
func TestAFileThatBecomesAPipeIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), "1")
	if err := pipe(filepath.Join(dir, "pipe")); err != nil {
		t.Skip("no pipes here:", err)
	}
	for _, f := range both(t, dir) {
		look := f.stat
		f.stat = func(string) (fs.FileInfo, error) { return look("a.csv") }
		refuses(t, f, "pipe", "folder-pipe")
	}
}
