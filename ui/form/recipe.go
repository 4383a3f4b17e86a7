package form

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"cosinelab/assets/words"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
	"cosinelab/ui/look"
)

// Recipe is the experiment as it is set, section by section, in words: what package ui draws without knowing
// a Spec.
type Recipe struct {
	Locked bool // while a run is live nothing can be changed
	More   bool // all settings are shown

	Presets []Choice // by the question that they answer
	About   string   // what the one that is set does; empty = none is

	Group    string // the data tab that is open
	Sources  []Choice
	Source   string   // its name; empty when the tab has none chosen
	Whole    string   // the name, where Source is only a part of it; else empty
	Sub      []string // about the series; text between asterisks is strong, between backquotes code
	DataErr  string
	Reopen   bool     // it is a file whose sheet can be opened again
	Passed   []string // what the served folder holds and does not offer, plain text
	DataMore []Input

	Teacher, Student         Pick
	TeacherMore, StudentMore []Input
	Weights                  Weights

	Formula    []string // what is added to the own loss; nil without a teacher
	Weight     Input
	Slider     int // where the weight stands, 0 to SliderSteps
	Objectives []Input
	Arms       []ArmCheck
	Training   []Input
	Detection  []Input // threshold and what belongs to it
}

// Choice is one of the values a field may have.
type Choice struct {
	Value, Text, Group string // as Set reads it; as a person reads it; heading it stands under
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
	Why     string   // why the last value typed was not taken; empty = it was
	Times   int      // Reject.Times: a view that differs makes the field show its old value again
}

// ArmCheck is the check mark of an arm.
type ArmCheck struct {
	look.Look
	On, Fixed bool // it is among the arms; it has to be
	Control   bool // it is there to be exceeded
}

// Weights is a teacher that comes as a file in place of being trained.
type Weights struct {
	Used    bool     // it does
	Said    string   // what is to be known of it; empty = nothing
	Wrong   []string // why a file is not taken, and every tensor that does not fit
	Open    bool     // Expects is shown
	Expects []Tensor // what a file has to hold
}

// Tensor is one of a file, with its shape in words.
type Tensor struct{ Name, Shape string }

// Unread is what is wrong with the series that was asked for last.
type Unread struct {
	Name string // of the file, if it is one
	Why  string
}

// Recipe returns what the recipe shows; unread is nil where the series could be read.
func (f *Form) Recipe(w *words.Language, locked bool, unread *Unread) Recipe {
	r := Recipe{Locked: locked, More: f.More, Group: f.Group, Formula: f.formula(w), Arms: f.armChecks(w),
		Weight: f.input(w, FieldWeight), Slider: sliderPlace(objectiveOf(&f.Spec).Weight),
		DataMore:    f.inputs(w, ofData),
		Teacher:     f.pick(w, FieldTeacher, teacherOf),
		TeacherMore: f.inputs(w, ofTeacher),
		Student:     f.pick(w, FieldStudent, studentOf),
		StudentMore: f.inputs(w, ofStudent),
		Objectives:  f.inputs(w, ofObjective),
		Training:    f.inputs(w, ofTraining),
		Detection:   f.inputs(w, ofDetection),
	}
	f.dataSection(w, &r, unread)
	f.presets(w, &r)
	return r
}

// presets offers the experiments that have a name.
func (f *Form) presets(w *words.Language, r *Recipe) {
	here := f.Preset()
	for _, p := range spec.Presets {
		about := w.Say(words.Key(p.WordKey() + "-about"))
		r.Presets = append(r.Presets, Choice{Value: p.Name, Text: w.Say(words.Key(p.WordKey())), Hint: about, On: p.Name == here})
		if p.Name == here {
			r.About = about
		}
	}
}

// inputs lists the settings of a part of the recipe that are shown now.
func (f *Form) inputs(w *words.Language, p place) (list []Input) {
	for i := range rows {
		r := &rows[i]
		if r.place == p && (f.More || !r.more) && (r.shows == nil || r.shows(&f.Spec)) {
			list = append(list, f.input(w, r.field))
		}
	}
	return list
}

// input is a setting with its words, its choices for this experiment, and the last mistake if it was made
// here.
func (f *Form) input(w *words.Language, field Field) Input {
	r := rowOf(field)
	in := Input{Field: field, Name: w.Say(r.name), Value: r.get(&f.Spec)}
	switch {
	case r.standard != nil:
		in.Hint = r.standard(&f.Spec)
	case r.hint != "":
		in.Hint = w.Say(r.hint)
	}
	if r.options != nil {
		for _, o := range r.options(&f.Spec) {
			text := w.Say(words.Key(o.WordKey()))
			in.Choices = append(in.Choices, Choice{Value: o.String(), Text: text, On: o.String() == in.Value})
		}
	}
	if field == fieldThreshold {
		in.Shown = ThresholdText(w, f.Spec.Detect.Threshold)
	}
	if f.Reject.Field == field {
		in.Why, in.Times = w.Error(f.Reject.Why), f.Reject.Times
	}
	return in
}

// dataSection shows the open tab, which need not be that of the series in use: looking around changes
// nothing. The order of the cases is that of what a person waits for: a series being read, what was wrong
// with it, then what there is.
func (f *Form) dataSection(w *words.Language, r *Recipe, unread *Unread) {
	here := f.GroupOf(f.Spec.Data.Source) == f.Group
	for _, c := range f.Catalogue {
		if c.Group == f.Group {
			r.Sources = append(r.Sources, Choice{Value: c.ID, Text: words.Name(w.TitleOf(c.ID, c.Title)), Hint: sourceHint(w, c),
				On: c.ID == f.Spec.Data.Source})
		}
	}
	if f.Group == GroupBenchmark {
		r.Passed = f.passed(w)
	}
	name := f.sourceName(w, f.Spec.Data.Source)
	switch {
	case f.Open != nil:
		r.Source = f.sourceName(w, f.Open.Data.Source)
		r.Sub = []string{w.Say("reading", words.Name(r.Source))}
	case unread != nil:
		r.Source, r.DataErr = cmp.Or(unread.Name, name), unread.Why
	case f.Group == GroupBenchmark && len(r.Sources) == 0 && len(f.Passed) > 0:
		r.Sub = []string{w.Say("no-sets")}
	case f.Group == GroupBenchmark && len(r.Sources) == 0:
		r.Sub = []string{w.Say("no-benchmark")}
	case f.Missing(f.Spec.Data, f.Files) && here:
		r.Source = name
		r.Sub = []string{w.Say("file-needed", words.Name(r.Source)), w.Say("file-private")}
	case !here && f.Group == GroupFile:
		r.Sub = []string{w.Say("file-private")}
	case !here:
		r.Source = w.Say("choose-series", len(r.Sources))
	default:
		r.Source, r.Sub = name, f.aboutSeries(w)
	}
	r.Source, r.Whole = words.Name(r.Source), words.Whole(r.Source)
}

// Of what is passed over so much is shown: names, and of each its last letters, which tell files apart.
const (
	passedShown = 5
	passedName  = 60
)

// passed says what the served folder does not offer, and why.
func (f *Form) passed(w *words.Language) []string {
	var lines []string
	for i, p := range f.Passed {
		if i == passedShown {
			return append(lines, w.Say("folder-more", len(f.Passed)-i))
		}
		name := []rune(p.Path)
		if len(name) > passedName {
			name = append([]rune{'…'}, name[len(name)-passedName:]...)
		}
		lines = append(lines, w.Say("data-passed", string(name), p.Fault))
	}
	return lines
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
func (f *Form) sourceName(w *words.Language, source string) string {
	if name, isFile := FileName(source); isFile {
		return name
	}
	for _, c := range f.Catalogue {
		if c.ID == source {
			return w.TitleOf(c.ID, c.Title)
		}
	}
	return source
}

// aboutSeries describes the series in use. Filled cells are named, since models learn from what was filled in
// as from the rest.
func (f *Form) aboutSeries(w *words.Language) []string {
	d := f.Data
	if d == nil {
		return nil
	}
	truth := w.Say("series-no-labels")
	if d.Labelled && d.TestSteps > 0 {
		truth = w.Say("series-truth", w.Percent(float64(d.Anomalous)/float64(d.TestSteps)))
	}
	lines := []string{w.Say("series-shape", len(d.Channels), d.TestSteps), truth}
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

// formula is what arms that are held to something add to the own loss: the term of the one that is shown.
func (f *Form) formula(w *words.Language) []string {
	switch objectiveOf(&f.Spec).Kind {
	case spec.ObjectiveCosine:
		return []string{w.Say("formula-cosine")}
	case spec.ObjectiveMSE:
		return []string{w.Say("formula-mse")}
	}
	return nil
}

// armChecks offers the kinds of arms that the lab compares, on or off, controls after the others. Arms that
// only a link can describe, such as two of one kind, count for their kind. Where not all settings are shown,
// the rarer controls are left out unless they are on.
func (f *Form) armChecks(w *words.Language) []ArmCheck {
	var arms, controls []ArmCheck
	for _, kind := range look.Kinds() {
		a := look.ArmOf(kind)
		c := ArmCheck{Look: look.Look{Name: kind, Kind: kind, Text: look.Title(w, kind)},
			On: armOfKind(&f.Spec, kind) != nil, Control: a.IsControl()}
		c.Fixed = c.On && kind == look.Alone
		switch {
		case !c.Control:
			arms = append(arms, c)
		case c.On || f.More || !rare(a):
			controls = append(controls, c)
		}
	}
	return append(arms, controls...)
}

// rare controls say more of what another has shown: what the teacher's training adds to the untrained one,
// what its window adds to another, and all of that for another objective than the cosine.
func rare(a spec.Arm) bool {
	return a.Distils() && (a.Objective.Kind != spec.ObjectiveCosine || a.Objective.Target != spec.TargetInput)
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
	return RoundTo2(v)
}

// RoundTo2 rounds to two significant digits.
func RoundTo2(v float64) float64 {
	text := strconv.FormatFloat(v, 'e', 1, 64)
	rounded, _ := strconv.ParseFloat(text, 64) // it was just written
	return rounded
}

// sliderPlace is the place of the slider nearest to a weight.
func sliderPlace(weight float64) int {
	share := math.Pow(min(max(weight, 0), maxWeight)/maxWeight, 1/sliderPower)
	return int(math.Round(SliderSteps * share))
}
