package state

import (
	"cmp"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// Kinds of arms: each has its colour, dash and marker.
const (
	Alone     = "alone"
	Cosine    = "cosine"
	MSE       = "mse"
	Untrained = "untrained"
	Random    = "random"
	TeacherK  = "teacher"
)

// Look is how an arm appears wherever it appears.
type Look struct {
	Name  string // as in the Spec
	Kind  string // Alone, Cosine, MSE, Untrained, Random, or TeacherK for the teacher
	Nth   int    // among the arms of its kind, from 0
	Text  string
	Brief string // the same where there is little room
}

// kindNames names the kinds of arms in the order of the recipe.
var kindNames = []struct {
	kind string
	name words.Key
}{
	{Alone, "arm-alone"},
	{Cosine, "arm-cosine"},
	{MSE, "arm-mse"},
	{Untrained, "arm-untrained"},
	{Random, "arm-random"},
}

// kindOf goes by what an arm does, not by its name: a link may call its arms anything.
func kindOf(a spec.Arm) string {
	switch {
	case a.Control != spec.ControlNone:
		return a.Control.String()
	case spec.Objectives[a.Objective.Kind].Distils:
		return a.Objective.Kind.String()
	}
	return Alone
}

// look describes an arm; the arms that the recipe offers have names in words, others are called as the Spec does.
func look(w *words.Language, s spec.Spec, a spec.Arm) Look {
	l := Look{Name: a.Name, Kind: kindOf(a), Text: a.Name}
	for _, b := range s.Arms {
		if b.Name == a.Name {
			break
		}
		if kindOf(b) == l.Kind {
			l.Nth++
		}
	}
	for _, k := range kindNames {
		if k.kind == a.Name && k.kind == l.Kind {
			l.Text = w.Say(k.name)
		}
	}
	if l.Brief = l.Text; a.Name == Alone && l.Kind == Alone {
		l.Brief = w.Say("short-alone")
	}
	return l
}

func teacherLook(w *words.Language) Look {
	return Look{Name: TeacherK, Kind: TeacherK, Text: w.Say("arm-teacher"), Brief: w.Say("arm-teacher")}
}

// trained tells whether an arm costs training.
func trained(a spec.Arm) bool { return spec.Controls[a.Control].Trains }

// distils tells whether an arm has a teacher.
func distils(a spec.Arm) bool {
	kind := kindOf(a)
	return kind == Cosine || kind == MSE
}

// armOfKind returns the first arm of a kind, or nil.
func armOfKind(s *spec.Spec, kind string) *spec.Arm {
	i := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return kindOf(a) == kind })
	if i < 0 {
		return nil
	}
	return &s.Arms[i]
}

// objectiveOf returns the objective that the recipe shows: that of the first cosine arm, else of the first MSE arm.
// Without either it returns a default that belongs to no arm.
func objectiveOf(s *spec.Spec) *spec.Objective {
	if a := cmp.Or(armOfKind(s, Cosine), armOfKind(s, MSE)); a != nil {
		return &a.Objective
	}
	return &spec.Objective{Weight: 0.5, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}
}

// eachObjective changes all arms that learn from a teacher alike: they are compared, so only the kind may differ.
func eachObjective(s *spec.Spec, change func(*spec.Objective)) {
	for i := range s.Arms {
		if distils(s.Arms[i]) {
			change(&s.Arms[i].Objective)
		}
	}
}

// newArm makes an arm of a kind with the weight and schedule that the other arms have.
func newArm(s *spec.Spec, kind string) spec.Arm {
	shown := objectiveOf(s)
	a := spec.Arm{Name: kind}
	switch kind {
	case Untrained:
		a.Control = spec.ControlUntrained
	case Random:
		a.Control = spec.ControlRandom
	case Cosine:
		a.Objective = spec.Objective{Kind: spec.ObjectiveCosine, Weight: shown.Weight, Axis: cmp.Or(shown.Axis, spec.AxisChannel), Schedule: shown.Schedule}
	case MSE:
		a.Objective = spec.Objective{Kind: spec.ObjectiveMSE, Weight: shown.Weight, Schedule: shown.Schedule}
	default:
		a.Objective = spec.Objective{Kind: spec.ObjectiveNone}
	}
	return a
}

// toggleArm switches the arms of a kind on or off; student alone stays, since everything is compared with it.
func toggleArm(s *spec.Spec, kind string) {
	if armOfKind(s, kind) != nil {
		if kind != Alone {
			s.Arms = slices.DeleteFunc(slices.Clone(s.Arms), func(a spec.Arm) bool { return kindOf(a) == kind })
		}
		return
	}
	s.Arms = append(slices.Clone(s.Arms), newArm(s, kind))
	slices.SortStableFunc(s.Arms, func(a, b spec.Arm) int { return cmp.Compare(rank(a), rank(b)) })
}

// rank is the place of an arm's kind in the recipe.
func rank(a spec.Arm) int {
	for i, k := range kindNames {
		if k.kind == kindOf(a) {
			return i
		}
	}
	return len(kindNames)
}
