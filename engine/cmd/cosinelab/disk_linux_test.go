package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cosinelab/datasets/keep"
	"cosinelab/engine/runfile"
)

// smallDisk is a folder on a disk of so many bytes.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skip("a disk that can be full needs the right to mount one:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk leaves no room.
func fillDisk(t *testing.T, dir string) (room string) {
	t.Helper()
	room = filepath.Join(dir, "room")
	f, err := os.Create(room)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		if _, err := f.Write(make([]byte, 1<<12)); err != nil {
			return room
		}
	}
}

// contents are the files of a folder by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[name] = read(t, dir, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAFullDiskDestroysNoTable(t *testing.T) {
	dir := smallDisk(t, 8<<20)
	out := filepath.Join(dir, "out")
	args := tinyTable("-models", "lstm", "-seeds", "1", "-out", out)
	first := do(t, args...).must(t)
	before := contents(t, out)
	room := fillDisk(t, dir)
	got := do(t, args...)
	if got.code != exitFailed || !strings.Contains(got.err, "no room is left on the disk") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if got.out != first.out && got.out != "" {
		t.Errorf("it printed %s", got.out)
	}
	if d := diff(before, contents(t, out)); d != "" {
		t.Errorf("the folder has changed:\n%s", d)
	}
	if err := os.Remove(room); err != nil {
		t.Fatal(err)
	}
	if again := do(t, args...).must(t); again.out != first.out || diff(before, contents(t, out)) != "" {
		t.Error("with room again, the table is another")
	}
}

// However much room there is, a run on a full disk says so, prints what it has found, or goes on later.
func TestAFullDiskLosesNoRun(t *testing.T) {
	whole, want := runTiny(t)
	stopped, printed := 0, 0
	more := 24
	if testing.Short() {
		more = 110
	}
	for room := 16; room <= 400; room += more {
		dir := smallDisk(t, room<<10)
		out := filepath.Join(dir, "out")
		got := do(t, "run", tiny, "-out", out)
		if got.code == exitOK {
			break
		}
		stopped++
		if got.code != exitFailed || !strings.Contains(got.err, "no room is left on the disk") {
			t.Fatalf("room for %d kB: exit code %d, %s", room, got.code, got.err)
		}
		if got.out != "" {
			if printed++; withoutTime(got.out) != withoutTime(want.out) {
				t.Errorf("room for %d kB: what is printed differs", room)
			}
		}
		if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=8388608"); err != nil {
			t.Fatal(err)
		}
		args := []string{"run", "-resume", "-out", out}
		if _, err := os.Stat(filepath.Join(out, specFile)); err != nil {
			args = []string{"run", tiny, "-out", out}
		}
		do(t, args...).must(t)
		sameResults(t, fmt.Sprintf("room for %d kB", room), out, whole)
	}
	if stopped < 3 || printed == 0 {
		t.Errorf("the disk was full %d times, %d times at the end", stopped, printed)
	}
}

// withoutTime leaves out the line that says how long it took.
func withoutTime(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, " seeds, cpu ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// sameResults fails unless two folders hold the same results, timings aside, and nothing unfinished.
func sameResults(t *testing.T, what, got, want string) {
	t.Helper()
	if d := diff(reportIn(t, want).WithoutTimings(), reportIn(t, got).WithoutTimings()); d != "" {
		t.Errorf("%s: the report differs:\n%s", what, d)
	}
	if read(t, got, scoresFile) != read(t, want, scoresFile) {
		t.Errorf("%s: the scores differ", what)
	}
	for name := range contents(t, got) {
		if base := filepath.Base(name); strings.HasPrefix(base, ".") {
			t.Errorf("%s: %s is left", what, name)
		}
	}
}

func TestAReadOnlyPlaceIsSaid(t *testing.T) {
	dir := smallDisk(t, 1<<20)
	out := filepath.Join(dir, "out")
	do(t, "run", tiny, "-out", out).must(t)
	before := contents(t, out)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"run " + tiny + " -out " + filepath.Join(dir, "new"), "run -resume -out " + out,
		"table -spec " + tiny + " -out " + out, "plot " + out,
		"verify " + adamFile + " -cpuprofile " + filepath.Join(dir, "p")} {
		got := do(t, strings.Fields(args)...)
		if got.code != exitFailed || !strings.Contains(got.err, "nothing can be written there") ||
			!strings.Contains(got.err, dir) {
			t.Errorf("%s: exit code %d, %s", args, got.code, got.err)
		}
	}
	if d := diff(before, contents(t, out)); d != "" {
		t.Error(d)
	}
}

// The row of the issue: what reads standard output goes at once.
func TestResultsAreKeptWhenNobodyReadsThePrintedReport(t *testing.T) {
	whole, _ := runTiny(t)
	tries := 3
	if testing.Short() {
		tries = 1
	}
	for i := range tries {
		dir := filepath.Join(t.TempDir(), "out")
		c := program("run", tiny, "-out", dir)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		c.Stdout = w
		got := finish(t, c)
		w.Close()
		if got.code != exitFailed || last(got.err) != "cosinelab: standard output: nobody reads it any more" {
			t.Errorf("exit code %d, %s", got.code, last(got.err))
		}
		sameResults(t, fmt.Sprint("try ", i), dir, whole)
		if rows := read(t, dir, historyFile); !strings.HasPrefix(rows, "arm,seed,epoch") {
			t.Errorf("history %q", rows)
		}
	}
}

// Any command that cannot print says so, and does not pretend that all is well.
func TestStandardOutputThatIsFullIsAnError(t *testing.T) {
	for _, args := range [][]string{{"spec"}, {"devices"}, {"version"}, {"data", "list"}, {"-h"}, {"run", "-h"},
		{"dump", tiny}, {"data", "describe", "builtin/server"}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		var errOut bytes.Buffer
		code := appFor("", full, &errOut).main(t.Context(), args)
		full.Close()
		if code != exitFailed ||
			errOut.String() != "cosinelab: standard output: no room is left on the disk\n" {
			t.Errorf("%v: exit code %d, %s", args, code, errOut.String())
		}
	}
}

func TestProfilesReplaceNoDevice(t *testing.T) {
	got := do(t, "verify", adamFile, "-cpuprofile", os.DevNull)
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode()&fs.ModeDevice == 0 {
		t.Fatalf("%s is no device any more: %v", os.DevNull, err)
	}
	if got.code != exitFailed || !strings.Contains(got.err, os.DevNull+": neither a file") {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
}

// A results folder that is removed while the run goes on, and made again by another run, is that one's.
func TestARunWritesNothingToTheNextFolderOfItsName(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	folder, err := keep.Hold(out)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Release()
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	do(t, "run", tiny, "-out", out).must(t)
	before := contents(t, out)
	if err := (runfile.Run{Report: reportIn(t, out)}).Write(folder.Write); err == nil {
		t.Error("results were written to a folder that was removed")
	}
	if d := diff(before, contents(t, out)); d != "" {
		t.Error(d)
	}
}
