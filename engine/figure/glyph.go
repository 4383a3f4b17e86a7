package figure

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// half is a circle whose left half is filled.
type half struct{}

func (half) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	draw.RingGlyph{}.DrawGlyph(c, s, at)
	var p vg.Path
	p.Move(vg.Point{X: at.X, Y: at.Y + s.Radius})
	p.Arc(at, s.Radius, quarter, 2*quarter)
	p.Close()
	c.SetColor(s.Color)
	c.Fill(p)
}

// quarter is a quarter of a turn.
const quarter = 1.5707963267948966

// slope is a stroke that rises.
type slope struct{}

func (slope) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius
	stroke(c, s, vg.Point{X: at.X - 1.1*r, Y: at.Y - r}, vg.Point{X: at.X + 1.1*r, Y: at.Y + r})
}

// bars are two upright strokes.
type bars struct{}

func (bars) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	for _, x := range []vg.Length{-0.55 * s.Radius, 0.55 * s.Radius} {
		stroke(c, s, vg.Point{X: at.X + x, Y: at.Y - 1.2*s.Radius},
			vg.Point{X: at.X + x, Y: at.Y + 1.2*s.Radius})
	}
}

func stroke(c *draw.Canvas, s draw.GlyphStyle, from, to vg.Point) {
	var p vg.Path
	p.Move(from)
	p.Line(to)
	c.SetLineStyle(draw.LineStyle{Color: s.Color, Width: vg.Points(0.9)})
	c.Stroke(p)
}
