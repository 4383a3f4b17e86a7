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
	"strings"

	"cosinelab/datasets"
)

const usage = `usage: fetch smd|msl|psm [-dir DIR] [-url URL]

Downloads a public benchmark set from its publishers into DIR/smd, DIR/msl or DIR/psm.
What is there already is kept; a download that was cut off goes on where it stopped.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 done or help, 1 failed, 2 wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("fetch", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	dir := flags.String("dir", "data", "folder to download into")
	url := flags.String("url", "", "another place to download from: the folder with the files, for msl the archive data.zip")
	if help(args) {
		flags.SetOutput(stdout)
	}
	var names []string
	for ok := true; ok; ok = len(args) > 0 { // the set may stand before, after or between the flags
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return 0
		case err != nil:
			return 2
		}
		if args = flags.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	from, ok := sourceNamed(strings.Join(names, " "))
	if !ok {
		fmt.Fprintf(stderr, "fetch: want one set, smd, msl or psm, got %q\n", strings.Join(names, " "))
		flags.Usage()
		return 2
	}
	if err := fetch(ctx, newDownloader(newProgress(stdout)), from.at(*url), *dir); err != nil {
		if ctx.Err() != nil {
			err = errors.New("stopped; the same command goes on from here")
		}
		fmt.Fprintf(stderr, "fetch: %v\n", err)
		return 1
	}
	return 0
}

// help reports whether the flags ask for the usage, which then is output, not an error.
func help(args []string) bool {
	for _, a := range args {
		if a == "-h" || a == "-help" || a == "--help" {
			return true
		}
	}
	return false
}

// fetch brings all files of a source to dir and opens the sets as a last check.
func fetch(ctx context.Context, d *downloader, from source, dir string) error {
	for i, f := range from.files {
		d.show.begin(fmt.Sprintf("%s %d/%d %s", from.id, i+1, len(from.files), f))
		if err := d.get(ctx, from.base+f, target(dir, from.id, f), sums[from.id+"/"+f]); err != nil {
			return err
		}
	}
	if err := d.unpack(ctx, from, dir); err != nil {
		return err
	}
	sets, err := datasets.List(os.DirFS(dir))
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
		return fmt.Errorf("%s: the files are there, but hold no complete set", from.id)
	}
	d.show.say(fmt.Sprintf("%s: %d sets in %s", from.id, n, dir))
	return nil
}
