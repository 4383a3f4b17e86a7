package portable

import "cosinelab/engine/plan"

// compileLayerNorm normalises, scales and shifts a row at a time; it keeps the normalised rows and the
// reciprocals of their deviations where the step has further results.
func compileLayerNorm(c *compiler, s plan.Step) task {
	x, weight, bias, out := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.In[2]), c.floats(s.Out)
	n := last(s.Out)
	var hat, inverses []float32
	if len(s.Also) > 0 {
		hat, inverses = c.floats(s.Also[0]), c.floats(s.Also[1])
	}
	return c.rows(len(out)/n, 4*n, func(r int) {
		x, out := row(x, r, n), row(out, r, n)
		mean, inverse := moments(x, s.Attr.X)
		keep := out
		if hat != nil {
			keep, inverses[r] = row(hat, r, n), float32(inverse)
		}
		for i, v := range x {
			h := float32((float64(v) - mean) * inverse)
			keep[i] = h
			out[i] = h*weight[i] + bias[i]
		}
	})
}

// compileLayerNormGrad goes through the rows for the operand's gradient, then through the columns for those
// of weight and bias.
func compileLayerNormGrad(c *compiler, s plan.Step) task {
	n := last(s.Out)
	g := normGrad{hat: c.floats(s.In[0]), inverses: c.floats(s.In[1]), dy: c.floats(s.In[2]),
		weight:   c.floats(s.In[3]),
		ofWeight: c.floats(s.Also[0]), ofBias: c.floats(s.Also[1]), out: c.floats(s.Out), n: n}
	rows := c.rows(len(g.out)/n, 4*n, g.row)
	columns := c.split((n+strip-1)/strip, strip*len(g.inverses), g.columns)
	return func() {
		rows()
		columns()
	}
}

type normGrad struct {
	hat, inverses, dy, weight, ofWeight, ofBias, out []float32
	n                                                int // columns
}

// row is (h - mean(h) - hat * mean(h*hat)) / deviation with h = dy * weight.
func (g *normGrad) row(r int) {
	hat, dy, out := row(g.hat, r, g.n), row(g.dy, r, g.n), row(g.out, r, g.n)
	average, along := 0.0, 0.0
	for i, w := range g.weight {
		h := float64(dy[i]) * float64(w)
		average += h
		along += h * float64(hat[i])
	}
	n, inverse := float64(g.n), float64(g.inverses[r])
	average, along = average/n, along/n
	for i, w := range g.weight {
		out[i] = float32((float64(dy[i])*float64(w) - average - float64(hat[i])*along) * inverse)
	}
}

// columns adds up dy*hat and dy over the rows, some columns at a time.
func (g *normGrad) columns(_, lo, hi int) {
	for s := lo; s < hi; s++ {
		var weight, bias [strip]float64
		from, to := s*strip, min((s+1)*strip, g.n)
		for r := range g.inverses {
			hat, dy := row(g.hat, r, g.n)[from:to], row(g.dy, r, g.n)[from:to]
			for i, d := range dy {
				weight[i] += float64(d) * float64(hat[i])
				bias[i] += float64(d)
			}
		}
		for i := range to - from {
			g.ofWeight[from+i] += float32(weight[i])
			g.ofBias[from+i] += float32(bias[i])
		}
	}
}
