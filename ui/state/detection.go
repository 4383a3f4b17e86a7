package state

import (
	"slices"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// scoreOptions names every score that a model of the lab has.
var scoreOptions = []option{
	{"model", "score-model"},
	{"reconstruction", "score-reconstruction"},
	{"association", "score-association"},
	{"likelihood", "score-likelihood"},
	{"one_class", "score-one-class"},
	{"disagreement", "score-disagreement"},
}

// policyOptions names every way to choose a threshold, with what it looks at: a threshold that has seen the test part is
// not one that anybody could have set beforehand.
var policyOptions = []option{
	{"train_percentile", "train-percentile"},
	{"mean_sigma", "mean-sigma"},
	{"pot", "pot"},
	{"spot", "spot"},
	{"dynamic", "dynamic"},
	{"train_test_percentile", "train-test-percentile"},
	{"best_f1", "best-f1"},
	{"fixed", "fixed-threshold"},
}

// scoresOf lists the scores that all students of an experiment have.
func scoresOf(s *spec.Spec) (list []spec.ScoreKind) {
	for k := range spec.Each(spec.ScoreCount) {
		has := func(m spec.Model) bool { return spec.Models[m.Kind].Has(k) }
		if has(s.Student) && !slices.ContainsFunc(s.Arms, func(a spec.Arm) bool { return !has(s.StudentOf(a)) }) {
			list = append(list, k)
		}
	}
	return list
}

// scoreNames lists the same by name.
func scoreNames(s *spec.Spec) (names []string) {
	for _, k := range scoresOf(s) {
		names = append(names, k.String())
	}
	return names
}

func getScore(s *spec.Spec) string { return s.Detect.Score.String() }

// setScore takes only what every student of the experiment has: an arm without a score could not be compared.
func setScore(s *spec.Spec, text string) error {
	if !slices.Contains(scoreNames(s), text) {
		return problem{"not-a-choice", []any{text}}
	}
	return s.Detect.Score.UnmarshalText([]byte(text))
}

// scoringFields lists what an experiment can change about how scores come from windows.
func scoringFields(s *spec.Spec) (list []Field) {
	if smooths(s) {
		list = append(list, FieldSmoothing)
	}
	if warms(s) {
		list = append(list, FieldWarm)
	}
	return list
}

// smooths tells whether scores may be smoothed: the dynamic threshold does it itself.
func smooths(s *spec.Spec) bool { return !spec.Policies[thresholdOf(s).Policy].Smooths }

// warms tells whether windows may start warm: where no student looks ahead.
func warms(s *spec.Spec) bool {
	return !slices.ContainsFunc(s.Arms, func(a spec.Arm) bool { return spec.Controls[a.Control].Student && !s.StudentOf(a).Causal() })
}

func thresholdOf(s *spec.Spec) *spec.Threshold { return &s.Detect.Threshold }

// defaulted is a parameter of the threshold that stands at the policy's own default when it is empty.
func defaulted(name words.Key, path string, at func(*spec.Spec) *float64, of func(spec.Threshold) float64, low, high float64) field {
	f := typed(name, path, real(at, low, high))
	f.standard = func(s *spec.Spec) string { return words.Setting(of(thresholdOf(s).OrDefault())) }
	return optional(f, func(s *spec.Spec) bool { return *at(s) == 0 }, func(s *spec.Spec) { *at(s) = 0 })
}

func getFixed(s *spec.Spec) string {
	if v := thresholdOf(s).Value; v != nil {
		return words.Setting(*v)
	}
	return ""
}

func setFixed(s *spec.Spec, text string) error {
	if text == "" {
		thresholdOf(s).Value = nil
		return nil
	}
	v, err := parseReal(text, -1e12, 1e12)
	if err == nil {
		thresholdOf(s).Value = &v
	}
	return err
}

// parameters are the fields of the threshold's parameters.
var parameters = [spec.ParamCount]Field{
	spec.ParamPercent: FieldPercent,
	spec.ParamK:       FieldSigmas,
	spec.ParamLevel:   FieldLevel,
	spec.ParamQ:       FieldRisk,
	spec.ParamValue:   FieldFixed,
}

// parameterFields lists the parameters of the policy that is set.
func parameterFields(s *spec.Spec) (list []Field) {
	for _, k := range spec.Policies[thresholdOf(s).Policy].Params {
		list = append(list, parameters[k])
	}
	return list
}

// adaptThreshold leaves the parameters that the policy has, and gives it those that it needs.
func adaptThreshold(t *spec.Threshold, fixed float64) {
	before := *t
	*t = spec.Threshold{Policy: before.Policy}
	for _, k := range spec.Policies[t.Policy].Params {
		x, given := before.Param(k)
		switch {
		case given:
			t.SetParam(k, x)
		case k == spec.ParamValue:
			t.SetParam(k, fixed)
		case spec.Params[k].Default == 0:
			t.SetParam(k, spec.Params[k].Start)
		}
	}
}

// thresholdNow is where a fixed threshold starts: at the one that is shown, or at 1 where none is.
func (s *State) thresholdNow() float64 {
	if r := s.Focused(); r != nil && r.Threshold.Value.Defined() {
		return roundTo2(float64(r.Threshold.Value))
	}
	return spec.Params[spec.ParamValue].Start
}

// sawKey is what a report says that a threshold saw, in words of the page.
type sawKey struct {
	saw  spec.SawKind
	says words.Key
}

var sawKeys = []sawKey{
	{spec.SawNothing, "saw-nothing"},
	{spec.SawTrain, "saw-train"},
	{spec.SawPast, "saw-past"},
	{spec.SawTest, "saw-test"},
	{spec.SawLabels, "saw-labels"},
}

// thresholdSaw says what the thresholds of a run saw of the data that they are judged on, and whether one that fits the
// tail of the scores had too little to fit.
func (p *Progress) thresholdSaw(w *words.Language) (parts []string) {
	for _, r := range p.Runs {
		if t := r.Threshold.Tail; t != nil && t.Unreliable && len(parts) == 1 {
			return append(parts, w.Say("tail-unreliable"))
		}
		for _, k := range sawKeys {
			if k.saw == r.Threshold.Saw && parts == nil {
				parts = append(parts, w.Say(k.says))
			}
		}
	}
	return parts
}

// scoring says how scores were taken from windows, where not as usual.
func (p *Progress) scoring(w *words.Language) string {
	var parts []string
	if n := p.Spec.Detect.Warm; n > 0 {
		parts = append(parts, w.Say("scored-warm", n))
	}
	if n := p.Spec.Detect.Smoothing; n > 0 {
		parts = append(parts, w.Say("scored-smooth", n))
	}
	return strings.Join(parts, ", ")
}
