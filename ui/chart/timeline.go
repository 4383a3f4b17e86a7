package chart

import (
	"cosinelab/datasets/steps"
)

// Timeline is a whole file in a strip: one channel, what is labelled, where rows are missing, and where it is
// cut.
type Timeline struct {
	Rows, Cut int
	Line      []byte        // lowest and highest of each stretch of rows, 1 to 255; 0 = nothing
	Marked    []steps.Range // ascending
	Gaps      []Note
	Ticks     []Note
	Train     string // over the part before the cut
	Test      string
	Unread    float64 // share of the rows that are not known yet, at the end
}

// Note is a row with what is said of it.
type Note struct {
	Row  int
	Text string
}

// Sizes of a timeline, in pixels at the base text size.
const (
	timelineFoot = 20 // for times
	timelineHead = 14 // for the names of the parts
)

// Draw draws the timeline; unit is the size of a CSS pixel at the base text size.
func (t Timeline) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	foot := h - timelineFoot*unit
	x := Scale{From: 0, To: float64(max(t.Rows, 1)), Start: 0, End: w}
	at := x.At(float64(t.Cut))
	f.Path("trained", Box(Rect{0, 0, at, foot}))
	areas, edges := Bands(Near(t.Marked, x), x, foot)
	f.Path("truth", areas)
	f.Path("truth-edge", edges)
	f.Path("bracket", Brackets(Near(t.Marked, x), x, 1.5, 5*unit))
	f.Path("strokes", Sketch(t.Line, Rect{0, timelineHead * unit, w, foot - (timelineHead+4)*unit}))
	t.gaps(&f, x, foot, unit)
	f.Path("axis", Horizontal(0, w, foot+0.5))
	t.times(&f, x, foot, unit)
	f.Path("split", Vertical(at, 0, foot))
	if room := 3 + widthOf([]rune(t.Train)); at > room*unit {
		f.Text("tk tb", at-12*unit, 12*unit, End, t.Train)
	}
	if room := 24 + widthOf([]rune(t.Test)); w-at > room*unit {
		f.Text("tk tb", at+12*unit, 12*unit, Start, t.Test)
	}
	if t.Unread > 0 {
		f.Path("unread", Box(Rect{w * (1 - t.Unread), 0, w * t.Unread, foot}))
	}
	return f
}

// gaps are places where rows are missing, with their lengths as far as these have room.
func (t Timeline) gaps(f *Figure, x Scale, foot, unit float64) {
	last := 0.0
	for _, g := range t.Gaps {
		at := x.At(float64(g.Row))
		f.Path("gap", Vertical(at, 0, foot))
		if long := widthOf([]rune(g.Text)) * unit; at > last && at+long < x.End {
			f.Text("tk", at+4*unit, foot-4*unit, Start, g.Text)
			last = at + long + 12*unit
		}
	}
}

// times are round times below the strip.
func (t Timeline) times(f *Figure, x Scale, foot, unit float64) {
	last := -1.0
	for _, tick := range t.Ticks {
		at := x.At(float64(tick.Row))
		f.Path("axis", Vertical(at, foot, foot+tickLength*unit))
		if long := widthOf([]rune(tick.Text)) * unit; at > last && at+long < x.End {
			f.Text("tk", at+3*unit, foot+(timelineFoot-5)*unit, Start, tick.Text)
			last = at + long + 8*unit
		}
	}
}

// Sketch draws the lowest and highest values of stretches into a box, 1 to 255 from its lower edge to its upper;
// 0 = nothing.
func Sketch(ends []byte, in Rect) string {
	var p pen
	n := len(ends) / 2
	drawing := false
	for k := range n {
		lo, hi := ends[2*k], ends[2*k+1]
		if lo == 0 {
			drawing = false
			continue
		}
		if k%2 == 1 {
			lo, hi = hi, lo // from top to top, then from foot to foot: a line, not a saw
		}
		at := in.X + in.W*(float64(k)+0.5)/float64(n)
		y := func(v byte) float64 { return in.Y + in.H*float64(255-v)/254 }
		if p.to(!drawing, at, y(lo)); hi != lo {
			p.down(y(hi))
		}
		drawing = true
	}
	return p.String()
}
