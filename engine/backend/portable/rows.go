package portable

import (
	"math"

	"cosinelab/engine/plan"
)

// last is the extent of the last axis, 1 for a scalar.
func last(r plan.Ref) int {
	if len(r.Shape) == 0 {
		return 1
	}
	return r.Shape[len(r.Shape)-1]
}

// rows makes a task that calls f with every row of the contiguous operands, each cut by its own length.
func (c *compiler) rows(n, cost int, f func(r int)) task {
	return c.split(n, cost, func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			f(r)
		}
	})
}

func row(x []float32, r, n int) []float32 { return x[r*n : r*n+n] }

func compileSoftmax(c *compiler, s plan.Step) task {
	x, out, n := c.floats(s.In[0]), c.floats(s.Out), last(s.Out)
	return c.rows(len(out)/n, 4*n, func(r int) { softmax(row(out, r, n), row(x, r, n)) })
}

// softmax subtracts the largest element first. A NaN, or nothing but -Inf, makes the whole row NaN.
func softmax(out, x []float32) {
	top := float32(math.Inf(-1))
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	total := 0.0
	out = out[:len(x)]
	for i, v := range x {
		e := exp(clampExp(float64(v - top)))
		total += e
		out[i] = float32(e)
	}
	inverse := float32(1 / total)
	for i := range out {
		out[i] *= inverse
	}
}

func compileSoftmaxGrad(c *compiler, s plan.Step) task {
	x, y, out, n := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.Out), last(s.Out)
	return c.rows(len(out)/n, 2*n, func(r int) {
		x, y, out := row(x, r, n), row(y, r, n), row(out, r, n)
		d := float32(dot(x, y))
		for i, v := range x {
			out[i] = v * (y[i] - d)
		}
	})
}

// dot is summed in float64 in two parts, which the processor overlaps.
func dot(x, y []float32) float64 {
	var a, b float64
	y = y[:len(x)]
	for len(x) >= 2 && len(y) >= 2 {
		a += float64(x[0]) * float64(y[0])
		b += float64(x[1]) * float64(y[1])
		x, y = x[2:], y[2:]
	}
	if len(x) == 1 && len(y) == 1 {
		a += float64(x[0]) * float64(y[0])
	}
	return a + b
}

// moments returns the mean of a row and 1 / sqrt(variance + eps).
func moments(x []float32, eps float64) (mean, inverse float64) {
	n := float64(len(x))
	mean = runSum(x, len(x), 1) / n
	var a, b float64
	for len(x) >= 2 {
		d, e := float64(x[0])-mean, float64(x[1])-mean
		a += d * d
		b += e * e
		x = x[2:]
	}
	if len(x) == 1 {
		d := float64(x[0]) - mean
		a += d * d
	}
	return mean, 1 / math.Sqrt((a+b)/n+eps)
}

func compileNormalize(c *compiler, s plan.Step) task {
	x, out, n := c.floats(s.In[0]), c.floats(s.Out), last(s.Out)
	return c.rows(len(out)/n, 3*n, func(r int) {
		x, out := row(x, r, n), row(out, r, n)
		mean, inverse := moments(x, s.Attr.X)
		for i, v := range x {
			out[i] = float32((float64(v) - mean) * inverse)
		}
	})
}

// compileNormalizeGrad is (g - mean(g) - h * mean(g*h)) / deviation with h the normalised row.
func compileNormalizeGrad(c *compiler, s plan.Step) task {
	x, g, out, n := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.Out), last(s.Out)
	return c.rows(len(out)/n, 6*n, func(r int) {
		normalizeGrad(row(out, r, n), row(x, r, n), row(g, r, n), s.Attr.X)
	})
}

func normalizeGrad(out, x, g []float32, eps float64) {
	mean, inverse := moments(x, eps)
	n, along := float64(len(x)), 0.0
	average := runSum(g, len(g), 1) / n
	g, out = g[:len(x)], out[:len(x)]
	for i, v := range x {
		along += (float64(v) - mean) * float64(g[i])
	}
	slope := along * inverse * inverse / n
	for i, v := range x {
		out[i] = float32((float64(g[i]) - average - (float64(v)-mean)*slope) * inverse)
	}
}

func norm(x []float32) float64 { return math.Sqrt(dot(x, x)) }

func compileCosine(c *compiler, s plan.Step) task {
	x, y, out, n, eps := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.Out), last(s.In[0]), s.Attr.X
	return c.rows(len(out), 4*n, func(r int) {
		x, y := row(x, r, n), row(y, r, n)
		out[r] = float32(dot(x, y) / (max(norm(x), eps) * max(norm(y), eps)))
	})
}

// compileCosineGrad is zero for a row that is all but zero (models/README.md, section 2.2).
func compileCosineGrad(c *compiler, s plan.Step) task {
	x, y, g := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.In[2])
	out, n, eps := c.floats(s.Out), last(s.Out), s.Attr.X
	return c.rows(len(g), 5*n, func(r int) {
		cosineGrad(row(out, r, n), row(x, r, n), row(y, r, n), float64(g[r]), eps)
	})
}

func cosineGrad(out, x, y []float32, g, eps float64) {
	a, b := norm(x), norm(y)
	if a < eps || b < eps {
		clear(out)
		return
	}
	alongX, alongY := g/(a*b), -g*dot(x, y)/(a*b*b*b)
	for i, v := range x {
		out[i] = float32(alongX*float64(v) + alongY*float64(y[i]))
	}
}
