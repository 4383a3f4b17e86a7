package signal

import (
	"math"

	"cosinelab/ui/chart"
)

// box is the measured size of a plot in CSS pixels. unit is the size of one at the base text size: 1 where
// the root size is 16 px, more in projector mode. Sizes below are multiplied by it, so that figures grow with
// their texts.
type box struct{ w, h, unit float64 }

// Sizes in pixels at the base text size.
const (
	leftOfPlot  = 38 // tick labels
	rightOfPlot = 26 // threshold handles
	alarmRow    = 9
	scoreTop    = 3 // free above the score
	brackets    = 7 // feet of the brackets over the first channel, where they stand above its values
)

// across is the scale of steps in a plot.
func (b box) across(from, to int) chart.Scale {
	start := leftOfPlot * b.unit
	return chart.Scale{From: float64(from), To: float64(to), Start: start,
		End: max(start+1, b.w-rightOfPlot*b.unit)}
}

// figure draws the plot of a lane; a plot that has not been measured stays empty.
func (s *stack) figure(l lane, b box) chart.Figure {
	f := chart.Figure{W: b.w, H: b.h}
	x := b.across(s.From, s.To)
	switch {
	case b.w == 0 || b.h == 0:
		return f
	case s.Steps == 0:
		drawEmpty(&f, l, x, b)
		return f
	}
	switch l.kind {
	case overview:
		s.drawOverview(&f, b)
	case funnel:
		s.drawFunnel(&f, x, b)
	case channel:
		s.drawChannel(&f, l, x, b)
	case cosine:
		s.drawCosine(&f, l, x, b)
	case score:
		s.drawScore(&f, l, x, b)
	case axis:
		return chart.TimeAxis(s.Words, s.Times, x, b.w, b.h, b.unit)
	}
	return f
}

// drawOverview draws the first channel over the whole test part, and a veil over what is not in view.
func (s *stack) drawOverview(f *chart.Figure, b box) {
	x := b.across(0, s.Steps)
	areas, _ := chart.Bands(s.Truth, x, b.h)
	f.Path("truth", areas)
	f.Path("bracket-bar", chart.Bars(s.Truth, x, 0, 3*b.unit, 0))
	y := fitted(s.Overview.Extent(), b.h-4, 4)
	f.Path("strokes", s.traces.path("strokes", s.Overview, x, y, chart.Strokes))
	f.Path("border", chart.Borders(s.borders(), x, b.h))
	from, to := x.At(float64(s.From)), x.At(float64(s.To))
	f.Path("veil", chart.Box(chart.Rect{X: x.Start, W: from - x.Start, H: b.h})+chart.Box(chart.Rect{X: to,
		W: x.End - to, H: b.h}))
}

// drawFunnel leads from the brush to the width of the lanes, and names the anomalies in view.
func (s *stack) drawFunnel(f *chart.Figure, x chart.Scale, b box) {
	whole := b.across(0, s.Steps)
	f.Path("funnel", chart.Segment(whole.At(float64(s.From)), 0, x.Start,
		b.h)+chart.Segment(whole.At(float64(s.To)), 0, x.End, b.h))
	f.Texts = chart.Names(s.Truth, x, b.h-3*b.unit, 24*b.unit)
}

// drawTruth runs the true anomalies through a lane from edge to edge, so that neighbouring lanes join.
func (s *stack) drawTruth(f *chart.Figure, x chart.Scale, b box) {
	areas, edges := chart.Bands(s.Truth, x, b.h)
	f.Path("truth", areas)
	f.Path("truth-edge", edges)
	f.Path("border", chart.Borders(s.borders(), x, b.h))
}

// drawChannel draws input, student and teacher. Only the input has an envelope of minimum and maximum: it
// must not lose a spike. The axis holds what is drawn, so that the means of the models count, not their
// extremes.
func (s *stack) drawChannel(f *chart.Figure, l lane, x chart.Scale, b box) {
	c := &s.Channels[l.index]
	s.drawTruth(f, x, b)
	top := 3 * b.unit
	if l.index == 0 {
		f.Path("bracket", chart.Brackets(s.Truth, x, 1.5*b.unit, (brackets-1.5)*b.unit))
		f.Texts = narrow(chart.Names(s.Truth, x, 18*b.unit, 24*b.unit*tighter))
		top = brackets * b.unit
	}
	extent := c.Extent
	if extent.Empty() {
		extent = c.Input.Extent()
		for _, e := range l.legend[min(1, len(l.legend)):] {
			extent = extent.Join(meanExtent(e.line))
		}
	}
	y := fitted(extent, b.h-3*b.unit, top)
	f.Grid(chart.Ticks(s.Words.Numbers, y.From, y.To, 3), x, y, b.unit)
	f.Path("env", s.traces.path("envelope", c.Input, x, y, chart.Envelope))
	f.Path("line input", s.traces.path("line", c.Input, x, y, chart.Line))
	if s.student != nil {
		f.Path("line "+s.student.Look.Class, s.traces.path("calmed", c.Student, x, y, calmLine))
	}
	f.Path("line "+s.teacher.Class, s.traces.path("calmed", c.Teacher, x, y, calmLine))
	drawEmpty(f, l, x, b)
}

// narrow marks texts for narrow screens only, where the row that has them otherwise is too low.
func narrow(texts []chart.Text) []chart.Text {
	for i := range texts {
		texts[i].Class += " narrow"
	}
	return texts
}

// meanExtent is the range of what Line draws.
func meanExtent(b chart.Buckets) chart.Extent {
	var e chart.Extent
	for k := range b.Len() {
		e = e.Include(b.Mean(k))
	}
	return e
}

// fitted is a linear scale that holds an extent between two pixels.
func fitted(e chart.Extent, start, end float64) chart.Scale {
	e = e.Pad(0.04)
	return chart.Scale{From: e.Lo, To: e.Hi, Start: start, End: end}
}

// calm is how many buckets of a dashed line are merged into one, so that its dashes can be seen on a noisy
// line.
const calm = 3

// calmed merges buckets that are narrower than the dashes of a line.
func calmed(b chart.Buckets, x chart.Scale) chart.Buckets {
	if b.Len() == 0 {
		return b
	}
	pixels := b.PerBucket() * (x.End - x.Start) / (x.To - x.From)
	if pixels >= 1.5 {
		return b // few steps are in view: each is drawn
	}
	return b.Merge(calm)
}

// calmLine is the path of a dashed line.
func calmLine(b chart.Buckets, x, y chart.Scale) string { return chart.Line(calmed(b, x), x, y) }

// drawCosine draws the cosine of every arm from 0, or from below where one turns against its teacher, to 1.
func (s *stack) drawCosine(f *chart.Figure, l lane, x chart.Scale, b box) {
	s.drawTruth(f, x, b)
	lowest := 0.0
	for _, e := range l.legend {
		lowest = min(lowest, meanExtent(e.line).Lo)
	}
	y := chart.Scale{From: math.Floor(2*lowest) / 2, To: 1, Start: b.h - 2*b.unit, End: 0.14 * b.h}
	f.Grid(chart.Ticks(s.Words.Numbers, y.From, y.To, 3), x, y, b.unit)
	for _, e := range l.legend {
		f.Path("line "+e.class, s.traces.path("calmed", e.line, x, y, calmLine))
	}
	drawEmpty(f, l, x, b)
}

// scoreScale is the score axis in a plot: one of square roots, so that low scores stay readable beside peaks.
// Below it the plot has the row of alarms.
func (s *stack) scoreScale(arm int, b box) chart.Scale {
	top := s.top
	if s.Arms[arm].Adjusted != "" {
		top = 1 // its scores have nothing to do with the others'
	}
	return chart.Scale{Kind: chart.Sqrt, To: top, Start: b.h - (alarmRow+5)*b.unit, End: scoreTop * b.unit}
}

// drawScore draws the maxima of a score, since it is they that raise alarms, with threshold and alarms. Peaks
// above the axis are cut, and marked as cut.
func (s *stack) drawScore(f *chart.Figure, l lane, x chart.Scale, b box) {
	a, y := &s.Arms[l.index], s.scoreScale(l.index, b)
	s.drawTruth(f, x, b)
	class := a.Look.Class
	f.Path("area "+class, s.traces.path("area", a.Score, x, y, func(b chart.Buckets, x, y chart.Scale) string {
		return chart.Area(b, x, y, y.Start)
	}))
	f.Path("peaks "+class, s.traces.path("peaks", a.Score, x, y, chart.Peaks))
	f.Path("cut "+class, s.traces.path("cut", a.Score, x, y, func(b chart.Buckets, x, y chart.Scale) string {
		return chart.Clipped(b, x, y, y.End)
	}))
	f.Path("axis", chart.Horizontal(x.Start, x.End, y.Start+0.5))
	s.drawAlarms(f, l.index, x, b)
	if a.hasThreshold() {
		at := y.At(a.Threshold)
		f.Path("threshold", chart.Horizontal(x.Start, x.End+3*b.unit, at))
		f.Text("tk ti", x.Start-6*b.unit, at+4*b.unit, chart.End, "δ")
	}
	drawEmpty(f, l, x, b)
}

// drawAlarms puts the alarms directly under the score that raised them. Outlined boxes are inset, so that
// their lines stay within them.
func (s *stack) drawAlarms(f *chart.Figure, arm int, x chart.Scale, b box) {
	a, m := &s.Arms[arm], s.marks[arm]
	if a.Score.Empty() {
		return
	}
	y, h := b.h-(alarmRow+1.5)*b.unit, (alarmRow-1.5)*b.unit
	f.Path("missed", chart.Bars(m.Missed, x, y, h, 0.75*b.unit))
	f.Path("alarm-right "+a.Look.Class, chart.Bars(m.Right, x, y, h, 0))
	f.Path("alarm-false "+a.Look.Class, chart.Bars(m.False, x, y, h, 0.75*b.unit))
}

// frame is what of a plot keeps its size when it is stretched.
func (s *stack) frame(l lane) *chart.Frame {
	f := chart.Frame{Left: leftOfPlot, Right: rightOfPlot}
	switch l.kind {
	case channel:
		f.Top, f.Bottom = 3, 3
		if l.index == 0 {
			f.Top = brackets
		}
	case cosine:
		f.Bottom = 2
	case score:
		f.Top, f.Bottom = scoreTop, alarmRow+5
	}
	return &f
}

// drawEmpty says why a lane has no lines.
func drawEmpty(f *chart.Figure, l lane, x chart.Scale, b box) {
	if l.empty == "" {
		return
	}
	middle := b.h / 2
	if l.kind == score {
		middle -= alarmRow * b.unit // above the axis line
	}
	f.Text("tk said", x.Start+8*b.unit, middle+4*b.unit, chart.Start, l.empty)
}
