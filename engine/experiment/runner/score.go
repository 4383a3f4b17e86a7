package runner

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/train"
)

// scores are what a run says of the training windows, as the training loader yields them, and of the test part.
type scores struct{ train, test []float64 }

func (r *run) studentScores(ctx context.Context, t *train.Trainer, out *experiment.Run) (s scores, err error) {
	r.o.Events(experiment.Event{Phase: experiment.PhaseScore, Arm: out.Arm, Seed: out.Seed, Run: r.meter.run, Runs: r.meter.runs, Left: r.meter.left()})
	keep := &out.Output
	if !r.o.Outputs {
		keep = nil
	}
	if s.test, err = r.forward(ctx, t, r.data.test, keep); err != nil {
		return s, err
	}
	if r.spec.Detect.Threshold.Policy != "best_f1" {
		s.train, err = r.forward(ctx, t, r.data.train, nil)
	}
	for _, part := range [][]float64{s.test, s.train} {
		for i, x := range part {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return s, fmt.Errorf("%w: score %d is %v", errFailed, i, x)
			}
		}
	}
	return s, err
}

// randomScores are even draws between 0 and 1: the control that knows nothing.
func (r *run) randomScores(seed uint64) scores {
	rng := rand.New(rand.NewPCG(seed, 0x72616e646f6d))
	draw := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = rng.Float64()
		}
		return out
	}
	return scores{test: draw(r.data.summary.ScoredSteps), train: draw(r.data.train.Len() * r.spec.Data.Window)}
}

// judge chooses the threshold and measures the run.
func (r *run) judge(ctx context.Context, s scores, out *experiment.Run) error {
	policy, err := detect.FindThreshold(r.spec.Detect.Threshold.Policy)
	if err != nil {
		return err
	}
	cut, err := policy.Choose(detect.Scores{Train: s.train, Test: s.test, Labels: r.data.labels}, r.spec.Detect.Threshold.Percent)
	if err != nil {
		return fmt.Errorf("threshold: %w", err)
	}
	out.Scores = s.test
	out.Threshold = experiment.Cut{Policy: policy.Name, Value: metrics.Value(cut), Saw: policy.Saw}
	return Judge(ctx, out, r.data.labels)
}

// Judge fills in alarms and metrics of a run from its scores and threshold; without labels there are alarms only.
func Judge(ctx context.Context, out *experiment.Run, labels []uint8) error {
	labelled := labels != nil
	if !labelled {
		labels = make([]uint8, len(out.Scores))
	}
	e, err := metrics.NewEvaluation(out.Scores, labels, metrics.RefuseUnscored)
	if err != nil {
		return err
	}
	alarms := e.At(float64(out.Threshold.Value))
	out.Alarms = make([]experiment.Range, len(alarms.Segments))
	for i, s := range alarms.Segments {
		out.Alarms[i] = experiment.Range{From: s.From, To: s.To}
	}
	out.Metrics = nil
	if !labelled {
		return nil
	}
	out.Hits, out.FalseRuns = alarms.Hits, alarms.FalseRuns
	values, err := metrics.Measure(ctx, metrics.All, e, alarms, nil)
	if err != nil {
		return err
	}
	chance, err := metrics.ChanceLevels(ctx, metrics.All, e, alarms.Rate(), nil)
	if err != nil {
		return err
	}
	for i, m := range metrics.All {
		out.Metrics = append(out.Metrics, experiment.Measure{Name: m.Name, Value: values[i], Chance: chance[i].Mean})
	}
	return nil
}
