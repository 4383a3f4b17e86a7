//go:build js

package main

import (
	"syscall/js"

	"github.com/hexops/vecty"

	"cosinelab/ui/frames"
	"cosinelab/wasm/tab"
)

// drawer draws a component: in the next frame what a person waits for, within a budget what the engine tells.
// A page that nobody sees has no frames, so that nothing is drawn there.
type drawer struct {
	page   vecty.Component
	drawn  func() // called when a frame has been drawn
	budget frames.Budget
	begun  float64  // when the frame began that is being drawn; 0 = none is
	asked  bool     // a frame is to come
	timer  js.Value // of news that wait; undefined = none wait

	frame, done, due js.Func // these stay for the life of the page
}

func newDrawer(page vecty.Component, drawn func()) *drawer {
	d := &drawer{page: page, drawn: drawn}
	call := func(do func()) js.Func {
		return js.FuncOf(func(js.Value, []js.Value) any {
			do()
			return nil
		})
	}
	d.frame, d.done, d.due = call(d.begin), call(d.end), call(d.now)
	return d
}

// now draws the page in the next frame. What the frame costs is known once the browser has painted it, which
// it does before it runs what a timer has waited for.
func (d *drawer) now() {
	if d.timer.Truthy() {
		js.Global().Call("clearTimeout", d.timer)
		d.timer = js.Undefined()
	}
	if !d.asked {
		d.asked = true
		js.Global().Call("requestAnimationFrame", d.frame)
	}
	vecty.Rerender(d.page)
}

// news draws the page when the budget allows it.
func (d *drawer) news() {
	if !d.asked && !d.timer.Truthy() {
		d.timer = js.Global().Call("setTimeout", d.due, d.budget.Wait(tab.SinceStart()))
	}
}

// begin is called before vecty renders in the same frame: it was asked for before.
func (d *drawer) begin() {
	d.asked, d.begun = false, tab.SinceStart()
	js.Global().Call("setTimeout", d.done, 0)
}

func (d *drawer) end() {
	d.budget.Spend(d.begun, tab.SinceStart())
	d.drawn()
}
