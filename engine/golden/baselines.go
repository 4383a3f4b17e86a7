package golden

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/baseline"
)

// baselinesFile is baselines.json. The formulas are in baseline/README.md. Cases of real sets, whose series
// the file does not hold, are passed over.
type baselinesFile struct {
	Cases []baselineCase `json:"cases"`
}

// baselineCase is two series with what closed forms make of them.
type baselineCase struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	Channels int            `json:"channels"`
	Train    baselineSeries `json:"train"`
	Test     baselineSeries `json:"test"`
	Expected struct {
		Norm json.RawMessage `json:"signal_norm"` // numbers; measures in a real case
		PCA  map[string]struct {
			Components int    `json:"n_components"`
			Share      []real `json:"share"` // none where the training part is too short
			Mean       []real `json:"window_mean"`
			Score      []real `json:"score"`
		} `json:"pca"`
		Forecast map[string]struct {
			Lambda       real     `json:"lambda"`
			Coefficients [][]real `json:"coefficients"`
			Intercept    []real   `json:"intercept"`
			Score        []real   `json:"score"`
		} `json:"forecast"`
	} `json:"expected"`
}

// baselineSeries is a series in whole numbers.
type baselineSeries struct {
	Divisor float64     `json:"divisor"`
	Values  [][]float64 `json:"values"`
}

// real is a number; NaN where the file has null.
type real float64

// UnmarshalJSON reads null as NaN.
func (x *real) UnmarshalJSON(text []byte) error {
	*x = real(math.NaN())
	if string(text) == "null" {
		return nil
	}
	return json.Unmarshal(text, (*float64)(x))
}

// closed is the file's own tolerance, of float64 everywhere.
func closed(_ limits, m, _ float64) float64 { return 1e-8*m + 1e-12 }

// verifyBaselines computes in float64, whatever the device.
func verifyBaselines(v *verifier, file []byte) error {
	var f baselinesFile
	if err := json.Unmarshal(file, &f); err != nil {
		return fault.New("golden-json", err)
	}
	for _, c := range f.Cases {
		if c.Kind != "small" {
			continue
		}
		if err := c.verify(v); err != nil {
			return fault.New("in-place", c.Name, err)
		}
	}
	if len(v.report.Checks) == 0 {
		return fault.New("golden-no-cases")
	}
	return nil
}

// whole lets what is small come to its end.
func whole() error { return nil }

func (c baselineCase) verify(v *verifier) error {
	train, err := c.Train.series(c.Channels)
	if err != nil {
		return err
	}
	test, err := c.Test.series(c.Channels)
	if err != nil {
		return err
	}
	train, test = baseline.Standard(train, test)
	var norm []real
	if err := json.Unmarshal(c.Expected.Norm, &norm); err != nil {
		return fault.New("golden-json", err)
	}
	v.list(c.Name+" norm", baseline.Scores(baseline.Norm(test), c.Channels), norm)
	for _, name := range slices.Sorted(maps.Keys(c.Expected.PCA)) {
		want := c.Expected.PCA[name]
		window, share, err := pcaNamed(name)
		if err != nil {
			return err
		}
		p, err := baseline.FitPCA(train, window, share, whole)
		if len(want.Share) == 0 && fault.Has(err, "baseline-short-train") {
			continue
		}
		if err != nil {
			return err
		}
		what := c.Name + " pca " + name
		v.list(what+" n_components", []float64{float64(p.Components)}, []real{real(want.Components)})
		v.list(what+" share", p.Shares[:min(len(want.Share), len(p.Shares))], want.Share)
		v.list(what+" window_mean", p.Mean, want.Mean)
		left, err := p.Errors(test, whole)
		if err != nil {
			return err
		}
		v.list(what+" score", baseline.Scores(left, c.Channels), want.Score)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Expected.Forecast)) {
		want := c.Expected.Forecast[name]
		lag, err := strconv.Atoi(name)
		if err != nil {
			return fault.New("golden-json", err)
		}
		f, err := baseline.FitForecast(train, lag, whole)
		if err != nil {
			return err
		}
		what := c.Name + " forecast " + name
		v.list(what+" lambda", []float64{f.Lambda}, []real{want.Lambda})
		var coefficients []real
		for _, row := range want.Coefficients {
			coefficients = append(coefficients, row...)
		}
		v.list(what+" coefficients", f.Coefficients(), coefficients)
		v.list(what+" intercept", f.Intercept, want.Intercept)
		missed, err := f.Errors(test, whole)
		if err != nil {
			return err
		}
		v.list(what+" score", baseline.Scores(missed, c.Channels), want.Score)
	}
	return nil
}

// pcaNamed reads the settings of a PCA: 10/0.9.
func pcaNamed(name string) (window int, share float64, err error) {
	w, s, _ := strings.Cut(name, "/")
	if window, err = strconv.Atoi(w); err == nil {
		share, err = strconv.ParseFloat(s, 64)
	}
	if err != nil {
		return 0, 0, fault.New("golden-json", err)
	}
	return window, share, nil
}

func (s baselineSeries) series(channels int) (baseline.Series, error) {
	out := baseline.Series{Rows: len(s.Values), Channels: channels}
	for _, row := range s.Values {
		if len(row) != channels {
			return out, fault.New("golden-list-length", len(row), 1, strconv.Itoa(channels))
		}
		for _, x := range row {
			out.Values = append(out.Values, x/s.Divisor)
		}
	}
	return out, nil
}

// list adds the Check of a list. A number where none should be, or the other way round, is beyond every limit.
func (v *verifier) list(name string, got []float64, want []real) {
	var w array
	var kept []float64
	for i, x := range want {
		none := math.IsNaN(float64(x))
		if none && i < len(got) && math.IsNaN(got[i]) {
			continue
		}
		w.data = append(w.data, float64(x))
		if i < len(got) {
			kept = append(kept, got[i])
		}
	}
	if len(got) > len(want) {
		kept = append(kept, got[len(want):]...)
	}
	v.compare(quantity{name, closed, one(nil, w)}, [][]float64{kept})
}
