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
	"syscall"

	"cosinelab/assets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program without waiting
	code := run(ctx, os.Args[1:], assets.Dist(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// settings are what the command line says.
type settings struct {
	addr    string
	data    string // folder of data sets; empty for none
	open    bool
	version bool
}

// run serves the built page until ctx ends; the exit code is 0, 1 when serving failed, 2 when args are wrong.
func run(ctx context.Context, args []string, built fs.FS, stdout, stderr io.Writer) int {
	s, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "serve:", err)
		fmt.Fprintln(stderr, "serve -h lists the options")
		return 2
	case s.version:
		fmt.Fprintln(stdout, "serve", version())
		return 0
	}
	if err := serve(ctx, s, built, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "serve:", err)
		return 1
	}
	return 0
}

// parse reads args; for -h it prints the usage and returns flag.ErrHelp.
func parse(args []string, stdout io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`host:port` to listen on; port 0 takes any that is free")
	flags.StringVar(&s.data, "data", "", "`folder` of data sets (SMD, MSL, PSM) to offer on the page, read-only")
	flags.BoolVar(&s.open, "open", false, "open the page in the browser")
	flags.BoolVar(&s.version, "version", false, "print the version")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, "usage: serve [options]\n\nServes Cosine Lab until Ctrl-C.")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, err
}

// version returns the version that the go command recorded in the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version + " " + info.GoVersion
}
