package spec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// whole is a report of the default experiment with two seeds, in which everything is there that may be.
func whole() spec.Report {
	sp := spec.Default()
	sp.Seeds = []uint64{3, 7}
	sp.Arms = slices.DeleteFunc(sp.Arms, func(a spec.Arm) bool {
		return !slices.Contains([]string{"alone", "cosine", "untrained"}, a.Name)
	})
	r := spec.Report{Version: spec.Version, Spec: sp, Device: "cpu", Seconds: 9, FailedRuns: 1,
		Data: spec.DataSummary{Source: sp.Data.Source, Title: "Server", Channels: []string{"a", "b", "c"},
			TrainSteps: 900, TestSteps: 500, TrainWindows: 30, ScoredSteps: 400, Labelled: true, Anomalous: 30,
			Segments: []spec.Segment{{Range: steps.Range{From: 10, To: 20}, Channels: []int{0, 2}},
				{Range: steps.Range{From: 50, To: 70}, Channels: []int{1}}}}}
	epochs := func() []spec.Epoch {
		parts := []spec.Part{{Name: "total", Value: 2}, {Name: "own", Value: 1}}
		return []spec.Epoch{{Epoch: 1, Steps: 10, Rate: 0.1, Losses: parts, Validation: parts, GradNorm: 3},
			{Epoch: 2, Steps: 20, Rate: 0.1, Losses: parts, Validation: parts, GradNorm: 3, Seconds: 1}}
	}
	for _, seed := range sp.Seeds {
		r.Teachers = append(r.Teachers, spec.TeacherRun{Seed: seed, Parameters: 5, Epochs: epochs(), Best: 1})
	}
	for i, a := range sp.Arms {
		arm := spec.ArmReport{Arm: a}
		for j, seed := range sp.Seeds {
			if j >= sp.RunsOf(a) {
				break
			}
			run := spec.Run{Arm: a.Name, Seed: seed, Parameters: 7, Epochs: epochs(), Best: 2, StepMs: 1, Seconds: 2,
				Threshold: spec.Cut{Value: 4, Saw: spec.SawTrain, Tail: &spec.Tail{Start: 1, Scores: 9, Excesses: 3}},
				Metrics: []spec.Measure{{Name: "auroc", Value: 0.8, Chance: 0.5},
					{Name: "f1", Value: metrics.Undefined, Chance: metrics.Undefined}},
				Alarms: []steps.Range{{From: 5, To: 12}, {From: 12, To: 15}}, Hits: 1, FalseRuns: 1,
				Causes:  [][]spec.Cause{{{Channel: 2, Share: 0.7}, {Channel: 0, Share: 0.3}}, {}},
				Located: &spec.Located{Segments: 2, HitRate100: 1, HitRate150: 1, Chance100: 0.3, Chance150: 0.5}}
			if i == 1 && j == 1 {
				run = spec.Run{Arm: a.Name, Seed: seed, Epochs: epochs()[:1], Failed: &fault.Fault{Key: "not-finite"}}
			}
			arm.Runs = append(arm.Runs, run)
		}
		r.Arms = append(r.Arms, arm)
	}
	return r
}

// written is a report as JSON.
func written(t testing.TB, r spec.Report) []byte {
	t.Helper()
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAReportIsReadBackAsItWasWritten(t *testing.T) {
	r := whole()
	if err := r.Check(); err != nil {
		t.Fatal(words.English().Error(err))
	}
	text := written(t, r)
	got, err := spec.ReadReport(bytes.NewReader(text))
	if err != nil {
		t.Fatal(words.English().Error(err))
	}
	if !bytes.Equal(written(t, got), text) || !got.Whole() {
		t.Errorf("%s\nbecame\n%s", text, written(t, got))
	}
	// Earlier reports do not count the runs that failed.
	old := bytes.Replace(text, []byte(`"failed_runs": 1`), []byte(`"other": 0`), 1)
	if got, err := spec.ReadReport(bytes.NewReader(old)); err != nil || got.FailedRuns != 1 {
		t.Errorf("%d runs failed, error %v", got.FailedRuns, err)
	}
	part := whole()
	part.Arms[2].Runs = part.Arms[2].Runs[1:]
	if err := part.Check(); err != nil || part.Whole() {
		t.Errorf("part of a report: whole %t, error %v", part.Whole(), err)
	}
}

func TestWhatAReportCannotBeIsSaid(t *testing.T) {
	run := func(change func(*spec.Run)) func(*spec.Report) {
		return func(r *spec.Report) { change(&r.Arms[0].Runs[1]) }
	}
	for field, change := range map[string]func(*spec.Report){
		"version":             func(r *spec.Report) { r.Version = 2 },
		"seconds":             func(r *spec.Report) { r.Seconds = math.NaN() },
		"failed_runs":         func(r *spec.Report) { r.FailedRuns = 0 },
		"device":              func(r *spec.Report) { r.Device = "cpu\x1b[2J" },
		"data":                func(r *spec.Report) { r.Data.Title = "\x00" },
		"data.source":         func(r *spec.Report) { r.Data.Source = "other" },
		"data.channels":       func(r *spec.Report) { r.Data.Channels = nil },
		"data.train_steps":    func(r *spec.Report) { r.Data.TrainSteps = -1 },
		"data.test_steps":     func(r *spec.Report) { r.Data.TestSteps = -1 },
		"data.train_windows":  func(r *spec.Report) { r.Data.TrainWindows = 901 },
		"data.scored_steps":   func(r *spec.Report) { r.Data.ScoredSteps = 501 },
		"data.anomalous":      func(r *spec.Report) { r.Data.Anomalous = 31 },
		"data.constant_train": func(r *spec.Report) { r.Data.ConstantTrain = 4 },
		"data.filled":         func(r *spec.Report) { r.Data.Filled = -1 },
		"data.blank_lines":    func(r *spec.Report) { r.Data.BlankLines = -1 },
		"data.segments":       func(r *spec.Report) { r.Data.Labelled = false },
		"data.segments[0]":    func(r *spec.Report) { r.Data.Segments[0].To = 10 },
		"data.segments[1]":    func(r *spec.Report) { r.Data.Segments[1].From = 19 },
		"data.segments[0].channels[1]": func(r *spec.Report) {
			r.Data.Segments[0].Channels[1] = 3
		},
		"teachers[1].seed":       func(r *spec.Report) { r.Teachers[1].Seed = 3 },
		"teachers[0].best_epoch": func(r *spec.Report) { r.Teachers[0].Best = 3 },
		"teachers[0].epochs": func(r *spec.Report) {
			r.Teachers[0].Epochs = make([]spec.Epoch, r.Spec.Teacher.Epochs+1)
		},
		"arms":                 func(r *spec.Report) { r.Arms = r.Arms[1:] },
		"arms[1].arm":          func(r *spec.Report) { r.Arms[1].Arm.Objective.Weight++ },
		"arms[0].runs[0].seed": func(r *spec.Report) { r.Arms[0].Runs[0].Seed = 4 },
		"arms[0].runs[1].seed": func(r *spec.Report) { r.Arms[0].Runs[1].Seed = 3 },
		"arms[0].runs[1].arm":  run(func(r *spec.Run) { r.Arm = "x" }),
		"arms[0].runs[1].hits": run(func(r *spec.Run) { r.Hits = 3 }),
		"arms[0].runs[1].causes": run(func(r *spec.Run) {
			r.Causes = r.Causes[1:]
		}),
		"arms[0].runs[1].causes[0][0]": run(func(r *spec.Run) { r.Causes[0][0].Channel = 3 }),
		"arms[0].runs[1].causes[0][1]": run(func(r *spec.Run) { r.Causes[0][1].Channel = 2 }),
		"arms[0].runs[1].causes[1]": run(func(r *spec.Run) {
			r.Causes[1] = make([]spec.Cause, spec.MaxCauses+1)
		}),
		"arms[0].runs[1].false_runs":      run(func(r *spec.Run) { r.FalseRuns = 3 }),
		"arms[0].runs[1].unscored":        run(func(r *spec.Run) { r.Unscored = 401 }),
		"arms[0].runs[1].alarms[1]":       run(func(r *spec.Run) { r.Alarms[1].To = 401 }),
		"arms[0].runs[1].alarms[0]":       run(func(r *spec.Run) { r.Alarms[0].From = -1 }),
		"arms[0].runs[1].metrics[1].name": run(func(r *spec.Run) { r.Metrics[1].Name = "auroc" }),
		"arms[0].runs[1].metrics[0]": run(func(r *spec.Run) {
			r.Metrics[0].Value = metrics.Value(math.Inf(1))
		}),
		"arms[0].runs[1].threshold.value":  run(func(r *spec.Run) { r.Threshold.Value = metrics.Value(math.Inf(-1)) }),
		"arms[0].runs[1].threshold.tail":   run(func(r *spec.Run) { r.Threshold.Tail.Scale = math.Inf(1) }),
		"arms[0].runs[1].located.segments": run(func(r *spec.Run) { r.Located.Segments = 3 }),
		"arms[0].runs[1].epochs[1].epoch":  run(func(r *spec.Run) { r.Epochs[1].Epoch = 3 }),
		"arms[0].runs[1].epochs[1].steps":  run(func(r *spec.Run) { r.Epochs[1].Steps = 10 }),
		"arms[0].runs[1].epochs[0].losses[1].name": run(func(r *spec.Run) {
			r.Epochs[0].Losses[1].Name = "total"
		}),
		"arms[0].runs[1].epochs[0].validation[0].name": run(func(r *spec.Run) {
			r.Epochs[0].Validation = []spec.Part{{Name: "joy"}}
		}),
		"arms[1].runs[1].failed": func(r *spec.Report) { r.Arms[1].Runs[1].Alarms = []steps.Range{{From: 1, To: 2}} },
	} {
		r := whole()
		change(&r)
		err := r.Check()
		if said := words.English().Error(err); err == nil || !strings.HasPrefix(said, "report: "+field+": ") {
			t.Errorf("%s: %q", field, said)
		}
		if err != nil && words.In("ko").Error(err) == words.English().Error(err) {
			t.Errorf("%s: no Korean: %v", field, err)
		}
	}
}

// Every list and number of a report, whatever it is called, is looked at: an absurd one is an error, or stands
// in a field that nothing relies on.
func TestNoFieldOfAReportIsOverlooked(t *testing.T) {
	free := map[string]bool{"Title": true, "FillRule": true, "Licence": true, "Origin": true, "Digest": true,
		"Device": true, "Weights": true, "Kind": true, "Why": true, "Dropped": true,
		"Labelled": true, "Fallback": true, "Unreliable": true, "Saw": true, "Policy": true, "Key": true,
		"Name": true, "Args": true, "Channels": true, "Failed": true, "Spec": true, "Arm": true,
		"Output": true, "Scores": true, "Flags": true, "Errors": true}
	var visit func(v reflect.Value, path string, report *spec.Report)
	visit = func(v reflect.Value, path string, r *spec.Report) {
		try := func(set func(), reset func()) {
			set()
			if r.Check() == nil {
				t.Errorf("%s may be %v", path, v)
			}
			reset()
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); !free[f.Name] && f.IsExported() {
					visit(v.Field(i), path+"."+f.Name, r)
				}
			}
		case reflect.Pointer:
			if !v.IsNil() {
				visit(v.Elem(), path, r)
			}
		case reflect.Slice:
			if v.Len() > 0 {
				visit(v.Index(0), fmt.Sprintf("%s[0]", path), r)
			}
		case reflect.Int:
			old := v.Int()
			try(func() { v.SetInt(-1) }, func() { v.SetInt(old) })
		case reflect.Float64:
			old := v.Float()
			try(func() { v.SetFloat(math.Inf(1)) }, func() { v.SetFloat(old) })
		}
	}
	r := whole()
	visit(reflect.ValueOf(&r).Elem(), "report", &r)
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	good := string(written(t, whole()))
	for want, text := range map[string]string{
		"no report can be read":                                       "",
		"version: 0":                                                  "{}",
		"no report can be read from it: json":                         "[]",
		"no report can be read from it: unexp":                        good[:len(good)/2],
		"no report can be read from it: json: cannot unmarshal array": "[" + strings.Repeat("{},", 1<<20) + "{}]",
		"report: arms[0].runs: ": strings.Replace(good, `"runs": [`,
			`"runs": [`+strings.Repeat("{         },", 1<<16), 1),
		"report: teachers: ": strings.Replace(good, `"teachers": [`,
			`"teachers": [`+strings.Repeat(`{"seed":1         },`, 1<<16), 1),
		"report: arms: ": strings.Replace(good, `"arms": [
    {
      "arm"`, `"arms": [`+strings.Repeat(`{         },`, 1<<16)+`{"arm"`, 1),
	} {
		_, err := spec.ReadReport(strings.NewReader(text))
		if err == nil || !strings.Contains(words.English().Error(err), want) {
			t.Errorf("%q: %q", want, words.English().Error(err))
		}
	}
	spaces := make(zeros, 129<<20)
	if _, err := spec.ReadReport(&spaces); err == nil || !strings.Contains(words.English().Error(err), "longer than") {
		t.Errorf("error %v", err)
	}
}

// zeros is so many bytes.
type zeros []struct{}

func (z *zeros) Read(p []byte) (int, error) {
	n := min(len(p), len(*z))
	if *z = (*z)[n:]; n == 0 {
		return 0, fmt.Errorf("everything was read")
	}
	return n, nil
}

// Whatever the text, reading it is an error in words, or gives a report that is written and read the same.
func FuzzReadReport(f *testing.F) {
	f.Add(written(f, whole()))
	f.Add([]byte(`{"version":1,"spec":{},"arms":[{"runs":[null]}]}`))
	f.Add([]byte(`{"version":1,"arms":null,"arms":[{}],"teachers":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := spec.ReadReport(bytes.NewReader(text))
		if err != nil {
			for _, tag := range words.Tags() {
				if said := words.In(tag).Error(err); said == "" {
					t.Errorf("no words for %#v", err)
				}
			}
			return
		}
		again, err := spec.ReadReport(bytes.NewReader(written(t, r)))
		if err != nil || !bytes.Equal(written(t, again), written(t, r)) {
			t.Errorf("error %v, %s\nbecame\n%s", err, written(t, r), written(t, again))
		}
		r.Summary()
	})
}
