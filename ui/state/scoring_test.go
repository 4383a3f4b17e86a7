package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/look"
)

// toScore is the request to score among effects.
func toScore(t *testing.T, effects []Effect) protocol.Request {
	t.Helper()
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeScore {
			return p.Request
		}
	}
	t.Fatalf("nothing is scored: %+v", effects)
	return protocol.Request{}
}

func files(id int, names ...string) form.Dropped { return form.Dropped{ID: id, Names: names} }

// cameOf is what came of new data with one alarm.
func cameOf(id int) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypeScored, ID: id, Scored: &protocol.Scored{
		File: "march.csv", Done: true, Steps: 1000, Scored: 990, Flagged: 7, Count: 1,
		Detector: protocol.Detector{Arm: look.Cosine, Seed: 1, Title: "pump.csv", Channels: []string{"temp", "rpm"},
			Value: 0.42, TrainShare: metrics.Undefined, PerDay: 0.4},
		Alarms:  []spec.Alarm{{Range: steps.Range{From: 30, To: 37}, Peak: spec.Peak{Step: 31, Score: 0.9}, Causes: []spec.Cause{{Channel: 1, Share: 0.6}}}},
		Outside: []spec.Outside{{Channel: 0, Steps: 12, First: 400, Value: 91.25}},
	}}}
}

func TestNewDataAreScoredByTheArmInFocus(t *testing.T) {
	s := alarming(t)
	r := toScore(t, s.Update(ScoreNew{files(3, "march.csv")}))
	if r.Drop != 3 || !slices.Equal(r.Files, []string{"march.csv"}) || r.Score.Of == nil ||
		*r.Score.Of != (protocol.Of{Arm: look.Cosine, Seed: 1}) {
		t.Fatalf("%+v", r)
	}
	if v := s.AlarmList(); v.Missing == "" || !v.New || !v.Open {
		t.Errorf("until it is scored: %+v", v)
	}
	s.Update(cameOf(r.ID + 7)) // of another question
	if s.New.Got != nil {
		t.Error("another answer is taken")
	}
	s.Update(cameOf(r.ID))
	v := s.AlarmList()
	if len(v.Rows) != 1 || v.Rows[0].From != 30 || v.Rows[0].Channels != "rpm *60 %*" || v.Rows[0].Peak != "0.900" || v.Pending {
		t.Errorf("%+v", v.Rows)
	}
	for _, want := range []string{"temp to 91.2", "12 rows", "first 400"} {
		if !strings.Contains(v.Rate, want) {
			t.Errorf("%q lacks %q", v.Rate, want)
		}
	}
	claim := s.Verdict()
	for text, want := range map[string]string{claim.Claim: "No labels", claim.Note: "trained on pump.csv", claim.Why: "0.400 alarms a day", claim.Way.Back: "Back"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if e := s.Update(Save{"csv"})[0].(Post).Request.Export; e.Of != nil || e.What != protocol.ExportAlarms || e.Format != "csv" {
		t.Errorf("keeps %+v", e)
	}
	s.Update(ShowAlarm{30})
	if v := s.AlarmList(); !v.Rows[0].On || s.Stack.Cursor == 30 || s.Shown().Stack.Cursor != 30 {
		t.Error("an alarm of new data moves the charts of the experiment, or not its own")
	}
	if r := toScore(t, s.Update(JoinAlarms{AlarmMerge, "5"})); r.Score.Merge == nil || *r.Score.Merge != 5 || r.Score.Least != nil {
		t.Errorf("joined by %+v", r.Score)
	}
	s.Control.Mode = Idle
	// Another file is scored by the same, and then there is a way back.
	if r := toScore(t, s.Update(Drop{files(4, "april.csv")})); r.Drop != 4 || r.Score.Of == nil || s.Sheet != nil {
		t.Errorf("%+v", r)
	}
	if r := toScore(t, s.Update(Discard{})); r.Score != nil || s.New != nil {
		t.Errorf("the way back asks %+v", r)
	}
	if v := s.AlarmList(); v.New || len(v.Rows) != 3 {
		t.Errorf("back at %+v", v)
	}
}

func TestADroppedDetectorScoresTheDataBesideIt(t *testing.T) {
	s := idle(t) // without any run
	r := toScore(t, s.Update(Drop{files(2, "cosine-1.detector", "march.csv")}))
	if r.Score.Of != nil || !slices.Equal(r.Files, []string{"cosine-1.detector", "march.csv"}) || s.Sheet != nil {
		t.Fatalf("%+v", r)
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: r.ID,
		Error: &protocol.Error{Where: "score", Fault: fault.Of(fault.New("score-missing", "rpm"))}}})
	v := s.Verdict()
	if !strings.Contains(v.Claim, "missing: rpm") || v.Way == nil || v.Way.Back == "" {
		t.Errorf("%+v", v)
	}
	if list := s.AlarmList(); list.Missing == "" || list.Rows != nil {
		t.Errorf("%+v", list)
	}
	s.Update(Drop{files(3, "other.csv")})
	if s.Sheet == nil {
		t.Error("a file without its detector does not open the sheet")
	}
}

// The scores of new data are drawn as they come, with threshold and alarms, and zoom apart from the experiment's.
func TestScoresOfNewDataAreDrawn(t *testing.T) {
	s := alarming(t)
	s.Update(Resize{800})
	r := toScore(t, s.Update(ScoreNew{files(3, "march.csv")}))
	if c := s.Shown(); c.Data != nil || !c.ScoresOnly() {
		t.Fatalf("before any score: %+v", c)
	}
	view := posted(s.Update(cameOf(r.ID)), protocol.TypeView)
	if view == nil || !view.View.Scored || view.View.To != 1000 || view.View.Width != 800 || len(view.View.Lines) != 1 {
		t.Fatalf("asks for %+v", view)
	}
	buckets := make([]float32, 3*800)
	buckets[1] = 0.9
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeSeries, ID: view.ID,
		Series: &protocol.Series{View: *view.View, Rows: 1000}}, Buckets: buckets})
	c := s.Shown()
	lanes := c.LaneList(s.Words)
	if len(lanes) != 1 || lanes[0].Threshold != 0.42 || len(lanes[0].Run.Alarms) != 1 || lanes[0].Run.Arm != look.Cosine {
		t.Fatalf("lanes %+v", lanes)
	}
	if seed, there := c.source(lanes[0].Name); !there || seed != 1 {
		t.Errorf("its lane is of seed %d, %v", seed, there)
	}
	line := protocol.Line{Kind: protocol.LineScore, Arm: look.Cosine, Seed: 1}
	if got := c.Stack.Lanes.Values(line); len(got) != len(buckets) || c.Shown() != nil || c.OverviewLine() != line {
		t.Errorf("%d values, channels %v", len(got), c.Shown())
	}
	before := s.Hash()
	s.Update(Zoom{steps.Range{From: 20, To: 60}})
	s.Update(Cursor{33})
	if got := s.Shown(); got.Visible() != (steps.Range{From: 20, To: 60}) || s.Stack.Span.Len() != 0 || s.Stack.Cursor == 33 {
		t.Errorf("zoomed to %v, the experiment to %v", got.Visible(), s.Stack.Span)
	}
	if s.Hash() != before {
		t.Error("the address follows new data")
	}
	s.Update(Discard{})
	if s.Shown().ScoresOnly() || s.Shown().Data == nil {
		t.Error("the experiment does not come back")
	}
}

func TestADetectorAloneSaysWhatItWants(t *testing.T) {
	s := idle(t)
	r := toScore(t, s.Update(Drop{files(2, "cosine-1.detector")}))
	answer := cameOf(r.ID)
	answer.Scored = &protocol.Scored{Done: true, Detector: answer.Scored.Detector}
	answer.Scored.Detector.Window = 100
	s.Update(answer)
	v := s.Verdict()
	for text, want := range map[string]string{v.Claim: "trained on pump.csv", v.Why: "2 channels by these names: temp, rpm. Windows have 100 steps"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if list := s.AlarmList(); list.Missing == "" || !list.Waits || s.Shown().Data != nil {
		t.Errorf("before any data: %+v", list)
	}
	r = toScore(t, s.Update(Drop{files(3, "march.csv")}))
	if r.Score.Of != nil || !slices.Equal(r.Files, []string{"march.csv"}) || r.Drop != 3 || s.Sheet != nil {
		t.Errorf("then asks %+v", r)
	}
}

func TestNothingIsScoredWithoutAnEngineOrADetector(t *testing.T) {
	s := idle(t)
	if effects := s.Update(ScoreNew{files(2, "march.csv")}); len(effects) > 0 || s.New != nil {
		t.Errorf("without a run: %+v", effects)
	}
	s = alarming(t)
	s.Update(ScoreNew{files(3, "march.csv")})
	s.Update(Lost{fault.Of(fault.New("no-files"))})
	if s.New != nil {
		t.Error("new data wait for an engine that is gone")
	}
	s.Update(ScoreNew{files(3, "march.csv")})
	if s.New != nil {
		t.Error("they are scored by none")
	}
}
