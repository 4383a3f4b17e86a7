package metrics

import (
	"math"

	"cosinelab/datasets/steps"
)

// ETaPROptions are the parameters of ETaPR. They are shown with the result.
type ETaPROptions struct {
	ThetaP float64 `json:"theta_p"` // (0, 1]: the share of a predicted segment that must be right
	ThetaR float64 `json:"theta_r"` // (0, 1]: the share of a true segment that must be found
	// 0 ... 1: the share of a true segment's length behind it in which flags still count, less and less
	Delta float64 `json:"delta"`
}

// DefaultETaPR are the parameters that its authors document.
var DefaultETaPR = ETaPROptions{ThetaP: 0.5, ThetaR: 0.1}

// ETaPR are precision and recall over segments that overlap enough, with the two parts that each is the mean
// of (metrics/README.md, section 5.1).
type ETaPR struct {
	Rates
	PrecisionDetection Value `json:"precision_detection"`
	PrecisionPortion   Value `json:"precision_portion"`
	RecallDetection    Value `json:"recall_detection"`
	RecallPortion      Value `json:"recall_portion"`

	Detected []bool `json:"detected"` // by true segment
	Correct  []bool `json:"correct"`  // by predicted segment
}

// overlap is how much a true and a predicted segment share.
type overlap struct {
	truth, predicted int
	amount           float64
}

// ETaPR measures the alarms (Hwang et al., SAC 2022). Overlaps that are too small a share of either side are
// dropped until all that are left are large enough. Without flags or anomalies it is 0, and flagged so. O(m +
// q + rounds x overlaps).
func (a *Alarms) ETaPR(o ETaPROptions) ETaPR {
	truth := a.Evaluation.Segments
	pairs := a.overlapsWithZones(o.Delta)
	found, right := make([]float64, len(truth)), make([]float64, len(a.Segments))
	for {
		clear(found)
		clear(right)
		for _, p := range pairs {
			found[p.truth] += p.amount
			right[p.predicted] += p.amount
		}
		for i := range found {
			found[i] /= float64(truth[i].Len())
		}
		for j := range right {
			right[j] /= float64(a.Segments[j].Len())
		}
		kept := pairs[:0]
		for _, p := range pairs {
			if found[p.truth] >= o.ThetaR && right[p.predicted] >= o.ThetaP {
				kept = append(kept, p)
			}
		}
		if len(kept) == len(pairs) {
			return a.eTaPR(found, right)
		}
		pairs = kept
	}
}

// eTaPR weighs the shares that are left: predicted segments by the root of their length.
func (a *Alarms) eTaPR(found, right []float64) ETaPR {
	r := ETaPR{Detected: make([]bool, len(found)), Correct: make([]bool, len(right))}
	detected, portion := 0.0, 0.0
	for i, share := range found {
		if share > 0 {
			r.Detected[i] = true
			detected++
			portion += math.Min(share, 1)
		}
	}
	correct, part, weights := 0.0, 0.0, 0.0
	for j, share := range right {
		weight := math.Sqrt(float64(a.Segments[j].Len()))
		weights += weight
		if share > 0 {
			r.Correct[j] = true
			correct += weight
			part += weight * share
		}
	}
	m := float64(len(found))
	detected, portion = ratio(detected, m), ratio(portion, m)
	correct, part = ratio(correct, weights), ratio(part, weights)
	r.Rates = a.harmonic(float64(unit((correct+part)/2)), float64(unit((detected+portion)/2)))
	r.RecallDetection, r.RecallPortion = unit(detected), unit(portion)
	r.PrecisionDetection, r.PrecisionPortion = unit(correct), unit(part)
	return r
}

// overlapsWithZones are the overlaps of true and predicted segments, and those of predicted ones with the
// zones behind true ones, in which a flag counts less the later it comes.
func (a *Alarms) overlapsWithZones(delta float64) (pairs []overlap) {
	truth := a.Evaluation.Segments
	overlaps(truth, a.Segments, func(i, j int, both steps.Range) {
		pairs = append(pairs, overlap{i, j, float64(both.Len())})
	})
	if delta <= 0 {
		return pairs
	}
	zones := make([]steps.Range, len(truth))
	for i, t := range truth {
		// The end of the series does not make a zone steeper, as the next segment does.
		zones[i] = steps.Range{From: t.To, To: t.To + int(delta*float64(t.Len()-1)) + 1}
		if from, there := a.Evaluation.next(i); there {
			zones[i].To = min(zones[i].To, from)
		}
	}
	overlaps(zones, a.Segments, func(i, j int, both steps.Range) {
		both.To = min(both.To, a.Evaluation.spans[i].To) // a border ends a zone without making it steeper
		last := float64(zones[i].Len() - 1)
		if last < 1 {
			return // a zone of one point has no slope
		}
		amount := 0.0
		for x := both.From; x < both.To; x++ {
			amount += 1 / (1 + math.Exp(12*float64(x-zones[i].From)/last-6))
		}
		pairs = append(pairs, overlap{i, j, amount})
	})
	return pairs
}
