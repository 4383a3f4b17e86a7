// Package bench times training steps, scoring, products on a device.
package bench

import (
	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
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

// Step is a training step of a fixed size: forward, backward, clipping, Adam. It is that of an experiment, built as
// experiments build theirs.
type Step struct {
	Name    string
	About   string
	Model   spec.Model
	Teacher bool // with a frozen teacher of the same kind, whose output the student follows by the cosine
	Scored  bool // its forward pass is timed, too
}

// Steps lists the training steps that are timed: those that are compared with one another at about the same time.
var Steps = []Step{
	{"T", "transformer, d_model 64, 8 heads, 3 layers, d_ff 64", sized("transformer", 64), false, false},
	{"A", "Anomaly Transformer of the same size", sized("anomaly_transformer", 64), false, true},
	{"D", "A with a frozen teacher's forward pass and the cosine objective", sized("anomaly_transformer", 64), true, false},
	{"L", "LSTM, 80 states, 2 layers", spec.Model{Name: "lstm", DModel: 80, Layers: 2}, false, false},
	{"F", "Anomaly Transformer, d_model 512, 8 heads, 3 layers, d_ff 512", sized("anomaly_transformer", 512), false, true},
}

func sized(name string, width int) spec.Model {
	return spec.Model{Name: name, DModel: width, Heads: 8, Layers: 3, DFF: width}
}

// task is the step as one training of an experiment, in micro-batches of the size that the model likes.
func (s Step) task() (experiment.Task, error) {
	m, err := models.Find(s.Model.Name)
	if err != nil {
		return experiment.Task{}, err
	}
	sp := spec.Default()
	sp.Data.Window = Length
	sp.Teacher.Model, sp.Student = s.Model, s.Model
	sp.Train = spec.Train{Rate: 1e-4, Schedule: "constant", Epochs: 1, Batch: Batch, Clip: clip}
	sp.Detect.Score = "model"
	arm := 0 // alone
	if s.Teacher {
		arm = 1 // with the cosine
	}
	return experiment.Task{Spec: sp, Arm: arm, Taught: s.Teacher, Channels: Channels,
		Micro: min(Batch, m.MicroBatch(models.Config{DModel: s.Model.OrLab().DModel}))}, nil
}

// Problem builds what the step trains.
func (s Step) Problem() (train.Problem, error) {
	task, err := s.task()
	if err != nil {
		return train.Problem{}, err
	}
	return task.Problem()
}

// trainer compiles the step for a device, and returns the plan that it runs.
func (s Step) trainer(dev backend.Device) (*train.Trainer, *witness, error) {
	p, err := s.Problem()
	if err != nil {
		return nil, nil, err
	}
	w := &witness{Device: dev}
	t, err := train.New(w, p, clip, 1)
	return t, w, err
}
