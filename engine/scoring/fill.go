package scoring

import (
	"cosinelab/datasets"
	"cosinelab/engine/detector"
)

// mostHeld is how many rows wait for the value behind a gap, where the rule is a line; a longer gap keeps the
// value before it.
const mostHeld = 4096

// row is one row on its way: raw values, NaN where a cell is missing until it is filled.
type row struct {
	values []float64
	at     int64 // when it was measured
	place  int   // of all rows, from 0
}

// filler replaces missing cells by a rule of datasets.Fill, row by row. Before the first value of a channel stands
// the last one of the training part.
type filler struct {
	rule   datasets.Fill
	last   []float64 // value of each channel
	since  []int     // the row that it is of; -1 = of the training part
	held   []row     // rows with a gap that is still open, and those behind them
	filled int
}

func newFiller(d *detector.Detector) *filler {
	f := &filler{rule: datasets.Fill(d.Reading.Fill)}
	for _, c := range d.Channels {
		f.last, f.since = append(f.last, c.Last), append(f.since, -1)
	}
	return f
}

// take fills a row, and hands on those that are whole by it. What it is given stays with it.
func (f *filler) take(r row, next func(row) error) error {
	if f.rule == datasets.FillLinear {
		return f.line(r, next)
	}
	for c, x := range r.values {
		if x != x {
			f.filled++
			if r.values[c] = f.last[c]; f.rule == datasets.FillZero {
				r.values[c] = 0
			}
			continue
		}
		f.last[c] = x
	}
	return next(r)
}

// line fills a row by the lines to the values behind its gaps, which it waits for.
func (f *filler) line(r row, next func(row) error) error {
	r.values = append([]float64(nil), r.values...)
	f.held = append(f.held, r)
	for c, x := range r.values {
		if x != x {
			f.filled++
			continue
		}
		f.bridge(c, r.place, x)
		f.last[c], f.since[c] = x, r.place
	}
	for len(f.held) > 0 && (whole(f.held[0]) || len(f.held) > mostHeld) {
		if err := f.pop(next); err != nil {
			return err
		}
	}
	return nil
}

// bridge fills the gap of a channel that a value ends.
func (f *filler) bridge(c, to int, after float64) {
	before, from := f.last[c], f.since[c]
	if from < 0 {
		before = after // as in a whole file: before the first value, the first
	}
	for i := len(f.held) - 2; i >= 0 && f.held[i].values[c] != f.held[i].values[c]; i-- {
		t := f.held[i].place
		f.held[i].values[c] = before + float64((after-before)*float64(t-from)/float64(to-from))
	}
}

// pop hands on the first row that waits; what is still missing in it keeps the value before it.
func (f *filler) pop(next func(row) error) error {
	r := f.held[0]
	f.held = f.held[1:]
	for c, x := range r.values {
		if x != x {
			r.values[c] = f.last[c]
		}
	}
	return next(r)
}

// end hands on what waits.
func (f *filler) end(next func(row) error) error {
	for len(f.held) > 0 {
		if err := f.pop(next); err != nil {
			return err
		}
	}
	return nil
}

func whole(r row) bool {
	for _, x := range r.values {
		if x != x {
			return false
		}
	}
	return true
}
