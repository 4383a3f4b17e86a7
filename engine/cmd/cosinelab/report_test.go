package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// runByEpoch carries out the tiny experiment with arms that are scored after each of two epochs.
func runByEpoch(t *testing.T) (dir string) {
	t.Helper()
	text := read(t, filepath.FromSlash(tiny))
	sp, err := spec.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	sp.Evaluate, sp.Train.Epochs = spec.EvaluateEachEpoch, 2
	made, err := json.Marshal(sp)
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "out")
	do(t, "run", write(t, "epochs.json", string(made)), "-out", dir).must(t)
	return dir
}

func TestGainsByEpochAreThePairedDifferencesOfTheReport(t *testing.T) {
	dir := runByEpoch(t)
	got := do(t, "report", dir, "-epochs", "2,1", "-metrics", "auroc,average_precision", "-format", "json").must(t)
	var g struct {
		Over     string
		Epochs   []int
		Compared int
		Chance   float64 `json:"excluding_0_by_chance"`
		Shown    int
		Metrics  []struct {
			Metric string
			Values []struct{ Mean metrics.Value }
			Arms   []struct {
				Arm   string
				After []struct {
					Epoch int
					spec.Paired
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &g); err != nil {
		t.Fatal(err)
	}
	r := reportIn(t, dir)
	if g.Over != "alone" || len(g.Epochs) != 2 || len(g.Metrics) != 2 || g.Metrics[0].Metric != "auroc" {
		t.Fatalf("%s", got.out)
	}
	compared := 0
	for _, m := range g.Metrics {
		row, _ := metrics.Find(m.Metric)
		if want := r.ReachedBy("alone", 2, row).Mean; m.Values[0].Mean != want {
			t.Errorf("%s of the student alone is %v, want %v", m.Metric, m.Values[0].Mean, want)
		}
		for _, a := range m.Arms {
			for i, x := range a.After {
				want := r.ByEpoch(a.Arm, "alone", row)[1-i].Gain
				if x.Epoch != 2-i || x.Mean != want.Mean || x.Low != want.Low || x.N() != len(r.Spec.Seeds) {
					t.Errorf("%s after epoch %d: %+v, want %+v", a.Arm, x.Epoch, x.Paired, want)
				}
				if x.P.Defined() {
					compared++
				}
				if x.Holm < x.P {
					t.Errorf("%s: corrected to %v from %v", a.Arm, x.Holm, x.P)
				}
			}
		}
	}
	if compared == 0 || g.Compared != compared || math.Abs(g.Chance-0.05*float64(compared)) > 1e-9 {
		t.Errorf("%d compared, %v by chance, want %d", g.Compared, g.Chance, compared)
	}
}

func TestReportPrintsARunAgain(t *testing.T) {
	dir := runByEpoch(t)
	again := do(t, "report", dir).must(t)
	if !strings.Contains(again.out, "Web server") || !strings.Contains(again.out, "interval") {
		t.Errorf("%s", again.out)
	}
	text := do(t, "report", dir, "-epochs", "1,2").must(t).out
	for _, want := range []string{"after 1 epoch ", "after 2 epochs", "\nalone ", "where nothing differs", "Holm"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	other := do(t, "report", dir, "-epochs", "1,2", "-over", "untrained").must(t).out
	if !strings.Contains(other, "\nalone ") || !strings.Contains(other, "\nuntrained ") {
		t.Errorf("over the untrained student:\n%s", other)
	}
	marked := do(t, "report", dir, "-epochs", "1", "-format", "markdown", "-lang", "ko").must(t).out
	if !strings.Contains(marked, "| --") || !strings.Contains(marked, "에폭 1 뒤") {
		t.Errorf("no Markdown:\n%s", marked)
	}
	for args, says := range map[string]string{
		"-epochs 3":               "the last is 2",
		"-epochs 1 -over cosines": "no arm cosines, want ",
		"-epochs 1 -metrics f1":   "f1 is not measured by epoch",
		"-epochs 1,1":             "-epochs 1,1, want whole numbers",
		"-epochs 0":               "-epochs 0, want whole numbers",
		"-over alone":             "-over needs -epochs",
		"-format csv -epochs 1":   "-format csv, want text, markdown or json",
	} {
		got := do(t, append([]string{"report", dir}, strings.Fields(args)...)...)
		if got.code == exitOK || !strings.Contains(got.err, says) {
			t.Errorf("%s: %d, %q, want %q", args, got.code, got.err, says)
		}
	}
	atEnd, _ := runTiny(t)
	if got := do(t, "report", atEnd, "-epochs", "1"); got.code != exitFailed ||
		!strings.Contains(got.err, "each_epoch") {
		t.Errorf("%d, %q", got.code, got.err)
	}
}
