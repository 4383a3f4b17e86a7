package chart

import "math"

// Gain is one cell of the table of gains as a figure: the differences of the seeds, their mean and its
// interval, on a scale around zero that all cells of the column share.
type Gain struct {
	Look      Look
	Seeds     []float64 // one mark each; none while the arm waits
	Mean      float64   // a bar; NaN = none, as Low and High
	Low, High float64   // the interval
	Shown     bool      // it counts: the bar of the interval is filled, else hollow and dashed
}

// GainReach is how far the scale of a column reaches to both sides: it holds every interval of the gains,
// which should be those of the arms that are compared. Others may lie outside.
func GainReach(gains []Gain) float64 {
	reach := 0.0
	for _, g := range gains {
		for _, v := range append([]float64{g.Mean, g.Low, g.High}, g.Seeds...) {
			if finite(v) {
				reach = max(reach, math.Abs(v))
			}
		}
	}
	if reach == 0 {
		return 1
	}
	return 1.08 * reach
}

// Draw draws the gain w wide and h high; unit is the size of a CSS pixel at the base text size. Where its
// mean lies outside, an arrowhead at the edge says where: no bar is cut.
func (g Gain) Draw(reach, w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	x := Scale{From: -reach, To: reach, Start: 5 * unit, End: w - 5*unit}
	y := h - 4.5*unit
	f.Path("axis", Horizontal(0, w, y))
	f.Path("zero", Vertical(x.At(0), 0, h))
	at := g.Mean
	if !finite(at) && len(g.Seeds) == 1 {
		at = g.Seeds[0]
	}
	if finite(at) && math.Abs(at) > reach {
		f.Path("arrow "+g.Look.Class, arrowhead(math.Copysign(1, at), w, y, unit))
		return f
	}
	if finite(g.Low) && finite(g.High) {
		x0, x1 := x.At(max(g.Low, -reach)), x.At(min(g.High, reach))
		f.Path(IntervalClass(g.Look, g.Shown), Box(Rect{x0, y - 3*unit, x1 - x0, 6 * unit}))
	}
	for _, v := range g.Seeds {
		if finite(v) && math.Abs(v) <= reach {
			f.Path("mark "+g.Look.Class, g.Look.Mark.Path(x.At(v), y, 2.3*unit))
		}
	}
	f.Path("mean "+g.Look.Class, verticalAt(g.Mean, x, y-5.5*unit, y+4*unit))
	return f
}

// arrowhead points to the right or, for a side below 0, to the left edge of a figure w wide.
func arrowhead(side, w, y, unit float64) string {
	tip := w - 1.5*unit
	if side < 0 {
		tip = 1.5 * unit
	}
	back := tip - 6*unit*side
	var p pen
	p.move(back, y-4*unit)
	p.line(tip, y)
	p.line(back, y+4*unit)
	p.close()
	return p.String()
}
