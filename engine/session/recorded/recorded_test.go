package recorded

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/session/protocol"
	"cosinelab/engine/spec"
)

var score = protocol.Line{Kind: protocol.LineScore, Arm: "alone", Seed: 1}

// report has two seeds of one arm and a control.
func report() spec.Report {
	run := func(arm string, seed uint64, f1 float64) spec.Run {
		return spec.Run{Arm: arm, Seed: seed, Metrics: []spec.Measure{
			{Name: "f1", Value: metrics.Value(f1), Chance: 0.0503724, Constant: 0.1502904},
			{Name: "delay", Value: metrics.Undefined, Chance: metrics.Undefined, Constant: 0}},
			Epochs: []spec.Epoch{{Epoch: 1, Rate: 0.002, Losses: []spec.Part{{Name: "total", Value: 2.029427929656712}}}},
			Alarms: []steps.Range{{From: 3, To: 5}}, Seconds: 3, Hits: 1}
	}
	return spec.Report{Version: spec.Version, Spec: spec.Default(), Seconds: 12, Arms: []spec.ArmReport{
		{Arm: spec.Arm{Name: "alone"}, Runs: []spec.Run{run("alone", 1, 0.3949044585), run("alone", 2, 0.41)}},
		{Arm: spec.Arm{Name: "random", Control: spec.ControlRandom}, Runs: []spec.Run{run("random", 1, 0.05)}}}}
}

func read(t *testing.T, r spec.Report, lines ...Line) *Run {
	t.Helper()
	text, err := Pack(r, nil, lines, 6)
	if err != nil {
		t.Fatal(err)
	}
	run, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func TestAReportIsReadAsItWasWrittenButForWhatNobodySees(t *testing.T) {
	run := read(t, report())
	alone := run.Report.Arms[0].Runs
	if m := alone[0].Of("f1"); m.Value != 0.394904 || m.Chance != 0.0503724 && m.Chance != 0.050372 {
		t.Errorf("F1 is %+v", m)
	}
	if m := alone[1].Of("delay"); m.Value.Defined() || m.Chance.Defined() || m.Constant != 0 {
		t.Errorf("the delay is %+v", m)
	}
	if !reflect.DeepEqual(alone[0].Alarms, []steps.Range{{From: 3, To: 5}}) || alone[0].Hits != 1 ||
		math.Abs(alone[0].Epochs[0].Losses[0].Value-2.0294) > 1e-9 {
		t.Errorf("the first seed: %+v", alone[0])
	}
	if alone[1].Epochs != nil || alone[1].Alarms != nil || run.Report.Arms[1].Runs[0].Alarms != nil {
		t.Errorf("the second seed, which no chart shows, keeps %+v", alone[1])
	}
	if run.Report.Seconds != 0 || alone[0].Seconds != 0 {
		t.Error("durations are kept, which differ from build to build")
	}
	if len(report().Arms[0].Runs[0].Metrics) != 2 {
		t.Error("packing has changed the report")
	}
}

func TestScoresAreThoseOfTheirRun(t *testing.T) {
	values := []float64{math.NaN(), 0.012, 0.711, 3.208, 0}
	run := read(t, report(), Line{Line: score, Each: 1, N: 5, Mean: values})
	got := run.Report.Arms[0].Runs[0].Scores
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	if !slices.EqualFunc(got, values, same) {
		t.Errorf("scores %v, want %v", got, values)
	}
	if run.Report.Arms[0].Runs[1].Scores != nil {
		t.Error("the other seed has them, too")
	}
}

func TestLinesAreReadAsFarAsTheyCanBeSeen(t *testing.T) {
	input := protocol.Line{Kind: protocol.LineInput, Channel: 3}
	wave := func(step int) float64 { return 20 * math.Sin(float64(step)/9) }
	run := read(t, report(), Shared(input, 10, 95, wave, true))
	out := run.View(protocol.View{Range: steps.Range{To: 95}, Width: 19, Lines: []protocol.Line{input, score}})
	for k := range 19 {
		lo, hi, mean := math.Inf(1), math.Inf(-1), 0.0
		for t := k / 2 * 10; t < min(k/2*10+10, 95); t++ {
			lo, hi, mean = min(lo, wave(t)), max(hi, wave(t)), mean+wave(t)
		}
		mean /= float64(min(10, 95-k/2*10))
		for i, want := range []float64{lo, hi, mean} {
			if got := float64(out[3*k+i]); math.Abs(got-want) > 0.011 {
				t.Errorf("bucket %d: %v, want %v", k, out[3*k:3*k+3], []float64{lo, hi, mean})
				break
			}
		}
		if x := out[3*19+3*k]; x == x {
			t.Errorf("a line that was not recorded has %v", x)
		}
	}
	if _, err := Pack(report(), nil, []Line{{Line: score, Each: 1, N: 2, Mean: []float64{0, 1e5}}}, 6); err != nil {
		t.Errorf("a wide line: %v", err)
	}
}
