package metrics

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"cosinelab/datasets/steps"
)

// Resampler draws series that could have been in the place of an Evaluation's, by the moving-block bootstrap
// (Künsch, Annals of Statistics 1989; metrics/README.md, section 11.5): every true segment is replaced by one
// of them, every normal stretch is filled with blocks of normal stretches.
type Resampler struct {
	Block int // points in a block of a normal stretch

	e      *Evaluation
	normal []steps.Range
	starts int // of blocks, in all normal stretches
}

// NewResampler returns nil where there is nothing to draw from: fewer than two true segments, or no normal
// point.
func NewResampler(e *Evaluation) *Resampler {
	r := &Resampler{e: e, normal: runs(e.N(), e.Borders, func(i int) bool { return e.Labels[i] == 0 })}
	if len(e.Segments) < 2 || len(r.normal) == 0 {
		return nil
	}
	r.Block = r.block()
	for _, s := range r.normal {
		r.starts += r.startsIn(s)
	}
	return r
}

// startsIn is how many blocks begin in a stretch: one that is shorter than a block is a block itself.
func (r *Resampler) startsIn(s steps.Range) int { return max(1, s.Len()-r.Block+1) }

// block is the cube root of the number of normal points (Hall, Horowitz & Jing, Biometrika 1995), or the lag
// from which a score no longer tells whether another lies above the median of normal ones, if that is more;
// at most a quarter of the points.
func (r *Resampler) block() int {
	var scores []float64
	for _, s := range r.normal {
		scores = append(scores, r.e.Scores[s.From:s.To]...)
	}
	sorted := slices.Sorted(slices.Values(scores))
	median, n := sorted[len(sorted)/2], len(scores)
	lag, most := 1, max(1, n/4)
	for lag < most {
		agree := 0.0
		for i := range n - lag {
			if (scores[i] > median) == (scores[i+lag] > median) {
				agree++
			}
		}
		if 2*agree/float64(n-lag)-1 < 2/math.Sqrt(float64(n)) {
			break
		}
		lag++
	}
	return min(most, max(lag, int(math.Ceil(math.Cbrt(float64(n))))))
}

// Draw returns the points of a drawn series, in its order.
func (r *Resampler) Draw(rng *rand.Rand) (points []int) {
	add := func(from, to int) {
		for i := from; i < to; i++ {
			points = append(points, i)
		}
	}
	at := 0
	for _, s := range append(slices.Clone(r.e.Segments), steps.Range{From: r.e.N(), To: r.e.N()}) {
		for left := s.From - at; left > 0; {
			b := r.blockAt(rng.IntN(r.starts))
			b.To = min(b.To, b.From+left)
			add(b.From, b.To)
			left -= b.Len()
		}
		if s.Len() > 0 {
			drawn := r.e.Segments[rng.IntN(len(r.e.Segments))]
			add(drawn.From, drawn.To)
		}
		at = s.To
	}
	return points
}

// blockAt is the block of this number.
func (r *Resampler) blockAt(start int) steps.Range {
	for _, s := range r.normal {
		if n := r.startsIn(s); start >= n {
			start -= n
			continue
		}
		return steps.Range{From: s.From + start, To: min(s.To, s.From+start+r.Block)}
	}
	return steps.Range{}
}

// Interval is where a metric lies for other data like these.
type Interval struct {
	Low  Value `json:"low"`
	High Value `json:"high"`
}

// Bootstrap returns the 95 % percentile interval over the data of metrics that need no threshold, in their
// order, from so many draws; undefined ones where NewResampler has nothing to draw from. The same seed gives
// the same intervals. It stops with the context's error once that is done.
func Bootstrap(ctx context.Context, e *Evaluation, rows []Metric, draws int,
	seed uint64) ([]Interval, error) {
	out := slices.Repeat([]Interval{{Undefined, Undefined}}, len(rows))
	r := NewResampler(e)
	if r == nil {
		return out, nil
	}
	rng := rand.New(rand.NewPCG(seed, 0x626f6f74))
	values := make([][]float64, len(rows))
	for range draws {
		points := r.Draw(rng)
		scores, labels := make([]float64, len(points)), make([]uint8, len(points))
		for i, p := range points {
			scores[i], labels[i] = e.Scores[p], e.Labels[p]
		}
		drawn, err := NewEvaluation(scores, labels, RefuseUnscored)
		if err != nil {
			return nil, err
		}
		measured, err := Measure(ctx, rows, drawn, nil, nil)
		if err != nil {
			return nil, err
		}
		for i, v := range measured {
			if v.Defined() {
				values[i] = append(values[i], float64(v))
			}
		}
	}
	for i, v := range values {
		if slices.Sort(v); len(v) > 0 {
			at := func(q float64) Value { return Value(v[int(math.Round(q*float64(len(v)-1)))]) }
			out[i] = Interval{at(0.025), at(0.975)}
		}
	}
	return out, nil
}
