package datasets

import (
	"math"
	"slices"
)

// Scaler shifts and divides every channel: scaled = (raw - Shift) / Scale.
type Scaler struct {
	Shift []float64 // one a channel
	Scale []float64 // one a channel, never 0
}

// Standard measures mean and population standard deviation (divisor n) of every channel of train. A channel
// that is constant in train keeps Scale 1 (engine/models/README.md, section 1.2).
func Standard(train Raw) Scaler { return fit(train, moments) }

// MinMax measures the least value and the range of every channel of train, so that the training part lies from
// 0 to 1.
func MinMax(train Raw) Scaler {
	return fit(train, func(values []float64) (shift, scale float64) {
		least, top := slices.Min(values), slices.Max(values)
		return least, top - least
	})
}

// Robust measures the median and the distance between the quartiles of every channel of train, with linear
// interpolation between order statistics. Where both quartiles are the same it falls back on the deviation.
func Robust(train Raw) Scaler {
	return fit(train, func(values []float64) (shift, scale float64) {
		sorted := slices.Sorted(slices.Values(values))
		shift, scale = quantile(sorted, 0.5), quantile(sorted, 0.75)-quantile(sorted, 0.25)
		if scale == 0 {
			_, scale = moments(values)
		}
		return shift, scale
	})
}

// Unscaled leaves every value as it is.
func Unscaled(train Raw) Scaler {
	s := Scaler{Shift: make([]float64, train.Channels()), Scale: make([]float64, train.Channels())}
	for c := range s.Scale {
		s.Scale[c] = 1
	}
	return s
}

// quantile interpolates between the values around a share of the way.
func quantile(sorted []float64, share float64) float64 {
	at := share * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((at-float64(i))*(sorted[i+1]-sorted[i]))
}

// fit measures every channel, by the values that were measured where others were filled in. Constancy is
// decided by comparing values, because the rounded mean of a constant leaves a tiny deviation that would be
// divided by.
func fit(train Raw, measure func(values []float64) (shift, scale float64)) Scaler {
	s := Unscaled(train)
	for c := range train.Columns {
		values := train.Measured(c)
		switch {
		case len(values) == 0:
		case Constant(values):
			s.Shift[c] = values[0]
		default:
			s.Shift[c], s.Scale[c] = measure(values)
		}
	}
	return s
}

// Constant reports whether all values are the same.
func Constant(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

// moments are mean and deviation.
func moments(values []float64) (mean, deviation float64) {
	var sum float64
	for _, v := range values {
		sum += v
	}
	mean = sum / float64(len(values))
	var squares float64
	for _, v := range values {
		d := v - mean
		squares += float64(d * d)
	}
	return mean, math.Sqrt(squares / float64(len(values)))
}

// Apply returns r in scaled units, in new memory; r must have the channels that the scaler was fitted to. Every
// value is scaled in float64, and rounded once.
func (k Scaler) Apply(r Raw) Series {
	out := Series{Values: make([]float32, r.Rows*r.Channels()), Rows: r.Rows, Channels: r.Channels()}
	for c, values := range r.Columns {
		shift, scale := k.Shift[c], k.Scale[c]
		for t, v := range values {
			out.Values[t*out.Channels+c] = float32((v - shift) / scale)
		}
	}
	return out
}

// Invert returns scaled s in raw units, in new memory: the inverse of Apply up to float32 rounding.
func (k Scaler) Invert(s Series) Raw {
	out := Raw{Columns: make([][]float64, s.Channels), Rows: s.Rows}
	for c := range out.Columns {
		out.Columns[c] = make([]float64, s.Rows)
		for t := range s.Rows {
			out.Columns[c][t] = float64(float64(s.Values[t*s.Channels+c])*k.Scale[c]) + k.Shift[c]
		}
	}
	return out
}
