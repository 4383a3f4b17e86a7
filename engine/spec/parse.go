package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// FieldError says which field of a Spec is wrong, what it holds and what was expected.
type FieldError struct {
	Field string // its path: train.rate, arms[1].objective.weight; empty = the whole spec
	Got   string
	Want  string
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("spec: %s, want %s", e.Got, e.Want)
	}
	return fmt.Sprintf("spec: %s: %s, want %s", e.Field, e.Got, e.Want)
}

// Parse reads a Spec from JSON. It is strict: an unknown field, one given twice, a value of the wrong type or out of
// range is a *FieldError with the field's path. Text that is no JSON is an error with its line.
func Parse(text []byte) (Spec, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // a byte order mark, which some editors write
	var s Spec
	err := json.Unmarshal(text, &s)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line, col := position(text, syntax.Offset-1) // it counts the byte that is wrong
		return Spec{}, fmt.Errorf("spec: line %d, column %d: %s", line, col, syntax.Error())
	}
	places, strange := outline(text)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return Spec{}, &FieldError{pathAt(places, wrong.Offset), wrong.Value, typeName(wrong.Type)}
	case err != nil:
		return Spec{}, fmt.Errorf("spec: %w", err)
	case strange != nil:
		return Spec{}, strange
	}
	return s, s.Validate()
}

// maxText bounds the text of a spec, in bytes: one of a hundred arms has a fiftieth of that.
const maxText = 1 << 20

// Read reads the text of a spec, unless it is longer than any is.
func Read(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(text) > maxText {
		err = &FieldError{Got: fmt.Sprintf("more than %d bytes", maxText), Want: "a shorter text"}
	}
	return text, err
}

// position turns a byte offset into line and column, counted from 1.
func position(text []byte, offset int64) (line, col int) {
	before := text[:max(0, min(int(offset), len(text)))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// check collects the first wrong field.
type check struct{ err error }

func (c *check) that(ok bool, field string, got any, want string) {
	if c.err == nil && !ok {
		c.err = &FieldError{field, fmt.Sprint(got), want}
	}
}

// oneOf wants one of some words; that no word is given is the first of them, if at all.
func (c *check) oneOf(field, got string, want ...string) {
	ok := slices.Contains(want, got)
	if want[0] == "" {
		want = append([]string{"nothing"}, want[1:]...)
	}
	c.that(ok, field, fmt.Sprintf("%q", got), strings.Join(want, " or "))
}

// Bounds beyond which nothing sensible lies, so that no sum overflows and memory is not asked for in terabytes.
const (
	maxWindow = 4096 // attention keeps its square, for every head and layer
	maxEpochs = 1_000_000
	maxSpan   = 1_000_000
	maxSeed   = 1 << 53
	wantSeed  = "below 2^53, so that every JSON reader keeps it exactly"
)

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Validate checks every field that can be judged without the data. The first wrong one is returned as *FieldError.
func (s Spec) Validate() error {
	var c check
	c.that(s.Version == Version, "version", s.Version, fmt.Sprint(Version))
	s.Data.validate(&c)
	s.Teacher.validate(&c, "teacher")
	if s.Teacher.Weights == "" {
		c.that(s.Teacher.Epochs >= 1 && s.Teacher.Epochs <= maxEpochs, "teacher.epochs", s.Teacher.Epochs,
			fmt.Sprintf("1 to %d, or weights", maxEpochs))
	}
	s.Student.validate(&c, "student")
	s.validateArms(&c)
	s.Train.validate(&c)
	s.Detect.validate(&c)
	s.validateScore(&c)
	s.validateWarm(&c)
	s.validateSeeds(&c)
	return c.err
}

func (d Data) validate(c *check) {
	c.that(d.Source != "", "data.source", `""`, "a source such as builtin/server")
	c.oneOf("data.scaling", d.Scaling, "standard", "none")
	c.that(d.Seed < maxSeed, "data.seed", d.Seed, wantSeed)
	c.that(d.Window >= 2 && d.Window <= maxWindow, "data.window", d.Window, fmt.Sprintf("2 to %d steps", maxWindow))
	c.that(d.Stride >= 1, "data.stride", d.Stride, "at least 1 step")
	d.Train.validate(c, "data.train")
	d.Test.validate(c, "data.test")
	for i, ch := range d.Channels {
		field := fmt.Sprintf("data.channels[%d]", i)
		c.that(ch >= 0, field, ch, "a column from 0")
		c.that(!slices.Contains(d.Channels[:i], ch), field, ch, "each column once")
	}
	if d.Split != nil {
		c.that(*d.Split > 0 && *d.Split < 1, "data.split", *d.Split, "a share between 0 and 1")
	}
}

func (r Range) validate(c *check, field string) {
	if r == (Range{}) {
		return
	}
	c.that(r.From >= 0, field+".from", r.From, "a step from 0")
	c.that(r.To > r.From, field+".to", r.To, fmt.Sprintf("more than from, %d", r.From))
}

func (m Model) validate(c *check, field string) {
	names := make([]string, len(Models))
	for i, k := range Models {
		names[i] = k.Name
	}
	c.oneOf(field+".model", m.Name, names...)
	if !slices.Contains(names, m.Name) {
		return
	}
	k := Models[slices.Index(names, m.Name)]
	full := m.OrLab()
	sizes, lab := full.sizes(), k.Lab.sizes()
	for i, f := range sizes {
		if *lab[i].n == 0 {
			c.that(*f.n == 0, field+"."+f.name, *f.n, "0: a "+m.Name+" has none")
		} else {
			c.that(*f.n >= 1 && *f.n <= f.most, field+"."+f.name, *f.n, fmt.Sprintf("1 to %d, or 0 for the model's own size", f.most))
		}
	}
	c.that(m.Dropout == 0 || k.Drops, field+".dropout", m.Dropout, "0: a "+m.Name+" has none")
	c.that(m.Dropout >= 0 && m.Dropout < 1, field+".dropout", m.Dropout, "a share from 0 up to 1")
	if k.Branches > 0 && full.Heads > 0 {
		part := full.DModel / k.Branches
		c.that(full.DModel%2 == 0, field+".d_model", full.DModel, "an even number, for the position code")
		c.that(part%full.Heads == 0, field+".heads", full.Heads, fmt.Sprintf("a divisor of d_model, %d", part))
	}
}

// size is one of a model's sizes.
type size struct {
	name string // in JSON
	n    *int
	most int
}

// sizes lists all sizes that models have.
func (m *Model) sizes() []size {
	return []size{{"d_model", &m.DModel, 4096}, {"heads", &m.Heads, 256}, {"layers", &m.Layers, 64}, {"d_ff", &m.DFF, 16384},
		{"latent", &m.Latent, 256}, {"flows", &m.Flows, 256}, {"centres", &m.Centres, 256}, {"features", &m.Features, 256},
		{"mlp", &m.MLP, 1024}}
}

// Causal reports whether what the model says of a step depends on no later step.
func (m Model) Causal() bool {
	return slices.ContainsFunc(Models, func(k ModelInfo) bool { return k.Name == m.Name && k.Causal })
}

// OrLab returns the model with each zero size replaced by the model's lab default.
func (m Model) OrLab() Model {
	for _, k := range Models {
		if k.Name != m.Name {
			continue
		}
		lab := k.Lab.sizes()
		for i, s := range m.sizes() {
			if *s.n == 0 {
				*s.n = *lab[i].n
			}
		}
	}
	return m
}

func (s Spec) validateArms(c *check) {
	c.that(len(s.Arms) > 0, "arms", "none", "at least one arm")
	for i, a := range s.Arms {
		field := fmt.Sprintf("arms[%d]", i)
		c.that(a.Name != "", field+".name", `""`, "a name")
		c.that(!slices.ContainsFunc(s.Arms[:i], func(b Arm) bool { return b.Name == a.Name }), field+".name",
			fmt.Sprintf("%q", a.Name), "a name that no other arm has")
		c.oneOf(field+".control", a.Control, "", "untrained", "random")
		if a.Student != nil {
			a.Student.validate(c, field+".student")
		}
		if a.Control != "" {
			c.that(a.Objective == Objective{}, field+".objective", "set", "none: a control is not trained")
			continue
		}
		a.Objective.validate(c, field+".objective")
	}
}

func (o Objective) validate(c *check, field string) {
	c.oneOf(field+".kind", o.Kind, "none", "cosine", "mse")
	c.that(finite(o.Weight) && o.Weight >= 0, field+".weight", o.Weight, "0 or more")
	if o.Kind == "cosine" {
		c.oneOf(field+".axis", o.Axis, "channel", "time", "window")
	} else {
		c.oneOf(field+".axis", o.Axis, "")
	}
	if o.Kind == "none" {
		c.that(o.Weight == 0, field+".weight", o.Weight, "0: there is no term to weigh")
		c.oneOf(field+".schedule", o.Schedule, "")
	} else {
		c.oneOf(field+".schedule", o.Schedule, "constant", "linear", "cosine")
	}
}

func (t Train) validate(c *check) {
	c.that(finite(t.Rate) && t.Rate > 0, "train.rate", t.Rate, "a number above 0")
	c.oneOf("train.schedule", t.Schedule, "reference", "constant", "cosine", "step")
	for _, p := range []struct {
		name  string
		value float64
		ok    bool
		want  string
	}{
		{"step_epochs", float64(t.StepEpochs), t.StepEpochs >= 0, "1 epoch or more, or 0 for 20"},
		{"step_factor", t.StepFactor, t.StepFactor >= 0 && t.StepFactor <= 1, "a share up to 1, or 0 for one half"},
	} {
		c.that(p.value == 0 || t.Schedule == "step", "train."+p.name, p.value, "nothing: the schedule is "+t.Schedule)
		c.that(p.ok, "train."+p.name, p.value, p.want)
	}
	c.that(finite(t.Decay) && t.Decay >= 0, "train.decay", t.Decay, "0 or more")
	c.that(t.Epochs >= 1 && t.Epochs <= maxEpochs, "train.epochs", t.Epochs, fmt.Sprintf("1 to %d", maxEpochs))
	c.that(t.Batch >= 1, "train.batch", t.Batch, "at least 1 window")
	c.that(finite(t.Clip) && t.Clip >= 0, "train.clip", t.Clip, "a norm above 0, or 0 for no clipping")
	c.that(finite(t.ClipEach) && t.ClipEach >= 0, "train.clip_each", t.ClipEach, "a norm above 0, or 0 for no clipping")
	c.that(t.Clip == 0 || t.ClipEach == 0, "train.clip_each", t.ClipEach, "0, or clip 0: one way to clip")
	c.that(t.Validation >= 0 && t.Validation < 1, "train.validation", t.Validation, "a share from 0 up to 1")
	c.that(t.Patience >= 0, "train.patience", t.Patience, "0 or more epochs")
	c.that(t.Patience == 0 || t.Validation > 0, "train.patience", t.Patience, "0, or a validation share above 0")
}

func (d Detect) validate(c *check) {
	c.oneOf("detect.score", d.Score, scores()...)
	d.Threshold.validate(c)
	c.that(d.Smoothing >= 0 && d.Smoothing <= maxSpan, "detect.smoothing", d.Smoothing, fmt.Sprintf("a span of 1 to %d steps, or 0 for none", maxSpan))
	c.that(d.Smoothing == 0 || d.Threshold.Policy != "dynamic", "detect.smoothing", d.Smoothing, "0: the dynamic threshold smooths scores itself")
}

// scores lists the scores of all models, beside those that every model has.
func scores() []string {
	all := []string{"model"}
	for _, k := range Models {
		for _, s := range k.Scores {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return append(all, "disagreement")
}

// validateScore checks that every student has the score.
func (s Spec) validateScore(c *check) {
	own := []string{"model", "disagreement"}
	for _, a := range s.Arms {
		student := s.StudentOf(a)
		i := slices.IndexFunc(Models, func(k ModelInfo) bool { return k.Name == student.Name })
		if a.Control == "random" || i < 0 {
			continue
		}
		names := slices.Concat(own, Models[i].Scores)
		c.that(slices.Contains(names, s.Detect.Score), "detect.score", fmt.Sprintf("%q", s.Detect.Score),
			strings.Join(names, " or ")+" for "+student.Name)
	}
}

// validateWarm checks that every student says of a step what it says with fewer steps after it.
func (s Spec) validateWarm(c *check) {
	warm := s.Detect.Warm
	c.that(warm >= 0 && warm <= s.Data.Window, "detect.warm", warm, fmt.Sprintf("1 to %d steps, the window, or 0 for cold", s.Data.Window))
	for _, a := range s.Arms {
		if student := s.StudentOf(a); warm > 0 && a.Control != "random" {
			c.that(student.Causal(), "detect.warm", warm, "0: "+student.Name+" looks ahead in its window")
		}
	}
}

func (s Spec) validateSeeds(c *check) {
	c.that(len(s.Seeds) > 0, "seeds", "none", "at least one seed")
	for i, seed := range s.Seeds {
		field := fmt.Sprintf("seeds[%d]", i)
		c.that(!slices.Contains(s.Seeds[:i], seed), field, seed, "each seed once")
		c.that(seed < maxSeed, field, seed, wantSeed)
	}
}

// ValidateFor checks the fields that depend on the size of the series: steps of both parts as loaded, channels.
func (s Spec) ValidateFor(trainSteps, testSteps, channels int) error {
	var c check
	train := s.Data.Train.within(&c, "data.train", trainSteps)
	test := s.Data.Test.within(&c, "data.test", testSteps)
	for i, ch := range s.Data.Channels {
		c.that(ch < channels, fmt.Sprintf("data.channels[%d]", i), ch, fmt.Sprintf("a column below %d", channels))
	}
	held := s.Train.Held(train)
	c.that(s.Data.Window <= train-held, "data.window", s.Data.Window,
		fmt.Sprintf("at most the %d training steps that are not held out", train-held))
	c.that(s.Train.Validation == 0 || s.Data.Window <= held, "train.validation", s.Train.Validation,
		fmt.Sprintf("0, or a share of the %d training steps that holds a window of %d", train, s.Data.Window))
	c.that(s.Data.Window <= test, "data.window", s.Data.Window, fmt.Sprintf("at most the %d test steps", test))
	return c.err
}

// within returns the number of steps that the range selects of n.
func (r Range) within(c *check, field string, n int) int {
	if r == (Range{}) {
		return n
	}
	c.that(r.To <= n, field+".to", r.To, fmt.Sprintf("at most %d, the steps there are", n))
	return r.To - r.From
}
