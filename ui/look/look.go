// Package look says how an arm of an experiment appears, the same wherever it appears.
package look

import (
	"iter"
	"slices"
	"strings"

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
	Teacher   = "teacher"
)

// Look is how an arm appears. It goes by what the arm does, not by its name: a link may call its arms
// anything. Colour, dash and marker follow from Kind and Nth (chart.LookOf).
type Look struct {
	Name  string // as in the Spec
	Kind  string // spec.Arm.Kind, or Teacher for the teacher
	Nth   int    // among the arms of its kind, from 0
	Text  string
	Brief string // the same where there is little room
	Whole string // the name, where Text is only a part of it; else empty
}

// Kinds lists the kinds of arms that the lab compares, in the order of tables: closed forms, which need no
// network; the student alone, then one for every objective; what their students are held to instead of the
// teacher; controls that are not trained.
func Kinds() (kinds []string) {
	closed := func(k spec.ControlKind) bool { return spec.Controls[k].Closed }
	kinds = append(controls(closed), Alone)
	for o := range objectives() {
		kinds = append(kinds, o.String())
	}
	for o := range objectives() {
		for t := range spec.Each(spec.TargetCount) {
			if t != spec.TargetTeacher {
				kinds = append(kinds, spec.HeldTo(o, t))
			}
		}
	}
	return append(kinds, controls(func(k spec.ControlKind) bool { return !closed(k) })...)
}

func controls(which func(spec.ControlKind) bool) (kinds []string) {
	for k := range spec.Each(spec.ControlCount) {
		if which(k) {
			kinds = append(kinds, k.String())
		}
	}
	return kinds
}

// objectives yields those that have a target.
func objectives() iter.Seq[spec.ObjectiveKind] {
	return func(yield func(spec.ObjectiveKind) bool) {
		for o := range spec.Each(spec.ObjectiveCount) {
			if spec.Objectives[o].Distils && !yield(o) {
				return
			}
		}
	}
}

// ArmOf is an arm of a kind, named after it, without weight, axis or schedule. A kind that nothing is called
// by is the student alone.
func ArmOf(kind string) spec.Arm {
	a := spec.Arm{Name: kind}
	if a.Control.UnmarshalText([]byte(kind)) == nil {
		return a
	}
	objective, target, _ := strings.Cut(kind, "-")
	o := &a.Objective
	if o.Kind.UnmarshalText([]byte(objective)) != nil || !spec.Objectives[o.Kind].Distils {
		o.Kind = spec.ObjectiveNone
	} else if target != "" && o.Target.UnmarshalText([]byte(target)) != nil {
		o.Target = spec.TargetTeacher
	}
	return a
}

// Title is what a kind of arm is called.
func Title(w *words.Language, kind string) string { return w.Say(words.Key("arm-" + kind)) }

// Of describes an arm of s. Arms that are named after their kind, as those of the recipe are, have names in
// words; others are called as the Spec does.
func Of(w *words.Language, s spec.Spec, a spec.Arm) Look {
	l := Look{Name: a.Name, Kind: a.Kind(), Text: words.Name(a.Name), Whole: words.Whole(a.Name)}
	for _, b := range s.Arms {
		if b.Name == a.Name {
			break
		}
		if b.Kind() == l.Kind {
			l.Nth++
		}
	}
	if a.Name == l.Kind {
		l.Text = Title(w, l.Kind)
	}
	if l.Brief = l.Text; a.Name == l.Kind {
		switch l.Kind {
		case Alone:
			l.Brief = w.Say("short-alone")
		case spec.ArmInput:
			l.Brief = w.Say("short-input")
		}
	}
	return l
}

// Named describes the arm with a name; without such an arm, as for the empty name, the teacher.
func Named(w *words.Language, s spec.Spec, arm string) Look {
	i := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return a.Name == arm })
	if i < 0 {
		return OfTeacher(w)
	}
	return Of(w, s, s.Arms[i])
}

// OfTeacher describes the teacher.
func OfTeacher(w *words.Language) Look {
	return Look{Name: Teacher, Kind: Teacher, Text: Title(w, Teacher), Brief: Title(w, Teacher)}
}
