package models_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cosinelab/assets/words"
	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// odd has sizes of which no two divide each other, where a model lets them.
var odd = models.Config{Window: 7, Channels: 3, DModel: 10, Heads: 5, Layers: 2, DFF: 9, Latent: 2, Flows: 2,
	Centres: []int{3, 2}, Features: 3, MLP: 4}

// fit is the model's lab configuration with those of the sizes that it has.
func fit(m spec.ModelKind, sizes models.Config) models.Config {
	c := models.ConfigOf(spec.Model{Kind: m})
	c.Window, c.Channels, c.Dropout = sizes.Window, sizes.Channels, spec.Models[m].Full.Dropout
	for _, s := range []struct{ size, to *int }{
		{&c.DModel, &sizes.DModel}, {&c.Heads, &sizes.Heads}, {&c.Layers, &sizes.Layers},
		{&c.DFF, &sizes.DFF},
		{&c.Latent, &sizes.Latent}, {&c.Flows, &sizes.Flows}, {&c.Features, &sizes.Features},
		{&c.MLP, &sizes.MLP},
	} {
		if *s.size != 0 {
			*s.size = *s.to
		}
	}
	if c.Centres != nil {
		c.Centres = sizes.Centres
	}
	return c
}

// built is a model of odd size for a batch of two windows, with values for everything that it depends on.
type built struct {
	graph *graph.Graph
	out   models.Output
	feeds backendtest.Feeds
}

func build(t *testing.T, m spec.ModelKind) built {
	t.Helper()
	return buildWith(t, m, fit(m, odd))
}

func buildWith(t *testing.T, m spec.ModelKind, c models.Config) built {
	t.Helper()
	g, out := graphOf(t, m, c, 2)
	b := built{g, out, backendtest.Feeds{}}
	for _, n := range g.Nodes() {
		switch n.Kind {
		case op.Param:
			b.feeds[n] = wide(train.Initial(n, 5))
		case op.Input:
			if b.feeds[n] = wave(n.Shape.Len()); n.Noise == graph.After {
				b.feeds[n] = []float64{1}
			}
		}
	}
	return b
}

// graphOf is models.Graph of a model that must have a builder, and sizes that fit.
func graphOf(t *testing.T, m spec.ModelKind, c models.Config, batch int) (*graph.Graph, models.Output) {
	t.Helper()
	if models.All[m].Build == nil {
		t.Fatalf("engine/models/models.go: All has no builder of %s", m)
	}
	g, out, err := models.Graph(m, c, batch)
	if err != nil {
		t.Fatal(err)
	}
	return g, out
}

func wide(v []float32) []float64 {
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

func wave(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1.5*math.Sin(float64(i)) + 0.3*float64(i%4)
	}
	return v
}

func TestSeriesAndScoresHaveTheShapesOfTheWindow(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		b := build(t, m)
		if got := b.out.Series.Shape.String(); got != "[2,7,3]" {
			t.Errorf("%s: series %s, want [2,7,3]", m, got)
		}
		if len(b.out.Loss.Shape) != 0 {
			t.Errorf("%s: loss %v, want a scalar", m, b.out.Loss.Shape)
		}
		for _, p := range b.out.Parts {
			if len(p.Node.Shape) != 0 {
				t.Errorf("%s: part %s %v, want a scalar", m, p.Kind, p.Node.Shape)
			}
		}
		for _, s := range b.out.Scores {
			if got := s.Node.Shape.String(); got != "[2,7]" {
				t.Errorf("%s: score %s %s, want [2,7]", m, s.Kind, got)
			}
		}
	}
}

func TestScoresAreFoundByName(t *testing.T) {
	out := build(t, spec.ModelAnomalyTransformer).out
	for kind, want := range map[spec.ScoreKind]*graph.Node{spec.ScoreModel: out.Scores[0].Node,
		spec.ScoreAssociation: out.Scores[0].Node, spec.ScoreReconstruction: out.Scores[1].Node} {
		if got, err := out.Score(kind); got != want || err != nil {
			t.Errorf("score %s: another node, or %v", kind, err)
		}
	}
	if _, err := out.Score(spec.ScoreLikelihood); err == nil {
		t.Error("the Anomaly Transformer has a likelihood")
	}
}

func TestAssociationWeightsOfAWindowSumToOne(t *testing.T) {
	b := build(t, spec.ModelAnomalyTransformer)
	ones := b.graph.Const(slices.Repeat([]float32{1}, 14), 2, 7)
	rows := []*graph.Node{models.AssociationScore(b.out.Associations.Discrepancy, ones, 50)}
	rows = append(rows, b.out.Associations.Series...)
	rows = append(rows, b.out.Associations.Prior...)
	for _, r := range rows {
		v, err := backendtest.Eval(b.feeds, graph.Sum(r, len(r.Shape)-1))
		if err != nil {
			t.Fatal(err)
		}
		for _, sum := range v[0] {
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("%v %v: a row sums to %v", r.Kind, r.Shape, sum)
			}
		}
	}
}

// publicNames is the table of README.md, section 3.8, for two layers.
func publicNames(c models.Config) map[string]string {
	d, h, f, ch := c.DModel, c.Heads, c.DFF, c.Channels
	shape := func(n ...int) string { return strings.ReplaceAll(fmt.Sprint(n), " ", ",") }
	names := map[string]string{
		"embedding.value_embedding.tokenConv.weight": shape(d, ch, 3),
		"encoder.norm.weight":                        shape(d),
		"encoder.norm.bias":                          shape(d),
		"projection.weight":                          shape(ch, d),
		"projection.bias":                            shape(ch),
	}
	for l := range c.Layers {
		layer := fmt.Sprintf("encoder.attn_layers.%d.", l)
		for _, p := range []string{"query", "key", "value", "out"} {
			names[layer+"attention."+p+"_projection.weight"],
				names[layer+"attention."+p+"_projection.bias"] = shape(d, d), shape(d)
		}
		names[layer+"attention.sigma_projection.weight"],
			names[layer+"attention.sigma_projection.bias"] = shape(h, d), shape(h)
		names[layer+"conv1.weight"], names[layer+"conv1.bias"] = shape(f, d, 1), shape(f)
		names[layer+"conv2.weight"], names[layer+"conv2.bias"] = shape(d, f, 1), shape(d)
		for _, n := range []string{"norm1", "norm2"} {
			names[layer+n+".weight"], names[layer+n+".bias"] = shape(d), shape(d)
		}
	}
	return names
}

func TestParametersAndExtrasHaveThePublicNames(t *testing.T) {
	for _, m := range []spec.ModelKind{spec.ModelTransformer, spec.ModelAnomalyTransformer} {
		sizes := fit(m, odd)
		g, _ := graphOf(t, m, sizes, 1)
		want := publicNames(sizes)
		want["embedding.position_embedding.pe"] = "[1,5000,10]"
		for l := range odd.Layers {
			norm := fmt.Sprintf("encoder.attn_layers.%d.attention.norm.", l)
			want[norm+"weight"], want[norm+"bias"] = "[10]", "[10]"
		}
		got := map[string]string{}
		for _, p := range g.Params() {
			got[p.Name] = p.Shape.String()
		}
		for _, e := range models.All[m].Extra(sizes) {
			if _, twice := got[e.Name]; twice {
				t.Errorf("%s: %s is an extra and a parameter", m, e.Name)
			}
			got[e.Name] = e.Shape.String()
		}
		for name, shape := range want {
			if got[name] != shape {
				t.Errorf("%s: %s is %q, want %s", m, name, got[name], shape)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d tensors, want %d", m, len(got), len(want))
		}
	}
}

func TestExtrasHoldWhatThePublicProgramWouldCompute(t *testing.T) {
	for _, e := range models.All[spec.ModelAnomalyTransformer].Extra(fit(spec.ModelAnomalyTransformer, odd)) {
		v := e.Values()
		if len(v) != e.Shape.Len() {
			t.Fatalf("%s: %d values, want %v", e.Name, len(v), e.Shape)
		}
		switch {
		case strings.HasSuffix(e.Name, ".pe"):
			// Step 3 of D = 10: sin 3, cos 3, then 3 / 10000^(2/10).
			for i, want := range []float64{math.Sin(3), math.Cos(3), math.Sin(3 / math.Pow(10000, 0.2)),
				math.Cos(3 / math.Pow(10000, 0.2))} {
				if got := v[3*10+i]; math.Abs(float64(got)-want) > 1e-7 {
					t.Errorf("%s[3][%d] = %v, want %v", e.Name, i, got, want)
				}
			}
		case slices.Min(v) != slices.Max(v) || (v[0] == 1) != strings.HasSuffix(e.Name, "weight"):
			t.Errorf("%s: %v, want 1 in a weight and 0 in a bias", e.Name, v)
		}
	}
}

func TestCheckNamesTheSizeThatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		model  spec.ModelKind
		change func(c *models.Config)
		want   string
	}{
		{spec.ModelTransformer, func(c *models.Config) { c.Window = 0 },
			"transformer: window 0 with 3 channels, want at least 1 of each"},
		{spec.ModelTransformer, func(c *models.Config) { c.DFF = -1 },
			"transformer: d_ff -1, want at least 1"},
		{spec.ModelTransformer, func(c *models.Config) { c.DModel = 15 },
			"transformer: d_model 15, want an even number for the position code"},
		{spec.ModelTransformer, func(c *models.Config) { c.Heads = 4 },
			"transformer: heads 4, want a divisor of d_model 10"},
		{spec.ModelTransformer, func(c *models.Config) { c.Flows = 4 },
			"transformer: flows 4, want 0: the model has none"},
		{spec.ModelLSTM, func(c *models.Config) { c.Layers = 0 }, "lstm: layers 0, want at least 1"},
		{spec.ModelTHOC, func(c *models.Config) { c.Layers = 4 },
			"thoc: layers 4, of which the last looks 8 steps back, want fewer than window 7"},
		{spec.ModelGTA, func(c *models.Config) { c.Heads = 2 }, "gta: heads 2, want a divisor of d_model 5"},
		{spec.ModelTHOC, func(c *models.Config) { c.Centres = []int{3, 0} },
			"thoc: centres 0, want at least 1"},
		{spec.ModelLSTM, func(c *models.Config) { c.Heads = 2 }, "lstm: heads 2, want 0: the model has none"},
		{spec.ModelOmniAnomaly, func(c *models.Config) { c.Window = 1025 },
			"omni_anomaly: a window of 1025 steps, want at most 1024, which are computed one after the other"},
		{spec.ModelOmniAnomaly, func(c *models.Config) { c.Window, c.Samples = 1000, 9 },
			"omni_anomaly: 9 samples of a window of 1000 steps, want at most 8 samples, whose steps are " +
				"computed one after the other"},
	} {
		sizes := fit(c.model, odd)
		c.change(&sizes)
		if _, _, err := models.Graph(c.model, sizes, 1); err == nil || words.English().Error(err) != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestLabAndFullSizesAreValid(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		for _, sizes := range []spec.Model{{Kind: m}, m.Full()} {
			c := models.ConfigOf(sizes)
			if c.Window != 0 || c.Channels != 0 {
				t.Errorf("%s: %+v fixes the size of the data", m, c)
			}
			c.Window, c.Channels = 100, 55
			if err := models.Check(m, c); err != nil {
				t.Error(err)
			}
		}
	}
}

// What a causal model says of a step is the same whatever comes later; what another says is not.
func TestCausalModelsDoNotLookAhead(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		b := build(t, m)
		nodes := []*graph.Node{b.out.Series}
		for _, s := range b.out.Scores {
			nodes = append(nodes, s.Node)
		}
		before, err := backendtest.Eval(b.feeds, nodes...)
		if err != nil {
			t.Fatal(err)
		}
		x := b.feeds[b.graph.Input("x", 2, odd.Window, odd.Channels)]
		for window := range slices.Chunk(x, odd.Window*odd.Channels) {
			window[len(window)-1] += 3 // of the last step
		}
		after, err := backendtest.Eval(b.feeds, nodes...)
		if err != nil {
			t.Fatal(err)
		}
		same := true
		for j := range nodes {
			n := len(before[j]) / (2 * odd.Window) // values of a step
			for k := range before[j] {
				if k/n%odd.Window < odd.Window-1 && before[j][k] != after[j][k] {
					same = false
				}
			}
		}
		if same != spec.Models[m].Causal {
			t.Errorf("%s: earlier steps stay the same: %v, causal: %v", m, same, spec.Models[m].Causal)
		}
	}
}

func TestNothingOfAFrozenModelIsDrawn(t *testing.T) {
	for m := range spec.Each(spec.ModelCount) {
		drawn := map[bool]int{}
		for _, frozen := range []bool{false, true} {
			c := fit(m, odd)
			c.Noiseless = frozen
			g, _ := graphOf(t, m, c, 1)
			for _, n := range g.Nodes() {
				if n.Noise != graph.NoNoise {
					drawn[frozen]++
				}
			}
		}
		if drawn[true] > 0 || spec.Models[m].Drops() && drawn[false] == 0 {
			t.Errorf("%s: %d drawn inputs, %d when frozen", m, drawn[false], drawn[true])
		}
	}
}

func TestDropoutBelongsToModelsThatHaveOne(t *testing.T) {
	for m, want := range map[spec.ModelKind]string{
		spec.ModelTHOC: "thoc: dropout 0.1, want 0: the model has none", spec.ModelLSTM: ""} {
		c := fit(m, odd)
		c.Dropout = 0.1
		if err := models.Check(m, c); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: error %v, want %q", m, err, want)
		}
		c.Dropout = 1
		if err := models.Check(m, c); err == nil {
			t.Errorf("%s leaves out everything", m)
		}
	}
}

// While the graph is complete its logits have no gradient, and every channel receives from every other.
func TestGTABeginsWithTheCompleteGraph(t *testing.T) {
	b := build(t, spec.ModelGTA)
	var logits, adjacency *graph.Node
	for _, n := range b.graph.Nodes() {
		if n.Name == "graph.logits" {
			logits = n
		}
		if n.Noise == graph.After {
			b.feeds[n] = []float64{0}
		}
	}
	for _, in := range b.out.Inner {
		if in.Name == "adjacency" {
			adjacency = in.Node
		}
	}
	b.feeds[logits] = wave(logits.Shape.Len())
	grads, err := autodiff.Gradients(b.out.Loss, logits)
	if err != nil {
		t.Fatal(err)
	}
	got, err := backendtest.Eval(b.feeds, adjacency, grads[0])
	if err != nil {
		t.Fatal(err)
	}
	if slices.Max(got[0]) != 1 || slices.Min(got[0]) != 1 || slices.Max(got[1]) != 0 ||
		slices.Min(got[1]) != 0 {
		t.Errorf("adjacency %v, gradient of logits %v", got[0], got[1])
	}
}
