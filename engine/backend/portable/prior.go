package portable

import (
	"math"

	"cosinelab/engine/plan"
)

// priorRow is one row of the Gaussian prior. It vanishes soon away from the diagonal for the deviations that
// models have: only what lies near is ever computed.
type priorRow struct {
	diagonal int
	lo, hi   int // the columns where the row has not vanished in float32
	sigma    float64
	value    []float64 // of the columns from lo up to hi
}

// vanished is below the smallest float32.
const vanished = 1e-46

// newPriorRow computes row i in buf, which has a place for each column. With q = e^(-1/(2 sigma^2)) the value
// at distance d is q^(d^2), and each follows from the one before: q^((d+1)^2) = q^(d^2) q^(2d+1). The largest
// is 1, on the diagonal, so the sum is never 0: a vanishing sigma leaves the identity.
func newPriorRow(buf []float64, i int, sigma float32) priorRow {
	s := float64(sigma)
	q := math.Exp(-0.5 / (s * s))
	left, right := i, len(buf)-1-i
	value, step, total := 1+0*q, q, 0.0 // 0*q keeps NaN
	d := 0
	for ; d <= max(left, right) && !(value < vanished); d++ {
		if d <= right {
			buf[i+d] = value
			total += value
		}
		if 0 < d && d <= left {
			buf[i-d] = value
			total += value
		}
		value *= step
		step *= q * q
	}
	p := priorRow{diagonal: i, lo: max(0, i-d+1), hi: min(len(buf), i+d), sigma: s}
	p.value = buf[p.lo:p.hi]
	inverse := 1 / total
	for j := range p.value {
		p.value[j] *= inverse
	}
	return p
}

// slope turns the gradient g of the columns from lo up to hi into that of sigma:
// sum_j g_j p_j (w_j - sum_k p_k w_k) / sigma^3 with w_j = (i-j)^2.
func (p *priorRow) slope(g []float64) float64 {
	average, total := 0.0, 0.0
	first := p.lo - p.diagonal
	for j, v := range p.value {
		d := float64(first + j)
		average += v * d * d
	}
	for j, v := range p.value {
		d := float64(first + j)
		total += g[j] * v * (d*d - average)
	}
	if p.sigma == 0 {
		return 0
	}
	return total / (p.sigma * p.sigma * p.sigma)
}

// priors calls f with every row of the prior of sigma [B,H,L] and a buffer of L numbers.
func (c *compiler) priors(sigma plan.Ref, cost int, f func(r int, p priorRow, buf []float64)) task {
	x, n := c.scalars(sigma), last(sigma)
	c.needDouble(2 * n)
	return c.split(len(x.at), n*cost, func(worker, lo, hi int) {
		buf := c.double[worker][:2*n]
		for r := lo; r < hi; r++ {
			f(r, newPriorRow(buf[:n], r%n, x.of(r)), buf[n:])
		}
	})
}

// scalars is one number for every row of something else, in any layout.
type scalars struct {
	data []float32
	at   []int
}

func (c *compiler) scalars(r plan.Ref) scalars {
	return scalars{c.arena[r.Offset:], offsets(r.Shape, r.Stride)}
}

func (s *scalars) of(row int) float32 { return s.data[s.at[row]] }

func compileGaussianPrior(c *compiler, s plan.Step) task {
	out, n := c.floats(s.Out), last(s.In[0])
	return c.priors(s.In[0], 1, func(r int, p priorRow, _ []float64) {
		out := row(out, r, n)
		clear(out)
		for j, v := range p.value {
			out[p.lo+j] = float32(v)
		}
	})
}

func compileGaussianPriorGrad(c *compiler, s plan.Step) task {
	g, out, n := c.floats(s.In[1]), c.floats(s.Out), last(s.In[0])
	return c.priors(s.In[0], 1, func(r int, p priorRow, buf []float64) {
		for j, v := range row(g, r, n)[p.lo:p.hi] {
			buf[j] = float64(v)
		}
		out[r] = float32(p.slope(buf))
	})
}

// logRatios writes ln((s_j + eps) / (p_j + eps)) for one row to buf. One logarithm serves both of the
// formula.
func (p *priorRow) logRatios(buf []float64, s []float32, eps float64) {
	buf = buf[:len(s)]
	inverse := 1 / eps
	for j, v := range s {
		buf[j] = (float64(v) + eps) * inverse
	}
	p.ratios(buf, s, eps)
	logAll(buf)
}

// ratios writes (s_j + eps) / (p_j + eps) for the columns from lo up to hi.
func (p *priorRow) ratios(buf []float64, s []float32, eps float64) {
	for j, v := range p.value {
		buf[p.lo+j] = (float64(s[p.lo+j]) + eps) / (v + eps)
	}
}

func compileDiscrepancy(c *compiler, s plan.Step) task {
	series, out, n, eps := c.floats(s.In[0]), c.floats(s.Out), last(s.In[0]), s.Attr.X
	return c.priors(s.In[1], 5, func(r int, p priorRow, buf []float64) {
		series := row(series, r, n)
		p.logRatios(buf, series, eps)
		out[r] = float32(p.discrepancy(buf, series))
	})
}

// compileDiscrepancyGradSeries is z (ln(s+eps) - ln(p+eps) + (s-p)/(s+eps)).
func compileDiscrepancyGradSeries(c *compiler, s plan.Step) task {
	series, z, out := c.floats(s.In[0]), c.scalars(s.In[2]), c.floats(s.Out)
	n, eps := last(s.In[0]), s.Attr.X
	return c.priors(s.In[1], 6, func(r int, p priorRow, buf []float64) {
		series := row(series, r, n)
		p.logRatios(buf, series, eps)
		p.seriesGrad(row(out, r, n), buf, series, float64(z.of(r)), eps)
	})
}

// compileDiscrepancyGradSigma needs only the columns near the diagonal: elsewhere the prior does not move.
func compileDiscrepancyGradSigma(c *compiler, s plan.Step) task {
	series, z, out := c.floats(s.In[0]), c.scalars(s.In[2]), c.floats(s.Out)
	n, eps := last(s.In[0]), s.Attr.X
	return c.priors(s.In[1], 2, func(r int, p priorRow, buf []float64) {
		series := row(series, r, n)
		p.ratios(buf, series, eps)
		logAll(buf[p.lo:p.hi])
		out[r] = float32(float64(z.of(r)) * p.slope(p.ownGrad(buf, series, eps)))
	})
}

// compileDiscrepancyGrad takes the logarithms once for both gradients, and for the discrepancy where it is
// asked for.
func compileDiscrepancyGrad(c *compiler, s plan.Step) task {
	series, ofSeries, ofSigma := c.floats(s.In[0]), c.scalars(s.In[2]), c.scalars(s.In[3])
	out, sigma, n, eps := c.floats(s.Out), c.floats(s.Also[0]), last(s.In[0]), s.Attr.X
	var value []float32
	if len(s.Also) > 1 {
		value = c.floats(s.Also[1])
	}
	return c.priors(s.In[1], 7, func(r int, p priorRow, buf []float64) {
		series := row(series, r, n)
		p.logRatios(buf, series, eps)
		if value != nil {
			value[r] = float32(p.discrepancy(buf, series))
		}
		p.seriesGrad(row(out, r, n), buf, series, float64(ofSeries.of(r)), eps)
		sigma[r] = float32(float64(ofSigma.of(r)) * p.slope(p.ownGrad(buf, series, eps)))
	})
}

// discrepancy is sum_j (s_j - p_j) ratio_j.
func (p *priorRow) discrepancy(ratio []float64, s []float32) float64 {
	total := 0.0
	for j, v := range s {
		total += float64(v) * ratio[j]
	}
	for j, v := range p.value {
		total -= v * ratio[p.lo+j]
	}
	return total
}

// seriesGrad writes z (ratio + (s-p)/(s+eps)).
func (p *priorRow) seriesGrad(out []float32, ratio []float64, s []float32, z, eps float64) {
	for j, v := range s {
		v := float64(v)
		out[j] = float32(z * (ratio[j] + v/(v+eps)))
	}
	for j, q := range p.value {
		v := float64(s[p.lo+j])
		out[p.lo+j] = float32(z * (ratio[p.lo+j] + (v-q)/(v+eps)))
	}
}

// ownGrad is the gradient of the columns from lo up to hi of the prior, (p-s)/(p+eps) - ratio, in the place
// of ratio.
func (p *priorRow) ownGrad(ratio []float64, s []float32, eps float64) []float64 {
	g := ratio[p.lo:p.hi]
	for j, q := range p.value {
		g[j] = (q-float64(s[p.lo+j]))/(q+eps) - g[j]
	}
	return g
}
