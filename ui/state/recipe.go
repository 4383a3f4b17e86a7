package state

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

// Recipe is the experiment as it is set, section by section.
type Recipe struct {
	Locked bool
	More   bool

	Group    string // the data tab that is open
	Sources  []Choice
	Source   string   // its name; empty when the tab has none chosen
	Sub      []string // about the series; text between asterisks is strong, between backquotes code
	DataErr  string
	DataMore []Input

	Teacher, Student         Pick
	TeacherMore, StudentMore []Input

	Formula    []string // what is added to the own loss; nil without a teacher
	Weight     Input
	Slider     int // where the weight stands, 0 to SliderSteps
	Objectives []Input
	Arms       []ArmCheck
	Training   []Input
	Detection  []Input // with the training in the mock's short list: threshold and what belongs to it
}

// Choice is one of the values a field may have.
type Choice struct {
	Value, Text, Group string
	Hint               string // what it is, in a sentence; empty where the text says it
	On                 bool
}

// Input is one setting with its name.
type Input struct {
	Field   Field
	Name    string
	Value   string
	Shown   string   // in place of the text of the choice; empty = that text
	Hint    string   // what stands there while it is empty
	Choices []Choice // nil when the value is typed
	Why     string   // the last value typed was not taken, and why
	Times   int
}

// Pick is a model with its size.
type Pick struct {
	Input
	Title, Width, Layers string
}

// ArmCheck is the check mark of an arm.
type ArmCheck struct {
	Look
	On, Fixed bool
	Note      string
}

// SliderSteps is how many steps the slider of the weight has.
const SliderSteps = 100

// sliderPower makes the slider about cubic: half of it is for weights below one.
const sliderPower = 3.453

// SliderWeight returns the weight at a place of the slider, with two significant digits.
func SliderWeight(place int) float64 {
	v := maxWeight * math.Pow(float64(place)/SliderSteps, sliderPower)
	if v == 0 {
		return 0
	}
	return roundTo2(v)
}

// roundTo2 keeps two digits that count.
func roundTo2(v float64) float64 {
	text := strconv.FormatFloat(v, 'e', 1, 64)
	rounded, _ := strconv.ParseFloat(text, 64) // it was just written
	return rounded
}

// sliderPlace is the place of the slider nearest to a weight.
func sliderPlace(weight float64) int {
	share := math.Pow(min(max(weight, 0), maxWeight)/maxWeight, 1/sliderPower)
	return int(math.Round(SliderSteps * share))
}

// Recipe returns what the recipe shows.
func (s *State) Recipe() Recipe {
	r := Recipe{Locked: s.Locked(), More: s.More, Group: s.Group, Formula: s.formula(),
		Weight: s.input(FieldWeight), Slider: sliderPlace(objectiveOf(&s.Spec).Weight), Arms: s.armChecks(),
		Teacher: s.pick(FieldTeacher, teacherOf), Student: s.pick(FieldStudent, studentOf)}
	s.dataSection(&r)
	r.Objectives = s.inputs(s.objectiveFields()...)
	r.Training = s.inputs(FieldEpochs, FieldRate, FieldSeeds)
	r.Detection = s.inputs(FieldThreshold)
	r.Detection[0].Shown = s.thresholdShown(s.Spec)
	if s.More {
		r.DataMore = s.inputs(s.dataFields()...)
		r.TeacherMore, r.StudentMore = s.inputs(FieldTeacherEpochs), nil
		for _, f := range sizeFields {
			r.TeacherMore = append(r.TeacherMore, s.sizeInput(f.teacher, f.size, s.Spec.Teacher.Model)...)
			r.StudentMore = append(r.StudentMore, s.sizeInput(f.student, f.size, s.Spec.Student)...)
		}
		r.Training = s.inputs(FieldEpochs, FieldRate, FieldRateSchedule, FieldSeeds, FieldBatch, FieldClip, FieldValidation, FieldPatience)
		r.Detection = append(r.Detection, s.inputs(slices.Concat(parameterFields(&s.Spec), []Field{FieldScore}, scoringFields(&s.Spec))...)...)
	}
	return r
}

// sizeInput is the input of a size, if the model has it.
func (s *State) sizeInput(f Field, size modelSize, m spec.Model) []Input {
	lab := spec.Models[m.Kind].Lab
	if *size.of(&lab) == 0 {
		return nil
	}
	return s.inputs(f)
}

// thresholdShown is the policy with its first parameter, short enough for a row.
func (s *State) thresholdShown(sp spec.Spec) string {
	w, t := s.Words, sp.Detect.Threshold.OrDefault()
	switch t.Policy {
	case spec.PolicyTrainPercentile:
		return w.Say("at-train-percentile", words.Setting(t.Percent))
	case spec.PolicyMeanSigma:
		return w.Say("at-mean-sigma", words.Setting(t.K))
	case spec.PolicyPOT:
		return w.Say("at-pot", words.Setting(t.Q))
	case spec.PolicySPOT:
		return w.Say("at-spot", words.Setting(t.Q))
	case spec.PolicyDynamic:
		return w.Say("at-dynamic")
	case spec.PolicyTrainTestPercentile:
		return w.Say("at-train-test-percentile", words.Setting(t.Percent))
	case spec.PolicyFixed:
		return w.Say("at-fixed", words.Setting(*t.Value))
	}
	return w.Say("at-best-f1")
}

// dataSection shows the open tab, which need not be that of the series in use: looking around changes nothing.
func (s *State) dataSection(r *Recipe) {
	w := s.Words
	here := groupOf(s.Spec.Data.Source, s.Catalogue) == s.Group
	for _, c := range s.Catalogue {
		if c.Group == s.Group {
			r.Sources = append(r.Sources, Choice{Value: c.ID, Text: c.Title, Hint: sourceHint(s.Words, c), On: c.ID == s.Spec.Data.Source})
		}
	}
	switch {
	case s.Open != nil:
		r.Source = s.sourceName(s.Open.Data.Source)
		r.Sub = []string{w.Say("reading", r.Source)}
	case s.Wrong != nil && s.Wrong.Where == whereData:
		r.Source = cmp.Or(s.Wrong.Name, s.sourceName(s.Spec.Data.Source))
		r.DataErr = sentence(s.Wrong.Message)
	case s.Group == GroupBenchmark && len(r.Sources) == 0:
		r.Sub = []string{w.Say("no-benchmark")}
	case missing(s.Spec.Data, s.Files) && here:
		r.Source = s.sourceName(s.Spec.Data.Source)
		r.Sub = []string{w.Say("file-needed", r.Source), w.Say("file-private")}
	case !here && s.Group == GroupFile:
		r.Sub = []string{w.Say("file-private")}
	case !here:
		r.Source = w.Say("choose-series", len(r.Sources))
	default:
		r.Source = s.sourceName(s.Spec.Data.Source)
		r.Sub = s.aboutSeries()
	}
}

// sourceHint tells what a source shows, or how large it is; empty where nobody knows before it is read.
func sourceHint(w *words.Language, c protocol.Source) string {
	switch {
	case c.About != "":
		return w.Say(words.Key(c.About))
	case c.Test > 0:
		return w.Say("source-size", c.Channels, c.Train, c.Test)
	}
	return ""
}

// sourceName returns what a source is called before its series is read.
func (s *State) sourceName(source string) string {
	if name, isFile := fileName(source); isFile {
		return name
	}
	for _, c := range s.Catalogue {
		if c.ID == source {
			return c.Title
		}
	}
	return source
}

func fileName(source string) (name string, isFile bool) { return strings.CutPrefix(source, filePrefix) }

// aboutSeries tells of filled cells, since models learn from what was filled in as from the rest.
func (s *State) aboutSeries() []string {
	w, d := s.Words, s.Data
	if d == nil {
		return nil
	}
	truth := w.Say("series-no-labels")
	if d.Labelled && d.TestSteps > 0 {
		truth = w.Say("series-truth", w.Percent(float64(d.Anomalous)/float64(d.TestSteps)))
	}
	lines := []string{w.Say("series-shape", w.Count(len(d.Channels)), w.Count(d.TestSteps)), truth}
	if d.Filled > 0 {
		lines = append(lines, w.Say("series-filled", d.Filled, w.Say(words.Key("data-fill-"+d.FillRule))))
	}
	if len(d.Dropped) > 0 {
		lines = append(lines, w.Say("series-dropped", len(d.Dropped), dropped(w, d.Dropped)))
	}
	if d.BlankLines > 0 {
		lines = append(lines, w.Say("series-blank", d.BlankLines))
	}
	return lines
}

// dropped names the first columns that are not used.
func dropped(w *words.Language, columns []spec.Dropped) string {
	const most = 5
	var names []string
	for _, c := range columns[:min(len(columns), most)] {
		names = append(names, w.Say("series-dropped-one", c.Name, w.Say(words.Key("data-dropped-"+c.Why))))
	}
	if len(columns) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// dataFields leaves out what a kind of source does not have.
func (s *State) dataFields() []Field {
	fs := []Field{FieldWindow, FieldStride, FieldScaling}
	switch groupOf(s.Spec.Data.Source, s.Catalogue) {
	case GroupBuiltin:
		return append(fs, FieldDataSeed)
	case GroupFile:
		return append(fs, FieldLabel, FieldSplit)
	}
	return fs
}

func (s *State) objectiveFields() []Field {
	var fs []Field
	if armOfKind(&s.Spec, Cosine) != nil {
		fs = append(fs, FieldAxis)
	}
	if s.More && s.formula() != nil {
		fs = append(fs, FieldWeightSchedule)
	}
	return fs
}

// formula is what the arms with a teacher add to the own loss, one line a kind.
func (s *State) formula() []string {
	var lines []string
	if armOfKind(&s.Spec, Cosine) != nil {
		lines = append(lines, s.Words.Say("formula-cosine"))
	}
	if armOfKind(&s.Spec, MSE) != nil && lines == nil {
		lines = append(lines, s.Words.Say("formula-mse"))
	}
	return lines
}

func (s *State) inputs(fs ...Field) []Input {
	list := make([]Input, len(fs))
	for i, f := range fs {
		list[i] = s.input(f)
	}
	return list
}

// input is a setting with its words, its choices for this experiment, and the last mistake if it was made here.
func (s *State) input(f Field) Input {
	row := &fields[f]
	in := Input{Field: f, Name: s.Words.Say(row.name), Value: row.get(&s.Spec)}
	if row.hint != "title" {
		in.Hint = s.Words.Say(row.hint)
	}
	if row.standard != nil {
		in.Hint = row.standard(&s.Spec)
	}
	for _, o := range row.options {
		if row.offered != nil && !slices.Contains(row.offered(&s.Spec), o.value) {
			continue
		}
		in.Choices = append(in.Choices, Choice{Value: o.value, Text: s.Words.Say(o.name), On: o.value == in.Value})
	}
	if s.Reject.Field == f {
		in.Why, in.Times = s.Reject.Text, s.Reject.Times
	}
	return in
}

// widths are the model widths on offer beside a model's own.
var widths = []int{16, 32, 64, 128, 256, 512}

// pick describes a model with the models and widths that it can be changed to.
func (s *State) pick(f Field, of func(*spec.Spec) *spec.Model) Pick {
	m := *of(&s.Spec)
	p := Pick{Input: s.input(f), Title: spec.Models[m.Kind].Title}
	size := m.OrLab()
	p.Width = s.Words.Say("width", size.DModel)
	if size.Layers > 0 {
		p.Layers = s.Words.Say("layers", size.Layers)
	}
	for k := range spec.Each(spec.ModelCount) {
		for _, d := range widthsOf(m, k) {
			choice := spec.Model{Kind: k, DModel: d}
			p.Choices = append(p.Choices, Choice{Value: modelText(choice), Text: s.Words.Say("width", d),
				Group: spec.Models[k].Title, On: k == m.Kind && d == size.DModel})
		}
	}
	p.Value = modelText(spec.Model{Kind: m.Kind, DModel: size.DModel})
	return p
}

// widthsOf lists the widths of a model on offer: those that its heads divide, its own, and the one it has now.
func widthsOf(now spec.Model, kind spec.ModelKind) []int {
	k := spec.Models[kind]
	list := slices.DeleteFunc(slices.Clone(widths), func(d int) bool { return k.Branches > 0 && d%(k.Branches*k.Lab.Heads) != 0 })
	list = append(list, k.Lab.DModel)
	if now.Kind == kind {
		list = append(list, now.OrLab().DModel)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// armChecks offers the five kinds that the lab compares, on or off; arms that only a link can describe count for their kind.
func (s *State) armChecks() []ArmCheck {
	w := s.Words
	var checks []ArmCheck
	for _, k := range kindNames {
		c := ArmCheck{Look: Look{Name: k.kind, Kind: k.kind, Text: w.Say(k.name)}, On: armOfKind(&s.Spec, k.kind) != nil}
		switch k.kind {
		case Alone:
			c.Fixed = c.On
		case Untrained, Random:
			c.Note = w.Say("control")
		}
		checks = append(checks, c)
	}
	return checks
}
