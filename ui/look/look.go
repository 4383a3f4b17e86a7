// Package look says how an arm of an experiment appears, the same wherever it appears.
package look

import (
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
	Teacher   = "teacher"
)

// Look is how an arm appears. It goes by what the arm does, not by its name: a link may call its arms anything.
type Look struct {
	Name  string // as in the Spec
	Kind  string // Alone, Cosine, MSE, Untrained, Random, or Teacher for the teacher
	Nth   int    // among the arms of its kind, from 0
	Text  string
	Brief string // the same where there is little room
}

// Kinds lists the kinds of arms that the lab compares, in the order of the recipe: one for every objective,
// then one for every control.
func Kinds() []string {
	kinds := []string{Alone}
	for k := range spec.Each(spec.ObjectiveCount) {
		if spec.Objectives[k].Distils {
			kinds = append(kinds, k.String())
		}
	}
	for k := range spec.Each(spec.ControlCount) {
		kinds = append(kinds, k.String())
	}
	return kinds
}

// Title is what a kind of arm is called.
func Title(w *words.Language, kind string) string { return w.Say(words.Key("arm-" + kind)) }

// Of describes an arm; the arms that the recipe offers have names in words, others are called as the Spec
// does.
func Of(w *words.Language, s spec.Spec, a spec.Arm) Look {
	l := Look{Name: a.Name, Kind: a.Kind(), Text: a.Name}
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
	if l.Brief = l.Text; a.Name == Alone && l.Kind == Alone {
		l.Brief = w.Say("short-alone")
	}
	return l
}

// Named describes the arm with a name; the teacher where the spec has no such arm.
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
