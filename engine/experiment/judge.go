package experiment

import (
	"context"
	"slices"

	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// measurements is the number of parts in which a run is measured: its ranking and its alarms, each with
// chance levels.
const measurements = 4

// progress is told how much of one of the parts is done.
type progress func(part, done, of int)

// of is the progress of one part.
func (p progress) of(part int) func(done, of int) {
	return func(done, of int) { p(part, done, of) }
}

// Judge measures a finished run at the threshold that it now holds, and writes alarms, causes and metrics
// into it. Metrics of the ranking, which no threshold changes, stay as they are. Without labels there are alarms
// only. It calls yield, which may be nil, as Options.Yield is called.
func (p *Prepared) Judge(ctx context.Context, out *spec.Run, yield func()) error {
	if yield == nil {
		yield = func() {}
	}
	var all spec.SeriesRun
	all.Metrics = out.Metrics
	if err := p.judge(ctx, out, rankingIn(all.Metrics), func(int, int, int) { yield() }); err != nil {
		return err
	}
	out.Series = slices.Clone(out.Series)
	for i := range out.Series {
		out.Series[i].Threshold = nil
	}
	return p.judgeEach(ctx, out, func(i int, _ *metrics.Evaluation) ([]spec.Measure, error) {
		return rankingIn(out.Series[i].Metrics), nil
	}, yield)
}

// rankingIn are the measures among some that need no threshold, in the order of metrics.All.
func rankingIn(all []spec.Measure) (ranking []spec.Measure) {
	of := spec.Run{Metrics: all}
	for _, m := range metrics.All {
		if !m.NeedsThreshold() {
			ranking = append(ranking, of.Of(m.Name))
		}
	}
	return ranking
}

// roughDraws is the number of random scores behind a chance level that moves with a pointer.
const roughDraws = 2

// Glance is Judge for a threshold that moves while somebody looks: alarms, and of the metrics those with a name
// that shown holds, of which some chance levels are rough. Other metrics are left out, as is what is known of each
// alarm and of each of several series.
func (p *Prepared) Glance(ctx context.Context, out *spec.Run, shown []string, yield func()) error {
	e, err := evaluation(out.Scores, p.scoredLabels(), p.borders(), p.parameters())
	if err != nil {
		return err
	}
	alarms, err := alarmsOf(e, out)
	if err != nil {
		return err
	}
	out.Alarms, out.Peaks, out.Causes, out.Metrics, out.Series = append([]steps.Range{}, alarms.Segments...), nil, nil,
		nil, nil
	out.Usual = nil
	if p.scoredLabels() == nil {
		return nil
	}
	out.Hits, out.FalseRuns = alarms.Hits, alarms.FalseRuns
	rows := slices.DeleteFunc(rowsOf(true), func(m metrics.Metric) bool { return !slices.Contains(shown, m.Name) })
	turn := func(int, int) {
		if yield != nil {
			yield()
		}
	}
	values, err := metrics.Measure(ctx, rows, e, alarms, turn)
	if err != nil {
		return err
	}
	chance, err := metrics.RoughChance(ctx, rows, e, alarms.Rate(), roughDraws, turn)
	if err != nil {
		return err
	}
	constants, err := metrics.Constants(ctx, rows, e)
	if err == nil {
		out.Metrics = measures(rows, values, chance, constants)
	}
	return err
}

// ByHand moves the threshold of a run to one that a person set. The others keep out of it: what it saw, and who
// chose it.
func ByHand(out *spec.Run, threshold float64) {
	cut := &out.Threshold
	cut.Value, cut.Saw, cut.Policy, cut.Tail, cut.TrainShare = metrics.Value(threshold), spec.SawHand, 0, nil, nil
}

// ByRank moves the threshold of a run from one to a score that occurs: the so-manieth above it or, below 0, below
// it; beyond the ends, the highest or the lowest.
func ByRank(out *spec.Run, from float64, ranks int) {
	sorted := slices.DeleteFunc(slices.Clone(out.Scores), func(x float64) bool { return x != x })
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	at, there := slices.BinarySearch(sorted, from)
	if !there && ranks > 0 {
		at-- // the first above it is one up
	}
	ByHand(out, sorted[min(max(at+ranks, 0), len(sorted)-1)])
}

// AtRate moves the threshold of a run to where so many of its steps are flagged, or, where scores are equal, fewer:
// as alarms of another run are made.
func AtRate(out *spec.Run, flagged int) {
	sorted := slices.Clone(out.Scores)
	slices.Sort(sorted)
	ByHand(out, sorted[max(0, len(sorted)-1-flagged)])
}

// JudgeAlarms is Judge without metrics.
func (p *Prepared) JudgeAlarms(out *spec.Run) error {
	e, err := evaluation(out.Scores, nil, p.borders(), metrics.Defaults)
	if err == nil {
		_, err = raise(e, out)
	}
	return err
}

// raise fills in the alarms of a run with what is known of each.
func raise(e *metrics.Evaluation, out *spec.Run) (*metrics.Alarms, error) {
	alarms, err := alarmsOf(e, out)
	if err != nil {
		return nil, err
	}
	out.Alarms = append([]steps.Range{}, alarms.Segments...)
	out.Peaks = peaks(out.Scores, out.Alarms)
	out.Causes = causes(out.Errors, len(out.Scores), out.Alarms)
	out.Usual = usual(out.Errors, len(out.Scores), out.Alarms)
	return alarms, nil
}

// judge fills in alarms and metrics of a run from its scores and threshold. The measures of its ranking are
// given, in the order of metrics.All.
func (p *Prepared) judge(ctx context.Context, out *spec.Run, ranking []spec.Measure, progress progress) error {
	labels := p.scoredLabels()
	e, err := evaluation(out.Scores, labels, p.borders(), p.parameters())
	if err != nil {
		return err
	}
	alarms, err := raise(e, out)
	if err != nil {
		return err
	}
	out.Metrics = nil
	if labels == nil {
		return nil
	}
	out.Hits, out.FalseRuns = alarms.Hits, alarms.FalseRuns
	rows := rowsOf(true)
	values, err := metrics.Measure(ctx, rows, e, alarms, progress.of(2))
	if err != nil {
		return err
	}
	chance, err := metrics.ChanceLevels(ctx, rows, e, alarms.Rate(), progress.of(3))
	if err != nil {
		return err
	}
	constants, err := metrics.Constants(ctx, rows, e)
	if err != nil {
		return err
	}
	out.Metrics = merge(ranking, measures(rows, values, chance, constants))
	return nil
}

// alarmsOf are the alarms of the steps above the run's threshold, or of its flags if it has none.
func alarmsOf(e *metrics.Evaluation, out *spec.Run) (*metrics.Alarms, error) {
	cut := out.Threshold
	flagged := func(i int) bool { return e.Scores[i] > float64(cut.Value) }
	if out.Flags != nil && !cut.Value.Defined() {
		if len(out.Flags) != e.N() {
			return e.Flag(out.Flags)
		}
		flagged = func(i int) bool { return out.Flags[i] }
	}
	return e.Raise(detect.Alarms(e.N(), e.Borders, flagged, cut.Merge, cut.Least))
}

// evaluation pairs scores with labels; where there are none, nothing is an anomaly. Only its alarms mean
// anything then. Steps without a score rank last (metrics/README.md, section 1), so that all arms are measured
// on the same steps.
func evaluation(scores []float64, labels []uint8, borders []int, with metrics.Parameters) (*metrics.Evaluation,
	error) {
	if labels == nil {
		labels = make([]uint8, len(scores))
	}
	e, err := metrics.NewPooled(scores, labels, borders, metrics.LowestUnscored)
	if err != nil {
		return nil, err
	}
	return e.With(with), nil
}

// rowsOf are the metrics that need a threshold, or those that need none.
func rowsOf(threshold bool) (rows []metrics.Metric) {
	for _, m := range metrics.All {
		if m.NeedsThreshold() == threshold {
			rows = append(rows, m)
		}
	}
	return rows
}

// measures puts values of rows together with what a random and a constant score get; all have the same order.
func measures(rows []metrics.Metric, values []metrics.Value, chance []metrics.Chance,
	constants []metrics.Value) []spec.Measure {
	out := make([]spec.Measure, len(rows))
	for i, m := range rows {
		out[i] = spec.Measure{Name: m.Name, Value: values[i], Chance: chance[i].Mean, Constant: constants[i]}
	}
	return out
}

// merge puts measures of the ranking and of alarms into the order of metrics.All.
func merge(ranking, alarms []spec.Measure) (all []spec.Measure) {
	for _, m := range metrics.All {
		from := &ranking
		if m.NeedsThreshold() {
			from = &alarms
		}
		all = append(all, (*from)[0])
		*from = (*from)[1:]
	}
	return all
}

// ranking measures what depends on the order of the scores alone; nil without labels. What a random and a
// constant score get depends on the labels alone, so that one run's serve all others: the random scores cost
// more than everything else. Runs that end at the same time wait here for the first to draw them.
func (r *run) ranking(ctx context.Context, scores []float64, progress progress) ([]spec.Measure, error) {
	if r.data.scoredLabels() == nil {
		return nil, nil
	}
	e, err := evaluation(scores, r.data.scoredLabels(), r.data.borders(), r.parameters)
	if err != nil {
		return nil, err
	}
	rows := rowsOf(false)
	values, err := metrics.Measure(ctx, rows, e, nil, progress.of(0))
	if err != nil {
		return nil, err
	}
	select { // no mutex: whoever waits for it would not hear of a stop
	case r.chance <- struct{}{}:
		defer func() { <-r.chance }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.rankingChance == nil {
		if r.rankingConstants, err = metrics.Constants(ctx, rows, e); err != nil {
			return nil, err
		}
		if r.rankingChance, err = metrics.ChanceLevels(ctx, rows, e, 0, progress.of(1)); err != nil {
			return nil, err
		}
	}
	return measures(rows, values, r.rankingChance, r.rankingConstants), nil
}

// parameters are those of the metrics. A window that is a period is that of the first channel, training and
// test part together.
func (p *Prepared) parameters() metrics.Parameters {
	with := p.Spec.Detect.Parameters()
	var channel []float64
	if with.Window.Rule == metrics.WindowPeriod {
		for _, s := range []datasets.Series{p.trained, p.Scaled} {
			for t := range s.Rows {
				channel = append(channel, float64(s.Row(t)[0]))
			}
		}
	}
	with.Window = with.Window.Of(channel, metrics.Segments(p.scoredLabels(), p.borders()...))
	return with
}
