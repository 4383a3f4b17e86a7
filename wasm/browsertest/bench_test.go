package browsertest

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cosinelab/engine/bench/timing"
)

// measured waits until the page of measurements is done, and returns what it says as JSON.
func (p *tab) measured(most time.Duration) timing.Report {
	p.t.Helper()
	p.wait("end of the measurements", `document.querySelector(".status").innerText.startsWith("Done")`, most)
	return p.report()
}

func (p *tab) report() (r timing.Report) {
	p.t.Helper()
	var text string
	p.eval(`document.querySelector("main pre").textContent`, &text)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		p.t.Fatalf("%v: %s", err, text)
	}
	return r
}

// startMeasuring presses the button as soon as the engine is there.
func (p *tab) startMeasuring() {
	p.t.Helper()
	p.wait("engine", `document.querySelector('[data-do="run"]:not(:disabled)')`, time.Minute)
	p.press(`[data-do="run"]`)
}

func TestThePageOfMeasurementsFillsItsTable(t *testing.T) {
	url := serve(t)
	p := open(t, url)
	p.pretendCores(2)
	p.do(chromedp.Navigate(url + "bench#only=startup,64x64x64,T&runs=2"))
	p.startMeasuring()
	r := p.measured(time.Minute)
	p.shoot("bench.png")
	var got []string
	for _, l := range r.Lines {
		got = append(got, fmt.Sprintf("%s %s %d", l.Group, l.Name, l.Workers))
		if !(l.Median > 0) || l.Group == timing.GroupStep &&
			(l.Runs != 2 || !(l.Roofline > 0) || !(l.FLOP > 1e9)) {
			t.Errorf("%+v", l)
		}
	}
	want := []string{"startup page 0", "startup engine 0", "startup engine after page 0",
		"startup further worker 0", "product 64x64x64 1",
		"training step T 1", "training step T 2"}
	if !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if r.Device != "simd" || r.Cores != 2 || !strings.Contains(r.Machine, "Chrome") {
		t.Errorf("measured by %s on %d cores in %s", r.Device, r.Cores, r.Machine)
	}
	var rows int
	p.eval(`document.querySelectorAll(".timings tbody tr:not(.group):not(.live)").length`, &rows)
	if rows != len(want) {
		t.Errorf("%d rows for %d lines", rows, len(want))
	}
}

func TestMeasurementsStop(t *testing.T) {
	p := open(t, serve(t)+"bench#only=64x64x64,F&runs=30")
	p.startMeasuring()
	p.wait("long step", `document.querySelector(".timings .live")?.innerText.startsWith("F")`, time.Minute)
	p.press(`[data-do="stop"]`)
	p.wait("end", `document.querySelector(".status").innerText.startsWith("Stopped") && document.querySelector('[data-do="run"]:not(:disabled)')`, 10*time.Second)
	if r := p.report(); r.Lines[len(r.Lines)-1].Name != "64x64x64" {
		t.Errorf("the finished line is gone: %+v", r.Lines)
	}
	if live := p.text(".timings .live"); live != "" || p.text(".err") != "" {
		t.Errorf("after the stop the page shows %q, %q", live, p.text(".err"))
	}
	p.press(`[data-runs="5"]`)
	p.press(`[data-do="run"]`)
	p.wait("second start", `document.querySelector(".timings .live")?.innerText.startsWith("F")`, time.Minute)
}

func TestMeasurementsSayWhatTheyDoNotKnow(t *testing.T) {
	p := open(t, serve(t)+"bench.html#only=Z")
	p.startMeasuring()
	p.wait("words", `document.querySelector(".err").innerText.includes('"Z"')`, time.Minute)
}

var (
	only = flag.String(
		"only", "", "what to time, as the page of measurements takes it: startup,products,T; empty = "+
			"everything")
	runs  = flag.Int("runs", 30, "runs of each training step")
	brief = flag.Bool("markdown", false, "print the table of engine/bench/README.md instead")
)

// loads is how often the lab is loaded to see how long that takes.
const loads = 5

// BenchmarkPage opens the page of measurements, and prints its table, then the same as JSON.
func BenchmarkPage(b *testing.B) {
	for b.Loop() {
		url := serve(b)
		p := open(b, url+"bench#only="+*only+"&runs="+strconv.Itoa(*runs))
		p.startMeasuring()
		r := p.measured(20 * time.Minute)
		if *only == "" || strings.Contains(*only, "startup") {
			r.Lines = slices.Concat(startup(b, url), slices.DeleteFunc(r.Lines, func(l timing.Line) bool {
				return l.Group == timing.GroupStartup && l.Runs == 1
			}))
		}
		if *brief {
			fmt.Print(r.Markdown())
			continue
		}
		fmt.Printf("%s, %d cores, %s\n%s\n", r.Device, r.Cores, r.Machine, timing.Head)
		for _, l := range r.Lines {
			fmt.Println(l.Row())
		}
		text, err := json.Marshal(r)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Println(string(text))
	}
}

// startup times how the lab itself starts, for the first time and again.
func startup(tb testing.TB, url string) []timing.Line {
	var out []timing.Line
	p := open(tb, "about:blank")
	times := map[string][]float64{}
	for range loads {
		p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url))
		p.wait("engine", `performance.getEntriesByName("engine ready").length && performance.getEntriesByName("page ready").length`, time.Minute)
		var at struct{ Page, Engine float64 }
		p.eval(`({page: performance.getEntriesByName("page ready")[0].startTime, engine: performance.getEntriesByName("engine ready")[0].startTime})`, &at)
		times["page"] = append(times["page"], at.Page)
		times["engine"] = append(times["engine"], at.Engine)
		times["engine after page"] = append(times["engine after page"], max(0, at.Engine-at.Page))
	}
	for _, name := range []string{"page", "engine", "engine after page"} {
		tb.Logf("%s: %.0f ms", name, times[name])
		out = append(out, timing.Line{Group: timing.GroupStartup, Name: name, Times: timing.Of(times[name])})
	}
	return out
}
