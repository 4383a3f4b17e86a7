package form

import (
	"cmp"
	"slices"

	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// armOfKind returns the first arm of a kind, or nil.
func armOfKind(s *spec.Spec, kind string) *spec.Arm {
	i := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return a.Kind() == kind })
	if i < 0 {
		return nil
	}
	return &s.Arms[i]
}

// objectiveOf returns the objective that the recipe shows: that of the arm under examination. Where no arm
// learns from the teacher it is a default that belongs to no arm.
func objectiveOf(s *spec.Spec) *spec.Objective {
	name := s.Examined()
	for i, a := range s.Arms {
		if name != "" && a.Name == name {
			return &s.Arms[i].Objective
		}
	}
	return &spec.Objective{Weight: 0.5, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}
}

// eachObjective changes all arms that learn from a teacher alike: they are compared, so only the kind may
// differ.
func eachObjective(s *spec.Spec, change func(*spec.Objective)) {
	for i := range s.Arms {
		if s.Arms[i].Distils() {
			change(&s.Arms[i].Objective)
		}
	}
}

// newArm makes an arm of a kind with the weight, axis and schedule that the other arms have.
func newArm(s *spec.Spec, kind string) spec.Arm {
	a := spec.Arm{Name: kind}
	if a.Control.UnmarshalText([]byte(kind)) == nil {
		return a
	}
	if a.Objective.Kind.UnmarshalText([]byte(kind)) != nil {
		a.Objective.Kind = spec.ObjectiveNone
		return a
	}
	shown := objectiveOf(s)
	a.Objective.Weight, a.Objective.Schedule = shown.Weight, shown.Schedule
	if spec.Objectives[a.Objective.Kind].Axis {
		a.Objective.Axis = cmp.Or(shown.Axis, spec.AxisChannel)
	}
	return a
}

// toggleArm switches the arms of a kind on or off; student alone stays, since everything is compared with it.
func toggleArm(s *spec.Spec, kind string) {
	if armOfKind(s, kind) != nil {
		if kind != look.Alone {
			ofKind := func(a spec.Arm) bool { return a.Kind() == kind }
			s.Arms = slices.DeleteFunc(slices.Clone(s.Arms), ofKind)
		}
		return
	}
	s.Arms = append(slices.Clone(s.Arms), newArm(s, kind))
	slices.SortStableFunc(s.Arms, func(a, b spec.Arm) int { return cmp.Compare(rank(a), rank(b)) })
}

// rank is the place of an arm's kind in the recipe.
func rank(a spec.Arm) int { return slices.Index(look.Kinds(), a.Kind()) }
