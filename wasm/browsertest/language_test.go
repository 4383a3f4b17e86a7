package browsertest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"

	"cosinelab/assets/words"
	"cosinelab/wasm/browsertest/chromium"
)

// says waits until an element says a text of a language; marks of strong text do not show.
func (p *tab) says(selector, tag string, key words.Key, args ...any) {
	p.t.Helper()
	want := strings.ReplaceAll(words.In(tag).Say(key, args...), "*", "")
	p.wait(fmt.Sprintf("%s that says %q", selector, want), fmt.Sprintf(`document.querySelector(%q)?.innerText === %q`, selector, want), 10*time.Second)
}

// foreign lists what a page in Korean says without a word of it: texts, names and hints that have a Latin word which is
// neither a name nor a unit. What comes from the data, as names of channels do, may be in any language.
const foreign = `(() => {
	const names = /Cosine Lab|English|Language|Space|CSV|JSON|Transformer|Anomaly|OmniAnomaly|LSTM|GTA|THOC|MSE|AUROC|HitRate|VUS|ROC|AUC|Affil|Best|simd|cpu|cos|log|GFLOP|Mozilla.*/g;
	const data = "code, pre, option, .pick, .eyebrow .n, .lane-channel, .causes, .mets";
	const said = [];
	const note = (e, text) => {
		if (!e.closest(data) && !/[가-힣]/.test(text) && /[a-z]{3,}/i.test(text.replace(names, ""))) said.push(e.tagName + "." + e.className + ": " + text.trim());
	};
	for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) note(walk.currentNode.parentElement, walk.currentNode.data);
	for (const e of document.querySelectorAll("body *")) {
		for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) note(e, e.getAttribute(name) ?? "");
	}
	return [...new Set(said)];
})()`

// checkForeign fails on every text of a page in Korean that is in another language.
func (p *tab) checkForeign(when string) {
	p.t.Helper()
	var said []string
	p.eval(foreign, &said)
	for _, s := range said {
		p.t.Errorf("%s the page says in another language: %s", when, s)
	}
}

// The page begins in the browser's language. A switch under way changes every word and nothing else, and is remembered.
func TestTheLanguageSwitchesInPlace(t *testing.T) {
	const button = `.tools [data-language]`
	url := serve(t)
	p := open(t, url, chromium.Speaking("ko-KR,en-US"))
	p.wait("engine", canTrain, time.Minute)
	p.says(".claim", "ko", "idle-claim")
	p.wait("language of the document", `document.documentElement.lang === "ko"`, time.Second)
	p.checkForeign("before a run")

	// Before the run: a typed value, the cursor, a tab. All of them stay.
	p.eval(`(() => {
		const set = (e, value) => { e.value = value; e.dispatchEvent(new Event("change", {bubbles: true})); };
		set([...document.querySelectorAll(".recipe .val")].find((e) => e.dataset.kept === "3"), "2");
		set([...document.querySelectorAll(".recipe .val")].find((e) => e.dataset.kept === "10"), "4");
		document.querySelector('[data-do="metrics"]').click();
		const plot = document.querySelector(".lane-channel .plot"), at = plot.getBoundingClientRect();
		plot.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: at.left + at.width / 3, clientY: at.top + 9}));
	})()`, nil)
	const kept = `[document.querySelector(".cursor-step").innerText, document.querySelectorAll(".results .all").length, location.hash,
		...[...document.querySelectorAll(".recipe input")].map((e) => e.value + e.checked)].join()`
	p.says(".status", "ko", "status-runs", 8)
	p.wait("cursor", `document.querySelector(".cursor-step").innerText`, 10*time.Second)
	var before, after string
	p.eval(kept, &before)

	p.press(runButton)
	p.wait("first score", `document.querySelectorAll(".results .strip .mark").length`, patience)
	p.checkForeign("in a run")
	p.press(button)
	p.wait("run in English", `document.documentElement.lang === "en" && document.querySelector(".claim").innerText.startsWith("No verdict yet")`, 10*time.Second)
	var hangul []string
	p.eval(`document.body.innerText.replace("한국어", "").match(/[가-힣]+/g) ?? []`, &hangul)
	if len(hangul) > 0 {
		t.Errorf("after the switch the page still says %q", hangul)
	}
	if p.eval(kept, &after); after != before {
		t.Errorf("the switch changed %s to %s", before, after)
	}
	p.wait("report", isDone, patience)
	p.press(button)
	p.says(".status", "ko", "status-done", 8, 8)
	p.checkForeign("after a run")
	p.shoot("korean.png")

	p.press(button)
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url))
	p.wait("English after a reload", `document.documentElement.lang === "en" && `+canTrain, time.Minute)
	p.says(".claim", "en", "idle-claim")
	p.do(chromedp.Navigate(url + "bench"))
	p.wait("page of measurements in English", `document.title === `+quote(words.English().Say("bench-title")), 10*time.Second)
	p.wait("engine", `document.querySelector('[data-do="run"]:not(:disabled)')`, time.Minute)
	p.press(button)
	p.says(".claim", "ko", "bench-claim")
	p.checkForeign("measuring")
}

// What stands on the page before the program, and when it cannot start, is in the language of the browser alone.
func TestTheFirstWordsAreInTheBrowsersLanguage(t *testing.T) {
	url := serve(t)
	for _, c := range []struct{ prefers, tag string }{{"ko-KR,en-US", "ko"}, {"fr-FR,en-GB", "en"}, {"fr-FR", "en"}} {
		p := open(t, "about:blank", chromium.Speaking(c.prefers))
		chromedp.ListenTarget(p.ctx, func(event any) {
			if e, ok := event.(*fetch.EventRequestPaused); ok {
				go chromedp.Run(p.ctx, fetch.FulfillRequest(e.RequestID, 200).WithBody(base64.StdEncoding.EncodeToString([]byte("no program"))).
					WithResponseHeaders([]*fetch.HeaderEntry{{Name: "Content-Type", Value: "application/wasm"}}))
			}
		})
		p.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/lab.*.wasm"}}), chromedp.Navigate(url))
		p.says("#boot :lang("+c.tag+") .claim", c.tag, "boot-failed")
		if got := p.text("#boot"); strings.Count(strings.TrimSpace(got), "\n") > 2 {
			t.Errorf("%s: the page says more than a claim and why: %q", c.prefers, got)
		}
	}
}
