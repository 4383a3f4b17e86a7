package main

import "cosinelab/engine/backend/simd/asm"

// products exports the whole product, one driver per shape behind a switch.
func (g *generator) products(strips map[shape]*asm.Func, packA, packB *asm.Func) {
	var drivers []*asm.Func
	for _, s := range shapes {
		drivers = append(drivers, g.driver(s, strips, packA, packB))
	}
	choose := func(f *asm.Func, which asm.I32, d driverArgs) {
		var cases []func()
		for _, driver := range drivers {
			cases = append(cases, func() { f.Call(driver, d.args()...) })
		}
		f.Switch(which, cases...)
	}
	g.Export("sgemm", func(f *asm.Func) {
		which := f.ParamI32()
		choose(f, which, driverParams(f))
	})
	g.Export("sgemm_batch", func(f *asm.Func) {
		which, count := f.ParamI32(), f.ParamI32()
		stepA, stepB, stepC := f.ParamI32(), f.ParamI32(), f.ParamI32()
		d := batchParams(f)
		for _, step := range []asm.I32{stepA, stepB, stepC} {
			step.Set(floatBytes(step))
		}
		each(f, count, []row{{d.a, stepA}, {d.b, stepB}, {d.c, stepC}}, func() { choose(f, which, d) })
	})
}

// driverArgs are the arguments of one product: strides count elements.
type driverArgs struct {
	m, n, k       asm.I32
	alpha         asm.F32
	a, rsA, csA   asm.I32
	b, rsB, csB   asm.I32
	beta          asm.F32
	c, ldc        asm.I32
	bias          asm.I32
	residual, ldr asm.I32
	gelu, slope   asm.I32 // gelu 0 = none; slope 0 = not kept
	scratch       asm.I32
}

// batchParams declares the arguments of a product without an epilogue.
func batchParams(f *asm.Func) driverArgs {
	return driverArgs{
		m: f.ParamI32(), n: f.ParamI32(), k: f.ParamI32(),
		alpha: f.ParamF32(),
		a:     f.ParamI32(), rsA: f.ParamI32(), csA: f.ParamI32(),
		b: f.ParamI32(), rsB: f.ParamI32(), csB: f.ParamI32(),
		beta: f.ParamF32(),
		c:    f.ParamI32(), ldc: f.ParamI32(),
		scratch: f.ParamI32(),
		bias:    asm.Int(0), residual: asm.Int(0), ldr: asm.Int(0), gelu: asm.Int(0), slope: asm.Int(0),
	}
}

func driverParams(f *asm.Func) driverArgs {
	d := batchParams(f)
	d.bias = f.ParamI32()
	d.residual, d.ldr = f.ParamI32(), f.ParamI32()
	d.gelu, d.slope = f.ParamI32(), f.ParamI32()
	return d
}

func (d driverArgs) args() []asm.Value {
	return []asm.Value{d.m, d.n, d.k, d.alpha, d.a, d.rsA, d.csA, d.b, d.rsB, d.csB, d.beta, d.c, d.ldc,
		d.scratch, d.bias, d.residual, d.ldr, d.gelu, d.slope}
}

// driver cuts one product into blocks and strips.
func (g *generator) driver(s shape, strips map[shape]*asm.Func, packA, packB *asm.Func) *asm.Func {
	return g.Func("driver", func(f *asm.Func) {
		d := driverParams(f)
		for _, stride := range []asm.I32{d.rsA, d.csA, d.rsB, d.csB, d.ldc, d.ldr} {
			stride.Set(floatBytes(stride))
		}
		width := asm.Int(int32(4 * s.vectors))
		pc, jc, ic := f.I32(), f.I32(), f.I32()
		kc, nc, mc := f.I32(), f.I32(), f.I32()
		block, stepB, panelB := f.I32(), f.I32(), f.I32()
		f.Loop(func(blocks *asm.Label) {
			setMin(kc, d.k.Sub(pc), blockK)
			f.For(jc, asm.Int(0), d.n, blockN, func() {
				setMin(nc, d.n.Sub(jc), blockN)
				block.Set(d.b.Add(pc.Mul(d.rsB)).Add(jc.Mul(d.csB)))
				f.IfElse(d.inPlace(kc, nc, int32(4*s.vectors)), func() {
					stepB.Set(d.rsB)
					panelB.Set(floatBytes(width))
				}, func() {
					packed := f.LetI32(d.scratch.Add(asm.Int(packedB)))
					f.Call(packB, block, d.rsB, d.csB, kc, nc, packed, width, d.alpha)
					block.Set(packed)
					stepB.Set(floatBytes(width))
					panelB.Set(floatBytes(kc.Mul(width)))
				})
				f.For(ic, asm.Int(0), d.m, int32(s.rows), func() {
					setMin(mc, d.m.Sub(ic), int32(s.rows))
					p := d.strip(f, ic, jc, pc)
					p.k, p.n, p.b, p.stepB, p.panelB = kc, nc, block, stepB, panelB
					f.If(d.mustPack(), func() { d.packStrip(f, p, mc, packA) })
					var cases []func()
					for rows := 1; rows <= s.rows; rows++ {
						cases = append(cases, func() { f.Call(strips[shape{rows, s.vectors}], p.args()...) })
					}
					f.Switch(mc.Sub(asm.Int(1)), cases...)
					f.If(d.gelu.And(pc.Add(kc).Ge(d.k)), func() { g.activate(f, d, ic, jc, mc, nc) })
				})
			})
			// the blocks of k that follow add to what is there
			d.beta.Set(asm.Float(1))
			d.bias.Set(asm.Int(0))
			d.residual.Set(asm.Int(0))
			pc.Inc(asm.Int(blockK))
			blocks.BrIf(pc.Lt(d.k))
		})
	})
}

// setMin is v = min(e, limit).
func setMin(v, e asm.I32, limit int32) {
	v.Set(e)
	v.Set(v.Min(asm.Int(limit)))
}

// strip points at the strip that starts in row i, column j and depth k.
func (d driverArgs) strip(f *asm.Func, i, j, k asm.I32) product {
	optional := func(address, offset asm.I32) asm.I32 {
		return address.Select(address.Add(offset), asm.Int(0))
	}
	return product{
		a: f.LetI32(d.a.Add(i.Mul(d.rsA)).Add(k.Mul(d.csA))), rsA: f.LetI32(d.rsA), csA: f.LetI32(d.csA),
		c: d.c.Add(i.Mul(d.ldc)).Add(floatBytes(j)), ldc: d.ldc,
		beta:     d.beta,
		bias:     optional(d.bias, floatBytes(j)),
		residual: optional(d.residual, i.Mul(d.ldr).Add(floatBytes(j))), ldr: d.ldr,
		edge: d.scratch.Add(asm.Int(edgeTile)),
	}
}

// nearRows is how many bytes of B a block may span to be read in place: half of the first-level cache. A
// panel of rows that are far apart shares few cache sets, and the strips of A need room in them.
const nearRows = 16 << 10

// inPlace says that packing would only copy: the columns of B are contiguous and fill whole panels, and its
// rows stay in the first-level cache. (A width that is no power of two would need a division; its panels are
// always packed.)
func (d driverArgs) inPlace(k, n asm.I32, width int32) asm.I32 {
	if width&(width-1) != 0 {
		return asm.Int(0)
	}
	whole := n.And(asm.Int(width - 1)).Eq(asm.Int(0))
	scaled := d.alpha.Ne(asm.Float(1))
	return d.csB.Eq(asm.Int(4)).And(whole).And(k.Mul(d.rsB).Le(asm.Int(nearRows))).And(scaled.Eq(asm.Int(0)))
}

// farColumns is the distance in bytes between columns of A from which its strips are packed.
const farColumns = 1 << 10

// mustPack says that neither loop of a strip can read A in place, or that its columns are so far apart
// that they would share few cache sets.
func (d driverArgs) mustPack() asm.I32 {
	return d.csA.Ne(asm.Int(4)).And(d.rsA.Ne(asm.Int(4)).Or(d.csA.Ge(asm.Int(farColumns))))
}

// packStrip makes p read a packed copy of A.
func (d driverArgs) packStrip(f *asm.Func, p product, rows asm.I32, packA *asm.Func) {
	f.Call(packA, p.a, d.rsA, d.csA, rows, p.k, d.scratch.Add(asm.Int(packedA)))
	p.a.Set(d.scratch.Add(asm.Int(packedA)))
	p.rsA.Set(asm.Int(4))
	p.csA.Set(floatBytes(rows))
}

// activate applies GELU to the finished part of a strip while it is in the cache.
func (g *generator) activate(f *asm.Func, d driverArgs, i, j, rows, cols asm.I32) {
	offset := f.LetI32(i.Mul(d.ldc).Add(floatBytes(j)))
	left := f.LetI32(rows)
	f.Repeat(left, 1, func() {
		c := f.LetI32(d.c.Add(offset))
		f.Call(g.geluBoth, cols, c, c, d.slope.Select(d.slope.Add(offset), asm.Int(0)))
		offset.Inc(d.ldc)
	})
}
