package baseline_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/baseline"
	"cosinelab/engine/metrics"
)

// golden are the cases of baselines.json: numbers of small series, computed twice by other programs.
type golden struct {
	Cases []struct {
		Name        string
		Channels    int
		Train, Test struct {
			Divisor float64
			Values  [][]float64
		}
		Expected struct {
			Norm     []float64           `json:"signal_norm"`
			PCA      map[string]pcaCase  `json:"pca"`
			Forecast map[string]lineCase `json:"forecast"`
		}
	}
}

type pcaCase struct {
	Components int        `json:"n_components"`
	Share      []float64  `json:"share"`
	Mean       []float64  `json:"window_mean"`
	Score      []*float64 `json:"score"`
}

type lineCase struct {
	Lambda       float64     `json:"lambda"`
	Coefficients [][]float64 `json:"coefficients"`
	Intercept    []float64   `json:"intercept"`
	Score        []*float64  `json:"score"`
}

func series(rows [][]float64, divisor float64, channels int) baseline.Series {
	s := baseline.Series{Rows: len(rows), Channels: channels}
	for _, row := range rows {
		for _, v := range row {
			s.Values = append(s.Values, v/divisor)
		}
	}
	return s
}

func idle() error { return nil }

func TestGoldenVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/baselines.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil || len(g.Cases) == 0 {
		t.Fatalf("%d cases, error %v", len(g.Cases), err)
	}
	for _, c := range g.Cases {
		t.Run(c.Name, func(t *testing.T) {
			train, test := baseline.Standard(series(c.Train.Values, c.Train.Divisor, c.Channels),
				series(c.Test.Values, c.Test.Divisor, c.Channels))
			near(t, "norm", baseline.Scores(baseline.Norm(test), c.Channels), c.Expected.Norm)
			for name, want := range c.Expected.PCA {
				holdsPCA(t, name, train, test, want)
			}
			for name, want := range c.Expected.Forecast {
				holdsForecast(t, name, train, test, want)
			}
		})
	}
}

func holdsPCA(t *testing.T, name string, train, test baseline.Series, want pcaCase) {
	window, share := pcaSettings(t, name)
	p, err := baseline.FitPCA(train, window, share, idle)
	if len(want.Share) == 0 {
		if !fault.Has(err, "baseline-short-train") {
			t.Errorf("pca %s: error %v, want that train is too short", name, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.Components != want.Components {
		t.Fatalf("pca %s keeps %d components, want %d", name, p.Components, want.Components)
	}
	near(t, name+" share", p.Shares[:len(want.Share)], want.Share)
	near(t, name+" mean", p.Mean, want.Mean)
	left, err := p.Errors(test, idle)
	if err != nil {
		t.Fatal(err)
	}
	near(t, name+" score", baseline.Scores(left, test.Channels), numbers(want.Score))
}

func holdsForecast(t *testing.T, name string, train, test baseline.Series, want lineCase) {
	lag, err := strconv.Atoi(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := baseline.FitForecast(train, lag, idle)
	if err != nil {
		t.Fatal(err)
	}
	near(t, name+" lambda", []float64{f.Lambda}, []float64{want.Lambda})
	near(t, name+" intercept", f.Intercept, want.Intercept)
	var coefficients []float64
	for _, row := range want.Coefficients {
		coefficients = append(coefficients, row...)
	}
	near(t, name+" coefficients", f.Coefficients(), coefficients)
	missed, err := f.Errors(test, idle)
	if err != nil {
		t.Fatal(err)
	}
	near(t, name+" score", baseline.Scores(missed, test.Channels), numbers(want.Score))
}

func pcaSettings(t *testing.T, name string) (window int, share float64) {
	w, s, _ := strings.Cut(name, "/")
	window, e1 := strconv.Atoi(w)
	share, e2 := strconv.ParseFloat(s, 64)
	if err := errors.Join(e1, e2); err != nil {
		t.Fatal(err)
	}
	return window, share
}

// numbers turns null, a step without a score, into NaN.
func numbers(values []*float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		if out[i] = math.NaN(); v != nil {
			out[i] = *v
		}
	}
	return out
}

// near compares lists at the tolerance of the file: 1e-8 of the largest magnitude, plus 1e-12.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	largest := 0.0
	for _, x := range want {
		if !math.IsNaN(x) {
			largest = max(largest, math.Abs(x))
		}
	}
	for i, x := range want {
		if math.IsNaN(x) != math.IsNaN(got[i]) || math.Abs(got[i]-x) > 1e-8*largest+1e-12 {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], x)
			return
		}
	}
}

// TestRealSets repeats two of the real cases, which take seconds each.
func TestRealSets(t *testing.T) {
	const folder = "../../../shared/data"
	if _, err := os.Stat(folder); err != nil {
		t.Skip("no real data at ../shared/data")
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, c := range []struct {
		set, detector string
		ap, auroc     float64
		components    int
		at            map[int]float64 // scores
	}{
		{set: "smd/machine-1-3", detector: "norm", ap: 0.1750965531960748, auroc: 0.6947126361292002,
			at: map[int]float64{0: 1.121053045731968, 23702: 23.362880418910105}},
		{set: "smd/machine-1-3", detector: "10/0.9", components: 37, ap: 0.24981006505195552,
			auroc: 0.8709135301137638, at: map[int]float64{0: 0.030363930127003738, 23702: 6.211252315177049}},
		{set: "smd/machine-1-3", detector: "1/0.5", components: 2, ap: 0.16747773780100103,
			auroc: 0.7298248858612819, at: map[int]float64{0: 0.6324041566225794, 23702: 22.527528881357135}},
		{set: "smd/machine-1-3", detector: "5", ap: 0.2787959990900623, auroc: 0.8001613050161024,
			at: map[int]float64{5: 0.13529863916703116, 23702: 0.5456120658660902}},
		{set: "smd/machine-2-1", detector: "10/0.9", components: 80, ap: 0.2384724826377062,
			auroc: 0.7194831875439227, at: map[int]float64{0: 0.037708491708019994, 23693: 0.08835718688007715}},
		{set: "msl", detector: "norm", ap: 0.1400, auroc: 0.5325},
		{set: "msl", detector: "1/0.9", components: 31, ap: 0.1495, auroc: 0.5184},
		{set: "msl", detector: "1", ap: 0.1191, auroc: 0.5025},
	} {
		t.Run(fmt.Sprint(c.set, " ", c.detector), func(t *testing.T) {
			set, err := datasets.Open(t.Context(), os.DirFS(folder), c.set)
			if err != nil {
				t.Fatal(err)
			}
			train, test := baseline.Standard(wide(set.Train), wide(set.Test))
			scores := baseline.Scores(realErrors(t, c.detector, train, test, c.components), test.Channels)
			e, err := metrics.NewEvaluation(scores, set.Labels, metrics.ExcludeUnscored)
			if err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]float64{"average_precision": c.ap, "auroc": c.auroc} {
				row, _ := metrics.Find(name)
				values, err := metrics.Measure(t.Context(), []metrics.Metric{row}, e, nil, func(int, int) {})
				if err != nil || math.Abs(float64(values[0])-want) > 5e-4 {
					t.Errorf("%s is %v, error %v, want %v", name, values, err, want)
				}
			}
			for at, want := range c.at {
				if math.Abs(scores[at]-want) > 1e-6*want {
					t.Errorf("score %d is %v, want %v", at, scores[at], want)
				}
			}
		})
	}
}

func realErrors(t *testing.T, detector string, train, test baseline.Series, components int) []float64 {
	switch {
	case detector == "norm":
		return baseline.Norm(test)
	case strings.Contains(detector, "/"):
		window, share := pcaSettings(t, detector)
		p, err := baseline.FitPCA(train, window, share, idle)
		if err != nil || p.Components != components {
			t.Fatalf("%d components, error %v, want %d", p.Components, err, components)
		}
		left, err := p.Errors(test, idle)
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	lag, _ := strconv.Atoi(detector)
	f, err := baseline.FitForecast(train, lag, idle)
	if err != nil {
		t.Fatal(err)
	}
	missed, err := f.Errors(test, idle)
	if err != nil {
		t.Fatal(err)
	}
	return missed
}

func wide(r datasets.Raw) baseline.Series {
	out := baseline.Series{Rows: r.Rows, Channels: r.Channels()}
	for t := range r.Rows {
		for _, values := range r.Columns {
			out.Values = append(out.Values, values[t])
		}
	}
	return out
}
