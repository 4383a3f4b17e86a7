package experiment

import (
	"context"
	"errors"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// teacher is what the students of a seed have to learn from. They only read it.
type teacher struct {
	params map[string]tensor.Tensor // nil = there is none
	digest string                   // tells them from those of another; empty as well
	failed *fault.Fault             // why not, if the spec asks for one
}

// teacherSeed keeps the teacher's draws apart from those of a student with the same architecture.
func teacherSeed(seed uint64) uint64 { return seed ^ 0x7465616368657200 }

// teach returns the seed's teacher. One whose numbers stop being finite is reported, and is none: arms that
// need no teacher still have their scores.
func (r *run) teach(ctx context.Context, seed int, workers []*worker) (teacher, error) {
	p, err := r.teacherProblem()
	if err != nil {
		return teacher{}, err
	}
	t, err := train.New(r.device, p, r.spec.Train.Clip, teacherSeed(r.spec.Seeds[seed]), r.pause(ctx))
	if err != nil {
		return teacher{}, err
	}
	defer t.Close()
	r.share(ctx, t, workers, Task{Spec: r.spec, Arm: TeacherArm, Channels: r.data.channels,
		Micro: p.Windows.Shape[0]})
	done := &spec.TeacherRun{Seed: r.spec.Seeds[seed], Parameters: t.Parameters(),
		Weights: r.spec.Teacher.Weights}
	err = r.fitTeacher(ctx, t, done)
	if failed := (failure{}); errors.As(err, &failed) {
		done.Failed = fault.Of(failed.error)
		r.measured(func(*meter) { r.teachers[seed] = done })
		return teacher{failed: done.Failed}, nil
	}
	if err != nil {
		return teacher{}, err
	}
	r.measured(func(*meter) { r.teachers[seed] = done })
	r.send(spec.Event{Phase: spec.PhaseTeacher, Seed: done.Seed, Taught: done})
	params, err := t.Params()
	return teacher{params: params, digest: train.Digest(params)}, err
}

// teacherProblem is the teacher's graph: the model alone, on its own loss.
func (r *run) teacherProblem() (p train.Problem, err error) {
	var fail error
	p.Graph, err = graph.Build(func(g *graph.Graph) {
		x := r.input(g, r.spec.Teacher.Model)
		var out models.Output
		if out, fail = r.build(g, x, r.spec.Teacher.Model, false); fail == nil {
			p = train.Problem{Windows: x, Loss: out.Loss, Monitor: out.Loss, Parts: parts(out, out.Loss),
				Trainable: g.Params(),
				ClipEach:  r.spec.Train.ClipEach, Decay: r.spec.Train.Decay,
				Outputs: []plan.Result{{Name: outputSeries, Node: out.Series}}}
		}
	})
	return p, errors.Join(err, fail)
}

// fitTeacher trains the teacher or loads its weights, and keeps its output for the test part if asked to.
func (r *run) fitTeacher(ctx context.Context, t *train.Trainer, done *spec.TeacherRun) error {
	if r.spec.Teacher.Weights != "" {
		if err := r.loadTeacher(t); err != nil {
			return fault.New("teacher-weights", r.spec.Teacher.Weights, err)
		}
	} else {
		res, err := r.fit(ctx, t, teacherJob(r.spec, done.Seed))
		done.Epochs, done.Best = res.Epochs, res.Best
		for _, e := range res.Epochs {
			done.Seconds += e.Seconds
		}
		if err != nil {
			return err
		}
	}
	if !r.o.Outputs {
		return nil
	}
	return t.Forward(ctx, r.data.test, func(i int, o [][]float32) error {
		done.Output = append(done.Output, datasets.Counted(r.data.test, i, o[0])...)
		return nil
	})
}

// loadTeacher reads Teacher.Weights: a checkpoint of this program, or a public one.
func (r *run) loadTeacher(t *train.Trainer) error {
	if r.o.Weights == nil {
		return fault.New("no-files")
	}
	f, err := r.o.Weights(r.spec.Teacher.Weights)
	if err != nil {
		return err
	}
	defer f.Close()
	values, _, err := train.ReadTensors(f)
	if err != nil {
		return err
	}
	return r.importWeights(t, values)
}

// importWeights sets every parameter of the teacher. Tensors that a checkpoint is known to hold beside them
// (models/README.md, section 3.8) are passed over; any other name is a sign of the wrong file.
func (r *run) importWeights(t *train.Trainer, values map[string]tensor.Tensor) error {
	m := r.spec.Teacher.Model
	passed := map[string]bool{}
	for _, e := range models.All[m.Kind].Extra(r.config(m)) {
		passed[e.Name] = true
	}
	unknown, missing, err := t.SetParams(values)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fault.New("tensors-missing", missing[0], len(missing)-1)
	}
	for _, name := range unknown {
		if !passed[name] && !train.IsState(name) {
			return fault.New("tensor-unknown", name, m.Kind.String())
		}
	}
	return nil
}
