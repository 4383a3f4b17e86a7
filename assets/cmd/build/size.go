package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// budget is how many bytes, compressed with brotli, may be transferred before the page first paints.
const budget = 1_250_000

// report prints the bytes of each file as it lies in out; it fails when the first paint is over the budget.
func report(stdout io.Writer, out string, page []file) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "bytes\tgzip\tbrotli\t\t")
	var first int64
	for _, f := range page {
		path := filepath.Join(out, filepath.FromSlash(f.name))
		plain := int64(len(f.data))
		gz, br := bytesOf(path+".gz", plain), bytesOf(path+".br", plain)
		when := "later"
		if firstPaint(f.source) {
			when = "first paint"
			first += min(plain, br)
		}
		fmt.Fprintf(table, "%d\t%d\t%d\t  %s\t  %s\n", plain, gz, br, when, f.source)
	}
	table.Flush()
	fmt.Fprintf(stdout, "first paint: %d bytes of %d\n", first, budget)
	if first > budget {
		return fmt.Errorf("the first paint takes %d bytes, %d over its budget", first, first-budget)
	}
	return nil
}

// bytesOf returns the length of a compressed file, or plain where there is none.
func bytesOf(path string, plain int64) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return plain
	}
	return info.Size()
}

// firstPaint tells what the page needs to show itself from what it fetches in the background or on demand.
func firstPaint(source string) bool {
	switch {
	case source == "lab.wasm":
		return true
	case strings.HasPrefix(source, "lessons/"), strings.HasPrefix(source, "worker."),
		strings.HasPrefix(source, "bench."):
		return false
	}
	return !strings.HasSuffix(source, ".wasm")
}
