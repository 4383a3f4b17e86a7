package datasets

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// inventory is that of a folder in memory.
func inventory(files fstest.MapFS) *Inventory {
	var stored []Stored
	for name, f := range files {
		stored = append(stored, Stored{name, int64(len(f.Data))})
	}
	return NewInventory(stored, func(name string) (io.ReadCloser, error) { return files.Open(name) })
}

func TestAnInventoryIsAFileSystem(t *testing.T) {
	if err := fstest.TestFS(inventory(benchmarks(t)), "pump.csv",
		"smd/train/machine-1-2.txt.gz"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(inventory(nil)); err != nil {
		t.Error("an empty one:", err)
	}
}

func TestAnInventoryHoldsTheSetsOfItsFolder(t *testing.T) {
	files := benchmarks(t)
	want, err := List(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := List(t.Context(), inventory(files)); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestAnInventoryLeavesOutPathsThatAreNone(t *testing.T) {
	var stored []Stored
	for _, name := range []string{"/etc/passwd", "../up", "a//b", "", ".", "a/./b", "fine.csv"} {
		stored = append(stored, Stored{Path: name})
	}
	inv := NewInventory(stored, func(string) (io.ReadCloser,
		error) {
		return io.NopCloser(strings.NewReader("x")), nil
	})
	if len(inv.Files) != 1 || inv.Files[0].Path != "fine.csv" {
		t.Errorf("%v", inv.Files)
	}
}

func TestWhatIsGoneFromAFolderIsAnError(t *testing.T) {
	inv := NewInventory([]Stored{{"a.csv", 1}},
		func(string) (io.ReadCloser, error) { return nil, fs.ErrNotExist })
	if _, err := Open(t.Context(), inv, "file/a.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want that it is not there", err)
	}
}

// A name may be that of a pipe or a folder: it is no table then.
func TestOnlyFilesAreTables(t *testing.T) {
	folder := fstest.MapFS{"pipe.csv": {Mode: fs.ModeNamedPipe}, "folder.csv/x": {},
		"device.npy": {Mode: fs.ModeDevice}, "good.csv": {}}
	if sets, err := List(t.Context(), folder); err != nil || len(sets) != 1 || sets[0].ID != "file/good.csv" {
		t.Errorf("%v, %v", sets, err)
	}
}
