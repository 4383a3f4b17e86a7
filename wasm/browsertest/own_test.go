package browsertest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/wasm/browsertest/chromium"
)

// month is a file of a plant from a day of 2024 on: so many rows, one an hour.
func month(name string, month, day, rows int) dropped {
	var b strings.Builder
	b.WriteString("time,flow,level,temp\n")
	at := time.Date(2024, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	for r := range rows {
		x := float64(at.Unix()/3600+int64(r)) / 9
		fmt.Fprintf(&b, "%s,%.3f,%.3f,%.2f\n", at.Add(time.Duration(r)*time.Hour).Format("2006-01-02 15:04"), 10+math.Sin(x),
			5+math.Cos(x/3), 20+math.Sin(x*x))
	}
	return dropped{name, []byte(b.String())}
}

// months follow one another, the last after a pause of three days.
func months() []dropped {
	return []dropped{month("2024-03.csv", 3, 4, 240), month("2024-01.csv", 1, 1, 744), month("2024-02.csv", 2, 1, 696)}
}

// found is whether a finding holds a text, and its choice a value.
func foundWith(text, value string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".sheet .finds li")].some((e) => e.innerText.includes(%q) && e.querySelector('input[value=%q]:checked'))`,
		text, value)
}

// Monthly files are joined, which is said and can be changed; labels come from a file of any name; the doubt about a
// pause is settled; the experiment and its exported alarms are those of one series.
func TestFilesThatFollowOneAnotherGoFromDropToAlarms(t *testing.T) {
	sp := tiny()
	sp.Data.Train, sp.Data.Test = steps.Range{}, steps.Range{}
	sp.Detect.Threshold = spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 80}
	p := opened(t, serve(t), sp)
	p.eval(keepFiles, nil)
	p.dropFiles(months()...)
	p.wait("sheet", sheetRead, 30*time.Second)
	p.wait("joined", foundWith("follow one another", "join"), 5*time.Second)
	p.shoot("joined-sheet.png")
	p.choose(`.sheet input[data-decide="files"][value="apart"]`, "apart")
	p.wait("several series", sheetRead+` && document.querySelector(".sheet .finds").innerText.includes("3 series")`, 30*time.Second)
	if got := p.text(".sheet .command"); !strings.HasSuffix(got, " -files apart") {
		t.Errorf("the command is %s", got)
	}
	p.choose(`.sheet input[data-decide="files"][value="join"]`, "join")
	p.wait("one series", sheetRead+" && "+foundWith("follow one another", "join"), 30*time.Second)
	p.wait("the doubt about the pause", `document.querySelector('.sheet input[data-decide="accept:files-gaps"]')`, 30*time.Second)
	p.choose(`.sheet input[data-decide="accept:files-gaps"][value="files-gaps"]`, "files-gaps")
	p.wait("settled", sheetRead+" && "+foundWith("2024-03.csv begins", "files-gaps"), 30*time.Second)
	p.give(`.sheet [data-files="labels"]`, "log of july.csv", "start,end\n2024-02-20 00:00,2024-02-20 06:00\n2024-03-10 00:00,2024-03-10 03:00\n")
	p.wait("labels", sheetRead+` && document.querySelector(".sheet .claim").innerText.includes("2 anomalies")`, 30*time.Second)
	p.shoot("joined-labelled.png")
	const want = "cosinelab data describe 2024-03.csv 2024-01.csv 2024-02.csv -accept files-gaps -files join -label-file 'log of july.csv'"
	if got := p.text(".sheet .command"); got != want {
		t.Errorf("the command is\n%s, want\n%s", got, want)
	}
	p.eval(`document.activeElement.blur()`, nil)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 30*time.Second)
	d := p.shown().Spec.Data
	if d.Source != "file/2024-01.csv,file/2024-02.csv,file/2024-03.csv,file/log of july.csv" || d.LabelFile != "log of july.csv" ||
		d.Files != "join" || d.Accept != "files-gaps" {
		t.Errorf("the address has %+v", d)
	}
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	p.eval(`document.querySelector('.causes [data-do="alarms"]').click()`, nil)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	p.shoot("joined-alarms.png")
	if csv := p.saved("csv", "cosine-1-alarms.csv"); strings.Count(csv, "\n") != len(p.column(2))+1 || !strings.Contains(csv, "2024-0") {
		t.Errorf("%d alarms are listed, the file has\n%s", len(p.column(2)), csv)
	}
}

// give chooses a file in a dialog of the page.
func (p *tab) give(selector, name, text string) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(() => {
		const carried = new DataTransfer(), input = document.querySelector(%q);
		carried.items.add(new File([%q], %q));
		input.files = carried.files;
		input.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, selector, text, name), nil)
}

// fleet is a table whose rows are of two pumps in turn, as a column says.
func fleet(rows int) string {
	var b strings.Builder
	b.WriteString("machine,flow,level\n")
	for r := range rows {
		for k, name := range []string{"north", "south"} {
			level := 5 + math.Cos(float64(r)/7)
			if r%211 > 200 && k == 1 {
				level += 9
			}
			fmt.Fprintf(&b, "%s,%.3f,%.3f\n", name, 10+math.Sin(float64(r+40*k)/9), level)
		}
	}
	return b.String()
}

// New data of several series are scored each by itself, and looked at one by one.
func TestNewDataOfSeveralSeriesAreLookedAtOneByOne(t *testing.T) {
	sp := tiny()
	sp.Data.Train, sp.Data.Test = steps.Range{}, steps.Range{}
	sp.Detect.Threshold = spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 90}
	p := opened(t, serve(t), sp)
	p.eval(keepFiles, nil)
	p.drop("fleet.csv", fleet(500))
	p.wait("sheet", `document.querySelectorAll(".sheet .pv tbody tr").length > 3`, 20*time.Second)
	p.choose(`.sheet select[data-decide="role:1"]`, "entity")
	p.wait("two series", sheetRead+` && document.querySelector(".sheet .finds").innerText.includes("2 series")`, 20*time.Second)
	p.eval(`document.activeElement.blur()`, nil)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	p.eval(`document.querySelector('.causes [data-do="alarms"]').click()`, nil)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	p.give(`.alarms [data-files="score"]`, "today.csv", fleet(400))
	p.wait("both series", `document.querySelectorAll('.alarms select[data-series="shown"] option').length === 2 && document.querySelector(".verdict .claim").innerText.includes("2 series")`, 20*time.Second)
	p.shoot("fleet-north.png")
	// Each of the choices says how many alarms the series has: so many are listed.
	for _, at := range []string{"1", "0"} {
		p.choose(`.alarms select[data-series="shown"]`, at)
		p.wait("series "+at, fmt.Sprintf(`document.querySelector('.alarms select[data-series="shown"]').value === %q && (() => {
			const said = document.querySelector('.alarms select[data-series="shown"] option:checked').innerText.match(/(\d+) alarm/)[1];
			return document.querySelectorAll(".alarms tbody tr").length === +said;
		})()`, at), 10*time.Second)
		p.shoot("fleet-" + at + ".png")
	}
	if csv := p.saved("csv", "today-alarms.csv"); !strings.Contains(csv, "south") {
		t.Errorf("the file of alarms names no series:\n%s", csv)
	}
}

// drawnAnew tells whether the timeline is as wide as its place.
const drawnAnew = `(() => {
	const plot = document.querySelector(".tl-plot"), place = plot.parentElement.clientWidth;
	return place <= innerWidth && Math.abs(plot.querySelector("svg").getBoundingClientRect().width - place) < 2;
})()`

// The sheet shows all its texts in every window, in both languages, light and dark.
func TestTheSheetShowsAllTextsInEveryWindow(t *testing.T) {
	address := serve(t)
	for i, tag := range words.Tags() {
		p := open(t, address, chromium.Speaking(tag))
		p.wait("page", canTrain, time.Minute)
		p.dropFiles(months()...)
		p.wait("sheet", sheetRead, 30*time.Second)
		if i == 1 {
			p.do(chromedp.KeyEvent("t"))
		}
		for _, w := range windows {
			p.do(chromedp.EmulateViewport(w[0], w[1]))
			p.wait("drawn anew", drawnAnew, 20*time.Second)
			p.readable("sheet-"+tag, w[0], w[1])
		}
	}
}
