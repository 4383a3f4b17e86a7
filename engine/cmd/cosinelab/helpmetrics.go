package main

import (
	"fmt"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
)

// groupTitles say what may be read alone.
var groupTitles = map[metrics.Group]words.Key{metrics.Honest: "honest", metrics.Warned: "cli-warned",
	metrics.Flattering: "cli-flattering"}

// helpMetrics says of every metric what it is, by which parameters, why it needs a warning, and what other
// programs call it.
func (a *app) helpMetrics() {
	p := printer{a.out, a.w}
	for _, g := range metrics.Groups {
		fmt.Fprintf(p.out, "%s\n", p.w.Say(groupTitles[g]))
		for _, m := range metrics.All {
			if m.Group == g {
				p.helpMetric(m)
			}
		}
		p.blank()
	}
	p.line("cli-elsewhere-legend")
	p.line("cli-elsewhere-none")
}

func (p printer) helpMetric(m metrics.Metric) {
	fmt.Fprintf(p.out, "  %s (%s)\n", p.metric(m), m.Name)
	texts := []string{p.w.Say(words.Key(m.DefinitionKey()))}
	if m.Group == metrics.Warned {
		texts = append(texts, p.w.Say(words.Key(m.WarningKey())))
	}
	if s := setting(m, metrics.Defaults); s != "" {
		texts = append(texts, s)
	}
	if names := m.Elsewhere(); names != nil {
		texts = append(texts, p.w.Say("elsewhere", strings.Join(names, "; ")))
	}
	for _, text := range texts {
		fmt.Fprintf(p.out, "    %s\n", text)
	}
}
