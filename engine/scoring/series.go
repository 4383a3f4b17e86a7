package scoring

import (
	"context"
	"fmt"
	"math"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/datasets/table"
	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// series is one of those that a text holds, on its way through filling, scorer and decider. All share the model.
type series struct {
	run     *Run
	name    string // empty = the text holds one
	scorer  *experiment.Scorer
	decider *detect.Decider
	smooth  *detect.Smoother // nil = scores stay as they are
	joining joining
	fill    *filler
	clock   table.Clock
	order   order
	rows    int // that were read
	pushed  int // that are whole
	came    int // scores
	line    spec.Timeline
	waiting []waiting // scored rows that are not decided about, and rows without a score
}

// waiting is a row on its way through scorer and decider.
type waiting struct {
	at     int64
	score  float64
	errors []float32
}

// series is the one that a row belongs to.
func (r *Run) series(s *table.Stream, c *columns, cells [][]byte) (*series, error) {
	name := ""
	if c.entity >= 0 {
		name = string(table.Trimmed(cells[c.entity]))
		if name == "" {
			return nil, s.At(fault.New("data-in-named-column", c.entity+1, EntityOf(r.d).Name, fault.Word("data-no-entity")))
		}
	}
	one, err := r.seriesOf(name)
	if err != nil {
		return nil, s.At(err)
	}
	return one, nil
}

// seriesOf is the series of a name, which begins where it is new.
func (r *Run) seriesOf(name string) (*series, error) {
	if one := r.byName[name]; one != nil {
		return one, nil
	}
	if len(r.all) == datasets.MostEntities {
		return nil, fault.New("data-too-many-entities", datasets.MostEntities)
	}
	decider, err := detect.NewDecider(r.d.Start, nil)
	if err != nil {
		return nil, err
	}
	times := r.d.Reading.Times
	s := &series{run: r, name: table.Visible(name), scorer: r.scorer.Another(), decider: decider, fill: newFiller(r.d),
		clock: table.Clock{Form: times}, line: spec.Timeline{Clock: times.Clock, Unit: times.Unit}}
	if span := r.d.Spec.Detect.Smoothing; span > 0 {
		s.smooth = &detect.Smoother{Span: span}
	}
	s.joining = joining{Joiner: r.joiner, of: s, sums: make([]float64, len(r.d.Channels))}
	r.byName[name] = s
	r.all = append(r.all, s)
	return s, nil
}

// step takes the values of the next row, which the run holds.
func (s *series) step(ctx context.Context, at int64) error {
	place := s.rows
	s.rows++
	s.run.rows++
	return s.fill.take(row{s.run.values, at, place}, func(x row) error { return s.push(ctx, x) })
}

// push scales a row that is whole, and scores it.
func (s *series) push(ctx context.Context, x row) error {
	text := s.time(x.at)
	if s.run.sum.From == "" {
		s.run.sum.From = text
	}
	s.run.sum.To = text
	s.line.Add(x.at, !table.Missing(x.at))
	for i, ch := range s.run.d.Channels {
		v := x.values[i]
		s.beyond(i, v, x)
		scaled := (v - ch.Shift) / ch.Scale
		if !(math.Abs(scaled) <= farthest) {
			return fault.New("data-too-far-test", ch.Name, x.place, fmt.Sprintf("%.4g", scaled), "1e15")
		}
		s.run.scaled[i] = float32(scaled)
	}
	s.waiting = append(s.waiting, waiting{at: x.at, score: math.NaN()})
	s.run.sum.Steps++
	s.pushed++
	return s.scorer.Push(ctx, s.run.scaled, s.scored)
}

// farthest is the largest value that models see, as in an experiment.
const farthest = 1e15

// beyond notes a value outside the range of the training part.
func (s *series) beyond(c int, v float64, x row) {
	ch, o := s.run.d.Channels[c], &s.run.outside[c]
	if v >= ch.Low && v <= ch.High {
		return
	}
	far := func(v float64) float64 { return max(ch.Low-v, v-ch.High) }
	if o.Steps++; o.Steps == 1 {
		o.First, o.At, o.Value = x.place, s.time(x.at), v
	} else if far(v) > far(o.Value) {
		o.Value = v
	}
}

// scored takes the score of the next row that has none yet.
func (s *series) scored(x experiment.Scored) error {
	i := s.came - s.joining.next
	w := &s.waiting[i]
	s.came++
	s.run.sum.Scored++
	w.score = x.Score
	w.errors = append([]float32(nil), x.Errors...)
	if math.IsNaN(x.Score) { // only the first rows, of which none is undecided
		return s.decided(detect.Decision{Threshold: math.NaN()})
	}
	if s.smooth != nil {
		w.score = s.smooth.Step(x.Score)
	}
	var failed error
	err := s.decider.Step(w.score, func(d detect.Decision) {
		if failed == nil {
			failed = s.decided(d)
		}
	})
	if err == nil {
		err = failed
	}
	return err
}

// decided hands the next row that is decided about to the alarms.
func (s *series) decided(d detect.Decision) error {
	w := s.waiting[0]
	s.waiting = s.waiting[1:]
	return s.joining.take(w, d)
}

// finish scores and hands on what only the end decides about.
func (s *series) finish(ctx context.Context) error {
	if err := s.fill.end(func(x row) error { return s.push(ctx, x) }); err != nil {
		return err
	}
	if err := s.scorer.End(ctx, s.scored); err != nil {
		return err
	}
	var failed error
	s.decider.End(func(d detect.Decision) {
		if failed == nil {
			failed = s.decided(d)
		}
	})
	if failed == nil {
		failed = s.joining.end()
	}
	for _, w := range s.waiting {
		if failed == nil {
			failed = s.emit(Step{Series: s.name, Step: s.joining.told, Time: s.time(w.at), Score: math.NaN(),
				Threshold: math.NaN()})
			s.joining.told++
		}
	}
	return failed
}

func (s *series) emit(x Step) error {
	if x.Alarm {
		s.run.sum.Flagged++
	}
	if s.run.o.Step == nil {
		return nil
	}
	return s.run.o.Step(x)
}

// time is a time in words; empty where there is none.
func (s *series) time(at int64) string {
	if table.Missing(at) {
		return ""
	}
	return s.clock.Stamp(at)
}

// joining makes alarms of decisions, and hands on rows once it is clear whether they lie in one.
type joining struct {
	detect.Joiner
	of   *series
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
	j.of.run.sum.Alarms++
	if alarm := j.of.run.o.Alarm; alarm != nil {
		if err := alarm(j.of.name, a); err != nil {
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
		s := Step{Series: j.of.name, Step: j.told, Time: j.of.time(x.at), Score: x.score, Threshold: x.threshold, Alarm: in}
		if in {
			j.count(x, s, s.Step == alarm.From)
		}
		j.told++
		if err := j.of.emit(s); err != nil {
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
