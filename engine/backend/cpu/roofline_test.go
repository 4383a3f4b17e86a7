package cpu

import (
	"math"
	"testing"
	"time"
)

func TestBothLoopsOfMultiplyAddsComputeTheirSums(t *testing.T) {
	run, flop := fastest()
	sums := float64(flop / 2 / 8) // in each of eight lanes; each grows by x*x a round, and the first lane is returned
	if got, want := float64(run(1000, 0.5)), sums*1000*0.25; flop > 16 && math.Abs(got-want) > 1e-3*want {
		t.Errorf("in assembly %v, want %v", got, want)
	}
	if got, want := float64(portableMultiplyAdds(2, 0.5)), 8*0.75; got != want {
		t.Errorf("portable %v, want %v", got, want)
	}
}

func TestSpeedCountsWhatRan(t *testing.T) {
	runs := 0
	start := time.Now()
	got := Speed(10*time.Millisecond, 1e6, func() { runs++; time.Sleep(time.Millisecond) })
	most := float64(runs) * 1e6 / (10 * time.Millisecond).Seconds() / 1e9
	least := float64(runs) * 1e6 / time.Since(start).Seconds() / 1e9
	if runs < 1 || got > most || got < least {
		t.Errorf("%d runs give %v GFLOP/s, want %v to %v", runs, got, least, most)
	}
}
