package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bomb is a gzip file of n times the text.
func bomb(t *testing.T, name, text string, n int) string {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, strings.Repeat(text, n)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, name, packed.String())
}

func TestEvalRefusesBombs(t *testing.T) {
	labels := write(t, "l.csv", "label\n0\n1\n0\n")
	bombs := map[string]string{"line.csv.gz:1: a row of more than": bomb(t, "line.csv.gz", "0", 8<<20)}
	if !testing.Short() { // they grow first
		bombs["yourself"] = bomb(t, "zeros.csv.gz", strings.Repeat("0", 1000)+"\n", 40<<10)
	}
	for want, file := range bombs {
		for _, args := range [][]string{{"-scores", file, "-labels", labels},
			{"-scores", labels, "-labels", file},
			{"-scores", labels, "-labels", labels, "-train", file, "-threshold", "mean_sigma"}} {
			got := do(t, append([]string{"eval"}, args...)...)
			if got.code != exitFailed || !strings.Contains(got.err, want) || got.out != "" {
				t.Errorf("%v: exit code %d, %q", args, got.code, got.err)
			}
		}
	}
}

func TestEvalCountsBlankLines(t *testing.T) {
	scores := write(t, "s.csv", "step,score\n0,0.1\n\n1,0.9\n")
	labels := write(t, "l.csv", "0\n1\n\n")
	got := do(t, "eval", "-scores", scores, "-labels", labels).must(t)
	if !strings.Contains(got.out, "2 points") || !strings.Contains(got.err, "s.csv: 1 blank line left out") ||
		!strings.Contains(got.err, "l.csv: 1 blank line left out") {
		t.Errorf("%s\n%s", got.out, got.err)
	}
	got = do(t, "eval", "-scores", write(t, "one.csv", "score\n1\n\n2\n"), "-labels", labels)
	if got.code != exitFailed || !strings.Contains(got.err, "has 3 scores") {
		t.Errorf("a missing score is no score: %q", got.err)
	}
}

func TestDescribeSaysWhatIsLeftOut(t *testing.T) {
	file := write(t, "x.csv", "time,a\u202e\x1b[2J,label,anomaly\n\n1,2,0,0\n1,3,0,1\n\n1,2,1,1\n")
	got := do(t, "data", "describe", "file/x.csv", "-data", filepath.Dir(file)).must(t)
	for _, want := range []string{"2 columns not used: “time” (times), “anomaly” (more labels)",
		"2 blank lines left out", "a‹U+202E›␛[2J"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s", want, got.out)
		}
	}
	if strings.ContainsAny(got.out, "\x1b\u202e") {
		t.Errorf("%q", got.out)
	}
}

func TestNamesOfFilesAreListedWithoutWhatATerminalObeys(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a\x1b[2J.csv"), []byte("1\n2\n"), 0o644); err != nil {
		t.Skip(err)
	}
	got := do(t, "data", "list", "-data", dir).must(t).out
	got += do(t, "data", "describe", "file/a\x1b[2J.csv", "-data", dir).must(t).out
	if strings.Contains(got, "\x1b") || strings.Count(got, "a␛[2J.csv") != 4 {
		t.Errorf("%q", got)
	}
}

// The first Ctrl-C ends a command that waits for a file, or reads a large one.
func TestReadingIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.csv")
	if err := os.WriteFile(large, bytes.Repeat([]byte("0.25,0.5\n"), 4<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	silent, _ := io.Pipe()
	for _, args := range [][]string{
		{"data", "describe", "file/large.csv", "-data", dir},
		{"eval", "-scores", "-", "-labels", large},
		{"eval", "-scores", large, "-column", "0.5", "-labels", large},
	} {
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, interrupt)
		done := make(chan int, 1)
		var out, errOut bytes.Buffer
		go func() {
			done <- (&app{stdin: silent, out: &out, errOut: &errOut,
				getenv: func(string) string { return "" }}).main(ctx, args)
		}()
		select {
		case code := <-done:
			if code != exitFailed || errOut.String() != "cosinelab: interrupted\n" || out.Len() > 0 {
				t.Errorf("%v: exit code %d, %q, %q", args, code, errOut.String(), out.String())
			}
		case <-time.After(time.Minute):
			t.Errorf("%v goes on", args)
		}
		interrupt()
	}
}
