package chart

import (
	"math"

	"cosinelab/assets/words"
)

// Effect is the difference between two arms in one metric, seed by seed, in points of 100.
type Effect struct {
	Numbers words.Numbers // of the labels
	Look    Look
	Seeds   []float64
	Mean    float64
	// The interval of the mean; NaN with one seed.
	Low, High float64
	Excludes0 bool   // the interval does: it is filled, else hollow with a dashed edge
	Label     string // of the mean
}

// Draw draws the effect w wide and 70 units high on an axis that is symmetric around zero: the interval
// as a box around the mean, one mark for each seed, the mean as a bar with its label.
func (e Effect) Draw(w, unit float64) Figure {
	f := Figure{W: w, H: 70 * unit}
	y := 28 * unit
	x := e.axis(w, unit)
	f.Path(IntervalClass(e.Look, e.Excludes0), e.interval(x, y, unit))
	f.Path("axis", Horizontal(x.Start, x.End, y))
	f.Path("zero", Vertical(x.At(0), y-15*unit, y+15*unit))
	for _, v := range e.Seeds {
		if finite(v) {
			f.Path("mark "+e.Look.Class, e.Look.Mark.Path(x.At(v), y, 4*unit))
		}
	}
	f.effectTicks(e.Numbers, x, y, unit)
	if finite(e.Mean) {
		f.Path("mean "+e.Look.Class, verticalAt(e.Mean, x, y-11*unit, y+11*unit))
		f.Text("tk tv "+e.Look.Class, x.At(e.Mean), y-15*unit, Middle, e.Label)
	}
	return f
}

// axis reaches as far to the left as to the right, so that zero is in the middle, and ends at a round number
// that it labels.
func (e Effect) axis(w, unit float64) Scale {
	reach := 0.0
	for _, v := range append([]float64{e.Mean, e.Low, e.High}, e.Seeds...) {
		if finite(v) {
			reach = max(reach, math.Abs(v))
		}
	}
	// All differences are zero: any axis will do.
	if reach == 0 {
		reach = 1
	}
	reach = 2 * roundUp(reach/2)
	return Scale{From: -reach, To: reach, Start: 10 * unit, End: w - 10*unit}
}

func (e Effect) interval(x Scale, y, unit float64) string {
	if !finite(e.Low) || !finite(e.High) {
		return ""
	}
	x0, x1 := x.At(e.Low), x.At(e.High)
	return Box(Rect{x0, y - 7*unit, x1 - x0, 14 * unit})
}

// IntervalClass is how the bar of an interval looks: filled with the arm's colour if it excludes 0, else
// hollow and dashed.
func IntervalClass(l Look, excludes0 bool) string {
	if excludes0 {
		return "interval shown " + l.Class
	}
	return "interval " + l.Class
}

func (f *Figure) effectTicks(n words.Numbers, x Scale, y, unit float64) {
	step := x.To / 2
	for _, v := range []float64{-2 * step, -step, step, 2 * step} {
		label := tickLabel(n, v, step)
		if v > 0 {
			label = "+" + label
		}
		f.Text("tk", x.At(v), y+24*unit, Middle, label)
	}
	f.Text("tk ti", x.At(0), y+26*unit, Middle, n.Count(0))
}
