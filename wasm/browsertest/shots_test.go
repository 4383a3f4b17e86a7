package browsertest

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cosinelab/wasm/browsertest/chromium"
)

func TestShots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip()
	}
	url := serve(t)
	p := open(t, url, chromium.Speaking("ko-KR"))
	sizes := [][2]int64{{1440, 900}, {1280, 720}, {390, 844}}
	lang := "ko"
	all := func(name string) {
		for _, l := range []string{"ko", "en"} {
			if lang != l {
				p.eval(`document.querySelector('[data-do="language"]').click()`, nil)
				lang = l
			}
			for i, s := range sizes {
				theme := []string{"light", "dark", "light"}[i]
				p.eval(fmt.Sprintf(`document.documentElement.dataset.theme = %q`, theme), nil)
				p.do(chromedp.EmulateViewport(s[0], s[1]))
				time.Sleep(700 * time.Millisecond)
				p.shoot(fmt.Sprintf("%s-%s-%d.png", name, l, s[0]))
				var cut []string
				p.eval(`[...document.querySelectorAll("body *")].filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1 && ["hidden","clip"].includes(getComputedStyle(e).overflowX) && e.innerText && !e.closest(".sr")).map((e) => e.className + ": " + e.innerText.slice(0, 90).replace(/\\s+/g, " ") + " " + e.scrollWidth + ">" + e.clientWidth)`, &cut)
				for _, c := range cut {
					fmt.Println(name, l, s[0], "CUT", c)
				}
			}
		}
	}
	if os.Getenv("BENCH") == "" {
		p.wait("engine", canTrain, time.Minute)
		all("idle")
		p.do(chromedp.EmulateViewport(1440, 900))
		p.eval(`document.querySelector('[data-do="run"]').click()`, nil)
		p.wait("first score", `!document.querySelector('[data-row="alone"] td').classList.contains("wait")`, patience)
		all("live")
		p.wait("report", canTrain, patience)
		all("done")
		p.eval(`document.querySelector('[data-do="more"]').click()`, nil)
		p.eval(`document.querySelector('[data-do="metrics"]').click()`, nil)
		all("more")
	}
	p.do(chromedp.Navigate(url + "bench#only=startup,64x64x64,T&runs=2"))
	p.eval(`localStorage.setItem("language", "ko")`, nil)
	p.do(chromedp.Reload())
	lang = "ko"
	p.startMeasuring()
	p.wait("end", `!document.querySelector('[data-do="run"]').disabled`, time.Minute)
	all("bench")
}
