package experiment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// threeSeries are stretches of the built-in set: of other lengths, the last too short for a window. An anomaly
// lies at the end of the first, and another at the beginning of the second.
func threeSeries(t *testing.T) *datasets.Set {
	t.Helper()
	whole := builtin(t)
	first, second := whole.Anomalies[0], whole.Anomalies[1]
	var sets []*datasets.Set
	for i, c := range []struct {
		name        string
		train, test steps.Range
	}{
		{"one", steps.Range{To: 150}, steps.Range{From: first.From - 96, To: first.From + 4}},
		{"two", steps.Range{From: 150, To: 400}, steps.Range{From: second.From, To: second.From + 130}},
		{"three", steps.Range{From: 400, To: 412}, steps.Range{From: 0, To: 9}},
	} {
		s := *whole
		s.Name, s.Train, s.Test = c.name, whole.Train.Slice(c.train.From, c.train.To), whole.Test.Slice(c.test.From,
			c.test.To)
		s.Labels, s.Anomalies = whole.Labels[c.test.From:c.test.To], nil
		if i == 1 {
			s.Labels = slices.Clone(s.Labels)
			s.Labels[0] = 1
		}
		sets = append(sets, &s)
	}
	joined, err := datasets.Join(sets)
	if err != nil {
		t.Fatal(err)
	}
	return joined
}

// eachSpec is a small experiment on several series.
func eachSpec(t *testing.T, arms ...string) spec.Spec {
	s := small(t)
	s.Arms = append(s.Arms, spec.Arm{Name: "norm", Control: spec.ControlNorm},
		spec.Arm{Name: "forecast", Control: spec.ControlForecast}, spec.Arm{Name: "pca", Control: spec.ControlPCA})
	s = only(s, arms...)
	s.Data.Train, s.Data.Test = steps.Range{}, steps.Range{}
	s.Data.Window, s.Data.Stride = 20, 7
	s.Data.Source = "builtin/server,builtin/pool"
	return s
}

func TestWindowsNeverReachFromOneSeriesIntoAnother(t *testing.T) {
	set := threeSeries(t)
	for _, warm := range []int{0, 5} {
		s := eachSpec(t, "alone")
		if s.Detect.Warm = warm; warm > 0 {
			s.Student = spec.Model{Kind: spec.ModelGTA}
			s.Detect.Score = spec.ScoreModel
		}
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		fit, valid, train, test := experiment.WindowsOf(p)
		var trains []steps.Range
		for _, m := range set.Members {
			trains = append(trains, m.Train)
		}
		var tests []steps.Range
		for _, one := range p.Summary.Series {
			tests = append(tests, one.Scored)
		}
		for name, c := range map[string]struct {
			w      datasets.Windows
			within []steps.Range
		}{"fit": {fit, trains}, "valid": {valid, trains}, "train": {train, trains}, "test": {test, tests}} {
			if c.w.Len() == 0 {
				t.Errorf("%s: no windows", name)
			}
			for _, at := range c.w.Starts {
				if !slices.ContainsFunc(c.within, func(r steps.Range) bool { return at >= r.From && at+20 <= r.To }) {
					t.Errorf("warm %d, %s: the window from %d reaches across a border of %v", warm, name, at, c.within)
				}
			}
		}
		if p.Summary.ScoredSteps != p.Summary.TestSteps || len(p.Labels) != p.Summary.ScoredSteps {
			t.Errorf("%d of %d steps scored, %d labels", p.Summary.ScoredSteps, p.Summary.TestSteps, len(p.Labels))
		}
		if got := p.Summary.Series[2]; got.Scored.Len() != 0 || got.TestSteps != 9 {
			t.Errorf("a series shorter than a window: %+v", got)
		}
	}
}

// Whatever is said of a series is what its own scores, labels and alarms say; what is said of all is what they say
// with borders between them.
func TestEachSeriesIsMeasuredByItself(t *testing.T) {
	set := threeSeries(t)
	for _, c := range []struct {
		policy    spec.Threshold
		each      bool
		smoothing int
	}{
		{policy: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 90}},
		{policy: spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: 90}, each: true, smoothing: 3},
		{policy: spec.Threshold{Policy: spec.PolicyBestF1}, each: true},
		{policy: spec.Threshold{Policy: spec.PolicySPOT, Level: 0.8, Q: 0.1}},
		{policy: spec.Threshold{Policy: spec.PolicyDynamic}},
	} {
		s := eachSpec(t, "alone", "random", "norm", "forecast", "pca")
		s.Detect.Threshold, s.Detect.EachSeries, s.Detect.Smoothing = c.policy, c.each, c.smoothing
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		r := carried(t, p)
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		for _, a := range r.Arms {
			for _, run := range a.Runs {
				if run.Failed != nil {
					t.Errorf("%s: %v", run.Arm, run.Failed)
					continue
				}
				holdsEach(t, p, run)
				if c.each && c.policy.Policy == spec.PolicyTrainPercentile && run.Threshold.Value.Defined() {
					t.Errorf("%s: one threshold for all", run.Arm)
				}
			}
		}
	}
}

func holdsEach(t *testing.T, p *experiment.Prepared, run spec.Run) {
	t.Helper()
	flags := make([]bool, len(run.Scores))
	for _, a := range run.Alarms {
		for i := a.From; i < a.To; i++ {
			flags[i] = true
		}
	}
	border := p.Summary.Series[1].Scored.From
	if slices.ContainsFunc(run.Alarms, func(a steps.Range) bool { return a.From < border && a.To > border }) {
		t.Errorf("%s: an alarm goes across the border: %v", run.Arm, run.Alarms)
	}
	for i, one := range p.Summary.Series {
		at := one.Scored
		if at.Len() == 0 {
			continue
		}
		e, err := metrics.NewEvaluation(run.Scores[at.From:at.To], p.Labels[at.From:at.To], metrics.LowestUnscored)
		if err != nil {
			t.Fatal(err)
		}
		alarms, err := e.Flag(flags[at.From:at.To])
		if err != nil {
			t.Fatal(err)
		}
		got := run.Series[i]
		if got.Alarms != len(alarms.Segments) || got.Hits != alarms.Hits || got.FalseRuns != alarms.FalseRuns {
			t.Errorf("%s, %s: %+v", run.Arm, one.Name, got)
		}
		for _, m := range metrics.All {
			if v := m.Of(e, alarms); !same(v, got.Of(m.Name).Value) {
				t.Errorf("%s, %s: %s is %v, want %v", run.Arm, one.Name, m.Name, got.Of(m.Name).Value, v)
			}
		}
		if c := got.Threshold; c != nil && c.Value.Defined() {
			for k, s := range run.Scores[at.From:at.To] {
				if flags[at.From+k] != (s > float64(c.Value)) {
					t.Errorf("%s, %s: step %d is not flagged as its threshold %v says", run.Arm, one.Name, k, c.Value)
				}
			}
		}
	}
	all, err := metrics.NewPooled(run.Scores, p.Labels, []int{border}, metrics.LowestUnscored)
	if err != nil {
		t.Fatal(err)
	}
	alarms, err := all.Flag(flags)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range metrics.All {
		if v := m.Of(all, alarms); !same(v, run.Of(m.Name).Value) {
			t.Errorf("%s, all: %s is %v, want %v", run.Arm, m.Name, run.Of(m.Name).Value, v)
		}
	}
}

func same(a, b metrics.Value) bool { return a == b || !a.Defined() && !b.Defined() }

// A forecast says nothing of the first steps of each series.
func TestAForecastBeginsAnewWithEachSeries(t *testing.T) {
	p, err := experiment.Prepare(eachSpec(t, "forecast"), threeSeries(t))
	if err != nil {
		t.Fatal(err)
	}
	run := carried(t, p).Arms[0].Runs[0]
	lag := spec.Arm{Control: spec.ControlForecast}.OrDefault().Lag
	for i, s := range run.Scores {
		first := i < lag || i >= p.Summary.Series[1].Scored.From && i < p.Summary.Series[1].Scored.From+lag
		if math.IsNaN(s) != first {
			t.Errorf("step %d has the score %v", i, s)
		}
	}
	if run.Unscored != 2*lag {
		t.Errorf("%d steps without a score, want %d", run.Unscored, 2*lag)
	}
}

// Smoothing of one series takes nothing from the one before it.
func TestSmoothingBeginsAnewWithEachSeries(t *testing.T) {
	plain := eachSpec(t, "norm")
	smooth := plain
	smooth.Detect.Smoothing = 5
	set := threeSeries(t)
	var runs []spec.Run
	for _, s := range []spec.Spec{plain, smooth} {
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, carried(t, p).Arms[0].Runs[0])
	}
	border := 100
	if want := detect.Smooth(runs[0].Scores[border:], 5); !slices.Equal(runs[1].Scores[border:], want) {
		t.Error("the second series is smoothed with scores of the first")
	}
}

func TestRangesOfStepsAreRefusedOfSeveralSeries(t *testing.T) {
	s := eachSpec(t, "norm")
	s.Data.Test = steps.Range{To: 100}
	if _, err := experiment.Prepare(s, threeSeries(t)); err == nil {
		t.Error("a range of steps of several series means nothing")
	}
}

func TestReportsOfSeveralSeriesAreReadAndChecked(t *testing.T) {
	p, err := experiment.Prepare(eachSpec(t, "norm", "random"), threeSeries(t))
	if err != nil {
		t.Fatal(err)
	}
	r := carried(t, p)
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := spec.ReadReport(bytes.NewReader(text))
	if err != nil || !reflect.DeepEqual(back.Data.Series, r.Data.Series) {
		t.Fatal("read back:", err)
	}
	for name, change := range map[string]func(r *spec.Report){
		"borders":   func(r *spec.Report) { r.Data.Series[0].Scored.To-- },
		"anomalous": func(r *spec.Report) { r.Data.Series[1].Anomalous++ },
		"segments":  func(r *spec.Report) { r.Data.Series[0].Segments = 0 },
		"train":     func(r *spec.Report) { r.Data.Series[0].TrainSteps-- },
		"one":       func(r *spec.Report) { r.Data.Series = r.Data.Series[:1] },
		"runs":      func(r *spec.Report) { r.Arms[0].Runs[0].Series = r.Arms[0].Runs[0].Series[:2] },
		"alarms":    func(r *spec.Report) { r.Arms[0].Runs[0].Series[0].Alarms++ },
		"hits":      func(r *spec.Report) { r.Arms[0].Runs[0].Series[1].Hits = 9 },
		"metric":    func(r *spec.Report) { r.Arms[0].Runs[0].Series[0].Metrics[0].Name = "" },
	} {
		var other spec.Report
		if other, err = spec.ReadReport(bytes.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		change(&other)
		if other.Check() == nil {
			t.Errorf("%s: a report that cannot be passes", name)
		}
	}
}

// carried is the report of a prepared experiment.
func carried(t *testing.T, p *experiment.Prepared) spec.Report {
	t.Helper()
	r, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
