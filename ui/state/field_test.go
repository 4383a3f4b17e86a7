package state

import (
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// spec is the default experiment with values that tests can name.
func specOf() spec.Spec {
	s := spec.Default()
	s.Data.Window, s.Train.Epochs, s.Train.Rate, s.Seeds = 50, 6, 1e-3, []uint64{1, 2, 3}
	s.Teacher.Model, s.Student = spec.Model{Kind: spec.ModelTransformer}, spec.Model{Kind: spec.ModelAnomalyTransformer}
	eachObjective(&s, func(o *spec.Objective) { o.Weight = 0.5 })
	return s
}

// idle is a state with a series and a worker that waits.
func idle(t *testing.T) *State {
	t.Helper()
	s, _ := New(words.English(), Link{Spec: specOf()}.Hash(), 0)
	s.Update(ready())
	s.Update(opened(s))
	if !s.Ready() {
		t.Fatalf("not ready: %+v", s)
	}
	return s
}

func TestEveryFieldHasItsRow(t *testing.T) {
	sp := specOf()
	for f := range fieldCount {
		row := fields[f]
		if row.get == nil || row.set == nil || row.path == "" || row.name == "" {
			t.Errorf("field %d has no complete row", f)
			continue
		}
		next := clone(sp)
		if err := row.set(&next, row.get(&sp)); err != nil {
			t.Errorf("%s: its own value %q is not taken: %v", row.path, row.get(&sp), err)
		}
		if !same(next, sp) {
			t.Errorf("%s: setting it to its own value changes the spec", row.path)
		}
	}
}

func TestEveryChoiceIsValid(t *testing.T) {
	for f := range fieldCount {
		for _, o := range fields[f].options {
			s := idle(t)
			if offered := fields[f].offered; offered != nil && !slices.Contains(offered(&s.Spec), o.value) {
				continue
			}
			s.Update(Set{f, o.value})
			if s.Reject.Text != "" {
				t.Errorf("%s: %s is offered but not taken: %s", fields[f].path, o.value, s.Reject.Text)
			}
		}
	}
}

func TestEverythingThatSpecsNameHasWords(t *testing.T) {
	named := func(options []option, name string) bool {
		return slices.ContainsFunc(options, func(o option) bool { return o.value == name })
	}
	for p := range spec.Each(spec.PolicyCount) {
		if !named(policyOptions, p.String()) {
			t.Errorf("threshold policy %s has no words", p)
		}
		s := idle(t)
		s.Update(Set{FieldThreshold, p.String()})
		if got := parameterFields(&s.Spec); len(got) != len(spec.Policies[p].Params) {
			t.Errorf("%s: fields %v for the parameters %v", p, got, spec.Policies[p].Params)
		}
		if !slices.ContainsFunc(sawKeys, func(k sawKey) bool { return k.saw == spec.Policies[p].Saw }) {
			t.Errorf("what threshold policy %s saw has no words", p)
		}
	}
	for k := range spec.Each(spec.ScoreCount) {
		if !named(scoreOptions, k.String()) {
			t.Errorf("score %s has no words", k)
		}
	}
	for k := range spec.Each(spec.PartCount) {
		if !slices.ContainsFunc(partKeys, func(p partKey) bool { return p.part == k.String() }) && k != spec.PartToTeacher {
			t.Errorf("part %s of a loss has no words", k)
		}
	}
}

func TestEveryModelCanTeachAndLearnInEveryWidthOnOffer(t *testing.T) {
	for _, f := range []Field{FieldTeacher, FieldStudent} {
		s := idle(t)
		for _, c := range s.Recipe().Student.Choices {
			s.Update(Set{f, c.Value})
			if s.Reject.Text != "" {
				t.Errorf("%s is offered but not taken: %s", c.Value, s.Reject.Text)
			}
		}
	}
}

func TestModelsHaveInputsForTheSizesThatTheyHave(t *testing.T) {
	s := idle(t)
	s.Update(More{})
	s.Update(Set{FieldStudent, "omni_anomaly"})
	var got []Field
	for _, in := range s.Recipe().StudentMore {
		got = append(got, in.Field)
	}
	if want := []Field{FieldStudentWidth, FieldStudentDFF, FieldStudentLatent, FieldStudentFlows}; !slices.Equal(got, want) {
		t.Errorf("OmniAnomaly has the fields %v, want %v", got, want)
	}
	if in := s.input(FieldStudentLatent); in.Hint != "3" {
		t.Errorf("its latent size is hinted as %q", in.Hint)
	}
}

func TestScoreThatTheNewStudentDoesNotHaveGivesWayToItsOwn(t *testing.T) {
	s := idle(t)
	s.Update(Set{FieldScore, "association"})
	s.Update(Set{FieldStudent, "lstm 32"})
	if s.Reject.Text != "" || s.Spec.Student.Kind != spec.ModelLSTM || s.Spec.Detect.Score != spec.ScoreModel {
		t.Errorf("score %q of %s: %s", s.Spec.Detect.Score, s.Spec.Student.Kind, s.Reject.Text)
	}
}

func TestParametersFollowTheThreshold(t *testing.T) {
	s := idle(t)
	for _, c := range []struct {
		field       Field
		typed, want string
	}{
		{FieldThreshold, "mean_sigma", "mean + 3 σ of train"},
		{FieldSigmas, "4", "mean + 4 σ of train"},
		{FieldThreshold, "pot", "peaks, q 0.001"},
		{FieldRisk, "1e-4", "peaks, q 1e-4"},
		{FieldRisk, "", "peaks, q 0.001"},
		{FieldThreshold, "fixed", "fixed at 1"},
		{FieldFixed, "-2,5", "fixed at -2.5"},
		{FieldThreshold, "train_percentile", "pct. 99 of train"},
	} {
		s.Update(Set{c.field, c.typed})
		if got := s.thresholdShown(s.Spec); got != c.want || s.Reject.Text != "" {
			t.Errorf("%s set to %q: %q, want %q; says %q", fields[c.field].path, c.typed, got, c.want, s.Reject.Text)
		}
	}
}

func TestScoresAreSmoothedAndWarmOnlyWhereTheyCanBe(t *testing.T) {
	s := idle(t)
	s.Update(Set{FieldSmoothing, "20"})
	if got := scoringFields(&s.Spec); s.Spec.Detect.Smoothing != 20 || !slices.Equal(got, []Field{FieldSmoothing}) {
		t.Errorf("smoothed over %d, offered %v", s.Spec.Detect.Smoothing, got)
	}
	s.Update(Set{FieldThreshold, "dynamic"})
	if s.Spec.Detect.Smoothing != 0 || scoringFields(&s.Spec) != nil {
		t.Errorf("with a threshold that smooths itself: %d", s.Spec.Detect.Smoothing)
	}
	s.Update(Set{FieldStudent, "lstm"})
	s.Update(Set{FieldThreshold, "train_percentile"})
	s.Update(Set{FieldWarm, "5"})
	if got := scoringFields(&s.Spec); s.Spec.Detect.Warm != 5 || len(got) != 2 {
		t.Fatalf("warm %d, offered %v", s.Spec.Detect.Warm, got)
	}
	reported(t, s, map[string][]float64{Alone: {1, 1, 1}, Cosine: {1, 1, 1}, MSE: {1, 1, 1}})
	if got := s.Verdict().Note; !strings.Contains(got, "scores of the last 5 steps of each window") {
		t.Errorf("provenance %q", got)
	}
	s.Update(Set{FieldStudent, "transformer"})
	if s.Spec.Detect.Warm != 0 || s.Spec.Student.Kind != spec.ModelTransformer {
		t.Errorf("a student that looks ahead starts warm: %+v", s.Spec.Detect)
	}
}

func TestTypedValueIsTakenOrTheOldOneStaysWithAReason(t *testing.T) {
	for _, c := range []struct {
		field      Field
		typed      string
		want, says string
	}{
		{FieldEpochs, "12", "12", ""},
		{FieldEpochs, "0", "6", "0 is outside 1 to 10000."},
		{FieldEpochs, "many", "6", "“many” is not a whole number."},
		{FieldEpochs, "", "6", "“” is not a whole number."},
		{FieldEpochs, "1e3", "6", "“1e3” is not a whole number."},
		{FieldRate, "1e-4", "1e-4", ""},
		{FieldRate, "0,01", "0.01", ""},
		{FieldRate, "-1", "0.001", "-1 is outside 1e-7 to 1."},
		{FieldRate, "−1", "0.001", "−1 is outside 1e-7 to 1."},
		{FieldRate, "NaN", "0.001", "NaN is outside 1e-7 to 1."},
		{FieldRate, "Inf", "0.001", "Inf is outside 1e-7 to 1."},
		{FieldWeight, "2.5", "2.5", ""},
		{FieldWeight, "11", "0.5", "11 is outside 0 to 10."},
		{FieldSeeds, "2", "2", ""},
		{FieldSeeds, "4, 7,9", "4, 7, 9", ""},
		{FieldSeeds, "7,", "7,", ""},
		{FieldSeeds, "0", "3", "“0” is neither a count from 1 to 20 nor a list of whole numbers."},
		{FieldSeeds, "21", "3", "“21” is neither a count from 1 to 20 nor a list of whole numbers."},
		{FieldSeeds, "1, 1", "3", "Seed 1 is there twice."},
		{FieldSeeds, "1, -2", "3", "“1, -2” is neither a count from 1 to 20 nor a list of whole numbers."},
		{FieldSeeds, ",", "3", "“,” is neither a count from 1 to 20 nor a list of whole numbers."},
		{FieldTeacherWidth, "64", "64", ""},
		{FieldTeacherWidth, "63", "", "63, want an even number, for the position code"},
		{FieldTeacherHeads, "3", "", "3, want a divisor of d_model, 32"},
		{FieldTeacher, "anomaly_transformer 64", "anomaly_transformer 64", ""},
		{FieldTeacher, "perceptron", "transformer", `“perceptron” is not one of the choices.`},
		{FieldThreshold, "best_f1", "best_f1", ""},
		{FieldThreshold, "luck", "train_percentile", "“luck” is not one of the choices."},
		{FieldAxis, "time", "time", ""},
	} {
		s := idle(t)
		s.Update(Set{c.field, " " + c.typed + " "})
		if got := fields[c.field].get(&s.Spec); got != c.want {
			t.Errorf("%s: typed %q, holds %q, want %q", fields[c.field].path, c.typed, got, c.want)
		}
		if got := s.Reject.Text; !strings.HasPrefix(got, c.says) || c.says == "" && got != "" {
			t.Errorf("%s: typed %q, says %q, want %q", fields[c.field].path, c.typed, s.Reject.Text, c.says)
		}
		if err := s.Spec.Validate(); err != nil {
			t.Errorf("%s: typed %q: the spec became invalid: %v", fields[c.field].path, c.typed, err)
		}
	}
}

func TestSameMistakeTwiceIsNoticedTwice(t *testing.T) {
	s := idle(t)
	s.Update(Set{FieldEpochs, "0"})
	first := s.input(FieldEpochs)
	s.Update(Set{FieldEpochs, "0"})
	if s.input(FieldEpochs).Times == first.Times {
		t.Error("the page would not put the old value back")
	}
	s.Update(Set{FieldEpochs, "3"})
	if why := s.input(FieldEpochs).Why; why != "" {
		t.Errorf("still says %q", why)
	}
}

func TestWeightIsSharedByTheArmsWithATeacher(t *testing.T) {
	s := idle(t)
	s.Update(Set{FieldWeight, "2"})
	for _, a := range s.Spec.Arms {
		want := 0.0
		if distils(a) {
			want = 2
		}
		if a.Objective.Weight != want {
			t.Errorf("%s has weight %v, want %v", a.Name, a.Objective.Weight, want)
		}
	}
}

func TestArmsComeAndGoInTheirPlaces(t *testing.T) {
	s := idle(t)
	s.Update(Set{FieldWeight, "3"})
	want := clone(s.Spec)
	for _, kind := range []string{Cosine, MSE, Untrained, Random} {
		s.Update(Toggle{kind})
		if armOfKind(&s.Spec, kind) != nil {
			t.Errorf("%s is still there", kind)
		}
		s.Update(Toggle{kind})
	}
	if !same(s.Spec, want) {
		t.Errorf("got %+v, want %+v", s.Spec.Arms, want.Arms)
	}
	s.Update(Toggle{Alone})
	if armOfKind(&s.Spec, Alone) == nil {
		t.Error("student alone could be switched off")
	}
}

func TestSliderReachesEveryPlace(t *testing.T) {
	for place := range SliderSteps + 1 {
		if got := sliderPlace(SliderWeight(place)); got < place-1 || got > place+1 { // two digits are kept of the weight
			t.Errorf("place %d gives weight %v, which stands at %d", place, SliderWeight(place), got)
		}
	}
	if lo, hi := SliderWeight(0), SliderWeight(SliderSteps); lo != 0 || hi != maxWeight {
		t.Errorf("the slider goes from %v to %v", lo, hi)
	}
}
