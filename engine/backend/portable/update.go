package portable

import (
	"math"

	"cosinelab/engine/plan"
)

func compileAssign(c *compiler, s plan.Step) task {
	return c.fill(c.floats(s.Out), c.window(s.In[1]))
}

func compileAccumulate(c *compiler, s plan.Step) task {
	x, y := c.floats(s.Out), c.window(s.In[1])
	c.need(chunk)
	return c.chunks(len(x), 700, func(worker, lo, hi int) {
		add(x[lo:hi], x[lo:hi], y.read(lo, hi, c.scratch[worker]))
	})
}

// compileAdam is models/README.md, section 9.1, in one pass: the factor scales the gradient, then the weight
// decay is added.
func compileAdam(c *compiler, s plan.Step) task {
	theta, m, v := c.floats(s.In[0]), c.floats(s.In[1]), c.floats(s.In[2])
	gradient, factor, hyper := c.floats(s.In[3]), c.floats(s.In[4]), c.floats(s.In[5])
	h := s.Attr.Hyper
	beta1, beta2, rest1, rest2 := float32(h[0]), float32(h[1]), float32(1-h[0]), float32(1-h[1])
	eps, decay := float32(h[2]), float32(h[3])
	return c.chunks(len(theta), 5000, func(_, lo, hi int) {
		f, rate, scale := factor[0], hyper[0]/hyper[1], 1/hyper[2]
		theta, m, v := theta[lo:hi], m[lo:hi], v[lo:hi]
		for i, g := range gradient[lo:hi] {
			g = f*g + decay*theta[i]
			m[i] = beta1*m[i] + rest1*g
			v[i] = beta2*v[i] + rest2*g*g
			theta[i] -= rate * m[i] / (float32(math.Sqrt(float64(v[i]*scale))) + eps)
		}
	})
}
