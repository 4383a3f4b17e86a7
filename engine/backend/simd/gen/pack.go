package main

import "cosinelab/engine/backend/simd/asm"

// packA copies a strip of A into columns: out[k*rows+r] = A[r, k].
func (g *generator) packA() *asm.Func {
	return g.Func("packA", func(f *asm.Func) {
		a, rsA, csA := f.ParamI32(), f.ParamI32(), f.ParamI32()
		rows, k, out := f.ParamI32(), f.ParamI32(), f.ParamI32()
		left, at := f.I32(), f.I32()
		f.Repeat(k, 1, func() {
			left.Set(rows)
			at.Set(a)
			f.If(rsA.Eq(asm.Int(4)), func() {
				f.Repeat(left, 4, func() {
					out.Store(0, at.Load(0))
					out.Inc(asm.Int(16))
					at.Inc(asm.Int(16))
				})
			})
			f.Repeat(left, 1, func() {
				out.StoreF32(0, at.LoadF32(0))
				out.Inc(asm.Int(4))
				at.Inc(rsA)
			})
			a.Inc(csA)
		})
	})
}

// packB copies a block of alpha*B into panels of width columns, the last one filled up with zeros:
// out[panel][k][j] = alpha * B[k, panel*width+j].
func (g *generator) packB() *asm.Func {
	transpose, rows := g.transposePanel(), g.packRows()
	return g.Func("packB", func(f *asm.Func) {
		b, rsB, csB := f.ParamI32(), f.ParamI32(), f.ParamI32()
		k, n, out, width := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		alpha := f.ParamF32()
		cols := f.I32()
		f.If(csB.Eq(asm.Int(4)), func() {
			f.Call(rows, b, rsB, k, n, out, width, alpha)
			f.Return()
		})
		f.While(n.Gt(asm.Int(0)), func() {
			cols.Set(n.Min(width))
			f.Call(transpose, b, rsB, csB, k, cols, out, width, alpha)
			b.Inc(csB.Mul(width))
			out.Inc(floatBytes(k.Mul(width)))
			n.Dec(width)
		})
	})
}

// packRows packs rows of contiguous columns, some rows at a time over all panels: that reads memory in a few
// streams, which processors fetch ahead, where a panel at a time would jump from row to row.
func (g *generator) packRows() *asm.Func {
	return g.Func("packRows", func(f *asm.Func) {
		b, rsB, k, n := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		out, width, alpha := f.ParamI32(), f.ParamI32(), f.ParamF32()
		factor := f.LetV128(alpha.Splat())
		padded, full := f.LetI32(floatBytes(width)), f.LetI32(floatBytes(n))
		panel := f.LetI32(k.Mul(padded))
		left, cols, from, to, end := f.I32(), f.I32(), f.I32(), f.I32(), f.I32()
		group := func(rows int) {
			left.Set(full)
			from.Set(b)
			to.Set(out)
			f.While(left.Ge(padded), func() {
				f.For(cols, asm.Int(0), padded, 16, func() {
					at, into := f.LetI32(from.Add(cols)), f.LetI32(to.Add(cols))
					for r := range rows {
						if r > 0 {
							at.Inc(rsB)
							into.Inc(padded)
						}
						into.Store(0, at.Load(0).Mul(factor))
					}
				})
				from.Inc(padded)
				to.Inc(panel)
				left.Dec(padded)
			})
			f.If(left, func() {
				for range rows {
					end.Set(to)
					f.For(cols, asm.Int(0), left, 4, func() {
						end.StoreF32(0, from.Add(cols).LoadF32(0).Mul(alpha))
						end.Inc(asm.Int(4))
					})
					f.While(cols.Lt(padded), func() {
						end.StoreF32(0, asm.Float(0))
						end.Inc(asm.Int(4))
						cols.Inc(asm.Int(4))
					})
					from.Inc(rsB)
					to.Inc(padded)
				}
			})
			for range rows {
				b.Inc(rsB)
				out.Inc(padded)
			}
		}
		f.Repeat(k, 4, func() { group(4) })
		f.Repeat(k, 1, func() { group(1) })
	})
}

// transposePanel packs cols columns of any stride; four by four where k is contiguous.
func (g *generator) transposePanel() *asm.Func {
	return g.Func("transposePanel", func(f *asm.Func) {
		b, rsB, csB := f.ParamI32(), f.ParamI32(), f.ParamI32()
		k, cols, out, width := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		alpha := f.ParamF32()
		factor := f.LetV128(alpha.Splat())
		padded := f.LetI32(floatBytes(width))
		j := f.I32()
		advance := func(columns int32) {
			b.Inc(csB.Mul(asm.Int(columns)))
			out.Inc(asm.Int(4 * columns))
			j.Inc(asm.Int(columns))
		}
		f.If(rsB.Eq(asm.Int(4)), func() {
			f.While(j.Le(cols.Sub(asm.Int(4))), func() {
				fourColumns(f, b, csB, k, out, padded, alpha, factor)
				advance(4)
			})
		})
		f.While(j.Lt(cols), func() {
			oneColumn(f, b, rsB, k, out, padded, func(at asm.I32) asm.F32 { return at.LoadF32(0).Mul(alpha) })
			advance(1)
		})
		f.While(j.Lt(width), func() {
			oneColumn(f, b, rsB, k, out, padded, func(asm.I32) asm.F32 { return asm.Float(0) })
			advance(1)
		})
	})
}

// oneColumn writes value(address of B[k, j]) for every k, ldt apart.
func oneColumn(f *asm.Func, b, rsB, k, out, ldt asm.I32, value func(at asm.I32) asm.F32) {
	from, to, left := f.LetI32(b), f.LetI32(out), f.LetI32(k)
	f.Repeat(left, 1, func() {
		to.StoreF32(0, value(from))
		from.Inc(rsB)
		to.Inc(ldt)
	})
}

// fourColumns transposes four columns with contiguous k, times alpha, which factor holds four times.
func fourColumns(f *asm.Func, b, csB, k, out, ldt asm.I32, alpha asm.F32, factor asm.V128) {
	from, to, left := f.LetI32(b), f.LetI32(out), f.LetI32(k)
	f.Repeat(left, 4, func() {
		transpose4(f, from, csB, to, ldt, factor)
		from.Inc(asm.Int(16))
		to.Inc(ldt.Shl(2))
	})
	f.Repeat(left, 1, func() {
		for i := range 4 {
			to.StoreF32(uint32(4*i), from.Add(csB.Mul(asm.Int(int32(i)))).LoadF32(0).Mul(alpha))
		}
		from.Inc(asm.Int(4))
		to.Inc(ldt)
	})
}

// transpose4 reads four columns of four contiguous k and writes four rows, times factor.
func transpose4(f *asm.Func, from, stride, to, ldt asm.I32, factor asm.V128) {
	in := make([]asm.V128, 4)
	at := f.LetI32(from)
	for i := range in {
		in[i] = f.LetV128(at.Load(0))
		at.Inc(stride)
	}
	low, high := [4]int{0, 4, 1, 5}, [4]int{2, 6, 3, 7}
	a := f.LetV128(in[0].Shuffle(in[1], low))
	b := f.LetV128(in[2].Shuffle(in[3], low))
	c := f.LetV128(in[0].Shuffle(in[1], high))
	d := f.LetV128(in[2].Shuffle(in[3], high))
	at.Set(to)
	first, second := [4]int{0, 1, 4, 5}, [4]int{2, 3, 6, 7}
	for i, v := range []asm.V128{a.Shuffle(b, first), a.Shuffle(b, second), c.Shuffle(d, first),
		c.Shuffle(d, second)} {
		if i > 0 {
			at.Inc(ldt)
		}
		at.Store(0, v.Mul(factor))
	}
}
