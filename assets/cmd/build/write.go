//go:build !js

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"

	"github.com/andybalholm/brotli"
	"golang.org/x/sync/errgroup"

	"cosinelab/datasets/keep"
)

// write brings the folder out to exactly the files of page, each with its .br (not if fast) and .gz beside
// it. A file that is named by its content and is there is right already: only what changed is compressed
// again.
func write(ctx context.Context, out string, page []file, fast bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	wanted := map[string]bool{}
	for _, f := range page {
		for _, suffix := range suffixes(f.name, fast) {
			name := f.name + suffix
			wanted[name] = true
			group.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return writeOne(filepath.Join(out, filepath.FromSlash(name)), f, suffix)
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return prune(out, wanted)
}

// suffixes returns what a file's name is followed by, once for each form it is written in: those that serve
// looks for.
func suffixes(name string, fast bool) []string {
	switch path.Ext(name) {
	case ".html", ".css", ".js", ".json", ".svg", ".md", ".txt", ".wasm":
	default: // pictures and fonts are compressed as they are
		return []string{""}
	}
	if fast {
		return []string{"", ".gz"}
	}
	return []string{"", ".gz", ".br"}
}

// writeOne writes the form of f that suffix names to target, unless it is there.
func writeOne(target string, f file, suffix string) error {
	if _, err := os.Stat(target); err == nil && !isPage(f.source) {
		return nil
	}
	quality := brotli.BestCompression
	if needed(f.source) == whenLater {
		quality = brotli.DefaultCompression // few wait for it: it is worth a second of the build, no minute
	}
	data, err := compress(f.data, suffix, quality)
	if err != nil {
		return fmt.Errorf("compressing %s: %w", f.source, err)
	}
	return replace(target, data)
}

// compress returns data in the form that suffix names; quality is that of brotli.
func compress(data []byte, suffix string, quality int) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	switch suffix {
	case ".gz":
		w, _ = gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
	case ".br":
		w = brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: quality, LGWin: 24})
	default:
		return data, nil
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}

// replace writes a file as a whole or not at all: half a file under a name by content would be trusted by the
// next build.
func replace(target string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return keep.Write(target, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// prune removes the files below out that are not to be kept, such as those of earlier builds. Empty folders
// stay.
func prune(out string, wanted map[string]bool) error {
	return fs.WalkDir(os.DirFS(out), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || wanted[name] {
			return err
		}
		return os.Remove(filepath.Join(out, filepath.FromSlash(name)))
	})
}
