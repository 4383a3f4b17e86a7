package main

import (
	"fmt"
	"strings"

	"cosinelab/engine/spec"
)

// epochGains prints a table a metric, one row an arm and one column an epoch, then how many of the differences
// chance alone would make look like something.
func (p printer) epochGains(g epochGains, markdown bool) {
	p.line("cli-gains-by-epoch", g.Over, percent(g.Level))
	p.line("epochs-insight")
	for _, t := range g.Tables {
		p.blank()
		p.gainsOf(t, g, markdown)
	}
	p.blank()
	p.line("cli-epoch-chance", g.Compared, g.ByChance, g.Excluding0, g.Shown, mark)
}

// gainsOf prints those of one metric.
func (p printer) gainsOf(t metricGains, g epochGains, markdown bool) {
	title := p.metric(t.Metric)
	if t.Chance.Defined() {
		title += " (" + p.w.Say("chance") + " " + p.in(t.Metric.Unit, t.Chance) + ")"
	}
	headings := []string{""}
	for _, n := range g.Epochs {
		headings = append(headings, p.w.Say("cli-after-epochs", n))
	}
	grid := p.grid(headings...)
	row := []string{g.Over}
	for _, v := range t.Values {
		row = append(row, p.spread(t.Metric.Unit, spec.Spread{Mean: v.Mean, SD: v.SD}))
	}
	grid.row(row...)
	for _, a := range t.Arms {
		row := []string{a.Arm}
		for _, x := range a.After {
			row = append(row, p.gain(t.Metric.Unit, x.Paired))
		}
		if markdown {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], mark, `\`+mark)
			}
		}
		grid.row(row...)
	}
	if markdown {
		fmt.Fprintf(p.out, "### %s\n\n", title)
		grid.markdown()
		return
	}
	fmt.Fprintln(p.out, title)
	grid.print()
}
