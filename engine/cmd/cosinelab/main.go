// Command cosinelab runs distillation experiments, checks the engine, measures anomaly scores.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"text/tabwriter"

	"cosinelab/assets/words"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errUsage is wrapped by mistakes in the command line.
var errUsage = errors.New("usage")

// app is what a command needs of the world.
type app struct {
	stdin       io.Reader
	out, errOut io.Writer
	terminal    bool // errOut is a terminal
}

// command is one subcommand.
type command struct {
	name, args, about string
	run               func(a *app, ctx context.Context, args []string) error
}

// commands lists the subcommands in the order help shows them.
func commands() []command {
	return []command{
		{"run", "SPEC [flags]", "carry out an experiment; SPEC is a JSON file, - for standard input, default for the built-in one", (*app).run},
		{"verify", "GOLDEN.json... [flags]", "run golden files through the engine and show the largest errors", (*app).verify},
		{"eval", "-scores S.csv -labels L.csv [flags]", "measure anybody's anomaly scores with every metric", (*app).eval},
		{"table", "-sets SET,... [flags]", "train models on sets with several seeds and print the paper's table, next to the published numbers", (*app).table},
		{"bench", "[flags]", "time training steps, products and scoring", (*app).bench},
		{"data", "list | describe SOURCE [flags]", "show the data sets there are, or what one holds", (*app).data},
		{"devices", "", "list the devices that can run experiments", (*app).devices},
		{"version", "", "print the version", (*app).version},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	a := &app{stdin: os.Stdin, out: os.Stdout, errOut: os.Stderr, terminal: isTerminal(os.Stderr)}
	os.Exit(a.main(ctx, os.Args[1:]))
}

// main runs the command that args name and returns the exit code.
func (a *app) main(ctx context.Context, args []string) int {
	err := a.dispatch(ctx, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	text := err.Error()
	if !errors.Is(err, errUsage) {
		text = words.English().Error(err)
	}
	if errors.Is(err, context.Canceled) {
		text = words.English().Say("interrupted")
	}
	fmt.Fprintf(a.errOut, "cosinelab: %s\n", text)
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailed
}

func (a *app) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		a.help(a.errOut)
		return fmt.Errorf("%w: no command given", errUsage)
	}
	switch args[0] {
	case "-h", "--help", "help":
		a.help(a.out)
		return nil
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(a, ctx, args[1:])
		}
	}
	return fmt.Errorf("%w: no command %q, see cosinelab -h", errUsage, args[0])
}

func (a *app) help(w io.Writer) {
	fmt.Fprint(w, "cosinelab teaches one anomaly detector with another and measures whether that helps.\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(t, "  cosinelab %s %s\t%s\n", c.name, c.args, c.about)
	}
	t.Flush()
	fmt.Fprint(w, "\nEach command takes -h. Exit codes: 0 done, 1 failed, 2 wrong usage.\n")
}

// flags returns the flag set of a command, whose help says what the command does.
func (a *app) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(a.out)
	f.Usage = func() {
		for _, c := range commands() {
			if c.name == name {
				fmt.Fprintf(a.out, "usage: cosinelab %s %s\n\n%s\n\n", c.name, c.args, c.about)
			}
		}
		f.PrintDefaults()
	}
	return f
}

// parse reads flags from anywhere in args, as people type them, and returns the other arguments. Only who asks for
// help gets it; a mistake is one line.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	help, out := f.Usage, f.Output()
	f.Usage = func() {}
	f.SetOutput(io.Discard)
	var rest []string
	for {
		err := f.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(out)
			help()
			return nil, err
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w, see cosinelab %s -h", errUsage, err, f.Name())
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// alone is for commands without arguments.
func (a *app) alone(name string, args []string) error {
	rest, err := parse(a.flags(name), args)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: %s takes no arguments", errUsage, name)
	}
	return err
}

// device is a device by name. Only what can run in this program is listed.
type device struct {
	name, about string
	open        func(cores int) backend.Device
}

// defaultDevice is the first of devices.
const defaultDevice = "cpu"

func devices() []device {
	return []device{{defaultDevice, "portable Go on every core", func(cores int) backend.Device { return cpu.New().OnCores(cores) }}}
}

func openDevice(name string) (backend.Device, error) {
	dev, _, err := openCrew(name, 1)
	return dev, err
}

// openCrew opens a device for each of several workers, at most one for each core; they share the cores.
func openCrew(name string, workers int) (dev backend.Device, others []experiment.Hand, err error) {
	for _, d := range devices() {
		if d.name != name {
			continue
		}
		cores := runtime.GOMAXPROCS(0)
		workers = max(1, min(workers, cores))
		for range workers - 1 {
			others = append(others, experiment.Local(d.open(cores/workers)))
		}
		return d.open(cores / workers), others, nil
	}
	return nil, nil, fmt.Errorf("%w: no device %q here, see cosinelab devices", errUsage, name)
}

func machine() string { return runtime.GOOS + "/" + runtime.GOARCH }

func (a *app) devices(_ context.Context, args []string) error {
	if err := a.alone("devices", args); err != nil {
		return err
	}
	for _, d := range devices() {
		fmt.Fprintf(a.out, "%-8s %s (%s, %d cores)\n", d.name, d.about, machine(), runtime.GOMAXPROCS(0))
	}
	return nil
}

func (a *app) version(_ context.Context, args []string) error {
	if err := a.alone("version", args); err != nil {
		return err
	}
	version := "development"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	fmt.Fprintf(a.out, "cosinelab %s %s %s\n", version, runtime.Version(), machine())
	return nil
}
