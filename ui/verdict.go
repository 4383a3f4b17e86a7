package ui

import (
	"cosinelab/assets/words"
	"cosinelab/ui/chart"
	"cosinelab/ui/results"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// verdict is the answer, above the evidence. A screen reader is told when it changes, without being
// interrupted.
func verdict(w *words.Language, v results.Verdict) *vecty.HTML {
	tag := []vecty.MarkupOrChild{vecty.Markup(class("tag"),
		vecty.MarkupIf(v.Look != "", class(v.Look+"-tag")))}
	if v.Look == results.TagBad {
		tag = append(tag, icon("warn"))
	}
	return elem.Section(vecty.Markup(class("verdict"),
		attr("aria-label", w.Say("verdict"))),
		elem.Div(vecty.Markup(class("say")),
			elem.Paragraph(vecty.Markup(class("eyebrow")), elem.Span(append(tag, vecty.Text(v.Tag))...),
				elem.Span(vecty.Markup(class("n")), vecty.Text(v.Note))),
			elem.Paragraph(vecty.Markup(class("claim"), live(v.Look == results.TagBad), vecty.ClassMap{"long": v.Long}), rich(v.Claim)),
			elem.Paragraph(vecty.Markup(class("why", "n")), rich(v.Why), vecty.Text(" "),
				elem.Button(vecty.Markup(class("lnk"), do("seeds", ""), vecty.Property("hidden", v.More == "")),
					vecty.Text(v.More))),
			wayOn(w, v.Way),
		),
		beside(w, v),
	)
}

// beside is the difference per seed or, while training, how far each run has come. The element stays when it
// is empty.
func beside(w *words.Language, v results.Verdict) *vecty.HTML {
	switch {
	case v.Effect != nil:
		return elem.Div(vecty.Markup(class("effect")), elem.Figure(effect(w, v.Effect),
			elem.FigureCaption(elem.Span(vecty.Text(v.Effect.Caption)),
				elem.Span(vecty.Markup(class("dim")), vecty.Text(v.Effect.Bar)))))
	case v.Matrix != nil:
		return elem.Div(vecty.Markup(class("effect")), matrix(w, v.Matrix))
	}
	return elem.Div(vecty.Markup(class("effect")))
}

// effect shows every seed, so that nobody has to trust a mean of three.
func effect(w *words.Language, e *results.EffectFigure) vecty.ComponentOrHTML {
	return &drawing{Class: "effect-plot", Say: e.Spoken, Draw: func(width, _, unit float64) chart.Figure {
		return chart.Effect{Numbers: w.Numbers, Look: lookOf(e.Look), Seeds: e.Points, Mean: e.Mean,
			Low: e.Low, High: e.High, Excludes0: e.Excludes0, Label: e.Label}.Draw(width, unit)
	}}
}

// matrix is a table, since it is one: how far, by arm and seed.
func matrix(w *words.Language, m *results.Matrix) *vecty.HTML {
	var rows vecty.List
	for _, r := range m.Rows {
		cells := vecty.List{elem.TableHeader(vecty.Markup(attr("scope", "row")), sign(r.Look),
			vecty.Text(r.Text))}
		for i, done := range r.Done {
			cells = append(cells, elem.TableData(elem.Span(vecty.Markup(class("cell"), attr("role", "img"),
				vecty.Property("title", m.Seeds[i]), attr("aria-label", m.Seeds[i]+" "+percent(done))),
				elem.Italic(vecty.Markup(class("done-"+r.Kind), vecty.Style("width", percent(done)))))))
		}
		rows = append(rows, elem.TableRow(vecty.Markup(vecty.Key(r.Name)), cells))
	}
	return elem.Table(vecty.Markup(class("runs"), vecty.ClassMap{"many": m.Many != ""},
		attr("aria-label", w.Say("run-matrix"))),
		elem.TableHead(elem.TableRow(matrixHeads(m))), elem.TableBody(rows))
}

// matrixHeads names every seed or, where that has no room, says how many there are.
func matrixHeads(m *results.Matrix) vecty.List {
	head := vecty.List{elem.TableHeader(vecty.Markup(attr("scope", "col")))}
	if m.Many != "" {
		return append(head, elem.TableHeader(vecty.Markup(class("n"), attr("scope", "colgroup"),
			attr("colspan", len(m.Seeds))), vecty.Text(m.Many)))
	}
	for _, seed := range m.Seeds {
		head = append(head, elem.TableHeader(vecty.Markup(class("n"), attr("scope", "col")),
			vecty.Text(seed)))
	}
	return head
}

// wayOn offers what can be done about data that could not be read, and about an engine that is gone; nil for
// nothing.
func wayOn(w *words.Language, h *results.WayOn) *vecty.HTML {
	if h == nil {
		return elem.Div(vecty.Markup(class("help"), vecty.Property("hidden", true)))
	}
	return elem.Div(vecty.Markup(class("help"), vecty.Property("hidden", false)),
		fileLines(w, h.Lines),
		elem.Div(vecty.Markup(class("acts")),
			elem.Button(vecty.Markup(class("btn", "out"), do("restart", ""),
				vecty.Property("hidden", h.Start == "")), vecty.Text(h.Start)),
			elem.Span(vecty.Markup(vecty.Property("hidden", !h.File)),
				fileChooser(w, "choose-another", "btn out", "read", false)),
			elem.Button(vecty.Markup(class("btn", "out"), do("discard", ""),
				vecty.Property("hidden", h.Back == "")), vecty.Text(h.Back))),
		elem.Paragraph(vecty.Markup(class("format"), vecty.Property("hidden", !h.File)),
			rich(w.Say("data-format"))))
}

// fileLines are the lines around one that could not be read, as they stand in the file.
func fileLines(w *words.Language, lines []results.FileLine) *vecty.HTML {
	var rows vecty.List
	for _, l := range lines {
		rows = append(rows, elem.TableRow(vecty.Markup(vecty.ClassMap{"wrong": l.Wrong}),
			elem.TableHeader(vecty.Markup(class("n"), attr("scope", "row")), vecty.Text(w.Count(l.Number))),
			elem.TableData(elem.Code(vecty.Text(l.Text)))))
	}
	return elem.Table(vecty.Markup(class("lines"), vecty.Property("hidden", len(lines) == 0)),
		elem.TableBody(rows))
}
