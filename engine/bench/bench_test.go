package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"cosinelab/assets/words"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/bench/timing"
	"cosinelab/engine/experiment"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

func TestEveryStepIsTimedWithItsFLOPs(t *testing.T) {
	lines, err := Run(context.Background(), cpu.New(),
		Options{Runs: 1, Only: []string{"T", "A", "64x64x64"},
			Roofline: func(time.Duration) float64 { return 100 }})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range lines {
		names = append(names, l.Group+" "+l.Name)
		if !(l.Median > 0) || !(l.FLOP > 0) || l.Roofline != 100 {
			t.Errorf("%+v", l)
		}
	}
	if got := strings.Join(
		names, ", "); got != "product 64x64x64, training step T, training step A, scoring A" {
		t.Errorf("timed %s", got)
	}
	// Forward and backward products of 32 windows, counted by hand: the embedding, three layers, the
	// projection; three times the forward pass, less the gradient of the input.
	const layer = 6*100*64*64 + 2*8*100*100*8
	const want = 32 * 2 * (3*(3*layer+100*64*38) + 2*100*114*64)
	if got := lines[1].FLOP; math.Abs(got-want) > 1 {
		t.Errorf("step T: %.0f FLOP, want %d", got, want)
	}
}

func TestAStepIsTimedOnOneWorkerAndOnSeveral(t *testing.T) {
	lines, err := Run(context.Background(), cpu.New(),
		Options{Runs: 2, Only: []string{"L"}, Workers: []experiment.Worker{experiment.Local(cpu.New())}})
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 || lines[0].Workers != 1 || lines[1].Workers != 2 || lines[0].Runs != 2 ||
		lines[1].Runs != 2 || lines[0].FLOP != lines[1].FLOP {
		t.Errorf("%+v", lines)
	}
	// By hand, for 32 windows of 100 steps: both layers' products with inputs and, but for the first step,
	// with states; the head. All three times, forward and for both gradients, less the gradient of the input.
	const in, states, head = 38 * 320, 80 * 320, 80 * 38
	const want = 32 * 2 * (100*(2*in+3*states+3*head) + 2*states*3*99)
	if got := lines[0].FLOP; math.Abs(got-want) > 1 {
		t.Errorf("step L: %.0f FLOP, want %d", got, want)
	}
}

// counted is a worker that counts the windows it scores.
type counted struct {
	train.Worker
	asked *int
}

func (c counted) Forward(ctx context.Context, p train.Pass) ([][]float32, error) {
	*c.asked += len(p.At)
	return c.Worker.Forward(ctx, p)
}

func TestScoringIsTimedOnOneWorkerAndOnSeveral(t *testing.T) {
	asked := 0
	step := Step{Name: "small", Model: sized(spec.ModelTransformer, 8)}
	task := step.task()
	tr, w, err := step.trainer(cpu.New())
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	r := &run{Options: Options{Runs: 2, Workers: []experiment.Worker{experiment.Local(cpu.New())}}}
	workers, err := r.join(context.Background(), task)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.score(context.Background(), tr, step, [][]train.Worker{nil, {counted{workers[0], &asked}}},
		w.perWindow("forward")); err != nil || len(r.lines) != 2 {
		t.Fatalf("lines %+v, error %v, want two lines", r.lines, err)
	}
	one, two := r.lines[0], r.lines[1]
	if one.Group != timing.GroupScoring || one.Workers != 1 || two.Workers != 2 || one.Runs != 2 ||
		two.Runs != 2 || !(one.FLOP > 0) || one.FLOP != two.FLOP {
		t.Errorf("scoring: %+v, %+v", one, two)
	}
	if want := (2 + 2) * task.Spec.Train.Batch / 2; asked != want { // two runs count, two warm it up
		t.Errorf("the other worker scored %d windows, want %d, half of every other pass", asked, want)
	}
}

var errGone = errors.New("it is gone")

// lost is a worker that joins and then dies.
type lost struct{ train.Worker }

func (l lost) Join(context.Context, experiment.Task) (train.Worker, error) { return l, nil }

func (lost) Gradients(context.Context, train.Work) ([]train.Gradient, error) { return nil, errGone }

func TestALostWorkerEndsTheBenchmark(t *testing.T) {
	lines, err := Run(context.Background(), cpu.New(),
		Options{Runs: 1, Only: []string{"L"}, Workers: []experiment.Worker{lost{}}})
	if !errors.Is(err, errGone) || len(lines) > 0 {
		t.Errorf("lines %+v, error %v: want none, since two workers were never there", lines, err)
	}
}

func TestWhatIsComparedIsTimed(t *testing.T) {
	var names, scored []string
	for _, p := range products {
		names = append(names, p.name())
	}
	for _, s := range Steps {
		names = append(names, s.Name)
		if s.Scored {
			scored = append(scored, s.Name)
		}
	}
	if got := strings.Join(
		names, " "); got != "64x64x64 256x256x256 512x512x512 1600x64x64 1600x512x512 T A D L F S C" {
		t.Errorf("timed are %s", got)
	}
	if got := strings.Join(scored, " "); got != "A F S" {
		t.Errorf("scoring is timed for %s", got)
	}
}

func TestAnUnknownStepIsAnError(t *testing.T) {
	if _, err := Run(context.Background(), cpu.New(), Options{Only: []string{"Z"}}); err == nil ||
		!strings.Contains(words.English().Error(err), `"Z"`) {
		t.Errorf("error %v, want one that names Z", err)
	}
}

// The parts add up to the whole on one worker; several workers come to the same FLOP.
func TestTheDefaultExperimentIsTimedInParts(t *testing.T) {
	if testing.Short() {
		t.Skip("carries the default experiment out twice")
	}
	lines, err := Run(context.Background(), cpu.New(), Options{Only: []string{Whole},
		Workers: []experiment.Worker{experiment.Local(cpu.New())}, Roofline: func(time.Duration) float64 { return 100 }})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	parts := 0.0
	for _, l := range lines {
		names = append(names, fmt.Sprint(l.Name, " ", l.Workers))
		if !(l.Median > 0) {
			t.Errorf("%+v", l)
		}
		if l.Name != Whole {
			parts += l.Median
		}
	}
	if got := strings.Join(names, ", "); got != "experiment 1, data 1, training 1, scoring 1, metrics 1, experiment 2" {
		t.Fatalf("timed %s", got)
	}
	if one := lines[0].Median; math.Abs(parts-one) > 0.02*one {
		t.Errorf("the parts take %.0f ms, the whole %.0f", parts, one)
	}
	if one, two := lines[0].FLOP, lines[len(lines)-1].FLOP; one != two || !(one > 5e10) {
		t.Errorf("%g FLOP on one worker, %g on two", one, two)
	}
}
