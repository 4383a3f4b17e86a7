package session

import (
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// view asks for buckets and waits for them.
func (p *page) view(v protocol.View) []float32 {
	p.t.Helper()
	id := p.post(protocol.Request{Type: protocol.TypeView, View: &v})
	m, _ := p.wait(protocol.TypeSeries)
	if m.ID != id || len(m.values) != 3*v.Width*len(v.Lines) || m.Series.View.Width != v.Width ||
		m.Series.Rows != 43 {
		p.t.Fatalf("answer %d: %+v with %d values", m.ID, m.Series, len(m.values))
	}
	return m.values
}

func TestASpikeOfOneStepSurvivesEveryWidth(t *testing.T) {
	p := opened(t)
	for _, width := range []int{1, 2, 7, 43, 100} {
		got := p.view(protocol.View{Range: steps.Range{To: 43}, Width: width,
			Lines: []protocol.Line{{Kind: protocol.LineInput, Channel: 1}}})
		high, low := float32(0), float32(math.Inf(1))
		for k := range width {
			low, high = min(low, got[3*k]), max(high, got[3*k+1])
			if mean := got[3*k+2]; !(mean >= got[3*k] && mean <= got[3*k+1]) {
				t.Errorf("width %d, bucket %d: minimum, maximum, mean %v", width, k, got[3*k:3*k+3])
			}
		}
		if high < 900 || low > 51 {
			t.Errorf("width %d: values from %v to %v, want 50 to over 900", width, low, high)
		}
	}
}

func TestBucketsAreMinimumMaximumAndMean(t *testing.T) {
	p := opened(t)
	// Channel 0 is t % 7, and the test part begins at t = 60, which is 4.
	got := p.view(protocol.View{Range: steps.Range{From: 3, To: 9}, Width: 2,
		Lines: []protocol.Line{{Kind: protocol.LineInput, Channel: 0}}})
	if want := []float32{0, 2, 1, 3, 5, 4}; !slices.Equal(got, want) {
		t.Errorf("steps 3 to 8, which are 0 to 5: %v, want %v", got, want)
	}
	if got = p.view(protocol.View{Range: steps.Range{From: 3, To: 5}, Width: 4,
		Lines: []protocol.Line{{Kind: protocol.LineInput,
			Channel: 0}}}); !slices.Equal(got, []float32{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}) {
		t.Errorf("more buckets than steps: %v", got)
	}
}

func TestWhatIsNotThereIsNaN(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	lines := []protocol.Line{
		{Kind: protocol.LineScore, Arm: "alone", Seed: 1},
		{Kind: protocol.LineStudent, Arm: "alone", Seed: 1, Channel: 1},
		{Kind: protocol.LineScore, Arm: "alone", Seed: 2},
		{Kind: protocol.LineStudent, Arm: "random", Seed: 1},
		{Kind: protocol.LineTeacher, Seed: 1},
		{Kind: protocol.LineCosine, Arm: "alone", Seed: 1},
		{Kind: protocol.LineInput, Channel: 2},
		{Kind: protocol.LineInput, Channel: -1},
		{Kind: "colour"},
	}
	got := p.view(protocol.View{Range: steps.Range{To: 43}, Width: 43, Lines: lines})
	for i, l := range lines {
		for step := range 43 {
			there := i < 2 && step < 40 // the last three steps are in no window
			x := got[3*(43*i+step)]
			if (x == x) != there {
				t.Errorf("%+v, step %d: %v", l, step, x)
			}
		}
	}
}

func TestCosineIsThatOfTeacherAndStudent(t *testing.T) {
	p := opened(t)
	s := small()
	s.Arms = []spec.Arm{{Name: "cosine", Objective: spec.Objective{Kind: spec.ObjectiveCosine,
		Axis: spec.AxisChannel, Weight: 1, Schedule: spec.WeightConstant}}}
	p.run(protocol.TypeRun, s)
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	line := func(kind string, channel int) protocol.Line {
		return protocol.Line{Kind: kind, Arm: "cosine", Seed: 1, Channel: channel}
	}
	got := p.view(protocol.View{Range: steps.Range{To: 40}, Width: 40,
		Lines: []protocol.Line{line(protocol.LineTeacher, 0), line(protocol.LineTeacher, 1),
			line(protocol.LineStudent, 0), line(protocol.LineStudent, 1), line(protocol.LineCosine, 0)}})
	at := func(line, step int) float64 { return float64(got[3*(40*line+step)]) }
	for step := range 40 {
		a, b := [2]float64{at(0, step), at(1, step)}, [2]float64{at(2, step), at(3, step)}
		want := (a[0]*b[0] + a[1]*b[1]) / (math.Hypot(a[0], a[1]) * math.Hypot(b[0], b[1]))
		if math.Abs(at(4, step)-want) > 1e-6 {
			t.Fatalf("step %d: cosine %v, want %v", step, at(4, step), want)
		}
	}
}

// Runs belong to the cut that they were made on.
func TestRunsAreShownOnTheirOwnCutOnly(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, small())
	p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	score := protocol.View{Range: steps.Range{To: 43}, Width: 1,
		Lines: []protocol.Line{{Kind: protocol.LineScore, Arm: "alone", Seed: 1}}}
	other := data()
	other.Channels = []int{1}
	for _, c := range []struct {
		data  spec.Data
		there bool
	}{{data(), true}, {other, false}, {data(), true}} {
		p.post(protocol.Request{Type: protocol.TypeOpen, Data: &c.data})
		p.wait(protocol.TypeData)
		if x := p.view(score)[0]; (x == x) != c.there {
			t.Errorf("channels %v: score %v", c.data.Channels, x)
		}
	}
}

func TestViewsOutsideTheSeriesAreRefused(t *testing.T) {
	line := []protocol.Line{{Kind: protocol.LineInput}}
	p := newPage(t)
	p.fails(p.post(protocol.Request{Type: protocol.TypeView,
		View: &protocol.View{Range: steps.Range{To: 1}, Width: 1,
			Lines: line}}), "view", "", "no data set is open")
	p = opened(t)
	for want, v := range map[string]protocol.View{
		"steps -1 up to 5 of 43":            {Range: steps.Range{From: -1, To: 5}, Width: 1, Lines: line},
		"steps 0 up to 44 of 43":            {Range: steps.Range{To: 44}, Width: 1, Lines: line},
		"steps 5 up to 5 of 43":             {Range: steps.Range{From: 5, To: 5}, Width: 1, Lines: line},
		"0 buckets for 1 lines":             {Range: steps.Range{To: 5}, Width: 0, Lines: line},
		"5 buckets for 0 lines":             {Range: steps.Range{To: 5}, Width: 5},
		"9.223372036854776e+18 buckets for": {Range: steps.Range{To: 5}, Width: math.MaxInt, Lines: line},
	} {
		p.fails(p.post(protocol.Request{Type: protocol.TypeView, View: &v}), "view", "", want)
	}
}

func TestAThresholdSetByHandIsJudged(t *testing.T) {
	p := opened(t)
	p.run(protocol.TypeRun, small())
	report, _ := p.wait(protocol.TypeReport)
	p.state(protocol.StateIdle)
	run := report.Report.Arms[1].Runs[0]
	judge := func(threshold float64) spec.Run {
		id := p.post(protocol.Request{Type: protocol.TypeJudge,
			Judge: &protocol.Judge{Arm: "alone", Seed: 1, Threshold: &threshold}})
		m, _ := p.wait(protocol.TypeJudged)
		if got := m.Runs[0].Threshold; m.ID != id || got.Saw != spec.SawHand ||
			got.Value != metrics.Value(threshold) ||
			got.Policy != 0 || got.Tail != nil {
			t.Errorf("answer %d: %+v", m.ID, got)
		}
		return m.Runs[0]
	}
	// The spike is the largest error by far: just below it, it alone is flagged.
	top := run.Scores[spike]
	if got := judge(top * 0.99); len(got.Alarms) != 1 ||
		got.Alarms[0] != (steps.Range{From: spike, To: spike + 1}) || got.Hits != 1 ||
		got.Of("f1").Value != 1 || got.Of("auroc").Value != run.Of("auroc").Value {
		t.Errorf("below the spike: alarms %v, hits %d, F1 %v", got.Alarms, got.Hits, got.Of("f1").Value)
	}
	if got := judge(top); len(got.Alarms) != 0 || got.Hits != 0 || got.Of("f1").Value != 0 {
		t.Errorf("at the spike: alarms %v: a score at the threshold is not above it", got.Alarms)
	}
	join := func(merge, least int) spec.Run {
		p.post(protocol.Request{Type: protocol.TypeJudge,
			Judge: &protocol.Judge{Arm: "alone", Seed: 1, Merge: &merge, Least: &least}})
		m, _ := p.wait(protocol.TypeJudged)
		if got := m.Runs[0].Threshold; got.Value != run.Threshold.Value || got.Policy != run.Threshold.Policy ||
			got.Merge != merge || got.Least != least {
			t.Errorf("joined over %d, at least %d: %+v", merge, least, got)
		}
		return m.Runs[0]
	}
	if got := join(0, 0); !slices.Equal(got.Alarms, run.Alarms) || len(got.Alarms) < 2 {
		t.Errorf("as before: alarms %v, want %v", got.Alarms, run.Alarms)
	}
	last := run.Alarms[len(run.Alarms)-1].To
	if got := join(last, 0); !slices.Equal(got.Alarms, []steps.Range{{From: run.Alarms[0].From, To: last}}) {
		t.Errorf("joined over everything: alarms %v", got.Alarms)
	}
	if got := join(0, last); len(got.Alarms) != 0 || got.Hits != 0 {
		t.Errorf("none is so long: alarms %v", got.Alarms)
	}
	p.fails(p.post(protocol.Request{Type: protocol.TypeJudge, Judge: &protocol.Judge{Arm: "alone", Seed: 9}}),
		"view", "", "seed 9 has no scores")
}
