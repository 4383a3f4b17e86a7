package form

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/found"
	"cosinelab/engine/spec"
)

// The settings that the page treats in a way of their own.
const (
	FieldTeacher Field = "teacher.model"
	FieldStudent Field = "student.model"
	FieldWeight  Field = "arms.objective.weight"

	fieldThreshold Field = "detect.threshold.policy"
)

const (
	MaxSeeds  = 50 // of the recipe
	maxWeight = 10
)

// rows are the settings, in the order of the recipe. To add one, add its row; its name needs a text in every
// language. Limits here are those of the page; the spec is validated as a whole after each change (Form.Set).
var rows = slices.Concat([]row{
	{field: "data.window", name: "window", place: ofData, more: true,
		value: whole(func(s *spec.Spec) *int { return &s.Data.Window }, 2, 1000)},
	{field: "data.stride", name: "stride", place: ofData, more: true,
		value: whole(func(s *spec.Spec) *int { return &s.Data.Stride }, 1, 1000)},
	choice(row{field: "data.scaling", name: "scaling", place: ofData, more: true},
		func(s *spec.Spec) *spec.ScalingKind { return &s.Data.Scaling }, spec.ScalingCount),
	{field: "data.seed", name: "data-seed", place: ofData, more: true, shows: generated,
		value: value{getDataSeed, setDataSeed}},
	{field: "data.label", name: "label-column", hint: "label-hint", place: ofData, more: true,
		shows: fromFile, value: labelled(text(func(s *spec.Spec) *string { return &s.Data.Label }))},
	{field: "data.split", name: "split", place: ofData, more: true, shows: fromFile,
		value: cutting(share(func(s *spec.Spec) **float64 { return &s.Data.Split }, 0.02, 0.98))},

	{field: FieldTeacher, name: "teacher", value: model(teacherOf)},
	{field: "teacher.epochs", name: "teacher-epochs", place: ofTeacher, more: true, shows: trained,
		value: whole(func(s *spec.Spec) *int { return &s.Teacher.Epochs }, 1, 10000)},
}, sizeRows("teacher", ofTeacher, teacherOf), constantRows("teacher", ofTeacher, teacherOf), []row{

	{field: FieldStudent, name: "student", value: model(studentOf)},
}, sizeRows("student", ofStudent, studentOf), constantRows("student", ofStudent, studentOf), []row{

	{field: FieldWeight, name: "weight", value: value{getWeight, setWeight}},
	shared(choice(row{field: "arms.objective.axis", name: "axis", place: ofObjective, shows: turns},
		func(s *spec.Spec) *spec.AxisKind { return &objectiveOf(s).Axis }, spec.AxisCount),
		func(to, from *spec.Objective) {
			if spec.Objectives[to.Kind].Axis {
				to.Axis = from.Axis
			}
		}),
	shared(choice(row{field: "arms.objective.schedule", name: "weight-schedule", place: ofObjective,
		more:  true,
		shows: teaches}, func(s *spec.Spec) *spec.WeightScheduleKind { return &objectiveOf(s).Schedule },
		spec.WeightScheduleCount),
		func(to, from *spec.Objective) { to.Schedule = from.Schedule }),
}, controlRows(), []row{

	{field: "train.epochs", name: "epochs", place: ofTraining,
		value: whole(func(s *spec.Spec) *int { return &s.Train.Epochs }, 1, 10000)},
	{field: "train.rate", name: "rate", place: ofTraining,
		value: real(func(s *spec.Spec) *float64 { return &s.Train.Rate }, 1e-7, 1)},
	choice(row{field: "train.schedule", name: "rate-schedule", place: ofTraining, more: true},
		func(s *spec.Spec) *spec.RateScheduleKind { return &s.Train.Schedule }, spec.RateScheduleCount),
	{field: "seeds", name: "seeds", hint: "seeds-hint", place: ofTraining, value: value{getSeeds, setSeeds}},
	chosen(row{field: "headline", name: "headline", hint: "headline-hint", place: ofTraining},
		func(s *spec.Spec) *string { return &s.Headline }, spec.Headlines),
	{field: "looks", name: "looks", hint: "looks-hint", place: ofTraining, more: true,
		value: countOrNone(func(s *spec.Spec) *int { return &s.Looks }, 1)},
	{field: "train.batch", name: "batch", place: ofTraining, more: true,
		value: whole(func(s *spec.Spec) *int { return &s.Train.Batch }, 1, 1024)},
	{field: "train.clip", name: "clip", place: ofTraining, more: true,
		value: real(func(s *spec.Spec) *float64 { return &s.Train.Clip }, 0, 1e6)},
	{field: "train.validation", name: "validation", place: ofTraining, more: true,
		value: real(func(s *spec.Spec) *float64 { return &s.Train.Validation }, 0, 0.5)},
	{field: "train.patience", name: "patience", place: ofTraining, more: true,
		value: whole(func(s *spec.Spec) *int { return &s.Train.Patience }, 0, 10000)},

	choice(row{field: "evaluate", name: "evaluate", place: ofTraining, more: true},
		func(s *spec.Spec) *spec.EvaluateKind { return &s.Evaluate }, spec.EvaluateCount),

	choice(row{field: fieldThreshold, name: "threshold", place: ofDetection},
		func(s *spec.Spec) *spec.PolicyKind { return &s.Detect.Threshold.Policy }, spec.PolicyCount),
}, parameterRows(), []row{
	choiceOf(row{field: "detect.score", name: "score", place: ofDetection, more: true},
		func(s *spec.Spec) *spec.ScoreKind { return &s.Detect.Score }, scoresOf),
	{field: "detect.smoothing", name: "smoothing", hint: "smoothing-hint", place: ofDetection, more: true,
		shows: smooths, value: countOrNone(func(s *spec.Spec) *int { return &s.Detect.Smoothing }, 0)},
	{field: "detect.warm", name: "warm", hint: "warm-hint", place: ofDetection, more: true, shows: warms,
		value: countOrNone(func(s *spec.Spec) *int { return &s.Detect.Warm }, 0)},
	{field: "detect.merge", name: "merge", hint: "merge-hint", place: ofDetection, more: true,
		value: countOrNone(func(s *spec.Spec) *int { return &s.Detect.Merge }, 0)},
	{field: "detect.least", name: "least", hint: "least-hint", place: ofDetection, more: true,
		value: countOrNone(func(s *spec.Spec) *int { return &s.Detect.Least }, 0)},
	{field: "detect.window", name: "buffers", hint: "buffers-hint", place: ofDetection, more: true,
		value: text(func(s *spec.Spec) *string { return &s.Detect.Window })},
})

// cutting has a share take the place of any other cut of the file.
func cutting(v value) value {
	set := v.set
	v.set = func(s *spec.Spec, text string) error {
		err := set(s, text)
		if err == nil {
			s.Data.SplitRow, s.Data.SplitTime = 0, ""
		}
		return err
	}
	return v
}

// labelled has a label column take the place of another: which spelling is the anomaly was said of that one.
func labelled(v value) value {
	set := v.set
	v.set = func(s *spec.Spec, text string) error {
		before := s.Data.Label
		err := set(s, text)
		if err == nil && s.Data.Label != before {
			s.Data.Anomaly = ""
			s.Data.Columns = maps.Clone(s.Data.Columns)
			maps.DeleteFunc(s.Data.Columns, func(name string, role found.Role) bool {
				return role == found.Label || name == s.Data.Label
			})
			if len(s.Data.Columns) == 0 {
				s.Data.Columns = nil
			}
		}
		return err
	}
	return v
}

// shared has a choice hold for all arms that learn from the teacher, not only for the one in which it is set;
// copy takes it over from one objective to another.
func shared(r row, copy func(to, from *spec.Objective)) row {
	set := r.set
	r.set = func(s *spec.Spec, text string) error {
		if err := set(s, text); err != nil {
			return err
		}
		from := *objectiveOf(s)
		eachObjective(s, func(o *spec.Objective) { copy(o, &from) })
		return nil
	}
	return r
}

// For which experiments settings are shown: those on generated series, on files, with arms that are held to
// something, with arms whose objective has an axis.
func generated(s *spec.Spec) bool { return isBuiltin(s.Data.Source) }
func fromFile(s *spec.Spec) bool  { return strings.HasPrefix(s.Data.Source, filePrefix) }
func trained(s *spec.Spec) bool   { return s.Teacher.Weights == "" }
func teaches(s *spec.Spec) bool   { return slices.ContainsFunc(s.Arms, spec.Arm.Distils) }
func turns(s *spec.Spec) bool {
	turned := func(a spec.Arm) bool { return a.Distils() && spec.Objectives[a.Objective.Kind].Axis }
	return slices.ContainsFunc(s.Arms, turned)
}

func getWeight(s *spec.Spec) string { return words.Setting(objectiveOf(s).Weight) }

// setWeight gives all arms with a teacher the same weight, as the one slider promises.
func setWeight(s *spec.Spec, text string) error {
	v, err := parseReal(text, 0, maxWeight)
	if err == nil {
		eachObjective(s, func(o *spec.Objective) { o.Weight = v })
	}
	return err
}

func getDataSeed(s *spec.Spec) string { return strconv.FormatUint(s.Data.Seed, 10) }

func setDataSeed(s *spec.Spec, text string) error {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fault.New("not-whole", text)
	}
	s.Data.Seed = seed
	return nil
}

// getSeeds writes the seeds 1 to n as n, all others as a list. A single seed other than 1 keeps a comma,
// without which it would be read as a number of seeds.
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

// setSeeds reads what getSeeds writes: a number n for the seeds 1 to n, or a list with at least one comma.
func setSeeds(s *spec.Spec, text string) error {
	list := strings.Split(text, ",")
	if len(list) == 1 {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > MaxSeeds {
			return fault.New("not-seeds", text, MaxSeeds)
		}
		list = nil
		for i := range n {
			list = append(list, strconv.Itoa(i+1))
		}
	}
	seeds, err := parseSeeds(text, list)
	if err == nil {
		s.Looked = lookedAt(s, seeds)
		s.Seeds = seeds
	}
	return err
}

// lookedAt are the looks that other seeds leave: those before which the same seeds stand. Others begin anew.
func lookedAt(s *spec.Spec, seeds []uint64) (looked []int) {
	for _, n := range s.Looked {
		if n < len(seeds) && slices.Equal(s.Seeds[:n], seeds[:n]) {
			looked = append(looked, n)
		}
	}
	return looked
}

// parseSeeds reads a list of seeds; text is what was typed, for errors. A seed that is there twice would make
// the spread too small.
func parseSeeds(text string, list []string) ([]uint64, error) {
	if last := len(list) - 1; strings.TrimSpace(list[last]) == "" {
		list = list[:last] // "7," is a list of one
	}
	var seeds []uint64
	for _, item := range list {
		seed, err := strconv.ParseUint(strings.TrimSpace(item), 10, 64)
		if err != nil {
			return nil, fault.New("not-seeds", text, MaxSeeds)
		}
		if slices.Contains(seeds, seed) {
			return nil, fault.New("repeated-seed", seed)
		}
		seeds = append(seeds, seed)
	}
	if len(seeds) == 0 || len(seeds) > MaxSeeds {
		return nil, fault.New("not-seeds", text, MaxSeeds)
	}
	return seeds, nil
}
