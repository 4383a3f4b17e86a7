package keep

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
)

// text writes a text.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// holds fails unless the folder holds these files, each with its own name as content.
func holds(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		if there = append(there, e.Name()); e.IsDir() {
			continue
		}
		if got, err := os.ReadFile(filepath.Join(dir, e.Name())); err != nil || string(got) != e.Name() {
			t.Errorf("%s holds %q, error %v", e.Name(), got, err)
		}
	}
	if !slices.Equal(there, names) {
		t.Errorf("the folder holds %q, want %q", there, names)
	}
}

func TestAFileIsReplacedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, s := range []string{"first", "a"} {
		if err := Write(path, text(s)); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("broken")
	for name, write := range map[string]func(io.Writer) error{
		"at once":  func(io.Writer) error { return broken },
		"half way": func(w io.Writer) error { return errors.Join(text(strings.Repeat("x", 1<<20))(w), broken) },
	} {
		if err := Write(path, write); !errors.Is(err, broken) {
			t.Errorf("%s: error %v", name, err)
		}
		holds(t, dir, "a")
	}
}

// full is a writer with room for so many bytes.
type full struct{ room int }

var errFull = errors.New("the disk is full")

func (f *full) Write(p []byte) (int, error) {
	n := min(f.room, len(p))
	if f.room -= n; n < len(p) {
		return n, errFull
	}
	return n, nil
}

// Whoever writes may look at no error at all: the file is not taken for whole.
func TestAnErrorThatIsOverlookedIsFound(t *testing.T) {
	careless := func(w io.Writer) error {
		for i := range 100_000 {
			fmt.Fprintln(w, i)
		}
		return nil
	}
	for _, room := range []int{0, 1, 1 << 16, 500_000} {
		if err := fill(&full{room}, careless); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: error %v", room, err)
		}
	}
	if err := fill(&full{1 << 20}, careless); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if err := inPlace("x", fill(f, careless)); err == nil ||
		words.English().Error(err) != "x: no room is left on the disk" {
		t.Errorf("error %v", err)
	}
}

func TestWhatIsNoFileIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, os.DevNull, filepath.Join(dir, "none", "a"), ""} {
		if err := Write(path, text("x")); err == nil {
			t.Errorf("%q: no error", path)
		}
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s is %v, error %v", os.DevNull, info, err)
	}
	holds(t, dir, "folder")
}

func TestALinkIsReplacedAndWhatItLeadsToStays(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "b")
	if err := os.WriteFile(elsewhere, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "a")); err != nil {
		t.Skip(err)
	}
	if err := Write(filepath.Join(dir, "a"), text("a")); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "a")
	if got, _ := os.ReadFile(elsewhere); string(got) != "precious" {
		t.Errorf("what the link led to holds %q", got)
	}
}

func hold(t *testing.T, path string) *Folder {
	t.Helper()
	f, err := Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFolderIsHeldByOne(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no locks here")
	}
	path := filepath.Join(t.TempDir(), "new", "out")
	f := hold(t, path)
	for range 2 {
		if _, err := Hold(path); err == nil || !strings.HasPrefix(words.English().Error(err),
			path+": another process") {
			t.Fatalf("error %v", err)
		}
	}
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	holds(t, path)
	// A lock file that a killed process has left is free.
	if err := os.WriteFile(filepath.Join(path, lockFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := hold(t, path).Release(); err != nil {
		t.Fatal(err)
	}
	holds(t, path)
}

// Of many that ask at once, over and over, one at a time has the folder.
func TestHoldersTakeTurns(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("no locks here")
	}
	path := t.TempDir()
	inside, done, turns := make(chan bool, 1), make(chan error), 50
	for range 4 {
		go func() {
			for got := 0; got < turns; {
				f, err := Hold(path)
				if err != nil {
					continue
				}
				select {
				case inside <- true:
				default:
					done <- errors.New("two hold the folder")
					return
				}
				got++
				<-inside
				if err := f.Release(); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

func TestUnfinishedFilesOfAKilledProcessAreRemoved(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	mine, others := ".a-0123456789abcdef"+ending, []string{".a-012345", ".hidden", "a" + ending}
	for _, in := range []string{dir, sub} {
		for _, name := range append(others, mine) {
			if err := os.WriteFile(filepath.Join(in, name), []byte(name), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Mkdir(filepath.Join(sub, ".b-0"+ending), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := Hold(dir, "sub", "none")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c", "sub/b"} {
		if err := f.Write(name, text(filepath.Base(name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	holds(t, sub, slices.Concat(others[:1], []string{".b-0" + ending}, others[1:], []string{"b"})...)
	holds(t, dir, append(slices.Clone(others), "c", "sub")...)
}

// A folder that takes the name of one that was removed is not the one that is held.
func TestNothingIsWrittenToAFolderThatWasRemoved(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "js" {
		t.Skip("an open folder cannot be removed, or is known by its name alone")
	}
	path := filepath.Join(t.TempDir(), "out")
	f := hold(t, path)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Write("a", text("a")); err == nil || !strings.HasPrefix(words.English().Error(err), path) {
		t.Errorf("error %v", err)
	}
	next := hold(t, path)
	for _, name := range []string{"a", "sub/a"} {
		if err := f.Write(name, text("a")); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if err := f.Release(); err != nil {
		t.Error(err)
	}
	if _, err := Hold(path); err == nil && runtime.GOOS != "js" {
		t.Error("releasing the folder that was removed released the next one")
	}
	if err := next.Release(); err != nil {
		t.Error(err)
	}
	holds(t, path)
}

func TestAFolderThatCannotBeHasItsNameInTheError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "sub")} {
		if _, err := Hold(path); err == nil || !strings.HasPrefix(words.English().Error(err), path+": ") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
