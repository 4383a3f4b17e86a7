package datasets

import (
	"math"
	"testing"
)

func TestScaledTrainHasMeanZeroAndDeviationOne(t *testing.T) {
	train := builtin(t, "builtin/server", 1).Train
	scaled := FitScaler(train).Apply(train)
	for c := range scaled.Channels {
		mean, deviation := moments(scaled, c)
		if math.Abs(mean) > 1e-6 || math.Abs(deviation-1) > 1e-6 {
			t.Errorf("channel %d: mean %g, deviation %g", c, mean, deviation)
		}
	}
}

func TestDeviationDividesByTheNumberOfSteps(t *testing.T) {
	k := FitScaler(Series{Values: []float32{1, 2, 3, 4}, Rows: 4, Channels: 1})
	if k.Mean[0] != 2.5 || k.Scale[0] != math.Sqrt(1.25) {
		t.Errorf("mean %g, scale %g", k.Mean[0], k.Scale[0])
	}
}

// 0.1 in float32 is not exact, and neither is the mean of many of them.
func TestAConstantChannelKeepsScaleOne(t *testing.T) {
	s := Series{Values: make([]float32, 2*9999), Rows: 9999, Channels: 2}
	for i := range s.Values {
		s.Values[i] = 0.1
	}
	s.Values[1] = 5
	k := FitScaler(s)
	if k.Scale[0] != 1 || k.Mean[0] != float64(float32(0.1)) {
		t.Errorf("constant channel: mean %g, scale %g", k.Mean[0], k.Scale[0])
	}
	if k.Scale[1] == 1 {
		t.Error("a channel that changes once counts as constant")
	}
}

func TestInvertUndoesApply(t *testing.T) {
	set := builtin(t, "builtin/spacecraft", 1)
	k := FitScaler(set.Train)
	before := append([]float32(nil), set.Test.Values...)
	back := k.Invert(k.Apply(set.Test))
	for i, v := range set.Test.Values {
		if v != before[i] {
			t.Fatal("Apply changed its input")
		}
		if d := math.Abs(float64(v - back.Values[i])); d > 1e-6*(1+math.Abs(float64(v)))*10 {
			t.Fatalf("value %d: %g became %g", i, v, back.Values[i])
		}
	}
}

func TestAnEmptySeriesHasAScaler(t *testing.T) {
	k := FitScaler(Series{Channels: 2})
	if k.Scale[0] != 1 || k.Mean[1] != 0 {
		t.Errorf("scaler %v", k)
	}
}
