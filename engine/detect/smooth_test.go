package detect_test

import (
	"math"
	"testing"

	"cosinelab/engine/detect"
)

func TestSmoothIsTheWeightedMeanOfAllScoresUntilThen(t *testing.T) {
	scores := []float64{0.5, 3, -1, 0, 0, 8, 2, 2, 7, 1e-3}
	for _, span := range []int{1, 2, 5, 105} {
		keep := 1 - 2/float64(span+1)
		got := detect.Smooth(scores, span)
		for at := range scores {
			sum, weights := 0.0, 0.0
			for i := range at + 1 {
				w := math.Pow(keep, float64(i))
				sum, weights = sum+w*scores[at-i], weights+w
			}
			if want := sum / weights; math.Abs(got[at]-want) > 1e-12 {
				t.Errorf("span %d, step %d: %v, want %v", span, at, got[at], want)
			}
		}
	}
	if got := detect.Smooth(nil, 5); len(got) != 0 {
		t.Errorf("no scores become %v", got)
	}
}
