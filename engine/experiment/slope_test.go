package experiment

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/backend/backendtest"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
	"cosinelab/engine/train"
)

// objectivesToTargets are all objectives that distil, along every axis, with every target.
func objectivesToTargets() (all []spec.Objective) {
	for k := range spec.Each(spec.ObjectiveCount) {
		if !spec.Objectives[k].Distils {
			continue
		}
		for target := range spec.Each(spec.TargetCount) {
			o := spec.Objective{Kind: k, Weight: 0.7, Schedule: spec.WeightConstant, Target: target}
			if !spec.Objectives[k].Axis {
				all = append(all, o)
				continue
			}
			for axis := range spec.Each(spec.AxisCount) {
				o.Axis = axis
				all = append(all, o)
			}
		}
	}
	return all
}

// objectiveOf is what the student of an arm with this objective minimises, with values for all that it depends
// on. The teacher is a model of another kind and size.
func objectiveOf(t *testing.T, student spec.Model, o spec.Objective) (train.Problem, backendtest.Feeds) {
	t.Helper()
	s := sized(student, 6)
	s.Teacher.Model = spec.Model{Kind: spec.ModelTransformer, DModel: 4, Heads: 2, Layers: 1, DFF: 5}
	arm := spec.Arm{Name: "held", Objective: o}
	s.Arms = []spec.Arm{arm}
	r := &run{spec: s, data: &Prepared{channels: 3, micro: 2}}
	p, err := r.studentProblem(arm, spec.Targets[o.Target].Teacher)
	if err != nil {
		t.Fatal(err)
	}
	feeds := backendtest.Feeds{}
	for i, n := range p.Graph.Nodes() {
		switch {
		case n.Kind == op.Param:
			for _, v := range train.Initial(n, 5) {
				feeds[n] = append(feeds[n], float64(v))
			}
		case n == p.Weight:
			feeds[n] = []float64{o.Weight}
		case n.Kind == op.Input:
			for j := range n.Shape.Len() {
				feeds[n] = append(feeds[n], 1.5*math.Sin(float64(j+11*i))+0.2*float64(j%3))
			}
		}
	}
	return p, feeds
}

// slope is the central difference of a scalar by one element of what it depends on.
func slope(t *testing.T, feeds backendtest.Feeds, of, by *graph.Node, element int) float64 {
	t.Helper()
	const h = 1e-5
	x := feeds[by][element]
	defer func() { feeds[by][element] = x }()
	at := func(v float64) float64 {
		feeds[by][element] = v
		out, err := backendtest.Eval(feeds, of)
		if err != nil {
			t.Fatal(err)
		}
		return out[0][0]
	}
	return (at(x+h) - at(x-h)) / (2 * h)
}

// What training follows is the slope of what it says it minimises, whatever the student is held to.
func TestTheGradientOfEveryObjectiveAndTargetEqualsFiniteDifferences(t *testing.T) {
	for _, student := range []spec.Model{{Kind: spec.ModelLSTM, DModel: 3, Layers: 1},
		{Kind: spec.ModelTransformer, DModel: 6, Heads: 3, Layers: 1, DFF: 4}} {
		for _, o := range objectivesToTargets() {
			t.Run(fmt.Sprint(student.Kind, " ", o.Kind, " ", o.Axis, " ", o.Target), func(t *testing.T) {
				p, feeds := objectiveOf(t, student, o)
				grads, err := autodiff.Gradients(p.Loss, p.Trainable...)
				if err != nil {
					t.Fatal(err)
				}
				got, err := backendtest.Eval(feeds, grads...)
				if err != nil {
					t.Fatal(err)
				}
				for i, w := range p.Trainable {
					for _, j := range []int{0, w.Shape.Len() / 2, w.Shape.Len() - 1} {
						want := slope(t, feeds, p.Loss, w, j)
						if !(math.Abs(got[i][j]-want) <= 1e-7*max(1, math.Abs(want))) {
							t.Errorf("%s[%d]: gradient %v, finite difference %v", w.Name, j, got[i][j], want)
						}
					}
				}
			})
		}
	}
}

// dependsOn is what the value of an objective depends on besides student and window, by its target.
var dependsOn = [spec.TargetCount]struct{ teacher, untrained, others bool }{
	spec.TargetTeacher:   {teacher: true},
	spec.TargetInput:     {},
	spec.TargetShuffled:  {teacher: true, others: true},
	spec.TargetUntrained: {untrained: true},
}

// The loss goes by its own target and by no other; no gradient reaches the target.
func TestAnObjectiveIsMovedByItsTargetButMovesItNot(t *testing.T) {
	student := spec.Model{Kind: spec.ModelLSTM, DModel: 3, Layers: 1}
	for _, o := range objectivesToTargets() {
		t.Run(fmt.Sprint(o.Kind, " ", o.Axis, " ", o.Target), func(t *testing.T) {
			p, feeds := objectiveOf(t, student, o)
			moved := map[string]bool{}
			var held []*graph.Node
			for n := range feeds {
				scope, _, _ := strings.Cut(n.Name, ".")
				if scope == teacherScope || scope == untrainedScope {
					held = append(held, n)
				} else if n != p.Others {
					continue
				}
				for j := range n.Shape.Len() {
					moved[scope] = moved[scope] || math.Abs(slope(t, feeds, p.Loss, n, j)) > 1e-6
				}
			}
			want := dependsOn[o.Target]
			for scope, it := range map[string]bool{teacherScope: want.teacher, untrainedScope: want.untrained,
				"others": want.others} {
				if moved[scope] != it {
					t.Errorf("%s moves the loss: %v, want %v", scope, moved[scope], it)
				}
			}
			grads, err := autodiff.Gradients(p.Loss, held...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := backendtest.Eval(feeds, grads...)
			if err != nil {
				t.Fatal(err)
			}
			for i, n := range held {
				for _, x := range got[i] {
					if x != 0 {
						t.Fatalf("gradient %v reaches %s", x, n.Name)
					}
				}
			}
		})
	}
}
