package main

import (
	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// helpThresholds says how to choose a threshold where nobody has labels.
func (a *app) helpThresholds() {
	p := printer{a.out, a.w}
	p.line("cli-thresholds-what")
	p.blank()
	t := p.grid("", "", p.w.Say("cli-thresholds-new"))
	for k := range spec.Each(spec.PolicyCount) {
		row := spec.Policies[k]
		new := words.Key("cli-thresholds-stays")
		if row.Moves {
			new = "cli-thresholds-moves"
		}
		t.row("  "+row.Name, p.w.Say(words.Key(k.WordKey())), p.w.Say(new))
	}
	t.print()
	p.blank()
	p.line("cli-thresholds-share")
	p.line("cli-thresholds-rate")
	p.line("cli-thresholds-joined")
	p.line("cli-thresholds-labels")
}
