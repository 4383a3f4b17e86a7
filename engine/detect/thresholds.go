// Package detect turns scores of a series into alarms.
package detect

import (
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Scores are what a threshold may look at; each policy says which of them it does.
type Scores struct {
	Train  []float64 // of the training windows
	Test   []float64 // of the test part
	Labels []uint8   // of the test part; nil = there are none
}

// Cut is what a policy decided.
type Cut struct {
	Threshold float64 // steps with a score above it, strictly, are flagged; NaN where Flags decide
	Flags     []bool  // one a test step, of a policy whose threshold moves; nil elsewhere
	Tail      *Tail   // what pot and spot fitted; nil elsewhere
}

// policies are the ways to choose a threshold (metrics/README.md, section 9). Parameters are given, absent
// ones by their defaults.
var policies = [spec.PolicyCount]func(s Scores, t spec.Threshold) (Cut, error){
	spec.PolicyFixed:               fixed,
	spec.PolicyTrainPercentile:     trainPercentile,
	spec.PolicyMeanSigma:           meanSigma,
	spec.PolicyPOT:                 pot,
	spec.PolicySPOT:                spot,
	spec.PolicyDynamic:             dynamic,
	spec.PolicyTrainTestPercentile: trainTestPercentile,
	spec.PolicyBestF1:              bestF1,
}

// Choose decides what to flag. It fails if the threshold is not valid, or what its policy looks at is not
// there or gives no finite threshold.
func Choose(t spec.Threshold, s Scores) (Cut, error) {
	if err := t.Validate(); err != nil {
		return Cut{}, err
	}
	c, err := policies[t.Policy](s, t.OrDefault())
	if err == nil && c.Flags == nil && (math.IsNaN(c.Threshold) || math.IsInf(c.Threshold, 0)) {
		err = fault.New("detect-not-finite", t.Policy.String(), c.Threshold)
	}
	return c, err
}

// at is the cut of a policy that is nothing but a number.
func at(threshold float64, err error) (Cut, error) { return Cut{Threshold: threshold}, err }

func fixed(_ Scores, t spec.Threshold) (Cut, error) { return at(*t.Value, nil) }

func trainPercentile(s Scores, t spec.Threshold) (Cut, error) {
	return at(Percentile(s.Train, t.Percent))
}

func trainTestPercentile(s Scores, t spec.Threshold) (Cut, error) {
	return at(percentile(slices.Concat(s.Train, s.Test), t.Percent))
}

func meanSigma(s Scores, t spec.Threshold) (Cut, error) {
	if len(s.Train) == 0 {
		return Cut{}, fault.New("detect-no-mean")
	}
	mean, sigma := moments(s.Train)
	return at(mean+float64(t.K*sigma), nil) // rounded here on every machine
}

// moments returns the mean and the deviation with divisor n of xs, by two passes (metrics/README.md, section
// 9.2); NaN if there are none.
func moments(xs []float64) (mean, sigma float64) {
	n := float64(len(xs))
	for _, x := range xs {
		mean += x / n
	}
	squares := 0.0
	for _, x := range xs {
		squares += float64((x-mean)*(x-mean)) / n
	}
	if len(xs) == 0 {
		return math.NaN(), math.NaN()
	}
	return mean, math.Sqrt(squares)
}

func bestF1(s Scores, _ spec.Threshold) (Cut, error) {
	if s.Labels == nil {
		return Cut{}, fault.New("detect-no-labels")
	}
	e, err := metrics.NewEvaluation(s.Test, s.Labels, metrics.RefuseUnscored)
	if err != nil {
		return Cut{}, err
	}
	if e.Positives == 0 {
		return Cut{}, fault.New("detect-no-anomaly")
	}
	return at(float64(e.BestF1().Threshold), nil)
}

// Percentile is the value below which percent of xs lie, with linear interpolation between order statistics
// (metrics/README.md, section 9.1). It fails if xs is empty or percent lies outside 0 to 100.
func Percentile(xs []float64, percent float64) (float64, error) {
	return percentile(slices.Clone(xs), percent)
}

// percentile sorts xs in place: a long series with overlapping training windows has millions of scores.
func percentile(xs []float64, percent float64) (float64, error) {
	if len(xs) == 0 {
		return 0, fault.New("detect-no-percentile")
	}
	if !(percent >= 0 && percent <= 100) {
		return 0, fault.New("detect-percent", percent)
	}
	slices.Sort(xs)
	r := float64(len(xs)-1) * percent / 100
	lo := int(r)
	if lo+1 == len(xs) {
		return xs[lo], nil
	}
	step := float64((xs[lo+1] - xs[lo]) * (r - float64(lo))) // rounded here on every machine
	return xs[lo] + step, nil
}
