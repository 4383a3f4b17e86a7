package metrics

import "math"

// ChancePoint is what flags drawn independently with probability p get point by point: precision is the share of
// anomalous points, recall is p. With p = 1 it is the value of flagging everything. Undefined without anomalies.
func ChancePoint(segments []Segment, n int, p float64) Rates {
	return chanceRates(segments, n, p, func(length int) float64 { return p * float64(length) })
}

// ChancePointAdjusted is what flags drawn independently with probability p get after point adjustment.
// Recall is an expectation; precision and F1 are ratios of expectations. Undefined without anomalies.
func ChancePointAdjusted(segments []Segment, n int, p float64) Rates {
	return chanceRates(segments, n, p, func(length int) float64 { return float64(length) * hitProbability(length, p) })
}

// hitProbability is that of at least one flag among length points, 1 - (1-p)^length without cancellation.
func hitProbability(length int, p float64) float64 {
	return -math.Expm1(float64(length) * math.Log1p(-p))
}

// chanceRates forms the rates of expected counts; truePositives is the expectation for one segment.
func chanceRates(segments []Segment, n int, p float64, truePositives func(length int) float64) Rates {
	if len(segments) == 0 || !(p >= 0 && p <= 1) {
		return undefinedRates
	}
	positives, tp := 0, 0.0
	for _, s := range segments {
		positives += s.Len()
		tp += truePositives(s.Len())
	}
	fp := p * float64(n-positives)
	r := harmonicRates(ratio(tp, tp+fp), tp/float64(positives))
	r.NoPredictions = tp+fp == 0
	return r
}

// chanceAUROC is one half wherever AUROC is defined.
func chanceAUROC(e *Evaluation, _ float64) Value {
	if e.Positives == 0 || e.Negatives() == 0 {
		return Undefined
	}
	return 0.5
}
