package figure

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Sizes of the results.
const (
	rowHeight  = 8 * vg.Length(1)
	cellWidth  = 26 * vg.Millimeter // the least, without the names of arms
	cellGap    = 12 * vg.Length(1)
	axisHeight = 13 * vg.Length(1)
	headingGap = 3 * vg.Length(1)
	seedSpread = 3.2 * vg.Length(1) // sets seeds of one arm apart, so that equal values are seen
)

// tallest is the height of a printed page. A figure that would be taller shows the usual metrics alone,
// unless it was told which.
const tallest = 240 * vg.Millimeter

var usual = []string{"average_precision", "auroc", "precision_at_k", "f1", "etapr_f1", "composite_f1", "vus_pr",
	"pa_f1", "pak_f1"}

// resultsOf is what the results are drawn from; left is the room for the names of arms, columns that of
// metrics in a row.
type resultsOf struct {
	Input
	legend  [][]entry
	blocks  []resultBlock
	names   []look // of arms
	left    vg.Length
	columns int
	gains   bool // some are shown
}

// resultBlock is a group of metrics under its heading, in rows of at most as many cells as there are columns.
type resultBlock struct {
	heading string
	metrics []spec.MetricSummary
	rows    [][]resultCell
}

// resultCell shows one metric: the values of all arms or, where it has them, the gains over the baseline.
type resultCell struct {
	metric spec.MetricSummary
	gains  []spec.Comparison
}

// results draws every metric of every arm: a mark a seed, the mean as a bar, chance dashed, the untrained
// model dotted, and beside it the gains over the baseline with their intervals. Metrics that may be read alone
// come first; the others stand apart (metrics/README.md, section 8).
func results(in Input, o Options) (*Figure, error) {
	for _, name := range o.Metrics {
		if !slices.ContainsFunc(metrics.All, func(m metrics.Metric) bool { return m.Name == name }) {
			return nil, fault.New("figure-metric", name)
		}
	}
	r := fitted(in, o)
	if len(r.blocks) == 0 {
		return nil, fault.New("figure-no-results")
	}
	return &Figure{Height: r.space(), Caption: r.caption(), draw: r.draw}, nil
}

// fitted leaves out what a page has no room for, if it was not asked for: first the intervals of all metrics
// but that of the verdict, which always has its own, then metrics.
func fitted(in Input, o Options) *resultsOf {
	if len(o.Metrics) > 0 {
		return newResults(in, o, true)
	}
	for _, names := range [][]string{nil, usual} {
		o.Metrics = names
		for _, everyGain := range []bool{true, false} {
			if r := newResults(in, o, everyGain); r.space() <= tallest {
				return r
			}
		}
	}
	return newResults(in, o, false)
}

// newResults puts the metrics that are asked for, or all, in their groups, with the gains in every metric or in
// that of the verdict.
func newResults(in Input, o Options, everyGain bool) *resultsOf {
	r := &resultsOf{Input: in}
	summary := in.Report.Summary()
	for _, g := range []struct {
		group   metrics.Group
		heading words.Key
	}{{metrics.Honest, "figure-honest"}, {metrics.Warned, "figure-warned"},
		{metrics.Flattering, "figure-flattering"}} {
		b := resultBlock{heading: label(g.heading)}
		for _, m := range summary.Metrics {
			wanted := len(o.Metrics) == 0 || slices.Contains(o.Metrics, m.Metric.Name)
			if m.Metric.Group == g.group && wanted {
				b.metrics = append(b.metrics, m)
			}
		}
		if len(b.metrics) > 0 {
			r.blocks = append(r.blocks, b)
		}
	}
	for i := range in.Report.Arms {
		r.names = append(r.names, lookOf(in.Report, i))
		r.left = max(r.left, face(small, ink, 0).Width(r.names[i].name)+5)
	}
	r.columns = max(1, int((o.Width-r.left+cellGap)/(cellWidth+cellGap)))
	if everyGain && r.columns > 1 {
		r.columns -= r.columns % 2 // values beside their gains
	}
	signs := resultSigns()
	for i := range r.blocks {
		r.place(&r.blocks[i], everyGain)
	}
	if r.gains {
		signs = append(signs, r.intervalSigns()...)
	}
	r.legend = legendRows(signs, o.Width)
	return r
}

// place puts the cells of a block in rows, values and gains of a metric in the same one where it is wide enough.
func (r *resultsOf) place(b *resultBlock, everyGain bool) {
	for _, m := range b.metrics {
		cells := []resultCell{{metric: m}}
		if everyGain || m.Metric.Name == r.Report.Spec.JudgedBy().Name {
			if gains := intervals(r.Report, m.Metric); gains != nil {
				cells, r.gains = append(cells, resultCell{m, gains}), true
			}
		}
		together := min(len(cells), r.columns)
		for i, cell := range cells {
			last := len(b.rows) - 1
			if last < 0 || len(b.rows[last]) == r.columns || i == 0 && len(b.rows[last])+together > r.columns {
				b.rows, last = append(b.rows, nil), last+1
			}
			b.rows[last] = append(b.rows[last], cell)
		}
	}
}

// resultSigns explain the marks in ink, which are not those of an arm.
func resultSigns() []entry {
	upright := func(s draw.LineStyle) func(draw.Canvas, vg.Length, vg.Length, vg.Length) {
		return func(c draw.Canvas, x0, x1, y vg.Length) { c.StrokeLine2(s, (x0+x1)/2, y-4, (x0+x1)/2, y+4) }
	}
	return []entry{
		{label("figure-seed"), func(c draw.Canvas, x0, x1, y vg.Length) {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink2, Radius: 2, Shape: draw.CircleGlyph{}},
				vg.Point{X: (x0 + x1) / 2, Y: y})
		}},
		{label("figure-mean"), upright(draw.LineStyle{Color: ink2, Width: 1.4})},
		{label("figure-chance"), upright(chanceLine)},
		{label("figure-untrained"), upright(untrainedLine)},
	}
}

var (
	chanceLine    = draw.LineStyle{Color: ink3, Width: 0.7, Dashes: []vg.Length{3, 2}}
	untrainedLine = draw.LineStyle{Color: ink3, Width: 0.8, Dashes: []vg.Length{0.8, 1.6}}
)

func (r *resultsOf) cellHeight() vg.Length {
	return leading + vg.Length(len(r.names))*rowHeight + axisHeight
}

// space is the height of it all: it must agree with what draw takes.
func (r *resultsOf) space() vg.Length {
	h := vg.Length(len(r.legend)) * leading
	for _, b := range r.blocks {
		h += leading + headingGap + between
		h += vg.Length(len(b.rows)) * (r.cellHeight() + between/2)
	}
	return h
}

func (r *resultsOf) draw(c draw.Canvas) {
	drawLegend(c, r.legend)
	below := vg.Length(len(r.legend)) * leading
	width := (c.Max.X - c.Min.X - r.left - vg.Length(r.columns-1)*cellGap) / vg.Length(r.columns)
	for _, b := range r.blocks {
		below += between
		at := c.Max.Y - below - medium
		c.FillText(face(medium, ink, draw.XLeft), vg.Point{X: c.Min.X, Y: at}, b.heading)
		c.StrokeLine2(draw.LineStyle{Color: rule2, Width: hairline}, c.Min.X, at-3.5, c.Max.X, at-3.5)
		below += leading + headingGap
		for _, row := range b.rows {
			d := block(c, below, r.cellHeight())
			r.armNames(d)
			for column, cell := range row {
				d.Min.X = c.Min.X + r.left + vg.Length(column)*(width+cellGap)
				d.Max.X = d.Min.X + width
				r.cell(d, cell)
			}
			below += r.cellHeight() + between/2
		}
	}
}

// rowAt is the middle of an arm's row in a cell.
func rowAt(c draw.Canvas, arm int) vg.Length {
	return c.Max.Y - leading - vg.Length(arm)*rowHeight - rowHeight/2
}

func (r *resultsOf) armNames(c draw.Canvas) {
	for i, l := range r.names {
		c.FillText(face(small, l.colour, draw.XLeft), vg.Point{X: c.Min.X, Y: rowAt(c, i) - 0.34*small},
			l.name)
	}
}

// cell draws the values of all arms in a metric, or their gains.
func (r *resultsOf) cell(c draw.Canvas, cell resultCell) {
	if cell.gains != nil {
		r.gainCell(c, cell.metric.Metric, cell.gains)
		return
	}
	r.valueCell(c, cell.metric)
}

// valueCell draws one metric of all arms, in its unit, shares in points of 100, on a scale of its own that
// holds chance and the untrained model: a value means little without them.
func (r *resultsOf) valueCell(c draw.Canvas, m spec.MetricSummary) {
	p := newPlot()
	p.HideY()
	e := empty
	unit := m.Metric.Unit
	e.hold(unit.Of(m.Chance), unit.Of(m.Untrained))
	for _, a := range m.Arms {
		for _, v := range a.Values {
			e.hold(unit.Of(v))
		}
	}
	e.on(&p.X, 0.06)
	p.X.Tick.Marker = linearTicks(4)
	title := label(words.Key(m.Metric.WordKey()))
	if unit != metrics.UnitShare {
		title += ", " + label(words.Key(unit.WordKey()))
	}
	framed(c, p, title, func(d draw.Canvas, x func(float64) vg.Length) {
		upright(d, chanceLine, x, unit, m.Chance)
		upright(d, untrainedLine, x, unit, m.Untrained)
		for i := range m.Arms {
			r.strip(d, x, rowAt(c, i), i, m.Metric)
		}
	})
}

// framed draws a plot below its title; inside paints on its data.
func framed(c draw.Canvas, p *plot.Plot, title string,
	inside func(d draw.Canvas, x func(float64) vg.Length)) {
	c.FillText(face(small, ink, draw.XLeft), vg.Point{X: c.Min.X, Y: c.Max.Y - small}, title)
	p.Add(paint(func(d draw.Canvas, p *plot.Plot) {
		x, _ := p.Transforms(&d)
		inside(d, x)
	}))
	p.Draw(draw.Crop(c, 0, 0, 0, -leading))
}

// upright is a line over a cell's height, if the value is known.
func upright(c draw.Canvas, s draw.LineStyle, x func(float64) vg.Length, u metrics.Unit, v metrics.Value) {
	if v.Defined() {
		at := x(u.Of(v))
		c.StrokeLine2(s, at, c.Min.Y, at, c.Max.Y)
	}
}

// strip is one arm's row at the height y: its seeds from top to bottom, set apart by their places in the
// spec, so that a seed stands at the same height in every row.
func (r *resultsOf) strip(c draw.Canvas, x func(float64) vg.Length, y vg.Length, arm int, m metrics.Metric) {
	l := r.names[arm]
	seeds := r.Report.Spec.Seeds
	var values []metrics.Value
	for _, run := range r.Report.Arms[arm].Runs {
		v := run.Of(m.Name).Value
		if !v.Defined() {
			continue
		}
		values = append(values, v)
		up := vg.Length(0)
		if n := len(seeds); n > 1 {
			up = seedSpread * (0.5 - vg.Length(slices.Index(seeds, run.Seed))/vg.Length(n-1))
		}
		c.DrawGlyphNoClip(l.glyph(1.7), vg.Point{X: x(m.Unit.Of(v)), Y: y + up})
	}
	if mean := spec.NewSpread(values).Mean; mean.Defined() {
		at := x(m.Unit.Of(mean))
		c.StrokeLine2(draw.LineStyle{Color: l.colour, Width: 1.4}, at, y-rowHeight/2+0.4, at,
			y+rowHeight/2-0.4)
	}
}
