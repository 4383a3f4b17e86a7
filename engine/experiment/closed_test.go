package experiment_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"slices"
	"sync"
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

// What a closed form takes at once is within a factor of 2 of its estimate: where the
// matrices of its windows are the most of it, and where the series are.
func TestTheMemoryOfClosedFormsIsNearItsEstimate(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("one thread: nobody can watch")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5)) // so that next to nothing but what is alive is counted
	heap := []runtimemetrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() float64 {
		runtimemetrics.Read(heap)
		return float64(heap[0].Value.Uint64())
	}
	for _, c := range []struct {
		arm            spec.Arm
		rows, channels int
	}{
		{spec.Arm{Control: spec.ControlNorm}, 60_000, 20},
		{spec.Arm{Control: spec.ControlPCA, Window: 10, Share: 0.9}, 400, 40},
		{spec.Arm{Control: spec.ControlPCA, Window: 1, Share: 0.5}, 60_000, 20},
		{spec.Arm{Control: spec.ControlForecast, Lag: 5}, 800, 120},
		{spec.Arm{Control: spec.ControlForecast, Lag: 1}, 60_000, 20},
	} {
		set := &datasets.Set{Title: "noise", Channels: make([]string, c.channels), Train: noise(c.rows, c.channels),
			Test: noise(c.rows, c.channels)}
		s := small(t)
		s.Data = spec.Data{Source: "file/x", Scaling: spec.ScalingStandard, Window: 10, Stride: 10}
		c.arm.Name = c.arm.Control.String()
		s.Arms, s.Seeds = []spec.Arm{c.arm}, []uint64{1, 2, 3}
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		need, err := experiment.Estimate(p, false, func() error { return nil })
		if err != nil || need.Model != c.arm.Name || need.Work <= 0 {
			t.Fatalf("%+v, error %v", need, err)
		}
		took, said := 0.0, need.Run+need.Kept
		for range 5 { // whoever watches may look away when most is taken
			if took = max(took, watched(t, p, now)); took >= said/2 {
				break
			}
		}
		t.Logf("%s of %d x %d: %.1f MB estimated, %.1f taken", c.arm.Name, c.rows, c.channels, said/1e6, took/1e6)
		if took > 2*said || said > 2*took {
			t.Errorf("%s of %d x %d: %.3g bytes estimated, %.3g taken", c.arm.Name, c.rows, c.channels, said, took)
		}
	}
}

// watched is by how much a reading rises at most while an experiment is carried out.
func watched(t *testing.T, p *experiment.Prepared, now func() float64) float64 {
	t.Helper()
	runtime.GC()
	before, most, done := now(), 0.0, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				most = max(most, now())
			}
		}
	})
	r, err := experiment.Run(t.Context(), p, cpu.New(), experiment.Options{})
	close(done)
	watching.Wait()
	if err != nil || r.Arms[0].Runs[0].Failed != nil {
		t.Fatalf("error %v, %s", err, said(r.Arms[0].Runs[0].Failed))
	}
	return most - before
}

// A closed form beyond the memory is refused by the field that it grows with.
func TestAClosedFormBeyondTheMemoryIsRefused(t *testing.T) {
	for _, c := range []struct {
		arm   spec.Arm
		rows  int
		field string
	}{
		{spec.Arm{Control: spec.ControlPCA, Window: 50, Share: 0.9}, 500, "arms[0].window"},
		{spec.Arm{Control: spec.ControlForecast, Lag: 49}, 500, "arms[0].lag"},
		{spec.Arm{Control: spec.ControlPCA, Window: 1, Share: 0.9}, 60_000, "data.channels"},
	} {
		set := &datasets.Set{Channels: make([]string, 40), Train: noise(c.rows, 40), Test: noise(c.rows, 40)}
		s := small(t)
		s.Data = spec.Data{Source: "file/x", Scaling: spec.ScalingStandard, Window: 10, Stride: 10}
		c.arm.Name = "closed"
		s.Arms = []spec.Arm{c.arm}
		p, err := experiment.Prepare(s, set)
		if err != nil {
			t.Fatal(err)
		}
		need, err := experiment.Estimate(p, false, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		_, err = need.Workers(1, false, experiment.Limit{Bytes: 2e7, Told: "want-memory"})
		if wrong, ok := errors.AsType[*spec.FieldError](err); !ok || wrong.Field != c.field {
			t.Errorf("error %v of %+v, want one about %s", err, need, c.field)
		}
	}
}
