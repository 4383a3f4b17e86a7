package spec

import (
	"reflect"
	"slices"

	"cosinelab/engine/metrics"
)

// Examined returns the name of the arm that the verdict is about (metrics/README.md, section 11): the first
// that learns from the teacher's direction, else the first that learns from the teacher at all; empty where
// none does. It goes by what arms do: a spec may call them anything.
func (s Spec) Examined() string {
	cosine := func(a Arm) bool { return a.Follows() && a.Objective.Kind == ObjectiveCosine }
	for _, examined := range []func(Arm) bool{cosine, Arm.Follows} {
		if i := slices.IndexFunc(s.Arms, examined); i >= 0 {
			return s.Arms[i].Name
		}
	}
	return ""
}

// Credited returns the name of the arm that decides whether a gain of the examined one is the teacher's: the
// first with the same objective that is held to the window itself; empty where there is none.
func (s Spec) Credited() string {
	examined := slices.IndexFunc(s.Arms, func(a Arm) bool { return a.Name == s.Examined() })
	i := slices.IndexFunc(s.Arms, func(a Arm) bool {
		return a.Distils() && a.Objective.Target == TargetInput && examined >= 0 &&
			a.Objective.Kind == s.Arms[examined].Objective.Kind
	})
	if i < 0 {
		return ""
	}
	return s.Arms[i].Name
}

// Baseline returns the name of the arm that others are compared with: the first that is trained without a
// teacher; empty where there is none.
func (s Spec) Baseline() string {
	i := slices.IndexFunc(s.Arms, func(a Arm) bool { return Controls[a.Control].Trains && !a.Distils() })
	if i < 0 {
		return ""
	}
	return s.Arms[i].Name
}

// Kind says what an arm does: the name of its control, of the objective that it learns from the teacher by,
// with that of the target where it is another, or alone. Looks and words go by it, since an arm's name is
// free.
func (a Arm) Kind() string {
	switch {
	case !Controls[a.Control].Trains:
		return a.Control.String()
	case a.Follows():
		return a.Objective.Kind.String()
	case a.Distils():
		return HeldTo(a.Objective.Kind, a.Objective.Target)
	}
	return ArmAlone
}

// HeldTo is the kind of arms whose student is held to another target than the teacher.
func HeldTo(o ObjectiveKind, t TargetKind) string { return o.String() + "-" + t.String() }

// HitRate is one of the two measures that say how well an arm blames the true channels (metrics/README.md,
// section 10). It is no metric of alarms, so it is not among metrics.All.
type HitRate struct {
	Title      string
	Definition string // key of the words that say what it is
	of         func(Located) (got, chance metrics.Value)
}

// HitRates lists the measures of Located.
var HitRates = []HitRate{
	{"HitRate@100 %", "hit-rate100",
		func(l Located) (got, chance metrics.Value) { return l.HitRate100, l.Chance100 }},
	{"HitRate@150 %", "hit-rate150",
		func(l Located) (got, chance metrics.Value) { return l.HitRate150, l.Chance150 }},
}

// measure is the hit rate of a run; undefined where nobody knows the true channels.
func (h HitRate) measure(r Run) Measure {
	m := unmeasured(h.Title)
	if r.Located != nil {
		m.Value, m.Chance = h.of(*r.Located)
	}
	return m
}

// Measured is the hit rate as runs have it.
func (h HitRate) Measured() Measured { return Measured{of: h.measure} }

// KnowsCauses reports whether any run says how well it blames the true channels.
func (r Report) KnowsCauses() bool {
	return slices.ContainsFunc(r.Arms, func(a ArmReport) bool {
		return slices.ContainsFunc(a.Runs, func(run Run) bool { return run.Located != nil })
	})
}

// RejudgedFrom reports whether the experiment is another one, before, but for how scores that it has already are
// made alarms and measured: so that its runs can be judged anew, and need not be trained. Warm scoring makes other
// scores, and so does the disagreement with a teacher; what was measured after every epoch is measured no more.
func (s Spec) RejudgedFrom(before Spec) bool {
	a, b := s.Detect, before.Detect
	same := a.Warm == b.Warm && (!Scores[a.Score].Teacher || a.Score == b.Score)
	if s.Evaluate == EvaluateEachEpoch {
		same = same && a.Score == b.Score && a.Smoothing == b.Smoothing && a.Window == b.Window
	}
	s.Detect = b
	return same && reflect.DeepEqual(s, before)
}
