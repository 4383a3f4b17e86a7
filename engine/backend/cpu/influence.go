package cpu

import (
	"math"

	"cosinelab/engine/plan"
)

// influence is what the operations on pairs of channels share: weights [C,C], features [N,C,2M], gradients [N,C,M].
type influence struct {
	steps, channels, features int
	weights, both             []float32
}

func (c *compiler) influence(s plan.Step) influence {
	shape := s.In[1].Shape
	return influence{shape[0], shape[1], shape[2] / 2, c.floats(s.In[0]), c.floats(s.In[1])}
}

// receiver and sender are the features p and q of a channel at a step.
func (x influence) receiver(t, i int) []float32 {
	return row(x.both, 2*(t*x.channels+i), x.features)
}

func (x influence) sender(t, j int) []float32 {
	return row(x.both, 2*(t*x.channels+j)+1, x.features)
}

// positive is max(x, 0), and NaN for NaN, without a branch that nobody could foresee: what is from -Inf to -0 lies below
// all else as an integer.
func positive(x float32) float32 {
	b := int32(math.Float32bits(x))
	return math.Float32frombits(uint32(b) &^ uint32((int64(b)+0x7fffff)>>63))
}

// where is x if v > 0, else 0, without a branch.
func where(v, x float32) float32 {
	b := int32(math.Float32bits(v))
	return math.Float32frombits(math.Float32bits(x) & uint32((-b&^b)>>31))
}

func compileInfluence(c *compiler, s plan.Step) task {
	x, out := c.influence(s), c.floats(s.Out)
	return c.split(x.steps, x.channels*x.channels*x.features, func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			for i := range x.channels {
				to := row(out, t*x.channels+i, x.features)
				clear(to)
				for j, a := range row(x.weights, i, x.channels) {
					p, q := x.receiver(t, i)[:len(to)], x.sender(t, j)[:len(to)]
					for m := range to {
						to[m] += a * positive(p[m]+q[m])
					}
				}
			}
		}
	})
}

func compileInfluenceGrad(c *compiler, s plan.Step) task {
	x, z, out := c.influence(s), c.floats(s.In[2]), c.floats(s.Out)
	to := x
	to.both = out
	return c.split(x.steps, 2*x.channels*x.channels*x.features, func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			clear(row(out, t, 2*x.channels*x.features))
			for i := range x.channels {
				z, dp := row(z, t*x.channels+i, x.features), to.receiver(t, i)
				for j, a := range row(x.weights, i, x.channels) {
					p, q, dp, dq := x.receiver(t, i)[:len(z)], x.sender(t, j)[:len(z)], dp[:len(z)], to.sender(t, j)[:len(z)]
					for m := range z {
						g := a * where(p[m]+q[m], z[m])
						dp[m] += g
						dq[m] += g
					}
				}
			}
		}
	})
}

func compileInfluenceGradWeights(c *compiler, s plan.Step) task {
	x, z, out := c.influence(s), c.floats(s.In[2]), c.floats(s.Out)
	c.needDouble(x.channels)
	return c.split(x.channels, 2*x.steps*x.channels*x.features, func(worker, lo, hi int) {
		for i := lo; i < hi; i++ {
			sums := c.double[worker][:x.channels]
			clear(sums)
			for t := range x.steps {
				z, p := row(z, t*x.channels+i, x.features), x.receiver(t, i)
				for j := range sums {
					p, q, sum := p[:len(z)], x.sender(t, j)[:len(z)], float32(0)
					for m := range z {
						sum += positive(p[m]+q[m]) * z[m]
					}
					sums[j] += float64(sum)
				}
			}
			for j, sum := range sums {
				out[i*x.channels+j] = float32(sum)
			}
		}
	})
}
