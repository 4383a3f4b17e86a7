// Package autodiff derives gradients as further nodes of the same graph.
package autodiff

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// Gradients returns, for each node of wrt, the derivative of the scalar loss by it, of that node's shape, by
// reverse accumulation. Only paths that lead from loss to wrt are followed; where there is none, because of
// StopGradient or because loss does not depend on the node, the gradient is zero. A reshaped or transposed
// node is a poor choice for wrt: graph.Reshape and graph.Transpose build on the operand of such a node, past
// the node itself. New nodes carry the label of the operation whose gradient they compute. It fails if loss
// is not a scalar, or if a path leads through an operation that has no gradient.
func Gradients(loss *graph.Node, wrt ...*graph.Node) ([]*graph.Node, error) {
	if len(loss.Shape) != 0 {
		return nil, fmt.Errorf("gradients: loss has shape %v, want a scalar", loss.Shape)
	}
	for i, w := range wrt {
		if w.Graph() != loss.Graph() {
			return nil, fmt.Errorf("gradients: node %d (%v %s) belongs to another graph than the loss", i,
				w.Kind, w.Name)
		}
	}
	g := loss.Graph()
	grads := make([]*graph.Node, len(wrt))
	err := g.Extend(func() {
		s := newSweep(loss, wrt)
		s.run(loss)
		for i, w := range wrt {
			if grads[i] = s.total(w); grads[i] == nil {
				grads[i] = graph.Expand(g.Scalar(0), w.Shape...)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("gradients: %w", err)
	}
	return grads, nil
}

// sweep is one pass over the graph from the loss back to its operands.
type sweep struct {
	nodes  []*graph.Node   // as they were before the first gradient was added
	needed []bool          // by ID: a path leads from here to a node of wrt
	parts  [][]*graph.Node // by ID: what each user of the node adds to its gradient
}

// newSweep marks the nodes that a gradient must pass through. Operands come before users, so one pass is
// enough.
func newSweep(loss *graph.Node, wrt []*graph.Node) *sweep {
	nodes := loss.Graph().Nodes()[:loss.ID+1]
	s := &sweep{nodes: nodes, needed: make([]bool, len(nodes)), parts: make([][]*graph.Node, len(nodes))}
	for _, w := range wrt {
		if w.ID < len(nodes) {
			s.needed[w.ID] = true
		}
	}
	for _, n := range nodes {
		if n.Kind == op.StopGradient {
			continue
		}
		for _, x := range n.In {
			s.needed[n.ID] = s.needed[n.ID] || s.needed[x.ID]
		}
	}
	return s
}

// run visits users before operands, so that a node's gradient is complete when it is handed on.
func (s *sweep) run(loss *graph.Node) {
	s.parts[loss.ID] = []*graph.Node{loss.Graph().Scalar(1)}
	for i := len(s.nodes) - 1; i >= 0; i-- {
		if s.needed[i] {
			s.pass(s.nodes[i])
		}
	}
}

// pass hands n's gradient on to those of its operands that need one.
func (s *sweep) pass(n *graph.Node) {
	dy := s.total(n)
	if dy == nil {
		return
	}
	if n.Label != "" {
		defer n.Graph().Scope(n.Label)()
	}
	for i, x := range n.In {
		if !s.needed[x.ID] {
			continue
		}
		if d := vjp[n.Kind](n, dy, i); d != nil {
			s.parts[x.ID] = append(s.parts[x.ID], d)
		}
	}
}

// total adds up the parts of n's gradient in the order they came; it is nil if there are none.
func (s *sweep) total(n *graph.Node) *graph.Node {
	if n.ID >= len(s.parts) || len(s.parts[n.ID]) == 0 {
		return nil
	}
	parts := joined(s.parts[n.ID])
	sum := parts[0]
	for _, d := range parts[1:] {
		sum = graph.Add(sum, d)
	}
	s.parts[n.ID] = []*graph.Node{sum}
	return sum
}
