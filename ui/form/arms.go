package form

import (
	"cmp"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
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

// objectiveOf returns the objective that the recipe shows: that of the arm under examination, else of the
// first that is held to anything. Where none is, it is a default that belongs to no arm.
func objectiveOf(s *spec.Spec) *spec.Objective {
	name := s.Examined()
	i := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return name != "" && a.Name == name })
	if i < 0 {
		i = slices.IndexFunc(s.Arms, spec.Arm.Distils)
	}
	if i >= 0 {
		return &s.Arms[i].Objective
	}
	return &spec.Objective{Weight: 0.5, Axis: spec.AxisChannel, Schedule: spec.WeightConstant}
}

// eachObjective changes all arms that are held to the teacher, or to something in its place, alike: they are
// compared, so only kind and target may differ.
func eachObjective(s *spec.Spec, change func(*spec.Objective)) {
	for i := range s.Arms {
		if s.Arms[i].Distils() {
			change(&s.Arms[i].Objective)
		}
	}
}

// newArm makes an arm of a kind, named after it, with the weight, axis and schedule that the other arms have.
func newArm(s *spec.Spec, kind string) spec.Arm {
	a := look.ArmOf(kind)
	if !a.Distils() {
		return a
	}
	shown := objectiveOf(s)
	a.Objective.Weight, a.Objective.Schedule = shown.Weight, shown.Schedule
	if spec.Objectives[a.Objective.Kind].Axis {
		a.Objective.Axis = cmp.Or(shown.Axis, spec.AxisChannel)
	}
	return a
}

// toggleArm switches the arms of a kind on or off; the student alone stays, since everything is compared with
// it. The list is copied before it changes: other specs may share it.
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

// controlRows are the parameters of controls, shown where an arm reads them. An empty one stands for its
// default. What is set holds for all such arms.
func controlRows() (rows []row) {
	for k := range spec.Each(spec.ControlParamCount) {
		reading := func(s *spec.Spec) (arms []*spec.Arm) {
			for i := range s.Arms {
				if spec.Controls[s.Arms[i].Control].Reads(k) {
					arms = append(arms, &s.Arms[i])
				}
			}
			return arms
		}
		r := row{field: Field("arms." + k.String()), name: words.Key(k.WordKey()), place: ofObjective, more: true,
			shows:    func(s *spec.Spec) bool { return len(reading(s)) > 0 },
			standard: func(*spec.Spec) string { return words.Setting(spec.ControlParams[k].Default) }}
		r.get = func(s *spec.Spec) string {
			if arms := reading(s); len(arms) > 0 && arms[0].ControlParam(k) != 0 {
				return words.Setting(arms[0].ControlParam(k))
			}
			return ""
		}
		r.set = func(s *spec.Spec, text string) error {
			x := 0.0
			if text != "" {
				var err error
				if x, err = parseReal(text, 0, 1000); err != nil {
					return err
				}
			}
			for _, a := range reading(s) {
				if a.SetControlParam(k, x); a.ControlParam(k) != x {
					return fault.New("not-whole", text)
				}
			}
			return nil
		}
		rows = append(rows, r)
	}
	return rows
}

// rank is the place of an arm's kind in the recipe.
func rank(a spec.Arm) int { return slices.Index(look.Kinds(), a.Kind()) }
