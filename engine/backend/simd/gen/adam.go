package main

import "cosinelab/engine/backend/simd/asm"

// adam exports one step of Kingma & Ba, "Adam" (2015), with the gradient scaled first, as clipping wants it.
// What is the same for all elements comes from the caller in float64 precision: 1 - 0.999 in float32 is off
// by 5e-5.
func (g *generator) adam() {
	g.Export("adam", func(f *asm.Func) {
		n, param, grad, first, second := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		var c [10]asm.V128
		var scalars [10]asm.F32
		for i := range scalars {
			scalars[i] = f.ParamF32()
		}
		for i, v := range scalars {
			c[i] = f.LetV128(v.Splat())
		}
		scale, decay, beta1, gain1, beta2, gain2, unbias1, unbias2, rate, eps :=
			c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9]
		walk(f, n, func(l lanes) {
			p := l.load(param)
			d := f.LetV128(g.madd(p, decay, l.load(grad).Mul(scale)))
			m := f.LetV128(g.madd(beta1, l.load(first), d.Mul(gain1)))
			v := f.LetV128(g.madd(beta2, l.load(second), d.Mul(d).Mul(gain2)))
			l.store(first, m)
			l.store(second, v)
			step := m.Mul(unbias1).Div(v.Mul(unbias2).Sqrt().Add(eps))
			l.store(param, g.nmadd(f.LetV128(step), rate, p))
		})
	})
}
