package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// draw lays lanes out below each other, on one time axis. The margins are those of the lane that needs most,
// so that a step stands at the same place in all of them. Bands come first: everything else lies on them.
func (s *signalOf) draw(c draw.Canvas) {
	axis := s.timeAxis(c.Max.X - c.Min.X)
	left, right := vg.Length(0), vg.Length(0)
	for _, l := range s.lanes {
		left = max(left, l.plot.DataCanvas(c).Min.X-c.Min.X)
		if finite(l.cut) {
			right = max(right, face(small, ink, 0).Width(l.cutText())+4)
		}
	}
	axisCanvas := draw.Crop(c, left, -right, 0, 0)
	inner := axis.DataCanvas(axisCanvas)

	below := bracketHeight
	s.brackets(inner)
	s.bands(draw.Crop(inner, 0, 0, 0, -bracketHeight))
	for _, l := range s.lanes {
		s.lane(c, l, below, inner)
		below += l.space()
	}
	s.borders(inner, below)
	axis.Draw(block(axisCanvas, below, inner.Min.Y-axisCanvas.Min.Y))
}

// borders draws a line where one of several series ends and the next begins, from the top to so far below it.
func (s *signalOf) borders(inner draw.Canvas, below vg.Length) {
	d := &s.Report.Data
	for _, at := range d.Borders() {
		if at <= s.steps.From || at >= s.steps.To {
			continue
		}
		x := inner.Min.X + (inner.Max.X-inner.Min.X)*vg.Length(at-s.steps.From)/vg.Length(s.steps.Len())
		inner.StrokeLine2(draw.LineStyle{Color: ink2, Width: 0.6, Dashes: []vg.Length{3, 2}}, x, inner.Max.Y, x,
			inner.Max.Y-below)
	}
}

// timeAxis is that of all lanes.
func (s *signalOf) timeAxis(width vg.Length) *plot.Plot {
	p := newPlot()
	p.HideY()
	p.X.Min, p.X.Max = float64(s.steps.From), float64(s.steps.To)
	widest := face(small, ink, 0).Width(words.English().Count(s.steps.To))
	p.X.Tick.Marker = wholeTicks(ticksOn(width, widest))
	p.X.Label.Text = label("figure-steps-axis")
	return p
}

// cutText is the threshold with two digits that count.
func (l *lane) cutText() string {
	return numeral(l.cut, max(0, 1-int(math.Floor(math.Log10(max(math.Abs(l.cut), 1e-9))))))
}

// lane draws one lane whose data stand above those of the time axis, inner.
func (s *signalOf) lane(c draw.Canvas, l *lane, below vg.Length, inner draw.Canvas) {
	name := face(medium, l.colour.Color, draw.XLeft)
	base := c.Max.Y - below - medium
	c.FillText(name, vg.Point{X: inner.Min.X, Y: base}, l.name)
	remark := face(small, ink2, draw.XRight)
	if name.Width(l.name)+remark.Width(l.remark)+6 <= inner.Max.X-inner.Min.X {
		c.FillText(remark, vg.Point{X: inner.Max.X, Y: base}, l.remark)
	}
	whole := block(c, below+leading, l.height)
	own := l.plot.DataCanvas(whole)
	panel := draw.Crop(whole, inner.Min.X-own.Min.X, inner.Max.X-own.Max.X, 0, 0)
	l.plot.Draw(panel)
	if finite(l.cut) {
		data := l.plot.DataCanvas(panel)
		_, y := l.plot.Transforms(&data)
		c.FillText(face(small, ink, draw.XLeft), vg.Point{X: inner.Max.X + 3, Y: y(l.cut) - 0.36*small},
			l.cutText())
	}
	if l.run != nil {
		strip := block(inner, below+leading+l.height+alarmGap, alarmHeight)
		s.alarms(strip, l)
	}
}

// span is where steps from up to to lie on the paper, if any of them is shown; never slimmer than can be
// seen.
func (s *signalOf) span(c draw.Canvas, from, to int) (x0, x1 vg.Length, ok bool) {
	from, to = max(from, s.steps.From), min(to, s.steps.To)
	if from >= to {
		return 0, 0, false
	}
	at := func(t int) vg.Length {
		share := float64(t-s.steps.From) / float64(s.steps.To-s.steps.From)
		return c.Min.X + vg.Length(share)*(c.Max.X-c.Min.X)
	}
	if x0, x1 = at(from), at(to); x1-x0 < slimmest {
		middle := (x0 + x1) / 2
		x0, x1 = middle-slimmest/2, middle+slimmest/2
	}
	return x0, x1, true
}

// bands marks true anomalies over the height of all lanes.
func (s *signalOf) bands(c draw.Canvas) {
	for _, seg := range s.Report.Data.Segments {
		if x0, x1, ok := s.span(c, seg.From, seg.To); ok {
			rect(c, truth, x0, c.Min.Y, x1, c.Max.Y)
		}
	}
}

// brackets name true anomalies above all lanes by their numbers in the test part; a name that would touch the
// one before is left out.
func (s *signalOf) brackets(c draw.Canvas) {
	style := face(small, truthEdge, draw.XCenter)
	line := draw.LineStyle{Color: truthEdge, Width: 0.8}
	last := c.Min.X - small
	y := c.Max.Y - bracketHeight + 2
	for i, seg := range s.Report.Data.Segments {
		x0, x1, ok := s.span(c, seg.From, seg.To)
		if !ok {
			continue
		}
		c.StrokeLines(line, []vg.Point{{X: x0, Y: y - 2}, {X: x0, Y: y}, {X: x1, Y: y}, {X: x1, Y: y - 2}})
		name := "A" + strconv.Itoa(i+1)
		half := style.Width(name) / 2
		if at := (x0 + x1) / 2; at-half > last+2 {
			c.FillText(style, vg.Point{X: at, Y: y + 2}, name)
			last = at + half
		}
	}
}

// alarms draws a filled bar for one that touches a true anomaly, a hollow one for a false alarm, and a dashed
// outline along an anomaly without alarm. Without labels every bar is filled.
func (s *signalOf) alarms(c draw.Canvas, l *lane) {
	segments := s.Report.Data.Segments
	outline := draw.LineStyle{Color: l.colour.Color, Width: hairline}
	for _, a := range l.run.Alarms {
		x0, x1, ok := s.span(c, a.From, a.To)
		switch {
		case !ok:
		case !s.Report.Data.Labelled || touches(a, segments):
			rect(c, outline.Color, x0, c.Min.Y, x1, c.Max.Y)
		default:
			frame(c, outline, x0, c.Min.Y, x1, c.Max.Y)
		}
	}
	outline.Dashes = []vg.Length{1.2, 1}
	for _, seg := range segments {
		x0, x1, ok := s.span(c, seg.From, seg.To)
		if ok && len(l.run.Scores) > 0 && !met(seg, l.run.Alarms) {
			frame(c, outline, x0, c.Min.Y, x1, c.Max.Y)
		}
	}
}

// touches reports whether an alarm meets any true anomaly.
func touches(a steps.Range, segments []spec.Segment) bool {
	for _, s := range segments {
		if a.Meets(s.Range) {
			return true
		}
	}
	return false
}

// met reports whether an anomaly has an alarm.
func met(s spec.Segment, alarms []steps.Range) bool {
	for _, a := range alarms {
		if a.Meets(s.Range) {
			return true
		}
	}
	return false
}
