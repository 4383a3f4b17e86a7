package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/op"
)

// eval builds f on an input of this shape, draws every value, and returns f's result with the values.
func eval(t *testing.T, f func(x *graph.Node) *graph.Node, shape ...int) (y []float64,
	values map[string][]float64) {
	t.Helper()
	var out *graph.Node
	g, err := graph.Build(func(g *graph.Graph) { out = f(g.Input("x", shape...)) })
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	feeds := backendtest.Feeds{}
	values = map[string][]float64{}
	for _, n := range g.Nodes() {
		if n.Kind != op.Input && n.Kind != op.Param {
			continue
		}
		v := make([]float64, n.Shape.Len())
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		feeds[n], values[n.Name] = v, v
	}
	v, err := backendtest.Eval(feeds, out)
	if err != nil {
		t.Fatal(err)
	}
	return v[0], values
}

func near(t *testing.T, what string, i int, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s[%d]: %v, want %v", what, i, got, want)
	}
}

func TestLinearMultipliesByTheTransposedWeight(t *testing.T) {
	for name, layer := range map[string]func(string, *graph.Node, int) *graph.Node{"linear": nn.Linear,
		"conv": nn.Conv1} {
		y, v := eval(t, func(x *graph.Node) *graph.Node { return layer("map", x, 5) }, 2, 3, 4)
		for i := range y {
			want := v["map.bias"][i%5]
			for k := range 4 {
				want += v["x"][i/5*4+k] * v["map.weight"][i%5*4+k]
			}
			near(t, name, i, y[i], want)
		}
	}
}

func TestTokenConvWrapsAround(t *testing.T) {
	const length, in, out = 5, 2, 4
	y, v := eval(t, func(x *graph.Node) *graph.Node { return nn.TokenConv("conv", x, out) }, 2, length, in)
	for i := range y {
		b, step, d, want := i/out/length, i/out%length, i%out, 0.0
		for tap := range 3 {
			at := (step + tap - 1 + length) % length
			for c := range in {
				want += v["conv.weight"][(d*in+c)*3+tap] * v["x"][(b*length+at)*in+c]
			}
		}
		near(t, "conv", i, y[i], want)
	}
}

func TestLayerNormUsesTheBiasedVariance(t *testing.T) {
	y, v := eval(t, func(x *graph.Node) *graph.Node { return nn.LayerNorm("norm", x) }, 3, 5)
	for i := range y {
		row, mean, variance := v["x"][i/5*5:i/5*5+5], 0.0, 0.0
		for _, x := range row {
			mean += x / 5
		}
		for _, x := range row {
			variance += (x - mean) * (x - mean) / 5
		}
		near(t, "norm", i, y[i], (row[i%5]-mean)/math.Sqrt(
			variance+1e-5)*v["norm.weight"][i%5]+v["norm.bias"][i%5])
	}
}

func TestHeadsAreGroupsOfNeighbouringFeatures(t *testing.T) {
	y, v := eval(t, func(x *graph.Node) *graph.Node { return nn.SplitHeads(x, 2) }, 1, 3, 4)
	for i := range y { // [1,2,3,2]
		head, step, e := i/6, i/2%3, i%2
		near(t, "heads", i, y[i], v["x"][step*4+head*2+e])
	}
	y, v = eval(t, func(x *graph.Node) *graph.Node { return nn.MergeHeads(nn.SplitHeads(x, 2)) }, 2, 3, 4)
	for i := range y {
		near(t, "merged", i, y[i], v["x"][i])
	}
}

// TestAttentionMixesSteps holds one head to the definition, written as loops.
func TestAttentionMixesSteps(t *testing.T) {
	const length, d = 4, 3
	y, v := eval(t, func(x *graph.Node) *graph.Node { out, _ := nn.Attention(x, 1); return out }, 1, length,
		d)
	project := func(name string, x []float64) []float64 {
		out := make([]float64, length*d)
		for i := range out {
			out[i] = v[name+"_projection.bias"][i%d]
			for k := range d {
				out[i] += x[i/d*d+k] * v[name+"_projection.weight"][i%d*d+k]
			}
		}
		return out
	}
	q, k, values := project("query", v["x"]), project("key", v["x"]), project("value", v["x"])
	mixed := make([]float64, length*d)
	for i := range length {
		weight, total := [length]float64{}, 0.0
		for j := range length {
			for e := range d {
				weight[j] += q[i*d+e] * k[j*d+e] / math.Sqrt(d)
			}
			weight[j] = math.Exp(weight[j])
			total += weight[j]
		}
		for j := range length {
			for e := range d {
				mixed[i*d+e] += weight[j] / total * values[j*d+e]
			}
		}
	}
	for i, want := range project("out", mixed) {
		near(t, "attention", i, y[i], want)
	}
}

func TestPositionCodeAlternatesSineAndCosine(t *testing.T) {
	code := nn.PositionCode(50, 6)
	for i, got := range code {
		p, c := float64(i/6), i%6
		angle := p / math.Pow(10000, float64(c/2*2)/6)
		want := math.Sin(angle)
		if c%2 == 1 {
			want = math.Cos(angle)
		}
		if math.Abs(float64(got)-want) > 1e-7 {
			t.Errorf("position %v, feature %d: %v, want %v", p, c, got, want)
		}
	}
}

func TestSquaredErrorAveragesChannelsAndMSEEverything(t *testing.T) {
	y, v := eval(t, func(x *graph.Node) *graph.Node {
		return nn.SquaredError(x, x.Graph().Input("y", 2, 3, 4))
	}, 2, 3, 4)
	all := 0.0
	for i := range y {
		want := 0.0
		for k := range 4 {
			d := v["x"][i*4+k] - v["y"][i*4+k]
			want += d * d / 4
		}
		near(t, "error", i, y[i], want)
		all += want / 6
	}
	m, _ := eval(t, func(x *graph.Node) *graph.Node { return nn.MSE(x, x.Graph().Input("y", 2, 3, 4)) }, 2,
		3, 4)
	near(t, "mse", 0, m[0], all)
}

func TestLayersSayWhereShapesDoNotFit(t *testing.T) {
	for want, f := range map[string]func(g *graph.Graph){
		"block.attention: 6 features do not divide into 4 heads": func(g *graph.Graph) {
			defer g.Scope("block.attention")()
			nn.Attention(g.Input("x", 1, 2, 6), 4)
		},
		"shape [2,6], want [B,L,D]": func(g *graph.Graph) { nn.SplitHeads(g.Input("x", 2, 6), 2) },
		"map.norm: input: a layer needs at least one axis": func(g *graph.Graph) {
			defer g.Scope("map")()
			nn.LayerNorm("norm", g.Input("x"))
		},
	} {
		if _, err := graph.Build(f); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
