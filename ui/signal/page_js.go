package signal

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall/js"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
)

// page is what the stack knows of its elements: how large the plots are, what the pointer does. It changes on
// the page what moves at pointer speed (cursor, readouts, the part to zoom to), so that moving the pointer
// renders nothing.
type page struct {
	root    js.Value
	boxes   map[string]box // measured plots by lane key
	keys    []string       // of the lanes that were measured
	buckets int            // that were told to fit a plot
	stack   *stack         // of the newest render, which may not be on the page yet
	lanes   []lane
	drag    drag
	held    string // whose lane was large when plots were measured
	arm     string // whose lane the pointer or the focus is on; empty = none
	hover   int    // the step under the pointer that waits for the next frame; -1 = none waits

	funcs    []js.Func // to release: Go keeps what the browser may call until it is released
	stop     js.Value  // aborts every listener
	observer js.Value
	after    js.Func // runs refresh
	frame    js.Func // runs followPointer
}

// still tells that nobody writes to the elements what page writes.
const still = false

// tighter is how much narrower narrow screens are than what a plot is drawn for.
const tighter = 1

// Mount is called once the elements are on the page. The plots have sizes only from now on: refresh measures
// them and renders again.
func (c *Stack) Mount() {
	p := &c.page
	p.root = js.Global().Get("document").Call("getElementById", "signal")
	p.hover = -1
	p.stop = js.Global().Get("AbortController").New()
	p.after = p.keep(func(js.Value) { c.refresh() })
	p.frame = p.keep(func(js.Value) { c.followPointer() })
	c.listen(p.root, c.onEvent, "pointerdown", "pointermove", "pointerup", "pointercancel", "pointerover",
		"pointerleave", "dblclick",
		"keydown", "focusin", "focusout", "change")
	c.listen(js.Global(), c.onKey, "keydown")
	resized := p.keep(func(js.Value) { c.measure() })
	p.observer = js.Global().Get("ResizeObserver").New(resized)
	p.observer.Call("observe", p.root.Call("querySelector", ".timed"))
	c.refresh()
}

// Unmount lets go of everything that Mount took.
func (c *Stack) Unmount() {
	p := &c.page
	p.stop.Call("abort")
	p.observer.Call("disconnect")
	for _, f := range p.funcs {
		f.Release()
	}
	c.page = page{}
}

// keep makes a function that the browser can call until Unmount; do gets its first argument.
func (p *page) keep(do func(first js.Value)) js.Func {
	f := js.FuncOf(func(_ js.Value, args []js.Value) any {
		first := js.Undefined()
		if len(args) > 0 {
			first = args[0]
		}
		do(first)
		return nil
	})
	p.funcs = append(p.funcs, f)
	return f
}

// listen has do hear some events of a target until Unmount.
func (c *Stack) listen(target js.Value, do func(event js.Value), names ...string) {
	f := c.page.keep(do)
	for _, name := range names {
		target.Call("addEventListener", name, f, map[string]any{"signal": c.page.stop.Get("signal")})
	}
}

// rendered remembers what a render shows, and refreshes the page as soon as the render is on it: vecty
// changes the elements after Render returns, and a microtask runs after that, before the browser paints.
func (p *page) rendered(s *stack, lanes []lane) {
	p.stack, p.lanes = s, lanes
	if p.root.Truthy() {
		js.Global().Call("queueMicrotask", p.after)
	}
}

// refresh brings what vecty does not render in line with the newest render. The field of the channels is left
// alone while somebody types in it.
func (c *Stack) refresh() {
	p := &c.page
	if !p.root.Truthy() {
		return
	}
	if field := p.root.Call("querySelector", ".channels input"); !field.Equal(
		js.Global().Get("document").Get("activeElement")) {
		field.Set("value", c.Props.ChannelsTyped)
	}
	same := slices.EqualFunc(p.lanes, p.keys, func(l lane, key string) bool { return l.key == key })
	if c.Props.Held != p.held || !same {
		p.held = c.Props.Held // its lane has grown, or is as the others again
		c.measure()
	}
	c.showCursor()
}

// measure reads the sizes of the plots, and renders again where they have changed. It then reports how many
// buckets fit a plot.
func (c *Stack) measure() {
	p := &c.page
	p.keys = p.keys[:0]
	for _, l := range p.lanes {
		p.keys = append(p.keys, l.key)
	}
	boxes := measured(p.root)
	if !maps.Equal(boxes, p.boxes) {
		p.boxes = boxes
		vecty.Rerender(c)
	}
	overview := boxes["overview"]
	if n := Buckets(overview.w, overview.unit); n > 0 && n != p.buckets {
		p.buckets = n
		c.Props.OnBuckets(n)
	}
}

// measured are the plots below an element, by the keys of their lanes.
func measured(root js.Value) map[string]box {
	unit := rootSize() / 16
	boxes := map[string]box{}
	plots := root.Call("querySelectorAll", ".plot")
	for i := range plots.Length() {
		e := plots.Index(i)
		key := e.Get("parentElement").Get("dataset").Get("lane").String()
		boxes[key] = box{e.Get("clientWidth").Float(), e.Get("clientHeight").Float(), unit}
	}
	return boxes
}

// expect takes the plots to be as large as those of the page that stands there until this one does, so that lanes are
// drawn once.
func (p *page) expect() {
	if root := js.Global().Get("document").Call("getElementById", "signal"); p.boxes == nil && root.Truthy() {
		p.boxes = measured(root)
	}
}

// Buckets is how many buckets fit a plot of a width: one a pixel, in a number that calm divides, so that dashed
// lines can be merged.
func Buckets(width, unit float64) int {
	x := box{w: width, unit: unit}.across(0, 1)
	return int(x.End-x.Start) / calm * calm
}

// rootSize returns the size of a rem in CSS pixels.
func rootSize() float64 {
	style := js.Global().Call("getComputedStyle", js.Global().Get("document").Get("documentElement"))
	size, err := strconv.ParseFloat(strings.TrimSuffix(style.Get("fontSize").String(), "px"), 64)
	if err != nil {
		return 16
	}
	return size
}

// size is that of a plot as it was measured last.
func (p *page) size(l lane) box { return p.boxes[l.key] }

// SkipRender leaves the lanes as they are while neither what they show nor their sizes have changed: the page
// renders with every step of a training run, and the lanes are most of it.
func (c *Stack) SkipRender(prev vecty.Component) bool {
	p, ok := prev.(*Stack)
	return ok && maps.Equal(p.page.boxes, c.page.boxes) && p.Props.same(c.Props)
}

// left is a place in a plot as CSS, so many pixels from its left edge; wide is a width.
func (b box) left(x float64) string { return pixels(x) }
func (b box) wide(x float64) string { return pixels(x) }

// below is a place so many pixels below the upper edge of a plot.
func (b box) below(y float64, _ *chart.Frame) string { return pixels(y) }

func pixels(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) + "px" }
