package experiment

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"cosinelab/datasets"
	"cosinelab/datasets/fault"
	"cosinelab/engine/detector"
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
	task := r.task(TeacherArm, false)
	d, err := r.designs.of(task, r.pause(ctx))
	if err != nil {
		return teacher{}, err
	}
	t, err := d.New(r.device, teacherSeed(r.spec.Seeds[seed]), r.pause(ctx))
	if err != nil {
		return teacher{}, err
	}
	defer t.Close()
	r.share(ctx, t, workers, task)
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
	from := teacher{params: params, digest: train.Digest(params)}
	if err == nil {
		r.memoriseTeacher(done, from)
	}
	return from, err
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
	values, err := ReadWeights(f)
	if err != nil {
		return err
	}
	return r.importWeights(t, values)
}

// maxWeights bounds a .detector that weights are read from, in bytes.
const maxWeights = 2 << 30

// ReadWeights reads the weights of a model from a safetensors file, or from a .detector.
func ReadWeights(in io.Reader) (map[string]tensor.Tensor, error) {
	b := bufio.NewReader(in)
	if start, _ := b.Peek(4); !detector.IsDetector(start) {
		values, _, err := train.ReadTensors(b)
		return values, err
	}
	raw, err := io.ReadAll(io.LimitReader(b, maxWeights))
	if err != nil {
		return nil, err
	}
	d, err := detector.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	if d.Closed() {
		return nil, fault.New("weights-closed", d.Arm().Control.String())
	}
	maps.DeleteFunc(d.Weights, func(name string, _ tensor.Tensor) bool {
		return strings.HasPrefix(name, teacherScope+".")
	})
	return d.Weights, nil
}

// Tensor is a tensor that a model takes.
type Tensor struct {
	Name  string
	Shape tensor.Shape
}

// Expects lists the tensors that the teacher of a spec takes, in the order of the model, for a series of so many
// channels.
func Expects(sp spec.Spec, channels int) ([]Tensor, error) {
	r := &run{spec: sp, data: &Prepared{channels: channels, micro: 1}}
	p, err := r.teacherProblem()
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for _, n := range p.Graph.Params() {
		out = append(out, Tensor{Name: n.Name, Shape: n.Shape})
	}
	return out, nil
}

// Misfits says everything for which weights are not those of the teacher of a spec: what is missing, has another
// shape, holds a number that is not finite, or is unknown. None = they fit.
func Misfits(sp spec.Spec, channels int, values map[string]tensor.Tensor) (wrong []*fault.Fault, err error) {
	expected, err := Expects(sp, channels)
	if err != nil {
		return nil, err
	}
	r := &run{spec: sp, data: &Prepared{channels: channels, micro: 1}}
	m := sp.Teacher.Model
	known := map[string]bool{}
	say := func(key string, args ...any) { wrong = append(wrong, fault.Of(fault.New(key, args...))) }
	for _, e := range models.All[m.Kind].Extra(r.config(m)) {
		known[e.Name] = true
	}
	for _, e := range expected {
		known[e.Name] = true
		x, ok := values[e.Name]
		switch {
		case !ok:
			say("tensor-missing", e.Name, e.Shape.String())
		case !x.Shape.Equal(e.Shape):
			say("tensor-shape", e.Name, x.Shape.String(), e.Shape.String())
		default:
			if i := slices.IndexFunc(x.Data, func(v float32) bool { return v-v != 0 }); i >= 0 {
				say("tensor-not-finite", e.Name, i, float64(x.Data[i]))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] && !train.IsState(name) {
			say("tensor-unknown", name, m.Kind.String())
		}
	}
	return wrong, nil
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
