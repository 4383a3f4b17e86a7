package chart

import (
	"math"
	"strconv"
	"strings"

	"cosinelab/assets/words"
)

// Tick is a labelled value of an axis.
type Tick struct {
	Value float64
	Label string
}

// Ticks returns at most n ticks in lo..hi at multiples of 1, 2 or 5 times a power of ten, ascending.
func Ticks(w words.Numbers, lo, hi float64, n int) []Tick {
	if !(lo < hi) || n < 1 || math.IsInf(hi-lo, 0) {
		return nil
	}
	step := tickStep(lo, hi, n)
	var ticks []Tick
	for k := math.Ceil(lo / step); k*step <= hi; k++ {
		ticks = append(ticks, Tick{k * step, tickLabel(w, k*step, step)})
	}
	return ticks
}

// tickStep returns the smallest 1-2-5 step that has at most n multiples in lo..hi.
func tickStep(lo, hi float64, n int) float64 {
	step := roundUp((hi - lo) / float64(n+1))
	for math.Floor(hi/step)-math.Ceil(lo/step)+1 > float64(n) {
		step = roundUp(1.5 * step)
	}
	return step
}

// roundUp returns the smallest of 1, 2 or 5 times a power of ten that is at least v, v being positive.
func roundUp(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*unit*(1+1e-12) {
			return m * unit
		}
	}
	return 10 * unit
}

// tickDigits is more than a multiple of a 1-2-5 step has, and drops what floating point added to it.
const tickDigits = 6

// tickLabel writes v with the decimals that its step needs, very small and very large values with an
// exponent.
func tickLabel(w words.Numbers, v, step float64) string {
	digits := math.Ceil(-math.Log10(step) - 1e-9)
	switch {
	case v == math.Trunc(v) && digits >= -5:
		return w.Count(int(v))
	case digits > 3 || digits < -5:
		return Digits(w, v, tickDigits)
	}
	return w.Fixed(v, int(max(digits, 0)))
}

// Digits writes v with so many significant digits as a person would: 0.0042, 4.2e-4, −3e7.
func Digits(w words.Numbers, v float64, n int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(math.Abs(v), 'g', n, 64), 64) // what FormatFloat writes always parses
	text := strings.Replace(words.Setting(rounded), ".", w.Decimal, 1)
	if v < 0 {
		return "−" + text
	}
	return text
}

// LogTicks returns the powers of ten in lo..hi, thinned to at most n; where fewer than two lie there, 1-2-5
// values. The values must be positive.
func LogTicks(w words.Numbers, lo, hi float64, n int) []Tick {
	if !(0 < lo && lo < hi) || n < 1 || math.IsInf(hi, 0) {
		return nil
	}
	from, to := int(math.Ceil(math.Log10(lo)-1e-9)), int(math.Floor(math.Log10(hi)+1e-9))
	if to-from < 1 {
		return steppedLogTicks(w, lo, hi, n)
	}
	every := (to-from)/n + 1
	var ticks []Tick
	for e := from; e <= to; e += every {
		ticks = append(ticks, logTick(w, 1, e))
	}
	return ticks
}

// steppedLogTicks keeps the last n of the 1-2-5 values in lo..hi.
func steppedLogTicks(w words.Numbers, lo, hi float64, n int) []Tick {
	var ticks []Tick
	for e := int(math.Floor(math.Log10(lo))); e <= int(math.Ceil(math.Log10(hi))); e++ {
		for _, m := range []float64{1, 2, 5} {
			if t := logTick(w, m, e); lo <= t.Value && t.Value <= hi {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks[max(0, len(ticks)-n):]
}

func logTick(w words.Numbers, m float64, exponent int) Tick {
	unit := math.Pow(10, float64(exponent))
	return Tick{m * unit, tickLabel(w, m*unit, unit)}
}
