package experiment_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// withClosed is the small experiment with every closed form before the student alone, over three seeds.
func withClosed(t *testing.T) spec.Spec {
	s := only(small(t), spec.ArmAlone)
	s.Arms = append([]spec.Arm{{Name: "norm", Control: spec.ControlNorm},
		{Name: "pca", Control: spec.ControlPCA, Window: 4, Share: 0.8},
		{Name: "forecast", Control: spec.ControlForecast, Lag: 2}}, s.Arms...)
	s.Seeds = []uint64{4, 5, 6}
	return s
}

func TestClosedFormsAreDetectorsLikeOthers(t *testing.T) {
	s := withClosed(t)
	r := run(t, s, experiment.Options{Outputs: true})
	for i, a := range r.Arms[:3] {
		if len(a.Runs) != 1 || len(r.Arms[3].Runs) != 3 {
			t.Fatalf("%s has %d runs, alone %d, want 1 and 3: no seed changes it", a.Arm.Name, len(a.Runs),
				len(r.Arms[3].Runs))
		}
		out := a.Runs[0]
		if out.Failed != nil || out.Seed != 4 || len(out.Epochs) > 0 || out.Parameters != 0 ||
			len(out.Metrics) != len(r.Arms[3].Runs[0].Metrics) ||
			out.Threshold.Saw != spec.SawTrain || len(out.Errors) != len(out.Scores)*3 {
			t.Errorf("%s: %+v", a.Arm.Name, out.Threshold)
		}
		if len(out.Causes) != len(out.Alarms) ||
			(out.Located == nil) != (r.Arms[3].Runs[0].Located == nil) {
			t.Errorf("%s names the channels of %d of %d alarms", a.Arm.Name, len(out.Causes), len(out.Alarms))
		}
		if want := []int{0, 0, 2}[i]; out.Unscored != want || math.IsNaN(out.Scores[0]) != (want > 0) ||
			math.IsNaN(out.Scores[want]) {
			t.Errorf("%s: %d steps without a score, which begin %v", a.Arm.Name, out.Unscored, out.Scores[:3])
		}
		if slices.ContainsFunc(out.Metrics, func(m spec.Measure) bool {
			other := r.Arms[3].Runs[0].Of(m.Name)
			if m.Name == "detection_delay" {
				return false // there is one where a segment is found
			}
			return m.Value.Defined() != other.Value.Defined() && m.Value.Defined()
		}) {
			t.Errorf("%s has metrics that the student has not", a.Arm.Name)
		}
	}
}

// The norm is the mean square of what models see.
func TestTheNormIsTheSquareOfTheScaledSignal(t *testing.T) {
	s := withClosed(t)
	p, err := experiment.Prepare(s, builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range r.Arms[0].Runs[0].Scores {
		want := 0.0
		for _, v := range p.Scaled.Row(i) {
			want += float64(v) * float64(v) / 3
		}
		if math.Abs(got-want) > 1e-12*want {
			t.Fatalf("step %d: %v, want %v", i, got, want)
		}
	}
}

func TestEveryPolicyServesClosedForms(t *testing.T) {
	for k := range spec.Each(spec.PolicyCount) {
		s := withClosed(t)
		s.Detect.Threshold = spec.Threshold{Policy: k}
		for _, p := range spec.Policies[k].Params {
			s.Detect.Threshold.SetParam(p, max(spec.Params[p].Default, spec.Params[p].Start))
		}
		if s.Detect.Smoothing = 3; spec.Policies[k].Smooths {
			s.Detect.Smoothing = 0
		}
		for _, a := range run(t, s, experiment.Options{}).Arms[:3] {
			if out := a.Runs[0]; out.Failed != nil || len(out.Alarms) > 0 && out.Alarms[0].From < out.Unscored {
				t.Errorf("%s, %s: %s, alarms %v", k, a.Arm.Name, said(out.Failed), out.Alarms)
			}
		}
	}
}

// What a closed form cannot do fails alone, in words.
func TestClosedFormsSayWhatTheyCannotDo(t *testing.T) {
	for _, c := range []struct {
		change func(*spec.Spec)
		says   string
	}{
		{func(s *spec.Spec) { s.Arms[1].Window, s.Arms[1].Share = 1, 0.999 },
			"its 3 components explain everything, so that nothing is left to score: a smaller share is needed"},
		{func(s *spec.Spec) { s.Arms[1].Window = 100; s.Data.Train.To = s.Data.Train.From + 100 },
			"100 training steps, want 101 or more"},
		{func(s *spec.Spec) { s.Arms[1].Window = 100; s.Data.Test.To = s.Data.Test.From + 90 },
			"no step of 90 can be scored: the part is too short for it"},
	} {
		s := withClosed(t)
		c.change(&s)
		r := quick(t, s, experiment.Options{})
		if got := said(r.Arms[1].Runs[0].Failed); got != c.says {
			t.Errorf("%q, want %q", got, c.says)
		}
		if out := r.Arms[3].Runs[2]; out.Failed != nil || len(out.Scores) == 0 {
			t.Errorf("it takes the student along: %s", said(out.Failed))
		}
	}
	wide := &datasets.Set{Title: "wide", Channels: make([]string, 600), Train: noise(60, 600), Test: noise(60, 600)}
	s := only(withClosed(t), "pca")
	s.Data = spec.Data{Source: "file/wide", Scaling: spec.ScalingStandard, Window: 10, Stride: 10}
	r := quickOn(t, s, wide, experiment.Options{})
	if got := said(r.Arms[0].Runs[0].Failed); got !=
		"2400 values in a window, want 2048 at most: a shorter window, or fewer channels" {
		t.Errorf("%q", got)
	}
}

// noise is a series without structure.
func noise(rows, channels int) datasets.Raw {
	r := datasets.Raw{Rows: rows, Columns: make([][]float64, channels)}
	for c := range r.Columns {
		for t := range rows {
			i := t*channels + c
			r.Columns[c] = append(r.Columns[c], math.Sin(float64(i*i)))
		}
	}
	return r
}
