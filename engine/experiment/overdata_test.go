package experiment_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/experiment"
	"cosinelab/engine/metrics"
	"cosinelab/engine/spec"
)

// scoredReport is a report whose arms have made-up scores with ten true segments, one run of a closed form and
// three seeds of two students, of which the second is better by a little noise.
func scoredReport() spec.Report {
	r := spec.Report{Version: spec.Version, Spec: spec.Default(), Device: "cpu"}
	r.Spec.Seeds = []uint64{1, 2, 3}
	r.Spec.Arms = []spec.Arm{{Name: "pca", Control: spec.ControlPCA}, spec.Default().Arms[3],
		spec.Default().Arms[4]}
	r.Data = spec.DataSummary{Source: r.Spec.Data.Source, Channels: []string{"a"}, TestSteps: 400,
		ScoredSteps: 390, Labelled: true}
	for at := 20; at < 400; at += 40 {
		s := steps.Range{From: at, To: min(at+8, 400)}
		r.Data.Segments = append(r.Data.Segments, spec.Segment{Range: s})
		r.Data.Anomalous += s.Len()
	}
	rng := rand.New(rand.NewPCG(1, 1))
	labels := r.Data.ScoredLabels()
	for i, a := range r.Spec.Arms {
		arm := spec.ArmReport{Arm: a}
		for _, seed := range r.Spec.Seeds[:r.Spec.RunsOf(a)] {
			run := spec.Run{Arm: a.Name, Seed: seed}
			for t := range labels {
				run.Scores = append(run.Scores, rng.NormFloat64()+(1+0.3*float64(i))*float64(labels[t]))
			}
			arm.Runs = append(arm.Runs, run)
		}
		r.Arms = append(r.Arms, arm)
	}
	return r
}

// Every arm and seed is measured on the same drawn series: the interval of a gain is that of paired means.
func TestIntervalsOverTheDataAreThoseOfPairedMeans(t *testing.T) {
	const draws = 60
	r := scoredReport()
	got, err := experiment.OverData(context.Background(), r, draws, nil)
	if err != nil {
		t.Fatal(err)
	}
	labels := r.Data.ScoredLabels()
	var all []*metrics.Evaluation
	for _, a := range r.Arms {
		for _, run := range a.Runs {
			e, err := metrics.NewEvaluation(run.Scores, labels, metrics.RefuseUnscored)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
	}
	resampler, ap := metrics.NewResampler(all...), metricNamed(t, "average_precision")
	rng := rand.New(rand.NewPCG(1, 0x626f6f74))
	var pca, gains []float64
	for range draws {
		points := resampler.Draw(rng)
		of := func(e *metrics.Evaluation) float64 {
			var scores []float64
			var drawn []uint8
			for _, p := range points {
				scores, drawn = append(scores, e.Scores[p]), append(drawn, e.Labels[p])
			}
			d, err := metrics.NewEvaluation(scores, drawn, metrics.RefuseUnscored)
			if err != nil {
				t.Fatal(err)
			}
			return float64(ap.Of(d, nil))
		}
		gain := 0.0
		for seed := range 3 {
			gain += (of(all[4+seed]) - of(all[1+seed])) / 3
		}
		pca, gains = append(pca, of(all[0])), append(gains, gain)
	}
	for _, x := range []struct {
		arm, over string
		want      metrics.Interval
	}{{"pca", "", metrics.Percentiles(pca)}, {"cosine", "alone", metrics.Percentiles(gains)}} {
		i := got.Of("average_precision", x.arm, x.over)
		if !near(i.Low, x.want.Low) || !near(i.High, x.want.High) {
			t.Errorf("%s over %q: %v, want %v", x.arm, x.over, i, x.want)
		}
	}
	if got.Draws != draws || got.Block != resampler.Block || got.Of("auroc", "alone", "").Low >= got.Of("auroc",
		"alone", "").High || got.Of("f1", "alone", "").Low.Defined() {
		t.Errorf("%+v", got)
	}
	again, err := experiment.OverData(context.Background(), r, draws, nil)
	if err != nil || !reflect.DeepEqual(got, again) {
		t.Errorf("another time it is %+v, error %v", again, err)
	}
	r.OverData = got
	if err := r.Check(); err != nil {
		t.Error(err)
	}
}

func near(a, b metrics.Value) bool { return math.Abs(float64(a-b)) < 1e-12 }

func metricNamed(t *testing.T, name string) metrics.Metric {
	t.Helper()
	m, ok := metrics.Find(name)
	if !ok {
		t.Fatal(name)
	}
	return m
}

// The metric of the verdict may need a threshold: flags then stay with the steps that have them.
func TestIntervalsOverTheDataOfAlarms(t *testing.T) {
	r := scoredReport()
	r.Spec.Headline = "f1"
	for i := range r.Arms {
		for k := range r.Arms[i].Runs {
			run := &r.Arms[i].Runs[k]
			for t, s := range run.Scores {
				if s > 1.5 {
					run.Alarms = append(run.Alarms, steps.Range{From: t, To: t + 1})
				}
			}
		}
	}
	got, err := experiment.OverData(context.Background(), r, 40, nil)
	if err != nil {
		t.Fatal(err)
	}
	if i := got.Of("f1", "cosine", ""); !(i.Low > 0.1 && i.Low < i.High && i.High < 1) {
		t.Errorf("F1 between %v and %v", i.Low, i.High)
	}
}

func TestWithoutSegmentsThereIsNoIntervalOverTheData(t *testing.T) {
	r := scoredReport()
	if !r.Data.Resampled() {
		t.Error("ten segments do not do")
	}
	r.Data.Segments = r.Data.Segments[:1]
	if _, err := experiment.OverData(context.Background(), r, 10, nil); !fault.Has(err, "resample-segments") ||
		r.Data.Resampled() {
		t.Errorf("one segment: %v", err)
	}
	r.Data.Labelled = false
	if _, err := experiment.OverData(context.Background(), r, 10, nil); !fault.Has(err, "resample-no-scores") {
		t.Errorf("no labels: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	paused := 0
	_, err := experiment.OverData(ctx, scoredReport(), 10, func() {
		if paused++; paused == 3 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || paused != 3 {
		t.Errorf("stopped after %d: %v", paused, err)
	}
}

// What a report cannot hold of intervals over the data is named.
func TestIntervalsOverTheDataAreCheckedOnReadingBack(t *testing.T) {
	good := scoredReport()
	var err error
	if good.OverData, err = experiment.OverData(context.Background(), good, 5, nil); err != nil {
		t.Fatal(err)
	}
	for field, harm := range map[string]func(*spec.OverData){
		"over_data.draws":               func(o *spec.OverData) { o.Draws = 0 },
		"over_data.block":               func(o *spec.OverData) { o.Block = 1000 },
		"over_data.intervals[0].metric": func(o *spec.OverData) { o.Intervals[0].Metric = "best" },
		"over_data.intervals[1].arm":    func(o *spec.OverData) { o.Intervals[1].Arm = "who" },
		"over_data.intervals[2].over":   func(o *spec.OverData) { o.Intervals[2].Over = o.Intervals[2].Arm },
		"over_data.intervals[1]":        func(o *spec.OverData) { o.Intervals[1] = o.Intervals[0] },
		"over_data.intervals[0]":        func(o *spec.OverData) { o.Intervals[0].Low = 2 },
		"over_data.intervals[3]":        func(o *spec.OverData) { o.Intervals[3].Low = metrics.Undefined },
	} {
		bad, o := good, *good.OverData
		o.Intervals = slices.Clone(o.Intervals)
		harm(&o)
		bad.OverData = &o
		f := fault.Of(bad.Check())
		if f == nil || len(f.Args) == 0 || f.Args[0] != field {
			t.Errorf("%s: %+v", field, f)
		}
	}
}
