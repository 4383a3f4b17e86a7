// Package detect turns scores of a series into alarms.
package detect

import (
	"cmp"
	"math"
	"slices"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// Scores are what a threshold may look at; spec.Policies says which policy looks at what. Nothing here
// changes them.
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

// Pause is called now and then by what takes long, for others to have their turn. Its error ends the work.
type Pause func() error

// never is for those who wait for the end.
func never() error { return nil }

// pauseSteps are the steps of a series between two pauses: some milliseconds of work.
const pauseSteps = 256

// policies are the ways to choose a threshold (metrics/README.md, section 9). The threshold that they get is
// valid, and its absent parameters are set to their defaults.
var policies = [spec.PolicyCount]func(s Scores, t spec.Threshold, pause Pause) (Cut, error){
	spec.PolicyFixed:               fixed,
	spec.PolicyTrainPercentile:     trainPercentile,
	spec.PolicyMeanSigma:           meanSigma,
	spec.PolicyPOT:                 pot,
	spec.PolicySPOT:                spot,
	spec.PolicyDynamic:             dynamic,
	spec.PolicyTrainTestPercentile: trainTestPercentile,
	spec.PolicyBestF1:              bestF1,
}

// Choose decides what to flag by the policy of t, which need not name its defaults. It fails if t is not
// valid, or what its policy looks at is not there or gives no finite threshold. The work grows with the number
// of scores, by the time to sort them; pause, which may be nil, is called on the way, and ends it by an error.
func Choose(t spec.Threshold, s Scores, pause Pause) (Cut, error) {
	if pause == nil {
		pause = never
	}
	if err := t.Validate(); err != nil {
		return Cut{}, err
	}
	c, err := policies[t.Policy](s, t.OrDefault(), pause)
	if err == nil && c.Flags == nil && (math.IsNaN(c.Threshold) || math.IsInf(c.Threshold, 0)) {
		err = fault.New("detect-not-finite", t.Policy.String(), c.Threshold)
	}
	return c, err
}

// at is the cut of a policy that is nothing but a number.
func at(threshold float64, err error) (Cut, error) { return Cut{Threshold: threshold}, err }

func fixed(_ Scores, t spec.Threshold, _ Pause) (Cut, error) { return at(*t.Value, nil) }

func trainPercentile(s Scores, t spec.Threshold, pause Pause) (Cut, error) {
	return at(percentile(slices.Clone(s.Train), t.Percent, pause))
}

func trainTestPercentile(s Scores, t spec.Threshold, pause Pause) (Cut, error) {
	// Concat makes the copy that percentile then sorts.
	return at(percentile(slices.Concat(s.Train, s.Test), t.Percent, pause))
}

func meanSigma(s Scores, t spec.Threshold, _ Pause) (Cut, error) {
	if len(s.Train) == 0 {
		return Cut{}, fault.New("detect-no-mean")
	}
	mean, sigma := moments(s.Train)
	return at(mean+float64(t.K*sigma), nil) // rounded here on every machine
}

// moments returns the mean and the deviation with divisor n of xs, by two passes (metrics/README.md, section
// 9.2); NaN if there are none. Each term is divided before it is added, so that no sum of finite scores
// overflows.
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

// bestF1 chooses with the test labels: an upper bound for other policies, not a result (metrics/README.md,
// section 2).
func bestF1(s Scores, _ spec.Threshold, _ Pause) (Cut, error) {
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
	// The strict threshold, not ThresholdGE: Cut flags what lies above.
	return at(float64(e.BestF1().Threshold), nil)
}

// Percentile is the value below which percent of xs lie, with linear interpolation between order statistics
// (metrics/README.md, section 9.1). It leaves xs as it is. It fails if xs is empty or percent lies outside 0
// to 100.
func Percentile(xs []float64, percent float64) (float64, error) {
	return percentile(slices.Clone(xs), percent, never)
}

// percentile is Percentile, but sorts xs in place: with overlapping training windows, a long series has
// millions of scores, of which one copy is enough.
func percentile(xs []float64, percent float64, pause Pause) (float64, error) {
	if len(xs) == 0 {
		return 0, fault.New("detect-no-percentile")
	}
	if !(percent >= 0 && percent <= 100) {
		return 0, fault.New("detect-percent", percent)
	}
	if err := sortScores(xs, pause); err != nil {
		return 0, err
	}
	r := float64(len(xs)-1) * percent / 100
	lo := int(r)
	if lo+1 == len(xs) {
		return xs[lo], nil
	}
	step := float64((xs[lo+1] - xs[lo]) * (r - float64(lo))) // rounded here on every machine
	return xs[lo] + step, nil
}

// sortRun is how many scores are sorted without a pause.
const sortRun = 1 << 18

// sortScores sorts xs in ascending order: runs first, then runs of twice the length out of two.
func sortScores(xs []float64, pause Pause) error {
	for run := range slices.Chunk(xs, sortRun) {
		if err := pause(); err != nil {
			return err
		}
		slices.Sort(run)
	}
	from, to := xs, []float64(nil)
	for n := sortRun; n < len(xs); n *= 2 {
		if to == nil {
			to = make([]float64, len(xs))
		}
		for at := 0; at < len(xs); at += 2 * n {
			if err := pause(); err != nil {
				return err
			}
			middle, end := min(at+n, len(xs)), min(at+2*n, len(xs))
			merge(to[at:end], from[at:middle], from[middle:end])
		}
		from, to = to, from
	}
	copy(xs, from)
	return nil
}

// merge writes two ascending lists into one.
func merge(into, a, b []float64) {
	for i := range into {
		if len(b) == 0 || len(a) > 0 && cmp.Compare(a[0], b[0]) <= 0 {
			into[i], a = a[0], a[1:]
		} else {
			into[i], b = b[0], b[1:]
		}
	}
}
