package browsertest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A person chooses a question beside the data: the experiment is set, the address is short and leads back to it.
func TestAQuestionSetsTheExperiment(t *testing.T) {
	url := serve(t)
	p := open(t, url)
	p.wait("series", canTrain, time.Minute)
	choose := func(name string) {
		p.eval(`(() => { const s = document.querySelector("[data-preset]"); s.value = "`+name+`";
			s.dispatchEvent(new Event("change", {bubbles: true})); })()`, nil)
	}
	choose("network")
	p.wait("another series", `document.querySelector(".pick select[data-source]").value === "builtin/spacecraft" && `+canTrain,
		time.Minute)
	var hash string
	p.eval(`location.hash`, &hash)
	if hash != "#preset=network" {
		t.Errorf("address %q", hash)
	}
	if p.text(".recipe .about") == "" {
		t.Error("nothing says what the experiment does")
	}
	p.shoot("preset.png")
	again := open(t, url+hash)
	again.wait("the same series", `document.querySelector(".pick select[data-source]").value === "builtin/spacecraft" && `+canTrain,
		time.Minute)
	var chosen string
	again.eval(`document.querySelector("[data-preset]").value`, &chosen)
	if chosen != "network" {
		t.Errorf("the link shows %q as chosen", chosen)
	}
	again.do(chromedp.EmulateViewport(390, 844))
	again.shoot("preset-phone.png")
}
