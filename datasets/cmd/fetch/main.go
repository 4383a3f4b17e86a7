// Command fetch downloads the public benchmark sets.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/keep"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	w := words.FromCommand(os.Args[1:], os.Getenv)
	os.Exit(run(ctx, w, os.Args[1:], os.Stdout, os.Stderr))
}

// run speaks w and returns the exit code: 0 done or help, 1 failed, 2 wrong usage.
func run(ctx context.Context, w *words.Language, args []string, stdout, stderr io.Writer) int {
	s, err := parse(w, args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "fetch:", w.Error(err))
		fmt.Fprintln(stderr, w.Say("fetch-see-help"))
		return 2
	}
	show := newProgress(stdout, w)
	err = fetch(ctx, newDownloader(show), s.from, s.dir)
	// The bar would be drawn over the error.
	show.stop()
	if err != nil {
		if ctx.Err() != nil {
			err = fault.New("fetch-stopped")
		}
		fmt.Fprintln(stderr, "fetch:", w.Error(err))
		return 1
	}
	return 0
}

// settings are what the command line says.
type settings struct {
	from source
	dir  string
}

// parse reads args, in which the set may stand before, after or between the flags; for -h it prints the usage
// and returns flag.ErrHelp.
func parse(w *words.Language, args []string, stdout io.Writer) (settings, error) {
	flags := flag.NewFlagSet("fetch", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors and help are said in words
	dir := flags.String("dir", "data", w.Say("fetch-flag-dir"))
	url := flags.String("url", "", w.Say("fetch-flag-url"))
	language := flags.String("lang", "", w.Say("flag-lang")) // was read before all others
	var names []string
	// Package flag stops at the first argument that is no flag: take that one, and go on behind it.
	for ok := true; ok; ok = len(args) > 0 {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			help(w, flags, stdout)
			return settings{}, err
		case err != nil:
			return settings{}, fault.New("flag-wrong", err)
		}
		if args = flags.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	if *language != "" && !slices.Contains(words.Tags(), *language) {
		return settings{}, fault.New("flag-lang-unknown", *language, fault.Choices(words.Tags()))
	}
	from, ok := sourceNamed(strings.Join(names, " "))
	switch {
	case len(names) == 0:
		return settings{}, fault.New("fetch-no-set", sourceIDs())
	case !ok:
		return settings{}, fault.New("fetch-not-one-set", sourceIDs(), strings.Join(names, " "))
	}
	return settings{from.at(*url), *dir}, nil
}

// help prints the usage.
func help(w *words.Language, flags *flag.FlagSet, out io.Writer) {
	usage := w.Say("fetch-usage", strings.Join(sourceIDs(), "|"))
	fmt.Fprintf(out, "%s\n\n%s\n\n", usage, w.Say("fetch-what"))
	flags.VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		if f.DefValue != "" {
			about = w.Say("flag-default", about, f.DefValue)
		}
		fmt.Fprintf(out, "  -%s %s\n        %s\n", f.Name, value, about)
	})
}

// fetch brings all files of a source to dir and opens the sets as a last check. Files that are there already
// are not brought again. One process at a time brings files to a folder.
func fetch(ctx context.Context, d *downloader, from source, dir string) (err error) {
	folder, err := keep.Hold(dir, from.folders()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Release()) }()
	for i, f := range from.files {
		d.show.begin(fmt.Sprintf("%s %d/%d %s", from.id, i+1, len(from.files), f))
		if err := d.get(ctx, from.base+f, target(dir, from.id, f), sums[from.id+"/"+f]); err != nil {
			return err
		}
	}
	if err := d.unpack(ctx, from, dir); err != nil {
		return err
	}
	sets, err := datasets.List(ctx, os.DirFS(dir))
	if err != nil {
		return err
	}
	n := 0
	for _, s := range sets {
		if s.ID == from.id || strings.HasPrefix(s.ID, from.id+"/") {
			n++
		}
	}
	if n == 0 {
		return fault.New("fetch-incomplete", from.id)
	}
	d.show.say("fetch-done", from.id, n, dir)
	return nil
}
