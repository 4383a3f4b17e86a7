// Package bench times training steps, scoring, products on a device.
package bench

import (
	"slices"

	"cosinelab/engine/backend"
	"cosinelab/engine/experiment"
	"cosinelab/engine/models"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// Step is a training step of a fixed size: forward, backward, clipping, Adam. It is that of an experiment,
// built as experiments build theirs.
type Step struct {
	Name    string
	About   string
	Model   spec.Model // without a kind: that of the default experiment, with its teacher and sizes
	Teacher bool       // with a frozen teacher, of the same kind, whose output the student follows by the cosine
	Scored  bool       // its forward pass is timed, too
}

// defaultChannels is how many channels the set of the default experiment has.
const defaultChannels = 14

// spec is the experiment that the step is one of, and how many channels its set has. But for the default
// experiment these are 32 windows of 100 steps with 38 channels.
func (s Step) spec() (sp spec.Spec, channels int) {
	sp = spec.Default()
	if s.Model.Kind == 0 {
		return sp, defaultChannels
	}
	sp.Data.Window = 100
	sp.Teacher.Model, sp.Student = s.Model, s.Model
	sp.Train = spec.Train{Rate: 1e-4, Schedule: spec.RateConstant, Epochs: 1, Batch: 32, Clip: 1}
	sp.Detect.Score = spec.ScoreModel
	return sp, 38
}

// Steps lists the training steps that are timed. Their sizes are fixed, so that measurements compare over
// versions of the engine.
var Steps = []Step{
	{Name: "T", About: "transformer, d_model 64, 8 heads, 3 layers, d_ff 64",
		Model: sized(spec.ModelTransformer, 64)},
	{Name: "A", About: "Anomaly Transformer of the same size", Model: sized(spec.ModelAnomalyTransformer, 64),
		Scored: true},
	{Name: "D", About: "A with a frozen teacher's forward pass and the cosine objective",
		Model: sized(spec.ModelAnomalyTransformer, 64), Teacher: true},
	{Name: "L", About: "LSTM, 80 states, 2 layers",
		Model: spec.Model{Kind: spec.ModelLSTM, DModel: 80, Layers: 2}},
	{Name: "F", About: "Anomaly Transformer, d_model 512, 8 heads, 3 layers, d_ff 512",
		Model: sized(spec.ModelAnomalyTransformer, 512), Scored: true},
	{Name: "S", About: "the student of the default experiment alone", Scored: true},
	{Name: "C", About: "the same with the cosine to its teacher", Teacher: true},
}

// sized is a model of this width, with the heads and layers of the Anomaly Transformer's paper
// (models/README.md, section 3.7).
func sized(kind spec.ModelKind, width int) spec.Model {
	return spec.Model{Kind: kind, DModel: width, Heads: 8, Layers: 3, DFF: width}
}

// task is the step as one training run of an experiment, in micro-batches of the size that the model likes.
// Its arm is one of the default spec that distils, or not, as the step asks.
func (s Step) task() experiment.Task {
	sp, channels := s.spec()
	arm := slices.IndexFunc(sp.Arms, func(a spec.Arm) bool {
		return spec.Controls[a.Control].Trains && a.Distils() == s.Teacher
	})
	micro := models.All[sp.Student.Kind].MicroBatch(models.ConfigOf(sp.Student))
	return experiment.Task{Spec: sp, Arm: arm, Taught: s.Teacher, Channels: channels,
		Micro: min(sp.Train.Batch, micro)}
}

// Problem builds what the step trains.
func (s Step) Problem() (train.Problem, error) {
	return s.task().Problem()
}

// trainer compiles the step for a device, and returns the plan that it runs.
func (s Step) trainer(dev backend.Device) (*train.Trainer, *witness, error) {
	p, err := s.Problem()
	if err != nil {
		return nil, nil, err
	}
	w := &witness{Device: dev}
	t, err := train.New(w, p, s.task().Spec.Train.Clip, 1, nil)
	return t, w, err
}
