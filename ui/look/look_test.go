package look

import (
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

func TestEveryKindOfArmHasATitleInEveryLanguage(t *testing.T) {
	for _, tag := range words.Tags() {
		for _, kind := range append(Kinds(), Teacher) {
			keys := []string{"arm-" + kind}
			if k := new(spec.ObjectiveKind); k.UnmarshalText([]byte(kind)) == nil &&
				spec.Objectives[*k].Distils {
				keys = append(keys, "method-"+kind) // in verdicts
			}
			for _, key := range keys {
				if !words.In(tag).Has(words.Key(key)) {
					t.Errorf("%s.txt has no text for %s", tag, key)
				}
			}
		}
	}
}

func TestArmsLookLikeWhatTheyDo(t *testing.T) {
	w, s := words.English(), spec.Default()
	objective := func(kind string) spec.Objective { return ArmOf(kind).Objective }
	s.Arms = []spec.Arm{ArmOf(Alone), ArmOf(Cosine), ArmOf(MSE), ArmOf(Untrained), ArmOf(Random),
		{Name: "alone again", Objective: objective(Alone)}, {Name: "random score", Objective: objective(Cosine)},
		ArmOf("pca"), ArmOf("cosine-input")}
	for i, want := range []Look{
		{"alone", Alone, 0, "student alone", "alone", ""},
		{"cosine", Cosine, 0, "+ cosine", "+ cosine", ""},
		{"mse", MSE, 0, "+ MSE", "+ MSE", ""},
		{"untrained", Untrained, 0, "untrained", "untrained", ""},
		{"random", Random, 0, "random score", "random score", ""},
		{"alone again", Alone, 1, "alone again", "alone again", ""},
		{"random score", Cosine, 1, "random score", "random score", ""},
		{"pca", "pca", 0, "PCA", "PCA", ""},
		{"cosine-input", "cosine-input", 0, "+ cosine to input", "+ to input", ""},
	} {
		if got := Of(w, s, s.Arms[i]); got != want {
			t.Errorf("looks like %+v, want %+v", got, want)
		}
	}
	if got := Named(w, s, ""); got.Kind != Teacher || got.Text != "teacher" {
		t.Errorf("no arm looks like %+v, want the teacher", got)
	}
}

func TestAnArmOfAKindIsOfThatKind(t *testing.T) {
	for _, kind := range Kinds() {
		if a := ArmOf(kind); a.Kind() != kind || a.Name != kind {
			t.Errorf("the arm of %s is %+v, a %s", kind, a, a.Kind())
		}
	}
}

// A link may call its arms anything: what stands around a name keeps its direction, and its place.
func TestNamesOfArmsStayWithinTheirPlace(t *testing.T) {
	long := strings.Repeat("arm ", 100)
	s := spec.Spec{Arms: []spec.Arm{{Name: "\u202eabc"}, {Name: long}}}
	if got := Of(words.English(), s, s.Arms[0]); got.Text != "\u2068\u202eabc\u2069" || got.Whole != "" {
		t.Errorf("%q, %q", got.Text, got.Whole)
	}
	if got := Of(words.English(), s, s.Arms[1]); len(got.Text) > 50 || got.Whole != long || got.Name != long {
		t.Errorf("%+v", got)
	}
}
