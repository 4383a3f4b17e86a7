package browsertest

import (
	"encoding/base64"
	"encoding/binary"
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
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	p.shoot("done.png")
	p.eval(`document.querySelector('.causes [data-do="alarms"]').click()`, nil)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	from := p.column(2)
	if len(from) == 0 || !strings.Contains(from[0], " Feb ") {
		t.Fatalf("alarms begin at %q", from)
	}
	p.shoot("alarms.png")

	p.eval(`document.querySelector(".alarms tbody tr[tabindex='0']").focus()`, nil)
	for range len(from) - 1 {
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	var cursor string
	p.eval(cursorAt, &cursor)
	if cursor == "" || strings.Contains(cursor, from[0]) {
		t.Errorf("after the last alarm the cursor is at %q", cursor)
	}
	p.wait("last row in focus", fmt.Sprintf(`document.activeElement.matches(".alarms tbody tr[aria-current='true']") &&
		document.activeElement.innerText.includes(%q)`, from[len(from)-1]), 5*time.Second)
	p.shoot("alarms-row.png")

	p.press(`.alarms [data-sort="length"]`)
	p.wait("sorted", `document.querySelector(".alarms th[aria-sort='descending'] [data-sort='length']")`, 5*time.Second)
	if got := p.column(2); len(got) != len(from) || !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(from))) {
		t.Errorf("sorted by length: %q, before %q", got, from)
	}
	p.press(`.alarms [data-sort=""]`)

	csv := p.saved("csv", "cosine-1-alarms.csv")
	if lines := strings.Count(csv, "\n"); lines != len(from)+1 || !strings.Contains(csv, "2024-02-0") {
		t.Errorf("%d lines for %d alarms:\n%s", lines, len(from), csv)
	}
	p.do(chromedp.SetValue(`.alarms [data-join="merge"]`, "5000", chromedp.ByQuery))
	p.eval(`document.querySelector('.alarms [data-join="merge"]').dispatchEvent(new Event("change", {bubbles: true}))`, nil)
	p.wait("joined", settled+` && document.querySelectorAll(".alarms tbody tr").length === 1`, 10*time.Second)
	if got := p.column(2); len(got) != 1 || got[0] != from[0] {
		t.Errorf("joined: %q", got)
	}
	if nab := p.saved("nab", "cosine-1-alarms.json"); strings.Count(nab, "2024-02-") != 2 {
		t.Errorf("intervals: %s", nab)
	}
	p.scoresTheSame(plant(rows, faults(rows)), rows/2)
	kept := p.saved("detector", "cosine-1.detector")
	if !strings.HasPrefix(kept, "PK") {
		t.Fatalf("the detector begins with %q", kept[:min(8, len(kept))])
	}
	p.scoresByAKeptDetector(bytesOf(kept), plant(rows, faults(rows)))
	p.learnsFrom(bytesOf(kept))
}

// scoresTheSame has the rows of the test part scored as new data by the arm in focus, which gets the bits of the
// run, and goes back.
func (p *tab) scoresTheSame(text string, test int) {
	p.t.Helper()
	own := p.saved("scores", "cosine-1-scores.csv")
	lines := strings.SplitAfter(text, "\n")
	rest := lines[0] + strings.Join(lines[len(lines)-1-test:], "")
	p.eval(fmt.Sprintf(`(() => {
		const carried = new DataTransfer(), input = document.querySelector('.alarms [data-files="score"]');
		carried.items.add(new File([%s], "march.csv"));
		input.files = carried.files;
		input.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, quote(rest)), nil)
	p.wait("alarms of new data", `document.querySelector(".scoring .alarms tbody tr") && `+settled, time.Minute)
	p.wait("drawn scores", `document.querySelector('.lane-score [class^="peaks"]')`, 5*time.Second)
	p.shoot("alarms-new.png")
	p.lookThrough()
	if got := p.text(".claim"); !strings.Contains(got, "of new data") {
		p.t.Errorf("of new data the page says %q", got)
	}
	again := p.saved("scores", "march-scores.csv")
	if got, want := scoresIn(again), scoresIn(own); len(want) != test || !slices.Equal(got, want) {
		p.t.Errorf("%d scores of new data, %d of the test part, or others:\n%.300s\n%.300s", len(got), len(want), again, own)
	}
	if list := p.saved("csv", "march-alarms.csv"); strings.Count(list, "\n") < 2 {
		p.t.Errorf("alarms of new data: %q", list)
	}
	p.eval(`document.querySelector('.verdict [data-do="discard"]').click()`, nil)
	p.wait("experiment", `!document.querySelector(".scoring") && document.querySelector(".stack").clientHeight > 0`, 5*time.Second)
}

// cursorAt is what the drawn cursor says; empty = it is nowhere.
const cursorAt = `document.querySelector(".cursor:not([hidden])") ? document.querySelector(".cursor-step").innerText : ""`

// lookThrough puts the focus on each alarm of new data, and sees that the drawn cursor moves there.
func (p *tab) lookThrough() {
	p.t.Helper()
	var lanes struct{ Scores, Channels, Handles, Truth int }
	p.eval(`(() => { const n = (s) => document.querySelectorAll(".stack " + s).length;
		return {scores: n(".lane-score"), channels: n(".lane-channel, .lane-cosine"), handles: n(".handle"), truth: n(".truth")}; })()`, &lanes)
	if lanes.Scores != 1 || lanes.Channels > 0 || lanes.Handles > 0 || lanes.Truth > 0 {
		p.t.Errorf("of new data the stack has %+v", lanes)
	}
	seen := map[string]bool{}
	for i, from := range p.column(2)[:min(3, len(p.column(2)))] {
		p.eval(fmt.Sprintf(`document.querySelectorAll(".alarms tbody tr")[%d].focus()`, i), nil)
		p.wait("cursor at "+from, cursorAt+fmt.Sprintf(`.includes(%q)`, from), 5*time.Second)
		var left string
		p.eval(`document.querySelector(".cursor").style.left`, &left)
		if seen[left] {
			p.t.Logf("two alarms lie at %s", left)
		}
		seen[left] = true
	}
	p.shoot("alarms-new-row.png")
}

// A detector that is dropped alone says what it wants, and scores what is dropped next.
func (p *tab) scoresByAKeptDetector(detector, text string) {
	p.t.Helper()
	p.dropFiles(dropped{"cosine-1.detector", []byte(detector)})
	p.wait("open detector", `document.querySelector(".scoring .claim").innerText.includes("drop the file")`, 20*time.Second)
	p.shoot("new-open.png")
	p.dropFiles(dropped{"april.csv", []byte(text)})
	p.wait("alarms of new data", `document.querySelector(".scoring .alarms tbody tr") && `+settled, time.Minute)
	p.eval(`document.querySelector('.verdict [data-do="discard"]').click()`, nil)
	p.wait("experiment", `!document.querySelector(".scoring")`, 5*time.Second)
}

// scoresIn reads the column of scores.
func scoresIn(csv string) (scores []string) {
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	at := slices.Index(strings.Split(lines[0], ","), "score")
	for _, line := range lines[1:] {
		scores = append(scores, strings.Split(line, ",")[at])
	}
	return scores
}

// Without labels the list says in how many seeds each alarm is, and what the number of alarms means.
func TestAlarmsWithoutLabels(t *testing.T) {
	sp := tiny()
	sp.Seeds = []uint64{1, 2, 3}
	p := opened(t, serve(t), sp)
	text := plant(900, func(int) string { return "" })
	p.take("pump.csv", strings.ReplaceAll(strings.ReplaceAll(text, ",fault\n", "\n"), ",,\n", ",\n"))
	p.shoot("taken.png")
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	p.shoot("done.png")
	p.eval(`document.querySelector('.causes [data-do="alarms"]').click()`, nil)
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

// bytesOf are the bytes of a file that came as one letter a byte.
func bytesOf(letters string) string {
	out := make([]byte, 0, len(letters))
	for _, r := range letters {
		out = append(out, byte(r))
	}
	return string(out)
}

// learnsFrom gives a detector as the teacher, first a wrong file, and trains: the report says which teacher it was.
func (p *tab) learnsFrom(detector string) {
	p.t.Helper()
	p.press(`[data-do="tensors"]`)
	p.wait("tensors", `document.querySelectorAll(".tensors tr").length > 3`, 20*time.Second)
	p.eval(`document.querySelector(".weights").scrollIntoView()`, nil)
	p.shoot("teacher-takes.png")
	p.press(`[data-do="tensors"]`)
	p.dropFiles(dropped{"wrong.safetensors", []byte(safetensors)})
	p.wait("refusal", `document.querySelector(".weights .err:not([hidden])")`, 20*time.Second)
	p.shoot("teacher-wrong.png")
	if got := p.text(".weights .err"); !strings.Contains(got, "decoder.weight") || !strings.Contains(got, "does not fit") {
		p.t.Errorf("a wrong file: %q", got)
	}
	p.eval(fmt.Sprintf(`(() => {
		const carried = new DataTransfer(), input = document.querySelector('[data-files="teacher"]');
		carried.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], "mine.detector"));
		input.files = carried.files;
		input.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, base64.StdEncoding.EncodeToString([]byte(detector))), nil)
	p.wait("teacher", `document.querySelector(".weights .sub").innerText.includes("mine.detector")`, 20*time.Second)
	p.shoot("teacher-mine.png")
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	if got := p.text(".verdict .eyebrow"); !strings.Contains(got, "teacher from mine.detector") {
		p.t.Errorf("the report says %q", got)
	}
	p.shoot("teacher-done.png")
}

// safetensors is a file of one tensor that no model has: "decoder.weight" of two numbers.
var safetensors = func() string {
	head := `{"decoder.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))) + head + strings.Repeat("\x00", 8)
}()
