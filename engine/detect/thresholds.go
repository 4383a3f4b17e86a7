package detect

import (
	"errors"
	"fmt"
	"slices"

	"cosinelab/engine/metrics"
)

// Scores are what a threshold may look at; each policy says which of them it does.
type Scores struct {
	Train  []float64 // of the training windows
	Test   []float64 // of the test part
	Labels []uint8   // of the test part; nil = there are none
}

// Policy is a way to choose a threshold. Steps with a score above the threshold, strictly, are flagged.
type Policy struct {
	Name   string // as specs spell it
	Title  string
	Saw    string // what it looked at, in words
	Choose func(s Scores, percent float64) (float64, error)
}

// Thresholds lists every policy (metrics.md, section 9).
var Thresholds = []Policy{
	{Name: "train_percentile", Title: "percentile of the train scores", Saw: "train scores", Choose: trainPercentile},
	{Name: "train_test_percentile", Title: "percentile of train and test scores together (Anomaly Transformer protocol)",
		Saw: "sees test scores", Choose: trainTestPercentile},
	{Name: "best_f1", Title: "best F1 on the test part", Saw: "uses test labels", Choose: bestF1},
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

func trainPercentile(s Scores, percent float64) (float64, error) {
	return Percentile(s.Train, percent)
}

func trainTestPercentile(s Scores, percent float64) (float64, error) {
	return percentile(slices.Concat(s.Train, s.Test), percent)
}

func bestF1(s Scores, _ float64) (float64, error) {
	if s.Labels == nil {
		return 0, errors.New("best F1: the test part has no labels")
	}
	e, err := metrics.NewEvaluation(s.Test, s.Labels, metrics.RefuseUnscored)
	if err != nil {
		return 0, err
	}
	if e.Positives == 0 {
		return 0, errors.New("best F1: no test step is labelled anomalous")
	}
	return float64(e.BestF1().Threshold), nil
}

// Percentile is the value below which percent of xs lie, with linear interpolation between order statistics
// (metrics.md, section 9.1). It fails if xs is empty or percent lies outside 0 to 100.
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
