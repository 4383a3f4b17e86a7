package spec

import (
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

// Outcome judges differences seed by seed (metrics/README.md, section 11): they count only where their mean
// is larger than their spread.
func (s Spread) Outcome() OutcomeKind {
	switch {
	case len(s.Values) == 0:
		return VerdictNone
	case len(s.Values) == 1:
		return VerdictOneSeed
	case s.Within():
		return VerdictNull
	case s.Mean > 0:
		return VerdictHelps
	}
	return VerdictHarms
}

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

// LocatedStanding compares the hit rate of an arm with chance and with the untrained arm, if the report has
// one.
func (r Report) LocatedStanding(arm string, h HitRate) Standing {
	return r.standing(arm, metrics.Metric{}, h.measure)
}

// KnowsCauses reports whether any run says how well it blames the true channels.
func (r Report) KnowsCauses() bool {
	return slices.ContainsFunc(r.Arms, func(a ArmReport) bool {
		return slices.ContainsFunc(a.Runs, func(run Run) bool { return run.Located != nil })
	})
}
