package ui

import (
	"strconv"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/ui/results"
	"cosinelab/ui/state"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// alarmList is the alarms of the arm in focus, in the place of learning and results. A row that has the focus
// shows its alarm in the charts above.
func alarmList(w *words.Language, v state.AlarmList) *vecty.HTML {
	if !v.Open {
		return elem.Section(vecty.Markup(class("alarms"), vecty.Property("hidden", true)))
	}
	return elem.Section(vecty.Markup(class("alarms"), vecty.Property("hidden", false),
		attr("aria-label", w.Say("alarms-title"))),
		elem.Header(elem.Heading2(
			elem.Span(vecty.Markup(vecty.Property("hidden", v.New)), tabOf(w.Say("learning"), "results", false)), tabOf(v.Tab, "alarms", true)),
			elem.Paragraph(vecty.Markup(class("n"), vecty.Property("hidden", v.Missing != "")),
				vecty.If(v.Missing == "", sign(v.Look)), rich(v.Lead)),
			alarmSeries(w, v), alarmFields(v)),
		elem.Paragraph(vecty.Markup(class("sub"), vecty.Property("hidden", v.Missing == "")), vecty.Text(v.Missing)),
		elem.Paragraph(vecty.Markup(class("sub", "rate", "n"), vecty.Property("hidden", v.Rate == "")), rich(v.Rate)),
		elem.Div(vecty.Markup(class("list"), vecty.ClassMap{"pending": v.Pending}),
			elem.Table(vecty.Markup(attr("aria-label", w.Say("alarms-title")), vecty.Property("hidden", v.Missing != "")),
				elem.TableHead(elem.TableRow(alarmHeads(w, v.Heads))), elem.TableBody(alarmRows(w, v.Rows, v.Look.Kind))),
			elem.Paragraph(vecty.Markup(class("sub"), vecty.Property("hidden", v.More == "")), vecty.Text(v.More))),
		elem.Footer(vecty.Markup(vecty.Property("hidden", v.Missing != "" && !v.Waits)),
			elem.Span(vecty.Markup(class("n"), live(false)), vecty.Text(v.Foot)),
			elem.Span(vecty.Markup(class("err"), live(true)), vecty.Text(v.Failed)),
			elem.Span(vecty.Markup(class("dim", "keep"), vecty.Property("hidden", v.Waits)), vecty.Text(w.Say("alarms-save"))), saves(w, v),
			fileChooser(w, "new-score", "btn out", forScores, v.Locked)))
}

// alarmSeries chooses which of several series is shown.
func alarmSeries(w *words.Language, v state.AlarmList) *vecty.HTML {
	name := w.Say("new-series")
	return elem.Label(vecty.Markup(class("join"), vecty.Property("hidden", len(v.Series) == 0)),
		elem.Span(vecty.Text(name)),
		elem.Span(vecty.Markup(class("val", "choice")), elem.Span(vecty.Text(onText(v.Series))), icon("chevron"),
			elem.Select(vecty.Markup(attr("aria-label", name), vecty.Data("series", "shown")), options(v.Series))))
}

// alarmFields are how flags become alarms.
func alarmFields(v state.AlarmList) vecty.List {
	var list vecty.List
	for _, f := range v.Fields {
		list = append(list, elem.Label(vecty.Markup(class("join")), elem.Span(vecty.Text(f.Label)),
			elem.Input(vecty.Markup(class("val", "n"), vecty.Property("type", "text"),
				vecty.Property("value", f.Value), attr("inputmode", "numeric"), attr("autocomplete", "off"),
				attr("size", max(2, len(f.Value))), attr("aria-invalid", strconv.FormatBool(f.Why != "")),
				vecty.Data("join", f.Name), vecty.Data("kept", f.Value))),
			elem.Span(vecty.Text(f.Unit)), why(f.Why)))
	}
	return list
}

// saves are the files that can be kept.
func saves(w *words.Language, v state.AlarmList) vecty.List {
	var list vecty.List
	for _, k := range state.SaveKinds {
		list = append(list, elem.Button(vecty.Markup(class("btn", "out"), vecty.Data("save", k.What),
			vecty.Property("hidden", v.Waits || v.New && k.What == protocol.TypeDetector),
			vecty.Property("title", w.Say(k.Hint))), vecty.Text(w.Say(k.Name))))
	}
	return list
}

func alarmHeads(w *words.Language, heads []state.AlarmHead) vecty.List {
	var list vecty.List
	for _, h := range heads {
		sorted := "none"
		switch {
		case h.Sorted && h.Order == state.AlarmsByTime:
			sorted = "ascending"
		case h.Sorted:
			sorted = "descending"
		}
		var head vecty.MarkupOrChild = vecty.Text(h.Text)
		if h.Sorts {
			// An attribute, since vecty leaves out data that are empty.
			head = elem.Button(vecty.Markup(class("lnk"), attr("data-sort", string(h.Order)),
				vecty.Property("title", w.Say("alarms-sort", h.Text))), vecty.Text(h.Text),
				elem.Span(vecty.Markup(vecty.Property("hidden", !h.Sorted)), icon("chevron")))
		}
		list = append(list, elem.TableHeader(vecty.Markup(attr("scope", "col"), attr("aria-sort", sorted)), head))
	}
	return list
}

// alarmRows have no keys: what is focused in them stays (armRows).
func alarmRows(w *words.Language, rows []state.AlarmRow, arm string) vecty.List {
	var list vecty.List
	for _, r := range rows {
		list = append(list, &region[alarmRow]{View: alarmRow{r, arm}, Words: w, draw: drawAlarm})
	}
	return list
}

// alarmRow is an alarm in the colour of its arm.
type alarmRow struct {
	state.AlarmRow
	Arm string
}

// drawAlarm has the focus of the keyboard in one row only: the arrows go on from there.
func drawAlarm(_ *words.Language, r alarmRow) *vecty.HTML {
	focus := -1
	if r.Focus {
		focus = 0
	}
	return elem.TableRow(vecty.Markup(vecty.Data("alarm", strconv.Itoa(r.From)), vecty.Property("tabIndex", focus),
		attr("aria-current", strconv.FormatBool(r.On)), class("arm-"+r.Arm)),
		elem.TableData(vecty.Markup(class("vd", "n")), elem.Italic(vecty.Markup(class("k"+r.Kind))), rich(r.Judged)),
		elem.TableData(vecty.Markup(class("n")), vecty.Text(r.Start)),
		elem.TableData(vecty.Markup(class("n")), vecty.Text(r.Length)),
		elem.TableData(vecty.Markup(class("n")), bullet(r.Part, r.Cut), elem.Span(vecty.Text(r.Peak))),
		elem.TableData(vecty.Markup(class("n")), rich(r.Channels)))
}

// bullet is a peak as a bar with a tick at the threshold; the number stands beside it.
func bullet(part, cut results.Maybe) *vecty.HTML {
	return elem.Span(vecty.Markup(class("bul"), attr("aria-hidden", "true")),
		elem.Italic(vecty.Markup(vecty.Style("width", percent(part.Value)))),
		elem.Bold(vecty.Markup(vecty.Style("left", percent(cut.Value)), vecty.Property("hidden", !cut.Known))))
}
