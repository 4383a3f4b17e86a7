package look

import (
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
	cosine := s.Arms[1]
	s.Arms = append(s.Arms, spec.Arm{Name: "alone again", Objective: s.Arms[0].Objective},
		spec.Arm{Name: "random score", Objective: cosine.Objective})
	for i, want := range []Look{
		{"alone", Alone, 0, "student alone", "alone"},
		{"cosine", Cosine, 0, "+ cosine", "+ cosine"},
		{"mse", MSE, 0, "+ MSE", "+ MSE"},
		{"untrained", Untrained, 0, "untrained", "untrained"},
		{"random", Random, 0, "random score", "random score"},
		{"alone again", Alone, 1, "alone again", "alone again"},
		{"random score", Cosine, 1, "random score", "random score"},
	} {
		if got := Of(w, s, s.Arms[i]); got != want {
			t.Errorf("looks like %+v, want %+v", got, want)
		}
	}
	if got := Named(w, s, ""); got.Kind != Teacher || got.Text != "teacher" {
		t.Errorf("no arm looks like %+v, want the teacher", got)
	}
}
