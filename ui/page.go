package ui

import (
	"cosinelab/assets/words"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
	"cosinelab/ui/signal"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// Page is the whole page: regions drawn from views of the state. Send takes what a person does and must not
// block: it runs inside the browser's events.
type Page struct {
	vecty.Core
	State *state.State
	Send  func(state.Message)
	Drawn func() // called once the page is there: from then on it can be rendered again
	// Rest is called between the parts of the first render, and may let the browser do something else: what it changes
	// of the state is drawn once the page is there. nil = it is done in one go.
	Rest func()
	// These are kept, so that they can be rendered alone: see FollowCursor and FollowThreshold.
	line   *region[state.Causes]
	charts *signal.Stack
	within *region[state.InsideView]
	learn  results.Learning // as it was drawn last, as is table
	table  results.Table
	hands
}

// Copy keeps vecty from holding on to every earlier render.
func (p *Page) Copy() vecty.Component {
	return &Page{State: p.State, Send: p.Send, Drawn: p.Drawn, Rest: p.Rest, hands: p.hands.copied()}
}

// Mount is called by vecty once the elements are on the page.
func (p *Page) Mount() {
	p.Rest = nil
	p.Drawn()
}

func (p *Page) rest() {
	if p.Rest != nil {
		p.Rest()
	}
}

// Render draws the page. Its regions are always the same ones: what is not there is empty, so that nothing
// moves when the state changes.
func (p *Page) Render() vecty.ComponentOrHTML {
	s := p.State
	w, control := s.Words, s.Bar()
	if p.line == nil {
		p.line, p.charts = &region[state.Causes]{draw: causes, rest: p.rest}, &signal.Stack{Rest: p.rest}
		p.within = &region[state.InsideView]{draw: inside, rest: p.rest}
	}
	p.line.View, p.line.Words, p.charts.Props = s.Causes(), w, p.stack()
	p.within.View, p.within.Words = s.InsideView(), w
	p.rest()
	listing := s.Alarms.Open || s.New != nil
	if !listing { // the list of alarms stands in their place: nobody sees them
		p.learn = s.Learning()
		p.rest()
		p.table = s.Table()
		p.rest()
	}
	settings, claim := s.Recipe(), s.Verdict()
	p.rest()
	return elem.Body(
		elem.Anchor(vecty.Markup(class("skip"), vecty.Property("href", "#signal")),
			vecty.Text(w.Say("skip-to-signal"))),
		&region[state.Bar]{View: control, Words: w, draw: bar, rest: p.rest},
		elem.Div(vecty.Markup(class("page"), vecty.ClassMap{"scoring": s.New != nil, "within": (s.Inside.Open || s.Where) && s.New == nil}),
			&region[form.Recipe]{View: settings, Words: w, draw: recipe, rest: p.rest},
			elem.Main(
				&region[results.Verdict]{View: claim, Words: w, draw: verdict, rest: p.rest},
				p.charts,
				p.within,
				elem.Section(vecty.Markup(class("where"), vecty.Property("hidden", !s.Where || s.New != nil))), // explorer.js fills it
				p.line,
				elem.Div(vecty.Markup(class("dock"), vecty.ClassMap{"listing": listing}),
					&region[results.Learning]{View: p.learn, Words: w, draw: learning, rest: p.rest},
					&region[results.Table]{View: p.table, Words: w, draw: resultsTable, rest: p.rest},
					&region[state.AlarmList]{View: s.AlarmList(), Words: w, draw: alarmList, rest: p.rest}))),
		&region[thumbBar]{View: thumbOf(control), Words: w, rest: p.rest,
			draw: func(w *words.Language, v thumbBar) *vecty.HTML { return thumb(w, state.Bar(v)) }},
		elem.Div(vecty.Markup(class("dropping")), elem.Span(vecty.Text(w.Say("drop-to-read"))),
			elem.Small(vecty.Text(w.Say("sheet-formats")))),
		p.place(),
	)
}

// thumbBar is the view of the run control of phones. The type differs from state.Bar so that its region does:
// the draw function is the same for every region of one view.
type thumbBar state.Bar

// thumbOf leaves out what the control of phones does not show, and what changes all the time.
func thumbOf(v state.Bar) thumbBar {
	v.Status, v.Segments = nil, nil
	return thumbBar(v)
}
