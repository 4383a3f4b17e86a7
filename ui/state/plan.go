package state

import (
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/results"
)

// plan is what of the experiment as it is set need not be trained, since it was trained before in this tab.
type plan struct {
	of      planned
	known   bool // the engine has answered
	kept    int  // training runs
	dropped int  // that had no room
	asked   map[int]planned
}

// planned is an experiment that a plan was asked for.
type planned struct {
	spec          spec.Spec
	drop, teacher int
}

// setNow is the experiment as it is set.
func (s *State) setNow() planned {
	return planned{s.Form.Copy(), s.Form.Files.Of(s.Form.Spec.Data.Source), s.teacherID()}
}

func (p planned) same(q planned) bool {
	return p.drop == q.drop && p.teacher == q.teacher && form.Same(p.spec, q.spec)
}

// planning asks what of the experiment as it is set need not be trained, once for each that is set. Nothing is to
// be asked of one whose results are there, or that is judged anew.
func (s *State) planning() []Effect {
	if !s.Ready() || s.Form.Reject.Why != nil || s.there() {
		return nil
	}
	now := s.setNow()
	if s.plan.asked != nil && s.plan.of.same(now) {
		return nil
	}
	post := s.requests.post(protocol.Request{Type: protocol.TypePlan, Spec: &now.spec, Drop: now.drop})
	s.plan.of, s.plan.known, s.plan.kept = now, false, 0
	if s.plan.asked == nil {
		s.plan.asked = map[int]planned{}
	}
	s.plan.asked[post.Request.ID] = now
	return []Effect{post}
}

// there tells whether all results of the experiment as it is set are on the page, or soon will be.
func (s *State) there() bool {
	r := s.Run
	if r == nil || r.Final == nil || r.Gone {
		return false
	}
	done, all := r.Done()
	return done == all && (s.isOfRun() || !r.Recorded && s.Form.Spec.RejudgedFrom(r.Spec))
}

// planAnew forgets what was kept: it is more now, or nothing.
func (s *State) planAnew() { s.plan = plan{} }

// planned takes a plan over. A report that comes with it is what the engine's charts are about from now on, so that
// it is taken over even if another experiment is set meanwhile; but not if a run was begun, or forgotten.
func (s *State) planned(a Answer) []Effect {
	of, asked := s.plan.asked[a.ID]
	delete(s.plan.asked, a.ID)
	if !asked || a.Planned == nil {
		return nil
	}
	if of.same(s.plan.of) {
		s.plan.known, s.plan.kept, s.plan.dropped = true, len(a.Planned.Kept), a.Planned.Dropped
	}
	if a.Report == nil || s.Control.Mode != Idle || a.ID < s.Control.last || s.Form.Data == nil {
		return nil
	}
	of.spec.Detect = a.Report.Spec.Detect
	s.Run = results.Begin(of.spec, *s.Form.Data)
	s.Run.Drop, s.Run.Teacher = of.drop, of.teacher
	s.Wrong = nil
	s.Stack.forget()
	s.Inside.forget()
	return s.finish(a.Report)
}

// planText says what will be trained when somebody presses the button.
func (s *State) planText() []string {
	w, all := s.Words, len(results.TrainingRuns(s.Form.Spec))
	kept := s.plan.kept
	if !s.plan.known || kept == 0 {
		return []string{w.Say("status-runs", all)}
	}
	if kept >= all {
		return []string{w.Say("status-plan-none", all)}
	}
	text := []string{w.Say("status-plan", all-kept, all, kept)}
	if s.plan.dropped > 0 {
		text = append(text, w.Say("status-dropped", s.plan.dropped))
	}
	return text
}
