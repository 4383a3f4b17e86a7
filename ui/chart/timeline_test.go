package chart

import (
	"strings"
	"testing"

	"cosinelab/datasets/steps"
)

// A strip of a file shows everything in it inside of it: the cut where it is, labels, gaps, times, each text apart
// from the one before.
func TestATimelineShowsWhatIsInAFile(t *testing.T) {
	line := make([]byte, 80)
	for i := range line {
		line[i] = byte(1 + i*3)
	}
	line[20], line[21] = 0, 0
	f := Timeline{Rows: 1000, Cut: 600, Line: line, Marked: []steps.Range{{From: 100, To: 120}, {From: 700, To: 701}},
		Gaps:  []Note{{Row: 300, Text: "gap 3 h"}, {Row: 302, Text: "gap 4 h"}, {Row: 999, Text: "gap 5 h"}},
		Ticks: []Note{{Row: 0, Text: "1 Feb"}, {Row: 500, Text: "2 Feb"}, {Row: 510, Text: "3 Feb"}},
		Train: "train 60 %", Test: "test 40 %"}.Draw(400, 100, 1)
	paths := map[string]string{}
	for _, p := range f.Paths {
		paths[p.Class] += p.D
	}
	if paths["split"] != "M240 0V80" || paths["trained"] != "M0 0H240V80H0Z" {
		t.Errorf("the cut is drawn as %s, %s", paths["split"], paths["trained"])
	}
	if n := strings.Count(paths["gap"], "M"); n != 3 {
		t.Errorf("%d gaps are drawn", n)
	}
	if n := strings.Count(paths["strokes"], "M"); n != 2 {
		t.Errorf("the line has %d parts, want one before the stretch that holds nothing, and one behind it", n)
	}
	if n := strings.Count(paths["truth"], "M"); n != 2 {
		t.Errorf("%d anomalies are marked", n)
	}
	var texts []string
	for _, x := range f.Texts {
		texts = append(texts, x.Text)
		if x.X < 0 || x.X > 400 || x.Y < 0 || x.Y > 100 {
			t.Errorf("%q stands at %v, %v", x.Text, x.X, x.Y)
		}
	}
	if got := strings.Join(texts, ", "); got != "gap 3 h, 1 Feb, 2 Feb, train 60 %, test 40 %" {
		t.Errorf("the texts are %s", got)
	}
}
