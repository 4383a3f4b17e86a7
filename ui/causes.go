package ui

import (
	"strconv"

	"cosinelab/assets/words"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// causes is the line under the charts that says which channels raised an alarm. Each is a button that shows
// its channel. A screen reader hears the share with the button, so that the text beside it is hidden from it.
func causes(w *words.Language, v state.Causes) *vecty.HTML {
	var channels vecty.List
	for _, c := range v.Channels {
		channels = append(channels, elem.ListItem(elem.Button(vecty.Markup(class("lnk"),
			vecty.Data("channel", strconv.Itoa(c.Channel)),
			attr("aria-label", c.Spoken)), vecty.Text(c.Name)),
			elem.Span(vecty.Markup(class("n"), attr("aria-hidden", "true")),
				vecty.Text(c.Share+tick(c.Right))),
			elem.Span(vecty.Markup(class("n", "dim")), vecty.Text(c.Usual))))
	}
	return elem.Section(vecty.Markup(class("causes"), attr("aria-label", w.Say("causes-title")),
		vecty.Data("causes", v.Name)),
		elem.Heading3(vecty.Text(w.Say("causes-title"))),
		elem.Div(vecty.Markup(class("told"), live(false)),
			elem.Paragraph(vecty.Markup(class("n")),
				elem.Span(vecty.Markup(vecty.Property("hidden", v.Name == "")), sign(v.Look),
					vecty.Text(v.Text)), elem.Span(vecty.Text(v.Lead))),
			elem.UnorderedList(channels),
			elem.Paragraph(vecty.Markup(class("dim")), vecty.Text(v.Truth))),
		elem.Button(vecty.Markup(class("lnk"), do("alarms", ""), vecty.Property("hidden", v.All == "")),
			vecty.Text(v.All)))
}

// tick marks a right cause.
func tick(right bool) string {
	if right {
		return " ✓"
	}
	return ""
}
