package state

import (
	"maps"
	"math"
	"slices"

	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/form"
	"cosinelab/ui/link"
)

// Judged is how alarms of an arm are made by hand, with what its run that is shown alarmed at the newest way that
// was judged.
type Judged struct {
	Threshold    float64 // NaN = it moves with the scores
	Ranks        int     // of scores that it has moved since, which only the engine knows
	Merge, Least int     // of spec.Detect
	Run          *spec.Run
	Rough        bool // what was judged is, as it is while a threshold moves
}

// judgedAs is how the alarms of a run were made.
func judgedAs(r *spec.Run) Judged {
	return Judged{Threshold: float64(r.Threshold.Value), Merge: r.Threshold.Merge, Least: r.Threshold.Least}
}

// like tells whether two are made in the same way.
func (j Judged) like(k Judged) bool {
	same := j.Threshold == k.Threshold || math.IsNaN(j.Threshold) && math.IsNaN(k.Threshold)
	return same && j.Ranks == k.Ranks && j.Merge == k.Merge && j.Least == k.Least
}

// settled tells whether the run is what the way comes to.
func (j Judged) settled() bool { return j.Run != nil && !j.Rough && j.like(judgedAs(j.Run)) }

// move changes how the alarms of an arm are made. The lane shows a threshold at once, and the alarms of the last
// way that was judged until the answer is there.
func (c Scene) move(arm string, change func(*Judged)) bool {
	r := c.shownRun(arm)
	if r == nil || r.Failed != nil {
		return false
	}
	if c.Stack.Moved == nil {
		c.Stack.Moved = map[string]Judged{}
	}
	j, set := c.Stack.Moved[arm]
	if !set {
		j = judgedAs(r)
	}
	change(&j)
	if j.like(judgedAs(r)) { // as its own policy has it
		delete(c.Stack.Moved, arm)
		delete(c.run.Hand, arm)
		return true
	}
	c.Stack.Moved[arm] = j
	return true
}

// byHand is what a person has changed of how the alarms of an arm with scores are made.
func (c Scene) byHand(arm string) protocol.Judge {
	r := c.shownRun(arm)
	by := protocol.Judge{Arm: arm, Seed: r.Seed}
	j, set := c.Stack.Moved[arm]
	own := judgedAs(r)
	if !set || j.like(own) {
		return by
	}
	if j.Merge != own.Merge || j.Least != own.Least {
		by.Merge, by.Least = &j.Merge, &j.Least
	}
	if own.Merge, own.Least = j.Merge, j.Least; !j.like(own) {
		by.Threshold, by.Ranks = &j.Threshold, j.Ranks
	}
	return by
}

// threshold takes a threshold that a person has set: while it is held, roughly, and the newest alone.
func (s *State) threshold(arm string, held bool, change func(*Judged)) []Effect {
	c := s.Scene()
	if !c.move(arm, change) {
		return nil
	}
	if s.Stack.Held = ""; !held {
		s.linkThresholds()
	}
	if s.alone() { // it is judged once there is an engine
		return nil
	}
	if held {
		s.Stack.Held = arm
		return s.Stack.judge.ask(s.judgement(c, arm, true), &s.requests)
	}
	return append(s.chanceBeside(), s.judgeExactly(arm)...)
}

// chanceBeside gives the random score a lane once a threshold was set by hand, where it says what as many flags reach that
// are drawn by lot. Who has switched the lane off is not shown it again.
func (s *State) chanceBeside() []Effect {
	if s.Stack.Random || s.Stack.Chose || s.Scene().randomRun() == nil {
		return nil
	}
	s.Stack.Random = true
	return s.refresh()
}

// judgeExactly asks for all that a threshold changes. What is asked meanwhile, or was, is not waited for.
func (s *State) judgeExactly(arm string) []Effect {
	if r := s.Scene().shownRun(arm); r == nil || r.Failed != nil || s.alone() {
		return nil
	}
	return s.Stack.judge.now(s.judgement(s.Scene(), arm, false), &s.requests)
}

// judgement is the question what an arm alarms, and the random score beside it.
func (s *State) judgement(c Scene, arm string, rough bool) protocol.Request {
	by := c.byHand(arm)
	if rough {
		by.Rough, by.Shown = true, s.shownMetrics()
	}
	if r := c.randomRun(); r != nil && s.Stack.Random {
		by.Beside = &protocol.Of{Arm: r.Arm, Seed: r.Seed}
	}
	return protocol.Request{Type: protocol.TypeJudge, Judge: &by}
}

// shownMetrics are the names of metrics of alarms that the page shows anywhere.
func (s *State) shownMetrics() (names []string) {
	if s.AllMetrics {
		for _, m := range metrics.All {
			names = append(names, m.Name)
		}
		return names
	}
	return s.Run.ShownMetrics()
}

// randomRun is the run of the random score that stands beside the others; nil = there is none.
func (c Scene) randomRun() *spec.Run {
	for _, a := range c.spec.Arms {
		if r := c.shownRun(a.Name); a.Control == spec.ControlRandom && r != nil && r.Failed == nil {
			return r
		}
	}
	return nil
}

// rank moves the threshold of an arm by scores that occur.
func (s *State) rank(m Rank) []Effect {
	c := s.Scene()
	s.Stack.Held = ""
	if !c.move(m.Arm, func(j *Judged) { j.Ranks = min(max(j.Ranks+m.By, -mostRanks), mostRanks) }) ||
		s.alone() {
		return nil
	}
	return append(s.chanceBeside(), s.Stack.judge.ask(s.judgement(c, m.Arm, true), &s.requests)...)
}

// mostRanks are more than there are scores.
const mostRanks = 1 << 30

// followThresholds goes where an address says, with the scores that are there.
func (s *State) followThresholds() []Effect {
	if s.Run == nil || s.Run.Final == nil || s.Run.Gone {
		return nil
	}
	s.Stack.Moved, s.Stack.Linked, s.Stack.judge, s.Run.Hand = nil, nil, question{}, nil
	return s.handed()
}

// back gives an arm the threshold of its policy again.
func (s *State) back(arm string) []Effect {
	r := s.Scene().shownRun(arm)
	if _, set := s.Stack.Moved[arm]; !set || r == nil {
		return nil
	}
	return s.threshold(arm, false, func(j *Judged) { j.Threshold, j.Ranks = float64(r.Threshold.Value), 0 })
}

// judged takes the judgement of an arm over, and asks for what is still to be judged.
func (s *State) judged(a Answer) (effects []Effect, mine bool) {
	k := &s.Stack
	waits := k.judge.next != nil
	effects, mine, good := k.judge.answered(a.ID, &s.requests)
	if !mine {
		return nil, false
	}
	if runs := a.Response.Runs; good && len(runs) > 0 && s.Run != nil {
		s.takeJudged(a.Response, waits)
	}
	if good && a.Response.Error == nil && k.judge.id == 0 {
		effects = append(effects, s.settle()...)
	}
	return append(effects, s.moved()...), true
}

// takeJudged takes runs over: all seeds of an arm, that of the seed that is shown first, then the random score. A
// threshold by ranks is now where the engine has found it, unless another question waits, which begins where this
// one did.
func (s *State) takeJudged(r protocol.Response, waits bool) {
	k, runs := &s.Stack, r.Runs
	arm := runs[0].Arm
	if last := &runs[len(runs)-1]; last.Arm != arm {
		k.Chance = last
		runs = runs[:len(runs)-1]
	}
	j, set := k.Moved[arm]
	if !set {
		return
	}
	all := s.Run.TakeHand(runs)
	if len(all) == 0 {
		return
	}
	j.Run, j.Rough = all[0], r.Rough
	if !waits && j.Ranks != 0 {
		j.Threshold, j.Ranks = float64(j.Run.Threshold.Value), 0
	}
	if k.Moved[arm] = j; k.Held == "" {
		s.linkThresholds()
	}
}

// settle asks, arm by arm, for what is not judged exactly yet. While a threshold is held, nothing is exact.
func (s *State) settle() []Effect {
	if s.Stack.Held != "" {
		return nil
	}
	for _, arm := range slices.Sorted(maps.Keys(s.Stack.Moved)) {
		if j := s.Stack.Moved[arm]; !j.settled() && !(j.Run != nil && j.Run.Failed != nil) {
			return s.judgeExactly(arm)
		}
	}
	return nil
}

// handed sets the thresholds that a link has brought, once there are scores for them.
func (s *State) handed() []Effect {
	c := s.Scene()
	for arm, at := range s.Stack.Handed {
		c.move(arm, func(j *Judged) { j.Threshold, j.Ranks = at, 0 })
	}
	s.Stack.Handed = nil
	s.linkThresholds()
	return append(s.settle(), s.moved()...)
}

// thresholds are those that a link has to hold: set by hand, or brought by one.
func (s *State) thresholds() link.Thresholds {
	if s.Stack.Handed != nil {
		return s.Stack.Handed
	}
	return s.Stack.Linked
}

// linkThresholds takes those that were let go into the address.
func (s *State) linkThresholds() {
	all := link.Thresholds{}
	for arm, j := range s.Stack.Moved {
		r := s.Scene().shownRun(arm)
		if r != nil && j.Threshold != float64(r.Threshold.Value) && !math.IsNaN(j.Threshold) {
			all[arm] = j.Threshold
		}
	}
	s.Stack.Linked = all
}

// judgeAnew has the report that is there judged by the detection as it is set, if that is all that has changed.
func (s *State) judgeAnew() []Effect {
	if s.Run == nil || s.Run.Final == nil || s.Run.Gone || s.Control.Locked() || s.Control.Mode == Dead ||
		s.Run.Recorded || !s.Form.Spec.RejudgedFrom(s.Run.Spec) {
		return nil
	}
	k, d := &s.Stack, s.Form.Copy().Detect
	now := s.Run.Spec.Detect
	if k.anew.id != 0 {
		now = k.by // soon
	}
	if form.Same(now, d) {
		return nil
	}
	k.by = d
	return k.anew.now(protocol.Request{Type: protocol.TypeRejudge, Detect: &d}, &s.requests)
}

// judgedAnew takes a report over that was judged by another detection.
func (s *State) judgedAnew(a Answer) (effects []Effect, mine bool) {
	k := &s.Stack
	_, mine, good := k.anew.answered(a.ID, &s.requests)
	switch {
	case !mine:
		return nil, false
	case !good || a.Report == nil || s.Run == nil:
		return nil, true
	}
	s.Run.Rejudge(a.Report)
	k.Moved, k.Linked, k.Held, k.Chance, k.Overview = nil, nil, "", nil, Series{}
	k.judge = question{}
	s.Over = Over{On: s.Over.On}
	effects = append(s.refresh(), s.resample()...)
	s.Curves = Curves{}
	effects = slices.Concat(effects, s.besides(), s.askCurves())
	return append(effects, s.moved()...), true
}

// showRandom shows the random score as a lane, or no longer.
func (s *State) showRandom() []Effect {
	s.Stack.Random, s.Stack.Chose = !s.Stack.Random, true
	return append(s.refresh(), s.besides()...)
}

// besides has the random score judged beside the arm in focus, if it has a lane.
func (s *State) besides() []Effect {
	c := s.Scene()
	r := c.Focused()
	if !s.Stack.Random || r == nil || s.Stack.Held != "" || c.randomRun() == nil || s.Run.Gone || s.alone() {
		return nil
	}
	return s.Stack.judge.ask(s.judgement(c, r.Arm, true), &s.requests)
}

// handNames are the arms whose threshold was set by hand, as the page calls them.
func (s *State) handNames() (names []string) {
	for _, a := range s.Run.Spec.Arms {
		if _, set := s.Stack.Moved[a.Name]; set {
			names = append(names, s.Run.NameOf(s.Words, a.Name))
		}
	}
	return names
}
