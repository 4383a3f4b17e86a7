package chart

import "math"

// Strip is one cell of the results table as a figure: the values of the seeds on a scale that all cells of
// the column share.
type Strip struct {
	Look      Look
	Seeds     []float64 // one mark each; none while the arm waits
	Mean      float64   // a bar; NaN = none, as long as seeds are missing
	Chance    float64   // dashed; NaN = unknown
	Untrained float64   // dotted; NaN = unknown
	Best      float64   // a thin line: what the best detector without a network gets; NaN = there is none
}

// StripExtent returns the scale of a metric: it holds every seed of every arm, the chance level, the
// untrained value and the best closed form.
func StripExtent(strips []Strip) Extent {
	var e Extent
	for _, s := range strips {
		e = e.Include(s.Seeds...).Include(s.Mean, s.Chance, s.Untrained, s.Best)
	}
	return e.Pad(0.08)
}

// Draw draws the strip w wide and h high; unit is the size of a CSS pixel at the base text size.
func (s Strip) Draw(on Extent, w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	x := Scale{From: on.Lo, To: on.Hi, Start: 5 * unit, End: w - 5*unit}
	y := h - 4.5*unit
	f.Path("axis", Horizontal(0, w, y))
	f.Path("chance", verticalAt(s.Chance, x, 0, h))
	f.Path("untrained", verticalAt(s.Untrained, x, 0, h))
	f.Path("best", verticalAt(s.Best, x, 0, h))
	for _, v := range s.Seeds {
		if finite(v) {
			f.Path("mark "+s.Look.Class, s.Look.Mark.Path(x.At(v), y, 2.5*unit))
		}
	}
	f.Path("mean "+s.Look.Class, verticalAt(s.Mean, x, y-5.5*unit, y+4*unit))
	return f
}

// verticalAt returns a vertical line at a value, or nothing where the value is unknown.
func verticalAt(v float64, x Scale, y0, y1 float64) string {
	if !finite(v) {
		return ""
	}
	return Vertical(x.At(v), y0, y1)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
