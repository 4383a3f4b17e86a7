package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// formats are the ways to write a table, endings those of files that hold them.
var (
	formats = []string{"text", "markdown", "latex", "csv", "json"}
	endings = []string{".txt", ".md", ".tex", ".csv", ".json"}
)

// table writes the rows in one of the formats. As text there is a table for each set, then what its signs
// mean.
func (p printer) table(format string, rows []row) error {
	switch format {
	case "csv":
		return writeTableCSV(p.out, rows)
	case "json":
		return p.json(rows)
	}
	for i := 0; i < len(rows); {
		n := i
		for n < len(rows) && rows[n].Set == rows[i].Set {
			n++
		}
		p.tableOf(rows[i:n], format)
		i = n
	}
	if format == "latex" {
		return nil // what the signs mean is for its caption
	}
	p.tableLegend(rows)
	return nil
}

// tableLegend says what the signs of rows mean.
func (p printer) tableLegend(rows []row) {
	for _, key := range []words.Key{"cli-legend-points", "cli-legend-cold", "cli-doubtful",
		"cli-legend-difference",
		"cli-legend-published"} {
		p.line(key, mark)
	}
	seeds := 0
	for _, r := range rows {
		seeds = max(seeds, r.Seeds)
	}
	if p0 := least(seeds); p0.Defined() {
		p.line("cli-legend-least", seeds, float64(p0))
	}
}

// tableOf writes the rows of one set.
func (p printer) tableOf(rows []row, format string) {
	headings := []string{""}
	for _, c := range tableColumns {
		headings = append(headings, c.heading)
	}
	t := p.grid(headings...)
	for _, r := range rows {
		t.row(p.cells(r)...)
	}
	t.titled(p, p.w.TitleOf(rows[0].Set, rows[0].Title), format)
	p.blank()
}

// titled writes the table under its title in one of the formats that people read.
func (g *grid) titled(p printer, title, format string) {
	switch format {
	case "markdown":
		fmt.Fprintf(p.out, "### %s\n\n", title)
		g.markdown()
	case "latex":
		fmt.Fprintf(p.out, "%% %s\n", title)
		g.latex(p.out)
	default:
		fmt.Fprintln(p.out, title)
		g.print()
	}
}

// cells are the texts of a row, the method first.
func (p printer) cells(r row) []string {
	name := strings.TrimSpace(r.Model + " " + r.Arm)
	switch {
	case r.Kind == kindPublished:
		name = p.w.Say("cli-published", r.Arm)
	case r.Failed > 0:
		name += " (" + p.w.Say("cli-failed-of", r.Failed, r.Seeds) + ")"
	}
	if r.detect.Serial() {
		name += " [" + p.scoring(r.detect) + "]"
	}
	texts := []string{name}
	for _, v := range r.Values {
		texts = append(texts, p.cell(v, r.Kind))
	}
	return texts
}

// cell is a value as text tables show it, in points of 100; chance stands beside what the labels helped. What
// papers printed keeps their two decimals.
func (p printer) cell(v value, kind string) string {
	if !v.Mean.Defined() {
		return "-"
	}
	text := p.points(v.Mean)
	switch kind {
	case kindDifference:
		text = p.w.SignedPoints(float64(v.Mean))
	case kindPublished:
		text = p.w.Fixed(100*float64(v.Mean), 2)
	}
	switch {
	case v.Low.Defined():
		text += " (" + p.interval(metrics.UnitShare, spec.Paired{Evidence: v.Evidence}) + ")"
	case v.Deviation.Defined():
		text += " ± " + p.points(v.Deviation)
	}
	if strings.HasPrefix(v.Metric, "pa_") && v.Chance.Defined() {
		text += " (" + p.points(v.Chance) + ")"
	}
	if v.Doubtful {
		text += " " + mark
	}
	return text
}

// writeTableCSV writes one line a value, so that no cell has to be taken apart again; what is undefined is
// empty.
func writeTableCSV(w io.Writer, rows []row) error {
	c := csv.NewWriter(w)
	c.Write([]string{"set", "kind", "model", "arm", "seeds", "failed", "metric", "mean", "deviation",
		"chance", "doubtful", "scoring", "low", "high", "p", "p_holm", "p_sign_flip", "p_smallest"})
	for _, r := range rows {
		for _, v := range r.Values {
			c.Write([]string{r.Set, r.Kind, r.Model, r.Arm, strconv.Itoa(r.Seeds), strconv.Itoa(r.Failed),
				v.Metric,
				orEmpty(v.Mean), orEmpty(v.Deviation), orEmpty(v.Chance), strconv.FormatBool(v.Doubtful),
				r.Scoring, orEmpty(v.Low), orEmpty(v.High), orEmpty(v.P), orEmpty(v.Holm),
				orEmpty(v.SignFlip), orEmpty(v.Least)})
		}
	}
	c.Flush()
	return c.Error()
}

func orEmpty(v metrics.Value) string {
	if !v.Defined() {
		return ""
	}
	return number(float64(v))
}

// number writes a number with all its digits.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
