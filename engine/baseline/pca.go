package baseline

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"cosinelab/datasets/fault"
)

// PCA describes windows of a series by their principal components; what these leave over is the error
// (README.md, section 2).
type PCA struct {
	Window     int
	Components int       // that are kept
	Shares     []float64 // of the variance that each component explains, largest first
	Mean       []float64 // of all windows, [window*C]
	moments    moments
	// The kept components, or the others where they are fewer: what is left of a window is itself less its part
	// along the ones, or its part along the others.
	basis rows // a row each
	turn  rows // a column each
	kept  bool // basis has the kept ones
}

// equal is how far apart, relative to the largest, two variances are that count as one: no part of such
// components is a subspace of its own.
const equal = 1e-9

// FitPCA keeps as many components of the windows of the training part as explain a share of their variance. It
// fails where there are fewer than two windows, and ends with the error of pause, which is called every few
// milliseconds.
func FitPCA(train Series, window int, share float64, pause func() error) (*PCA, error) {
	if train.windows(window) < 2 {
		return nil, fault.New("baseline-short-train", train.Rows, window+1)
	}
	m, err := momentsOf(train, window, pause)
	if err != nil {
		return nil, err
	}
	variances, vectors, err := eigen(m.products, pause) // the smallest first
	if err != nil {
		return nil, err
	}
	m.products = rows{} // overwritten
	for i, v := range variances {
		variances[i] = max(v, 0) // rounding makes a zero negative
	}
	p := &PCA{Window: window, Mean: m.windowMean(), moments: m, Components: leading(variances, share)}
	total := floats.Sum(variances)
	for i := len(variances) - 1; i >= 0; i-- {
		p.Shares = append(p.Shares, variances[i]/max(total, math.SmallestNonzeroFloat64))
	}
	p.lay(vectors)
	return p, nil
}

// lay lays out the vectors, which are rows in the ascending order of their variances.
func (p *PCA) lay(vectors rows) {
	d := len(p.Mean)
	from, to := d-p.Components, d
	if p.kept = p.Components <= d/2; !p.kept {
		from, to = 0, d-p.Components
	}
	if from == to {
		return
	}
	some := vectors.part(from, to)
	p.basis = dense(slices.Clone(some.data[:some.n*d]), some.n)
	p.turn = p.basis.turned()
}

// leading is the smallest number of the largest variances, which are sorted in ascending order, whose sum
// reaches the share of all, with those that equal the last of them.
func leading(variances []float64, share float64) int {
	d, total, sum := len(variances), floats.Sum(variances), 0.0
	if total == 0 {
		return 0
	}
	k := 0
	for k < d && sum < share*total {
		k++
		sum += variances[d-k]
	}
	for k < d && variances[d-k]-variances[d-k-1] <= equal*variances[d-1] {
		k++
	}
	return k
}

// Complete reports whether the components describe everything, so that errors are nothing but rounding.
func (p *PCA) Complete() bool { return p.Components == len(p.Mean) }

// atOnce bounds the windows that are worked on at a time.
const atOnce = 256

// Errors are the squared errors of x, [Rows, Channels], each the mean over the windows that cover its step;
// NaN where no window does. It ends with the error of pause.
func (p *PCA) Errors(x Series, pause func() error) (out []float64, err error) {
	for _, one := range x.each() {
		some, err := p.errors(one, pause)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// errors are those of one series.
func (p *PCA) errors(x Series, pause func() error) ([]float64, error) {
	count, c := x.Rows-p.Window+1, x.Channels
	if count < 1 {
		return unscored(len(x.Values)), nil
	}
	windows := rows{p.moments.centred(x).Values, count, len(p.Mean), c}
	out := make([]float64, len(x.Values))
	for i := 0; i < count; i += atOnce {
		some := windows.part(i, min(i+atOnce, count))
		rest, err := p.rest(some, pause)
		if err != nil {
			return nil, err
		}
		for j := range some.n {
			at := out[(i+j)*c:]
			for l, e := range rest.row(j) {
				at[l] += e * e
			}
		}
	}
	for t := range x.Rows {
		covering := min(t, count-1) - max(0, t-p.Window+1) + 1
		floats.Scale(1/float64(covering), out[t*c:(t+1)*c])
	}
	return out, nil
}

// rest is what the components leave over of centred windows, a row each.
func (p *PCA) rest(windows rows, pause func() error) (rows, error) {
	d := len(p.Mean)
	part := dense(make([]float64, windows.n*d), windows.n)
	if k := p.basis.n; k > 0 {
		along := dense(make([]float64, windows.n*k), windows.n)
		offset := make([]float64, k)
		err := errors.Join(product(along.data, windows, p.basis, pause),
			product(offset, dense(p.moments.mean, 1), p.basis, pause))
		if err != nil {
			return part, err
		}
		for i := range along.n {
			floats.Sub(along.row(i), offset)
		}
		if err := product(part.data, along, p.turn, pause); err != nil {
			return part, err
		}
	}
	if !p.kept {
		return part, nil
	}
	for i := range part.n {
		row := part.row(i)
		for l, z := range windows.row(i) {
			row[l] = z - p.moments.mean[l] - row[l]
		}
	}
	return part, nil
}
