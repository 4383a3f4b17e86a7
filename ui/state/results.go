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
}

// Column is one metric with what it must not be read without.
type Column struct {
	Title, Definition string
	Chance, Untrained string
	Flattering        bool
	Extra             bool    // leaves when the page is narrow
	ChanceAt          float64 // on the strip, 0 to 1; -1 = nowhere
	UntrainedAt       float64
}

// Row is one arm.
type Row struct {
	Look
	Hero, Control bool
	Failed        string // why there is no score
	Cells         []Cell
}

// Cell is one metric of one arm.
type Cell struct {
	Value       string
	Company     string // spread, or how many seeds there are yet
	Provisional bool
	Marks       []float64 // one a seed, on the strip
	Mean        float64   // on the strip; -1 = no mean of several
}

// Table returns the results as far as they have come.
func (s *State) Table() Table {
	w := s.Words
	t := Table{Legend: w.Say(words.Legend), Foot: s.footnote()}
	var p *Progress
	if p = s.Run; p == nil {
		p = &Progress{Spec: s.Spec}
	}
	for _, a := range p.Spec.Arms {
		row := Row{Look: look(w, a), Hero: a.Name == examined(p.Spec), Control: !trained(a)}
		if f := p.failure(a.Name); f != nil {
			row.Failed = w.Say(words.RunFailed, f.Failed)
		}
		t.Rows = append(t.Rows, row)
	}
	summed := p.report().Summary().Metrics
	for _, m := range columns() {
		ms := experiment.MetricSummary{Metric: m, Chance: metrics.Undefined, Untrained: metrics.Undefined}
		if i := slices.IndexFunc(summed, func(ms experiment.MetricSummary) bool { return ms.Metric.Name == m.Name }); i >= 0 {
			ms = summed[i]
		}
		t.add(w, ms, len(p.Spec.Seeds))
	}
	return t
}

// add puts one metric into the table.
func (t *Table) add(w *words.Language, ms experiment.MetricSummary, seeds int) {
	at := newStrip(ms)
	t.Columns = append(t.Columns, Column{Title: shortTitle(ms.Metric), Definition: ms.Metric.Definition,
		Chance: points(ms.Chance), Untrained: points(ms.Untrained), Flattering: ms.Metric.Group == metrics.Flattering,
		Extra: !slices.Contains(headline, ms.Metric.Name), ChanceAt: at.place(ms.Chance), UntrainedAt: at.place(ms.Untrained)})
	for i := range t.Rows {
		cell := Cell{Value: w.Say(words.Pending), Mean: -1}
		if i < len(ms.Arms) {
			cell = newCell(w, ms.Arms[i], seeds, at)
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
	}
}

func newCell(w *words.Language, arm experiment.Spread, seeds int, at strip) Cell {
	n := len(arm.Values)
	c := Cell{Value: w.Say(words.Pending), Mean: -1, Provisional: n < seeds}
	for _, v := range arm.Values {
		c.Marks = append(c.Marks, at.place(v))
	}
	if n == 0 {
		return c
	}
	c.Value = points(arm.Mean)
	switch {
	case n < seeds:
		c.Company = w.Say(words.SeedOf, n, seeds)
	case n > 1:
		c.Company = "± " + points(arm.SD)
	}
	if n > 1 {
		c.Mean = at.place(arm.Mean)
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

// strip is the scale of a metric: one for all arms, and chance is always on it.
type strip struct{ low, high float64 }

func newStrip(ms experiment.MetricSummary) strip {
	s := strip{math.Inf(1), math.Inf(-1)}
	take := func(v metrics.Value) {
		if v.Defined() {
			s.low, s.high = min(s.low, float64(v)), max(s.high, float64(v))
		}
	}
	take(ms.Chance)
	take(ms.Untrained)
	for _, a := range ms.Arms {
		for _, v := range a.Values {
			take(v)
		}
	}
	const margin, narrowest = 0.1, 0.02
	middle, half := (s.low+s.high)/2, max(s.high-s.low, narrowest)/2*(1+margin)
	return strip{middle - half, middle + half}
}

// place returns where a value stands on the strip, 0 to 1, or -1 when it is undefined.
func (s strip) place(v metrics.Value) float64 {
	if !v.Defined() || math.IsInf(s.low, 0) || math.IsNaN(s.low) {
		return -1
	}
	return (float64(v) - s.low) / (s.high - s.low)
}

func (s *State) footnote() string {
	w := s.Words
	switch {
	case s.Run == nil:
		return w.Say(words.ResultsNone)
	case s.Wrong != nil:
		return w.Say(words.ResultsLast, s.title())
	case !s.Run.Ended:
		return w.Say(words.ResultsProvisional)
	case len(s.Run.Spec.Seeds) == 1:
		return w.Say(words.ResultsOne)
	}
	return w.Say(words.ResultsMean, len(s.Run.Spec.Seeds))
}
