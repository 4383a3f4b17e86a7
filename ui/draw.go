package ui

import (
	"cosinelab/ui/chart"
	"cosinelab/ui/signal"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// drawing is a figure that fills its box, drawn again when the box changes its size. Draw gets that size in
// CSS pixels and the size of one at the base text size.
type drawing struct {
	vecty.Core
	Class string `vecty:"prop"`
	// for those who do not see it; empty = it only decorates
	Say  string                                `vecty:"prop"`
	Draw func(w, h, unit float64) chart.Figure `vecty:"prop"`

	box *vecty.HTML
	watch
}

// Copy keeps vecty from holding on to every earlier render. vecty compares with the copy, and goes on with
// the component itself, whose props it replaces: sizes and observer stay.
func (d *drawing) Copy() vecty.Component {
	cpy := *d
	cpy.Core = vecty.Core{}
	return &cpy
}

// Render draws the figure at the size measured last; the first time it is empty.
func (d *drawing) Render() vecty.ComponentOrHTML {
	f := chart.Figure{}
	w, h, unit := d.size()
	if w > 0 && h > 0 {
		f = d.Draw(w, h, unit)
	}
	d.box = elem.Div(vecty.Markup(class("pp", d.Class)), signal.Stretching(f, d.Say, frames[d.Class]))
	return d.box
}

// frames are what of a drawing keeps its size when it is stretched, by its class.
var frames = map[string]*chart.Frame{"curves": &chart.CurvesFrame, "effect-plot": &chart.EffectFrame,
	"strip": &chart.StripFrame}
