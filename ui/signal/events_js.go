package signal

import (
	"math"
	"strconv"
	"syscall/js"

	"cosinelab/ui/chart"
)

// drag is what the pointer holds between pressing and letting go.
type drag struct {
	hold     hold
	arm      int     // index in Props.Arms of the arm whose threshold is held
	grip     grip    // of the brush
	from, to int     // the view when it began
	left     float64 // edge of the plot, in pixels of the window
	top      float64 // of the plot
	start    float64 // pixel in the plot
	wide     bool    // moved far enough to be meant as a drag
	// Of a threshold: where the pointer was last, how far from the threshold it holds the handle, in pixels, and the
	// plot that this is counted in.
	last, off float64
	in        box
	value     float64 // where it is now, which Props hold once they are drawn
}

// hold is what a drag moves.
type hold uint8

const (
	holdNothing hold = iota
	holdThreshold
	holdBrush
	holdZoom
)

// meant is how many pixels the pointer moves before a press becomes a drag.
const meant = 4

// onEvent hears everything that happens in the stack: one listener, as long as the stack is on the page.
func (c *Stack) onEvent(e js.Value) {
	switch e.Get("type").String() {
	case "pointerdown":
		c.onPress(e)
	case "pointermove":
		c.onMove(e)
	case "pointerup":
		c.onRelease(e)
	case "pointercancel":
		c.letGo()
	case "pointerover", "focusin":
		c.onArm(closest(e, ".lane-score"))
	case "pointerleave", "focusout":
		c.onArm(js.Null())
	case "dblclick":
		if handle := closest(e, ".handle"); handle.Truthy() {
			c.Props.OnBack(closest(e, ".lane").Get("dataset").Get("arm").String())
		}
		if closest(e, ".plot").Truthy() && !closest(e, ".handle").Truthy() {
			c.setView(0, c.Props.Steps)
		}
	case "keydown":
		c.onControlKey(e)
	case "change":
		if field := closest(e, ".channels input"); field.Truthy() {
			c.Props.OnChannels(field.Get("value").String())
		}
	}
}

// closest returns the element that an event is about, or the nearest around it, that a selector names; null =
// none.
func closest(e js.Value, selector string) js.Value {
	target := e.Get("target")
	if target.Get("closest").IsUndefined() {
		return js.Null()
	}
	return target.Call("closest", selector)
}

// onArm tells which arm's lane the pointer or the focus is on. While something is dragged it stays with its
// arm.
func (c *Stack) onArm(lane js.Value) {
	arm := ""
	if lane.Truthy() {
		arm = lane.Get("dataset").Get("arm").String()
	}
	if c.page.drag.hold == holdNothing && arm != c.page.arm {
		c.page.arm = arm
		c.Props.OnFocus(arm)
	}
}

// onPress takes hold of what is under the pointer. A press in a lane is a zoom only once the pointer has
// moved, so that a click or a double click does not zoom.
func (c *Stack) onPress(e js.Value) {
	plot := closest(e, ".plot")
	if e.Get("button").Int() != 0 || !plot.Truthy() || c.Props.Steps == 0 {
		return
	}
	at := plot.Call("getBoundingClientRect")
	d := drag{from: c.Props.From, to: c.Props.To, left: at.Get("left").Float(), top: at.Get("top").Float()}
	d.start = e.Get("clientX").Float() - d.left
	lane := plot.Get("parentElement").Get("dataset").Get("lane").String()
	switch {
	case closest(e, ".handle").Truthy():
		d.hold, d.arm, d.last = holdThreshold, c.armOf(lane), e.Get("clientY").Float()
	case lane == "overview":
		d = c.takeBrush(d)
	case closest(e, ".timed").Truthy():
		d.hold = holdZoom
	}
	c.page.drag = d
	if d.hold == holdBrush {
		c.capture(e)
	}
}

// armOf returns the index of the arm whose lane has a key; -1 = the lane has left since.
func (c *Stack) armOf(key string) int {
	for _, l := range c.page.lanes {
		if l.key == key {
			return l.index
		}
	}
	return -1
}

// capture sends the pointer's events to the stack until it is let go, also from outside the stack.
func (c *Stack) capture(e js.Value) { c.page.root.Call("setPointerCapture", e.Get("pointerId")) }

// overviewScale is that of the whole test part, in pixels of the overview's plot.
func (c *Stack) overviewScale() chart.Scale {
	return c.page.boxes["overview"].across(0, c.Props.Steps)
}

// takeBrush takes the brush where it is pressed; beside it, the brush first comes to the pointer.
func (c *Stack) takeBrush(d drag) drag {
	x := c.overviewScale()
	d.hold = holdBrush
	g, ok := gripAt(d.start, x.At(float64(d.from)), x.At(float64(d.to)), c.page.boxes["overview"].unit)
	d.grip = g
	if !ok {
		d.from, d.to = c.Props.panned(int(x.Value(d.start)) - (d.from+d.to)/2)
		c.setView(d.from, d.to)
	}
	return d
}

// onMove drags what is held, or moves the cursor.
func (c *Stack) onMove(e js.Value) {
	d := &c.page.drag
	at := e.Get("clientX").Float() - d.left
	switch d.hold {
	case holdNothing:
		if plot := closest(e, ".timed .plot"); plot.Truthy() && c.Props.Steps > 0 {
			c.hoverAt(e.Get("clientX").Float() - plot.Call("getBoundingClientRect").Get("left").Float())
		}
	case holdThreshold:
		c.dragThreshold(e)
	case holdBrush:
		x := c.overviewScale()
		by := (at - d.start) / (x.End - x.Start) * float64(c.Props.Steps)
		c.setView(brushed(d.grip, d.from, d.to, int(by), c.Props.Steps))
	case holdZoom:
		c.dragZoom(e, at)
	}
}

// setView reports a new view, and goes on from it until the next Props, which a render brings: keys may come
// faster than renders.
func (c *Stack) setView(from, to int) {
	c.Props.From, c.Props.To = from, to
	c.Props.OnView(from, to)
}

// dragThreshold moves the threshold that is held with the pointer. The arm may have left since the press. A lane
// that is held grows: the threshold then stays, and the pointer holds the handle elsewhere. The pointer is captured
// only now: a captured pointer has no double clicks.
func (c *Stack) dragThreshold(e js.Value) {
	d, at := &c.page.drag, e.Get("clientY").Float()
	if d.arm < 0 || d.arm >= len(c.Props.Arms) || !d.wide && math.Abs(at-d.last) < meant/2 {
		return
	}
	a := &c.Props.Arms[d.arm]
	key := scoreKey(a.Name)
	plot := c.page.root.Call("querySelector", ".lane[data-arm="+strconv.Quote(a.Name)+"] .plot")
	if !plot.Truthy() {
		return
	}
	if !d.wide {
		d.wide, d.value = true, a.Threshold
		c.capture(e)
	}
	y, top := c.page.stack.scoreScale(d.arm, c.page.boxes[key]), plot.Call("getBoundingClientRect").Get("top").Float()
	if in := c.page.boxes[key]; d.in != in {
		d.in, d.off = in, d.last-top-y.At(d.value)
	}
	d.last = at
	d.value = y.Value(min(max(at-top-d.off, y.End), y.Start))
	c.Props.OnHold(a.Name, d.value)
}

// dragZoom marks what is about to be zoomed to. The pointer is captured only now: a captured pointer has no
// double clicks.
func (c *Stack) dragZoom(e js.Value, at float64) {
	d := &c.page.drag
	if !d.wide && at-d.start < meant && d.start-at < meant {
		return
	}
	if !d.wide {
		d.wide = true
		c.capture(e)
	}
	c.showZoom(d.start, at)
	c.pointAt(at)
}

// onRelease lets go, and zooms to the part that was marked.
func (c *Stack) onRelease(e js.Value) {
	d := c.page.drag
	c.letGo()
	if d.hold == holdZoom && d.wide {
		a, b := c.stepAt(d.start), c.stepAt(e.Get("clientX").Float()-d.left)
		from, to := bound(min(a, b), max(a, b)+1, c.Props.Steps)
		c.setView(from, to)
	}
}

// letGo forgets what was held, also when the browser took the pointer away.
func (c *Stack) letGo() {
	d := c.page.drag
	c.page.drag = drag{}
	if d.hold == holdThreshold && d.wide && d.arm < len(c.Props.Arms) {
		c.Props.OnThreshold(c.Props.Arms[d.arm].Name, d.value)
	}
	c.showZoom(0, 0)
}

// Keys of the brush: a pan moves by a share of the view, a zoom multiplies it.
const (
	panShare   = 0.1
	zoomFactor = 0.8
	shiftMore  = 10 // times, with Shift, for a threshold
)

// onControlKey gives a key to the control that has the focus.
func (c *Stack) onControlKey(e js.Value) {
	handled := false
	switch {
	case closest(e, ".brush").Truthy():
		handled = c.onBrushKey(e.Get("key").String())
	case closest(e, ".handle").Truthy():
		handled = c.onHandleKey(e)
	case closest(e, ".channels input").Truthy():
		c.onFieldKey(e)
	}
	if handled {
		e.Call("preventDefault")
		e.Call("stopPropagation") // the arrows mean something else to the rest of the page
	}
}

// onBrushKey pans and zooms; it tells whether the key means anything to the brush.
func (c *Stack) onBrushKey(key string) bool {
	p := &c.Props
	by := max(1, int(panShare*float64(p.To-p.From)))
	switch key {
	case "ArrowLeft":
		c.setView(p.panned(-by))
	case "ArrowRight":
		c.setView(p.panned(by))
	case "+", "=":
		c.setView(p.zoomed(zoomFactor, p.anchor()))
	case "-":
		c.setView(p.zoomed(1/zoomFactor, p.anchor()))
	case "Home":
		c.setView(p.panned(-p.Steps))
	case "End":
		c.setView(p.panned(p.Steps))
	default:
		return false
	}
	return true
}

// onHandleKey moves the threshold of the handle in focus; it tells whether the key means anything to it.
func (c *Stack) onHandleKey(e js.Value) bool {
	arm := closest(e, ".lane").Get("dataset").Get("arm").String()
	by := 1
	if e.Get("shiftKey").Bool() {
		by = shiftMore
	}
	switch e.Get("key").String() {
	case "ArrowUp", "ArrowRight":
	case "ArrowDown", "ArrowLeft":
		by = -by
	case "Home":
		by = -math.MaxInt32
	case "End":
		by = math.MaxInt32
	case "Backspace", "Delete":
		c.Props.OnBack(arm)
		return true
	default:
		return false
	}
	c.Props.OnRank(arm, by)
	return true
}

// onFieldKey takes the typed channels with Enter, and puts the old ones back with Escape. Both leave the
// field.
func (c *Stack) onFieldKey(e js.Value) {
	field := e.Get("target")
	switch e.Get("key").String() {
	case "Escape":
		field.Set("value", c.Props.ChannelsTyped)
	case "Enter":
	default:
		return
	}
	e.Call("stopPropagation")
	field.Call("blur")
}

// onKey hears the keys that work wherever the focus is, unless somebody types: brackets go to the true
// anomaly before or after the cursor, braces to the alarm.
func (c *Stack) onKey(e js.Value) {
	if closest(e, "input, textarea, select, [contenteditable]").Truthy() || e.Get("metaKey").Bool() {
		return
	}
	dir, spans := 1, c.Props.Truth
	switch e.Get("key").String() {
	case "[":
		dir = -1
	case "]":
	case "{":
		dir, spans = -1, c.Props.raised()
	case "}":
		spans = c.Props.raised()
	default:
		return
	}
	if from, to, step, ok := c.Props.jump(spans, dir); ok {
		c.setView(from, to)
		c.moveCursor(step)
	}
}
