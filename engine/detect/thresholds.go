// Package detect turns scores of a series into alarms.
package detect

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"cosinelab/engine/metrics"
)

// Scores are what a threshold may look at; each policy says which of them it does.
type Scores struct {
	Train  []float64 // of the training windows
	Test   []float64 // of the test part
	Labels []uint8   // of the test part; nil = there are none
}

// Params are the parameters of all policies; each reads its own.
type Params struct {
	Percent float64 // train_percentile, train_test_percentile: of the scores that stay below the threshold
	K       float64 // mean_sigma: deviations above the mean
	Level   float64 // pot, spot: share of the train scores below which the tail begins
	Q       float64 // pot, spot: share of normal scores that may lie above the threshold
	Value   float64 // fixed: the threshold
}

// Cut is what a policy decided.
type Cut struct {
	Threshold float64 // steps with a score above it, strictly, are flagged; NaN where Flags decide
	Flags     []bool  // one a test step, of a policy whose threshold moves; nil elsewhere
	Tail      *Tail   // what pot and spot fitted; nil elsewhere
}

// Policy is a way to choose a threshold.
type Policy struct {
	Name   string // as specs spell it
	Title  string
	Saw    string // what it looked at, in words
	Train  bool   // it needs the train scores
	Labels bool   // it needs labels, with an anomaly among them
	choose func(s Scores, p Params) (Cut, error)
}

// Choose decides what to flag. It fails if what the policy looks at is not there, or gives no finite threshold.
func (p Policy) Choose(s Scores, with Params) (Cut, error) {
	c, err := p.choose(s, with)
	if err == nil && c.Flags == nil && (math.IsNaN(c.Threshold) || math.IsInf(c.Threshold, 0)) {
		err = fmt.Errorf("%s: the scores give %v, want a finite threshold", p.Name, c.Threshold)
	}
	return c, err
}

// Thresholds lists every policy (metrics/README.md, section 9), by how much it sees.
var Thresholds = []Policy{
	{Name: "fixed", Title: "a fixed value", Saw: "nothing", choose: fixed},
	{Name: "train_percentile", Title: "percentile of the train scores", Saw: "train scores", Train: true, choose: trainPercentile},
	{Name: "mean_sigma", Title: "mean and deviations of the train scores", Saw: "train scores", Train: true, choose: meanSigma},
	{Name: "pot", Title: "peaks over threshold: a generalised Pareto tail of the train scores", Saw: "train scores", Train: true, choose: pot},
	{Name: "spot", Title: "streaming peaks over threshold: the tail goes on learning from unalarming test scores",
		Saw: "train scores and past test scores", Train: true, choose: spot},
	{Name: "dynamic", Title: "non-parametric dynamic threshold of smoothed scores (telemanom)", Saw: "sees test scores", choose: dynamic},
	{Name: "train_test_percentile", Title: "percentile of train and test scores together (Anomaly Transformer protocol)",
		Saw: "sees test scores", Train: true, choose: trainTestPercentile},
	{Name: "best_f1", Title: "best F1 on the test part", Saw: "uses test labels", Labels: true, choose: bestF1},
}

// FindThreshold returns the policy of this name.
func FindThreshold(name string) (Policy, error) {
	for _, p := range Thresholds {
		if p.Name == name {
			return p, nil
		}
	}
	return Policy{}, fmt.Errorf("detect: no threshold policy %q", name)
}

// at is the cut of a policy that is nothing but a number.
func at(threshold float64, err error) (Cut, error) { return Cut{Threshold: threshold}, err }

func fixed(_ Scores, p Params) (Cut, error) { return at(p.Value, nil) }

func trainPercentile(s Scores, p Params) (Cut, error) { return at(Percentile(s.Train, p.Percent)) }

func trainTestPercentile(s Scores, p Params) (Cut, error) {
	return at(percentile(slices.Concat(s.Train, s.Test), p.Percent))
}

func meanSigma(s Scores, p Params) (Cut, error) {
	if len(s.Train) == 0 {
		return Cut{}, errors.New("mean of no scores")
	}
	mean, sigma := moments(s.Train)
	return at(mean+float64(p.K*sigma), nil) // rounded here on every machine
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

func bestF1(s Scores, _ Params) (Cut, error) {
	if s.Labels == nil {
		return Cut{}, errors.New("best F1: the test part has no labels")
	}
	e, err := metrics.NewEvaluation(s.Test, s.Labels, metrics.RefuseUnscored)
	if err != nil {
		return Cut{}, err
	}
	if e.Positives == 0 {
		return Cut{}, errors.New("best F1: no test step is labelled anomalous")
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
		return 0, errors.New("percentile of no scores")
	}
	if !(percent >= 0 && percent <= 100) {
		return 0, fmt.Errorf("percentile %v, want 0 to 100", percent)
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
