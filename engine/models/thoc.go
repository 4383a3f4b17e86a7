package models

import (
	"fmt"
	"math"

	"cosinelab/datasets/fault"
	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
)

// cosineEpsilon bounds the norms of features and centres from below (README.md, section 7).
const cosineEpsilon = 1e-8

// thoc is the temporal hierarchical one-class network (Shen et al., NeurIPS 2020; README.md, section 7). The
// temperature of the assignments stays at 1, and centres start as random rows of norm 1. As a teacher it
// gives its first layer's prediction, which has nothing to say of the first step.
var thoc = Model{
	MicroBatch: always(16),
	Fits:       reachable,
	Build:      buildTHOC,
	Extra:      noExtra,
}

// buildTHOC works with steps first, [L,B,...], and with all steps of all windows as rows where steps do not
// matter. The first layer's prediction made at a step is of one that comes later, so the series is shifted.
func buildTHOC(g *graph.Graph, x *graph.Node, c Config) Output {
	steps := turned(x)
	features := dilated(g, steps, c)
	predictions, supervision := predict(features, steps, c)
	h := cluster(g, features, c)
	// Relevance times distance, summed over the last layer's centres: the score. The loss is its mean over
	// steps and centres.
	perStep := graph.Reshape(graph.Sum(graph.Mul(h.relevance[c.Layers-1], h.distance), 1), c.Window,
		x.Shape[0])
	one := graph.Scale(graph.MeanAll(perStep), 1/float64(c.centres(c.Layers-1)))
	loss := graph.Add(graph.Add(one, graph.Scale(h.orthogonality,
		c.constant(spec.ConstantOrthogonalityWeight))),
		graph.Scale(supervision, c.constant(spec.ConstantSelfSupervisionWeight)))
	first := c.Skip(0)
	y := turned(later(predictions, first))
	out := Output{
		Series: y,
		First:  first,
		Loss:   loss,
		Parts: []Part{{spec.PartSelfSupervision, supervision}, {spec.PartOneClass, one},
			{spec.PartOrthogonality, h.orthogonality}},
		Scores: []Score{{spec.ScoreOneClass, turned(perStep)},
			{spec.ScoreReconstruction, sinceStep(first, y, x)}},
	}
	for l, f := range features {
		out.Inner = append(out.Inner, Named{fmt.Sprintf("features.%d", l), turned(f)},
			Named{fmt.Sprintf("assignment.%d", l), perWindow(h.assignment[l], c)},
			Named{fmt.Sprintf("relevance.%d", l), perWindow(h.relevance[l], c)})
	}
	out.Inner = append(out.Inner, Named{"final_features", perWindow(h.fused, c)},
		Named{"distance", perWindow(h.distance, c)})
	return out
}

// sinceStep is the squared error [B,L] of a series that begins at a step; 0 before it, where nothing was
// predicted.
func sinceStep(first int, y, x *graph.Node) *graph.Node {
	l := x.Shape[1]
	e := nn.SquaredError(graph.SliceAxis(y, 1, first, l), graph.SliceAxis(x, 1, first, l))
	return graph.Pad(e, 1, first, 0)
}

// perWindow gives rows [L*B,...] the axes [B,L,...].
func perWindow(rows *graph.Node, c Config) *graph.Node {
	shape := append([]int{c.Window, rows.Shape[0] / c.Window}, rows.Shape[1:]...)
	return turned(graph.Reshape(rows, shape...))
}

// centres is K of a layer. Layers count from 0; the last number stands for all that follow.
func (c Config) centres(layer int) int { return c.Centres[min(layer, len(c.Centres)-1)] }

// reachable says whether the last layer looks back within the window, so that it has a step to predict.
func reachable(c Config) error {
	if n := len(c.Skips); n > 0 && n != c.Layers {
		return fmt.Errorf("thoc: %d skips, want one for each of %d layers", n, c.Layers)
	}
	for l := range c.Layers {
		if back := c.Skip(l); back >= c.Window {
			return fault.New("model-reach-thoc", c.Layers, back, c.Window)
		}
	}
	return nil
}

// Skip is how many steps back a layer's recurrence looks. Without the bound, a shift by a wild number of
// layers would overflow.
func (c Config) Skip(layer int) int {
	if len(c.Skips) > 0 {
		return c.Skips[layer]
	}
	return 1 << min(layer, 30)
}

// dilated are the states [L,B,N] of the recurrent layers (equation 4). Each reads the states of the layer
// below, the first reads x.
func dilated(g *graph.Graph, x *graph.Node, c Config) []*graph.Node {
	var features []*graph.Node
	for l := range c.Layers {
		leave := g.Scope(fmt.Sprintf("rnn.%d", l))
		x = nn.DilatedGRU("", x, c.DModel, c.Skip(l))
		leave()
		features = append(features, x)
	}
	return features
}

// predict lets each layer predict the step that its recurrence reaches next, and returns the first layer's
// predictions [L,B,C] made at each step, and the mean loss over layers (equation 12).
func predict(features []*graph.Node, x *graph.Node, c Config) (first, loss *graph.Node) {
	steps, channels := x.Shape[0], x.Shape[2]
	var losses []*graph.Node
	for l, f := range features {
		y := nn.Unbiased(fmt.Sprintf("predict.%d", l), f, channels)
		if l == 0 {
			first = y
		}
		// What was predicted for after the window has no target, and the first s steps have no prediction.
		s := c.Skip(l)
		losses = append(losses, nn.MSE(graph.SliceAxis(y, 0, 0, steps-s), graph.SliceAxis(x, 0, s, steps)))
	}
	return first, graph.Scale(total(losses), 1/float64(len(losses)))
}

// hierarchy is what the layers of centres make of features, for M = L*B rows.
type hierarchy struct {
	assignment    []*graph.Node // P of each layer, [M,K before,K]: rows sum to 1
	relevance     []*graph.Node // R of each layer, [M,K]: rows sum to 1
	fused         *graph.Node   // the last layer's features, [M,K,N]
	distance      *graph.Node   // 1 - cos of each of them and its centre, [M,K]
	orthogonality *graph.Node   // scalar (equation 11)
}

// cluster assigns the features of each layer to its centres and fuses them with the next layer's (equations 5
// to 11). It starts with one centre of relevance 1, the features of the first layer.
func cluster(g *graph.Graph, features []*graph.Node, c Config) hierarchy {
	m, n := features[0].Shape[0]*features[0].Shape[1], c.DModel
	fused := graph.Reshape(features[0], m, 1, n)
	relevance := graph.Expand(g.Scalar(1), m, 1)
	var h hierarchy
	var orthogonality []*graph.Node
	for l := range features {
		k := c.centres(l)
		centres := g.Param(fmt.Sprintf("centres.%d", l), graph.Init{Normal: 1, Unit: true}, k, n)
		orthogonality = append(orthogonality, offIdentity(centres))
		p := assign(fused, unit(centres), c.constant(spec.ConstantTau))
		u := graph.Unary(op.Relu, nn.Linear(fmt.Sprintf("update.%d", l), fused, n))
		relevance = graph.Softmax(graph.Sum(graph.Mul(p, graph.Reshape(relevance, m, p.Shape[1], 1)), 1))
		h.assignment, h.relevance = append(h.assignment, p), append(h.relevance, relevance)
		fused = graph.MatMul(graph.SwapLast(p), u, 1)
		if l+1 < len(features) {
			next := graph.Expand(graph.Reshape(features[l+1], m, 1, n), m, k, n)
			fused = nn.Linear(fmt.Sprintf("fuse.%d", l), graph.Concat(2, fused, next), n)
		} else {
			h.distance = graph.Shift(graph.Scale(graph.Sum(graph.Mul(unit(fused), unit(centres)), 2), -1), 1)
		}
	}
	h.fused = fused
	h.orthogonality = graph.Scale(total(orthogonality), 1/float64(len(features)))
	return h
}

// assign is the softmax [M,K before,K] of the cosines of features [M,K before,N] and centres [K,N] of norm 1.
// Cosines of rows of norm 1 are products, so one product makes them all.
func assign(features, centres *graph.Node, tau float64) *graph.Node {
	m, before, n := features.Shape[0], features.Shape[1], features.Shape[2]
	rows := graph.Reshape(unit(features), m*before, n)
	return graph.Softmax(graph.Reshape(graph.MatMul(rows, graph.SwapLast(centres), 1/tau), m, before,
		centres.Shape[0]))
}

// unit divides each row along the last axis by its norm, which counts as cosineEpsilon at least. The bound is
// put on the square, before the root, whose gradient at 0 would be infinite.
func unit(x *graph.Node) *graph.Node {
	axis := len(x.Shape) - 1
	square := graph.Sum(graph.Unary(op.Square, x), axis)
	norm := graph.Unary(op.Sqrt, graph.Max(square, x.Graph().Scalar(math.Pow(cosineEpsilon, 2))))
	return graph.Div(x, graph.Reshape(norm, append(append([]int{}, x.Shape[:axis]...), 1)...))
}

// offIdentity is the squared distance of the centres' products with each other from the identity. It is 0 if
// the centres are orthogonal and of norm 1 (README.md, section 7).
func offIdentity(centres *graph.Node) *graph.Node {
	k := centres.Shape[0]
	identity := make([]float32, k*k)
	for i := range k {
		identity[i*k+i] = 1
	}
	gap := graph.Sub(graph.MatMul(centres, graph.SwapLast(centres), 1), centres.Graph().Const(identity, k, k))
	return graph.SumAll(graph.Unary(op.Square, gap))
}
