package experiment_test

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"cosinelab/datasets/steps"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
)

// onlooker is somebody who always wants to see all of the test part.
type onlooker struct {
	mu   sync.Mutex
	seen []experiment.Glimpse
	told []spec.Event
}

func (o *onlooker) watch(now bool) *experiment.Watch {
	return &experiment.Watch{
		Wants: func(experiment.Checkpoint) experiment.Want {
			return experiment.Want{Range: steps.Range{To: 1 << 20}, Now: now}
		},
		Show: func(g experiment.Glimpse) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.seen = append(o.seen, g)
		},
	}
}

func (o *onlooker) hear(e spec.Event) {
	if e.Glimpse != nil {
		o.told = append(o.told, e)
	}
}

// As long as somebody waits, every step is looked at; dropout draws noise, which looking must not use up.
func TestLookingAtTrainingChangesNoBit(t *testing.T) {
	s := small(t)
	s.Seeds = []uint64{1, 2}
	for i, model := range []spec.Model{s.Student, {Kind: spec.ModelOmniAnomaly, DModel: 4, DFF: 4, Latent: 2, Flows: 1, Samples: 1}} {
		s.Student = model
		want := stripped(t, quick(t, s, experiment.Options{}))
		for _, now := range []bool{true, false} {
			var o onlooker
			opts := experiment.Options{Watch: o.watch(now), Events: o.hear}
			if i > 0 {
				opts.Workers = []experiment.Worker{experiment.Local(cpu.New())}
			}
			if got := stripped(t, quick(t, s, opts)); got != want {
				t.Errorf("%v, now %v: a report changed because somebody looked", model.Kind, now)
			}
			if now && len(o.seen) < 2*4*(stepsOf-1) || len(o.seen) == 0 || len(o.told) != len(o.seen) {
				t.Errorf("%v, now %v: %d looks, %d told", model.Kind, now, len(o.seen), len(o.told))
			}
		}
	}
}

// What is seen after the last step is what the run comes to where the last epoch is the best: the same bits.
func TestALookIsWhatTheRunWouldScore(t *testing.T) {
	s := only(small(t), "alone")
	s.Train.Epochs, s.Train.Validation = 1, 0
	var o onlooker
	out := quick(t, s, experiment.Options{Outputs: true, Watch: o.watch(true),
		Gate: func(context.Context) error { return nil }})
	// Between the last step and the scores there is no gate: one more epoch shows what the first ended in.
	s.Train.Epochs = 2
	quick(t, s, experiment.Options{Watch: o.watch(true)})
	run := runOf(t, out, "alone")
	same := func(g experiment.Glimpse) bool {
		return g.Windows == g.Of && slices.Equal(g.Scores, run.Scores) && slices.Equal(g.Output, run.Output)
	}
	if !slices.ContainsFunc(o.seen, same) {
		t.Errorf("none of %d looks shows what the run came to", len(o.seen))
	}
}

func TestALookSaysWhereItsStepsLie(t *testing.T) {
	s := only(small(t), "alone", "cosine")
	s.Train.Epochs = 30
	var o onlooker
	r := quick(t, s, experiment.Options{Watch: &experiment.Watch{
		Wants: func(experiment.Checkpoint) experiment.Want {
			return experiment.Want{Range: steps.Range{From: 25, To: 45}, Now: true}
		}, Show: o.watch(true).Show}})
	teachers := 0
	for _, g := range o.seen {
		n := 0
		for _, span := range g.Spans {
			n += span.Len()
		}
		if g.OfTeacher() {
			teachers++
		} else if len(g.Scores) != n {
			t.Fatalf("%d scores of %d steps", len(g.Scores), n)
		}
		if len(g.Output) != n*len(r.Data.Channels) || g.Of != 3 || g.Windows != len(g.Spans) {
			t.Fatalf("%d values of %d steps in %d of %d windows", len(g.Output), n, g.Windows, g.Of)
		}
		if g.Windows == 3 && (g.Spans[0] != steps.Range{From: 20, To: 30} || g.Spans[2].To != 50) {
			t.Fatalf("the steps 25 to 45 are in %v", g.Spans)
		}
	}
	if teachers == 0 || teachers == len(o.seen) {
		t.Errorf("%d of %d looks are at teachers", teachers, len(o.seen))
	}
}

// A glimpse without any finite score ends nothing and shows nothing.
func TestWhatIsNotFiniteIsNotShown(t *testing.T) {
	s := only(small(t), "alone")
	s.Train.Rate, s.Train.Clip = 1e30, 0
	var o onlooker
	r := quick(t, s, experiment.Options{Watch: o.watch(true)})
	for _, g := range o.seen {
		if slices.ContainsFunc(g.Scores, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			t.Error("a score that is not finite is shown")
		}
	}
	if runOf(t, r, "alone").Failed == nil {
		t.Skip("the numbers stayed finite")
	}
}

// BenchmarkWatch prints what looking costs of a training's time: at most a twentieth.
func BenchmarkWatch(b *testing.B) {
	s := spec.Default()
	s.Seeds, s.Arms = []uint64{1}, s.Arms[3:5]
	set, err := server()
	if err != nil {
		b.Fatal(err)
	}
	p, err := experiment.Prepare(s, set)
	if err != nil {
		b.Fatal(err)
	}
	var looking, training float64
	looks := 0
	for b.Loop() {
		var asked time.Time
		_, err := experiment.Run(context.Background(), p, cpu.New(), experiment.Options{
			Events: func(e spec.Event) { training += e.StepMs / 1000 },
			Watch: &experiment.Watch{
				Wants: func(experiment.Checkpoint) experiment.Want {
					asked = time.Now()
					return experiment.Want{Range: steps.Range{To: 1 << 20}}
				},
				Show: func(experiment.Glimpse) {
					looking += time.Since(asked).Seconds()
					looks++
				},
			}})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*looking/training, "%")
	b.ReportMetric(float64(looks)/float64(b.N), "looks/op")
}
