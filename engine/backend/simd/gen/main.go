// Command gen writes the WebAssembly SIMD kernels of package kernels.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cosinelab/datasets/keep"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	for _, b := range builds {
		code, err := b.encode()
		if err != nil {
			return fmt.Errorf("build %s: %w", b.name, err)
		}
		err = keep.Write(filepath.Join(dir, b.name+".wasm"), func(w io.Writer) error {
			_, err := w.Write(code)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
