//go:build !js

package still

import (
	"regexp"
	"strings"
	"testing"

	"cosinelab/ui/chart"
	"cosinelab/ui/vecty"
	"cosinelab/ui/vecty/elem"
)

// part is a page in one language.
type part struct {
	vecty.Core
	texts  []string
	hint   string
	figure *plot
}

func (p *part) Render() vecty.ComponentOrHTML {
	var list vecty.List
	for _, t := range p.texts {
		list = append(list, elem.Bold(vecty.Text(t)))
	}
	return elem.Body(elem.Button(vecty.Markup(vecty.Class("b", "a"), vecty.ClassMap{"c": true, "d": false},
		vecty.Attribute("aria-label", p.hint), vecty.Data("do", "run"), vecty.Property("disabled", false),
		vecty.Property("hidden", true), vecty.Property("tabIndex", 0), vecty.Style("left", "3px"))), elem.Paragraph(list),
		p.figure)
}

// plot is a figure with a line, a marker and two texts.
type plot struct {
	vecty.Core
	name string
}

func (p *plot) Render() vecty.ComponentOrHTML { panic("a figure is drawn, not rendered") }

func (p *plot) Drawn() (chart.Figure, string, *chart.Frame) {
	f := chart.Figure{W: 120, H: 60}
	f.Path("line arm-alone", "M10 5L60 30H110V55")
	f.Path("mark arm-alone", "M59 29L61 31")
	f.Path("alarm-right arm-alone", "M10 57H35V60")
	f.Path("truth", "M20 0H30V60")
	f.Text("tk", 4, 30, chart.End, "0")
	f.Text("tk", 60, 30, chart.Middle, p.name)
	return f, "say " + p.name, &chart.Frame{Left: 10, Right: 10, Top: 5, Bottom: 5}
}

func written(en, ko *part) (page, sheet string) {
	p, s := Write([]Page{{"en", en}, {"ko", ko}})
	return string(p), string(s)
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %s in\n%s", p, text)
		}
	}
}

func TestWhatDiffersBetweenLanguagesIsThereInEach(t *testing.T) {
	page, sheet := written(&part{texts: []string{"same", "one <&> two"}, hint: "Run it", figure: &plot{name: "n"}},
		&part{texts: []string{"same", "하나"}, hint: "실행", figure: &plot{name: "n"}})
	has(t, page, `<button class="a b c s1" aria-label="Run it" data-ko-aria-label="실행" data-do="run" hidden tabindex="0">`,
		`<b>same</b>`, `<b><x-w data-in="en" lang="en">one &lt;&amp;&gt; two</x-w><x-w data-in="ko" lang="ko">하나</x-w></b>`)
	has(t, sheet, `:root[lang="ko"] [data-in]:not([data-in="ko"]) { display: none !important; }`, ".s1.s1 { left:3px; }")
	if strings.Contains(page, "disabled") || strings.Contains(page, "style=") {
		t.Errorf("a property that is off, or a style that a page may not have, in\n%s", page)
	}
	// Where the elements differ, all of them are there once in each language.
	page, _ = written(&part{texts: []string{"a", "b"}, figure: &plot{}}, &part{texts: []string{"c"}, figure: &plot{}})
	has(t, page, `<p><x-w data-in="en" lang="en"><b>a</b><b>b</b></x-w><x-w data-in="ko" lang="ko"><b>c</b></x-w></p>`)
}

func TestFiguresAreStretchedButForTextsAndMarkers(t *testing.T) {
	page, sheet := written(&part{hint: "x", figure: &plot{name: "step"}}, &part{hint: "x", figure: &plot{name: "시점"}})
	has(t, page,
		`role="img"`, `aria-label="say step"`, `data-ko-aria-label="say 시점"`,
		// from the upper left corner between the margins to its middle, the right edge, the lower right corner
		`<path class="line arm-alone" d="m0 0l500 125h500v125"/>`,
		// the row below has its own height
		`<svg y="100%" width="100%" height="5" viewBox="0 0 1000 250"`, `<path class="alarm-right arm-alone" d="m0 100h250v150"/>`,
		// what runs through all of it has a part in each row
		`<svg y="-5" width="100%" height="5" viewBox="0 0 1000 250" preserveAspectRatio="none"><path class="truth" d="m100 0h100v250"/>`,
		`<svg x="50%" y="50%"><path class="mark arm-alone" d="M-1 -1L1 1"/></svg>`,
		`<text class="tk" x="0%" y="50%" dx="-6" text-anchor="end" data-in="en">0</text>`,
		`<text class="tk" x="50%" y="50%" text-anchor="middle" data-in="ko">시점</text>`)
	has(t, sheet, "left: 0.625rem; top: 0.3125rem; width: calc(100% - 1.25rem); height: calc(100% - 0.625rem)")
	if regexp.MustCompile(`<svg[^>]*style=`).MatchString(page) {
		t.Error("a figure has a style of its own")
	}
}
