package experiment_test

import (
	"slices"
	"testing"

	"cosinelab/engine/detect"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// untrainedLSTM is an experiment whose scores cost nothing and depend on nothing but seed and window.
func untrainedLSTM(t *testing.T) spec.Spec {
	s := only(small(t), spec.ArmUntrained, spec.ArmRandom)
	s.Student = spec.Model{Kind: spec.ModelLSTM, DModel: 4, Layers: 1}
	return s
}

func TestWarmScoresAreThoseOfTheEndsOfWindows(t *testing.T) {
	s := untrainedLSTM(t)
	s.Detect.Warm = 3
	o := experiment.Options{Outputs: true}
	report := run(t, s, o)
	warm := runOf(t, report, spec.ArmUntrained)
	steps := 10 + (report.Data.TestSteps-10)/3*3
	if report.Data.ScoredSteps != steps || len(warm.Scores) != steps {
		t.Fatalf("%d scores, %+v; want %d", len(warm.Scores), report.Data, steps)
	}
	if random := runOf(t, report, spec.ArmRandom); len(random.Scores) != steps ||
		len(warm.Output) != steps*3 || len(warm.Errors) != steps*3 {
		t.Errorf("%d random scores, %d outputs, %d errors, want those of %d steps", len(random.Scores),
			len(warm.Output), len(warm.Errors), steps)
	}
	for _, from := range []int{0, 3, 30} {
		cold := s
		cold.Detect.Warm = 0
		// the short part need have no labels
		cold.Detect.Threshold = spec.Threshold{Policy: spec.PolicyMeanSigma}
		cold.Data.Test.From += from
		cold.Data.Test.To = cold.Data.Test.From + 10
		want := runOf(t, quick(t, cold, o), spec.ArmUntrained)
		kept := 3
		if from == 0 {
			kept = 10
		}
		if got := warm.Scores[from+10-kept : from+10]; !slices.Equal(got, want.Scores[10-kept:]) {
			t.Errorf("window at %d: scores %v, want the last %d of %v", from, got, kept, want.Scores)
		}
		if got := warm.Output[3*(from+10-kept) : 3*(from+10)]; !slices.Equal(got, want.Output[3*(10-kept):]) {
			t.Errorf("window at %d: outputs %v, want the last of %v", from, got, want.Output)
		}
	}
}

// Smoothed scores are compared with smoothed scores of the training steps in order.
func TestSmoothingIsOfTheWholeSeries(t *testing.T) {
	s := untrainedLSTM(t)
	s.Data.Stride = 1
	plain := runOf(t, quick(t, s, experiment.Options{}), spec.ArmUntrained)
	train := s
	s.Detect.Smoothing = 5
	smooth := runOf(t, quick(t, s, experiment.Options{}), spec.ArmUntrained)
	if want := detect.Smooth(plain.Scores, 5); !slices.Equal(smooth.Scores, want) {
		t.Errorf("scores %v, want %v", smooth.Scores, want)
	}
	set := *unlabelled(t)
	set.Test = set.Train
	train.Data.Test = s.Data.Train
	onTrain := runOf(t, quickOn(t, train, &set, experiment.Options{}), spec.ArmUntrained)
	want, err := detect.Percentile(detect.Smooth(onTrain.Scores, 5), 90)
	if err != nil {
		t.Fatal(err)
	}
	if got := runOf(t, quick(t, s, experiment.Options{}),
		spec.ArmUntrained).Threshold.Value; float64(got) != want {
		t.Errorf("threshold %v, want %v, that of the smoothed scores of the training part", got, want)
	}
}
