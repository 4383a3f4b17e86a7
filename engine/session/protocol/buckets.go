package protocol

import "math"

// Values is a series of N steps; beyond them there is nothing. Low and High are the least and the greatest that
// a step stands for; nil = At.
type Values struct {
	N             int
	At, Low, High func(step int) float64
}

// Fill writes minimum, maximum and mean of the steps of each bucket between two steps, as a Series has them; NaN
// where a bucket has none.
func (v Values) Fill(out []float32, from, to int) {
	width := len(out) / 3
	for k := range width {
		a := from + (to-from)*k/width
		b := max(a+1, from+(to-from)*(k+1)/width)
		lo, hi, mean := v.bucket(a, min(b, v.N))
		out[3*k], out[3*k+1], out[3*k+2] = float32(lo), float32(hi), float32(mean)
	}
}

// bucket looks at the steps that have a value.
func (v Values) bucket(a, b int) (lo, hi, mean float64) {
	low, high := v.At, v.At
	if v.Low != nil {
		low, high = v.Low, v.High
	}
	lo, hi = math.Inf(1), math.Inf(-1)
	sum, n := 0.0, 0
	for t := a; t < b; t++ {
		if x := v.At(t); x == x {
			lo, hi, sum, n = min(lo, low(t)), max(hi, high(t)), sum+x, n+1
		}
	}
	if n == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	return lo, hi, sum / float64(n)
}
