package train_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/datasets"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

func TestSameSeedGivesTheSameWeightsBitForBit(t *testing.T) {
	run := func(seed, order uint64) (*train.Trainer, train.Result) {
		tr := newTrainer(t, reconstruction(t, 1), 1, seed)
		o := options()
		o.Seed = order
		r, err := tr.Fit(context.Background(), fitWindows(), validWindows(), o)
		if err != nil {
			t.Fatal(err)
		}
		return tr, r
	}
	a, ra := run(1, 2)
	b, rb := run(1, 2)
	sameBits(t, "second run", params(t, a), params(t, b))
	if !reflect.DeepEqual(losses(ra), losses(rb)) {
		t.Errorf("losses %v and %v", losses(ra), losses(rb))
	}
	_, other := run(2, 2)
	_, shuffled := run(1, 3)
	if reflect.DeepEqual(losses(ra), losses(other)) || reflect.DeepEqual(losses(ra), losses(shuffled)) {
		t.Error("another seed gives the same losses")
	}
}

// Wherever a training run is stopped, between two operations of a step or of validation, what Save wrote then
// leads to the same end.
func TestResumedRunEqualsUninterruptedOneBitForBit(t *testing.T) {
	whole := newTrainer(t, reconstruction(t, 1), 1, 1)
	counting := &countdown{context.Background(), math.MaxInt}
	want, err := whole.Fit(counting, fitWindows(), validWindows(), options())
	if err != nil {
		t.Fatal(err)
	}
	asked := math.MaxInt - counting.left
	step := max(1, asked/13)
	if testing.Short() {
		step = max(1, asked/5)
	}
	for after := 0; after <= asked; after += step {
		got := stopAndResume(t, after)
		if !reflect.DeepEqual(losses(got.result), losses(want)) || got.result.Best != want.Best {
			t.Fatalf("stopped after %d of %d operations: %v, want %v", after, asked, losses(got.result),
				losses(want))
		}
		sameBits(t, "resumed", params(t, got.trainer), params(t, whole))
	}
}

type resumed struct {
	trainer *train.Trainer
	result  train.Result
}

// stopAndResume ends a training run after so many operations and goes on with another trainer of other
// initial weights.
func stopAndResume(t *testing.T, after int) resumed {
	t.Helper()
	first := newTrainer(t, reconstruction(t, 1), 1, 1)
	_, err := first.Fit(&countdown{context.Background(), after}, fitWindows(), validWindows(), options())
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	second := newTrainer(t, reconstruction(t, 1), 1, 99)
	if err := second.Restore(saved(t, first), origin); err != nil {
		t.Fatal(err)
	}
	if second.Steps() != first.Steps() {
		t.Fatalf("%d steps restored, want %d", second.Steps(), first.Steps())
	}
	r, err := second.Fit(context.Background(), fitWindows(), validWindows(), options())
	if err != nil {
		t.Fatal(err)
	}
	return resumed{second, r}
}

// A step that is stopped half-way leaves parameters as they were and no gradient behind: the same trainer
// goes on.
func TestStoppedStepChangesNothing(t *testing.T) {
	undisturbed := newTrainer(t, reconstruction(t, 1), 1, 1)
	if _, err := undisturbed.Fit(context.Background(), fitWindows(), validWindows(), options()); err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	before := params(t, tr)
	for _, after := range []int{0, 1, 3, 7, 20} {
		if _, err := tr.Fit(&countdown{context.Background(), after}, fitWindows(), validWindows(),
			options()); !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d operations: error %v, want that of the context", after, err)
		}
		if tr.Steps() == 0 {
			sameBits(t, "stopped step", params(t, tr), before)
		}
	}
	if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), options()); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "stopped often", params(t, tr), params(t, undisturbed))
}

func TestGateEndsTheTrainingBetweenSteps(t *testing.T) {
	enough := errors.New("enough")
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	o := options()
	passed := 0
	o.Gate = func(context.Context) error {
		if passed++; passed > 4 {
			return enough
		}
		return nil
	}
	r, err := tr.Fit(context.Background(), fitWindows(), validWindows(), o)
	if !errors.Is(err, enough) || tr.Steps() != 4 || len(r.Epochs) != 1 {
		t.Fatalf("error %v after %d steps and %d epochs, want 4 and 1", err, tr.Steps(), len(r.Epochs))
	}
	o.Gate = nil
	if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), o); err != nil {
		t.Fatal(err)
	}
	whole := newTrainer(t, reconstruction(t, 1), 1, 1)
	if _, err := whole.Fit(context.Background(), fitWindows(), validWindows(), options()); err != nil {
		t.Fatal(err)
	}
	sameBits(t, "continued", params(t, tr), params(t, whole))
}

func TestStepsCountEveryWindowOnceAnEpoch(t *testing.T) {
	for _, c := range []struct{ windows, batch, micro, steps int }{
		{7, 3, 1, 3}, {6, 3, 1, 2}, {2, 5, 1, 1}, {7, 4, 2, 2}, {5, 4, 2, 1}, {4, 4, 4, 1},
	} {
		if got := train.Batches(c.windows, c.batch, c.micro); got != c.steps {
			t.Errorf("Batches(%d, %d, %d) = %d, want %d", c.windows, c.batch, c.micro, got, c.steps)
		}
		tr := newTrainer(t, reconstruction(t, c.micro), 1, 1)
		o := options()
		o.Epochs, o.Train.Batch = 2, c.batch
		var seen []int
		o.OnStep = func(s train.StepInfo) {
			if s.Steps != 2*c.steps {
				t.Errorf("%+v: %d steps announced", c, s.Steps)
			}
			seen = append(seen, s.Step)
		}
		r, err := tr.Fit(context.Background(), datasets.Slide(waves(window+c.windows-1), window, 1),
			datasets.Windows{}, o)
		if err != nil {
			t.Fatal(err)
		}
		if tr.Steps() != 2*c.steps || !slices.IsSorted(seen) || len(seen) != 2*c.steps ||
			r.Epochs[1].Steps != 2*c.steps {
			t.Errorf("%+v: %d steps, reported %v, epochs %v", c, tr.Steps(), seen, r.Epochs)
		}
	}
}

// Micro-batches are a matter of memory, not of the result.
func TestMicroBatchesAddUpToTheBatch(t *testing.T) {
	fit := func(micro int) train.Result {
		tr := newTrainer(t, reconstruction(t, micro), 1, 1)
		o := options()
		o.Train.Batch = 4
		r, err := tr.Fit(context.Background(), datasets.Slide(waves(window+7), window, 1), validWindows(), o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	one, two := fit(1), fit(2)
	for i := range one.Epochs {
		a, b := one.Epochs[i], two.Epochs[i]
		if d := math.Abs(a.Losses[0].Value - b.Losses[0].Value); d > 1e-4 {
			t.Errorf("epoch %d: losses %v and %v", i+1, a.Losses, b.Losses)
		}
		if len(a.Validation) != 2 || a.Validation[1].Name != "discrepancy" {
			t.Errorf("epoch %d: validation %v, want parts and checks", i+1, a.Validation)
		}
	}
}

func TestOverfitsOneBatch(t *testing.T) {
	tr := newTrainer(t, reconstruction(t, 1), 1, 1)
	o := train.Options{Train: spec.Train{Rate: 0.02, Schedule: spec.RateConstant, Batch: 2}, Epochs: 400}
	r, err := tr.Fit(context.Background(), datasets.Slide(waves(window+1), window, 1), datasets.Windows{}, o)
	if err != nil {
		t.Fatal(err)
	}
	first, last := r.Epochs[0].Losses[0].Value, r.Epochs[len(r.Epochs)-1].Losses[0].Value
	if !(last < first/100) {
		t.Errorf("loss fell from %v to %v, want less than a hundredth", first, last)
	}
}

// The parameter walks from 0 to 1 in steps of 0.1, past 0.32, which the monitor likes best.
func TestEarlyStoppingKeepsTheBestEpoch(t *testing.T) {
	p := scalars(t, func(g *graph.Graph) (loss, monitor *graph.Node) {
		w := g.Param("w", graph.Init{})
		square := func(to float64) *graph.Node { return graph.Unary(op.Square, graph.Shift(w, -to)) }
		return square(1), square(0.32)
	})
	tr := newTrainer(t, p, 0, 1)
	o := train.Options{Train: spec.Train{Rate: 0.1, Schedule: spec.RateConstant, Batch: 1, Patience: 2},
		Epochs: 50}
	r, err := tr.Fit(context.Background(), steps(1), steps(1), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Best != 3 || len(r.Epochs) != 5 {
		t.Errorf("best epoch %d of %d, want 3 of 5", r.Best, len(r.Epochs))
	}
	if w := params(t, tr)["w"].Data[0]; math.Abs(float64(w)-0.3) > 0.01 {
		t.Errorf("w = %v, want about 0.3: that of epoch 3", w)
	}
	again, err := tr.Fit(context.Background(), steps(1), steps(1), o)
	if err != nil || len(again.Epochs) != 5 {
		t.Errorf("fitting again: %d epochs, error %v: want nothing more", len(again.Epochs), err)
	}
}

func TestNumbersThatStopBeingFiniteEndTheTraining(t *testing.T) {
	for _, c := range []struct {
		name string
		loss func(w *graph.Node) *graph.Node
		want string
	}{
		{"gradient", func(w *graph.Node) *graph.Node { return graph.Unary(op.Sqrt, w) },
			"gradient norm became +Inf"},
		{"monitor", func(w *graph.Node) *graph.Node {
			return graph.Unary(op.Exp,
				graph.Scale(graph.Shift(w, 1), 1000))
		}, "loss monitor became +Inf"},
	} {
		p := scalars(t, func(g *graph.Graph) (loss, monitor *graph.Node) {
			w := g.Param("w", graph.Init{})
			return c.loss(w), c.loss(w)
		})
		_, err := newTrainer(t, p, 0, 1).Fit(context.Background(), steps(3), steps(1),
			train.Options{Train: spec.Train{Rate: 1, Schedule: spec.RateConstant, Batch: 1}, Epochs: 1})
		if !train.NotFinite(err) || !strings.Contains(words.English().Error(err), "step 1: "+c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	good := options()
	for _, c := range []struct {
		name         string
		fit, valid   datasets.Windows
		batch, epoch int
		schedule     spec.RateScheduleKind
		want         string
	}{
		{"no epochs", fitWindows(), validWindows(), 3, 0, spec.RateConstant, "0 epochs, want at least 1"},
		{"other length", datasets.Slide(waves(12), window+1, 1), validWindows(), 3, 1, spec.RateConstant,
			"windows of 7 steps with 2 channels, the model wants 6 with 2"},
		{"other length in validation", fitWindows(), datasets.Slide(waves(12), window+1, 1), 3, 1,
			spec.RateConstant, "windows of 7 steps"},
		{"no windows", datasets.Slide(waves(3), window, 1), validWindows(), 3, 1, spec.RateConstant,
			"batches of 0 windows"},
		{"batch below a micro-batch", fitWindows(), validWindows(), 1, 1, spec.RateConstant,
			"batches of 1 windows, want at least a micro-batch of 2"},
		{"validation below a micro-batch", fitWindows(), datasets.Tile(waves(window), window), 2, 1,
			spec.RateConstant, "1 validation windows"},
		{"schedule", fitWindows(), validWindows(), 2, 1, 0, "no learning-rate schedule"},
	} {
		o := good
		o.Epochs, o.Train.Batch, o.Train.Schedule = c.epoch, c.batch, c.schedule
		_, err := newTrainer(t, reconstruction(t, 2), 1, 1).Fit(context.Background(), c.fit, c.valid, o)
		if err == nil || !strings.Contains(words.English().Error(err), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// An unfinished micro-batch is scored like any other window.
func TestForwardYieldsEveryWindowInOrder(t *testing.T) {
	w := datasets.Slide(waves(window+4), window, 1)
	var all [][]float32
	for _, micro := range []int{1, 2, 3} {
		var got []float32
		err := newTrainer(t, reconstruction(t, micro), 1, 1).Forward(context.Background(), w,
			func(i int, o [][]float32) error {
				if i*window != len(got) || len(o) != 1 || len(o[0]) != window {
					t.Fatalf("window %d after %d values, outputs %v", i, len(got), o)
				}
				got = append(got, o[0]...)
				return nil
			})
		if err != nil || len(got) != 5*window {
			t.Fatalf("%d values, error %v", len(got), err)
		}
		all = append(all, got)
	}
	for i, x := range all[0] {
		if d := math.Abs(float64(all[1][i] - x)); d > 1e-6 {
			t.Errorf("value %d: %v alone, %v beside another", i, x, all[1][i])
		}
	}
}
