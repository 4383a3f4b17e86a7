package browsertest

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/wasm/browsertest/chromium"
)

// axe is the script of axe-core, as the registry of npm has it.
func axe(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "axe-core@4.14.1")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Skipf("axe-core cannot be fetched with npm (%v): %s", err, out)
	}
	packed, err := os.Open(filepath.Join(dir, "axe-core-4.14.1.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(plain); ; {
		f, err := files.Next()
		if err != nil {
			t.Fatalf("axe-core has no axe.min.js: %v", err)
		}
		if f.Name == "package/axe.min.js" {
			script, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(script)
		}
	}
}

// accessible expects axe to find nothing wrong with the page as it is.
func (p *tab) accessible(script, state string) {
	p.t.Helper()
	p.eval("typeof axe === 'object' || ("+quote(script)+".length && (0, eval)("+quote(script)+"), true)", nil)
	var found []string
	p.eval(`Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations < 9).map((a) => a.finished)).
		then(() => axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.flatMap((v) => v.nodes.slice(0, 4).map((n) =>
		v.id + ": " + v.help + ": " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? "")))))`, &found)
	for _, f := range found {
		p.t.Errorf("%s: %s", state, f)
	}
}

// What axe-core knows of barriers it finds in no state of the page, in both languages and themes.
func TestAxeFindsNothing(t *testing.T) {
	script, url := axe(t), serve(t)
	for i, tag := range words.Tags() {
		p := open(t, url, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		in := func(state string, do ...string) {
			t.Helper()
			for _, press := range do {
				p.eval(fmt.Sprintf("document.querySelector(%q).click()", press), nil)
			}
			time.Sleep(300 * time.Millisecond)
			p.accessible(script, tag+", "+state)
		}
		if i > 0 {
			p.eval(`document.documentElement.dataset.theme = "dark"`, nil)
		}
		in("recorded")
		in("gains and tables", `[data-do="gain"]`, `[data-do="numbers"]`, `[data-do="tabled"]`)
		in("curves", `[data-do="values"]`, `[data-do="numbers"]`, `[data-do="tabled"]`, `[data-do="curves"]`)
		in("alarms", `[data-do="losses"]`, `.learn [data-do="alarms"]`)
		in("all metrics", `[data-do="results"]`, `[data-do="metrics"]`)
		in("all settings and keys", `[data-do="metrics"]`, `[data-do="more"]`, `[data-do="keys"]`)
		p.do(chromedp.KeyEvent(kb.Escape))
		p.do(chromedp.EmulateViewport(390, 844))
		in("phone")
		p.do(chromedp.EmulateViewport(1440, 900))
		p.drop("pump.csv", csv(400, ""))
		p.wait("sheet", sheetRead, 20*time.Second)
		in("sheet")
		p.do(chromedp.KeyEvent(kb.Enter))
		p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
		p.drop("pump.csv", csv(400, "1,x,0\n"))
		p.wait("sheet", sheetOpen, 20*time.Second)
		in("a file that cannot be read")
	}
}

// The keys are a list that the key which opens it closes, as do Escape, its button and a press outside; meanwhile no
// other key does anything.
func TestTheKeysAreAListThatClosesAsItOpens(t *testing.T) {
	url := serve(t)
	const isOpen = `document.querySelector(".keys:popover-open dl")`
	for _, tag := range words.Tags() {
		p := open(t, url, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		opens := func() { t.Helper(); p.wait("list of keys", isOpen, 5*time.Second) }
		closes := func() { t.Helper(); p.wait("no list of keys", "!"+isOpen, 5*time.Second) }
		p.do(chromedp.Focus(`[data-do="metrics"]`), chromedp.KeyEvent("?"))
		opens()
		var list struct {
			Keys, Texts []string
			Inside      bool
		}
		p.eval(`(() => { const l = document.querySelector(".keys"); return {Keys: [...l.querySelectorAll("kbd")].map((e) => e.innerText),
			Texts: [...l.querySelectorAll("dd")].map((e) => e.innerText), Inside: l.contains(document.activeElement)}; })()`, &list)
		for _, key := range []string{"Space", "Esc", "{", "}", "[", "M", "?"} {
			if !slices.Contains(list.Keys, key) {
				t.Errorf("%s: the list has no %s: %q", tag, key, list.Keys)
			}
		}
		if len(list.Texts) < 12 || slices.Contains(list.Texts, "") || !list.Inside {
			t.Errorf("%s: the list has %q, the focus in it: %v", tag, list.Texts, list.Inside)
		}
		p.shoot("keys-" + tag + ".png")
		p.do(chromedp.KeyEvent("m"), chromedp.KeyEvent(" "))
		p.do(chromedp.KeyEvent("?"))
		closes()
		p.wait("the focus where it was, and nothing pressed", `document.activeElement.dataset.do === "metrics" &&
			!document.querySelector(".notes") && !document.querySelector(".recipe.locked")`, 5*time.Second)
		p.do(chromedp.KeyEvent("?"))
		opens()
		p.do(chromedp.KeyEvent(kb.Escape))
		closes()
		p.press(`.tools [data-do="keys"]`)
		opens()
		p.press(`.tools [data-do="keys"]`)
		closes()
		p.tap(`.tools [data-do="keys"]`)
		opens()
		p.tap(`.keys .btn`)
		closes()
		p.press(`.tools [data-do="keys"]`)
		opens()
		p.do(chromedp.MouseClickXY(30, 500))
		closes()
	}
}

// What a metric is opens by mouse, key and touch over its column.
func TestMetricsOpenTheirDefinitions(t *testing.T) {
	p := open(t, serve(t))
	p.wait("page", canTrain, time.Minute)
	const auroc = `.mets th:nth-child(3) .term`
	opens := func() {
		t.Helper()
		p.wait("definition", `(() => {
			const box = document.querySelector(".definition:popover-open"), at = box?.getBoundingClientRect();
			return box?.contains(document.activeElement) && box.innerText.includes("AUROC") && box.querySelector("p").innerText.length > 40 &&
				at.left >= 0 && at.right <= innerWidth && at.bottom <= innerHeight;
		})()`, 10*time.Second)
	}
	p.press(auroc)
	opens()
	p.shoot("metric.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.definesNothing()
	p.wait("the focus on the metric", `document.activeElement.matches(".mets .term")`, 5*time.Second)
	for _, key := range []string{kb.Enter, " "} {
		p.do(chromedp.KeyEvent(key))
		opens()
		p.do(chromedp.KeyEvent(key))
		p.definesNothing()
	}
	p.tap(auroc)
	opens()
	p.tap(auroc)
	p.definesNothing()
	var without int
	p.eval(`document.querySelectorAll(".mets th:not(:first-child):not(:has([data-says]))").length`, &without)
	if without > 0 {
		t.Errorf("%d columns without a definition", without)
	}
}

// hearing notes what is said to those who do not see the page, and when, in seconds.
const hearing = `globalThis.heard = [];
	for (const region of document.querySelectorAll("html > .sr")) {
		new MutationObserver(() => heard.push({At: performance.now() / 1000, Role: region.getAttribute("role"), Text: region.innerText})).
			observe(region, {subtree: true, childList: true, characterData: true});
	}`

type heard struct {
	At         float64
	Role, Text string
}

func (p *tab) heard() (all []heard) {
	p.t.Helper()
	p.eval("heard", &all)
	return all
}

// While a run trains, and events come many times a second, something is said at most once in five seconds, and in the end
// what the run came to. An error is said at once.
func TestMessagesAreSaidAtMostOnceInFiveSeconds(t *testing.T) {
	s := small()
	s.Data.Train = steps.Range{To: 4000}
	s.Train.Epochs, s.Train.Patience = 12, 0
	p := opened(t, serve(t), s)
	var others int
	p.eval(`document.querySelectorAll("body [aria-live], body [role=status], body [role=alert]").length`, &others)
	if others > 0 {
		t.Errorf("%d regions speak for themselves", others)
	}
	p.eval(hearing, nil)
	p.press(runButton)
	p.wait("report", isDone, patience)
	claim := strings.Fields(p.text(".claim"))[0]
	p.wait("the claim is said", fmt.Sprintf(`heard.some((h) => h.Text.includes(%s))`, quote(claim)), 10*time.Second)
	all := p.heard()
	if len(all) < 2 {
		t.Fatalf("said is %+v", all)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Role != "status" || all[i].At-all[i-1].At < 4.9 {
			t.Errorf("after %.1f s: %+v", all[i].At-all[i-1].At, all[i])
		}
	}
	p.eval("heard.length = 0", nil)
	p.do(chromedp.Focus(".channels input"), chromedp.SendKeys(".channels input", "999"+kb.Enter))
	p.wait("an error at once", `heard.some((h) => h.Role === "alert" && h.Text.includes("999"))`, 2*time.Second)
}

// Every chart has a table, with a name, heads and numbers.
func TestEveryChartHasItsTable(t *testing.T) {
	p := open(t, serve(t))
	p.wait("page", canTrain, time.Minute)
	tables := func(selector string, rows int, heads ...string) {
		t.Helper()
		p.wait("table with numbers", fmt.Sprintf(`(() => {
			const all = [...document.querySelectorAll(%q)];
			return all.length && all.every((e) => e.checkVisibility() && e.rows.length > %d && e.caption.textContent &&
				[...e.tBodies[0].rows].every((r) => r.cells.length === e.tHead.rows[0].cells.length && r.cells[0].innerText));
		})()`, selector, rows), 10*time.Second)
		text := p.text(selector)
		for _, h := range heads {
			if !strings.Contains(text, h) {
				t.Errorf("%s has no %q", selector, h)
			}
		}
	}
	p.press(`[data-do="tabled"]`)
	tables(".stack > .tables table", 60, "step", "requests input", "Cosine to teacher", "student alone", "+ cosine: alarm", "A1", "✓")
	p.shoot("table-signal.png")
	p.do(chromedp.EmulateViewport(390, 844))
	p.shoot("table-signal-phone.png")
	p.do(chromedp.EmulateViewport(1440, 900))
	p.press(`[data-do="tabled"]`)
	p.wait("charts again", `document.querySelector(".lane-channel svg path.input").getBoundingClientRect().width > 500`, 5*time.Second)
	p.press(`[data-do="numbers"]`)
	tables(".plots table", 5, "Loss", "epoch", "total")
	p.shoot("table-losses.png")
	p.press(`[data-do="curves"]`)
	p.wait("curves", `document.querySelector(".plots table").innerText.includes("student alone")`, 20*time.Second)
	tables(".plots table", 20, "Precision", "Recall", "chance")
	p.shoot("table-curves.png")
	p.press(`[data-do="numbers"]`)
	p.wait("curves again", `document.querySelector(".plots .curves path.line")`, 5*time.Second)
}

// With the colours of a system nothing is said by a colour of the page alone: what is chosen, checked, held or marked
// differs from what is not by lines and fills.
func TestForcedColoursKeepEveryState(t *testing.T) {
	p := open(t, serve(t))
	p.wait("page", canTrain, time.Minute)
	for _, scheme := range []string{"light", "dark"} {
		p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: "active"},
			{Name: "prefers-color-scheme", Value: scheme}}))
		p.do(chromedp.Focus(`[data-do="values"]`), chromedp.KeyEvent(kb.Tab))
		p.shoot("forced-" + scheme + ".png")
		var wrong []string
		p.eval(`(() => {
			const wrong = [], style = (e, pseudo) => getComputedStyle(e, pseudo);
			const differ = (name, a, b, of) => {
				const [x, y] = [a, b].map((s) => document.querySelector(s));
				if (!x || !y) wrong.push(name + ": there is no " + (x ? b : a));
				else if (of.every((k) => style(x)[k] === style(y)[k])) wrong.push(name + " looks like what is not");
			};
			differ("a chosen part", ".seg input:checked + span", ".seg input:not(:checked) + span", ["backgroundColor"]);
			differ("a pressed switch", ".cells [aria-pressed=true]", ".cells [aria-pressed=false]", ["backgroundColor"]);
			differ("an open tab", ".learn .tab[aria-pressed=true]", ".learn .tab[aria-pressed=false]", ["textDecorationLine", "borderBottomColor", "outlineStyle"]);
			differ("a checked arm", ".arms input:checked + .box", ".arms input:not(:checked) + .box", ["backgroundColor", "borderColor"]);
			differ("a right alarm", ".alarm-right", ".alarm-false", ["fill"]);
			differ("a missed one", ".missed", ".alarm-right", ["strokeDasharray"]);
			const paper = style(document.body).backgroundColor;
			for (const [name, s, k] of [["truth", ".truth", "stroke"], ["an alarm", ".alarm-right", "fill"], ["a bracket", ".bracket", "stroke"],
				["a line", ".line.arm-cosine", "stroke"], ["a threshold", ".threshold", "stroke"], ["a mark", ".mark.arm-alone", "stroke"]]) {
				const is = style(document.querySelector(s))[k];
				if (is === paper || is === "none" || is === "rgba(0, 0, 0, 0)") wrong.push(name + " is " + is + " on " + paper);
			}
			for (const [name, s, pseudo] of [["the handle", ".handle", "::before"], ["the brush", ".brush", "::before"], ["the key", ".k-right", null]]) {
				if (style(document.querySelector(s), pseudo).backgroundColor === paper) wrong.push(name + " has the colour of the paper");
			}
			if (style(document.querySelector("td.pa")).backgroundImage === "none" && style(document.querySelector("td.pa")).borderStyle === "none")
				wrong.push("what flatters is not marked");
			if (style(document.activeElement).outlineStyle === "none") wrong.push("the focus is not seen");
			return wrong;
		})()`, &wrong)
		for _, w := range wrong {
			t.Errorf("%s: %s", scheme, w)
		}
	}
}

// A person stops a run and starts it again: the button says that it goes on, and it does, to the report of a run that was
// left alone.
func TestAStoppedRunGoesOnWhereItWas(t *testing.T) {
	sp := pair()
	sp.Train.Epochs, sp.Train.Patience = 200, 0
	p := opened(t, serve(t), sp)
	p.spy()
	p.press(runButton)
	p.wait("checkpoint of a training run under way", `kept.includes("seed1-arm1.safetensors")`, 2*time.Minute)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("a way on", canTrain+fmt.Sprintf(` && document.querySelector('%s').innerText.includes("Continue") &&
		document.querySelector(".status").innerText.includes("goes on from where it was stopped")`, runButton), 30*time.Second)
	p.shoot("stopped.png")
	p.eval(`Object.keys(firsts[0]).forEach((k) => delete firsts[0][k])`, nil)
	p.press(runButton)
	p.wait("report", isDone, patience)
	first := map[string]int{}
	p.eval("firsts[0]", &first)
	if arm := sp.Arms[1].Name; first[arm] < 2 {
		t.Errorf("%s begins with step %d: %s", arm, first[arm], fmt.Sprint(first))
	}
	p.reportsAsIfNothingHappened(sp)
}
