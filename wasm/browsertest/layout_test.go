package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/assets/words"
	"cosinelab/wasm/browsertest/chromium"
)

// windows are desktops, tablets, phones both ways, and a desktop at 200 % zoom.
var windows = [][2]int64{{1920, 1080}, {1440, 900}, {1280, 720}, {1024, 768}, {768, 1024}, {390, 844}, {360, 640},
	{844, 390}, {720, 450}, {1100, 560}}

// misplaced lists the texts that a person cannot read where they stand: cut without an ellipsis, beside the window,
// or over one another. What scrolls in a box of its own is counted where it shows; what floats over the page, not.
const misplaced = `(() => {
	const bad = new Set(), width = document.documentElement.clientWidth, seen = [];
	if (document.documentElement.scrollWidth > width) bad.add("the page scrolls sideways");
	const floats = (e) => e && (/fixed|sticky/.test(getComputedStyle(e).position) || floats(e.parentElement));
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = texts.nextNode();) {
		const e = n.parentElement, say = e.localName + "." + e.className + " " + JSON.stringify(n.data.trim().slice(0, 40));
		if (!n.data.trim() || e.closest(".sr, .skip, svg, option, script, noscript, style") ||
			!e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) || floats(e)) continue;
		let l = -1e9, t = -1e9, r = 1e9, b = 1e9, scrolls = false, shortened = false;
		for (let a = e; a && a !== document.body; a = a.parentElement) {
			const s = getComputedStyle(a), box = a.getBoundingClientRect();
			if (s.overflowX === "visible" && s.overflowY === "visible") continue;
			scrolls ||= /auto|scroll/.test(s.overflowX + s.overflowY);
			shortened ||= s.textOverflow === "ellipsis";
			l = Math.max(l, box.left), t = Math.max(t, box.top), r = Math.min(r, box.right), b = Math.min(b, box.bottom);
		}
		const range = document.createRange();
		range.selectNodeContents(n);
		for (const q of range.getClientRects()) {
			const w = Math.min(q.right, r) - Math.max(q.left, l), h = Math.min(q.bottom, b) - Math.max(q.top, t);
			if (!scrolls && !shortened && (w < q.width - 2 || h < q.height - 4)) bad.add("cut: " + say);
			const shown = {l: Math.max(q.left, l), t: Math.max(q.top, t), r: Math.min(q.right, r), b: Math.min(q.bottom, b), e, say};
			if (!scrolls && w > 0 && (shown.r > width + 1 || shown.l < -1)) bad.add("beside the window: " + say);
			if (w > 1 && h > 1) seen.push(shown);
		}
	}
	seen.forEach((a, i) => seen.slice(i + 1).forEach((o) => {
		if (a.e !== o.e && Math.min(a.r, o.r) - Math.max(a.l, o.l) > 2 && Math.min(a.b, o.b) - Math.max(a.t, o.t) > 4)
			bad.add("one over the other: " + a.say + ", " + o.say);
	}));
	return [...bad];
})()`

// readable reports what of the page cannot be read at a size, and leaves a picture of it.
func (p *tab) readable(tag string, width, height int64) {
	p.t.Helper()
	name := fmt.Sprintf("layout-%s-%dx%d", tag, width, height)
	p.do(chromedp.EmulateViewport(width, height))
	p.wait("charts of the new size", `new Promise((done) => setTimeout(done, 150)).then(() =>
		[...document.querySelectorAll(".plot > svg, .pp > svg")].every((s) => !s.checkVisibility() || !s.parentElement.clientWidth ||
			Math.abs(s.getAttribute("width") - s.parentElement.clientWidth) < 1))`, 20*time.Second)
	var bad []string
	p.eval(misplaced, &bad)
	for _, what := range bad {
		p.t.Errorf("%s: %s", name, what)
	}
	p.shoot(name + ".png")
}

func TestEveryWindowShowsAllTexts(t *testing.T) {
	address := serve(t)
	for _, tag := range words.Tags() {
		p := open(t, address, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		for _, w := range windows {
			p.readable(tag, w[0], w[1])
		}
		p.onePage(tag)
	}
}

// What can be opened on the page is readable at every size, too: what stands in the place of something else, and what
// comes beside it.
func TestEveryStateShowsAllTexts(t *testing.T) {
	address := serve(t)
	for n, tag := range words.Tags() {
		p := open(t, address, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		if tag != "en" {
			p.eval(`document.documentElement.dataset.theme = "dark"`, nil)
		}
		for _, state := range []struct {
			name  string
			press []string
		}{
			{"gain", []string{"gain", "tabled", "numbers"}},
			{"epochs", []string{"values", "tabled", "numbers", "gains", "random"}},
			{"curves", []string{"random", "curves"}},
			{"alarms", []string{"losses", "alarms"}},
			{"metrics", []string{"results", "metrics"}},
			{"settings", []string{"metrics", "more"}},
			{"inside", []string{"more", "inside"}},
		} {
			for _, press := range state.press {
				p.eval(fmt.Sprintf(`document.querySelector('main [data-do=%[1]q], [data-do=%[1]q]').click()`, press), nil)
				time.Sleep(50 * time.Millisecond) // what is pressed next may only be there then
			}
			for i, w := range windows {
				if i%2 == n%2 { // each size in one of the languages
					p.readable(state.name+"-"+tag, w[0], w[1])
				}
			}
			p.do(chromedp.EmulateViewport(1440, 900))
		}
		p.eval(`document.querySelector('[data-do="signal"]').click()`, nil)
		for _, w := range windows {
			p.do(chromedp.EmulateViewport(w[0], w[1]))
			p.do(chromedp.KeyEvent("?"))
			p.fits("keys", ".keys:popover-open")
			p.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("i"))
			p.fits("introduction", ".tour")
			p.do(chromedp.KeyEvent(kb.Escape))
		}
	}
}

// fits expects what lies over the page to lie within the window.
func (p *tab) fits(what, selector string) {
	p.t.Helper()
	p.wait(what+" within the window", fmt.Sprintf(`(() => {
		const at = document.querySelector(%q)?.getBoundingClientRect();
		return at && at.width > 100 && at.left >= 0 && at.top >= 0 && at.right <= innerWidth && at.bottom <= innerHeight;
	})()`, selector), 10*time.Second)
}

// With text twice as large the phone's layout takes over: its widths are counted in text.
func TestTextTwiceAsLargeIsReadable(t *testing.T) {
	p := open(t, serve(t), chromedp.Flag("blink-settings", "defaultFontSize=32"))
	p.wait("page", canTrain, time.Minute)
	p.readable("large", 1440, 900)
	var phone bool
	p.eval(`document.querySelector(".thumb").checkVisibility() &&
		document.querySelector(".recipe").getBoundingClientRect().width > 1400`, &phone)
	if !phone {
		t.Error("the recipe stands beside the results")
	}
}

// onePage expects the page on one sheet of paper without the controls.
func (p *tab) onePage(tag string) {
	p.t.Helper()
	var pdf []byte
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Sleep(500*time.Millisecond))
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).Do(ctx)
		return err
	}))
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); n != 1 {
		p.t.Errorf("%s: printed on %d pages", tag, n)
	}
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "print-"+tag+".pdf"), pdf, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	p.do(emulation.SetEmulatedMedia().WithMedia("print"))
	var left []string
	p.eval(`[...document.querySelectorAll(".recipe, .bar, .thumb, .channels")].filter((e) => e.checkVisibility())
		.map((e) => e.className)`, &left)
	if len(left) > 0 {
		p.t.Errorf("%s: the print shows %v", tag, left)
	}
	p.do(emulation.SetEmulatedMedia())
}
