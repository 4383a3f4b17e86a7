package models_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"cosinelab/datasets"
	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/backend/cpu"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

func TestGradientOfEachModelsLossEqualsFiniteDifferences(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		t.Run(m.String(), func(t *testing.T) {
			b := build(t, m)
			grads, err := autodiff.Gradients(b.out.Loss, b.graph.Params()...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := backendtest.Eval(b.feeds, grads...)
			if err != nil {
				t.Fatal(err)
			}
			f, reach := freeze(t, b), reaching(b.out.Loss)
			for i, p := range b.graph.Params() {
				if !reach[p] {
					t.Errorf("parameter %s of %s does not reach the loss", p.Name, m)
					continue
				}
				for _, j := range []int{0, p.Shape.Len() / 2, p.Shape.Len() - 1} {
					want := f.slope(t, p.Name, j)
					if math.Abs(got[i][j]-want) > 1e-7*max(1, math.Abs(want)) {
						t.Errorf("%s[%d]: gradient %v, finite difference %v", p.Name, j, got[i][j], want)
					}
				}
			}
		})
	}
}

// reaching is all that a node is computed from.
func reaching(n *graph.Node) map[*graph.Node]bool {
	seen, open := map[*graph.Node]bool{n: true}, []*graph.Node{n}
	for len(open) > 0 {
		next := open[0]
		open = open[1:]
		for _, in := range next.In {
			if !seen[in] {
				seen[in] = true
				open = append(open, in)
			}
		}
	}
	return seen
}

// frozen is a loss in which everything behind a StopGradient keeps the value it had at the starting point.
// Its finite differences are what the gradient of a minimax loss is about.
type frozen struct {
	loss   *graph.Node
	params map[string]*graph.Node
	feeds  backendtest.Feeds
}

func freeze(t *testing.T, b built) frozen {
	t.Helper()
	f := frozen{params: map[string]*graph.Node{}, feeds: backendtest.Feeds{}}
	of := map[*graph.Node]*graph.Node{}
	nodes := b.graph.Nodes()[:b.out.Loss.ID+1]
	if _, err := graph.Build(func(g *graph.Graph) {
		for _, n := range nodes {
			of[n] = f.copy(t, g, n, of, b.feeds)
		}
	}); err != nil {
		t.Fatal(err)
	}
	f.loss = of[b.out.Loss]
	return f
}

func (f *frozen) copy(t *testing.T, g *graph.Graph, n *graph.Node, of map[*graph.Node]*graph.Node,
	feeds backendtest.Feeds) *graph.Node {
	t.Helper()
	switch n.Kind {
	case op.Const:
		return g.Const(n.Value(), n.Shape...)
	case op.Input, op.Param, op.StopGradient:
		v, err := backendtest.Eval(feeds, n)
		if err != nil {
			t.Fatal(err)
		}
		name := n.Name
		if n.Kind == op.StopGradient {
			name = fmt.Sprintf("frozen %d", n.ID)
		}
		x := g.Input(name, n.Shape...)
		f.params[name], f.feeds[x] = x, v[0]
		return x
	}
	var in []*graph.Node
	for _, x := range n.In {
		in = append(in, of[x])
	}
	return graph.Apply(n.Kind, n.Attr, in...)
}

// slope is the central difference of the loss by one element of a parameter.
func (f frozen) slope(t *testing.T, name string, j int) float64 {
	t.Helper()
	const h = 1e-5
	v, at := f.feeds[f.params[name]], [2]float64{}
	x := v[j]
	for i, step := range []float64{-h, h} {
		v[j] = x + step
		loss, err := backendtest.Eval(f.feeds, f.loss)
		if err != nil {
			t.Fatal(err)
		}
		at[i] = loss[0][0]
	}
	v[j] = x
	return (at[1] - at[0]) / (2 * h)
}

func TestEachModelOverfitsOneBatch(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		t.Run(m.String(), func(t *testing.T) {
			c := fit(m, models.Config{Window: 16, Channels: 3, DModel: 16, Heads: 2, Layers: 1, DFF: 16,
				Latent: 3, Flows: 2,
				Centres: []int{3}, Features: 4, MLP: 8})
			c.Dropout = 0
			g, out := graphOf(t, m, c, 2)
			p := train.Problem{Graph: g, Windows: g.Input("x", 2, c.Window, c.Channels), Loss: out.Loss,
				Monitor: out.Loss, Trainable: g.Params()}
			for _, part := range out.Parts {
				p.Parts = append(p.Parts, plan.Result{Name: part.Kind.String(), Node: part.Node})
			}
			// A variational model first learns to ignore its latent values, and is never sure of them.
			epochs, share := 250, 0.05
			if m == spec.ModelOmniAnomaly {
				epochs, share = 800, 0.1
			}
			first, last := overfit(t, p, epochs)
			if last > share*first {
				t.Errorf("%s %.4f after training, %.4f before; want less than %v of it", out.Parts[0].Kind,
					last, first, share)
			}
		})
	}
}

// overfit trains on a series of two windows and returns the first part of the loss in the first and the best
// epoch.
func overfit(t *testing.T, p train.Problem, epochs int) (first, best float64) {
	t.Helper()
	rows, channels := 2*p.Windows.Shape[1], p.Windows.Shape[2]
	tr, err := train.New(cpu.New(), p, 0, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	s := datasets.Series{Rows: rows, Channels: channels}
	for _, v := range wave(rows * channels) {
		s.Values = append(s.Values, float32(v))
	}
	windows := datasets.Tile(s, rows/2)
	o := train.Options{Train: spec.Train{Rate: 1e-2, Schedule: spec.RateConstant, Batch: 2}, Epochs: epochs,
		Seed: 1}
	result, err := tr.Fit(context.Background(), windows, datasets.Windows{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return result.Epochs[0].Losses[0].Value, result.Epochs[result.Best-1].Losses[0].Value
}
