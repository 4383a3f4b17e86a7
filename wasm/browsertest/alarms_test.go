package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keepFiles has the page keep what it would hand to the browser as files, in the order of their names in saved.
const keepFiles = `(() => {
	window.saved = {};
	let last;
	URL.createObjectURL = (blob) => { last = blob; return "blob:kept"; };
	URL.revokeObjectURL = () => {};
	HTMLAnchorElement.prototype.click = function () {
		const name = this.download;
		last.arrayBuffer().then((b) => { saved[name] = new Uint8Array(b); });
	};
})()`

// saved presses a button of the list of alarms and returns the file that comes of it.
func (p *tab) saved(what, name string) string {
	p.t.Helper()
	p.eval(fmt.Sprintf("delete saved[%q]", name), nil)
	p.eval(fmt.Sprintf(`document.querySelector('.alarms [data-save=%q]').click()`, what), nil)
	p.wait("file "+name, fmt.Sprintf("saved[%q]", name), 20*time.Second)
	var text string
	p.eval(fmt.Sprintf(`Array.from(saved[%q], (c) => String.fromCharCode(c)).join("")`, name), &text)
	return text
}

// column reads a column of the list of alarms.
func (p *tab) column(n int) (cells []string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`Array.from(document.querySelectorAll(".alarms tbody tr td:nth-child(%d)"), (c) => c.innerText.trim())`, n), &cells)
	return cells
}

const settled = `!document.querySelector(".alarms .pending")`

// A person drops a file with labels, trains, looks through the alarms with the keyboard, joins them and keeps them.
func TestAlarmsOfAFileAreLookedThroughAndKept(t *testing.T) {
	p := opened(t, serve(t), tiny())
	p.eval(keepFiles, nil)
	const rows = 900
	p.take("pump.csv", plant(rows, faults(rows)))
	p.shoot("taken.png")
	p.press(runButton)
	p.wait("report", isDone, patience)
	p.shoot("done.png")
	p.press(`.causes [data-do="alarms"]`)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	from := p.column(2)
	if len(from) == 0 || !strings.Contains(from[0], " Feb ") {
		t.Fatalf("alarms begin at %q", from)
	}
	p.shoot("alarms.png")

	p.do(chromedp.Focus(".alarms tbody tr[tabindex='0']", chromedp.ByQuery))
	for range len(from) - 1 {
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	p.wait("last row in focus", fmt.Sprintf(`document.activeElement.matches(".alarms tbody tr[aria-current='true']") &&
		document.activeElement.innerText.includes(%q)`, from[len(from)-1]), 5*time.Second)
	p.wait("cursor at its begin", `Number(document.querySelector(".cursor-step").textContent.replace(/[^0-9]/g, "")) ===
		Number(document.activeElement.dataset.alarm) && !document.querySelector(".cursor").hidden`, 5*time.Second)
	p.shoot("alarms-row.png")

	p.press(`.alarms [data-sort="length"]`)
	p.wait("sorted", `document.querySelector(".alarms th[aria-sort='descending'] [data-sort='length']")`, 5*time.Second)
	if got := p.column(2); len(got) != len(from) || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(from))) {
		t.Errorf("sorted by length: %q, before %q", got, from)
	}
	p.press(`.alarms [data-sort=""]`)

	csv := p.saved("csv", "alone-1-alarms.csv")
	if lines := strings.Count(csv, "\n"); lines != len(from)+1 || !strings.Contains(csv, "2024-02-0") {
		t.Errorf("%d lines for %d alarms:\n%s", lines, len(from), csv)
	}
	p.do(chromedp.SetValue(`.alarms [data-join="merge"]`, "5000", chromedp.ByQuery))
	p.eval(`document.querySelector('.alarms [data-join="merge"]').dispatchEvent(new Event("change", {bubbles: true}))`, nil)
	p.wait("joined", settled+` && document.querySelectorAll(".alarms tbody tr").length === 1`, 10*time.Second)
	if got := p.column(2); len(got) != 1 || got[0] != from[0] {
		t.Errorf("joined: %q", got)
	}
	if nab := p.saved("nab", "alone-1-alarms.json"); strings.Count(nab, "2024-02-") != 2 {
		t.Errorf("intervals: %s", nab)
	}
	if kept := p.saved("detector", "alone-1.detector"); !strings.HasPrefix(kept, "PK") {
		t.Errorf("the detector begins with %q", kept[:min(8, len(kept))])
	}
}

// Without labels the list says in how many seeds each alarm is, and what the number of alarms means.
func TestAlarmsWithoutLabels(t *testing.T) {
	sp := tiny()
	sp.Seeds = []uint64{1, 2, 3}
	p := opened(t, serve(t), sp)
	text := plant(900, func(int) string { return "" })
	p.take("pump.csv", strings.ReplaceAll(strings.ReplaceAll(text, ",fault\n", "\n"), ",,\n", ",\n"))
	p.shoot("taken.png")
	p.press(runButton)
	p.wait("report", isDone, patience)
	p.shoot("done.png")
	p.press(`.causes [data-do="alarms"]`)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	for _, cell := range p.column(1) {
		if !strings.HasSuffix(cell, " / 3") || strings.HasPrefix(cell, "0") {
			t.Errorf("seeds agree: %q", cell)
		}
	}
	if got := p.text(".alarms .rate"); !strings.Contains(got, "a day") || !strings.Contains(got, "without labels") {
		t.Errorf("of the rate: %q", got)
	}
	p.shoot("alarms-nolabels.png")
	p.do(chromedp.KeyEvent("t"))
	p.eval(`document.querySelector('[data-language]').click()`, nil)
	time.Sleep(300 * time.Millisecond)
	p.shoot("alarms-nolabels-ko-dark.png")
	p.do(chromedp.EmulateViewport(1280, 720))
	time.Sleep(300 * time.Millisecond)
	p.shoot("alarms-720.png")
	p.do(chromedp.EmulateViewport(390, 844))
	time.Sleep(300 * time.Millisecond)
	p.eval(`document.querySelector(".alarms").scrollIntoView()`, nil)
	p.shoot("alarms-390.png")
}
