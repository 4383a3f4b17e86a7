// Package scoring scores new data by a detector that was kept.
//
// Data come as text, row by row, and go on as scores and alarms: nothing grows with their length, but for what a
// spot threshold remembers of the highest scores. Windows lie as in the test part of the run, from the first row
// on, so that the same rows get the same bits.
package scoring

import (
	"context"
	"io"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/backend"
	"cosinelab/engine/detect"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// Step is the outcome of one row.
type Step struct {
	Series    string  // that it is of, where a column tells several apart
	Step      int     // of its series
	Time      string  // when it was measured; empty = nobody knows
	Score     float64 // smoothed, where the detector smooths; NaN = it has none
	Threshold float64 // NaN where no number decides
	Alarm     bool    // it lies in an alarm
}

// Options connects a run with the program around it. Every field may be zero.
type Options struct {
	Step  func(Step) error                    // called for each row, in the order of its series
	Alarm func(in string, a spec.Alarm) error // called for each alarm of a series once it is over
	Note  func(file string, said error)       // what is to know about a file, once it is known
	Yield func()                              // as experiment.Options has it
	// Merge and Least replace those of the detector; nil = they do not.
	Merge, Least *int
	Decimal      string // the decimal mark, of found.Decimals; empty = as the first rows show it, or as in training
}

// Summary is what came of all rows.
type Summary struct {
	Steps    int            `json:"steps"`            // rows
	Scored   int            `json:"scored"`           // rows with a score; the rest fills no window
	Flagged  int            `json:"flagged"`          // rows in alarms
	Alarms   int            `json:"alarms"`           // that are over
	Filled   int            `json:"filled,omitempty"` // cells that were missing
	Backward int            `json:"backward,omitempty"`
	Untimed  int            `json:"untimed,omitempty"`  // rows whose time cannot be read, where others have one
	Repeated int            `json:"repeated,omitempty"` // rows with the time of the row above
	Gaps     int            `json:"gaps,omitempty"`     // between rows: more than one and a half usual distances
	Longest  *Gap           `json:"longest,omitempty"`  // of them
	Series   int            `json:"series,omitempty"`   // that a column tells apart
	Outside  []spec.Outside `json:"outside,omitempty"`  // in the order of channels
	From     string         `json:"from,omitempty"`     // time of the first row
	To       string         `json:"to,omitempty"`       // of the last
}

// Run scores what it is given. It is not safe for concurrent use.
type Run struct {
	d      *detector.Detector
	o      Options
	scorer *experiment.Scorer // of the model that all series share
	joiner detect.Joiner      // as each series begins
	late   int
	all    []*series // in the order in which they first come
	byName map[string]*series

	scaled  []float32
	values  []float64
	rows    int     // that were read
	named   columns // of the last text that had names
	zones   bool    // that new data name time zones, or do not, has been said
	sum     Summary
	outside []spec.Outside
}

// New makes a detector ready for new data.
func New(ctx context.Context, dev backend.Device, d *detector.Detector, o Options) (*Run, error) {
	scorer, err := experiment.NewScorer(ctx, dev, d, o.Yield)
	if err != nil {
		return nil, err
	}
	r := &Run{d: d, o: o, scorer: scorer, byName: map[string]*series{}, scaled: make([]float32, len(d.Channels)),
		values: make([]float64, len(d.Channels)), outside: make([]spec.Outside, len(d.Channels)),
		joiner: detect.Joiner{Merge: d.Spec.Detect.Merge, Least: d.Spec.Detect.Least}}
	for c := range r.outside {
		r.outside[c].Channel = c
	}
	decider, err := detect.NewDecider(d.Start, nil)
	if err != nil {
		scorer.Close()
		return nil, err
	}
	r.late = scorer.Late() + decider.Late()
	if o.Merge != nil {
		r.joiner.Merge = *o.Merge
	}
	if o.Least != nil {
		r.joiner.Least = *o.Least
	}
	return r, nil
}

// Close frees what the run holds.
func (r *Run) Close() error { return r.scorer.Close() }

// Late is how many rows behind a row its score comes at most, while rows come.
func (r *Run) Late() int { return r.late }

// Read scores the rows of a text, until its end. Another may follow, with a header of its own.
func (r *Run) Read(ctx context.Context, name string, in io.Reader) error {
	return r.read(ctx, name, in, nil)
}

// tell says how the columns were found.
func (r *Run) tell(name string, t *text) {
	c := t.c
	if r.o.Note == nil {
		return
	}
	if n := t.s.Titles; n > 0 {
		r.o.Note(name, fault.New("score-titles", n))
	}
	if !c.header && r.d.Channels[0].Column != "" {
		r.o.Note(name, fault.New("score-no-header", c.n))
	}
	if len(c.extra) > 0 {
		r.o.Note(name, fault.New("score-extra", len(c.extra), join(few(c.extra))))
	}
	if !r.d.Reading.Times.None() && len(c.times) == 0 {
		r.o.Note(name, fault.New("score-no-times", join(r.d.Reading.Times.Columns)))
	}
	if e := EntityOf(r.d); e != nil && c.entity < 0 {
		r.o.Note(name, fault.New("score-no-entity", e.Name))
	}
}

// units reports whether the row below the names holds units: words, also where a channel has numbers, or the time.
func (r *Run) units(c columns, s *table.Stream, cells [][]byte) bool {
	if len(cells) < c.n || !table.UnitsRow(cells, s.Format.Decimal) {
		return false
	}
	word := func(at int) bool { return table.UnitsRow(cells[at:at+1], s.Format.Decimal) }
	for i, ch := range r.d.Channels {
		if ch.Is == nil && word(c.channels[i]) {
			return true
		}
	}
	return slices.ContainsFunc(c.times, word)
}

// blank takes blank lines as rows without a value, where a table has one column.
func (r *Run) blank(ctx context.Context, s *table.Stream, c columns) error {
	if c.n > 1 || r.rows == 0 {
		return nil
	}
	one, err := r.seriesOf("")
	for range s.Blank() {
		if err != nil {
			return err
		}
		r.values[0] = math.NaN()
		if err := one.step(ctx, table.NoTime); err != nil {
			return err
		}
	}
	return nil
}

// row takes the cells of one row.
func (r *Run) row(ctx context.Context, s *table.Stream, c *columns, cells [][]byte) error {
	if n := len(cells); n == c.n+1 && len(table.Trimmed(cells[n-1])) == 0 {
		cells = cells[:n-1] // a separator behind the last cell
	} else if n == c.n+1 && c.header {
		c.shift() // rows begin with a name that the header has no column for
	}
	if len(cells) != c.n {
		return s.At(fault.New("data-fields", len(cells), c.n))
	}
	for i, ch := range r.d.Channels {
		cell := cells[c.channels[i]]
		if ch.Is != nil {
			if r.values[i] = 0; string(table.Trimmed(cell)) == *ch.Is {
				r.values[i] = 1
			}
			continue
		}
		x, err := r.number(s.Format, cell, ch)
		if err != nil {
			return s.At(fault.New("data-in-named-column", c.channels[i]+1, table.Short(ch.Name), err))
		}
		if slices.Contains(r.d.Spec.Data.NoValue, x) {
			x = math.NaN() // a number that stands for a missing cell
		}
		if r.values[i] = x; x != x && r.d.Reading.Fill == "refuse" {
			return s.At(fault.New("data-in-named-column", c.channels[i]+1, table.Short(ch.Name),
				fault.New("score-refused")))
		}
	}
	one, err := r.series(s, c, cells)
	if err != nil {
		return err
	}
	if len(c.times) == 0 {
		return one.step(ctx, table.NoTime)
	}
	var times [2][]byte
	n := min(len(c.times), len(times))
	for i, at := range c.times[:n] {
		times[i] = cells[at]
	}
	at := one.clock.Read(s.Format, times[:n]...)
	if one.clock.Wrong != nil {
		return s.At(fault.New("data-in-named-column", c.times[0]+1, r.d.Reading.Times.Columns[0], one.clock.Wrong))
	}
	if one.clock.Other {
		r.otherClock(s.File(), one.clock.Form)
	}
	if err := one.order.take(at); err != nil {
		return s.At(err)
	}
	return one.step(ctx, at)
}

// number reads a cell of a channel, which may have the unit that it had in training; NaN where it holds nothing, or a
// word for that.
func (r *Run) number(f table.Format, cell []byte, ch detector.Channel) (float64, error) {
	x, unit, err := f.Measured(cell)
	switch {
	case err != nil && (table.Bad(cell) || table.NoWord(string(table.Trimmed(cell)), r.d.Spec.Data.NoWord)):
		return math.NaN(), nil
	case err != nil || unit == "" || table.SameUnit(unit, ch.Unit):
		return x, err
	case ch.Unit == "":
		return 0, fault.New("score-unit-none", table.Short(string(cell)), unit)
	}
	return 0, fault.New("score-unit", table.Short(string(cell)), unit, ch.Unit)
}

// shift moves columns by one.
func (c *columns) shift() {
	c.n++
	for i := range c.channels {
		c.channels[i]++
	}
	for i := range c.times {
		c.times[i]++
	}
	if c.entity >= 0 {
		c.entity++
	}
}

// Flush scores and hands on what the rows so far decide about. Whoever waits for more rows calls it.
func (r *Run) Flush(ctx context.Context) error {
	for _, one := range r.all {
		if err := one.scorer.Flush(ctx, one.scored); err != nil {
			return err
		}
	}
	return nil
}

// End scores and hands on what only the end of all rows decides about. Rows in no whole window have no score.
func (r *Run) End(ctx context.Context) (Summary, error) {
	for _, one := range r.all {
		if err := one.finish(ctx); err != nil {
			return r.Summary(), err
		}
	}
	return r.Summary(), nil
}

// Summary is what came so far.
func (r *Run) Summary() Summary {
	s := r.sum
	for _, one := range r.all {
		s.Filled += one.fill.filled
		s.add(one.order, one)
		if one.name != "" {
			s.Series++
		}
	}
	s.Outside = nil
	for _, o := range r.outside {
		if o.Steps > 0 {
			s.Outside = append(s.Outside, o)
		}
	}
	return s
}

// One is what came of one of several series so far.
type One struct {
	Name     string
	Steps    int
	Timeline *spec.Timeline // nil = nobody knows when its rows were measured
}

// Each is every series that a column tells apart, in the order in which they first came.
func (r *Run) Each() (out []One) {
	for _, s := range r.all {
		if s.name != "" {
			out = append(out, One{s.name, s.pushed, s.timeline()})
		}
	}
	return out
}

// timeline is when the rows of a series so far were measured; nil = nobody knows.
func (s *series) timeline() *spec.Timeline {
	if len(s.line.Knots) == 0 {
		return nil
	}
	out := s.line
	out.Knots = slices.Clone(out.Knots)
	return &out
}

// Timeline is when the rows so far were measured; nil = nobody knows, or they are of several series.
func (r *Run) Timeline() *spec.Timeline {
	if len(r.all) != 1 {
		return nil
	}
	return r.all[0].timeline()
}
