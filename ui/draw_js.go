package ui

import (
	"syscall/js"

	"github.com/hexops/vecty"
	"github.com/hexops/vecty/elem"

	"cosinelab/ui/chart"
	"cosinelab/ui/signal"
)

// drawing is a figure that fills its box, drawn again when the box changes its size.
type drawing struct {
	vecty.Core
	Class string `vecty:"prop"`
	// for those who do not see it; empty = it only decorates
	Say  string                                `vecty:"prop"`
	Draw func(w, h, unit float64) chart.Figure `vecty:"prop"`

	w, h, unit float64
	box        *vecty.HTML
	observer   js.Value
	resized    js.Func
}

// Copy keeps vecty from holding on to every earlier render.
func (d *drawing) Copy() vecty.Component {
	cpy := *d
	cpy.Core = vecty.Core{}
	return &cpy
}

// Render draws the figure at the size measured last; the first time it is empty.
func (d *drawing) Render() vecty.ComponentOrHTML {
	f := chart.Figure{}
	if d.w > 0 && d.h > 0 {
		f = d.Draw(d.w, d.h, d.unit)
	}
	d.box = elem.Div(vecty.Markup(class("pp", d.Class)), signal.SVG(f, d.Say))
	return d.box
}

// Mount begins to watch the size.
func (d *drawing) Mount() {
	d.resized = js.FuncOf(func(js.Value, []js.Value) any {
		d.measure()
		return nil
	})
	d.observer = js.Global().Get("ResizeObserver").New(d.resized)
	d.observer.Call("observe", d.box.Node())
	d.measure()
}

// Unmount ends the watch.
func (d *drawing) Unmount() {
	d.observer.Call("disconnect")
	d.resized.Release()
}

// measure draws again only when something changed: a ResizeObserver also calls for what the drawing itself
// caused.
func (d *drawing) measure() {
	node := d.box.Node()
	w, h, unit := node.Get("clientWidth").Float(), node.Get("clientHeight").Float(), textUnit()
	if w == d.w && h == d.h && unit == d.unit {
		return
	}
	d.w, d.h, d.unit = w, h, unit
	vecty.Rerender(d)
}

// textUnit is the size of a CSS pixel at the base text size: 1 where the root size is 16 px.
func textUnit() float64 {
	root := js.Global().Get("document").Get("documentElement")
	size := js.Global().Call("getComputedStyle", root).Get("fontSize").String()
	return js.Global().Call("parseFloat", size).Float() / 16
}
