package train_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/graph"
	"cosinelab/engine/plan"
	"cosinelab/engine/train"
)

// noisy learns one parameter from windows and draws of both kinds; its outputs are the draws.
func noisy(t testing.TB, micro int) train.Problem {
	t.Helper()
	var p train.Problem
	g, err := graph.Build(func(g *graph.Graph) {
		x, w := g.Input("x", micro, window, channels), g.Param("w", graph.Init{Fill: 1}, channels)
		eps, edge := g.Draw("eps", graph.Normal, 0, micro, window, channels), g.Draw("edge", graph.Gumbel, 0,
			channels)
		loss := graph.MeanAll(graph.Mul(graph.Add(graph.Mul(x, w), eps), graph.Add(w, edge)))
		p = train.Problem{Windows: x, Loss: loss, Monitor: loss, Trainable: g.Params(),
			Parts: []plan.Result{{Name: "total", Node: loss}},
			Outputs: []plan.Result{{Name: "eps", Node: graph.Scale(eps, 1)},
				{Name: "edge", Node: graph.Expand(graph.Shift(edge, 0), micro, channels)}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Graph = g
	return p
}

// draws are the outputs of noisy for every window.
func draws(t *testing.T, micro int, seed uint64) (eps, edge [][]float32) {
	t.Helper()
	w := datasets.Slide(waves(window+6), window, 1)
	err := newTrainer(t, noisy(t, micro), 0, seed).Forward(context.Background(), w,
		func(_ int, o [][]float32) error {
			eps, edge = append(eps, slices.Clone(o[0])), append(edge, slices.Clone(o[1]))
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return eps, edge
}

func TestScoredWindowsKeepTheirDrawsInEveryMicroBatch(t *testing.T) {
	one, edge := draws(t, 1, 3)
	three, _ := draws(t, 3, 3)
	other, _ := draws(t, 1, 4)
	for i := range one {
		if !slices.Equal(one[i], three[i]) {
			t.Errorf("window %d: %v in micro-batches of 1, %v in those of 3", i, one[i], three[i])
		}
		if slices.Equal(one[i], other[i]) || i > 0 && slices.Equal(one[i], one[i-1]) {
			t.Errorf("window %d has the draws of another seed or window", i)
		}
		if slices.Max(edge[i]) != 0 || slices.Min(edge[i]) != 0 {
			t.Errorf("window %d: Gumbel noise %v in scoring, want 0", i, edge[i])
		}
	}
}

func TestNormalDrawsAreStandard(t *testing.T) {
	eps, _ := draws(t, 2, 1)
	n, sum, square := 0.0, 0.0, 0.0
	for _, x := range slices.Concat(eps...) {
		n, sum, square = n+1, sum+float64(x), square+float64(x)*float64(x)
	}
	if mean := sum / n; math.Abs(mean) > 4/math.Sqrt(n) || math.Abs(square/n-1) > 4*math.Sqrt(2/n) {
		t.Errorf("%v draws with mean %v and mean square %v", n, mean, square/n)
	}
}

func TestNoiseDoesNotDependOnTheWorkers(t *testing.T) {
	fit := func(workers int) *train.Trainer {
		tr := newTrainer(t, noisy(t, 1), 0, 3)
		var others []train.Worker
		for range workers {
			others = append(others, newTrainer(t, noisy(t, 1), 0, 99).Worker())
		}
		tr.Share(others, false, nil)
		if _, err := tr.Fit(context.Background(), fitWindows(), validWindows(), sharedOptions()); err != nil {
			t.Fatal(err)
		}
		return tr
	}
	want := params(t, fit(0))
	for workers := 1; workers <= 3; workers++ {
		sameBits(t, fmt.Sprintf("%d other workers", workers), params(t, fit(workers)), want)
	}
}

func TestEveryStepAndMicroBatchHasDrawsOfItsOwn(t *testing.T) {
	// Without data the gradient is the noise alone: the same draws again would give the same loss again.
	var seen []float64
	o := options()
	o.OnStep = func(s train.StepInfo) { seen = append(seen, s.Losses[0].Value) }
	p := noisy(t, 1)
	if _, err := newTrainer(t, p, 0, 3).Fit(context.Background(), datasets.Tile(waves(0+window), window),
		datasets.Windows{}, o); err != nil {
		t.Fatal(err)
	}
	for i, x := range seen {
		if slices.Contains(seen[:i], x) {
			t.Errorf("step %d has the loss %v of an earlier one", i+1, x)
		}
	}
}

func TestUnitRowsHaveNormOneAndStepsClimb(t *testing.T) {
	var unit, climb *graph.Node
	if _, err := graph.Build(func(g *graph.Graph) {
		unit = g.Param("u", graph.Init{Normal: 1, Unit: true}, 4, 3)
		climb = g.Param("c", graph.Init{Fill: 1, Step: 0.5}, 2, 3)
	}); err != nil {
		t.Fatal(err)
	}
	for row := range slices.Chunk(train.Initial(unit, 1), 3) {
		norm := 0.0
		for _, x := range row {
			norm += float64(x) * float64(x)
		}
		if math.Abs(norm-1) > 1e-6 {
			t.Errorf("row %v has the squared norm %v", row, norm)
		}
	}
	if got, want := train.Initial(climb, 1), []float32{1, 1.5, 2, 1, 1.5, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestClippingEachGradientBoundsItsStep(t *testing.T) {
	norm := func(limit float64) float64 {
		p := reconstruction(t, 1)
		p.ClipEach = limit
		o := options()
		o.Epochs = 1
		r, err := newTrainer(t, p, 0, 1).Fit(context.Background(), fitWindows(), validWindows(), o)
		if err != nil {
			t.Fatal(err)
		}
		return r.Epochs[0].GradNorm
	}
	tensors := float64(len(reconstruction(t, 1).Trainable))
	if free, tight := norm(0), norm(1e-3); tight > 1e-3*math.Sqrt(tensors)*1.0001 || free < 10*tight {
		t.Errorf("gradient norm %v without a limit, %v with one of 0.001 for each of %v tensors", free, tight,
			tensors)
	}
}

func TestDropoutLeavesOutItsShareInTrainingAlone(t *testing.T) {
	const rate, epochs = 0.3, 4
	var p train.Problem
	g, err := graph.Build(func(g *graph.Graph) {
		x, w := g.Input("x", 1, window, channels), g.Param("w", graph.Init{Fill: 1}, channels)
		mask, late := g.Draw("mask", graph.Dropout, rate, 1, window, channels), g.Draw("late", graph.After, 2)
		loss := graph.MeanAll(graph.Mul(graph.Mul(x, w), graph.Mul(mask, late)))
		p = train.Problem{Windows: x, Loss: loss, Monitor: loss, Trainable: g.Params(), Parts: []plan.Result{
			{Name: "mean", Node: graph.MeanAll(mask)}, {Name: "square",
				Node: graph.MeanAll(graph.Mul(mask, mask))}, {Name: "late", Node: late}},
			Outputs: []plan.Result{{Name: "mask", Node: graph.Scale(mask, 1)},
				{Name: "begun", Node: graph.Expand(late, 1, channels)}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Graph = g
	o := options()
	o.Epochs = epochs
	tr := newTrainer(t, p, 0, 1)
	r, err := tr.Fit(context.Background(), datasets.Slide(waves(300), window, 1), datasets.Windows{}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range r.Epochs {
		// Every element is 0 or 1/(1-rate), so that the mean square is the mean divided by 1-rate.
		mean, square, late := e.Losses[0].Value, e.Losses[1].Value, e.Losses[2].Value
		if n := float64(e.Steps / (i + 1) * o.Train.Batch * window * channels); math.Abs(
			mean-1) > 4*math.Sqrt(rate/(1-rate)/n) {
			t.Errorf("epoch %d: dropout has the mean %v", e.Epoch, mean)
		}
		if math.Abs(square-mean/(1-rate)) > 1e-5 {
			t.Errorf("epoch %d: mean square %v, want %v", e.Epoch, square, mean/(1-rate))
		}
		if want := map[bool]float64{false: 0, true: 1}[e.Epoch > 2]; late != want {
			t.Errorf("epoch %d: %v of what begins after 2 epochs, want %v", e.Epoch, late, want)
		}
	}
	err = tr.Forward(context.Background(), fitWindows(), func(i int, o [][]float32) error {
		for _, out := range o {
			if slices.Max(out) != 1 || slices.Min(out) != 1 {
				t.Errorf("window %d is scored with %v, want 1", i, out)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
