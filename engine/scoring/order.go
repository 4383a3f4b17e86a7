package scoring

import (
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
	"cosinelab/engine/metrics"
)

// order looks at the times of rows, which a stream cannot sort.
type order struct {
	last           int64
	n, falling     int
	backward, none int
}

// turned is how many rows, all falling from the first on, are the end of a file whose newest rows come first.
const turned = 4

// take takes the time of the next row. Rows that come newest first are refused: their windows would run backward.
func (o *order) take(at int64, timed bool) error {
	if !timed {
		return nil
	}
	if table.Missing(at) {
		o.none++
		return nil
	}
	if o.n++; o.n > 1 && at < o.last {
		o.backward++
		if o.falling++; o.falling == turned && o.n == turned+1 {
			return fault.New("score-newest-first")
		}
	}
	o.last = at
	return nil
}

func join(names []string) string { return strings.Join(names, ", ") }

func value(x float64) metrics.Value { return metrics.Value(x) }
