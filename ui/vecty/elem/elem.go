// Package elem names the elements that the page consists of.
package elem

import "cosinelab/ui/vecty"

// Each makes the element of its name.
func Abbreviation(m ...vecty.MarkupOrChild) *vecty.HTML    { return vecty.Tag("abbr", m...) }
func Anchor(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("a", m...) }
func Aside(m ...vecty.MarkupOrChild) *vecty.HTML           { return vecty.Tag("aside", m...) }
func Body(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("body", m...) }
func Bold(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("b", m...) }
func Button(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("button", m...) }
func Caption(m ...vecty.MarkupOrChild) *vecty.HTML         { return vecty.Tag("caption", m...) }
func Code(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("code", m...) }
func DefinitionTerm(m ...vecty.MarkupOrChild) *vecty.HTML  { return vecty.Tag("dt", m...) }
func Description(m ...vecty.MarkupOrChild) *vecty.HTML     { return vecty.Tag("dd", m...) }
func DescriptionList(m ...vecty.MarkupOrChild) *vecty.HTML { return vecty.Tag("dl", m...) }
func Details(m ...vecty.MarkupOrChild) *vecty.HTML         { return vecty.Tag("details", m...) }
func Div(m ...vecty.MarkupOrChild) *vecty.HTML             { return vecty.Tag("div", m...) }
func Emphasis(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("em", m...) }
func Figure(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("figure", m...) }
func FigureCaption(m ...vecty.MarkupOrChild) *vecty.HTML   { return vecty.Tag("figcaption", m...) }
func Footer(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("footer", m...) }
func Header(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("header", m...) }
func Heading1(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("h1", m...) }
func Heading2(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("h2", m...) }
func Heading3(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("h3", m...) }
func Input(m ...vecty.MarkupOrChild) *vecty.HTML           { return vecty.Tag("input", m...) }
func Italic(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("i", m...) }
func KeyboardInput(m ...vecty.MarkupOrChild) *vecty.HTML   { return vecty.Tag("kbd", m...) }
func Label(m ...vecty.MarkupOrChild) *vecty.HTML           { return vecty.Tag("label", m...) }
func ListItem(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("li", m...) }
func Main(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("main", m...) }
func Mark(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("mark", m...) }
func Navigation(m ...vecty.MarkupOrChild) *vecty.HTML      { return vecty.Tag("nav", m...) }
func Option(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("option", m...) }
func OptionsGroup(m ...vecty.MarkupOrChild) *vecty.HTML    { return vecty.Tag("optgroup", m...) }
func Output(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("output", m...) }
func Paragraph(m ...vecty.MarkupOrChild) *vecty.HTML       { return vecty.Tag("p", m...) }
func Preformatted(m ...vecty.MarkupOrChild) *vecty.HTML    { return vecty.Tag("pre", m...) }
func Section(m ...vecty.MarkupOrChild) *vecty.HTML         { return vecty.Tag("section", m...) }
func Select(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("select", m...) }
func Small(m ...vecty.MarkupOrChild) *vecty.HTML           { return vecty.Tag("small", m...) }
func Span(m ...vecty.MarkupOrChild) *vecty.HTML            { return vecty.Tag("span", m...) }
func Strong(m ...vecty.MarkupOrChild) *vecty.HTML          { return vecty.Tag("strong", m...) }
func Summary(m ...vecty.MarkupOrChild) *vecty.HTML         { return vecty.Tag("summary", m...) }
func Table(m ...vecty.MarkupOrChild) *vecty.HTML           { return vecty.Tag("table", m...) }
func TableBody(m ...vecty.MarkupOrChild) *vecty.HTML       { return vecty.Tag("tbody", m...) }
func TableData(m ...vecty.MarkupOrChild) *vecty.HTML       { return vecty.Tag("td", m...) }
func TableHead(m ...vecty.MarkupOrChild) *vecty.HTML       { return vecty.Tag("thead", m...) }
func TableHeader(m ...vecty.MarkupOrChild) *vecty.HTML     { return vecty.Tag("th", m...) }
func TableRow(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("tr", m...) }
func UnorderedList(m ...vecty.MarkupOrChild) *vecty.HTML   { return vecty.Tag("ul", m...) }
func Variable(m ...vecty.MarkupOrChild) *vecty.HTML        { return vecty.Tag("var", m...) }
