package experiment

import (
	"context"
	"math"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/baseline"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
)

// closedForms fit detectors without a network to the training part. They end with the error of pause, which they
// call every few milliseconds.
var closedForms = [spec.ControlCount]func(a spec.Arm, train baseline.Series, pause func() error) (*closedForm,
	error){
	spec.ControlNorm: func(spec.Arm, baseline.Series, func() error) (*closedForm, error) {
		return norm(), nil
	},
	spec.ControlPCA: func(a spec.Arm, train baseline.Series, pause func() error) (*closedForm, error) {
		p, err := baseline.FitPCA(train, a.Window, a.Share, pause)
		if err == nil && p.Complete() {
			err = fault.New("baseline-complete", p.Components)
		}
		return ofPCA(p), err
	},
	spec.ControlForecast: func(a spec.Arm, train baseline.Series, pause func() error) (*closedForm, error) {
		f, err := baseline.FitForecast(train, a.Lag, pause)
		return ofForecast(f), err
	},
}

// loadedForms are those that were fitted, of so many channels.
var loadedForms = [spec.ControlCount]func(a spec.Arm, channels int,
	state map[string]tensor.Wide) (*closedForm, error){
	spec.ControlNorm: func(spec.Arm, int, map[string]tensor.Wide) (*closedForm, error) { return norm(), nil },
	spec.ControlPCA: func(a spec.Arm, channels int, state map[string]tensor.Wide) (*closedForm, error) {
		p, err := baseline.LoadPCA(a.Window, channels, state)
		return ofPCA(p), err
	},
	spec.ControlForecast: func(a spec.Arm, channels int, state map[string]tensor.Wide) (*closedForm, error) {
		f, err := baseline.LoadForecast(a.Lag, channels, state)
		return ofForecast(f), err
	},
}

// closedForm is a detector without a network that is fitted.
type closedForm struct {
	// errors are the squared errors [Rows, Channels] of a series; NaN where nothing can be said. It ends with the
	// error of pause.
	errors func(x baseline.Series, pause func() error) ([]float64, error)
	// How many steps before and behind one its errors depend on.
	before, after int
	state         func() map[string]tensor.Wide
}

func norm() *closedForm {
	errors := func(x baseline.Series, _ func() error) ([]float64, error) { return baseline.Norm(x), nil }
	return &closedForm{errors: errors, state: func() map[string]tensor.Wide { return nil }}
}

func ofPCA(p *baseline.PCA) *closedForm {
	if p == nil {
		return nil
	}
	return &closedForm{errors: p.Errors, before: p.Window - 1, after: p.Window - 1, state: p.State}
}

func ofForecast(f *baseline.Forecast) *closedForm {
	if f == nil {
		return nil
	}
	return &closedForm{errors: f.Errors, before: f.Lag, state: f.State}
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
	if err := narrow(a, train.Channels); err != nil {
		return s, failure{err}
	}
	pause := r.pause(ctx)
	form, err := closedForms[a.Control](a, train, pause)
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if err != nil {
		return s, failure{err}
	}
	left, err := form.errors(test, pause)
	if err != nil {
		return s, err
	}
	left = left[:r.data.Summary.ScoredSteps*test.Channels]
	kept := spec.KeptScores{Test: baseline.Scores(left, test.Channels)}
	if r.o.Outputs || spec.Policies[r.spec.Detect.Threshold.Policy].Train {
		misses, err := form.errors(train, pause)
		if err != nil {
			return s, err
		}
		kept.Train = baseline.Scores(misses, train.Channels)
		kept.Serial = kept.Train // they are in order in any case
	}
	if scored, _ := known(kept.Test, nil); len(scored) == 0 {
		return s, failure{fault.New("baseline-short-test", len(kept.Test))}
	}
	out.Errors = make([]float32, len(left))
	for i, e := range left {
		if !math.IsNaN(e) {
			out.Errors[i] = float32(e)
		}
	}
	s = r.judgedBy(kept, r.data.trainLengths())
	r.keepScores(a, []spec.KeptScores{kept}, out)
	if r.o.Kept != nil {
		s.fit = form.state()
	}
	return s, ctx.Err()
}

// narrow refuses windows with too many values.
func narrow(a spec.Arm, channels int) error {
	if n := max(a.Window, a.Lag+1) * channels; n > widest {
		return fault.New("baseline-too-wide", n, widest)
	}
	return nil
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
