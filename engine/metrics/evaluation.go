package metrics

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"sync"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// Segments returns the maximal runs of ones in labels, in order. None goes on beyond a border, which is the
// first point of another series; borders ascend.
func Segments(labels []uint8, borders ...int) []steps.Range {
	return runs(len(labels), borders, func(i int) bool { return labels[i] == 1 })
}

// runs returns the maximal ranges of the n points, within the series that borders part, in which on holds, in
// order.
func runs(n int, borders []int, on func(int) bool) []steps.Range {
	var found []steps.Range
	for i := 0; i < n; {
		for len(borders) > 0 && borders[0] <= i {
			borders = borders[1:]
		}
		end := n
		if len(borders) > 0 {
			end = borders[0]
		}
		if !on(i) {
			i++
			continue
		}
		from := i
		for i < end && on(i) {
			i++
		}
		found = append(found, steps.Range{From: from, To: i})
	}
	return found
}

// Unscored is a policy for points without a score (NaN), such as the first window of a forecaster.
type Unscored int

const (
	RefuseUnscored Unscored = iota // a NaN is an error
	// ExcludeUnscored takes the points out of scores and labels; the runs on both sides become adjacent.
	ExcludeUnscored
	LowestUnscored // the points rank last: NaN becomes the lowest score - 1
)

// String is the policy's name in reports.
func (u Unscored) String() string {
	return [...]string{"refuse", "exclude", "lowest"}[u]
}

// Evaluation is a series of scores with its labels, prepared for every metric. The one sort that they share
// happens at the first metric that needs it. Its fields are for reading only. It is safe for concurrent use.
type Evaluation struct {
	Scores    []float64     // [n], higher is more anomalous, all finite
	Labels    []uint8       // [n], 1 is anomalous
	Segments  []steps.Range // true segments, in order
	Borders   []int         // first points of the series behind the first; nil = all is one series
	Positives int           // anomalous points
	Unscored  int           // points that came without a score
	Policy    Unscored      // what was done with them

	Parameters Parameters // of the metrics of All

	spans  []steps.Range // by true segment: the series that it lies in
	shared *shared
	turn   func() // called by what takes long, see Measure; nil = nobody waits for a turn
	beats  int    // since the last one
}

// shared is what several metrics make use of, found by the first of them.
type shared struct {
	sorted    once[[]ranked] // highest score first
	vus, rauc once[Volume]
}

// once is a value that is found at the first call. Unlike with sync.Once, a call that is given up on the way
// leaves it to the next.
type once[T any] struct {
	mu    sync.Mutex
	found bool
	value T
}

func (o *once[T]) get(find func() T) T {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.found {
		o.value = find()
		o.found = true
	}
	return o.value
}

// ranked is a score with the point it belongs to, so that sorting moves both without a look-up for each
// comparison.
type ranked struct {
	score float64
	point int
}

// NewEvaluation checks scores [n] and labels [n]; it keeps both slices, which must not change afterwards. It
// fails if there are no points, the lengths differ, a label is neither 0 nor 1, a score is infinite, or a
// score is NaN without a policy for it; the message names the point.
func NewEvaluation(scores []float64, labels []uint8, policy Unscored) (*Evaluation, error) {
	return NewPooled(scores, labels, nil, policy)
}

// NewPooled is NewEvaluation for several series, one behind the other: borders are the first points of those
// behind the first, ascending. Whatever is ranked or counted goes over all points; segments, buffers and zones
// end at borders (metrics/README.md, section 1.1).
func NewPooled(scores []float64, labels []uint8, borders []int, policy Unscored) (*Evaluation, error) {
	if len(scores) != len(labels) {
		return nil, fault.New("metrics-lengths", len(scores), len(labels))
	}
	unscored, err := checkPoints(scores, labels, policy)
	if err != nil {
		return nil, err
	}
	if len(scores) == unscored {
		return nil, fault.New("metrics-no-points")
	}
	if unscored > 0 {
		scores, labels, borders = settle(scores, labels, borders, policy)
	}
	borders = within(borders, len(scores))
	e := &Evaluation{Scores: scores, Labels: labels, Segments: Segments(labels, borders...), Borders: borders,
		Unscored: unscored, Policy: policy, Parameters: Defaults, shared: new(shared)}
	e.spans = placed(e.Segments, borders, len(scores))
	for _, s := range e.Segments {
		e.Positives += s.Len()
	}
	return e, nil
}

// With returns the same scores and labels for other parameters.
func (e *Evaluation) With(p Parameters) *Evaluation {
	other := e.of(e.Scores)
	other.Unscored, other.Policy, other.Parameters = e.Unscored, e.Policy, p
	return other
}

// of is the evaluation of other scores, all of them finite, against the same labels.
func (e *Evaluation) of(scores []float64) *Evaluation {
	return &Evaluation{Scores: scores, Labels: e.Labels, Segments: e.Segments, Borders: e.Borders,
		spans: e.spans, Positives: e.Positives, Parameters: e.Parameters, shared: new(shared)}
}

// under is e with a turn that its metrics take. What they share stays the same.
func (e *Evaluation) under(turn func()) *Evaluation {
	watched := *e
	watched.turn, watched.beats = turn, 0
	return &watched
}

// beatsPerTurn is how many beats lie between two turns: a few milliseconds.
const beatsPerTurn = 1 << 15

// beat counts so many of the smallest parts of a computation, each of which takes some ten nanoseconds, and
// takes a turn when it is time. The turn panics where the computation is given up (Measure).
func (e *Evaluation) beat(n int) {
	if e.turn == nil {
		return
	}
	if e.beats += n; e.beats >= beatsPerTurn {
		e.beats = 0
		e.turn()
	}
}

// within leaves out borders that part nothing: at the ends, or twice in one place.
func within(borders []int, n int) (kept []int) {
	last := 0
	for _, b := range borders {
		if b > last && b < n {
			kept, last = append(kept, b), b
		}
	}
	return kept
}

// placed are the series that each true segment lies in.
func placed(segments []steps.Range, borders []int, n int) (spans []steps.Range) {
	from := 0
	for _, s := range segments {
		for len(borders) > 0 && borders[0] <= s.From {
			from, borders = borders[0], borders[1:]
		}
		to := n
		if len(borders) > 0 {
			to = borders[0]
		}
		spans = append(spans, steps.Range{From: from, To: to})
	}
	return spans
}

// next is where the true segment behind segment i begins, if it lies in the same series; else that series ends.
func (e *Evaluation) next(i int) (from int, there bool) {
	span := e.spans[i]
	if i+1 < len(e.Segments) && e.Segments[i+1].From < span.To {
		return e.Segments[i+1].From, true
	}
	return span.To, false
}

// before is where the true segment before segment i ends, if it lies in the same series; else that series
// begins.
func (e *Evaluation) before(i int) (to int, there bool) {
	span := e.spans[i]
	if i > 0 && e.Segments[i-1].To > span.From {
		return e.Segments[i-1].To, true
	}
	return span.From, false
}

// checkPoints counts the points without a score; its error names the first point that cannot be evaluated.
func checkPoints(scores []float64, labels []uint8, policy Unscored) (unscored int, err error) {
	for i, s := range scores {
		switch {
		case labels[i] > 1:
			return 0, fault.New("metrics-label", i, int(labels[i]))
		case math.IsInf(s, 0):
			return 0, fault.New("metrics-score", i, fmt.Sprint(s))
		case math.IsNaN(s) && policy == RefuseUnscored:
			return 0, fault.New("metrics-unscored", i)
		case math.IsNaN(s):
			unscored++
		}
	}
	return unscored, nil
}

// settle returns copies of scores, labels and borders in which the policy has dealt with every NaN.
func settle(scores []float64, labels []uint8, borders []int, policy Unscored) ([]float64, []uint8, []int) {
	if policy == LowestUnscored {
		return replaceUnscored(scores), labels, borders
	}
	var keptScores []float64
	var keptLabels []uint8
	var keptBorders []int
	for i, s := range scores {
		for len(borders) > 0 && borders[0] <= i {
			keptBorders, borders = append(keptBorders, len(keptScores)), borders[1:]
		}
		if !math.IsNaN(s) {
			keptScores = append(keptScores, s)
			keptLabels = append(keptLabels, labels[i])
		}
	}
	return keptScores, keptLabels, keptBorders
}

func replaceUnscored(scores []float64) []float64 {
	lowest := math.Inf(1)
	for _, s := range scores {
		if s < lowest { // false for NaN
			lowest = s
		}
	}
	// Above 2^53 a step of 1 may round away: then the next number below ranks last just as well.
	last := max(min(lowest-1, math.Nextafter(lowest, math.Inf(-1))), -math.MaxFloat64)
	replaced := slices.Clone(scores)
	for i, s := range replaced {
		if math.IsNaN(s) {
			replaced[i] = last
		}
	}
	return replaced
}

// N is the number of evaluated points.
func (e *Evaluation) N() int { return len(e.Scores) }

// Negatives is the number of normal points.
func (e *Evaluation) Negatives() int { return e.N() - e.Positives }

// ranking returns the points with the highest score first, sorted at the first call. The order of equal
// scores is left open: nothing may depend on it.
func (e *Evaluation) ranking() []ranked {
	return e.shared.sorted.get(func() []ranked {
		sorted := make([]ranked, e.N())
		for i, s := range e.Scores {
			sorted[i] = ranked{s, i}
		}
		slices.SortFunc(sorted, func(a, b ranked) int {
			e.beat(1)
			return cmp.Compare(b.score, a.score)
		})
		return sorted
	})
}

// level is a distinct score with the points at or above it.
type level struct {
	score   float64
	flagged int
	tp      int
}

// levels yields the distinct scores from the highest down: groups of equal scores are never split.
func (e *Evaluation) levels() iter.Seq[level] {
	return func(yield func(level) bool) {
		order := e.ranking()
		tp := 0
		for i, r := range order {
			e.beat(1)
			tp += int(e.Labels[r.point])
			last := i == len(order)-1 || order[i+1].score != r.score
			if last && !yield(level{r.score, i + 1, tp}) {
				return
			}
		}
	}
}

// strict returns the threshold that flags with > what the observed score at flags with >=: halfway to the
// next lower score.
func (e *Evaluation) strict(at float64) float64 {
	order := e.ranking()
	next := sort.Search(len(order), func(i int) bool { return order[i].score < at })
	if next == len(order) {
		return math.Nextafter(at, math.Inf(-1))
	}
	lower := order[next].score
	if middle := lower/2 + at/2; lower <= middle && middle < at {
		return middle
	}
	return lower // neighbouring numbers: there is nothing between them
}
