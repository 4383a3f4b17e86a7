package experiment_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/detector"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// detections are ways to judge that differ in everything that comes after the scores.
func detections() map[string]spec.Detect {
	value := 0.5
	percentile := func(percent float64) spec.Threshold {
		return spec.Threshold{Policy: spec.PolicyTrainPercentile, Percent: percent}
	}
	return map[string]spec.Detect{
		"percentile":  {Score: spec.ScoreReconstruction, Threshold: percentile(70)},
		"own score":   {Score: spec.ScoreModel, Threshold: percentile(80)},
		"fixed":       {Score: spec.ScoreReconstruction, Threshold: spec.Threshold{Policy: spec.PolicyFixed, Value: &value}},
		"mean":        {Score: spec.ScoreReconstruction, Threshold: spec.Threshold{Policy: spec.PolicyMeanSigma, K: 1}},
		"spot":        {Score: spec.ScoreModel, Threshold: spec.Threshold{Policy: spec.PolicySPOT, Level: 0.8, Q: 0.05}},
		"dynamic":     {Score: spec.ScoreReconstruction, Threshold: spec.Threshold{Policy: spec.PolicyDynamic}},
		"test, too":   {Score: spec.ScoreReconstruction, Threshold: spec.Threshold{Policy: spec.PolicyTrainTestPercentile, Percent: 90}},
		"labels":      {Score: spec.ScoreAssociation, Threshold: spec.Threshold{Policy: spec.PolicyBestF1}, EachSeries: true},
		"smooth":      {Score: spec.ScoreModel, Threshold: percentile(80), Smoothing: 3, Merge: 4, Least: 2},
		"window":      {Score: spec.ScoreReconstruction, Threshold: percentile(80), Window: "7"},
		"fails":       {Score: spec.ScoreReconstruction, Threshold: spec.Threshold{Policy: spec.PolicyPOT, Level: 0.999999, Q: 1e-7}},
		"after a row": {Score: spec.ScoreReconstruction, Threshold: percentile(90)},
	}
}

// runPrepared prepares an experiment and runs it, for whoever judges the report with what it was prepared to.
func runPrepared(t *testing.T, s spec.Spec, set *datasets.Set, o experiment.Options) (*experiment.Prepared, spec.Report) {
	t.Helper()
	p, err := experiment.Prepare(s, set)
	if err != nil {
		t.Fatal(err)
	}
	report, err := experiment.Run(context.Background(), p, cpu.New(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p, report
}

// judgedAgain is the report of s judged by other ways, one after the other, the last of them d.
func judgedAgain(t *testing.T, s spec.Spec, set *datasets.Set, chain ...spec.Detect) (spec.Report, []*detector.Detector) {
	t.Helper()
	ctx := context.Background()
	var learnt, kept []*detector.Detector
	p, report := runPrepared(t, s, set, experiment.Options{Outputs: true,
		Kept: func(d *detector.Detector) error { learnt = append(learnt, d); return nil }})
	before := stripped(t, report)
	for _, d := range chain {
		again, detectors, err := p.Rejudge(ctx, report, d, learnt, nil)
		if err != nil {
			t.Fatal(err)
		}
		if stripped(t, report) != before {
			t.Fatal("judging changed the report of before")
		}
		report, kept, before = again, detectors, stripped(t, again)
	}
	return report, kept
}

// A report that is judged by another detection is the one of a run with it, bit for bit, and so are its detectors.
func TestAReportJudgedAnewIsThatOfARunWithTheDetection(t *testing.T) {
	for name, d := range detections() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := small(t)
			s.Arms = append(only(s, "alone", "cosine", "untrained", "random").Arms,
				spec.Arm{Name: "forecast", Control: spec.ControlForecast}, spec.Arm{Name: "pca", Control: spec.ControlPCA})
			if !testing.Short() {
				s.Seeds = []uint64{1, 2}
			}
			got, detectors := judgedAgain(t, s, builtin(t), detections()["fails"], d)
			s.Detect = d
			var kept []*detector.Detector
			want := run(t, s, experiment.Options{Outputs: true,
				Kept: func(d *detector.Detector) error { kept = append(kept, d); return nil }})
			if a, b := stripped(t, got), stripped(t, want); a != b {
				t.Errorf("judged: %s\nrun: %s", a, b)
			}
			if name == "fails" && got.FailedRuns == 0 {
				t.Error("no run failed")
			}
			for i, a := range want.Arms {
				for j, r := range a.Runs {
					again := got.Arms[i].Runs[j]
					if r.Failed == nil && !sameScores(again, r) || !slices.Equal(again.Flags, r.Flags) ||
						len(again.Errors) != len(r.Errors) || len(again.Output) != len(r.Output) {
						t.Errorf("%s, seed %d: other scores, flags, errors or output", r.Arm, r.Seed)
					}
				}
			}
			if len(detectors) != len(kept) && name != "fails" {
				t.Errorf("%d detectors, want %d", len(detectors), len(kept))
			}
			for _, k := range kept {
				i := slices.IndexFunc(detectors, func(d *detector.Detector) bool {
					return d.Arm().Name == k.Arm().Name && d.Seed() == k.Seed()
				})
				if i < 0 || asJSON(t, detectors[i].Start) != asJSON(t, k.Start) ||
					asJSON(t, detectors[i].Expected) != asJSON(t, k.Expected) ||
					asJSON(t, detectors[i].Spec) != asJSON(t, k.Spec) || len(detectors[i].Weights) != len(k.Weights) {
					t.Errorf("%s, seed %d: another detector", k.Arm().Name, k.Seed())
				}
			}
		})
	}
}

// What is kept changes nothing of what is found: a run that keeps it has the scores of one that does not.
func TestWhatIsKeptChangesNothing(t *testing.T) {
	s := only(small(t), "cosine", "untrained")
	with, without := run(t, s, experiment.Options{Outputs: true}), run(t, s, experiment.Options{})
	for i := range with.Arms {
		if !sameScores(with.Arms[i].Runs[0], without.Arms[i].Runs[0]) {
			t.Errorf("%s has other scores", with.Arms[i].Arm.Name)
		}
	}
	if stripped(t, with) != stripped(t, without) {
		t.Error("the report is another")
	}
	if with.Arms[0].Runs[0].Kept == nil || without.Arms[0].Runs[0].Kept != nil {
		t.Error("kept where nobody asked for it, or not where somebody did")
	}
}

func TestWhatNeedsOtherScoresIsNotJudgedAnew(t *testing.T) {
	s := only(small(t), "cosine", "random")
	p, r := runPrepared(t, s, builtin(t), experiment.Options{Outputs: true})
	d := s.Detect
	d.Score = spec.ScoreDisagreement
	if _, _, err := p.Rejudge(context.Background(), r, d, nil, nil); !fault.Has(err, "rejudge-trains") {
		t.Errorf("disagreement: %v", err)
	}
	text, _ := json.Marshal(r) // what was read from a file keeps no scores
	var read spec.Report
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	d = s.Detect
	d.Threshold.Percent = 50
	if _, _, err := p.Rejudge(context.Background(), read, d, nil, nil); !fault.Has(err, "rejudge-nothing") {
		t.Errorf("a report without scores: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := p.Rejudge(ctx, r, d, nil, nil); err == nil {
		t.Error("what was given up came to an end")
	}
	s.Evaluate = spec.EvaluateEachEpoch
	later := s
	later.Detect.Threshold.Percent = 50
	if !later.RejudgedFrom(s) {
		t.Error("a threshold changes nothing that was measured by epoch")
	}
	if later.Detect.Smoothing = 3; later.RejudgedFrom(s) {
		t.Error("smoothing changes what was measured by epoch")
	}
	later = s
	later.Train.Rate = 1
	if later.RejudgedFrom(s) {
		t.Error("another training was not seen")
	}
}

// A threshold that moves with a pointer has the alarms and the values of one that was let go there.
func TestAGlanceHasTheValuesOfAJudgement(t *testing.T) {
	s := only(small(t), "alone", "random")
	p, r := runPrepared(t, s, builtin(t), experiment.Options{Outputs: true})
	shown := []string{"f1", "pa_f1", "etapr_f1", "auroc"}
	for _, a := range r.Arms {
		rough, exact := a.Runs[0], a.Runs[0]
		experiment.AtRate(&rough, 20)
		experiment.AtRate(&exact, 20)
		if err := p.Glance(context.Background(), &rough, shown, nil); err != nil {
			t.Fatal(err)
		}
		if err := p.Judge(context.Background(), &exact, nil); err != nil {
			t.Fatal(err)
		}
		flagged := 0
		for _, at := range rough.Alarms {
			flagged += at.Len()
		}
		if flagged != 20 || !slices.Equal(rough.Alarms, exact.Alarms) || rough.Hits != exact.Hits ||
			len(rough.Metrics) != 3 || rough.Threshold.Saw != spec.SawHand {
			t.Errorf("%s: %d steps, %d metrics, %+v", a.Arm.Name, flagged, len(rough.Metrics), rough.Threshold)
		}
		for _, m := range rough.Metrics {
			if want := exact.Of(m.Name); m.Value != want.Value || m.Constant != want.Constant {
				t.Errorf("%s: %+v, want %+v", a.Arm.Name, m, want)
			}
		}
		if rough.Of("f1").Chance != exact.Of("f1").Chance {
			t.Error("a level in closed form is rough")
		}
	}
}
