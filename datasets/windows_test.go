package datasets_test

import (
	"slices"
	"testing"

	"cosinelab/datasets"
)

// ramp is a series of two channels whose values are their positions.
func ramp(rows int) datasets.Series {
	s := datasets.Series{Values: make([]float32, 2*rows), Rows: rows, Channels: 2}
	for i := range s.Values {
		s.Values[i] = float32(i)
	}
	return s
}

func TestWindowsLieInsideTheSeries(t *testing.T) {
	for _, c := range []struct {
		rows, length, stride int
		starts               []int
	}{
		{10, 4, 3, []int{0, 3, 6}},
		{9, 4, 3, []int{0, 3}},
		{4, 4, 1, []int{0}},
		{5, 4, 1, []int{0, 1}},
		{3, 4, 1, nil},
		{0, 4, 1, nil},
		{10, 2, 100, []int{0}},
	} {
		if w := datasets.Slide(ramp(c.rows), c.length, c.stride); !slices.Equal(w.Starts, c.starts) ||
			w.Len() != len(c.starts) {
			t.Errorf("%d rows, length %d, stride %d: starts %v, want %v", c.rows, c.length, c.stride,
				w.Starts, c.starts)
		}
	}
}

func TestTilesCoverTheSeriesButItsRemainder(t *testing.T) {
	for rows, tiles := range map[int]int{12: 3, 15: 3, 16: 4, 3: 0} {
		w := datasets.Tile(ramp(rows), 4)
		if w.Len() != tiles {
			t.Fatalf("%d rows: %d tiles, want %d", rows, w.Len(), tiles)
		}
		var all []float32
		one := make([]float32, w.Size())
		for i := range w.Len() {
			w.Copy(i, one)
			all = append(all, one...)
		}
		if want := ramp(rows).Values[:tiles*4*2]; !slices.Equal(all, want) {
			t.Errorf("%d rows: tiles hold %v, want %v", rows, all, want)
		}
	}
}

func TestWarmWindowsCountEachStepOnce(t *testing.T) {
	for _, c := range []struct{ rows, fresh, windows, steps int }{
		{10, 1, 7, 10}, {10, 3, 3, 10}, {11, 3, 3, 10}, {12, 4, 3, 12}, {5, 2, 1, 4}, {4, 1, 1, 4},
		{3, 1, 0, 0},
	} {
		w := datasets.Warm(ramp(c.rows), 4, c.fresh)
		var all []float32
		one := make([]float32, w.Size())
		for i := range w.Len() {
			w.Copy(i, one)
			all = append(all, datasets.Counted(w, i, one)...)
		}
		if want := ramp(c.rows).Values[:2*c.steps]; w.Len() != c.windows || w.Steps() != c.steps ||
			!slices.Equal(all, want) {
			t.Errorf("%d rows, %d fresh: %d windows of %d steps hold %v, want %d windows of %d steps",
				c.rows, c.fresh, w.Len(), w.Steps(),
				all, c.windows, c.steps)
		}
	}
	if w := datasets.Slide(ramp(10), 4, 3); w.Steps() != 12 {
		t.Errorf("overlapping windows count %d steps, want all 12", w.Steps())
	}
}
