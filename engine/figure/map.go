package figure

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// Sizes of a map.
const (
	mapRow     = 20 * vg.Length(1)
	mapWidest  = 62 * vg.Length(1) // of a cell
	mapInset   = 0.75 * vg.Length(1)
	hatchWidth = 4 * vg.Length(1) // between the strokes of hatching
)

// steps of a map's colours: shares of blue for gains and of vermilion for harm, from the faintest on.
var mapSteps = []float64{0.17, 0.34, 0.50}

// gainMap is a map as it is drawn.
type gainMap struct {
	spec.Map
	left   vg.Length // room for the values of rows
	cell   vg.Length // width
	step   float64   // points of 100 from one colour to the next
	legend [][]entry
}

// NewMap lays out the map of a sweep: colour says which is better and by how much, solid where the interval
// excludes 0, hatched where it contains 0, a dashed frame where nothing was run. The number stands in every cell,
// so that nothing is said by colour alone. Its name is map.
func NewMap(m spec.Map, w *words.Language, width vg.Length) (*Figure, error) {
	g := &gainMap{Map: m}
	style := face(small, ink, draw.XRight)
	for y := range m.Rows.Values {
		g.left = max(g.left, style.Width(plainText(m.Rows.Text(y))))
	}
	g.left += 6
	if m.Rows.Field != "" {
		g.left += leading
	}
	columns := len(m.Columns.Values)
	g.cell = min(mapWidest, (width-g.left)/vg.Length(columns))
	if need := style.Width("+00.0") + 4*mapInset; g.cell < need {
		width, g.cell = g.left+vg.Length(columns)*need, need
	}
	largest := 0.0
	for _, row := range m.Cells {
		for _, c := range row {
			if c.Run() && finite(float64(c.Gain.Mean)) {
				largest = max(largest, 100*math.Abs(float64(c.Gain.Mean)))
			}
		}
	}
	g.step, _ = niceStep(largest/float64(len(mapSteps)), 0.1)
	g.legend = legendRows(g.entries(), width)
	caption := &sentences{w: w}
	n := m.Counts()
	metric := spec.Spec{Headline: m.Metric}.JudgedBy()
	caption.say("map-title", m.Where(w.TitleOf(m.Set, m.Title)), metric.Short, m.Arm, m.Over)
	caption.all[0] += "."
	caption.say("map-count", n.Run, n.All, n.Above, n.Below, n.Chance, strconv.FormatFloat(100*m.Level, 'g', 4, 64))
	caption.say("map-caption")
	return &Figure{Name: "map", Caption: strings.Join(caption.all, " "), Width: width, Height: g.height(), draw: g.draw}, nil
}

// plainText is a text that the fonts can write.
func plainText(s string) string {
	if printable(s) {
		return s
	}
	return "?"
}

func (g *gainMap) body() vg.Length { return vg.Length(len(g.Cells)) * mapRow }

func (g *gainMap) height() vg.Length {
	return leading + vg.Length(len(g.legend))*leading + between + g.body() + 2*leading + 4
}

// entries are the legend's.
func (g *gainMap) entries() []entry {
	swatch := func(fill func(c draw.Canvas, x0, y0, x1, y1 vg.Length)) func(draw.Canvas, vg.Length, vg.Length, vg.Length) {
		return func(c draw.Canvas, x0, x1, y vg.Length) { fill(c, x0+4, y-3.5, x1, y+3.5) }
	}
	solid := func(gain float64) func(draw.Canvas, vg.Length, vg.Length, vg.Length) {
		return swatch(func(c draw.Canvas, x0, y0, x1, y1 vg.Length) { rect(c, g.colour(gain), x0, y0, x1, y1) })
	}
	return []entry{
		{label("map-better", g.Arm), solid(2 * g.step)},
		{label("map-better", g.Over), solid(-2 * g.step)},
		{label("map-contains-0"), swatch(func(c draw.Canvas, x0, y0, x1, y1 vg.Length) {
			hatch(c, g.colour(2*g.step), x0, y0, x1, y1)
		})},
		{label("map-not-run"), swatch(func(c draw.Canvas, x0, y0, x1, y1 vg.Length) {
			frame(c, notRun, x0, y0, x1, y1)
		})},
	}
}

var notRun = draw.LineStyle{Color: ink3, Width: hairline, Dashes: []vg.Length{2, 3}}

// colour is that of a gain in points of 100.
func (g *gainMap) colour(points float64) color.NRGBA {
	k := min(len(mapSteps), int(math.Round(math.Abs(points)/g.step)))
	if k == 0 {
		return background
	}
	kind := spec.ArmCosine
	if points < 0 {
		kind = spec.ArmAlone
	}
	c := lookOfKind(kind).colour
	share := mapSteps[k-1]
	mix := func(x uint8) uint8 { return uint8(math.Round(share*float64(x) + (1-share)*255)) }
	return color.NRGBA{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 255}
}

// hatch fills a rectangle with strokes from its lower left to its upper right, cut at its edges.
func hatch(c draw.Canvas, col color.Color, x0, y0, x1, y1 vg.Length) {
	style := draw.LineStyle{Color: col, Width: hatchWidth / 2}
	for d := hatchWidth / 2; d < (x1-x0)+(y1-y0); d += hatchWidth {
		// The stroke is x - x0 + y1 - y = d.
		a := vg.Point{X: x0 + d, Y: y1}
		if over := a.X - x1; over > 0 {
			a = vg.Point{X: x1, Y: y1 - over}
		}
		b := vg.Point{X: x0, Y: y1 - d}
		if under := y0 - b.Y; under > 0 {
			b = vg.Point{X: x0 + under, Y: y0}
		}
		c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
	}
}

func (g *gainMap) draw(c draw.Canvas) {
	title := face(medium, ink, draw.XLeft)
	metric := spec.Spec{Headline: g.Metric}.JudgedBy()
	c.FillText(title, vg.Point{X: c.Min.X, Y: c.Max.Y - medium}, label("map-heading", metric.Short, plainText(g.Arm),
		plainText(g.Over)))
	drawLegend(block(c, leading, vg.Length(len(g.legend))*leading), g.legend)
	top := c.Max.Y - leading - vg.Length(len(g.legend))*leading - between
	for y, row := range g.Cells {
		// As on an axis, the first value stands at the bottom.
		y0 := top - g.body() + vg.Length(y)*mapRow
		c.FillText(face(small, ink2, draw.XRight), vg.Point{X: c.Min.X + g.left - 5, Y: y0 + mapRow/2 - 0.36*small},
			plainText(g.Rows.Text(y)))
		for x, cell := range row {
			g.drawCell(c, cell, c.Min.X+g.left+vg.Length(x)*g.cell, y0)
		}
	}
	g.drawNames(c, top)
}

// drawCell draws a cell from its lower left corner on.
func (g *gainMap) drawCell(c draw.Canvas, m spec.MapCell, x, y vg.Length) {
	x0, y0, x1, y1 := x+mapInset, y+mapInset, x+g.cell-mapInset, y+mapRow-mapInset
	text := face(small, ink, draw.XCenter)
	at := vg.Point{X: (x0 + x1) / 2, Y: (y0+y1)/2 - 0.36*small}
	switch {
	case m.Alone:
		frame(c, draw.LineStyle{Color: rule2, Width: hairline}, x0, y0, x1, y1)
		if m.Base.Defined() {
			text.Color = ink2
			c.FillText(text, at, words.English().Points(float64(m.Base)))
		}
		return
	case !m.Run():
		frame(c, notRun, x0, y0, x1, y1)
		return
	}
	points := 100 * float64(m.Gain.Mean)
	said := words.English().SignedPoints(float64(m.Gain.Mean))
	if m.Gain.Excludes0() {
		rect(c, g.colour(points), x0, y0, x1, y1)
	} else {
		if col := g.colour(points); col != background {
			hatch(c, col, x0, y0, x1, y1)
		} else {
			hatch(c, rule2, x0, y0, x1, y1)
		}
		half := text.Width(said)/2 + 2 // what is read stands on paper
		rect(c, background, at.X-half, at.Y-2, at.X+half, at.Y+small-0.5)
	}
	frame(c, draw.LineStyle{Color: rule2, Width: hairline}, x0, y0, x1, y1)
	c.FillText(text, at, said)
}

// drawNames draws the values of columns, and what both axes are.
func (g *gainMap) drawNames(c draw.Canvas, top vg.Length) {
	for x := range g.Columns.Values {
		c.FillText(face(small, ink2, draw.XCenter), vg.Point{X: c.Min.X + g.left + (vg.Length(x)+0.5)*g.cell,
			Y: top - g.body() - leading}, plainText(g.Columns.Text(x)))
	}
	if g.Columns.Field != "" {
		c.FillText(face(small, ink, draw.XCenter),
			vg.Point{X: c.Min.X + g.left + vg.Length(len(g.Columns.Values))*g.cell/2, Y: top - g.body() - 2*leading},
			plainText(g.Columns.Name()))
	}
	if g.Rows.Field != "" {
		name := face(small, ink, draw.XCenter)
		name.Rotation = math.Pi / 2
		c.FillText(name, vg.Point{X: c.Min.X + small, Y: top - g.body()/2}, plainText(g.Rows.Name()))
	}
}
