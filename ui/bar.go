package ui

import (
	"fmt"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// bar is the run control: always reachable, with the progress below it.
func bar(w *words.Language, v state.Bar) *vecty.HTML {
	return elem.Header(vecty.Markup(class("bar")),
		elem.Div(vecty.Markup(class("brand")), brand(), elem.Heading1(vecty.Text(w.Say("title")))),
		elem.Div(vecty.Markup(class("transport"), attr("role", "toolbar"),
			attr("aria-label", w.Say("run-control"))),
			runButton(w, v, "run"),
			iconButton(w, "step", "step", "step", !v.CanStep),
			iconButton(w, "stop", "stop", "stop", !v.CanStop),
			iconButton(w, "reset", "reset", "reset", !v.CanReset),
		),
		elem.Paragraph(vecty.Markup(class("status", "n"), live(false)), statusParts(v.Status)),
		elem.Div(vecty.Markup(class("tools")),
			device(w, v),
			// In a tab of its own: leaving the lab would end its run.
			elem.Anchor(vecty.Markup(class("btn", "icon", "speed"), vecty.Property("href", "bench.html"),
				vecty.Property("target", "_blank"),
				vecty.Property("title", w.Say("bench")), attr("aria-label", w.Say("bench"))), icon("gauge")),
			elem.Button(vecty.Markup(class("btn"), do("copy", ""),
				vecty.Property("title", w.Say("copy-link-hint")), attr("aria-label", w.Say("copy-link"))),
				icon("link"), elem.Span(vecty.Markup(class("wide")), vecty.Text(w.Say("copy-link")))),
			languageButton(w),
			iconButton(w, "theme", "theme", "theme", false),
			iconButton(w, "keys", "keys", "keys", false),
		),
		runbar(v.Segments),
	)
}

// device names what trains, and how many workers do. Where there can be more than one, the browser's own list
// lies unseen over the name, so that choosing works as it does everywhere on that system.
func device(w *words.Language, v state.Bar) *vecty.HTML {
	name := v.Device
	if len(v.Counts) > 0 {
		name += " ×" + strconv.Itoa(v.Workers)
	}
	return elem.Label(vecty.Markup(class("device"), vecty.ClassMap{"choice": len(v.Counts) > 0,
		"locked": v.Locked}, vecty.Property("hidden", v.Device == ""),
		vecty.Property("title", w.Say("device-hint", v.Device)+". "+w.Say("workers-hint"))),
		icon("chip"), elem.Span(vecty.Text(name)),
		elem.Span(vecty.Markup(vecty.Property("hidden", len(v.Counts) == 0)), icon("chevron")),
		elem.Select(vecty.Markup(attr("aria-label", w.Say("workers-hint")),
			vecty.Property("disabled", v.Locked), vecty.Property("hidden", len(v.Counts) == 0),
			vecty.Data("workers", "yes")), options(v.Counts)))
}

// statusParts gives each fact a span of its own: the gap between them keeps them apart.
func statusParts(parts []string) vecty.List {
	var list vecty.List
	for _, part := range parts {
		list = append(list, elem.Span(rich(part)))
	}
	return list
}

// runButton is the one filled button of the page. On phones it is there twice: the second is under the thumb.
func runButton(w *words.Language, v state.Bar, what string) *vecty.HTML {
	sign := "play"
	if v.Pauses {
		sign = "pause"
	}
	return elem.Button(vecty.Markup(class("btn", "primary"), do(what, ""),
		vecty.Property("disabled", !v.CanRun)),
		icon(sign), elem.Span(vecty.Text(v.Run)), elem.KeyboardInput(vecty.Text("Space")))
}

// iconButton has no words on it, so its name is there twice: as a tooltip and for those who do not see it.
func iconButton(w *words.Language, what, sign string, name words.Key, disabled bool) *vecty.HTML {
	text := w.Say(name)
	return elem.Button(vecty.Markup(class("btn", "icon"), do(what, ""), vecty.Property("disabled", disabled),
		vecty.Property("title", text), attr("aria-label", text)), icon(sign))
}

// runbar has one segment for each training run, filled by the share that is done. Screen readers pass over
// it: the status line and the verdict say how far the runs are.
func runbar(segments []float64) *vecty.HTML {
	var list vecty.List
	for _, share := range segments {
		list = append(list, elem.Italic(elem.Bold(vecty.Markup(vecty.Style("width", percent(share))))))
	}
	return elem.Div(vecty.Markup(class("runbar"), attr("aria-hidden", "true")), list)
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// thumb is the run control of phones, at the lower edge; the style sheet shows it on narrow screens only.
func thumb(w *words.Language, v state.Bar) *vecty.HTML {
	return elem.Navigation(vecty.Markup(class("thumb"), attr("aria-label", w.Say("run-control"))),
		runButton(w, v, "run"),
		iconButton(w, "step", "step", "step", !v.CanStep),
		iconButton(w, "stop", "stop", "stop", !v.CanStop),
		iconButton(w, "reset", "reset", "reset", !v.CanReset))
}

// languageButton leads to the next language. It is named in that language, and its tooltip in all of them:
// whoever looks for it may understand none of the words around it.
func languageButton(now *words.Language) *vecty.HTML {
	var names []string
	for _, tag := range words.Tags() {
		names = append(names, words.Of(tag, "language"))
	}
	next := now.Next()
	return elem.Button(vecty.Markup(class("btn"), vecty.Data("language", next), attr("lang", next),
		vecty.Property("title", strings.Join(names, " · "))), elem.Span(vecty.Text(words.Of(next, "language-name"))))
}
