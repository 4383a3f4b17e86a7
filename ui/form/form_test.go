package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// formOf is the form of the default experiment with values that tests can name.
func formOf() *Form {
	s := spec.Default()
	s.Data.Window, s.Train.Epochs, s.Train.Rate, s.Seeds = 50, 6, 1e-3, []uint64{1, 2, 3}
	s.Teacher.Model, s.Student = spec.Model{Kind: spec.ModelTransformer},
		spec.Model{Kind: spec.ModelAnomalyTransformer}
	eachObjective(&s, func(o *spec.Objective) { o.Weight = 0.5 })
	f := New(s)
	f.Data = &spec.DataSummary{Title: "Server"}
	return &f
}

// typed sets a value, and takes a change of the series as read.
func (f *Form) typed(field Field, text string) {
	if d := f.Set(field, text, 1); d != nil {
		f.Spec.Data = *d
	}
}

// why is what the form says of the last value typed.
func (f *Form) why() string {
	if f.Reject.Why == nil {
		return ""
	}
	return words.English().Error(f.Reject.Why)
}

// fields lists the settings that a part of the recipe shows.
func (f *Form) fields(p place) (list []Field) {
	for _, in := range f.inputs(words.English(), p) {
		list = append(list, in.Field)
	}
	return list
}

func TestEveryRowIsComplete(t *testing.T) {
	sp := formOf().Spec
	for _, r := range rows {
		if r.get == nil || r.set == nil || r.field == "" || r.name == "" {
			t.Errorf("field %q has no complete row", r.field)
			continue
		}
		next := clone(sp)
		if err := r.set(&next, r.get(&sp)); err != nil {
			t.Errorf("%s: its own value %q is not taken: %v", r.field, r.get(&sp), err)
		}
		if !Same(next, sp) {
			t.Errorf("%s: setting it to its own value changes the spec", r.field)
		}
		if got := changedBy(t, r, sp); !slices.Equal(got, []Field{r.field}) {
			t.Errorf("%s: another value changes %q of the spec, want that field alone", r.field, got)
		}
	}
}

// changedBy are the fields of the spec that differ once the row has another value.
func changedBy(t *testing.T, r row, sp spec.Spec) (changed []Field) {
	t.Helper()
	texts := []string{"3", "5", "0.25", spec.ModelLSTM.String()} // some of which each typed setting takes
	if r.options != nil {
		texts = nil
		for _, o := range r.options(&sp) {
			texts = append(texts, o.String())
		}
	}
	before := fieldsOf(t, sp)
	for _, text := range texts {
		next := clone(sp)
		if text == r.get(&sp) || r.set(&next, text) != nil {
			continue
		}
		after := fieldsOf(t, next)
		all := maps.Clone(before)
		maps.Copy(all, after)
		for _, path := range slices.Sorted(maps.Keys(all)) {
			if before[path] != after[path] {
				changed = append(changed, path)
			}
		}
		return changed
	}
	t.Errorf("%s takes none of %q, give it a value", r.field, texts)
	return nil
}

// fieldsOf is the JSON of a spec by path; a path within a list has what all items hold.
func fieldsOf(t *testing.T, sp spec.Spec) map[Field]string {
	t.Helper()
	var tree any
	text, err := json.Marshal(sp)
	if err == nil {
		err = json.Unmarshal(text, &tree)
	}
	if err != nil {
		t.Fatal(err)
	}
	fields := map[Field]string{}
	var walk func(any, string)
	walk = func(node any, path string) {
		switch node := node.(type) {
		case map[string]any:
			for name, inner := range node {
				walk(inner, path+"."+name)
			}
		case []any:
			for _, inner := range node {
				walk(inner, path)
			}
		default:
			fields[Field(strings.TrimPrefix(path, "."))] += fmt.Sprint(node, " ")
		}
	}
	walk(tree, "")
	return fields
}

// notOffered are the fields of a Spec that the page leaves as a link or a file has them.
var notOffered = []Field{
	"version",
	// parts of a series
	"data.train.from", "data.train.to", "data.test.from", "data.test.to", "data.channels",
	// how a file is read
	"data.header", "data.skip", "data.separator", "data.decimal", "data.columns", "data.anomaly", "data.missing", "data.no_value", "data.no_word", "data.order", "data.dates", "data.accept", "data.files", "data.label_file", "data.names_file", "data.split_row", "data.split_time",
	"data.leave_out",
	"detect.each_series", // of several series, which the page opens from a link
	"teacher.dropout", "student.dropout",
	"teacher.weights", // a file that is chosen
	"train.step_epochs", "train.step_factor", "train.decay", "train.clip_each",
	"data.source",                                                      // chosen in the data section
	"looked",                                                           // follows from what was done
	"arms.name", "arms.control", "arms.student", "arms.objective.kind", // the check marks of the arms
	"arms.objective.target", // the check marks of controls
}

func TestEveryFieldOfASpecIsASettingOrSaidNotToBe(t *testing.T) {
	var known []Field
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		for typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct {
			known = append(known, Field(strings.TrimPrefix(path, ".")))
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Anonymous {
				walk(f.Type, path)
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			walk(f.Type, path+"."+name)
		}
	}
	walk(reflect.TypeFor[spec.Spec](), "")
	for _, f := range known {
		if row := rowOf(f) != nil; row == slices.Contains(notOffered, f) {
			t.Errorf("%s has a row: %v. Give it one in rows, or name it in notOffered", f, row)
		}
	}
	for _, r := range rows {
		if !slices.Contains(known, r.field) {
			t.Errorf("the setting %s is no field of a Spec", r.field)
		}
	}
	for _, f := range notOffered {
		if !slices.Contains(known, f) {
			t.Errorf("notOffered names %s, which is no field of a Spec", f)
		}
	}
}

func TestErrorsFindTheSettingThatTheyAreAbout(t *testing.T) {
	for path, want := range map[string]Field{"train.rate": "train.rate",
		"arms[12].objective.weight": FieldWeight, "seeds[1]": "seeds", "arms[0].name": "", "": ""} {
		if got := FieldAt(path); got != want {
			t.Errorf("%s is the setting %q, want %q", path, got, want)
		}
	}
}

// showing is a form that shows the row: its models are those that it takes.
func showing(r row) *Form {
	f := formOf()
	for k := range spec.Each(spec.ModelCount) {
		if r.shows == nil || r.shows(&f.Spec) {
			break
		}
		f.typed(FieldTeacher, k.String())
		f.typed(FieldStudent, k.String())
	}
	return f
}

func TestEveryChoiceIsValid(t *testing.T) {
	for _, r := range rows {
		if r.options == nil {
			continue
		}
		for _, o := range r.options(&formOf().Spec) {
			f := showing(r)
			f.typed(r.field, o.String())
			if f.why() != "" || r.get(&f.Spec) != o.String() {
				t.Errorf("%s: %s is offered but not taken: %s", r.field, o, f.why())
			}
		}
	}
}

// A row that is added to spec.Policies shows on the page: its parameters have inputs, and it has a text of
// its own.
func TestEveryPolicyIsOfferedWithItsParameters(t *testing.T) {
	texts := map[string]bool{}
	for k := range spec.Each(spec.PolicyCount) {
		f := formOf()
		f.typed(fieldThreshold, k.String())
		f.More = true
		for p := range spec.Each(spec.ParamCount) {
			if got := slices.Contains(f.fields(ofDetection),
				Field("detect.threshold."+p.String())); got != spec.Policies[k].Reads(p) {
				t.Errorf("%s: its parameter %s is shown: %v", k, p, got)
			}
		}
		texts[f.input(words.English(), fieldThreshold).Shown] = true
	}
	if want := int(spec.PolicyCount) - 1; len(texts) != want {
		t.Errorf("%d policies are shown as %v", want, texts)
	}
}

func TestEveryModelCanTeachAndLearnInEveryWidthOnOffer(t *testing.T) {
	for _, field := range []Field{FieldTeacher, FieldStudent} {
		f := formOf()
		for _, c := range f.Recipe(words.English(), false, nil).Student.Choices {
			f.typed(field, c.Value)
			if f.why() != "" {
				t.Errorf("%s is offered but not taken: %s", c.Value, f.why())
			}
		}
	}
}

func TestModelsHaveInputsForTheSizesThatTheyHave(t *testing.T) {
	f := formOf()
	f.More = true
	f.typed(FieldStudent, "omni_anomaly")
	got := f.fields(ofStudent)
	if want := []Field{"student.d_model", "student.d_ff", "student.latent", "student.flows", "student.samples",
		"student.prior", "student.std_floor"}; !slices.Equal(got, want) {
		t.Errorf("OmniAnomaly has the fields %v, want %v", got, want)
	}
	if in := f.input(words.English(), "student.latent"); in.Hint != "3" {
		t.Errorf("its latent size is hinted as %q", in.Hint)
	}
}

func TestScoreThatTheNewStudentDoesNotHaveGivesWayToItsOwn(t *testing.T) {
	s := formOf()
	s.typed("detect.score", "association")
	s.typed(FieldStudent, "lstm 32")
	if s.why() != "" || s.Spec.Student.Kind != spec.ModelLSTM || s.Spec.Detect.Score != spec.ScoreModel {
		t.Errorf("score %s of %s: %s", s.Spec.Detect.Score, s.Spec.Student.Kind, s.why())
	}
}

func TestParametersFollowTheThreshold(t *testing.T) {
	s := formOf()
	for _, c := range []struct {
		field       Field
		typed, want string
	}{
		{fieldThreshold, "mean_sigma", "mean + 3 σ of train"},
		{"detect.threshold.k", "4", "mean + 4 σ of train"},
		{fieldThreshold, "pot", "peaks, q 0.001"},
		{"detect.threshold.q", "1e-4", "peaks, q 1e-4"},
		{"detect.threshold.q", "", "peaks, q 0.001"},
		{fieldThreshold, "fixed", "fixed at 1"},
		{"detect.threshold.value", "-2,5", "fixed at -2.5"},
		{fieldThreshold, "train_percentile", "pct. 99 of train"},
	} {
		s.typed(c.field, c.typed)
		if got := ThresholdText(words.English(), s.Spec.Detect.Threshold); got != c.want || s.why() != "" {
			t.Errorf("%s set to %q: %q, want %q; says %q", c.field, c.typed, got, c.want, s.why())
		}
	}
}

func TestScoresAreSmoothedAndWarmOnlyWhereTheyCanBe(t *testing.T) {
	const smoothing, warm Field = "detect.smoothing", "detect.warm"
	s := formOf()
	s.More = true
	offered := func(f Field) bool { return slices.Contains(s.fields(ofDetection), f) }
	s.typed(smoothing, "20")
	if s.Spec.Detect.Smoothing != 20 || !offered(smoothing) || offered(warm) {
		t.Errorf("smoothed over %d, offered %v", s.Spec.Detect.Smoothing, s.fields(ofDetection))
	}
	s.typed(fieldThreshold, "dynamic")
	if s.Spec.Detect.Smoothing != 0 || offered(smoothing) {
		t.Errorf("with a threshold that smooths itself: %d", s.Spec.Detect.Smoothing)
	}
	s.typed(FieldStudent, "lstm")
	s.typed(fieldThreshold, "train_percentile")
	s.typed(warm, "5")
	if s.Spec.Detect.Warm != 5 || !offered(warm) || !offered(smoothing) {
		t.Fatalf("warm %d, offered %v", s.Spec.Detect.Warm, s.fields(ofDetection))
	}
	s.typed(FieldStudent, "transformer")
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
		{"train.epochs", "12", "12", ""},
		{"train.epochs", "0", "6", "0 is outside 1 to 10000."},
		{"train.epochs", "many", "6", "“many” is not a whole number."},
		{"train.epochs", "", "6", "“” is not a whole number."},
		{"train.epochs", "1e3", "6", "“1e3” is not a whole number."},
		{"train.rate", "1e-4", "1e-4", ""},
		{"train.rate", "0,01", "0.01", ""},
		{"train.rate", "-1", "0.001", "-1 is outside 1e-7 to 1."},
		{"train.rate", "−1", "0.001", "−1 is outside 1e-7 to 1."},
		{"train.rate", "NaN", "0.001", "NaN is outside 1e-7 to 1."},
		{"train.rate", "Inf", "0.001", "Inf is outside 1e-7 to 1."},
		{FieldWeight, "2.5", "2.5", ""},
		{FieldWeight, "11", "0.5", "11 is outside 0 to 10."},
		{"seeds", "2", "2", ""},
		{"seeds", "4, 7,9", "4, 7, 9", ""},
		{"seeds", "7,", "7,", ""},
		{"seeds", "0", "3", "“0” is neither a count from 1 to 50 nor a list of whole numbers."},
		{"seeds", "51", "3", "“51” is neither a count from 1 to 50 nor a list of whole numbers."},
		{"seeds", "1, 1", "3", "Seed 1 is there twice."},
		{"seeds", "1, -2", "3", "“1, -2” is neither a count from 1 to 50 nor a list of whole numbers."},
		{"seeds", ",", "3", "“,” is neither a count from 1 to 50 nor a list of whole numbers."},
		{"teacher.d_model", "64", "64", ""},
		{"teacher.d_model", "63", "", "63, want an even number, for the position code"},
		{"teacher.heads", "3", "", "3, want a divisor of d_model, 32"},
		{FieldTeacher, "anomaly_transformer 64", "anomaly_transformer 64", ""},
		{FieldTeacher, "perceptron", "transformer", "“perceptron” is not one of the choices."},
		{fieldThreshold, "best_f1", "best_f1", ""},
		{fieldThreshold, "luck", "train_percentile", "“luck” is not one of the choices."},
		{"arms.objective.axis", "time", "time", ""},
	} {
		s := formOf()
		s.typed(c.field, c.typed)
		if got := rowOf(c.field).get(&s.Spec); got != c.want {
			t.Errorf("%s: typed %q, holds %q, want %q", c.field, c.typed, got, c.want)
		}
		if got := s.why(); !strings.HasPrefix(got, c.says) || c.says == "" && got != "" {
			t.Errorf("%s: typed %q, says %q, want %q", c.field, c.typed, s.why(), c.says)
		}
		if err := s.Spec.Validate(); err != nil {
			t.Errorf("%s: typed %q: the spec became invalid: %v", c.field, c.typed, err)
		}
	}
}

func TestSameMistakeTwiceIsNoticedTwice(t *testing.T) {
	s := formOf()
	s.typed("train.epochs", "0")
	first := s.input(words.English(), "train.epochs")
	s.typed("train.epochs", "0")
	if s.input(words.English(), "train.epochs").Times == first.Times {
		t.Error("the page would not put the old value back")
	}
	s.typed("train.epochs", "3")
	if why := s.input(words.English(), "train.epochs").Why; why != "" {
		t.Errorf("still says %q", why)
	}
}

func TestWeightIsSharedByTheArmsWithATeacher(t *testing.T) {
	s := formOf()
	s.typed(FieldWeight, "2")
	for _, a := range s.Spec.Arms {
		want := 0.0
		if a.Distils() {
			want = 2
		}
		if a.Objective.Weight != want {
			t.Errorf("%s has weight %v, want %v", a.Name, a.Objective.Weight, want)
		}
	}
}

func TestArmsComeAndGoInTheirPlaces(t *testing.T) {
	s := formOf()
	s.typed(FieldWeight, "3")
	want := clone(s.Spec)
	for _, kind := range look.Kinds() {
		on := armOfKind(&s.Spec, kind) != nil
		s.Toggle(kind)
		if kind != look.Alone && on == (armOfKind(&s.Spec, kind) != nil) {
			t.Errorf("%s is still there", kind)
		}
		s.Toggle(kind)
	}
	if !Same(s.Spec, want) {
		t.Errorf("got %+v, want %+v", s.Spec.Arms, want.Arms)
	}
	s.Toggle(look.Alone)
	if armOfKind(&s.Spec, look.Alone) == nil {
		t.Error("student alone could be switched off")
	}
}

func TestSliderReachesEveryPlace(t *testing.T) {
	for place := range SliderSteps + 1 {
		// two digits are kept of the weight
		if got := sliderPlace(SliderWeight(place)); got < place-1 || got > place+1 {
			t.Errorf("place %d gives weight %v, which stands at %d", place, SliderWeight(place), got)
		}
	}
	if lo, hi := SliderWeight(0), SliderWeight(SliderSteps); lo != 0 || hi != maxWeight {
		t.Errorf("the slider goes from %v to %v", lo, hi)
	}
}

func TestSourcesOfDroppedFiles(t *testing.T) {
	f := formOf()
	files := Dropped{ID: 3, Names: []string{"a.csv", "b.csv", "c, d.csv"}}
	for source, held := range map[string]bool{"file/a.csv": true, "file/a.csv,file/b.csv": true,
		"file/b.csv,file/c, d.csv": true, "file/a.csv,file/x.csv": false, "builtin/server": false, "a.csv": false} {
		if files.Holds(source) != held || (files.Of(source) != 0) != held {
			t.Errorf("%s is held: %v", source, !held)
		}
	}
	if name, ok := FileName("file/a.csv,file/b.csv"); name != "a.csv, b.csv" || !ok {
		t.Errorf("several are called %q", name)
	}
	f.Catalogue = []protocol.Source{{ID: "file/a.csv"}, {ID: "file/b.csv"}}
	for source, served := range map[string]bool{"file/a.csv,file/b.csv": true, "file/*.csv": true, "file/a.csv,file/z.csv": false} {
		if f.Served(source) != served {
			t.Errorf("%s is served: %v", source, !served)
		}
	}
}
