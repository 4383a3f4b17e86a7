package state

import (
	"math"
	"slices"

	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/ui/words"
)

// Table is the arms with their metrics.
type Table struct {
	Columns []Column
	Rows    []Row
	Foot    string
	Legend  string
	All     bool   // every metric is shown
	Switch  string // what changes All
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
	t := Table{Legend: w.Say(words.Legend), Foot: s.footnote(), All: s.AllMetrics, Switch: w.Say(words.AllMetrics, len(metrics.All))}
	if t.All {
		t.Switch = w.Say(words.FewerMetrics)
	}
	var p *Progress
	if p = s.Run; p == nil {
		p = &Progress{Spec: s.Spec}
	}
	for _, a := range p.Spec.Arms {
		row := Row{Look: look(w, p.Spec, a), Hero: a.Name == examined(p.Spec), Control: !trained(a), Pinned: a.Name == s.Pinned, runs: len(p.runsOf(a.Name))}
		if f := p.failure(a.Name); f != nil {
			row.Failed = w.Say(words.RunFailed, f.Failed)
		}
		t.Rows = append(t.Rows, row)
	}
	summed := p.report().Summary().Metrics
	for _, m := range columns(s.AllMetrics) {
		ms := experiment.MetricSummary{Metric: m.Metric, Chance: metrics.Undefined, Untrained: metrics.Undefined}
		if i := slices.IndexFunc(summed, func(ms experiment.MetricSummary) bool { return ms.Metric.Name == m.Name }); i >= 0 {
			ms = summed[i]
		}
		t.add(w, m, ms, len(p.Spec.Seeds))
	}
	return t
}

// add puts one metric into the table.
func (t *Table) add(w *words.Language, m metricColumn, ms experiment.MetricSummary, seeds int) {
	t.Columns = append(t.Columns, Column{Title: m.short, Definition: m.Title + ": " + m.Definition,
		Chance: points(ms.Chance), Untrained: points(ms.Untrained), Flattering: m.Group == metrics.Flattering,
		Extra: m.extra, ChanceAt: maybe(ms.Chance), UntrainedAt: maybe(ms.Untrained)})
	for i := range t.Rows {
		var arm experiment.Spread
		if i < len(ms.Arms) {
			arm = ms.Arms[i]
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, newCell(w, arm, t.Rows[i].runs, seeds))
	}
}

// newCell writes a metric of an arm that has so many finished runs. Not every run need have a value: precision has none
// without an alarm.
func newCell(w *words.Language, arm experiment.Spread, runs, seeds int) Cell {
	n := len(arm.Values)
	c := Cell{Value: w.Say(words.Pending), Provisional: n < seeds}
	for _, v := range arm.Values {
		c.Marks = append(c.Marks, 100*float64(v))
	}
	if n == 0 {
		return c
	}
	c.Value = points(arm.Mean)
	switch {
	case n < runs:
		c.Company = w.Say(words.DefinedIn, n, seeds)
	case n < seeds:
		c.Company = w.Say(words.SeedOf, n, seeds)
	case n > 1:
		c.Company = "± " + points(arm.SD)
	}
	if n > 1 {
		c.Mean = maybe(arm.Mean)
	}
	return c
}

// points writes a value in points of 100; what is not there yet is a dash.
func points(v metrics.Value) string {
	if !v.Defined() {
		return "–"
	}
	return words.Points(float64(v))
}

// footnote says what the numbers are before anybody reads them.
func (s *State) footnote() string {
	w := s.Words
	switch {
	case s.Run == nil:
		return w.Say(words.ResultsNone)
	case s.Wrong != nil || s.Run.Gone:
		return w.Say(words.ResultsLast, s.title())
	case !s.Run.Over:
		return w.Say(words.ResultsProvisional)
	case len(s.Run.Spec.Seeds) == 1:
		return w.Say(words.ResultsOne)
	}
	return w.Say(words.ResultsMean, len(s.Run.Spec.Seeds))
}
