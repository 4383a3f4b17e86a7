package detect_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/detect"
	"cosinelab/engine/spec"
)

// flagged are the steps that the dynamic threshold flags.
func flagged(t *testing.T, scores []float64) (steps []int) {
	t.Helper()
	cut, err := choose(t, spec.Threshold{Policy: spec.PolicyDynamic}, detect.Scores{Test: scores})
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(cut.Threshold) || len(cut.Flags) != len(scores) {
		t.Fatalf("threshold %v with %d flags for %d scores", cut.Threshold, len(cut.Flags), len(scores))
	}
	for i, f := range cut.Flags {
		if f {
			steps = append(steps, i)
		}
	}
	return steps
}

// One score of 531 among zeros leaves 531/(i+1) weighted means behind it: with a first step that is high, the
// smoothed scores are a falling curve whose peak stands out of what follows only while it falls by more than
// 13 % a stretch.
func TestDynamicThresholdPrunesPeaksThatDoNotStandOut(t *testing.T) {
	falling := make([]float64, 1000)
	for i := range falling {
		// a threshold cuts it, and what is left reaches up to the cut
		falling[i] = math.Pow(0.995, float64(i))
	}
	if got := flagged(t, falling); got != nil {
		t.Errorf("steps %v of a smooth curve are flagged", got)
	}
	if got := flagged(t, make([]float64, 500)); got != nil {
		t.Errorf("steps %v of zeros are flagged", got)
	}
	if got := flagged(t, nil); got != nil {
		t.Errorf("steps %v of nothing are flagged", got)
	}
}

func TestDynamicThresholdFlagsWhatStandsOut(t *testing.T) {
	scores := make([]float64, 6000)
	for i := range scores {
		scores[i] = 1 + 0.01*math.Sin(float64(i))
	}
	for _, at := range []int{1000, 4500} {
		scores[at] = 400 // smoothed: 8.5, then 2 % less each step
	}
	got := flagged(t, scores)
	for _, at := range []int{1000, 4500} {
		if !slices.Contains(got, at) || slices.Contains(got, at-1) || slices.Contains(got, at+300) {
			t.Errorf("steps %v are flagged, want those from %d on", got, at)
		}
	}
}

// After its first 2100 steps the threshold looks at nothing more than 70 steps ahead.
func TestDynamicThresholdDecidesByThePast(t *testing.T) {
	scores := make([]float64, 5000)
	for i := range scores {
		scores[i] = 1 + math.Abs(math.Sin(float64(i*i)))
		if i%700 < 20 {
			scores[i] += 30
		}
	}
	before := flagged(t, scores)
	if len(before) == 0 {
		t.Fatal("nothing is flagged")
	}
	for i := 3570; i < len(scores); i++ { // 2100 + 21 * 70
		scores[i] = 1e6
	}
	early := func(steps []int) []int {
		return slices.DeleteFunc(slices.Clone(steps), func(i int) bool { return i >= 3570 })
	}
	if got := flagged(t, scores); !slices.Equal(early(got), early(before)) {
		t.Errorf("flags up to step 3570 were %v and are %v after later scores changed", early(before),
			early(got))
	}
}

func TestDynamicThresholdWantsErrors(t *testing.T) {
	for _, x := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		_, err := choose(t, spec.Threshold{Policy: spec.PolicyDynamic}, detect.Scores{Test: []float64{1, x}})
		if err == nil || !strings.Contains(words.English().Error(err), "step 1") {
			t.Errorf("score %v: error %v, want one that names step 1", x, err)
		}
	}
}
