package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// printer writes text in one language.
type printer struct {
	out io.Writer
	w   *words.Language
}

// line writes the text of a key as a line.
func (p printer) line(key words.Key, args ...any) { fmt.Fprintln(p.out, p.w.Say(key, args...)) }

func (p printer) blank() { fmt.Fprintln(p.out) }

// points writes a metric in points of 100.
func (p printer) points(v metrics.Value) string { return p.w.Points(float64(v)) }

// in writes a value in its unit, shares in points of 100.
func (p printer) in(u metrics.Unit, v metrics.Value) string { return p.w.Fixed(u.Of(v), 1) }

// spread writes a mean in its unit with its deviation, where there is one.
func (p printer) spread(u metrics.Unit, s spec.Spread) string {
	if !s.SD.Defined() {
		return p.in(u, s.Mean)
	}
	return p.in(u, s.Mean) + " ± " + p.in(u, s.SD)
}

// metric is the title of one, with its unit where that is not points of 100.
func (p printer) metric(m metrics.Metric) string {
	title := p.w.Say(words.Key(m.WordKey()))
	if m.Unit != metrics.UnitShare {
		title += ", " + p.w.Say(words.Key(m.Unit.WordKey()))
	}
	return title
}

// constant is what a constant score gets, where it stands beside the metric.
func (p printer) constant(m metrics.Metric, v metrics.Value) string {
	if !m.ShowsConstant() {
		return ""
	}
	return p.in(m.Unit, v)
}

// setting is the parameters of a metric; empty where it has none.
func setting(m metrics.Metric, with metrics.Parameters) string {
	if m.Setting == nil {
		return ""
	}
	return m.Setting(with)
}

// warnings say why the metrics of rows cannot be read alone, each reason once.
func (p printer) warnings(rows []metrics.Metric) {
	of := map[string][]string{}
	var reasons []string
	for _, m := range rows {
		if m.Group == metrics.Warned {
			reason := p.w.Say(words.Key(m.WarningKey()))
			if of[reason] == nil {
				reasons = append(reasons, reason)
			}
			of[reason] = append(of[reason], p.w.Say(words.Key(m.WordKey())))
		}
	}
	for _, reason := range reasons {
		fmt.Fprintf(p.out, "  %s: %s\n", strings.Join(of[reason], ", "), reason)
	}
}

// digits writes a number with n significant digits.
func digits(x float64, n int) string { return strconv.FormatFloat(x, 'g', n, 64) }

// grid is a table whose columns stand apart by two spaces, whatever width the letters of a language have.
// Rows are kept until it is printed.
type grid struct {
	t     table.Writer
	lines int
	texts [][]string // headings, then rows
}

// grid begins a table; without headings it has no header.
func (p printer) grid(headings ...string) *grid {
	text.OverrideRuneWidthEastAsianWidth(false) // ± is as wide as a letter, whatever the locale
	t := table.NewWriter()
	t.SetOutputMirror(p.out)
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	style.Markdown.PadContent = true
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	if len(headings) > 0 {
		t.AppendHeader(cells(headings))
	}
	return &grid{t: t, texts: [][]string{headings}}
}

func (g *grid) row(texts ...string) {
	g.t.AppendRow(cells(texts))
	g.texts = append(g.texts, slices.Clone(texts))
	g.lines++
}

// right aligns columns, counted from 1, to the right.
func (g *grid) right(columns ...int) *grid {
	configs := make([]table.ColumnConfig, len(columns))
	for i, c := range columns {
		configs[i] = table.ColumnConfig{Number: c, Align: text.AlignRight, AlignHeader: text.AlignRight}
	}
	g.t.SetColumnConfigs(configs)
	return g
}

// markdown writes the table as Markdown has it.
func (g *grid) markdown() {
	g.t.ResetRows()
	for _, row := range g.texts[1:] { // two asterisks would make what stands between them strong
		escaped := make([]string, len(row))
		for i, text := range row {
			escaped[i] = strings.ReplaceAll(text, mark, `\`+mark)
		}
		g.t.AppendRow(cells(escaped))
	}
	g.t.RenderMarkdown()
}

// latex writes the table as LaTeX has it, with lines of booktabs.
func (g *grid) latex(out io.Writer) {
	fmt.Fprintf(out, "\\begin{tabular}{l%s}\n\\toprule\n", strings.Repeat("r", max(0, len(g.texts[0])-1)))
	for i, row := range g.texts {
		for j, text := range row {
			row[j] = latexText.Replace(text)
		}
		fmt.Fprintln(out, strings.Join(row, " & ")+` \\`)
		if i == 0 {
			fmt.Fprintln(out, `\midrule`)
		}
	}
	fmt.Fprintln(out, "\\bottomrule\n\\end{tabular}")
}

// latexText writes what LaTeX would take for commands, and what its fonts call otherwise.
var latexText = strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"{", `\{`, "}", `\}`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "±", `$\pm$`, "−", `$-$`, "δ", `$\delta$`)

// print writes the table, unless it has no rows.
func (g *grid) print() {
	if g.lines > 0 {
		g.t.Render()
	}
}

func cells(texts []string) table.Row {
	row := make(table.Row, len(texts))
	for i, t := range texts {
		row[i] = t
	}
	return row
}
