package autodiff

import (
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// joined puts parts of a gradient that are zero outside a range of an axis, the gradients of slices, side by
// side where their ranges do not overlap. A sequence that is read step by step then costs one pass instead of
// one for each step.
func joined(parts []*graph.Node) []*graph.Node {
	var rest []*graph.Node
	var rows []*row
	for _, p := range parts {
		if p.Kind != op.Pad {
			rest = append(rest, p)
		} else if i := slices.IndexFunc(rows, func(r *row) bool { return r.takes(p) }); i >= 0 {
			rows[i].add(p)
		} else {
			rows = append(rows, &row{[]*graph.Node{p}})
		}
	}
	for _, r := range rows {
		rest = append(rest, r.concat())
	}
	return rest
}

// row holds paddings along one axis whose operands do not overlap, in the order they lie there.
type row struct{ pads []*graph.Node }

// span is the range of the axis that the operand of a padding takes.
func span(p *graph.Node) (axis, from, to int) {
	axis, from = p.Attr.N[0], p.Attr.N[1]
	return axis, from, from + p.In[0].Shape[axis]
}

// find returns the position of p in the row.
func (r *row) find(p *graph.Node) int {
	i, _ := slices.BinarySearchFunc(r.pads, p.Attr.N[1],
		func(q *graph.Node, from int) int { return q.Attr.N[1] - from })
	return i
}

func (r *row) takes(p *graph.Node) bool {
	axis, from, to := span(p)
	if r.pads[0].Attr.N[0] != axis {
		return false
	}
	i := r.find(p)
	if i < len(r.pads) && r.pads[i].Attr.N[1] < to {
		return false
	}
	if i == 0 {
		return true
	}
	_, _, before := span(r.pads[i-1])
	return before <= from
}

func (r *row) add(p *graph.Node) { r.pads = slices.Insert(r.pads, r.find(p), p) }

// concat is the sum of the row, with zeros in the gaps.
func (r *row) concat() *graph.Node {
	if len(r.pads) == 1 {
		return r.pads[0]
	}
	whole := r.pads[0]
	axis, _, _ := span(whole)
	var pieces []*graph.Node
	at := 0
	fill := func(to int) {
		if to > at {
			s := slices.Clone(whole.Shape)
			s[axis] = to - at
			pieces = append(pieces, graph.Expand(whole.Graph().Scalar(0), s...))
		}
	}
	for _, p := range r.pads {
		_, from, to := span(p)
		fill(from)
		pieces = append(pieces, p.In[0])
		at = to
	}
	fill(whole.Shape[axis])
	return graph.Concat(axis, pieces...)
}
