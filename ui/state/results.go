package state

import (
	"math"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Table is the arms with their metrics.
type Table struct {
	Columns []Column
	Rows    []Row
	Foot    string
	Legend  string
	All     bool   // every metric is shown
	Switch  string // what changes All

	doubtful bool // a cell is
}

// Column is one metric with what it must not be read without.
type Column struct {
	Title, Definition string
	Chance, Untrained string
	Flattering        bool
	Extra             bool  // leaves when the page is narrow
	ChanceAt          Maybe // in points, as all that follows
	UntrainedAt       Maybe
}

// Row is one arm.
type Row struct {
	Look
	Hero, Control, Pinned bool
	Failed                string // why there is no score
	Cells                 []Cell
	runs                  int // finished
}

// Cell is one metric of one arm.
type Cell struct {
	Value       string
	Company     string // spread, or how many seeds there are yet
	Provisional bool
	Doubtful    string    // what is to be doubted; empty = nothing
	Marks       []float64 // one a seed
	Mean        Maybe     // there is none of one seed
}

// Maybe is a number that may be unknown; unlike NaN it equals itself, so that views can be compared.
type Maybe struct {
	Value float64
	Known bool
}

func maybe(v metrics.Value) Maybe {
	if !v.Defined() {
		return Maybe{}
	}
	return Maybe{100 * float64(v), true}
}

// Number returns the number, NaN when it is unknown.
func (m Maybe) Number() float64 {
	if !m.Known {
		return math.NaN()
	}
	return m.Value
}

// Table returns the results as far as they have come.
func (s *State) Table() Table {
	w := s.Words
	t := Table{Legend: w.Say("legend"), Foot: s.footnote(), All: s.AllMetrics, Switch: w.Say("all-metrics", len(metrics.All))}
	var p *Progress
	if p = s.Run; p == nil {
		p = &Progress{Spec: s.Spec}
	}
	switch {
	case t.All:
		t.Switch = w.Say("fewer-metrics")
	case p.knowsCauses():
		t.Switch = w.Say("all-metrics", len(metrics.All)+len(hitRates))
	}
	for _, a := range p.Spec.Arms {
		row := Row{Look: look(w, p.Spec, a), Hero: a.Name == examined(p.Spec), Control: !trained(a), Pinned: a.Name == s.Pinned, runs: len(p.runsOf(a.Name))}
		if f := p.failure(a.Name); f != nil {
			row.Failed = w.Say("run-failed", f.Failed)
		}
		t.Rows = append(t.Rows, row)
	}
	r := p.report()
	summed := r.Summary().Metrics
	honest := true
	for _, m := range columns(s.AllMetrics) {
		if honest && m.Group == metrics.Flattering {
			honest = false
			s.addHitRates(&t, p)
		}
		ms := spec.MetricSummary{Metric: m.Metric, Chance: metrics.Undefined, Untrained: metrics.Undefined}
		if i := slices.IndexFunc(summed, func(ms spec.MetricSummary) bool { return ms.Metric.Name == m.Name }); i >= 0 {
			ms = summed[i]
		}
		definition := w.Say(words.Key(m.WordKey())) + ": " + w.Say(words.Key(m.DefinitionKey()))
		t.add(w, m, definition, ms, len(p.Spec.Seeds), func(arm string) bool { return r.Standing(arm, m.Name).Doubtful() })
	}
	if t.doubtful {
		t.Legend += " " + w.Say("legend-doubtful")
	}
	return t
}

// add puts one metric into the table.
func (t *Table) add(w *words.Language, m metricColumn, definition string, ms spec.MetricSummary, seeds int, doubtful func(arm string) bool) {
	t.Columns = append(t.Columns, Column{Title: m.short, Definition: definition,
		Chance: points(w.Numbers, ms.Chance), Untrained: points(w.Numbers, ms.Untrained), Flattering: m.Group == metrics.Flattering,
		Extra: m.extra, ChanceAt: maybe(ms.Chance), UntrainedAt: maybe(ms.Untrained)})
	for i := range t.Rows {
		var arm spec.Spread
		if i < len(ms.Arms) {
			arm = ms.Arms[i]
		}
		c := newCell(w, arm, t.Rows[i].runs, seeds)
		if !t.Rows[i].Control && len(arm.Values) > 0 && doubtful(t.Rows[i].Name) {
			c.Doubtful = w.Say("cell-doubtful")
			t.doubtful = true
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, c)
	}
}

// hitRates are what a report says of the channels that arms blame. They are no metrics of alarms, so they are not among
// metrics.All.
var hitRates = []struct {
	title      string
	definition words.Key
	value      func(spec.Located) metrics.Value
	chance     func(spec.Located) metrics.Value
}{
	{"HitRate@100 %", "hit-rate100", func(l spec.Located) metrics.Value { return l.HitRate100 }, func(l spec.Located) metrics.Value { return l.Chance100 }},
	{"HitRate@150 %", "hit-rate150", func(l spec.Located) metrics.Value { return l.HitRate150 }, func(l spec.Located) metrics.Value { return l.Chance150 }},
}

// located collects a value of the finished runs of an arm that know it.
func (p *Progress) located(arm string, of func(spec.Located) metrics.Value) spec.Spread {
	var values []metrics.Value
	for _, r := range p.runsOf(arm) {
		if r.Located != nil {
			values = append(values, of(*r.Located))
		}
	}
	return spec.NewSpread(values)
}

func (p *Progress) knowsCauses() bool {
	return slices.ContainsFunc(p.Runs, func(r spec.Run) bool { return r.Located != nil })
}

// addHitRates puts columns into the table of all metrics where somebody knows the true channels.
func (s *State) addHitRates(t *Table, p *Progress) {
	if !t.All || !p.knowsCauses() {
		return
	}
	for _, h := range hitRates {
		ms := spec.MetricSummary{Chance: metrics.Undefined, Untrained: metrics.Undefined}
		for _, a := range p.Spec.Arms {
			arm := p.located(a.Name, h.value)
			ms.Arms = append(ms.Arms, arm)
			if a.Control == spec.ControlUntrained {
				ms.Untrained = arm.Mean
			}
			if c := p.located(a.Name, h.chance).Mean; c.Defined() {
				ms.Chance = c // the same for all: it depends on the true channels alone
			}
		}
		m := metricColumn{metrics.Metric{Group: metrics.Honest}, h.title, false}
		t.add(s.Words, m, h.title+": "+s.Words.Say(h.definition), ms, len(p.Spec.Seeds), func(arm string) bool {
			got := p.located(arm, h.value)
			return notAbove(got, ms.Chance) || notAbove(got, ms.Untrained)
		})
	}
}

// newCell writes a metric of an arm that has so many finished runs. Not every run need have a value: precision has none
// without an alarm.
func newCell(w *words.Language, arm spec.Spread, runs, seeds int) Cell {
	n := len(arm.Values)
	c := Cell{Value: w.Say("pending"), Provisional: n < seeds}
	for _, v := range arm.Values {
		c.Marks = append(c.Marks, 100*float64(v))
	}
	if n == 0 {
		return c
	}
	c.Value = points(w.Numbers, arm.Mean)
	switch {
	case n < runs:
		c.Company = w.Say("defined-in", n, seeds)
	case n < seeds:
		c.Company = w.Say("seed-of", n, seeds)
	case n > 1:
		c.Company = "± " + points(w.Numbers, arm.SD)
	}
	if n > 1 {
		c.Mean = maybe(arm.Mean)
	}
	return c
}

// points writes a value in points of 100; what is not there yet is a dash.
func points(w words.Numbers, v metrics.Value) string {
	if !v.Defined() {
		return "–"
	}
	return w.Points(float64(v))
}

// footnote says what the numbers are before anybody reads them.
func (s *State) footnote() string {
	w := s.Words
	switch {
	case s.Run == nil:
		return w.Say("results-none")
	case s.Wrong != nil || s.Run.Gone:
		return w.Say("results-last", s.title())
	case !s.Run.Over:
		return w.Say("results-provisional")
	case s.Run.Report != nil && !s.Run.Report.Data.Labelled:
		return w.Say("results-no-labels")
	case len(s.Run.Spec.Seeds) == 1:
		return w.Say("results-one")
	}
	return w.Say("results-mean", len(s.Run.Spec.Seeds))
}

// notAbove tells whether values lie above a level by no more than their spread, if they have one.
func notAbove(got spec.Spread, level metrics.Value) bool {
	over := got.Mean - level
	return over <= 0 || over <= got.SD
}
