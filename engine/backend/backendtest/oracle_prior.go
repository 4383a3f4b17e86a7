package backendtest

import (
	"math"

	"cosinelab/engine/graph"
)

// gap is ((i-j)/sigma)^2, where a distance of 0 stays 0 for every sigma but NaN.
func gap(i, j int, sigma float64) float64 {
	if i == j && sigma == 0 {
		return 0
	}
	d := float64(i-j) / sigma
	return d * d
}

// priorRow is row i of the Gaussian prior (models/README.md, section 3.3). The largest exponent of a row is
// 0, on the diagonal, so the sum is never 0: a vanishing sigma leaves the identity.
func priorRow(i, n int, sigma float64) []float64 {
	p, total := make([]float64, n), 0.0
	for j := range p {
		p[j] = math.Exp(-gap(i, j, sigma) / 2)
		total += p[j]
	}
	for j := range p {
		p[j] /= total
	}
	return p
}

// priorSlope turns the gradient g of a row of the prior into that of its sigma:
// sum_j g_j p_j (gap_j - sum_k p_k gap_k) / sigma. A p that underflowed to 0 has no share in it.
func priorSlope(i int, sigma float64, p, g []float64) float64 {
	w, average := make([]float64, len(p)), 0.0
	for j := range p {
		if p[j] != 0 {
			w[j] = gap(i, j, sigma) / sigma
			average += p[j] * w[j]
		}
	}
	slope := 0.0
	for j := range p {
		if p[j] != 0 {
			slope += g[j] * p[j] * (w[j] - average)
		}
	}
	return slope
}

func gaussianPrior(n *graph.Node, in [][]float64, out []float64) {
	length := last(n.Shape)
	for r, row := range rowsOf(out, length) {
		copy(row, priorRow(r%length, length, in[0][r]))
	}
}

func gaussianPriorGrad(n *graph.Node, in [][]float64, out []float64) {
	length := last(n.Shape)
	for r, g := range rowsOf(in[1], length) {
		sigma := in[0][r]
		out[r] = priorSlope(r%length, sigma, priorRow(r%length, length, sigma), g)
	}
}

// discrepancy is kl(S, P) + kl(P, S) of models/README.md, section 3.4, for one head: both directions in one
// sum.
func discrepancy(n *graph.Node, in [][]float64, out []float64) {
	length, eps := last(n.Shape), n.Attr.X
	for r, s := range rowsOf(in[0], length) {
		for j, p := range priorRow(r%length, length, in[1][r]) {
			out[r] += (s[j] - p) * (math.Log(s[j]+eps) - math.Log(p+eps))
		}
	}
}

func discrepancyGradSeries(n *graph.Node, in [][]float64, out []float64) {
	length, eps := last(n.Shape), n.Attr.X
	z := rowsOf(out, length)
	for r, s := range rowsOf(in[0], length) {
		for j, p := range priorRow(r%length, length, in[1][r]) {
			z[r][j] = in[2][r] * (math.Log(s[j]+eps) - math.Log(p+eps) + (s[j]-p)/(s[j]+eps))
		}
	}
}

// discrepancyGradSigma goes through the prior: first the gradient of each of its elements, then that of
// sigma.
func discrepancyGradSigma(n *graph.Node, in [][]float64, out []float64) {
	length, eps := last(n.Shape), n.Attr.X
	for r, s := range rowsOf(in[0], length) {
		sigma := in[1][r]
		row, g := priorRow(r%length, length, sigma), make([]float64, length)
		for j, p := range row {
			g[j] = math.Log(p+eps) - math.Log(s[j]+eps) + (p-s[j])/(p+eps)
		}
		out[r] = in[2][r] * priorSlope(r%length, sigma, row, g)
	}
}
