package ui

import (
	"reflect"
	"syscall/js"

	"github.com/hexops/vecty"
	"github.com/hexops/vecty/elem"

	"cosinelab/assets/words"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
	"cosinelab/ui/signal"
	"cosinelab/ui/state"
)

// Page is the whole page: regions drawn from views of the state. Send takes what a person does and must not
// block: it runs inside the browser's events.
type Page struct {
	vecty.Core
	State   *state.State
	Send    func(state.Message)
	Drawn   func()                // called once the page is there: from then on it can be rendered again
	pointed string                // the arm whose row the pointer was on last; empty = none
	drops   [][]any               // files that were dropped or chosen, as File objects, oldest first
	strip   js.Value              // of the sheet, while its cut is dragged
	covered bool                  // the sheet lies over the lab
	bare    js.Func               // gives the lab back once it is gone; made when first needed
	line    *region[state.Causes] // kept, so that FollowCursor can render it alone
}

// Copy keeps vecty from holding on to every earlier render.
func (p *Page) Copy() vecty.Component {
	return &Page{State: p.State, Send: p.Send, Drawn: p.Drawn, drops: p.drops, strip: p.strip}
}

// Mount is called by vecty once the elements are on the page.
func (p *Page) Mount() { p.Drawn() }

// Render draws the page. Its regions are always the same ones: what is not there is empty, so that nothing
// moves when the state changes.
func (p *Page) Render() vecty.ComponentOrHTML {
	s := p.State
	w, control := s.Words, s.Bar()
	if p.line == nil {
		p.line = &region[state.Causes]{draw: causes}
	}
	p.line.View, p.line.Words = s.Causes(), w
	var place vecty.ComponentOrHTML
	p.uncover(s.Sheet != nil)
	if s.Sheet != nil {
		place = &importPlace{View: s.SheetView(), Words: w}
	}
	return elem.Body(
		elem.Anchor(vecty.Markup(class("skip"), vecty.Property("href", "#signal")),
			vecty.Text(w.Say("skip-to-signal"))),
		&region[state.Bar]{View: control, Words: w, draw: bar},
		elem.Div(vecty.Markup(class("page"), vecty.ClassMap{"scoring": s.New != nil}),
			&region[form.Recipe]{View: s.Recipe(), Words: w, draw: recipe},
			elem.Main(
				&region[results.Verdict]{View: s.Verdict(), Words: w, draw: verdict},
				&signal.Stack{Props: p.stack()},
				p.line,
				elem.Div(vecty.Markup(class("dock"), vecty.ClassMap{"listing": s.Alarms.Open || s.New != nil}),
					&region[results.Learning]{View: s.Learning(), Words: w, draw: learning},
					&region[results.Table]{View: s.Table(), Words: w, draw: resultsTable},
					&region[state.AlarmList]{View: s.AlarmList(), Words: w, draw: alarmList}))),
		&region[thumbBar]{View: thumbBar(control), Words: w,
			draw: func(w *words.Language, v thumbBar) *vecty.HTML { return thumb(w, state.Bar(v)) }},
		elem.Div(vecty.Markup(class("dropping")), elem.Span(vecty.Text(w.Say("drop-to-read"))),
			elem.Small(vecty.Text(w.Say("sheet-formats")))),
		place,
	)
}

// uncover gives the lab back once nothing lies over it any more: vecty tells no component that it is gone when
// nothing takes its place. The sheet is off the page when a microtask runs.
func (p *Page) uncover(covered bool) {
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
}

// thumbBar is the view of the run control of phones. The type differs from state.Bar so that its region does:
// the draw function is the same for every region of one view.
type thumbBar state.Bar
