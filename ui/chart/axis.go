package chart

import (
	"math"

	"cosinelab/assets/words"
)

// Sizes of an axis, in pixels at the base text size; a Figure multiplies them by its scale.
const (
	tickLength  = 5
	minorLength = 3
	tickText    = 14  // from a tick's line to the next, so that their labels do not touch
	labelDown   = 17  // from the axis line to the baseline of its labels
	labelDrop   = 4   // from the middle of a line of text to its baseline
	labelGap    = 6   // between a label and the plot
	labelApart  = 80  // from one label of the time axis to the next, at least
	timeApart   = 110 // the same of labels with a day
	letter      = 6.4 // the width of a letter, about
)

// TimeAxis draws the common axis of steps below the lanes: a line, long ticks with labels, a short tick half
// way between them. Where times are known, ticks stand at natural places of the clock, and labels say them. unit is
// the size of a CSS pixel at the base text size.
func TimeAxis(l *words.Language, times Times, x Scale, w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	f.Path("axis", Horizontal(x.Start, x.End, 0.5))
	room := max(2, (x.End-x.Start)/(labelApart*unit))
	ticks := times.Ticks(l, x.From, x.To, int(max(2, (x.End-x.Start)/(timeApart*unit))))
	if ticks == nil {
		// more labels than steps would be fractions
		ticks = Ticks(l.Numbers, x.From, x.To, int(min(room, x.To-x.From)))
	}
	var p pen
	for _, t := range ticks {
		at := x.At(t.Value)
		p.move(at, 0)
		p.down(tickLength * unit)
		switch half := letter * unit * float64(len([]rune(t.Label))) / 2; {
		case at+half > w:
			f.Text("tk", w, labelDown*unit, End, t.Label)
		case at-half < 0:
			f.Text("tk", 0, labelDown*unit, Start, t.Label)
		default:
			f.Text("tk", at, labelDown*unit, Middle, t.Label)
		}
	}
	p.minor(ticks, x, unit)
	f.Path("axis", p.String())
	return f
}

// minor draws short ticks half way between the others, and beyond the outer two where there is room.
func (p *pen) minor(ticks []Tick, x Scale, unit float64) {
	if len(ticks) < 2 {
		return
	}
	step := ticks[1].Value - ticks[0].Value
	for v := ticks[0].Value - step/2; v <= x.To; v += step {
		if v >= x.From {
			p.move(x.At(v), 0)
			p.down(minorLength * unit)
		}
	}
}

// Grid draws the value ticks of a lane as hairlines across the plot with their labels left of it. Labels that
// would touch the lane's edges or each other are left out with their lines.
func (f *Figure) Grid(ticks []Tick, x, y Scale, unit float64) {
	var p pen
	last := math.Inf(-1)
	for _, t := range ticks {
		at := y.At(t.Value)
		if at < 5*unit || at > f.H-6*unit || math.Abs(at-last) < tickText*unit {
			continue
		}
		last = at
		p.move(x.Start, at)
		p.across(x.End)
		f.Text("tk", x.Start-labelGap*unit, at+labelDrop*unit, End, t.Label)
	}
	f.Path("grid", p.String())
}
