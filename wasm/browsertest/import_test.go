package browsertest

import (
	"encoding/base64"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
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
