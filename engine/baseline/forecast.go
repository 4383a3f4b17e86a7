package baseline

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"

	"cosinelab/datasets/fault"
)

// Forecast says every step from the steps before it by a linear map (README.md, section 3).
type Forecast struct {
	Lag       int
	Lambda    float64   // the penalty of squared coefficients
	Intercept []float64 // [C]

	weights rows // [C, lag*C]: of each channel, in the order of a window
}

// penalty is the share of the mean variance of a regressor that ridge regression adds to each.
const penalty = 1e-3

// FitForecast regresses the steps of the training part on the lag steps before each. It fails where there are
// fewer than two such steps, and ends with the error of pause, which is called every few milliseconds.
func FitForecast(train Series, lag int, pause func() error) (*Forecast, error) {
	if train.windows(lag+1) < 2 {
		return nil, fault.New("baseline-short-train", train.Rows, lag+2)
	}
	c := train.Channels
	d := lag * c
	m, err := momentsOf(train, lag+1, pause) // a window is what a step is said from, then the step itself
	if err != nil {
		return nil, err
	}
	f := &Forecast{Lag: lag, Intercept: make([]float64, c), weights: dense(make([]float64, c*d), c)}
	gram := m.products.part(0, d)
	for i := range d {
		f.Lambda += penalty * gram.row(i)[i] / float64(d)
	}
	if f.Lambda > 0 {
		for i := range d {
			gram.row(i)[i] += f.Lambda
		}
		if err := factor(gram, pause); err != nil {
			return nil, err
		}
		for j := range c {
			copy(f.weights.row(j), m.products.row(d + j)[:d])
			solve(gram, f.weights.row(j))
			if err := pause(); err != nil {
				return nil, err
			}
		}
	}
	mean := m.windowMean()
	for j := range c {
		f.Intercept[j] = mean[d+j] - floats.Dot(f.weights.row(j), mean[:d])
	}
	return f, nil
}

// factor replaces the lower triangle of a positive definite matrix by that of its Cholesky factor.
func factor(a rows, pause func() error) error {
	for i := range a.n {
		if err := pause(); err != nil {
			return err
		}
		row := a.row(i)
		for j := range i {
			row[j] = (row[j] - dot(row[:j], a.row(j))) / a.row(j)[j]
		}
		left := row[i] - dot(row[:i], row)
		if !(left > 0) {
			return errors.New("baseline: the regression has no solution")
		}
		row[i] = math.Sqrt(left)
	}
	return nil
}

// solve replaces x by the solution of A y = x, where A has this Cholesky factor.
func solve(factor rows, x []float64) {
	for i := range x {
		row := factor.row(i)
		x[i] = (x[i] - dot(x[:i], row)) / row[i]
	}
	for i := len(x) - 1; i >= 0; i-- {
		row := factor.row(i)
		x[i] /= row[i]
		floats.AddScaled(x[:i], -x[i], row[:i])
	}
}

// Coefficients is [lag*C, C]: row (k-1)*C + c is the weight of channel c, k steps before.
func (f *Forecast) Coefficients() []float64 {
	c := f.weights.n
	out := make([]float64, len(f.weights.data))
	for i := range f.Lag * c {
		for j := range c {
			out[i*c+j] = f.weights.row(j)[f.place(i)]
		}
	}
	return out
}

// place is where a window has the coefficient i: the nearest step comes first among these, last in time.
func (f *Forecast) place(i int) int {
	c := len(f.Intercept)
	return (f.Lag-1-i/c)*c + i%c
}

// Errors are the squared errors of x, [Rows, Channels]; NaN for the first lag steps, which nothing comes
// before in their series. It ends with the error of pause.
func (f *Forecast) Errors(x Series, pause func() error) ([]float64, error) {
	out := unscored(len(x.Values))
	at := 0
	for _, one := range x.each() {
		if one.Rows > f.Lag {
			if err := f.errors(one, out[at:at+len(one.Values)], pause); err != nil {
				return nil, err
			}
		}
		at += len(one.Values)
	}
	return out, nil
}

// errors writes those of one series behind its first lag steps.
func (f *Forecast) errors(x Series, out []float64, pause func() error) error {
	c, count := x.Channels, x.Rows-f.Lag
	said := out[f.Lag*c:]
	if err := product(said, rows{x.Values, count, f.Lag * c, c}, f.weights, pause); err != nil {
		return err
	}
	for i, v := range x.Values[f.Lag*c:] {
		miss := v - said[i] - f.Intercept[i%c]
		said[i] = miss * miss
	}
	return nil
}
