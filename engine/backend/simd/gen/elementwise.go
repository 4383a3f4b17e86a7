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

// elementwise exports everything that treats elements one by one. Gradients take the output instead of the input where
// that is cheaper, so that plans need to keep only one of them.
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
	g.broadcasts()
	g.sums()
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

// scaled exports the two operations with numbers in them.
func (g *generator) scaled() {
	g.Export("scale", func(f *asm.Func) {
		n := f.ParamI32()
		factor, offset := f.ParamF32(), f.ParamF32()
		x, y := f.ParamI32(), f.ParamI32()
		a, b := f.LetV128(factor.Splat()), f.LetV128(offset.Splat())
		walk(f, n, func(l lanes) { l.store(y, g.madd(l.load(x), a, b)) })
	})
	g.Export("axpy", func(f *asm.Func) {
		n := f.ParamI32()
		factor := f.ParamF32()
		x, y := f.ParamI32(), f.ParamI32()
		a := f.LetV128(factor.Splat())
		walk(f, n, func(l lanes) { l.store(y, g.madd(l.load(x), a, l.load(y))) })
	})
}

// broadcasts exports the operations between a matrix and one row or column, and the sums that are their gradients.
func (g *generator) broadcasts() {
	g.withRow("add_row", asm.V128.Add)
	g.withRow("mul_row", asm.V128.Mul)
	g.withColumn("add_col", asm.V128.Add)
	g.withColumn("mul_col", asm.V128.Mul)
	g.Export("col_sum", func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		x := rowParams(f, 1)
		y := f.ParamI32()
		each(f, count, x, func() {
			walk(f, cols, func(l lanes) { l.store(y, l.load(y).Add(l.load(x[0].at))) })
		})
	})
	g.eachRowTo("row_sum", 1, func(x []asm.V128, s asm.V128) asm.V128 { return s.Add(x[0]) })
	g.eachRowTo("row_dot", 2, func(x []asm.V128, s asm.V128) asm.V128 { return g.madd(x[0], x[1], s) })
}

// withRow exports y[i,j] = fn(x[i,j], b[j]).
func (g *generator) withRow(name string, fn func(a, b asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 2)
		b := f.ParamI32()
		each(f, count, r, func() {
			walk(f, cols, func(l lanes) { l.store(r[1].at, fn(l.load(r[0].at), l.load(b))) })
		})
	})
}

// withColumn exports y[i,j] = fn(x[i,j], b[i]).
func (g *generator) withColumn(name string, fn func(a, b asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		count, cols := f.ParamI32(), f.ParamI32()
		r := rowParams(f, 2)
		b := row{f.ParamI32(), asm.Int(4)}
		value := f.V128()
		each(f, count, append(r, b), func() {
			value.Set(b.at.LoadSplat(0))
			walk(f, cols, func(l lanes) { l.store(r[1].at, fn(l.load(r[0].at), value)) })
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

// sums exports reductions. Sixteen partial sums keep the additions busy and the rounding errors small.
func (g *generator) sums() {
	g.reduction("sum", 1, func(x []asm.V128, s asm.V128) asm.V128 { return s.Add(x[0]) })
	g.reduction("sum_squares", 1, func(x []asm.V128, s asm.V128) asm.V128 { return g.madd(x[0], x[0], s) })
	g.reduction("dot", 2, func(x []asm.V128, s asm.V128) asm.V128 { return g.madd(x[0], x[1], s) })
}

// reduction exports one sum over all elements of its inputs.
func (g *generator) reduction(name string, inputs int, add func(x []asm.V128, s asm.V128) asm.V128) {
	g.Export(name, func(f *asm.Func) {
		n := f.ParamI32()
		x := make([]asm.I32, inputs)
		for i := range x {
			x[i] = f.ParamI32()
		}
		const parts = 4
		sums := f.V128s(parts)
		f.While(n.Ge(asm.Int(4*parts)), func() {
			for i := range parts {
				var v []asm.V128
				for _, p := range x {
					v = append(v, f.LetV128(p.Load(uint32(16*i))))
				}
				sums[i].Set(add(v, sums[i]))
			}
			for _, p := range x {
				p.Inc(asm.Int(16 * parts))
			}
			n.Dec(asm.Int(4 * parts))
		})
		walk(f, n, func(l lanes) {
			var v []asm.V128
			for _, p := range x {
				v = append(v, l.load(p))
			}
			sums[0].Set(add(v, sums[0]))
		})
		f.Return(total(f, sums[0].Add(sums[1]).Add(sums[2].Add(sums[3]))).Lane(0))
	})
}
