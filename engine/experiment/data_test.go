package experiment_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

func TestWithoutLabelsThereAreAlarmsAndNoMetrics(t *testing.T) {
	r, err := carryOut(context.Background(), small(t), unlabelled(t), cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	alarms := 0
	for _, a := range r.Arms {
		alarms += len(a.Runs[0].Alarms)
		if got := a.Runs[0]; got.Scores == nil || got.Metrics != nil || got.Hits != 0 || got.FalseRuns != 0 {
			t.Errorf("%s: %d scores, %d metrics, %d hits, %d false runs", got.Arm, len(got.Scores),
				len(got.Metrics), got.Hits, got.FalseRuns)
		}
	}
	if alarms == 0 {
		t.Error("no alarms")
	}
	if v := r.Summary().Verdict.Outcome; r.Data.Labelled || v != spec.VerdictNoLabels {
		t.Errorf("verdict %s", v)
	}
}

func TestThresholdThatNeedsLabelsIsRefusedBeforeTraining(t *testing.T) {
	s := small(t)
	s.Detect.Threshold = spec.Threshold{Policy: spec.PolicyBestF1}
	if got := runOf(t, run(t, only(s, "untrained"), experiment.Options{}),
		"untrained"); got.Threshold.Saw != spec.SawLabels {
		t.Errorf("with labels: %+v", got.Threshold)
	}
	quiet := s
	first := builtin(t).Anomalies[0]
	quiet.Data.Test = steps.Range{From: 0, To: first.From}
	for name, c := range map[string]struct {
		spec spec.Spec
		set  *datasets.Set
	}{"no labels": {s, unlabelled(t)}, "no anomaly in the range": {quiet, builtin(t)}} {
		_, err := experiment.Prepare(c.spec, c.set)
		var fe *spec.FieldError
		if !errors.As(err, &fe) || fe.Field != "detect.threshold.policy" {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestSeriesThatDoNotFitAreRefused(t *testing.T) {
	for want, change := range map[string]func(*spec.Spec){
		"spec: data.window: 100, want at most the 93 test steps": func(s *spec.Spec) {
			s.Data.Window = 100
			s.Data.Train, s.Data.Test = steps.Range{}, steps.Range{From: 5, To: 98}
		},
		"spec: data.train.to: 5000, want at most 4000": func(s *spec.Spec) { s.Data.Train.To = 5000 },
		"spec: data.channels[0]: 38, want a column":    func(s *spec.Spec) { s.Data.Channels = []int{38} },
		"spec: version: 0, want 1":                     func(s *spec.Spec) { s.Version = 0 },
	} {
		s := small(t)
		change(&s)
		if _, err := carryOut(context.Background(), s, builtin(t), cpu.New(),
			experiment.Options{}); err == nil || !strings.HasPrefix(words.English().Error(err), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	short := *builtin(t)
	short.Labels = short.Labels[1:]
	if _, err := carryOut(context.Background(), small(t), &short, cpu.New(),
		experiment.Options{}); err == nil || !strings.Contains(words.English().Error(err),
		"3999 labels for 4000 test steps") {
		t.Errorf("error %v", err)
	}
}

func TestDescriptionSaysWhatTheCutLeaves(t *testing.T) {
	set, d := builtin(t), small(t).Data
	p, err := experiment.PrepareData(d, set)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Summary
	length := set.Anomalies[0].To - set.Anomalies[0].From
	if s.TrainSteps != 160 || s.TestSteps != 93+length || s.ScoredSteps != (93+length)/10*10 ||
		s.TrainWindows != 16 {
		t.Errorf("%+v", s)
	}
	if want := []string{set.Channels[0], set.Channels[2], set.Channels[1]}; !slices.Equal(s.Channels, want) {
		t.Errorf("channels %v, want %v", s.Channels, want)
	}
	seg := s.Segments[0]
	if seg.From != 45 || seg.To != 45+length || seg.Kind != set.Anomalies[0].Kind || s.Anomalous < length {
		t.Errorf("segments %+v of %d steps, want the first from 45 to %d", s.Segments, s.Anomalous, 45+length)
	}
	for _, c := range seg.Channels {
		if c < 0 || c > 2 || !slices.Contains(set.Anomalies[0].Channels, d.Channels[c]) {
			t.Errorf("anomaly in columns %v of the experiment, %v of the set", seg.Channels,
				set.Anomalies[0].Channels)
		}
	}
}

// A value that is out of all proportion to the training part is named before anything is trained.
func TestAValueTooFarToComputeWithIsRefused(t *testing.T) {
	for key, change := range map[string]func(*datasets.Set, *spec.Data){
		"data-too-far-test": func(s *datasets.Set, _ *spec.Data) { s.Test.Columns[0][30] = 1e19 },
		"data-too-far-train": func(s *datasets.Set, d *spec.Data) {
			s.Train.Columns[0][30], d.Scaling = -1e16, spec.ScalingNone
		},
	} {
		set, d := *builtin(t), small(t).Data
		for _, part := range []*datasets.Raw{&set.Train, &set.Test} {
			part.Columns = slices.Clone(part.Columns)
			part.Columns[0] = slices.Clone(part.Columns[0])
		}
		d.Train, d.Test, d.Channels = steps.Range{}, steps.Range{}, nil
		change(&set, &d)
		_, err := experiment.PrepareData(d, &set)
		if f := fault.Of(err); f.Key != key || f.Args[0] != set.Channels[0] || f.Args[1] != 30 {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestDescriptionSaysWhatIsLeftOut(t *testing.T) {
	set := *builtin(t)
	set.Dropped, set.Blank = []datasets.Dropped{{Name: "date", Why: datasets.ReasonTime}}, 3
	p, err := experiment.PrepareData(small(t).Data, &set)
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Summary; s.BlankLines != 3 || !slices.Equal(s.Dropped,
		[]spec.Dropped{{Name: "date", Why: "time"}}) {
		t.Errorf("%+v", s)
	}
}

// Whoever only looks at a series is not bound to hold anything out, and gets an error, not a hang, for
// nonsense.
func TestLookingAtASeriesAsksForOneWindow(t *testing.T) {
	d := small(t).Data
	d.Window, d.Train, d.Test = 50, steps.Range{To: 60}, steps.Range{To: 50}
	if _, err := experiment.PrepareData(d, builtin(t)); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*spec.Data){
		"data.stride":      func(d *spec.Data) { d.Stride = 0 },
		"data.window":      func(d *spec.Data) { d.Window = 0 },
		"data.channels[0]": func(d *spec.Data) { d.Channels = []int{-1} },
		"data.test.from":   func(d *spec.Data) { d.Test = steps.Range{From: -5, To: 100} },
	} {
		wrong := d
		change(&wrong)
		var fe *spec.FieldError
		if _, err := experiment.PrepareData(wrong, builtin(t)); !errors.As(err, &fe) || fe.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// What is prepared once serves any number of runs, which leave it as it is.
func TestRunsChangeNothingOfWhatWasPrepared(t *testing.T) {
	p, err := experiment.Prepare(small(t), unlabelled(t))
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(p.Scaled.Values)
	first, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{Outputs: true})
	if err != nil {
		t.Fatal(err)
	}
	second, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{})
	if err != nil || stripped(t, first) != stripped(t, second) || !slices.Equal(p.Scaled.Values, before) {
		t.Errorf("a second run reports something else, or the data changed; error %v", err)
	}
}

func TestTestPartIsScaledByTheTrainingPart(t *testing.T) {
	set := &datasets.Set{Channels: []string{"a", "b", "flat"}, Labels: make([]uint8, 25)}
	for part, rows := range map[*datasets.Raw]int{&set.Train: 40, &set.Test: 25} {
		*part = datasets.Raw{Rows: rows, Columns: make([][]float64, 3)}
		for t := range rows {
			for c, v := range []float64{float64(t), float64(2 * t % 7), 5} {
				part.Columns[c] = append(part.Columns[c], v)
			}
		}
	}
	set.Labels[24] = 1
	d := spec.Data{Source: "file/x", Scaling: spec.ScalingStandard, Window: 10, Stride: 5,
		Train: steps.Range{From: 10, To: 30}, Channels: []int{2, 0}}
	p, err := experiment.PrepareData(d, set)
	if err != nil {
		t.Fatal(err)
	}
	got, labels := p.Scaled, p.Labels
	if got.Rows != 25 || got.Channels != 2 || len(labels) != 25 || labels[24] != 1 {
		t.Fatalf("%d x %d, %d labels", got.Rows, got.Channels, len(labels))
	}
	const mean, deviation = 19.5, 5.766281297335398 // of 10 ... 29
	for step := range got.Rows {
		want := (float64(step) - mean) / deviation
		if row := got.Row(step); row[0] != 0 || math.Abs(float64(row[1])-want) > 1e-6 {
			t.Errorf("step %d: %v, want 0 and %v", step, row, want)
		}
	}
	d.Scaling = spec.ScalingNone
	if p, err = experiment.PrepareData(d, set); err != nil || p.Scaled.Row(3)[0] != 5 ||
		p.Scaled.Row(3)[1] != 3 {
		t.Errorf("unscaled: %v, error %v", p.Scaled.Row(3), err)
	}
	if s := p.Summary; s.ConstantTrain != 1 || s.Anomalous != 1 {
		t.Errorf("described as %+v", s)
	}
}
