package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"cosinelab/engine/detect"
	"cosinelab/engine/distill"
	"cosinelab/engine/experiment"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// errFailed is wrapped by the error of a run that has no scores because its numbers stopped being finite.
var errFailed = errors.New("no scores")

// teacherScope is where the frozen teacher's parameters live in a student's graph.
const teacherScope = "teacher"

// teacherSeed keeps the teacher's draws apart from those of a student with the same architecture.
func teacherSeed(seed uint64) uint64 { return seed ^ 0x7465616368657200 }

// microBatch is the number of windows that go through the graph at once: one keeps a transformer's activations in
// cache, and gradients add up to the same batch.
const microBatch = 1

func (r *run) config(m experiment.Model) models.Config {
	m = m.OrLab()
	return models.Config{Window: r.spec.Data.Window, Channels: r.data.channels, DModel: m.DModel, Heads: m.Heads, Layers: m.Layers, DFF: m.DFF}
}

// build adds a model to g, for windows x.
func (r *run) build(g *graph.Graph, x *graph.Node, m experiment.Model) (models.Output, error) {
	model, err := models.Find(m.Name)
	if err != nil {
		return models.Output{}, err
	}
	c := r.config(m)
	if err := model.Check(c); err != nil {
		return models.Output{}, err
	}
	return model.Build(g, x, c), nil
}

func (r *run) input(g *graph.Graph) *graph.Node {
	return g.Input("x", microBatch, r.spec.Data.Window, r.data.channels)
}

// teach returns the parameters of the seed's teacher.
func (r *run) teach(ctx context.Context, seed uint64) (map[string]tensor.Tensor, error) {
	var p train.Problem
	var fail error
	g, err := graph.Build(func(g *graph.Graph) {
		x := r.input(g)
		var out models.Output
		if out, fail = r.build(g, x, r.spec.Teacher.Model); fail == nil {
			p = train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Parts: parts(out, out.Loss, nil),
				Trainable: g.Params(), Outputs: []plan.Result{{Name: "series", Node: out.Series}}}
		}
	})
	if err := errors.Join(err, fail); err != nil {
		return nil, err
	}
	p.Graph = g
	t, err := train.New(r.device, p, r.spec.Train.Clip, teacherSeed(seed))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	done := experiment.TeacherRun{Seed: seed, Parameters: t.Parameters(), Weights: r.spec.Teacher.Weights}
	if err := r.fitTeacher(ctx, t, &done); err != nil {
		return nil, err
	}
	if r.o.Outputs {
		if done.Output, err = r.outputs(ctx, t); err != nil {
			return nil, err
		}
	}
	r.report.Teachers = append(r.report.Teachers, done)
	r.o.Events(experiment.Event{Phase: experiment.PhaseTeacher, Seed: seed, Run: r.meter.run, Runs: r.meter.runs, Taught: &done, Left: r.meter.left()})
	return t.Params()
}

func (r *run) fitTeacher(ctx context.Context, t *train.Trainer, done *experiment.TeacherRun) error {
	if r.spec.Teacher.Weights != "" {
		return r.loadTeacher(t)
	}
	job := job{name: fmt.Sprintf("seed%d-teacher", done.Seed), seed: done.Seed, epochs: r.spec.Teacher.Epochs, shuffle: teacherSeed(done.Seed)}
	res, seconds, err := r.fit(ctx, t, job)
	done.Epochs, done.Best, done.Seconds = res.Epochs, res.Best, seconds
	return err
}

// loadTeacher reads Teacher.Weights: a checkpoint of this program, or a public one.
func (r *run) loadTeacher(t *train.Trainer) error {
	name := r.spec.Teacher.Weights
	if r.o.Weights == nil {
		return fmt.Errorf("teacher weights %s: there is no place to read files from", name)
	}
	f, err := r.o.Weights(name)
	if err != nil {
		return fmt.Errorf("teacher weights: %w", err)
	}
	defer f.Close()
	values, _, err := train.ReadTensors(f)
	if err != nil {
		return fmt.Errorf("teacher weights %s: %w", name, err)
	}
	if err := r.importWeights(t, values); err != nil {
		return fmt.Errorf("teacher weights %s: %w", name, err)
	}
	return nil
}

// importWeights sets every parameter of the teacher. Tensors that a checkpoint is known to hold beside them are passed
// over; any other name is a sign of the wrong file.
func (r *run) importWeights(t *train.Trainer, values map[string]tensor.Tensor) error {
	model, err := models.Find(r.spec.Teacher.Name)
	if err != nil {
		return err
	}
	extra := map[string]bool{}
	for _, e := range model.Extra(r.config(r.spec.Teacher.Model)) {
		extra[e.Name] = true
	}
	unknown, missing, err := t.SetParams(values)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("tensor %s is missing, with %d more", missing[0], len(missing)-1)
	}
	for _, name := range unknown {
		if !extra[name] && !train.IsState(name) {
			return fmt.Errorf("tensor %s is unknown to %s", name, model.Name)
		}
	}
	return nil
}

// student trains the arm's student, unless it is the untrained control, and returns its scores.
func (r *run) student(ctx context.Context, a experiment.Arm, seed uint64, teacher map[string]tensor.Tensor, out *experiment.Run) (scores, error) {
	p, err := r.studentProblem(a)
	if err != nil {
		return scores{}, err
	}
	t, err := train.New(r.device, p, r.spec.Train.Clip, seed)
	if err != nil {
		return scores{}, err
	}
	defer t.Close()
	frozen := map[string]tensor.Tensor{}
	for name, x := range teacher {
		frozen[teacherScope+"."+name] = x
	}
	if _, _, err := t.SetParams(frozen); err != nil {
		return scores{}, fmt.Errorf("teacher: %w", err)
	}
	out.Parameters = t.Parameters()
	if a.Control == "" {
		job := job{name: fmt.Sprintf("seed%d-%s", seed, a.Name), arm: a.Name, seed: seed, epochs: r.spec.Train.Epochs, shuffle: seed, objective: a.Objective}
		res, _, err := r.fit(ctx, t, job)
		out.Epochs, out.Best, out.StepMs = res.Epochs, res.Best, res.StepMs
		if err != nil {
			return scores{}, err
		}
	}
	return r.studentScores(ctx, t, out)
}

// studentProblem is the arm's graph: the student, the frozen teacher, and the objective that joins them.
func (r *run) studentProblem(a experiment.Arm) (p train.Problem, err error) {
	model := r.spec.Student
	if a.Student != nil {
		model = *a.Student
	}
	var fail error
	g, err := graph.Build(func(g *graph.Graph) { p, fail = r.assemble(g, model, a.Objective) })
	p.Graph = g
	return p, errors.Join(err, fail)
}

func (r *run) assemble(g *graph.Graph, model experiment.Model, o experiment.Objective) (train.Problem, error) {
	x := r.input(g)
	student, err := r.build(g, x, model)
	if err != nil {
		return train.Problem{}, err
	}
	p := train.Problem{Windows: x, Loss: student.Loss, Monitor: student.Loss, Trainable: g.Params()}
	leave := g.Scope(teacherScope)
	teacher, err := r.build(g, x, r.spec.Teacher.Model)
	leave()
	if err != nil {
		return train.Problem{}, err
	}
	target := graph.StopGradient(teacher.Series)
	agreement, err := distill.Term("cosine", "channel", target, student.Series)
	if err != nil {
		return train.Problem{}, err
	}
	p.Checks = []plan.Result{{Name: "to_teacher", Node: agreement}}
	var extra []models.Named
	if o.Kind != "none" && o.Kind != "" {
		term, err := distill.Term(o.Kind, o.Axis, target, student.Series)
		if err != nil {
			return train.Problem{}, err
		}
		p.Weight = g.Input("lambda")
		weighted := graph.Mul(p.Weight, term)
		p.Loss = graph.Add(student.Loss, weighted)
		extra = append(extra, models.Named{Name: o.Kind, Node: weighted})
	}
	p.Parts = parts(student, p.Loss, extra)
	score, err := r.score(student, teacher)
	p.Outputs = []plan.Result{{Name: "score", Node: score}, {Name: "series", Node: student.Series}}
	return p, err
}

// score is the node that the spec's detection reads, [B,L].
func (r *run) score(student, teacher models.Output) (*graph.Node, error) {
	if r.spec.Detect.Score == "disagreement" {
		return distill.Disagreement(teacher.Series, student.Series), nil
	}
	return student.Score(r.spec.Detect.Score)
}

func parts(o models.Output, total *graph.Node, extra []models.Named) []plan.Result {
	out := []plan.Result{{Name: "total", Node: total}, {Name: "own", Node: o.Loss}}
	for _, n := range append(o.Parts[:len(o.Parts):len(o.Parts)], extra...) {
		out = append(out, plan.Result{Name: n.Name, Node: n.Node})
	}
	return out
}

// job is one training: what it is called, and what the training options do not say.
type job struct {
	name      string // of its checkpoint
	arm       string // empty for the teacher
	seed      uint64
	epochs    int
	shuffle   uint64
	objective experiment.Objective
}

// fit trains, from the job's checkpoint if there is one, and leaves a checkpoint at its end or where it was stopped.
func (r *run) fit(ctx context.Context, t *train.Trainer, j job) (res train.Result, seconds float64, err error) {
	if err := r.restore(t, j.name); err != nil {
		return res, 0, err
	}
	r.meter.run++
	steps := 0
	planned := r.planned(j)
	event := experiment.Event{Phase: experiment.PhaseStudent, Arm: j.arm, Seed: j.seed, Run: r.meter.run, Runs: r.meter.runs, Epochs: j.epochs}
	if j.arm == "" {
		event.Phase = experiment.PhaseTeacher
	}
	o := train.Options{Train: r.spec.Train, Epochs: j.epochs, Seed: j.shuffle, Gate: r.o.Gate}
	if w := j.objective; w.Kind == "cosine" || w.Kind == "mse" {
		o.Lambda = func(epoch int) float64 { return distill.Weight(w.Schedule, w.Weight, epoch, j.epochs) }
	}
	o.OnStep = func(s train.StepInfo) {
		r.meter.done++
		steps++
		seconds += s.Seconds
		e := event
		e.Epoch, e.Step, e.Steps, e.Losses, e.GradNorm, e.StepMs, e.Left = s.Epoch, s.Step, s.Steps, s.Losses, s.GradNorm, 1000*s.Seconds, r.meter.left()
		r.o.Events(e)
	}
	o.OnEpoch = func(done experiment.Epoch) {
		e := event
		e.Epoch, e.Step, e.Steps, e.EpochDone, e.Left = done.Epoch, done.Steps, planned, &done, r.meter.left()
		r.o.Events(e)
	}
	res, err = t.Fit(ctx, r.data.fit, r.data.valid, o)
	if errors.Is(err, train.ErrNotFinite) {
		return res, seconds, fmt.Errorf("%w: %w", errFailed, err)
	}
	if err == nil {
		r.meter.finish(steps, planned)
	}
	return res, seconds, errors.Join(err, r.save(t, j.name))
}

// planned is the number of steps of a job that is not stopped early.
func (r *run) planned(j job) int {
	return j.epochs * max(1, (r.data.fit.Len()+r.spec.Train.Batch-1)/r.spec.Train.Batch)
}

func checkpointName(job string) string { return strings.ReplaceAll(job, "/", "_") + ".safetensors" }

func (r *run) restore(t *train.Trainer, job string) error {
	if r.o.Store.Load == nil {
		return nil
	}
	f, err := r.o.Store.Load(checkpointName(job))
	if err != nil || f == nil {
		return err
	}
	defer f.Close()
	if err := t.Restore(f); err != nil {
		return fmt.Errorf("%s: %w", checkpointName(job), err)
	}
	return nil
}

func (r *run) save(t *train.Trainer, job string) error {
	if r.o.Store.Save == nil {
		return nil
	}
	return r.o.Store.Save(checkpointName(job), func(w io.Writer) error { return t.Save(w) })
}

// outputs returns the series output of every scored test step, [steps, channels], in scaled units. It is the last of
// the problem's outputs.
func (r *run) outputs(ctx context.Context, t *train.Trainer) ([]float32, error) {
	var all []float32
	err := t.Forward(ctx, r.data.test, func(_ int, o [][]float32) error {
		all = append(all, o[len(o)-1]...)
		return nil
	})
	return all, err
}

func (r *run) forward(ctx context.Context, t *train.Trainer, w detect.Windows, keep *[]float32) ([]float64, error) {
	var all []float64
	err := t.Forward(ctx, w, func(_ int, o [][]float32) error {
		for _, x := range o[0] {
			all = append(all, float64(x))
		}
		if keep != nil {
			*keep = append(*keep, o[1]...)
		}
		return nil
	})
	return all, err
}
