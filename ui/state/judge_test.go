package state

import (
	"encoding/json"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// measured is the state once three seeds of two arms have been judged.
func measured(t *testing.T) *State {
	t.Helper()
	s := found(t, nil, map[string][]float64{look.Alone: {0.31, 0.32, 0.33}, look.Cosine: {0.351, 0.362, 0.371}})
	for i := range s.Run.Runs {
		r := &s.Run.Runs[i]
		r.Threshold = spec.Cut{Policy: spec.PolicyTrainPercentile, Value: 1, Saw: spec.SawTrain}
		r.Metrics = append(r.Metrics, spec.Measure{Name: "f1", Value: 0.5, Chance: 0.1})
	}
	return s
}

// questions are what the effects ask of the engine to judge.
func questions(effects []Effect) (all []protocol.Request) {
	for _, e := range effects {
		if p, ok := e.(Post); ok && (p.Request.Type == protocol.TypeJudge || p.Request.Type == protocol.TypeRejudge) {
			all = append(all, p.Request)
		}
	}
	return all
}

func one(t *testing.T, effects []Effect) protocol.Request {
	t.Helper()
	asked := questions(effects)
	if len(asked) != 1 {
		t.Fatalf("asks %+v", asked)
	}
	return asked[0]
}

// answers lets the engine judge the arm that is asked for: all its seeds, with an F1 of its own.
func answers(s *State, r protocol.Request, f1 metrics.Value) []Effect {
	out := protocol.Response{Type: protocol.TypeJudged, ID: r.ID, Rough: r.Judge.Rough}
	for _, seed := range s.Run.Spec.Seeds {
		run := spec.Run{Arm: r.Judge.Arm, Seed: seed, Hits: 1, Threshold: spec.Cut{Value: 1, Saw: spec.SawHand},
			Metrics: []spec.Measure{{Name: "f1", Value: f1, Chance: 0.2}}, Alarms: []steps.Range{{From: 12, To: 14}}}
		if r.Judge.Threshold != nil {
			run.Threshold.Value = metrics.Value(*r.Judge.Threshold) + metrics.Value(r.Judge.Ranks)/100
		}
		out.Runs = append(out.Runs, run)
	}
	if of := r.Judge.Beside; of != nil {
		out.Runs = append(out.Runs, spec.Run{Arm: of.Arm, Seed: of.Seed, Threshold: spec.Cut{Value: 0.9},
			Metrics: []spec.Measure{{Name: "pa_f1", Value: f1 + 0.1}}})
	}
	return s.Update(Answer{Response: out})
}

func cellOf(s *State, arm, metric string) string {
	table := s.Table()
	for i, c := range table.Columns {
		for _, r := range table.Rows {
			if c.Title == metric && r.Name == arm {
				return r.Cells[i].Value
			}
		}
	}
	return "none"
}

// While a threshold moves, one question is under way, the newest waits, and the table follows; let go, everything
// is asked for at once, and exactly.
func TestResultsFollowAThresholdThatIsHeld(t *testing.T) {
	s := measured(t)
	if got := cellOf(s, look.Cosine, "F1"); got != "50.0" {
		t.Fatalf("F1 %s", got)
	}
	first := one(t, s.Update(Hold{look.Cosine, 1.5}))
	if j := first.Judge; !j.Rough || *j.Threshold != 1.5 || len(j.Shown) == 0 {
		t.Fatalf("asks %+v", j)
	}
	if again := questions(s.Update(Hold{look.Cosine, 1.6})); again != nil {
		t.Errorf("asks while an answer is on its way: %+v", again)
	}
	s.Update(Hold{look.Cosine, 1.7})
	second := one(t, answers(s, first, 0.6))
	if *second.Judge.Threshold != 1.7 || !second.Judge.Rough {
		t.Errorf("asks %+v, want the newest", second.Judge)
	}
	if got := cellOf(s, look.Cosine, "F1"); got != "60.0" {
		t.Errorf("F1 %s while it moves", got)
	}
	if s.Update(Cursor{13}); s.Causes().Lead == s.Words.Say("causes-unknown") {
		t.Error("what is not asked for while it moves is said to be unknown")
	}
	if got := cellOf(s, look.Alone, "F1"); got != "50.0" {
		t.Errorf("the other arm went to %s", got)
	}
	let := one(t, s.Update(Threshold{look.Cosine, 1.8}))
	if let.Judge.Rough || *let.Judge.Threshold != 1.8 {
		t.Errorf("let go: asks %+v", let.Judge)
	}
	answers(s, second, 0.7) // too late
	if got := cellOf(s, look.Cosine, "F1"); got != "60.0" {
		t.Errorf("an answer to what nobody waits for gives %s", got)
	}
	if more := questions(answers(s, let, 0.8)); more != nil {
		t.Errorf("asks again: %+v", more)
	}
	if got := cellOf(s, look.Cosine, "F1"); got != "80.0" {
		t.Errorf("F1 %s once it is let go", got)
	}
	if note := s.Verdict().Note; !strings.Contains(note, "threshold by hand: + cosine") {
		t.Errorf("the note says %q", note)
	}
	// A person goes back to the policy.
	s.Update(Back{look.Cosine})
	if got := cellOf(s, look.Cosine, "F1"); got != "50.0" || len(s.Stack.Moved) != 0 ||
		strings.Contains(s.Verdict().Note, "by hand") || strings.Contains(s.Hash(), "thresholds") {
		t.Errorf("back: F1 %s, %v, %s", got, s.Stack.Moved, s.Verdict().Note)
	}
}

// Keys move by scores that occur: presses add up while the engine looks for the score, and in the end all is exact.
func TestKeysMoveAThresholdByRank(t *testing.T) {
	s := measured(t)
	first := one(t, s.Update(Rank{look.Cosine, 1}))
	if first.Judge.Ranks != 1 || *first.Judge.Threshold != 1 || !first.Judge.Rough {
		t.Fatalf("asks %+v", first.Judge)
	}
	s.Update(Rank{look.Cosine, 10})
	s.Update(Rank{look.Cosine, 1})
	second := one(t, answers(s, first, 0.6))
	if second.Judge.Ranks != 12 || *second.Judge.Threshold != 1 {
		t.Fatalf("asks %+v", second.Judge)
	}
	exact := one(t, answers(s, second, 0.7))
	if exact.Judge.Rough || exact.Judge.Ranks != 0 || *exact.Judge.Threshold != 1.12 {
		t.Fatalf("asks %+v", exact.Judge)
	}
	if more := questions(answers(s, exact, 0.7)); more != nil {
		t.Errorf("asks again: %+v", more)
	}
	if !strings.Contains(s.Hash(), "thresholds=(cosine:1.12)") {
		t.Errorf("address %s", s.Hash())
	}
}

// A verdict whose metric needs a threshold says that one by hand was set after the results were seen.
func TestWhatWasChosenAfterTheResultsIsNoVerdict(t *testing.T) {
	s := measured(t)
	why := s.Words.Say("judged-after")
	answers(s, one(t, s.Update(Threshold{look.Cosine, 1.5})), 0.6)
	if strings.Contains(s.Verdict().Why, why) {
		t.Error("no threshold changes the average precision")
	}
	s.Run.Spec.Headline = "f1"
	if !strings.Contains(s.Verdict().Why, why) {
		t.Errorf("by hand: %q", s.Verdict().Why)
	}
	s.Update(Back{look.Cosine})
	if strings.Contains(s.Verdict().Why, why) {
		t.Errorf("by the policy: %q", s.Verdict().Why)
	}
	s.Run.Spec.Headline = ""
	again := *s.Run.Final
	again.Spec.Detect.Smoothing = 4
	s.Run.Rejudge(&again)
	if !s.Run.Anew || !strings.Contains(s.Verdict().Why, why) {
		t.Errorf("smoothed: %q", s.Verdict().Why)
	}
	again.Spec.Detect.Smoothing = 0
	if s.Run.Rejudge(&again); s.Run.Anew || strings.Contains(s.Verdict().Why, why) {
		t.Errorf("as it was: %q", s.Verdict().Why)
	}
}

// A link brings thresholds, which are set once there are scores for them, arm by arm.
func TestThresholdsOfALinkComeBack(t *testing.T) {
	s := measured(t)
	for arm, at := range map[string]float64{look.Cosine: 1.25, look.Alone: 0.5} {
		answers(s, one(t, s.Update(Threshold{arm, at})), 0.6)
	}
	hash := s.Hash()
	again, _ := New(s.Words, hash, 0)
	again.Update(ready())
	again.Update(opened(again))
	if again.Hash() != hash {
		t.Errorf("address %s, want %s", again.Hash(), hash)
	}
	reported(t, again, map[string][]float64{look.Alone: {0.3, 0.3, 0.3}, look.Cosine: {0.4, 0.4, 0.4}})
	for _, arm := range []string{look.Alone, look.Cosine} {
		if j, set := again.Stack.Moved[arm]; !set || j.Threshold != map[string]float64{look.Cosine: 1.25,
			look.Alone: 0.5}[arm] {
			t.Errorf("%s: %+v", arm, j)
		}
	}
	if again.Hash() != hash {
		t.Errorf("address %s, want %s", again.Hash(), hash)
	}
	// One after the other, since the engine judges one arm at a time.
	first := protocol.Request{ID: again.Stack.judge.id, Judge: &protocol.Judge{Arm: look.Alone, Threshold: new(0.5)}}
	next := one(t, answers(again, first, 0.7))
	if next.Judge.Arm != look.Cosine || *next.Judge.Threshold != 1.25 {
		t.Errorf("asks %+v", next.Judge)
	}
	other, _ := New(s.Words, hash, 0)
	other.Update(ready())
	other.Update(opened(other))
	if other.Update(Choose{"builtin/pool"}); strings.Contains(other.Hash(), "thresholds") {
		t.Error("thresholds of a link are taken to another series")
	}
	if broken, _ := New(s.Words, strings.Replace(hash, "cosine:1.25", "cosine:!t", 1), 0); broken.Wrong == nil {
		t.Error("a threshold that is no number is taken")
	}
}

// A policy that is changed after a run asks for a judgement, not for training.
func TestAPolicyThatIsChangedIsJudgedAnew(t *testing.T) {
	s := measured(t)
	answers(s, one(t, s.Update(Threshold{look.Cosine, 1.5})), 0.6)
	r := one(t, s.Update(Set{"detect.threshold.percent", "97"}))
	if r.Type != protocol.TypeRejudge || r.Detect.Threshold.Percent != 97 {
		t.Fatalf("asks %+v", r)
	}
	if again := questions(s.Update(Set{"detect.threshold.percent", "97"})); again != nil {
		t.Errorf("asks for the same: %+v", again)
	}
	last := one(t, s.Update(Set{"detect.threshold.percent", "95"}))
	report := func(percent float64) *spec.Report {
		text, _ := json.Marshal(s.Run.Final)
		var out spec.Report
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
		out.Spec.Detect.Threshold.Percent = percent
		for i := range out.Arms {
			for j := range out.Arms[i].Runs {
				out.Arms[i].Runs[j].Metrics = append(out.Arms[i].Runs[j].Metrics, spec.Measure{Name: "f1",
					Value: metrics.Value(percent / 100)})
			}
		}
		return &out
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeRejudged, ID: r.ID, Report: report(97)}})
	if s.Run.Anew {
		t.Error("an answer that nobody waits for is taken")
	}
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeRejudged, ID: last.ID, Report: report(95)}})
	if got := cellOf(s, look.Cosine, "F1"); got != "95.0" || len(s.Stack.Moved) > 0 {
		t.Errorf("F1 %s, by hand %v", got, s.Stack.Moved)
	}
	note := s.Verdict().Note
	if !strings.Contains(note, "judged anew from the kept scores") || !strings.Contains(note, "95") ||
		strings.Contains(note, s.Words.Say("changed")) {
		t.Errorf("the note says %q", note)
	}
	if !s.growable() {
		t.Error("no seeds can be added")
	}
	// What cannot be judged says that it was changed, as does what needs training.
	refused := one(t, s.Update(Set{"detect.smoothing", "4"}))
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeError, ID: refused.ID,
		Error: &protocol.Error{Where: "rejudge", Fault: fault.Of(fault.New("rejudge-nothing", "alone", 1))}}})
	if !strings.Contains(s.Verdict().Note, s.Words.Say("changed")) || s.Wrong != nil {
		t.Errorf("refused: %q", s.Verdict().Note)
	}
	for _, f := range []Set{{"train.epochs", "7"}, {"detect.warm", "3"}} {
		if asked := questions(s.Update(f)); asked != nil {
			t.Errorf("%s asks %+v", f.Field, asked)
		}
	}
	if next, _ := New(s.Words, "", 0); next.Stack.Handed != nil {
		t.Error("thresholds out of nothing")
	}
}

// The random score stands beside the arm in focus, at as many flagged steps.
func TestTheRandomScoreMovesAlong(t *testing.T) {
	s := measured(t)
	s.Update(Focus{look.Cosine})
	asked := one(t, s.Update(ShowRandom{}))
	if asked.Judge.Beside == nil || asked.Judge.Beside.Arm != look.Random || asked.Judge.Arm != look.Cosine {
		t.Fatalf("asks %+v", asked.Judge)
	}
	answers(s, asked, 0.4)
	lane := func() Lane {
		lanes := s.Scene().LaneList(s.Words)
		return lanes[len(lanes)-1]
	}
	if l := lane(); l.Name != look.Random || !l.Follows || !strings.Contains(l.Adjusted, "50.0") || l.Threshold != 0.9 {
		t.Errorf("%+v", l)
	}
	held := one(t, s.Update(Hold{look.Cosine, 1.4}))
	answers(s, held, 0.7)
	if l := lane(); !strings.Contains(l.Adjusted, "80.0") {
		t.Errorf("%+v", l)
	}
	if cellOf(s, look.Random, "F1") != "50.0" {
		t.Error("the row of the random score left its policy")
	}
	s.Update(Threshold{look.Cosine, 1.4})
	s.Update(ShowRandom{})
	if l := lane(); l.Name == look.Random {
		t.Error("the lane stays")
	}
	s.Update(Threshold{look.Cosine, 1.3})
	if l := lane(); l.Name == look.Random {
		t.Error("the lane comes back to somebody who has switched it off")
	}
	s = measured(t)
	if lane().Name == look.Random {
		t.Error("the lane is there before a threshold was touched")
	}
	s.Update(Hold{look.Cosine, 1.4})
	if lane().Name == look.Random {
		t.Error("lanes move under the pointer")
	}
	if s.Update(Threshold{look.Cosine, 1.4}); lane().Name != look.Random {
		t.Error("beside a threshold that was set by hand there is no random score")
	}
}
