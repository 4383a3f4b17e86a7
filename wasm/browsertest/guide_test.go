package browsertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/assets/words"
	"cosinelab/wasm/browsertest/chromium"
)

// defines waits until the definition of a term is open, in a language, and within the window.
func (p *tab) defines(tag, term string) {
	p.t.Helper()
	p.wait("definition of "+term, fmt.Sprintf(`(() => {
		const box = document.querySelector(".definition:popover-open"), at = box?.getBoundingClientRect();
		return box?.querySelector("p").innerText === %s && at.left >= 0 && at.top >= 0 && at.right <= innerWidth &&
			at.bottom <= innerHeight;
	})()`, quote(words.In(tag).Say(words.Key("define-"+term)))), 10*time.Second)
}

func (p *tab) definesNothing() {
	p.t.Helper()
	p.wait("closed definition", `!document.querySelector(".definition:popover-open")`, 10*time.Second)
}

// tap touches the middle of an element.
func (p *tab) tap(selector string) {
	p.t.Helper()
	var at struct{ X, Y float64 }
	p.eval(fmt.Sprintf(`(async () => {
		const e = document.querySelector(%q);
		e.scrollIntoView({block: "center"});
		for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); // what scrolled says so
		const r = e.getClientRects()[0];
		return {X: r.left + r.width / 2, Y: r.top + r.height / 2};
	})()`, selector), &at)
	p.touch(at.X, at.Y)
}

// touch touches a place of the window.
func (p *tab) touch(x, y float64) {
	p.t.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		if err := input.DispatchTouchEvent(input.TouchStart, []*input.TouchPoint{{X: x, Y: y}}).Do(ctx); err != nil {
			return err
		}
		return input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}).Do(ctx)
	}))
}

func TestTermsOpenTheirDefinitions(t *testing.T) {
	url := serve(t)
	for _, tag := range words.Tags() {
		p := open(t, url, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		const claimed, headed = `.verdict [data-term="student"]`, `.recipe h2 [data-term="arms"]`

		p.press(claimed)
		p.defines(tag, "student")
		p.shoot("term-" + tag + ".png")
		p.press(claimed)
		p.definesNothing()
		p.press(claimed)
		p.defines(tag, "student")
		p.press(headed)
		p.defines(tag, "arms")
		p.do(chromedp.MouseClickXY(700, 700))
		p.definesNothing()

		p.do(chromedp.Focus(claimed), chromedp.KeyEvent(kb.Enter))
		p.defines(tag, "student")
		p.do(chromedp.KeyEvent(kb.Escape))
		p.definesNothing()
		p.do(chromedp.KeyEvent(" "))
		p.defines(tag, "student")
		p.do(chromedp.KeyEvent(kb.Escape))
		p.definesNothing()

		p.tap(headed)
		p.defines(tag, "arms")
		p.tap(headed)
		p.definesNothing()

		var without []string
		p.eval(`[...document.querySelectorAll("[data-term]:not([data-says])")].map((e) => e.dataset.term)`, &without)
		for _, term := range without {
			if !words.In(tag).Has(words.Key("define-" + term)) {
				t.Errorf("%s: the page has the term %s, which nothing defines", tag, term)
			}
		}
		p.do(chromedp.EmulateViewport(390, 844))
		p.tap(claimed)
		p.defines(tag, "student")
		p.shoot("term-phone-" + tag + ".png")
	}
}

func TestTheIntroductionComesOnceAndCanBeLeftAtAnyTime(t *testing.T) {
	url := serve(t)
	for _, tag := range words.Tags() {
		p := first(t, chromium.Speaking(tag))
		shows := func(step int) {
			t.Helper()
			p.says(".tour h2", tag, words.Key(fmt.Sprintf("tour-%d", step)))
		}
		gone := func() {
			t.Helper()
			p.wait("no introduction", `!document.querySelector(".tour, .tour-ring")`, 5*time.Second)
		}
		p.do(chromedp.Navigate(url))
		p.wait("page", canTrain, time.Minute)
		shows(1)
		p.shoot("tour-1-" + tag + ".png")
		p.do(chromedp.KeyEvent(kb.Enter)) // the focus is on the way forward
		shows(2)
		p.shoot("tour-2-" + tag + ".png")
		p.press(".tour .primary")
		shows(3)
		p.shoot("tour-3-" + tag + ".png")
		p.press(".tour .primary")
		gone()

		p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url))
		p.wait("page", canTrain, time.Minute)
		time.Sleep(300 * time.Millisecond)
		gone() // it never comes again by itself
		p.do(chromedp.KeyEvent("i"))
		shows(1)
		p.do(chromedp.KeyEvent(kb.Escape))
		gone()
		p.press("[data-tour]")
		shows(1)
		p.tap(".tour .lnk")
		gone()
		p.do(chromedp.EmulateViewport(390, 844), chromedp.KeyEvent("i"))
		shows(1)
		p.tap(".tour .primary")
		shows(2)
		p.shoot("tour-phone-" + tag + ".png")
	}
}
