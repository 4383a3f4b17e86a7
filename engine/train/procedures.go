package train

import (
	"errors"
	"fmt"
	"slices"

	"cosinelab/engine/autodiff"
	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// Plan lays out what training on the problem computes, as the five procedures of procGradient to procForward.
// The problem's graph grows by the gradients. clip is the limit of their global norm; 0 = none. pause, which
// may be nil, is called on the way; its error ends it.
func Plan(p Problem, clip float64, pause func() error) (*plan.Plan, error) {
	procs, err := extend(p, clip)
	if err != nil {
		return nil, err
	}
	return plan.Build(p.Graph, plan.Options{Pause: pause}, procs...)
}

// Estimate says what Plan would lay out takes; FLOP are those of the procedures in their order.
func Estimate(p Problem, clip float64) (plan.Size, error) {
	procs, err := extend(p, clip)
	if err != nil {
		return plan.Size{}, err
	}
	return plan.Estimate(p.Graph, procs...), nil
}

// extend adds to the problem's graph what training on it computes.
func extend(p Problem, clip float64) (procs []plan.Proc, err error) {
	if e := p.Graph.Extend(func() { procs, err = procedures(p, clip) }); e != nil || err != nil {
		return nil, fmt.Errorf("train: %w", errors.Join(e, err))
	}
	return procs, nil
}

// procedures extends the graph by gradients and the optimiser. Gradients are kept in two places: accum sums
// those of the micro-batches of one shard, total sums the shards. Folding the one into the other fixes the
// order of additions, so that a batch has the same gradient however many workers share it (models/README.md,
// section 9.4).
func procedures(p Problem, clip float64) ([]plan.Proc, error) {
	g := p.Graph
	// The loss is a mean over the micro-batch. Weighted by its share of the batch, gradients add up to that
	// of the mean.
	share := g.Input("share")
	grads, err := autodiff.Gradients(graph.Mul(p.Loss, share), p.Trainable...)
	if err != nil {
		return nil, err
	}
	losses := append([]plan.Result{{Name: "monitor", Node: p.Monitor}}, p.Parts...)
	gradient := plan.Proc{Name: "gradient", Results: losses}
	fold := plan.Proc{Name: "fold"}
	update := plan.Proc{Name: "update"}
	var totals []*graph.Node
	for i, w := range p.Trainable {
		accum := g.Param("gradient/"+w.Name, graph.Init{}, w.Shape...)
		total := g.Param("total/"+w.Name, graph.Init{}, w.Shape...)
		gradient.Updates = append(gradient.Updates, graph.Accumulate(accum, grads[i]))
		fold.Updates = append(fold.Updates, graph.Accumulate(total, accum), graph.Assign(accum, zero(w)))
		totals = append(totals, total)
	}
	clipped := ClipEach(totals, p.ClipEach)
	norm := GlobalNorm(clipped)
	update.Results = []plan.Result{{Name: "norm", Node: norm}}
	factor, hyper := ClipFactor(norm, clip), g.Input("hyper", 3)
	constants := [4]float64{beta1, beta2, adamEpsilon, p.Decay}
	for i, w := range p.Trainable {
		// The moments, as the gradients above, are parameters of the graph: that is memory which stays from
		// run to run.
		m := g.Param("m/"+w.Name, graph.Init{}, w.Shape...)
		v := g.Param("v/"+w.Name, graph.Init{}, w.Shape...)
		update.Updates = append(update.Updates, graph.Adam(w, m, v, clipped[i], factor, hyper, constants),
			graph.Assign(totals[i], zero(w)))
	}
	return []plan.Proc{gradient, fold, update, {Name: "evaluate", Results: slices.Concat(losses, p.Checks)},
		{Name: "forward", Results: p.Outputs}}, nil
}

// zero is a value like w of nothing but zeros.
func zero(w *graph.Node) *graph.Node { return graph.Expand(w.Graph().Scalar(0), w.Shape...) }

// GlobalNorm is the Euclidean norm of all gradients together (models/README.md, section 9.2).
func GlobalNorm(grads []*graph.Node) *graph.Node {
	sum := graph.SumAll(graph.Unary(op.Square, grads[0]))
	for _, x := range grads[1:] {
		sum = graph.Add(sum, graph.SumAll(graph.Unary(op.Square, x)))
	}
	return graph.Unary(op.Sqrt, sum)
}

// ClipEach scales each gradient to a norm of at most limit (models/README.md, section 9.2); 0 = none.
func ClipEach(grads []*graph.Node, limit float64) []*graph.Node {
	if limit == 0 {
		return grads
	}
	clipped := make([]*graph.Node, len(grads))
	for i, x := range grads {
		most := x.Graph().Scalar(limit)
		clipped[i] = graph.Mul(x, graph.Div(most, graph.Max(GlobalNorm(grads[i:i+1]), most)))
	}
	return clipped
}

// ClipFactor is the scalar min(1, limit/(norm + 1e-6)) by which global clipping multiplies all gradients
// (models/README.md, section 9.2); 1 if limit is 0.
func ClipFactor(norm *graph.Node, limit float64) *graph.Node {
	one := norm.Graph().Scalar(1)
	if limit == 0 {
		return one
	}
	ratio := graph.Div(norm.Graph().Scalar(limit), graph.Shift(norm, 1e-6))
	// There is no operation for a minimum: it is the maximum of the opposites.
	return graph.Scale(graph.Max(graph.Scale(ratio, -1), graph.Scale(one, -1)), -1)
}
