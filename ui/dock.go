package ui

import (
	"cmp"
	"strconv"

	"cosinelab/assets/words"
	"cosinelab/ui/chart"
	"cosinelab/ui/results"
	"cosinelab/ui/signal"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// learning is how the losses fell, as charts that redraw themselves when their boxes change size.
func learning(w *words.Language, v results.Learning) *vecty.HTML {
	if v.Epochs.Curves {
		v.Plots, v.Sub = v.Curves, ""
	}
	var plots vecty.List
	for i, plot := range v.Plots {
		var body vecty.MarkupOrChild = &drawing{Class: "curves", Say: plot.Spoken, Draw: curves(w.Numbers, plot)}
		if v.Epochs.Table {
			heads, rows := plot.Table(w.Numbers)
			body = signal.Listing(plot.Title, plot.Sub, heads, rows)
		}
		plots = append(plots, elem.Figure(
			elem.FigureCaption(elem.Bold(vecty.Text(plot.Title)), elem.Span(vecty.Markup(class("dim", "n")),
				vecty.Text(plot.Sub)), vecty.If(i == 0, tabOf(w.Say("epochs-table"), "numbers", v.Epochs.Table))), body))
	}
	body, sub := elem.Div(vecty.Markup(class("plots")), plots), v.Sub
	if v.Epochs.Open {
		body, sub = gains(w, v.Epochs), ""
	}
	return elem.Section(vecty.Markup(class("learn"), vecty.MarkupIf(v.Epochs.Open, class("wide")),
		attr("aria-label", w.Say("learning"))),
		elem.Header(elem.Heading2(
			tabOf(w.Say("learning"), "losses", !v.Epochs.Open && !v.Epochs.Curves),
			tabOf(w.Say("epochs-title"), "gains", v.Epochs.Open), tabOf(w.Say("curve-title"), "curves", v.Epochs.Curves),
			tabOf(v.Alarms, "alarms", false)),
			elem.Paragraph(vecty.Markup(class("dim", "n"), vecty.Property("title", sub)), vecty.Text(sub))),
		body)
}

// tabOf is a heading that can be pressed.
func tabOf(text, press string, on bool) *vecty.HTML {
	return elem.Button(vecty.Markup(class("tab"), do(press, ""), attr("aria-pressed", strconv.FormatBool(on))),
		vecty.Text(text))
}

// gains are what arms reach by epoch: the figure, or the numbers behind it.
func gains(w *words.Language, v results.Epochs) *vecty.HTML {
	if v.Missing != "" {
		return elem.Div(vecty.Markup(class("gains")), elem.Paragraph(vecty.Markup(class("sub")),
			vecty.Text(v.Missing)))
	}
	switches := elem.Paragraph(vecty.Markup(class("switches")),
		tabOf(w.Say("epochs-counted"), "epochs", !v.Seconds), tabOf(w.Say("epochs-timed"), "seconds", v.Seconds),
		vecty.If(v.Seconds, tabOf(w.Say("epochs-with-teacher"), "taught", v.Teacher)),
		tabOf(w.Say("epochs-table"), "numbers", v.Table))
	var body vecty.MarkupOrChild = &drawing{Class: "curves", Say: v.Spoken, Draw: byEpoch(w.Numbers, v)}
	if v.Table {
		body = epochTable(v)
	}
	return elem.Div(vecty.Markup(class("gains")), switches,
		elem.Paragraph(vecty.Markup(class("sub", "n")), vecty.Text(v.Claim)), body)
}

func byEpoch(n words.Numbers, v results.Epochs) func(w, h, unit float64) chart.Figure {
	f := chart.ByEpoch{Numbers: n, From: v.From, To: v.To, Unit: v.Unit}
	for _, l := range v.Lines {
		line := chart.EpochLine{Look: lookOf(l.Look), Label: l.Brief}
		for _, m := range l.Marks {
			line.Marks = append(line.Marks, chart.EpochMark{X: m.X, Value: m.Value.Number(), Low: m.Low.Number(),
				High: m.High.Number(), Gain: m.Gain.Number(), GainLow: m.GainLow.Number(),
				GainHigh: m.GainHigh.Number(), Excludes0: m.Excludes0})
		}
		f.Lines = append(f.Lines, line)
	}
	return f.Draw
}

func epochTable(v results.Epochs) *vecty.HTML {
	var heads, rows vecty.List
	for _, h := range v.Heads {
		heads = append(heads, elem.TableHeader(vecty.Markup(attr("scope", "col")), vecty.Text(h)))
	}
	for _, r := range v.Rows {
		cells := vecty.List{elem.TableHeader(vecty.Markup(attr("scope", "row")), sign(r.Look), vecty.Text(r.Text))}
		for _, c := range r.Cells {
			cells = append(cells, elem.TableData(vecty.Markup(class("n")), vecty.Text(c)))
		}
		rows = append(rows, elem.TableRow(cells))
	}
	return elem.Div(vecty.Markup(class("epochs")), elem.Table(elem.TableHead(elem.TableRow(heads)),
		elem.TableBody(rows)))
}

// curves draws nothing until there is a line: axes alone would look like a result.
func curves(n words.Numbers, plot results.Plot) func(w, h, unit float64) chart.Figure {
	c := chart.Curves{Numbers: n, Kind: chart.Log, To: float64(plot.Epochs)}
	if plot.Linear {
		c.Kind = chart.Linear
	}
	for _, line := range plot.Curves {
		drawn := chart.Curve{Class: results.KindTotal, Label: line.Brief, X: line.X, Y: line.Y}
		if line.Bare {
			drawn.Label = ""
		}
		if line.Kind != results.KindTotal {
			look := lookOf(line.Look)
			drawn.Class = look.Class
			if line.Mark {
				drawn.Mark = &look
			}
		}
		c.Lines = append(c.Lines, drawn)
	}
	return func(w, h, unit float64) chart.Figure {
		if len(c.Lines) == 0 {
			return chart.Figure{}
		}
		return c.Draw(w, h, unit)
	}
}

// resultsTable is the arms with their metrics, each metric with its chance level and its untrained value.
func resultsTable(w *words.Language, v results.Table) *vecty.HTML {
	body := metricList
	if !v.All {
		body = metricTable
	}
	return elem.Section(vecty.Markup(class("results"), attr("aria-label", w.Say("results"))),
		elem.Div(vecty.Markup(class("tablebox"), vecty.ClassMap{"all": v.All, "gain": v.Gain}), body(w, v)),
		elem.Paragraph(vecty.Markup(class("detail", "n"), vecty.Property("title", v.Detail),
			vecty.Property("hidden", v.Detail == "" && v.Data.Note == "")), vecty.Text(v.Detail),
			elem.Emphasis(vecty.Text(" "+v.Data.Note))),
		elem.Div(vecty.Markup(class("foot")), elem.Paragraph(elem.Bold(vecty.Text(v.Foot)),
			vecty.Text(" "+v.Legend)),
			elem.Button(vecty.Markup(class("lnk"), do("overdata", ""), vecty.Property("title", w.Say("over-data-title")),
				attr("aria-pressed", strconv.FormatBool(v.Data.On))), vecty.Text(w.Say("over-data-switch"))),
			elem.Button(vecty.Markup(class("lnk"), do("metrics", ""),
				attr("aria-expanded", strconv.FormatBool(v.All))), vecty.Text(v.Switch))))
}

// metricTable is the arms by the metrics that are read most.
func metricTable(w *words.Language, v results.Table) *vecty.HTML {
	return elem.Table(vecty.Markup(class("table")),
		elem.TableHead(
			elem.TableRow(vecty.Markup(class("grp")), groupHeads(w, v.Columns)),
			elem.TableRow(vecty.Markup(class("mets")), metricHeads(w, v))),
		elem.TableBody(armRows(w, v)))
}

// groupHeads names each group of metrics over its first column. Every column has a cell of its own instead of
// one that spans several: columns leave when the page is narrow.
func groupHeads(w *words.Language, columns []results.Column) vecty.List {
	heads := vecty.List{elem.TableData(heading(w, "results"))}
	for i, c := range columns {
		text := ""
		if i == 0 || c.Group != columns[i-1].Group {
			text = c.Group
		}
		last := i+1 < len(columns) && c.Group != columns[i+1].Group
		head := elem.TableData
		if text != "" {
			head = elem.TableHeader
		}
		heads = append(heads, head(vecty.Markup(columnClass(c), vecty.ClassMap{"last": last}), elem.Span(vecty.Text(text))))
	}
	return heads
}

// columnClass hatches what flatters, marks what needs a warning, and what leaves when the page is narrow.
func columnClass(c results.Column) vecty.Applyer {
	return vecty.ClassMap{"pa": c.Flattering, "warned": c.Warned, "extra": c.Extra}
}

// metricList is every metric by family: what it is, by which parameters, and its value for each arm beside what
// chance gives.
func metricList(w *words.Language, v results.Table) *vecty.HTML {
	list := vecty.List{}
	for i, c := range v.Columns {
		if i == 0 || c.Group != v.Columns[i-1].Group {
			list = append(list, elem.DefinitionTerm(vecty.Markup(class("fam")), elem.Heading3(vecty.Text(c.Group))))
		}
		n := c.Note
		list = append(list, elem.DefinitionTerm(vecty.Markup(columnClass(c)), elem.Bold(vecty.Text(n.Title)),
			elem.Span(vecty.Markup(class("n")), vecty.Text(n.Setting))),
			elem.Description(elem.Paragraph(vecty.Text(n.Definition),
				elem.Strong(vecty.Markup(vecty.Property("hidden", n.Warning == "")), vecty.Text(" "+n.Warning)),
				elem.Span(vecty.Markup(class("dim"), vecty.Property("hidden", n.Elsewhere == "")),
					vecty.Text(" "+n.Elsewhere))),
				elem.UnorderedList(vecty.Markup(class("n")), metricValues(w, v, i))))
	}
	return elem.Div(cellsSwitch(w, v.Gain),
		elem.DescriptionList(vecty.Markup(class("notes"), attr("aria-label", w.Say("definitions"))), list))
}

// metricValues are those of a metric for each arm, what chance and a constant score get before them.
func metricValues(w *words.Language, v results.Table, column int) (items vecty.List) {
	c := v.Columns[column]
	given := func(name, value string) {
		if value != "" {
			items = append(items, elem.ListItem(vecty.Markup(class("dim")), vecty.Text(name+" "),
				elem.Italic(vecty.Text(value))))
		}
	}
	if c.To == "" {
		given(w.Say("chance"), c.Chance)
		given(w.Say("constant"), c.Constant)
	} else {
		given(c.To, " ")
	}
	given(c.Unit, " ")
	for _, r := range v.Rows {
		cell := r.Cells[column]
		items = append(items, elem.ListItem(vecty.Markup(vecty.Data("arm", r.Name)), sign(r.Look), vecty.Text(r.Text+" "),
			elem.Bold(vecty.Text(cell.Value)), elem.Italic(vecty.Text(" "+cell.Company))))
	}
	return items
}

// metricHeads show each metric with its chance level and its untrained value: without them a number says
// little.
func metricHeads(w *words.Language, v results.Table) vecty.List {
	heads := vecty.List{elem.TableHeader(vecty.Markup(attr("scope", "col")),
		elem.Span(vecty.Markup(class("sr")), vecty.Text(w.Say("arm"))), cellsSwitch(w, v.Gain))}
	for _, c := range v.Columns {
		heads = append(heads, elem.TableHeader(vecty.Markup(columnClass(c), attr("scope", "col")),
			elem.Bold(defined(c.Title, c.Definition), elem.Italic(vecty.Markup(class("by"), vecty.Property("hidden", !c.Judged),
				vecty.Property("title", w.Say("judged-by", c.Title))), vecty.Text(w.Say("judged")))),
			elem.Span(vecty.Markup(vecty.Property("hidden", c.Unit == "")), vecty.Text(c.Unit)),
			elem.Span(vecty.Markup(vecty.Property("hidden", c.To == "")), vecty.Text(c.To)),
			elem.Span(vecty.Markup(vecty.Property("hidden", c.To != "")), vecty.Text(w.Say("chance")),
				elem.Italic(vecty.Markup(class("n")), vecty.Text(c.Chance))),
			elem.Span(vecty.Markup(vecty.Property("hidden", c.To != "")), vecty.Text(w.Say("untrained")),
				elem.Italic(vecty.Markup(class("n")), vecty.Text(c.Untrained))),
			elem.Span(vecty.Markup(vecty.Property("hidden", c.Constant == "" || c.To != "")),
				vecty.Text(w.Say("constant")), elem.Italic(vecty.Markup(class("n")), vecty.Text(c.Constant)))))
	}
	return heads
}

// cellsSwitch turns the table of values into one of gains, and back.
func cellsSwitch(w *words.Language, gain bool) *vecty.HTML {
	button := func(what, text string, on bool) *vecty.HTML {
		return elem.Button(vecty.Markup(do(what, ""), attr("aria-pressed", strconv.FormatBool(on))),
			vecty.Text(text))
	}
	return elem.Div(vecty.Markup(class("cells"), attr("role", "group"), attr("aria-label", w.Say("cells"))),
		button("values", w.Say("cells-values"), !gain), button("gain", w.Say("cells-gain"), gain))
}

// armRow is a row of the table with what it has in common with the others: a view of its own, so that a run
// that has its scores draws one row, and all of them only where a scale has changed.
type armRow struct {
	results.Row
	Columns []results.Column
	Scales  []chart.Extent // by column, of values
	Reaches []float64      // by column, of gains; nil where values are shown
}

// armRows have no keys: vecty takes keyed elements out and puts them back, and drops those that it skips.
func armRows(w *words.Language, v results.Table) vecty.List {
	scales, reaches := make([]chart.Extent, len(v.Columns)), []float64(nil)
	for i := range v.Columns {
		if v.Gain {
			reaches = append(reaches, gainReach(v, i))
		} else {
			scales[i] = stripExtent(v, i)
		}
	}
	rows := vecty.List{}
	for _, r := range v.Rows {
		rows = append(rows, &region[armRow]{View: armRow{r, v.Columns, scales, reaches}, Words: w, draw: tableRow})
	}
	return rows
}

// tableRow can have the focus, so that the keyboard can bring an arm forward as the pointer does.
func tableRow(_ *words.Language, r armRow) *vecty.HTML {
	cells := vecty.List{elem.TableHeader(vecty.Markup(attr("scope", "row"),
		vecty.Property("title", cmp.Or(r.Failed, r.Whole))), sign(r.Look), vecty.Text(r.Text))}
	for i := range r.Cells {
		cells = append(cells, metricCell(r, i))
	}
	return elem.TableRow(vecty.Markup(vecty.Data("row", r.Name), vecty.Property("tabIndex", 0),
		attr("aria-current", strconv.FormatBool(r.Pinned)),
		vecty.ClassMap{"hero": r.Hero, "ctl": r.Control, "pinned": r.Pinned}), cells)
}

// metricCell is one value with its spread, and below it every seed on the scale that the column shares. The
// sign for "not greater" has its meaning in words beside it, for those who do not see it.
func metricCell(r armRow, column int) *vecty.HTML {
	c := r.Cells[column]
	return elem.TableData(vecty.Markup(columnClass(r.Columns[column]),
		vecty.ClassMap{"prov": c.Provisional, "wait": len(c.Marks) == 0}),
		elem.Span(vecty.Markup(class("v", "n")), elem.Bold(vecty.Text(c.Value)),
			elem.Italic(vecty.Text(c.Company)),
			elem.Abbreviation(vecty.Markup(vecty.Property("title", c.Doubtful),
				vecty.Property("hidden", c.Doubtful == "")),
				elem.Span(vecty.Markup(attr("aria-hidden", "true")), vecty.Text("≯")),
				elem.Span(vecty.Markup(class("sr")), vecty.Text(c.Doubtful)))),
		&drawing{Class: "strip", Draw: figureOf(r, column)})
}

// figureOf draws a cell. Its scale is that of the whole column, so that marks in one column can be compared by
// their place.
func figureOf(r armRow, column int) func(w, h, unit float64) chart.Figure {
	if r.Reaches != nil {
		return func(w, h, unit float64) chart.Figure {
			return gain(r.Row, column).Draw(r.Reaches[column], w, h, unit)
		}
	}
	return func(w, h, unit float64) chart.Figure {
		return strip(r.Row, r.Columns[column], column).Draw(r.Scales[column], w, h, unit)
	}
}

// strip is the values of a cell.
func strip(r results.Row, head results.Column, column int) chart.Strip {
	c := r.Cells[column]
	return chart.Strip{Look: lookOf(r.Look), Seeds: c.Marks, Mean: c.Mean.Number(),
		Chance: head.ChanceAt.Number(), Untrained: head.UntrainedAt.Number(), Best: head.BestAt.Number()}
}

// stripExtent is the scale of a column of values.
func stripExtent(v results.Table, column int) chart.Extent {
	var all []chart.Strip
	for _, r := range v.Rows {
		all = append(all, strip(r, v.Columns[column], column))
	}
	return chart.StripExtent(all)
}

// gain is the difference of a cell.
func gain(r results.Row, column int) chart.Gain {
	c := r.Cells[column]
	return chart.Gain{Look: lookOf(r.Look), Seeds: c.Marks, Mean: c.Mean.Number(), Low: c.Low.Number(),
		High: c.High.Number(), Shown: c.Shown}
}

// gainReach is the scale of a column of gains. It holds those of all arms that are trained; what lies outside
// of it has an arrowhead.
func gainReach(v results.Table, column int) float64 {
	var compared []chart.Gain
	for _, r := range v.Rows {
		if !r.Control {
			compared = append(compared, gain(r, column))
		}
	}
	return chart.GainReach(compared)
}
