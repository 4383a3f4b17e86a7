package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
)

// FieldError says which field of a Spec is wrong, what it holds and what was expected. It keeps them apart so
// that a page can show the error beside the field, in the reader's language.
type FieldError struct {
	Field string // its path: train.rate, arms[1].objective.weight; empty = the whole spec
	Got   any    // a text as it stands there, or a fault.Word
	Want  error  // a *fault.Fault
}

// Told returns the key of the sentence and its arguments.
func (e *FieldError) Told() (key string, args []any) {
	if e.Field == "" {
		return "spec-whole", []any{e.Got, e.Want}
	}
	return "spec-field", []any{e.Field, e.Got, e.Want}
}

// Error is for programmers.
func (e *FieldError) Error() string { return fmt.Sprintf("spec: %s: %v, %v", e.Field, e.Got, e.Want) }

// Parse reads a Spec from JSON. It is strict: an unknown field, one given twice, a value of the wrong type or
// out of range is a *FieldError with the field's path: a misspelt setting must not run as its default. Text
// that is no JSON is an error with its line.
func Parse(text []byte) (Spec, error) {
	s, wrong := parse(text)
	if len(wrong) > 0 {
		return Spec{}, wrong[0]
	}
	return s, s.Validate()
}

// Check returns everything that is wrong with the text of a Spec, where Parse returns the first of it. Values
// are only checked once the form is right.
func Check(text []byte) []error {
	s, wrong := parse(text)
	if len(wrong) > 0 {
		return wrong
	}
	return s.check().wrong
}

// parse reads a Spec whose values may be out of range, and returns what is wrong with its form. encoding/json
// tells of one value of a wrong type at most; outline adds what is wrong with names.
func parse(text []byte) (s Spec, errs []error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark, which some editors write
	text = withoutSourceList(text)
	err := json.Unmarshal(text, &s)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line, col := position(text, syntax.Offset-1) // it counts the byte that is wrong
		return s, []error{fault.New("spec-syntax", line, col, syntax.Error())}
	}
	places, strange := outline(text)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		first := &FieldError{pathAt(places, wrong.Offset), gotOf(wrong.Value),
			fault.New(string(wantOf(wrong.Type)))}
		return s, append([]error{first}, strange...)
	case err != nil && len(strange) == 0: // a name that a table does not have is strange, too
		return s, []error{fault.New("spec-unreadable", err)}
	}
	return s, strange
}

// maxText bounds the text of a spec, in bytes: one of a hundred arms has a fiftieth of that.
const maxText = 1 << 20

// Read reads the text of a spec, unless it is longer than any is.
func Read(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(text) > maxText {
		err = fault.New("spec-too-long", maxText)
	}
	return text, err
}

// position turns a byte offset into line and column, counted from 1.
func position(text []byte, offset int64) (line, col int) {
	before := text[:max(0, min(int(offset), len(text)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// check collects wrong fields, each with the first that is wrong with it: what is then wrong besides often
// follows.
type check struct {
	wrong []error
	known map[string]bool // fields of wrong
}

// that wants ok, or notes that the field holds got where the words of want, with args, say what it should.
// got is shown as it is, or in words if it is a fault.Word.
func (c *check) that(ok bool, field string, got any, want fault.Word, args ...any) {
	if ok || c.known[field] {
		return
	}
	if c.known == nil {
		c.known = map[string]bool{}
	}
	c.known[field] = true
	if _, said := got.(fault.Word); !said {
		got = fmt.Sprint(got)
	}
	c.wrong = append(c.wrong, &FieldError{field, got, fault.New(string(want), args...)})
}

// first is the first wrong field; nil = there is none.
func (c *check) first() error {
	if len(c.wrong) == 0 {
		return nil
	}
	return c.wrong[0]
}

// wantOne wants a kind of a table that has a name.
func wantOne[K interface {
	~uint8
	String() string
}](c *check, field string, got, count K) {
	wantAmong(c, field, got, slices.Collect(Each(count)))
}

// wantAmong wants one of some kinds.
func wantAmong[K interface {
	~uint8
	String() string
}](c *check, field string, got K, want []K) {
	choices := make(fault.Choices, len(want))
	for i, k := range want {
		choices[i] = k.String()
	}
	c.that(slices.Contains(want, got), field, strconv.Quote(got.String()), "want-one-of", choices)
}

// Validate checks every field that can be judged without the data. The first wrong one is returned as
// *FieldError.
func (s Spec) Validate() error {
	c := s.check()
	return c.first()
}

// check finds all wrong fields, in the order of the spec.
func (s Spec) check() (c check) {
	c.that(s.Version == Version, "version", s.Version, "want-exactly", Version)
	s.Data.validate(&c)
	s.Teacher.validate(&c, "teacher", teaches)
	untrained := s.Teacher.Weights != "" && s.Teacher.Epochs == 0
	c.that(untrained || s.Teacher.Epochs >= 1 && s.Teacher.Epochs <= maxEpochs, "teacher.epochs",
		s.Teacher.Epochs, "want-epochs-or-weights", maxEpochs)
	c.short("teacher.weights", s.Teacher.Weights, maxPath)
	s.Student.validate(&c, "student", learns)
	s.validateArms(&c)
	s.Train.validate(&c)
	s.Detect.validate(&c)
	s.validateScore(&c)
	s.validateWarm(&c)
	s.validateSeeds(&c)
	s.validateVerdict(&c)
	return c
}

func (d Data) validate(c *check) {
	c.that(d.Source != "", "data.source", `""`, "want-source")
	c.short("data.source", d.Source, maxPath)
	c.short("data.label", d.Label, maxName)
	wantOne(c, "data.scaling", d.Scaling, ScalingCount)
	c.that(d.Seed < maxSeed, "data.seed", d.Seed, "want-seed")
	c.that(d.Window >= 2 && d.Window <= maxWindow, "data.window", d.Window, "want-steps", 2, maxWindow)
	c.that(d.Stride >= 1 && d.Stride <= maxSpan, "data.stride", d.Stride, "want-steps", 1, maxSpan)
	validateRange(d.Train, c, "data.train")
	validateRange(d.Test, c, "data.test")
	d.validateChannels(c)
	if d.Split != nil {
		c.that(*d.Split > 0 && *d.Split < 1, "data.split", *d.Split, "want-share-inside")
	}
	d.validateFile(c)
}

// validateChannels wants each column once.
func (d Data) validateChannels(c *check) {
	if !c.few("data.channels", len(d.Channels), maxChannels, "want-few-columns") {
		return
	}
	seen := map[int]bool{}
	for i, ch := range d.Channels {
		field := fmt.Sprintf("data.channels[%d]", i)
		c.that(ch >= 0 && ch < maxChannels, field, ch, "want-column", maxChannels-1)
		c.that(!seen[ch], field, ch, "want-column-once")
		seen[ch] = true
	}
}

// validateRange checks a range by itself; the zero range, which is all steps, is always right.
func validateRange(r steps.Range, c *check, field string) {
	if r == (steps.Range{}) {
		return
	}
	c.that(r.From >= 0, field+".from", r.From, "want-step-from-0")
	c.that(r.To > r.From, field+".to", r.To, "want-after-from", r.From)
	c.that(r.To <= maxStep, field+".to", r.To, "want-step-up-to", maxStep)
}

// validate checks a model in the place that field names; may says which models may stand there. Sizes are
// checked as they will be, with defaults in place of zeros.
func (m Model) validate(c *check, field string, may func(ModelInfo) bool) {
	kinds := slices.Collect(Each(ModelCount))
	wantAmong(c, field+".model", m.Kind, slices.DeleteFunc(kinds,
		func(k ModelKind) bool { return !may(Models[k]) }))
	full, row := m.OrLab(), Models[m.Kind]
	for k, size := range Sizes {
		where, n := field+"."+size.Name, *full.Size(SizeKind(k))
		if *row.Lab.Size(SizeKind(k)) == 0 {
			c.that(n == 0, where, n, "want-none-of-model", row.Name)
		} else {
			c.that(n >= 1 && n <= size.Most, where, n, "want-size", size.Most)
		}
	}
	m.validateDefinition(c, field)
	c.that(m.Dropout == 0 || row.Drops(), field+".dropout", m.Dropout, "want-none-of-model", row.Name)
	c.that(m.Dropout >= 0 && m.Dropout < 1, field+".dropout", m.Dropout, "want-share-below-1")
	// Position codes come in pairs of sine and cosine (models/README.md, section 3.1), and heads share
	// features evenly.
	if row.Branches > 0 && full.Heads > 0 {
		part := full.DModel / row.Branches
		c.that(full.DModel%2 == 0, field+".d_model", full.DModel, "want-even")
		c.that(part%full.Heads == 0, field+".heads", full.Heads, "want-divisor", part)
	}
}

func teaches(m ModelInfo) bool { return m.Teaches }
func learns(m ModelInfo) bool  { return m.Learns }

func (s Spec) validateArms(c *check) {
	c.that(len(s.Arms) > 0, "arms", fault.Word("got-none"), "want-an-arm")
	if !c.few("arms", len(s.Arms), maxArms, "want-few-arms") {
		return
	}
	for i, a := range s.Arms {
		field := fmt.Sprintf("arms[%d]", i)
		c.that(a.Name != "", field+".name", `""`, "want-a-name")
		c.short(field+".name", a.Name, maxName)
		c.that(!slices.ContainsFunc(s.Arms[:i], func(b Arm) bool { return b.Name == a.Name }), field+".name",
			quoted(a.Name), "want-own-name")
		if a.Student != nil {
			a.Student.validate(c, field+".student", learns)
		}
		a.validateParams(c, field)
		if a.Control != ControlNone {
			c.that(a.Objective == Objective{}, field+".objective", fault.Word("got-set"), "want-no-objective")
			continue
		}
		a.Objective.validate(c, field+".objective")
		// A batch of one window has no other to shuffle with.
		c.that(a.Objective.Target != TargetShuffled || s.Train.Batch > 1, field+".objective.target",
			strconv.Quote(a.Objective.Target.String()), "want-batch-of-two")
	}
}

func (o Objective) validate(c *check, field string) {
	wantOne(c, field+".kind", o.Kind, ObjectiveCount)
	c.that(upTo(o.Weight, maxFloat), field+".weight", o.Weight, "want-not-negative", maxFloat)
	row := Objectives[o.Kind]
	wantIf(c, row.Axis, field+".axis", o.Axis, AxisCount)
	if !row.Distils {
		c.that(o.Weight == 0, field+".weight", o.Weight, "want-no-weight")
		c.that(o.Target == 0, field+".target", strconv.Quote(o.Target.String()), "want-nothing")
	}
	wantIf(c, row.Distils, field+".schedule", o.Schedule, WeightScheduleCount)
}

// wantIf wants a kind of a table where the condition holds, and none where it does not.
func wantIf[K interface {
	~uint8
	String() string
}](c *check, condition bool, field string, got, count K) {
	if condition {
		wantOne(c, field, got, count)
	} else {
		c.that(got == 0, field, strconv.Quote(got.String()), "want-nothing")
	}
}

func (t Train) validate(c *check) {
	c.that(t.Rate > 0 && t.Rate <= maxFloat, "train.rate", t.Rate, "want-positive", maxFloat)
	wantOne(c, "train.schedule", t.Schedule, RateScheduleCount)
	steps := RateSchedules[t.Schedule].Steps
	c.that(t.StepEpochs == 0 || steps, "train.step_epochs", t.StepEpochs, "want-no-step", t.Schedule.String())
	c.that(t.StepEpochs >= 0 && t.StepEpochs <= maxEpochs, "train.step_epochs", t.StepEpochs,
		"want-step-epochs", maxEpochs, DefaultStepEpochs)
	c.that(t.StepFactor == 0 || steps, "train.step_factor", t.StepFactor, "want-no-step", t.Schedule.String())
	c.that(t.StepFactor >= 0 && t.StepFactor <= 1, "train.step_factor", t.StepFactor, "want-step-factor",
		DefaultStepFactor)
	c.that(upTo(t.Decay, maxFloat), "train.decay", t.Decay, "want-not-negative", maxFloat)
	c.that(t.Epochs >= 1 && t.Epochs <= maxEpochs, "train.epochs", t.Epochs, "want-up-to", maxEpochs)
	c.that(t.Batch >= 1 && t.Batch <= maxBatch, "train.batch", t.Batch, "want-windows", maxBatch)
	c.that(upTo(t.Clip, maxFloat), "train.clip", t.Clip, "want-clip", maxFloat)
	c.that(upTo(t.ClipEach, maxFloat), "train.clip_each", t.ClipEach, "want-clip", maxFloat)
	c.that(t.Clip == 0 || t.ClipEach == 0, "train.clip_each", t.ClipEach, "want-one-clip")
	c.that(t.Validation >= 0 && t.Validation < 1, "train.validation", t.Validation, "want-share-below-1")
	c.that(t.Patience >= 0 && t.Patience <= maxEpochs, "train.patience", t.Patience, "want-epochs", maxEpochs)
	c.that(t.Patience == 0 || t.Validation > 0, "train.patience", t.Patience, "want-no-patience")
}

// validateScore checks that every student that is scored has the score. Arms may have students of their own,
// so that the table of models is asked for each.
func (s Spec) validateScore(c *check) {
	for _, a := range s.Arms {
		student := s.StudentOf(a).Kind
		if !Controls[a.Control].Student || Models[student].Has(s.Detect.Score) {
			continue
		}
		var has fault.Choices
		for k := range Each(ScoreCount) {
			if Models[student].Has(k) {
				has = append(has, k.String())
			}
		}
		c.that(false, "detect.score", strconv.Quote(s.Detect.Score.String()), "want-score-of", has,
			student.String())
	}
}

// validateWarm checks that every student that is scored says of a step what it says with fewer steps after
// it: warm windows end at the steps that they score (models/README.md, section 1.3).
func (s Spec) validateWarm(c *check) {
	warm := s.Detect.Warm
	c.that(warm >= 0 && warm <= s.Data.Window, "detect.warm", warm, "want-warm", s.Data.Window)
	for _, a := range s.Arms {
		if student := s.StudentOf(a); warm > 0 && Controls[a.Control].Student {
			c.that(student.Causal(), "detect.warm", warm, "want-cold", student.Kind.String())
		}
	}
}

// validateSeeds wants each seed once: the same seed twice would count one result as two.
func (s Spec) validateSeeds(c *check) {
	c.that(len(s.Seeds) > 0, "seeds", fault.Word("got-none"), "want-a-seed")
	if !c.few("seeds", len(s.Seeds), maxSeeds, "want-few-seeds") {
		return
	}
	for i, seed := range s.Seeds {
		field := fmt.Sprintf("seeds[%d]", i)
		c.that(!slices.Contains(s.Seeds[:i], seed), field, seed, "want-seed-once")
		c.that(seed < maxSeed, field, seed, "want-seed")
	}
}

// ValidateFor checks the fields that depend on the size of the series: steps of both parts as loaded,
// channels. Windows must fit into what is left of each part: to train on, to validate, to score.
func (s Spec) ValidateFor(trainSteps, testSteps, channels int) error {
	var c check
	train := within(s.Data.Train, &c, "data.train", trainSteps)
	test := within(s.Data.Test, &c, "data.test", testSteps)
	for i, ch := range s.Data.Channels {
		c.that(ch < channels, fmt.Sprintf("data.channels[%d]", i), ch, "want-column-below", channels)
	}
	held := s.Train.Held(train)
	c.that(s.Data.Window <= train-held, "data.window", s.Data.Window,
		"want-within-training", train-held)
	c.that(s.Train.Validation == 0 || s.Data.Window <= held, "train.validation", s.Train.Validation,
		"want-validation", train, s.Data.Window)
	c.that(s.Data.Window <= test, "data.window", s.Data.Window, "want-within-test", test)
	return c.first()
}

// within returns the number of steps that the range selects of n.
func within(r steps.Range, c *check, field string, n int) int {
	if r == (steps.Range{}) {
		return n
	}
	c.that(r.To <= n, field+".to", r.To, "want-within", n)
	return r.To - r.From
}
