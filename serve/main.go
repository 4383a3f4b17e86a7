// Command serve shows the lab in a browser.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"cosinelab/assets"
	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program without waiting
	w := words.FromCommand(os.Args[1:], os.Getenv)
	code := run(ctx, w, os.Args[1:], assets.Dist(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// settings are what the command line says.
type settings struct {
	addr    string
	hosts   hosts  // that requests may name, besides loopback and own addresses
	data    string // folder of data sets; empty for none
	open    bool
	version bool
}

// run serves the built page until ctx ends, and speaks w; the exit code is 0, 1 when serving failed, 2 when
// args are wrong.
func run(ctx context.Context, w *words.Language, args []string, built fs.FS, stdout, stderr io.Writer) int {
	s, err := parse(w, args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "serve:", w.Error(err))
		fmt.Fprintln(stderr, w.Say("serve-see-help"))
		return 2
	case s.version:
		fmt.Fprintln(stdout, "serve", version())
		return 0
	}
	if err := serve(ctx, w, s, built, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "serve:", w.Error(err))
		return 1
	}
	return 0
}

// parse reads args; for -h it prints the usage and returns flag.ErrHelp.
func parse(w *words.Language, args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors and help are said in words
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", w.Say("serve-flag-addr"))
	flags.Var(&s.hosts, "host", w.Say("serve-flag-host"))
	flags.StringVar(&s.data, "data", "", w.Say("serve-flag-data"))
	flags.BoolVar(&s.open, "open", false, w.Say("serve-flag-open"))
	flags.BoolVar(&s.version, "version", false, w.Say("serve-flag-version"))
	language := flags.String("lang", "", w.Say("flag-lang")) // was read before all others
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(w, flags, stdout)
		return s, err
	case err != nil:
		return s, fault.New("flag-wrong", err)
	case *language != "" && !slices.Contains(words.Tags(), *language):
		return s, fault.New("flag-lang-unknown", *language, fault.Choices(words.Tags()))
	case flags.NArg() > 0:
		return s, fault.New("serve-bad-argument", flags.Arg(0))
	}
	s.hosts, err = s.hosts.plain()
	return s, err
}

// help prints the usage.
func help(w *words.Language, flags *flag.FlagSet, out io.Writer) {
	fmt.Fprintf(out, "%s\n\n%s\n\n", w.Say("serve-usage"), w.Say("serve-what"))
	flags.VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" {
			about = w.Say("flag-default", about, f.DefValue)
		}
		fmt.Fprintf(out, "  %s\n        %s\n", strings.TrimSpace("-"+f.Name+" "+value), about)
	})
}

// version returns the version that the go command recorded in the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version + " " + info.GoVersion
}
