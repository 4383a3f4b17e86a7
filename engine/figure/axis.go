package figure

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
)

// Sizes that hold for every width: a figure is made for the column that it stands in, and printed as it is.
const (
	small    = 7 * vg.Length(1) // type of ticks and remarks
	medium   = 8 * vg.Length(1) // of names
	hairline = 0.5 * vg.Length(1)
	tick     = 2.5 * vg.Length(1)
	between  = 8 * vg.Length(1) // panels
	leading  = 10 * vg.Length(1)
)

// face is a style of text that begins, is centred or ends (draw.XLeft, XCenter, XRight) where it is put, on
// its baseline.
func face(size vg.Length, c color.Color, x text.XAlignment) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, Handler: plot.DefaultTextHandler}
}

// newPlot returns a plot in the style of all: axes left and below as hairlines, no box, no background.
func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = draw.LineStyle{Color: ink, Width: hairline}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = tick
		a.Tick.Label.Font = face(small, ink, 0).Font
		a.Tick.Label.Color = ink2
		a.Label.TextStyle.Font = face(small, ink, 0).Font
		a.Label.TextStyle.Color = ink2
		a.Label.Padding = 1
		a.Padding = 0
		a.Tick.Marker = linearTicks(4)
	}
	return p
}

// linearTicks returns a ticker for at most so many ticks, at 1, 2 or 5 times a power of ten.
func linearTicks(most int) plot.TickerFunc {
	return func(lo, hi float64) (ticks []plot.Tick) {
		step, decimals := niceStep((hi-lo)/float64(most), 0)
		for i := math.Ceil(lo/step - 1e-9); i*step <= hi+1e-9*step; i++ {
			ticks = append(ticks, plot.Tick{Value: i * step, Label: numeral(i*step, decimals)})
		}
		return ticks
	}
}

// numeral writes a number with so many decimals, or with a power of ten where that would be long.
func numeral(v float64, decimals int) string {
	if decimals > 5 || math.Abs(v) >= 1e6 {
		return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "-", "−", 1)
	}
	return words.English().Fixed(v, decimals)
}

// niceStep is the smallest of 1, 2 or 5 times a power of ten that is at least so long, and than least;
// decimals are those that its multiples need.
func niceStep(length, least float64) (step float64, decimals int) {
	length = max(length, least)
	power := math.Floor(math.Log10(length))
	for _, m := range []float64{1, 2, 5} {
		if step = m * math.Pow(10, power); step >= length*(1-1e-9) {
			return step, int(max(0, -power))
		}
	}
	return math.Pow(10, power+1), int(max(0, -power-1))
}

// wholeTicks are linear ticks at whole numbers, with their thousands apart.
func wholeTicks(most int) plot.TickerFunc {
	return func(lo, hi float64) (ticks []plot.Tick) {
		step, _ := niceStep((hi-lo)/float64(most), 1)
		for i := math.Ceil(lo / step); i*step <= hi; i++ {
			v := i * step
			ticks = append(ticks, plot.Tick{Value: v, Label: words.English().Count(int(math.Round(v)))})
		}
		return ticks
	}
}

// ticksOn is how many labels of this width an axis of this length has room for.
func ticksOn(length, label vg.Length) int { return max(2, int(length/(label+16))) }

// logTicks label 1, 2 and 5 of each decade, or only 1 where there are many decades.
func logTicks(lo, hi float64) []plot.Tick {
	heads := []float64{1, 2, 5}
	if hi > 100*lo {
		heads = heads[:1]
	}
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(lo)); e <= math.Log10(hi); e++ {
		for m := 1.0; m < 10; m++ {
			v := m * math.Pow(10, e)
			if v < lo || v > hi {
				continue
			}
			t := plot.Tick{Value: v}
			for _, h := range heads {
				if h == m {
					t.Label = strconv.FormatFloat(v, 'g', 4, 64)
				}
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// rootScale is a square root from 0 on, as that of score lanes: high scores do not press the others flat.
type rootScale struct{}

func (rootScale) Normalize(lo, hi, x float64) float64 {
	return math.Sqrt(max(0, x-lo) / (hi - lo))
}

// axisSpace is what a plot's time axis takes below its data.
func axisSpace(p *plot.Plot) vg.Length {
	return p.DataCanvas(draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: 500, Y: 500}}}).Min.Y
}

// paint is something drawn on the data of a plot.
type paint func(c draw.Canvas, p *plot.Plot)

// Plot draws it.
func (f paint) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// extent grows to hold values; those that are not finite are passed over.
type extent struct{ lo, hi float64 }

var empty = extent{math.Inf(1), math.Inf(-1)}

func (e *extent) hold(values ...float64) {
	for _, v := range values {
		if finite(v) {
			e.lo, e.hi = min(e.lo, v), max(e.hi, v)
		}
	}
}

// on sets the range of an axis, with a margin at both ends; of nothing it is 0 to 1.
func (e extent) on(a *plot.Axis, margin float64) {
	if e.lo > e.hi {
		e = extent{0, 1}
	}
	pad := margin * (e.hi - e.lo)
	if e.lo == e.hi {
		pad = max(1e-3, 0.05*math.Abs(e.lo))
	}
	a.Min, a.Max = e.lo-pad, e.hi+pad
}

func finite(v float64) bool { return v-v == 0 }

// block is the part of a canvas that is so far below its top, and so high.
func block(c draw.Canvas, below, height vg.Length) draw.Canvas {
	c.Min.Y, c.Max.Y = c.Max.Y-below-height, c.Max.Y-below
	return c
}

// rect fills a rectangle.
func rect(c draw.Canvas, col color.Color, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(col, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

// frame strokes the outline of a rectangle.
func frame(c draw.Canvas, s draw.LineStyle, x0, y0, x1, y1 vg.Length) {
	c.StrokeLines(s, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1},
		{X: x0, Y: y0}})
}

// entry is a look's place in a legend.
type entry struct {
	name string
	sign func(c draw.Canvas, x0, x1, y vg.Length)
}

const (
	signWidth = 24 * vg.Length(1)
	signGap   = 3 * vg.Length(1)
	entryGap  = 9 * vg.Length(1)
)

// legendRows breaks a legend into rows that fit a width.
func legendRows(entries []entry, width vg.Length) (rows [][]entry) {
	style := face(small, ink, draw.XLeft)
	used := vg.Length(0)
	for _, e := range entries {
		need := signWidth + signGap + style.Width(e.name) + entryGap
		if len(rows) == 0 || used+need-entryGap > width {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += need
	}
	return rows
}

// drawLegend draws rows down from the canvas's top.
func drawLegend(c draw.Canvas, rows [][]entry) {
	style := face(small, ink, draw.XLeft)
	for i, row := range rows {
		x, y := c.Min.X, c.Max.Y-vg.Length(i)*leading-small
		for _, e := range row {
			e.sign(c, x, x+signWidth, y+0.36*small)
			x += signWidth + signGap
			c.FillText(style, vg.Point{X: x, Y: y}, e.name)
			x += style.Width(e.name) + entryGap
		}
	}
}
