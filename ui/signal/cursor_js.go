package signal

import (
	"math"
	"strconv"
	"syscall/js"

	"cosinelab/ui/chart"
)

// scale is that of the lanes, with pixels counted from the left edge of a plot: the plots of all lanes are
// equally wide.
func (c *Stack) scale() chart.Scale {
	return c.page.boxes["axis"].across(c.Props.From, c.Props.To)
}

// hoverAt moves the cursor, unless the pointer is beside the steps, at a label or a handle.
func (c *Stack) hoverAt(pixel float64) {
	if x := c.scale(); x.Start <= pixel && pixel <= x.End {
		c.pointAt(pixel)
	}
}

// pointAt keeps the step under the pointer for the next frame. A frame is asked for once, however many events
// precede it.
func (c *Stack) pointAt(pixel float64) {
	waits := c.page.hover >= 0
	c.page.hover = c.stepAt(pixel)
	if !waits {
		js.Global().Call("requestAnimationFrame", c.page.frame)
	}
}

// stepAt returns the step in view at a pixel of a plot; beside the plot, the nearest one.
func (c *Stack) stepAt(pixel float64) int {
	return min(max(int(c.scale().Value(pixel)), c.Props.From), c.Props.To-1)
}

// followPointer moves the cursor once a frame to where the pointer was last: events come faster than frames.
func (c *Stack) followPointer() {
	step := c.page.hover
	c.page.hover = -1
	if step >= 0 && step != c.Props.Cursor {
		c.moveCursor(step)
	}
}

// moveCursor moves the cursor and reports it. Nothing is rendered: the elements that show it are changed in
// place.
func (c *Stack) moveCursor(step int) {
	c.Props.Cursor = step
	c.showCursor()
	c.Props.OnCursor(step)
}

// showCursor places the cursor and writes the values under it.
func (c *Stack) showCursor() {
	p := &c.page
	step := c.Props.Cursor
	inside := c.Props.From <= step && step < c.Props.To && p.boxes["axis"].w > 0
	line, label := p.root.Call("querySelector", ".cursor"), p.root.Call("querySelector", ".cursor-step")
	line.Set("hidden", !inside)
	label.Set("hidden", !inside)
	// Far from every label, so that none is hidden while there is no cursor.
	at := math.Inf(-1)
	if inside {
		at = c.scale().At(float64(step) + 0.5)
		line.Get("style").Set("left", pixels(c.leftOfPlots()+at))
		label.Set("textContent", c.Props.moment(step))
		// With a time it is as wide as several labels: it stays beside the edge that it would reach over.
		half := label.Get("offsetWidth").Float() / 2
		label.Get("style").Set("left", pixels(max(half, min(at, p.boxes["axis"].w-half))))
	}
	c.clearLabels(at)
	// The places stand on the page in the order of readouts, lane by lane.
	places := p.root.Call("querySelectorAll", ".value")
	for i, text := range readouts(c.Props.Words.Numbers, p.lanes, step) {
		if place := places.Index(i); place.Truthy() {
			place.Set("textContent", text)
		}
	}
}

// leftOfPlots returns how far the plots are from the left edge of the lanes, in pixels.
func (c *Stack) leftOfPlots() float64 {
	return c.page.root.Call("querySelector", ".lane-axis .plot").Get("offsetLeft").Float()
}

// labelWidth is the room that the cursor's step needs among the labels of the axis, in pixels at the base
// text size.
const labelWidth = 44

// clearLabels hides the labels of the time axis that the cursor's step would cover.
func (c *Stack) clearLabels(at float64) {
	labels := c.page.root.Call("querySelectorAll", ".lane-axis text")
	for i := range labels.Length() {
		label := labels.Index(i)
		x, err := strconv.ParseFloat(label.Call("getAttribute", "x").String(), 64)
		room := labelWidth * c.page.boxes["axis"].unit
		if len(c.Props.Times) > 0 {
			room *= 2.5
		}
		near := err == nil && math.Abs(x-at) < room
		label.Get("classList").Call("toggle", "covered", near)
	}
}

// showZoom marks the part between two pixels of a plot that a drag is about to zoom to; none when they are
// equal.
func (c *Stack) showZoom(from, to float64) {
	p := &c.page
	from, to = min(from, to), max(from, to)
	zoom := p.root.Call("querySelector", ".zoom")
	zoom.Set("hidden", from == to)
	x := c.scale()
	from, to = max(from, x.Start), min(to, x.End)
	zoom.Get("style").Set("left", pixels(c.leftOfPlots()+from))
	zoom.Get("style").Set("width", pixels(max(0, to-from)))
}
