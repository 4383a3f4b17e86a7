package experiment_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// labelsOf are the labels of the scored steps of small.
func labelsOf(t *testing.T) []uint8 {
	t.Helper()
	p, err := experiment.PrepareData(small(t).Data, builtin(t))
	if err != nil || p.Labels == nil {
		t.Fatalf("no labels, error %v", err)
	}
	return p.Labels
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Chance levels that runs share are those that each would have drawn by itself.
func TestMetricsOfARunAreThoseOfItsScores(t *testing.T) {
	ctx := context.Background()
	for _, a := range run(t, only(small(t), "alone", "untrained", "random"), experiment.Options{}).Arms {
		got := a.Runs[0]
		e, err := metrics.NewEvaluation(got.Scores, labelsOf(t)[:len(got.Scores)], metrics.RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		alarms := e.At(float64(got.Threshold.Value))
		values, err := metrics.Measure(ctx, metrics.All, e, alarms, nil)
		if err != nil {
			t.Fatal(err)
		}
		chance, err := metrics.ChanceLevels(ctx, metrics.All, e, alarms.Rate(), nil)
		if err != nil {
			t.Fatal(err)
		}
		constants, err := metrics.Constants(ctx, metrics.All, e)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range metrics.All {
			want := spec.Measure{Name: m.Name, Value: values[i], Chance: chance[i].Mean, Constant: constants[i]}
			if asJSON(t, got.Metrics[i]) != asJSON(t, want) {
				t.Errorf("%s: %+v, want %+v", got.Arm, got.Metrics[i], want)
			}
		}
		if got.Hits != alarms.Hits || got.FalseRuns != alarms.FalseRuns ||
			len(got.Alarms) != len(alarms.Segments) {
			t.Errorf("%s: %d hits, %d false runs, %d alarms, want %d, %d, %d", got.Arm, got.Hits,
				got.FalseRuns, len(got.Alarms),
				alarms.Hits, alarms.FalseRuns, len(alarms.Segments))
		}
	}
}

func TestJudgingAgainMovesAlarmsAndKeepsTheRanking(t *testing.T) {
	run := runOf(t, run(t, only(small(t), "untrained"), experiment.Options{}), "untrained")
	if len(run.Usual) == 0 {
		t.Error("the run knows no usual shares")
	}
	run.Usual = nil // of errors, which were not kept
	again := run
	if err := judged(&again, labelsOf(t)); err != nil {
		t.Fatal(err)
	}
	if asJSON(t, again) != asJSON(t, run) {
		t.Errorf("at its own threshold: %s, want %s", asJSON(t, again), asJSON(t, run))
	}
	before := asJSON(t, run)
	again.Threshold.Value = metrics.Value(slices.Min(run.Scores))
	if err := judged(&again, labelsOf(t)); err != nil {
		t.Fatal(err)
	}
	if asJSON(t, run) != before {
		t.Error("judging a copy changed the run")
	}
	flagged := 0
	for _, a := range again.Alarms {
		flagged += a.To - a.From
	}
	if flagged != len(run.Scores)-1 {
		t.Errorf("at the lowest score %d of %d steps are flagged, want all above it", flagged,
			len(run.Scores))
	}
	for i, m := range metrics.All {
		if a, b := again.Metrics[i], run.Metrics[i]; !m.NeedsThreshold() && asJSON(t, a) != asJSON(t, b) {
			t.Errorf("%s went from %+v to %+v", m.Name, b, a)
		}
	}
	if recall := again.Of("recall").Value; recall < 0.9 {
		t.Errorf("recall %v with nearly everything flagged", recall)
	}
}

// A flag rate of a random score is the share that its threshold leaves out.
func TestRandomScoreIsFlaggedAtTheRateOfItsPercentile(t *testing.T) {
	s := only(small(t), "random")
	s.Data.Test, s.Detect.Threshold.Percent = steps.Range{}, 80
	got := runOf(t, run(t, s, experiment.Options{}), "random")
	flagged := 0
	for _, a := range got.Alarms {
		flagged += a.To - a.From
	}
	if rate := float64(flagged) / float64(len(got.Scores)); rate < 0.1 || rate > 0.3 {
		t.Errorf("%v of the steps are flagged, want about 0.2", rate)
	}
	if ap := got.Of(spec.DefaultHeadline); ap.Value > 2*ap.Chance {
		t.Errorf("average precision %v of a random score, chance is %v", ap.Value, ap.Chance)
	}
}

func BenchmarkJudge(b *testing.B) {
	const steps = 73_700 // MSL
	run := spec.Run{Scores: make([]float64, steps)}
	labels := make([]uint8, steps)
	for i := range run.Scores {
		run.Scores[i] = float64(uint32(i)*2654435761%1_000_003) / 1_000_003
		if i%2000 >= 500 && i%2000 < 715 {
			labels[i] = 1
		}
	}
	run.Threshold.Value = 0.99
	for b.Loop() {
		if err := judged(&run, labels); err != nil {
			b.Fatal(err)
		}
	}
}

// The window of the buffers is what the spec says, found where it follows from the data, and in the report.
func TestTheWindowOfBuffersIsThatOfTheSpec(t *testing.T) {
	labels := labelsOf(t)
	for text, rule := range map[string]metrics.WindowRule{"": metrics.WindowNumber, "7": metrics.WindowNumber,
		"median-anomaly": metrics.WindowMedian, "period": metrics.WindowPeriod} {
		s := only(small(t), "random")
		s.Detect.Window = text
		r := run(t, s, experiment.Options{})
		got := runOf(t, r, "random")
		e, err := metrics.NewEvaluation(got.Scores, labels[:len(got.Scores)], metrics.RefuseUnscored)
		if err != nil {
			t.Fatal(err)
		}
		w := r.Parameters.Window
		if text == "7" && w.Points != 7 || text == "" && w.Points != 100 || w.Rule != rule || w.Points < 1 {
			t.Errorf("%q: window %+v", text, w)
		}
		if text == "median-anomaly" && w != (metrics.Window{Rule: rule}).Of(nil, e.Segments) {
			t.Errorf("%q: window %+v", text, w)
		}
		if got, want := got.Of("vus_pr").Value, e.VUS(w.Points).PR; got != want {
			t.Errorf("%q: VUS-PR %v, want %v with a window of %d", text, got, want, w.Points)
		}
	}
}
