package cpu

import (
	"math"
	"testing"
)

func TestBothLoopsOfMultiplyAddsComputeTheirSums(t *testing.T) {
	run, flop := fastest()
	// in each of eight lanes; each grows by x*x a round, and the first lane is returned
	sums := float64(flop / 2 / 8)
	if got, want := float64(run(1000, 0.5)), sums*1000*0.25; flop > 16 && math.Abs(got-want) > 1e-3*want {
		t.Errorf("in assembly %v, want %v", got, want)
	}
	if got, want := float64(portableMultiplyAdds(2, 0.5)), 8*0.75; got != want {
		t.Errorf("portable %v, want %v", got, want)
	}
}
