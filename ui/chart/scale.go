package chart

import "math"

// Kind is how a scale spreads its values.
type Kind uint8

const (
	Linear Kind = iota
	Sqrt        // equal steps of the square root: low scores stay readable beside peaks
	Log         // equal factors; values must be positive
)

// Scale maps the values From..To to the pixels Start..End, which may run either way.
type Scale struct {
	Kind       Kind
	From, To   float64
	Start, End float64
}

// At returns the pixel of v. Values outside the scale land on its nearer end; NaN stays NaN.
// A scale of one value puts it in the middle.
func (s Scale) At(v float64) float64 {
	if s.From == s.To {
		return (s.Start + s.End) / 2
	}
	from := s.bend(s.From)
	share := min(max((s.bend(v)-from)/(s.bend(s.To)-from), 0), 1)
	return s.Start*(1-share) + s.End*share
}

// Value returns what lies at a pixel, never a value outside the scale. It is the inverse of At.
func (s Scale) Value(pixel float64) float64 {
	if s.Start == s.End {
		return s.From
	}
	share := min(max((pixel-s.Start)/(s.End-s.Start), 0), 1)
	from := s.bend(s.From)
	return s.unbend(from + share*(s.bend(s.To)-from))
}

func (s Scale) bend(v float64) float64 {
	switch s.Kind {
	case Sqrt:
		return math.Sqrt(max(v, 0))
	case Log:
		return math.Log(max(v, 0))
	}
	return v
}

func (s Scale) unbend(u float64) float64 {
	switch s.Kind {
	case Sqrt:
		return u * u
	case Log:
		return math.Exp(u)
	}
	return u
}

// Extent is the range of some values; the zero Extent holds none.
type Extent struct {
	Lo, Hi float64
	any    bool
}

// Include widens e so that it holds the finite ones of the values.
func (e Extent) Include(values ...float64) Extent {
	for _, v := range values {
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
		case !e.any:
			e = Extent{v, v, true}
		default:
			e.Lo, e.Hi = min(e.Lo, v), max(e.Hi, v)
		}
	}
	return e
}

// Join returns the smallest extent that holds both.
func (e Extent) Join(o Extent) Extent {
	if !o.any {
		return e
	}
	return e.Include(o.Lo, o.Hi)
}

// Empty tells whether e holds no value.
func (e Extent) Empty() bool { return !e.any }

// Pad returns e widened by a share of its length on both sides; a single value gets half a unit of its size,
// so that a constant line has an axis.
func (e Extent) Pad(share float64) Extent {
	by := share * (e.Hi - e.Lo)
	if e.Hi == e.Lo {
		by = max(math.Abs(e.Lo), 1) / 2
	}
	return Extent{e.Lo - by, e.Hi + by, e.any}
}
