package state

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/spec"
)

// Field is one setting of the experiment that a person can change.
type Field int

// The settings, in the order of the recipe.
const (
	FieldWindow Field = iota
	FieldStride
	FieldScaling
	FieldDataSeed
	FieldLabel
	FieldSplit
	FieldTeacher
	FieldTeacherWidth
	FieldTeacherHeads
	FieldTeacherLayers
	FieldTeacherDFF
	FieldTeacherLatent
	FieldTeacherFlows
	FieldTeacherCentres
	FieldTeacherFeatures
	FieldTeacherMLP
	FieldTeacherEpochs
	FieldStudent
	FieldStudentWidth
	FieldStudentHeads
	FieldStudentLayers
	FieldStudentDFF
	FieldStudentLatent
	FieldStudentFlows
	FieldStudentCentres
	FieldStudentFeatures
	FieldStudentMLP
	FieldWeight
	FieldAxis
	FieldWeightSchedule
	FieldEpochs
	FieldRate
	FieldRateSchedule
	FieldBatch
	FieldClip
	FieldValidation
	FieldPatience
	FieldSeeds
	FieldScore
	FieldThreshold
	FieldPercent
	FieldSigmas
	FieldLevel
	FieldRisk
	FieldFixed
	FieldSmoothing
	FieldWarm
	fieldCount
)

// problem is why a typed value was not taken, in any language.
type problem struct {
	key  words.Key
	args []any
}

func (p problem) Error() string { return words.English().Say(p.key, p.args...) }

// option is one choice of a field that is not typed.
type option struct {
	value string
	name  words.Key
}

// field says how one setting is written, read and named.
type field struct {
	name    words.Key
	hint    words.Key                 // what an empty or special value means; Title = none
	path    string                    // of the value in a Spec's JSON, by which errors name it
	options []option                  // nil when the value is typed
	offered func(*spec.Spec) []string // the options that an experiment can have; nil = all
	get     func(*spec.Spec) string
	set     func(*spec.Spec, string) error

	standard func(*spec.Spec) string // what an empty value stands for; nil = the hint says it in words
}

// typed and chosen make the rows of fields that say how one value is kept.
func typed(name words.Key, path string, value binding) field {
	return field{name: name, path: path, get: value.get, set: value.set}
}

// chosen checks the choice here too, since a message may come from anywhere.
func chosen[K any, P kind[K]](name words.Key, path string, at func(*spec.Spec) P, options ...option) field {
	f := field{name: name, path: path, options: options}
	f.get = func(s *spec.Spec) string { return at(s).String() }
	f.set = func(s *spec.Spec, text string) error {
		if !slices.ContainsFunc(options, func(o option) bool { return o.value == text }) {
			return problem{"not-a-choice", []any{text}}
		}
		return at(s).UnmarshalText([]byte(text))
	}
	return f
}

// kind is where a Spec keeps a kind.
type kind[K any] interface {
	*K
	String() string
	UnmarshalText([]byte) error
}

// binding reads and writes one value of a Spec as text.
type binding struct {
	get func(*spec.Spec) string
	set func(*spec.Spec, string) error
}

// whole and real write numbers as a person would type them, and say in words what they do not take.
func whole(at func(*spec.Spec) *int, low, high int) binding {
	return binding{
		func(s *spec.Spec) string { return strconv.Itoa(*at(s)) },
		func(s *spec.Spec, text string) error {
			n, err := strconv.Atoi(text)
			if err != nil {
				return problem{"not-whole", []any{text}}
			}
			if n < low || n > high {
				return problem{"out-of-range", []any{text, strconv.Itoa(low), strconv.Itoa(high)}}
			}
			*at(s) = n
			return nil
		},
	}
}

func real(at func(*spec.Spec) *float64, low, high float64) binding {
	return binding{
		func(s *spec.Spec) string { return words.Setting(*at(s)) },
		func(s *spec.Spec, text string) error {
			v, err := parseReal(text, low, high)
			if err == nil {
				*at(s) = v
			}
			return err
		},
	}
}

// parseReal reads a number between low and high; it understands a decimal comma and a true minus sign.
func parseReal(text string, low, high float64) (float64, error) {
	v, err := strconv.ParseFloat(strings.NewReplacer(",", ".", "−", "-").Replace(text), 64)
	if err != nil {
		return 0, problem{"not-a-number", []any{text}}
	}
	if !(v >= low && v <= high) { // NaN is outside too
		return 0, problem{"out-of-range", []any{text, words.Setting(low), words.Setting(high)}}
	}
	return v, nil
}

const (
	maxSeeds  = 20
	maxWeight = 10
)

// fields is indexed by Field.
var fields = [fieldCount]field{
	FieldWindow: typed("window", "data.window", whole(func(s *spec.Spec) *int { return &s.Data.Window }, 2, 1000)),
	FieldStride: typed("stride", "data.stride", whole(func(s *spec.Spec) *int { return &s.Data.Stride }, 1, 1000)),
	FieldScaling: chosen("scaling", "data.scaling", func(s *spec.Spec) *spec.ScalingKind { return &s.Data.Scaling },
		option{"standard", "standard"}, option{"none", "none"}),
	FieldDataSeed: typed("data-seed", "data.seed", binding{
		func(s *spec.Spec) string { return strconv.FormatUint(s.Data.Seed, 10) }, setDataSeed}),
	FieldLabel: {name: "label-column", hint: "label-hint", path: "data.label",
		get: func(s *spec.Spec) string { return s.Data.Label },
		set: func(s *spec.Spec, text string) error { s.Data.Label = text; return nil }},
	FieldSplit: typed("split", "data.split", binding{getSplit, setSplit}),

	FieldTeacher:         modelField("teacher", "teacher", teacherOf),
	FieldTeacherWidth:    sizeField("teacher", teacherOf, width),
	FieldTeacherHeads:    sizeField("teacher", teacherOf, heads),
	FieldTeacherLayers:   sizeField("teacher", teacherOf, layers),
	FieldTeacherDFF:      sizeField("teacher", teacherOf, feedForward),
	FieldTeacherLatent:   sizeField("teacher", teacherOf, latent),
	FieldTeacherFlows:    sizeField("teacher", teacherOf, flows),
	FieldTeacherCentres:  sizeField("teacher", teacherOf, centres),
	FieldTeacherFeatures: sizeField("teacher", teacherOf, features),
	FieldTeacherMLP:      sizeField("teacher", teacherOf, hidden),
	FieldTeacherEpochs:   typed("teacher-epochs", "teacher.epochs", whole(func(s *spec.Spec) *int { return &s.Teacher.Epochs }, 1, 10000)),
	FieldStudent:         modelField("student", "student", studentOf),
	FieldStudentWidth:    sizeField("student", studentOf, width),
	FieldStudentHeads:    sizeField("student", studentOf, heads),
	FieldStudentLayers:   sizeField("student", studentOf, layers),
	FieldStudentDFF:      sizeField("student", studentOf, feedForward),
	FieldStudentLatent:   sizeField("student", studentOf, latent),
	FieldStudentFlows:    sizeField("student", studentOf, flows),
	FieldStudentCentres:  sizeField("student", studentOf, centres),
	FieldStudentFeatures: sizeField("student", studentOf, features),
	FieldStudentMLP:      sizeField("student", studentOf, hidden),

	FieldWeight: typed("weight", "weight", binding{
		func(s *spec.Spec) string { return words.Setting(objectiveOf(s).Weight) }, setWeight}),
	FieldAxis: objectiveField("axis", "axis", func(o *spec.Objective) *spec.AxisKind { return &o.Axis },
		option{"channel", "axis-channel"}, option{"time", "axis-time"}, option{"window", "axis-window"}),
	FieldWeightSchedule: objectiveField("weight-schedule", "schedule", func(o *spec.Objective) *spec.WeightScheduleKind { return &o.Schedule },
		option{"constant", "constant"}, option{"linear", "linear"}, option{"cosine", "cosine-curve"}),

	FieldEpochs: typed("epochs", "train.epochs", whole(func(s *spec.Spec) *int { return &s.Train.Epochs }, 1, 10000)),
	FieldRate:   typed("rate", "train.rate", real(func(s *spec.Spec) *float64 { return &s.Train.Rate }, 1e-7, 1)),
	FieldRateSchedule: chosen("rate-schedule", "train.schedule", func(s *spec.Spec) *spec.RateScheduleKind { return &s.Train.Schedule },
		option{"reference", "reference"}, option{"constant", "constant"}, option{"cosine", "cosine-curve"},
		option{"step", "in-steps"}),
	FieldBatch:      typed("batch", "train.batch", whole(func(s *spec.Spec) *int { return &s.Train.Batch }, 1, 1024)),
	FieldClip:       typed("clip", "train.clip", real(func(s *spec.Spec) *float64 { return &s.Train.Clip }, 0, 1e6)),
	FieldValidation: typed("validation", "train.validation", real(func(s *spec.Spec) *float64 { return &s.Train.Validation }, 0, 0.5)),
	FieldPatience:   typed("patience", "train.patience", whole(func(s *spec.Spec) *int { return &s.Train.Patience }, 0, 10000)),
	FieldSeeds:      {name: "seeds", hint: "seeds-hint", path: "seeds", get: getSeeds, set: setSeeds},

	FieldScore:     {name: "score", path: "detect.score", options: scoreOptions, offered: scoreNames, get: getScore, set: setScore},
	FieldThreshold: chosen("threshold", "detect.threshold.policy", func(s *spec.Spec) *spec.PolicyKind { return &s.Detect.Threshold.Policy }, policyOptions...),
	FieldPercent:   typed("percentile", "detect.threshold.percent", real(func(s *spec.Spec) *float64 { return &thresholdOf(s).Percent }, 0, 100)),
	FieldSigmas: defaulted("sigmas", "detect.threshold.k", func(s *spec.Spec) *float64 { return &thresholdOf(s).K },
		func(t spec.Threshold) float64 { return t.K }, 0.01, 100),
	FieldLevel: defaulted("tail-from", "detect.threshold.level", func(s *spec.Spec) *float64 { return &thresholdOf(s).Level },
		func(t spec.Threshold) float64 { return t.Level }, 0.5, 0.9999),
	FieldRisk: defaulted("tail-risk", "detect.threshold.q", func(s *spec.Spec) *float64 { return &thresholdOf(s).Q },
		func(t spec.Threshold) float64 { return t.Q }, 1e-9, 0.4999),
	FieldFixed:     typed("threshold-value", "detect.threshold.value", binding{getFixed, setFixed}),
	FieldSmoothing: countOrNone("smoothing", "smoothing-hint", "detect.smoothing", func(s *spec.Spec) *int { return &s.Detect.Smoothing }),
	FieldWarm:      countOrNone("warm", "warm-hint", "detect.warm", func(s *spec.Spec) *int { return &s.Detect.Warm }),
}

// modelSize is one of the sizes that models have.
type modelSize struct {
	name words.Key
	json string
	of   func(*spec.Model) *int
}

var (
	width       = modelSize{"size-width", "d_model", func(m *spec.Model) *int { return &m.DModel }}
	heads       = modelSize{"size-heads", "heads", func(m *spec.Model) *int { return &m.Heads }}
	layers      = modelSize{"size-layers", "layers", func(m *spec.Model) *int { return &m.Layers }}
	feedForward = modelSize{"size-dff", "d_ff", func(m *spec.Model) *int { return &m.DFF }}
	latent      = modelSize{"size-latent", "latent", func(m *spec.Model) *int { return &m.Latent }}
	flows       = modelSize{"size-flows", "flows", func(m *spec.Model) *int { return &m.Flows }}
	centres     = modelSize{"size-centres", "centres", func(m *spec.Model) *int { return &m.Centres }}
	features    = modelSize{"size-features", "features", func(m *spec.Model) *int { return &m.Features }}
	hidden      = modelSize{"size-mlp", "mlp", func(m *spec.Model) *int { return &m.MLP }}
)

// sizeFields lists the size fields of the teacher and of the student, one below the other.
var sizeFields = []struct {
	size             modelSize
	teacher, student Field
}{
	{width, FieldTeacherWidth, FieldStudentWidth},
	{heads, FieldTeacherHeads, FieldStudentHeads},
	{layers, FieldTeacherLayers, FieldStudentLayers},
	{feedForward, FieldTeacherDFF, FieldStudentDFF},
	{latent, FieldTeacherLatent, FieldStudentLatent},
	{flows, FieldTeacherFlows, FieldStudentFlows},
	{centres, FieldTeacherCentres, FieldStudentCentres},
	{features, FieldTeacherFeatures, FieldStudentFeatures},
	{hidden, FieldTeacherMLP, FieldStudentMLP},
}

// sizeField is a model size that stands at the model's own default when it is empty. How large it may be is for the
// experiment to say.
func sizeField(path string, model func(*spec.Spec) *spec.Model, size modelSize) field {
	at := func(s *spec.Spec) *int { return size.of(model(s)) }
	f := typed(size.name, path+"."+size.json, whole(at, 1, math.MaxInt32))
	f.standard = func(s *spec.Spec) string {
		lab := model(s).OrLab()
		return strconv.Itoa(*size.of(&lab))
	}
	return optional(f, func(s *spec.Spec) bool { return *at(s) == 0 }, func(s *spec.Spec) { *at(s) = 0 })
}

// countOrNone is a number of steps that is empty while it is zero.
func countOrNone(name, hint words.Key, path string, at func(*spec.Spec) *int) field {
	f := typed(name, path, whole(at, 0, math.MaxInt32))
	f.hint = hint
	return optional(f, func(s *spec.Spec) bool { return *at(s) == 0 }, func(s *spec.Spec) { *at(s) = 0 })
}

// optional is a field that may be left empty.
func optional(f field, isEmpty func(*spec.Spec) bool, clear func(*spec.Spec)) field {
	get, set := f.get, f.set
	f.get = func(s *spec.Spec) string {
		if isEmpty(s) {
			return ""
		}
		return get(s)
	}
	f.set = func(s *spec.Spec, text string) error {
		if text == "" {
			clear(s)
			return nil
		}
		return set(s, text)
	}
	return f
}

func teacherOf(s *spec.Spec) *spec.Model { return &s.Teacher.Model }
func studentOf(s *spec.Spec) *spec.Model { return &s.Student }

// modelField is a model with its width, written "transformer 64", or "transformer" for the model's default width.
func modelField(name words.Key, path string, at func(*spec.Spec) *spec.Model) field {
	return field{name: name, path: path,
		get: func(s *spec.Spec) string { return modelText(*at(s)) },
		set: func(s *spec.Spec, text string) error {
			model, width, sized := strings.Cut(text, " ")
			d, err := strconv.Atoi(width)
			if sized && (err != nil || d < 1) {
				return problem{"not-a-choice", []any{text}}
			}
			chosen := spec.Model{DModel: d}
			if chosen.Kind.UnmarshalText([]byte(model)) != nil {
				return problem{"not-a-choice", []any{text}}
			}
			*at(s) = chosen
			return nil
		},
	}
}

// modelText leaves a default width out, so that the model keeps its own should that change.
func modelText(m spec.Model) string {
	if m.DModel == 0 {
		return m.Kind.String()
	}
	return m.Kind.String() + " " + strconv.Itoa(m.DModel)
}

// objectiveField is a choice that all arms with a teacher share.
func objectiveField[K comparable, P kind[K]](name words.Key, path string, at func(*spec.Objective) P, options ...option) field {
	f := chosen(name, path, func(s *spec.Spec) P { return at(objectiveOf(s)) }, options...)
	check := f.set
	f.set = func(s *spec.Spec, text string) error {
		if err := check(s, text); err != nil {
			return err
		}
		var none, set K
		if err := P(&set).UnmarshalText([]byte(text)); err != nil {
			return err
		}
		eachObjective(s, func(o *spec.Objective) {
			if *at(o) != none {
				*at(o) = set
			}
		})
		return nil
	}
	return f
}

// setWeight gives all arms with a teacher the same weight, as the one slider promises.
func setWeight(s *spec.Spec, text string) error {
	v, err := parseReal(text, 0, maxWeight)
	if err == nil {
		eachObjective(s, func(o *spec.Objective) { o.Weight = v })
	}
	return err
}

func setDataSeed(s *spec.Spec, text string) error {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return problem{"not-whole", []any{text}}
	}
	s.Data.Seed = seed
	return nil
}

// getSplit is empty where the file itself says what is the training part, or the default share is used.
func getSplit(s *spec.Spec) string {
	if s.Data.Split == nil {
		return ""
	}
	return words.Setting(*s.Data.Split)
}

func setSplit(s *spec.Spec, text string) error {
	if text == "" {
		s.Data.Split = nil
		return nil
	}
	v, err := parseReal(text, 0.05, 0.95)
	if err == nil {
		s.Data.Split = &v
	}
	return err
}

// getSeeds writes the seeds 1 to n as n, all others as a list; a single seed other than 1 keeps a comma.
func getSeeds(s *spec.Spec) string {
	counted := true
	texts := make([]string, len(s.Seeds))
	for i, seed := range s.Seeds {
		counted = counted && seed == uint64(i+1)
		texts[i] = strconv.FormatUint(seed, 10)
	}
	switch {
	case counted:
		return strconv.Itoa(len(s.Seeds))
	case len(texts) == 1:
		return texts[0] + ","
	}
	return strings.Join(texts, ", ")
}

func setSeeds(s *spec.Spec, text string) error {
	list := strings.Split(text, ",")
	if len(list) == 1 {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > maxSeeds {
			return problem{"not-seeds", []any{text, maxSeeds}}
		}
		list = nil
		for i := range n {
			list = append(list, strconv.Itoa(i+1))
		}
	}
	seeds, err := parseSeeds(text, list)
	if err == nil {
		s.Seeds = seeds
	}
	return err
}

// parseSeeds refuses a seed that is there twice: the spread would be too small.
func parseSeeds(text string, list []string) ([]uint64, error) {
	if last := len(list) - 1; strings.TrimSpace(list[last]) == "" {
		list = list[:last] // "7," is a list of one
	}
	var seeds []uint64
	for _, item := range list {
		seed, err := strconv.ParseUint(strings.TrimSpace(item), 10, 64)
		if err != nil {
			return nil, problem{"not-seeds", []any{text, maxSeeds}}
		}
		if slices.Contains(seeds, seed) {
			return nil, problem{"repeated-seed", []any{seed}}
		}
		seeds = append(seeds, seed)
	}
	if len(seeds) == 0 || len(seeds) > maxSeeds {
		return nil, problem{"not-seeds", []any{text, maxSeeds}}
	}
	return seeds, nil
}
