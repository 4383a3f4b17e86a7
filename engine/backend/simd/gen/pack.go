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

// packB copies a block of B into panels of width columns, the last one filled up with zeros:
// out[panel][k][j] = B[k, panel*width+j].
func (g *generator) packB() *asm.Func {
	transpose := g.transposePanel()
	return g.Func("packB", func(f *asm.Func) {
		b, rsB, csB := f.ParamI32(), f.ParamI32(), f.ParamI32()
		k, n, out, width := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		cols := f.I32()
		f.While(n.Gt(asm.Int(0)), func() {
			cols.Set(n.Min(width))
			f.IfElse(csB.Eq(asm.Int(4)),
				func() { g.copyPanel(f, b, rsB, k, cols, width, out) },
				func() { f.Call(transpose, b, rsB, csB, k, cols, out, width) })
			b.Inc(csB.Mul(width))
			out.Inc(floatBytes(k.Mul(width)))
			n.Dec(width)
		})
	})
}

// copyPanel packs cols contiguous columns.
func (g *generator) copyPanel(f *asm.Func, b, rsB, k, cols, width, out asm.I32) {
	from, to, left, j := f.LetI32(b), f.LetI32(out), f.LetI32(k), f.I32()
	full := f.LetI32(floatBytes(cols))
	padded := f.LetI32(floatBytes(width))
	f.Repeat(left, 1, func() {
		f.For(j, asm.Int(0), full.Sub(asm.Int(15)), 16, func() { to.Add(j).Store(0, from.Add(j).Load(0)) })
		f.While(j.Lt(full), func() {
			to.Add(j).StoreF32(0, from.Add(j).LoadF32(0))
			j.Inc(asm.Int(4))
		})
		f.While(j.Lt(padded), func() {
			to.Add(j).StoreF32(0, asm.Float(0))
			j.Inc(asm.Int(4))
		})
		from.Inc(rsB)
		to.Inc(padded)
	})
}

// transposePanel packs cols columns of any stride; four by four where k is contiguous.
func (g *generator) transposePanel() *asm.Func {
	return g.Func("transposePanel", func(f *asm.Func) {
		b, rsB, csB := f.ParamI32(), f.ParamI32(), f.ParamI32()
		k, cols, out, width := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		padded := f.LetI32(floatBytes(width))
		j := f.I32()
		advance := func(columns int32) {
			b.Inc(csB.Mul(asm.Int(columns)))
			out.Inc(asm.Int(4 * columns))
			j.Inc(asm.Int(columns))
		}
		f.If(rsB.Eq(asm.Int(4)), func() {
			f.While(j.Le(cols.Sub(asm.Int(4))), func() {
				fourColumns(f, b, csB, k, out, padded)
				advance(4)
			})
		})
		f.While(j.Lt(cols), func() {
			oneColumn(f, b, rsB, k, out, padded, func(at asm.I32) asm.F32 { return at.LoadF32(0) })
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

// fourColumns transposes four columns with contiguous k.
func fourColumns(f *asm.Func, b, csB, k, out, ldt asm.I32) {
	from, to, left := f.LetI32(b), f.LetI32(out), f.LetI32(k)
	f.Repeat(left, 4, func() {
		transpose4(f, from, csB, to, ldt)
		from.Inc(asm.Int(16))
		to.Inc(ldt.Shl(2))
	})
	f.Repeat(left, 1, func() {
		for i := range 4 {
			to.StoreF32(uint32(4*i), from.Add(csB.Mul(asm.Int(int32(i)))).LoadF32(0))
		}
		from.Inc(asm.Int(4))
		to.Inc(ldt)
	})
}

// transpose4 reads four columns of four contiguous k and writes four rows.
func transpose4(f *asm.Func, from, stride, to, ldt asm.I32) {
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
	for i, v := range []asm.V128{a.Shuffle(b, first), a.Shuffle(b, second), c.Shuffle(d, first), c.Shuffle(d, second)} {
		if i > 0 {
			at.Inc(ldt)
		}
		at.Store(0, v)
	}
}
