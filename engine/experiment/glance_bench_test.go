package experiment_test

import (
	"context"
	"testing"

	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// BenchmarkGlance is what the engine does for one frame of a threshold that is dragged: five seeds of an arm and a
// random score beside them, of the length and the labels of the default experiment. BenchmarkLetGo is what it does
// once the threshold is let go.
func BenchmarkGlance(b *testing.B) {
	shown := []string{"f1", "etapr_f1", "composite_f1", "pa_f1", "recall", "precision", "detection_delay",
		"missed_segments", "false_alarm_runs", "false_alarm_points"}
	perFrame(b, func(p *experiment.Prepared, run *spec.Run) error {
		return p.Glance(context.Background(), run, shown, nil)
	})
}

func BenchmarkLetGo(b *testing.B) {
	perFrame(b, func(p *experiment.Prepared, run *spec.Run) error {
		return p.Judge(context.Background(), run, nil)
	})
}

func perFrame(b *testing.B, judge func(*experiment.Prepared, *spec.Run) error) {
	set, err := server()
	if err != nil {
		b.Fatal(err)
	}
	p, err := experiment.Prepare(spec.Default(), set)
	if err != nil {
		b.Fatal(err)
	}
	run := spec.Run{Scores: make([]float64, p.Summary.ScoredSteps)}
	for i := range run.Scores {
		run.Scores[i] = float64(uint32(i)*2654435761%1_000_003)/1_000_003 + 0.4*float64(p.Labels[i])
	}
	for b.Loop() {
		for range 6 {
			one := run
			experiment.AtRate(&one, len(run.Scores)/100)
			if err := judge(p, &one); err != nil {
				b.Fatal(err)
			}
		}
	}
}
