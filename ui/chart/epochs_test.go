package chart

import (
	"math"
	"strings"
	"testing"
)

func TestGainsByEpochShareTheirAxis(t *testing.T) {
	none := math.NaN()
	alone := EpochLine{Look: LookOf("alone", 0), Label: "alone", Marks: []EpochMark{
		{X: 1, Value: 20, Low: 15, High: 25, Gain: none, GainLow: none, GainHigh: none},
		{X: 2, Value: 30, Low: 28, High: 32, Gain: none, GainLow: none, GainHigh: none}}}
	cosine := EpochLine{Look: LookOf("cosine", 0), Label: "+ cosine", Marks: []EpochMark{
		{X: 1, Value: 28, Low: 26, High: 30, Gain: 8, GainLow: 4, GainHigh: 12, Excludes0: true},
		{X: 2, Value: 31, Low: 27, High: 35, Gain: 1, GainLow: -2, GainHigh: 4}}}
	f := ByEpoch{Numbers: numbers, Lines: []EpochLine{alone, cosine}, From: 1, To: 2, Unit: "epoch"}.Draw(300, 160, 1)
	count := func(class string) (n int) {
		for _, p := range f.Paths {
			if strings.HasPrefix(p.Class, class) {
				n++
			}
		}
		return n
	}
	if marks, wide, strokes := count("mark"), count("reach wide"), count("reach"); marks != 6 || wide != 1 ||
		strokes != 6 {
		t.Errorf("%d marks, %d strokes, %d of them wide; want 6, 6 and 1", marks, strokes, wide)
	}
	for _, p := range f.Paths {
		for _, at := range points(t, p.D) {
			if at[0] < 0 || at[0] > f.W || at[1] < 0 || at[1] > f.H {
				t.Errorf("%s leaves the figure at %v", p.Class, at)
			}
		}
	}
	empty := ByEpoch{Numbers: numbers, From: 1, To: 1}.Draw(300, 160, 1)
	for _, p := range empty.Paths {
		if strings.Contains(p.D, "NaN") || strings.Contains(p.D, "Inf") {
			t.Errorf("without arms: %s %s", p.Class, p.D)
		}
	}
}
