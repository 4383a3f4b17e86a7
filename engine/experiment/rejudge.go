package experiment

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/detector"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// Rejudge decides anew about the finished runs of a report, by another Detect, from what they keep: the report that
// comes of it is the one of a run with that Detect, bit for bit. p is what the report's experiment was prepared
// for; the report stays as it is. Runs whose training failed stay failed. learnt are the detectors that the runs
// were kept as first, if they were: those returned decide by the new Detect. It fails where the runs cannot be
// judged so (spec.Spec.RejudgedFrom) or do not keep what the new Detect looks at.
func (p *Prepared) Rejudge(ctx context.Context, before spec.Report, d spec.Detect, learnt []*detector.Detector,
	yield func()) (report spec.Report, detectors []*detector.Detector, err error) {
	if yield == nil {
		yield = func() {}
	}
	sp := before.Spec
	sp.Detect = d
	if err := sp.Validate(); err != nil {
		return report, nil, err
	}
	if !sp.RejudgedFrom(before.Spec) {
		return report, nil, fault.New("rejudge-trains")
	}
	data := *p
	data.Spec = sp
	if err := checkLabels(sp, data.scoredLabels()); err != nil {
		return report, nil, err
	}
	data.layOverTrain()
	r := &run{spec: sp, named: before.Device, data: &data, chance: make(chan struct{}, 1),
		parameters: data.parameters(), o: Options{Outputs: true, Yield: yield, Events: func(spec.Event) {}}}
	if len(learnt) > 0 {
		r.o.Program = learnt[0].Program
		r.o.Kept = func(d *detector.Detector) error {
			detectors = append(detectors, d)
			return nil
		}
	}
	report = before
	report.Spec, report.Parameters, report.OverData = sp, &r.parameters, nil
	report.Arms = slices.Clone(before.Arms)
	for i, arm := range before.Arms {
		runs := slices.Clone(arm.Runs)
		for j := range runs {
			if runs[j], err = r.rejudged(ctx, arm.Arm, before, runs[j], learnt); err != nil {
				return spec.Report{}, nil, err
			}
		}
		report.Arms[i].Runs = runs
	}
	report.Comparisons, report.FailedRuns = report.Compare(), report.Failures()
	return report, detectors, nil
}

// rejudged is a run decided about anew.
func (r *run) rejudged(ctx context.Context, a spec.Arm, before spec.Report, old spec.Run,
	learnt []*detector.Detector) (spec.Run, error) {
	out := old
	s, err := r.scoresKept(a, &out)
	if err != nil || s.test == nil {
		return out, err
	}
	out.Flags, out.Series, out.Threshold, out.Failed, out.Unscored = nil, nil, spec.Cut{}, nil, 0
	out.Alarms, out.Peaks, out.Causes, out.Usual, out.Metrics, out.Hits, out.FalseRuns = nil, nil, nil, nil, nil, 0, 0
	r.takeChance(before, old)
	for _, d := range learnt {
		if d.Arm().Name == old.Arm && d.Seed() == old.Seed {
			s.weights, s.fit = r.weightsAgain(d.Weights), d.Fit
		}
	}
	if err = r.decide(ctx, s, &out); err == nil {
		_, err = r.keepDetector(ctx, s, &out)
	}
	if failed := (failure{}); errors.As(err, &failed) {
		return r.undecided(old, failed), nil
	}
	return out, err
}

// undecided is a run for which no threshold can be chosen, as Run has it.
func (r *run) undecided(old spec.Run, why failure) spec.Run {
	out := spec.Run{Arm: old.Arm, Seed: old.Seed, Parameters: old.Parameters, Epochs: old.Epochs, Best: old.Best,
		StepMs: old.StepMs, Seconds: old.Seconds, Alarms: old.Alarms[:0:0], Kept: old.Kept, Errors: old.Errors}
	out.Failed = fault.Of(why.error)
	return out
}

// scoresKept are the scores of a run by the source that is asked for now, and its errors if they make those up.
// There are none of a run that has failed to score.
func (r *run) scoresKept(a spec.Arm, out *spec.Run) (scores, error) {
	if a.Control == spec.ControlRandom {
		return r.randomScores(out.Seed), nil
	}
	if out.Kept == nil && out.Failed != nil {
		return scores{}, nil
	}
	if out.Kept == nil {
		return scores{}, fault.New("rejudge-nothing", out.Arm, out.Seed)
	}
	var want spec.ScoreKind
	trains := r.data.trainLengths()
	if spec.Controls[a.Control].Student {
		want, trains = r.spec.Detect.Score.Of(r.spec.StudentOf(a).Kind), r.data.trains
	}
	i := slices.IndexFunc(out.Kept.Scores, func(k spec.KeptScores) bool { return k.Score == want && k.Test != nil })
	if i < 0 {
		return scores{}, fault.New("rejudge-nothing", out.Arm, out.Seed)
	}
	k := out.Kept.Scores[i]
	if spec.Policies[r.spec.Detect.Threshold.Policy].Train && *layout(&k, r.spec.Detect.Serial()) == nil {
		return scores{}, fault.New("rejudge-nothing", out.Arm, out.Seed)
	}
	if out.Errors, out.Output = nil, out.Kept.Output; r.spec.OfErrors(a) {
		out.Errors = out.Kept.Errors
	}
	return r.judgedBy(k, trains), nil
}

// takeChance takes over what random and constant scores get by the ranking, which no Detect changes, unless it
// changes parameters of the metrics.
func (r *run) takeChance(before spec.Report, old spec.Run) {
	if r.rankingChance != nil || len(old.Metrics) != len(metrics.All) || before.Parameters == nil ||
		*before.Parameters != r.parameters {
		return
	}
	for _, m := range rankingIn(old.Metrics) {
		r.rankingChance = append(r.rankingChance, metrics.Chance{Mean: m.Chance})
		r.rankingConstants = append(r.rankingConstants, m.Constant)
	}
}

// weightsAgain are those of a detector, without the teacher where scores do not need it any more.
func (r *run) weightsAgain(all map[string]tensor.Tensor) map[string]tensor.Tensor {
	if spec.Scores[r.spec.Detect.Score].Teacher || all == nil {
		return all
	}
	out := map[string]tensor.Tensor{}
	for name, x := range all {
		if !strings.HasPrefix(name, teacherScope+".") {
			out[name] = x
		}
	}
	return out
}
