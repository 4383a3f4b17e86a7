package chart

import (
	"math"
	"strconv"

	"cosinelab/assets/words"
)

// Vector is an arrow from the origin.
type Vector struct {
	Class   string
	Label   string
	Length  float64
	Degrees float64 // from the first
}

// Vectors are arrows in one plane, lengths to scale, angles true.
type Vectors struct {
	Numbers words.Numbers
	List    []Vector
	Usual   float64 // degrees from the first that a wedge spans; 0 = none
}

// lift is how far the first arrow is turned from the horizontal.
const lift = 7 * math.Pi / 180

// Draw draws the arrows w wide and h high; unit is the size of a CSS pixel at the base text size.
func (v Vectors) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	longest := 0.0
	box := Extent{}.Include(0) // how far arrows of length 1 reach to the left and the right, then up
	up := Extent{}.Include(0, math.Sin(lift))
	for _, a := range v.List {
		longest = max(longest, a.Length)
	}
	if longest <= 0 {
		return f
	}
	for i, a := range v.List {
		angle := lift + a.Degrees*math.Pi/180
		// The arc reaches as far to the left as the arrow's direction, and up to its top.
		box = box.Include(a.Length/longest*math.Cos(angle), arcAt(i)*math.Cos(angle))
		up = up.Include(a.Length/longest*math.Sin(angle), arcAt(i)*math.Sin(min(angle, math.Pi/2)))
	}
	if v.Usual > 0 {
		angle := lift + v.Usual*math.Pi/180
		box, up = box.Include(wedgeAt*math.Cos(angle)), up.Include(wedgeAt*math.Sin(min(angle, math.Pi/2)))
	}
	margin := 16 * unit
	reach := min((w-2*margin-30*unit)/(box.Hi-box.Lo), (h-2*margin-18*unit)/max(up.Hi-up.Lo, 0.3))
	if reach <= 0 {
		return f
	}
	ox, oy := margin-box.Lo*reach, h-margin-18*unit+up.Lo*reach
	at := func(length, angle float64) (x, y float64) {
		return ox + reach*length*math.Cos(angle), oy - reach*length*math.Sin(angle)
	}
	f.Path("grid", Horizontal(2, w-2, oy))
	f.Path("grid", Vertical(ox, 2, h-margin))
	if v.Usual > 0 {
		f.wedge("wedge", at, wedgeAt, v.Usual, true)
	}
	var tips []float64
	var names []Text
	for i, a := range v.List {
		angle := lift + a.Degrees*math.Pi/180
		length := a.Length / longest
		x, y := at(length, angle)
		f.Path("line "+a.Class, Segment(ox, oy, x, y))
		// The head is not longer than the arrow.
		head := min(10*unit/reach, length)
		x1, y1 := at(length-head, angle+0.4*head/max(length, 0.1))
		x2, y2 := at(length-head, angle-0.4*head/max(length, 0.1))
		var p pen
		p.polygon(x, y, x1, y1, x2, y2)
		f.Path("arrow "+a.Class, p.String())
		if i == 0 {
			f.Text("tk "+a.Class, min(x, w-2), y+17*unit, End, a.Label)
			continue
		}
		f.wedge("arc "+a.Class, at, arcAt(i), a.Degrees, false)
		// Their angles stand apart along their arcs, their names right of their tips, one below the other.
		ax, ay := at(arcAt(i), lift+a.Degrees*(0.35+0.2*float64(i))*math.Pi/180)
		f.Text("tk said "+a.Class, ax+5*unit, ay, Start, v.Numbers.Fixed(a.Degrees, 0)+"°")
		tips = append(tips, y)
		names = append(names, Text{"tk said " + a.Class, min(x+7*unit, w-widthOf([]rune(a.Label))*unit), 0, Start, a.Label})
	}
	for i, y := range Spread(tips, 14*unit, 8*unit, h-20*unit) {
		names[i].Y = y + labelDrop*unit
		f.Texts = append(f.Texts, names[i])
	}
	return f
}

// arcAt is how far from the origin the arc of an arrow lies, of the longest; wedgeAt is that of the wedge.
func arcAt(i int) float64 { return 0.25 + 0.15*float64(i) }

const wedgeAt = 0.6

// wedge is an arc from the first arrow on, or what it spans.
func (f *Figure) wedge(class string, at func(length, angle float64) (x, y float64), r, degrees float64, filled bool) {
	var p pen
	n := max(2, int(degrees/4))
	if filled {
		x, y := at(0, 0)
		p.move(x, y)
	}
	for i := range n + 1 {
		x, y := at(r, lift+degrees*math.Pi/180*float64(i)/float64(n))
		p.to(i == 0 && !filled, x, y)
	}
	if filled {
		p.close()
	}
	f.Path(class, p.String())
}

// Ring is a graph whose nodes stand in a circle.
type Ring struct {
	Names  []string
	Values []float32 // [nodes, nodes]: how many have the edge that a row has from a column
	High   float64   // all
	Node   int       // whose edges stand out
	Class  string    // of these
}

// mostEdges is how many edges are drawn beside those that stand out: more are no picture.
const mostEdges = 260

// Draw draws the graph w wide and h high; unit is the size of a CSS pixel at the base text size.
func (r Ring) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	n := len(r.Names)
	if n == 0 || len(r.Values) < n*n {
		return f
	}
	cx, cy := w/2, h/2
	radius := min(w/2-74*unit, h/2-20*unit)
	if radius <= 0 {
		return f
	}
	place := func(i int) (x, y, angle float64) {
		angle = -math.Pi/2 + 2*math.Pi*float64(i)/float64(n)
		return cx + radius*math.Cos(angle), cy + radius*math.Sin(angle), angle
	}
	count := 0
	for _, v := range r.Values {
		if v > 0 {
			count++
		}
	}
	var pens [2][2]pen // of the node or not, in all or in some
	var heads pen
	for i := range n {
		for j := range n {
			v := float64(r.Values[i*n+j])
			on, all := 0, 0
			if i == r.Node {
				on = 1
			}
			if v >= r.High {
				all = 1
			}
			if v <= 0 || i == j || on == 0 && count > mostEdges {
				continue
			}
			x1, y1, _ := place(j)
			x2, y2, _ := place(i)
			mx, my := cx+0.62*((x1+x2)/2-cx), cy+0.62*((y1+y2)/2-cy)
			p := &pens[on][all]
			p.move(x1, y1)
			p.put('Q', mx, my, x2, y2)
			if on == 1 {
				heads.head(mx, my, x2, y2, unit)
			}
		}
	}
	f.Path("edge some", pens[0][0].String())
	f.Path("edge", pens[0][1].String())
	f.Path("edge on some "+r.Class, pens[1][0].String())
	f.Path("edge on "+r.Class, pens[1][1].String())
	f.Path("arrow "+r.Class, heads.String())
	for i, name := range r.Names {
		x, y, angle := place(i)
		size, class := 4*unit, "node"
		if i == r.Node {
			size, class = 5.5*unit, "node on"
		}
		f.Paths = append(f.Paths, Path{Class: class, D: circle(x, y, size), Pick: strconv.Itoa(i)})
		anchor, c := Middle, math.Cos(angle)
		switch {
		case c > 0.25:
			anchor = Start
		case c < -0.25:
			anchor = End
		}
		if n <= 60 || i == r.Node {
			f.Text("tk ti", x+11*unit*c, y+13*unit*math.Sin(angle)+labelDrop*unit, anchor, cut(name, 64))
		}
	}
	return f
}

// head is that of an arrow which ends at a node.
func (p *pen) head(x0, y0, x1, y1, unit float64) {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l == 0 {
		return
	}
	dx, dy = dx/l, dy/l
	x, y := x1-7*unit*dx, y1-7*unit*dy
	p.polygon(x, y, x-8*unit*dx-3.6*unit*dy, y-8*unit*dy+3.6*unit*dx, x-8*unit*dx+3.6*unit*dy, y-8*unit*dy-3.6*unit*dx)
}
