package signal

import (
	"cosinelab/datasets/steps"
	"cosinelab/ui/chart"
)

// traces are the paths of lines, which are kept from one render to the next: while a threshold is dragged, or the
// brush, most lines stay as they are, and they are most of the work.
type traces struct{ before, now map[trace]string }

// trace is what a path follows from. Values of buckets never change: other values are other memory.
type trace struct {
	kind   string
	values *float32
	n      int
	of     steps.Range
	x, y   chart.Scale
}

// turn begins a render: what the one before did not use is forgotten.
func (t *traces) turn() { t.before, t.now = t.now, map[trace]string{} }

// path is a path of a kind along a line in two scales, drawn if it was not in this render or the one before.
func (t *traces) path(kind string, b chart.Buckets, x, y chart.Scale, draw func(chart.Buckets, chart.Scale, chart.Scale) string) string {
	if b.Empty() {
		return draw(b, x, y)
	}
	key := trace{kind, &b.Values[0], len(b.Values), b.Range, x, y}
	d, known := t.now[key]
	if !known {
		d, known = t.before[key]
	}
	if !known {
		d = draw(b, x, y)
	}
	t.now[key] = d
	return d
}
