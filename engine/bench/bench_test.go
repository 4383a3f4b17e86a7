package bench

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"cosinelab/engine/backend/cpu"
)

func TestEveryStepIsTimedWithItsFLOPs(t *testing.T) {
	lines, err := Run(context.Background(), cpu.New(), Options{Runs: 1, Only: []string{"T", "A"}, Roofline: func(time.Duration) float64 { return 100 }})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range lines {
		names = append(names, l.Group+" "+l.Name)
		if !(l.Median > 0) || !(l.FLOP > 0) || l.Roofline != 100 {
			t.Errorf("%+v", l)
		}
	}
	if got := strings.Join(names, ", "); got != "training step T, training step A, scoring A" {
		t.Errorf("timed %s", got)
	}
	// Forward and backward products of 32 windows, counted by hand: the embedding, three layers, the projection; three
	// times the forward pass, less the gradient of the input.
	const layer = 6*100*64*64 + 2*8*100*100*8
	const want = 32 * 2 * (3*(3*layer+100*64*38) + 2*100*114*64)
	if got := lines[0].FLOP; math.Abs(got-want) > 1 {
		t.Errorf("step T: %.0f FLOP, want %d", got, want)
	}
}

func TestAnUnknownStepIsAnError(t *testing.T) {
	if _, err := Run(context.Background(), cpu.New(), Options{Only: []string{"Z"}}); err == nil || !strings.Contains(err.Error(), `"Z"`) {
		t.Errorf("error %v, want one that names Z", err)
	}
}

func TestTheTableSaysWhatIsNotKnown(t *testing.T) {
	known := Line{Group: "product", Name: "64x64x64", FLOP: 2e9, Times: Times{Median: 50, P10: 40}, Roofline: 80, RooflineBest: 100}
	unknown := known
	unknown.Roofline, unknown.RooflineBest = 0, 0
	if row := known.Row(); !strings.Contains(row, "40.0") || !strings.Contains(row, "50 % ( 50 %)") {
		t.Errorf("row %q, want 40 GFLOP/s, half of the roofline", row)
	}
	if row := unknown.Row(); strings.Contains(row, "%") || strings.Contains(row, "NaN") {
		t.Errorf("row %q has a share of an unknown roofline", row)
	}
}
