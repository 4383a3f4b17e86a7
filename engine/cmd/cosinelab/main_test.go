package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"cosinelab/assets/words"
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
	code := appFor(stdin, &out, &errOut).main(ctx, args)
	return outcome{code, out.String(), errOut.String()}
}

// appFor is the program in an empty environment.
func appFor(stdin string, out, errOut io.Writer) *app {
	return &app{stdin: strings.NewReader(stdin), out: out, errOut: errOut,
		getenv: func(string) string { return "" }, w: words.English()}
}

// inKorean runs the program for a person who reads Korean.
func inKorean(t *testing.T, args ...string) outcome {
	t.Helper()
	var out, errOut bytes.Buffer
	a := appFor("", &out, &errOut)
	a.getenv = func(name string) string { return map[string]string{"LANG": "ko_KR.UTF-8"}[name] }
	code := a.main(context.Background(), args)
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
		{"fly", exitUsage, `no command “fly”, see cosinelab -h`},
		{"tabel", exitUsage, `no command “tabel”, did you mean table?`},
		{"-fast run", exitUsage, `no flag -fast, see -h`},
		{"run", exitUsage, "run takes one spec"},
		{"run a b", exitUsage, "run takes one spec"},
		{"run default -hurry", exitUsage, "no flag -hurry, see -h"},
		{"run default -devise cpu", exitUsage, "no flag -devise, did you mean -device?"},
		{"run default -out", exitUsage, "-out needs a value"},
		{"run default -lang xx", exitUsage, "-lang xx, want en or ko"},
		{"run default -resume=maybe", exitUsage, "-resume maybe, want true or false"},
		{"bench -runs many", exitUsage, "-runs many, want a whole number"},
		{"eval -k many", exitUsage, "-k many, want a number"},
		{"data list -seed -1", exitUsage, "-seed -1, want a whole number from 0"},
		{"bench -runs 0", exitUsage, "-runs 0, want 1 or more"},
		{"run default -device abacus", exitUsage, `no device “abacus”`},
		{"run -resume", exitUsage, "-resume needs -out"},
		{"run nowhere.json", exitFailed, "nowhere.json: file does not exist"},
		{"run " + bad, exitFailed, bad + ": spec: train.rates: unknown field"},
		{"run specs/msl.json", exitFailed, "data.source msl is not built in: name the folder that holds it " +
			"with -data"},
		{"run specs/msl.json -data testdata", exitFailed, "msl: not in this folder"},
		{"verify", exitUsage, "verify takes golden files"},
		{"verify x.json -device abacus", exitUsage, `no device “abacus”`},
		{"eval", exitUsage, "eval takes a file of scores and one of labels, or one file with both"},
		{"eval a.csv b.csv c.csv", exitUsage, "eval takes a file of scores"},
		{"eval -scores s.csv", exitFailed, "s.csv: file does not exist"},
		{"eval -scores - -labels -", exitFailed, "-: empty file"}, // one file holds both
		{"eval -scores s.csv -labels l.csv", exitFailed, "s.csv: file does not exist"},
		{"eval -scores s.csv -labels l.csv -unscored keep", exitUsage,
			"-unscored keep, want refuse, exclude or lowest"},
		{"eval -scores s.csv -labels l.csv -threshold much", exitUsage,
			"-threshold much, want a number or train_percentile"},
		{"eval -scores s.csv -labels l.csv -threshold pot", exitUsage,
			"-threshold pot needs the scores of the training part, -train"},
		{"eval -scores s.csv -labels l.csv -threshold 1 -k 2", exitUsage,
			"-k 2, want nothing: fixed has no such parameter"},
		{"eval -scores s.csv -labels l.csv -threshold NaN", exitUsage, "-threshold NaN, want a number"},
		{"data", exitUsage, "data takes list, or describe or check with a source or files"},
		{"data describe", exitUsage, "data takes list, or describe or check with a source or files"},
		{"data describe builtin/nothing", exitFailed, "builtin/nothing"},
		{"data describe smd/machine-1-2", exitFailed, "name the folder"},
		{"data list -data nowhere", exitFailed, "the data folder cannot be listed"},
		{"spec print", exitUsage, "spec takes no arguments, the name of a preset, or check and files"},
		{"spec check", exitUsage, "spec takes no arguments, the name of a preset, or check and files"},
		{"dump", exitUsage, "dump takes one spec"},
		{"devices all", exitUsage, "devices takes no arguments"},
		{"version 2", exitUsage, "version takes no arguments"},
	} {
		got := do(t, strings.Fields(c.args)...)
		if got.code != c.code || !strings.Contains(got.err, c.says) || !strings.HasPrefix(last(got.err),
			"cosinelab: ") {
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
	for _, tag := range words.Tags() {
		w := words.In(tag)
		for _, args := range [][]string{{"-h"}, {"--help"}, {"help"}, {}} {
			got := do(t, append([]string{"-lang", tag}, args...)...)
			text := got.out + got.err // bare cosinelab was meant to be more
			for _, c := range commands() {
				if !strings.Contains(text, strings.TrimSpace("cosinelab "+c.name+" "+w.Say(c.args))) ||
					!strings.Contains(text, w.Say(c.about)) {
					t.Errorf("%s, %v says nothing of %s: %s", tag, args, c.name, text)
				}
			}
		}
		for _, c := range commands() {
			helpOf(t, w, c)
		}
	}
}

// helpOf finds usage, example, flags and exit codes in the help of a command.
func helpOf(t *testing.T, w *words.Language, c command) {
	t.Helper()
	got := do(t, c.name, "-lang", w.Tag, "-h").must(t)
	if !strings.HasPrefix(got.out, w.Say("cli-usage", c.name)) || got.err != "" {
		t.Errorf("%s -h: %q, on standard error %q", c.name, got.out, got.err)
	}
	for _, want := range []string{w.Say(c.about), w.Say("cli-example", c.example), w.Say("cli-exit-codes"),
		"  -lang "} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%s -h does not say %q:\n%s", c.name, want, got.out)
		}
	}
	a := appFor("", io.Discard, io.Discard)
	a.w = w
	f, _ := a.declare(c)
	f.VisitAll(func(fl *flag.Flag) {
		value, about := flag.UnquoteUsage(fl)
		if !strings.Contains(got.out, "  -"+fl.Name) || !strings.Contains(got.out, about) || !isSwitch(fl) &&
			!strings.Contains(fl.Usage, "`"+value+"`") {
			t.Errorf("%s -h in %s: -%s takes %q and is %q", c.name, w.Tag, fl.Name, value, about)
		}
	})
	for _, s := range specSections() {
		if c.fields && !strings.Contains(got.out, w.Say(s.key)) {
			t.Errorf("%s -h does not tell the field %s", c.name, s.path)
		}
	}
}

// Whoever types an example gets no usage error from its flags.
func TestExamplesParse(t *testing.T) {
	for _, c := range commands() {
		words := strings.Fields(c.example)
		f, _ := appFor("", io.Discard, io.Discard).declare(c)
		if _, err := parse(f, words[1:]); words[0] != c.name || err != nil {
			t.Errorf("%s: %v", c.example, err)
		}
	}
}

func TestFlagsStandAnywhereUntilTwoDashes(t *testing.T) {
	f := flag.NewFlagSet("", flag.ContinueOnError)
	n, on := f.Int("n", 0, ""), f.Bool("on", false, "")
	rest, err := parse(f, strings.Fields("a --n=3 - -on b -- -n"))
	if err != nil || *n != 3 || !*on || strings.Join(rest, " ") != "a - b -n" {
		t.Errorf("%v, %d, %v, %v", rest, *n, *on, err)
	}
}

func TestTheEnvironmentSaysTheLanguage(t *testing.T) {
	korean := words.In("ko")
	if got := inKorean(t, "-h").must(t); !strings.HasPrefix(got.out, korean.Say("cli-what")) {
		t.Errorf("help is %q", got.out)
	}
	if got := inKorean(t, "fly"); got.code != exitUsage || !strings.Contains(got.err,
		korean.Say("cli-unknown-command", "fly")) {
		t.Errorf("%d, %q", got.code, got.err)
	}
	if got := inKorean(t, "fly", "-lang", "en"); !strings.Contains(got.err, "no command") {
		t.Errorf("-lang en is answered by %q", got.err)
	}
}

func TestDevicesNameThisMachine(t *testing.T) {
	if got := do(t, "devices").must(t); !strings.HasPrefix(got.out, defaultDevice) ||
		!strings.Contains(got.out, machine()) {
		t.Errorf("devices: %q", got.out)
	}
}

func TestVersionSaysWhatTheBuildNoted(t *testing.T) {
	if got := do(t, "version").must(t); !strings.HasPrefix(got.out, "cosinelab ") ||
		!strings.Contains(got.out, runtime.Version()) {
		t.Errorf("version: %q", got.out)
	}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "cosinelab unknown\nrevision: unknown\nchanged since: unknown\n"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}},
			"cosinelab unknown\nrevision: unknown\nchanged since: unknown\n"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"},
				{Key: "vcs.modified", Value: "true"}}},
			"cosinelab v1.2.3\nrevision: abc\nchanged since: yes\n"},
		{&debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "false"}}},
			"changed since: no\n"},
	} {
		var out strings.Builder
		printer{&out, words.English()}.build(c.info)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%+v: %q, want %q", c.info, out.String(), c.want)
		}
	}
}

func TestProfilesAreWrittenAroundACommand(t *testing.T) {
	dir := t.TempDir()
	profile, record := filepath.Join(dir, "cpu"), filepath.Join(dir, "trace")
	do(t, "verify", adamFile, "-cpuprofile", profile, "-trace", record).must(t)
	if !strings.HasPrefix(read(t, profile), "\x1f\x8b") || !strings.HasPrefix(read(t, record), "go 1.") {
		t.Error("these are no profiles")
	}
	do(t, "verify", "nowhere.json", "-cpuprofile", profile) // it fails, and has a profile
	if got := do(t, "verify", adamFile, "-trace",
		filepath.Join(dir, "none", "trace")); got.code != exitFailed {
		t.Errorf("a profile that cannot be written: exit code %d, %s", got.code, got.err)
	}
}
