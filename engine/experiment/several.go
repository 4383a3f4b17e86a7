package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// longest is the length of both parts of a set or, where it has several series, of the longest of them: what
// windows have to fit into.
func longest(set *datasets.Set) (train, test int) {
	if set.Members == nil {
		return set.Train.Rows, set.Test.Rows
	}
	for _, m := range set.Members {
		train, test = max(train, m.Train.Len()), max(test, m.Test.Len())
	}
	return train, test
}

// wholeWindows leaves the steps of each series that are in no window out of the test part, so that all of it is
// scored. A range of steps of several series means nothing.
func wholeWindows(sp spec.Spec, set *datasets.Set) (*datasets.Set, error) {
	for _, r := range []struct {
		field string
		steps steps.Range
	}{{"data.train", sp.Data.Train}, {"data.test", sp.Data.Test}} {
		if r.steps != (steps.Range{}) {
			return nil, &spec.FieldError{Field: r.field, Got: fmt.Sprintf("%d–%d", r.steps.From, r.steps.To),
				Want: fault.New("want-no-range", len(set.Members))}
		}
	}
	length, warm := sp.Data.Window, sp.Detect.Warm
	return set.Shortened(func(rows int) int {
		switch {
		case rows < length:
			return 0
		case warm > 0:
			return length + (rows-length)/warm*warm
		}
		return rows / length * length
	}), nil
}

// seriesOf describes the series of a set, and what is scored of each; nil = there is one.
func seriesOf(whole, scored *datasets.Set) (all []spec.Series) {
	for i, m := range whole.Members {
		at := scored.Members[i].Test
		s := spec.Series{Name: m.Name, TrainSteps: m.Train.Len(), TestSteps: m.Test.Len(), Scored: at}
		if scored.Labels != nil {
			for _, seg := range metrics.Segments(scored.Labels[at.From:at.To]) {
				s.Segments++
				s.Anomalous += seg.Len()
			}
		}
		all = append(all, s)
	}
	return all
}

// layOutEach lays windows over each of several series: none reaches into another. The share that is held out
// is that of each.
func (p *Prepared) layOutEach(train, test datasets.Series) error {
	sp := p.Spec
	var fit, held, tests []steps.Range
	for _, m := range p.members {
		cut := m.Train.To - sp.Train.Held(m.Train.Len())
		fit = append(fit, steps.Range{From: m.Train.From, To: cut})
		held = append(held, steps.Range{From: cut, To: m.Train.To})
		tests = append(tests, m.Test)
	}
	p.fit = datasets.Slide(train, sp.Data.Window, sp.Data.Stride, fit...)
	p.valid = datasets.Tile(train, sp.Data.Window, held...)
	p.Scaled, p.test, p.trained = test, inOrder(test, sp, tests...), train
	p.layOverTrain()
	p.Summary.TrainWindows = p.fit.Len()
	p.Summary.ScoredSteps = p.test.Steps()
	return nil
}

// layOverTrain lays the windows of the training part whose scores a threshold looks at.
func (p *Prepared) layOverTrain() {
	serial := p.Spec.Detect.Serial()
	p.train, p.trains = p.overTrain(serial, p.trainRanges()...), nil
	for _, r := range p.trainRanges() {
		p.trains = append(p.trains, p.overTrain(serial, r).Steps())
	}
}

// trainRanges are the training steps of each of several series; none = there is one.
func (p *Prepared) trainRanges() (each []steps.Range) {
	for _, m := range p.members {
		each = append(each, m.Train)
	}
	return each
}

// trainLengths are the numbers of training steps of the series; nil = there is one.
func (p *Prepared) trainLengths() (lengths []int) {
	for _, m := range p.members {
		lengths = append(lengths, m.Train.Len())
	}
	return lengths
}

// borders are the first scored steps of the series behind the first.
func (p *Prepared) borders() []int { return p.Summary.Borders() }

// trainBorders are the first training steps of the series behind the first.
func (p *Prepared) trainBorders() (at []int) {
	for _, m := range p.members[min(1, len(p.members)):] {
		at = append(at, m.Train.From)
	}
	return at
}

// apart cuts scores at the ends of series of these lengths; no lengths = they are those of one.
func apart(scores []float64, lengths []int) (parts [][]float64) {
	if lengths == nil {
		return [][]float64{scores}
	}
	for _, n := range lengths {
		parts = append(parts, scores[:n:n])
		scores = scores[n:]
	}
	return parts
}

// smoothEach smooths the scores of each series by itself, as far as there are any.
func smoothEach(scores []float64, span int, lengths []int) (all []float64) {
	for _, one := range apart(scores, lengths) {
		n, rest := unscoredOf(one)
		all = append(append(all, one[:n]...), detect.Smooth(rest, span)...)
	}
	return all
}

// tests are the numbers of scored steps of the series; nil = there is one.
func (p *Prepared) tests() (lengths []int) {
	for _, s := range p.Summary.Series {
		lengths = append(lengths, s.Scored.Len())
	}
	return lengths
}

// known are the scores that are there, with their labels, if there are any.
func known(scores []float64, labels []uint8) (kept []float64, of []uint8) {
	for i, s := range scores {
		if math.IsNaN(s) {
			continue
		}
		kept = append(kept, s)
		if labels != nil {
			of = append(of, labels[i])
		}
	}
	return kept, of
}

// cutEach chooses the thresholds of several series: one for all, by the scores of all, or one for each where
// the spec asks for it. A threshold that moves begins anew with each series.
func (r *run) cutEach(ctx context.Context, s scores, out *spec.Run) error {
	t := r.spec.Detect.Threshold
	policy := spec.Policies[t.Policy]
	train, _ := known(s.train, nil)
	out.Series = make([]spec.SeriesRun, len(r.data.members))
	out.Threshold = spec.Cut{Policy: t.Policy, Value: metrics.Undefined, Saw: policy.Saw}
	if !r.spec.Detect.EachSeries && !policy.Moves {
		test, labels := known(s.test, r.data.scoredLabels())
		cut, err := detect.Choose(t, detect.Scores{Train: train, Test: test, Labels: labels}, r.pause(ctx))
		out.Threshold.Value, out.Threshold.Tail = metrics.Value(cut.Threshold), Tail(cut.Tail)
		return err
	}
	out.Flags = make([]bool, len(s.test))
	for i, at := range r.data.Summary.Series {
		if at.Scored.Len() == 0 {
			continue
		}
		own := train
		if r.spec.Detect.EachSeries && s.train != nil {
			own, _ = known(apart(s.train, s.trains)[i], nil)
		}
		cut, flags, err := r.cutOne(ctx, own, s.test[at.Scored.From:at.Scored.To], at.Scored)
		if err != nil {
			return fault.New("in-place", at.Name, err)
		}
		copy(out.Flags[at.Scored.From:], flags)
		out.Series[i].Threshold = &cut
	}
	return nil
}

// cutOne chooses the threshold of one series by its scores. One that is chosen with labels flags nothing where
// there is no anomaly.
func (r *run) cutOne(ctx context.Context, train, test []float64, at steps.Range) (c spec.Cut, flags []bool,
	err error) {
	t := r.spec.Detect.Threshold
	policy := spec.Policies[t.Policy]
	c = spec.Cut{Policy: t.Policy, Value: metrics.Undefined, Saw: policy.Saw}
	flags = make([]bool, len(test))
	unscored, rest := unscoredOf(test)
	var labels []uint8
	if all := r.data.scoredLabels(); all != nil {
		labels = all[at.From+unscored : at.To]
	}
	if len(rest) == 0 || policy.Labels && !slices.Contains(labels, 1) {
		return c, flags, nil
	}
	cut, err := detect.Choose(t, detect.Scores{Train: train, Test: rest, Labels: labels}, r.pause(ctx))
	if err != nil {
		return c, nil, err
	}
	c.Value, c.Tail = metrics.Value(cut.Threshold), Tail(cut.Tail)
	for i, x := range rest {
		flags[unscored+i] = cut.Flags == nil && x > cut.Threshold || cut.Flags != nil && cut.Flags[i]
	}
	return c, flags, nil
}

// chanceOf is what a random and a constant score get by the ranking, which depends on labels alone.
type chanceOf struct {
	chance    []metrics.Chance
	constants []metrics.Value
}

// one is the evaluation of one series of a run, with its alarms.
func (p *Prepared) one(out *spec.Run, at steps.Range) (*metrics.Evaluation, *metrics.Alarms, error) {
	flags := make([]bool, at.Len())
	for _, a := range out.Alarms {
		for t := max(a.From, at.From); t < min(a.To, at.To); t++ {
			flags[t-at.From] = true
		}
	}
	var labels []uint8
	if p.Labels != nil {
		labels = p.Labels[at.From:at.To]
	}
	e, err := evaluation(out.Scores[at.From:at.To], labels, nil, p.parameters())
	if err != nil {
		return nil, nil, err
	}
	a, err := e.Flag(flags)
	return e, a, err
}

// judgeEach measures each of several series by itself. rankings returns the measures of its ranking.
func (p *Prepared) judgeEach(ctx context.Context, out *spec.Run,
	rankings func(i int, e *metrics.Evaluation) ([]spec.Measure, error), yield func()) error {
	rows := rowsOf(true)
	for i, s := range p.Summary.Series {
		if s.Scored.Len() == 0 {
			continue
		}
		e, a, err := p.one(out, s.Scored)
		if err != nil {
			return err
		}
		run := &out.Series[i]
		run.Alarms = len(a.Segments)
		if p.Labels == nil {
			continue
		}
		run.Hits, run.FalseRuns = a.Hits, a.FalseRuns
		ranking, err := rankings(i, e)
		if err != nil {
			return err
		}
		alarms, err := measured(ctx, rows, e, a, func(int, int) { yield() })
		if err != nil {
			return err
		}
		run.Metrics = merge(ranking, alarms)
	}
	return nil
}

// measured is rows of an evaluation beside what chance and a constant get.
func measured(ctx context.Context, rows []metrics.Metric, e *metrics.Evaluation, a *metrics.Alarms,
	progress func(done, of int)) ([]spec.Measure, error) {
	values, err := metrics.Measure(ctx, rows, e, a, progress)
	if err != nil {
		return nil, err
	}
	rate := 0.0
	if a != nil {
		rate = a.Rate()
	}
	chance, err := metrics.ChanceLevels(ctx, rows, e, rate, progress)
	if err != nil {
		return nil, err
	}
	constants, err := metrics.Constants(ctx, rows, e)
	if err != nil {
		return nil, err
	}
	return measures(rows, values, chance, constants), nil
}

// rankingOf measures the ranking of a series; its chance level is drawn once for all runs.
func (r *run) rankingOf(ctx context.Context, i int, e *metrics.Evaluation) ([]spec.Measure, error) {
	rows := rowsOf(false)
	values, err := metrics.Measure(ctx, rows, e, nil, func(int, int) { r.o.Yield() })
	if err != nil {
		return nil, err
	}
	select { // as in ranking
	case r.chance <- struct{}{}:
		defer func() { <-r.chance }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.seriesChance == nil {
		r.seriesChance = make([]chanceOf, len(r.data.members))
	}
	of := &r.seriesChance[i]
	if of.chance == nil {
		if of.constants, err = metrics.Constants(ctx, rows, e); err != nil {
			return nil, err
		}
		if of.chance, err = metrics.ChanceLevels(ctx, rows, e, 0, func(int, int) { r.o.Yield() }); err != nil {
			return nil, err
		}
	}
	return measures(rows, values, of.chance, of.constants), nil
}
