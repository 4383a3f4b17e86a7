package ui

import (
	"slices"
	"strconv"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/chart"
	"cosinelab/ui/look"
	"cosinelab/ui/signal"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// inside is what a student computes in the window of the cursor, in the place of the charts.
func inside(w *words.Language, v state.InsideView) *vecty.HTML {
	if !v.Open {
		return elem.Section(vecty.Markup(class("insd"), vecty.Property("hidden", true)))
	}
	step := strconv.Itoa(v.Step)
	// Figures and tables have no keys: vecty takes what has one out and puts it back.
	body, tables, picks, heads := vecty.List{}, vecty.List{}, elem.Label(vecty.Markup(vecty.Property("hidden", true))), elem.Div()
	if v.Told != nil {
		for _, f := range v.Told.Figures {
			switch {
			case f.Name == "heads":
				heads = headPicker(w, v.Told, f)
			case v.Table:
				tables = append(tables, insideTable(w, f))
			case f.Name != besideSeries:
				body = append(body, insideFigure(w, v, f))
			}
		}
		picks = elem.Label(vecty.Markup(vecty.Property("hidden", v.Told.Picks == nil)), elem.Span(vecty.Text(v.Told.PickName)),
			elem.Select(vecty.Markup(vecty.Data("glance", state.GlancePick)), options(v.Told.Picks)))
	}
	var notes vecty.List
	if v.Told != nil {
		for _, n := range v.Told.Notes {
			notes = append(notes, elem.Span(vecty.Text(n)))
		}
	}
	return elem.Section(vecty.Markup(class("insd"), vecty.Property("hidden", false), attr("aria-label", w.Say("inside-tab"))),
		elem.Div(vecty.Markup(class("stack-h")), elem.Heading2(tabOf(w.Say("stack-signal"), "signal", false),
			tabOf(w.Say("inside-tab"), "inside", true), tabOf(w.Say("place-where"), "where", false)),
			elem.Label(vecty.Markup(vecty.Property("hidden", v.Runs == nil)), sign(v.Look),
				elem.Select(vecty.Markup(attr("aria-label", w.Say("inside-run")), vecty.Data("glance", state.GlanceRun)),
					options(v.Runs))),
			elem.Span(vecty.Markup(class("dim", "n")), vecty.Text(v.Epoch)), picks,
			elem.Label(vecty.Markup(class("glide", "n")), elem.Span(rich(v.Window)),
				elem.Input(vecty.Markup(vecty.Property("type", "range"), attr("min", 0), attr("max", max(0, v.Steps-1)),
					vecty.Property("value", step), attr("aria-label", w.Say("inside-cursor")), attr("aria-valuetext", w.Count(v.Step)),
					vecty.Data("glide", state.GlanceStep))),
				elem.Bold(vecty.Text(w.Count(v.Step)))),
			tabOf(w.Say("inside-table"), "listed", v.Table)),
		heads,
		elem.Paragraph(vecty.Markup(class("sub"), live(false), vecty.Property("hidden", v.Note == "")),
			vecty.Text(v.Note)),
		elem.Div(vecty.Markup(class(insideClass(v)...), vecty.Property("hidden", len(body) == 0)), body),
		elem.Div(vecty.Markup(class("tables"), vecty.Property("hidden", len(tables) == 0)), tables),
		elem.Paragraph(vecty.Markup(class("warnline", "n"), vecty.Property("hidden", notes == nil)), notes))
}

// insideClass is that of the figures of a model.
func insideClass(v state.InsideView) []string {
	if v.Told == nil {
		return []string{"figs"}
	}
	return []string{"figs", "of-" + v.Told.Model.String()}
}

// headPicker is all heads as small maps: the control that picks one.
func headPicker(w *words.Language, t *state.InsideTold, f state.InsideFigure) *vecty.HTML {
	cells := f.Columns.Count
	side := 1
	for side*side < cells {
		side++
	}
	var list vecty.List
	for l := range t.Layers {
		list = append(list, elem.Span(vecty.Markup(class("n")), vecty.Text(w.Say("inside-layer-short", l+1))))
		for h := range t.Heads {
			n := l*t.Heads + h
			thumb := chart.Heat{Rows: chart.Side{Count: side}, Columns: chart.Side{Count: side},
				Values: f.Values[n*cells : (n+1)*cells], High: f.High, Root: f.Root, Bare: true}
			focus := -1
			if n == t.Head {
				focus = 0
			}
			list = append(list, elem.Button(vecty.Markup(class("th"), attr("role", "radio"),
				attr("aria-checked", strconv.FormatBool(n == t.Head)), vecty.Property("tabIndex", focus),
				attr("aria-label", w.Say("inside-head-name", l+1, h+1)), vecty.Data("head", strconv.Itoa(n)),
				vecty.Data("heads", strconv.Itoa(t.Heads))), signal.SVG(thumb.Draw(22, 22, 1), "")))
		}
	}
	return elem.Div(vecty.Markup(class("thumbs"), attr("role", "radiogroup"), attr("aria-label", w.Say("inside-heads-group")),
		vecty.Property("title", f.Says)), list)
}

// insideFigure is a figure with its title, what runs along it, and what is to be seen.
func insideFigure(w *words.Language, v state.InsideView, f state.InsideFigure) *vecty.HTML {
	says, spoken := f.Says, f.Spoken()
	if d := v.Told.Of(besideSeries); f.Name == "series" && d != nil {
		says, spoken = says+" "+d.Title+": "+d.Says, spoken+" "+d.Spoken()
	}
	return elem.Figure(vecty.Markup(class("fig-"+f.Name)),
		elem.FigureCaption(elem.Bold(vecty.Text(f.Title)), elem.Span(vecty.Markup(vecty.Property("title", f.Axis)), vecty.Text(f.Axis))),
		&drawing{Class: "looked", Say: spoken, Draw: insideDrawing(w.Numbers, v, f)},
		elem.Paragraph(vecty.Markup(class("says", "n")), vecty.Text(says)))
}

// insideTable is a figure as a table.
func insideTable(w *words.Language, f state.InsideFigure) *vecty.HTML {
	heads, rows := f.Table()
	note := f.Axis
	if f.Framed() {
		note = w.Say("inside-table-row", f.Rows.Count)
	}
	return elem.Div(vecty.Markup(class("fig-"+f.Name)), signal.Listing(f.Title, note, heads, rows))
}

// insideDrawing is how a figure is drawn.
func insideDrawing(n words.Numbers, v state.InsideView, f state.InsideFigure) func(w, h, unit float64) chart.Figure {
	rows, columns := side(f.Rows, f.Row), side(f.Columns, f.Column)
	if columns.stepped {
		columns.Truth = f.Truth
	}
	if rows.stepped {
		rows.Truth = f.Truth
	}
	student := lookOf(v.Look).Class
	names := make([]string, f.Rows.Count)
	for i := range names {
		names[i] = f.Row(i)
	}
	switch f.Kind {
	case protocol.FigureMap:
		cells := f.Rows.Count * f.Columns.Count
		m := chart.Heat{Rows: rows.Side, Columns: columns.Side, Values: f.Values[:cells], Low: f.Low, High: f.High,
			Root: f.Root, Row: f.Figure.Row, Column: f.Figure.Column, Parts: f.Parts, Widths: f.Values[cells:],
			Square: f.Rows.Count == f.Columns.Count}
		if rows.stepped { // where a row is a step, the step can be gone to
			m.Pick = strconv.Itoa(f.Rows.First)
		}
		if d := v.Told.Of(besideSeries); f.Name == "series" && d != nil {
			m.BesideTitle, m.Beside = d.Title, profile(n, student, side(d.Columns, d.Column), *d)
		}
		return m.Draw
	case protocol.FigureLines:
		return profile(n, student, columns, f).Draw
	case protocol.FigureBars:
		b := chart.Shares{Numbers: n, Class: student, Names: names, Values: f.Values, Marked: f.Marked, IDs: f.IDs,
			Percent: f.Name == "channels"}
		if f.Name == "listens" {
			b.Values = nil
			for i := 0; i < len(f.Values); i += 2 {
				b.Values = append(b.Values, f.Values[i])
				b.After = append(b.After, n.Count(int(f.Values[i+1]))+"/"+n.Count(int(f.High)))
			}
		}
		return b.Draw
	case protocol.FigureTicks:
		return chart.Rug{Numbers: n, Class: student, Names: names, Values: f.Values, Low: f.Low, High: f.High}.Draw
	case protocol.FigureGraph:
		return chart.Ring{Names: names, Values: f.Values, High: f.High, Node: f.Figure.Row, Class: student}.Draw
	}
	a := chart.Vectors{Numbers: n}
	for i, look := range f.Looks {
		length, degrees := float64(f.Values[2*i]), float64(f.Values[2*i+1])
		if look == protocol.LookUsual {
			a.Usual = degrees
			continue
		}
		a.List = append(a.List, chart.Vector{Class: vectorLook(f.Name, look, student), Label: names[i], Length: length,
			Degrees: degrees})
	}
	return a.Draw
}

// profile is a figure as lines.
func profile(n words.Numbers, student string, columns named, f state.InsideFigure) *chart.Profile {
	if columns.stepped {
		columns.Truth = f.Truth
	}
	p := chart.Profile{Numbers: n, Columns: columns.Side, Low: f.Low, High: f.High, Root: f.Root, Column: f.Figure.Column}
	for i, look := range f.Looks {
		p.Rows = append(p.Rows, chart.ProfileRow{Class: insideLook(look, student), Bars: look == protocol.LookBars,
			Values: f.Values[i*f.Columns.Count : (i+1)*f.Columns.Count],
			Low:    look == protocol.LookBand && (i == 0 || f.Looks[i-1] != protocol.LookBand)})
	}
	// Bands lie under lines; of both ends only the first is drawn, down to the other.
	if at := slices.IndexFunc(p.Rows, func(r chart.ProfileRow) bool { return r.Low }); at > 0 {
		p.Rows[at+1].Class = "none"
		p.Rows = append(p.Rows[at:at+2:at+2], p.Rows[:at]...)
	}
	return &p
}

// besideSeries is the figure that stands beside the series association, row by row.
const besideSeries = "discrepancy"

// insideLook is the class of a line.
func insideLook(of, student string) string {
	switch of {
	case protocol.LookInput:
		return "line input"
	case protocol.LookBand:
		return "area " + student
	case protocol.LookBars:
		return "heat heat-9"
	case protocol.LookLine:
		return "line total"
	}
	return "line " + student
}

func vectorLook(figure, of, student string) string {
	switch {
	case of == protocol.LookTeacher && figure == "centre":
		return "total" // ink: a centre is none of the models
	case of == protocol.LookTeacher:
		return lookOf(look.Look{Kind: look.Teacher}).Class
	case of == protocol.LookAlone:
		return lookOf(look.Look{Kind: look.Alone}).Class
	}
	return student
}

// named is a side of a figure; stepped tells that it is the steps of the window.
type named struct {
	chart.Side
	stepped bool
}

func side(n protocol.Names, name func(int) string) named {
	return named{chart.Side{Count: n.Count, Name: name, Each: n.List != nil}, n.Head == "inside-step"}
}
