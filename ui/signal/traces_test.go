//go:build !js

package signal

import (
	"testing"

	"cosinelab/ui/chart"
)

// A path is drawn once for the same line in the same scales, and again for another line, and once nobody asks.
func TestTracesAreDrawnOnce(t *testing.T) {
	line := chart.Buckets{Values: []float32{0, 1, 0.5}}
	line.To = 3
	drawn := 0
	draw := func(chart.Buckets, chart.Scale, chart.Scale) string {
		drawn++
		return "M0 0"
	}
	var kept traces
	x := chart.Scale{To: 3, End: 100}
	ask := func(b chart.Buckets, y chart.Scale) {
		t.Helper()
		if d := kept.path("line", b, x, y, draw); d != "M0 0" {
			t.Errorf("path %q", d)
		}
	}
	other := line
	other.Values = []float32{0, 1, 0.5}
	for i, step := range []struct {
		do   func()
		want int
	}{
		{func() { ask(line, x) }, 1},
		{func() { ask(line, x) }, 1},
		{func() { ask(other, x) }, 2},
		{func() { ask(line, chart.Scale{To: 2}) }, 3},
		{func() { ask(other, x); ask(line, x) }, 5}, // the render before had none in these scales
	} {
		if i != 1 {
			kept.turn()
		}
		if step.do(); drawn != step.want {
			t.Errorf("after step %d %d paths are drawn, want %d", i, drawn, step.want)
		}
	}
}
