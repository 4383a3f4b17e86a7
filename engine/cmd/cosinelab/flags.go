package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

// flags returns a set of flags for a command that is empty but for -lang, which all have.
func (a *app) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors and help are said in words
	f.Func("lang", a.w.Say("flag-lang"), isLanguage)
	return f
}

// isLanguage refuses a language that is not there. Which one is meant was read before all other flags, so
// that mistakes in them are told in it.
func isLanguage(tag string) error {
	if !slices.Contains(words.Tags(), tag) {
		return fault.New("want-choice", fault.Choices(words.Tags()))
	}
	return nil
}

// leading reads the flags before the command and returns the command's name, empty if there is none, with
// what follows it.
func (a *app) leading(args []string) (name string, rest []string, err error) {
	f := a.flags("")
	for len(args) > 0 && isFlag(args[0]) {
		if args, err = set(f, args[0], args[1:]); err != nil {
			return "", nil, err
		}
	}
	if len(args) == 0 {
		return "", nil, nil
	}
	return args[0], args[1:], nil
}

// isFlag tells a flag from - alone, which stands for standard input.
func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

// parse reads flags from anywhere in args, as people type them, and returns the other arguments. What follows
// -- is no flag. The package flag holds the flags and sets their values; it is not asked to parse, since it
// says what is wrong in English only.
func parse(f *flag.FlagSet, args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return append(rest, args...), nil
		case !isFlag(arg):
			rest = append(rest, arg)
		default:
			if args, err = set(f, arg, args); err != nil {
				return nil, err
			}
		}
	}
	return rest, nil
}

// set sets the flag of an argument like -name, --name or -name=value, and returns the arguments behind its
// value.
func set(f *flag.FlagSet, arg string, args []string) ([]string, error) {
	name, value, given := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
	if name == "h" || name == "help" {
		return nil, flag.ErrHelp
	}
	known := f.Lookup(name)
	switch {
	case known == nil && slices.Contains(commandNames(), name):
		return nil, usage("cli-unknown-flag-like", "-"+name, "cosinelab "+name)
	case known == nil && f.Lookup("add-seeds") != nil && pathsInSpec(name) != "":
		return nil, usage("cli-flag-of-spec", "-"+name, pathsInSpec(name))
	case known == nil:
		return nil, unknown("cli-unknown-flag", "cli-unknown-flag-like", "-"+name, flagNames(f))
	case given:
	case isSwitch(known):
		value = "true"
	case len(args) == 0:
		return nil, usage("cli-flag-needs-value", "-"+name)
	default:
		value, args = args[0], args[1:]
	}
	if err := f.Set(name, value); err != nil {
		return nil, usage("cli-flag-value", "-"+name, value, wanted(known, err))
	}
	return args, nil
}

// wanted says what a flag takes that did not take its value: what its own function said, else by the type it
// holds.
func wanted(f *flag.Flag, err error) any {
	if told, ok := errors.AsType[*fault.Fault](err); ok {
		return told
	}
	if get, ok := f.Value.(flag.Getter); ok {
		switch get.Get().(type) {
		case int:
			return fault.Word("cli-want-whole")
		case uint64:
			return fault.Word("cli-want-count")
		case float64:
			return fault.Word("cli-want-number")
		case bool:
			return fault.Word("cli-want-switch")
		}
	}
	return err.Error()
}

// isSwitch reports whether a flag needs no value.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

func flagNames(f *flag.FlagSet) (names []string) {
	f.VisitAll(func(f *flag.Flag) { names = append(names, "-"+f.Name) })
	return names
}

// unknown is a mistake in the name of something. It says which of the known names looks most like it, if one
// is no more than about a third of its letters away.
func unknown(key, like words.Key, name string, known []string) error {
	best, least := "", 1+len(name)/3
	for _, k := range known {
		if d := distance(name, k); d <= least {
			best, least = k, d-1
		}
	}
	if best == "" {
		return usage(key, name)
	}
	return usage(like, name, best)
}

// distance is the number of letters to put in, take out or change to make b of a (Levenshtein), by one row of
// the table at a time: row[j] is that of the part of a so far to the first j letters of b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// alone is the action of a command that takes no arguments.
func alone(name string, do func() error) action {
	return func(_ context.Context, args []string) error {
		if len(args) > 0 {
			return usage("cli-takes-none", name)
		}
		return do()
	}
}
