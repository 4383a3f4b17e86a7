package spec_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/spec"
)

func text(t *testing.T, s spec.Spec) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDefaultIsValidAndSurvivesJSON(t *testing.T) {
	want := spec.Default()
	got, err := spec.Parse([]byte(text(t, want)))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("parsed %+v, error %v", got, err)
	}
}

func TestASpecMayBeginWithAByteOrderMark(t *testing.T) {
	want := text(t, spec.Default())
	if got, err := spec.Parse([]byte("\xef\xbb\xbf" + want)); err != nil || text(t, got) != want {
		t.Errorf("parsed %+v, error %v", got, err)
	}
}

// always is a text without an end.
type always struct{}

func (always) Read(p []byte) (int, error) { return len(p), nil }

func TestATextLongerThanAnySpecIsNotRead(t *testing.T) {
	if got, err := spec.Read(always{}); !fault.Has(err, "spec-too-long") || len(got) > 2<<20 {
		t.Errorf("%d bytes read, error %v", len(got), err)
	}
}

// said is an error in English.
func said(err error) string { return words.English().Error(err) }

// wrongField fails unless err is a FieldError about the field, whose message names it too.
func wrongField(t *testing.T, what string, err error, field string) *spec.FieldError {
	t.Helper()
	var fe *spec.FieldError
	if !errors.As(err, &fe) || fe.Field != field {
		t.Errorf("%s: error %v, want one about %s", what, err, field)
		return &spec.FieldError{}
	}
	if text := said(err); !strings.HasPrefix(text, "spec: "+field+": ") {
		t.Errorf("%s: message %q", what, text)
	}
	return fe
}

func TestEveryFieldOutOfRangeIsNamed(t *testing.T) {
	share := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		field  string
		change func(s *spec.Spec)
	}{
		{"version", func(s *spec.Spec) { s.Version = 2 }},
		{"data.source", func(s *spec.Spec) { s.Data.Source = "" }},
		{"data.seed", func(s *spec.Spec) { s.Data.Seed = 1 << 53 }},
		{"data.window", func(s *spec.Spec) { s.Data.Window = 1 }},
		{"data.window", func(s *spec.Spec) { s.Data.Window = 4097 }},
		{"data.stride", func(s *spec.Spec) { s.Data.Stride = 0 }},
		{"data.train.from", func(s *spec.Spec) { s.Data.Train = steps.Range{From: -1, To: 5} }},
		{"data.train.to", func(s *spec.Spec) { s.Data.Train = steps.Range{From: 5, To: 5} }},
		{"data.test.to", func(s *spec.Spec) { s.Data.Test = steps.Range{From: 5} }},
		{"data.channels[1]", func(s *spec.Spec) { s.Data.Channels = []int{0, -1} }},
		{"data.channels[2]", func(s *spec.Spec) { s.Data.Channels = []int{0, 1, 0} }},
		{"data.split", func(s *spec.Spec) { s.Data.Split = share(1) }},
		{"data.split", func(s *spec.Spec) { s.Data.Split = share(math.NaN()) }},
		{"teacher.d_model", func(s *spec.Spec) { s.Teacher.DModel = 33 }},
		{"teacher.epochs", func(s *spec.Spec) { s.Teacher.Epochs = 0 }},
		{"teacher.epochs", func(s *spec.Spec) { s.Teacher.Epochs = math.MaxInt }},
		{"data.scaling", func(s *spec.Spec) { s.Data.Scaling = 0 }},
		{"teacher.model", func(s *spec.Spec) { s.Teacher.Kind = 0 }},
		{"student.model", func(s *spec.Spec) { s.Student.Kind = 0 }},
		{"student.d_model", func(s *spec.Spec) { s.Student.DModel = -2 }},
		{"student.heads", func(s *spec.Spec) { s.Student.Heads = 3 }},
		{"student.layers", func(s *spec.Spec) { s.Student.Layers = 65 }},
		{"student.d_ff", func(s *spec.Spec) { s.Student.DFF = -1 }},
		{"arms", func(s *spec.Spec) { s.Arms = nil }},
		{"arms[4].name", func(s *spec.Spec) { s.Arms[4].Name = "" }},
		{"arms[5].name", func(s *spec.Spec) { s.Arms[5].Name = s.Arms[3].Name }},
		{"arms[4].objective.target", func(s *spec.Spec) {
			s.Arms[4].Objective.Target, s.Train.Batch = spec.TargetShuffled, 1
		}},
		{"arms[3].objective.target", func(s *spec.Spec) { s.Arms[3].Objective.Target = spec.TargetInput }},
		{"arms[0].window", func(s *spec.Spec) { s.Arms[0].Window = 3 }},
		{"arms[1].window", func(s *spec.Spec) { s.Arms[1].Window = 101 }},
		{"arms[1].share", func(s *spec.Spec) { s.Arms[1].Share = 1 }},
		{"arms[2].lag", func(s *spec.Spec) { s.Arms[2].Lag = -1 }},
		{"arms[4].lag", func(s *spec.Spec) { s.Arms[4].Lag = 1 }},
		{"arms[6].objective", func(s *spec.Spec) { s.Arms[6].Objective.Kind = spec.ObjectiveNone }},
		{"arms[4].student.layers", func(s *spec.Spec) {
			s.Arms[4].Student = &spec.Model{Kind: spec.ModelTransformer, Layers: -1}
		}},
		{"arms[4].objective.kind", func(s *spec.Spec) { s.Arms[4].Objective.Kind = 0 }},
		{"arms[4].objective.weight", func(s *spec.Spec) { s.Arms[4].Objective.Weight = -0.5 }},
		{"arms[4].objective.weight", func(s *spec.Spec) { s.Arms[4].Objective.Weight = math.Inf(1) }},
		{"arms[4].objective.axis", func(s *spec.Spec) { s.Arms[4].Objective.Axis = 0 }},
		{"arms[5].objective.axis", func(s *spec.Spec) { s.Arms[5].Objective.Kind = spec.ObjectiveMSE }},
		{"arms[4].objective.schedule", func(s *spec.Spec) { s.Arms[4].Objective.Schedule = 0 }},
		{"arms[3].objective.weight", func(s *spec.Spec) { s.Arms[3].Objective.Weight = 1 }},
		{"arms[3].objective.schedule", func(s *spec.Spec) {
			s.Arms[3].Objective.Schedule = spec.WeightLinear
		}},
		{"train.rate", func(s *spec.Spec) { s.Train.Rate = -1e-3 }},
		{"train.rate", func(s *spec.Spec) { s.Train.Rate = math.NaN() }},
		{"train.schedule", func(s *spec.Spec) { s.Train.Schedule = 0 }},
		{"train.step_epochs", func(s *spec.Spec) { s.Train.StepEpochs = 5 }},
		{"train.step_epochs", func(s *spec.Spec) {
			s.Train.Schedule, s.Train.StepEpochs = spec.RateStep,
				-1
		}},
		{"train.step_factor", func(s *spec.Spec) { s.Train.StepFactor = 0.5 }},
		{"train.step_factor", func(s *spec.Spec) {
			s.Train.Schedule, s.Train.StepFactor = spec.RateStep,
				1.5
		}},
		{"train.step_factor", func(s *spec.Spec) {
			s.Train.Schedule, s.Train.StepFactor = spec.RateStep,
				math.NaN()
		}},
		{"train.decay", func(s *spec.Spec) { s.Train.Decay = -1e-6 }},
		{"train.decay", func(s *spec.Spec) { s.Train.Decay = math.Inf(1) }},
		{"student.dropout", func(s *spec.Spec) { s.Student.Dropout = 0.1 }},
		{"student.dropout", func(s *spec.Spec) { s.Student = spec.Model{Kind: spec.ModelLSTM, Dropout: 1} }},
		{"teacher.dropout", func(s *spec.Spec) {
			s.Teacher.Model = spec.Model{Kind: spec.ModelGTA,
				Dropout: -0.1}
		}},
		{"train.epochs", func(s *spec.Spec) { s.Train.Epochs = 0 }},
		{"train.epochs", func(s *spec.Spec) { s.Train.Epochs = 1e6 + 1 }},
		{"train.batch", func(s *spec.Spec) { s.Train.Batch = 0 }},
		{"train.clip", func(s *spec.Spec) { s.Train.Clip = -1 }},
		{"train.validation", func(s *spec.Spec) { s.Train.Validation = 1 }},
		{"train.validation", func(s *spec.Spec) { s.Train.Validation = math.NaN() }},
		{"train.patience", func(s *spec.Spec) { s.Train.Patience = -1 }},
		{"train.patience", func(s *spec.Spec) { s.Train.Validation = 0 }},
		{"detect.score", func(s *spec.Spec) {
			s.Detect.Score, s.Student.Kind = spec.ScoreAssociation,
				spec.ModelTransformer
		}},
		{"detect.score", func(s *spec.Spec) {
			s.Detect.Score, s.Arms[6].Student = spec.ScoreAssociation,
				&spec.Model{Kind: spec.ModelTransformer}
		}},
		{"detect.score", func(s *spec.Spec) { s.Detect.Score = 0 }},
		{"detect.threshold.policy", func(s *spec.Spec) { s.Detect.Threshold = spec.Threshold{} }},
		{"detect.threshold.percent", func(s *spec.Spec) { s.Detect.Threshold.Percent = 0 }},
		{"detect.threshold.percent", func(s *spec.Spec) { s.Detect.Threshold.Percent = 100.5 }},
		{"detect.threshold.percent", func(s *spec.Spec) { s.Detect.Threshold.Policy = spec.PolicyBestF1 }},
		{"detect.smoothing", func(s *spec.Spec) { s.Detect.Smoothing = -1 }},
		{"detect.smoothing", func(s *spec.Spec) { s.Detect.Smoothing = 1e6 + 1 }},
		{"detect.smoothing", func(s *spec.Spec) {
			s.Detect = spec.Detect{Score: spec.ScoreModel,
				Threshold: spec.Threshold{Policy: spec.PolicyDynamic}, Smoothing: 5}
		}},
		{"detect.window", func(s *spec.Spec) { s.Detect.Window = "wide" }},
		{"detect.window", func(s *spec.Spec) { s.Detect.Window = "-1" }},
		{"detect.warm", func(s *spec.Spec) { s.Detect.Warm = 10 }},
		{"detect.warm", func(s *spec.Spec) { s.Student.Kind, s.Detect.Warm = spec.ModelLSTM, -1 }},
		{"detect.warm", func(s *spec.Spec) { s.Student.Kind, s.Detect.Warm = spec.ModelLSTM, 51 }},
		{"detect.warm", func(s *spec.Spec) {
			s.Student.Kind, s.Detect.Warm, s.Arms[4].Student = spec.ModelLSTM, 10,
				&spec.Model{Kind: spec.ModelTransformer}
		}},
		{"seeds", func(s *spec.Spec) { s.Seeds = nil }},
		{"seeds[1]", func(s *spec.Spec) { s.Seeds = []uint64{4, 4} }},
		{"seeds[0]", func(s *spec.Spec) { s.Seeds = []uint64{1 << 53} }},
	} {
		s := spec.Default()
		c.change(&s)
		err := s.Validate()
		wrongField(t, "validate", err, c.field)
		if b, unrepresentable := json.Marshal(s); unrepresentable == nil {
			if _, parsed := spec.Parse(b); parsed == nil || parsed.Error() != err.Error() {
				t.Errorf("parse: %v, validate: %v", parsed, err)
			}
		}
	}
}

func TestEveryScoreOfAStudentIsAccepted(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		for _, score := range append([]spec.ScoreKind{spec.ScoreModel, spec.ScoreDisagreement},
			spec.Models[m].Scores...) {
			s := spec.Default()
			s.Student.Kind, s.Detect.Score = m, score
			if err := s.Validate(); err != nil {
				t.Errorf("%s with score %s: %v", m, score, err)
			}
		}
	}
}

// What the form of the text says wrong is named by the same paths.
func TestTextThatIsNoSpecIsRefused(t *testing.T) {
	sp := spec.Default()
	sp.Train.Rate, sp.Data.Window, sp.Seeds, sp.Arms[4].Objective.Weight = 0.001, 50, []uint64{1, 2, 3}, 0.5
	sp.Detect.Threshold = spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 99}
	good := text(t, sp)
	for _, c := range []struct {
		name, old, new string
		field          string // of the FieldError; empty = no such error
		want           string // in the message
	}{
		{"unknown field", `"rate":`, `"ratte":`, "train.ratte", "unknown field, want one of rate, schedule"},
		{"unknown field in a list", `"axis":`, `"axes":`, "arms[4].objective.axes",
			"one of kind, weight, axis"},
		{"unknown field at the top", `"seeds":`, `"seed":`, "seed", "one of version"},
		{"other case", `"window":`, `"Window":`, "data.Window", "unknown field"},
		{"field given twice", `"window":`, `"window":5,"window":`, "data.window", "given twice"},
		{"field of an embedded model", `"teacher":{`, `"teacher":{"size":3,`, "teacher.size",
			"one of model, d_model, heads, layers, d_ff, latent, flows, centres, features, mlp, levels, samples, " +
				"skips, prior, edges, discrepancy_weight, temperature, log_epsilon, std_floor, tau, " +
				"orthogonality_weight, self_supervision_weight, sparsity_weight, complete_epochs, dropout, " +
				"epochs or weights"},
		{"text for a number", `"rate":0.001`, `"rate":"fast"`, "train.rate", "a text, want a number"},
		{"fraction for a count", `"window":50`, `"window":50.5`, "data.window", "50.5, want a whole number"},
		{"negative seed", `"seeds":[1,2,3]`, `"seeds":[1,-2,3]`, "seeds[1]",
			"-2, want a whole number from 0"},
		{"number for a text", `"kind":"cosine"`, `"kind":1`, "arms[4].objective.kind",
			"a number, want a text"},
		{"object for a list", `"seeds":[1,2,3]`, `"seeds":{"a":[1]}`, "seeds", "an object, want a list"},
		{"list for an object", `"threshold":{"policy":"train_percentile","percent":99}`, `"threshold":[1]`,
			"detect.threshold", "a list, want an object"},
		{"weight of 1e400", `"weight":0.5`, `"weight":1e400`, "arms[4].objective.weight",
			"1e400, want a number"},
		{"unknown scaling", `"scaling":"standard"`, `"scaling":"log"`, "data.scaling",
			`"log", want standard, none, minmax or robust`},
		{"unknown model", `"model":"transformer"`, `"model":"oracle"`, "teacher.model",
			`"oracle", want transformer, anomaly_transformer, lstm`},
		{"unknown control", `"control":"random"`, `"control":"placebo"`, "arms[7].control",
			`"placebo", want norm, pca, forecast, untrained or random`},
		{"unknown objective", `"kind":"none"`, `"kind":"kl"`, "arms[3].objective.kind",
			`"kl", want none, cosine or mse`},
		{"unknown axis", `"axis":"channel"`, `"axis":"batch"`, "arms[4].objective.axis",
			`"batch", want channel, time or window`},
		{"unknown score", `"score":"reconstruction"`, `"score":"rank"`, "detect.score",
			`"rank", want model, reconstruction`},
		{"unknown policy", `"policy":"train_percentile"`, `"policy":"nonesuch"`, "detect.threshold.policy",
			`"nonesuch", want fixed, train_percentile`},
		{"no model", `"model":"transformer"`, `"model":""`, "teacher.model", `"", want transformer,`},
		{"null for a model", `"model":"transformer"`, `"model":null`, "teacher.model", `want transformer,`},
		{"nothing", good, ``, "", "spec: line 1, column 1: unexpected end of JSON input"},
		{"cut off", good, good[:len(good)/2], "", "unexpected end"},
		{"comma too many", `"seeds":[1,2,3]`, `"seeds":[1,2,3],`, "", "line 1"},
		{"more behind", good, good + "\n {}", "", "line 2, column 2"},
		{"a list", good, `[1]`, "", "spec: a list, want an object"},
		{"null", good, `null`, "version", "0, want 1"},
		{"nulls", `"data":{`, `"data":null,"dat":{`, "dat", "unknown field"},
	} {
		changed := strings.Replace(good, c.old, c.new, 1)
		if changed == good {
			t.Fatalf("%s: %q is not in the text", c.name, c.old)
		}
		_, err := spec.Parse([]byte(changed))
		if err == nil || !strings.Contains(said(err), c.want) {
			t.Errorf("%s: error %s, want %q", c.name, said(err), c.want)
		}
		if c.field != "" {
			wrongField(t, c.name, err, c.field)
		}
	}
}

func TestFieldsThatDependOnTheSeriesAreNamed(t *testing.T) {
	for _, c := range []struct {
		name                  string
		train, test, channels int
		change                func(s *spec.Spec)
		field, want           string
	}{
		{"range beyond the end", 4000, 4000, 8, func(s *spec.Spec) { s.Data.Train = steps.Range{To: 4001} },
			"data.train.to", "at most 4000, the steps there are"},
		{"test range", 4000, 400, 8, func(s *spec.Spec) { s.Data.Test = steps.Range{From: 300, To: 500} },
			"data.test.to", "at most 400"},
		{"channel", 4000, 4000, 8, func(s *spec.Spec) { s.Data.Channels = []int{7, 8} }, "data.channels[1]",
			"a column below 8"},
		{"window longer than training", 49, 4000, 8, func(s *spec.Spec) {
			s.Train.Validation,
				s.Train.Patience = 0, 0
		}, "data.window", "at most the 49 training steps that are not held out"},
		{"window longer than what is left", 60, 4000, 8, func(s *spec.Spec) {}, "data.window",
			"at most the 48 training steps"},
		{"window longer than validation", 200, 4000, 8, func(s *spec.Spec) {}, "train.validation",
			"of the 200 training steps that holds a window of 50"},
		{"window longer than test", 4000, 49, 8, func(s *spec.Spec) {}, "data.window",
			"at most the 49 test steps"},
		{"window longer than the range", 4000, 4000, 8,
			func(s *spec.Spec) { s.Data.Test = steps.Range{From: 10, To: 50} }, "data.window",
			"at most the 40 test steps"},
	} {
		s := spec.Default()
		s.Data.Window, s.Train.Validation, s.Train.Patience = 50, 0.2, 1
		c.change(&s)
		fe := wrongField(t, c.name, s.ValidateFor(c.train, c.test, c.channels), c.field)
		if want := said(fe.Want); !strings.Contains(want, c.want) {
			t.Errorf("%s: want %q, expected %q", c.name, want, c.want)
		}
	}
	s := spec.Default()
	s.Data.Window, s.Train.Validation = 50, 0.2
	if err := s.ValidateFor(250, 50, 1); err != nil {
		t.Errorf("the shortest series: %v", err)
	}
}

// Whatever Parse accepts is valid, and its JSON is accepted as the same.
func FuzzParse(f *testing.F) {
	good, err := json.Marshal(spec.Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"data":{"source":"x","window":[{"a":1e999}]},"seeds":[-1]}`))
	f.Add([]byte("{\"a\":\n[[[[1,{}]]]],\"a\":2}"))
	f.Add([]byte(`nul`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := spec.Parse(text)
		if err != nil {
			if text := said(err); !strings.HasPrefix(text, "spec: ") {
				t.Fatalf("error %q", text)
			}
			return
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := spec.Parse(b); err != nil || again.Validate() != nil {
			t.Fatalf("accepted %s, then %v for %s", text, err, b)
		}
	})
}
