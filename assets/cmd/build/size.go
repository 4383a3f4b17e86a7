//go:build !js

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// How many bytes, compressed with brotli, may be transferred before the page works, and before it trains.
const (
	budget   = 1_020_000
	training = 2_325_000
)

// When the page needs a file.
const (
	whenFirst    = "first paint"
	whenTraining = "training"
	whenLater    = "later"
)

// report prints the bytes of each file as it lies in out; it fails when the page takes more than its budgets. Of the
// words it needs those of one language, so that the longest count.
func report(stdout io.Writer, out string, page []file) error {
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "bytes\tgzip\tbrotli\t\t")
	var first, trains, language int64
	for _, f := range page {
		path := filepath.Join(out, filepath.FromSlash(f.name))
		plain := int64(len(f.data))
		gz, br := bytesOf(path+".gz", plain), bytesOf(path+".br", plain)
		when := needed(f.source)
		switch {
		case strings.HasPrefix(f.source, "words/"):
			language = max(language, min(plain, br))
		case when == whenFirst:
			first += min(plain, br)
		case when == whenTraining:
			trains += min(plain, br)
		}
		fmt.Fprintf(table, "%d\t%d\t%d\t  %s\t  %s\n", plain, gz, br, when, f.source)
	}
	table.Flush()
	first += language
	trains += first
	fmt.Fprintf(stdout, "first paint: %d bytes of %d, with one language\n", first, budget)
	fmt.Fprintf(stdout, "before training: %d bytes of %d\n", trains, training)
	if first > budget || trains > training {
		return fmt.Errorf("the first paint takes %d bytes of %d, all before training %d of %d", first, budget, trains,
			training)
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

// needed tells what the page needs to show itself, and to train, from what it fetches on demand.
func needed(source string) string {
	switch {
	case strings.HasSuffix(source, ".functions.txt"), strings.HasPrefix(source, "explorer."), strings.HasPrefix(source, "cosinelab."):
		return whenLater
	case source == "lab.wasm":
		return whenFirst
	case strings.HasPrefix(source, "worker."), source == "kernels.js":
		return whenTraining
	case source == "webgpu.js", strings.HasPrefix(source, "lessons/"), strings.HasPrefix(source, "bench."), strings.HasSuffix(source, ".wasm"):
		return whenLater
	}
	return whenFirst
}
