package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// quickGrid is an experiment of two seeds that trains within a second or so.
func quickGrid() spec.Spec {
	sp := spec.Default()
	sp.Data.Train, sp.Data.Test = steps.Range{To: 300}, steps.Range{To: 1000}
	size := spec.Model{DModel: 8, Heads: 2, Layers: 1, DFF: 8}
	size.Kind, sp.Teacher.Epochs = sp.Teacher.Kind, 2
	sp.Teacher.Model = size
	size.Kind = sp.Student.Kind
	sp.Student = size
	sp.Train.Epochs = 1
	sp.Seeds = []uint64{1, 2}
	sp.Arms = slices.DeleteFunc(sp.Arms, func(a spec.Arm) bool { return a.Name != sp.Baseline() && !a.Follows() })
	return sp
}

// fill fills a field of the grid.
func (p *tab) fill(name, value string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`{ const f = document.querySelector('[data-grid-set=%q]'); f.value = %q;
		f.dispatchEvent(new Event("change", { bubbles: true })); true }`, name, value), new(bool))
}

// A grid of twelve cells is stopped, and goes on after a reload from what the browser has kept; its map counts what
// chance would give, speaks both languages, and a cell leads to its experiment, whose result is there at once.
func TestWhereItHelps(t *testing.T) {
	p := open(t, serve(t)+"#"+link.Link{Spec: quickGrid()}.Hash())
	// The page moves under the pointer while results come.
	click := func(selector string) { p.eval(fmt.Sprintf("document.querySelector(%q).click()", selector), nil) }
	where := func() {
		p.wait("the engine", canTrain, patience)
		click(".stack [data-do=where]")
		p.wait("the grid", `document.querySelector("#where-run:not([disabled])")`, patience)
	}
	done := `(document.querySelector(".where progress")?.value ?? -1)`
	where()
	p.fill("weight", "0, 0.5, 1, 5")
	p.fill("epochs", "1, 2, 3")
	p.wait("twelve cells", `document.querySelectorAll(".where .cell").length === 12 && document.querySelectorAll(".where .cell.alone").length === 3`,
		patience)
	click("#where-run")
	p.wait("some cells", done+" >= 3", 2*patience)
	p.shoot("where-running.png")
	click("#where-run")
	p.wait("the end of the grid", `document.querySelector('#where-run[data-grid=run]') && !document.querySelector(".cell.now")`, patience)
	var before int
	p.eval(done, &before)
	if before < 3 || before >= 18 {
		t.Fatalf("%d experiments are finished", before)
	}
	t.Logf("%d experiments before the reload", before)
	p.do(chromedp.Reload())
	where()
	p.wait("what was kept", fmt.Sprintf("%s === %d", done, before), patience)
	click("#where-run")
	p.wait("the map", done+` === 18 && document.querySelector('#where-run[data-grid=run]')`, 4*patience)
	for _, want := range []string{"9 of 9 cells run", "by chance alone about 0.5 would leave 0"} {
		if text := p.text(".where figcaption"); !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	p.shoot("where.png")
	click("#where-table")
	p.wait("the table", `document.querySelectorAll(".where .listed td").length === 12`, patience)
	click("#where-table")
	p.wait("the map", `document.querySelector(".where .map")`, patience)
	p.eval(`document.querySelector(".where .cell").focus()`, nil)
	p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowRight))
	p.wait("the second cell of the second row", `document.activeElement === document.querySelectorAll(".where tr")[2].cells[2].firstChild &&
		document.querySelector("[data-part=read]").textContent.includes("epochs=2")`, patience)
	p.eval(`document.querySelector("[data-language=ko]").click()`, nil)
	p.wait("Korean", `document.querySelector(".where figcaption").innerText.includes("우연만으로도")`, patience)
	p.eval(`document.documentElement.dataset.theme = "dark"`, nil)
	p.shoot("where-ko-dark.png")
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	p.eval(`document.querySelector(".where").scrollIntoView()`, nil)
	p.wait("the map on a phone", `document.querySelector(".where .cell").getClientRects().length > 0`, patience)
	p.shoot("where-phone.png")
	p.do(chromedp.EmulateViewport(1440, 900))
	p.eval(`document.querySelector("[data-language=en]").click()`, nil)

	p.eval(`[...document.querySelectorAll(".where .cell")].at(-1).click()`, nil)
	p.wait("the experiment", `/epochs:3/.test(decodeURIComponent(location.hash)) && document.querySelector(".where").hidden`, patience)
	p.wait("its result", isDone, patience)
}

// A folder of the command line that is dropped on the page is its report.
func TestADroppedFolderIsAReport(t *testing.T) {
	address := serve(t)
	folder := filepath.Join(t.TempDir(), "sweep")
	text, err := json.Marshal(quickGrid())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "grid.json")
	grid := strings.ReplaceAll(string(text), `"weight":5`, `"weight":[0.5,5]`)
	if err := os.WriteFile(file, []byte(grid), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("../../dist/cosinelab", "sweep", file, "-out", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := open(t, address)
	p.wait("the engine", canTrain, patience)
	p.press(".stack [data-do=where]")
	p.wait("the choice", `document.querySelector("#where-folder")`, patience)
	p.do(chromedp.SetUploadFiles("#where-folder", []string{folder}, chromedp.ByQuery))
	p.wait("the report", `document.querySelector(".reported .document")?.shadowRoot.querySelector("figure svg")`, 2*patience)
	var said string
	p.eval(`document.querySelector(".reported .document").shadowRoot.querySelector("article").innerText`, &said)
	for _, want := range []string{"by chance alone", "cosinelab sweep", "cosinelab run"} {
		if !strings.Contains(said, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	p.shoot("report-folder.png")
}
