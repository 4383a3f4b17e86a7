package chart

import (
	"cmp"
	"slices"

	"cosinelab/assets/words"
)

// Curve is one line of a learning plot.
type Curve struct {
	Class string // of the line and its label
	Mark  *Look  // at the last point; nil = none
	Label string
	X, Y  []float64 // a NaN in Y is a gap; on a log axis so is what is not positive
}

// Curves is a learning plot: few lines, each named at its end.
type Curves struct {
	Numbers  words.Numbers // of the labels
	Lines    []Curve
	Kind     Kind    // of the value axis
	Y        Extent  // what the value axis holds at least; empty = only the lines
	From, To float64 // the x axis; the lines may still be on their way to its end
}

// Margins of a learning plot, in pixels at the base text size.
const (
	curveLeft   = 30
	curveRight  = 78 // names at the ends
	curveBottom = 17
	curveTop    = 4
	nameGap     = 13 // from one name's baseline to the next
	nameFloor   = 5  // from the lowest name to the axis, whose labels stand below
)

// Draw draws the plot w wide and h high; unit is the size of a CSS pixel at the base text size.
func (c Curves) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	x := Scale{From: c.From, To: c.To, Start: curveLeft * unit, End: w - curveRight*unit}
	y := c.yScale(h, unit)
	f.Grid(c.yTicks(y), x, y, unit)
	f.Path("axis", Horizontal(x.Start, x.End, h-curveBottom*unit))
	for _, t := range Ticks(c.Numbers, x.From, x.To, 3) {
		f.Text("tk", x.At(t.Value), h-4*unit, Middle, t.Label)
	}
	for _, l := range c.Lines {
		f.Path("line "+l.Class, l.path(x, y))
	}
	f.names(c.Lines, x, y, unit)
	return f
}

// yScale holds every value that can be drawn. Pixels count from the top, so that the axis runs from the lower
// end up.
func (c Curves) yScale(h, unit float64) Scale {
	e := c.Y
	for _, l := range c.Lines {
		for _, v := range l.Y {
			if c.Kind != Log || v > 0 {
				e = e.Include(v)
			}
		}
	}
	e = padded(e, c.Kind)
	return Scale{Kind: c.Kind, From: e.Lo, To: e.Hi, Start: h - (curveBottom+2)*unit, End: curveTop * unit}
}

// padded leaves a little room, by factors on a log axis. Without any value the axis spans one decade, or the
// unit interval.
func padded(e Extent, kind Kind) Extent {
	switch {
	case kind == Log && e.Empty():
		return Extent{Lo: 0.1, Hi: 1}
	case kind == Log && e.Hi < 1.2*e.Lo:
		return Extent{Lo: e.Lo / 1.5, Hi: e.Hi * 1.5}
	case kind == Log:
		return Extent{Lo: e.Lo / 1.1, Hi: e.Hi * 1.1}
	case e.Empty():
		return Extent{Lo: 0, Hi: 1}
	}
	return e.Pad(0.02)
}

// yTicks are three at most: the plot is small.
func (c Curves) yTicks(y Scale) []Tick {
	if c.Kind == Log {
		return LogTicks(c.Numbers, y.From, y.To, 3)
	}
	return Ticks(c.Numbers, y.From, y.To, 3)
}

// path draws the curve, broken at gaps. A point between two gaps becomes a short dash, since a line needs two
// points.
func (l Curve) path(x, y Scale) string {
	var p pen
	first := true
	for i, v := range l.Y {
		switch {
		case !shown(v, y):
			first = true
			continue
		case first && (i+1 == len(l.Y) || !shown(l.Y[i+1], y)):
			x0, x1 := widen(x.At(l.X[i]), x.At(l.X[i]), 2, x)
			p.move(x0, y.At(v))
			p.across(x1)
		default:
			p.to(first, x.At(l.X[i]), y.At(v))
		}
		first = false
	}
	return p.String()
}

// shown tells whether a value has a place on the axis.
func shown(v float64, y Scale) bool { return finite(v) && (y.Kind != Log || v > 0) }

// last returns the last point that is shown.
func (l Curve) last(y Scale) (i int, ok bool) {
	for i = len(l.Y) - 1; i >= 0; i-- {
		if shown(l.Y[i], y) {
			return i, true
		}
	}
	return 0, false
}

// names writes each curve's name right of its last point, moved apart where they would overlap.
func (f *Figure) names(lines []Curve, x, y Scale, unit float64) {
	var named []Curve
	var ends, want []float64
	for _, l := range lines {
		if i, ok := l.last(y); ok && l.Label != "" {
			named = append(named, l)
			ends = append(ends, x.At(l.X[i]))
			want = append(want, y.At(l.Y[i]))
		}
	}
	at := Spread(want, nameGap*unit, y.End+5*unit, f.H-(curveBottom+nameFloor)*unit)
	for i, l := range named {
		gap := labelGap * unit
		if l.Mark != nil {
			f.Path("mark "+l.Mark.Class, l.Mark.Mark.Path(ends[i], want[i], 3*unit))
			gap += 2 * unit
		}
		f.Text("tk "+l.Class, ends[i]+gap, at[i]+labelDrop*unit, Start,
			cut(l.Label, (f.W-ends[i]-gap)/unit))
	}
}

// Spread moves positions as little as it must until all are at least gap apart and within lo..hi, and keeps
// their order. Where they do not all fit, they share lo..hi evenly. The first pass pushes down from lo, the
// second back up from hi.
func Spread(want []float64, gap, lo, hi float64) []float64 {
	order := make([]int, len(want))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(want[a], want[b]) })
	if n := len(want); n > 1 {
		gap = min(gap, (hi-lo)/float64(n-1))
	}
	at := make([]float64, len(want))
	floor := lo
	for _, i := range order {
		at[i] = max(want[i], floor)
		floor = at[i] + gap
	}
	ceiling := hi
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		at[i] = min(at[i], ceiling)
		ceiling = at[i] - gap
	}
	return at
}
