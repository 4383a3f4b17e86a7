package spec

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mathext"

	"cosinelab/engine/metrics"
)

// Alpha is the share of claims that are false where nothing differs: 1 minus the level of intervals.
const Alpha = 0.05

// Paired are the differences between two sides, seed by seed, with what they show (metrics/README.md, section
// 11.1). What a seed does to both sides drops out of them.
type Paired struct {
	Values  []metrics.Value `json:"differences"` // of the pairs that both sides have, in seed order
	Dropped int             `json:"dropped"`     // pairs in which a side is undefined
	Mean    metrics.Value   `json:"mean"`
	SD      metrics.Value   `json:"sd"` // divisor n - 1
	// Level is that of the interval of the mean, which is undefined for fewer than two pairs.
	Level float64 `json:"level"`
	Evidence

	// Flat tells of several differences that are all the same: without a spread they are no evidence.
	Flat bool `json:"no_spread,omitempty"`
}

// Evidence is what differences show of their mean.
type Evidence struct {
	Low  metrics.Value `json:"low"` // to High: the interval of the mean by Student's t
	High metrics.Value `json:"high"`
	// P is the two-sided p of the t test, which agrees with the interval; undefined without a spread.
	P metrics.Value `json:"p"`
	// Holm is P corrected for the comparisons that it stands among; undefined until it was corrected.
	Holm metrics.Value `json:"p_holm"`
	// SignFlip is the exact two-sided p that assumes no law of the differences, Least the smallest that so
	// many pairs can give; undefined for more than maxFlips pairs, or none.
	SignFlip metrics.Value `json:"p_sign_flip"`
	Least    metrics.Value `json:"p_smallest"`
}

// NoEvidence is that of a value that is no difference.
func NoEvidence() Evidence {
	u := metrics.Undefined
	return Evidence{Low: u, High: u, P: u, Holm: u, SignFlip: u, Least: u}
}

// maxFlips is the largest number of pairs whose sign patterns are counted one by one.
const maxFlips = 12

// rounding is the share of the larger side below which differences among differences are noise of float64.
const rounding = 1e-12

// NewPaired compares a with b, which have the same seeds in the same order, at a level such as 0.95.
func NewPaired(a, b []metrics.Value, level float64) Paired {
	p := Paired{Level: level}
	largest := 0.0
	for i := range a {
		d := a[i] - b[i]
		if !d.Defined() {
			p.Dropped++
			continue
		}
		p.Values = append(p.Values, d)
		largest = max(largest, math.Abs(float64(a[i])), math.Abs(float64(b[i])))
	}
	s := NewSpread(p.Values)
	p.Mean, p.SD = s.Mean, s.SD
	p.Flat = len(p.Values) > 1 && float64(p.SD) <= rounding*largest
	p.interval()
	p.SignFlip, p.Least = signFlip(p.Values)
	return p
}

// interval fills in what Student's t says (Student, Biometrika 1908).
func (p *Paired) interval() {
	p.Evidence = NoEvidence()
	n := len(p.Values)
	if n < 2 {
		return
	}
	half := p.Half(n)
	p.Low, p.High = p.Mean-half, p.Mean+half
	if !p.Flat {
		t := float64(p.Mean) / (float64(p.SD) / math.Sqrt(float64(n)))
		freedom := float64(n - 1)
		p.P = metrics.Value(mathext.RegIncBeta(freedom/2, 0.5, freedom/(freedom+t*t)))
	}
}

// N is the number of pairs.
func (p Paired) N() int { return len(p.Values) }

// Excludes0 reports whether the interval lies on one side of 0.
func (p Paired) Excludes0() bool { return !p.Flat && (p.Low > 0 || p.High < 0) }

// Shown reports whether the difference counts among those it was corrected with: in agreement with
// Excludes0 where it stood alone.
func (p Paired) Shown() bool { return p.Holm.Defined() && float64(p.Holm) <= 1-p.Level+rounding }

// Half is half the width of the interval that n pairs of the same spread would have: differences from there
// up are seen. It is undefined for n < 2, or without a spread.
func (p Paired) Half(n int) metrics.Value {
	if n < 2 {
		return metrics.Undefined
	}
	return metrics.Value(studentT(1-p.Level, n-1) * float64(p.SD) / math.Sqrt(float64(n)))
}

// studentT is the value that the size of Student's t with so many degrees of freedom exceeds with probability
// alpha, on both sides together.
func studentT(alpha float64, freedom int) float64 {
	at := quantile{alpha, freedom}
	if t, found := quantiles.Load(at); found {
		return t.(float64)
	}
	f := float64(freedom)
	x := mathext.InvRegIncBeta(f/2, 0.5, alpha)
	t := math.Sqrt(f * (1 - x) / x)
	quantiles.Store(at, t)
	return t
}

// quantiles holds what studentT has found, by quantile: a report has hundreds of intervals of a few kinds, which a
// page finds anew with every frame while a threshold moves. There are as many as numbers of seeds and of looks.
var quantiles sync.Map

type quantile struct {
	alpha   float64
	freedom int
}

// signFlip is the share of sign patterns whose sum is at least as far from 0 as that of the differences
// (Fisher, The Design of Experiments, 1935), and the least that it can be.
func signFlip(d []metrics.Value) (p, least metrics.Value) {
	n := len(d)
	if n == 0 || n > maxFlips {
		return metrics.Undefined, metrics.Undefined
	}
	sum, size := 0.0, 0.0
	for _, x := range d {
		sum += float64(x)
		size += math.Abs(float64(x))
	}
	reach := math.Abs(sum) - 1e-9*size
	patterns, far := 1<<(n-1), 0 // the first sign stays: its other half mirrors these
	for pattern := range patterns {
		flipped := float64(d[0])
		for i, x := range d[1:] {
			if pattern>>i&1 == 1 {
				x = -x
			}
			flipped += float64(x)
		}
		if math.Abs(flipped) >= reach {
			far++
		}
	}
	return metrics.Value(float64(far) / float64(patterns)), metrics.Value(1 / float64(patterns))
}

// Holm corrects the p-values of comparisons that stand together (Holm, Scand. J. Statist. 1979). Undefined
// ones stay so and do not count.
func Holm(p []metrics.Value) []metrics.Value {
	var order []int
	for i, x := range p {
		if x.Defined() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	out := slices.Repeat([]metrics.Value{metrics.Undefined}, len(p))
	least := metrics.Value(0)
	for k, i := range order {
		least = max(least, min(1, metrics.Value(len(order)-k)*p[i]))
		out[i] = least
	}
	return out
}

// Correct corrects comparisons that stand together.
func Correct(together []*Paired) {
	p := make([]metrics.Value, len(together))
	for i, c := range together {
		p[i] = c.P
	}
	for i, x := range Holm(p) {
		together[i].Holm = x
	}
}
