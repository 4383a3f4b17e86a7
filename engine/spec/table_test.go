package spec_test

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// TestEveryKindHasARowWithANameOfItsOwn names the table that lacks one, and sees that JSON gives every kind
// back.
func TestEveryKindHasARowWithANameOfItsOwn(t *testing.T) {
	rows[spec.ModelKind](t, "model.go", spec.Models[:], 1)
	rows[spec.ScoreKind](t, "model.go", spec.Scores[:], 1)
	rows[spec.PolicyKind](t, "policy.go", spec.Policies[:], 1)
	rows[spec.SawKind](t, "policy.go", spec.Saws[:], 1)
	rows[spec.ObjectiveKind](t, "objective.go", spec.Objectives[:], 1)
	rows[spec.AxisKind](t, "objective.go", spec.Axes[:], 1)
	rows[spec.WeightScheduleKind](t, "objective.go", spec.WeightSchedules[:], 1)
	rows[spec.ControlKind](t, "objective.go", spec.Controls[:], 1)
	rows[spec.ControlParamKind](t, "objective.go", spec.ControlParams[:], 0)
	rows[spec.TargetKind](t, "objective.go", spec.Targets[:], 0)
	rows[spec.PartKind](t, "objective.go", spec.Parts[:], 1)
	rows[spec.RateScheduleKind](t, "training.go", spec.RateSchedules[:], 1)
	rows[spec.EvaluateKind](t, "training.go", spec.Evaluations[:], 0)
	rows[spec.ScalingKind](t, "training.go", spec.Scalings[:], 1)
	rows[spec.OutcomeKind](t, "summary.go", spec.Outcomes[:], 0)
	rows[spec.PhaseKind](t, "event.go", spec.Phases[:], 0)
	rows[spec.SizeKind](t, "model.go", spec.Sizes[:], 0)
	rows[spec.ConstantKind](t, "constant.go", spec.ConstantTable[:], 0)
	rows[spec.PriorKind](t, "constant.go", spec.Priors[:], 0)
	rows[spec.EdgeKind](t, "constant.go", spec.Edges[:], 0)
	rows[spec.ParamKind](t, "policy.go", spec.Params[:], 0)
}

// rows checks a table of a file from its first named row on.
func rows[K ~uint8, R any](t *testing.T, file string, rows []R, first int) {
	t.Helper()
	_, inJSON := any(new(K)).(encoding.TextUnmarshaler)
	var names []string
	for k := first; k < len(rows); k++ {
		name := reflect.ValueOf(rows[k]).FieldByName("Name").String()
		if name == "" {
			where := "before all others"
			if len(names) > 0 {
				where = "after " + names[len(names)-1]
			}
			t.Errorf("engine/spec/%s: a %T %s has no row, or one without a name", file, K(0), where)
			continue
		}
		if slices.Contains(names, name) {
			t.Errorf("the table of %T has two rows %s", K(0), name)
		}
		names = append(names, name)
		if !inJSON {
			continue
		}
		var back K
		text, err := json.Marshal(K(k))
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || string(text) != `"`+name+`"` || int(back) != k {
			t.Errorf("%T %s became %s, then %v, error %v", K(0), name, text, back, err)
		}
	}
	if _, err := json.Marshal(K(len(rows))); inJSON && err == nil {
		t.Errorf("a %T beyond its table has a form in JSON", K(0))
	}
}

func TestEveryRowHasItsTextInEachLanguage(t *testing.T) {
	for _, tag := range words.Tags() {
		w := words.In(tag)
		titled(t, w, spec.ModelCount)
		titled(t, w, spec.ScoreCount)
		titled(t, w, spec.PolicyCount)
		titled(t, w, spec.SawCount)
		titled(t, w, spec.ObjectiveCount)
		titled(t, w, spec.AxisCount)
		titled(t, w, spec.WeightScheduleCount)
		titled(t, w, spec.ControlCount)
		titled(t, w, spec.ControlParamCount)
		titled(t, w, spec.PartCount)
		titled(t, w, spec.RateScheduleCount)
		titled(t, w, spec.ScalingCount)
		titled(t, w, spec.EvaluateCount)
		titled(t, w, spec.SizeCount)
		titled(t, w, spec.ParamCount)
		titled(t, w, spec.ConstantCount)
		titled(t, w, spec.PriorCount)
		titled(t, w, spec.EdgeCount)
		for k := range spec.Each(spec.PolicyCount) {
			if !w.Has(words.Key(k.SetKey())) {
				t.Errorf("%s.txt has no text for %s", tag, k.SetKey())
			}
			// Say leaves a place as it is that has no argument.
			params := len(spec.Policies[k].Params)
			set := w.Say(words.Key(k.SetKey()), make([]any, params)...)
			if strings.Contains(set, "{") {
				t.Errorf("%s.txt: %s is %q with the %d Params that spec.Policies has for %s: one is missing",
					tag, k.SetKey(), set, params, k)
			}
		}
	}
}

func titled[K interface {
	~uint8
	String() string
	WordKey() string
}](t *testing.T, w *words.Language, count K) {
	t.Helper()
	for k := range spec.Each(count) {
		if !w.Has(words.Key(k.WordKey())) {
			t.Errorf("%s.txt has no text for %s, the %T %s", w.Tag, k.WordKey(), k, k)
		}
	}
}

func TestRowsOfModelsAndPoliciesAreComplete(t *testing.T) {
	for k := range spec.Each(spec.ModelCount) {
		m := spec.Models[k]
		if m.Title == "" || len(m.Scores) == 0 || !m.Teaches && !m.Learns {
			t.Errorf("spec.Models: the row of %s lacks a title, a score or a role", k)
		}
		for s := range spec.SizeCount {
			if lab, full := *m.Lab.Size(s), *m.Full.Size(s); (lab == 0) != (full == 0) {
				t.Errorf("spec.Models: %s has %d %s in the lab and %d in its paper", k, lab, s, full)
			}
		}
	}
	for k := range spec.Each(spec.PolicyCount) {
		if spec.Policies[k].Saw == 0 {
			t.Errorf("spec.Policies: the row of %s does not say what it saw", k)
		}
	}
	for k := range spec.Each(spec.ObjectiveCount) {
		if o := spec.Objectives[k]; o.Distils != (o.Part != 0) {
			t.Errorf("spec.Objectives: %s distils: %v, its term is called %q", k, o.Distils, o.Part)
		}
	}
	// A parameter is absent by a form of its own, or has a default, or must be given.
	for k := range spec.ParamCount {
		var absent spec.Threshold
		set := absent
		set.SetParam(k, 0.5)
		if x, given := set.Param(k); x != 0.5 || !given {
			t.Errorf("spec.Params: %s is not where it is put", k)
		}
		if _, given := absent.Param(k); given || spec.Params[k].Default == 0 && spec.Params[k].Start == 0 {
			t.Errorf("spec.Params: %s is given where it is not, or has neither default nor start", k)
		}
	}
}
