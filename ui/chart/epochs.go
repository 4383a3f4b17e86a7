package chart

import (
	"cosinelab/assets/words"
)

// EpochMark is what an arm reaches after an epoch, in points of 100; NaN is what nobody knows.
type EpochMark struct {
	X                       float64 // epochs, or seconds
	Value, Low, High        float64
	Gain, GainLow, GainHigh float64
	Excludes0               bool // the interval of the gain does
}

// EpochLine is an arm with its marks.
type EpochLine struct {
	Look  Look
	Label string
	Marks []EpochMark
}

// ByEpoch shows above what arms reach as training goes on, below on the same axis how much more than the arm
// that all are compared with.
type ByEpoch struct {
	Numbers  words.Numbers // of the labels
	Lines    []EpochLine
	From, To float64
	Unit     string // of the axis below
}

// Measures of the figure beside those of learning plots.
const (
	epochGap   = 12   // between both parts
	epochShare = 0.58 // of the height that the upper part has
	epochDodge = 3.5  // between the strokes of two arms
	epochInset = 8    // from the axis to the first stroke
)

// Draw draws the figure w wide and h high; unit is the size of a CSS pixel at the base text size.
func (e ByEpoch) Draw(w, h, unit float64) Figure {
	f := Figure{W: w, H: h}
	left, right := curveLeft*unit, w-curveRight*unit
	x := Scale{From: e.From, To: e.To, Start: left + epochInset*unit, End: right - epochInset*unit}
	frame := Scale{Start: left, End: right}
	bottom := h - curveBottom*unit
	middle := curveTop*unit + epochShare*(bottom-curveTop*unit)
	value := e.scale(middle-epochGap/2*unit, curveTop*unit, EpochMark.reached, Extent{})
	gain := e.scale(bottom-2*unit, middle+epochGap/2*unit, EpochMark.gained, Extent{}.Include(0))
	f.Grid(Ticks(e.Numbers, value.From, value.To, 3), frame, value, unit)
	f.Grid(Ticks(e.Numbers, gain.From, gain.To, 3), frame, gain, unit)
	f.Path("zero", Horizontal(left, right, gain.At(0)))
	f.Path("axis", Horizontal(left, right, bottom))
	for _, t := range Ticks(e.Numbers, x.From, x.To, 4) {
		f.Text("tk", x.At(t.Value), h-4*unit, Middle, t.Label)
	}
	f.Text("tk", right+labelGap*unit, h-4*unit, Start, e.Unit)
	for i, l := range e.Lines {
		aside := epochDodge * unit * (float64(i) - float64(len(e.Lines)-1)/2)
		for _, m := range l.Marks {
			f.stroke(l.Look, x.At(m.X)+aside, value, m.reached(), false, unit)
			f.stroke(l.Look, x.At(m.X)+aside, gain, m.gained(), m.Excludes0, unit)
		}
	}
	f.epochNames(e.Lines, right, value, unit)
	return f
}

// reached and gained are a mean and the ends of its interval.
func (m EpochMark) reached() [3]float64 { return [3]float64{m.Value, m.Low, m.High} }
func (m EpochMark) gained() [3]float64  { return [3]float64{m.Gain, m.GainLow, m.GainHigh} }

// stroke draws a mean with its interval; wide is one that excludes 0.
func (f *Figure) stroke(look Look, x float64, y Scale, of [3]float64, wide bool, unit float64) {
	if !finite(of[0]) {
		return
	}
	if finite(of[1]) && finite(of[2]) {
		class := "reach " + look.Class
		if wide {
			class = "reach wide " + look.Class
		}
		f.Path(class, Vertical(x, y.At(of[2]), y.At(of[1])))
	}
	f.Path("mark "+look.Class, look.Mark.Path(x, y.At(of[0]), 2.5*unit))
}

// scale holds what is there already, and all means with their intervals.
func (e ByEpoch) scale(start, end float64, of func(EpochMark) [3]float64, held Extent) Scale {
	for _, l := range e.Lines {
		for _, m := range l.Marks {
			values := of(m)
			held = held.Include(values[:]...)
		}
	}
	held = padded(held, Linear)
	if held.Hi-held.Lo < 1e-9 {
		held = Extent{Lo: held.Lo - 1, Hi: held.Hi + 1}
	}
	return Scale{Kind: Linear, From: held.Lo, To: held.Hi, Start: start, End: end}
}

// epochNames writes each arm's name right of its last mark above.
func (f *Figure) epochNames(lines []EpochLine, right float64, y Scale, unit float64) {
	var want []float64
	var named []EpochLine
	for _, l := range lines {
		for i := len(l.Marks) - 1; i >= 0; i-- {
			if v := l.Marks[i].Value; finite(v) {
				want, named = append(want, y.At(v)), append(named, l)
				break
			}
		}
	}
	at := Spread(want, nameGap*unit, y.End+5*unit, y.Start+epochGap*unit)
	for i, l := range named {
		f.Text("tk "+l.Look.Class, right+labelGap*unit, at[i]+labelDrop*unit, Start,
			cut(l.Label, curveRight-labelGap))
	}
}
