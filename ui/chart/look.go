package chart

import "strconv"

// Mark is the shape of a marker.
type Mark uint8

const (
	Circle Mark = iota
	Square
	Diamond
	Triangle
	Cross
	Wedge // a triangle that points down
	Plus
	Bar
	Half  // a circle, its left half filled
	Slope // a stroke that rises
	Pair  // two upright strokes
)

// Look is how an arm appears everywhere: CSS classes for colour, width and dash, and a marker. Either cue
// alone tells the arms apart, so that no label depends on colour.
type Look struct {
	Class string
	Mark  Mark
}

// kindMarks are the kinds of arms with tokens (colour, dash) of their own in the style sheet, in any order.
var kindMarks = []struct {
	kind string
	mark Mark
}{
	{"teacher", Square},
	{"alone", Circle},
	{"cosine", Circle}, // filled by its class
	{"mse", Diamond},
	{"untrained", Triangle},
	{"random", Cross},
	{"norm", Pair},
	{"pca", Plus},
	{"forecast", Slope},
	{"cosine-input", Half},
	{"cosine-shuffled", Half},
	{"cosine-untrained", Half},
	{"mse-input", Diamond},
	{"mse-shuffled", Diamond},
	{"mse-untrained", Diamond},
}

// furtherMarks mark the second and later arms of one kind.
var furtherMarks = []Mark{Wedge, Plus, Bar, Square}

// LookOf returns the look of the nth arm of a kind, counted from 0. Later arms keep the colour of their kind,
// which says what they are, and get a dash and a marker of their own, which say which; after four they
// repeat. A kind without tokens looks like alone.
func LookOf(kind string, nth int) Look {
	look := Look{Class: "arm-alone"}
	for _, k := range kindMarks {
		if k.kind == kind {
			look = Look{"arm-" + kind, k.mark}
		}
	}
	if nth > 0 {
		further := (nth - 1) % len(furtherMarks)
		look.Mark = furtherMarks[further]
		look.Class += " arm-further-" + strconv.Itoa(further+1)
	}
	return look
}

// Path draws the marker around x, y with radius r. The factors make all shapes look equally large.
func (m Mark) Path(x, y, r float64) string {
	var p pen
	switch m {
	case Circle:
		return circle(x, y, r)
	case Square:
		p.rect(Rect{x - r, y - r, 2 * r, 2 * r})
	case Diamond:
		p.polygon(x, y-1.25*r, x+1.25*r, y, x, y+1.25*r, x-1.25*r, y)
	case Triangle:
		p.polygon(x, y-1.15*r, x+1.15*r, y+0.9*r, x-1.15*r, y+0.9*r)
	case Wedge:
		p.polygon(x, y+1.15*r, x+1.15*r, y-0.9*r, x-1.15*r, y-0.9*r)
	case Cross:
		p.stroke(x-r, y-r, x+r, y+r)
		p.stroke(x+r, y-r, x-r, y+r)
	case Plus:
		p.stroke(x-1.2*r, y, x+1.2*r, y)
		p.stroke(x, y-1.2*r, x, y+1.2*r)
	case Half:
		return circle(x, y, r) + rightHalf(x, y, r)
	case Slope:
		p.stroke(x-1.1*r, y+r, x+1.1*r, y-r)
	case Pair:
		p.stroke(x-0.55*r, y-1.2*r, x-0.55*r, y+1.2*r)
		p.stroke(x+0.55*r, y-1.2*r, x+0.55*r, y+1.2*r)
	case Bar:
		p.rect(Rect{x - 0.5*r, y - 1.2*r, r, 2.4 * r})
	}
	return p.String()
}

// circle is two half arcs: SVG draws no arc that ends where it began.
func circle(x, y, r float64) string {
	var p pen
	p.move(x-r, y)
	p.put('A', r, r, 0, 0, 1, x+r, y)
	p.put('A', r, r, 0, 0, 1, x-r, y)
	p.close()
	return p.String()
}

// rightHalf is half a circle. Where it lies on a whole one, what is covered twice stays empty (fill-rule in
// the style sheet), so that the left half is filled.
func rightHalf(x, y, r float64) string {
	var p pen
	p.move(x, y-r)
	p.put('A', r, r, 0, 0, 1, x, y+r)
	p.close()
	return p.String()
}

func (p *pen) polygon(at ...float64) {
	for i := 0; i < len(at); i += 2 {
		p.to(i == 0, at[i], at[i+1])
	}
	p.close()
}

func (p *pen) stroke(x0, y0, x1, y1 float64) {
	p.move(x0, y0)
	p.line(x1, y1)
}

// Sample draws a short piece of a line with its marker in the middle: the sign of an arm in a legend.
func Sample(class string, look *Look, w, h, r float64) Figure {
	f := Figure{W: w, H: h}
	f.Path("line "+class, Horizontal(0, w, h/2))
	if look != nil {
		f.Path("mark "+look.Class, look.Mark.Path(w/2, h/2, r))
	}
	return f
}

// Sign draws an arm's marker alone in a square.
func Sign(look Look, size, r float64) Figure {
	f := Figure{W: size, H: size}
	f.Path("mark "+look.Class, look.Mark.Path(size/2, size/2, r))
	return f
}
