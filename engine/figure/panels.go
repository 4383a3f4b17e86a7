package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is a plot under its title.
type panel struct {
	title string
	plot  *plot.Plot
}

// panelGrid is a legend above panels of one size in rows, whose axes stand in line.
type panelGrid struct {
	legend  [][]entry
	panels  []*panel
	columns int
	height  vg.Length // of a panel with its axis, without its title
}

func (g panelGrid) rows() int { return (len(g.panels) + g.columns - 1) / g.columns }

func (g panelGrid) space() vg.Length {
	return vg.Length(len(g.legend))*leading + vg.Length(g.rows())*(between/2+leading+g.height)
}

func (g panelGrid) draw(c draw.Canvas) {
	drawLegend(c, g.legend)
	top := vg.Length(len(g.legend))*leading + between/2
	width := (c.Max.X - c.Min.X - vg.Length(g.columns-1)*between) / vg.Length(g.columns)
	cell := func(i int) draw.Canvas {
		d := block(c, top+vg.Length(i/g.columns)*(leading+g.height+between/2), leading+g.height)
		d.Min.X += vg.Length(i%g.columns) * (width + between)
		d.Max.X = d.Min.X + width
		return d
	}
	left := make([]vg.Length, g.columns) // of the data in each column
	for i, p := range g.panels {
		d := cell(i)
		left[i%g.columns] = max(left[i%g.columns], p.plot.DataCanvas(d).Min.X-d.Min.X)
	}
	for i, p := range g.panels {
		d := cell(i)
		letter := string(rune('a' + i))
		c.FillText(face(medium, ink, draw.XLeft), vg.Point{X: d.Min.X, Y: d.Max.Y - medium}, letter)
		c.FillText(face(medium, ink, draw.XLeft),
			vg.Point{X: d.Min.X + left[i%g.columns], Y: d.Max.Y - medium}, p.title)
		d.Max.Y -= leading
		d.Min.X += left[i%g.columns] - (p.plot.DataCanvas(d).Min.X - d.Min.X)
		p.plot.Draw(d)
	}
}
