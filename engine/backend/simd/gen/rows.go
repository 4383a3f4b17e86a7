package main

import (
	"math"

	"cosinelab/engine/backend/simd/asm"
)

// rows exports what works on one row at a time, in passes over a row that stays in the first-level cache.
func (g *generator) rows() {
	g.softmax()
	g.softmaxGrad()
	g.norm()
	g.normGrad()
}

// softmax exports y = softmax(scale*x) over each row, the maximum subtracted first. Attention's 1/sqrt(E) is the scale, so
// that no pass of its own is spent on it.
func (g *generator) softmax() {
	g.Export("softmax", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 2)
		factor := f.ParamF32()
		x, y := r[0], r[1]
		exp := g.newExpNegative(f)
		scale := f.LetV128(factor.Splat())
		largest, sum := f.V128(), f.V128()
		each(f, count, r, func() {
			largest.Set(asm.Floats(float32(math.Inf(-1))))
			walk(f, cols, func(l lanes) {
				v := l.load(x.at).Mul(scale)
				if l.tail {
					v = l.inside().Select(v, largest)
				}
				largest.Set(largest.Pmax(v))
			})
			largest.Set(across(f, largest, asm.V128.Pmax))
			sum.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				// not a fused multiply-add, which could exceed the rounded maximum
				e := exp(f.LetV128(l.load(x.at).Mul(scale).Sub(largest)))
				l.store(y.at, e)
				sum.Inc(l.clear(e))
			})
			sum.Set(asm.Floats(1).Div(total(f, sum)))
			walk(f, cols, func(l lanes) { l.store(y.at, l.load(y.at).Mul(sum)) })
		})
	})
}

// softmaxGrad exports dx = scale * y * (dy - sum(dy*y)).
func (g *generator) softmaxGrad() {
	g.Export("softmax_grad", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		factor := f.ParamF32()
		y, dy, dx := r[0].at, r[1].at, r[2].at
		scale := f.LetV128(factor.Splat())
		dot := f.V128()
		each(f, count, r, func() {
			dot.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) { dot.Set(g.madd(l.load(y), l.load(dy), dot)) })
			dot.Set(total(f, dot))
			walk(f, cols, func(l lanes) { l.store(dx, l.load(dy).Sub(dot).Mul(l.load(y)).Mul(scale)) })
		})
	})
}

// norm takes two passes for the variance: the difference of two sums would lose the digits of rows far from 0. It
// exports xhat = (x - mean)/sqrt(variance + eps), keeps 1/sqrt(variance + eps), and applies weight and bias.
func (g *generator) norm() {
	g.Export("norm", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		rstd, weight, bias := f.ParamI32(), f.ParamI32(), f.ParamI32()
		eps := f.ParamF32()
		x, xhat, y := r[0].at, r[1].at, r[2].at
		mean, square := f.V128(), f.V128()
		share := f.LetV128(asm.Float(1).Div(cols.Float()).Splat())
		each(f, count, append(r, row{rstd, asm.Int(4)}), func() {
			mean.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) { mean.Inc(l.load(x)) })
			mean.Set(total(f, mean).Mul(share))
			square.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				d := f.LetV128(l.clear(l.load(x).Sub(mean)))
				square.Set(g.madd(d, d, square))
			})
			scale := f.LetV128(asm.Floats(1).Div(total(f, square).Mul(share).Add(eps.Splat()).Sqrt()))
			rstd.StoreLane(0, scale, 0)
			walk(f, cols, func(l lanes) {
				v := f.LetV128(l.load(x).Sub(mean).Mul(scale))
				l.store(xhat, v)
				f.If(weight, func() { l.store(y, g.madd(v, l.load(weight), l.load(bias))) })
			})
		})
	})
}

// normGrad exports, with h = dy*weight, dx = rstd * (h - mean(h) - xhat*mean(h*xhat)), and adds to the gradients
// of weight and bias.
func (g *generator) normGrad() {
	g.Export("norm_grad", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		rstd, weight, dweight, dbias := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		xhat, dy, dx := r[0].at, r[1].at, r[2].at
		mean, slope, scale, h := f.V128(), f.V128(), f.V128(), f.V128()
		share := f.LetV128(asm.Float(1).Div(cols.Float()).Splat())
		load := func(l lanes) asm.V128 {
			h.Set(l.load(dy))
			f.If(weight, func() { h.Set(h.Mul(l.load(weight))) })
			return h
		}
		each(f, count, append(r, row{rstd, asm.Int(4)}), func() {
			mean.Set(asm.Floats(0))
			slope.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				v := l.load(xhat)
				mean.Inc(load(l))
				slope.Set(g.madd(h, v, slope))
				f.If(weight, func() {
					d := l.load(dy)
					l.store(dweight, g.madd(d, v, l.load(dweight)))
					l.store(dbias, d.Add(l.load(dbias)))
				})
			})
			mean.Set(total(f, mean).Mul(share))
			slope.Set(total(f, slope).Mul(share))
			scale.Set(rstd.LoadSplat(0))
			walk(f, cols, func(l lanes) {
				l.store(dx, g.nmadd(l.load(xhat), slope, load(l).Sub(mean)).Mul(scale))
			})
		})
	})
}
