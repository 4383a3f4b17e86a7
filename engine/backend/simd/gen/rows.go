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

// softmax exports y = softmax(scale*x) over each row, the maximum subtracted first, as powers of two.
// Attention's 1/sqrt(E) can be the scale, so that no pass of its own is spent on it. The next row's maximum
// is found while this row's sum is being completed: rows are too short to wait for either.
func (g *generator) softmax() {
	g.Export("softmax", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 2)
		factor := f.ParamF32()
		x, y := r[0], r[1]
		exp2 := g.newExp2Negative(f)
		scale := f.LetV128(factor.Mul(asm.Float(math.Log2E)).Splat())
		largest, sums := f.V128s(4), f.V128s(2)
		shift := f.V128()
		f.If(count, func() { shift.Set(maximum(f, x.at, cols, largest)) })
		each(f, count, r, func() {
			sum := sumOver(f, cols, sums, func(l lanes, s asm.V128) {
				e := exp2(f.LetV128(l.load(x.at).Sub(shift).Mul(scale)))
				l.store(y.at, e)
				s.Inc(l.clear(e))
			})
			f.If(count.Gt(asm.Int(1)), func() {
				shift.Set(maximum(f, f.LetI32(x.at.Add(x.stride)), cols,
					largest))
			})
			share := f.LetV128(asm.Floats(1).Div(sum))
			walkWide(f, cols, 4, func(l lanes, _ int) { l.store(y.at, l.load(y.at).Mul(share)) })
		})
	})
}

// maximum is the largest float of a row, in every lane.
func maximum(f *asm.Func, row, cols asm.I32, largest []asm.V128) asm.V128 {
	lowest := f.LetV128(asm.Floats(float32(math.Inf(-1))))
	for _, v := range largest {
		v.Set(lowest)
	}
	walkWide(f, cols, len(largest), func(l lanes, i int) {
		v := l.load(row)
		if l.tail {
			v = l.inside().Select(v, lowest)
		}
		largest[i].Set(largest[i].Pmax(v))
	})
	for _, v := range largest[1:] {
		largest[0].Set(largest[0].Pmax(v))
	}
	return across(f, largest[0], asm.V128.Pmax)
}

// softmaxGrad exports dx = scale * y * (dy - sum(dy*y)).
func (g *generator) softmaxGrad() {
	g.Export("softmax_grad", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		factor := f.ParamF32()
		y, dy, dx := r[0].at, r[1].at, r[2].at
		scale := f.LetV128(factor.Splat())
		dot, dots := f.V128(), f.V128s(4)
		each(f, count, r, func() {
			dot.Set(sumOver(f, cols, dots, func(l lanes,
				s asm.V128) {
				s.Set(g.madd(l.load(y), l.load(dy), s))
			}))
			walkWide(f, cols, 4, func(l lanes,
				_ int) {
				l.store(dx, l.load(dy).Sub(dot).Mul(l.load(y)).Mul(scale))
			})
		})
	})
}

// norm takes two passes for the variance: the difference of two sums would lose the digits of rows far from
// 0. It exports xhat = (x - mean)/sqrt(variance + eps), keeps 1/sqrt(variance + eps), and applies weight and
// bias.
func (g *generator) norm() {
	g.Export("norm", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		rstd, weight, bias := f.ParamI32(), f.ParamI32(), f.ParamI32()
		eps := f.ParamF32()
		x, xhat, y := r[0].at, r[1].at, r[2].at
		mean, sums := f.V128(), f.V128s(4)
		share := f.LetV128(asm.Float(1).Div(cols.Float()).Splat())
		each(f, count, append(r, row{rstd, asm.Int(4)}), func() {
			mean.Set(sumOver(f, cols, sums, func(l lanes, s asm.V128) { s.Inc(l.load(x)) }).Mul(share))
			square := sumOver(f, cols, sums, func(l lanes, s asm.V128) {
				d := f.LetV128(l.clear(l.load(x).Sub(mean)))
				s.Set(g.madd(d, d, s))
			})
			scale := f.LetV128(asm.Floats(1).Div(square.Mul(share).Add(eps.Splat()).Sqrt()))
			rstd.StoreLane(0, scale, 0)
			walk(f, cols, func(l lanes) {
				v := f.LetV128(l.load(x).Sub(mean).Mul(scale))
				l.store(xhat, v)
				f.If(weight, func() { l.store(y, g.madd(v, l.load(weight), l.load(bias))) })
			})
		})
	})
}

// normGrad exports, with h = dy*weight, dx = rstd * (h - mean(h) - xhat*mean(h*xhat)), and adds to the
// gradients of weight and bias.
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
