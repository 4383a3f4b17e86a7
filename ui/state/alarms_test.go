package state

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// alarming is a page with a report whose cosine arm alarms three times, and whose list of alarms is open.
func alarming(t *testing.T) *State {
	t.Helper()
	s := explained(t)
	run := &s.Run.Runs[0]
	run.Alarms = append(run.Alarms, steps.Range{From: 4000, To: 4007})
	run.Causes = append(run.Causes, []spec.Cause{{Channel: 1, Share: 0.4}, {Channel: 0, Share: 0.3}, {Channel: 5, Share: 0.2}})
	run.Peaks = []spec.Peak{{Step: 15, Score: 0.9}, {Step: 120, Score: 0.5}, {Step: 4001, Score: 1.6}}
	s.Update(OpenAlarms{true})
	return s
}

func froms(v AlarmList) (list []int) {
	for _, r := range v.Rows {
		list = append(list, r.From)
	}
	return list
}

func TestAlarmsAreListedWithWhatIsKnownOfThem(t *testing.T) {
	s := idle(t)
	s.Update(OpenAlarms{true})
	if v := s.AlarmList(); v.Missing == "" || v.Rows != nil {
		t.Errorf("before any score: %+v", v)
	}
	s = alarming(t)
	v := s.AlarmList()
	if v.Missing != "" || v.Tab != "Alarms 3" || !slices.Equal(froms(v), []int{14, 100, 4000}) {
		t.Fatalf("%+v", v)
	}
	first, second, third := v.Rows[0], v.Rows[1], v.Rows[2]
	if first.Kind != AlarmRight || first.Judged != "right, *A1*" || second.Kind != AlarmFalse {
		t.Errorf("judged %+v, %+v", first, second)
	}
	if third.Start != "4\u202f000" && third.Start != words.English().Count(4000) || third.Length != "7 steps" || third.Peak != "1.60" {
		t.Errorf("%+v", third)
	}
	if third.Channels != "Channel 2 *40 %*, Channel 1 *30 %* +1" {
		t.Errorf("channels %q", third.Channels)
	}
	if !third.Part.Known || third.Part.Value != 1 || math.Abs(first.Part.Value-math.Sqrt(0.9/1.6)) > 1e-12 {
		t.Errorf("bars of %v and %v", first.Part, third.Part)
	}
	if !strings.HasPrefix(v.Foot, "1 right, 2 false; 1 of 1 anomalies found") || v.Rate != "" {
		t.Errorf("%q, %q", v.Foot, v.Rate)
	}
	if !first.Focus || second.Focus {
		t.Error("the keyboard does not begin with the first row, or with several")
	}
}

func TestAlarmsAreSorted(t *testing.T) {
	s := alarming(t)
	for _, c := range []struct {
		by   AlarmOrder
		want []int
	}{{AlarmsByScore, []int{4000, 14, 100}}, {AlarmsByLength, []int{100, 4000, 14}}, {AlarmsByTime, []int{14, 100, 4000}}} {
		s.Update(SortAlarms{c.by})
		v := s.AlarmList()
		if got := froms(v); !slices.Equal(got, c.want) {
			t.Errorf("by %q: %v, want %v", c.by, got, c.want)
		}
		for _, h := range v.Heads {
			if h.Sorted != (h.Sorts && h.Order == c.by) {
				t.Errorf("by %q: head %+v", c.by, h)
			}
		}
	}
}

func TestAnAlarmThatIsShownMovesTheChartsAndTheCursor(t *testing.T) {
	s := alarming(t)
	effects := s.Update(ShowAlarm{4000})
	if s.Stack.Cursor != 4000 || !s.Stack.Span.Meets(steps.Range{From: 4000, To: 4007}) || s.Stack.Span.Len() != 500 {
		t.Errorf("cursor at %d, shows %v", s.Stack.Cursor, s.Stack.Span)
	}
	asked := false
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.View != nil {
			asked = true
		}
	}
	if !asked && s.Stack.lanes.next == nil {
		t.Errorf("the charts are not asked for anew: %v", effects)
	}
	if v := s.AlarmList(); !v.Rows[2].On || !v.Rows[2].Focus || v.Rows[0].Focus {
		t.Errorf("%+v", v.Rows)
	}
	if s.Causes().Channels == nil {
		t.Error("the line of causes does not follow")
	}
	count := s.Alarms.Count
	s.Update(ShowAlarm{77})
	if s.Alarms.Count != count || s.Stack.Cursor != 4000 {
		t.Error("an alarm is shown that is none")
	}
}

func TestAlarmsAreJoinedByHand(t *testing.T) {
	s := alarming(t)
	for _, bad := range []string{"x", "-1", "1.5", "9999999"} {
		if effects := s.Update(JoinAlarms{AlarmMerge, bad}); len(effects) > 0 || s.AlarmList().Fields[0].Why == "" {
			t.Errorf("%q is taken", bad)
		}
	}
	effects := s.Update(JoinAlarms{AlarmMerge, "90"})
	var judge *protocol.Judge
	id := 0
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Judge != nil {
			judge, id = p.Request.Judge, p.Request.ID
		}
	}
	if judge == nil || judge.Threshold != nil || judge.Merge == nil || *judge.Merge != 90 {
		t.Fatalf("asks %+v", effects)
	}
	if v := s.AlarmList(); !v.Pending || v.Fields[0].Value != "90" || v.Fields[0].Why != "" || len(v.Rows) != 3 {
		t.Errorf("until it is judged: %+v", v)
	}
	joined := s.Run.Runs[0]
	joined.Alarms, joined.Threshold.Merge = []steps.Range{{From: 14, To: 140}, {From: 4000, To: 4007}}, 90
	joined.Peaks, joined.Causes = joined.Peaks[1:], joined.Causes[1:]
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeJudged, ID: id, Runs: []spec.Run{joined}}})
	if v := s.AlarmList(); v.Pending || len(v.Rows) != 2 {
		t.Errorf("once it is judged: %+v", v)
	}
	// What is kept as a file is what is seen.
	e := s.Update(Save{"nab"})[0].(Post).Request.Export
	if e == nil || e.Format != "nab" || e.What != protocol.ExportAlarms || e.Of.Arm != look.Cosine ||
		e.Merge == nil || *e.Merge != 90 || e.Threshold != nil {
		t.Errorf("%+v", e)
	}
	s.Update(Threshold{look.Cosine, 0.25})
	if e := s.Update(Save{"scores"})[0].(Post).Request.Export; e.Threshold == nil || *e.Threshold != 0.25 ||
		e.What != protocol.ExportScores || e.Format != "" {
		t.Errorf("%+v", e)
	}
	if r := s.Update(Save{"detector"})[0].(Post).Request; r.Type != protocol.TypeDetector || r.Of.Arm != look.Cosine {
		t.Errorf("%+v", r)
	}
}

func TestAFileThatCannotBeKeptIsSaid(t *testing.T) {
	s := alarming(t)
	id := s.Update(Save{"csv"})[0].(Post).Request.ID
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: id,
		Error: &protocol.Error{Where: "export", Fault: fault.Of(fault.New("no-files"))}}})
	if v := s.AlarmList(); v.Failed == "" {
		t.Error("nothing is said")
	}
	s.Update(Save{"csv"})
	if v := s.AlarmList(); v.Failed != "" {
		t.Error("it is still said when the next is asked for")
	}
}

func TestWithoutLabelsSeedsAgreeAndTheRateIsExplained(t *testing.T) {
	s := alarming(t)
	d := *s.Form.Data
	d.Labelled, d.Segments, d.Anomalous = false, nil, 0
	const minute = int64(60e9)
	day := int64(1707350400e9) // 8 February 2024
	d.Timeline = &spec.Timeline{Clock: true, Knots: []spec.Knot{{Step: 0, At: day}, {Step: 4999, At: day + 4999*minute}}}
	s.Form.Data = &d
	for seed := uint64(2); seed <= 3; seed++ {
		other := finish(look.Cosine, seed, 0.4)
		other.Alarms = []steps.Range{{From: 130, To: 131}}
		if seed == 3 {
			other.Alarms = append(other.Alarms, steps.Range{From: 4000, To: 4001})
		}
		s.Run.Runs = append(s.Run.Runs, other)
	}
	v := s.AlarmList()
	got := []string{v.Rows[0].Judged, v.Rows[1].Judged, v.Rows[2].Judged}
	if !slices.Equal(got, []string{"*1* / 3", "*3* / 3", "*2* / 3"}) || v.Heads[0].Text != "seeds agree" {
		t.Errorf("agree %q", got)
	}
	if v.Rows[1].Start != "8 Feb 01:40" || v.Rows[1].Length != "40 min" {
		t.Errorf("%+v", v.Rows[1])
	}
	if !strings.Contains(v.Rate, "3 alarms in 83 h 19 min, about 0.864 a day") || !strings.Contains(v.Rate, "without labels") {
		t.Errorf("%q", v.Rate)
	}
	if v.Foot != "3 alarms" {
		t.Errorf("%q", v.Foot)
	}
}

// The number that is written beside what was found is that of alarms which are drawn.
func TestFoundAtRandomIsWhatDrawnAlarmsFind(t *testing.T) {
	alarms := []steps.Range{{From: 0, To: 7}, {From: 20, To: 21}, {From: 40, To: 70}}
	truth := []spec.Segment{{Range: steps.Range{From: 0, To: 5}}, {Range: steps.Range{From: 60, To: 90}}, {Range: steps.Range{From: 190, To: 200}}}
	r, found, n := rand.New(rand.NewPCG(1, 2)), 0, 40000
	for range n {
		var drawn []steps.Range
		for _, a := range alarms {
			from := r.IntN(200 - a.Len() + 1)
			drawn = append(drawn, steps.Range{From: from, To: from + a.Len()})
		}
		for _, g := range truth {
			if overlapping(drawn, g.Range) >= 0 {
				found++
			}
		}
	}
	if got, want := foundAtRandom(alarms, truth, 200), float64(found)/float64(n); math.Abs(got-want) > 0.02 {
		t.Errorf("%g, drawn %g", got, want)
	}
	if got := foundAtRandom(nil, truth, 200); got != 0 {
		t.Errorf("of no alarms: %g", got)
	}
}

func TestAMovingThresholdHasNoTick(t *testing.T) {
	s := alarming(t)
	s.Run.Runs[0].Threshold.Value = metrics.Undefined
	v := s.AlarmList()
	if v.Rows[0].Cut.Known || !strings.Contains(v.Lead, "moves") {
		t.Errorf("%q, %+v", v.Lead, v.Rows[0])
	}
	// Its alarms can be joined without a threshold.
	for _, e := range s.Update(JoinAlarms{AlarmLeast, "3"}) {
		if p, ok := e.(Post); ok && p.Request.Judge != nil && p.Request.Judge.Threshold != nil {
			t.Errorf("%+v", p.Request.Judge)
		}
	}
}
