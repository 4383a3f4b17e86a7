package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cosinelab/datasets"
	"cosinelab/engine/backend"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/webgpu"
	"cosinelab/engine/bench"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// gpu opens the adapter of this browser for one test.
func gpu(tb testing.TB) *webgpu.Device {
	tb.Helper()
	dev, err := webgpu.Open()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(dev.Close)
	return dev
}

func TestGPUFollowsTheContract(t *testing.T) { backendtest.Run(t, gpu(t)) }

func TestGPUFollowsGoldenVectors(t *testing.T) { verify(t, gpu(t)) }

// taught is a training run of a model that follows a teacher of its kind, in short windows.
func taught(kind spec.ModelKind) experiment.Task {
	s := spec.Default()
	s.Data.Window = 20
	s.Teacher.Model, s.Student = spec.Model{Kind: kind}, spec.Model{Kind: kind}
	s.Train = spec.Train{Rate: 1e-3, Schedule: spec.RateConstant, Epochs: 2, Batch: 8, Clip: 1}
	s.Detect.Score = spec.ScoreModel
	arm := slices.IndexFunc(s.Arms, func(a spec.Arm) bool { return spec.Controls[a.Control].Trains && a.Distils() })
	return experiment.Task{Spec: s, Arm: arm, Taught: true, Channels: 5, Micro: 4}
}

// fit is fitting of a training run that must not fail, without its times.
func fit(tb testing.TB, dev backend.Device, task experiment.Task) []spec.Epoch {
	tb.Helper()
	r, err := fitting(tb, dev, task, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for i := range r.Epochs {
		r.Epochs[i].Seconds = 0
	}
	return r.Epochs
}

// fitting trains on a few windows of waves, with half as many to validate.
func fitting(tb testing.TB, dev backend.Device, task experiment.Task, onStep func(train.StepInfo)) (train.Result,
	error) {
	tb.Helper()
	problem, err := task.Problem()
	if err != nil {
		tb.Fatal(err)
	}
	trainer, err := train.New(dev, problem, task.Spec.Train.Clip, 1, nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer trainer.Close()
	waves := func(windows int) datasets.Windows {
		length := task.Spec.Data.Window
		s := datasets.Series{Rows: windows + length - 1, Channels: task.Channels}
		for i := range s.Rows * s.Channels {
			s.Values = append(s.Values, float32(math.Sin(float64(i/s.Channels)*(0.2+0.1*float64(i%s.Channels)))))
		}
		return datasets.Slide(s, length, 1)
	}
	return trainer.Fit(context.Background(), waves(16), waves(8), train.Options{Train: task.Spec.Train,
		Epochs: task.Spec.Train.Epochs, Lambda: func(int) float64 { return 5 }, OnStep: onStep})
}

// near is how far losses of a device may be from those of another after some steps.
const near = 1e-3

func TestGPUTrainsEveryModelAsSIMDDoes(t *testing.T) {
	dev, other := gpu(t), device(t)
	for kind := spec.ModelKind(1); kind < spec.ModelCount; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			want, got := fit(t, other, taught(kind)), fit(t, dev, taught(kind))
			for i, e := range want {
				compareParts(t, e.Losses, got[i].Losses)
				compareParts(t, e.Validation, got[i].Validation)
			}
		})
	}
}

func TestGPUGivesTheSameBitsWhateverItsLimits(t *testing.T) {
	dev := gpu(t)
	task := taught(spec.ModelAnomalyTransformer)
	want := fit(t, dev, task)
	dev.Limit(webgpu.Limits{BindingBytes: 1 << 24, Groups: 64})
	if got := fit(t, dev, task); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, before %v", got, want)
	}
}

func compareParts(t *testing.T, want, got []spec.Part) {
	t.Helper()
	for i, p := range want {
		if d := math.Abs(got[i].Value - p.Value); !(d <= near*math.Abs(p.Value)+1e-5) {
			t.Errorf("%s: %g, simd has %g", p.Name, got[i].Value, p.Value)
		}
	}
}

func TestGPUThatIsTakenAwayEndsTheRun(t *testing.T) {
	dev, steps := gpu(t), 0
	_, err := fitting(t, dev, taught(spec.ModelTransformer), func(train.StepInfo) {
		if steps++; steps == 2 {
			dev.Close()
		}
	})
	if steps != 2 || !errors.Is(err, webgpu.ErrLost) {
		t.Errorf("after %d steps: %v", steps, err)
	}
}

// product is the plan of one large product.
func product(t *testing.T, size int) *plan.Plan {
	t.Helper()
	var z *graph.Node
	g, err := graph.Build(func(g *graph.Graph) { z = graph.MatMul(g.Input("x", size, size), g.Input("y", size, size), 1) })
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(g, plan.Options{}, plan.Proc{Name: "p", Results: []plan.Result{{Name: "z", Node: z}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGPUWithoutMemoryRefusesThePlan(t *testing.T) {
	dev := gpu(t)
	dev.Limit(webgpu.Limits{BindingBytes: 1 << 20, Groups: 65535})
	if _, err := dev.Compile(product(t, 1024)); !errors.Is(err, webgpu.ErrMemory) {
		t.Errorf("got %v", err)
	}
}

func TestGPUThatIsSilentCountsAsGone(t *testing.T) {
	dev := gpu(t)
	p := product(t, 1024)
	prog, err := dev.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	dev.Patience(time.Millisecond)
	z, _ := p.Slot(plan.ClassResult, "z")
	err = prog.Run(context.Background(), 0, nil)
	if err == nil {
		err = prog.Read(z, make([]float32, 1024*1024))
	}
	if !errors.Is(err, webgpu.ErrSilent) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkGPU prints how long this thread takes to hand a micro-batch of step T over, then what package bench times
// on the adapter: those of -only.
func BenchmarkGPU(b *testing.B) {
	dev := gpu(b)
	for b.Loop() {
		calls, best := encoding(b, dev)
		fmt.Printf("%s: %d calls of kernels encoded in %.3f ms at best\n%s\n", dev.Adapter(), calls, best, timing.Head)
		_, err := bench.Run(context.Background(), dev, bench.Options{Runs: *runs, Only: strings.Split(*only, ","),
			Done: func(l timing.Line) { fmt.Println(l.Row()) }})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// encoding is how many calls the gradient of a micro-batch of step T takes, and the milliseconds of the fastest of
// some runs until it is handed over.
func encoding(b *testing.B, dev *webgpu.Device) (calls int, best float64) {
	b.Helper()
	problem, err := stepOf(b, "T").Problem()
	if err != nil {
		b.Fatal(err)
	}
	p, err := train.Plan(problem, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	list, err := webgpu.Render(p, webgpu.Limits{BindingBytes: 1 << 30, Groups: 65535})
	if err != nil {
		b.Fatal(err)
	}
	prog, err := dev.Compile(p)
	if err != nil {
		b.Fatal(err)
	}
	defer prog.Close()
	gradient, _ := p.Proc("gradient")
	best = math.Inf(1)
	for range 10 {
		begin := time.Now()
		err := prog.Run(context.Background(), gradient, nil)
		best = min(best, 1000*time.Since(begin).Seconds())
		if err == nil {
			// Nothing is under way when the next is handed over.
			err = prog.Read(0, make([]float32, p.Slots[0].Shape.Len()))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return len(list.Procs[gradient]), best
}
