package chart

import (
	"strconv"

	"cosinelab/assets/words"
)

// Shares is a list of bars on a scale that ends at 0.5 or 1, as many as there is room for.
type Shares struct {
	Numbers words.Numbers
	Class   string
	Names   []string
	Values  []float32 // one a bar, or two: of the bar, of a tick across it
	Marked  []int     // bars with a square before their names
	IDs     []int     // what a press on a bar picks; nil = nothing
	Percent bool      // values are written so
	After   []string  // stands behind the value of each; nil = nothing
}

// Sizes of bars, in pixels at the base text size.
const (
	shareRow  = 22
	shareLow  = 14 // where there is little room
	shareName = 84
	shareText = 44
	shareMost = 0.42 // of the width that names have
	shareMore = 34   // of what stands behind a value
)

// Draw draws the bars w wide and h high; unit is the size of a CSS pixel at the base text size.
func (s Shares) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	if len(s.Names) == 0 {
		return f
	}
	each := len(s.Values) / len(s.Names)
	row := min(shareRow*unit, max(shareLow*unit, h/float64(len(s.Names))))
	left := min(shareName*unit, shareMost*w)
	x := Scale{To: 0.5, Start: left, End: w - shareText*unit}
	for _, v := range s.Values {
		if v > 0.5 {
			x.To = 1 // else half of the scale would stay empty
		}
	}
	if s.After != nil {
		x.End -= shareMore * unit
	}
	n := min(len(s.Names), int(h/row))
	f.Path("axis", Vertical(left, 0, row*float64(n)))
	for i := range n {
		y := (float64(i) + 0.5) * row
		v := float64(s.Values[i*each])
		id := ""
		if i < len(s.IDs) {
			id = strconv.Itoa(s.IDs[i])
		}
		f.Paths = append(f.Paths, Path{Class: "share " + s.Class, D: Box(Rect{left, y - 0.3*row, max(1, x.At(v)-left), 0.6 * row}), Pick: id})
		end := v
		if each > 1 {
			usual := float64(s.Values[i*each+1])
			end = max(end, usual)
			f.Path("usual", Vertical(x.At(usual), y-0.44*row, y+0.44*row))
		}
		text := s.Numbers.Fixed(v, 2)
		if s.Percent {
			text = s.Numbers.Fixed(100*v, 0) + " %"
		}
		if i < len(s.After) {
			text += "  " + s.After[i]
		}
		f.Text("tk ti", x.At(end)+labelGap*unit, y+labelDrop*unit, Start, text)
		f.Text("tk ti", left-labelGap*unit, y+labelDrop*unit, End, cut(s.Names[i], (left-3.6*labelGap*unit)/unit))
	}
	for _, i := range s.Marked {
		if i < n {
			f.Path("bracket-bar", Box(Rect{0, (float64(i)+0.5)*row - 3*unit, 6 * unit, 6 * unit}))
		}
	}
	return f
}

// Rug is lines of ticks on one scale.
type Rug struct {
	Numbers   words.Numbers
	Class     string
	Names     []string
	Values    []float32 // [names, ticks]; NaN is none
	Low, High float64
}

// Draw draws the lines w wide and h high; unit is the size of a CSS pixel at the base text size.
func (r Rug) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	if len(r.Names) == 0 {
		return f
	}
	bottom := h - heatBottom*unit
	row, x := min(46*unit, bottom/float64(len(r.Names))), Scale{From: r.Low, To: r.High, Start: 46 * unit, End: w - 6*unit}
	each := len(r.Values) / len(r.Names)
	for i, name := range r.Names {
		y := (float64(i) + 0.5) * row
		f.Text("tk ti", 40*unit, y+labelDrop*unit, End, cut(name, 40))
		f.Path("axis", Horizontal(x.Start, x.End, y))
		var p pen
		for _, v := range r.Values[i*each : (i+1)*each] {
			if finite(float64(v)) {
				p.move(x.At(float64(v)), y-7*unit)
				p.down(y + 7*unit)
			}
		}
		f.Path("mean "+r.Class, p.String())
	}
	for _, t := range Ticks(r.Numbers, r.Low, r.High, 3) {
		f.Path("grid", Vertical(x.At(t.Value), 0, row*float64(len(r.Names))))
		f.Text("tk", x.At(t.Value), row*float64(len(r.Names))+14*unit, Middle, t.Label)
	}
	return f
}
