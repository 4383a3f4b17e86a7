package main

import (
	"bytes"
	"testing"

	"cosinelab/engine/backend/simd/kernels"
)

func TestCommittedModulesAreWhatTheGeneratorWrites(t *testing.T) {
	for i, committed := range [][]byte{kernels.Plain, kernels.Relaxed} {
		code, err := builds[i].encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(code, committed) {
			t.Errorf("%s.wasm is stale: run make generate", builds[i].name)
		}
	}
}

func TestConstantsOfKernelsAreThoseOfTheGenerator(t *testing.T) {
	if len(kernels.Shapes) != len(shapes) {
		t.Fatalf("kernels.Shapes has %d rows, want %d", len(kernels.Shapes), len(shapes))
	}
	if kernels.GemmScratchBytes != gemmScratch {
		t.Errorf("kernels.GemmScratchBytes = %d, want %d", kernels.GemmScratchBytes, gemmScratch)
	}
	for i, s := range shapes {
		if want := (kernels.Shape{Rows: s.rows, Columns: 4 * s.vectors}); kernels.Shapes[i] != want {
			t.Errorf("kernels.Shapes[%d] = %v, want %v", i, kernels.Shapes[i], want)
		}
		if blockN%(4*s.vectors) != 0 || 4*s.vectors > maxNR || s.rows > maxMR {
			t.Errorf("shape %v does not fit the blocks", s)
		}
	}
}
