package chart

import (
	"slices"
	"strconv"

	"cosinelab/datasets/steps"
)

// pixels returns the pixels at which s begins and ends within x, at least so many apart, so that nothing is
// too thin to see.
func pixels(s steps.Range, x Scale, least float64) (x0, x1 float64) {
	return widen(x.At(float64(s.From)), x.At(float64(s.To)), least, x)
}

// InView returns the spans that share a step with the scale x.
func InView(spans []steps.Range, x Scale) []steps.Range {
	var in []steps.Range
	for _, s := range spans {
		if float64(s.From) < x.To && x.From < float64(s.To) {
			in = append(in, s)
		}
	}
	return in
}

// Near returns the spans with those merged that lie less than a pixel apart: they could not be told apart,
// and a long view has thousands, each of which would cost path data. The spans must be ascending.
func Near(spans []steps.Range, x Scale) []steps.Range {
	var out []steps.Range
	for _, s := range spans {
		if n := len(out); n > 0 && x.At(float64(s.From))-x.At(float64(out[n-1].To)) < 1 {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// leastBand is the width in pixels that even a one-step anomaly gets.
const leastBand = 2

// Bands draws the true anomalies across a lane of height h: the highlighted areas, then their edges.
func Bands(truth []steps.Range, x Scale, h float64) (areas, edges string) {
	var fill, edge pen
	for _, s := range InView(truth, x) {
		x0, x1 := pixels(s, x, leastBand)
		fill.rect(Rect{x0, 0, x1 - x0, h})
		edge.move(x0, 0)
		edge.down(h)
		edge.move(x1, 0)
		edge.down(h)
	}
	return fill.String(), edge.String()
}

// Brackets draws a bracket over each true anomaly, its line at the pixel row y, its feet so many pixels
// below.
func Brackets(truth []steps.Range, x Scale, y, feet float64) string {
	var p pen
	for _, s := range InView(truth, x) {
		x0, x1 := pixels(s, x, leastBand)
		p.move(x0, y+feet)
		p.down(y)
		p.across(x1)
		p.down(y + feet)
	}
	return p.String()
}

// Name returns what the true anomaly i, counted from 0 over the whole test part, is called.
func Name(i int) string { return "A" + strconv.Itoa(i+1) }

// Names places the names of the true anomalies in view at the baseline y, centred; a name that would come
// closer than apart pixels to the one before is left out.
func Names(truth []steps.Range, x Scale, y, apart float64) []Text {
	var names []Text
	for i, s := range truth {
		if len(InView([]steps.Range{s}, x)) == 0 {
			continue
		}
		x0, x1 := pixels(s, x, leastBand)
		at := (x0 + x1) / 2
		if n := len(names); n == 0 || at-names[n-1].X >= apart {
			names = append(names, Text{"tk tb", at, y, Middle, Name(i)})
		}
	}
	return names
}

// Alarms is a detector's alarms beside the truth.
type Alarms struct {
	Right  []steps.Range // alarms that touch a true anomaly
	False  []steps.Range // alarms that touch none
	Missed []steps.Range // true anomalies that no alarm touches
}

// Classify compares alarms with the truth; both ascend. One shared step is enough: it says whether a person
// would have been called, not how well spans match.
func Classify(alarms, truth []steps.Range) Alarms {
	var a Alarms
	for _, s := range alarms {
		if touching(truth, s) {
			a.Right = append(a.Right, s)
		} else {
			a.False = append(a.False, s)
		}
	}
	for _, s := range truth {
		if !touching(alarms, s) {
			a.Missed = append(a.Missed, s)
		}
	}
	return a
}

// touching tells whether one of the ascending, disjoint spans touches s.
func touching(spans []steps.Range, s steps.Range) bool {
	i, _ := slices.BinarySearchFunc(spans, s.From,
		func(o steps.Range, from int) int { return o.To - 1 - from })
	return i < len(spans) && spans[i].Meets(s)
}

// leastBar is the width in pixels of the shortest alarm.
const leastBar = 3

// Bars draws spans as boxes in the row y..y+h, inset by so many pixels, so that an outline stays within the
// box that a filled one has.
func Bars(spans []steps.Range, x Scale, y, h, inset float64) string {
	var p pen
	for _, s := range Near(InView(spans, x), x) {
		x0, x1 := pixels(s, x, leastBar+2*inset)
		p.rect(Rect{x0 + inset, y + inset, x1 - x0 - 2*inset, h - 2*inset})
	}
	return p.String()
}

// Borders draws a line at the step where each series behind the first begins.
func Borders(at []int, x Scale, h float64) string {
	var p pen
	for _, step := range at {
		if v := float64(step); v > x.From && v < x.To {
			p.move(x.At(v), 0)
			p.down(h)
		}
	}
	return p.String()
}
