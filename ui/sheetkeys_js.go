package ui

import (
	"strconv"
	"syscall/js"

	"cosinelab/ui/sheet"
	"cosinelab/ui/state"
)

// onSheetKey hears the keys of the sheet's heads and of its handle, and tells whether it was one of them.
func (p *Page) onSheetKey(e, target js.Value, key string) bool {
	if _, head, ok := data(target, "head"); ok {
		return onHeadKey(e, target, head, key)
	}
	if !target.Call("matches", ".spl").Bool() {
		return false
	}
	step := map[string]float64{"ArrowLeft": -1, "ArrowDown": -1, "ArrowRight": 1, "ArrowUp": 1, "PageDown": -10,
		"PageUp": 10}[key]
	if step == 0 {
		return false
	}
	if e.Get("shiftKey").Bool() {
		step /= 10
	}
	e.Call("preventDefault")
	if d := p.State.Sheet.Data; d.Split != nil {
		p.cutAt(100**d.Split + step)
	} else {
		now, _ := strconv.Atoi(target.Call("getAttribute", "aria-valuenow").String()) // the page wrote it
		p.cutAt(float64(now) + step)
	}
	return true
}

// onHeadKey goes from head to head by the arrow keys, and opens a head's list by Enter; Escape leads back.
func onHeadKey(e, target, head js.Value, key string) bool {
	if !target.Equal(head) { // in the list
		if key == "Escape" {
			e.Call("preventDefault")
			head.Call("focus")
		}
		return key == "Escape"
	}
	to := js.Null()
	switch key {
	case "ArrowLeft":
		to = head.Get("previousElementSibling")
	case "ArrowRight":
		to = head.Get("nextElementSibling")
	case "Home":
		to = head.Get("parentElement").Call("querySelector", "[data-head]")
	case "End":
		all := head.Get("parentElement").Call("querySelectorAll", "[data-head]")
		to = all.Index(all.Length() - 1)
	case "Enter", " ", "ArrowDown":
		list := head.Call("querySelector", "select")
		list.Call("focus")
		open(list)
	default:
		return false
	}
	e.Call("preventDefault")
	if to.Truthy() && to.Get("dataset").Get("head").Truthy() {
		head.Call("setAttribute", "tabindex", "-1")
		to.Call("setAttribute", "tabindex", "0")
		to.Call("focus")
		to.Call("scrollIntoView", map[string]any{"block": "nearest", "inline": "nearest"})
	}
	return true
}

// open shows the choices of a list; a browser that cannot, or does not like to, throws: then the arrow keys do.
func open(list js.Value) {
	defer func() { _ = recover() }()
	list.Call("showPicker")
}

// onCut follows the pointer with the cut, from a press on the strip until it is let go.
func (p *Page) onCut(e, target js.Value) {
	strip := target.Call("closest", ".tl")
	switch e.Get("type").String() {
	case "pointerdown":
		if !strip.Truthy() || !strip.Call("querySelector", ".spl").Truthy() || e.Get("button").Int() != 0 {
			return
		}
		e.Call("preventDefault") // of selecting text
		strip.Call("querySelector", ".spl").Call("focus")
		p.strip = strip
	case "pointermove":
	default:
		p.strip = js.Null()
	}
	if p.strip.Truthy() {
		box := p.strip.Call("getBoundingClientRect")
		p.cutAt(100 * (e.Get("clientX").Float() - box.Get("left").Float()) / box.Get("width").Float())
	}
}

// cutAt cuts at so many per cent of the rows.
func (p *Page) cutAt(percent float64) {
	p.Send(state.Decide{What: sheet.Share, Text: strconv.FormatFloat(percent, 'f', 1, 64)})
}
