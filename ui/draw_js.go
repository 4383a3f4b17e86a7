package ui

import (
	"syscall/js"

	"cosinelab/ui/vecty"
)

// watch is what hears of changes of a drawing's size.
type watch struct {
	w, h, unit float64 // as it was last

	observer js.Value
	resized  js.Func
}

func (w *watch) size() (width, height, unit float64) { return w.w, w.h, w.unit }

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

// measure draws again only when something has changed: a ResizeObserver also reports what the drawing itself
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

// textUnit is the size of a CSS pixel at the base text size: 1 where the root size is 16 px. Who enlarges the
// text of the browser, or projects the page, gets larger figures with it.
func textUnit() float64 {
	root := js.Global().Get("document").Get("documentElement")
	size := js.Global().Call("getComputedStyle", root).Get("fontSize").String()
	return js.Global().Call("parseFloat", size).Float() / 16
}
