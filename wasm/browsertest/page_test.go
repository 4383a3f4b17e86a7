package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/experiment/runner"
)

// patience is how long a training in the tab may take on a slow machine.
const patience = 6 * time.Minute

const (
	runButton  = ".transport .btn.primary"
	stopButton = `.transport [data-do="stop"]`
	trained    = `document.querySelector(".status").innerText.includes("done") && !document.querySelector(".recipe.locked")`
)

// The metrics of the page are those of the engine: the whole path of a user, from the page to the report.
func TestTheDefaultExperimentTrainsToItsReport(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", `!document.querySelector(".transport .btn.primary")?.disabled`, time.Minute)
	p.press(runButton)
	p.wait("report", trained, patience)
	p.shoot("report.png")

	var report experiment.Report
	if err := json.Unmarshal(p.engineRun(experiment.Default()), &report); err != nil {
		t.Fatal(err)
	}
	checkTable(t, p, report)
	checkCharts(t, p, report)
	checkNative(t, report)
}

// checkTable compares what the page shows with a run of the same spec in a worker of its own: the same bits.
func checkTable(t *testing.T, p *tab, r experiment.Report) {
	t.Helper()
	for _, m := range r.Summary().Metrics {
		if m.Metric.Name != experiment.Headline {
			continue
		}
		for i, a := range m.Arms {
			want := fmt.Sprintf("%.1f", 100*float64(a.Mean))
			var got string
			p.eval(fmt.Sprintf(`document.querySelectorAll(".results tbody tr")[%d].querySelector("td .v b").innerText`, i), &got)
			if got != want {
				t.Errorf("arm %s: the page shows average precision %s, the engine reports %s", r.Arms[i].Arm.Name, got, want)
			}
		}
	}
}

// checkCharts looks for a drawn line in every lane: input, cosine, one score an arm.
func checkCharts(t *testing.T, p *tab, r experiment.Report) {
	t.Helper()
	var lanes []int
	p.eval(`[...document.querySelectorAll(".lane")].map((l) => Math.max(0, ...[...l.querySelectorAll("path")].map((x) => (x.getAttribute("d") || "").length)))`, &lanes)
	drawn := 0
	for _, n := range lanes {
		if n > 500 {
			drawn++
		}
	}
	if want := 1 + 1 + 1 + 3; drawn < want { // overview, a channel, cosine, three scores
		t.Errorf("%d of %d lanes hold a line with data (path lengths %v), want at least %d", drawn, len(lanes), lanes, want)
	}
	var bands int
	p.eval(`document.querySelectorAll("#signal .truth, #signal [class*=truth]").length`, &bands)
	if bands < len(r.Data.Segments)/2 {
		t.Errorf("%d marks of true anomalies for %d segments", bands, len(r.Data.Segments))
	}
}

// tolerance is how far metrics may lie apart between this machine's processor and the browser: both train with
// float32 sums in another order, and training amplifies the last bits.
const tolerance = 0.02

func checkNative(t *testing.T, browser experiment.Report) {
	t.Helper()
	spec := experiment.Default()
	set, err := datasets.Builtin(spec.Data.Source, spec.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	native, err := runner.Run(context.Background(), spec, set, cpu.New(), runner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, b := native.Summary(), browser.Summary()
	for i, m := range n.Metrics {
		for j, a := range m.Arms {
			got := b.Metrics[i].Arms[j]
			if d := math.Abs(float64(got.Mean - a.Mean)); rankingMetric(m) && !(d <= tolerance) {
				t.Errorf("%s of %s: %v in the browser, %v natively", m.Metric.Name, native.Arms[j].Arm.Name, got.Mean, a.Mean)
			}
		}
	}
}

// rankingMetric leaves out metrics of alarms: one score that crosses the threshold can turn a whole segment.
func rankingMetric(m experiment.MetricSummary) bool {
	return m.Metric.Name == "auroc" || m.Metric.Name == "average_precision"
}

// small is an experiment of a few seconds.
func small() experiment.Spec {
	s := experiment.Default()
	s.Data.Train, s.Data.Test = experiment.Range{To: 1000}, experiment.Range{To: 1000}
	s.Teacher.Epochs, s.Train.Epochs, s.Seeds = 1, 1, []uint64{1}
	return s
}

func TestTheSameSpecGivesTheSameReportTwice(t *testing.T) {
	p := open(t, serve(t))
	first, second := timeless(t, p.engineRun(small())), timeless(t, p.engineRun(small()))
	if first != second {
		t.Errorf("two runs of one spec differ:\n%s\n%s", first, second)
	}
}

// timeless is a report without what a clock measured.
func timeless(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var r experiment.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestStopStops(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", `!document.querySelector(".transport .btn.primary")?.disabled`, time.Minute)
	p.press(runButton)
	p.wait("first step", `document.querySelector(".status").innerText.includes("Epoch")`, patience)
	p.press(stopButton)
	p.wait("stop", `!document.querySelector(".recipe.locked")`, 10*time.Second)
	before := p.text(".status")
	time.Sleep(500 * time.Millisecond)
	if after := p.text(".status"); after != before {
		t.Errorf("the status changes after Stop: %q, then %q", before, after)
	}
}

func TestARealSetTrains(t *testing.T) {
	data, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "smd")); err != nil {
		t.Skip("the real data sets are not there")
	}
	p := open(t, serve(t, "-data", data))
	s := small()
	s.Data.Source, s.Data.Seed = "smd/machine-1-2", 0
	s.Data.Test = experiment.Range{To: 8000}
	var report experiment.Report
	if err := json.Unmarshal(p.engineRun(s), &report); err != nil {
		t.Fatal(err)
	}
	if n := len(report.Data.Channels); n != 38 {
		t.Errorf("SMD machine-1-2 has %d channels, want 38", n)
	}
	for _, a := range report.Arms {
		if len(a.Runs) != 1 || a.Runs[0].Failed != "" || len(a.Runs[0].Metrics) == 0 {
			t.Errorf("arm %s has no result: %+v", a.Arm.Name, a.Runs)
		}
	}
	p.wait("catalogue", `document.querySelector(".recipe").innerText.includes("Benchmark")`, time.Minute)
	p.eval(`[...document.querySelectorAll(".recipe .seg label")].find((l) => l.innerText.includes("Benchmark")).querySelector("input").click()`, nil)
	p.wait("series of the benchmark", `document.querySelector(".recipe").innerText.includes("38 channels")`, time.Minute)
	if text := p.text(".recipe"); !strings.Contains(text, "SMD") {
		t.Errorf("the recipe does not name the set: %q", text)
	}
}
