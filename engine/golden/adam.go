package golden

import (
	"encoding/json"
	"fmt"
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/autodiff"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// adamConfig are the constants of Adam (models/README.md, section 9.1).
type adamConfig struct {
	Rate        float64 `json:"lr"`
	Beta1       float64 `json:"beta1"`
	Beta2       float64 `json:"beta2"`
	Epsilon     float64 `json:"eps"`
	WeightDecay float64 `json:"weight_decay"`
}

// stepper holds the nodes that move parameters by Adam.
type stepper struct {
	config  adamConfig
	hyper   *graph.Node
	feeds   feeds // the moments, which start at 0
	updates []*graph.Node
	moments [][2]*graph.Node
}

// newStepper adds the update of each parameter by its gradient to their graph. grads[i] belongs to params[i]
// and is not clipped. The graph gets parameters for the moments, and the input hyper.
func newStepper(c adamConfig, params, grads []*graph.Node) stepper {
	g := params[0].Graph()
	s := stepper{config: c, hyper: g.Input("hyper", 3), feeds: feeds{}}
	for i, p := range params {
		m, v := g.Param("m/"+p.Name, graph.Init{}, p.Shape...), g.Param("v/"+p.Name, graph.Init{}, p.Shape...)
		s.feeds[m], s.feeds[v] = make([]float32, p.Shape.Len()), make([]float32, p.Shape.Len())
		constants := [4]float64{c.Beta1, c.Beta2, c.Epsilon, c.WeightDecay}
		s.updates = append(s.updates, graph.Adam(p, m, v, grads[i], g.Scalar(1), s.hyper, constants))
		s.moments = append(s.moments, [2]*graph.Node{m, v})
	}
	return s
}

// rounds are the inputs of so many steps. Steps count from 1, as the bias corrections want (models/README.md,
// section 9.1).
func (s stepper) rounds(n int) []map[*graph.Node][]float32 {
	out := make([]map[*graph.Node][]float32, n)
	for i := range out {
		k := float64(i + 1)
		out[i] = map[*graph.Node][]float32{s.hyper: {
			float32(s.config.Rate), float32(1 - math.Pow(s.config.Beta1, k)),
			float32(1 - math.Pow(s.config.Beta2, k))}}
	}
	return out
}

// adamFile is adam.json.
type adamFile struct {
	What         string          `json:"what"`
	ComputedWith string          `json:"computed_with"`
	Tolerance    json.RawMessage `json:"tolerance"` // for float64
	Adam         struct {
		Config   adamConfig `json:"config"`
		Function string     `json:"function"`
		Start    array      `json:"start"`
		Steps    []struct {
			Step     int   `json:"step"`
			Before   array `json:"params_before"`
			Loss     array `json:"loss"`
			Gradient array `json:"gradient"`
			M        array `json:"m"`
			V        array `json:"v"`
			After    array `json:"params_after"`
		} `json:"steps"`
	} `json:"adam"`
	Constant struct {
		Config   adamConfig `json:"config"`
		Gradient array      `json:"gradient"`
		Start    array      `json:"start"`
		After    []array    `json:"params_after_steps"`
	} `json:"adam_constant_gradient"`
	Tiny struct {
		Config   adamConfig `json:"config"`
		Gradient array      `json:"gradient"`
		Start    array      `json:"start"`
		After    array      `json:"params_after_step"`
	} `json:"adam_tiny_gradient"`
	Clip struct {
		Gradients []array `json:"gradients"`
		Norm      array   `json:"norm"`
		Tight     []array `json:"global_limit_1"`
		Loose     []array `json:"global_limit_100"`
		Each      []array `json:"each_tensor_limit_1.5"`
	} `json:"clip"`
	Rate struct {
		Rule   string  `json:"rule"`
		Rate   float64 `json:"lr"`
		Epochs []array `json:"epochs"`
	} `json:"learning_rate"`
}

// verifyAdam compares the optimiser's steps on the device, and the rules that decide how large they are.
func verifyAdam(v *verifier, file []byte) error {
	var f adamFile
	if err := decode(file, &f); err != nil {
		return err
	}
	if err := v.valley(f); err != nil {
		return err
	}
	if err := v.constant("adam_constant_gradient", f.Constant.Config, f.Constant.Gradient, f.Constant.Start,
		f.Constant.After); err != nil {
		return err
	}
	if err := v.constant("adam_tiny_gradient", f.Tiny.Config, f.Tiny.Gradient, f.Tiny.Start,
		[]array{f.Tiny.After}); err != nil {
		return err
	}
	if err := v.rates(f); err != nil {
		return err
	}
	return v.clipping(f)
}

// valley descends (1 - a)^2 + 5 (b - a^2)^2 and compares every step. The gradient is the engine's own, so
// mistakes of the optimiser add up from step to step.
func (v *verifier) valley(f adamFile) error {
	var p, loss *graph.Node
	g, err := graph.Build(func(g *graph.Graph) {
		p = g.Param("p", graph.Init{}, 2)
		a, b := graph.SliceAxis(p, 0, 0, 1), graph.SliceAxis(p, 0, 1, 2)
		square := func(x *graph.Node) *graph.Node { return graph.Unary(op.Square, x) }
		loss = graph.SumAll(graph.Add(square(graph.Shift(a, -1)),
			graph.Scale(square(graph.Sub(b, square(a))), 5)))
	})
	if err != nil {
		return err
	}
	grads, err := autodiff.Gradients(loss, p)
	if err != nil {
		return err
	}
	s := newStepper(f.Adam.Config, []*graph.Node{p}, grads)
	s.feeds[p] = f.Adam.Start.floats()
	// One round more than steps: moments and parameters after a step are what the next round finds.
	rounds, err := v.run(job{graph: g, feeds: s.feeds, updates: s.updates,
		rounds:  s.rounds(len(f.Adam.Steps) + 1),
		results: []*graph.Node{p, loss, grads[0], s.moments[0][0], s.moments[0][1]}})
	if err != nil {
		return fault.New("in-place", "adam", err)
	}
	for i, want := range f.Adam.Steps {
		q := quantity{name: "adam", rule: optimizer, targets: []target{
			{"params_before", p, want.Before}, {"loss", loss, want.Loss},
			{"gradient", grads[0], want.Gradient},
			{"m", s.moments[0][0], want.M}, {"v", s.moments[0][1], want.V}, {"params_after", p, want.After}}}
		now, next := rounds[i], rounds[i+1]
		q.name = fmt.Sprintf("adam step %d", want.Step)
		v.compare(q, [][]float64{now[0], now[1], now[2], next[3], next[4], next[0]})
	}
	return nil
}

// constant makes steps with the same gradient. With a gradient that never changes, corrected moments are the
// gradient and its square: every step is as long as the rate.
func (v *verifier) constant(name string, c adamConfig, gradient, start array, after []array) error {
	var p, d *graph.Node
	var s stepper
	g, err := graph.Build(func(g *graph.Graph) {
		p, d = g.Param("p", graph.Init{}, start.shape...), g.Input("gradient", gradient.shape...)
		s = newStepper(c, []*graph.Node{p}, []*graph.Node{d})
	})
	if err != nil {
		return fault.New("in-place", name, err)
	}
	s.feeds[p], s.feeds[d] = start.floats(), gradient.floats()
	rounds, err := v.run(job{graph: g, feeds: s.feeds, updates: s.updates, rounds: s.rounds(len(after) + 1),
		results: []*graph.Node{p}})
	if err != nil {
		return fault.New("in-place", name, err)
	}
	q, got := quantity{name: name, rule: optimizer}, [][]float64{}
	for i, want := range after {
		q.targets = append(q.targets, target{fmt.Sprintf("step %d", i+1), p, want})
		got = append(got, rounds[i+1][0])
	}
	v.compare(q, got)
	return nil
}

// rates compares the schedule of the Anomaly Transformer program. It is a table of numbers and needs no
// device (models/README.md, section 9.3).
func (v *verifier) rates(f adamFile) error {
	q, got := quantity{name: "learning_rate", rule: optimizer}, [][]float64{}
	for i, want := range f.Rate.Epochs {
		rate, err := train.Rate(spec.Train{Schedule: spec.RateReference, Rate: f.Rate.Rate}, i+1,
			len(f.Rate.Epochs))
		if err != nil {
			return err
		}
		q.targets = append(q.targets, target{name: fmt.Sprintf("epoch %d", i+1), want: want})
		got = append(got, []float64{rate})
	}
	v.compare(q, got)
	return nil
}

// each pairs gradients with the file's, of which there must be as many. It ends the building of the graph
// otherwise.
func each(name string, grads []*graph.Node, want []array) quantity {
	q := quantity{name: name, rule: optimizer}
	if len(want) != len(grads) {
		grads[0].Graph().Fail("%s: %d tensors, want %d", q.name, len(want), len(grads))
	}
	for i, d := range grads {
		q.targets = append(q.targets, target{fmt.Sprint(i), d, want[i]})
	}
	return q
}

// clipping compares the global norm and the gradients scaled down to it, or each to its own. Limits are those
// in the names of the file's fields (models/README.md, section 9.2).
func (v *verifier) clipping(f adamFile) error {
	var quantities []quantity
	in := feeds{}
	g, err := graph.Build(func(g *graph.Graph) {
		var grads []*graph.Node
		if len(f.Clip.Gradients) == 0 {
			g.Fail("no gradients to clip")
		}
		for i, want := range f.Clip.Gradients {
			grads = append(grads, g.Input(fmt.Sprintf("gradient %d", i), want.shape...))
			in[grads[i]] = want.floats()
		}
		norm := train.GlobalNorm(grads)
		clipped := func(name string, limit float64, want []array) quantity {
			scaled := make([]*graph.Node, len(grads))
			for i, d := range grads {
				scaled[i] = graph.Mul(d, train.ClipFactor(norm, limit))
			}
			return each(name, scaled, want)
		}
		quantities = []quantity{
			{"clip.norm", optimizer, one(norm, f.Clip.Norm)},
			each("clip.each_tensor_limit_1.5", train.ClipEach(grads, 1.5), f.Clip.Each),
			clipped("clip.global_limit_1", 1, f.Clip.Tight),
			clipped("clip.global_limit_100", 100, f.Clip.Loose),
		}
	})
	if err != nil {
		return fault.New("in-place", "clip", err)
	}
	return v.check(g, in, quantities)
}
