package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/engine/spec"
)

// insideFigures are those that a student of each model has beside the two that all have.
var insideFigures = map[spec.ModelKind]string{
	spec.ModelTransformer:        "series row",
	spec.ModelAnomalyTransformer: "series prior row",
	spec.ModelLSTM:               "prediction latent",
	spec.ModelOmniAnomaly:        "prediction latent",
	spec.ModelTHOC:               "assignment centre centres",
	spec.ModelGTA:                "probability graph listens",
}

// labels are the names under which the figures are read out.
func (p *tab) labels() (all string) {
	p.t.Helper()
	p.eval(`[...document.querySelectorAll(".figs svg")].map((s) => s.getAttribute("aria-label")).join("\n")`, &all)
	return all
}

// moved does something and waits until the figures say something else.
func (p *tab) moved(what string, do func()) {
	p.t.Helper()
	before := p.labels()
	do()
	p.wait(what, fmt.Sprintf(`[...document.querySelectorAll(".figs svg")].map((s) => s.getAttribute("aria-label")).join("\n") !== %s`,
		quote(before)), 20*time.Second)
}

// glide moves the step that is looked at.
func (p *tab) glide(step int) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(() => { const r = document.querySelector("[data-glide]"); r.value = %d;
		r.dispatchEvent(new Event("input", {bubbles: true})); })()`, step), nil)
}

// A person trains a student of each model, looks inside, moves the cursor, picks a head, a centre or a channel, and
// reads the numbers.
func TestAStudentOfEachModelIsLookedInto(t *testing.T) {
	url := serve(t)
	for m := range spec.Each(spec.ModelCount) {
		t.Run(m.String(), func(t *testing.T) {
			s := tiny()
			s.Student = spec.Model{Kind: m}
			p := opened(t, url, s)
			p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
			p.wait("report", isDone, patience)
			p.do(chromedp.EmulateViewport(1440, 900), chromedp.KeyEvent("2")) // lower ones leave out some figures
			p.wait("figures", `document.querySelector(".figs figure")`, 20*time.Second)
			for _, name := range strings.Fields(insideFigures[m] + " angle channels") {
				p.wait(name, fmt.Sprintf(`document.querySelector(".fig-%s svg path") && document.querySelector(".fig-%s .says")?.innerText`,
					name, name), 20*time.Second)
			}
			p.shoot("inside-" + m.String() + ".png")
			p.moved("another step", func() { p.glide(130) })
			if at := p.text(".glide"); !strings.Contains(at, "130") {
				t.Errorf("the cursor is at %q", at)
			}
			switch m {
			case spec.ModelTransformer, spec.ModelAnomalyTransformer:
				p.moved("another head", func() {
					p.eval(`document.querySelector(".th[aria-checked='true']").focus()`, nil)
					p.do(chromedp.KeyEvent(kb.ArrowRight))
				})
				var head string
				p.eval(`document.activeElement.getAttribute("aria-label") + document.activeElement.getAttribute("aria-checked")`, &head)
				if head != "layer 1, head 2true" {
					t.Errorf("the focus is on %q", head)
				}
				p.rowLeadsToItsStep()
			case spec.ModelGTA:
				p.moved("another node", func() {
					p.eval(`document.querySelectorAll(".node")[5].dispatchEvent(new MouseEvent("click", {bubbles: true}))`, nil)
				})
			default:
				p.moved("another pick", func() {
					p.eval(`(() => { const s = document.querySelector("[data-glance=pick]");
						s.value = s.value === "1" ? "2" : "1"; s.dispatchEvent(new Event("change", {bubbles: true})); })()`, nil)
				})
			}
			p.press(`[data-do="listed"]`)
			p.wait("tables", `document.querySelectorAll(".tables table td").length > 20`, 5*time.Second)
			var empty int
			p.eval(`[...document.querySelectorAll(".tables table")].filter((t) => !t.caption.innerText || t.rows.length < 2).length`, &empty)
			if empty > 0 {
				t.Errorf("%d tables without a name or numbers", empty)
			}
			p.shoot("inside-" + m.String() + "-table.png")
			p.press(`[data-do="listed"]`)
			if m == spec.ModelAnomalyTransformer || os.Getenv("SCREENSHOTS") != "" {
				p.everyLook("inside-" + m.String())
			}
			p.do(chromedp.KeyEvent("1"))
			p.wait("the signal again", `document.querySelector(".stack").offsetHeight > 100 && !document.querySelector(".figs figure")`,
				5*time.Second)
		})
	}
}

// rowLeadsToItsStep presses a row of the map of associations in the middle, by mouse and by touch.
func (p *tab) rowLeadsToItsStep() {
	p.t.Helper()
	for i, share := range []float64{0.3, 0.7} {
		var at struct {
			X, Y float64
			Step string
		}
		p.eval(fmt.Sprintf(`(() => {
			const rows = document.querySelector(".fig-series .rows"), box = rows.getBoundingClientRect(), n = +rows.dataset.count;
			const row = Math.floor(n * %v);
			return {X: box.left + box.width / 3, Y: box.top + (row + 0.5) * box.height / n, Step: String(+rows.dataset.rows + row)};
		})()`, share), &at)
		if i == 0 {
			p.do(chromedp.MouseClickXY(at.X, at.Y))
		} else {
			p.touch(at.X, at.Y)
		}
		p.wait("step "+at.Step, fmt.Sprintf(`document.querySelector("[data-glide]").value === %q &&
			document.querySelector(".glide").innerText.trim().endsWith(%q)`, at.Step, at.Step), 10*time.Second)
	}
}

// everyLook sees that nothing is wider than the page in both languages, themes, and at three sizes.
func (p *tab) everyLook(name string) {
	p.t.Helper()
	for _, look := range []struct {
		name          string
		width, height int64
		theme, lang   string
	}{{"low", 1280, 720, "light", "en"}, {"dark", 1440, 900, "dark", "en"}, {"ko", 1440, 900, "light", "ko"},
		{"phone", 390, 844, "light", "en"}} {
		p.do(chromedp.EmulateViewport(look.width, look.height))
		p.eval(fmt.Sprintf(`document.documentElement.dataset.theme = %q`, look.theme), nil)
		p.eval(fmt.Sprintf(`(() => { if (document.documentElement.lang !== %q)
			document.querySelector("[data-language]").click(); })()`, look.lang), nil)
		p.wait("language "+look.lang, fmt.Sprintf(`document.documentElement.lang === %q`, look.lang), 5*time.Second)
		time.Sleep(300 * time.Millisecond)
		p.shoot(name + "-" + look.name + ".png")
		var wide int
		p.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &wide)
		if wide > 0 {
			p.t.Errorf("%s: the page is %d pixels too wide", look.name, wide)
		}
	}
	p.do(chromedp.EmulateViewport(1440, 900))
	p.eval(`document.documentElement.dataset.theme = "light"`, nil)
	p.eval(`(() => { if (document.documentElement.lang !== "en") document.querySelector("[data-language]").click(); })()`, nil)
}

// While a student learns, the angle to its teacher moves with its epochs.
func TestTheInsideMovesWhileAStudentLearns(t *testing.T) {
	s := tiny()
	s.Train.Epochs = 40
	p := opened(t, serve(t), s)
	p.do(chromedp.KeyEvent("2"))
	p.wait("that there is nothing yet", `document.querySelector(".insd .sub")?.innerText`, 5*time.Second)
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a look after an epoch", `document.querySelector(".fig-angle svg path") && /after epoch \d/.test(document.querySelector(".insd").innerText)`,
		patience)
	p.moved("another angle", func() {})
	p.shoot("inside-learning.png")
	p.wait("report", isDone, patience)
	p.wait("the finished student", `!/after epoch/.test(document.querySelector(".insd").innerText) && document.querySelector(".fig-channels .usual")`,
		20*time.Second)
}
