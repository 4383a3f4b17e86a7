package form

import (
	"errors"
	"iter"
	"slices"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/engine/spec"
)

// scoresOf yields the scores that all students of an experiment have: an arm without a score could not be
// compared.
func scoresOf(s *spec.Spec) iter.Seq[spec.ScoreKind] {
	return func(yield func(spec.ScoreKind) bool) {
		for k := range spec.Each(spec.ScoreCount) {
			has := func(m spec.Model) bool { return spec.Models[m.Kind].Has(k) }
			lacks := func(a spec.Arm) bool { return !has(s.StudentOf(a)) }
			if has(s.Student) && !slices.ContainsFunc(s.Arms, lacks) && !yield(k) {
				return
			}
		}
	}
}

// smooths tells whether scores may be smoothed: some thresholds do it themselves.
func smooths(s *spec.Spec) bool { return !spec.Policies[s.Detect.Threshold.Policy].Smooths }

// warms tells whether windows may start warm: where no student looks ahead.
func warms(s *spec.Spec) bool {
	looksAhead := func(a spec.Arm) bool {
		return spec.Controls[a.Control].Student && !s.StudentOf(a).Causal()
	}
	return !slices.ContainsFunc(s.Arms, looksAhead)
}

// parameterRows are the parameters of thresholds, shown where the policy reads them. One that has a default
// is empty while it has that value. Which values make sense is for the spec's validation to say.
func parameterRows() (rows []row) {
	for k := range spec.Each(spec.ParamCount) {
		r := row{field: Field("detect.threshold." + k.String()), name: words.Key(k.WordKey()),
			place: ofDetection,
			more:  true, shows: func(s *spec.Spec) bool {
				return spec.Policies[s.Detect.Threshold.Policy].Reads(k)
			}}
		r.get = func(s *spec.Spec) string {
			if x, given := s.Detect.Threshold.Param(k); given {
				return words.Setting(x)
			}
			return ""
		}
		r.set = func(s *spec.Spec, text string) error {
			if text == "" {
				without(&s.Detect.Threshold, k)
				return nil
			}
			x, err := parseReal(text, -1e12, 1e12)
			if err != nil {
				return err
			}
			s.Detect.Threshold.SetParam(k, x)
			if _, given := s.Detect.Threshold.Param(k); !given { // a zero, where that stands for nothing
				return fault.New("not-here", text)
			}
			return nil
		}
		if x := spec.Params[k].Default; x != 0 {
			r.standard = func(*spec.Spec) string { return words.Setting(x) }
		}
		rows = append(rows, r)
	}
	return rows
}

// without takes a parameter from a threshold. A threshold has no way to unset one, so the others are set
// anew.
func without(t *spec.Threshold, param spec.ParamKind) {
	before := *t
	*t = spec.Threshold{Policy: before.Policy}
	for k := range spec.Each(spec.ParamCount) {
		if x, given := before.Param(k); given && k != param {
			t.SetParam(k, x)
		}
	}
}

// ThresholdText is the policy with its parameters, short enough for a row.
func ThresholdText(w *words.Language, t spec.Threshold) string {
	t = t.OrDefault()
	var params []any
	for _, k := range spec.Policies[t.Policy].Params {
		x, _ := t.Param(k)
		params = append(params, words.Setting(x))
	}
	return w.Say(words.Key(t.Policy.SetKey()), params...)
}

// adapt drops values that make no sense beside what was just set, so that one change never needs another
// first. A fixed threshold that nobody has set starts at fixed.
func adapt(next *spec.Spec, fixed float64) {
	adaptThreshold(&next.Detect.Threshold, fixed)
	if !slices.Contains(slices.Collect(scoresOf(next)), next.Detect.Score) {
		next.Detect.Score = spec.ScoreModel // the student before had another
	}
	if !smooths(next) {
		next.Detect.Smoothing = 0
	}
	if !warms(next) {
		next.Detect.Warm = 0
	}
	if !spec.RateSchedules[next.Train.Schedule].Steps {
		next.Train.StepEpochs, next.Train.StepFactor = 0, 0
	}
	if next.Train.Validation == 0 {
		next.Train.Patience = 0 // nothing to be patient about
	}
}

// adaptThreshold leaves the parameters that the policy reads, and gives it those that it needs.
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

// reason is why a value was not taken. An error of the spec's validation names a field: it is left out where
// it is the one that the reason stands beside.
func reason(field Field, err error) *fault.Fault {
	wrong, ok := errors.AsType[*spec.FieldError](err)
	if !ok {
		return fault.Of(err)
	}
	why := fault.New("setting-wrong", wrong.Got, wrong.Want)
	if Field(wrong.Field) != field {
		why = fault.New("in-place", wrong.Field, why)
	}
	return fault.Of(why)
}
