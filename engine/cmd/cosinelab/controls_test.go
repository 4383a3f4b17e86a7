package main

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"cosinelab/engine/metrics"
)

// value is what a control gets in a metric.
func (c controls) value(t *testing.T, score, metric string) float64 {
	t.Helper()
	i := slices.IndexFunc(c.Scores, func(s controlScore) bool { return s.Name == score })
	j := slices.IndexFunc(metrics.All, func(m metrics.Metric) bool { return m.Name == metric })
	if i < 0 || j < 0 {
		t.Fatalf("no %s of %s", metric, score)
	}
	return float64(c.Scores[i].Values[j])
}

func controlsAsJSON(t *testing.T, args ...string) (c controls) {
	t.Helper()
	got := do(t, append([]string{"data", "controls", "-json"}, args...)...).must(t)
	if err := json.Unmarshal([]byte(got.out), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestControlsStandInOneTable(t *testing.T) {
	text := do(t, "data", "controls", "builtin/server").must(t).out
	for _, want := range []string{"constant", "signal norm", "PATE", "Mean detection delay, steps", "β = 0.5",
		"reaches what the signal norm gets"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not say %q:\n%s", want, text)
		}
	}
	c := controlsAsJSON(t, "builtin/server")
	share := c.value(t, "constant", "average_precision")
	if got := c.value(t, "constant", "composite_f1"); math.Abs(got-2*share/(1+share)) > 1e-12 {
		t.Errorf("composite F1 of flagging everything is %v with a share of %v", got, share)
	}
	if got := c.value(t, "labels", "average_precision"); got != 1 {
		t.Errorf("average precision of the labels is %v", got)
	}
	if got := c.value(t, "norm", "auroc"); !(got > 0 && got < 1) || got == 0.5 {
		t.Errorf("AUROC of the signal norm is %v, want that of a score that varies", got)
	}
}

func TestControlsNeedLabels(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/plain.csv", []byte("a,b\n"+strings.Repeat("1,2\n3,5\n", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	got := do(t, "data", "controls", "file/plain.csv", "-data", dir)
	if got.code != exitFailed || !strings.Contains(got.err, "no labels") {
		t.Errorf("exit code %d, %q", got.code, got.err)
	}
}

// Values of an independent implementation on the real set.
func TestTheSignalNormOnMSL(t *testing.T) {
	const folder = "../../../../shared/data"
	if _, err := os.Stat(folder + "/msl/MSL_test.npy.gz"); err != nil {
		t.Skip("MSL is not in ../shared/data")
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := controlsAsJSON(t, "msl", "-data", folder)
	for metric, want := range map[string]float64{"average_precision": .140, "auroc": .533, "f1": .059,
		"precision_at_k": .115, "missed_segments": 17, "etapr_f1": .067, "range_pr_area": .126,
		"best_composite_f1": .443, "best_range_f1": .244} {
		if got := c.value(t, "norm", metric); math.Abs(got-want) > 0.0011 {
			t.Errorf("%s is %v, want %v", metric, got, want)
		}
	}
	if got := c.value(t, "norm", "false_alarm_runs"); math.Abs(got-61) > 0.6 {
		t.Errorf("%v false alarm runs for 10,000 normal steps, want 61", got)
	}
}

func TestEvalTakesTheParametersOfMetrics(t *testing.T) {
	flags, labels := write(t, "flags.csv", "0\n1\n1\n1\n0\n0\n0\n0\n"),
		write(t, "labels.csv", "0\n0\n1\n1\n1\n1\n0\n0\n")
	series := write(t, "series.csv", "a,b\n"+strings.Repeat("0,1\n1,1\n2,1\n3,1\n2,1\n1,1\n0,2\n1,1\n", 30))
	eval := func(args ...string) (e evaluation) {
		t.Helper()
		got := do(t, append([]string{"eval", "-scores", flags, "-labels", labels, "-threshold", "0.5",
			"-json"}, args...)...).must(t)
		if err := json.Unmarshal([]byte(got.out), &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	value := func(e evaluation, name string) float64 {
		t.Helper()
		for _, m := range e.Metrics {
			if m.Name == name {
				return float64(m.Value)
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	e := eval("-bias", "flat,front")
	for name, want := range map[string]float64{"range_precision": 2.0 / 3, "range_recall": 0.7,
		"range_f1": 28.0 / 41} {
		if got := value(e, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if e := eval("-window", "median-anomaly"); e.Parameters.Window.Points != 4 {
		t.Errorf("window %+v, want the length of the one segment", e.Parameters.Window)
	}
	if e := eval("-window", "period", "-period", series, "-channel", "a"); e.Parameters.Window.Points != 8 {
		t.Errorf("window %+v, want the period of the series", e.Parameters.Window)
	}
	if e := eval(); e.Covered != 1 {
		t.Errorf("buffers of 100 points cover %v of a series of 8, want all", e.Covered)
	}
	if text := do(t, "eval", "-scores", flags, "-labels", labels).must(t).out; !strings.Contains(text,
		"100 % of the normal points lie within a buffer of 100 points") {
		t.Errorf("nothing on the buffers:\n%s", text)
	}
	e = eval("-window", "0", "-beta", "2", "-delay", "0", "-pak", "60")
	if got := value(e, "vus_roc"); math.Abs(got-value(e, "auroc")) > 1e-12 {
		t.Errorf("VUS-ROC of no window is %v, want the AUROC", got)
	}
	// 2 hits, 1 false flag, 2 missed; the first flag is the segment's first point, half of it is flagged
	for name, want := range map[string]float64{"f_beta": 10.0 / 19, "pa_delay_f1": 8.0 / 9, "pak_f1": 4.0 / 7} {
		if got := value(e, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, args := range [][]string{{"-window", "-1"}, {"-window", "period"}, {"-bias", "odd"},
		{"-cardinality", "two"}, {"-alpha", "1.5"}, {"-beta", "NaN"}, {"-theta-p", "0"}, {"-pak", "101"},
		{"-delay", "-1"}} {
		got := do(t, append([]string{"eval", "-scores", flags, "-labels", labels}, args...)...)
		if got.code != exitUsage || !strings.Contains(got.err, args[0]) {
			t.Errorf("%v: exit code %d, %q", args, got.code, got.err)
		}
	}
}

func TestHelpOnMetricsNamesEveryMetricAndItsNamesElsewhere(t *testing.T) {
	text := do(t, "eval", "-h", "metrics").must(t).out
	for _, m := range metrics.All {
		if !strings.Contains(text, "("+m.Name+")") {
			t.Errorf("nothing on %s", m.Name)
		}
	}
	for _, want := range []string{"TSB-AD Event-based-F1", "W = 100", "With a warning", "revised point-adjusted"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	if plain := do(t, "eval", "-h").must(t).out; !strings.Contains(plain, "eval -h metrics") {
		t.Error("the help of eval does not name its topic")
	}
}
