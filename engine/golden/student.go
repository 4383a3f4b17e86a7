package golden

import (
	"errors"
	"fmt"

	"cosinelab/datasets/fault"
	"cosinelab/engine/autodiff"
	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
)

// setup is a model of a file with what it reads. Arrays are as the file has them, not checked yet.
type setup struct {
	model          spec.ModelKind
	sizes          models.Config
	batch          int // windows in input and teacher
	params         map[string]array
	input, teacher array
	noise          map[string]array // by the name of the input
	axis           string           // of the cosine loss in the total
	weight         float64          // of that loss
}

// student is a model that learns from a teacher's output, in a graph of its own.
type student struct {
	graph     *graph.Graph
	out       models.Output
	cosines   []*graph.Node // the cosine loss for each axis
	total     *graph.Node   // own loss and weighted cosine loss
	params    []*graph.Node
	gradients []*graph.Node // of total
	feeds     feeds
}

// build makes the model's graph with the teacher's output as an input, differentiates the total, and takes
// inputs, noise and parameters from the file.
func (s setup) build() (student, error) {
	if err := s.check(); err != nil {
		return student{}, err
	}
	g, out, err := models.Graph(s.model, s.sizes, s.batch)
	if err != nil {
		return student{}, err
	}
	p := student{graph: g, out: out, params: g.Params(), feeds: feeds{}}
	if err := g.Extend(func() { err = p.distil(s) }); err != nil {
		return student{}, err
	}
	if err != nil {
		return student{}, err
	}
	if p.gradients, err = autodiff.Gradients(p.total, p.params...); err != nil {
		return student{}, err
	}
	if err := p.draw(s.noise); err != nil {
		return student{}, err
	}
	return p, p.load(s.params, models.All[s.model].Extra(s.sizes))
}

// distil adds the teacher's output and the loss with it. All axes are built, as the file has the loss for
// each; the setup's axis decides which is part of the total.
func (p *student) distil(s setup) error {
	x := p.graph.Input("x", p.out.Series.Shape...)
	teacher := p.graph.Input("teacher", p.out.Series.Shape...)
	p.feeds[x], p.feeds[teacher] = s.input.floats(), s.teacher.floats()
	for axis := range spec.Each(spec.AxisCount) {
		d, err := distill.Term(cosineAlong(axis), counted(teacher, p.out.First),
			counted(p.out.Series, p.out.First))
		if err != nil {
			return err
		}
		p.cosines = append(p.cosines, d)
		if axis.String() == s.axis {
			p.total = graph.Add(p.out.Loss, graph.Scale(d, s.weight))
		}
	}
	if p.total == nil {
		var axes fault.Choices
		for axis := range spec.Each(spec.AxisCount) {
			axes = append(axes, axis.String())
		}
		return fault.New("golden-axis", s.axis, axes)
	}
	return nil
}

// cosineAlong is the cosine loss along an axis.
func cosineAlong(axis spec.AxisKind) spec.Objective {
	return spec.Objective{Kind: spec.ObjectiveCosine, Axis: axis}
}

// counted are the steps of a series [B,L,C] from the first that counts.
func counted(x *graph.Node, first int) *graph.Node { return graph.SliceAxis(x, 1, first, x.Shape[1]) }

// draw sets the inputs that are noise. The file must have each, in the shape that the model draws.
func (p *student) draw(noise map[string]array) error {
	for _, n := range p.graph.Nodes() {
		if n.Noise == graph.NoNoise {
			continue
		}
		a, ok := noise[n.Name]
		if !ok || !a.shape.Equal(n.Shape) {
			return fault.New("golden-shape", "noise "+n.Name, fmt.Sprint(a.shape), fmt.Sprint(n.Shape))
		}
		p.feeds[n] = a.floats()
	}
	return nil
}

// load sets the parameters; the file must have each, and no others but extras. The counts can only be equal
// if no name is left over.
func (p *student) load(params map[string]array, extra []models.Extra) error {
	used := 0
	for _, n := range p.params {
		a, ok := params[n.Name]
		if !ok || !a.shape.Equal(n.Shape) {
			return fault.New("golden-shape", "params "+n.Name, fmt.Sprint(a.shape), fmt.Sprint(n.Shape))
		}
		p.feeds[n] = a.floats()
		used++
	}
	for _, e := range extra {
		if _, ok := params[e.Name]; ok {
			used++
		}
	}
	if used != len(params) {
		return fault.New("golden-params", len(params), used)
	}
	return nil
}

// terms pairs the cosine loss for each axis with the file's.
func (p *student) terms(want map[string]array) []target {
	var ts []target
	for axis := range spec.Each(spec.AxisCount) {
		ts = append(ts, target{"cosine_loss." + axis.String(), p.cosines[len(ts)], want[axis.String()]})
	}
	return ts
}

// perParam pairs a node for each parameter with what the file has under the parameter's name. nodes are in
// the order of the parameters.
func (p *student) perParam(nodes []*graph.Node, want map[string]array) []target {
	var ts []target
	for i, n := range nodes {
		ts = append(ts, target{p.params[i].Name, n, want[p.params[i].Name]})
	}
	return ts
}

// own pairs the gradient of a loss of the model alone with the file's. It shows a gradient that the cosine
// loss in the total would cover.
func (p *student) own(loss *graph.Node, want map[string]array) ([]target, error) {
	grads, err := autodiff.Gradients(loss, p.params...)
	if err != nil {
		return nil, err
	}
	return p.perParam(grads, want), nil
}

// inner pairs a value on the model's way with the file's, part a part of its loss.
func (p *student) inner(name string, want array) target {
	return target{name, find(p.out.Inner, name), want}
}

// A node that does not exist is nil, which check reports.
func (p *student) part(kind spec.PartKind, want array) target {
	for _, part := range p.out.Parts {
		if part.Kind == kind {
			return target{kind.String(), part.Node, want}
		}
	}
	return target{kind.String(), nil, want}
}

// perLayer pairs the value of each layer with the file's.
func (p *student) perLayer(name string, want []array) []target {
	var ts []target
	for l, w := range want {
		ts = append(ts, p.inner(fmt.Sprintf("%s.%d", name, l), w))
	}
	return ts
}

// find returns the node of this name; nil if there is none.
func find(from []models.Named, name string) *graph.Node {
	for _, n := range from {
		if n.Name == name {
			return n.Node
		}
	}
	return nil
}

// cosine compares the gradients of the cosine losses alone by the student's output. It needs a graph of its
// own, in which both outputs are inputs with the file's values.
func (v *verifier) cosine(student, teacher array, want map[string]array) error {
	var targets []target
	in := feeds{}
	var err error
	g, e := graph.Build(func(g *graph.Graph) {
		x, y := g.Input("student", student.shape...), g.Input("teacher", teacher.shape...)
		in[x], in[y] = student.floats(), teacher.floats()
		targets, err = cosineGradients(y, x, want)
	})
	if err := errors.Join(e, err); err != nil {
		return err
	}
	return v.check(g, in, []quantity{{"cosine_loss_gradient_output", gradient, targets}})
}

// cosineGradients differentiates by an input, not inside the model: there the loss may be built past the
// output node.
func cosineGradients(teacher, student *graph.Node, want map[string]array) ([]target, error) {
	var ts []target
	for axis := range spec.Each(spec.AxisCount) {
		d, err := distill.Term(cosineAlong(axis), teacher, student)
		if err != nil {
			return nil, err
		}
		grads, err := autodiff.Gradients(d, student)
		if err != nil {
			return nil, err
		}
		ts = append(ts, target{axis.String(), grads[0], want[axis.String()]})
	}
	return ts, nil
}

// training is a short training on one batch.
type training struct {
	Optimizer string  `json:"optimiser"`
	Rate      float64 `json:"lr"`
	Steps     int     `json:"steps"`
	Totals    []array `json:"totals"`
}

// train compares the total loss over some steps of Adam on the same batch. The student cannot be used again
// afterwards. The totals are those before each step; Adam has its usual constants.
func (v *verifier) train(p student, t training) error {
	s := newStepper(adamConfig{t.Rate, 0.9, 0.999, 1e-8, 0}, p.params, p.gradients)
	for n, x := range s.feeds {
		p.feeds[n] = x
	}
	rounds, err := v.run(job{graph: p.graph, feeds: p.feeds, results: []*graph.Node{p.total},
		updates: s.updates,
		rounds:  s.rounds(len(t.Totals))})
	if err != nil {
		return fault.New("in-place", "training", err)
	}
	q, got := quantity{name: "training.totals", rule: trained}, [][]float64{}
	for i, want := range t.Totals {
		q.targets = append(q.targets, target{fmt.Sprintf("after %d steps", i), p.total, want})
		got = append(got, rounds[i][0])
	}
	v.compare(q, got)
	return nil
}
