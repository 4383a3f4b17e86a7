package browsertest

import (
	"encoding/base64"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
	"cosinelab/ui/link"
)

// dropped is a file that falls on the page.
type dropped struct {
	name    string
	content []byte
}

// dropFiles lets files fall on the page together.
func (p *tab) dropFiles(files ...dropped) {
	p.t.Helper()
	list := ""
	for _, f := range files {
		list += fmt.Sprintf("add(%q, %q);\n", f.name, base64.StdEncoding.EncodeToString(f.content))
	}
	p.eval(`(() => {
		const carried = new DataTransfer();
		const add = (name, text) => carried.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
		`+list+`
		document.querySelector("main").dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: carried}));
	})()`, nil)
}

// shared reads a file of the shared cases, which are absent elsewhere.
func shared(t *testing.T, name string) dropped {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../../shared/cases", name))
	if err != nil {
		t.Skip("no ../shared/cases: ", err)
	}
	return dropped{filepath.Base(name), content}
}

// plant is a table like one of a plant: a time a minute with two gaps, a row number, channels of which one has missing
// cells, an empty column, labels.
func plant(rows int, label func(row int) string) string {
	var b strings.Builder
	b.WriteString("time,id,valve_1,flow_1,flow_2,p_in,p_out,rpm,temp,vib_x,vib_y,spare,fault\n")
	at := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	for r := range rows {
		switch r {
		case rows / 4:
			at = at.Add(192 * time.Minute)
		case rows * 7 / 10:
			at = at.Add(41 * time.Minute)
		}
		s := math.Sin(float64(r)/240 + 1)
		vib := fmt.Sprintf("%.3f", 0.18+0.05*math.Cos(float64(r)/7))
		if r%97 == 5 {
			vib = ""
		}
		fmt.Fprintf(&b, "%s,%d,%d,%.2f,%.2f,%.3f,%.1f,%d,%.1f,%.3f,%s,,%s\n", at.Format("2006-01-02 15:04"), r+1,
			r%1440/700, 41.2+6*s, 38.9+5*math.Cos(float64(r)/99), 3.1+.2*s, 12.1+.6*s, 1470+r%9, 61.3+3*s,
			.21+float64(r*7919%31)/500, vib, label(r))
		at = at.Add(time.Minute)
	}
	return b.String()
}

func faults(rows int) func(row int) string {
	return func(r int) string {
		for _, f := range []int{17, 43, 68, 77, 87} {
			if from := rows * f / 100; r >= from && r < from+rows/40 {
				return "1"
			}
		}
		return "0"
	}
}

const (
	sheetOpen = `document.querySelector(".sheet")`
	sheetRead = `document.querySelector('.sheet [data-do="use"]:not(:disabled)')`
)

// The sheet is looked at in every state. SCREENSHOTS names the folder of the pictures.
func TestTheSheetInItsStates(t *testing.T) {
	if os.Getenv("SCREENSHOTS") == "" {
		t.Skip("pictures are for looking at")
	}
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	const rows = 17421
	p.dropFiles(dropped{"pump-house.csv", []byte(plant(rows, faults(rows)))})
	p.wait("sheet", sheetRead, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-ready.png")
	p.eval(`document.querySelector('.sheet [data-language]').click()`, nil)
	p.do(chromedp.KeyEvent("t"))
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-ready-ko-dark.png")
	p.eval(`document.querySelector('.sheet [data-language]').click()`, nil)
	p.do(chromedp.KeyEvent("t"))
	p.do(chromedp.EmulateViewport(1280, 720))
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-ready-720.png")
	p.do(chromedp.EmulateViewport(390, 844))
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-ready-390.png")
	p.do(chromedp.EmulateViewport(1440, 900))
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("lab", "!"+sheetOpen, 5*time.Second)
	asked := strings.Replace(plant(rows, func(r int) string {
		if faults(rows)(r) == "1" {
			return fmt.Sprint(1 + r%2)
		}
		return "0"
	}), "fault", "status", 1)
	p.dropFiles(dropped{"pump-house.csv", []byte(asked)})
	p.wait("question", `document.querySelector(".sheet .look-ask")`, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-ask.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	bad := strings.Split(plant(rows, faults(rows)), "\n")
	bad[1287] = strings.Replace(bad[1287], ",1", ",x1", 3)
	p.dropFiles(dropped{"pump-house.csv", []byte(strings.Join(bad, "\n"))})
	p.wait("error", `document.querySelector(".sheet .lines:not([hidden])")`, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-bad.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	none := strings.Split(plant(rows, func(int) string { return "0" }), "\n")
	for i := range none {
		none[i] = none[i][:max(0, strings.LastIndexByte(none[i], ','))]
	}
	p.dropFiles(dropped{"pump-house.csv", []byte(strings.Join(none, "\n"))})
	p.wait("sheet", sheetRead, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-nolabels.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.dropFiles(shared(t, "test_rig.npz"))
	p.wait("sheet", sheetRead, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-npy.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.dropFiles(shared(t, "attack.csv"))
	p.wait("sheet", sheetRead, 20*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-attack.png")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 5*time.Second)
	time.Sleep(300 * time.Millisecond)
	p.shoot("sheet-used.png")
	p.eval(`document.body.classList.add("dragging")`, nil)
	p.shoot("sheet-drag.png")
}

// shown is a spec as the address has it.
func (p *tab) shown() link.Link {
	p.t.Helper()
	var hash string
	p.eval("location.hash", &hash)
	l, err := link.Parse(hash)
	if err != nil {
		p.t.Fatal(err)
	}
	return l
}

// choose takes a value of a list, or of a radio group, as a person does.
func (p *tab) choose(selector, value string) {
	p.t.Helper()
	var ok bool
	p.eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (!e) return false;
		if (e.type === "radio") { e.click(); return true; }
		e.value = %q;
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return e.value === %q;
	})()`, selector, value, value), &ok)
	if !ok {
		p.t.Errorf("nothing at %s can be %q", selector, value)
	}
}

// A person drops a file, changes how it is read with pointer and keys, uses it, and finds it so again.
func TestAPersonDecidesHowAFileIsRead(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	const rows = 2000
	p.dropFiles(dropped{"pump-house.csv", []byte(plant(rows, faults(rows)))})
	p.wait("sheet", sheetRead, 20*time.Second)
	p.wait("focus on the sentence", `document.activeElement.matches(".sheet .claim")`, 5*time.Second)
	if got := p.text(".sheet .claim"); !strings.Contains(got, "9 channels") || !strings.Contains(got, "3 anomalies") {
		t.Errorf("the sheet says %q", got)
	}
	var covered bool
	if p.eval(`document.querySelector("main").closest("[inert]") !== null`, &covered); !covered {
		t.Error("the lab can be reached behind the sheet")
	}
	// The heads are one stop of Tab, the arrow keys go on, Enter opens the list, Escape leads back.
	p.eval(`document.querySelector(".pv th[tabindex='0']").focus()`, nil)
	p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	var at struct {
		Head  string
		Stops int
	}
	const where = `({Head: document.activeElement.dataset.head ?? "", Stops: document.querySelectorAll(".pv th[tabindex='0']").length})`
	if p.eval(where, &at); at.Head != "3" || at.Stops != 1 {
		t.Errorf("the focus is at head %q, of %d stops", at.Head, at.Stops)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("list of roles", `document.activeElement.matches('select[data-decide="role:3"]')`, 5*time.Second)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("sheet still", sheetOpen, time.Second)
	p.choose(`.sheet select[data-decide="role:9"]`, "dropped")
	p.wait("eight channels", `document.querySelector(".sheet .claim").innerText.includes("8 channels") && `+sheetRead, 10*time.Second)
	p.press(`.sheet .chip[data-chip="role:8"]`)
	p.wait("seven channels", `document.querySelector(".sheet .claim").innerText.includes("7 channels") && `+sheetRead, 10*time.Second)
	// The cut by keys, by the pointer, by what is typed.
	p.eval(`document.querySelector(".spl").focus()`, nil)
	p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	p.wait("two per cent more", `document.querySelector(".spl").getAttribute("aria-valuenow") === "52" && `+sheetRead, 10*time.Second)
	p.eval(`(() => {
		const strip = document.querySelector(".tl"), box = strip.getBoundingClientRect();
		const fire = (type, share) => strip.dispatchEvent(new PointerEvent(type, {bubbles: true, cancelable: true, button: 0, clientX: box.left + share * box.width, clientY: box.top + 20}));
		fire("pointerdown", 0.5); fire("pointermove", 0.7); fire("pointermove", 0.8); fire("pointerup", 0.8);
	})()`, nil)
	p.wait("four fifths", `document.querySelector(".sheet .recipe output").innerText === "80 %" && document.querySelector(".sheet .claim").innerText.includes("1 anomaly") && `+sheetRead, 10*time.Second)
	p.choose(`.sheet input[data-decide="cut"]`, "nothing")
	p.wait("a word about the cut", `document.querySelector(".sheet .err:not([hidden])")`, 5*time.Second)
	p.choose(`.sheet input[data-decide="cut"]`, "1200")
	p.wait("a row", `/1.200 steps to train/.test(document.querySelector(".sheet .recipe").innerText) && `+sheetRead, 10*time.Second)
	p.choose(`.sheet input[data-decide="leave"][value="no"]`, "no")
	p.choose(`.sheet select[data-decide="scaling"]`, "robust")
	p.choose(`.sheet input[data-decide="missing"][value="linear"]`, "linear")
	p.wait("another rule", `document.querySelector(".sheet .why").innerText.includes("line between") && `+sheetRead, 10*time.Second)
	command := p.text(".sheet .command")
	const want = "cosinelab data describe pump-house.csv -drop rpm,temp -missing linear -split 1200 -scaling robust"
	if command != want {
		t.Errorf("the command is %s, want %s", command, want)
	}
	p.eval(`document.activeElement.blur()`, nil)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	d := p.shown().Spec.Data
	if d.Source != "file/pump-house.csv" || d.Columns["rpm"] != "dropped" || d.Columns["temp"] != "dropped" ||
		d.SplitRow != 1200 || d.LeaveOut || d.Missing != "linear" || d.Scaling.String() != "robust" {
		t.Errorf("the address has %+v", d)
	}
	p.wait("focus given back", `document.activeElement.dataset.do === "reopen"`, 5*time.Second)
	if got := p.text(".recipe .sub.n"); !strings.Contains(got, "7 channels") {
		t.Errorf("the recipe says %q", got)
	}
	p.do(chromedp.KeyEvent(kb.Enter)) // on the button that opens the sheet again
	p.wait("sheet again", sheetRead, 20*time.Second)
	if got := p.text(".sheet .command"); got != want {
		t.Errorf("opened again the command is %s", got)
	}
	if got := p.text(".sheet .go .dim"); got != "in use as it is" {
		t.Errorf("the sheet of what is in use says %q", got)
	}
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 5*time.Second)
}

// What only a person can know holds the file back until it is answered.
func TestAQuestionIsAnsweredBeforeAFileIsUsed(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	const rows = 2000
	p.dropFiles(dropped{"pump.csv", []byte(strings.Replace(plant(rows, func(r int) string {
		if faults(rows)(r) == "1" {
			return fmt.Sprint(1 + r%2)
		}
		return "0"
	}), "fault", "status", 1))})
	p.wait("question", `document.querySelector(".sheet .look-ask")`, 20*time.Second)
	if got := p.text(".sheet .claim"); !strings.Contains(got, "status is 0 in 87.5 % of the rows, else 1 or 2") {
		t.Errorf("the sheet asks %q", got)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	time.Sleep(300 * time.Millisecond)
	if got := p.text(".sheet .go .dim"); got != "1 question left" {
		t.Errorf("after Enter the sheet says %q", got)
	}
	p.choose(`.sheet .look-ask input[value="1,2"]`, "1,2")
	p.wait("answer", sheetRead, 10*time.Second)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	if d := p.shown().Spec.Data; d.Anomaly != "1,2" || d.Label != "status" || !d.LeaveOut {
		t.Errorf("the address has %+v", d)
	}
}

// A file that cannot be read says where, keeps what was decided, and is looked at again when it is mended.
func TestARefusedFileIsMendedAndDroppedAgain(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	good := plant(1500, faults(1500))
	lines := strings.Split(good, "\n")
	cells := strings.Split(lines[1287], ",")
	cells[6] = "12.4x"
	lines[1287] = strings.Join(cells, ",")
	p.dropFiles(dropped{"pump.csv", []byte(strings.Join(lines, "\n"))})
	p.wait("error", `document.querySelector(".sheet .bad-tag")`, 20*time.Second)
	if got := p.text(".sheet .lines .wrong mark"); got != "12.4x" {
		t.Errorf("the cell that is framed is %q", got)
	}
	if got := p.text(".sheet .claim"); !strings.Contains(got, "1288") || !strings.Contains(got, "p_out") {
		t.Errorf("the sheet says %q", got)
	}
	if got := p.text(".pv .badc b"); got != "p_out" {
		t.Errorf("the column that is marked is %q", got)
	}
	p.shoot("sheet-refused.png")
	p.choose(`.sheet select[data-decide="scaling"]`, "minmax")
	p.dropFiles(dropped{"pump.csv", []byte(good)})
	p.wait("sheet", sheetRead, 20*time.Second)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	if d := p.shown().Spec.Data; d.Scaling.String() != "minmax" {
		t.Errorf("what was decided is lost: %+v", d)
	}
}

// Files of every kind are looked at and used.
func TestFilesOfEveryKindAreLookedAtAndUsed(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	none := strings.Split(plant(400, func(int) string { return "" }), "\n")
	for i := range none {
		none[i] = strings.TrimSuffix(none[i], ",")
	}
	none[0] = strings.TrimSuffix(none[0], ",fault")
	newest := strings.Split(strings.TrimSpace(plant(400, faults(400))), "\n")
	slices.Reverse(newest[1:])
	part := plant(300, faults(300))
	for _, c := range []struct {
		files []dropped
		says  []string
	}{
		{[]dropped{{"none.csv", []byte(strings.Join(none, "\n"))}}, []string{"no labels", "9 channels"}},
		{[]dropped{{"newest.csv", []byte(strings.Join(newest, "\n"))}}, []string{"train until 1 Feb", "9 channels", "newest row first"}},
		{[]dropped{{"train.csv", []byte(part)}, {"test.csv", []byte(part)}}, []string{"train on 300 steps, test on 300", "test.csv"}},
		{[]dropped{shared(t, "half.npy")}, []string{"no time"}},
		{[]dropped{shared(t, "test_rig.npz")}, []string{"2 channels", "1 anomaly"}},
		{[]dropped{shared(t, "folder.zip")}, []string{"channels"}},
	} {
		name := c.files[0].name
		p.dropFiles(c.files...)
		p.wait("sheet of "+name, sheetOpen+` && document.querySelector(".sheet .eyebrow").innerText.includes("`+name+`") && document.querySelector(".pv tbody tr")`, 20*time.Second)
		p.wait("end of reading "+name, `!document.querySelector(".sheet .live-tag")`, 20*time.Second)
		text := p.text(".sheet")
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the sheet does not say %q: %s", name, want, text)
			}
		}
		var asked bool
		if p.eval(`!`+sheetRead, &asked); asked {
			t.Logf("%s: %s", name, p.text(".sheet .claim"))
			p.do(chromedp.KeyEvent(kb.Escape))
			p.wait("lab", "!"+sheetOpen, 5*time.Second)
			continue
		}
		p.do(chromedp.KeyEvent(kb.Enter))
		p.wait("lab with "+name, "!"+sheetOpen+" && "+canTrain, 20*time.Second)
		if d := p.shown().Spec.Data; d.Source != "file/"+name {
			t.Errorf("%s: the address has %+v", name, d)
		}
	}
}

// A million rows of 38 channels are read in the tab, with a bar and a way out, within its memory. COSINELAB_LARGE
// has all of them read; else a tenth is.
func TestALargeFileIsReadWithinTheMemoryOfTheTab(t *testing.T) {
	rows := 100_000
	if os.Getenv("COSINELAB_LARGE") != "" {
		rows = 1_000_000
	}
	p := open(t, serve(t))
	p.begin(weighing)
	p.spy()
	p.wait("engine", canTrain, time.Minute)
	drop := fmt.Sprintf(`(() => {
		window.heaviest = 0;
		for (const w of workers) w.addEventListener("message", (e) => { heaviest = Math.max(heaviest, Array.isArray(e.data) ? JSON.parse(e.data[0]).memory ?? 0 : 0); });
		const head = Array.from({length: 38}, (_, c) => "sensor_" + c).join(",") + "\n";
		const block = Array.from({length: 1000}, (_, r) => Array.from({length: 38}, (_, c) => (100 * Math.sin(r / (9 + c)) + r %% (7 + c)).toFixed(3)).join(",")).join("\n") + "\n";
		const file = new File([head, ...new Array(%d).fill(block)], "large.csv", {type: "text/csv"});
		const carried = new DataTransfer();
		carried.items.add(file);
		document.querySelector("main").dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: carried}));
		return file.size;
	})()`, rows/1000)
	size := 0.0
	p.eval(drop, &size)
	p.wait("first rows", `document.querySelector(".sheet .live-tag") && document.querySelectorAll(".pv thead th").length === 39`, 30*time.Second)
	p.wait("bar", `parseFloat(document.querySelector(".sheet .runbar b")?.style.width) > 0`, 30*time.Second)
	p.shoot("sheet-reading.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 2*time.Second)
	p.eval(drop, &size)
	begun := time.Now()
	p.wait("end", sheetRead, 10*time.Minute) // on a busy machine
	read := time.Since(begun)
	p.shoot("sheet-large.png")
	begun = time.Now()
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 4*time.Minute)
	bytes := 0.0
	p.eval("heaviest", &bytes)
	t.Logf("%d rows of 38 columns, %.0f MB: read in %.1f s, used in %.1f s, at most %.0f MB", rows, size/1e6,
		read.Seconds(), time.Since(begun).Seconds(), bytes/1e6)
	if most := 0.8e3 * float64(rows); bytes == 0 || bytes > max(most, 4e8) {
		t.Errorf("the worker takes %.0f MB, want at most %.0f", bytes/1e6, max(most, 4e8)/1e6)
	}
}

// Files that are no parts of one set are several series: one model, borders in the charts, metrics of each.
func TestSeveralFilesAreSeriesOfOneSet(t *testing.T) {
	sp := tiny()
	sp.Data.Train, sp.Data.Test = steps.Range{}, steps.Range{}
	sp.Detect.Threshold = spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 80} // some alarms, whatever is learnt
	p := opened(t, serve(t), sp)
	p.eval(keepFiles, nil)
	p.dropFiles(dropped{"pump_1.csv", []byte(csv(800, ""))}, dropped{"pump_2.csv", []byte(csv(600, ""))})
	p.wait("sheet", sheetRead, 20*time.Second)
	p.shoot("several-sheet.png")
	if got := p.text(".sheet .finds"); !strings.Contains(got, "2 series") {
		t.Errorf("the sheet says %q", got)
	}
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	if got := p.shown().Spec.Data.Source; got != "file/pump_1.csv,file/pump_2.csv" {
		t.Errorf("the address names %q", got)
	}
	p.eval(`document.querySelector('.transport [data-do="run"]').click()`, nil)
	p.wait("a run", `document.querySelector(".recipe.locked")`, 20*time.Second)
	p.wait("report", isDone, patience)
	p.shoot("several-done.png")
	if got := p.text(".results .detail"); !strings.Contains(got, "pump_1.csv") || !strings.Contains(got, "pump_2.csv") || !strings.Contains(got, "chance") {
		t.Errorf("of the series the results say %q", got)
	}
	var borders int
	p.eval(`document.querySelectorAll(".stack .border").length`, &borders)
	if borders < 4 {
		t.Errorf("%d lanes have a line between the series", borders)
	}
	p.eval(`document.querySelector('.causes [data-do="alarms"]').click()`, nil)
	p.wait("alarms", `document.querySelector(".alarms tbody tr")`, 5*time.Second)
	p.shoot("several-alarms.png")
	scores := p.saved("scores", "cosine-1-scores.csv")
	if head, _, _ := strings.Cut(scores, "\n"); !strings.HasSuffix(head, ",series") || !strings.Contains(scores, ",pump_2.csv\n") {
		t.Errorf("scores begin %.200q", scores)
	}
}

// Labels are chosen from another file on the sheet: here intervals of time.
func TestLabelsAreTakenFromAnotherFile(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	rows := strings.Split(plant(900, func(int) string { return "" }), "\n")
	for i := range rows {
		rows[i] = rows[i][:max(0, strings.LastIndexByte(rows[i], ','))]
	}
	p.drop("pump.csv", strings.Join(rows, "\n"))
	p.wait("sheet", sheetRead, 20*time.Second)
	const chooser = `document.querySelector('.sheet [data-files="labels"]')`
	p.eval(fmt.Sprintf(`(() => {
		const carried = new DataTransfer(), input = %s;
		carried.items.add(new File(["start,end\n600,620\n800,815\n"], "events.csv"));
		input.files = carried.files;
		input.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, chooser), nil)
	p.wait("labels", sheetRead+` && document.querySelector(".sheet .claim").innerText.includes("2 anomalies")`, 20*time.Second)
	p.shoot("sheet-labels-from.png")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.wait("lab", "!"+sheetOpen+" && "+canTrain, 20*time.Second)
	if got := p.text(".recipe .sub.n"); !strings.Contains(got, "anomalous") {
		t.Errorf("in use: %q", got)
	}
}
