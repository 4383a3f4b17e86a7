package baseline

import (
	"errors"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"cosinelab/datasets/fault"
)

// Forecast says every step from the steps before it by a linear map (README.md, section 3).
type Forecast struct {
	Lag          int
	Lambda       float64    // the penalty of squared coefficients
	Coefficients *mat.Dense // [lag*C, C]: row (k-1)*C + c is the weight of channel c, k steps before
	Intercept    []float64  // [C]
}

// penalty is the share of the mean variance of a regressor that ridge regression adds to each.
const penalty = 1e-3

// FitForecast regresses the steps of the training part on the lag steps before each. It fails where there are
// fewer than two such steps.
func FitForecast(train Series, lag int) (*Forecast, error) {
	if train.windows(lag+1) < 2 {
		return nil, fault.New("baseline-short-train", train.Rows, lag+2)
	}
	c := train.Channels
	d := lag * c
	m := momentsOf(train, lag+1) // a window is what a step is said from, then the step itself
	f := &Forecast{Lag: lag, Coefficients: mat.NewDense(d, c, nil), Intercept: make([]float64, c)}
	gram, right := mat.NewSymDense(d, nil), mat.NewDense(d, c, nil)
	for i := range d {
		for j := i; j < d; j++ {
			gram.SetSym(i, j, m.products.At(f.place(i, c), f.place(j, c)))
		}
		for j := range c {
			right.Set(i, j, m.products.At(f.place(i, c), d+j))
		}
	}
	f.Lambda = penalty * gram.Trace() / float64(d)
	if f.Lambda > 0 {
		for i := range d {
			gram.SetSym(i, i, gram.At(i, i)+f.Lambda)
		}
		var solver mat.Cholesky
		if !solver.Factorize(gram) {
			return nil, errors.New("baseline: the regression has no solution")
		}
		if err := solver.SolveTo(f.Coefficients, right); err != nil {
			return nil, err
		}
	}
	mean := m.windowMean()
	copy(f.Intercept, mean[d:])
	for i := range d {
		floats.AddScaled(f.Intercept, -mean[f.place(i, c)], f.Coefficients.RawRowView(i))
	}
	return f, nil
}

// place is where a window has the regressor i: the nearest step comes first among regressors, last in time.
func (f *Forecast) place(i, channels int) int {
	return (f.Lag-1-i/channels)*channels + i%channels
}

// Errors are the squared errors of x, [Rows, Channels]; NaN for the first lag steps, which nothing comes
// before in their series.
func (f *Forecast) Errors(x Series) []float64 {
	out := unscored(len(x.Values))
	at := 0
	for _, one := range x.each() {
		if one.Rows > f.Lag {
			f.errors(one, out[at:at+len(one.Values)])
		}
		at += len(one.Values)
	}
	return out
}

// errors writes those of one series behind its first lag steps.
func (f *Forecast) errors(x Series, out []float64) {
	c, count := x.Channels, x.Rows-f.Lag
	d := f.Lag * c
	weights := dense(make([]float64, c*d), c) // of each channel, in the order of a window
	for i := range d {
		for j := range c {
			weights.row(j)[f.place(i, c)] = f.Coefficients.At(i, j)
		}
	}
	said := out[f.Lag*c:]
	product(said, rows{x.Values, count, d, c}, weights)
	for i, v := range x.Values[f.Lag*c:] {
		miss := v - said[i] - f.Intercept[i%c]
		said[i] = miss * miss
	}
}
