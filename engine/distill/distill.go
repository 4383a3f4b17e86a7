// Package distill measures how far a student's output is from its teacher's.
package distill

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
)

// Epsilon bounds the norms in a cosine from below (models/README.md, section 2.1).
const Epsilon = 1e-8

// Kinds lists what can be added to the student's own loss: nothing, 1 - cosine, or the mean squared error.
var Kinds = []string{"none", "cosine", "mse"}

// Axes lists what one vector of the cosine is: all channels at one step, one channel over the window, or the whole
// window.
var Axes = []string{"channel", "time", "window"}

// Schedules lists how the weight of the term changes over the epochs; Weight has the formulas.
var Schedules = []string{"constant", "linear", "cosine"}

// Term returns the scalar D(teacher, student) of models/README.md, section 2.1, for outputs of one shape
// [B,L,C]:
//
//	none    0
//	cosine  1 - mean of cos over the vectors along the axis
//	mse     mean of (teacher - student)^2
//
// The axis counts for cosine only. No gradient reaches the teacher; for none the teacher may be nil.
func Term(kind, axis string, teacher, student *graph.Node) (*graph.Node, error) {
	if err := oneOf("objective", kind, Kinds); err != nil {
		return nil, err
	}
	g := student.Graph()
	if kind == "none" {
		return g.Scalar(0), nil
	}
	if !teacher.Shape.Equal(student.Shape) || len(student.Shape) != 3 {
		return nil, fmt.Errorf("distill: teacher %v and student %v, want one shape [B,L,C]", teacher.Shape, student.Shape)
	}
	if kind == "cosine" {
		if err := oneOf("axis", axis, Axes); err != nil {
			return nil, err
		}
	}
	var d *graph.Node
	err := g.Extend(func() {
		defer g.Scope("distill")()
		if teacher = graph.StopGradient(teacher); kind == "mse" {
			d = nn.MSE(teacher, student)
		} else {
			d = complement(graph.MeanAll(cosine(axis, teacher, student)))
		}
	})
	return d, err
}

func oneOf(what, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("distill: %s %q: want one of %s", what, name, strings.Join(names, ", "))
}

// cosine returns the cosines of matching vectors: [B,L], [B,C] or [B].
func cosine(axis string, x, y *graph.Node) *graph.Node {
	vectors := func(x *graph.Node) *graph.Node {
		switch axis {
		case "time":
			return graph.Transpose(x, 0, 2, 1)
		case "window":
			return graph.Reshape(x, x.Shape[0], x.Shape[1]*x.Shape[2])
		}
		return x
	}
	return graph.Cosine(vectors(x), vectors(y), Epsilon)
}

// complement returns 1 - x.
func complement(x *graph.Node) *graph.Node { return graph.Shift(graph.Scale(x, -1), 1) }

// Disagreement returns 1 - cos of what teacher and student [B,L,C] say about each step, [B,L].
func Disagreement(teacher, student *graph.Node) *graph.Node {
	return complement(graph.Cosine(teacher, student, Epsilon))
}

// Weight returns the weight of the term in an epoch, counted from 1, of so many epochs:
//
//	constant  weight
//	linear    weight * (1 - (epoch-1)/epochs)
//	cosine    weight * (1 + cos(pi*(epoch-1)/epochs)) / 2
//
// The first epoch has the full weight; the falling schedules let go of the teacher towards the end without reaching
// 0, so that one epoch alone has the full weight, too. An unknown schedule gives NaN.
func Weight(schedule string, weight float64, epoch, epochs int) float64 {
	done := float64(epoch-1) / float64(epochs)
	switch schedule {
	case "constant":
		return weight
	case "linear":
		return weight * (1 - done)
	case "cosine":
		return weight * (1 + math.Cos(math.Pi*done)) / 2
	}
	return math.NaN()
}
