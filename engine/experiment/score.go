package experiment

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/detect"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// scores are what a run says of the training windows, as the training loader yields them, and of the test
// part. train is nil where the threshold does not look at it.
type scores struct {
	train, test []float64
	trains      []int // scores of the training part by series, where there are several
	// What the scores were computed with, for whoever keeps it: parameters of a model, or the state of a fit.
	weights map[string]tensor.Tensor
	fit     map[string]tensor.Wide
}

// studentScores scores the test part, and the training windows if the threshold looks at them, both smoothed
// if the spec says so (models/README.md, sections 1.3 and 1.4).
func (r *run) studentScores(ctx context.Context, a spec.Arm, t *train.Trainer, out *spec.Run) (s scores, err error) {
	r.send(spec.Event{Phase: spec.PhaseScore, Arm: out.Arm, Seed: out.Seed})
	sources := r.sources(a)
	test, err := r.forward(ctx, t, r.data.test, len(sources), out)
	if err != nil {
		return s, err
	}
	kept := make([]spec.KeptScores, len(sources))
	for i, k := range sources {
		kept[i] = spec.KeptScores{Score: k, Test: test[i]}
	}
	for _, serial := range []bool{false, true} {
		if err := r.scoreTraining(ctx, t, serial, kept); err != nil {
			return s, err
		}
	}
	s = r.judgedBy(kept[0], r.data.trains)
	r.keepScores(a, kept, out)
	s.weights, err = r.weightsOf(t)
	return s, err
}

// sources are the scores that a student is asked for: that of the spec, then, where everything is kept, those
// that it can be judged by as well.
func (r *run) sources(a spec.Arm) []spec.ScoreKind {
	model := r.spec.StudentOf(a).Kind
	all := []spec.ScoreKind{r.spec.Detect.Score.Of(model)}
	if r.o.Outputs {
		for _, k := range spec.Models[model].Scores {
			if k != all[0] {
				all = append(all, k)
			}
		}
	}
	return all
}

// mostKept is how many scores of the training part a run keeps at most, over all sources, each way.
const mostKept = 1 << 21

// scoreTraining scores the training part, in order or as training sees it, where the threshold looks at that or
// where it is to be kept. What is not finite is kept of no source but that of the spec, whose it is a failure.
func (r *run) scoreTraining(ctx context.Context, t *train.Trainer, serial bool, kept []spec.KeptScores) error {
	looked := spec.Policies[r.spec.Detect.Threshold.Policy].Train && serial == r.spec.Detect.Serial()
	w := r.data.overTrain(serial, r.data.trainRanges()...)
	keeps := r.o.Outputs && len(kept)*w.Steps() <= mostKept && (serial || r.spec.Detect.Warm == 0)
	if !looked && !keeps {
		return nil
	}
	all, err := r.forward(ctx, t, w, len(kept), nil)
	if failed := (failure{}); errors.As(err, &failed) && !looked {
		return nil
	}
	for i := range all {
		if i == 0 || keeps {
			*layout(&kept[i], serial) = all[i]
		}
	}
	return err
}

// layout is where scores of the training part are kept.
func layout(k *spec.KeptScores, serial bool) *[]float64 {
	if serial {
		return &k.Serial
	}
	return &k.Train
}

// judgedBy is what a run is judged by: scores as they were kept, smoothed if the spec says so. trains are those of
// scores.
func (r *run) judgedBy(k spec.KeptScores, trains []int) scores {
	s := scores{test: k.Test, trains: trains}
	if spec.Policies[r.spec.Detect.Threshold.Policy].Train {
		s.train = *layout(&k, r.spec.Detect.Serial())
	}
	if span := r.spec.Detect.Smoothing; span > 0 {
		s.test, s.train = smoothEach(s.test, span, r.data.tests()), smoothEach(s.train, span, r.trainsOf(s))
	}
	return s
}

// keepScores leaves with a run what it can be judged by anew, if somebody keeps that, and the errors only where
// they make up its score.
func (r *run) keepScores(a spec.Arm, kept []spec.KeptScores, out *spec.Run) {
	if r.o.Outputs {
		out.Kept = &spec.Kept{Scores: kept, Errors: out.Errors, Output: out.Output}
	}
	if !r.spec.OfErrors(a) {
		out.Errors = nil
	}
}

// forward scores every step of the windows that counts, by so many sources; keep, if not nil, gets what else the
// student says of them. A score of the first source that is not finite is a failure; others are then nil.
func (r *run) forward(ctx context.Context, t *train.Trainer, w datasets.Windows, sources int,
	keep *spec.Run) ([][]float64, error) {
	all := make([][]float64, sources)
	for i := range all {
		all[i] = make([]float64, 0, w.Steps())
	}
	err := t.Forward(ctx, w, func(i int, o [][]float32) error {
		// The outputs are in the order of assemble: score, series, errors, scores by other sources.
		rest := len(o) - sources
		for source, values := range append(o[:1:1], o[rest+1:]...) {
			for _, x := range datasets.Counted(w, i, values) {
				v, into := float64(x), &all[source]
				switch finite := v-v == 0; {
				case !finite && source == 0:
					return failure{fault.New("score-not-finite", len(*into), v)}
				case !finite:
					*into = nil
				case *into != nil:
					*into = append(*into, v)
				}
			}
		}
		if keep != nil && r.o.Outputs {
			keep.Output = append(keep.Output, datasets.Counted(w, i, o[1])...)
		}
		if keep != nil && rest > 1 {
			keep.Errors = append(keep.Errors, datasets.Counted(w, i, o[2])...)
		}
		return nil
	})
	return all, err
}

// randomScores are even draws between 0 and 1: the control that knows nothing. The constant keeps them apart
// from other draws of the seed.
func (r *run) randomScores(seed uint64) scores {
	rng := rand.New(rand.NewPCG(seed, 0x72616e646f6d))
	draw := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = rng.Float64()
		}
		return out
	}
	return scores{test: draw(r.data.Summary.ScoredSteps), train: draw(r.data.train.Steps()), trains: r.data.trains}
}

// decide chooses the threshold and measures the run. A threshold that cannot be chosen is a failure of the
// run alone. It is chosen by the steps that have a score, and flags none of the others.
func (r *run) decide(ctx context.Context, s scores, out *spec.Run) error {
	choose := r.cut
	if r.data.members != nil {
		choose = r.cutEach
	}
	err := choose(ctx, s, out)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		out.Flags, out.Series, out.Threshold = nil, nil, spec.Cut{}
		return failure{fault.New("threshold-error", err)}
	}
	out.Scores = s.test
	for _, x := range s.test {
		if math.IsNaN(x) {
			out.Unscored++
		}
	}
	out.Threshold.TrainShare = shareAbove(s.train, float64(out.Threshold.Value))
	out.Threshold.Merge, out.Threshold.Least = r.spec.Detect.Merge, r.spec.Detect.Least
	measuring := func(part, done, of int) {
		r.o.Yield()
		r.send(spec.Event{Phase: spec.PhaseScore, Arm: out.Arm, Seed: out.Seed,
			Measured: (float64(part) + float64(done)/float64(of)) / measurements})
	}
	ranking, err := r.ranking(ctx, s.test, measuring)
	if err != nil {
		return err
	}
	out.Located = located(out.Errors, r.data.channels, r.data.Summary.Segments)
	if err = r.data.judge(ctx, out, ranking, measuring); err == nil {
		err = r.data.judgeEach(ctx, out, func(i int, e *metrics.Evaluation) ([]spec.Measure, error) {
			return r.rankingOf(ctx, i, e)
		}, r.o.Yield)
	}
	if !r.o.Outputs {
		out.Errors = nil // they are as large as the series
	}
	return err
}

// cut chooses the threshold of a run on one series.
func (r *run) cut(ctx context.Context, s scores, out *spec.Run) error {
	t := r.spec.Detect.Threshold
	unscored, test := unscoredOf(s.test)
	_, train := unscoredOf(s.train)
	labels := r.data.scoredLabels()
	if labels != nil {
		labels = labels[unscored:]
	}
	cut, err := detect.Choose(t, detect.Scores{Train: train, Test: test, Labels: labels}, r.pause(ctx))
	if err != nil {
		return err
	}
	if cut.Flags != nil {
		out.Flags = append(make([]bool, unscored), cut.Flags...)
	}
	out.Threshold = spec.Cut{Policy: t.Policy, Value: metrics.Value(cut.Threshold),
		Saw:  spec.Policies[t.Policy].Saw,
		Tail: Tail(cut.Tail)}
	return nil
}

// shareAbove is the share of scores above a threshold; nil where there are none, or no threshold.
func shareAbove(scores []float64, threshold float64) *float64 {
	above, all := 0, 0
	for _, x := range scores {
		if x == x {
			all++
		}
		if x > threshold {
			above++
		}
	}
	if all == 0 || math.IsNaN(threshold) {
		return nil
	}
	share := float64(above) / float64(all)
	return &share
}

// trainsOf are the lengths of the scores of the training part, if there are any.
func (r *run) trainsOf(s scores) []int {
	if s.train == nil {
		return nil
	}
	return s.trains
}

// Tail is a fitted tail as reports carry it; nil for none.
func Tail(t *detect.Tail) *spec.Tail {
	if t == nil {
		return nil
	}
	return &spec.Tail{Start: t.Start, Scores: t.Scores, Excesses: t.Excesses, Shape: t.Shape, Scale: t.Scale,
		Fallback: t.Fallback, Unreliable: t.Unreliable()}
}
