package metrics

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"cosinelab/datasets/steps"
)

// Resampler draws series that could have been in the place of an Evaluation's, by the moving-block bootstrap
// (Künsch, Annals of Statistics 1989; metrics/README.md, section 11.5): every true segment is replaced by one
// of them, every normal stretch is filled with blocks of normal stretches.
type Resampler struct {
	Block int // points in a block of a normal stretch

	e      *Evaluation // whose labels are drawn from
	normal []steps.Range
	starts int // of blocks, in all normal stretches
}

// NewResampler returns nil where there is nothing to draw from: fewer than two true segments, or no normal
// point. Of several evaluations of the same labels, what is drawn serves all, so that their values pair: its
// blocks are as long as the scores need that remember longest.
func NewResampler(all ...*Evaluation) *Resampler {
	e := all[0]
	r := &Resampler{e: e, normal: runs(e.N(), e.Borders, func(i int) bool { return e.Labels[i] == 0 })}
	if len(e.Segments) < 2 || len(r.normal) == 0 {
		return nil
	}
	for _, scored := range all {
		r.Block = max(r.Block, r.block(scored.Scores))
	}
	for _, s := range r.normal {
		r.starts += r.startsIn(s)
	}
	return r
}

// startsIn is how many blocks begin in a stretch: one that is shorter than a block is a block itself.
func (r *Resampler) startsIn(s steps.Range) int { return max(1, s.Len()-r.Block+1) }

// block is, for these scores, the cube root of the number of normal points (Hall, Horowitz & Jing, Biometrika 1995), or the lag
// from which a score no longer tells whether another lies above the median of normal ones, if that is more;
// at most a quarter of the points.
func (r *Resampler) block(all []float64) int {
	var scores []float64
	for _, s := range r.normal {
		scores = append(scores, all[s.From:s.To]...)
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

// Judged is scores with the points that a threshold flagged; nil where only the ranking is measured.
type Judged struct {
	*Evaluation
	Flags []bool // [n]
}

// Resample measures rows on so many drawn series, each the same for all that is judged, and hands the values
// of each to take: of the judged in their order, one a row. Thresholds stay: a point that was flagged is so
// wherever it is drawn. The same seed draws the same series. It stops with the context's error once that is
// done; pause, which may be nil, is called before each.
func (r *Resampler) Resample(ctx context.Context, of []Judged, rows []Metric, draws int, seed uint64,
	pause func(), take func(values [][]Value)) error {
	rng := rand.New(rand.NewPCG(seed, 0x626f6f74))
	values, errs := make([][]Value, len(of)), make([]error, len(of))
	for range draws {
		if pause != nil {
			pause()
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		d := r.place(r.Draw(rng))
		var side sync.WaitGroup
		lanes := min(len(of), runtime.GOMAXPROCS(0))
		for lane := range lanes {
			side.Go(func() {
				for i := lane; i < len(of); i += lanes {
					values[i], errs[i] = d.measure(ctx, of[i], rows)
				}
			})
		}
		side.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		take(values)
	}
	return nil
}

// drawing is a drawn series, with the places at which each point of the first stands in it.
type drawing struct {
	*Evaluation // its labels and segments
	points      []int
	at          []int // places, those of the first point first
	from        []int // [points + 1], where those of each point begin
}

func (r *Resampler) place(points []int) drawing {
	labels := make([]uint8, len(points))
	d := drawing{points: points, at: make([]int, len(points)), from: make([]int, r.e.N()+2)}
	for i, point := range points {
		labels[i] = r.e.Labels[point]
		d.from[point+2]++
	}
	for i := 2; i < len(d.from); i++ {
		d.from[i] += d.from[i-1]
	}
	for i, point := range points { // from[point+1] goes from where its places begin to where they end
		d.at[d.from[point+1]] = i
		d.from[point+1]++
	}
	d.Evaluation = &Evaluation{Labels: labels, Segments: Segments(labels)}
	d.spans = placed(d.Segments, nil, len(points))
	for _, s := range d.Segments {
		d.Positives += s.Len()
	}
	return d
}

// measure are the values on the drawn series. The first was sorted once: each drawn one comes sorted.
func (d drawing) measure(ctx context.Context, j Judged, rows []Metric) ([]Value, error) {
	drawn := d.of(make([]float64, len(d.points)))
	drawn.Parameters = j.Parameters
	for i, point := range d.points {
		drawn.Scores[i] = j.Scores[point]
	}
	drawn.shared.sorted.get(func() []ranked {
		sorted := make([]ranked, 0, len(d.points))
		for _, first := range j.ranking() {
			for _, at := range d.at[d.from[first.point]:d.from[first.point+1]] {
				sorted = append(sorted, ranked{first.score, at})
			}
		}
		return sorted
	})
	var alarms *Alarms
	if j.Flags != nil {
		flags := make([]bool, len(d.points))
		for i, point := range d.points {
			flags[i] = j.Flags[point]
		}
		var err error
		if alarms, err = drawn.Flag(flags); err != nil {
			return nil, err
		}
	}
	return Measure(ctx, rows, drawn, alarms, nil)
}

// Percentiles is the interval that holds 95 % of values, which it sorts; undefined without any.
func Percentiles(values []float64) Interval {
	if len(values) == 0 {
		return Interval{Undefined, Undefined}
	}
	slices.Sort(values)
	at := func(q float64) Value { return Value(values[int(math.Round(q*float64(len(values)-1)))]) }
	return Interval{at(0.025), at(0.975)}
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
	all := make([][]float64, len(rows))
	err := r.Resample(ctx, []Judged{{Evaluation: e}}, rows, draws, seed, nil, func(values [][]Value) {
		for i, v := range values[0] {
			if v.Defined() {
				all[i] = append(all[i], float64(v))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for i, values := range all {
		out[i] = Percentiles(values)
	}
	return out, nil
}
