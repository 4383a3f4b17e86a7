package baseline

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"cosinelab/datasets/fault"
)

// PCA describes windows of a series by their principal components; what these leave over is the error
// (README.md, section 2).
type PCA struct {
	Window     int
	Components int       // that are kept
	Shares     []float64 // of the variance that each component explains, largest first
	Mean       []float64 // of all windows, [window*C]
	channels   int
	// The columns are the kept components, or the others where they are fewer: what is left of a window is
	// itself less its part along the ones, or its part along the others.
	basis *mat.Dense // nil = no columns
	kept  bool       // the columns are the kept ones
}

// equal is how far apart, relative to the largest, two variances are that count as one: no part of such
// components is a subspace of its own.
const equal = 1e-9

// FitPCA keeps as many components of the windows of the training part as explain a share of their variance. It
// fails where there are fewer than two windows.
func FitPCA(train Series, window int, share float64) (*PCA, error) {
	if train.Rows < window+1 {
		return nil, fault.New("baseline-short-train", train.Rows, window+1)
	}
	m := momentsOf(train, window)
	var e mat.EigenSym
	if !e.Factorize(m.products, true) {
		return nil, errors.New("baseline: no eigenvalues found")
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	variances := e.Values(nil) // smallest first
	for i, v := range variances {
		variances[i] = max(v, 0) // rounding makes a zero negative
	}
	p := &PCA{Window: window, Mean: m.mean, channels: train.Channels, Components: leading(variances, share)}
	total := floats.Sum(variances)
	for i := len(variances) - 1; i >= 0; i-- {
		p.Shares = append(p.Shares, variances[i]/max(total, math.SmallestNonzeroFloat64))
	}
	d := len(variances)
	from, to := d-p.Components, d // of the kept ones
	if p.kept = p.Components <= d/2; !p.kept {
		from, to = 0, d-p.Components
	}
	if from < to {
		p.basis = mat.DenseCopyOf(vectors.Slice(0, d, from, to))
	}
	return p, nil
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

// atOnce bounds the windows that are laid out at a time.
const atOnce = 256

// Errors are the squared errors of x, [Rows, Channels], each the mean over the windows that cover its step;
// NaN where no window does. yield is called now and then.
func (p *PCA) Errors(x Series, yield func()) []float64 {
	windows := x.Rows - p.Window + 1
	if windows < 1 {
		return unscored(len(x.Values))
	}
	out := make([]float64, len(x.Values))
	for i := 0; i < windows; i += atOnce {
		rest := p.rest(x, i, min(i+atOnce, windows))
		for j := range rest.RawMatrix().Rows {
			at := (i + j) * p.channels
			for l, e := range rest.RawRowView(j) {
				out[at+l] += e * e
			}
		}
		yield()
	}
	for t := range x.Rows {
		covering := min(t, windows-1) - max(0, t-p.Window+1) + 1
		floats.Scale(1/float64(covering), out[t*p.channels:(t+1)*p.channels])
	}
	return out
}

// rest is what the components leave over of the windows from i up to j, a row each.
func (p *PCA) rest(x Series, i, j int) *mat.Dense {
	z := mat.NewDense(j-i, len(p.Mean), nil)
	for at := i; at < j; at++ {
		floats.SubTo(z.RawRowView(at-i), x.steps(at, at+p.Window), p.Mean)
	}
	if p.basis == nil {
		if !p.kept {
			z.Zero()
		}
		return z
	}
	var along, part mat.Dense
	along.Mul(z, p.basis)
	part.Mul(&along, p.basis.T())
	if p.kept {
		part.Sub(z, &part)
	}
	return &part
}
