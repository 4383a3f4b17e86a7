package form

import (
	"errors"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
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
func scoresOf(s *spec.Spec) []string {
	names := []string{"model"}
	for _, name := range modelInfo(s.Student.Name).Scores {
		if !slices.ContainsFunc(s.Arms, func(a spec.Arm) bool { return !scores(s.StudentOf(a), name) }) {
			names = append(names, name)
		}
	}
	return append(names, "disagreement")
}

func scores(m spec.Model, name string) bool {
	return slices.Contains(modelInfo(m.Name).Scores, name)
}

// modelInfo returns what is known of a model; specs name no others.
func modelInfo(name string) spec.ModelInfo {
	i := slices.IndexFunc(spec.Models, func(k spec.ModelInfo) bool { return k.Name == name })
	if i < 0 {
		return spec.ModelInfo{}
	}
	return spec.Models[i]
}

func getScore(s *spec.Spec) string { return s.Detect.Score }

// setScore takes only what every student of the experiment has: an arm without a score could not be compared.
func setScore(s *spec.Spec, text string) error {
	if !slices.Contains(scoresOf(s), text) {
		return fault.New("not-a-choice", text)
	}
	s.Detect.Score = text
	return nil
}

// smooths tells whether scores may be smoothed: the dynamic threshold does it itself.
func smooths(s *spec.Spec) bool { return s.Detect.Threshold.Policy != "dynamic" }

// warms tells whether windows may start warm: where no student looks ahead.
func warms(s *spec.Spec) bool {
	return !slices.ContainsFunc(s.Arms, func(a spec.Arm) bool { return a.Control != look.Random && !s.StudentOf(a).Causal() })
}

// parameterRows are the parameters of thresholds, shown where the policy has them.
var parameterRows = []row{
	parameter("percent", row{name: "percentile", value: real(func(s *spec.Spec) *float64 { return &s.Detect.Threshold.Percent }, 0, 100)}),
	defaulted("k", "sigmas", func(t *spec.Threshold) *float64 { return &t.K }, 0.01, 100),
	defaulted("level", "tail-from", func(t *spec.Threshold) *float64 { return &t.Level }, 0.5, 0.9999),
	defaulted("q", "tail-risk", func(t *spec.Threshold) *float64 { return &t.Q }, 1e-9, 0.4999),
	parameter("value", row{name: "threshold-value", value: given(func(s *spec.Spec) **float64 { return &s.Detect.Threshold.Value }, -1e12, 1e12)}),
}

// parameter completes the row of a threshold's parameter.
func parameter(name string, r row) row {
	r.field, r.place, r.more = Field("detect.threshold."+name), ofDetection, true
	r.shows = func(s *spec.Spec) bool { return slices.Contains(policyInfo(s.Detect.Threshold.Policy).Params, name) }
	return r
}

// defaulted is a parameter that stands at the policy's own default while it is empty.
func defaulted(json string, name words.Key, of func(*spec.Threshold) *float64, low, high float64) row {
	at := func(s *spec.Spec) *float64 { return of(&s.Detect.Threshold) }
	return parameter(json, row{name: name, value: orEmpty(at, real(at, low, high)), standard: func(s *spec.Spec) string {
		full := s.Detect.Threshold.OrDefault()
		return words.Setting(*of(&full))
	}})
}

func policyInfo(name string) spec.PolicyInfo {
	i := slices.IndexFunc(spec.Policies, func(p spec.PolicyInfo) bool { return p.Name == name })
	if i < 0 {
		return spec.PolicyInfo{}
	}
	return spec.Policies[i]
}

// thresholdText is the policy with its first parameter, short enough for a row.
func thresholdText(w *words.Language, t spec.Threshold) string {
	t = t.OrDefault()
	switch t.Policy {
	case "train_percentile":
		return w.Say("at-train-percentile", words.Setting(t.Percent))
	case "mean_sigma":
		return w.Say("at-mean-sigma", words.Setting(t.K))
	case "pot":
		return w.Say("at-pot", words.Setting(t.Q))
	case "spot":
		return w.Say("at-spot", words.Setting(t.Q))
	case "dynamic":
		return w.Say("at-dynamic")
	case "train_test_percentile":
		return w.Say("at-train-test-percentile", words.Setting(t.Percent))
	case "fixed":
		return w.Say("at-fixed", words.Setting(*t.Value))
	}
	return w.Say("at-best-f1")
}

// Where a policy's parameter starts that has no default of its own.
const (
	startPercent = 99
	StartFixed   = 1.0
)

// adapt brings values in line that make sense only together. A fixed threshold that was not given starts at fixed.
func adapt(next *spec.Spec, fixed float64) {
	adaptThreshold(&next.Detect.Threshold, fixed)
	if !slices.Contains(scoresOf(next), next.Detect.Score) {
		next.Detect.Score = "model" // the student before had another
	}
	if !smooths(next) {
		next.Detect.Smoothing = 0
	}
	if !warms(next) {
		next.Detect.Warm = 0
	}
	if next.Train.Schedule != "step" {
		next.Train.StepEpochs, next.Train.StepFactor = 0, 0
	}
	if next.Train.Validation == 0 {
		next.Train.Patience = 0 // nothing to be patient about
	}
}

// adaptThreshold leaves the parameters that the policy has, and gives it those that it needs.
func adaptThreshold(t *spec.Threshold, fixed float64) {
	before := *t
	*t = spec.Threshold{Policy: before.Policy}
	for _, name := range policyInfo(t.Policy).Params {
		switch name {
		case "percent":
			if t.Percent = before.Percent; t.Percent == 0 {
				t.Percent = startPercent
			}
		case "k":
			t.K = before.K
		case "level":
			t.Level = before.Level
		case "q":
			t.Q = before.Q
		case "value":
			if t.Value = before.Value; t.Value == nil {
				t.Value = &fixed
			}
		}
	}
}

// reason is why a value was not taken. Of the experiment's own errors the path is left out where the place says it already.
func reason(field Field, err error) *fault.Fault {
	if wrong, ok := errors.AsType[*spec.FieldError](err); ok {
		text := wrong.Got + ", want " + wrong.Want
		if Field(wrong.Field) != field {
			text = wrong.Field + ": " + text
		}
		return fault.Of(errors.New(text))
	}
	return fault.Of(err)
}
