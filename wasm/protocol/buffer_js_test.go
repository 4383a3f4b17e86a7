package protocol

import (
	"math"
	"slices"
	"syscall/js"
	"testing"
)

func TestValuesGoThroughBuffers(t *testing.T) {
	for _, values := range [][]float32{{}, {0, -1.5, math.MaxFloat32, float32(math.Inf(-1))}} {
		buffer := Buffer(values)
		if got := Floats(buffer, nil); !slices.Equal(got, values) {
			t.Errorf("%v comes back as %v", values, got)
		}
		view := js.Global().Get("Float32Array").New(buffer)
		for i, x := range values {
			if got := view.Index(i).Float(); got != float64(x) {
				t.Errorf("JavaScript reads %v at %d of %v", got, i, values)
			}
		}
	}
}
