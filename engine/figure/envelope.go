package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bin is what a stretch of steps shows in one place of the paper; n = 0 = no finite value.
type bin struct {
	at           float64 // middle, in steps
	lo, hi, mean float64
	n            int
}

// bins sums up values of the steps from up to, not including, to, at most count of them: no step is left out,
// so that a spike of one step shows in the extremes.
func bins(value func(t int) float64, from, to, count int) []bin {
	count = max(1, min(count, to-from))
	out := make([]bin, count)
	for i := range out {
		a, b := from+i*(to-from)/count, from+(i+1)*(to-from)/count
		e, sum, n := empty, 0.0, 0
		for t := a; t < b; t++ {
			if v := value(t); finite(v) {
				e.hold(v)
				sum += v
				n++
			}
		}
		out[i] = bin{at: float64(a+b) / 2, lo: e.lo, hi: e.hi, mean: sum / float64(n), n: n}
	}
	return out
}

// stretches cuts bins at empty ones.
func stretches(all []bin) (runs [][]bin) {
	begun := false
	for _, b := range all {
		if b.n == 0 {
			begun = false
			continue
		}
		if !begun {
			runs, begun = append(runs, nil), true
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], b)
	}
	return runs
}

// binCount is how many bins a width gets: what a printer can still tell apart.
func binCount(width vg.Length) int { return max(1, int(math.Floor(float64(width/0.6)))) }

// area fills between the extremes.
func area(run []bin, x, y func(float64) vg.Length) (outline []vg.Point) {
	for _, b := range run {
		outline = append(outline, vg.Point{X: x(b.at), Y: y(b.hi)})
	}
	for i := len(run) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(run[i].at), Y: y(run[i].lo)})
	}
	return outline
}

// trace draws bins as a line through what of says, over the area between extremes where a bin holds several
// steps.
func trace(c draw.Canvas, all []bin, x, y func(float64) vg.Length, s draw.LineStyle, fill draw.LineStyle,
	of func(bin) float64) {
	for _, run := range stretches(all) {
		var points []vg.Point
		several := false
		for _, b := range run {
			points = append(points, vg.Point{X: x(b.at), Y: y(of(b))})
			several = several || b.n > 1
		}
		if several {
			c.FillPolygon(fill.Color, c.ClipPolygonXY(area(run, x, y)))
		}
		c.StrokeLines(s, c.ClipLinesXY(points)...)
	}
}
