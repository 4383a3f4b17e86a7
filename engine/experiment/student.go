package experiment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/engine/distill"
	"cosinelab/engine/graph"
	"cosinelab/engine/models"
	"cosinelab/engine/plan"
	"cosinelab/engine/spec"
	"cosinelab/engine/tensor"
	"cosinelab/engine/train"
)

// Where the parameters of a frozen teacher live in a student's graph: those it has learnt, and those it began
// with.
const (
	teacherScope   = "teacher"
	untrainedScope = "untrained_teacher"
)

// Names of what a model computes after training.
const (
	outputScore  = "score"
	outputSeries = "series"
	outputErrors = "errors"
)

// agreement is how far every student that has a teacher is from it, whatever it minimises: arms compare by
// the same measure. Only validation computes it, so that it costs training nothing.
var agreement = spec.Objective{Kind: spec.ObjectiveCosine, Axis: spec.AxisChannel}

// config is the model's configuration in the sizes of the spec and the data.
func (r *run) config(m spec.Model) models.Config {
	c := models.ConfigOf(m)
	c.Window, c.Channels = r.spec.Data.Window, r.data.channels
	return c
}

// build adds a model to g, for windows x. A frozen model is one whose noise is off (models/README.md, section
// 2). It fails if the sizes do not fit one another.
func (r *run) build(g *graph.Graph, x *graph.Node, m spec.Model, frozen bool) (models.Output, error) {
	c := r.config(m)
	c.Noiseless = frozen
	if err := models.Check(m.Kind, c); err != nil {
		return models.Output{}, err
	}
	return models.All[m.Kind].Build(g, x, c), nil
}

// input is the windows of a micro-batch of the size that suits the model in training.
func (r *run) input(g *graph.Graph, m spec.Model) *graph.Node {
	return g.Input("x", r.data.microBatch(m, r.spec.Train.Batch), r.spec.Data.Window, r.data.channels)
}

// student trains the arm's student, unless it is the untrained control, and returns its scores. Without the
// teacher that it needs it is a failure.
func (r *run) student(ctx context.Context, arm int, from teacher, workers []*worker, out *spec.Run) (scores,
	error) {
	a := r.spec.Arms[arm]
	if from.params == nil && r.spec.NeedsTeacher(a) {
		return scores{}, failure{fault.New("teacher-failed", from.failed)}
	}
	task := r.task(arm, from.params != nil)
	d, err := r.designs.of(task, r.pause(ctx))
	if err != nil {
		return scores{}, err
	}
	t, err := d.New(r.device, out.Seed, r.pause(ctx))
	if err != nil {
		return scores{}, err
	}
	defer t.Close()
	if err := freeze(t, teacherScope, from.params); err != nil {
		return scores{}, err
	}
	if a.Distils() && a.Objective.Target == spec.TargetUntrained {
		if err := r.freezeUntrained(t, out.Seed); err != nil {
			return scores{}, err
		}
	}
	out.Parameters = t.Parameters()
	r.share(ctx, t, workers, task)
	if spec.Controls[a.Control].Trains {
		res, err := r.learn(ctx, t, arm, out.Seed, from)
		out.Epochs, out.Best, out.StepMs = res.Epochs, res.Best, res.StepMs
		if err != nil {
			return scores{}, err
		}
	}
	return r.studentScores(ctx, a, t, out)
}

// task is the training run of an arm, or TeacherArm, as every worker of it builds it.
func (r *run) task(arm int, taught bool) Task {
	model := r.spec.Teacher.Model
	if arm != TeacherArm {
		model = r.spec.StudentOf(r.spec.Arms[arm])
	}
	return Task{Spec: r.spec, Arm: arm, Taught: taught, Channels: r.data.channels,
		Micro: r.data.microBatch(model, r.spec.Train.Batch), Outputs: r.o.Outputs}
}

// learn trains an arm's student, or gives it what it learnt when it was trained before.
func (r *run) learn(ctx context.Context, t *train.Trainer, arm int, seed uint64, from teacher) (train.Result, error) {
	c := Checkpoint{seed, arm}
	if e := r.recallFit(c, from); e != nil {
		r.measured(func(m *meter) { m.end(c, r.data.plannedSteps(c)) })
		_, _, err := t.SetParams(e.weights)
		return e.fit, err
	}
	res, err := r.fit(ctx, t, armJob(r.spec, arm, seed, from))
	if err == nil && r.o.Memory != nil {
		var weights map[string]tensor.Tensor
		if weights, err = t.Params(); err == nil {
			maps.DeleteFunc(weights, func(name string, _ tensor.Tensor) bool { // that of teachers is kept with them
				return strings.HasPrefix(name, teacherScope+".") || strings.HasPrefix(name, untrainedScope+".")
			})
			r.memoriseFit(c, from, weights, res)
		}
	}
	return res, err
}

// freeze gives a teacher inside a student's problem its weights. Parameters of the student are missing from
// them, as they should be; a name that the problem does not have means that the two do not belong together.
func freeze(t *train.Trainer, scope string, params map[string]tensor.Tensor) error {
	frozen := map[string]tensor.Tensor{}
	for name, x := range params {
		frozen[scope+"."+name] = x
	}
	unknown, _, err := t.SetParams(frozen)
	if err == nil && len(unknown) > 0 {
		err = fmt.Errorf("tensor %s is unknown", unknown[0])
	}
	if err != nil {
		return fmt.Errorf("teacher: %w", err)
	}
	return nil
}

// freezeUntrained gives the untrained teacher the weights that the seed's teacher begins with.
func (r *run) freezeUntrained(t *train.Trainer, seed uint64) error {
	p, err := r.teacherProblem()
	if err != nil {
		return err
	}
	params := map[string]tensor.Tensor{}
	for _, n := range p.Graph.Params() {
		params[n.Name] = tensor.Tensor{Shape: n.Shape, Data: train.Initial(n, teacherSeed(seed))}
	}
	return freeze(t, untrainedScope, params)
}

// studentProblem is the arm's graph: the student, the frozen teacher if there is one, and the objective that
// joins them.
func (r *run) studentProblem(a spec.Arm, taught bool) (p train.Problem, err error) {
	var fail error
	g, err := graph.Build(func(g *graph.Graph) { p, fail = r.assemble(g, a, taught) })
	p.Graph = g
	return p, errors.Join(err, fail)
}

// assemble builds the graph into g. The student comes first: what is trainable are the parameters so far.
// Validation goes by the student's own loss in every arm, so that the best epoch is chosen by the same
// measure (models/README.md, section 9.4).
func (r *run) assemble(g *graph.Graph, a spec.Arm, taught bool) (p train.Problem, err error) {
	x := r.input(g, r.spec.StudentOf(a))
	student, err := r.build(g, x, r.spec.StudentOf(a), false)
	if err != nil {
		return p, err
	}
	p = train.Problem{Windows: x, Loss: student.Loss, Monitor: student.Loss, Trainable: g.Params(),
		ClipEach: r.spec.Train.ClipEach,
		Decay:    r.spec.Train.Decay}
	var target *graph.Node
	first := student.First
	if taught {
		if target, first, err = r.target(g, x, teacherScope); err != nil {
			return p, err
		}
		// Only steps that both say something of are compared.
		first = max(first, student.First)
		apart, err := distill.Term(agreement, since(target, first), since(student.Series, first))
		if err != nil {
			return p, err
		}
		p.Checks = []plan.Result{{Name: spec.PartToTeacher.String(), Node: apart}}
	}
	var extra []models.Part
	if a.Distils() {
		held, from := target, first
		if a.Objective.Target != spec.TargetTeacher {
			if held, from, err = r.instead(g, x, a.Objective.Target, &p); err != nil {
				return p, err
			}
			from = max(from, student.First)
		}
		term, err := distill.Term(a.Objective, since(held, from), since(student.Series, from))
		if err != nil {
			return p, err
		}
		p.Weight = g.Input("lambda")
		weighted := graph.Mul(p.Weight, term)
		p.Loss = graph.Add(student.Loss, weighted)
		extra = append(extra, models.Part{Kind: spec.Objectives[a.Objective.Kind].Part, Node: weighted})
	}
	p.Parts = parts(student, p.Loss, extra...)
	score, err := r.score(student, target, first)
	p.Outputs = []plan.Result{{Name: outputScore, Node: score}, {Name: outputSeries, Node: student.Series}}
	if r.spec.OfErrors(a) || r.o.Outputs {
		p.Outputs = append(p.Outputs, plan.Result{Name: outputErrors, Node: squares(student, x)})
	}
	for _, k := range r.sources(a)[1:] {
		other, wrong := student.Score(k)
		if err = errors.Join(err, wrong); err == nil {
			p.Outputs = append(p.Outputs, plan.Result{Name: outputScore + "." + k.String(), Node: other})
		}
	}
	return p, err
}

// target adds the teacher, under a scope that keeps its names apart, and returns its output for windows, which
// no gradient passes, and the first step of it that counts.
func (r *run) target(g *graph.Graph, windows *graph.Node, scope string) (series *graph.Node, first int,
	err error) {
	defer g.Scope(scope)()
	out, err := r.build(g, windows, r.spec.Teacher.Model, true)
	if err != nil {
		return nil, 0, err
	}
	return graph.StopGradient(out.Series), out.First, nil
}

// instead is what stands in the teacher's place for windows x (models/README.md, section 2.5), with the first
// step of it that counts.
func (r *run) instead(g *graph.Graph, x *graph.Node, k spec.TargetKind, p *train.Problem) (*graph.Node, int,
	error) {
	switch k {
	case spec.TargetInput:
		return x, 0, nil
	case spec.TargetUntrained:
		return r.target(g, x, untrainedScope)
	}
	p.Others = g.Input("others", x.Shape...)
	return r.target(g, p.Others, teacherScope) // of the same names, hence the same weights
}

// squares are the squared errors of every channel [B,L,C]; 0 in the first steps, where the student has no
// output.
func squares(student models.Output, x *graph.Node) *graph.Node {
	d := graph.Sub(since(student.Series, student.First), since(x, student.First))
	return graph.Pad(graph.Mul(d, d), 1, student.First, 0)
}

// since is a series [B,L,C] from the first step that counts.
func since(series *graph.Node, first int) *graph.Node {
	return graph.SliceAxis(series, 1, first, series.Shape[1])
}

// score is the node that the spec's detection reads, [B,L], higher where a step is more anomalous. Where
// teacher or student has no output, they do not disagree.
func (r *run) score(student models.Output, target *graph.Node, first int) (*graph.Node, error) {
	if r.spec.Detect.Score == spec.ScoreDisagreement {
		return graph.Pad(distill.Disagreement(since(target, first), since(student.Series, first)), 1, first,
			0), nil
	}
	return student.Score(r.spec.Detect.Score)
}

// parts are the losses to report: what is minimised, the model's own loss, what either is made of.
func parts(o models.Output, total *graph.Node, extra ...models.Part) []plan.Result {
	out := []plan.Result{{Name: spec.PartTotal.String(), Node: total},
		{Name: spec.PartOwn.String(), Node: o.Loss}}
	for _, n := range slices.Concat(o.Parts, extra) {
		out = append(out, plan.Result{Name: n.Kind.String(), Node: n.Node})
	}
	return out
}
