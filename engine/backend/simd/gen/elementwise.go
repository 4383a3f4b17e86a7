package main

import (
	"cosinelab/engine/backend/simd/asm"
)

// unary exports y[i] = fn(x[i]); y may be x.
func (g *generator) unary(name string, newFn func(*asm.Func) vectorFunc) {
	g.Export(name, func(f *asm.Func) {
		n, x, y := f.ParamI32(), f.ParamI32(), f.ParamI32()
		fn := newFn(f)
		walk(f, n, func(l lanes) { l.store(y, fn(l.load(x))) })
	})
}

// binary exports y[i] = fn(a[i], b[i]); y may be a or b.
func (g *generator) binary(name string, fn func(a, b asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		n, a, b, y := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		walk(f, n, func(l lanes) { l.store(y, fn(l.load(a), l.load(b))) })
	})
}

// elementwise exports everything that treats elements one by one. Gradients take the output instead of the
// input where that is cheaper, so that plans need to keep only one of them.
func (g *generator) elementwise() {
	g.unary("exp", g.newExp)
	g.unary("log", g.newLog)
	g.unary("tanh", g.newTanh)
	g.unary("sigmoid", g.newSigmoid)
	g.unary("softplus", g.newSoftplus)
	g.unary("erf", g.newErf)
	g.unary("sqrt", func(*asm.Func) vectorFunc { return asm.V128.Sqrt })
	g.unary("relu", func(f *asm.Func) vectorFunc {
		zero := f.LetV128(asm.Floats(0))
		return func(x asm.V128) asm.V128 { return x.Pmax(zero) }
	})
	g.binary("add", asm.V128.Add)
	g.binary("sub", asm.V128.Sub)
	g.binary("mul", asm.V128.Mul)
	g.binary("div", asm.V128.Div)
	g.binary("max", asm.V128.Max)
	g.binary("tanh_grad", func(y, dy asm.V128) asm.V128 { return dy.Mul(asm.Floats(1).Sub(y.Mul(y))) })
	g.binary("sigmoid_grad", func(y, dy asm.V128) asm.V128 { return dy.Mul(y).Mul(asm.Floats(1).Sub(y)) })
	g.binary("relu_grad", func(y, dy asm.V128) asm.V128 { return dy.And(y.Gt(asm.Floats(0))) })
	g.gelu()
	g.scaled()
	g.gather()
	g.broadcasts()
	g.sum()
}

// gelu exports the value alone, and the value with its derivative.
func (g *generator) gelu() {
	g.unary("gelu", func(f *asm.Func) vectorFunc {
		fn := g.newGELU(f)
		return func(x asm.V128) asm.V128 { value, _ := fn(x); return value }
	})
	g.geluBoth = g.Export("gelu_both", func(f *asm.Func) {
		n, x, y, slope := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		fn := g.newGELU(f)
		walk(f, n, func(l lanes) {
			value, derivative := fn(l.load(x))
			l.store(y, value)
			f.If(slope, func() { l.store(slope, derivative) })
		})
	})
}

// scaled exports y = factor*x + offset.
func (g *generator) scaled() {
	g.Export("scale", func(f *asm.Func) {
		n := f.ParamI32()
		factor, offset := f.ParamF32(), f.ParamF32()
		x, y := f.ParamI32(), f.ParamI32()
		a, b := f.LetV128(factor.Splat()), f.LetV128(offset.Splat())
		walk(f, n, func(l lanes) { l.store(y, g.madd(l.load(x), a, b)) })
	})
}

// gather exports y[i] = x[at[i]].
func (g *generator) gather() {
	g.Export("gather", func(f *asm.Func) {
		n, x, at, y := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		round := func(count int) {
			f.Repeat(n, int32(count), func() {
				for i := range uint32(count) {
					y.StoreF32(4*i, x.Add(floatBytes(at.LoadI32(4*i))).LoadF32(0))
				}
				at.Inc(asm.Int(int32(4 * count)))
				y.Inc(asm.Int(int32(4 * count)))
			})
		}
		round(8)
		round(1)
	})
}

// broadcasts exports the operations between a matrix and one row or column, and the sums that are their
// gradients.
func (g *generator) broadcasts() {
	g.grid("add_grid", asm.V128.Add)
	g.grid("sub_grid", asm.V128.Sub)
	g.grid("mul_grid", asm.V128.Mul)
	g.grid("div_grid", asm.V128.Div)
	g.grid("max_grid", asm.V128.Max)
	g.colSum()
	g.eachRowTo("row_sum", 1, func(x []asm.V128, s asm.V128) asm.V128 { return s.Add(x[0]) })
	g.eachRowTo("row_dot", 2, func(x []asm.V128, s asm.V128) asm.V128 { return g.madd(x[0], x[1], s) })
}

// colSum exports the sum of rows. It adds up some rows in registers before it adds them to the result: that
// is faster, and the sum of many rows is more exact.
func (g *generator) colSum() {
	const block = 64
	g.Export("col_sum", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		x := rowParams(f, 1)[0]
		y := f.ParamI32()
		rows, left, from, at := f.I32(), f.I32(), f.I32(), f.I32()
		sums := f.V128s(4)
		// over sums the rows of one block for the columns that add looks at.
		over := func(sums []asm.V128, add func()) {
			for _, s := range sums {
				s.Set(asm.Floats(0))
			}
			left.Set(rows)
			from.Set(x.at)
			f.Repeat(left, 1, func() {
				add()
				from.Inc(x.stride)
			})
		}
		f.While(count.Gt(asm.Int(0)), func() {
			rows.Set(count.Min(asm.Int(block)))
			f.For(at, asm.Int(0), floatBytes(cols).Sub(asm.Int(63)), 64, func() {
				over(sums, func() {
					p := f.LetI32(from.Add(at))
					for i, s := range sums {
						s.Inc(p.Load(uint32(16 * i)))
					}
				})
				p := f.LetI32(y.Add(at))
				for i, s := range sums {
					p.Store(uint32(16*i), p.Load(uint32(16*i)).Add(s))
				}
			})
			walkFrom(f, at.Shr(2), cols, func(l lanes) {
				over(sums[:1], func() { sums[0].Inc(l.load(from)) })
				l.store(y, l.load(y).Add(sums[0]))
			})
			x.at.Set(from)
			count.Dec(rows)
		})
	})
}

// grid exports y[i,j] = fn(a[i,j], b[i,j]), where a or b may be one number for all j of a row.
func (g *generator) grid(name string, fn func(a, b asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		denseA, denseB := f.ParamI32(), f.ParamI32()
		a, b, y := r[0].at, r[1].at, r[2].at
		number := f.V128()
		each(f, count, r, func() {
			f.IfElse(denseA, func() {
				f.IfElse(denseB, func() {
					walk(f, cols, func(l lanes) { l.store(y, fn(l.load(a), l.load(b))) })
				}, func() {
					number.Set(b.LoadSplat(0))
					walk(f, cols, func(l lanes) { l.store(y, fn(l.load(a), number)) })
				})
			}, func() {
				number.Set(a.LoadSplat(0))
				f.IfElse(denseB, func() {
					walk(f, cols, func(l lanes) { l.store(y, fn(number, l.load(b))) })
				}, func() {
					number.Set(fn(number, b.LoadSplat(0)))
					walk(f, cols, func(l lanes) { l.store(y, number) })
				})
			})
		})
	})
}

// eachRowTo exports a reduction of every row to one element.
func (g *generator) eachRowTo(name string, inputs int, add func(x []asm.V128, s asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, inputs)
		y := row{f.ParamI32(), asm.Int(4)}
		sum := f.V128()
		each(f, count, append(r, y), func() {
			sum.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				var x []asm.V128
				for _, input := range r {
					x = append(x, l.load(input.at))
				}
				sum.Set(add(x, sum))
			})
			y.at.StoreLane(0, total(f, sum), 0)
		})
	})
}

// sum exports the sum over all elements. Sixteen partial sums keep the additions busy and the rounding errors
// small.
func (g *generator) sum() {
	g.Export("sum", func(f *asm.Func) {
		n, x := f.ParamI32(), f.ParamI32()
		const parts = 4
		sums := f.V128s(parts)
		f.While(n.Ge(asm.Int(4*parts)), func() {
			for i := range parts {
				sums[i].Inc(x.Load(uint32(16 * i)))
			}
			x.Inc(asm.Int(16 * parts))
			n.Dec(asm.Int(4 * parts))
		})
		walk(f, n, func(l lanes) { sums[0].Inc(l.load(x)) })
		f.Return(total(f, sums[0].Add(sums[1]).Add(sums[2].Add(sums[3]))).Lane(0))
	})
}
