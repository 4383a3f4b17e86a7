// Package scoring scores new data by a detector that was kept.
//
// Data come as text, row by row, and go on as scores and alarms: nothing grows with their length, but for what a
// spot threshold remembers of the highest scores. Windows lie as in the test part of the run, from the first row
// on, so that the same rows get the same bits.
package scoring

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
	"cosinelab/engine/backend"
	"cosinelab/engine/detect"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// Step is the outcome of one row.
type Step struct {
	Step      int
	Time      string  // when it was measured; empty = nobody knows
	Score     float64 // smoothed, where the detector smooths; NaN = it has none
	Threshold float64 // NaN where no number decides
	Alarm     bool    // it lies in an alarm
}

// Options connects a run with the program around it. Every field may be zero.
type Options struct {
	Step  func(Step) error              // called for each row, in order
	Alarm func(spec.Alarm) error        // called for each alarm once it is over
	Note  func(file string, said error) // what is to know about a file, once it is known
	Yield func()                        // as experiment.Options has it
	// Merge and Least replace those of the detector; nil = they do not.
	Merge, Least *int
}

// Summary is what came of all rows.
type Summary struct {
	Steps    int            `json:"steps"`            // rows
	Scored   int            `json:"scored"`           // rows with a score; the rest fills no window
	Flagged  int            `json:"flagged"`          // rows in alarms
	Alarms   int            `json:"alarms"`           // that are over
	Filled   int            `json:"filled,omitempty"` // cells that were missing
	Backward int            `json:"backward,omitempty"`
	Outside  []spec.Outside `json:"outside,omitempty"` // in the order of channels
	From     string         `json:"from,omitempty"`    // time of the first row
	To       string         `json:"to,omitempty"`      // of the last
}

// Run scores what it is given. It is not safe for concurrent use.
type Run struct {
	d       *detector.Detector
	o       Options
	scorer  *experiment.Scorer
	decider *detect.Decider
	smooth  *detect.Smoother // nil = scores stay as they are
	joining joining
	fill    *filler
	clock   table.Clock
	order   order

	scaled  []float32
	values  []float64
	rows    int     // that were read
	named   columns // of the last text that had names
	sum     Summary
	outside []spec.Outside
	line    spec.Timeline
	waiting []waiting // scored rows that are not decided about, and rows without a score
}

// waiting is a row on its way through scorer and decider.
type waiting struct {
	at     int64
	score  float64
	errors []float32
}

// New makes a detector ready for new data.
func New(ctx context.Context, dev backend.Device, d *detector.Detector, o Options) (*Run, error) {
	scorer, err := experiment.NewScorer(ctx, dev, d, o.Yield)
	if err != nil {
		return nil, err
	}
	r := &Run{d: d, o: o, scorer: scorer, fill: newFiller(d), scaled: make([]float32, len(d.Channels)),
		values: make([]float64, len(d.Channels)), clock: table.Clock{Form: d.Reading.Times},
		outside: make([]spec.Outside, len(d.Channels)),
		line:    spec.Timeline{Clock: d.Reading.Times.Clock, Unit: d.Reading.Times.Unit}}
	for c := range r.outside {
		r.outside[c].Channel = c
	}
	if r.decider, err = detect.NewDecider(d.Start, nil); err != nil {
		scorer.Close()
		return nil, err
	}
	if span := d.Spec.Detect.Smoothing; span > 0 {
		r.smooth = &detect.Smoother{Span: span}
	}
	j := detect.Joiner{Merge: d.Spec.Detect.Merge, Least: d.Spec.Detect.Least}
	if o.Merge != nil {
		j.Merge = *o.Merge
	}
	if o.Least != nil {
		j.Least = *o.Least
	}
	r.joining = joining{Joiner: j, run: r, sums: make([]float64, len(d.Channels))}
	return r, nil
}

// Close frees what the run holds.
func (r *Run) Close() error { return r.scorer.Close() }

// Late is how many rows behind a row its score comes at most, while rows come.
func (r *Run) Late() int { return r.scorer.Late() + r.decider.Late() }

// Read scores the rows of a text, until its end. Another may follow, with a header of its own.
func (r *Run) Read(ctx context.Context, name string, in io.Reader) error {
	decimal := byte(0)
	if r.d.Reading.Decimal != "" {
		decimal = r.d.Reading.Decimal[0]
	}
	s, err := table.NewStream(in, name, decimal)
	if err != nil {
		return err
	}
	first, err := s.Next()
	if err != nil {
		return err
	}
	c, err := match(r.d, s.Format, first)
	if r.named.header && len(first) == r.named.n && plain(s.Format, first) {
		c, err = r.named, nil // goes on where a text with names ended
		c.header = false
	}
	if err != nil {
		return s.At(err)
	}
	if c.header {
		r.named = c
	}
	r.tell(name, c)
	cells := first
	if c.header {
		cells, err = s.Next()
		for n := 0; err == nil && n < table.MostUnitRows && r.units(c, s, cells); n++ {
			cells, err = s.Next()
		}
	}
	for ; err == nil; cells, err = s.Next() {
		if err := r.blank(ctx, s, c); err != nil {
			return err
		}
		if err := r.row(ctx, s, &c, cells); err != nil {
			return err
		}
		if r.rows%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err != io.EOF {
		return err
	}
	return ctx.Err()
}

// tell says how the columns were found.
func (r *Run) tell(name string, c columns) {
	if r.o.Note == nil {
		return
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
	for range s.Blank() {
		r.values[0] = math.NaN()
		if err := r.step(ctx, 0, false); err != nil {
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
		x, err := s.Format.Number(cell)
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
	var times [2][]byte
	for i, at := range c.times[:min(len(c.times), len(times))] {
		times[i] = cells[at]
	}
	at := r.clock.Read(s.Format, times[:min(len(c.times), len(times))]...)
	if err := r.order.take(at, len(c.times) > 0); err != nil {
		return s.At(err)
	}
	return r.step(ctx, at, len(c.times) > 0)
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
}

// step takes the values of the next row.
func (r *Run) step(ctx context.Context, at int64, timed bool) error {
	if !timed {
		at = table.NoTime
	}
	place := r.rows
	r.rows++
	return r.fill.take(row{r.values, at, place}, func(x row) error { return r.push(ctx, x) })
}

// push scales a row that is whole, and scores it.
func (r *Run) push(ctx context.Context, x row) error {
	text := r.time(x.at)
	if r.sum.From == "" {
		r.sum.From = text
	}
	r.sum.To = text
	r.line.Add(x.at, !table.Missing(x.at))
	for i, ch := range r.d.Channels {
		v := x.values[i]
		r.beyond(i, v, x)
		scaled := (v - ch.Shift) / ch.Scale
		if !(math.Abs(scaled) <= farthest) {
			return fault.New("data-too-far-test", ch.Name, x.place, fmt.Sprintf("%.4g", scaled), "1e15")
		}
		r.scaled[i] = float32(scaled)
	}
	r.waiting = append(r.waiting, waiting{at: x.at, score: math.NaN()})
	r.sum.Steps++
	return r.scorer.Push(ctx, r.scaled, r.scored)
}

// farthest is the largest value that models see, as in an experiment.
const farthest = 1e15

// beyond notes a value outside the range of the training part.
func (r *Run) beyond(c int, v float64, x row) {
	ch, o := r.d.Channels[c], &r.outside[c]
	if v >= ch.Low && v <= ch.High {
		return
	}
	far := func(v float64) float64 { return max(ch.Low-v, v-ch.High) }
	if o.Steps++; o.Steps == 1 {
		o.First, o.At, o.Value = x.place, r.time(x.at), v
	} else if far(v) > far(o.Value) {
		o.Value = v
	}
}

// scored takes the score of the next row that has none yet.
func (r *Run) scored(x experiment.Scored) error {
	i := r.sum.Scored - r.joining.next
	w := &r.waiting[i]
	r.sum.Scored++
	w.score = x.Score
	w.errors = append([]float32(nil), x.Errors...)
	if math.IsNaN(x.Score) { // only the first rows, of which none is undecided
		return r.decided(detect.Decision{Threshold: math.NaN()})
	}
	if r.smooth != nil {
		w.score = r.smooth.Step(x.Score)
	}
	var failed error
	err := r.decider.Step(w.score, func(d detect.Decision) {
		if failed == nil {
			failed = r.decided(d)
		}
	})
	if err == nil {
		err = failed
	}
	return err
}

// decided hands the next row that is decided about to the alarms.
func (r *Run) decided(d detect.Decision) error {
	w := r.waiting[0]
	r.waiting = r.waiting[1:]
	return r.joining.take(w, d)
}

// Flush scores and hands on what the rows so far decide about. Whoever waits for more rows calls it.
func (r *Run) Flush(ctx context.Context) error { return r.scorer.Flush(ctx, r.scored) }

// End scores and hands on what only the end of all rows decides about. Rows in no whole window have no score.
func (r *Run) End(ctx context.Context) (Summary, error) {
	if err := r.fill.end(func(x row) error { return r.push(ctx, x) }); err != nil {
		return r.Summary(), err
	}
	if err := r.scorer.End(ctx, r.scored); err != nil {
		return r.Summary(), err
	}
	var failed error
	r.decider.End(func(d detect.Decision) {
		if failed == nil {
			failed = r.decided(d)
		}
	})
	if failed == nil {
		failed = r.joining.end()
	}
	for _, w := range r.waiting {
		if failed == nil {
			failed = r.emit(Step{Step: r.joining.told, Time: r.time(w.at), Score: math.NaN(), Threshold: math.NaN()})
			r.joining.told++
		}
	}
	return r.Summary(), failed
}

// Summary is what came so far.
func (r *Run) Summary() Summary {
	s := r.sum
	s.Filled, s.Backward = r.fill.filled, r.order.backward
	s.Outside = nil
	for _, o := range r.outside {
		if o.Steps > 0 {
			s.Outside = append(s.Outside, o)
		}
	}
	return s
}

// Timeline is when the rows so far were measured; nil = nobody knows.
func (r *Run) Timeline() *spec.Timeline {
	if len(r.line.Knots) == 0 {
		return nil
	}
	out := r.line
	out.Knots = slices.Clone(out.Knots)
	return &out
}

func (r *Run) emit(s Step) error {
	if s.Alarm {
		r.sum.Flagged++
	}
	if r.o.Step == nil {
		return nil
	}
	return r.o.Step(s)
}

// time is a time in words; empty where there is none.
func (r *Run) time(at int64) string {
	if table.Missing(at) {
		return ""
	}
	return r.d.Reading.Times.Stamp(at)
}

// joining makes alarms of decisions, and hands on rows once it is clear whether they lie in one.
type joining struct {
	detect.Joiner
	run  *Run
	next int       // the row that is decided about next
	told int       // rows that were handed on
	held []decided // from there on
	sums []float64 // squared errors of each channel in the alarm that goes on
	peak spec.Peak
	from string // time of its first row
	top  string // of its peak
	last string // of its last row
}

// decided is a row with its decision.
type decided struct {
	waiting
	threshold float64
}

// take takes the decision about the next row.
func (j *joining) take(w waiting, d detect.Decision) error {
	j.held = append(j.held, decided{w, d.Threshold})
	j.next++
	before := j.Open()
	over, ok := j.Step(d.Flag)
	if ok {
		return j.close(over, j.next)
	}
	open := j.Open()
	switch {
	case open.Len() == 0: // none, or one that was too short
		return j.hand(j.next, steps.Range{})
	case open.From > before.To: // one begins
		if err := j.hand(open.From, steps.Range{}); err != nil {
			return err
		}
	}
	if open.Len() >= j.Least {
		return j.hand(open.To, open)
	}
	return nil
}

// end ends what the end ends.
func (j *joining) end() error {
	over, ok := j.End()
	if ok {
		return j.close(over, j.next)
	}
	return j.hand(j.next, steps.Range{})
}

// close hands on an alarm that is over, and the rows before one.
func (j *joining) close(over steps.Range, before int) error {
	if err := j.hand(over.To, over); err != nil {
		return err
	}
	a := spec.Alarm{Range: over, Start: j.from, End: j.last, Peak: j.peak, PeakAt: j.top}
	for _, x := range j.sums {
		if x > 0 {
			shares := detect.Shares(j.sums)
			a.Causes = shares[:min(len(shares), spec.MaxCauses)]
			break
		}
	}
	j.run.sum.Alarms++
	if j.run.o.Alarm != nil {
		if err := j.run.o.Alarm(a); err != nil {
			return err
		}
	}
	return j.hand(before, steps.Range{})
}

// hand hands on the rows before one; alarm says which lie in it.
func (j *joining) hand(before int, alarm steps.Range) error {
	for j.told < before && len(j.held) > 0 {
		x := j.held[0]
		j.held = j.held[1:]
		in := j.told >= alarm.From && j.told < alarm.To
		s := Step{Step: j.told, Time: j.run.time(x.at), Score: x.score, Threshold: x.threshold, Alarm: in}
		if in {
			j.count(x, s, s.Step == alarm.From)
		}
		j.told++
		if err := j.run.emit(s); err != nil {
			return err
		}
	}
	return nil
}

// count adds a row to what is known of its alarm.
func (j *joining) count(x decided, s Step, first bool) {
	if first {
		clear(j.sums)
		j.peak, j.from, j.top = spec.Peak{Step: s.Step, Score: value(x.score)}, s.Time, s.Time
	}
	if x.score > float64(j.peak.Score) {
		j.peak, j.top = spec.Peak{Step: s.Step, Score: value(x.score)}, s.Time
	}
	for c, e := range x.errors {
		j.sums[c] += float64(e)
	}
	j.last = s.Time
}
