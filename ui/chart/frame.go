package chart

// Frame is the margins of a figure that keep their size when what is between them is stretched, in pixels at the
// base text size.
type Frame struct{ Left, Right, Top, Bottom float64 }

// Frames of figures that fill a box.
var (
	CurvesFrame = Frame{Left: curveLeft, Right: curveRight, Top: curveTop, Bottom: curveBottom + 2}
	EffectFrame = Frame{Left: 10, Right: 10}
	StripFrame  = Frame{Left: 5, Right: 5}
)
