package state

import (
	"strings"
	"testing"

	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
)

// askedPlan is the question for a plan among effects; nil = there is none.
func askedPlan(effects []Effect) *protocol.Request {
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypePlan {
			return &p.Request
		}
	}
	return nil
}

// plannedAs answers a question for a plan: so many trainings are kept, and with a report everything is.
func plannedAs(of *protocol.Request, kept, dropped int, report *spec.Report) Answer {
	return Answer{Response: protocol.Response{Type: protocol.TypePlanned, ID: of.ID, Report: report,
		Planned: &protocol.Planned{Kept: make([]protocol.Of, kept), Dropped: dropped}}}
}

// wholeReport is one of a spec with all its runs.
func wholeReport(s *spec.Spec) *spec.Report {
	r := &spec.Report{Version: spec.Version, Spec: *s, Data: *summary()}
	for _, seed := range s.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed})
	}
	for _, a := range s.Arms {
		out := spec.ArmReport{Arm: a}
		for _, seed := range s.Seeds[:s.RunsOf(a)] {
			out.Runs = append(out.Runs, spec.Run{Arm: a.Name, Seed: seed})
		}
		r.Arms = append(r.Arms, out)
	}
	return r
}

func status(s *State) string { return strings.Join(s.Bar().Status, " ") }

// setWeight moves the weight of the cosine.
func setWeight(s *State, to string) []Effect { return s.Update(Set{Field: form.FieldWeight, Text: to}) }

func TestThePageSaysWhatWillBeTrained(t *testing.T) {
	s := idle(t)
	effects := setWeight(s, "2")
	ask := askedPlan(effects)
	if ask == nil || ask.Spec.Arms[1].Objective.Weight != 2 {
		t.Fatalf("a new weight asks for %+v", effects)
	}
	if again := askedPlan(s.Update(Zoom{})); again != nil {
		t.Error("the same is asked for twice")
	}
	s.Update(plannedAs(ask, 6, 0, nil))
	if got := status(s); got != "trains *6* of 12 runs; 6 are kept" {
		t.Errorf("the page says %q", got)
	}
	s.Update(plannedAs(askedPlan(setWeight(s, "3")), 6, 4, nil))
	if got := status(s); !strings.HasSuffix(got, "4 older runs were given up for lack of room") {
		t.Errorf("where there is no room for all the page says %q", got)
	}
	// The weight before is asked for anew: it may be kept by now, or no longer.
	if ask = askedPlan(setWeight(s, "2")); ask == nil {
		t.Fatal("nothing is asked for")
	}
	s.Update(plannedAs(ask, 0, 0, nil))
	if got := status(s); got != "12 runs" {
		t.Errorf("where nothing is kept the page says %q", got)
	}
}

// Going back shows the earlier result without a press of Train, and so does the browser's way back.
func TestGoingBackShowsTheEarlierResult(t *testing.T) {
	s := idle(t)
	first := s.Form.Copy()
	s.Update(Press{KeyRun})
	address := s.Hash()
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeReport, Report: wholeReport(&first)}})
	effects := s.Update(Answer{Response: protocol.Response{Type: protocol.TypeState, State: protocol.StateIdle,
		ID: s.Control.began}})
	if askedPlan(effects) != nil {
		t.Error("what is on the page is asked for")
	}
	effects = setWeight(s, "2")
	pushed := false
	for _, e := range effects {
		if p, ok := e.(PushHash); ok {
			pushed = p.Hash == s.Hash()
		}
	}
	if !pushed {
		t.Errorf("who leaves settings with results does not find them again: %v", effects)
	}
	for _, e := range setWeight(s, "3") {
		if _, ok := e.(PushHash); ok {
			t.Error("settings without results are an entry of the history")
		}
	}
	ask := askedPlan(s.Update(Follow{"#" + address}))
	if ask != nil {
		t.Fatalf("the results are still on the page: asked %+v", ask)
	}
	if got := s.Table().Foot; s.Run == nil || !s.isOfRun() {
		t.Fatalf("back at the address the page is not of its run: %s", got)
	}
	// Another run is over since.
	setWeight(s, "2")
	second := s.Form.Copy()
	s.Update(Press{KeyRun})
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeReport, Report: wholeReport(&second)}})
	s.Update(Answer{Response: protocol.Response{Type: protocol.TypeState, State: protocol.StateIdle,
		ID: s.Control.began}})
	if ask = askedPlan(s.Update(Follow{"#" + address})); ask == nil {
		t.Fatal("the earlier experiment is not asked for")
	}
	s.Update(plannedAs(ask, 12, 0, wholeReport(&first)))
	if !s.isOfRun() || s.Run.Final == nil || s.Run.Spec.Arms[1].Objective.Weight != 0.5 {
		t.Errorf("the page is of %+v", s.Run.Spec.Arms[1])
	}
}

// The engine's charts are about the report that it has sent, whatever is set since; but not about one that it sent
// before a run began.
func TestAReportThatComesBackLateIsTakenOver(t *testing.T) {
	s := idle(t)
	late := askedPlan(setWeight(s, "2"))
	setWeight(s, "3")
	s.Update(plannedAs(late, 12, 0, wholeReport(late.Spec)))
	if s.Run == nil || s.Run.Spec.Arms[1].Objective.Weight != 2 || s.isOfRun() {
		t.Fatalf("the page is of %+v", s.Run)
	}
	late = askedPlan(setWeight(s, "4"))
	s.Update(Press{KeyRun})
	s.Update(plannedAs(late, 12, 0, wholeReport(late.Spec)))
	if s.Run.Over || s.Run.Final != nil {
		t.Error("a run that goes on has a report")
	}
}

// A report by another detection is judged anew by the one that is set.
func TestWhatComesBackIsJudgedAsItIsSet(t *testing.T) {
	s := idle(t)
	ask := askedPlan(setWeight(s, "2"))
	before := *ask.Spec
	before.Detect.Threshold.Percent = 90
	effects := s.Update(plannedAs(ask, 12, 0, wholeReport(&before)))
	for _, e := range effects {
		if p, ok := e.(Post); ok && p.Request.Type == protocol.TypeRejudge && *p.Request.Detect == ask.Spec.Detect {
			return
		}
	}
	t.Errorf("nobody judges it anew: %v", effects)
}
