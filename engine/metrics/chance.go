package metrics

import (
	"math"

	"cosinelab/datasets/steps"
)

// ChancePoint is what flags drawn independently with probability p get point by point (metrics/README.md,
// section 8): precision is the share of anomalous points, recall is p. With p = 1 it is the value of flagging
// everything. Undefined without anomalies. Here and below, segments are the true ones of a series of n
// points. Recall is an expectation; precision and F1 are ratios of expectations, near the expected ratio
// unless few points are flagged.
func ChancePoint(segments []steps.Range, n int, p float64) Rates {
	return chanceRates(segments, n, p, func(length int) float64 { return p * float64(length) })
}

// ChancePointAdjusted is the level of PointAdjusted for flags drawn with probability p.
func ChancePointAdjusted(segments []steps.Range, n int, p float64) Rates {
	return chanceRates(segments, n, p, func(length int) float64 {
		return float64(length) * hitProbability(length, p)
	})
}

// ChanceDelayAdjusted is the level of DelayAdjusted for flags drawn with probability p.
func ChanceDelayAdjusted(segments []steps.Range, n, delay int, p float64) Rates {
	return chanceRates(segments, n, p, func(length int) float64 {
		early := min(length-1, max(delay, 0)) + 1
		return float64(length) * hitProbability(early, p)
	})
}

// ChancePercentAdjusted is the level of PercentAdjusted for flags drawn with probability p. O(positives).
func ChancePercentAdjusted(segments []steps.Range, n, percent int, p float64) Rates {
	percent = clipPercent(percent)
	return chanceRates(segments, n, p, func(length int) float64 {
		return newBinomial(length, p).adjusted(percent*length/100 + 1)
	})
}

// ChancePercentArea is the level of PercentArea for flags drawn with probability p. O(positives + 101 m).
func ChancePercentArea(segments []steps.Range, n int, p float64) Value {
	var tp [101]float64
	for _, s := range segments {
		flags := newBinomial(s.Len(), p)
		for percent := range tp {
			tp[percent] += flags.adjusted(percent*s.Len()/100 + 1)
		}
	}
	return percentArea(func(percent int) float64 {
		return float64(expectedRates(segments, n, p, tp[percent]).F1)
	})
}

// ChanceComposite is the level of Composite for flags drawn with probability p. Its recall, the share of
// segments hit, is that of SegmentWise, too.
func ChanceComposite(segments []steps.Range, n int, p float64) Rates {
	points := ChancePoint(segments, n, p)
	if !points.Recall.Defined() {
		return points
	}
	hit := 0.0
	for _, s := range segments {
		hit += hitProbability(s.Len(), p)
	}
	r := harmonicRates(float64(points.Precision), hit/float64(len(segments)))
	r.NoPredictions = points.NoPredictions
	return r
}

// chanceAUROC is one half wherever AUROC is defined.
func chanceAUROC(e *Evaluation, _ float64) Value {
	if e.Positives == 0 || e.Negatives() == 0 {
		return Undefined
	}
	return 0.5
}

// chanceFBeta is F_beta of ChancePoint.
func chanceFBeta(e *Evaluation, rate float64) Value {
	r, square := ChancePoint(e.Segments, e.N(), rate), e.Parameters.Beta*e.Parameters.Beta
	p, q := float64(r.Precision), float64(r.Recall)
	return Value(ratio((1+square)*p*q, square*p+q))
}

// chanceMissed is the expected number of true segments without a flag.
func chanceMissed(e *Evaluation, rate float64) Value {
	missed := 0.0
	for _, s := range e.Segments {
		missed += 1 - hitProbability(s.Len(), rate)
	}
	return Value(missed)
}

// chanceFalsePoints is the flag rate, wherever there are normal points.
func chanceFalsePoints(e *Evaluation, rate float64) Value {
	if e.Negatives() == 0 {
		return Undefined
	}
	return Value(1e4 * rate)
}

// chanceRates sums truePositives, the expectation for one segment, over all of them.
func chanceRates(segments []steps.Range, n int, p float64, truePositives func(length int) float64) Rates {
	tp := 0.0
	for _, s := range segments {
		tp += truePositives(s.Len())
	}
	return expectedRates(segments, n, p, tp)
}

// expectedRates forms the rates of tp expected true positives; the false ones follow from p. Undefined
// without anomalies, or if p is no probability.
func expectedRates(segments []steps.Range, n int, p, tp float64) Rates {
	if len(segments) == 0 || !(p >= 0 && p <= 1) {
		return undefinedRates
	}
	positives := 0
	for _, s := range segments {
		positives += s.Len()
	}
	fp := p * float64(n-positives)
	r := harmonicRates(ratio(tp, tp+fp), tp/float64(positives))
	r.NoPredictions = tp+fp == 0
	return r
}

// hitProbability is that of at least one flag among length points, 1 - (1-p)^length without cancellation.
func hitProbability(length int, p float64) float64 {
	return -math.Expm1(float64(length) * math.Log1p(-p))
}

// binomial is the distribution of the number c of flags in a segment, as sums from both ends, so that every
// percent of PA%K is answered by two look-ups.
type binomial struct {
	length int
	below  []float64 // [length+2] sum of c P(c) over c < i
	tail   []float64 // [length+2] sum of P(c) over c >= i
}

// newBinomial sums the tail from its far end: small probabilities first lose the least to rounding.
func newBinomial(length int, p float64) binomial {
	b := binomial{length, make([]float64, length+2), make([]float64, length+2)}
	for c := length; c >= 0; c-- {
		b.tail[c] = b.tail[c+1] + b.probability(c, p)
	}
	for c := range length + 1 {
		b.below[c+1] = b.below[c] + float64(c)*b.probability(c, p)
	}
	return b
}

// probability is that of exactly c flags, by logarithms of factorials, which would overflow themselves. At p
// = 0 and 1 a logarithm is infinite, but the answer is known.
func (b binomial) probability(c int, p float64) float64 {
	if p == 0 || p == 1 {
		if float64(c) == p*float64(b.length) {
			return 1
		}
		return 0
	}
	rest := b.length - c
	choices := logFactorial(b.length) - logFactorial(c) - logFactorial(rest)
	return math.Exp(choices + float64(c)*math.Log(p) + float64(rest)*math.Log1p(-p))
}

func logFactorial(n int) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}

// adjusted is the expected number of flags after a segment with at least needed of them has become all flags.
// Rounding may take the tail's sum above 1.
func (b binomial) adjusted(needed int) float64 {
	needed = min(needed, b.length+1)
	return b.below[needed] + float64(b.length)*math.Min(b.tail[needed], 1)
}
