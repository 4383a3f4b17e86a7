// Package bench times training steps, scoring, products on a device.
package bench

import (
	"errors"

	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/train"
)

// Sizes of every step: Batch windows of Length steps with Channels values.
const (
	Batch    = 32
	Length   = 100
	Channels = 38
)

// clip is the global norm to which gradients are clipped.
const clip = 1

// Step is a training step of a fixed size: forward, backward, clipping, Adam.
type Step struct {
	Name    string
	About   string
	Scored  bool // its forward pass is timed, too
	problem func(g *graph.Graph, x *graph.Node) (train.Problem, error)
}

// Steps lists the training steps that are timed.
var Steps = []Step{
	{"T", "transformer, d_model 64, 8 heads, 3 layers, d_ff 64", false, alone("transformer", small)},
	{"A", "Anomaly Transformer of the same size", true, alone("anomaly_transformer", small)},
	{"F", "Anomaly Transformer, d_model 512, 8 heads, 3 layers, d_ff 512", true, alone("anomaly_transformer", full)},
	{"D", "A with a frozen teacher's forward pass and the cosine objective", false, distilled},
}

var (
	small = models.Config{Window: Length, Channels: Channels, DModel: 64, Heads: 8, Layers: 3, DFF: 64}
	full  = models.Config{Window: Length, Channels: Channels, DModel: 512, Heads: 8, Layers: 3, DFF: 512}
)

// Problem builds what the step trains, for micro-batches of one window.
func (s Step) Problem() (train.Problem, error) {
	var p train.Problem
	var fail error
	g, err := graph.Build(func(g *graph.Graph) { p, fail = s.problem(g, g.Input("x", 1, Length, Channels)) })
	p.Graph = g
	return p, errors.Join(err, fail)
}

// alone trains a model by its own loss.
func alone(name string, c models.Config) func(*graph.Graph, *graph.Node) (train.Problem, error) {
	return func(g *graph.Graph, x *graph.Node) (train.Problem, error) {
		m, err := models.Find(name)
		if err != nil {
			return train.Problem{}, err
		}
		return problem(g, x, m.Build(g, x, c)), nil
	}
}

func problem(g *graph.Graph, x *graph.Node, out models.Output) train.Problem {
	p := train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Trainable: g.Params(),
		Outputs: []plan.Result{{Name: "score", Node: out.Scores[0].Node}}}
	for _, part := range out.Parts {
		p.Parts = append(p.Parts, plan.Result{Name: part.Name, Node: part.Node})
	}
	return p
}

// distilled trains a student whose output follows that of a frozen teacher of the same size.
func distilled(g *graph.Graph, x *graph.Node) (train.Problem, error) {
	student, err := models.Find("anomaly_transformer")
	if err != nil {
		return train.Problem{}, err
	}
	own := student.Build(g, x, small)
	p := problem(g, x, own)
	leave := g.Scope("teacher")
	teacher := student.Build(g, x, small)
	leave()
	term, err := distill.Term("cosine", "channel", teacher.Series, own.Series)
	if err != nil {
		return train.Problem{}, err
	}
	p.Checks = []plan.Result{{Name: "teacher", Node: teacher.Loss}} // all of the teacher belongs to the plan
	p.Weight = g.Input("lambda")
	p.Loss = graph.Add(p.Loss, graph.Mul(p.Weight, term))
	return p, nil
}
