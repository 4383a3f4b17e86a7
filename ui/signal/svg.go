package signal

import (
	"fmt"
	"reflect"
	"strconv"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
)

// picture is a figure on the page, which is rendered only when it shows something else: most of what the page
// consists of is in figures.
type picture struct {
	vecty.Core
	Figure chart.Figure `vecty:"prop"`
	Say    string       `vecty:"prop"`

	frame *chart.Frame // within which it can be stretched; nil = it cannot be
}

// SVG shows a figure. say is its name with a summary, for those who do not see it; empty = it only decorates.
func SVG(f chart.Figure, say string) vecty.Component { return &picture{Figure: f, Say: say} }

// Stretching is SVG of a figure that can be stretched within a frame, where nobody can draw it anew.
func Stretching(f chart.Figure, say string, within *chart.Frame) vecty.Component {
	return &picture{Figure: f, Say: say, frame: within}
}

// Copy keeps vecty from holding on to every earlier render.
func (p *picture) Copy() vecty.Component { return &picture{Figure: p.Figure, Say: p.Say} }

// SkipRender leaves a picture as it is while it shows the same.
func (p *picture) SkipRender(prev vecty.Component) bool {
	before, ok := prev.(*picture)
	return ok && before.Say == p.Say && reflect.DeepEqual(before.Figure, p.Figure)
}

// Render makes the elements of the figure.
func (p *picture) Render() vecty.ComponentOrHTML {
	f, say := p.Figure, p.Say
	paths := make(vecty.List, len(f.Paths))
	for i, p := range f.Paths {
		paths[i] = svg("path", vecty.Markup(vecty.Attribute("class", p.Class), vecty.Attribute("d", p.D),
			vecty.MarkupIf(p.Pick != "" && p.Rows == 0, vecty.Data("pick", p.Pick)),
			vecty.MarkupIf(p.Rows > 0, vecty.Data("rows", p.Pick), vecty.Data("count", strconv.Itoa(p.Rows)))))
	}
	texts := make(vecty.List, len(f.Texts))
	for i, t := range f.Texts {
		texts[i] = svg("text", vecty.Markup(vecty.Attribute("class", t.Class), vecty.Attribute("x", t.X),
			vecty.Attribute("y", t.Y),
			vecty.Attribute("text-anchor", t.Anchor)), vecty.Text(t.Text))
	}
	return svg("svg", vecty.Markup(
		vecty.Attribute("width", f.W), vecty.Attribute("height", f.H),
		vecty.Attribute("viewBox", fmt.Sprintf("0 0 %g %g", f.W, f.H)),
		vecty.MarkupIf(say == "", vecty.Attribute("aria-hidden", "true")),
		vecty.MarkupIf(say != "", vecty.Attribute("role", "img"), vecty.Attribute("aria-label", say))),
		svg("g", paths), svg("g", texts))
}

// svg makes an element in the namespace of SVG: outside it the browser draws nothing.
func svg(name string, m ...vecty.MarkupOrChild) *vecty.HTML {
	return vecty.Tag(
		name, append([]vecty.MarkupOrChild{vecty.Markup(vecty.Namespace("http://www.w3.org/2000/svg"))},
			m...)...)
}
