// Package baseline detects anomalies by closed forms, for which no network is trained.
//
// A detector that learns should beat what needs no learning (README.md): the norm of the
// signal, what few principal components of its windows leave over, what a linear forecast misses. All of it is
// float64 inside.
package baseline

import "math"

// Series is a scaled multivariate series, [Rows, Channels], one step after the other.
type Series struct {
	Values         []float64
	Rows, Channels int
	// Borders are the first steps of the series behind the first, where there are several: no window and no
	// forecast goes across one.
	Borders []int
}

// each are the series one by one.
func (s Series) each() (all []Series) {
	from := 0
	for _, to := range append(s.Borders[:len(s.Borders):len(s.Borders)], s.Rows) {
		all = append(all, Series{Values: s.steps(from, to), Rows: to - from, Channels: s.Channels})
		from = to
	}
	return all
}

// windows is how many windows of so many steps the series have.
func (s Series) windows(length int) (n int) {
	for _, one := range s.each() {
		n += max(0, one.Rows-length+1)
	}
	return n
}

// steps are the values of the steps from i up to j.
func (s Series) steps(i, j int) []float64 { return s.Values[i*s.Channels : j*s.Channels] }

// Norm returns the squares of the values, [Rows, Channels]: what the model leaves over that says 0 of
// everything. It learns nothing.
func Norm(x Series) []float64 {
	out := make([]float64, len(x.Values))
	for i, v := range x.Values {
		out[i] = v * v
	}
	return out
}

// Scores are the means over channels of squared errors [steps, channels], one a step. A step without errors,
// which are NaN, has the score NaN.
func Scores(errors []float64, channels int) []float64 {
	out := make([]float64, len(errors)/channels)
	for t := range out {
		for _, e := range errors[t*channels : (t+1)*channels] {
			out[t] += e
		}
		out[t] /= float64(channels)
	}
	return out
}

// unscored is n squared errors of steps of which nothing can be said.
func unscored(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// Standard scales both parts by mean and population deviation of each channel of the training part; a channel
// that is constant there is divided by 1.
func Standard(train, test Series) (Series, Series) {
	centre := channelMeans(train)
	deviation := make([]float64, train.Channels)
	for c := range deviation {
		varies := false
		for t := range train.Rows {
			x := train.Values[t*train.Channels+c]
			deviation[c] += (x - centre[c]) * (x - centre[c])
			varies = varies || x != train.Values[c]
		}
		if deviation[c] = math.Sqrt(deviation[c] / float64(train.Rows)); !varies {
			deviation[c] = 1
		}
	}
	apply := func(s Series) Series {
		out := Series{make([]float64, len(s.Values)), s.Rows, s.Channels, s.Borders}
		for i, x := range s.Values {
			out.Values[i] = (x - centre[i%s.Channels]) / deviation[i%s.Channels]
		}
		return out
	}
	return apply(train), apply(test)
}
