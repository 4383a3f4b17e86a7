package portable

import (
	"testing"
	"time"
)

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
