package experiment_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/detect"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// detectors carries an experiment out and keeps its detectors, by arm, each read again from its file.
func detectors(t *testing.T, s spec.Spec, set *datasets.Set) (spec.Report, map[string]*detector.Detector) {
	t.Helper()
	var mu sync.Mutex
	kept := map[string]*detector.Detector{}
	r := quickOn(t, s, set, experiment.Options{Outputs: true, Kept: func(d *detector.Detector) error {
		var file bytes.Buffer
		if err := d.Write(&file); err != nil {
			return err
		}
		read, err := detector.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		kept[d.Arm().Name] = read
		return nil
	}})
	return r, kept
}

// streamed are the smoothed scores and flags of the test part of s, in parts of so many steps; 0 = in one.
func streamed(t *testing.T, d *detector.Detector, test datasets.Raw, part int) (scores []float64, flags []bool,
	errors []float32) {
	t.Helper()
	ctx := context.Background()
	scorer, err := experiment.NewScorer(ctx, cpu.New(), d, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer scorer.Close()
	decider, err := detect.NewDecider(d.Start, nil)
	if err != nil {
		t.Fatal(err)
	}
	smoother := detect.Smoother{Span: d.Spec.Detect.Smoothing}
	decided := func(x detect.Decision) { flags = append(flags, x.Flag) }
	got := func(x experiment.Scored) error {
		errors = append(errors, x.Errors...)
		if math.IsNaN(x.Score) {
			scores, flags = append(scores, x.Score), append(flags, false)
			return nil
		}
		if smoother.Span > 0 {
			x.Score = smoother.Step(x.Score)
		}
		scores = append(scores, x.Score)
		return decider.Step(x.Score, decided)
	}
	for row := range test.Rows {
		values := make([]float32, len(d.Channels))
		for i, c := range d.Channels {
			values[i] = float32((test.Columns[c.Place-1][row] - c.Shift) / c.Scale)
		}
		if err := scorer.Push(ctx, values, got); err != nil {
			t.Fatal(err)
		}
		if part > 0 && row%part == 0 {
			if err := scorer.Flush(ctx, got); err != nil {
				t.Fatal(err)
			}
			if late := scorer.Waiting(); late > scorer.Late() {
				t.Fatalf("%d steps wait, want %d at most", late, scorer.Late())
			}
		}
	}
	if err := scorer.End(ctx, got); err != nil {
		t.Fatal(err)
	}
	decider.End(decided)
	return scores, flags, errors
}

// sameBits compares the scores of a run with those of a stream, which may have more at its end.
func sameBits(t *testing.T, what string, run spec.Run, scores []float64, flags []bool, errors []float32) {
	t.Helper()
	if len(scores) < len(run.Scores) || len(flags) != len(scores) {
		t.Fatalf("%s: %d scores and %d flags of a stream, want %d", what, len(scores), len(flags), len(run.Scores))
	}
	for i, x := range run.Scores {
		if math.Float64bits(x) != math.Float64bits(scores[i]) {
			t.Fatalf("%s: step %d has score %v in a stream, want %v", what, i, scores[i], x)
		}
	}
	for i, x := range run.Errors {
		if math.Float32bits(x) != math.Float32bits(errors[i]) {
			t.Fatalf("%s: error %d is %v in a stream, want %v", what, i, errors[i], x)
		}
	}
	flagged := func(i int) bool { return flags[i] }
	d := run.Threshold
	want := run.Alarms
	if got := detect.Alarms(len(run.Scores), nil, flagged, d.Merge, d.Least); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: alarms %v in a stream, want %v", what, got, want)
	}
}

// A stream that is scored by a kept detector gets the bits that the run's own test part got: every model, every
// closed form, every way to score and to choose a threshold, in one go or in parts of any size.
func TestAStreamGetsTheBitsOfTheTestPart(t *testing.T) {
	set := unlabelled(t)
	check := func(name string, s spec.Spec, parts ...int) {
		t.Run(name, func(t *testing.T) {
			report, kept := detectors(t, s, set)
			test := set.Test.Slice(s.Data.Test.From, s.Data.Test.To)
			for _, a := range report.Arms {
				run := a.Runs[0]
				if run.Failed != nil {
					t.Fatalf("%s failed: %v", run.Arm, run.Failed)
				}
				d := kept[run.Arm]
				if d == nil {
					if a.Arm.Control != spec.ControlRandom {
						t.Errorf("there is no detector of %s", run.Arm)
					}
					continue
				}
				for _, part := range parts {
					scores, flags, errors := streamed(t, d, test, part)
					sameBits(t, fmt.Sprintf("%s in parts of %d", run.Arm, part), run, scores, flags, errors)
				}
			}
		})
	}
	for m := range spec.Each(spec.ModelCount) {
		if !spec.Models[m].Learns {
			continue
		}
		s := small(t)
		s.Student = smallest(m)
		s.Arms = s.Arms[:1]
		s.Detect.Score = spec.ScoreModel
		check(m.String(), s, 0, 1, 7)
	}
	s := small(t)
	s.Detect.Merge, s.Detect.Least = 2, 2
	check("arms", s, 0, 3)
	s = only(small(t), "cosine")
	s.Detect.Score = spec.ScoreDisagreement
	check("disagreement", s, 0, 5)
	s = small(t)
	s.Arms, s.Student = s.Arms[:1], smallest(spec.ModelLSTM)
	s.Detect.Score, s.Detect.Warm, s.Detect.Smoothing = spec.ScoreModel, 3, 4
	check("warm", s, 0, 1, 4)
	s = small(t)
	s.Arms = []spec.Arm{{Name: "norm", Control: spec.ControlNorm},
		{Name: "pca", Control: spec.ControlPCA, Window: 4, Share: 0.9},
		{Name: "most", Control: spec.ControlPCA, Window: 4, Share: 0.5},
		{Name: "forecast", Control: spec.ControlForecast, Lag: 2}}
	check("closed", s, 0, 1, 6)
	s.Detect.Smoothing, s.Detect.Threshold = 3, spec.Threshold{Policy: spec.PolicySPOT, Level: 0.9, Q: 0.02}
	check("spot", s, 0, 6)
	s.Detect.Smoothing, s.Detect.Threshold = 0, spec.Threshold{Policy: spec.PolicyDynamic}
	check("dynamic", s, 0, 6)
}
