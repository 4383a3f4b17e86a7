// Package distill measures how far a student's output is from its teacher's.
package distill

import (
	"fmt"
	"math"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/spec"
)

// Epsilon bounds the norms in a cosine from below (models/README.md, section 2.1).
const Epsilon = 1e-8

// objectives are the terms D(teacher, student) of models/README.md, section 2.1, for outputs of one shape
// [B,L,C]. No gradient passes the teacher that they are given. An objective that does not distil has none.
var objectives = [spec.ObjectiveCount]func(axis spec.AxisKind, teacher, student *graph.Node) *graph.Node{
	spec.ObjectiveCosine: func(axis spec.AxisKind, teacher, student *graph.Node) *graph.Node {
		return complement(graph.MeanAll(graph.Cosine(vectors[axis](teacher), vectors[axis](student),
			Epsilon)))
	},
	spec.ObjectiveMSE: func(_ spec.AxisKind, teacher,
		student *graph.Node) *graph.Node {
		return nn.MSE(teacher, student)
	},
}

// vectors lay out a series [B,L,C] so that its last axis is one vector of the cosine.
var vectors = [spec.AxisCount]func(x *graph.Node) *graph.Node{
	spec.AxisChannel: func(x *graph.Node) *graph.Node { return x },
	spec.AxisTime:    func(x *graph.Node) *graph.Node { return graph.Transpose(x, 0, 2, 1) },
	spec.AxisWindow: func(x *graph.Node) *graph.Node {
		return graph.Reshape(x, x.Shape[0], x.Shape[1]*x.Shape[2])
	},
}

// Term returns the scalar D(teacher, student) of an objective for outputs of one shape [B,L,C]:
//
//	none    0
//	cosine  1 - mean of cos over the vectors along the axis
//	mse     mean of (teacher - student)^2
//
// No gradient reaches the teacher; for none the teacher may be nil.
func Term(o spec.Objective, teacher, student *graph.Node) (*graph.Node, error) {
	if !spec.Objectives[o.Kind].Distils {
		return student.Graph().Scalar(0), nil
	}
	if !teacher.Shape.Equal(student.Shape) || len(student.Shape) != 3 {
		return nil, fmt.Errorf("distill: teacher %v and student %v, want one shape [B,L,C]", teacher.Shape,
			student.Shape)
	}
	if spec.Objectives[o.Kind].Axis && o.Axis == 0 {
		return nil, fmt.Errorf("distill: objective %s without an axis", o.Kind)
	}
	var d *graph.Node
	g := student.Graph()
	err := g.Extend(func() {
		defer g.Scope("distill")()
		d = objectives[o.Kind](o.Axis, graph.StopGradient(teacher), student)
	})
	return d, err
}

// complement returns 1 - x.
func complement(x *graph.Node) *graph.Node { return graph.Shift(graph.Scale(x, -1), 1) }

// Disagreement returns 1 - cos of what teacher and student [B,L,C] say about each step, [B,L].
func Disagreement(teacher, student *graph.Node) *graph.Node {
	return complement(graph.Cosine(teacher, student, Epsilon))
}

// schedules change a weight where a share of the epochs is done.
var schedules = [spec.WeightScheduleCount]func(weight, done float64) float64{
	spec.WeightConstant: func(weight, _ float64) float64 { return weight },
	spec.WeightLinear:   func(weight, done float64) float64 { return weight * (1 - done) },
	spec.WeightCosine: func(weight, done float64) float64 {
		return weight * (1 + math.Cos(math.Pi*done)) / 2
	},
}

// Weight returns the weight of an objective's term in an epoch, counted from 1, of so many epochs:
//
//	constant  weight
//	linear    weight * (1 - (epoch-1)/epochs)
//	cosine    weight * (1 + cos(pi*(epoch-1)/epochs)) / 2
//
// The first epoch has the full weight; the falling schedules let go of the teacher towards the end without
// reaching 0, so that one epoch alone has the full weight, too. The objective must have a schedule.
func Weight(o spec.Objective, epoch, epochs int) float64 {
	return schedules[o.Schedule](o.Weight, float64(epoch-1)/float64(epochs))
}
