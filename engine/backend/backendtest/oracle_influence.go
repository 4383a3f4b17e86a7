package backendtest

import "cosinelab/engine/graph"

// eachPair calls f for every pair of channels i, j at every step: with p_i + q_j, where it lies in the
// result, and where the features lie in y.
func eachPair(n *graph.Node, y []float64, f func(i, j int, sum float64, out, p, q int)) {
	shape := n.In[1].Shape
	channels, wide := shape[1], shape[2]
	features := wide / 2
	for t := range shape[0] {
		for i := range channels {
			for j := range channels {
				for m := range features {
					p, q := (t*channels+i)*wide+m, (t*channels+j)*wide+features+m
					f(i, j, y[p]+y[q], (t*channels+i)*features+m, p, q)
				}
			}
		}
	}
}

func influence(n *graph.Node, in [][]float64, out []float64) {
	channels := n.In[0].Shape[0]
	eachPair(n, in[1], func(i, j int, sum float64, at, _, _ int) {
		out[at] += in[0][i*channels+j] * max(sum,
			0)
	})
}

func influenceGrad(n *graph.Node, in [][]float64, out []float64) {
	channels := n.In[0].Shape[0]
	eachPair(n, in[1], func(i, j int, sum float64, at, p, q int) {
		g := in[0][i*channels+j] * heaviside(sum, 0) * in[2][at]
		out[p] += g
		out[q] += g
	})
}

func influenceGradWeights(n *graph.Node, in [][]float64, out []float64) {
	channels := n.In[0].Shape[0]
	eachPair(n, in[1], func(i, j int, sum float64, at, _,
		_ int) {
		out[i*channels+j] += max(sum, 0) * in[2][at]
	})
}
