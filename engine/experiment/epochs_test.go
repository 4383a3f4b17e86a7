package experiment_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// looking is the small experiment, scored after every epoch.
func looking(t *testing.T) spec.Spec {
	s := only(small(t), "alone", "cosine")
	s.Seeds, s.Train.Epochs, s.Evaluate = []uint64{1, 2}, 4, spec.EvaluateEachEpoch
	return s
}

// withoutLooks takes what was seen after epochs from a report.
func withoutLooks(r spec.Report) spec.Report {
	r.Spec.Evaluate = spec.EvaluateAtEnd
	for i := range r.Arms {
		for j := range r.Arms[i].Runs {
			for k := range r.Arms[i].Runs[j].Epochs {
				r.Arms[i].Runs[j].Epochs[k].Test = nil
			}
		}
	}
	return r
}

func TestLookingAfterEveryEpochChangesNothingElse(t *testing.T) {
	s := looking(t)
	seen := run(t, s, experiment.Options{})
	for _, a := range seen.Arms {
		for _, r := range a.Runs {
			for _, e := range r.Epochs {
				if len(e.Test) == 0 || !(spec.Run{Metrics: e.Test}).Of("average_precision").Value.Defined() {
					t.Fatalf("%s, epoch %d: %d metrics", a.Arm.Name, e.Epoch, len(e.Test))
				}
			}
		}
	}
	for _, teacher := range seen.Teachers {
		if len(teacher.Epochs[0].Test) > 0 {
			t.Error("teachers are scored")
		}
	}
	s.Evaluate = spec.EvaluateAtEnd
	if got, want := stripped(t, withoutLooks(seen)), stripped(t, run(t, s, experiment.Options{})); got != want {
		t.Error("a report changed because somebody looked")
	}
}

// What is kept at the end are the parameters of the best epoch, which were looked at.
func TestTheLookAtTheBestEpochIsTheResult(t *testing.T) {
	for _, a := range run(t, looking(t), experiment.Options{}).Arms {
		for _, r := range a.Runs {
			for _, m := range r.Epochs[r.Best-1].Test {
				if got := r.Of(m.Name); got.Value != m.Value && got.Value.Defined() {
					t.Errorf("%s seed %d: %s is %v after the best epoch, %v at the end", a.Arm.Name, r.Seed, m.Name,
						m.Value, got.Value)
				}
			}
		}
	}
}

func TestLooksSurviveAnInterruption(t *testing.T) {
	s := looking(t)
	want := stripped(t, run(t, s, experiment.Options{}))
	store := memory{}
	p, err := experiment.Prepare(s, builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = experiment.Run(context.Background(), p, cpu.New(), experiment.Options{Store: store, Gate: after(14)})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	r, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	if stripped(t, r) != want {
		t.Error("a resumed run has seen something else")
	}
}

func TestCurvesByEpochAreMeansOverSeeds(t *testing.T) {
	r := run(t, looking(t), experiment.Options{})
	ap, _ := metrics.Find("average_precision")
	points := r.ByEpoch("cosine", "alone", ap)
	if len(points) != 4 || !r.LooksByEpoch() {
		t.Fatalf("%d points, looked %v", len(points), r.LooksByEpoch())
	}
	at := func(arm, seed, epoch int) metrics.Value {
		return spec.Run{Metrics: r.Arms[arm].Runs[seed].Epochs[epoch].Test}.Of(ap.Name).Value
	}
	for e, p := range points {
		a, b, c, d := at(1, 0, e), at(1, 1, e), at(0, 0, e), at(0, 1, e)
		wantClose(t, p.Value.Mean, (a+b)/2)
		wantClose(t, p.Gain.Mean, (a-c+b-d)/2)
		if p.Gain.N() != 2 || p.Teacher <= 0 || e > 0 && p.Seconds <= points[e-1].Seconds {
			t.Errorf("epoch %d: %+v", p.Epoch, p)
		}
	}
	if alone := r.ByEpoch("alone", "alone", ap); alone[0].Gain.N() != 0 || alone[0].Teacher != 0 {
		t.Errorf("the baseline gains on itself, or had a teacher: %+v", alone[0])
	}
	text, err := json.Marshal(r)
	var back spec.Report
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || len(back.ByEpoch("cosine", "alone", ap)) != 4 {
		t.Errorf("the curves are lost in JSON, error %v", err)
	}
}

func wantClose(t *testing.T, got, want metrics.Value) {
	t.Helper()
	if d := float64(got - want); d > 1e-12 || d < -1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
}
