package ui

import (
	"reflect"
	"syscall/js"

	"cosinelab/ui/signal"
	"cosinelab/ui/vecty"
)

// hands is what a page knows of the person before it.
type hands struct {
	pointed string   // the arm whose row the pointer was on last; empty = none
	drops   [][]any  // files that were dropped or chosen, as File objects, oldest first
	strip   js.Value // of the sheet, while its cut is dragged
	covered bool     // the sheet lies over the lab
	bare    js.Func  // gives the lab back once it is gone; made when first needed
}

func (p hands) copied() hands { return hands{drops: p.drops, strip: p.strip} }

// PlotWidth is how wide the plots of the charts are on the page that stands there, in pixels; 0 = there are none.
func PlotWidth() int {
	plot := js.Global().Get("document").Call("querySelector", ".stack .plot")
	if !plot.Truthy() {
		return 0
	}
	return signal.Buckets(plot.Get("clientWidth").Float(), textUnit())
}

// place is what lies over the lab: the sheet of a file, if one is open.
func (p *Page) place() vecty.ComponentOrHTML {
	s := p.State
	p.uncover(s.Sheet != nil)
	if s.Sheet == nil {
		return nil
	}
	return &importPlace{View: s.SheetView(), Words: s.Words}
}

// uncover gives the lab back once nothing lies over it any more: vecty tells no component that it is gone when
// nothing takes its place. The sheet is off the page when a microtask runs.
func (p *hands) uncover(covered bool) {
	if p.covered && !covered {
		if p.bare.IsUndefined() {
			p.bare = js.FuncOf(func(js.Value, []js.Value) any {
				uncovered()
				return nil
			})
		}
		js.Global().Call("queueMicrotask", p.bare)
	}
	p.covered = covered
}

// FollowCursor draws what depends on the cursor and is not drawn by the charts themselves. The cursor moves
// at pointer speed, so that only what has changed is drawn.
func (p *Page) FollowCursor() {
	if v := p.State.Causes(); !reflect.DeepEqual(v, p.line.View) {
		p.line.View = v
		vecty.Rerender(p.line)
	}
	if v := p.State.InsideView(); v.Open && !reflect.DeepEqual(v, p.within.View) {
		p.within.View = v
		vecty.Rerender(p.within)
	}
}

// FollowThreshold draws the charts, in which alone a threshold moves before it is judged.
func (p *Page) FollowThreshold() {
	p.charts.Props = p.stack()
	vecty.Rerender(p.charts)
}
