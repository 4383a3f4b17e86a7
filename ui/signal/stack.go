package signal

import (
	"strconv"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// Stack is the component: lanes over one time axis, from Props alone. vecty draws the lanes; page writes what
// moves at pointer speed straight to the elements.
type Stack struct {
	vecty.Core
	Props Props  `vecty:"prop"`
	Rest  func() // called before each lane is drawn
	page  page   // what is known of the elements on the page

	traces traces
}

// Copy keeps vecty from holding on to every earlier render. The copy has page too: SkipRender compares its
// sizes.
func (c *Stack) Copy() vecty.Component {
	cpy := *c
	cpy.Core = vecty.Core{}
	return &cpy
}

// Render draws the lanes into the plots as they were measured last; the first time they are empty. The lanes
// have no keys: vecty takes keyed elements out and puts them back on every render, and what was focused in
// them no longer is.
func (c *Stack) Render() vecty.ComponentOrHTML {
	c.page.expect()
	s := newStack(&c.Props, &c.traces)
	lanes := s.lanes()
	c.page.rendered(s, lanes)
	rows := vecty.List{cursor(), zoom()}
	// The overview and the funnel are outside the box that the cursor and a zoom cover.
	for _, l := range lanes[2:] {
		c.Rest()
		rows = append(rows, c.lane(s, l))
	}
	var table vecty.List
	if c.Props.Table {
		heads, cells := s.table()
		table = vecty.List{Listing(s.Words.Say("stack-signal"), s.Words.Say("stack-table-note"), heads, cells)}
	}
	c.Rest()
	return elem.Section(
		vecty.Markup(vecty.Class("stack"), vecty.ClassMap{"tabled": c.Props.Table}, vecty.Property("id", "signal"),
			vecty.Attribute("aria-label", s.Words.Say("stack-signal"))),
		c.header(),
		elem.Div(vecty.Markup(vecty.Class("lanes"), vecty.Data("focus", c.Props.Focus)),
			c.lane(s, lanes[0]),
			c.lane(s, lanes[1]),
			elem.Div(vecty.Markup(vecty.Class("timed")), rows),
		),
		elem.Div(vecty.Markup(vecty.Class("tables"), vecty.Property("hidden", !c.Props.Table)), table),
	)
}

// header is the title, the key to the charts, and the field of the channels.
func (c *Stack) header() *vecty.HTML {
	p := &c.Props
	w := p.Words
	return elem.Div(
		vecty.Markup(vecty.Class("stack-h")),
		elem.Heading2(tab(w.Say("stack-signal"), "signal", true), tab(w.Say("inside-tab"), "inside", false),
			tab(w.Say("place-where"), "where", false)),
		elem.Paragraph(vecty.Markup(vecty.Class("key")), keys(p)),
		elem.Button(vecty.Markup(vecty.Class("lnk"), vecty.Data("do", "random"),
			vecty.Property("hidden", !p.CanRandom), vecty.Property("title", w.Say("stack-random-title")),
			vecty.Attribute("aria-pressed", strconv.FormatBool(p.Random))), vecty.Text(w.Say("stack-random"))),
		elem.Button(vecty.Markup(vecty.Class("lnk"), vecty.Data("do", "tabled"),
			vecty.Attribute("aria-pressed", strconv.FormatBool(p.Table))), vecty.Text(w.Say("epochs-table"))),
		elem.Label(
			vecty.Markup(vecty.Class("channels"), vecty.Property("hidden", p.ScoresOnly),
				vecty.MarkupIf(p.ChannelsError != "", vecty.Class("wrong"))),
			elem.Span(vecty.Text(w.Say("stack-channels"))),
			elem.Input(vecty.Markup(vecty.Class("n"),
				vecty.Property("title", w.Say("stack-channels-hint")),
				vecty.Attribute("aria-invalid", strconv.FormatBool(p.ChannelsError != "")),
				vecty.Attribute("autocomplete", "off"), vecty.Attribute("size", 6),
				vecty.MarkupIf(still, vecty.Property("value", p.ChannelsTyped)))),
			elem.Span(vecty.Markup(vecty.Class("n", "dim")),
				vecty.Text(w.Say("stack-channels-of", p.ChannelsAll))),
			elem.Span(vecty.Markup(vecty.Class("why"), vecty.Data("live", "urgent")),
				vecty.Text(p.ChannelsError)),
		),
	)
}

// tab is a heading that can be pressed: the charts can give their place to what is inside a student.
func tab(text, press string, on bool) *vecty.HTML {
	return elem.Button(vecty.Markup(vecty.Class("tab"), vecty.Data("do", press),
		vecty.Attribute("aria-pressed", strconv.FormatBool(on))), vecty.Text(text))
}

// keys explains the truth and the alarms, or says what is shown of a training run; without labels there is no truth to explain.
func keys(p *Props) vecty.List {
	key := func(class, text string) *vecty.HTML {
		return elem.Span(elem.Italic(vecty.Markup(vecty.Class(class))), vecty.Text(text))
	}
	w := p.Words
	if p.Live != "" {
		live := vecty.List{elem.Span(vecty.Markup(vecty.Class("k-live")), vecty.Text(p.Live))}
		if p.Labelled {
			live = append(live, key("k-truth", w.Say("stack-truth")))
		}
		return live
	}
	if !p.Labelled {
		return vecty.List{key("k-right", w.Say("stack-alarm"))}
	}
	return vecty.List{key("k-truth", w.Say("stack-truth")), key("k-right", w.Say("stack-right")),
		key("k-false", w.Say("stack-false")), key("k-missed", w.Say("stack-missed"))}
}

// laneClasses are the style classes of lanes by kind.
var laneClasses = [...]string{
	overview: "lane-overview", funnel: "lane-funnel", channel: "lane-channel", cosine: "lane-cosine",
	score: "lane-score",
	axis:  "lane-axis",
}

// lane is one row: what it is, its plot, its values.
func (c *Stack) lane(s *stack, l lane) *vecty.HTML {
	box := c.page.size(l)
	arm := ""
	if l.kind == score {
		arm = s.Arms[l.index].Name
	}
	return elem.Div(
		vecty.Markup(vecty.Class("lane", laneClasses[l.kind], "nth-"+strconv.Itoa(l.index)),
			vecty.Data("lane", l.key),
			vecty.MarkupIf(arm != "", vecty.Data("arm", arm)),
			vecty.MarkupIf(arm != "" && s.Held == arm, vecty.Class("held")),
			vecty.MarkupIf(arm != "" && s.Focus != "" && s.Focus != arm, vecty.Class("faded"))),
		elem.Div(vecty.Markup(vecty.Class("ll")),
			elem.Bold(vecty.Markup(vecty.Property("title", l.whole)), sign(l),
				titled(l)),
			elem.Span(vecty.Text(l.sub))),
		elem.Div(vecty.Markup(vecty.Class("plot")),
			Stretching(s.figure(l, box), l.say, s.frame(l)),
			s.control(l, box)),
		elem.Div(vecty.Markup(vecty.Class("rr")), s.readout(l, box)),
	)
}

// sign is an arm's marker before its name.
func sign(l lane) vecty.MarkupOrChild {
	if l.look == nil {
		return nil
	}
	return SVG(chart.Sign(*l.look, 12, 3.4), "")
}

// control is what stands in a plot beside its figure: what a person can take hold of, and the step of the
// cursor.
func (s *stack) control(l lane, b box) vecty.MarkupOrChild {
	switch {
	case l.kind == axis:
		return cursorStep()
	case b.w == 0 || b.h == 0 || s.Steps == 0:
		return nil
	case l.kind == overview:
		return s.brush(b)
	case l.kind == score && s.Arms[l.index].hasThreshold() && !s.ScoresOnly && s.Arms[l.index].Adjusted == "":
		return s.handle(l, b)
	}
	return nil
}

// brush is the part of the overview in view. It is a slider to those who do not see it: its value is the
// first step.
func (s *stack) brush(b box) *vecty.HTML {
	x := b.across(0, s.Steps)
	from, to := x.At(float64(s.From)), x.At(float64(s.To))
	return elem.Div(vecty.Markup(
		vecty.Class("brush"), vecty.Attribute("tabindex", 0), vecty.Attribute("role", "slider"),
		vecty.Attribute("aria-label", s.Words.Say("stack-brush")),
		vecty.Attribute("aria-valuemin", 0), vecty.Attribute("aria-valuemax", s.Steps),
		vecty.Attribute("aria-valuenow", s.From),
		vecty.Attribute("aria-valuetext", s.Words.Say("say-brush", s.Words.Count(s.From),
			s.Words.Count(s.To))),
		vecty.Style("left", b.left(from)), vecty.Style("width", b.wide(to-from))))
}

// handle moves an arm's threshold. It sits right of the plot, so that it never hides data.
func (s *stack) handle(l lane, b box) *vecty.HTML {
	a := &s.Arms[l.index]
	return elem.Div(vecty.Markup(
		vecty.Class("handle"), vecty.Attribute("tabindex", 0), vecty.Attribute("role", "slider"),
		vecty.Attribute("aria-orientation", "vertical"), vecty.Property("title", s.Words.Say("stack-threshold-keys")),
		vecty.Attribute("aria-label", s.Words.Say("stack-threshold-of", a.Label)),
		vecty.Attribute("aria-valuemin", 0),
		vecty.Attribute("aria-valuemax", s.top), vecty.Attribute("aria-valuenow", a.Threshold),
		vecty.Attribute("aria-valuetext", number(s.Words.Numbers, a.Threshold)+". "+s.sayAlarms(l.index)),
		vecty.Style("left", b.left(b.w-rightOfPlot*b.unit)),
		vecty.Style("top", b.below(s.scoreScale(l.index, b).At(a.Threshold), s.frame(l)))))
}

// readout is what stands right of a plot: the legend with the values at the cursor, or what the alarms come
// to. The values themselves are written by page.refresh, at pointer speed.
func (s *stack) readout(l lane, b box) vecty.List {
	switch l.kind {
	case overview:
		if s.Steps == 0 {
			return nil
		}
		return vecty.List{elem.Paragraph(elem.Span(vecty.Text(s.Words.Say("stack-in-view"))),
			elem.Bold(vecty.Markup(vecty.Class("n")),
				vecty.Text(s.Words.Say("stack-steps-in-view", s.Words.Count(s.To-s.From)))))}
	case score:
		return s.tally(l)
	case axis:
		return vecty.List{elem.Span(vecty.Text(l.sub))}
	}
	var rows vecty.List
	for _, e := range l.legend {
		rows = append(rows, elem.Paragraph(SVG(chart.Sample(e.class, e.look, 22, 10, 3), ""),
			elem.Span(vecty.Text(e.text)), value()))
	}
	return rows
}

// titled is a lane's title, which is a term where no arm has given it its name.
func titled(l lane) *vecty.HTML {
	if l.kind == cosine {
		return elem.Span(vecty.Markup(vecty.Class("term"), vecty.Attribute("role", "button"),
			vecty.Attribute("tabindex", "0"), vecty.Data("term", "cosine")), vecty.Text(l.title))
	}
	return vecty.Tag("bdi", vecty.Text(l.title))
}

// value is the place of one value at the cursor, which page fills. No other element in a readout is strong,
// so that vecty never turns one of these, with what page has written into it, into something else.
func value() *vecty.HTML {
	return elem.Strong(vecty.Markup(vecty.Class("n", "value")), vecty.If(still, vecty.Text("–")))
}

// tally counts the alarms of an arm in view, and has the place of its score at the cursor.
func (s *stack) tally(l lane) vecty.List {
	adjusted := s.Arms[l.index].Adjusted
	if l.legend == nil && (adjusted == "" || l.empty != "") {
		return nil
	}
	w, m := s.Words, s.marks[l.index]
	count := func(n int, text string) *vecty.HTML {
		return elem.Paragraph(elem.Bold(vecty.Markup(vecty.Class("n")), vecty.Text(strconv.Itoa(n))),
			elem.Span(vecty.Text(text)))
	}
	at := elem.Paragraph(vecty.Markup(vecty.Class("at")), elem.Span(vecty.Text(w.Say("stack-score"))),
		value())
	if adjusted != "" {
		at = elem.Paragraph(vecty.Markup(vecty.Class("at")), elem.Bold(vecty.Markup(vecty.Class("n")),
			vecty.Text(adjusted)))
	}
	if s.Arms[l.index].Live != "" {
		return vecty.List{at}
	}
	if !s.Labelled {
		return vecty.List{count(m.found, w.Say("stack-alarms")), at}
	}
	return vecty.List{count(m.found, w.Say("stack-segments", m.segments)), at,
		count(m.false, w.Say("stack-false-alarms"))}
}

// cursor is the line through all lanes, cursorStep the step it is at, on the axis; zoom is the part that a
// drag is about to zoom to. page places all of them, at pointer speed. A control and the step have different
// tags: vecty would take one for the other when the number of lanes changes, with what page has written to
// it.
func cursor() *vecty.HTML {
	return elem.Div(vecty.Markup(vecty.Class("cursor"), vecty.Property("hidden", true)))
}

func cursorStep() *vecty.HTML {
	return elem.Span(vecty.Markup(vecty.Class("cursor-step", "n"), vecty.Property("hidden", true)))
}

func zoom() *vecty.HTML {
	return elem.Div(vecty.Markup(vecty.Class("zoom"), vecty.Property("hidden", true)))
}
