package spec

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
)

// wrong says why a field of a report cannot be.
func wrong(field, why string, args ...any) error {
	return fault.New("report-field", field, fault.New(why, args...))
}

// element is the path of an element of a list.
func element(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// reportCheck is the first thing that is wrong with a report, under way.
type reportCheck struct {
	Report
	err error
}

// that wants ok, or notes why the field cannot be.
func (c *reportCheck) that(ok bool, field, why string, args ...any) {
	if !ok && c.err == nil {
		c.err = wrong(field, why, args...)
	}
}

// within wants a whole number of these bounds.
func (c *reportCheck) within(field string, n, from, to int) {
	c.that(n >= from && n <= to, field, "report-number", n, from, to)
}

// value wants a measured value: a number, or undefined.
func (c *reportCheck) value(field string, values ...metrics.Value) {
	for _, v := range values {
		c.that(!math.IsInf(float64(v), 0), field, "report-finite", float64(v))
	}
}

// number wants finite numbers.
func (c *reportCheck) number(field string, xs ...float64) {
	for _, x := range xs {
		c.that(finite(x), field, "report-finite", x)
	}
}

// seconds wants a duration.
func (c *reportCheck) seconds(field string, x float64) {
	c.that(finite(x) && x >= 0, field, "report-finite", x)
}

// ranges wants steps that follow each other within the first n.
func (c *reportCheck) ranges(field string, all []steps.Range, n int) {
	last := 0
	for i, r := range all {
		c.that(r.From >= last && r.To > r.From && r.To <= n, element(field, i), "report-steps", r.From, r.To,
			last, n)
		last = r.To
	}
}

// channels wants positions of channels, each once.
func (c *reportCheck) channels(field string, at []int) {
	for i, ch := range at {
		if c.err != nil {
			return // a list may be long, and is looked at again for each element
		}
		c.within(element(field, i), ch, 0, len(c.Data.Channels)-1)
		c.that(!slices.Contains(at[:i], ch), element(field, i), "report-twice")
	}
}

// Check says what of a report cannot be: counts, steps, channels, names that do not fit its spec and its data,
// numbers that are not finite, and whatever a run that failed cannot have. A report of part of the runs is
// right, too.
func (r Report) Check() error {
	if r.Version != Version {
		return wrong("version", "report-number", r.Version, Version, Version)
	}
	if err := r.Spec.Validate(); err != nil {
		return err
	}
	c := &reportCheck{Report: r}
	c.text("device", r.Device)
	c.data()
	c.seconds("seconds", r.Seconds)
	c.teachers()
	c.arms()
	c.overData()
	if c.err == nil {
		c.that(r.FailedRuns == r.Failures(), "failed_runs", "report-number", r.FailedRuns, r.Failures(),
			r.Failures())
	}
	return c.err
}

// text wants texts that a terminal shows.
func (c *reportCheck) text(field string, texts ...string) {
	for _, s := range texts {
		c.that(!strings.ContainsFunc(s, unicode.IsControl), field, "report-control")
	}
}

// data checks the summary of the data.
func (c *reportCheck) data() {
	d, asked := c.Data, c.Spec.Data
	c.text("data", d.Title, d.Licence, d.Origin)
	c.text("data.channels", d.Channels...)
	c.that(d.Source == asked.Source, "data.source", "report-not-of-spec")
	c.that(len(d.Channels) > 0, "data.channels", "report-number", 0, 1, math.MaxInt32)
	c.that(len(asked.Channels) == 0 || len(asked.Channels) == len(d.Channels), "data.channels",
		"report-not-of-spec")
	for _, x := range []struct {
		field string
		n, to int
	}{
		{"train_steps", d.TrainSteps, math.MaxInt32}, {"test_steps", d.TestSteps, math.MaxInt32},
		{"train_windows", d.TrainWindows, d.TrainSteps}, {"scored_steps", d.ScoredSteps, d.TestSteps},
		{"anomalous", d.Anomalous, d.TestSteps}, {"constant_train", d.ConstantTrain, len(d.Channels)},
		{"filled", d.Filled, math.MaxInt}, {"blank_lines", d.BlankLines, math.MaxInt},
		{"marked", d.Marked, math.MaxInt},
	} {
		c.within("data."+x.field, x.n, 0, x.to)
	}
	c.that(asked.Test == (steps.Range{}) || asked.Test.Len() == d.TestSteps, "data.test_steps",
		"report-not-of-spec")
	c.that(asked.Train == (steps.Range{}) || asked.Train.Len() == d.TrainSteps, "data.train_steps",
		"report-not-of-spec")
	c.that(d.Labelled || len(d.Segments) == 0, "data.segments", "report-no-labels")
	all, anomalous := make([]steps.Range, len(d.Segments)), 0
	for i, s := range d.Segments {
		all[i] = s.Range
		anomalous += s.Len()
		c.channels(element("data.segments", i)+".channels", s.Channels)
	}
	c.ranges("data.segments", all, d.TestSteps)
	if c.err == nil {
		c.within("data.anomalous", d.Anomalous, anomalous, anomalous)
	}
	c.series()
}

// series checks the series of the data: together they are the test part, one behind the other.
func (c *reportCheck) series() {
	d := c.Data
	c.that(len(d.Series) != 1, "data.series", "report-number", 1, 2, d.TestSteps)
	at, anomalous, segments, train := 0, 0, 0, 0
	for i, s := range d.Series {
		if c.err != nil {
			return
		}
		field := element("data.series", i)
		c.text(field+".name", s.Name)
		c.within(field+".scored.from", s.Scored.From, at, at)
		c.within(field+".scored.to", s.Scored.To, at, d.ScoredSteps)
		at = s.Scored.To
		c.within(field+".train_steps", s.TrainSteps, 0, d.TrainSteps)
		c.within(field+".test_steps", s.TestSteps, s.Scored.Len(), math.MaxInt32)
		c.within(field+".anomalous", s.Anomalous, 0, s.Scored.Len())
		c.within(field+".segments", s.Segments, 0, s.Anomalous)
		anomalous, segments, train = anomalous+s.Anomalous, segments+s.Segments, train+s.TrainSteps
	}
	if d.Series != nil && c.err == nil {
		c.within("data.scored_steps", d.ScoredSteps, at, at)
		c.within("data.anomalous", d.Anomalous, anomalous, anomalous)
		c.within("data.segments", len(d.Segments), segments, segments)
		c.within("data.train_steps", d.TrainSteps, train, train)
	}
}

// seriesRuns checks what a run says of each series: its counts add up to those of all.
func (c *reportCheck) seriesRuns(field string, r Run) {
	c.that(r.Series == nil || len(r.Series) == len(c.Data.Series), field, "report-number", len(r.Series),
		len(c.Data.Series), len(c.Data.Series))
	if c.err != nil || r.Series == nil {
		return
	}
	var alarms, hits, falseRuns int
	for i, s := range r.Series {
		at := element(field, i)
		c.within(at+".hits", s.Hits, 0, c.Data.Series[i].Segments)
		c.within(at+".alarms", s.Alarms, 0, c.Data.Series[i].Scored.Len())
		c.within(at+".false_runs", s.FalseRuns, 0, s.Alarms)
		c.metrics(at, s.Metrics)
		if s.Threshold != nil {
			c.cut(at+".threshold", *s.Threshold)
		}
		alarms, hits, falseRuns = alarms+s.Alarms, hits+s.Hits, falseRuns+s.FalseRuns
	}
	c.within(field+".alarms", alarms, len(r.Alarms), len(r.Alarms))
	c.within(field+".hits", hits, r.Hits, r.Hits)
	c.within(field+".false_runs", falseRuns, r.FalseRuns, r.FalseRuns)
}

// cut checks a threshold.
func (c *reportCheck) cut(field string, cut Cut) {
	c.value(field+".value", cut.Value)
	if s := cut.TrainShare; s != nil {
		c.number(field+".train_share", *s)
		c.that(*s >= 0 && *s <= 1, field+".train_share", "report-number", *s, 0, 1)
	}
	c.within(field+".merge", cut.Merge, 0, maxSpan)
	c.within(field+".least", cut.Least, 0, maxSpan)
	if t := cut.Tail; t != nil {
		c.number(field+".tail", t.Start, t.Shape, t.Scale)
		c.within(field+".tail.scores", t.Scores, 0, math.MaxInt)
		c.within(field+".tail.excesses", t.Excesses, 0, t.Scores)
	}
}

// seeds wants seeds of the spec in its order, each once.
func (c *reportCheck) seeds(field string, got []uint64) {
	next := 0
	for i, seed := range got {
		at := slices.Index(c.Spec.Seeds, seed)
		c.that(at >= next, element(field, i)+".seed", "report-not-of-spec")
		next = at + 1
	}
}

func (c *reportCheck) teachers() {
	var seeds []uint64
	for i, t := range c.Teachers {
		field := element("teachers", i)
		seeds = append(seeds, t.Seed)
		c.within(field+".parameters", t.Parameters, 0, math.MaxInt)
		c.training(field, t.Epochs, t.Best, c.Spec.Teacher.Epochs)
		c.seconds(field+".seconds", t.Seconds)
	}
	c.that(len(c.Teachers) == 0 || c.Spec.Teaches(), "teachers", "report-not-of-spec")
	c.seeds("teachers", seeds)
}

// training checks the epochs of a training run, and which of them was the best.
func (c *reportCheck) training(field string, epochs []Epoch, best, most int) {
	c.within(field+".epochs", len(epochs), 0, most)
	c.epochs(field+".epochs", epochs)
	c.within(field+".best_epoch", best, 0, len(epochs))
}

func (c *reportCheck) arms() {
	c.within("arms", len(c.Arms), len(c.Spec.Arms), len(c.Spec.Arms))
	for i := 0; i < len(c.Arms) && c.err == nil; i++ {
		a, field := c.Arms[i], element("arms", i)
		c.that(reflect.DeepEqual(a.Arm, c.Spec.Arms[i]), field+".arm", "report-not-of-spec")
		var seeds []uint64
		for j, run := range a.Runs {
			seeds = append(seeds, run.Seed)
			c.run(field+"."+element("runs", j), a.Arm, run)
		}
		c.seeds(field+".runs", seeds)
	}
}

func (c *reportCheck) run(field string, a Arm, r Run) {
	c.that(r.Arm == a.Name, field+".arm", "report-not-of-spec")
	c.within(field+".parameters", r.Parameters, 0, math.MaxInt)
	c.training(field, r.Epochs, r.Best, c.Spec.Train.Epochs)
	c.seconds(field+".seconds", r.Seconds)
	c.seconds(field+".step_ms", r.StepMs)
	c.ranges(field+".alarms", r.Alarms, c.Data.ScoredSteps)
	c.within(field+".unscored", r.Unscored, 0, c.Data.ScoredSteps)
	c.within(field+".hits", r.Hits, 0, len(c.Data.Segments))
	c.within(field+".false_runs", r.FalseRuns, 0, len(r.Alarms))
	c.metrics(field, r.Metrics)
	c.causes(field, r)
	c.cut(field+".threshold", r.Threshold)
	c.seriesRuns(field+".series", r)
	c.that(r.Failed == nil || len(r.Alarms) == 0 && len(r.Metrics) == 0 && r.Located == nil && r.Series == nil,
		field+".failed", "report-failed-has")
}

func (c *reportCheck) metrics(field string, all []Measure) {
	c.that(len(all) == 0 || c.Data.Labelled, field+".metrics", "report-no-labels")
	names := map[string]bool{}
	for i, m := range all {
		at := element(field+".metrics", i)
		c.that(m.Name != "" && !names[m.Name], at+".name", "report-twice")
		names[m.Name] = true
		c.value(at, m.Value, m.Chance, m.Constant)
	}
}

// causes checks what a run says of the channels behind its alarms.
func (c *reportCheck) causes(field string, r Run) {
	c.that(r.Causes == nil || len(r.Causes) == len(r.Alarms), field+".causes", "report-number",
		len(r.Causes), len(r.Alarms), len(r.Alarms))
	c.that(r.Usual == nil || len(r.Usual) == len(c.Data.Channels), field+".usual", "report-number", len(r.Usual),
		len(c.Data.Channels), len(c.Data.Channels))
	for i, share := range r.Usual {
		c.number(element(field+".usual", i), share)
	}
	for i, causes := range r.Causes {
		var channels []int
		for _, cause := range causes {
			channels = append(channels, cause.Channel)
			c.number(element(field+".causes", i), cause.Share)
		}
		c.within(element(field+".causes", i), len(causes), 0, MaxCauses)
		c.channels(element(field+".causes", i), channels)
	}
	c.that(r.Peaks == nil || len(r.Peaks) == len(r.Alarms), field+".peaks", "report-number", len(r.Peaks),
		len(r.Alarms), len(r.Alarms))
	for i, p := range r.Peaks {
		at := element(field+".peaks", i)
		c.that(i >= len(r.Alarms) || p.Step >= r.Alarms[i].From && p.Step < r.Alarms[i].To, at+".step",
			"report-steps", p.Step, p.Step+1, 0, c.Data.ScoredSteps)
		c.value(at+".score", p.Score)
	}
	if l := r.Located; l != nil {
		c.within(field+".located.segments", l.Segments, 1, len(c.Data.Segments))
		c.value(field+".located", l.HitRate100, l.HitRate150, l.Chance100, l.Chance150)
	}
}

// overData checks intervals over the data: of metrics that there are and of arms of the spec, each once.
func (c *reportCheck) overData() {
	o := c.OverData
	if o == nil {
		return
	}
	c.that(c.Data.Labelled, "over_data", "report-no-labels")
	c.within("over_data.draws", o.Draws, 1, MaxDraws)
	c.within("over_data.block", o.Block, 1, c.Data.ScoredSteps)
	arm := func(name string) bool {
		return slices.ContainsFunc(c.Spec.Arms, func(a Arm) bool { return a.Name == name })
	}
	seen := map[DataInterval]bool{}
	for i, d := range o.Intervals {
		field := element("over_data.intervals", i)
		_, known := metrics.Find(d.Metric)
		c.that(known, field+".metric", "report-not-a-metric", d.Metric)
		c.that(arm(d.Arm), field+".arm", "report-not-of-spec")
		c.that(d.Over == "" || arm(d.Over) && d.Over != d.Arm, field+".over", "report-not-of-spec")
		c.value(field, d.Low, d.High)
		c.that(d.Low.Defined() == d.High.Defined() && !(d.Low > d.High), field, "report-interval",
			float64(d.Low), float64(d.High))
		d.Interval = metrics.Interval{}
		c.that(!seen[d], field, "report-twice")
		seen[d] = true
	}
}

// CheckEpochs says what of the finished epochs of a training run cannot be: they count from 1, steps grow,
// numbers are finite, parts are rows of Parts, each once.
func CheckEpochs(epochs []Epoch) error {
	var c reportCheck
	c.epochs("epochs", epochs)
	return c.err
}

func (c *reportCheck) epochs(list string, epochs []Epoch) {
	done := 0
	for i, e := range epochs {
		field := element(list, i)
		c.within(field+".epoch", e.Epoch, i+1, i+1)
		c.within(field+".steps", e.Steps, done+1, math.MaxInt)
		done = e.Steps
		c.number(field, e.Rate, e.Weight, e.GradNorm)
		c.seconds(field+".seconds", e.Seconds)
		c.parts(field+".losses", e.Losses)
		c.parts(field+".validation", e.Validation)
	}
}

func (c *reportCheck) parts(list string, parts []Part) {
	for i, p := range parts {
		if c.err != nil {
			return // as in channels
		}
		var kind PartKind
		known := kind.UnmarshalText([]byte(p.Name)) == nil && kind != 0
		c.that(known, element(list, i)+".name", "report-part", p.Name)
		c.that(!slices.ContainsFunc(parts[:i], func(q Part) bool { return q.Name == p.Name }),
			element(list, i)+".name", "report-twice")
		c.number(element(list, i)+".value", p.Value)
	}
}

// Failures counts the runs without scores.
func (r Report) Failures() (n int) {
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			if run.Failed != nil {
				n++
			}
		}
	}
	return n
}

// RunCount counts the runs that are there, those that failed included.
func (r Report) RunCount() (n int) {
	for _, a := range r.Arms {
		n += len(a.Runs)
	}
	return n
}

// Whole reports whether every run of the spec is there.
func (r Report) Whole() bool {
	for i, a := range r.Arms {
		if i >= len(r.Spec.Arms) || len(a.Runs) != r.Spec.RunsOf(a.Arm) {
			return false
		}
	}
	return len(r.Arms) == len(r.Spec.Arms)
}
