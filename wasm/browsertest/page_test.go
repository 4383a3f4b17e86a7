package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// patience is how long a training run in the tab may take on a slow machine.
const patience = 6 * time.Minute

const (
	runButton = `.transport [data-do="run"]`
	canTrain  = `document.querySelector('.transport [data-do="run"]:not(:disabled)') && !document.querySelector(".recipe.locked") && document.querySelector(".device:not([hidden])")`
	isDone    = canTrain + ` && document.querySelector(".status").innerText.includes("done")`
)

// opened is a page whose engine has read the series of a spec.
func opened(t testing.TB, address string, sp spec.Spec) *tab {
	t.Helper()
	p := open(t, address+"#"+link.Link{Spec: sp}.Hash())
	p.wait("series", canTrain, time.Minute)
	return p
}

// small is an experiment of a few seconds.
func small() spec.Spec {
	s := spec.Default()
	s.Data.Train, s.Data.Test = steps.Range{To: 1000}, steps.Range{To: 1000}
	s.Teacher.Epochs, s.Train.Epochs, s.Seeds = 1, 1, []uint64{1}
	return s
}

// The whole path of a user, from the page to the report. What the page shows is what the engine computes
// without it, and what this machine's processor computes, as far as float32 sums in another order let it.
func TestTheDefaultExperimentTrainsToItsReport(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	p.press(runButton)
	p.wait("report", isDone, patience)
	p.shoot("report.png")

	checkCharts(t, p)
	report := p.engineRun(spec.Default(), 2)
	checkTable(t, p, report)
	checkCauses(t, p, report)
	checkNative(t, report)
}

// shownTable is the table as it stands on the page.
type shownTable struct {
	Columns []struct{ Title, Chance, Untrained string }
	Rows    []struct {
		Arm   string
		Cells []struct{ Value, Company string }
	}
}

const readTable = `(() => {
	const text = (e) => e?.textContent ?? "";
	return {
		Columns: [...document.querySelectorAll(".notes dt:not(.fam)")].map((e) => ({
			Title: text(e.querySelector("b")), Chance: text(e.nextSibling.querySelector("li i"))})),
		Rows: [...document.querySelector(".notes dd").querySelectorAll("[data-arm]")].map((r) => ({
			Arm: r.dataset.arm, Cells: [...document.querySelectorAll('.notes [data-arm="' + r.dataset.arm + '"]')].map((v) => ({
				Value: text(v.querySelector("b")), Company: text([...v.querySelectorAll("i")].at(-1)).trim()}))})),
	};
})()`

// checkTable compares every metric that the page shows with a run of the same spec in a worker of its own: on
// the same device both are the same bits, with whatever number of workers.
func checkTable(t *testing.T, p *tab, r spec.Report) {
	t.Helper()
	p.press(`[data-do="metrics"]`)
	// The built-in series knows the channels of its anomalies, so there are two hit rates as well.
	p.wait("all metrics", fmt.Sprintf(`document.querySelectorAll(".notes dt:not(.fam)").length === %d`,
		len(metrics.All)+2), 10*time.Second)
	var shown shownTable
	p.eval(readTable, &shown)
	p.press(`[data-do="metrics"]`)
	for _, m := range r.Summary().Metrics {
		column, title := -1, words.English().Say(words.Key(m.Metric.WordKey()))
		for i, c := range shown.Columns {
			if c.Title == title {
				column = i
			}
		}
		if column < 0 {
			t.Errorf("the page has no column %s", title)
			continue
		}
		points := func(v metrics.Value) string { return written(m.Metric.Unit, v) }
		if c := shown.Columns[column]; c.Chance != points(m.Chance) {
			t.Errorf("%s: the page shows chance %s, want %s", c.Title, c.Chance, points(m.Chance))
		}
		for i, arm := range m.Arms {
			row := shown.Rows[i]
			if len(arm.Values) < len(r.Arms[i].Runs) {
				continue // without a hit there is no delay: the page says in how many runs there is one
			}
			if got := row.Cells[column]; row.Arm != r.Arms[i].Arm.Name || got.Value != points(arm.Mean) ||
				arm.SD.Defined() && got.Company != "± "+points(arm.SD) { // one run has no spread
				t.Errorf("%s of %s: the page shows %s %s, the engine reports %s ± %s", title, row.Arm,
					got.Value, got.Company, points(arm.Mean), points(arm.SD))
			}
		}
	}
}

// written is a value as the page writes it.
func written(u metrics.Unit, v metrics.Value) string {
	if !v.Defined() {
		return "–"
	}
	return words.English().Fixed(u.Of(v), 1)
}

// checkCharts zooms in until each step has a place of its own, puts the cursor on one, and compares what the
// channel says there with the series itself. All other lines must have values there too, and every anomaly
// its mark.
func checkCharts(t *testing.T, p *tab) {
	t.Helper()
	sp := spec.Default()
	set, err := datasets.Builtin(sp.Data.Source, sp.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := experiment.PrepareData(sp.Data, set)
	if err != nil {
		t.Fatal(err)
	}
	series, about := prepared.Scaled, prepared.Summary
	const channel = 2
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: sp, Span: steps.Range{From: 1000, To: 1200},
		Channels: []int{channel}}.Hash()), nil)
	p.wait("part of the series", `document.querySelector(".lane-overview .rr").innerText.includes("200 steps")`, 10*time.Second)
	// A channel with both outputs, three cosines, three scores; the axis tells when they are no longer those
	// of the view before.
	p.wait("value at the cursor of every line", `(() => {
		const plot = document.querySelector(".lane-channel .plot"), at = plot.getBoundingClientRect();
		plot.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: at.left + at.width / 3, clientY: at.top + 9}));
		const values = [...document.querySelectorAll(".timed .value")].map((e) => e.innerText);
		return document.querySelector(".lane-axis .rr").innerText === "step" && !document.querySelector(".cursor-step").hidden && values.length === 9 && values.every((v) => v && v !== "–");
	})()`, 10*time.Second)
	var at string
	var values []string
	p.eval(`document.querySelector(".cursor-step").innerText`, &at)
	p.eval(`[...document.querySelectorAll(".timed .value")].map((e) => e.innerText)`, &values)
	step, err := strconv.Atoi(strings.Map(digits, at))
	if err != nil || step < 1000 || step >= 1200 {
		t.Fatalf("the cursor stands at %q", at)
	}
	if want := words.English().Fixed(float64(series.Values[step*series.Channels+channel]),
		2); values[0] != want {
		t.Errorf("step %d: the channel shows %s, the series has %s", step, values[0], want)
	}
	var marks string
	p.eval(`document.querySelector(".lane-overview .bracket-bar").getAttribute("d")`, &marks)
	if got, want := strings.Count(marks, "M"), len(about.Segments); got != want {
		t.Errorf("%d true anomalies are marked, the series has %d", got, want)
	}
}

// checkCauses goes to an alarm by its key, compares the channels that the page blames with the report, and
// has the one that is blamed first shown.
func checkCauses(t *testing.T, p *tab, r spec.Report) {
	t.Helper()
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.KeyEvent("}")) // low windows leave causes out
	p.wait("channels of the alarm", `document.querySelector(".causes li")`, 10*time.Second)
	var shown struct {
		Arm, Lead string
		Channels  []string
	}
	p.eval(`(() => {
		const line = document.querySelector(".causes");
		return {Arm: line.dataset.causes, Lead: line.querySelector("p").innerText, Channels: [...line.querySelectorAll("li")].map((e) => e.innerText.replace(/\s+/g, " "))};
	})()`, &shown)
	var want []string
	for _, a := range r.Arms {
		for i, alarm := range a.Runs[0].Alarms {
			if a.Arm.Name != shown.Arm || !strings.Contains(shown.Lead,
				"alarm "+words.English().Count(alarm.From)+"–") && !strings.Contains(shown.Lead+",",
				"at "+words.English().Count(alarm.From)+",") {
				continue
			}
			truth := slices.IndexFunc(r.Data.Segments,
				func(g spec.Segment) bool { return g.From < alarm.To && alarm.From < g.To })
			for _, c := range a.Runs[0].Causes[i] {
				text := r.Data.Channels[c.Channel] + " " + words.English().Fixed(100*c.Share, 0) + " %"
				if truth >= 0 && slices.Contains(r.Data.Segments[truth].Channels, c.Channel) {
					text += " ✓"
				}
				usual := a.Runs[0].Usual[c.Channel]
				want = append(want, text+" "+words.English().Say("cause-usual", words.English().Fixed(100*usual, 0)))
			}
		}
	}
	if len(want) == 0 || !slices.Equal(shown.Channels, want) {
		t.Fatalf("%s: the page blames %q, the report %q", shown.Lead, shown.Channels, want)
	}
	p.press(".causes li button")
	name, _, _ := strings.Cut(want[0], " ")
	p.wait("channel of the first cause", fmt.Sprintf(
		`[...document.querySelectorAll(".lane-channel .ll b")].some((e) => e.innerText === %q)`, name),
		10*time.Second)
}

func digits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// tolerance is how far metrics may lie apart between this machine's processor and the browser: float32 sums
// in another order, which training amplifies.
const tolerance = 0.005

func checkNative(t *testing.T, browser spec.Report) {
	t.Helper()
	sp := spec.Default()
	set, err := datasets.Builtin(sp.Data.Source, sp.Data.Seed)
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := experiment.Prepare(sp, set)
	if err != nil {
		t.Fatal(err)
	}
	native, err := experiment.Run(context.Background(), prepared, cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, b := native.Summary(), browser.Summary()
	largest := 0.0
	for i, m := range n.Metrics {
		for j, a := range m.Arms {
			got := b.Metrics[i].Arms[j]
			if !rankingMetric(m) {
				continue
			}
			d := math.Abs(float64(got.Mean - a.Mean))
			largest = max(largest, d)
			if !(d <= tolerance) {
				t.Errorf("%s of %s: %v in the browser, %v natively", m.Metric.Name, native.Arms[j].Arm.Name,
					got.Mean, a.Mean)
			}
		}
	}
	t.Logf("browser and native differ by at most %.1e", largest)
}

// rankingMetric leaves out metrics of alarms: one score that crosses the threshold can turn a whole segment.
func rankingMetric(m spec.MetricSummary) bool {
	return slices.Contains([]string{"auroc", "average_precision", "vus_roc", "vus_pr"}, m.Metric.Name)
}

// A batch is split into the same shards however many workers there are.
func TestTheReportIsTheSameBitForBitWithAnyNumberOfWorkers(t *testing.T) {
	p := opened(t, serve(t), small())
	p.pretendCores(4)
	want := timeless(t, p.engineRun(small(), 1))
	for _, workers := range []int{1, 2, 3, 4} {
		if got := timeless(t, p.engineRun(small(), workers)); got != want {
			t.Errorf("%d workers report\n%s\nwant\n%s", workers, got, want)
		}
	}
}

// timeless is a report without what a clock measured.
func timeless(t testing.TB, r spec.Report) string {
	t.Helper()
	out, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The run control by keys alone: Space trains, Esc stops.
func TestStopStopsAndKeepsWhatIsFinished(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	p.do(chromedp.KeyEvent(" "))
	const waits = `document.querySelector('[data-row="alone"] td').classList.contains("wait")`
	p.wait("a run", waits, 10*time.Second)
	p.wait("first score", "!"+waits, patience)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("stop", canTrain, 10*time.Second)
	before := p.text(".status") // or, once that is known, what would be trained now
	if !strings.HasPrefix(before, "Stopped") && !strings.Contains(before, "are kept") {
		t.Errorf("the status is %q", before)
	}
	value := p.text(`[data-row="alone"] .v b`)
	time.Sleep(500 * time.Millisecond)
	if after := p.text(".status"); after != before && !strings.Contains(after, "are kept") {
		t.Errorf("the status changes after Stop: %q, then %q", before, after)
	}
	if after := p.text(`[data-row="alone"] .v b`); after != value || after == "–" {
		t.Errorf("the finished run showed %s, and %s later", value, after)
	}
}

func TestARealSetTrains(t *testing.T) {
	address := serve(t, "-data", realData(t))
	p := open(t, address)
	p.wait("engine", canTrain, time.Minute)
	p.eval(`document.querySelector('[data-tab="benchmark"]').click()`, nil)
	p.wait("list of sets", `document.querySelector('[data-source] option[value="smd/machine-1-2"]')`,
		10*time.Second)
	p.eval(`(() => {
		const list = document.querySelector("[data-source]");
		list.value = "smd/machine-1-2";
		list.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, nil)
	p.wait("SMD", `document.querySelector(".recipe .sub.n").innerText.includes("38 channels") && `+canTrain,
		time.Minute)

	s := small()
	s.Data.Source, s.Data.Seed, s.Data.Train, s.Data.Test = "smd/machine-1-2", 0, steps.Range{To: 2000},
		steps.Range{}
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: s}.Hash()), nil)
	p.wait("settings of the link", `document.querySelector(".status").innerText === "4 runs" && `+canTrain,
		time.Minute)
	p.press(runButton)
	p.wait("report", isDone, patience)
	p.shoot("smd.png")
	var values []string
	p.eval(`[...document.querySelectorAll(".results [data-row] .v b")].map((e) => e.innerText)`, &values)
	if len(values) == 0 || slices.Contains(values, "–") {
		t.Errorf("the values are %q", values)
	}
	if got := p.text(".claim"); !strings.Contains(got, "one seed") {
		t.Errorf("with one seed the page claims %q", got)
	}
}

func TestTheNumberOfWorkersIsChosenAndRemembered(t *testing.T) {
	p := opened(t, serve(t), small())
	p.pretendCores(6)
	p.do(chromedp.Reload())
	p.wait("four workers, where six could be", `document.querySelector(".device")?.innerText.includes("×4")`,
		time.Minute)
	p.eval(`(() => {
		const list = document.querySelector("[data-workers]");
		list.value = "3";
		list.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, nil)
	p.wait("three workers", `document.querySelector(".device").innerText.includes("×3")`, 10*time.Second)
	p.do(chromedp.Reload())
	p.wait("three workers after a reload", `document.querySelector(".device")?.innerText.includes("×3") && `+
		canTrain, time.Minute)
	p.press(runButton)
	p.wait("report", isDone, patience)
}

// csv is a table of so many steps with two channels and a label column.
func csv(steps int, extra string) string {
	var b strings.Builder
	b.WriteString("load,heat,label\n")
	for i := range steps {
		label := 0
		if i > steps*3/4 && i%50 < 5 {
			label = 1
		}
		fmt.Fprintf(&b, "%.3f,%.3f,%d\n", math.Sin(float64(i)/9), math.Cos(float64(i)/7), label)
	}
	return b.String() + extra
}

// drop lets a file fall on the page, as the browser does when a person drags one there.
func (p *tab) drop(name, text string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(() => {
		const carried = new DataTransfer();
		carried.items.add(new File([%s], %q, {type: "text/csv"}));
		for (const kind of ["dragenter", "dragover", "drop"]) {
			document.querySelector("main").dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried}));
		}
	})()`, quote(text), name), nil)
}

// take lets a file fall on the page and uses it as it looks.
func (p *tab) take(name, text string) {
	p.t.Helper()
	p.drop(name, text)
	p.wait("sheet of "+name, sheetRead, 20*time.Second)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab with "+name, "!"+sheetOpen+" && "+canTrain, 20*time.Second)
}

func TestATileThatIsKnownIsNotLookedForAgain(t *testing.T) {
	p := opened(t, serve(t), small())
	p.eval(`localStorage.setItem("tile", "5x8 " + navigator.userAgent)`, nil)
	p.spy()
	var first string
	p.eval("addresses[0]", &first)
	if !strings.HasSuffix(first, "#5x8") {
		t.Errorf("the engine's address is %s, want one that names the tile", first)
	}
	p.eval(`localStorage.setItem("tile", "5x8 another browser")`, nil)
	p.do(chromedp.Reload())
	p.wait("series", canTrain, time.Minute)
	if p.eval("addresses[0]", &first); strings.Contains(first, "#") {
		t.Errorf("the engine's address is %s, with the tile of another browser", first)
	}
}

func TestWithoutSIMDTheLabComputesAllTheSame(t *testing.T) {
	p := opened(t, serve(t), small())
	p.begin("WebAssembly.validate = () => false;")
	p.spy()
	if got := p.text(".device"); !strings.Contains(got, "cpu") {
		t.Errorf("the device is %q, want cpu", got)
	}
	p.press(runButton)
	p.wait("report", isDone, time.Minute)
	var r spec.Report
	var text string
	if p.eval("reported", &text); json.Unmarshal([]byte(text), &r) != nil || !strings.HasPrefix(r.Device,
		"cpu") || len(r.Arms) == 0 || len(r.Arms[0].Runs) == 0 {
		t.Errorf("the report of %s has %d arms", r.Device, len(r.Arms))
	}
}

func TestADroppedFileIsReadAndABadOneSaysItsLine(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	p.take("pump.csv", csv(1000, ""))
	if got := p.text(".recipe .pick b"); got != "pump.csv" {
		t.Errorf("the recipe names %q", got)
	}
	if got := p.text(".recipe .sub.n"); !strings.Contains(got, "2 channels") ||
		!strings.Contains(got, "anomalous") {
		t.Errorf("the page says of the file: %q", got)
	}
	p.drop("broken.csv", csv(1000, "1,2\n"))
	p.wait("error", `document.querySelector(".sheet .bad-tag")`, 10*time.Second)
	if got := p.text(".sheet .claim"); !strings.Contains(got, "broken.csv") || !strings.Contains(got, "1002") {
		t.Errorf("the page says of the broken file: %q", got)
	}
	if got := p.text(".sheet .lines .wrong"); strings.Join(strings.Fields(got), " ") != "1 002 1,2" {
		t.Errorf("the page shows the bad line as %q", got)
	}
	p.shoot("broken.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("way back", "!"+sheetOpen+" && "+canTrain, 10*time.Second)
	if got := p.text(".recipe .pick b"); got != "pump.csv" {
		t.Errorf("back at %q", got)
	}
}

// The picture of the README. SCREENSHOT names the file it is written to.
func TestScreenshot(t *testing.T) {
	file := os.Getenv("SCREENSHOT")
	if file == "" {
		t.Skip("make screenshot takes it")
	}
	p := open(t, serve(t))
	p.do(chromedp.EmulateViewport(1440, 900))
	p.wait("engine", canTrain, time.Minute)
	p.do(chromedp.KeyEvent(" ")) // a pointer on the button would change its colour
	p.wait("report", isDone, patience)
	time.Sleep(time.Second) // the charts of the last run
	var shot []byte
	p.do(chromedp.CaptureScreenshot(&shot))
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, compressed(t, picture), 0o644); err != nil {
		t.Fatal(err)
	}
}

// compressed is a picture as PNG, a seventh smaller than the browser makes it: 86 shades of a colour instead
// of 256, white and black among them, which nobody sees.
func compressed(t *testing.T, picture image.Image) []byte {
	const step = 3
	coarse := image.NewRGBA(picture.Bounds())
	draw.Draw(coarse, coarse.Bounds(), picture, image.Point{}, draw.Src)
	for i, v := range coarse.Pix {
		coarse.Pix[i] = uint8((int(v) + step/2) / step * step)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, coarse); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A file that takes long to read is left at once for a built-in set; the page does not wait until it is read.
func TestALargeFileIsLeftForABuiltInSet(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	p.eval(`(() => {
		const part = "0.25,0.5,0.125,1.5\n".repeat(1 << 20), carried = new DataTransfer();
		carried.items.add(new File(new Array(12).fill(part), "large.csv", {type: "text/csv"}));
		document.querySelector("main").dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: carried}));
	})()`, nil)
	p.wait("the file", `document.querySelector(".sheet .live-tag")`, 10*time.Second)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("the lab", "!"+sheetOpen, 5*time.Second)
	p.eval(`document.querySelector('[data-tab="builtin"]').click()`, nil)
	p.wait("list of sets", `document.querySelector('[data-source] option[value="builtin/pool"]')`,
		10*time.Second)
	p.eval(`(() => {
		const list = document.querySelector("[data-source]");
		list.value = "builtin/pool";
		list.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, nil)
	p.wait("the built-in set", `document.querySelector(".recipe .sub.n").innerText.includes("16 channels") && `+canTrain, 5*time.Second)
}
