package results

import (
	"math"
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Table is the arms with their metrics, in words and as numbers to draw. Foot says what the numbers are,
// Legend how to read them.
type Table struct {
	Columns []Column
	Rows    []Row
	Foot    string
	Legend  string
	All     bool   // every metric is shown
	Switch  string // what changes All
	Detail  string // of the arm in focus; see Progress.Detail
	Data    Data   // intervals over the data
	Gain    bool   // cells are differences to the baseline, which has no row

	doubtful bool // a cell is: the legend then says what its mark means
}

// Data is the switch of intervals over the data. Note is what goes on, or why there are none.
type Data struct {
	On   bool
	Note string
}

// Column is one metric with what it must not be read without.
type Column struct {
	Title, Definition string
	Unit              string // empty = points of 100
	Chance, Untrained string
	Constant          string // what a constant score gets, which flags everything; empty where it is not shown
	Group             string // of metrics, in words
	Warned            bool   // useless scores can get much of it
	Flattering        bool
	Extra             bool   // leaves when the page is narrow
	Judged            bool   // the verdict is about it
	To                string // what differences are to; empty where cells are values
	ChanceAt          Maybe  // as it is written, as all that follows
	UntrainedAt       Maybe
	BestAt            Maybe // of the detectors without a network
	Note              Note  // where all metrics are shown
}

// groupKeys name the groups.
var groupKeys = map[metrics.Group]words.Key{metrics.Honest: "honest", metrics.Warned: "warned",
	metrics.Flattering: "flattering"}

// Note says of a metric what it is, by which parameters, why it is not to be read alone, and what others call
// it. All but the first two may be empty.
type Note struct{ Title, Definition, Setting, Warning, Elsewhere string }

// Row is one arm.
type Row struct {
	look.Look
	Hero, Control, Pinned bool
	Failed                string // why there is no score
	Cells                 []Cell
	runs, seeds           int  // finished; all that there will be
	once                  bool // no seed changes it
	closed                bool // a detector without a network
}

// Cell is one metric of one arm.
type Cell struct {
	Value       string
	Company     string    // beside it: the spread, or how many seeds there are yet
	Provisional bool      // seeds are missing
	Doubtful    string    // what is to be doubted; empty = nothing
	Marks       []float64 // one a seed
	Mean        Maybe     // there is none of one seed
	// Of a difference: its interval, and whether it is shown to differ from 0.
	Low, High Maybe
	Shown     bool
}

// Maybe is a number that may be unknown; unlike NaN it equals itself, so that views can be compared.
type Maybe struct {
	Value float64
	Known bool
}

// maybe is a value as it is written in its unit.
func maybe(u metrics.Unit, v metrics.Value) Maybe {
	if !v.Defined() {
		return Maybe{}
	}
	return Maybe{u.Of(v), true}
}

// Number returns the number, NaN when it is unknown.
func (m Maybe) Number() float64 {
	if !m.Known {
		return math.NaN()
	}
	return m.Value
}

// Table returns the results as far as they have come, all metrics or the headline, as values or as gains.
// Before any run it is the empty table of an experiment that has not begun.
func (p *Progress) Table(w *words.Language, all, gain bool, pinned string) Table {
	r := p.Report()
	t := Table{Legend: w.Say("legend"), All: all, Gain: gain, Switch: w.Say("all-metrics", len(metrics.All))}
	switch {
	case t.All:
		t.Switch = w.Say("fewer-metrics")
	case r.KnowsCauses():
		t.Switch = w.Say("all-metrics", len(metrics.All)+len(spec.HitRates))
	}
	for _, a := range r.Arms {
		name := a.Arm.Name
		if gain && name == p.Spec.Baseline() {
			continue
		}
		row := Row{Look: look.Of(w, p.Spec, a.Arm), Hero: name == p.Spec.Examined(), Control: !Trained(a.Arm),
			Pinned: name == pinned, runs: len(a.Runs), seeds: p.Spec.RunsOf(a.Arm),
			once:   spec.Controls[a.Arm.Control].Closed && len(p.Spec.Seeds) > 1,
			closed: spec.Controls[a.Arm.Control].Closed}
		if f := p.failure(name); f != nil {
			row.Failed = w.Say("run-failed", f.Failed)
		}
		t.Rows = append(t.Rows, row)
	}
	honest := true
	for _, m := range columns(all, p.Spec.JudgedBy()) {
		if honest && m.Group != metrics.Honest {
			honest = false
			t.addHitRates(w, r)
		}
		ms, there := r.Summarise(m.Metric)
		if !there {
			ms = spec.MetricSummary{Metric: m.Metric, Chance: metrics.Undefined, Untrained: metrics.Undefined,
				Constant: metrics.Undefined}
		}
		n := note(w, m.Metric, r)
		definition := strings.TrimSpace(n.Title + ": " + n.Definition + " " + n.Warning)
		t.add(w, m, definition, ms, spec.MeasuredBy(m.Metric), r)
		last := &t.Columns[len(t.Columns)-1]
		if last.Judged = m.Name == p.Spec.JudgedBy().Name; all {
			last.Note = n
		}
	}
	if gain {
		t.legend(w, p.NameOf(w, p.Spec.Baseline()), r.Spec.Level())
	}
	if t.doubtful {
		t.Legend += " " + w.Say("legend-doubtful")
	}
	return t
}

// add puts one metric into the table: a column, and a cell in each row, in the order in which ms has the
// arms; measured is how the report has it.
func (t *Table) add(w *words.Language, m metricColumn, definition string, ms spec.MetricSummary,
	measured spec.Measured, r spec.Report) {
	column := Column{Title: m.Short, Definition: definition,
		Chance: written(w.Numbers, m.Unit, ms.Chance), Untrained: written(w.Numbers, m.Unit, ms.Untrained),
		Group: w.Say(groupKeys[m.Group]), Warned: m.Group == metrics.Warned,
		Flattering: m.Group == metrics.Flattering, Extra: m.extra, ChanceAt: maybe(m.Unit, ms.Chance),
		UntrainedAt: maybe(m.Unit, ms.Untrained)}
	if m.Unit != metrics.UnitShare {
		column.Unit = w.Say(words.Key(m.Unit.WordKey()))
	}
	if m.ShowsConstant() {
		column.Constant = written(w.Numbers, m.Unit, ms.Constant)
	}
	column.BestAt = maybe(m.Unit, t.best(m.Metric, ms))
	t.Columns = append(t.Columns, column)
	if t.Gain {
		t.addGains(w, m.Unit, r.Gains(measured), len(r.Spec.Seeds))
		return
	}
	standings := r.Standings(measured)
	for i := range t.Rows {
		var arm spec.Spread
		if i < len(ms.Arms) {
			arm = ms.Arms[i]
		}
		c := newCell(w, m.Unit, arm, t.Rows[i])
		if !t.Rows[i].Control && len(arm.Values) > 0 && standings[i].Doubtful(r.Spec.Level()) {
			c.Doubtful = w.Say("cell-doubtful")
			t.doubtful = true
		}
		t.Rows[i].Cells = append(t.Rows[i].Cells, c)
	}
}

// best is what the best detector without a network gets; undefined where there is none yet.
func (t *Table) best(m metrics.Metric, ms spec.MetricSummary) metrics.Value {
	best := metrics.Undefined
	for i, row := range t.Rows {
		if row.closed && i < len(ms.Arms) && ms.Arms[i].Mean.Defined() {
			if v := ms.Arms[i].Mean; !best.Defined() || m.Over(v, best) > 0 {
				best = v
			}
		}
	}
	return best
}

// addHitRates adds how often the right channels are blamed to the table of all metrics, where somebody knows
// the true channels. They stand at the end of the honest ones.
func (t *Table) addHitRates(w *words.Language, r spec.Report) {
	if !t.All || !r.KnowsCauses() {
		return
	}
	for _, h := range spec.HitRates {
		ms := spec.MetricSummary{Chance: metrics.Undefined, Untrained: metrics.Undefined,
			Constant: metrics.Undefined}
		standings := r.Standings(h.Measured())
		for i, a := range r.Arms {
			arm := standings[i]
			ms.Arms = append(ms.Arms, arm.Value)
			if a.Arm.Control == spec.ControlUntrained {
				ms.Untrained = arm.Value.Mean
			}
			if arm.Chance.Mean.Defined() {
				ms.Chance = arm.Chance.Mean // the same for all: it depends on the true channels alone
			}
		}
		definition := h.Title + ": " + w.Say(words.Key(h.Definition))
		column := metricColumn{metrics.Metric{Short: h.Title, Group: metrics.Honest}, false}
		t.add(w, column, definition, ms, h.Measured(), r)
		t.Columns[len(t.Columns)-1].Note = Note{Title: h.Title, Definition: w.Say(words.Key(h.Definition))}
	}
}

// HitRates says how often an arm blames the right channels, beside what guessing gives; empty where nobody
// knows them.
func (p *Progress) HitRates(w *words.Language, arm string) string {
	var said []string
	r := p.Report()
	i := slices.IndexFunc(r.Arms, func(a spec.ArmReport) bool { return a.Arm.Name == arm })
	if i < 0 {
		return ""
	}
	for _, h := range spec.HitRates {
		if s := r.Standings(h.Measured())[i]; s.Value.Mean.Defined() {
			got := written(w.Numbers, metrics.UnitShare, s.Value.Mean)
			chance := written(w.Numbers, metrics.UnitShare, s.Chance.Mean)
			said = append(said, w.Say("hit-rate-of", h.Title, got, chance))
		}
	}
	return strings.Join(said, w.Say("list-comma"))
}

// PointAdjusted is what the flattering metric gives a run, with its name.
func PointAdjusted(w *words.Language, r *spec.Run) string {
	m := metricNamed(flattering)
	return m.Short + " " + written(w.Numbers, m.Unit, r.Of(m.Name).Value)
}

// newCell writes a metric of the arm of a row. Not every run need have a value: precision has none without an
// alarm.
func newCell(w *words.Language, u metrics.Unit, arm spec.Spread, row Row) Cell {
	n, runs, seeds := len(arm.Values), row.runs, row.seeds
	c := Cell{Value: w.Say("pending"), Provisional: n < seeds}
	for _, v := range arm.Values {
		c.Marks = append(c.Marks, u.Of(v))
	}
	if n == 0 {
		return c
	}
	c.Value = written(w.Numbers, u, arm.Mean)
	switch {
	case n < runs:
		c.Company = w.Say("defined-in", n, seeds)
	case n < seeds:
		c.Company = w.Say("seed-of", n, seeds)
	case row.once:
		c.Company = w.Say("any-seed")
	case n > 1:
		c.Company = "± " + written(w.Numbers, u, arm.SD)
	}
	if n > 1 || row.once {
		c.Mean = maybe(u, arm.Mean)
	}
	return c
}

// written is a value in its unit, a share in points of 100; a dash stands for what is not there yet.
func written(w words.Numbers, u metrics.Unit, v metrics.Value) string {
	if !v.Defined() {
		return "–"
	}
	return w.Fixed(u.Of(v), 1)
}

// note says what a metric is. Its parameters are those of the report.
func note(w *words.Language, m metrics.Metric, r spec.Report) Note {
	n := Note{Title: w.Say(words.Key(m.WordKey())), Definition: w.Say(words.Key(m.DefinitionKey()))}
	with := metrics.Defaults
	if r.Parameters != nil {
		with = *r.Parameters
	}
	if m.Setting != nil {
		n.Setting = m.Setting(with)
	}
	if m.Group == metrics.Warned {
		n.Warning = w.Say(words.Key(m.WarningKey()))
	}
	if names := m.Elsewhere(); names != nil {
		n.Elsewhere = w.Say("elsewhere", strings.Join(names, "; "))
	}
	return n
}

// Footnote says what the numbers are before anybody reads them.
func (p *Progress) Footnote(w *words.Language, gain bool) string {
	switch {
	case p.Gone:
		return w.Say("results-last", p.titled(w))
	case !p.Over:
		return w.Say("results-provisional")
	case !p.Data.Labelled:
		return w.Say("results-no-labels")
	case len(p.Spec.Seeds) == 1:
		return w.Say("results-one")
	case gain:
		return w.Say("results-gain", len(p.Spec.Seeds))
	}
	return w.Say("results-mean", len(p.Spec.Seeds))
}
