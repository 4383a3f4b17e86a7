package experiment

import (
	"context"
	"math"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/baseline"
	"cosinelab/engine/spec"
)

// errorsOf are the squared errors [Rows, Channels] that a detector without a network makes of a series; NaN for
// steps of which it cannot say anything. It ends with the error of pause, which it calls every few milliseconds.
type errorsOf func(x baseline.Series, pause func() error) ([]float64, error)

// closedForms are detectors without a network, by what they take from the training part.
var closedForms = [spec.ControlCount]func(a spec.Arm, train baseline.Series, pause func() error) (errorsOf,
	error){
	spec.ControlNorm: func(spec.Arm, baseline.Series, func() error) (errorsOf, error) {
		return func(x baseline.Series, _ func() error) ([]float64, error) { return baseline.Norm(x), nil }, nil
	},
	spec.ControlPCA: func(a spec.Arm, train baseline.Series, pause func() error) (errorsOf, error) {
		p, err := baseline.FitPCA(train, a.Window, a.Share, pause)
		if err == nil && p.Complete() {
			err = fault.New("baseline-complete", p.Components)
		}
		return p.Errors, err
	},
	spec.ControlForecast: func(a spec.Arm, train baseline.Series, pause func() error) (errorsOf, error) {
		f, err := baseline.FitForecast(train, a.Lag, pause)
		return f.Errors, err
	},
}

// widest is the largest number of values in a window that closed forms are computed for: their matrices hold
// its square.
const widest = 2048

// closed scores by a detector without a network. It looks at the whole training part, whatever training holds
// out, and scores the steps that students are scored at. What it cannot do is its own failure alone.
func (r *run) closed(ctx context.Context, a spec.Arm, out *spec.Run) (s scores, err error) {
	a = a.OrDefault()
	train, test := wide(r.data.trained), wide(r.data.Scaled)
	train.Borders, test.Borders = r.data.trainBorders(), r.data.borders()
	if n := max(a.Window, a.Lag+1) * train.Channels; n > widest {
		return s, failure{fault.New("baseline-too-wide", n, widest)}
	}
	pause := r.pause(ctx)
	errors, err := closedForms[a.Control](a, train, pause)
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if err != nil {
		return s, failure{err}
	}
	left, err := errors(test, pause)
	if err != nil {
		return s, err
	}
	left = left[:r.data.Summary.ScoredSteps*test.Channels]
	s.test = baseline.Scores(left, test.Channels)
	if spec.Policies[r.spec.Detect.Threshold.Policy].Train {
		if left, err := errors(train, pause); err != nil {
			return s, err
		} else {
			s.train = baseline.Scores(left, train.Channels)
		}
	}
	for _, m := range r.data.members {
		s.trains = append(s.trains, m.Train.Len())
	}
	if scored, _ := known(s.test, nil); len(scored) == 0 {
		return s, failure{fault.New("baseline-short-test", len(s.test))}
	}
	out.Errors = make([]float32, len(left))
	for i, e := range left {
		if !math.IsNaN(e) {
			out.Errors[i] = float32(e)
		}
	}
	if span := r.spec.Detect.Smoothing; span > 0 {
		s.test, s.train = smoothEach(s.test, span, r.data.tests()), smoothEach(s.train, span, r.trainsOf(s))
	}
	return s, ctx.Err()
}

// unscoredOf is the number of steps before the first that has a score, and the scores from there on. Only a
// forecast has such steps.
func unscoredOf(scores []float64) (n int, rest []float64) {
	for n < len(scores) && math.IsNaN(scores[n]) {
		n++
	}
	return n, scores[n:]
}

// wide is a series in float64.
func wide(s datasets.Series) baseline.Series {
	out := baseline.Series{Values: make([]float64, len(s.Values)), Rows: s.Rows, Channels: s.Channels}
	for i, v := range s.Values {
		out.Values[i] = float64(v)
	}
	return out
}
