package signal

import (
	"fmt"

	"github.com/hexops/vecty"

	"cosinelab/ui/chart"
)

// SVG renders a figure. say is its name with a summary, for those who do not see it; empty = it only
// decorates.
func SVG(f chart.Figure, say string) *vecty.HTML {
	paths := make(vecty.List, len(f.Paths))
	for i, p := range f.Paths {
		paths[i] = svg("path", vecty.Markup(vecty.Attribute("class", p.Class), vecty.Attribute("d", p.D)))
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
