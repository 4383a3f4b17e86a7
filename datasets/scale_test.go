package datasets

import (
	"math"
	"slices"
	"testing"
)

func TestScaledTrainHasMeanZeroAndDeviationOne(t *testing.T) {
	train := builtin(t, "builtin/server", 1).Train
	back := Unscaled(train).Invert(Standard(train).Apply(train))
	for c, values := range back.Columns {
		mean, deviation := moments(values)
		if math.Abs(mean) > 1e-6 || math.Abs(deviation-1) > 1e-6 {
			t.Errorf("channel %d: mean %g, deviation %g", c, mean, deviation)
		}
	}
}

func TestDeviationDividesByTheNumberOfSteps(t *testing.T) {
	k := Standard(Raw{Columns: [][]float64{{1, 2, 3, 4}}, Rows: 4})
	if k.Shift[0] != 2.5 || k.Scale[0] != math.Sqrt(1.25) {
		t.Errorf("mean %g, scale %g", k.Shift[0], k.Scale[0])
	}
}

func TestMinMaxAndRobustMeasureTheTrainingPart(t *testing.T) {
	train := Raw{Columns: [][]float64{{1, 2, 4, 8, 100}, {0, 0, 0, 0, 10}, {7, 7, 7, 7, 7}}, Rows: 5}
	k := MinMax(train)
	if !slices.Equal(k.Shift, []float64{1, 0, 7}) || !slices.Equal(k.Scale, []float64{99, 10, 1}) {
		t.Errorf("min and max: %v", k)
	}
	k = Robust(train) // quartiles 2 and 8; both 0, so the deviation 4; constant
	if !slices.Equal(k.Shift, []float64{4, 0, 7}) || !slices.Equal(k.Scale, []float64{6, 4, 1}) {
		t.Errorf("robust: %v", k)
	}
}

// The mean of many tenths is not exact.
func TestAConstantChannelKeepsScaleOne(t *testing.T) {
	r := Raw{Columns: [][]float64{make([]float64, 9999), make([]float64, 9999)}, Rows: 9999}
	for i := range r.Rows {
		r.Columns[0][i], r.Columns[1][i] = 0.1, 0.1
	}
	r.Columns[1][0] = 5
	for _, scaling := range []func(Raw) Scaler{Standard, MinMax, Robust} {
		k := scaling(r)
		if k.Scale[0] != 1 || k.Shift[0] != 0.1 {
			t.Errorf("constant channel: shift %g, scale %g", k.Shift[0], k.Scale[0])
		}
		if k.Scale[1] == 1 {
			t.Error("a channel that changes once counts as constant")
		}
	}
}

func TestInvertUndoesApply(t *testing.T) {
	set := builtin(t, "builtin/spacecraft", 1)
	before := flat(set.Test)
	for _, scaling := range []func(Raw) Scaler{Standard, MinMax, Robust, Unscaled} {
		k := scaling(set.Train)
		back := flat(k.Invert(k.Apply(set.Test)))
		for i, v := range flat(set.Test) {
			if v != before[i] {
				t.Fatal("Apply changed its input")
			}
			if d := math.Abs(v - back[i]); d > 1e-6*(1+math.Abs(v))*10 {
				t.Fatalf("value %d: %g became %g", i, v, back[i])
			}
		}
	}
}

// What moves by a few units near ten billion keeps its movement: its mean is taken off before it is rounded.
func TestALargeMeterKeepsItsMovement(t *testing.T) {
	r := Raw{Columns: [][]float64{{9876543217, 9876543225, 9876543234, 9876543241}}, Rows: 4}
	scaled := Standard(r).Apply(r)
	mean, deviation := 9876543229.25, math.Sqrt((12.25*12.25+4.25*4.25+4.75*4.75+11.75*11.75)/4)
	for i, v := range r.Columns[0] {
		if want := float32((v - mean) / deviation); scaled.Values[i] != want {
			t.Errorf("step %d: %v, want %v", i, scaled.Values[i], want)
		}
	}
}

func TestAnEmptySeriesHasAScaler(t *testing.T) {
	k := Standard(Raw{Columns: make([][]float64, 2)})
	if k.Scale[0] != 1 || k.Shift[1] != 0 {
		t.Errorf("scaler %v", k)
	}
}
