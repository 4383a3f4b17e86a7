package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// followed is an arm with what it reaches after each epoch.
type followed struct {
	look   look
	points []spec.EpochPoint
}

// byEpoch draws, for the metric of the verdict or those asked for, what arms reach after each epoch with the
// intervals over seeds, and below it the paired gain over the baseline. The dots of arms stand beside one
// another; an interval that excludes 0 is wide.
func byEpoch(in Input, o Options) (*Figure, error) {
	if !in.Report.LooksByEpoch() {
		return nil, fault.New("figure-no-epochs")
	}
	names := o.Metrics
	if len(names) == 0 {
		names = []string{in.Report.Spec.JudgedBy().Name}
	}
	var panels []*panel
	var entries []entry
	for i, name := range names {
		m, ok := metrics.Find(name)
		if !ok || m.NeedsThreshold() {
			return nil, fault.New("figure-no-epochs-of", name)
		}
		all := follow(in.Report, m)
		if i == 0 {
			for _, f := range all {
				entries = append(entries, training{look: f.look}.entry())
			}
		}
		panels = append(panels, reachedPanel(m, all), gainedPanel(m, all))
	}
	grid := panelGrid{legend: legendRows(entries, o.Width), panels: panels, columns: 1, height: learningHeight}
	return &Figure{Height: grid.space(), Caption: epochsCaption(in), draw: grid.draw}, nil
}

func follow(r spec.Report, m metrics.Metric) (all []followed) {
	for i, a := range r.Arms {
		if points := r.ByEpoch(a.Arm.Name, r.Spec.Baseline(), m); len(points) > 0 {
			all = append(all, followed{lookOf(r, i), points})
		}
	}
	return all
}

func reachedPanel(m metrics.Metric, all []followed) *panel {
	return epochPanel(label(words.Key(m.WordKey())), all, func(p spec.EpochPoint) spec.Paired { return p.Value }, false)
}

func gainedPanel(m metrics.Metric, all []followed) *panel {
	return epochPanel(label("figure-gain-by-epoch", m.Short), all,
		func(p spec.EpochPoint) spec.Paired { return p.Gain }, true)
}

// dodge is how far apart the strokes of two arms stand, in epochs.
const dodge = 0.12

// epochPanel draws means with interval strokes by epoch, around 0 where they are differences.
func epochPanel(title string, all []followed, of func(spec.EpochPoint) spec.Paired, difference bool) *panel {
	p := newPlot()
	x, y := empty, empty
	if difference {
		y.hold(0)
	}
	for _, f := range all {
		for _, point := range f.points {
			d := of(point)
			x.hold(float64(point.Epoch)-0.4, float64(point.Epoch)+0.4)
			for _, v := range []metrics.Value{d.Mean, d.Low, d.High} {
				if v.Defined() {
					y.hold(100 * float64(v))
				}
			}
		}
	}
	x.on(&p.X, 0.01)
	p.X.Tick.Marker = wholeTicks(10)
	p.X.Label.Text = label("figure-epoch")
	y.on(&p.Y, 0.06)
	p.Add(paint(func(on draw.Canvas, p *plot.Plot) {
		px, py := p.Transforms(&on)
		if difference {
			on.StrokeLine2(draw.LineStyle{Color: ink, Width: hairline}, on.Min.X, py(0), on.Max.X, py(0))
		}
		for i, f := range all {
			aside := dodge * (float64(i) - float64(len(all)-1)/2)
			for _, point := range f.points {
				f.stroke(on, px(float64(point.Epoch)+aside), py, of(point), difference)
			}
		}
	}))
	return &panel{title: title, plot: p}
}

// stroke draws one mean with its interval; that of a difference is wide where it excludes 0.
func (f followed) stroke(on draw.Canvas, x vg.Length, y func(float64) vg.Length, d spec.Paired,
	difference bool) {
	if !d.Mean.Defined() || math.IsInf(float64(d.Mean), 0) {
		return
	}
	width := vg.Length(0.8)
	if difference && d.Excludes0() {
		width = 2.2
	}
	if d.Low.Defined() {
		on.StrokeLine2(draw.LineStyle{Color: f.look.colour, Width: width}, x, y(100*float64(d.Low)), x,
			y(100*float64(d.High)))
	}
	on.DrawGlyphNoClip(f.look.glyph(1.8), vg.Point{X: x, Y: y(100 * float64(d.Mean))})
}
