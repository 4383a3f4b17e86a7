package timing

import (
	"encoding/json"
	"strings"
	"testing"
)

var half = Line{Group: GroupProduct, Name: "64x64x64", Workers: 1, FLOP: 2e9,
	Times: Times{Median: 50, P10: 40, Runs: 3}, Roofline: 80,
	RooflineBest: 100}

func TestARowSaysWhatIsNotKnown(t *testing.T) {
	unknown := half
	unknown.Roofline, unknown.RooflineBest = 0, 0
	if row := half.Row(); !strings.Contains(row, "40.0") || strings.Count(row, "50 %") != 2 {
		t.Errorf("row %q, want 40 GFLOP/s, half of the roofline", row)
	}
	for _, l := range []Line{unknown, {Group: GroupStartup, Name: "page",
		Times: Times{Median: 50, P10: 50, Runs: 1}}} {
		if row := l.Row(); strings.Contains(row, "%") || strings.Contains(row, "NaN") {
			t.Errorf("row %q has a share of an unknown roofline", row)
		}
	}
}

func TestColumnsStandBelowTheirNames(t *testing.T) {
	row := half.Row()
	for _, c := range []struct{ name, value string }{{"workers", "1"}, {"GFLOP ", "2.0000"},
		{"median ms", "50.0000"}, {"roofline", "80.0"}} {
		name := strings.TrimSpace(c.name)
		if end := strings.Index(Head, c.name) + len(name); row[end-len(c.value):end] != c.value {
			t.Errorf("%q does not end below %q:\n%s\n%s", c.value, name, Head, row)
		}
	}
}

func TestTwoWorkersAreComparedWithTwoRooflines(t *testing.T) {
	two := half
	two.Workers = 2
	if two.Share() != half.Share()/2 || two.BestShare() != half.BestShare()/2 ||
		two.GFLOPS() != half.GFLOPS() {
		t.Errorf("shares %v, %v on two workers, %v, %v on one", two.Share(), two.BestShare(), half.Share(),
			half.BestShare())
	}
}

func TestJSONSaysWhatFollows(t *testing.T) {
	text, err := json.Marshal(Report{Lines: []Line{half,
		{Group: GroupStartup, Times: Times{Median: 1, Runs: 1}},
		{Group: GroupProduct, FLOP: 2}}}) // the last is not timed yet
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Lines []map[string]any }
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Lines[0]["gflops"] != 40.0 || got.Lines[0]["share_of_roofline"] != 0.5 ||
		got.Lines[0]["median_ms"] != 50.0 {
		t.Errorf("first line %v", got.Lines[0])
	}
	for _, l := range got.Lines[1:] {
		if _, there := l["gflops"]; there {
			t.Errorf("it has a speed: %v", l)
		}
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil || back.Lines[0] != half {
		t.Errorf("back comes %+v, %v", back.Lines[0], err)
	}
}

func TestTimesAreQuantiles(t *testing.T) {
	if got := Of([]float64{5, 1, 4, 2, 3}); got != (Times{Median: 3, P10: 1, Runs: 5}) {
		t.Errorf("%+v", got)
	}
}

func TestMarkdownLeavesOutWhatIsNotKnown(t *testing.T) {
	r := Report{Lines: []Line{{Group: GroupStartup, Name: "page", Times: Times{Median: 1234.5, Runs: 1}},
		half,
		{Group: GroupStep, Name: "T", About: "a transformer", Workers: 2, FLOP: 1e9,
			Times: Times{Median: 12.34, Runs: 1}},
		{Group: GroupScoring, Name: "A", About: "one window", Workers: 2, FLOP: 1e7,
			Times: Times{Median: 0.5, Runs: 1}}}}
	const want = `| | workers | ms | GFLOP/s | of roofline |
|---|--:|--:|--:|--:|
| startup page |  | 1234 |  |  |
| product 64x64x64 | 1 | 50 | 40.0 | 50 % |
| training step T: a transformer | 2 | 12.3 | 81.0 |  |
| scoring A: one window, 2000 windows/s | 2 | 0.5 | 20.0 |  |
`
	if got := r.Markdown(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
