package baseline_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cosinelab/engine/baseline"
)

// walk is a series of two channels of which the second follows the first.
func walk(seed uint64, rows int) baseline.Series {
	r := rand.New(rand.NewPCG(seed, 5))
	s := baseline.Series{Rows: rows, Channels: 2}
	x := 0.0
	for range rows {
		x = 0.8*x + r.NormFloat64()
		s.Values = append(s.Values, x, 0.5*x+0.1*r.NormFloat64())
	}
	return s
}

// joined is several series, one behind the other.
func joined(all ...baseline.Series) (out baseline.Series) {
	out.Channels = all[0].Channels
	for i, s := range all {
		if i > 0 {
			out.Borders = append(out.Borders, out.Rows)
		}
		out.Values, out.Rows = append(out.Values, s.Values...), out.Rows+s.Rows
	}
	return out
}

// What is said of several series is what is said of each; a border adds nothing, and a series that is too short
// for a window none.
func TestNoWindowGoesFromOneSeriesIntoAnother(t *testing.T) {
	a, b, short := walk(1, 60), walk(2, 45), walk(3, 2)
	all := joined(a, b, short)
	pca, err := baseline.FitPCA(all, 4, 0.8, idle)
	if err != nil {
		t.Fatal(err)
	}
	forecast, err := baseline.FitForecast(all, 3, idle)
	if err != nil {
		t.Fatal(err)
	}
	for name, errors := range map[string]func(baseline.Series) ([]float64, error){
		"pca":      func(s baseline.Series) ([]float64, error) { return pca.Errors(s, idle) },
		"forecast": func(s baseline.Series) ([]float64, error) { return forecast.Errors(s, idle) }} {
		of := func(s baseline.Series) []float64 {
			t.Helper()
			out, err := errors(s)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		apart := slices.Concat(of(a), of(b), of(short))
		for i, e := range of(all) {
			if e != apart[i] && !(math.IsNaN(e) && math.IsNaN(apart[i])) {
				t.Errorf("%s: error %d is %v, that of the series alone %v", name, i, e, apart[i])
			}
		}
	}
	// In which order they come changes what is learnt by rounding only.
	turned, err := baseline.FitForecast(joined(short, b, a), 3, idle)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "coefficients", turned.Coefficients(), forecast.Coefficients())
	one := a
	one.Values, one.Rows = slices.Concat(a.Values, b.Values), a.Rows+b.Rows
	if across, err := baseline.FitForecast(one, 3, idle); err != nil || slices.Equal(across.Coefficients(),
		forecast.Coefficients()) {
		t.Error("steps before the border tell nothing of those behind it, but are learnt from", err)
	}
	if _, err := baseline.FitPCA(joined(short, short), 4, 0.8, idle); err == nil {
		t.Error("series without a window have no components")
	}
}
