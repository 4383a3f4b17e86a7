package browsertest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"cosinelab/datasets/steps"
	"cosinelab/ui/link"
)

// hostile is a link that somebody else has made.
func hostile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../ui/state/testdata/link-" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// claims waits until the claim of the page holds a word.
func (p *tab) claims(word string) {
	p.t.Helper()
	p.wait("claim with "+word, fmt.Sprintf(`document.querySelector(".claim").innerText.includes(%q)`, word),
		30*time.Second)
}

// Links beyond the bounds are refused in words, before they are drawn or when they are to be trained; what
// was shown stays, Stop is heard, and then the page trains.
func TestHostileLinksAreRefused(t *testing.T) {
	sp := pair()
	p := opened(t, serve(t), sp)
	p.spy()
	follow := func(hash string) { p.eval(fmt.Sprintf("location.hash = %q", hash), nil) }
	for name, field := range map[string]string{"400-arms": "arms", "stride-max": "data.stride"} {
		follow(hostile(t, name))
		p.claims(field)
		var hash string
		if p.eval("location.hash", &hash); hash != "#"+(link.Link{Spec: sp}).Hash() {
			t.Errorf("%s: the address is %s", name, hash)
		}
	}
	p.shoot("link-refused.png")
	follow(hostile(t, "263-gb"))
	p.wait("series", canTrain, time.Minute)
	for range 2 {
		p.press(runButton)
		p.claims("GB")
		p.wait("end", canTrain, 10*time.Second)
	}
	p.shoot("memory-refused.png")
	// A run that is only about to be refused keeps its settings: the link is followed again until it counts.
	p.wait("series", fmt.Sprintf(`(location.hash === %[1]q || (location.hash = %[1]q, false)) &&
		!document.querySelector(".claim").innerText.includes("GB") && %[2]s`, "#"+strings.TrimPrefix(link.Link{Spec: sp}.Hash(), "#"), canTrain), time.Minute)
	p.press(runButton)
	p.wait("report", "window.reported && "+canTrain, time.Minute)
	p.reportsAsIfNothingHappened(sp)
}

// Names of others keep to their place: those that turn the line are isolated, overlong ones are cut, with the
// whole under the pointer. Nothing makes the page wider than its window.
func TestNamesOfOthersKeepToTheirPlace(t *testing.T) {
	p := open(t, serve(t))
	p.wait("engine", canTrain, time.Minute)
	p.eval(fmt.Sprintf("location.hash = %q", hostile(t, "rtl-arm")), nil)
	p.wait("arm", `/^3 /.test(document.querySelector(".status").innerText) && `+canTrain, time.Minute)
	p.press(runButton)
	p.wait("arm in a sentence", `document.querySelector(".why").innerText.includes("\u2068\u202eabc\u2069")`, 20*time.Second)
	p.shoot("rtl-arm.png")
	p.press(".tools [data-language]")
	p.wait("Korean", `document.documentElement.lang === "ko"`, 10*time.Second)
	p.shoot("rtl-arm-ko.png")
	p.press(`.transport [data-do="stop"]`)
	p.wait("stop", canTrain, 20*time.Second)

	sp := pair()
	sp.Arms[0].Name, sp.Arms[1].Name = strings.Repeat("long arm ", 11), "משאבה ראשית"
	file := strings.Repeat("the-pump-of-the-north-", 8) + "2026.csv"
	p.take(file, strings.Replace(csv(1000, ""), "load,heat", strings.Repeat("a channel with a long name ", 3)+",\u05de\u05e9\u05d0\u05d1\u05d4", 1))
	p.wait("file", `document.querySelector(".recipe .pick b").innerText.endsWith("2026.csv") && `+canTrain, 20*time.Second)
	sp.Data.Source, sp.Data.Train, sp.Data.Test = "file/"+file, steps.Range{}, steps.Range{}
	p.eval(fmt.Sprintf("location.hash = %q", link.Link{Spec: sp}.Hash()), nil)
	p.wait("arms", `document.querySelector(".lane-score .ll b").innerText.includes("…") && `+canTrain, 20*time.Second)
	p.press(runButton)
	p.wait("report", canTrain+` && document.querySelectorAll(".results .strip .mark").length`, time.Minute)
	var whole []string
	p.eval(`[document.querySelector("tbody th").title, document.querySelector(".pick").title,
		document.querySelector(".lane-channel .ll b").title]`, &whole)
	if len(whole) != 3 || whole[0] != sp.Arms[0].Name || whole[1] != file || !strings.HasPrefix(whole[2], "a channel with a long name a") {
		t.Errorf("under the pointer: %q", whole)
	}
	p.shoot("long-names-ko.png")
	p.press(".tools [data-language]")
	p.wait("English", `document.documentElement.lang === "en"`, 10*time.Second)
	p.shoot("long-names.png")
	var wider bool
	if p.eval("document.documentElement.scrollWidth > innerWidth", &wider); wider {
		t.Error("the page is wider than its window")
	}
}
