package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder may hold what is no file. Neither command waits for a pipe, and both say what it is.
func TestDataPassesOverWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"test.csv", "test_label.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("a,b\n1,2\n3,4\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(dir, "train.csv"), 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	got := do(t, "data", "list", "-data", dir).must(t).out
	if !strings.Contains(got, "file/test.csv") || strings.Contains(got, "file/train.csv") ||
		!strings.Contains(got, "passed over: train.csv: a pipe, not a file\n") {
		t.Error(got)
	}
	r := do(t, "data", "describe", "file/train.csv", "-data", dir)
	if r.code == 0 || !strings.Contains(r.err, "train.csv: a pipe, not a file") {
		t.Errorf("exit code %d, %s", r.code, r.err)
	}
}
