package experiment_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
)

// scored is an arm whose runs, with seeds 1, 2, ..., have these average precisions; NaN = the run failed.
func scored(name string, values ...float64) experiment.ArmReport {
	a := experiment.ArmReport{Arm: experiment.Arm{Name: name, Objective: experiment.Objective{Kind: "none"}}}
	if name == experiment.ArmUntrained || name == experiment.ArmRandom {
		a.Arm.Control = name
	}
	for i, v := range values {
		run := experiment.Run{Arm: name, Seed: uint64(i + 1)}
		if math.IsNaN(v) {
			run.Failed = "loss total became NaN"
		} else {
			run.Metrics = []experiment.Measure{{Name: experiment.Headline, Value: metrics.Value(v), Chance: 0.1}}
		}
		a.Runs = append(a.Runs, run)
	}
	return a
}

func TestVerdictWeighsTheDifferenceAgainstItsSpread(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name          string
		alone, cosine []float64
		want          string
		differences   int
	}{
		{"within the spread", []float64{0.5, 0.5, 0.5}, []float64{0.6, 0.4, 0.55}, experiment.VerdictNull, 3},
		{"no difference", []float64{0.5, 0.6}, []float64{0.5, 0.6}, experiment.VerdictNull, 2},
		{"exactly its spread", []float64{0, 0}, []float64{0.5 + math.Sqrt2/2*0.5, 0.5 - math.Sqrt2/2*0.5}, experiment.VerdictHelps, 2},
		{"helps", []float64{0.5, 0.6, 0.4}, []float64{0.6, 0.71, 0.5}, experiment.VerdictHelps, 3},
		{"harms", []float64{0.5, 0.6, 0.4}, []float64{0.4, 0.5, 0.31}, experiment.VerdictHarms, 3},
		{"one seed", []float64{0.5}, []float64{0.9}, experiment.VerdictOneSeed, 1},
		{"one common seed", []float64{0.5, nan, 0.4}, []float64{0.9, 0.8, nan}, experiment.VerdictOneSeed, 1},
		{"failed runs left out", []float64{0.5, nan, 0.4}, []float64{0.9, 0.1, 0.81}, experiment.VerdictHelps, 2},
		{"all failed", []float64{nan, nan}, []float64{0.9, 0.8}, experiment.VerdictNone, 0},
	} {
		r := experiment.Report{Data: experiment.DataSummary{Labelled: true, Anomalous: 9},
			Arms: []experiment.ArmReport{scored(experiment.ArmAlone, c.alone...), scored(experiment.ArmCosine, c.cosine...)}}
		v := r.Summary().Verdict
		if v.Outcome != c.want || len(v.Differences.Values) != c.differences {
			t.Errorf("%s: %s with differences %v, want %s of %d", c.name, v.Outcome, v.Differences.Values, c.want, c.differences)
		}
	}
}

func TestNoVerdictWithoutLabelsOrArms(t *testing.T) {
	both := []experiment.ArmReport{scored(experiment.ArmAlone, 0.1, 0.2), scored(experiment.ArmCosine, 0.5, 0.6)}
	for name, c := range map[string]struct {
		data experiment.DataSummary
		arms []experiment.ArmReport
		want string
	}{
		"no labels":         {experiment.DataSummary{}, both, experiment.VerdictNoLabels},
		"nothing anomalous": {experiment.DataSummary{Labelled: true}, both, experiment.VerdictNoLabels},
		"no cosine arm":     {experiment.DataSummary{Labelled: true, Anomalous: 1}, both[:1], experiment.VerdictNone},
		"no arms":           {experiment.DataSummary{Labelled: true, Anomalous: 1}, nil, experiment.VerdictNone},
	} {
		if v := (experiment.Report{Data: c.data, Arms: c.arms}).Summary().Verdict; v.Outcome != c.want {
			t.Errorf("%s: %s, want %s", name, v.Outcome, c.want)
		}
	}
}

func TestSummaryHasMeansSpreadsChanceAndTheUntrainedValue(t *testing.T) {
	r := experiment.Report{Data: experiment.DataSummary{Labelled: true, Anomalous: 9}, Arms: []experiment.ArmReport{
		scored(experiment.ArmAlone, 0.2, 0.4, math.NaN()), scored(experiment.ArmUntrained, 0.1, 0.3), scored(experiment.ArmRandom, 0.05)}}
	r.Arms[1].Runs[0].Metrics[0].Chance = 0.9 // of a control: not what the trained runs are held against
	s := r.Summary()
	if len(s.Metrics) != 1 || s.Metrics[0].Metric.Name != experiment.Headline {
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
	if s := experiment.NewSpread(nil); s.Mean.Defined() || s.SD.Defined() {
		t.Errorf("%+v", s)
	}
	if s := experiment.NewSpread([]metrics.Value{1, metrics.Undefined}); s.Mean.Defined() || s.SD.Defined() {
		t.Errorf("%+v", s)
	}
}

// A report with whatever a run can leave undefined still has a JSON form, and survives it.
func TestReportsWithUndefinedValuesSurviveJSON(t *testing.T) {
	r := experiment.Report{Arms: []experiment.ArmReport{{Runs: []experiment.Run{{
		Threshold: experiment.Cut{Value: metrics.Undefined},
		Metrics:   []experiment.Measure{{Name: "auroc", Value: metrics.Undefined, Chance: metrics.Undefined}},
	}}}}}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"value":null`) {
		t.Fatalf("%s, error %v", b, err)
	}
	var again experiment.Report
	if err := json.Unmarshal(b, &again); err != nil || again.Arms[0].Runs[0].Metrics[0].Value.Defined() {
		t.Errorf("%+v, error %v", again, err)
	}
}

// Every field of a report whose name speaks of time is cleared, and the report it came from keeps it.
func TestWithoutTimingsClearsDurationsOnly(t *testing.T) {
	epochs := func() []experiment.Epoch { return []experiment.Epoch{{Epoch: 1, Rate: 2, Seconds: 3}} }
	r := experiment.Report{Device: "cpu", Seconds: 1,
		Teachers: []experiment.TeacherRun{{Seed: 1, Epochs: epochs(), Seconds: 4}},
		Arms:     []experiment.ArmReport{{Runs: []experiment.Run{{Arm: "a", Epochs: epochs(), Seconds: 5, StepMs: 6}}}}}
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
	if !strings.Contains(string(stripped), `"rate":2`) || !strings.Contains(string(stripped), `"device":"cpu"`) {
		t.Errorf("more than timings is gone: %s", stripped)
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Errorf("the report itself changed: %s", after)
	}
}

func TestATeacherIsNeededByWhoeverReadsIt(t *testing.T) {
	s := experiment.Default()
	if !s.Teaches() || s.NeedsTeacher(s.Arms[0]) || !s.NeedsTeacher(s.Arms[1]) || s.NeedsTeacher(s.Arms[3]) {
		t.Error("of the default arms, cosine and mse need a teacher")
	}
	s.Arms = []experiment.Arm{s.Arms[0], s.Arms[3], s.Arms[4]}
	if s.Teaches() {
		t.Error("nobody learns, but a teacher is needed")
	}
	s.Detect.Score = "disagreement"
	if !s.NeedsTeacher(s.Arms[1]) || s.NeedsTeacher(s.Arms[2]) {
		t.Error("disagreement needs a teacher for the untrained control, not for a random score")
	}
	if m := s.StudentOf(experiment.Arm{Student: &experiment.Model{Name: "other"}}); m.Name != "other" {
		t.Errorf("student %v", m)
	}
	if !reflect.DeepEqual(s.StudentOf(s.Arms[0]), s.Student) {
		t.Error("an arm without a student has that of the spec")
	}
}
