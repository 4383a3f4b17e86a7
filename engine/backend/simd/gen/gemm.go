package main

import "cosinelab/engine/backend/simd/asm"

// The product is blocked as in Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008):
// a block of B is packed into panels of one tile's width; one strip of A, a tile's height, passes over all
// of them while it stays in the first-level cache. A is read in place where its rows or columns are contiguous.
const (
	blockK = 256 // depth of a packed block of B
	blockN = 384 // columns of a packed block of B: a multiple of every tile width
	maxMR  = 8   // rows of the tallest tile
	maxNR  = 16  // columns of the widest tile

	packedB     = 0                         // offsets in the scratch memory, bytes
	packedA     = packedB + 4*blockK*blockN //
	edgeTile    = packedA + 4*blockK*maxMR
	gemmScratch = edgeTile + 4*maxMR*maxNR
	farColumns  = 1 << 10 // bytes between columns of A from which its strips are packed
)

// A shape is the tile that the micro-kernel keeps in registers.
type shape struct{ rows, vectors int }

// shapes by index, the first argument of sgemm. About 15 vector registers are usable on x86-64, 30 on ARM.
var shapes = []shape{{6, 2}, {5, 2}, {3, 3}, {8, 2}, {6, 3}}

// product is what every level of the product passes on; addresses and strides in bytes.
type product struct {
	a, rsA, csA      asm.I32
	k                asm.I32
	b, stepB, panelB asm.I32 // stepB from one k to the next, panelB from one panel to the next
	n                asm.I32
	c, ldc           asm.I32
	alpha, beta      asm.F32
	bias             asm.I32 // 0 = none
	residual, ldr    asm.I32 // residual 0 = none
	edge             asm.I32 // memory for one tile
}

func productParams(f *asm.Func) product {
	return product{
		a: f.ParamI32(), rsA: f.ParamI32(), csA: f.ParamI32(),
		k: f.ParamI32(),
		b: f.ParamI32(), stepB: f.ParamI32(), panelB: f.ParamI32(),
		n: f.ParamI32(),
		c: f.ParamI32(), ldc: f.ParamI32(),
		alpha: f.ParamF32(), beta: f.ParamF32(),
		bias:     f.ParamI32(),
		residual: f.ParamI32(), ldr: f.ParamI32(),
		edge: f.ParamI32(),
	}
}

func (p product) args() []asm.Value {
	return []asm.Value{p.a, p.rsA, p.csA, p.k, p.b, p.stepB, p.panelB, p.n, p.c, p.ldc,
		p.alpha, p.beta, p.bias, p.residual, p.ldr, p.edge}
}

func (g *generator) gemm() {
	edge := g.edgeWriter()
	strips := map[shape]*asm.Func{}
	for _, s := range shapes {
		for rows := 1; rows <= s.rows; rows++ {
			strip := shape{rows, s.vectors}
			if strips[strip] == nil {
				strips[strip] = g.strip(strip, edge)
			}
		}
	}
	packA := g.packA()
	packB := g.packB()
	g.sgemm(strips, packA, packB)
}

// strip multiplies a strip of s.rows rows of A with all panels of B.
func (g *generator) strip(s shape, edge *asm.Func) *asm.Func {
	return g.Func("strip", func(f *asm.Func) {
		p := productParams(f)
		acc := make([][]asm.V128, s.rows)
		for r := range acc {
			acc[r] = f.V128s(s.vectors)
		}
		width := int32(4 * s.vectors)
		f.While(p.n.Gt(asm.Int(0)), func() {
			for _, row := range acc {
				for _, v := range row {
					v.Set(asm.Floats(0))
				}
			}
			f.IfElse(p.csA.Eq(asm.Int(4)),
				func() { g.rowsLoop(f, p, acc) },
				func() { g.columnsLoop(f, p, acc) })
			f.IfElse(p.n.Ge(asm.Int(width)),
				func() { g.writeTile(f, p, acc) },
				func() { g.writeEdge(f, p, acc, edge) })
			p.b.Set(p.b.Add(p.panelB))
			p.c.Set(p.c.Add(asm.Int(4 * width)))
			p.n.Set(p.n.Sub(asm.Int(width)))
			f.If(p.bias, func() { p.bias.Set(p.bias.Add(asm.Int(4 * width))) })
			f.If(p.residual, func() { p.residual.Set(p.residual.Add(asm.Int(4 * width))) })
		})
	})
}

// rowsLoop accumulates over k with one pointer per row of A, four k a round.
func (g *generator) rowsLoop(f *asm.Func, p product, acc [][]asm.V128) {
	rows := make([]asm.I32, len(acc))
	for r := range rows {
		rows[r] = f.I32()
		if r == 0 {
			rows[r].Set(p.a)
		} else {
			rows[r].Set(rows[r-1].Add(p.rsA))
		}
	}
	b := f.LetI32(p.b)
	step := func(k uint32) {
		bv := g.loadB(f, b, len(acc[0]))
		b.Set(b.Add(p.stepB))
		for r := range acc {
			g.outerRow(f, rows[r].LoadSplat(4*k), bv, acc[r])
		}
	}
	advance := func(count int32) {
		for _, a := range rows {
			a.Set(a.Add(asm.Int(4 * count)))
		}
	}
	const unroll = 4
	left := f.LetI32(p.k.Sub(asm.Int(unroll)))
	f.While(left.Ge(asm.Int(0)), func() {
		for k := range uint32(unroll) {
			step(k)
		}
		advance(unroll)
		left.Set(left.Sub(asm.Int(unroll)))
	})
	left.Set(left.Add(asm.Int(unroll)))
	f.While(left.Gt(asm.Int(0)), func() {
		step(0)
		advance(1)
		left.Set(left.Sub(asm.Int(1)))
	})
}

// columnsLoop accumulates over k with the rows of A next to each other.
func (g *generator) columnsLoop(f *asm.Func, p product, acc [][]asm.V128) {
	a, b, left := f.LetI32(p.a), f.LetI32(p.b), f.LetI32(p.k)
	step := func() {
		bv := g.loadB(f, b, len(acc[0]))
		b.Set(b.Add(p.stepB))
		for r := range acc {
			g.outerRow(f, a.LoadSplat(uint32(4*r)), bv, acc[r])
		}
		a.Set(a.Add(p.csA))
	}
	f.While(left.Ge(asm.Int(2)), func() {
		step()
		step()
		left.Set(left.Sub(asm.Int(2)))
	})
	f.If(left, step)
}

func (g *generator) loadB(f *asm.Func, b asm.I32, vectors int) []asm.V128 {
	bv := make([]asm.V128, vectors)
	for i := range bv {
		bv[i] = f.LetV128(b.Load(uint32(16 * i)))
	}
	return bv
}

// outerRow adds a times the row bv to acc.
func (g *generator) outerRow(f *asm.Func, a asm.V128, bv, acc []asm.V128) {
	av := f.LetV128(a)
	for i := range acc {
		acc[i].Set(g.madd(av, bv[i], acc[i]))
	}
}

// writeTile writes alpha*acc + beta*C + bias + residual from registers.
func (g *generator) writeTile(f *asm.Func, p product, acc [][]asm.V128) {
	f.If(p.alpha.Ne(asm.Float(1)), func() {
		alpha := f.LetV128(p.alpha.Splat())
		for _, row := range acc {
			for _, v := range row {
				v.Set(v.Mul(alpha))
			}
		}
	})
	f.If(p.beta.Ne(asm.Float(0)), func() {
		beta := f.LetV128(p.beta.Splat())
		eachRow(f, p.c, p.ldc, acc, func(c asm.I32, row []asm.V128) {
			for i, v := range row {
				v.Set(g.madd(beta, c.Load(uint32(16*i)), v))
			}
		})
	})
	f.If(p.bias, func() {
		bv := g.loadB(f, p.bias, len(acc[0]))
		for _, row := range acc {
			for i, v := range row {
				v.Set(v.Add(bv[i]))
			}
		}
	})
	f.If(p.residual, func() {
		eachRow(f, p.residual, p.ldr, acc, func(c asm.I32, row []asm.V128) {
			for i, v := range row {
				v.Set(v.Add(c.Load(uint32(16 * i))))
			}
		})
	})
	eachRow(f, p.c, p.ldc, acc, func(c asm.I32, row []asm.V128) {
		for i, v := range row {
			c.Store(uint32(16*i), v)
		}
	})
}

// eachRow visits the rows of acc with the address of each.
func eachRow(f *asm.Func, first, stride asm.I32, acc [][]asm.V128, visit func(at asm.I32, row []asm.V128)) {
	at := f.LetI32(first)
	for r, row := range acc {
		if r > 0 {
			at.Set(at.Add(stride))
		}
		visit(at, row)
	}
}

// writeEdge writes a tile of which only p.n columns exist, by way of p.edge.
func (g *generator) writeEdge(f *asm.Func, p product, acc [][]asm.V128, edge *asm.Func) {
	for r, row := range acc {
		for i, v := range row {
			p.edge.Store(uint32(16*(r*len(row)+i)), v)
		}
	}
	f.Call(edge, p.edge, asm.Int(int32(16*len(acc[0]))), asm.Int(int32(len(acc))), p.n,
		p.c, p.ldc, p.alpha, p.beta, p.bias, p.residual, p.ldr)
}

// edgeWriter is writeTile for a tile in memory, one column at a time, with the same roundings.
func (g *generator) edgeWriter() *asm.Func {
	return g.Func("edge", func(f *asm.Func) {
		tile, ldt, rows, cols := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		c, ldc := f.ParamI32(), f.ParamI32()
		alpha, beta := f.ParamF32(), f.ParamF32()
		bias, residual, ldr := f.ParamI32(), f.ParamI32(), f.ParamI32()
		j, v := f.I32(), f.V128()
		av, bv := f.LetV128(alpha.Splat()), f.LetV128(beta.Splat())
		cols.Set(floatBytes(cols))
		element := func(load func(asm.I32) asm.V128, store func(asm.I32)) {
			v.Set(load(tile.Add(j)).Mul(av))
			f.If(beta.Ne(asm.Float(0)), func() { v.Set(g.madd(bv, load(c.Add(j)), v)) })
			f.If(bias, func() { v.Set(v.Add(load(bias.Add(j)))) })
			f.If(residual, func() { v.Set(v.Add(load(residual.Add(j)))) })
			store(c.Add(j))
		}
		f.While(rows.Gt(asm.Int(0)), func() {
			f.For(j, asm.Int(0), cols.Sub(asm.Int(15)), 16, func() {
				element(func(at asm.I32) asm.V128 { return at.Load(0) }, func(at asm.I32) { at.Store(0, v) })
			})
			f.While(j.Lt(cols), func() {
				element(func(at asm.I32) asm.V128 { return at.LoadSplat(0) }, func(at asm.I32) { at.StoreLane(0, v, 0) })
				j.Set(j.Add(asm.Int(4)))
			})
			tile.Set(tile.Add(ldt))
			c.Set(c.Add(ldc))
			f.If(residual, func() { residual.Set(residual.Add(ldr)) })
			rows.Set(rows.Sub(asm.Int(1)))
		})
	})
}

// packA copies a strip of A into columns: out[k*rows+r] = A[r, k].
func (g *generator) packA() *asm.Func {
	return g.Func("packA", func(f *asm.Func) {
		a, rsA, csA := f.ParamI32(), f.ParamI32(), f.ParamI32()
		rows, k, out := f.ParamI32(), f.ParamI32(), f.ParamI32()
		left, at := f.I32(), f.I32()
		f.While(k.Gt(asm.Int(0)), func() {
			left.Set(rows)
			at.Set(a)
			f.If(rsA.Eq(asm.Int(4)), func() {
				f.While(left.Ge(asm.Int(4)), func() {
					out.Store(0, at.Load(0))
					out.Set(out.Add(asm.Int(16)))
					at.Set(at.Add(asm.Int(16)))
					left.Set(left.Sub(asm.Int(4)))
				})
			})
			f.While(left.Gt(asm.Int(0)), func() {
				out.StoreF32(0, at.LoadF32(0))
				out.Set(out.Add(asm.Int(4)))
				at.Set(at.Add(rsA))
				left.Set(left.Sub(asm.Int(1)))
			})
			a.Set(a.Add(csA))
			k.Set(k.Sub(asm.Int(1)))
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
			b.Set(b.Add(csB.Mul(width)))
			out.Set(out.Add(floatBytes(k.Mul(width))))
			n.Set(n.Sub(width))
		})
	})
}

// copyPanel packs cols contiguous columns.
func (g *generator) copyPanel(f *asm.Func, b, rsB, k, cols, width, out asm.I32) {
	from, to, left, j := f.LetI32(b), f.LetI32(out), f.LetI32(k), f.I32()
	full := f.LetI32(floatBytes(cols))
	padded := f.LetI32(floatBytes(width))
	f.While(left.Gt(asm.Int(0)), func() {
		f.For(j, asm.Int(0), full.Sub(asm.Int(15)), 16, func() { to.Add(j).Store(0, from.Add(j).Load(0)) })
		f.While(j.Lt(full), func() {
			to.Add(j).StoreF32(0, from.Add(j).LoadF32(0))
			j.Set(j.Add(asm.Int(4)))
		})
		f.While(j.Lt(padded), func() {
			to.Add(j).StoreF32(0, asm.Float(0))
			j.Set(j.Add(asm.Int(4)))
		})
		from.Set(from.Add(rsB))
		to.Set(to.Add(padded))
		left.Set(left.Sub(asm.Int(1)))
	})
}

// transposePanel packs cols columns of any stride; four by four where k is contiguous.
func (g *generator) transposePanel() *asm.Func {
	return g.Func("transposePanel", func(f *asm.Func) {
		b, rsB, csB := f.ParamI32(), f.ParamI32(), f.ParamI32()
		k, cols, out, width := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		padded := f.LetI32(floatBytes(width))
		from, to, left, j := f.I32(), f.I32(), f.I32(), f.I32()
		j.Set(asm.Int(0))
		f.If(rsB.Eq(asm.Int(4)), func() {
			f.While(j.Le(cols.Sub(asm.Int(4))), func() {
				from.Set(b)
				to.Set(out)
				left.Set(k)
				f.While(left.Ge(asm.Int(4)), func() {
					transpose4(f, from, csB, to, padded)
					from.Set(from.Add(asm.Int(16)))
					to.Set(to.Add(padded.Shl(2)))
					left.Set(left.Sub(asm.Int(4)))
				})
				f.While(left.Gt(asm.Int(0)), func() {
					for i := range 4 {
						to.StoreF32(uint32(4*i), from.Add(csB.Mul(asm.Int(int32(i)))).LoadF32(0))
					}
					from.Set(from.Add(asm.Int(4)))
					to.Set(to.Add(padded))
					left.Set(left.Sub(asm.Int(1)))
				})
				b.Set(b.Add(csB.Shl(2)))
				out.Set(out.Add(asm.Int(16)))
				j.Set(j.Add(asm.Int(4)))
			})
		})
		f.While(j.Lt(width), func() {
			from.Set(b)
			to.Set(out)
			left.Set(k)
			f.IfElse(j.Lt(cols), func() {
				f.While(left.Gt(asm.Int(0)), func() {
					to.StoreF32(0, from.LoadF32(0))
					from.Set(from.Add(rsB))
					to.Set(to.Add(padded))
					left.Set(left.Sub(asm.Int(1)))
				})
			}, func() {
				f.While(left.Gt(asm.Int(0)), func() {
					to.StoreF32(0, asm.Float(0))
					to.Set(to.Add(padded))
					left.Set(left.Sub(asm.Int(1)))
				})
			})
			b.Set(b.Add(csB))
			out.Set(out.Add(asm.Int(4)))
			j.Set(j.Add(asm.Int(1)))
		})
	})
}

// transpose4 reads four columns of four contiguous k and writes four rows.
func transpose4(f *asm.Func, from, stride, to, ldt asm.I32) {
	in := make([]asm.V128, 4)
	at := f.LetI32(from)
	for i := range in {
		in[i] = f.LetV128(at.Load(0))
		at.Set(at.Add(stride))
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
			at.Set(at.Add(ldt))
		}
		at.Store(0, v)
	}
}

// sgemm is C = alpha*A*B + beta*C + bias + residual with any strides; see kernels.All for the arguments.
func (g *generator) sgemm(strips map[shape]*asm.Func, packA, packB *asm.Func) {
	var drivers []*asm.Func
	for _, s := range shapes {
		drivers = append(drivers, g.driver(s, strips, packA, packB))
	}
	g.Export("sgemm", func(f *asm.Func) {
		which := f.ParamI32()
		p := driverParams(f)
		var cases []func()
		for _, d := range drivers {
			cases = append(cases, func() { f.Call(d, p.args()...) })
		}
		f.Switch(which, cases...)
	})
}

// driverArgs are sgemm's arguments after the shape: strides count elements.
type driverArgs struct {
	m, n, k       asm.I32
	alpha         asm.F32
	a, rsA, csA   asm.I32
	b, rsB, csB   asm.I32
	beta          asm.F32
	c, ldc        asm.I32
	bias          asm.I32
	residual, ldr asm.I32
	scratch       asm.I32
}

func driverParams(f *asm.Func) driverArgs {
	return driverArgs{
		m: f.ParamI32(), n: f.ParamI32(), k: f.ParamI32(),
		alpha: f.ParamF32(),
		a:     f.ParamI32(), rsA: f.ParamI32(), csA: f.ParamI32(),
		b: f.ParamI32(), rsB: f.ParamI32(), csB: f.ParamI32(),
		beta: f.ParamF32(),
		c:    f.ParamI32(), ldc: f.ParamI32(),
		bias:     f.ParamI32(),
		residual: f.ParamI32(), ldr: f.ParamI32(),
		scratch: f.ParamI32(),
	}
}

func (d driverArgs) args() []asm.Value {
	return []asm.Value{d.m, d.n, d.k, d.alpha, d.a, d.rsA, d.csA, d.b, d.rsB, d.csB,
		d.beta, d.c, d.ldc, d.bias, d.residual, d.ldr, d.scratch}
}

func (g *generator) driver(s shape, strips map[shape]*asm.Func, packA, packB *asm.Func) *asm.Func {
	return g.Func("driver", func(f *asm.Func) {
		d := driverParams(f)
		for _, stride := range []asm.I32{d.rsA, d.csA, d.rsB, d.csB, d.ldc, d.ldr} {
			stride.Set(floatBytes(stride))
		}
		width := asm.Int(int32(4 * s.vectors))
		pc, jc, ic := f.I32(), f.I32(), f.I32()
		kc, nc, mc := f.I32(), f.I32(), f.I32()
		pack := f.LetI32(d.csA.Ne(asm.Int(4)).And(
			d.rsA.Ne(asm.Int(4)).Or(d.csA.Ge(asm.Int(farColumns)))))
		f.Loop(func(blocks *asm.Label) {
			kc.Set(d.k.Sub(pc))
			kc.Set(kc.Min(asm.Int(blockK)))
			f.For(jc, asm.Int(0), d.n, blockN, func() {
				nc.Set(d.n.Sub(jc))
				nc.Set(nc.Min(asm.Int(blockN)))
				f.Call(packB, d.b.Add(pc.Mul(d.rsB)).Add(jc.Mul(d.csB)), d.rsB, d.csB, kc, nc,
					d.scratch.Add(asm.Int(packedB)), width)
				f.For(ic, asm.Int(0), d.m, int32(s.rows), func() {
					mc.Set(d.m.Sub(ic))
					mc.Set(mc.Min(asm.Int(int32(s.rows))))
					p := product{
						a: f.LetI32(d.a.Add(ic.Mul(d.rsA)).Add(pc.Mul(d.csA))), rsA: f.LetI32(d.rsA), csA: f.LetI32(d.csA),
						k: kc,
						b: d.scratch.Add(asm.Int(packedB)), stepB: width.Shl(2), panelB: floatBytes(kc.Mul(width)),
						n: nc,
						c: d.c.Add(ic.Mul(d.ldc)).Add(floatBytes(jc)), ldc: d.ldc,
						alpha: d.alpha, beta: d.beta,
						bias:     d.bias.Select(d.bias.Add(floatBytes(jc)), asm.Int(0)),
						residual: d.residual.Select(d.residual.Add(ic.Mul(d.ldr)).Add(floatBytes(jc)), asm.Int(0)),
						ldr:      d.ldr,
						edge:     d.scratch.Add(asm.Int(edgeTile)),
					}
					f.If(pack, func() {
						f.Call(packA, p.a, d.rsA, d.csA, mc, kc, d.scratch.Add(asm.Int(packedA)))
						p.a.Set(d.scratch.Add(asm.Int(packedA)))
						p.rsA.Set(asm.Int(4))
						p.csA.Set(floatBytes(mc))
					})
					var cases []func()
					for rows := 1; rows <= s.rows; rows++ {
						cases = append(cases, func() { f.Call(strips[shape{rows, s.vectors}], p.args()...) })
					}
					f.Switch(mc.Sub(asm.Int(1)), cases...)
				})
			})
			d.beta.Set(asm.Float(1))
			d.bias.Set(asm.Int(0))
			d.residual.Set(asm.Int(0))
			pc.Set(pc.Add(asm.Int(blockK)))
			blocks.BrIf(pc.Lt(d.k))
		})
	})
}
