//go:build !js

// Command build makes the page, assets/dist, from the hand-written files in assets plus the programs in wasm.
//
// Every built file but the pages, which are the HTML files at the root, is named by its content, so that it
// can be cached for ever. A file refers to another relative to itself, by its source name; the build puts the
// built name in its place. References are
//
//	HTML  src="lab.js", href="style.css"
//	CSS   url(icons.svg), @import "tokens.css"
//	JS    string literals that begin with ./, as in importScripts("./wasm_exec.js")
//
// The pages are templates over the languages in assets/words: {{range .}}{{.Say "key"}}{{end}} is a sentence
// in each of them. Files of other kinds are taken as they are. Go code finds built names in the page: the
// build fills the element <script type="application/json" id="assets"> of every page with an object from
// source names to built names, "worker.js" to "worker.0123456789ab.js". The programs are lab.wasm for
// wasm/lab, and so on, in a form that compresses better than what Go's linker writes (code.go, functions.go,
// segments.go); Go's wasm_exec.js lies beside them. What the page says in a language is words/TAG.txt.
//
// The default experiment is carried out here, once for each version of the engine: its result stands in index.html
// before any program is there (ui/still), and in recorded.json for the program.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run builds as args say; the exit code is 0, 1 when the build failed, 2 when args are wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", ".", "folder of the module")
	fast := flags.Bool("fast", false, "leave out brotli, which takes most of the time")
	size := flags.Bool(
		"size", false, "print the bytes transferred for each file; fail when the first paint is over its "+
			"budget")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 || *size && *fast {
		fmt.Fprintln(stderr, "build: want no arguments, and -size without -fast; see build -h")
		return 2
	}
	if err := build(ctx, *root, *fast, *size, stdout); err != nil {
		fmt.Fprintln(stderr, "build:", err)
		return 1
	}
	return 0
}

// build makes assets/dist of the module at root and prints what came out.
func build(ctx context.Context, root string, fast, size bool, stdout io.Writer) error {
	sources, err := collect(filepath.Join(root, "assets"))
	if err != nil {
		return err
	}
	if err := speak(sources); err != nil {
		return err
	}
	if err := compile(ctx, root, sources); err != nil {
		return err
	}
	if bytes.Contains(sources[index], place) {
		run, err := record(ctx, root)
		if err == nil {
			err = run.show(sources)
		}
		if err != nil {
			return err
		}
	}
	bare(sources)
	page, err := link(sources)
	if err != nil {
		return err
	}
	out := filepath.Join(root, "assets", "dist")
	if err := write(ctx, out, page, fast); err != nil {
		return err
	}
	if size {
		return report(stdout, out, page)
	}
	fmt.Fprintf(stdout, "%s: %d files\n", out, len(page))
	return nil
}
