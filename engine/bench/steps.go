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
	Model   string // of package models
	Config  models.Config
	Teacher bool // with a frozen teacher of the same kind, whose output the student follows by the cosine
	Scored  bool // its forward pass is timed, too
}

var (
	small = models.Config{Window: Length, Channels: Channels, DModel: 64, Heads: 8, Layers: 3, DFF: 64}
	full  = models.Config{Window: Length, Channels: Channels, DModel: 512, Heads: 8, Layers: 3, DFF: 512}
)

// Steps lists the training steps that are timed.
var Steps = []Step{
	{"T", "transformer, d_model 64, 8 heads, 3 layers, d_ff 64", "transformer", small, false, false},
	{"A", "Anomaly Transformer of the same size", "anomaly_transformer", small, false, true},
	{"F", "Anomaly Transformer, d_model 512, 8 heads, 3 layers, d_ff 512", "anomaly_transformer", full, false, true},
	{"D", "A with a frozen teacher's forward pass and the cosine objective", "anomaly_transformer", small, true, false},
}

// Problem builds what the step trains, for micro-batches of the size that the model likes.
func (s Step) Problem() (train.Problem, error) {
	m, err := models.Find(s.Model)
	if err != nil {
		return train.Problem{}, err
	}
	var p train.Problem
	g, e := graph.Build(func(g *graph.Graph) {
		x := g.Input("x", m.MicroBatch(s.Config), Length, Channels)
		out := m.Build(g, x, s.Config)
		p = train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Trainable: g.Params(),
			Outputs: []plan.Result{{Name: "score", Node: out.Scores[0].Node}}}
		for _, part := range out.Parts {
			p.Parts = append(p.Parts, plan.Result{Name: part.Name, Node: part.Node})
		}
		if s.Teacher {
			err = follow(&p, m, s.Config, out)
		}
	})
	p.Graph = g
	return p, errors.Join(e, err)
}

// follow adds a frozen teacher, and to the loss the cosine objective.
func follow(p *train.Problem, m models.Model, c models.Config, student models.Output) error {
	g := p.Windows.Graph()
	leave := g.Scope("teacher")
	teacher := m.Build(g, p.Windows, c)
	leave()
	term, err := distill.Term("cosine", "channel", teacher.Series, student.Series)
	if err != nil {
		return err
	}
	p.Weight = g.Input("lambda")
	p.Loss = graph.Add(p.Loss, graph.Mul(p.Weight, term))
	return nil
}
