package baseline_test

import (
	"bytes"
	"encoding/json"
	"errors"
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

// realCase is what the reference programs got on a public set. scored counts the steps with a score, argmax is
// the step of the highest one.
type realCase struct {
	Scored     int                `json:"scored"`
	Components *int               `json:"n_components"` // of a PCA alone
	Reached    float64            `json:"share_reached"`
	Next       float64            `json:"share_next"`
	Lambda     *float64           `json:"lambda"` // of a forecast alone
	AP         float64            `json:"average_precision"`
	AUROC      float64            `json:"auroc"`
	Mean       float64            `json:"score_mean"`
	Max        float64            `json:"score_max"`
	Argmax     int                `json:"argmax"`
	At         map[string]float64 `json:"score_at"` // by step
}

// realSet is a public set with what each detector gets on it, by its settings.
type realSet struct {
	Name      string
	Kind      string
	Channels  int
	Train     int `json:"n_train"`
	Test      int `json:"n_test"`
	Positives int `json:"n_positive"`
	Expected  json.RawMessage
}

// realExpected are the cases of a public set; those of a small one have other fields.
type realExpected struct {
	Norm     realCase            `json:"signal_norm"`
	PCA      map[string]realCase `json:"pca"`
	Forecast map[string]realCase `json:"forecast"`
}

// publicSets are the real cases of the reference file by the names under which the datasets have them.
var publicSets = map[string]string{"msl_stacked": "msl", "smd_machine_1_2": "smd/machine-1-2",
	"smd_machine_1_3": "smd/machine-1-3", "smd_machine_2_1": "smd/machine-2-1"}

// TestRealSets holds every detector to the reference numbers on every public set; with -short, and where the
// race detector makes it slow, to those of one set without the large windows.
func TestRealSets(t *testing.T) {
	const data, numbers = "../../../shared/data", "../../../shared/golden/baselines.json"
	text, err := os.ReadFile(numbers)
	if err != nil {
		t.Skip("no reference numbers at ../shared/golden: the public sets are not tested")
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("no real data at ../shared/data: the public sets are not tested")
	}
	var file struct{ Cases []realSet }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range file.Cases {
		name, known := publicSets[c.Name]
		if c.Kind != "real" || brief() && name != "smd/machine-1-3" {
			continue
		}
		if !known {
			t.Errorf("no set is known for %s", c.Name)
			continue
		}
		found++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holdsSet(t, data, name, c)
		})
	}
	if want := len(publicSets); found != want && !brief() {
		t.Errorf("the file has %d public sets, want %d", found, want)
	}
}

func brief() bool { return testing.Short() || raced }

func holdsSet(t *testing.T, data, name string, c realSet) {
	set, err := datasets.Open(t.Context(), os.DirFS(data), name)
	if err != nil {
		t.Fatal(err)
	}
	train, test := baseline.Standard(wide(set.Train), wide(set.Test))
	if train.Channels != c.Channels || train.Rows != c.Train || test.Rows != c.Test {
		t.Fatalf("%d and %d steps of %d channels, want %d and %d of %d", train.Rows, test.Rows, train.Channels,
			c.Train, c.Test, c.Channels)
	}
	if n := len(set.Labels) - bytes.Count(set.Labels, []byte{0}); n != c.Positives {
		t.Errorf("%d steps are anomalous, want %d", n, c.Positives)
	}
	var expected realExpected
	if err := json.Unmarshal(c.Expected, &expected); err != nil || len(expected.PCA) == 0 ||
		len(expected.Forecast) == 0 {
		t.Fatalf("%d cases of PCA, %d of the forecast, error %v", len(expected.PCA), len(expected.Forecast), err)
	}
	t.Run("norm", func(t *testing.T) { holdsReal(t, baseline.Norm(test), test, set.Labels, expected.Norm) })
	for settings, want := range expected.PCA {
		if brief() && !strings.HasPrefix(settings, "1/") {
			continue
		}
		t.Run("pca "+settings, func(t *testing.T) {
			t.Parallel()
			holdsReal(t, realPCA(t, settings, train, test, want), test, set.Labels, want)
		})
	}
	for settings, want := range expected.Forecast {
		t.Run("forecast "+settings, func(t *testing.T) {
			t.Parallel()
			holdsReal(t, realForecast(t, settings, train, test, want), test, set.Labels, want)
		})
	}
}

func realPCA(t *testing.T, settings string, train, test baseline.Series, want realCase) []float64 {
	window, share := pcaSettings(t, settings)
	p, err := baseline.FitPCA(train, window, share, idle)
	if err != nil {
		t.Fatal(err)
	}
	if want.Components == nil || p.Components != *want.Components {
		t.Fatalf("%d components, want %v", p.Components, want.Components)
	}
	reached := 0.0
	for _, s := range p.Shares[:p.Components] {
		reached += s
	}
	near(t, "share reached and next", []float64{reached, p.Shares[p.Components]},
		[]float64{want.Reached, want.Next})
	left, err := p.Errors(test, idle)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func realForecast(t *testing.T, settings string, train, test baseline.Series, want realCase) []float64 {
	lag, err := strconv.Atoi(settings)
	if err != nil {
		t.Fatal(err)
	}
	f, err := baseline.FitForecast(train, lag, idle)
	if err != nil {
		t.Fatal(err)
	}
	if want.Lambda == nil {
		t.Fatal("the file has no lambda")
	}
	near(t, "lambda", []float64{f.Lambda}, []float64{*want.Lambda})
	missed, err := f.Errors(test, idle)
	if err != nil {
		t.Fatal(err)
	}
	return missed
}

// holdsReal compares scores, and what they are worth, at the tolerances of the file: 1e-6 of a score, 5e-4 of a
// measure, since rounding decides the order of equal test rows.
func holdsReal(t *testing.T, errors []float64, test baseline.Series, labels []uint8, want realCase) {
	t.Helper()
	scores := baseline.Scores(errors, test.Channels)
	close := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-6*math.Abs(want)) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	scored, sum, argmax := 0, 0.0, -1
	for i, s := range scores {
		if math.IsNaN(s) {
			continue
		}
		scored, sum = scored+1, sum+s
		if argmax < 0 || s > scores[argmax] {
			argmax = i
		}
	}
	if scored != want.Scored || argmax != want.Argmax {
		t.Errorf("%d steps are scored, the highest is %d, want %d and %d", scored, argmax, want.Scored,
			want.Argmax)
	}
	close("the mean score", sum/float64(scored), want.Mean)
	close("the highest score", scores[argmax], want.Max)
	if len(want.At) == 0 {
		t.Error("the file has no scores")
	}
	for step, s := range want.At {
		at, err := strconv.Atoi(step)
		if err != nil {
			t.Fatal(err)
		}
		close("the score of step "+step, scores[at], s)
	}
	holdsWorth(t, scores, labels, map[string]float64{"average_precision": want.AP, "auroc": want.AUROC})
}

func holdsWorth(t *testing.T, scores []float64, labels []uint8, measures map[string]float64) {
	t.Helper()
	e, err := metrics.NewEvaluation(scores, labels, metrics.ExcludeUnscored)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range measures {
		row, _ := metrics.Find(name)
		values, err := metrics.Measure(t.Context(), []metrics.Metric{row}, e, nil, func(int, int) {})
		if err != nil || !(math.Abs(float64(values[0])-want) <= 5e-4) {
			t.Errorf("%s is %v, error %v, want %v", name, values, err, want)
		}
	}
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
