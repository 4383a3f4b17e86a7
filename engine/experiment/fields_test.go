package experiment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strings"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// tells are the fields that change no number of a report: they say what it is about.
var tells = map[string]string{
	"version":   "there is one",
	"arms.name": "a name",
	// Whoever opens the set reads these: a run is given it.
	"data.source": "which set", "data.seed": "which set", "data.label": "which set",
	"data.split": "which set", "data.split_row": "which set", "data.split_time": "which set",
	"data.header": "which set", "data.separator": "which set", "data.decimal": "which set", "data.columns": "which set", "data.anomaly": "which set",
	"data.missing": "which set", "data.order": "which set", "data.no_value": "which set",
	"data.no_word": "which set", "data.skip": "which set",
	"data.dates": "which set", "data.accept": "which doubts are settled",
	"data.files": "which set", "data.label_file": "which set", "data.names_file": "which set",
	// Of several series: TestEachSeriesIsMeasuredByItself.
	"detect.each_series": "whose scores choose a threshold",
	// Of scores, which no teacher gives.
	"teacher.samples": "a score", "teacher.temperature": "a score",
	// The verdict's, of which there is none without labels.
	"evaluate": "a look", "headline": "which metric", "looks": "its level", "looked": "its level",
}

// Each field of a Spec, whatever it is called, changes the report, or only tells: a setting that nothing
// reads cannot pass.
func TestEveryFieldOfASpecChangesTheReport(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of experiments")
	}
	counts, seen := map[string]bool{}, map[string]bool{}
	for _, base := range bases(t) {
		before := ""
		whole := func(s *spec.Spec) []reflect.Value { return []reflect.Value{reflect.ValueOf(s).Elem()} }
		for path, at := range fields(reflect.TypeFor[spec.Spec](), "", whole) {
			seen[path] = true
			if counts[path] || tells[path] != "" {
				continue
			}
			for changed := range changes(base, at) {
				if before == "" {
					before = numbers(t, base)
				}
				if counts[path] = numbers(t, changed) != before; counts[path] {
					break
				}
			}
		}
	}
	for path := range seen {
		if !counts[path] && tells[path] == "" {
			t.Errorf("%s changes no number of the report", path)
		}
	}
	for path := range tells {
		if !seen[path] {
			t.Errorf("%s is no field of a Spec", path)
		}
	}
}

// bases are experiments in which, taken together, each field has something to say: every model as teacher, as
// student and as an arm's own student, every kind of threshold, and a training that stops early.
func bases(t *testing.T) (list []spec.Spec) {
	value := 0.5
	thresholds := []spec.Threshold{{Policy: spec.PolicyTrainPercentile, Percent: 50},
		{Policy: spec.PolicyMeanSigma, K: 1},
		{Policy: spec.PolicyPOT, Level: 0.8, Q: 0.05}, {Policy: spec.PolicyFixed, Value: &value}}
	const models = spec.ModelCount - 1
	for m := range models {
		s := small(t)
		s.Data.Train, s.Data.Window, s.Data.Stride, s.Train.Validation,
			s.Train.Batch = steps.Range{From: 40, To: 80}, 4, 4, 0.3, 3
		s.Teacher.Model, s.Student = smallest(1+m), smallest(1+(m+1)%models)
		own := smallest(1 + (m+2)%models)
		s.Arms = []spec.Arm{
			{Name: "alone", Objective: spec.Objective{Kind: spec.ObjectiveNone}},
			{Name: "taught", Student: &own, Objective: spec.Objective{Kind: spec.ObjectiveCosine, Weight: 1,
				Axis:     spec.AxisChannel,
				Schedule: spec.WeightConstant}},
		}
		s.Detect.Threshold = thresholds[int(m)%len(thresholds)]
		s.Train.Schedule, s.Train.StepEpochs, s.Train.StepFactor = spec.RateStep, 1, 0.5
		list = append(list, s)
	}
	for _, m := range []spec.ModelKind{spec.ModelAnomalyTransformer, spec.ModelOmniAnomaly} {
		own := list[m]
		student := smallest(m)
		own.Student, own.Arms = smallest(m), []spec.Arm{own.Arms[0],
			{Name: "own", Student: &student, Objective: spec.Objective{Kind: spec.ObjectiveNone}}}
		own.Detect.Score = spec.ScoreModel
		list = append(list, own)
	}
	closed := list[0]
	closed.Arms = []spec.Arm{{Name: "pca", Control: spec.ControlPCA, Window: 4, Share: 0.999},
		{Name: "forecast", Control: spec.ControlForecast, Lag: 1}}
	list = append(list, closed)
	still := list[0]
	still.Train.Rate, still.Train.Patience, still.Train.Epochs = 1e-300, 1, 3
	return append(list, still)
}

// smallest is a model as small as it can be tried.
func smallest(m spec.ModelKind) spec.Model {
	s := spec.Model{Kind: m}
	for k := range spec.SizeCount {
		if lab := spec.Models[m].Lab; *lab.Size(k) != 0 {
			*s.Size(k) = 2
		}
	}
	s.DModel = 4 * max(1, spec.Models[m].Branches)
	return s
}

// numbers is what an experiment finds, without what it was asked.
func numbers(t *testing.T, s spec.Spec) string {
	t.Helper()
	set := *unlabelled(t)
	set.Marked = make([]uint8, set.Train.Rows)
	set.Marked[50] = 1
	r, err := carryOut(context.Background(), s, &set, cpu.New(), experiment.Options{
		Weights: func(string) (io.ReadCloser,
			error) {
			return from(t, checkpoint(t, s.Teacher.Model, s.Data.Window))("")
		}})
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	r.Spec = spec.Spec{}
	r.Version, r.Data.Source = 0, ""
	for i := range r.Teachers {
		r.Teachers[i].Seed = 0
	}
	for i := range r.Arms {
		r.Arms[i].Arm = spec.Arm{}
		for j := range r.Arms[i].Runs {
			r.Arms[i].Runs[j].Arm, r.Arms[i].Runs[j].Seed = "", 0
		}
	}
	text, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// where is how a Spec's values of a field are found: one for each arm, say.
type where func(*spec.Spec) []reflect.Value

// fields yields every field of a Spec that is no struct, by its path in JSON without positions in lists, with
// where a Spec has it.
func fields(typ reflect.Type, path string, in where) iter.Seq2[string, where] {
	return func(yield func(string, where) bool) {
		for _, f := range reflect.VisibleFields(typ) {
			if f.Anonymous {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			path := strings.TrimPrefix(path+"."+name, ".")
			at := func(s *spec.Spec) (all []reflect.Value) {
				for _, v := range in(s) {
					all = append(all, v.FieldByIndex(f.Index))
				}
				return all
			}
			inner, of := within(f.Type)
			if inner == nil {
				if !yield(path, at) {
					return
				}
				continue
			}
			each := func(s *spec.Spec) (all []reflect.Value) {
				for _, v := range at(s) {
					all = append(all, of(v)...)
				}
				return all
			}
			for p, at := range fields(inner, path, each) {
				if !yield(p, at) {
					return
				}
			}
		}
	}
}

// within is the struct inside a field, with where it is; nil for a plain value, or a list of such.
func within(t reflect.Type) (inner reflect.Type, of func(reflect.Value) []reflect.Value) {
	switch {
	case t.Kind() == reflect.Struct:
		return t, func(v reflect.Value) []reflect.Value { return []reflect.Value{v} }
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		return t.Elem(), func(v reflect.Value) []reflect.Value {
			if v.IsNil() {
				return nil
			}
			return []reflect.Value{v.Elem()}
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return t.Elem(), func(v reflect.Value) (all []reflect.Value) {
			for i := range v.Len() {
				all = append(all, v.Index(i))
			}
			return all
		}
	}
	return nil, nil
}

// changes yields valid Specs that differ from the base in one value of a field, or in as little beside it as
// makes them valid.
func changes(base spec.Spec, at where) iter.Seq[spec.Spec] {
	return func(yield func(spec.Spec) bool) {
		for i := range at(copied(base)) {
			for _, other := range others(at(copied(base))[i]) {
				s := copied(base)
				at(s)[i].Set(other)
				settle(s)
				if reflect.DeepEqual(*s, *copied(base)) {
					continue
				}
				if s.Validate() == nil && s.ValidateFor(4000, 4000, 8) == nil && !yield(*s) {
					return
				}
			}
		}
	}
}

// settle takes away what makes no sense beside a value that was changed, and gives what it needs.
func settle(s *spec.Spec) {
	for i := range s.Arms {
		a := &s.Arms[i]
		o := &a.Objective
		switch row := spec.Objectives[o.Kind]; {
		case !spec.Controls[a.Control].Trains:
			*o = spec.Objective{}
			full := a.OrDefault() // of a control without parameters it is the arm
			if row := spec.Controls[a.Control]; !row.Reads(spec.ControlWindow) {
				full.Window, full.Share = 0, 0
			} else if !row.Reads(spec.ControlLag) {
				full.Lag = 0
			}
			*a = full
		case !row.Distils:
			*o = spec.Objective{Kind: o.Kind}
		case !row.Axis:
			o.Axis = 0
		}
	}
	if s.Train.ClipEach > 0 {
		s.Train.Clip = 0
	}
	if !spec.RateSchedules[s.Train.Schedule].Steps {
		s.Train.StepEpochs, s.Train.StepFactor = 0, 0
	}
}

// copied shares nothing with the Spec.
func copied(s spec.Spec) *spec.Spec {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	var out spec.Spec
	if err := json.Unmarshal(text, &out); err != nil {
		panic(err)
	}
	return &out
}

// others are values of the same type.
func others(v reflect.Value) (list []reflect.Value) {
	add := func(x any) { list = append(list, reflect.ValueOf(x).Convert(v.Type())) }
	switch v.Kind() {
	case reflect.Int:
		for _, n := range []int64{v.Int() + 1, 2 * v.Int(), v.Int() - 1, v.Int() + 3, 0} {
			add(n)
		}
	case reflect.Uint64:
		add(v.Uint() + 1)
	case reflect.Uint8:
		for k := range 32 {
			other := reflect.ValueOf(uint8(k)).Convert(v.Type())
			if uint64(k) != v.Uint() && other.Interface().(fmt.Stringer).String() != "invalid" {
				list = append(list, other)
			}
		}
	case reflect.Float64:
		for _, x := range []float64{v.Float() / 2, 0.4, 1e-3, 1e-9, 0} {
			add(x)
		}
	case reflect.Bool:
		add(!v.Bool())
	case reflect.String:
		add(v.String() + "x")
		add("7") // where it is a number of steps
	case reflect.Pointer: // to a number
		for _, x := range []float64{0.25, 0} {
			add(&x)
		}
	case reflect.Slice: // of numbers or words
		if v.Len() == 0 {
			switch v.Type().Elem().Kind() {
			case reflect.Float64:
				add([]float64{1, 3})
			case reflect.String:
				add([]string{"a", "b"})
			default:
				add([]int{1, 3})
			}
			break
		}
		first := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(first, v)
		first.Index(0).Set(others(v.Index(0))[0])
		list = append(list, v.Slice(0, v.Len()-1), first)
	}
	return list
}
