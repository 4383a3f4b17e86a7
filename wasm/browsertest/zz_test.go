package browsertest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestZZ(t *testing.T) {
	p := open(t, serve(t))
	p.do(chromedp.EmulateViewport(1440, 900))
	p.wait("engine", canTrain, time.Minute)
	p.do(chromedp.KeyEvent(" "))
	p.wait("report", isDone, patience)
	p.press(`[data-do="language"]`)
	time.Sleep(time.Second)
	p.press(`[data-do="metrics"]`)
	time.Sleep(time.Second)
	p.eval(`document.querySelector(".tablebox").scrollLeft = 1250`, nil)
	time.Sleep(500 * time.Millisecond)
	p.shoot("k_right.png")
	p.eval(`document.querySelector(".tablebox").scrollLeft = 0; document.querySelector(".tablebox").scrollTop = 1650`, nil)
	time.Sleep(500 * time.Millisecond)
	p.shoot("k_notes.png")
}
