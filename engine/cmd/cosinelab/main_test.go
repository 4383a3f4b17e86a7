package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome is what a command did.
type outcome struct {
	code     int
	out, err string
}

// do runs the program with these arguments, without standard input.
func do(t *testing.T, args ...string) outcome {
	t.Helper()
	return doWith(t, context.Background(), "", args...)
}

func doWith(t *testing.T, ctx context.Context, stdin string, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	code := (&app{stdin: strings.NewReader(stdin), out: &out, errOut: &errOut}).main(ctx, args)
	return outcome{code, out.String(), errOut.String()}
}

// must fails the test unless the command succeeded.
func (o outcome) must(t *testing.T) outcome {
	t.Helper()
	if o.code != exitOK {
		t.Fatalf("exit code %d: %s", o.code, o.err)
	}
	return o
}

// write puts a file into a folder that goes with the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestExitCodesTellUsageFromFailure(t *testing.T) {
	bad := write(t, "bad.json", `{"version": 1, "train": {"rates": 1}}`)
	for _, c := range []struct {
		args string
		code int
		says string // on standard error
	}{
		{"", exitUsage, "no command given"},
		{"fly", exitUsage, `no command "fly"`},
		{"run", exitUsage, "run takes one spec"},
		{"run a b", exitUsage, "run takes one spec"},
		{"run default -fast", exitUsage, "flag provided but not defined: -fast, see cosinelab run -h"},
		{"run default -device abacus", exitUsage, `no device "abacus"`},
		{"run -resume", exitUsage, "-resume needs -out"},
		{"run nowhere.json", exitFailed, "spec: open nowhere.json"},
		{"run " + bad, exitFailed, bad + ": spec: train.rates: unknown field"},
		{"run specs/msl.json", exitFailed, "data.source msl is not built in: name the folder that holds it with -data"},
		{"run specs/msl.json -data testdata", exitFailed, "msl: not in this folder"},
		{"verify", exitUsage, "verify takes golden files"},
		{"verify x.json -device abacus", exitUsage, `no device "abacus"`},
		{"eval", exitUsage, "eval takes -scores and -labels"},
		{"eval -scores s.csv", exitUsage, "eval takes -scores and -labels"},
		{"eval -scores - -labels -", exitUsage, "cannot both come from standard input"},
		{"eval -scores s.csv -labels l.csv", exitFailed, "s.csv: file does not exist"},
		{"eval -scores s.csv -labels l.csv -unscored keep", exitUsage, "-unscored keep, want refuse, exclude or lowest"},
		{"eval -scores s.csv -labels l.csv -threshold much", exitUsage, "-threshold much, want a number or one of train_percentile"},
		{"eval -scores s.csv -labels l.csv -threshold pot", exitUsage, "-threshold pot needs the scores of the training part, -train"},
		{"eval -scores s.csv -labels l.csv -threshold 1 -k 2", exitUsage, "-k: 2, want nothing: fixed has no such parameter"},
		{"eval -scores s.csv -labels l.csv -threshold NaN", exitUsage, "-value: missing, want a number"},
		{"data", exitUsage, "data takes list, or describe and a source"},
		{"data describe", exitUsage, "data takes list, or describe and a source"},
		{"data describe builtin/nothing", exitFailed, "builtin/nothing"},
		{"data describe smd/machine-1-2", exitFailed, "name the folder"},
		{"data list -data nowhere", exitFailed, "the data folder cannot be listed"},
		{"devices all", exitUsage, "devices takes no arguments"},
		{"version 2", exitUsage, "version takes no arguments"},
	} {
		got := do(t, strings.Fields(c.args)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) || !strings.HasPrefix(last(got.err), "cosinelab: ") {
			t.Errorf("%s: exit code %d, %q, want %d, %q", c.args, got.code, got.err, c.code, c.says)
		}
	}
}

// last is the last line of a text.
func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func TestHelpIsThereForTheProgramAndEveryCommand(t *testing.T) {
	for _, flag := range []string{"-h", "--help", "help"} {
		got := do(t, flag).must(t)
		for _, c := range commands() {
			if !strings.Contains(got.out, "cosinelab "+c.name+" "+c.args) || !strings.Contains(got.out, c.about) {
				t.Errorf("%s says nothing of %s: %s", flag, c.name, got.out)
			}
		}
	}
	for _, c := range commands() {
		got := do(t, c.name, "-h").must(t)
		if !strings.HasPrefix(got.out, "usage: cosinelab "+c.name) || !strings.Contains(got.out, c.about) || got.err != "" {
			t.Errorf("%s -h: %q, on standard error %q", c.name, got.out, got.err)
		}
	}
}

func TestDevicesAndVersionNameThisMachine(t *testing.T) {
	if got := do(t, "devices").must(t); !strings.HasPrefix(got.out, defaultDevice) || !strings.Contains(got.out, machine()) {
		t.Errorf("devices: %q", got.out)
	}
	if got := do(t, "version").must(t); !strings.HasPrefix(got.out, "cosinelab ") || !strings.Contains(got.out, "go1") {
		t.Errorf("version: %q", got.out)
	}
}
