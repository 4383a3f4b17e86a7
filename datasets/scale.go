package datasets

import "math"

// Scaler shifts and divides every channel: scaled = (raw - Mean) / Scale.
type Scaler struct {
	Mean  []float64 // one a channel
	Scale []float64 // one a channel, never 0
}

// FitScaler measures mean and population standard deviation (divisor n) of every channel of train in float64.
// A channel that is constant in train keeps Scale 1 (engine/models/README.md, section 1.2).
func FitScaler(train Series) Scaler {
	s := Scaler{Mean: make([]float64, train.Channels), Scale: make([]float64, train.Channels)}
	for c := range train.Channels {
		s.Mean[c], s.Scale[c] = moments(train, c)
	}
	return s
}

// moments returns what FitScaler keeps of channel c. Constancy is decided by comparing values, because the
// rounded mean of a constant leaves a tiny deviation that would be divided by.
func moments(s Series, c int) (mean, deviation float64) {
	var sum float64
	constant := true
	for t := range s.Rows {
		v := s.Values[t*s.Channels+c]
		sum += float64(v)
		constant = constant && v == s.Values[c]
	}
	if s.Rows == 0 {
		return 0, 1
	}
	if constant {
		return float64(s.Values[c]), 1
	}
	mean = sum / float64(s.Rows)
	var squares float64
	for t := range s.Rows {
		d := float64(s.Values[t*s.Channels+c]) - mean
		squares += float64(d * d)
	}
	return mean, math.Sqrt(squares / float64(s.Rows))
}

// Apply returns s in scaled units, in new memory; s must have the channels that the scaler was fitted to.
func (k Scaler) Apply(s Series) Series {
	return k.each(s, func(v, mean, scale float64) float64 { return (v - mean) / scale })
}

// Invert returns scaled s in raw units, in new memory: the inverse of Apply up to float32 rounding.
func (k Scaler) Invert(s Series) Series {
	return k.each(s, func(v, mean, scale float64) float64 { return float64(v*scale) + mean })
}

// each maps every value in float64, and rounds once.
func (k Scaler) each(s Series, f func(v, mean, scale float64) float64) Series {
	out := Series{Values: make([]float32, len(s.Values)), Rows: s.Rows, Channels: s.Channels}
	for t := range s.Rows {
		row, to := s.Row(t), out.Row(t)
		for c, v := range row {
			to[c] = float32(f(float64(v), k.Mean[c], k.Scale[c]))
		}
	}
	return out
}
