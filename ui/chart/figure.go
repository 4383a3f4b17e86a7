// Package chart turns numbers into the shapes of the lab's figures.
package chart

// Figure is a drawing in CSS pixels with the origin at its upper left corner, as plain data: tests read it,
// package signal makes SVG of it. Paths are drawn in order, texts above them.
type Figure struct {
	W, H  float64
	Paths []Path
	Texts []Text
}

// Path is one SVG path. Class says what it is; colour, width and dash follow from it in the style sheet.
type Path struct {
	Class string
	D     string
	Pick  string // what a press on it picks; empty = nothing
	Rows  int    // a press picks one of so many rows of equal height, of which Pick is the first; 0 = it has none
}

// Text is one line of text at its baseline.
type Text struct {
	Class  string
	X, Y   float64
	Anchor string // Start, Middle, End
	Text   string
}

// Values of the SVG attribute text-anchor.
const (
	Start  = "start"
	Middle = "middle"
	End    = "end"
)

// Rect is a part of the plane, in CSS pixels.
type Rect struct{ X, Y, W, H float64 }

// Path adds a path unless it would draw nothing.
func (f *Figure) Path(class, d string) {
	if d != "" {
		f.Paths = append(f.Paths, Path{Class: class, D: d})
	}
}

// Text adds a text.
func (f *Figure) Text(class string, x, y float64, anchor, text string) {
	f.Texts = append(f.Texts, Text{class, x, y, anchor, text})
}
