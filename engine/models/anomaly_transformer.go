package models

import (
	"fmt"
	"math"

	"cosinelab/engine/graph"
	"cosinelab/engine/nn"
	"cosinelab/engine/op"
	"cosinelab/engine/spec"
)

// anomalyTransformer is the Anomaly Transformer (Xu et al., ICLR 2022; README.md, section 3).
var anomalyTransformer = Model{
	MicroBatch: transformerMicroBatch,
	Build:      buildAnomalyTransformer,
	Extra:      unusedTables,
}

// Associations are the attention weights of the Anomaly Transformer and what is derived from them.
type Associations struct {
	Series []*graph.Node // S of each layer, [B,H,L,L]: rows sum to 1
	Prior  []*graph.Node // P of each layer, [B,H,L,L]: a Gaussian around the step, rows sum to 1
	Sigma  []*graph.Node // the deviation of each Gaussian, [B,H,L], in steps
	// [B,L]: kl(S,P) + kl(P,S), mean over heads, sum over layers (README.md, section 3.6)
	Discrepancy *graph.Node
	SeriesLoss  *graph.Node // scalar: the mean discrepancy of a layer; its gradient reaches the series only
	PriorLoss   *graph.Node // scalar: the same number; its gradient reaches the prior only
}

// buildAnomalyTransformer returns as the loss what one backward pass minimises for both phases of the minimax
// step: 2 rec - k series_loss + k prior_loss (README.md, section 3.5). Its value is 2 rec. The attention of
// every layer also leaves its associations in l.
func buildAnomalyTransformer(_ *graph.Graph, x *graph.Node, c Config) Output {
	l := layers{epsilon: c.constant(spec.ConstantLogEpsilon)}
	y := reconstruct(x, c, func(h *graph.Node) *graph.Node {
		out, series := nn.Attention(h, c.Heads)
		l.add(series, deviation(nn.Linear("sigma_projection", h, c.Heads)))
		return out
	})
	a := l.associations()
	rec := nn.MSE(y, x)
	minimax := graph.Scale(graph.Sub(a.PriorLoss, a.SeriesLoss),
		c.constant(spec.ConstantDiscrepancyWeight))
	score := nn.SquaredError(y, x)
	return Output{
		Series: y,
		Loss:   graph.Add(graph.Scale(rec, 2), minimax),
		Parts:  []Part{{spec.PartReconstruction, rec}, {spec.PartDiscrepancy, a.SeriesLoss}},
		Scores: []Score{
			{spec.ScoreAssociation, AssociationScore(a.Discrepancy, score,
				c.constant(spec.ConstantTemperature))},
			{spec.ScoreReconstruction, score},
		},
		Inner:        a.inner(),
		Associations: a,
	}
}

// inner are the associations under the names by which they are looked at.
func (a *Associations) inner() []Named {
	var out []Named
	for l := range a.Series {
		out = append(out, Named{fmt.Sprintf("association.%d", l), a.Series[l]},
			Named{fmt.Sprintf("deviation.%d", l), a.Sigma[l]})
	}
	return append(out, Named{"discrepancy", a.Discrepancy})
}

// deviation turns raw [B,L,H] into the standard deviations [B,H,L] of the prior: 3^s - 1, s = sigmoid(5 raw)
// + 1e-5 (README.md, section 3.3). 3^s is e^(s ln 3), for want of an operation of its own.
func deviation(raw *graph.Node) *graph.Node {
	s := graph.Shift(graph.Unary(op.Sigmoid, graph.Scale(raw, 5)), 1e-5)
	sigma := graph.Shift(graph.Unary(op.Exp, graph.Scale(s, math.Log(3))), -1)
	return graph.Transpose(sigma, 0, 2, 1)
}

// layers are what associations are made of, layer by layer. Discrepancies are built as soon as their layer
// is: where no gradient needs them any more, the attention weights of only one layer are kept. Each
// discrepancy is built three times, as nodes that differ only in what gradients pass: a plan computes their
// one value once.
type layers struct {
	epsilon                 float64 // added inside the logarithms of the discrepancy
	series, prior, sigma    []*graph.Node
	free, ofSeries, ofPrior []*graph.Node // discrepancies whose gradients reach both, the series, the prior
}

func (l *layers) add(series, sigma *graph.Node) {
	l.series, l.prior = append(l.series, series), append(l.prior, graph.GaussianPrior(sigma))
	l.sigma = append(l.sigma, sigma)
	l.free = append(l.free, graph.Discrepancy(series, sigma, l.epsilon))
	l.ofSeries = append(l.ofSeries, graph.Discrepancy(series, graph.StopGradient(sigma), l.epsilon))
	l.ofPrior = append(l.ofPrior, graph.Discrepancy(graph.StopGradient(series), sigma, l.epsilon))
}

// associations joins the discrepancies of all layers (README.md, sections 3.4 and 3.6). Losses average over
// layers, the score's discrepancy adds them up, as the published program does (README.md, section 3.9).
func (l *layers) associations() *Associations {
	perLayer := 1 / float64(len(l.series))
	return &Associations{
		Series:      l.series,
		Prior:       l.prior,
		Sigma:       l.sigma,
		Discrepancy: graph.Mean(total(l.free), 1),
		SeriesLoss:  graph.Scale(graph.MeanAll(total(l.ofSeries)), perLayer),
		PriorLoss:   graph.Scale(graph.MeanAll(total(l.ofPrior)), perLayer),
	}
}

// total adds up at least one node, in order.
func total(xs []*graph.Node) *graph.Node {
	sum := xs[0]
	for _, x := range xs[1:] {
		sum = graph.Add(sum, x)
	}
	return sum
}

// AssociationScore weighs the error [B,L] of each step by softmax(-temperature * discrepancy [B,L]) over the
// steps of its window (README.md, section 3.6).
func AssociationScore(discrepancy, err *graph.Node, temperature float64) *graph.Node {
	return graph.Mul(graph.Softmax(graph.Scale(discrepancy, -temperature)), err)
}
