package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
	"cosinelab/wasm/browsertest/chromium"
)

// early is a tab on the page before any program is there: programs wait until they are released, or never come.
type early struct {
	*tab
	release chan struct{}
}

// beforeTheProgram opens an address in a language. Every program is held, but the script that chooses the language.
func beforeTheProgram(t *testing.T, address, language string, refuse bool) early {
	t.Helper()
	ctx := chromium.Start(t, chromedp.WindowSize(1440, 900), chromium.Speaking(language))
	p := early{&tab{t: t, ctx: ctx, failing: refuse}, make(chan struct{})}
	chromedp.ListenTarget(ctx, p.hear)
	chromedp.ListenTarget(ctx, func(event any) {
		e, ok := event.(*fetch.EventRequestPaused)
		if !ok {
			return
		}
		go func() { // a listener must not wait for answers of the browser
			action := chromedp.Action(fetch.ContinueRequest(e.RequestID))
			if name := path.Base(e.Request.URL); !strings.HasPrefix(name, "chosen.") {
				if refuse {
					action = fetch.FailRequest(e.RequestID, network.ErrorReasonFailed)
				} else {
					<-p.release
				}
			}
			_ = chromedp.Run(ctx, action) // the test may be over
		}()
	})
	shifts := `globalThis.shifts = [];
new PerformanceObserver((list) => {
	for (const e of list.getEntries()) if (!e.hadRecentInput) {
		shifts.push({Value: e.value, Of: e.sources.map((s) => (s.node?.className ?? "") + " " + (s.node?.nodeName ?? "")).join(", ")});
	}
}).observe({type: "layout-shift", buffered: true});`
	p.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*.wasm"}, {URLPattern: "*.js"}}),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := cdppage.AddScriptToEvaluateOnNewDocument(shifts).Do(ctx)
			return err
		}),
		// What waits for a script is not loaded: the page is read once it stands there.
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, _, _, _, err := cdppage.Navigate(address).Do(ctx)
			return err
		}))
	p.wait("page", `document.querySelector(".results .foot")`, time.Minute)
	return p
}

// With every program refused the page still shows the recorded run, in both languages and both themes.
func TestThePageStandsWithoutAnyProgram(t *testing.T) {
	address := serve(t)
	for _, tag := range words.Tags() {
		p := beforeTheProgram(t, address, tag, true)
		w := words.In(tag)
		p.wait("language", fmt.Sprintf("document.documentElement.lang === %q", tag), 10*time.Second)
		p.says(".verdict .tag", tag, "tag-recorded")
		if claim := p.text(".claim"); !strings.Contains(claim, "AP") {
			t.Errorf("%s: the claim is %q", tag, claim)
		}
		if text := p.text(runButton + " span"); text != w.Say("train") {
			t.Errorf("%s: the button says %q", tag, text)
		}
		if label := p.attribute(`.transport`, "aria-label"); label != w.Say("run-control") {
			t.Errorf("%s: the run control is called %q", tag, label)
		}
		var seen struct {
			Lanes, Empty, Rows, Curves, Marks int
			Hidden                            []string
		}
		p.eval(`(() => {
			const shows = (e) => e.checkVisibility() && e.getBoundingClientRect().height > 4;
			const lanes = [...document.querySelectorAll(".lane:is(.lane-overview, .lane-channel, .lane-cosine, .lane-score) .plot")].filter(shows);
			return {
				Lanes: lanes.length,
				Empty: lanes.filter((l) => ![...l.querySelectorAll("path")].some((p) => p.getBoundingClientRect().width > 100)).length,
				Rows: [...document.querySelectorAll("[data-row] td .v b")].filter((e) => e.innerText.match(/\d/)).length,
				Curves: [...document.querySelectorAll(".curves path.line")].filter((e) => e.getBoundingClientRect().width > 20).length,
				Marks: document.querySelectorAll(".effect-plot .mark").length,
				Hidden: [...document.querySelectorAll("[data-in]")].filter((e) => e.dataset.in !== document.documentElement.lang && e.checkVisibility()).map((e) => e.textContent),
			};
		})()`, &seen)
		if seen.Lanes < 6 || seen.Empty > 0 || seen.Rows < 20 || seen.Curves < 4 || seen.Marks != 5 || len(seen.Hidden) > 0 {
			t.Errorf("%s: the page shows %+v", tag, seen)
		}
		if tag == "ko" {
			p.checkForeign("without a program")
		}
		p.shoot("still-" + tag + ".png")
		p.press(`[data-do="theme"]`)
		p.shoot("still-" + tag + "-dark.png")
		p.press(`[data-language]`)
		other := w.Next()
		p.says(".verdict .tag", other, "tag-recorded")
		if title := p.attribute(`[data-do="theme"]`, "title"); title != words.Of(other, "theme") {
			t.Errorf("%s: in %s the button of the theme is called %q", tag, other, title)
		}
	}
}

// attribute is that of an element.
func (p *tab) attribute(selector, name string) string {
	p.t.Helper()
	var s string
	p.eval(fmt.Sprintf("document.querySelector(%q)?.getAttribute(%q) ?? ''", selector, name), &s)
	return s
}

// box is where an element stands.
type box struct {
	Of         string
	X, Y, W, H float64
}

// boxes are those of everything that a person would see move.
const boxes = `JSON.stringify([".bar", ".transport > *", ".recipe", ".recipe > section", ".recipe .row", ".recipe .pick", ".arms li",
	".verdict", ".tag", ".claim", ".why", ".effect figcaption", ".stack-h", ".lane", ".plot", ".ll b", ".rr p", ".causes", ".causes h3",
	".dock", ".learn", ".plots figure", ".curves", ".results", ".mets th", ".table tbody tr", ".table td .v", ".strip", ".detail", ".foot"]
	.flatMap((s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).map((e, i) => {
		const b = e.getBoundingClientRect();
		return {Of: s + " " + i, X: b.x, Y: b.y, W: b.width, H: b.height};
	})))`

func (p *tab) boxes() (list []box) {
	p.t.Helper()
	var text string
	p.eval(boxes, &text)
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		p.t.Fatal(err)
	}
	return list
}

// The program takes the place over without a jump: everything stands where it stood, and shows the same run.
func TestTheProgramTakesThePageOverWithoutAJump(t *testing.T) {
	address := serve(t)
	for _, size := range [][2]int64{{1440, 900}, {1280, 720}, {390, 844}} {
		p := beforeTheProgram(t, address, "en", false)
		p.do(chromedp.EmulateViewport(size[0], size[1]))
		before, claim, row := p.boxes(), p.text(".claim"), p.text(`[data-row="cosine"]`)
		p.shoot(fmt.Sprintf("still-%d.png", size[0]))
		close(p.release)
		p.wait("engine", canTrain, time.Minute)
		p.wait("page", `performance.getEntriesByName("page ready").length`, time.Minute)
		time.Sleep(300 * time.Millisecond) // what moves late is seen, too
		after := p.boxes()
		p.shoot(fmt.Sprintf("live-%d.png", size[0]))
		at := map[string]box{}
		for _, b := range after {
			at[b.Of] = b
		}
		moved := 0
		for _, b := range before {
			now, there := at[b.Of]
			far := math.Max(math.Max(math.Abs(b.X-now.X), math.Abs(b.Y-now.Y)), math.Max(math.Abs(b.W-now.W), math.Abs(b.H-now.H)))
			if !there || far > 1.5 {
				if moved++; moved < 12 {
					t.Errorf("%dx%d: %+v is now %+v", size[0], size[1], b, now)
				}
			}
		}
		var shifts []struct {
			Value float64
			Of    string
		}
		p.eval("shifts", &shifts)
		sum := 0.0
		for _, s := range shifts {
			sum += s.Value
		}
		t.Logf("%dx%d: %d boxes, shift %.4f", size[0], size[1], len(before), sum)
		if sum >= 0.02 {
			t.Errorf("%dx%d: the layout shifts by %v: %+v", size[0], size[1], sum, shifts)
		}
		if now := p.text(".claim"); now != claim {
			t.Errorf("the claim was %q and is %q", claim, now)
		}
		if now := p.text(`[data-row="cosine"]`); now != row {
			t.Errorf("the row was %q and is %q", row, now)
		}
	}
}

// What is pressed before the program is there is kept, shown, and done when it arrives.
func TestAPressBeforeTheProgramIsKept(t *testing.T) {
	p := beforeTheProgram(t, serve(t), "en", false)
	p.press(`[data-row="alone"] th`)
	p.says(".status", "en", "boot-kept")
	p.press(runButton)
	p.says(".status", "en", "status-waits")
	close(p.release)
	p.wait("training", `document.querySelector(".recipe.locked")`, time.Minute)
	p.wait("pinned row", `document.querySelector('[data-row="alone"][aria-current="true"]')`, 10*time.Second)
	if text := p.text(".verdict .tag"); text != words.English().Say("tag-training") {
		t.Errorf("while it trains the tag says %q", text)
	}
}

// The recorded run is a real one: it can be looked into, and its threshold moves with the metrics.
func TestTheRecordedRunIsLookedIntoAndJudged(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	before := p.text(`[data-arm="cosine"] .rr`)
	p.do(chromedp.Focus(`[data-arm="cosine"] .handle`, chromedp.ByQuery))
	p.wait("a judged threshold", `(() => {
		document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", shiftKey: true, bubbles: true}));
		return document.querySelector('[data-arm="cosine"] .ll span').innerText.includes("by hand");
	})()`, 20*time.Second)
	p.wait("other alarms", fmt.Sprintf(`document.querySelector('[data-arm="cosine"] .rr').innerText !== %s`, quote(before)),
		20*time.Second)
	p.shoot("recorded-threshold.png")
	if text := p.text(".verdict .tag"); text != words.English().Say("tag-recorded") {
		t.Errorf("the tag says %q", text)
	}
}

// A link with other settings shows those, and not the recorded run as their result.
func TestALinkWithOtherSettingsHidesTheRecordedRun(t *testing.T) {
	sp := spec.Default()
	sp.Train.Epochs = 3
	p := beforeTheProgram(t, serve(t)+"#"+link.Link{Spec: sp}.Hash(), "en", false)
	p.says(".claim", "en", "boot-linked")
	var visible int
	p.eval(`[...document.querySelectorAll("[data-row], .lane, .effect, .recipe section")].filter((e) => e.checkVisibility({visibilityProperty: true})).length`, &visible)
	if visible > 0 {
		t.Errorf("%d parts of the recorded run show", visible)
	}
	close(p.release)
	p.wait("engine", canTrain, time.Minute)
	p.says(".verdict .tag", "en", "tag-idle")

	// So it is with an address that is changed while the page is open; that of the default shows the run again, and the
	// engine has its scores.
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: spec.Default()}.Hash()), nil)
	p.says(".verdict .tag", "en", "tag-recorded")
	p.wait("alarms of the run", `document.querySelector('[data-arm="cosine"] .alarm-right')`, 20*time.Second)
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: sp}.Hash()), nil)
	p.says(".verdict .tag", "en", "tag-idle")
	p.eval(`[...document.querySelectorAll("[data-row]")].filter((e) => /\d/.test(e.querySelector(".v b").innerText)).length`, &visible)
	if visible > 0 {
		t.Errorf("%d rows of the recorded run show beside other settings", visible)
	}
	p.eval("history.back()", nil)
	p.says(".verdict .tag", "en", "tag-recorded")
}
