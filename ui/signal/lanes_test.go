//go:build !js

// Compiled for the browser this package has vecty in it, which refuses to start outside a page. What is
// tested here is the same code either way.

package signal

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/ui/chart"
)

// flat makes n buckets of the steps 0 to 1000, all of one value.
func flat(n int, v float32) chart.Buckets {
	b := chart.Buckets{Range: steps.Range{To: 1000}}
	for range n {
		b.Values = append(b.Values, v, v, v)
	}
	return b
}

// spans pairs up where spans begin and end.
func spans(ends ...int) []steps.Range {
	var out []steps.Range
	for i := 0; i < len(ends); i += 2 {
		out = append(out, steps.Range{From: ends[i], To: ends[i+1]})
	}
	return out
}

// example is a view of the steps 0 to 1000 with two anomalies, and two arms of which the first has scores.
func example() *Props {
	score := flat(100, 0.1)
	score.Values[3*12+1] = 0.9 // steps 120 to 130: right
	score.Values[3*80+1] = 0.8 // steps 800 to 810: false
	return &Props{
		Words: words.English(), Steps: 2000, Range: steps.Range{From: 0, To: 1000}, Cursor: 125,
		Labelled: true,
		Truth:    spans(100, 200, 500, 510, 1500, 1600),
		Overview: chart.Buckets{Range: steps.Range{To: 2000}, Values: []float32{0, 1, 0.5, 0, 2, 1}},
		Channels: []Channel{{Number: 4, Name: "load", Input: flat(100, 0.67), Teacher: flat(100, 0.26),
			Student: flat(100, 0.55)}},
		Student: "cosine",
		Arms: []Arm{
			{Name: "cosine", Label: "+ cosine", Short: "+ cosine", Look: chart.LookOf("cosine", 0),
				Score: score, Cosine: flat(100, 0.6),
				Policy: 0.5, Threshold: 0.5, Alarms: spans(122, 125, 804, 806)},
			{Name: "mse", Label: "+ MSE", Short: "+ MSE", Look: chart.LookOf("mse", 0), Policy: math.NaN(),
				Threshold: math.NaN()},
		},
	}
}

func rowsOf(p *Props) (*stack, []lane) {
	s := newStack(p, &traces{})
	return s, s.lanes()
}

func TestLanesStandInTheOrderOfTheReference(t *testing.T) {
	_, rows := rowsOf(example())
	var got []string
	for _, l := range rows {
		got = append(got, l.key)
	}
	want := []string{"overview", "funnel", "channel 0", "cosine", "score cosine", "score mse", "axis"}
	if !slices.Equal(got, want) {
		t.Errorf("lanes %q, want %q", got, want)
	}
}

func TestReadoutsFollowTheLegendLaneByLane(t *testing.T) {
	_, rows := rowsOf(example())
	if got, want := readouts(words.English().Numbers, rows, 125), []string{"0.67", "0.26", "0.55", "0.60",
		"0.90"}; !slices.Equal(got, want) {
		t.Errorf("at step 125 %q, want %q", got, want)
	}
	for _, text := range readouts(words.English().Numbers, rows, -1) {
		if text != "–" {
			t.Errorf("without a cursor %q, want a dash", text)
		}
	}
}

func TestAlarmsAreCountedInViewAgainstTheTruth(t *testing.T) {
	s, _ := rowsOf(example())
	if m := s.marks[0]; m.found != 1 || m.segments != 2 || m.false != 1 {
		t.Errorf("%d of %d found, %d false; want 1 of 2 and 1", m.found, m.segments, m.false)
	}
}

func TestAThresholdThatIsNotJudgedYetAlarmsFromTheBuckets(t *testing.T) {
	p := example()
	p.Arms[0].Pending, p.Arms[0].Threshold = true, 0.85
	s, rows := rowsOf(p)
	if m := s.marks[0]; m.found != 1 || m.false != 0 {
		t.Errorf("%d found, %d false; want 1 and 0", m.found, m.false)
	}
	if got, want := rows[4].sub, "δ 0.85, by hand"; got != want {
		t.Errorf("the lane says %q, want %q", got, want)
	}
}

func TestWithoutLabelsNoAlarmIsRightOrFalse(t *testing.T) {
	p := example()
	p.Labelled, p.Truth = false, nil
	s, rows := rowsOf(p)
	if m := s.marks[0]; m.found != 2 || len(m.False) != 0 || len(m.Missed) != 0 {
		t.Errorf("alarms %+v, want two that are only alarms", m)
	}
	if say := rows[4].say; !strings.HasSuffix(say, "2 alarms in view.") {
		t.Errorf("said %q", say)
	}
}

func TestEmptyLanesSayWhy(t *testing.T) {
	p := example()
	_, rows := rowsOf(p)
	if got := rows[5].empty; got != "waits for its turn" {
		t.Errorf("the arm without scores says %q", got)
	}
	p.Arms[1].Note = "no scores: loss became NaN at step 212"
	_, rows = rowsOf(p)
	if got := rows[5].empty; got != p.Arms[1].Note {
		t.Errorf("the arm that failed says %q", got)
	}
	_, rows = rowsOf(&Props{Words: words.English(), Cursor: -1, Channels: make([]Channel, 1)})
	if rows[0].empty != "no series yet" || rows[2].empty != "no series yet" ||
		rows[3].empty != "waits for its turn" {
		t.Errorf("without a series: %q, %q, %q", rows[0].empty, rows[2].empty, rows[3].empty)
	}
}

func TestALaneWithoutASeriesDrawsItsReasonOnly(t *testing.T) {
	s, rows := rowsOf(&Props{Words: words.English(), Cursor: -1, Channels: make([]Channel, 1),
		Arms: make([]Arm, 1)})
	for _, l := range rows {
		f := s.figure(l, box{900, 80, 1})
		if len(f.Paths) > 0 || len(f.Texts) > 0 != (l.empty != "") {
			t.Errorf("%s draws %+v for %q", l.key, f, l.empty)
		}
	}
}

func TestEveryChartHasANameAndASummary(t *testing.T) {
	_, rows := rowsOf(example())
	want := map[string]string{
		"overview": "Overview of the whole test part: 2\u2009000 steps, 3 true anomalies; in view are " +
			"the steps 0 to 1\u2009000.",
		"channel 0": "load: the input lies between 0.67 and 0.67.",
		"cosine":    "Cosine of teacher and student output per step: + cosine 0.60 on average.",
		"score cosine": "Score of + cosine, highest 0.90. Alarms find 1 of 2 true anomalies in view; 1 is " +
			"false.",
		"score mse": "+ MSE: no values yet.",
		"axis":      "Time axis: steps 0 to 1\u2009000.",
	}
	for _, l := range rows {
		if l.kind != funnel && l.say != want[l.key] {
			t.Errorf("%s: %q, want %q", l.key, l.say, want[l.key])
		}
	}
}

func TestTheScoreAxisStandsStillWhileAThresholdMoves(t *testing.T) {
	p := example()
	before := p.scoreTop()
	p.Arms[0].Threshold = 0.01
	if after := p.scoreTop(); after != before {
		t.Errorf("the axis went from %v to %v", before, after)
	}
}

func TestOnePeakDoesNotPressTheThresholdToTheFloor(t *testing.T) {
	p := example()
	p.Arms[0].Score.Values[1] = 500
	if top := p.scoreTop(); top != cutAbove*0.5 {
		t.Errorf("the axis ends at %v, want %v", top, cutAbove*0.5)
	}
	p.Arms[0].Score = flat(10, 0.01)
	if top := p.scoreTop(); top <= 0.5 {
		t.Errorf("the axis ends at %v, below the threshold", top)
	}
	p.ScoreMax = 1.7
	if top := p.scoreTop(); top != 1.7 {
		t.Errorf("the axis ends at %v, want the highest score of the whole part", top)
	}
}

func TestNumbersKeepTheDigitsThatCount(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.00", 0.674: "0.67", -0.19: "−0.19", 16.24: "16.2", 123.4: "123", -4567: "−4\u2009567",
		0.00042: "4.2e-4", -0.0042: "−0.0042",
		3.21e7: "3.2e7", math.Inf(1): "n/a", math.NaN(): "n/a",
	} {
		if got := number(words.English().Numbers, v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

// classes lists what a figure draws.
func classes(f chart.Figure) []string {
	var out []string
	for _, p := range f.Paths {
		out = append(out, p.Class)
	}
	return out
}

func TestEachLaneDrawsWhatItsKindNeeds(t *testing.T) {
	s, rows := rowsOf(example())
	want := map[string][]string{
		"overview": {"truth", "bracket-bar", "strokes", "veil"},
		"funnel":   {"funnel"},
		"channel 0": {"truth", "truth-edge", "bracket", "grid", "env", "line input", "line arm-cosine",
			"line arm-teacher"},
		"cosine": {"truth", "truth-edge", "grid", "line arm-cosine"},
		"score cosine": {"truth", "truth-edge", "area arm-cosine", "peaks arm-cosine", "axis", "missed",
			"alarm-right arm-cosine", "alarm-false arm-cosine", "threshold"},
		"score mse": {"truth", "truth-edge", "axis"},
		"axis":      {"axis", "axis"},
	}
	for _, l := range rows {
		if got := classes(s.figure(l, box{900, 80, 1})); !slices.Equal(got, want[l.key]) {
			t.Errorf("%s draws %q, want %q", l.key, got, want[l.key])
		}
		if got := classes(s.figure(l, box{})); got != nil {
			t.Errorf("%s without a size draws %q", l.key, got)
		}
	}
}

func TestDashedLinesAreCalmedOnlyWhereStepsAreNarrowerThanAPixel(t *testing.T) {
	x := chart.Scale{From: 0, To: 1000, Start: 38, End: 838}
	if n := calmed(flat(900, 1), x).Len(); n != 300 {
		t.Errorf("900 buckets on 800 pixels became %d, want 300", n)
	}
	if n := calmed(flat(90, 1), x).Len(); n != 90 {
		t.Errorf("90 buckets on 800 pixels became %d, want all of them", n)
	}
}

// The random score stands on a scale of its own, leaves that of the others as it is, and has no handle, no value at
// the cursor, but what point adjustment makes of it.
func TestTheRandomScoreFollowsTheOthers(t *testing.T) {
	p := example()
	plain := newStack(example(), &traces{}).top
	p.Arms[0].Score.Values[1] = 0.7
	p.Arms[1] = Arm{Name: "random", Label: "random score", Score: flat(100, 0.99), Policy: 0.98, Threshold: 0.97,
		Alarms: spans(150, 151), Adjusted: "PA F1 66.7"}
	s, rows := rowsOf(p)
	b := box{w: 500, h: 60, unit: 1}
	if s.top != plain || s.scoreScale(1, b).To != 1 || s.scoreScale(0, b).To != plain {
		t.Errorf("scales end at %v and %v, want %v and 1", s.scoreScale(0, b).To, s.scoreScale(1, b).To, plain)
	}
	l := rows[5]
	if l.sub != "as many flagged" || len(l.legend) != 0 || s.control(l, b) != nil || s.control(rows[4], b) == nil {
		t.Errorf("%+v", l)
	}
	if tally := s.tally(l); len(tally) != 3 {
		t.Errorf("%d rows beside it", len(tally))
	}
	if n := len(readouts(words.English().Numbers, rows, 125)); n != 5 {
		t.Errorf("%d values at the cursor", n)
	}
}
