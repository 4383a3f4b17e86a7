// Command cosinelab runs distillation experiments, checks the engine, measures anomaly scores.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
)

// Exit codes: a script can tell a run that failed from one that was asked for wrongly.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitRunsFailed = 3
	exitMissing    = 4   // cells are missing
	exitRequeue    = 75  // a scheduler ended it: the same command goes on (sysexits' EX_TEMPFAIL)
	exitLeft       = 130 // by a second Ctrl-C: what shells say of a program that a signal ended
)

// usageError is a mistake in the command line. Only it ends with exitUsage.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// usage is a mistake in the command line that the text of key tells.
func usage(key words.Key, args ...any) error { return usageError{fault.New(string(key), args...)} }

// app is what a command needs of the world; tests give it another one.
type app struct {
	stdin       io.Reader
	out, errOut io.Writer
	terminal    bool // errOut is a terminal
	getenv      func(name string) string
	w           *words.Language
}

// command is one subcommand.
type command struct {
	name        string
	args, about words.Key
	example     string      // its arguments
	notes       []words.Key // more about it, a line each
	fields      bool        // its help lists the fields of a spec
	computes    bool        // for so long that one may want to profile it
	first       []string    // the flags that its help lists first
	topic       topic       // more help on what it prints; none without a name
	// declare adds the command's flags to a set and returns what carries it out once they are read.
	declare func(a *app, f *flag.FlagSet) action
}

// action carries out a command with the arguments that are no flags.
type action func(ctx context.Context, args []string) error

// commands lists the subcommands in the order help shows them.
func commands() []command {
	return []command{
		{name: "run", args: "cli-args-run", about: "cli-about-run",
			example: "run default -out results", fields: true, computes: true, declare: (*app).run,
			notes: []words.Key{"cli-note-run-data", "cli-note-run-files", "cli-note-run-detectors"},
			topic: topic{"thresholds", "cli-about-thresholds", (*app).helpThresholds}},
		{name: "table", args: "cli-args-flags", about: "cli-about-table",
			example: "table -sets builtin/server -models lstm,gta -out table", fields: true, computes: true,
			declare: (*app).table},
		{name: "sweep", args: "cli-args-sweep", about: "cli-about-sweep",
			example: "sweep sweep.json -out sweep", computes: true, declare: (*app).sweep},
		{name: "gather", args: "cli-args-gather", about: "cli-about-gather", example: "gather table",
			declare: (*app).gather},
		{name: "spec", args: "cli-args-spec", about: "cli-about-spec",
			example: "spec check mine.json", declare: (*app).spec},
		{name: "dump", args: "cli-args-dump", about: "cli-about-dump",
			example: "dump default -steps", declare: (*app).dump},
		{name: "score", args: "cli-args-score", about: "cli-about-score",
			example: "score results/cosine.detector today.csv -merge 5", declare: (*app).score,
			notes: []words.Key{"cli-note-score-file", "cli-note-score-columns", "cli-note-score-windows",
				"cli-note-score-follow"},
			topic: topic{"thresholds", "cli-about-thresholds", (*app).helpThresholds}},
		{name: "weights", args: "cli-args-weights", about: "cli-about-weights",
			example: "weights default", declare: (*app).weights,
			notes: []words.Key{"cli-note-weights"}},
		{name: "eval", args: "cli-args-eval", about: "cli-about-eval",
			example: "eval run.csv -column score,other -label anomaly", computes: true, declare: (*app).eval,
			first: []string{"scores", "labels", "column", "label"},
			topic: topic{"metrics", "cli-about-metrics", (*app).helpMetrics}},
		{name: "data", args: "cli-args-data", about: "cli-about-data",
			example: "data describe pump.csv -label fault -split 0.7", declare: (*app).data,
			notes: []words.Key{"cli-note-data-marks", "cli-note-data-cut"}},
		{name: "report", args: "cli-args-report", about: "cli-about-report",
			example: "report results -epochs 1,2,4,10 -format markdown", declare: (*app).report},
		{name: "plot", args: "plot-args", about: "plot-about", example: "plot results -format pdf -width 88",
			declare: (*app).plot},
		{name: "verify", args: "cli-args-verify", about: "cli-about-verify",
			example: "verify engine/metrics/testdata/metrics.json", computes: true, declare: (*app).verify},
		{name: "bench", args: "cli-args-flags", about: "cli-about-bench",
			example: "bench -only T,512x512x512", computes: true, declare: (*app).bench},
		{name: "devices", args: "cli-args-none", about: "cli-about-devices",
			example: "devices", declare: (*app).devices},
		{name: "version", args: "cli-args-none", about: "cli-about-version",
			example: "version", declare: (*app).version},
	}
}

// main runs the command that args name and returns the exit code. It alone prints errors. Help that was asked
// for is no error.
func (a *app) main(ctx context.Context, args []string) int {
	// First of all: what goes wrong from here on is said in the language asked for.
	a.w = words.FromCommand(args, a.getenv)
	out := &keep.Sticky{W: a.out}
	a.out = out
	err := a.dispatch(ctx, args)
	if out.Err != nil && (err == nil || errors.Is(err, flag.ErrHelp) || errors.Is(err, out.Err)) {
		err = fault.New("cli-not-printed", fault.Cause(out.Err))
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if errors.Is(err, context.Canceled) {
		err = fault.New("cli-left")
	}
	code := exitFailed
	if wrong, ok := errors.AsType[usageError](err); ok {
		err, code = wrong.error, exitUsage
	}
	if failed, ok := errors.AsType[runsFailed](err); ok {
		err, code = failed.error, exitRunsFailed
	}
	if missing, ok := errors.AsType[cellsMissing](err); ok {
		err, code = missing.error, exitMissing
	}
	if requeues(ctx, err) {
		code = exitRequeue
	}
	fmt.Fprintf(a.errOut, "cosinelab: %s\n", a.w.Error(err))
	return code
}

// dispatch reads the flags of the program, of which there is one, then those of the command.
func (a *app) dispatch(ctx context.Context, args []string) error {
	first, rest, err := a.leading(args)
	switch {
	case errors.Is(err, flag.ErrHelp) || err == nil && first == "help":
		a.help(a.out)
		return nil
	case err != nil:
		return err
	case first == "":
		a.help(a.errOut)
		return usage("cli-no-command")
	}
	for _, c := range commands() {
		if c.name != first {
			continue
		}
		f, act := a.declare(c)
		asked := rest
		if rest, err = parse(f, rest); errors.Is(err, flag.ErrHelp) {
			a.helpOn(c, f, asked)
			return nil
		}
		if err != nil {
			return err
		}
		return act(ctx, rest)
	}
	if slices.Contains(dataActions, first) {
		return usage("cli-unknown-command-like", first, "data "+first)
	}
	return unknown("cli-unknown-command", "cli-unknown-command-like", first, commandNames())
}

// declare returns the flags of a command with what carries it out, which must not be called before the flags
// are set.
func (a *app) declare(c command) (*flag.FlagSet, action) {
	f := a.flags(c.name)
	act := c.declare(a, f)
	if c.computes {
		act = a.profiled(f, act)
	}
	return f, act
}

func commandNames() (names []string) {
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}
