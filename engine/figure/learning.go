package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// measures are the panels of the learning curves.
var measures = []struct {
	name words.Key
	of   func(spec.Epoch) float64 // NaN = not measured
	log  bool                     // where all values allow it
}{
	{"figure-own-train", func(e spec.Epoch) float64 { return partOf(e.Losses, "own") }, true},
	{"figure-own-validation", func(e spec.Epoch) float64 { return partOf(e.Validation, "own") }, true},
	{"figure-cosine", func(e spec.Epoch) float64 { return 1 - partOf(e.Validation, "to_teacher") }, false},
}

func partOf(parts []spec.Part, name string) float64 {
	for _, p := range parts {
		if p.Name == name {
			return p.Value
		}
	}
	return math.NaN()
}

// training is one model with the epochs of each seed.
type training struct {
	look  look
	seeds [][]spec.Epoch
}

// curve is what one panel shows of a training, epoch after epoch from the first; values are NaN where nothing
// was measured.
type curve struct {
	look  look
	seeds [][]float64
	mean  []float64 // over all seeds, as far as all of them came
}

const (
	learningHeight = 92 * vg.Length(1)
	panelWidth     = 56 * vg.Millimeter // the least of a panel beside others
	mostMarks      = 12                 // of a curve
)

// learning draws losses and the cosine to the teacher by epoch: a thin line a seed, the mean with marks.
func learning(in Input, o Options) (*Figure, error) {
	var panels []*panel
	all := trainings(in.Report)
	for _, m := range measures {
		var curves []curve
		for _, t := range all {
			if c := curveOf(t, m.of); len(c.seeds) > 0 {
				curves = append(curves, c)
			}
		}
		if len(curves) > 0 {
			panels = append(panels, curvePanel(label(m.name), curves, m.log))
		}
	}
	if len(panels) == 0 {
		return nil, fault.New("figure-no-learning")
	}
	var entries []entry
	for _, t := range all {
		entries = append(entries, t.entry())
	}
	columns := max(1, min(len(panels), int((o.Width+between)/(panelWidth+between))))
	grid := panelGrid{legend: legendRows(entries, o.Width), panels: panels, columns: columns,
		height: learningHeight}
	return &Figure{Height: grid.space(), Caption: learningCaption(in), draw: grid.draw}, nil
}

// trainings are those that have finished an epoch, the teacher first.
func trainings(r spec.Report) (all []training) {
	t := training{look: lookOfKind("teacher")}
	for _, run := range r.Teachers {
		if len(run.Epochs) > 0 {
			t.seeds = append(t.seeds, run.Epochs)
		}
	}
	if len(t.seeds) > 0 {
		all = append(all, t)
	}
	for i, a := range r.Arms {
		t := training{look: lookOf(r, i)}
		for _, run := range a.Runs {
			if len(run.Epochs) > 0 {
				t.seeds = append(t.seeds, run.Epochs)
			}
		}
		if len(t.seeds) > 0 {
			all = append(all, t)
		}
	}
	return all
}

func (t training) entry() entry {
	return entry{t.look.name, func(c draw.Canvas, x0, x1, y vg.Length) {
		c.StrokeLine2(t.look.line(1), x0, y, x1, y)
		c.DrawGlyphNoClip(t.look.glyph(2), vg.Point{X: (x0 + x1) / 2, Y: y})
	}}
}

// curveOf keeps the seeds in which the measure was taken.
func curveOf(t training, of func(spec.Epoch) float64) curve {
	c := curve{look: t.look}
	common := math.MaxInt
	for _, epochs := range t.seeds {
		values, any := make([]float64, len(epochs)), false
		for i, e := range epochs {
			values[i] = of(e)
			any = any || finite(values[i])
		}
		if any {
			c.seeds = append(c.seeds, values)
			common = min(common, len(values))
		}
	}
	for e := 0; len(c.seeds) > 0 && e < common; e++ {
		var at []float64
		for _, s := range c.seeds {
			at = append(at, s[e])
		}
		c.mean = append(c.mean, stat.Mean(at, nil))
	}
	return c
}

// curvePanel draws curves by epoch.
func curvePanel(title string, curves []curve, log bool) *panel {
	p := newPlot()
	x, y := empty, empty
	for _, c := range curves {
		for _, s := range c.seeds {
			x.hold(1, float64(len(s)))
			y.hold(s...)
		}
	}
	x.on(&p.X, 0.03)
	p.X.Tick.Marker = wholeTicks(6)
	p.X.Label.Text = label("figure-epoch")
	if log && y.lo > 0 && y.hi > 2*y.lo {
		p.Y.Min, p.Y.Max = y.lo/1.08, y.hi*1.08
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logTicks)
	} else {
		y.on(&p.Y, 0.05)
	}
	p.Add(paint(func(on draw.Canvas, p *plot.Plot) {
		for _, c := range curves {
			for _, s := range c.seeds {
				c.line(on, p, s, draw.LineStyle{Color: faint(c.look.colour, 0.5), Width: 0.35})
			}
		}
		for _, c := range widestFirst(curves) {
			c.line(on, p, c.mean, c.look.line(1))
			c.marks(on, p)
		}
	}))
	return &panel{title: title, plot: p}
}

// widestFirst puts curves in the order in which none covers another whole.
func widestFirst(curves []curve) []curve {
	return slices.SortedStableFunc(slices.Values(curves),
		func(a, b curve) int { return cmp.Compare(b.look.width, a.look.width) })
}

// line connects the values of epochs that follow each other.
func (c curve) line(on draw.Canvas, p *plot.Plot, values []float64, style draw.LineStyle) {
	x, y := p.Transforms(&on)
	var points []vg.Point
	for i, v := range values {
		if finite(v) {
			points = append(points, vg.Point{X: x(float64(i + 1)), Y: y(v)})
			continue
		}
		on.StrokeLines(style, points)
		points = nil
	}
	on.StrokeLines(style, points)
}

func (c curve) marks(on draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&on)
	every := (len(c.mean) + mostMarks - 1) / mostMarks
	for i, v := range c.mean {
		if last := len(c.mean) - 1; finite(v) && (last-i)%every == 0 {
			on.DrawGlyphNoClip(c.look.glyph(1.8), vg.Point{X: x(float64(i + 1)), Y: y(v)})
		}
	}
}
