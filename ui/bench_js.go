package ui

import (
	"strconv"
	"syscall/js"

	"cosinelab/assets/words"
	"cosinelab/ui/bench"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// BenchPage is the page of measurements. Send takes what a person does and must not block. The page is small
// enough to be drawn as a whole: it has no regions.
type BenchPage struct {
	vecty.Core
	State *bench.State
	Send  func(bench.Message)
	Drawn func() // called once the page is there: from then on it can be rendered again
}

// benchClicks are the messages of buttons, by their data-do.
var benchClicks = map[string]bench.Message{
	"run":      bench.Start{},
	"stop":     bench.Stop{},
	"copy":     bench.CopyJSON{},
	"download": bench.DownloadJSON{},
	"theme":    bench.Theme{},
}

// Copy keeps vecty from holding on to every earlier render.
func (p *BenchPage) Copy() vecty.Component {
	return &BenchPage{State: p.State, Send: p.Send, Drawn: p.Drawn}
}

// Mount is called by vecty once the elements are on the page.
func (p *BenchPage) Mount() { p.Drawn() }

func (p *BenchPage) say(k words.Key, args ...any) string { return p.State.Words.Say(k, args...) }

// Render draws the page.
func (p *BenchPage) Render() vecty.ComponentOrHTML {
	v := p.State.View()
	return elem.Body(
		elem.Header(vecty.Markup(class("bar")),
			elem.Anchor(vecty.Markup(class("brand"), vecty.Property("href", "./")), brand(),
				elem.Heading1(vecty.Text(p.say("title")))),
			elem.Div(vecty.Markup(class("transport"), attr("role", "toolbar"),
				attr("aria-label", p.say("run-control"))),
				elem.Button(vecty.Markup(class("btn", "primary"), do("run", ""),
					vecty.Property("disabled", !v.CanRun)),
					icon("play"), elem.Span(vecty.Text(p.say("bench-run")))),
				iconButton(p.State.Words, "stop", "stop", "bench-stop", !v.CanStop)),
			elem.Paragraph(vecty.Markup(class("status", "n"), attr("role", "status")),
				statusParts([]string{v.Status})),
			elem.Div(vecty.Markup(class("tools")), languageButton(p.State.Words),
				iconButton(p.State.Words, "theme", "theme", "theme", false))),
		elem.Main(vecty.Markup(class("bench")),
			elem.Paragraph(vecty.Markup(class("claim")), vecty.Text(p.say("bench-claim"))),
			elem.Paragraph(vecty.Markup(class("why")), rich(p.say("bench-why"))),
			elem.Paragraph(vecty.Markup(class("facts", "dim")), vecty.Text(v.Facts)),
			elem.Paragraph(vecty.Markup(class("err"), attr("role", "alert")), vecty.Text(v.Problem)),
			elem.Div(vecty.Markup(class("acts")),
				p.choices(v),
				elem.Button(vecty.Markup(class("btn", "out"), do("copy", ""),
					vecty.Property("disabled", !v.HasJSON)), vecty.Text(p.say("bench-copy"))),
				elem.Button(vecty.Markup(class("btn", "out"), do("download", ""),
					vecty.Property("disabled", !v.HasJSON)), vecty.Text(p.say("bench-download")))),
			p.table(v.Groups),
			elem.Paragraph(vecty.Markup(class("foot")), vecty.Text(p.say("bench-foot"))),
			elem.Details(vecty.Markup(vecty.Property("hidden", !v.HasJSON)),
				elem.Summary(vecty.Text(p.say("bench-json"))), elem.Preformatted(vecty.Text(v.JSON)))))
}

// choices offers how often a training step is run.
func (p *BenchPage) choices(v bench.View) *vecty.HTML {
	var list vecty.List
	for _, c := range v.Choices {
		list = append(list, elem.Label(
			elem.Input(vecty.Markup(attr("type", "radio"), attr("name", "runs"),
				vecty.Property("checked", c.On), vecty.Property("disabled", !v.CanChoose),
				vecty.Data("runs", strconv.Itoa(c.Runs)))),
			elem.Span(vecty.Text(c.Text))))
	}
	return elem.Div(vecty.Markup(class("seg"), vecty.ClassMap{"locked": !v.CanChoose},
		attr("role", "radiogroup"), attr("aria-label", p.say("bench-runs"))), list)
}

// table has a body for each group, so that its lines stay together.
func (p *BenchPage) table(groups []bench.Group) *vecty.HTML {
	heads := vecty.List{elem.TableHeader(elem.Span(vecty.Markup(class("sr")),
		vecty.Text(p.say("bench-table"))))}
	for _, c := range []struct {
		name  words.Key
		extra bool
	}{{"bench-workers", false}, {"bench-median", false}, {"bench-p10", true}, {"bench-runs-column", true},
		{"bench-gflop", true},
		{"bench-speed", false}, {"bench-share", false}, {"bench-p10", true}, {"bench-roofline", true}} {
		heads = append(heads, elem.TableHeader(vecty.Markup(attr("scope", "col"),
			vecty.ClassMap{"extra": c.extra}), vecty.Text(p.say(c.name))))
	}
	heads = append(heads, elem.TableHeader())
	var bodies vecty.List
	for _, g := range groups {
		// Eleven columns: the name, nine under the heads of above, and the note, whose head is empty.
		rows := vecty.List{elem.TableRow(vecty.Markup(class("group")),
			elem.TableHeader(vecty.Markup(attr("colspan", 11), attr("scope", "rowgroup")),
				vecty.Text(g.Title)))}
		for _, r := range g.Rows {
			rows = append(rows, benchRow(r))
		}
		bodies = append(bodies, elem.TableBody(rows))
	}
	return elem.Div(vecty.Markup(class("tablebox")), elem.Table(vecty.Markup(class("timings")),
		elem.TableHead(elem.TableRow(heads)), bodies))
}

// benchRow is one measurement. Cells of the class extra leave when the page is narrow.
func benchRow(r bench.Row) *vecty.HTML {
	cell := func(text string, kinds ...string) *vecty.HTML {
		return elem.TableData(vecty.Markup(class(kinds...)), vecty.Text(text))
	}
	return elem.TableRow(vecty.Markup(vecty.ClassMap{"live": r.Live}),
		elem.TableHeader(vecty.Markup(attr("scope", "row")), elem.Bold(vecty.Text(r.Name)),
			elem.Span(vecty.Markup(class("about")), vecty.Text(r.About))),
		cell(r.Workers), cell(r.Median, "main"), cell(r.P10, "extra"), cell(r.Runs, "extra"),
		cell(r.GFLOP, "extra"),
		cell(r.Speed), cell(r.Share, "main"), cell(r.Best, "extra"), cell(r.Roofline, "extra"),
		cell(r.Note, "note"))
}

// Listen turns what happens on the page into messages, as Page.Listen does for the lab.
func (p *BenchPage) Listen() {
	listen("click", func(_, target js.Value) {
		if what, _, ok := data(target, "do"); ok && benchClicks[what] != nil {
			p.Send(benchClicks[what])
		} else if tag, _, ok := data(target, "language"); ok {
			p.Send(bench.SetLanguage{Tag: tag})
		}
	})
	listen("change", func(_, target js.Value) {
		if runs, _, ok := data(target, "runs"); ok {
			p.Send(bench.Choose{Runs: number(runs)})
		}
	})
	listen("keydown", func(e, _ js.Value) {
		if e.Get("key").String() == "Escape" {
			p.Send(bench.Stop{})
		}
	})
}

// Download has the browser save text as a file.
func Download(name, text string) {
	Save(name, js.ValueOf([]any{text}), "application/json")
}

// Save has the browser save pieces of text or bytes as a file, through a link that is never on the page. The URL
// keeps them in memory until it is revoked; the click has taken it over by then.
func Save(name string, pieces js.Value, kind string) {
	blob := js.Global().Get("Blob").New(pieces, map[string]any{"type": kind})
	url := js.Global().Get("URL").Call("createObjectURL", blob)
	link := js.Global().Get("document").Call("createElement", "a")
	link.Set("href", url)
	link.Set("download", name)
	link.Call("click")
	js.Global().Get("URL").Call("revokeObjectURL", url)
}
