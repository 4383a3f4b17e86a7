package ui

import (
	"strconv"
	"syscall/js"

	"cosinelab/assets/words"
	"cosinelab/datasets/found"
	"cosinelab/ui/chart"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
	"cosinelab/ui/sheet"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// importPlace is the sheet of a file: the lab's frame with other content, over the lab, which cannot be reached
// meanwhile. It is there only while the sheet is open: then it takes the focus, and gives it back.
type importPlace struct {
	vecty.Core
	View  sheet.View      `vecty:"prop"`
	Words *words.Language `vecty:"prop"`
}

// Copy keeps vecty from holding on to every earlier render.
func (p *importPlace) Copy() vecty.Component {
	return &importPlace{View: p.View, Words: p.Words}
}

// Mount moves the focus to the sentence, from where Tab leads on and Enter uses what is there.
func (p *importPlace) Mount() {
	document := js.Global().Get("document")
	lab(true)
	if claim := document.Call("querySelector", ".sheet .claim"); claim.Truthy() {
		claim.Call("focus")
	}
}

// uncovered lets the focus into the lab again, and gives it to what opens the sheet.
func uncovered() {
	lab(false)
	document := js.Global().Get("document")
	to := document.Call("querySelector", `[data-do="reopen"]`)
	if to.Truthy() && document.Get("activeElement").Equal(document.Get("body")) {
		to.Call("focus")
	}
}

// lab keeps the focus out of the lab while something lies over it.
func lab(covered bool) {
	list := js.Global().Get("document").Call("querySelectorAll", "body > :not(.sheet)")
	for i := range list.Length() {
		list.Index(i).Set("inert", covered)
	}
}

// Render draws the sheet.
func (p *importPlace) Render() vecty.ComponentOrHTML {
	w, v := p.Words, p.View
	return elem.Div(vecty.Markup(class("sheet"), attr("role", "region"), attr("aria-label", w.Say("sheet"))),
		sheetBar(w, v),
		elem.Div(vecty.Markup(class("page")),
			sheetAside(w, v),
			elem.Div(vecty.Markup(class("main")),
				sheetClaim(w, v),
				elem.Section(vecty.Markup(class("stack", "flat"), attr("aria-label", w.Say("sheet-preview"))),
					timeline(w, v), preview(w, v)),
				elem.Div(vecty.Markup(class("dock", "imp")), findings(w, v), chips(w, v)))))
}

func sheetBar(w *words.Language, v sheet.View) *vecty.HTML {
	return elem.Div(vecty.Markup(class("bar")),
		elem.Div(vecty.Markup(class("brand")), brand(), elem.Strong(vecty.Text(w.Say("title")))),
		elem.Div(vecty.Markup(class("transport")),
			elem.Button(vecty.Markup(class("btn", "out"), do("leave", "")), vecty.Text("← "+w.Say("sheet-back")),
				elem.KeyboardInput(vecty.Text("Esc"))),
			elem.Heading2(vecty.Markup(class("place")), vecty.Text(w.Say("sheet")))),
		elem.Paragraph(vecty.Markup(class("status", "n")), elem.Span(vecty.Text(v.Status))),
		elem.Div(vecty.Markup(class("tools")), languageButton(w), iconButton(w, "theme", "theme", "theme", false)),
		runbar([]float64{v.Done}[:oneIf(v.Reading)]))
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// decides marks a control with what it decides; changes (actions_js.go) reads it.
func decides(what string) vecty.Applyer { return vecty.Data("decide", what) }

// sheetAside is what the page asks about the file.
func sheetAside(w *words.Language, v sheet.View) *vecty.HTML {
	return elem.Aside(vecty.Markup(class("recipe"), attr("aria-label", w.Say("sheet-how"))),
		elem.Section(sheetHeading(w, "file"),
			elem.Div(vecty.Markup(class("pick", "fixed")), elem.Bold(vecty.Text(v.File))),
			note(v.FileNote),
			decision(w.Say("sheet-header-line"), sheet.Header, v.Header),
			decision(w.Say("sheet-separator"), sheet.Parted, v.Parted),
			decision(w.Say("sheet-decimal"), sheet.Decimal, v.Decimal),
			elem.Paragraph(vecty.Markup(class("sub")), fileChooser(w, "choose-another", "lnk", "read", false))),
		elem.Section(sheetHeading(w, "sheet-time"), sheetPick(w.Say("sheet-time"), sheet.Time, v.Times),
			note(v.TimeNote)),
		elem.Section(sheetHeading(w, "sheet-labels"), sheetPick(w.Say("sheet-labels"), sheet.Label, v.Labels),
			note(v.LabelNote),
			elem.Paragraph(vecty.Markup(class("sub"), vecty.Property("hidden", !v.Labelless)),
				fileChooser(w, "sheet-labels-from", "lnk", forLabels, false))),
		elem.Section(vecty.Markup(vecty.MarkupIf(v.Fixed, class("fixed"))), sheetHeading(w, "sheet-split"),
			splitControls(w, v), noteLines(v.CutNote)),
		elem.Section(sheetHeading(w, "sheet-channels-name"), note(v.Channels),
			elem.Paragraph(vecty.Markup(class("sub"), vecty.Property("hidden", !v.Nameless)),
				fileChooser(w, "sheet-names-from", "lnk", forNames, false)),
			decision(w.Say("scaling"), sheet.Scaling, v.Scaling)))
}

// splitControls cut the file in two by a slider, or by what is typed.
func splitControls(w *words.Language, v sheet.View) *vecty.HTML {
	if v.Fixed {
		return elem.Div()
	}
	return elem.Div(
		elem.Label(vecty.Markup(class("row", "slider")),
			elem.Input(vecty.Markup(vecty.Property("type", "range"), vecty.Property("min", 2),
				vecty.Property("max", 98), vecty.Property("value", strconv.Itoa(v.Share)),
				attr("aria-label", w.Say("split")), vecty.Data("moved", sheet.Share))),
			elem.Output(vecty.Markup(class("n")), vecty.Text(strconv.Itoa(v.Share)+" %"))),
		elem.Label(vecty.Markup(class("row")), elem.Span(vecty.Text(w.Say("sheet-cut"))),
			elem.Input(vecty.Markup(class("val", "n"), vecty.Property("type", "text"),
				vecty.Property("value", v.Cut), vecty.Property("placeholder", "0.5"),
				attr("autocomplete", "off"), attr("spellcheck", "false"),
				attr("size", max(len(v.Cut), 8)), decides(sheet.Cut), vecty.Data("kept", v.Cut)))),
		why(v.CutErr))
}

func sheetHeading(w *words.Language, name words.Key) *vecty.HTML {
	return elem.Heading3(vecty.Text(w.Say(name)))
}

// note is a line below a control; it is hidden where there is nothing to say.
func note(text string) *vecty.HTML {
	return elem.Paragraph(vecty.Markup(class("sub", "n"), vecty.Property("hidden", text == "")), vecty.Text(text))
}

func noteLines(lines []string) vecty.List {
	var list vecty.List
	for _, l := range lines {
		list = append(list, note(l))
	}
	return list
}

// decision is a row with a choice.
func decision(name, what string, choices []form.Choice) *vecty.HTML {
	return elem.Label(vecty.Markup(class("row"), vecty.Property("hidden", len(choices) == 0)),
		elem.Span(vecty.Text(name)), chosenOf(name, what, choices))
}

// chosenOf shows what is chosen; the browser's own list lies over it, unseen.
func chosenOf(name, what string, choices []form.Choice, more ...vecty.Applyer) *vecty.HTML {
	return elem.Span(vecty.Markup(class("val", "choice")), elem.Span(vecty.Text(onText(choices))), icon("chevron"),
		elem.Select(vecty.Markup(append(more, attr("aria-label", name), decides(what))...), options(choices)))
}

// sheetPick chooses a column.
func sheetPick(name, what string, choices []form.Choice) *vecty.HTML {
	return elem.Label(vecty.Markup(class("pick"), vecty.Property("hidden", len(choices) == 0)),
		elem.Bold(vecty.Text(onText(choices))), icon("chevron"),
		elem.Select(vecty.Markup(attr("aria-label", name), decides(what)), options(choices)))
}

// sheetClaim says what will be done, and does it.
func sheetClaim(w *words.Language, v sheet.View) *vecty.HTML {
	tag := []vecty.MarkupOrChild{vecty.Markup(class("tag"), vecty.MarkupIf(v.Look != "", class(v.Look+"-tag")))}
	if v.Look == results.TagBad {
		tag = append(tag, icon("warn"))
	}
	return elem.Section(vecty.Markup(class("verdict")),
		elem.Div(vecty.Markup(class("say")),
			elem.Paragraph(vecty.Markup(class("eyebrow")), elem.Span(append(tag, vecty.Text(v.Tag))...),
				elem.Span(vecty.Markup(class("n")), vecty.Text(v.Note))),
			elem.Paragraph(vecty.Markup(class("claim"), live(v.Look == results.TagBad), vecty.ClassMap{"long": v.Long}, attr("tabindex", "-1")),
				rich(v.Claim)),
			elem.Paragraph(vecty.Markup(class("why", "n")), vecty.Text(v.Why)),
			wrongFileLines(w, v.Lines),
			elem.Button(vecty.Markup(class("btn", "out"), do("restart", ""), vecty.Property("hidden", v.Restart == "")),
				vecty.Text(v.Restart))),
		elem.Div(vecty.Markup(class("go")),
			elem.Button(vecty.Markup(class("btn", "primary"), do("use", ""), vecty.Property("disabled", !v.CanUse)),
				elem.Span(vecty.Text(w.Say("sheet-use"))), elem.KeyboardInput(vecty.Text("Enter"))),
			elem.Paragraph(vecty.Markup(class("dim", "n")), vecty.Text(v.Beside))))
}

// wrongFileLines are the lines around one that cannot be read, with the cell framed that is wrong.
func wrongFileLines(w *words.Language, lines []sheet.Line) *vecty.HTML {
	var rows vecty.List
	for _, l := range lines {
		cell := vecty.MarkupOrChild(elem.Mark(vecty.Text(l.Cell)))
		if l.Cell == "" {
			cell = nil
		}
		rows = append(rows, elem.TableRow(vecty.Markup(vecty.ClassMap{"wrong": l.Wrong}),
			elem.TableHeader(vecty.Markup(class("n"), attr("scope", "row")), vecty.Text(w.Count(l.Number))),
			elem.TableData(elem.Code(vecty.Text(l.Before), cell, vecty.Text(l.After)))))
	}
	return elem.Table(vecty.Markup(class("lines"), vecty.Property("hidden", len(lines) == 0)), elem.TableBody(rows))
}

// timeline is the whole file with the cut, which can be dragged by its handle.
func timeline(w *words.Language, v sheet.View) *vecty.HTML {
	p := v.Preview
	if p == nil {
		return elem.Div(vecty.Markup(class("tl")))
	}
	share := 100 * float64(p.Cut) / float64(p.Rows)
	if !v.Fixed {
		share = float64(v.Share)
	}
	handle := vecty.MarkupOrChild(elem.Div(vecty.Markup(class("spl"), attr("role", "slider"), attr("tabindex", "0"),
		attr("aria-label", w.Say("sheet-handle")), attr("aria-valuemin", "2"), attr("aria-valuemax", "98"),
		attr("aria-valuenow", v.Share), attr("aria-valuetext", w.Say("sheet-train-part", v.Share)),
		vecty.Style("left", strconv.FormatFloat(share, 'f', 1, 64)+"%"))))
	if v.Fixed {
		handle = nil
	}
	return elem.Div(vecty.Markup(class("tl")), &drawing{Class: "tl-plot", Say: w.Say("sheet-timeline") + ": " + v.Spoken,
		Draw: func(width, height, unit float64) chart.Figure {
			t := chart.Timeline{Rows: p.Rows, Cut: int(share / 100 * float64(p.Rows)), Line: p.Line,
				Train: w.Say("sheet-train-part", int(share+0.5)), Test: w.Say("sheet-test-part", 100-int(share+0.5))}
			if !v.Hidden {
				t.Marked = p.Marked
			}
			for _, g := range p.Gaps {
				t.Gaps = append(t.Gaps, chart.Note{Row: g.Row, Text: w.Say("sheet-gap", sheet.Long(w, g.Long))})
			}
			for _, tick := range p.Ticks {
				t.Ticks = append(t.Ticks, chart.Note{Row: tick.Row, Text: sheet.TickText(w, tick.Text)})
			}
			return t.Draw(width, height, unit)
		}}, handle)
}

// preview is a table of some rows. Its heads are one stop of Tab; the arrow keys go from one to the next, and
// Enter opens the choice of roles (sheetkeys_js.go).
func preview(w *words.Language, v sheet.View) *vecty.HTML {
	if v.Preview == nil {
		return elem.Div(vecty.Markup(class("prev")))
	}
	heads := vecty.List{elem.TableHeader(vecty.Markup(vecty.Key("line"), attr("scope", "col")),
		vecty.Text(w.Say("sheet-line")))}
	for i, c := range v.Columns {
		heads = append(heads, previewHead(c, v.Preview.Shapes[i], i))
	}
	if v.More > 0 {
		heads = append(heads, elem.TableHeader(vecty.Markup(vecty.Key("more"), class("mo", "n")), vecty.Text(w.Say("sheet-more", v.More))))
	}
	return elem.Div(vecty.Markup(class("prev")), elem.Table(vecty.Markup(class("pv")),
		elem.Caption(vecty.Markup(class("sr")), vecty.Text(w.Say("sheet-preview"))),
		elem.TableHead(elem.TableRow(heads)), elem.TableBody(previewRows(w, v))))
}

func previewHead(c sheet.Column, shape []byte, i int) *vecty.HTML {
	stop := "-1"
	if i == 0 {
		stop = "0"
	}
	return elem.TableHeader(vecty.Markup(vecty.Key(c.Place), attr("scope", "col"), attr("tabindex", stop),
		vecty.ClassMap{"off": c.Left, "la": c.Role == found.Label || c.Doubt, "badc": c.Wrong},
		vecty.Property("title", c.Why), vecty.Data("head", strconv.Itoa(c.Place))),
		elem.Bold(vecty.Text(c.Name)), elem.Small(vecty.Markup(class("dim"), vecty.Property("hidden", c.Unit == "")), vecty.Text(c.Unit)),
		chosenOf(c.Name, sheet.Role+strconv.Itoa(c.Place), c.Choices, attr("tabindex", "-1")),
		&drawing{Class: "spark", Draw: func(width, height, _ float64) chart.Figure {
			f := chart.Figure{W: width, H: height}
			f.Path("strokes", chart.Sketch(shape, chart.Rect{X: 0, Y: 1, W: width, H: height - 2}))
			return f
		}})
}

func previewRows(w *words.Language, v sheet.View) (rows vecty.List) {
	span := len(v.Columns) + 1 + oneIf(v.More > 0)
	full := func(name, text string) {
		rows = append(rows, elem.TableRow(vecty.Markup(class(name)),
			elem.TableData(vecty.Markup(attr("colspan", span)), rich(text))))
	}
	last := 0
	for i, r := range v.Preview.Cells {
		switch {
		case r.Test != "":
			full("gapr", "*"+r.Test+"*")
		case i > 0 && r.Gap == "" && r.Line > last+1:
			full("dots3", "…")
		}
		if r.Gap != "" {
			full("gapr", w.Say("sheet-gap-row", sheet.Long(w, r.Gap)))
		}
		last = r.Line
		rows = append(rows, previewRow(w, v, r))
	}
	return rows
}

func previewRow(w *words.Language, v sheet.View, r found.Row) *vecty.HTML {
	cells := vecty.List{elem.TableHeader(vecty.Markup(class("n"), attr("scope", "row")), vecty.Text(w.Count(r.Line)))}
	filled := r.Filled
	for i, text := range r.Cells {
		if i == len(v.Columns) {
			break
		}
		var content vecty.MarkupOrChild = vecty.Text(text)
		missing := len(filled) > 0 && filled[0] == i
		if missing {
			filled = filled[1:]
			content = elem.Italic(vecty.Markup(vecty.Property("title", w.Say("sheet-is-missing"))), vecty.Text(text))
		}
		cells = append(cells, elem.TableData(vecty.Markup(class("n"),
			vecty.ClassMap{"off": v.Columns[i].Left, "miss": missing}), content))
	}
	if v.More > 0 {
		cells = append(cells, elem.TableData())
	}
	return elem.TableRow(cells)
}

// findings are lines with one choice each.
func findings(w *words.Language, v sheet.View) *vecty.HTML {
	var items vecty.List
	for _, it := range v.Found {
		sign := map[string]string{sheet.LookAsk: "ask", sheet.LookBad: "warn", sheet.LookDoubt: "ask"}[it.Look]
		if sign == "" {
			sign = "check"
		}
		items = append(items, elem.ListItem(vecty.Markup(vecty.Key(it.Key), class("look-"+it.Look)), icon(sign),
			said(it), segments(it)))
	}
	return elem.Section(vecty.Markup(class("found")), elem.Heading3(vecty.Text(v.Title)),
		elem.UnorderedList(vecty.Markup(class("finds")), items))
}

// said is the text of a finding: that of a question has a name in it between backquotes, others hold what stands in
// the file.
func said(it sheet.Item) *vecty.HTML {
	if it.Look == sheet.LookAsk {
		return elem.Span(rich(it.Text))
	}
	return elem.Span(vecty.Text(it.Text))
}

func segments(it sheet.Item) vecty.MarkupOrChild {
	if len(it.Choices) == 0 {
		return nil
	}
	var list vecty.List
	for _, c := range it.Choices {
		list = append(list, elem.Label(vecty.Markup(vecty.Key(c.Value)),
			elem.Input(vecty.Markup(vecty.Property("type", "radio"), vecty.Property("name", it.Key),
				vecty.Property("value", c.Value), vecty.Property("checked", c.On), decides(it.What))),
			elem.Span(vecty.Text(c.Text))))
	}
	return elem.Div(vecty.Markup(class("seg"), attr("role", "radiogroup"), attr("aria-label", it.Text)), list)
}

// chips are the channels, of which a click leaves one out, with the command that shows the same.
func chips(w *words.Language, v sheet.View) *vecty.HTML {
	var list vecty.List
	for _, c := range v.Chips {
		list = append(list, elem.Button(vecty.Markup(vecty.Key(c.Place), class("chip"), vecty.ClassMap{"off": !c.On},
			attr("aria-pressed", strconv.FormatBool(c.On)), vecty.Data("chip", sheet.Role+strconv.Itoa(c.Place)),
			vecty.Property("value", c.Click)),
			vecty.Text(c.Name)))
	}
	return elem.Section(vecty.Markup(class("res2")),
		elem.Heading3(vecty.Text(w.Say("sheet-channels-name")), vecty.Text(" "),
			elem.Small(vecty.Markup(class("dim", "n")), vecty.Text(v.Chipped))),
		elem.Div(vecty.Markup(class("chips")), list),
		elem.Heading3(vecty.Text(w.Say("sheet-command")), vecty.Text(" "),
			elem.Button(vecty.Markup(class("lnk"), do("command", "")), vecty.Text(v.Copy))),
		elem.Code(vecty.Markup(class("command")), vecty.Text(v.Command)))
}
