package state

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/session/recorded"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
)

// sine is a score of 5000 steps.
func sine(step int) float64 { return 1 + math.Sin(float64(step)/100) }

// made is a recorded run of the default experiment.
func made(t *testing.T) *recorded.Run {
	t.Helper()
	sp := spec.Default()
	r := spec.Report{Version: spec.Version, Spec: sp, Device: "cpu test", Data: *summary()}
	r.Data.Digest = "abc"
	ap := map[string]float64{spec.ArmAlone: 0.33, spec.ArmCosine: 0.36, spec.ArmPCA: 0.4}
	for _, a := range sp.Arms {
		arm := spec.ArmReport{Arm: a}
		for i := range sp.RunsOf(a) {
			run := finish(a.Name, sp.Seeds[i], ap[a.Name]+0.01*float64(i%3))
			run.Threshold.Value = 1.5
			run.Alarms = []steps.Range{{From: 53, To: 262}}
			arm.Runs = append(arm.Runs, run)
		}
		r.Arms = append(r.Arms, arm)
	}
	var lines []recorded.Line
	for _, l := range LinesOf(r) {
		each := 10
		if l.Kind == protocol.LineScore {
			each = 1
		}
		lines = append(lines, recorded.Shared(l, each, 5000, sine, false))
	}
	text, err := recorded.Pack(r, ready().Catalogue[:1], lines, 6)
	if err != nil {
		t.Fatal(err)
	}
	run, err := recorded.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// begun is a page that has just come, with a recorded run and no engine.
func begun(t *testing.T, hash string) *State {
	t.Helper()
	s, _ := New(words.English(), hash, 0)
	s.Record(made(t), 600)
	return s
}

// arrived answers like an engine that is there at last, and returns what is asked once it has read the series.
func arrived(s *State) []Effect {
	s.Update(ready())
	answer := opened(s)
	answer.Summary.Digest = "abc"
	return s.Update(answer)
}

func TestThePageBeginsWithTheRecordedRun(t *testing.T) {
	s := begun(t, "")
	v := s.Verdict()
	if v.Tag != "Recorded run" || !strings.Contains(v.Note, "cpu test") || !strings.Contains(v.Note, "none in this tab") ||
		!strings.Contains(v.Why, "One model, the [teacher") || !strings.Contains(v.Claim, "+3.0 AP") || v.Effect == nil || v.More != "" {
		t.Errorf("the verdict is %+v", v)
	}
	if c := s.Table().Rows[4].Cells[0]; c.Value == "–" || len(c.Marks) != 5 {
		t.Errorf("the cosine's cell is %+v", c)
	}
	c := s.Scene()
	lane := c.LaneList(s.Words)[1]
	if lane.Run == nil || lane.Threshold != 1.5 || len(s.Stack.Lanes.Buckets) == 0 || c.Highest() < 1.99 {
		t.Errorf("the lane %+v, %d values", lane, len(s.Stack.Lanes.Buckets))
	}
	if b := s.Bar(); b.Run != "Train here" || !b.CanRun || b.Status[0] != s.Words.Say("status-loading") {
		t.Errorf("the bar: %+v", b)
	}
	if s.Control.Unsaved() {
		t.Error("leaving the page would lose a run")
	}
}

func TestChartsOfTheRecordedRunNeedNoEngine(t *testing.T) {
	s := begun(t, "")
	line := protocol.Line{Kind: protocol.LineScore, Arm: spec.ArmCosine, Seed: 1}
	if got := sent(s.Update(Zoom{steps.Range{From: 100, To: 200}})); got != nil {
		t.Errorf("zooming asks for %v", got)
	}
	values := s.Stack.Lanes.Values(line)
	if len(values) != 300 || math.Abs(float64(values[2])-sine(100)) > 1e-3 || math.Abs(float64(values[299])-sine(199)) > 1e-3 {
		t.Errorf("steps 100 to 200 of the score: %d values from %v to %v", len(values), values[2], values[299])
	}
	s.Update(Focus{spec.ArmAlone})
	student := protocol.Line{Kind: protocol.LineStudent, Arm: spec.ArmAlone, Seed: 1, Channel: s.Scene().Shown()[0]}
	if got := s.Stack.Lanes.Values(student); got == nil || got[0] != got[0] {
		t.Errorf("the output of the arm in focus: %v", got)
	}
	if got := sent(s.Update(Threshold{spec.ArmCosine, 1.9})); got != nil {
		t.Errorf("a threshold asks for %v", got)
	}
	if l := s.Scene().LaneList(s.Words)[1]; l.Threshold != 1.9 || !l.Pending {
		t.Errorf("the lane of the moved threshold: %+v", l)
	}
	s.Stack.Cursor = 60
	if c := s.Causes(); c.Name != spec.ArmAlone && c.Name == "" {
		t.Errorf("causes: %+v", c)
	}

	effects := arrived(s)
	if got := sent(effects); len(got) < 3 || !slices.Equal(got[:3], []string{protocol.TypeRecorded, protocol.TypeJudge,
		protocol.TypeView}) {
		t.Errorf("the engine is asked for %v", got)
	}
	if len(s.Stack.Lanes.Buckets) == 0 || s.Stack.Cursor != 60 {
		t.Error("the charts were emptied while the engine works")
	}
	if got := sent(s.Update(Threshold{Arm: spec.ArmCosine, Value: 1.8})); !slices.Equal(got, []string{protocol.TypeJudge}) {
		t.Errorf("a second threshold asks for %v", got)
	}
}

func TestAPressIsKeptUntilTheEngineIsThere(t *testing.T) {
	s := begun(t, "")
	if got := s.Update(Press{KeyRun}); len(sent(got)) > 0 || s.Bar().Status[0] != s.Words.Say("status-waits") {
		t.Errorf("Train does %v and says %q", got, s.Bar().Status)
	}
	s.Update(ready())
	if !s.Bar().CanRun {
		t.Error("Train cannot be pressed while the engine reads the series")
	}
	answer := opened(s)
	answer.Summary.Digest = "abc"
	if got := sent(s.Update(answer)); !slices.Contains(got, protocol.TypeRun) || s.Control.Mode != Running {
		t.Errorf("the engine is asked for %v", got)
	}
	if s.Run.Recorded || len(s.Run.Runs) > 0 {
		t.Error("the recorded run is still there")
	}

	s = begun(t, "")
	s.Update(Press{KeyRun})
	s.Update(Press{KeyRun})
	if got := sent(arrived(s)); slices.Contains(got, protocol.TypeRun) {
		t.Errorf("a press that was taken back still starts: %v", got)
	}
}

func TestALinkWithOtherSettingsDoesNotShowTheRecordedRun(t *testing.T) {
	sp := spec.Default()
	sp.Train.Epochs++
	s := begun(t, link.Link{Spec: sp}.Hash())
	if s.Run != nil || s.Form.Spec.Train.Epochs != sp.Train.Epochs || s.Verdict().Tag != s.Words.Say("tag-idle") {
		t.Errorf("the run %+v, the verdict %+v", s.Run, s.Verdict())
	}
	s = begun(t, link.Link{Spec: spec.Default(), Span: steps.Range{From: 100, To: 400}}.Hash())
	if !s.recorded() || s.Scene().Visible() != (steps.Range{From: 100, To: 400}) {
		t.Error("a link to a part of the default experiment shows no run")
	}
	// Settings that are changed on the page leave it, and are told from its own.
	s.Update(Set{form.FieldWeight, "1"})
	if v := s.Verdict(); !strings.Contains(v.Note, "not with those on the left") {
		t.Errorf("with another weight the note is %q", v.Note)
	}
}

// An address that is followed shows what it would show if the page was opened with it: the recorded run with its own
// settings, and none with others.
func TestAnAddressThatIsFollowedShowsWhatItShowsWhenOpened(t *testing.T) {
	other := spec.Default()
	other.Arms[4].Objective.Weight = 2
	elsewhere := spec.Default()
	elsewhere.Data.Source = "builtin/pool"
	home := "#" + link.Link{Spec: spec.Default()}.Hash()
	for _, to := range []spec.Spec{other, elsewhere} {
		s := begun(t, "")
		arrived(s)
		s.Update(Follow{"#" + link.Link{Spec: to}.Hash()})
		if s.Form.Open != nil {
			s.Update(opened(s))
		}
		if s.Run != nil || s.Verdict().Tag != s.Words.Say("tag-idle") {
			t.Errorf("with other settings: %+v", s.Verdict())
		}
		effects := s.Update(Follow{home})
		if s.Form.Open != nil {
			answer := opened(s)
			answer.Summary.Digest = "abc"
			effects = s.Update(answer)
		}
		if !s.recorded() || !slices.Contains(sent(effects), protocol.TypeRecorded) || s.Table().Rows[4].Cells[0].Value == "–" {
			t.Errorf("with its own settings: %+v, asked %v", s.Verdict(), sent(effects))
		}
	}
	s := begun(t, "")
	s.Update(Follow{"#" + link.Link{Spec: other}.Hash()}) // before the engine is there
	s.Update(Follow{home})
	if got := sent(arrived(s)); !s.recorded() || !slices.Contains(got, protocol.TypeRecorded) {
		t.Errorf("the engine is asked for %v", got)
	}
}

func TestTheRecordedRunOutlivesAnEngineThatCannotStart(t *testing.T) {
	s := begun(t, "")
	s.Update(Lost{})
	if s.Run.Gone || s.Table().Rows[4].Cells[0].Value == "–" {
		t.Error("the recorded run is gone with the engine")
	}
	if got := sent(s.Update(Zoom{steps.Range{From: 100, To: 200}})); got != nil {
		t.Errorf("zooming asks a dead engine for %v", got)
	}
}

func TestTrainingReplacesTheRecordedRunAndResetForgetsIt(t *testing.T) {
	s := begun(t, "")
	arrived(s)
	if got := sent(s.Update(AddSeeds{})); got != nil {
		t.Errorf("seeds are added to a run that was not trained here: %v", got)
	}
	if got := sent(s.Update(OverData{})); got != nil {
		t.Errorf("intervals over the data of it: %v", got)
	}
	s.Update(Press{KeyReset})
	if s.Run != nil {
		t.Error("Reset asks, or leaves the run")
	}
	s = begun(t, "")
	arrived(s)
	s.Update(Press{KeyRun})
	e := finish(spec.ArmAlone, 1, 0.2)
	s.Update(happened(spec.Event{Finished: &e, Arm: spec.ArmAlone, Seed: 1}))
	if v := s.Run.First(spec.ArmAlone).Of("average_precision").Value; v != metrics.Value(0.2) {
		t.Errorf("after the first run AP is %v", v)
	}
}
