package spec_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// scored is an arm whose runs, with seeds 1, 2, ..., have these average precisions; NaN = the run failed.
func scored(name string, values ...float64) spec.ArmReport {
	a := spec.ArmReport{Arm: spec.Arm{Name: name, Objective: spec.Objective{Kind: spec.ObjectiveNone}}}
	switch name {
	case spec.ArmUntrained:
		a.Arm.Control = spec.ControlUntrained
	case spec.ArmRandom:
		a.Arm.Control = spec.ControlRandom
	}
	for i, v := range values {
		run := spec.Run{Arm: name, Seed: uint64(i + 1)}
		if math.IsNaN(v) {
			run.Failed = &fault.Fault{Key: "failed"}
		} else {
			run.Metrics = []spec.Measure{{Name: spec.DefaultHeadline, Value: metrics.Value(v), Chance: 0.1}}
		}
		a.Runs = append(a.Runs, run)
	}
	return a
}

// reportOf is a report of arms, each of which does what the arm of the default experiment with its name does.
func reportOf(data spec.DataSummary, arms ...spec.ArmReport) spec.Report {
	r := spec.Report{Data: data, Arms: arms}
	for i, a := range arms {
		for _, b := range spec.Default().Arms {
			if a.Arm.Name == b.Name {
				arms[i].Arm = b
			}
		}
		r.Spec.Arms = append(r.Spec.Arms, arms[i].Arm)
	}
	return r
}

func TestNoVerdictWithoutLabelsOrArms(t *testing.T) {
	both := []spec.ArmReport{scored(spec.ArmAlone, 0.1, 0.2), scored(spec.ArmCosine, 0.5, 0.6)}
	for name, c := range map[string]struct {
		data spec.DataSummary
		arms []spec.ArmReport
		want spec.OutcomeKind
	}{
		"no labels":         {spec.DataSummary{}, both, spec.VerdictNoLabels},
		"nothing anomalous": {spec.DataSummary{Labelled: true}, both, spec.VerdictNoLabels},
		"no cosine arm":     {spec.DataSummary{Labelled: true, Anomalous: 1}, both[:1], spec.VerdictNone},
		"no arms":           {spec.DataSummary{Labelled: true, Anomalous: 1}, nil, spec.VerdictNone},
	} {
		if v := reportOf(c.data, c.arms...).Summary().Verdict; v.Outcome != c.want {
			t.Errorf("%s: %s, want %s", name, v.Outcome, c.want)
		}
	}
}

func TestSummaryHasMeansSpreadsChanceAndTheUntrainedValue(t *testing.T) {
	r := spec.Report{Data: spec.DataSummary{Labelled: true, Anomalous: 9}, Arms: []spec.ArmReport{
		scored(spec.ArmAlone, 0.2, 0.4, math.NaN()), scored(spec.ArmUntrained, 0.1, 0.3),
		scored(spec.ArmRandom, 0.05)}}
	r.Arms[1].Runs[0].Metrics[0].Chance = 0.9 // of a control: not what the trained runs are held against
	s := r.Summary()
	if len(s.Metrics) != 1 || s.Metrics[0].Metric.Name != spec.DefaultHeadline {
		t.Fatalf("metrics %v, want the one that was measured", s.Metrics)
	}
	m := s.Metrics[0]
	alone := m.Arms[0]
	if len(alone.Values) != 2 || !close(alone.Mean, 0.3) || !close(alone.SD, math.Sqrt(0.02)) {
		t.Errorf("alone: %+v, want mean 0.3, deviation %v of the two finished runs", alone, math.Sqrt(0.02))
	}
	if !close(m.Untrained, 0.2) || !close(m.Chance, 0.1) {
		t.Errorf("untrained %v, chance %v, want 0.2 and 0.1", m.Untrained, m.Chance)
	}
	if random := m.Arms[2]; random.SD.Defined() || !close(random.Mean, 0.05) {
		t.Errorf("one seed: %+v, want no deviation", random)
	}
}

func close(v metrics.Value, want float64) bool { return math.Abs(float64(v)-want) < 1e-12 }

func TestSpreadOfNothingIsUndefined(t *testing.T) {
	if s := spec.NewSpread(nil); s.Mean.Defined() || s.SD.Defined() {
		t.Errorf("%+v", s)
	}
	if s := spec.NewSpread([]metrics.Value{1, metrics.Undefined}); s.Mean.Defined() || s.SD.Defined() {
		t.Errorf("%+v", s)
	}
}

// A report with whatever a run can leave undefined still has a JSON form, and survives it.
func TestReportsWithUndefinedValuesSurviveJSON(t *testing.T) {
	r := spec.Report{Arms: []spec.ArmReport{{Runs: []spec.Run{{
		Threshold: spec.Cut{Value: metrics.Undefined},
		Metrics:   []spec.Measure{{Name: "auroc", Value: metrics.Undefined, Chance: metrics.Undefined}},
	}}}}}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"value":null`) {
		t.Fatalf("%s, error %v", b, err)
	}
	var again spec.Report
	if err := json.Unmarshal(b, &again); err != nil || again.Arms[0].Runs[0].Metrics[0].Value.Defined() {
		t.Errorf("%+v, error %v", again, err)
	}
}

// Every field of a report whose name speaks of time is cleared, and the report it came from keeps it.
func TestWithoutTimingsClearsDurationsOnly(t *testing.T) {
	epochs := func() []spec.Epoch { return []spec.Epoch{{Epoch: 1, Rate: 2, Seconds: 3}} }
	r := spec.Report{Device: "cpu", Seconds: 1,
		Teachers: []spec.TeacherRun{{Seed: 1, Epochs: epochs(), Seconds: 4}},
		Arms:     []spec.ArmReport{{Runs: []spec.Run{{Arm: "a", Epochs: epochs(), Seconds: 5, StepMs: 6}}}}}
	before, _ := json.Marshal(r)
	stripped, err := json.Marshal(r.WithoutTimings())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"seconds":1`, `"seconds":3`, `"seconds":4`, `"seconds":5`, `"step_ms"`} {
		if strings.Contains(string(stripped), part) {
			t.Errorf("%s is left in %s", part, stripped)
		}
	}
	if !strings.Contains(string(stripped), `"rate":2`) || !strings.Contains(string(stripped),
		`"device":"cpu"`) {
		t.Errorf("more than timings is gone: %s", stripped)
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Errorf("the report itself changed: %s", after)
	}
}

func TestATeacherIsNeededByWhoeverReadsIt(t *testing.T) {
	s := spec.Default()
	for _, a := range s.Arms {
		if s.NeedsTeacher(a) != (a.Name == spec.ArmCosine) {
			t.Errorf("%s needs a teacher: %v", a.Name, s.NeedsTeacher(a))
		}
	}
	for target, needs := range map[spec.TargetKind]bool{spec.TargetTeacher: true, spec.TargetInput: false,
		spec.TargetShuffled: true, spec.TargetUntrained: false} {
		a := s.Arms[4]
		if a.Objective.Target = target; s.NeedsTeacher(a) != needs {
			t.Errorf("an arm held to %s needs a teacher: %v", target, !needs)
		}
	}
	s.Arms = []spec.Arm{s.Arms[3], s.Arms[6], s.Arms[7], s.Arms[0]}
	if s.Teaches() {
		t.Error("nobody learns, but a teacher is needed")
	}
	s.Detect.Score = spec.ScoreDisagreement
	if !s.NeedsTeacher(s.Arms[1]) || s.NeedsTeacher(s.Arms[2]) {
		t.Error("disagreement needs a teacher for the untrained control, not for a random score")
	}
	if m := s.StudentOf(spec.Arm{Student: &spec.Model{DModel: 3}}); m.DModel != 3 {
		t.Errorf("student %v", m)
	}
	if !reflect.DeepEqual(s.StudentOf(s.Arms[0]), s.Student) {
		t.Error("an arm without a student has that of the spec")
	}
}
