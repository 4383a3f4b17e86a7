package chart

import (
	"math"
	"strconv"

	"cosinelab/datasets/steps"
)

// heatLevels is how many shades a map has; the first is that of the paper.
const heatLevels = 13

// Side is what stands along rows or columns: names, or numbers from First on.
type Side struct {
	Count int
	Name  func(i int) string
	Each  bool          // every one is named, where there is room; else the ends and the middle
	Truth []steps.Range // that are marked
}

// Heat is a table of numbers as rectangles, the darker the larger.
type Heat struct {
	Rows, Columns Side
	Values        []float32 // [rows, columns]
	Low, High     float64   // of the scale
	Root          bool      // it is one of square roots
	Row, Column   int       // that are framed; -1 = none
	Parts         []int     // first rows of parts behind the first
	Widths        []float32 // of a square map, a deviation of each row, in columns: two of it on either side are lines
	Square        bool      // cells are
	Beside        *Profile  // stands right of the map, its steps at the map's rows
	BesideTitle   string
	Pick          string // what a press on the first row picks, a number that each row adds one to; empty = nothing
	Bare          bool   // nothing stands around it
}

// Margins of a map, in pixels at the base text size.
const (
	heatLeft   = 34
	heatBottom = 17
	nameLine   = 13 // from one name of a row to the next, at least
	besideWide = 84
	besideGap  = 14
	besideTop  = 17
)

// Plot is where the cells of a map w wide and h high lie.
func (m Heat) Plot(w, h, unit float64) Rect {
	r := Rect{0, 0, w, h}
	if !m.Bare {
		left := heatLeft * unit
		if m.Rows.Each {
			left = 0
			for i := range m.Rows.Count {
				left = max(left, widthOf([]rune(m.Rows.Name(i)))*unit)
			}
			left = min(left, w/3) + labelGap*unit
		}
		r = Rect{left, 1, w - left - 1, h - heatBottom*unit - 1}
	}
	if m.Beside != nil {
		r.W -= (besideWide + besideGap) * unit
		r.Y += besideTop * unit
		r.H -= besideTop * unit
	}
	if m.Square {
		r.W = min(r.W, r.H)
		r.H = r.W
	}
	return r
}

// Draw draws the map w wide and h high; unit is the size of a CSS pixel at the base text size.
func (m Heat) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	rows, columns := m.Rows.Count, m.Columns.Count
	if rows < 1 || columns < 1 || len(m.Values) < rows*columns {
		return f
	}
	r := m.Plot(w, h, unit)
	if r.W <= 0 || r.H <= 0 {
		return f
	}
	x, y := Scale{To: float64(columns), Start: r.X, End: r.X + r.W}, Scale{To: float64(rows), Start: r.Y, End: r.Y + r.H}
	m.cells(&f, x, y)
	if m.Bare {
		return f
	}
	f.Path("axis", Box(r))
	for _, part := range m.Parts {
		f.Path("axis", Horizontal(r.X, r.X+r.W, y.At(float64(part))))
	}
	m.widths(&f, x, y)
	if m.Row >= 0 {
		f.Path("frame", Box(Rect{r.X - 1, y.At(float64(m.Row)) - 1, r.W + 2, r.H/float64(rows) + 2}))
	}
	if m.Column >= 0 {
		f.Path("frame", Box(Rect{x.At(float64(m.Column)) - 1, r.Y - 1, r.W/float64(columns) + 2, r.H + 2}))
	}
	for _, t := range m.Rows.Truth {
		f.Path("bracket-bar", Box(Rect{r.X - 5*unit, y.At(float64(t.From)), 3 * unit, y.At(float64(t.To)) - y.At(float64(t.From))}))
	}
	for _, t := range m.Columns.Truth {
		f.Path("bracket-bar", Box(Rect{x.At(float64(t.From)), r.Y + r.H + 1, x.At(float64(t.To)) - x.At(float64(t.From)), 3 * unit}))
	}
	if m.Beside != nil {
		at := Rect{r.X + r.W + besideGap*unit, r.Y, besideWide * unit, r.H}
		f.Text("tk ti", at.X, at.Y-6*unit, Start, cut(m.BesideTitle, besideWide))
		m.Beside.upright(&f, at, unit)
	}
	if m.Pick != "" {
		f.Paths = append(f.Paths, Path{Class: "rows", D: Box(r), Pick: m.Pick, Rows: rows})
	}
	f.rowNames(m.Rows, y, r.X-labelGap*unit, unit)
	f.columnNames(m.Columns, x, r.Y+r.H+14*unit, unit)
	return f
}

// cells draws the runs of equal shades in each row.
func (m Heat) cells(f *Figure, x, y Scale) {
	var pens [heatLevels]pen
	columns := m.Columns.Count
	for i := range m.Rows.Count {
		top, bottom := y.At(float64(i)), y.At(float64(i+1))
		for j := 0; j < columns; {
			level, k := m.level(m.Values[i*columns+j]), j+1
			for k < columns && m.level(m.Values[i*columns+k]) == level {
				k++
			}
			if level > 0 {
				pens[level].rect(Rect{x.At(float64(j)), top, x.At(float64(k)) - x.At(float64(j)), bottom - top})
			}
			j = k
		}
	}
	for level := 1; level < heatLevels; level++ {
		f.Path("heat heat-"+strconv.Itoa(level), pens[level].String())
	}
}

// level is the shade of a value.
func (m Heat) level(v float32) int {
	share := (float64(v) - m.Low) / (m.High - m.Low)
	if !(share > 0) {
		return 0
	}
	if m.Root {
		share = math.Sqrt(share)
	}
	return min(int(math.Round(share*(heatLevels-1))), heatLevels-1)
}

func (m Heat) widths(f *Figure, x, y Scale) {
	for _, side := range []float64{-2, 2} {
		var p pen
		for i, width := range m.Widths {
			p.to(i == 0, x.At(float64(i)+0.5+side*float64(width)), y.At(float64(i)+0.5))
		}
		f.Path("widths", p.String())
	}
}

// rowNames writes names left of rows.
func (f *Figure) rowNames(s Side, y Scale, right, unit float64) {
	last := math.Inf(-1)
	for _, i := range s.named() {
		if at := y.At(float64(i) + 0.5); at-last >= nameLine*unit {
			f.Text("tk", right, at+labelDrop*unit, End, cut(s.Name(i), right/unit))
			last = at
		}
	}
}

// columnNames writes names below columns.
func (f *Figure) columnNames(s Side, x Scale, at, unit float64) {
	for k, i := range s.ends() {
		if k == 1 && x.End-x.Start < 3*besideWide*unit/2 {
			continue // the ends alone have room
		}
		anchor := []string{Start, Middle, End}[k]
		f.Text("tk", []float64{x.Start, x.At(float64(i) + 0.5), x.End}[k], at, anchor, cut(s.Name(i), max(24, (x.End-x.Start)/3/unit)))
	}
}

// named are those that are named, ends where not each is.
func (s Side) named() []int {
	if !s.Each {
		return s.ends()
	}
	all := make([]int, s.Count)
	for i := range all {
		all[i] = i
	}
	return all
}

func (s Side) ends() []int { return []int{0, s.Count / 2, s.Count - 1} }
