package browsertest

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/engine/spec"
)

// judged is a page with the report of a small experiment.
func judged(t testing.TB, address string) *tab {
	t.Helper()
	p := opened(t, address, small())
	p.press(runButton)
	p.wait("report", isDone, 2*time.Minute)
	return p
}

const (
	handle = `.lane[data-arm="cosine"] .handle`
	lane   = `.lane[data-arm="cosine"]`
)

// cell is what the table has of a metric of an arm.
func cell(arm, metric string) string {
	return fmt.Sprintf(`(() => {
		const i = [...document.querySelectorAll(".mets th:has([data-says]) b")].findIndex((e) => e.firstChild.textContent === %q);
		return document.querySelectorAll('[data-row=%q] .v b')[i].textContent;
	})()`, metric, arm)
}

// followed is what follows a threshold on the page.
type followed struct {
	F1, Random, Mark, Value string
	Height                  float64
}

func (p *tab) followed() (f followed) {
	p.t.Helper()
	p.eval(`({
		F1: `+cell("cosine", "F1")+`,
		Random: document.querySelector('.lane[data-arm="random"] .at').innerText,
		Mark: [...document.querySelectorAll('.learn .curves svg .mark')].map((e) => e.getAttribute("d")).join(),
		Value: document.querySelector('`+handle+`').ariaValueNow,
		Height: document.querySelector('`+lane+`').getBoundingClientRect().height,
	})`, &f)
	return f
}

// middle is where a person would press an element.
func (p *tab) middle(selector string) (x, y float64) {
	p.t.Helper()
	var at [2]float64
	p.eval(`(() => { const r = document.querySelector('`+selector+`').getBoundingClientRect();
		return [r.left + r.width / 2, r.top + r.height / 2]; })()`, &at)
	return at[0], at[1]
}

func (p *tab) mouse(what input.MouseType, x, y float64) {
	p.t.Helper()
	p.do(chromedp.MouseEvent(what, x, y, chromedp.ButtonType(input.Left)))
}

// A person drags a threshold: the lane grows, results, random score and curves follow at once, and the address
// holds where it was let go. A double click and Backspace go back to the policy, keys move by scores that occur.
func TestResultsFollowADraggedThreshold(t *testing.T) {
	p := judged(t, serve(t))
	p.press(`[data-do="random"]`)
	p.press(`[data-do="curves"]`)
	p.wait("random score", `document.querySelector('.lane[data-arm="random"] .at')?.innerText.includes("PA F1")`, 10*time.Second)
	p.wait("curves", `document.querySelectorAll(".learn .curves svg .mark").length >= 4`, 10*time.Second)
	policy := p.followed()
	x, y := p.middle(handle)
	p.mouse(input.MousePressed, x, y)
	for i := range 12 {
		p.mouse(input.MouseMoved, x, y+float64(i))
		time.Sleep(30 * time.Millisecond)
	}
	p.wait("large lane", fmt.Sprintf(`document.querySelector('%s.held')?.getBoundingClientRect().height > %v`, lane,
		policy.Height+20), 5*time.Second)
	p.wait("results while it moves", fmt.Sprintf(`%s !== %q`, cell("cosine", "F1"), policy.F1), 5*time.Second)
	held := p.followed()
	if held.Random == policy.Random || held.Mark == policy.Mark || held.Mark == "" {
		t.Errorf("while it moves %+v, before %+v", held, policy)
	}
	p.shoot("held.png")
	p.mouse(input.MouseReleased, x, y+11)
	p.wait("small lane", `!document.querySelector(".held")`, 5*time.Second)
	p.wait("what is said of it", `document.querySelector(".eyebrow").innerText.includes("threshold by hand: + cosine")`, 5*time.Second)
	p.wait("address", `location.hash.includes("thresholds=(cosine:")`, 5*time.Second)
	let := p.followed()
	if let.Value == policy.Value || let.F1 == policy.F1 || let.Height != policy.Height {
		t.Errorf("let go: %+v, before %+v", let, policy)
	}
	var link string
	p.eval(`location.hash`, &link)

	x, y = p.middle(handle)
	p.do(chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	isBack := fmt.Sprintf(`%s === %q && document.querySelector('%s').ariaValueNow === %q && !location.hash.includes("thresholds")`,
		cell("cosine", "F1"), policy.F1, handle, policy.Value)
	p.wait("policy", isBack, 5*time.Second)

	p.do(chromedp.Focus(handle))
	value := func() float64 {
		v, err := strconv.ParseFloat(p.followed().Value, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	moves := func(key string, more ...chromedp.KeyOption) float64 {
		before := p.followed().Value
		p.do(chromedp.KeyEvent(key, more...))
		p.wait("threshold", fmt.Sprintf(`document.querySelector('%s').ariaValueNow !== %q`, handle, before), 5*time.Second)
		return value()
	}
	start := value()
	up := moves(kb.ArrowUp)
	far := moves(kb.ArrowUp, chromedp.KeyModifiers(input.ModifierShift))
	down := moves(kb.ArrowDown)
	if !(start < up && up < far && down < far && down > up) {
		t.Errorf("from %v up to %v, by ten to %v, down to %v", start, up, far, down)
	}
	lowest, highest := moves(kb.Home), moves(kb.End)
	if !(lowest < start && highest > far) {
		t.Errorf("ends at %v and %v", lowest, highest)
	}
	p.wait("no alarm", `document.querySelector('`+lane+` .rr b').textContent === "0"`, 5*time.Second)
	p.do(chromedp.KeyEvent(kb.Backspace))
	p.wait("policy", isBack, 5*time.Second)

	// The policy is changed after the run: nothing is trained, and the page says how it was judged.
	p.press(`[data-do="more"]`)
	p.wait("all settings", `document.querySelector('[data-field="detect.threshold.percent"]')`, 5*time.Second)
	p.choose(`[data-field="detect.threshold.percent"]`, "80")
	p.wait("judgement", `document.querySelector(".eyebrow").innerText.includes("judged anew")`, 10*time.Second)
	p.wait("other results", fmt.Sprintf(`%s !== %q && %s`, cell("cosine", "F1"), policy.F1, isDone), 5*time.Second)
	want := small()
	want.Detect.Threshold.Percent = 80
	report := p.engineRun(want, 1)
	for _, m := range report.Summary().Metrics {
		if i := 4; m.Metric.Name == "f1" { // the place of the arm in the default experiment
			var got string
			p.eval(cell("cosine", "F1"), &got)
			if spec.Default().Arms[i].Name != "cosine" || got != written(m.Metric.Unit, m.Arms[i].Mean) {
				t.Errorf("F1 %s, a run with the policy has %v", got, m.Arms[i].Mean)
			}
		}
	}
	p.shoot("judged.png")

	// The link of before leads there again.
	q := open(t, serve(t)+link)
	q.wait("series", canTrain, time.Minute)
	q.press(runButton)
	q.wait("report", isDone, 2*time.Minute)
	q.wait("threshold of the link", fmt.Sprintf(`document.querySelector('%s').ariaValueNow === %q && %s === %q`, handle,
		let.Value, cell("cosine", "F1"), let.F1), 10*time.Second)
}

// All metrics are a list by family, each with what it is and what chance gets, opened by a key and by a button, which
// keeps the focus.
func TestAllMetricsAreAList(t *testing.T) {
	p := judged(t, serve(t))
	p.do(chromedp.KeyEvent("m"))
	p.wait("list", `document.querySelectorAll(".notes .fam").length === 3`, 5*time.Second)
	var wrong []string
	p.eval(`[...document.querySelectorAll(".notes dd")].filter((e) => e.querySelector("p").textContent.length < 20 ||
		e.querySelectorAll("[data-arm]").length !== 8 || !/\d|–/.test(e.querySelector("li i").textContent) ||
		e.scrollWidth > e.clientWidth).map((e) => e.innerText)`, &wrong)
	if len(wrong) > 0 {
		t.Errorf("without definition, arms, chance or room: %q", wrong)
	}
	p.shoot("metrics.png")
	p.do(chromedp.EmulateViewport(390, 844))
	p.shoot("metrics-phone.png")
	p.do(chromedp.EmulateViewport(1440, 900))
	p.do(chromedp.KeyEvent("m"))
	p.wait("table", `!document.querySelector(".notes") && document.querySelector(".results .table")`, 5*time.Second)
	p.do(chromedp.Focus(`[data-do="metrics"]`), chromedp.KeyEvent(kb.Enter))
	p.wait("list, and the focus where it was",
		`document.querySelector(".notes") && document.activeElement.dataset.do === "metrics"`, 5*time.Second)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("table, and the focus where it was",
		`!document.querySelector(".notes") && document.activeElement.dataset.do === "metrics"`, 5*time.Second)
}

// The switch of intervals over the data shows them beside those over seeds, and takes them away again.
func TestIntervalsOverTheDataComeAndGo(t *testing.T) {
	sp := small()
	sp.Seeds = []uint64{1, 2}
	p := opened(t, serve(t), sp)
	p.press(runButton)
	p.wait("report", isDone, 2*time.Minute)
	const (
		inDetail = `document.querySelector(".detail").innerText.includes("over the data")`
		inWhy    = `document.querySelector(".why").innerText.includes("other data like these")`
		said     = inDetail + " && " + inWhy
	)
	p.press(`[data-do="overdata"]`)
	p.wait("intervals", said, time.Minute)
	p.press(`[data-do="overdata"]`)
	p.wait("none", "!"+inDetail+" && !"+inWhy, 5*time.Second)
	p.press(`[data-do="overdata"]`)
	p.wait("intervals again, without a wait", said, 2*time.Second)
}

// BenchmarkDrag says how many frames a second follow a threshold of the default experiment's report while it is
// dragged for four seconds, and how late the results are.
func BenchmarkDrag(b *testing.B) {
	for b.Loop() {
		p := opened(b, serve(b), spec.Default())
		p.press(runButton)
		p.wait("report", isDone, patience)
		p.eval(`window.moved = []; window.results = [];
			new MutationObserver(() => moved.push(performance.now())).observe(document.querySelector('`+handle+`'),
				{attributes: true, attributeFilter: ["style"]});
			new MutationObserver(() => results.push(performance.now())).observe(document.querySelector('[data-row="cosine"]'),
				{subtree: true, characterData: true, childList: true, attributes: true})`, nil)
		x, y := p.middle(handle)
		p.mouse(input.MousePressed, x, y)
		p.do(performance.Enable().WithTimeDomain(performance.EnableTimeDomainThreadTicks))
		before, begin := p.spent(), time.Now()
		for i := 0; time.Since(begin) < 4*time.Second; i++ {
			p.mouse(input.MouseMoved, x, y+float64(i%24)-12)
			time.Sleep(8 * time.Millisecond)
		}
		spent := p.spent().since(before)
		p.mouse(input.MouseReleased, x, y)
		p.wait("end", `!document.querySelector(".held")`, 5*time.Second)
		var n struct{ Moved, Results int }
		p.eval(`(() => { const frames = (a) => new Set(a.map((t) => Math.round(t / 4))).size;
			return {Moved: frames(moved), Results: frames(results)}; })()`, &n)
		fmt.Printf("a threshold dragged for 4 s: its handle is drawn %.0f times a second, the results %.0f; "+
			"a frame takes %.1f ms of the processor on the page's thread\n", float64(n.Moved)/4, float64(n.Results)/4,
			1000*spent.Task/float64(max(1, n.Moved)))
	}
}
