package spec_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

// unlimited lists what a value may be although it looks out of range, each with the reason. Any other number
// of a spec refuses -1, NaN, infinity and the largest number of its type; any list refuses a hundred thousand
// entries, any text as many letters.
var unlimited = map[string]string{
	"data.train.from huge":      "what is named is to, which no longer comes after it",
	"data.test.from huge":       "what is named is to, which no longer comes after it",
	"detect.threshold.value -1": "scores may be negative",
	"data.no_value[] -1":        "any number may stand for a missing cell",
}

// full are valid specs that between them use every number of a spec.
func full() map[string]spec.Spec {
	specs := map[string]spec.Spec{}
	with := func(m spec.ModelKind, p spec.PolicyKind) spec.Spec {
		model, share := spec.Model{Kind: m}.OrLab(), 0.5
		if m == spec.ModelTHOC {
			model.Skips = []int{1, 3, 5}
		}
		if spec.Models[m].Drops() {
			model.Dropout = 0.1
		}
		s := spec.Default()
		s.Data.Train, s.Data.Test = steps.Range{To: 1000}, steps.Range{To: 1000}
		s.Data.Channels, s.Data.Split, s.Data.NoValue = []int{0, 1}, &share, []float64{-999}
		s.Data.NoWord = []string{"Bad"}
		s.Teacher.Model, s.Student = model, model
		s.Student.Skips = slices.Clone(model.Skips)
		// A control has no objective at all: what is named is the objective, not one of its fields.
		s.Arms = slices.DeleteFunc(s.Arms, func(a spec.Arm) bool { return a.Control != spec.ControlNone })
		for i := range s.Arms {
			own := model
			own.Skips = slices.Clone(model.Skips)
			s.Arms[i].Student = &own
		}
		s.Train.Schedule, s.Train.StepEpochs, s.Train.StepFactor = spec.RateStep, 5, 0.5
		s.Looks, s.Looked = 2, []int{2, 4}
		s.Detect = spec.Detect{Score: spec.ScoreModel, Threshold: spec.Threshold{Policy: p}}
		for _, k := range spec.Policies[p].Params {
			s.Detect.Threshold.SetParam(k, max(spec.Params[k].Default, spec.Params[k].Start))
		}
		if !spec.Policies[p].Smooths {
			s.Detect.Smoothing = 5
		}
		if model.Causal() {
			s.Detect.Warm = 10
		}
		return s
	}
	for m := range spec.Each(spec.ModelCount) {
		specs[m.String()] = with(m, spec.PolicyTrainPercentile)
	}
	for p := range spec.Each(spec.PolicyCount) {
		specs[p.String()] = with(spec.ModelLSTM, p)
	}
	each := with(spec.ModelLSTM, spec.PolicyFixed)
	each.Train.Clip, each.Train.ClipEach = 0, 1
	specs["clip_each"] = each
	weights := with(spec.ModelLSTM, spec.PolicyFixed)
	weights.Teacher.Epochs, weights.Teacher.Weights = 0, "teacher.safetensors"
	specs["weights"] = weights
	return specs
}

// number is a number of a spec, or a list or a text, with its path as errors name it.
type number struct {
	path string
	at   reflect.Value
}

// numbers lists all that v holds. Kinds are names of tables, not numbers.
func numbers(t *testing.T, path string, v reflect.Value) (list []number) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			below := path
			if !field.Anonymous {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				below = strings.TrimPrefix(path+"."+name, ".")
			}
			list = append(list, numbers(t, below, v.Field(i))...)
		}
	case reflect.Slice:
		if v.Len() == 0 && strings.HasSuffix(path, ".skips") {
			return nil // of THOC alone
		}
		if v.Len() == 0 {
			t.Fatalf("%s is empty in a full spec", path)
		}
		list = append(list, number{path, v})
		for i := range v.Len() {
			list = append(list, numbers(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
	case reflect.Pointer:
		if v.IsNil() { // of a number: left out, but it could be given
			v.Set(reflect.New(v.Type().Elem()))
			defer v.SetZero()
			if v.Elem().Kind() == reflect.Struct {
				t.Fatalf("%s is left out of a full spec", path)
			}
			return []number{{path, v}}
		}
		list = numbers(t, path, v.Elem())
	case reflect.Int, reflect.Uint64, reflect.Float64, reflect.String:
		list = []number{{path, v}}
	case reflect.Bool, reflect.Uint8, reflect.Map: // kinds are names of tables, maps hold roles
	default:
		t.Fatalf("%s is a %s, of which this test knows no value out of range", path, v.Type())
	}
	return list
}

// put sets the number, or the pointer to it.
func (n number) put(x reflect.Value) {
	if n.at.Kind() == reflect.Pointer {
		p := reflect.New(n.at.Type().Elem())
		p.Elem().Set(x)
		x = p
	}
	n.at.Set(x)
}

// outOfRange lists values that no number should have, by what they are called.
func outOfRange(t reflect.Type) map[string]reflect.Value {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		return map[string]reflect.Value{"huge": reflect.MakeSlice(t, 100_000, 100_000)}
	case reflect.String:
		return map[string]reflect.Value{"huge": reflect.ValueOf(strings.Repeat("가", 100_000)).Convert(t)}
	}
	values := map[string]any{"-1": -1.0, "NaN": math.NaN(), "infinite": math.Inf(1), "huge": math.MaxFloat64}
	switch t.Kind() {
	case reflect.Int:
		values = map[string]any{"-1": -1, "huge": math.MaxInt}
	case reflect.Uint64:
		values = map[string]any{"huge": uint64(math.MaxUint64)}
	}
	converted := map[string]reflect.Value{}
	for name, x := range values {
		converted[name] = reflect.ValueOf(x).Convert(t)
	}
	return converted
}

var index = regexp.MustCompile(`\[\d+\]`)

func TestEveryNumberOfASpecHasARange(t *testing.T) {
	accepted := map[string]bool{}
	for name, s := range full() {
		if err := s.Validate(); err != nil {
			t.Fatalf("%s: a full spec is not valid: %v", name, err)
		}
		for _, n := range numbers(t, "", reflect.ValueOf(&s).Elem()) {
			good := reflect.New(n.at.Type()).Elem()
			good.Set(n.at)
			for what, bad := range outOfRange(n.at.Type()) {
				n.put(bad)
				err := s.Validate()
				n.at.Set(good)
				var fe *spec.FieldError
				if errors.As(err, &fe) && fe.Field == n.path {
					continue
				}
				key := index.ReplaceAllString(n.path, "[]") + " " + what
				if !accepted[key] && unlimited[key] == "" {
					t.Errorf("a spec with %s, where %s is %v: error %v, want one about it: "+
						"engine/spec/parse.go gives it no range", name, n.path, bad, err)
				}
				accepted[key] = true
			}
		}
	}
	for key, why := range unlimited {
		if !accepted[key] {
			t.Errorf("%s is refused, although %s", key, why)
		}
	}
}
