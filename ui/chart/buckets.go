package chart

import (
	"iter"
	"math"

	"cosinelab/datasets/steps"
)

// Buckets is one line, reduced to about the pixels of a plot: the steps From up to, not including, To in
// equal parts, each with its minimum, maximum and mean. Bucket k lies at Values[3k : 3k+3]; NaN means that it
// has no values. The values are shared with the answer of the worker, and are only read.
type Buckets struct {
	steps.Range
	Values []float32
}

// Len returns the number of buckets.
func (b Buckets) Len() int { return len(b.Values) / 3 }

// Min returns the smallest value of bucket k.
func (b Buckets) Min(k int) float64 { return float64(b.Values[3*k]) }

// Max returns the largest value of bucket k.
func (b Buckets) Max(k int) float64 { return float64(b.Values[3*k+1]) }

// Mean returns the mean of bucket k.
func (b Buckets) Mean(k int) float64 { return float64(b.Values[3*k+2]) }

// Has tells whether bucket k has values.
func (b Buckets) Has(k int) bool { return !math.IsNaN(b.Max(k)) }

// Step returns the middle of bucket k. A step t covers t to t+1, so a bucket of the one step t lies at t +
// 1/2.
func (b Buckets) Step(k int) float64 {
	return float64(b.From) + (float64(k)+0.5)*b.PerBucket()
}

// PerBucket returns how many steps one bucket covers; a fraction when there are more buckets than steps.
func (b Buckets) PerBucket() float64 { return float64(b.To-b.From) / float64(b.Len()) }

// At returns the bucket that covers a step; ok is false where there is none, or none with values.
func (b Buckets) At(step int) (k int, ok bool) {
	if b.Len() == 0 || step < b.From || step >= b.To {
		return 0, false
	}
	k = int((float64(step-b.From) + 0.5) / b.PerBucket())
	return k, b.Has(k)
}

// Empty tells whether no bucket has values.
func (b Buckets) Empty() bool {
	for k := range b.Len() {
		if b.Has(k) {
			return false
		}
	}
	return true
}

// Extent returns the range of all values.
func (b Buckets) Extent() Extent {
	var e Extent
	for k := range b.Len() {
		e = e.Include(b.Min(k), b.Max(k))
	}
	return e
}

// Merge returns the same line with n buckets in one, so that a dash pattern stays readable on a noisy line.
// Nothing is lost of minimum and maximum; the mean is that of the buckets with values. A number of buckets
// that n does not divide stays as it is: buckets are equal parts.
func (b Buckets) Merge(n int) Buckets {
	if n < 2 || b.Len()%n != 0 {
		return b
	}
	out := Buckets{Range: b.Range, Values: make([]float32, 0, len(b.Values)/n)}
	for k := 0; k < b.Len(); k += n {
		lo, hi, mean := b.summary(k, k+n)
		out.Values = append(out.Values, lo, hi, mean)
	}
	return out
}

// summary is the minimum, maximum and mean of buckets from up to, not including, to; NaN when none has
// values.
func (b Buckets) summary(from, to int) (lo, hi, mean float32) {
	var e Extent
	sum, n := 0.0, 0
	for k := from; k < to; k++ {
		if b.Has(k) {
			e = e.Include(b.Min(k), b.Max(k))
			sum += b.Mean(k)
			n++
		}
	}
	if n == 0 {
		none := float32(math.NaN())
		return none, none, none
	}
	return float32(e.Lo), float32(e.Hi), float32(sum / float64(n))
}

// Over is the minimum, maximum and mean of buckets from up to, not including, to; ok is false where none has values.
func (b Buckets) Over(from, to int) (lo, hi, mean float64, ok bool) {
	l, h, m := b.summary(from, to)
	return float64(l), float64(h), float64(m), h == h
}

// Above returns the steps of consecutive buckets whose maximum is over the threshold: alarms to the precision
// of a bucket.
func (b Buckets) Above(threshold float64) []steps.Range {
	var spans []steps.Range
	for k := range b.Len() {
		if !(b.Max(k) > threshold) {
			continue
		}
		s := steps.Range{From: b.edge(k), To: b.edge(k + 1)}
		if n := len(spans); n > 0 && spans[n-1].To >= s.From {
			spans[n-1].To = s.To
			continue
		}
		spans = append(spans, s)
	}
	return spans
}

// edge returns the step at which bucket k begins.
func (b Buckets) edge(k int) int { return b.From + k*(b.To-b.From)/b.Len() }

// runs yields each longest row of buckets i up to, not including, j that have values and lie within the scale
// x.
func (b Buckets) runs(x Scale) iter.Seq2[int, int] {
	return func(yield func(i, j int) bool) {
		for k := 0; k < b.Len(); k++ {
			i := k
			for k < b.Len() && b.Has(k) && x.From <= b.Step(k) && b.Step(k) <= x.To {
				k++
			}
			if k > i && !yield(i, k) {
				return
			}
		}
	}
}
