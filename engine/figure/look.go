package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// The colours of the page's light theme, assets/tokens.css: ink is for facts, colour for models, grey for
// controls.
var (
	ink        = rgb(0x16191d)
	ink2       = rgb(0x474e57)
	ink3       = rgb(0x646b75)
	rule2      = rgb(0xc9ccca)
	truth      = rgb(0xfaedc0)
	truthEdge  = rgb(0x8f6f00)
	background = color.NRGBA{R: 255, G: 255, B: 255, A: 255} // of a page
)

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// faint is a colour through which what lies below shines; share is how much of it stays.
func faint(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(255 * share)
	return c
}

// look is how a model appears everywhere. Each of dash, width and mark tells it apart in grey as well.
type look struct {
	name   string
	colour color.NRGBA
	dash   []vg.Length
	width  vg.Length
	mark   draw.GlyphDrawer
}

// kindLook is the look of the first arm of a kind. A kind of its own, teacher, stands for the teacher.
type kindLook struct {
	kind   string
	name   words.Key
	colour uint32
	dash   []vg.Length
	width  vg.Length
	mark   draw.GlyphDrawer
}

// looks lists the arms' kinds as the page shows them (ui/look): a reader who knows one knows the other.
var looks = []kindLook{
	{"alone", "arm-alone", 0xb1480c, nil, 0.9, draw.RingGlyph{}},
	{"cosine", "arm-cosine", 0x1c5fd6, nil, 1.4, draw.CircleGlyph{}},
	{"mse", "arm-mse", 0x93357a, []vg.Length{4, 2.5}, 0.9, diamond{}},
	{"norm", "arm-norm", 0x646b75, nil, 0.9, bars{}},
	{"pca", "arm-pca", 0x646b75, nil, 0.9, draw.PlusGlyph{}},
	{"forecast", "arm-forecast", 0x646b75, nil, 0.9, slope{}},
	{"cosine-input", "arm-cosine-input", 0x646b75, []vg.Length{7, 2.5, 1.5, 2.5}, 0.9, half{}},
	{"cosine-shuffled", "arm-cosine-shuffled", 0x646b75, []vg.Length{7, 2.5, 1.5, 2.5, 1.5, 2.5}, 0.9, half{}},
	{"cosine-untrained", "arm-cosine-untrained", 0x646b75, []vg.Length{3, 2.5, 1.5, 2.5}, 0.9, half{}},
	{"mse-input", "arm-mse-input", 0x646b75, []vg.Length{7, 2.5, 1.5, 2.5}, 0.9, diamond{}},
	{"mse-shuffled", "arm-mse-shuffled", 0x646b75, []vg.Length{7, 2.5, 1.5, 2.5, 1.5, 2.5}, 0.9, diamond{}},
	{"mse-untrained", "arm-mse-untrained", 0x646b75, []vg.Length{3, 2.5, 1.5, 2.5}, 0.9, diamond{}},
	{"untrained", "arm-untrained", 0x646b75, []vg.Length{1.5, 3}, 0.9, draw.TriangleGlyph{}},
	{"random", "arm-random", 0x646b75, []vg.Length{1, 4}, 0.9, draw.CrossGlyph{}},
	{"teacher", "arm-teacher", 0x0a7355, []vg.Length{7, 3}, 0.9, draw.BoxGlyph{}},
}

// further tells the second and later arms of a kind, which keep its colour, apart; after four they repeat.
var further = []struct {
	dash []vg.Length
	mark draw.GlyphDrawer
}{
	{[]vg.Length{6, 1.5, 1.5, 1.5}, draw.PyramidGlyph{}},
	{[]vg.Length{2, 2}, draw.PlusGlyph{}},
	{[]vg.Length{8, 2, 2, 2, 2, 2}, draw.SquareGlyph{}},
	{[]vg.Length{3, 1}, draw.BoxGlyph{}},
}

// lookOf is the look of a report's arm, by its place. Arms look alike by what they do, not by their names,
// which are free.
func lookOf(r spec.Report, arm int) look {
	a := r.Arms[arm].Arm
	nth := 0
	for _, before := range r.Arms[:arm] {
		if before.Arm.Kind() == a.Kind() {
			nth++
		}
	}
	l := lookOfKind(a.Kind())
	if nth > 0 {
		f := further[(nth-1)%len(further)]
		l.dash, l.mark = f.dash, f.mark
	}
	switch {
	case a.Name == a.Kind(): // a default name, which words say better
	case printable(a.Name):
		l.name = a.Name
	default:
		l.name = label("figure-arm", arm+1)
	}
	return l
}

// lookOfKind is the look of a kind; one without a row, such as that of a new objective, looks like the plain
// student.
func lookOfKind(kind string) look {
	for _, k := range looks {
		if k.kind == kind {
			return look{label(k.name), rgb(k.colour), k.dash, k.width, k.mark}
		}
	}
	return lookOfKind(spec.ArmAlone)
}

// label says what stands inside a figure.
func label(k words.Key, args ...any) string { return words.English().Say(k, args...) }

// diamond is a filled square on its tip.
type diamond struct{}

func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := 1.25 * s.Radius
	c.FillPolygon(s.Color, []vg.Point{{X: at.X - r, Y: at.Y}, {X: at.X, Y: at.Y + r}, {X: at.X + r, Y: at.Y},
		{X: at.X, Y: at.Y - r}})
}

// line is the style of the look's line, so many times as wide.
func (l look) line(times vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: l.colour, Width: l.width * times, Dashes: l.dash}
}

func (l look) glyph(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.colour, Radius: radius, Shape: l.mark}
}
