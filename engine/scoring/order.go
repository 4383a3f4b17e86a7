package scoring

import (
	"slices"
	"strings"
	"time"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
)

// order looks at the times of rows, which a stream cannot sort.
type order struct {
	last                     int64
	n, falling               int
	backward, repeated, none int
	first                    []Gap // the first distances, which tell the usual one
	usual                    int64 // 0 = not known yet
	gaps                     int
	longest                  Gap
}

// Gap is a distance in time between two rows that is longer than usual.
type Gap struct {
	Series  string `json:"series,omitempty"`
	After   string `json:"after"`   // time of the row before it
	Seconds int64  `json:"seconds"` // long
	after   int64
	long    int64 // in nanoseconds, as times of a clock are
}

// turned is how many rows, all falling from the first on, are the end of a file whose newest rows come first.
const turned = 4

// firstDistances is how many distances tell the usual one: their median.
const firstDistances = 32

// take takes the time of the next row. Rows that come newest first are refused: their windows would run backward.
func (o *order) take(at int64) error {
	if table.Missing(at) {
		o.none++
		return nil
	}
	o.n++
	switch {
	case o.n == 1:
	case at < o.last:
		o.backward++
		if o.falling++; o.falling == turned && o.n == turned+1 {
			return fault.New("score-newest-first")
		}
	case at == o.last:
		o.repeated++
	default:
		o.distance(Gap{after: o.last, long: at - o.last})
	}
	o.last = at
	return nil
}

// distance looks whether a distance is a gap, once the first ones have told the usual.
func (o *order) distance(g Gap) {
	if o.usual > 0 {
		o.gap(g)
	} else if o.first = append(o.first, g); len(o.first) == firstDistances {
		o.settle()
	}
}

// settle takes the median of the distances so far as the usual one.
func (o *order) settle() {
	if o.usual > 0 || len(o.first) < 3 {
		return
	}
	long := make([]int64, 0, len(o.first))
	for _, g := range o.first {
		long = append(long, g.long)
	}
	slices.Sort(long)
	o.usual = long[len(long)/2]
	for _, g := range o.first {
		o.gap(g)
	}
	o.first = nil
}

func (o *order) gap(g Gap) {
	if 2*g.long <= 3*o.usual {
		return
	}
	if o.gaps++; g.long > o.longest.long {
		o.longest = g
	}
}

// add adds what the times of a series showed.
func (s *Summary) add(o order, one *series) {
	s.Backward += o.backward
	s.Repeated += o.repeated
	s.Untimed += o.none
	if !one.clock.Clock {
		return // numbers that say no more than an order
	}
	o.settle()
	if s.Gaps += o.gaps; o.gaps > 0 && (s.Longest == nil || o.longest.long > s.Longest.long) {
		g := o.longest
		g.Series, g.After, g.Seconds = one.name, one.time(g.after), g.long/int64(time.Second)
		s.Longest = &g
	}
}

func join(names []string) string { return strings.Join(names, ", ") }

func value(x float64) metrics.Value { return metrics.Value(x) }
