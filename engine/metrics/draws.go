package metrics

import (
	"context"
	"math"
	"math/rand/v2"
)

// Draws is the number of random scores behind a chance level that has no closed form. Reports depend on it,
// as on the seeds: another number gives other levels.
const Draws = 20

// SlowDraws is the number for metrics that cost as much as all others together. Theirs vary little.
const SlowDraws = 5

// draws is the number of random scores for the chance level of a metric.
func (m Metric) draws() int {
	if m.Slow {
		return SlowDraws
	}
	return Draws
}

// Chance is what a metric gives to a score without information.
type Chance struct {
	Mean      Value `json:"mean"`
	Deviation Value `json:"deviation"`       // sample deviation over the draws; undefined for a closed form
	Draws     int   `json:"draws,omitempty"` // draws in which the metric is defined; 0 for a closed form
}

// ChanceLevels returns the chance level of each of rows for the labels of e when the share rate of the points
// is flagged. Metrics without a closed form are measured on Draws random permutations, slow ones on SlowDraws,
// from fixed seeds: the same labels and rate always give the same levels, and those of metrics that need no
// threshold do not depend on rate. It calls progress, which may be nil, after each metric of each draw and now
// and then within one, and stops with the context's error once that is done.
func ChanceLevels(ctx context.Context, rows []Metric, e *Evaluation, rate float64,
	progress func(done, of int)) ([]Chance, error) {
	return RoughChance(ctx, rows, e, rate, Draws, progress)
}

// RoughChance is ChanceLevels from so many of its random permutations at most, for what moves while somebody looks:
// levels without a closed form are rougher by the root of that.
func RoughChance(ctx context.Context, rows []Metric, e *Evaluation, rate float64, draws int,
	progress func(done, of int)) ([]Chance, error) {
	levels := make([]Chance, len(rows))
	var drawn []Metric
	for i, m := range rows {
		if m.Chance == nil {
			drawn = append(drawn, m)
		} else {
			levels[i] = Chance{Mean: m.Chance(e, rate), Deviation: Undefined}
		}
	}
	if drawn == nil {
		return levels, ctx.Err()
	}
	samples, err := drawSamples(ctx, drawn, e, rate, draws, progress)
	if err != nil {
		return nil, err
	}
	for i, m := range rows {
		if m.Chance == nil {
			levels[i], samples = summarise(samples[0]), samples[1:]
		}
	}
	return levels, nil
}

// drawSamples returns for each metric its defined values over the draws.
func drawSamples(ctx context.Context, rows []Metric, e *Evaluation, rate float64, draws int,
	progress func(done, of int)) ([][]float64, error) {
	samples := make([][]float64, len(rows))
	told, all := 0, 0
	for _, m := range rows {
		all += min(m.draws(), draws)
	}
	for d := range draws {
		var drawn []int // places in rows
		var now []Metric
		for i, m := range rows {
			if d < m.draws() {
				drawn, now = append(drawn, i), append(now, m)
			}
		}
		random := e.permuted(rand.New(rand.NewPCG(uint64(d), 0)))
		values, err := Measure(ctx, now, random, random.top(rate), func(done, _ int) {
			if progress != nil {
				progress(told+done, all)
			}
		})
		told += len(now)
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			if v.Defined() {
				samples[drawn[i]] = append(samples[drawn[i]], float64(v))
			}
		}
	}
	return samples, nil
}

// permuted returns e's labels with the scores 1 ... n in random order, which is its own ranking: no sort is
// needed.
func (e *Evaluation) permuted(r *rand.Rand) *Evaluation {
	n := e.N()
	scores, sorted := make([]float64, n), make([]ranked, n)
	for i, point := range r.Perm(n) {
		score := float64(n - i)
		scores[point] = score
		sorted[i] = ranked{score, point}
	}
	random := e.of(scores)
	random.shared.sorted.get(func() []ranked { return sorted })
	return random
}

// top flags the share rate of points with the highest scores of a permutation, whose scores are the numbers 1
// ... n.
func (e *Evaluation) top(rate float64) *Alarms {
	n := float64(e.N())
	return e.At(n - math.Round(rate*n))
}

// summarise returns mean and sample deviation, undefined where there are too few samples for them.
func summarise(samples []float64) Chance {
	n := float64(len(samples))
	sum, squares := 0.0, 0.0
	for _, x := range samples {
		sum += x
	}
	mean := sum / n // NaN without samples
	for _, x := range samples {
		squares += (x - mean) * (x - mean)
	}
	variance := squares / max(n-1, 0) // NaN below two samples
	return Chance{Mean: Value(mean), Deviation: Value(math.Sqrt(variance)), Draws: len(samples)}
}
