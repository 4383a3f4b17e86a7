// Package ui is the page as vecty components over the state.
package ui

import (
	"reflect"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/ui/chart"
	"cosinelab/ui/look"
	"cosinelab/ui/signal"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// region is a part of the page that is drawn from one view in one language, and only when either has changed.
// While a run trains the page is rendered with every step that it hears of, and most of it stays the same.
type region[V any] struct {
	vecty.Core
	View  V                                    `vecty:"prop"`
	Words *words.Language                      `vecty:"prop"`
	draw  func(*words.Language, V) *vecty.HTML // the same for every region of its V
	rest  func()                               // called before it is drawn; nil = it is small
}

// Copy keeps vecty from holding on to every earlier render.
func (r *region[V]) Copy() vecty.Component {
	return &region[V]{View: r.View, Words: r.Words, draw: r.draw, rest: r.rest}
}

// SkipRender leaves a region as it is while its view is the same, in the same language. A NaN differs from
// itself and would have its region drawn every time, hence results.Maybe.
func (r *region[V]) SkipRender(prev vecty.Component) bool {
	p, ok := prev.(*region[V])
	return ok && p.Words == r.Words && reflect.DeepEqual(p.View, r.View)
}

// Render draws the view.
func (r *region[V]) Render() vecty.ComponentOrHTML {
	if r.rest != nil {
		r.rest()
	}
	return r.draw(r.Words, r.View)
}

// do marks an element whose click is a message: what, with a value where one is needed.
func do(what, value string) vecty.Applyer {
	return vecty.Markup(vecty.Data("do", what), vecty.Data("value", value))
}

func class(names ...string) vecty.Applyer { return vecty.Class(names...) }

func attr(name string, value any) vecty.Applyer { return vecty.Attribute(name, value) }

// live marks what is said to those who do not see it when it changes: at once, or with what else is new (live.js).
func live(urgent bool) vecty.Applyer {
	if urgent {
		return vecty.Data("live", "urgent")
	}
	return vecty.Data("live", "polite")
}

// term is a word that opens its definition, which is the text of the key "define-" and its name; terms.js opens it.
// It is no element of type button: those do not flow with the text around them.
func term(name words.Key, text string) *vecty.HTML {
	return elem.Span(vecty.Markup(class("term"), attr("role", "button"), attr("tabindex", "0"),
		vecty.Data("term", string(name))), vecty.Text(text))
}

// defined is a term whose definition stands beside it.
func defined(text, says string) *vecty.HTML {
	return elem.Span(vecty.Markup(class("term"), attr("role", "button"), attr("tabindex", "0"),
		vecty.Data("term", "metric"), vecty.Data("says", says)), vecty.Text(text))
}

// rich renders text in which words between asterisks are strong, words between backquotes are code, and words in
// brackets are terms, [seeds|seed] the term seed. The words are text nodes, never HTML: what a file is called
// cannot become markup.
func rich(text string) vecty.List {
	var list vecty.List
	for i, part := range strings.Split(text, "*") {
		if i%2 == 1 {
			list = append(list, elem.Bold(vecty.Text(part)))
			continue
		}
		for j, piece := range strings.Split(part, "`") {
			if j%2 == 1 {
				list = append(list, elem.Code(vecty.Text(piece)))
			} else {
				list = append(list, terms(piece)...)
			}
		}
	}
	return list
}

// terms renders the terms in a text. Brackets without a name are those of a name that others have chosen.
func terms(text string) (list vecty.List) {
	for text != "" {
		before, rest, open := strings.Cut(text, "[")
		said, name, named := "", "", false
		inside, after, closed := strings.Cut(rest, "]")
		if open && closed {
			said, name, named = strings.Cut(inside, "|")
		}
		if !named {
			return append(list, elem.Span(vecty.Text(text)))
		}
		if before != "" {
			list = append(list, elem.Span(vecty.Text(before)))
		}
		list = append(list, term(words.Key(name), said))
		text = after
	}
	return list
}

// icons are drawn on a square of 16 units. A path that begins with an asterisk is filled; the others are
// lines.
var icons = []struct {
	name  string
	paths []string
}{
	{"play", []string{"*M4 2.5v11L13.5 8z"}},
	{"pause", []string{"*M3.5 3h3.2v10H3.5z", "*M9.3 3h3.2v10H9.3z"}},
	{"step", []string{"*M2.5 3v10L9.5 8z", "*M11 3h2.2v10H11z"}},
	{"stop", []string{"*M3.8 3.8h8.4v8.4H3.8z"}},
	{"reset", []string{"M3 8a5 5 0 1 0 1.6-3.7", "M4.7 1.6v3h3"}},
	{"lock", []string{"M3.8 7.3h8.4v6.2H3.8z", "M5.4 7.3V5.1a2.6 2.6 0 0 1 5.2 0v2.2"}},
	{"link", []string{"M6.6 9.4 9.4 6.6", "M7.2 4.4 8.6 3a3.1 3.1 0 0 1 4.4 4.4l-1.4 1.4",
		"M8.8 11.6 7.4 13A3.1 3.1 0 0 1 3 8.6l1.4-1.4"}},
	{"theme", []string{"M8 2.6a5.4 5.4 0 1 0 0 10.8a5.4 5.4 0 1 0 0-10.8z", "*M8 2.6a5.4 5.4 0 0 1 0 10.8z"}},
	{"keys", []string{"M1.7 4h12.6v8.2H1.7z", "M4 6.6h.1M6.7 6.6h.1M9.3 6.6h.1M12 6.6h.1M5 9.6h6"}},
	{"chip", []string{"M4.4 4.4h7.2v7.2H4.4z",
		"M6.4 2v2.4M9.6 2v2.4M6.4 11.6V14M9.6 11.6V14M2 6.4h2.4M2 9.6h2.4M11.6 6.4H14M11.6 9.6H14"}},
	{"gauge", []string{"M3 12.2a6 6 0 1 1 10 0", "M8 9.2 10.6 5.4"}},
	{"chevron", []string{"m4.8 6.4 3.2 3.2 3.2-3.2"}},
	{"check", []string{"m3.2 8.4 3.1 3.1 6.5-7"}},
	{"ask", []string{"M5.6 6.1a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.8-1.2 1.7", "M8 12.6v.1"}},
	{"warn", []string{"M8 2 14.6 13.6H1.4z", "M8 6.3v3.6M8 11.7v.1"}},
}

const svgNamespace = "http://www.w3.org/2000/svg"

// icon decorates: whoever uses it says in words what it means.
func icon(name string) *vecty.HTML {
	var paths vecty.List
	for _, i := range icons {
		if i.name != name {
			continue
		}
		for _, d := range i.paths {
			filled, isFilled := strings.CutPrefix(d, "*")
			kind := "ln"
			if isFilled {
				kind = "fill"
			}
			paths = append(paths, vecty.Tag("path", vecty.Markup(vecty.Namespace(svgNamespace),
				attr("d", filled), class(kind))))
		}
	}
	return vecty.Tag("svg", vecty.Markup(vecty.Namespace(svgNamespace), attr("viewBox", "0 0 16 16"),
		attr("aria-hidden", "true"), class("ic")), paths)
}

// brand is two output vectors and the angle between them.
func brand() *vecty.HTML {
	path := func(kind, d string) *vecty.HTML {
		return vecty.Tag("path", vecty.Markup(vecty.Namespace(svgNamespace), attr("d", d), class(kind)))
	}
	return vecty.Tag("svg", vecty.Markup(vecty.Namespace(svgNamespace), attr("viewBox", "0 0 28 20"),
		attr("aria-hidden", "true")),
		path("b1", "M3 17 24.5 12.5"), path("b2", "M3 17 16 2.5"),
		path("b3", "M12.2 15.1A9.5 9.5 0 0 0 9.3 10"))
}

func lookOf(l look.Look) chart.Look { return chart.LookOf(l.Kind, l.Nth) }

// sign is an arm's marker.
func sign(l look.Look) *vecty.HTML {
	return elem.Italic(vecty.Markup(class("mk")), signal.SVG(chart.Sign(lookOf(l), 12, 3.4), ""))
}
