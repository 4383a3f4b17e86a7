package chart

import "cosinelab/assets/words"

// ProfileRow is one line of a profile.
type ProfileRow struct {
	Class  string
	Values []float32
	Bars   bool // they are bars
	Low    bool // the lower end of a band, whose upper one comes next
}

// Profile is a few lines over the steps of a window.
type Profile struct {
	Numbers   words.Numbers
	Rows      []ProfileRow
	Columns   Side
	Low, High float64 // what the axis holds at least
	Root      bool    // the axis is one of square roots
	Column    int     // that is marked; -1 = none
}

// Draw draws the profile w wide and h high; unit is the size of a CSS pixel at the base text size.
func (p Profile) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	e := p.extent()
	along := Scale{To: float64(p.Columns.Count), Start: heatLeft * unit, End: w - 1}
	value := Scale{Kind: p.kind(), From: e.Lo, To: e.Hi, Start: h - heatBottom*unit, End: 4 * unit}
	at := func(i, v float64) (x, y float64) { return along.At(i), value.At(v) }
	p.truth(&f, at, value)
	f.Grid(Ticks(p.Numbers, e.Lo, e.Hi, 3), along, value, unit)
	f.columnNames(p.Columns, along, h-3*unit, unit)
	p.lines(&f, at, along, value)
	return f
}

// upright draws the profile into a part of a figure, its steps from above to below.
func (p Profile) upright(f *Figure, r Rect, unit float64) {
	e := p.extent()
	along := Scale{To: float64(p.Columns.Count), Start: r.Y, End: r.Y + r.H}
	value := Scale{Kind: p.kind(), From: e.Lo, To: e.Hi, Start: r.X, End: r.X + r.W}
	at := func(i, v float64) (x, y float64) { return value.At(v), along.At(i) }
	p.truth(f, at, value)
	f.Text("tk", r.X, r.Y+r.H+14*unit, Start, tickLabel(p.Numbers, e.Lo, 1))
	f.Text("tk", r.X+r.W, r.Y+r.H+14*unit, End, p.Numbers.Fixed(e.Hi, 2))
	p.lines(f, at, along, value)
}

func (p Profile) kind() Kind {
	if p.Root {
		return Sqrt
	}
	return Linear
}

// extent is what the axis holds.
func (p Profile) extent() Extent {
	e := Extent{}.Include(p.Low, p.High)
	for _, r := range p.Rows {
		for _, v := range r.Values {
			e = e.Include(float64(v))
		}
	}
	if e.Hi == e.Lo {
		e = e.Pad(0.1)
	}
	return e
}

// truth marks true anomalies.
func (p Profile) truth(f *Figure, at func(i, v float64) (x, y float64), value Scale) {
	for _, t := range p.Columns.Truth {
		x0, y0 := at(float64(t.From), value.From)
		x1, y1 := at(float64(t.To), value.To)
		f.Path("truth", Box(Rect{min(x0, x1), min(y0, y1), max(x0, x1) - min(x0, x1), max(y0, y1) - min(y0, y1)}))
	}
}

// lines draws the rows between the axis and the step that is marked.
func (p Profile) lines(f *Figure, at func(i, v float64) (x, y float64), along, value Scale) {
	p.rows(f, at, along, value)
	segment := func(class string, i0, v0, i1, v1 float64) {
		x0, y0 := at(i0, v0)
		x1, y1 := at(i1, v1)
		f.Path(class, Segment(x0, y0, x1, y1))
	}
	segment("axis", 0, value.From, float64(p.Columns.Count), value.From)
	if p.Column >= 0 {
		segment("cursor-line", float64(p.Column)+0.5, value.From, float64(p.Column)+0.5, value.To)
	}
}

// rows draws bars, bands, and lines, which break where values are missing.
func (p Profile) rows(f *Figure, at func(i, v float64) (x, y float64), along, value Scale) {
	for k, r := range p.Rows {
		var pen pen
		first := true
		for i, v := range r.Values {
			x, y := at(float64(i)+0.5, float64(v))
			switch {
			case !finite(float64(v)):
				first = true
				continue
			case r.Bars:
				pen.rect(Rect{along.At(float64(i)), y, (along.End-along.Start)/float64(p.Columns.Count) - 0.6, value.Start - y})
			default:
				pen.to(first, x, y)
			}
			first = false
		}
		if r.Low && k+1 < len(p.Rows) {
			high := p.Rows[k+1].Values
			for i := len(high) - 1; i >= 0; i-- {
				if x, y := at(float64(i)+0.5, float64(high[i])); finite(float64(high[i])) {
					pen.line(x, y)
				}
			}
		}
		f.Path(r.Class, pen.String())
	}
}
