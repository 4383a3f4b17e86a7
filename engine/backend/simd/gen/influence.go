package main

import "cosinelab/engine/backend/simd/asm"

// influences exports the influence of channels on one another at one step, sum_j a_ij relu(p_i + q_j), and
// its gradients (Chen et al., IEEE Internet of Things Journal 2022, equation 3; in the cheap form). Nothing
// is kept for a pair of channels but its sums: some features of one channel stay in registers, those of all
// others in the first-level cache.
func (g *generator) influences() {
	g.influence()
	g.influenceGrad()
	g.influenceGradWeights()
}

// together is the number of vectors of a channel's features that meet those of all others in one loop.
const together = 2

// channelPairs walks through the receiving channels at a step, and for each through the senders.
type channelPairs struct {
	f                  *asm.Func
	channels, features asm.I32
	both               asm.I32 // features p and q of the first channel
	half               asm.I32 // bytes from p to q
	receiver, sender   asm.I32 // p of the one, q of the other
	result             asm.I32 // what else belongs to the receiver, [M] each
}

func newChannelPairs(f *asm.Func, channels, features, both, result asm.I32) *channelPairs {
	return &channelPairs{f, channels, features, both, f.LetI32(floatBytes(features)), f.LetI32(both),
		f.I32(), result}
}

// receivers visits some vectors of every receiver's features; next follows the last of each.
func (p *channelPairs) receivers(body func(l []lanes), next func()) {
	left := p.f.LetI32(p.channels)
	p.f.Repeat(left, 1, func() {
		walkTogether(p.f, p.features, together, body)
		next()
		p.receiver.Inc(p.half.Shl(1))
		p.result.Inc(p.half)
	})
}

func (p *channelPairs) senders(body func()) {
	left := p.f.LetI32(p.channels)
	p.sender.Set(p.both.Add(p.half))
	p.f.Repeat(left, 1, func() {
		body()
		p.sender.Inc(p.half.Shl(1))
	})
}

func (g *generator) influence() {
	g.Export("influence", func(f *asm.Func) {
		channels, features := f.ParamI32(), f.ParamI32()
		weights, both, y := f.ParamI32(), f.ParamI32(), f.ParamI32()
		p := newChannelPairs(f, channels, features, both, y)
		zero, weight, at := f.LetV128(asm.Floats(0)), f.V128(), f.I32()
		own, sums := f.V128s(together), f.V128s(together)
		p.receivers(func(l []lanes) {
			for k := range l {
				own[k].Set(l[k].load(p.receiver))
				sums[k].Set(zero)
			}
			at.Set(weights)
			p.senders(func() {
				weight.Set(at.LoadSplat(0))
				at.Inc(asm.Int(4))
				for k := range l {
					sums[k].Set(g.madd(weight, l[k].load(p.sender).Add(own[k]).Pmax(zero), sums[k]))
				}
			})
			for k := range l {
				l[k].store(p.result, sums[k])
			}
		}, func() { weights.Set(at) })
	})
}

// influenceGrad adds the gradient of each pair to that of p, and to that of q.
func (g *generator) influenceGrad() {
	g.Export("influence_grad", func(f *asm.Func) {
		channels, features := f.ParamI32(), f.ParamI32()
		weights, both, dy, dboth := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		p := newChannelPairs(f, channels, features, both, dy)
		moved := f.LetI32(dboth.Sub(both))
		zero, weight, at, to := f.LetV128(asm.Floats(0)), f.V128(), f.I32(), f.I32()
		own, given, sums := f.V128s(together), f.V128s(together), f.V128s(together)
		p.receivers(func(l []lanes) {
			to.Set(p.receiver.Add(moved))
			for k := range l {
				own[k].Set(l[k].load(p.receiver))
				given[k].Set(l[k].load(p.result))
				sums[k].Set(l[k].load(to))
			}
			at.Set(weights)
			p.senders(func() {
				weight.Set(at.LoadSplat(0))
				at.Inc(asm.Int(4))
				to.Set(p.sender.Add(moved))
				for k := range l {
					on := l[k].load(p.sender).Add(own[k]).Gt(zero)
					d := f.LetV128(given[k].And(on).Mul(weight))
					sums[k].Inc(d)
					l[k].store(to, l[k].load(to).Add(d))
				}
			})
			to.Set(p.receiver.Add(moved))
			for k := range l {
				l[k].store(to, sums[k])
			}
		}, func() { weights.Set(at) })
	})
}

// influenceGradWeights keeps four sums for each pair: adding them up at every step would take longer than all
// else.
func (g *generator) influenceGradWeights() {
	g.Export("influence_grad_weights", func(f *asm.Func) {
		channels, features := f.ParamI32(), f.ParamI32()
		both, dy, sums := f.ParamI32(), f.ParamI32(), f.ParamI32()
		p := newChannelPairs(f, channels, features, both, dy)
		zero, sum, at := f.LetV128(asm.Floats(0)), f.V128(), f.I32()
		own, given := f.V128s(together), f.V128s(together)
		p.receivers(func(l []lanes) {
			for k := range l {
				own[k].Set(l[k].load(p.receiver))
				given[k].Set(l[k].load(p.result))
			}
			at.Set(sums)
			p.senders(func() {
				sum.Set(at.Load(0))
				for k := range l {
					sum.Set(g.madd(l[k].load(p.sender).Add(own[k]).Pmax(zero), given[k], sum))
				}
				at.Store(0, sum)
				at.Inc(asm.Int(16))
			})
		}, func() { sums.Set(at) })
	})
}
