package experiment

import (
	"context"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// seedOfDraws is that of the series that OverData draws: the same for everybody, so that reports agree.
const seedOfDraws = 1

// OverData says where the mean over seeds of each arm would lie for other data like these, and its gain over
// the baseline, in the metric of the verdict and in those that need no threshold and are read most. Every arm
// and seed is measured on the same drawn series, so that gains are paired. The report needs its scores. pause,
// which may be nil, is called before each of the draws.
func OverData(ctx context.Context, r spec.Report, draws int, pause func()) (*spec.OverData, error) {
	scored, err := scoredArms(r)
	if err != nil {
		return nil, err
	}
	var all []metrics.Judged
	var evaluations []*metrics.Evaluation
	for _, a := range scored {
		for _, run := range a.runs {
			all, evaluations = append(all, run), append(evaluations, run.Evaluation)
		}
	}
	if len(all) == 0 {
		return nil, fault.New("resample-no-scores")
	}
	resampler := metrics.NewResampler(evaluations...)
	if resampler == nil {
		return nil, fault.New("resample-segments", len(evaluations[0].Segments))
	}
	rows := resampledMetrics(r.Spec)
	asked := contrasts(r.Spec, rows, scored)
	drawn := make([][]float64, len(asked))
	err = resampler.Resample(ctx, all, rows, draws, seedOfDraws, pause, func(values [][]metrics.Value) {
		for i, c := range asked {
			if v := c.of(values); v.Defined() {
				drawn[i] = append(drawn[i], float64(v))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out := &spec.OverData{Draws: draws, Block: resampler.Block}
	for i, c := range asked {
		c.DataInterval.Interval = metrics.Percentiles(drawn[i])
		out.Intervals = append(out.Intervals, c.DataInterval)
	}
	return out, nil
}

// Report is what finished runs of an experiment on these data say, without comparisons.
func (p *Prepared) Report(sp spec.Spec, runs []spec.Run) spec.Report {
	of := *p
	of.Spec = sp
	with := of.parameters()
	out := spec.Report{Version: spec.Version, Spec: sp, Data: p.Summary, Parameters: &with}
	for _, a := range sp.Arms {
		arm := spec.ArmReport{Arm: a}
		for _, seed := range sp.Seeds {
			for _, run := range runs {
				if run.Arm == a.Name && run.Seed == seed {
					arm.Runs = append(arm.Runs, run)
				}
			}
		}
		out.Arms = append(out.Arms, arm)
	}
	return out
}

// scoredArm is an arm with its runs that have scores; first is the place of its first among those of all arms.
type scoredArm struct {
	spec.ArmReport
	first int
	seeds []uint64
	runs  []metrics.Judged
}

func scoredArms(r spec.Report) (out []scoredArm, err error) {
	labels, n := r.Data.ScoredLabels(), 0
	with := metrics.Defaults
	if r.Parameters != nil {
		with = *r.Parameters
	}
	var borders []int
	for _, s := range r.Data.Series {
		borders = append(borders, s.Scored.From)
	}
	for _, a := range r.Arms {
		arm := scoredArm{ArmReport: a, first: n}
		for _, run := range a.Runs {
			if run.Scores == nil || labels == nil {
				continue
			}
			e, err := evaluation(run.Scores, labels, borders, with)
			if err != nil {
				return nil, err
			}
			arm.seeds = append(arm.seeds, run.Seed)
			arm.runs = append(arm.runs, metrics.Judged{Evaluation: e, Flags: run.Flagged(e.N())})
		}
		n += len(arm.runs)
		out = append(out, arm)
	}
	return out, nil
}

// resampledMetrics are that of the verdict and two of the ranking, each once.
func resampledMetrics(s spec.Spec) []metrics.Metric {
	rows := []metrics.Metric{s.JudgedBy()}
	for _, name := range []string{spec.DefaultHeadline, "auroc"} {
		if m, ok := metrics.Find(name); ok && m.Name != rows[0].Name {
			rows = append(rows, m)
		}
	}
	return rows
}

// contrast is a mean over runs, or over pairs of them, in a metric.
type contrast struct {
	spec.DataInterval
	row  int
	less bool
	a, b []int // places of runs among all; b is empty where values are asked for
}

// contrasts are, for each metric, the value of every arm, then its gain over the baseline, then that of the
// examined arm over the one that a gain is credited by.
func contrasts(s spec.Spec, rows []metrics.Metric, arms []scoredArm) (out []contrast) {
	of := func(name string) *scoredArm {
		i := slices.IndexFunc(arms, func(a scoredArm) bool { return a.Arm.Name == name })
		if i < 0 {
			return nil
		}
		return &arms[i]
	}
	for row, m := range rows {
		add := func(a, over *scoredArm) {
			if a == nil || len(a.runs) == 0 {
				return
			}
			c := contrast{DataInterval: spec.DataInterval{Metric: m.Name, Arm: a.Arm.Name}, row: row, less: m.Less}
			if over != nil {
				c.Over = over.Arm.Name
			}
			c.pair(*a, over)
			if len(c.a) > 0 {
				out = append(out, c)
			}
		}
		base := of(s.Baseline())
		for i := range arms {
			add(&arms[i], nil)
		}
		for i := range arms {
			if base != nil && arms[i].Arm.Name != base.Arm.Name {
				add(&arms[i], base)
			}
		}
		if credited := of(s.Credited()); credited != nil {
			add(of(s.Examined()), credited)
		}
	}
	return out
}

// pair finds the runs of the same seed; that of a closed form stands beside any.
func (c *contrast) pair(a scoredArm, over *scoredArm) {
	for i, seed := range a.seeds {
		switch {
		case over == nil:
			c.a = append(c.a, a.first+i)
			continue
		case spec.Controls[a.Arm.Control].Closed:
			for j := range over.seeds {
				c.a, c.b = append(c.a, a.first+i), append(c.b, over.first+j)
			}
			continue
		}
		for j, other := range over.seeds {
			if other == seed || spec.Controls[over.Arm.Control].Closed {
				c.a, c.b = append(c.a, a.first+i), append(c.b, over.first+j)
			}
		}
	}
}

// of is the mean on one drawn series, of the pairs that have a value there.
func (c contrast) of(values [][]metrics.Value) metrics.Value {
	sum, n := metrics.Value(0), 0
	for i, a := range c.a {
		v := values[a][c.row]
		if c.b != nil {
			v -= values[c.b[i]][c.row]
		}
		if v.Defined() {
			sum += v
			n++
		}
	}
	if c.less && c.b != nil {
		sum = -sum
	}
	return sum / metrics.Value(n) // undefined where no pair is
}
