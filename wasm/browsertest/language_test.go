package browsertest

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"cosinelab/assets/words"
	"cosinelab/wasm/browsertest/chromium"
)

// termMark is how a text marks a term.
var termMark = regexp.MustCompile(`\[([^|\]]*)\|[^\]]*\]`)

// says waits until an element says a text of a language; marks of strong text and of terms do not show.
func (p *tab) says(selector, tag string, key words.Key, args ...any) {
	p.t.Helper()
	want := termMark.ReplaceAllString(strings.ReplaceAll(words.In(tag).Say(key, args...), "*", ""), "$1")
	p.wait(fmt.Sprintf("%s that says %q", selector, want),
		fmt.Sprintf("document.querySelector(%q)?.innerText === %s", selector, quote(want)), 10*time.Second)
}

// speaks waits until the document is in a language, with a claim in it.
func (p *tab) speaks(tag string, claim words.Key, args ...any) {
	p.t.Helper()
	p.wait(tag, `document.documentElement.lang === `+quote(tag), 10*time.Second)
	p.says(".claim", tag, claim, args...)
}

// foreign lists what a page in Korean says without a word of it: texts, names and hints that have a Latin
// word which is neither a name nor a unit. What comes from the data, as names of channels do, may be in any
// language; the settings of a metric are spelt as on the command line.
const foreign = `(() => {
	const names = new RegExp("Cosine Lab|English|Language|Space|CSV|JSON|Transformer|Anomaly|OmniAnomaly|LSTM|GTA|THOC|" +
		"MSE|PCA|AUROC|HitRate|VUS|ROC|AUC|Affil|Best|eTaPR|PATE|simd|cpu|cos|log|GFLOP|Mozilla.*", "g");
	const data = "code, pre, option, .pick, .eyebrow .n, .lane-channel, .causes, .mets, .notes .n";
	const said = new Set();
	const note = (e, text) => {
		if (e.closest(data) || e.closest("[data-in]:not([data-in=ko])") || /[가-힣]/.test(text) || !/[a-z]{3,}/i.test(text.replace(names, ""))) return;
		said.add(e.tagName + "." + e.className + ": " + text.trim());
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) note(texts.currentNode.parentElement, texts.currentNode.data);
	for (const e of document.querySelectorAll("body *")) {
		for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) {
			note(e, e.getAttribute(name) ?? "");
		}
	}
	return [...said];
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

// fillIn types two settings, shows all metrics and points at a step.
const fillIn = `(() => {
	for (const [field, value] of [["seeds", "2"], ["train.epochs", "4"]]) {
		const e = document.querySelector('.recipe .val[data-field="' + field + '"]');
		e.value = value;
		e.dispatchEvent(new Event("change", {bubbles: true}));
	}
	document.querySelector('[data-do="metrics"]').click();
	const plot = document.querySelector(".lane-channel .plot"), at = plot.getBoundingClientRect();
	const where = {bubbles: true, clientX: at.left + at.width / 3, clientY: at.top + 9};
	plot.dispatchEvent(new PointerEvent("pointermove", where));
})()`

// filledIn is what fillIn leads to, in no language.
const filledIn = `[document.querySelector(".cursor-step").innerText, document.querySelectorAll(".results .all").length,
	location.hash, ...[...document.querySelectorAll(".recipe input")].map((e) => e.value + e.checked)].join()`

// The page begins in the browser's language. A switch under way changes every word and nothing else, and is
// remembered.
func TestTheLanguageSwitchesInPlace(t *testing.T) {
	const button = ".tools [data-language]"
	url := serve(t)
	p := open(t, url, chromium.Speaking("ko-KR,en-US"))
	p.wait("engine", canTrain, time.Minute)
	p.wait("Korean", `document.documentElement.lang === "ko"`, 10*time.Second)
	p.says(".verdict .tag", "ko", "tag-recorded")
	p.checkForeign("before a run")

	p.eval(fillIn, nil)
	p.says(".status", "ko", "status-runs", 8)
	p.wait("cursor", `document.querySelector(".cursor-step").innerText`, 10*time.Second)
	var before, after string
	p.eval(filledIn, &before)

	p.press(runButton)
	p.wait("first run", `document.querySelector(".recipe.locked") && /[1-9]/.test(document.querySelector(".claim").innerText)`, patience)
	p.checkForeign("in a run")
	p.press(button)
	p.wait("run in English", `document.querySelector(".claim").innerText.startsWith("No verdict yet")`,
		10*time.Second)
	var korean []string
	p.eval(`document.body.innerText.replace("한국어", "").match(/[가-힣]+/g) ?? []`, &korean)
	if len(korean) > 0 {
		t.Errorf("after the switch the page still says %q", korean)
	}
	if p.eval(filledIn, &after); after != before {
		t.Errorf("the switch changed %s to %s", before, after)
	}
	p.wait("report", isDone, patience)
	p.press(button)
	p.says(".status", "ko", "status-done", 8, 8)
	p.checkForeign("after a run")
	p.shoot("korean.png")

	p.press(button)
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url))
	p.wait("engine", canTrain, time.Minute)
	p.wait("English", `document.documentElement.lang === "en"`, 10*time.Second)
	p.says(".verdict .tag", "en", "tag-recorded")
	p.do(chromedp.Navigate(url + "bench"))
	p.wait("engine", `document.querySelector('[data-do="run"]:not(:disabled)')`, time.Minute)
	p.speaks("en", "bench-claim")
	p.press(button)
	p.speaks("ko", "bench-claim")
	p.wait("title", "document.title === "+quote(words.In("ko").Say("bench-title")), time.Second)
	p.checkForeign("before measuring")
}

// What stands on the page before the program, and when it cannot start, is in the language of the browser
// alone.
func TestTheFirstWordsAreInTheBrowsersLanguage(t *testing.T) {
	url := serve(t)
	for prefers, tag := range map[string]string{"ko-KR,en-US": "ko", "fr-FR,en-GB": "en", "fr-FR": "en"} {
		p := open(t, "about:blank", chromium.Speaking(prefers))
		p.breakProgram()
		p.do(chromedp.Navigate(url))
		p.says(".claim", tag, "boot-failed")
		p.says(".verdict .tag", tag, "tag-recorded")
		if tag == "ko" {
			p.checkForeign("without a program")
		}
	}
}

// breakProgram gives the page something else than its program.
func (p *tab) breakProgram() {
	p.t.Helper()
	body := base64.StdEncoding.EncodeToString([]byte("no program"))
	kind := []*fetch.HeaderEntry{{Name: "Content-Type", Value: "application/wasm"}}
	chromedp.ListenTarget(p.ctx, func(event any) {
		// a listener must not wait for answers of the browser
		if e, ok := event.(*fetch.EventRequestPaused); ok {
			go chromedp.Run(p.ctx, fetch.FulfillRequest(e.RequestID,
				200).WithBody(body).WithResponseHeaders(kind))
		}
	})
	p.do(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/lab.*.wasm"},
		{URLPattern: "*/bench.*.wasm"}}))
}

// A language whose words cannot be loaded is said to be missing, and the page stays in the one it has, before its
// program is there and after; once they can be loaded they are.
func TestAPageStaysInItsLanguageWhenAnotherDoesNotCome(t *testing.T) {
	failing := func(ctx context.Context) {
		chromedp.ListenTarget(ctx, func(event any) {
			e, ok := event.(*fetch.EventRequestPaused)
			if !ok {
				return
			}
			action := chromedp.Action(fetch.FailRequest(e.RequestID, network.ErrorReasonFailed))
			if strings.Contains(e.Request.URL, ".wasm") {
				return // never comes
			}
			go chromedp.Run(ctx, action) // a listener must not wait for answers of the browser
		})
	}
	const press = `[data-language="ko"]`
	stays := func(p *tab) {
		t.Helper()
		p.press(press)
		p.says(".status", "en", "status-no-words")
		var tag string
		if p.eval(`document.documentElement.lang`, &tag); tag != "en" {
			t.Errorf("the document is in %q", tag)
		}
		var korean bool
		if p.eval(`/[가-힣]/.test(document.querySelector(".verdict .claim").innerText)`, &korean); korean {
			t.Error("the claim is in the language whose words are missing")
		}
	}
	for _, program := range []bool{false, true} {
		p := first(t)
		p.failing = true
		failing(p.ctx)
		patterns := []*fetch.RequestPattern{{URLPattern: "*/words/ko.*"}}
		if !program {
			patterns = append(patterns, &fetch.RequestPattern{URLPattern: "*/lab.*.wasm"})
		}
		p.do(fetch.Enable().WithPatterns(patterns), chromedp.ActionFunc(func(ctx context.Context) error {
			_, _, _, _, err := page.Navigate(serve(t)).Do(ctx)
			return err
		}))
		if program {
			p.wait("engine", canTrain, time.Minute)
		} else {
			p.wait("page", `document.querySelector(".results .foot")`, time.Minute)
		}
		stays(p)
		p.do(fetch.Disable())
		p.press(press)
		p.wait("Korean", `document.documentElement.lang === "ko"`, 10*time.Second)
		p.wait("Korean is said", `/[가-힣]/.test(document.querySelector(".verdict .claim").innerText)`, 10*time.Second)
	}
}
