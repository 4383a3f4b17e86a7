package experiment_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// shareOf is a channel's part of the squared errors in some steps, by definition.
func shareOf(errors []float32, channels, channel int, at steps.Range) float64 {
	one, all := 0.0, 0.0
	for t := at.From; t < at.To; t++ {
		for c := range channels {
			all += float64(errors[t*channels+c])
		}
		one += float64(errors[t*channels+channel])
	}
	return one / all
}

func TestAlarmsNameTheChannelsThatRaisedThem(t *testing.T) {
	s := only(small(t), spec.ArmAlone)
	s.Detect.Threshold.Percent = 50
	out := runOf(t, run(t, s, experiment.Options{Outputs: true}), spec.ArmAlone)
	if len(out.Errors) != 3*len(out.Scores) || len(out.Alarms) == 0 || len(out.Causes) != len(out.Alarms) {
		t.Fatalf("%d errors for %d scores, %d causes for %d alarms", len(out.Errors), len(out.Scores),
			len(out.Causes), len(out.Alarms))
	}
	for i, x := range out.Scores {
		mean := float64(out.Errors[3*i]+out.Errors[3*i+1]+out.Errors[3*i+2]) / 3
		if math.Abs(mean-x) > 1e-5*x {
			t.Fatalf("step %d: mean error %v, score %v", i, mean, x)
		}
	}
	for i, a := range out.Alarms {
		sum, before := 0.0, 1.0
		for _, c := range out.Causes[i] {
			if want := shareOf(out.Errors, 3, c.Channel, a); math.Abs(c.Share-want) > 1e-9 ||
				c.Share > before {
				t.Errorf("alarm %v: causes %v, channel %d has %v", a, out.Causes[i], c.Channel, want)
			}
			sum, before = sum+c.Share, c.Share
		}
		if len(out.Causes[i]) != 3 || math.Abs(sum-1) > 1e-9 {
			t.Errorf("alarm %v: causes %v, want three that sum to 1", a, out.Causes[i])
		}
	}
	if err := judged(&out, make([]uint8, len(out.Scores))); err != nil ||
		len(out.Causes) != len(out.Alarms) {
		t.Errorf("judged again: %d causes of %d alarms, error %v", len(out.Causes), len(out.Alarms), err)
	}
}

// onItsChannels is small on the channels that its anomaly shows in, first, and some others.
func onItsChannels(t *testing.T) spec.Spec {
	s := small(t)
	s.Data.Channels = slices.Clone(builtin(t).Anomalies[0].Channels)
	for c := range 14 {
		if len(s.Data.Channels) < 8 && !slices.Contains(s.Data.Channels, c) {
			s.Data.Channels = append(s.Data.Channels, c)
		}
	}
	return s
}

// Beside an alarm's shares stand those of the steps outside of all alarms.
func TestTheUsualShareIsThatOfStepsWithoutAlarm(t *testing.T) {
	s := only(small(t), spec.ArmAlone)
	s.Detect.Threshold.Percent = 80
	out := runOf(t, run(t, s, experiment.Options{Outputs: true}), spec.ArmAlone)
	one, all := make([]float64, 3), 0.0
	for t := range out.Scores {
		if slices.ContainsFunc(out.Alarms, func(a steps.Range) bool { return t >= a.From && t < a.To }) {
			continue
		}
		for c := range one {
			one[c] += float64(out.Errors[3*t+c])
			all += float64(out.Errors[3*t+c])
		}
	}
	if len(out.Alarms) == 0 || len(out.Usual) != 3 {
		t.Fatalf("%d alarms, usual shares %v", len(out.Alarms), out.Usual)
	}
	for c, got := range out.Usual {
		if math.Abs(got-one[c]/all) > 1e-9 {
			t.Errorf("channel %d usually has %v, want %v", c, got, one[c]/all)
		}
	}
}

func TestCausesAreComparedWithTheChannelsOfTrueSegments(t *testing.T) {
	r := run(t, only(onItsChannels(t), spec.ArmAlone), experiment.Options{Outputs: true})
	out := runOf(t, r, spec.ArmAlone)
	rate100, rate150, n := 0.0, 0.0, 0
	for _, s := range r.Data.Segments {
		if len(s.Channels) == 0 {
			continue
		}
		at := s.Range
		ranked := []int{0, 1, 2, 3, 4, 5, 6, 7}
		slices.SortFunc(ranked, func(a, b int) int {
			return cmp.Compare(shareOf(out.Errors, 8, b, at), shareOf(out.Errors, 8, a, at))
		})
		rate100 += float64(metrics.HitRate(ranked, s.Channels, 100))
		rate150 += float64(metrics.HitRate(ranked, s.Channels, 150))
		n++
	}
	l := out.Located
	if n == 0 || l == nil || l.Segments != n || math.Abs(float64(l.HitRate100)-rate100/float64(n)) > 1e-12 ||
		math.Abs(float64(l.HitRate150)-rate150/float64(n)) > 1e-12 {
		t.Fatalf("located %+v, want %v and %v of %d segments", l, rate100/float64(n), rate150/float64(n), n)
	}
	if l.Chance100 < 1./8 || l.Chance100 > l.Chance150 || l.Chance150 > 1 {
		t.Errorf("chance %+v", l)
	}
}

func TestOnlyScoresOfErrorsHaveCauses(t *testing.T) {
	s := only(onItsChannels(t), spec.ArmCosine, spec.ArmRandom)
	if got := runOf(t, run(t, only(s, spec.ArmRandom), experiment.Options{Outputs: true}),
		spec.ArmRandom); got.Causes != nil || got.Located != nil {
		t.Errorf("a random score has causes %v", got.Causes)
	}
	s.Detect.Score = spec.ScoreDisagreement
	if got := runOf(t, run(t, s, experiment.Options{Outputs: true}), spec.ArmCosine); got.Causes != nil ||
		got.Located != nil || got.Errors != nil {
		t.Errorf("disagreement has causes %v", got.Causes)
	}
	s.Detect.Score = spec.ScoreAssociation
	got := runOf(t, run(t, s, experiment.Options{}), spec.ArmCosine)
	if len(got.Causes) != len(got.Alarms) || got.Located == nil {
		t.Errorf("association has causes %v of %d alarms", got.Causes, len(got.Alarms))
	}
	if got.Errors != nil {
		t.Error("errors are kept although nobody asked for outputs")
	}
}
