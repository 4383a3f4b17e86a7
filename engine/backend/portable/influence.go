package portable

import (
	"math"

	"cosinelab/engine/plan"
)

// influence is what the operations on pairs of channels share: weights [C,C], features [N,C,2M], gradients
// [N,C,M]. All let one channel's p at a step meet the q of every channel: by vectors as many features as fill
// them, the rest one by one.
type influence struct {
	steps, channels, features int
	vectors, rest             int // of features by Pairs; where those begin that are left over
	pairs                     Pairs
	weights, both             []float32
}

func (c *compiler) influence(s plan.Step) influence {
	shape := s.In[1].Shape
	x := influence{steps: shape[0], channels: shape[1], features: shape[2] / 2, weights: c.floats(s.In[0]),
		both: c.floats(s.In[1])}
	if x.pairs = c.vectors.Pairs; x.pairs.Lanes > 0 {
		x.vectors = x.features / x.pairs.Lanes
		x.rest = x.vectors * x.pairs.Lanes
	}
	return x
}

// cost is about the nanoseconds that n pairs of channels take at one step.
func (x influence) cost(n int) int { return n * (x.vectors + 2*(x.features-x.rest)) }

// receiver and senders are the p of one channel at a step, and the rows that begin with the q of each.
func (x influence) receiver(t, i int) []float32 { return row(x.both, 2*(t*x.channels+i), x.features) }

func (x influence) senders(t int) []float32 {
	return row(x.both, t, 2*x.channels*x.features)[x.features:]
}

// sender is the q of a channel among senders.
func (x influence) sender(senders []float32, j int) []float32 {
	return senders[2*j*x.features:][:x.features]
}

// positive is max(x, 0), and NaN for NaN, without a branch that nobody could foresee: what is from -Inf to -0
// lies below all else as an integer.
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
	return c.split(x.steps, x.cost(x.channels*x.channels), func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			senders := x.senders(t)
			for i := range x.channels {
				p, weights, to := x.receiver(t, i), row(x.weights, i, x.channels),
					row(out, t*x.channels+i, x.features)
				if x.vectors > 0 {
					x.pairs.Influence(&p[0], &senders[0], &weights[0], &to[0], x.channels, x.vectors,
						2*x.features)
				}
				if x.rest < x.features {
					x.add(to, p, senders, weights)
				}
			}
		}
	})
}

// add writes the features that are left over.
func (x influence) add(to, p, senders, weights []float32) {
	clear(to[x.rest:])
	for j, a := range weights {
		q := x.sender(senders, j)
		for m := x.rest; m < x.features; m++ {
			to[m] += a * positive(p[m]+q[m])
		}
	}
}

func compileInfluenceGrad(c *compiler, s plan.Step) task {
	x, z, out := c.influence(s), c.floats(s.In[2]), c.floats(s.Out)
	to := x
	to.both = out
	return c.split(x.steps, 2*x.cost(x.channels*x.channels), func(_, lo, hi int) {
		for t := lo; t < hi; t++ {
			clear(row(out, t, 2*x.channels*x.features))
			senders, dq := x.senders(t), to.senders(t)
			for i := range x.channels {
				p, weights, z, dp := x.receiver(t, i), row(x.weights, i, x.channels),
					row(z, t*x.channels+i, x.features), to.receiver(t, i)
				if x.vectors > 0 {
					x.pairs.Gradient(&p[0], &senders[0], &weights[0], &z[0], &dp[0], &dq[0], x.channels,
						x.vectors, 2*x.features)
				}
				if x.rest < x.features {
					x.addGrad(dp, dq, p, senders, weights, z)
				}
			}
		}
	})
}

func (x influence) addGrad(dp, dq, p, senders, weights, z []float32) {
	for j, a := range weights {
		q, dq := x.sender(senders, j), x.sender(dq, j)
		for m := x.rest; m < x.features; m++ {
			g := a * where(p[m]+q[m], z[m])
			dp[m] += g
			dq[m] += g
		}
	}
}

// compileInfluenceGradWeights adds up the steps of some channels, all of them step by step, so that the
// senders of a step are fetched once: eight sums for each weight, as Pairs has them.
func compileInfluenceGradWeights(c *compiler, s plan.Step) task {
	const sums = 8
	x, z, out := c.influence(s), c.floats(s.In[2]), c.floats(s.Out)
	c.need(sums * len(out))
	return c.split(x.channels, x.cost(x.steps*x.channels), func(worker, lo, hi int) {
		work := c.scratch[worker][:sums*(hi-lo)*x.channels]
		clear(work)
		for t := range x.steps {
			senders := x.senders(t)
			for i := lo; i < hi; i++ {
				p, z, work := x.receiver(t, i), row(z, t*x.channels+i, x.features),
					row(work, i-lo, sums*x.channels)
				if x.vectors > 0 {
					x.pairs.Weights(&p[0], &senders[0], &z[0], &work[0], x.channels, x.vectors, 2*x.features)
				}
				for j := 0; x.rest < x.features && j < x.channels; j++ {
					q := x.sender(senders, j)
					for m := x.rest; m < x.features; m++ {
						work[sums*j+m%sums] += positive(p[m]+q[m]) * z[m]
					}
				}
			}
		}
		for k := range (hi - lo) * x.channels {
			total := float32(0)
			for _, sum := range row(work, k, sums) {
				total += sum
			}
			out[lo*x.channels+k] = total
		}
	})
}
