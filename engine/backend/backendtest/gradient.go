package backendtest

import (
	"math/rand/v2"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// differentiable reports whether autodiff has a gradient of the operation that finite differences can
// confirm: updates have no value, gradients no second derivative, what stops gradients has one that it hides,
// and what is fused stands in no graph.
func differentiable(k op.Kind) bool {
	switch k {
	case op.StopGradient, op.GeluSlope, op.SoftmaxGrad, op.NormalizeGrad, op.CosineGrad, op.GaussianPriorGrad,
		op.DiscrepancyGradSeries, op.DiscrepancyGradSigma, op.LSTMGrad, op.GRUGrad, op.InfluenceGrad,
		op.InfluenceGradWeights:
		return false
	}
	return !k.IsSource() && !k.IsFused() && k.Updates() == 0
}

// step is the half-width of central differences in float64: their error is near 1e-9 of the function's size.
const step = 1e-5

// slopeBound is for a gradient in float32 against differences of the oracle.
var slopeBound = bound{1e-4, 1e-4, 1e-6}

// runGradients compares, for a weighted sum of each case's result, the derivative by every input as autodiff
// derives and the device computes it with central differences of the oracle.
func runGradients(t *testing.T, dev backend.Device, k op.Kind, cs []testCase) {
	var smooth []testCase
	for _, c := range cs {
		if c.differentiable {
			smooth = append(smooth, c)
		}
	}
	if len(smooth) == 0 {
		t.Fatalf("no case of %v for finite differences", k)
	}
	s := build(t, k, smooth)
	want := map[string][]float64{}
	for i := range smooth {
		for name, d := range s.differentiate(t, s.results[i].Node) {
			want[name] = d
		}
	}
	s.results = s.gradients(t)
	r := s.compile(t, dev, plan.Options{})
	if r == nil {
		return
	}
	defer r.close()
	r.feed(s.feeds)
	r.run("all")
	for _, g := range s.results {
		if err := compare(r.read(plan.ClassResult, g.Name), want[g.Name], slopeBound); err != nil {
			t.Errorf("%s: %v", g.Name, err)
		}
	}
}

// weighted is the sum of n's elements times fixed weights, so that no gradient vanishes by symmetry.
func weighted(n *graph.Node) *graph.Node {
	random, w := rand.New(rand.NewPCG(1, uint64(n.Shape.Len()))), make([]float32, n.Shape.Len())
	for i := range w {
		w[i] = float32(away(random, i))
	}
	return graph.SumAll(graph.Mul(n, n.Graph().Const(w, n.Shape...)))
}

// gradients extends the graph by the derivative of each result by each of its inputs, named after the input.
func (s *suite) gradients(t *testing.T) []plan.Result {
	t.Helper()
	var rs []plan.Result
	err := s.graph.Extend(func() {
		for _, x := range s.results {
			inputs := inputsOf(x.Node)
			ds, err := autodiff.Gradients(weighted(x.Node), inputs...)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range ds {
				rs = append(rs, plan.Result{Name: inputs[i].Name, Node: d})
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// inputsOf are the inputs that n depends on.
func inputsOf(n *graph.Node) []*graph.Node {
	if n.Kind == op.Input {
		return []*graph.Node{n}
	}
	var all []*graph.Node
	for _, x := range n.In {
		all = append(all, inputsOf(x)...)
	}
	return all
}

// differentiate returns the central differences of weighted(n) by every input, under the input's name.
func (s *suite) differentiate(t *testing.T, n *graph.Node) map[string][]float64 {
	t.Helper()
	var loss *graph.Node
	if err := s.graph.Extend(func() { loss = weighted(n) }); err != nil {
		t.Fatal(err)
	}
	value := func() float64 {
		v, err := Eval(s.feeds, loss)
		if err != nil {
			t.Fatal(err)
		}
		return v[0][0]
	}
	all := map[string][]float64{}
	for _, in := range inputsOf(n) {
		x, d := s.feeds[in], make([]float64, in.Shape.Len())
		for i := range x {
			at := x[i]
			x[i] = at + step
			up := value()
			x[i] = at - step
			d[i] = (up - value()) / (2 * step)
			x[i] = at
		}
		all[in.Name] = d
	}
	return all
}
