package figure

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// halfBar is half the height of an interval's bar in an arm's row.
const halfBar = 3 * vg.Length(1)

// intervals are the gains over the baseline in a metric, of which at least one has an interval; none without.
func intervals(r spec.Report, m metrics.Metric) []spec.Comparison {
	gains := r.Gains(spec.MeasuredBy(m))
	if slices.ContainsFunc(gains, func(c spec.Comparison) bool { return c.Low.Defined() }) {
		return gains
	}
	return nil
}

// gainCell draws how much better than the baseline each arm is in one metric: the interval as a bar, on it the
// seeds and the mean, as the page's table of gains does.
func (r *resultsOf) gainCell(c draw.Canvas, m metrics.Metric, gains []spec.Comparison) {
	p := newPlot()
	p.HideY()
	reach := r.gainReach(m.Unit, gains)
	p.X.Min, p.X.Max = -reach, reach
	p.X.Tick.Marker = linearTicks(6) // fewer could leave 0 alone
	framed(c, p, label("figure-gain", m.Short), func(d draw.Canvas, x func(float64) vg.Length) {
		d.StrokeLine2(draw.LineStyle{Color: ink, Width: hairline}, x(0), d.Min.Y, x(0), d.Max.Y)
		for i, a := range r.Report.Arms {
			for _, g := range gains {
				if g.Arm == a.Arm.Name {
					r.gain(d, x, rowAt(c, i), i, m.Unit, reach, g)
				}
			}
		}
	})
}

// gainReach is how far the scale goes to both sides of 0: it holds the gains of all trained arms. A control
// that lies outside of it has an arrowhead, rather than pressing the others flat.
func (r *resultsOf) gainReach(u metrics.Unit, gains []spec.Comparison) float64 {
	trained, all := 0.0, 0.0
	for _, g := range gains {
		for _, v := range append([]metrics.Value{g.Mean, g.Low, g.High}, g.Values...) {
			size := math.Abs(u.Of(v))
			if !finite(size) {
				continue
			}
			all = max(all, size)
			if r.trains(g.Arm) {
				trained = max(trained, size)
			}
		}
	}
	for _, reach := range []float64{trained, all} {
		if reach > 0 {
			return 1.08 * reach
		}
	}
	return 1
}

func (r *resultsOf) trains(arm string) bool {
	return slices.ContainsFunc(r.Report.Arms, func(a spec.ArmReport) bool {
		return a.Arm.Name == arm && spec.Controls[a.Arm.Control].Trains
	})
}

// gain is one arm's row at the height y. What lies beyond the scale's reach is left out; where the mean does,
// an arrowhead at the edge stands for all of it, since a bar that is cut looks like a narrow interval.
func (r *resultsOf) gain(c draw.Canvas, x func(float64) vg.Length, y vg.Length, arm int, u metrics.Unit,
	reach float64, g spec.Comparison) {
	l := r.names[arm]
	mean := u.Of(g.Mean)
	if math.Abs(mean) > reach {
		arrowhead(c, l, y, mean > 0)
		return
	}
	if g.Low.Defined() {
		l.interval(c, x(max(-reach, u.Of(g.Low))), x(min(reach, u.Of(g.High))), y, g.Shown())
	}
	for i, v := range g.Values {
		up := vg.Length(0)
		if n := len(g.Values); n > 1 {
			up = seedSpread * (0.5 - vg.Length(i)/vg.Length(n-1))
		}
		if math.Abs(u.Of(v)) <= reach {
			c.DrawGlyphNoClip(l.glyph(1.4), vg.Point{X: x(u.Of(v)), Y: y + up})
		}
	}
	if finite(mean) {
		c.StrokeLine2(draw.LineStyle{Color: l.colour, Width: 1.4}, x(mean), y-rowHeight/2+0.4, x(mean),
			y+rowHeight/2-0.4)
	}
}

// interval is a bar from x0 to x1 around the height y, in the arm's colour where it shows a difference, else
// hollow with a dashed edge.
func (l look) interval(c draw.Canvas, x0, x1, y vg.Length, shown bool) {
	corners := []vg.Point{{X: x0, Y: y - halfBar}, {X: x1, Y: y - halfBar}, {X: x1, Y: y + halfBar},
		{X: x0, Y: y + halfBar}}
	edge := draw.LineStyle{Color: l.colour, Width: hairline, Dashes: []vg.Length{2, 1.6}}
	if shown {
		c.FillPolygon(faint(l.colour, 0.22), corners)
		edge.Dashes = nil
	}
	c.StrokeLines(edge, append(corners, corners[0]))
}

// arrowhead at the right or left edge points to where an arm's gain lies.
func arrowhead(c draw.Canvas, l look, y vg.Length, right bool) {
	tip, back := c.Max.X, c.Max.X-4
	if !right {
		tip, back = c.Min.X, c.Min.X+4
	}
	c.FillPolygon(l.colour, []vg.Point{{X: back, Y: y - 2.4}, {X: tip, Y: y}, {X: back, Y: y + 2.4}})
}

// intervalSigns explain the bars.
func (r *resultsOf) intervalSigns() []entry {
	sign := func(shown bool) func(draw.Canvas, vg.Length, vg.Length, vg.Length) {
		return func(c draw.Canvas, x0, x1, y vg.Length) {
			look{colour: ink2}.interval(c, x0+3, x1-3, y, shown)
		}
	}
	return []entry{{label("figure-interval-shown", r.level()), sign(true)},
		{label("figure-interval-not"), sign(false)}}
}

// level is that of the intervals, in per cent.
func (r *resultsOf) level() string {
	return strconv.FormatFloat(100*r.Report.Spec.Level(), 'g', 4, 64)
}

// baseline is the name of the arm that gains are over, in the language of the caption.
func (r *resultsOf) baseline() string {
	name := r.Report.Spec.Baseline()
	if name == spec.ArmAlone { // a default name, which words say better
		return r.Words.Say("arm-alone")
	}
	return name
}
