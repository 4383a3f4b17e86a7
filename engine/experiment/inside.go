package experiment

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/datasets/steps"
	"cosinelab/engine/backend"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// InnerSeries is what a student's output is called among what it computes.
const InnerSeries = outputSeries

// Inside is what a student computes in one window of the test part.
type Inside struct {
	steps.Range     // the window
	First       int // its first step, from 0, that the output has something to say of
	Spec        spec.Spec
	Kind        spec.ModelKind
	Model       models.Config
	Weights     map[string]tensor.Tensor // of the student
	// Values are the output under InnerSeries, [L,C], and what models.Output.Inner has, by its names, without the
	// axis of windows.
	Values map[string]tensor.Tensor
}

// Insider computes what a student computes on the way to its scores, in one window at a time. It is not safe for
// concurrent use.
type Insider struct {
	scorer *train.Scorer
	about  Inside // what does not depend on the window
	names  []string
	shapes []tensor.Shape
}

// NewInsider makes the student of an arm ready for series of so many channels. Where it draws, it draws as the run
// with this seed does when it scores. yield, which may be nil, is called as Options.Yield is.
func NewInsider(ctx context.Context, dev backend.Device, sp spec.Spec, a spec.Arm, channels int, seed uint64,
	yield func()) (*Insider, error) {
	if yield == nil {
		yield = func() {}
	}
	r := &run{spec: sp, data: &Prepared{channels: channels, micro: 1}}
	m := sp.StudentOf(a)
	in := &Insider{about: Inside{Spec: sp, Model: r.config(m), Kind: m.Kind}}
	p, err := in.problem(r, m)
	if err != nil {
		return nil, err
	}
	in.scorer, err = train.NewScorer(dev, p, seed, func() error {
		yield()
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	in.scorer.Yield(yield)
	return in, nil
}

// problem is the student alone, with everything on its way as outputs.
func (in *Insider) problem(r *run, m spec.Model) (p train.Problem, err error) {
	var fail error
	p.Graph, err = graph.Build(func(g *graph.Graph) {
		x := g.Input("x", 1, r.spec.Data.Window, r.data.channels)
		var out models.Output
		if out, fail = r.build(g, x, m, false); fail != nil {
			return
		}
		p.Windows, in.about.First = x, out.First
		all := append([]models.Named{{Name: InnerSeries, Node: out.Series}}, out.Inner...)
		for _, n := range all {
			in.names, in.shapes = append(in.names, n.Name), append(in.shapes, n.Node.Shape)
			p.Outputs = append(p.Outputs, plan.Result{Name: n.Name, Node: n.Node})
		}
	})
	return p, errors.Join(err, fail)
}

// SetWeights takes the parameters of a student over; those of a teacher among them are passed over.
func (in *Insider) SetWeights(weights map[string]tensor.Tensor) error {
	own := maps.Clone(weights)
	maps.DeleteFunc(own, func(name string, _ tensor.Tensor) bool {
		return strings.HasPrefix(name, teacherScope+".") || strings.HasPrefix(name, untrainedScope+".")
	})
	_, missing, err := in.scorer.SetParams(own)
	if err == nil && len(missing) > 0 {
		err = fault.New("tensors-missing", missing[0], len(missing)-1)
	}
	if err == nil {
		in.about.Weights = own
	}
	return err
}

// Look computes the window of p in which a step of the test part counts.
func (in *Insider) Look(ctx context.Context, p *Prepared, step int) (Inside, error) {
	w := p.test
	if p.members == nil { // p may have been prepared for another experiment, whose windows lie elsewhere
		w = inOrder(p.Scaled, in.about.Spec)
	}
	k, ok := windowAt(w, step)
	if !ok {
		return Inside{}, fault.New("inside-no-window", step)
	}
	out := in.about
	out.Range = steps.Range{From: w.Starts[k], To: w.Starts[k] + w.Length}
	out.Values = map[string]tensor.Tensor{}
	one := w
	one.Starts, one.Begins = []int{out.From}, nil
	err := in.scorer.Score(ctx, one, k, func(_ int, results [][]float32) error {
		for i, name := range in.names {
			out.Values[name] = tensor.Tensor{Shape: alone(in.shapes[i]), Data: slices.Clone(results[i])}
		}
		return nil
	})
	return out, err
}

// alone is the shape of a value without the axis of windows, where it has one.
func alone(s tensor.Shape) tensor.Shape {
	if len(s) > 1 && s[0] == 1 {
		return s[1:]
	}
	return s
}

// windowAt is the number of the window in which a step counts; false = in none.
func windowAt(w datasets.Windows, step int) (int, bool) {
	each := make([]struct{}, w.Length)
	for k, from := range w.Starts {
		to := from + w.Length
		if step < to && step >= to-len(datasets.Counted(w, k, each)) {
			return k, true
		}
	}
	return 0, false
}

// Close frees the device's memory.
func (in *Insider) Close() error { return in.scorer.Close() }
