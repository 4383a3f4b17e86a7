package baseline

import (
	"cosinelab/datasets/fault"
	"cosinelab/engine/tensor"
)

// The names of what a fit is kept as.
const (
	nameBasis        = "pca.basis"       // [vectors, window*C]: the kept components, or the others where those are fewer
	nameOthers       = "pca.others"      // the same, of the others
	nameCentre       = "pca.centre"      // [C]: mean of each channel
	nameWindowMean   = "pca.window_mean" // [window*C]: of the windows of the centred series
	nameCoefficients = "forecast.coefficients"
	nameIntercept    = "forecast.intercept"
)

// State is all that Errors needs of the fit.
func (p *PCA) State() map[string]tensor.Wide {
	c, d := len(p.moments.centre), len(p.Mean)
	out := map[string]tensor.Wide{
		nameCentre:     {Shape: tensor.Shape{c}, Data: p.moments.centre},
		nameWindowMean: {Shape: tensor.Shape{d}, Data: p.moments.mean},
	}
	if p.basis.n > 0 {
		name := nameOthers
		if p.kept {
			name = nameBasis
		}
		out[name] = tensor.Wide{Shape: tensor.Shape{p.basis.n, d}, Data: p.basis.data}
	}
	return out
}

// LoadPCA is the fit that has this state, of windows of so many steps of a series of so many channels.
func LoadPCA(window, channels int, state map[string]tensor.Wide) (*PCA, error) {
	d := window * channels
	centre, err := vector(state, nameCentre, channels)
	if err != nil {
		return nil, err
	}
	mean, err := vector(state, nameWindowMean, d)
	if err != nil {
		return nil, err
	}
	p := &PCA{Window: window, Mean: make([]float64, d), moments: moments{centre: centre, mean: mean}, kept: true}
	copy(p.Mean, p.moments.windowMean())
	basis, ok := state[nameBasis]
	if !ok {
		basis, ok = state[nameOthers]
		p.kept = !ok
	}
	if !ok {
		return p, nil // all windows are alike: nothing but their mean is taken off
	}
	if len(basis.Shape) != 2 || basis.Shape[0] > d || basis.Shape[1] != d {
		return nil, fault.New("baseline-state", nameBasis, basis.Shape.String(), tensor.Shape{d, d}.String())
	}
	n := basis.Shape[0]
	p.basis = dense(basis.Data, n)
	p.turn = p.basis.turned()
	if p.Components = n; !p.kept {
		p.Components = d - n
	}
	return p, nil
}

// State is all that Errors needs of the fit.
func (f *Forecast) State() map[string]tensor.Wide {
	c := len(f.Intercept)
	return map[string]tensor.Wide{
		nameCoefficients: {Shape: tensor.Shape{f.Lag * c, c}, Data: f.Coefficients()},
		nameIntercept:    {Shape: tensor.Shape{c}, Data: f.Intercept},
	}
}

// LoadForecast is the fit that has this state, of so many steps before each and so many channels.
func LoadForecast(lag, channels int, state map[string]tensor.Wide) (*Forecast, error) {
	intercept, err := vector(state, nameIntercept, channels)
	if err != nil {
		return nil, err
	}
	want := tensor.Shape{lag * channels, channels}
	x := state[nameCoefficients]
	if !x.Shape.Equal(want) {
		return nil, fault.New("baseline-state", nameCoefficients, x.Shape.String(), want.String())
	}
	f := &Forecast{Lag: lag, Intercept: intercept, weights: dense(make([]float64, len(x.Data)), channels)}
	for i := range lag * channels {
		for j := range channels {
			f.weights.row(j)[f.place(i)] = x.Data[i*channels+j]
		}
	}
	return f, nil
}

// vector takes n numbers of a state.
func vector(state map[string]tensor.Wide, name string, n int) ([]float64, error) {
	x := state[name]
	if want := (tensor.Shape{n}); !x.Shape.Equal(want) {
		return nil, fault.New("baseline-state", name, x.Shape.String(), want.String())
	}
	return x.Data, nil
}
