package main

import "cosinelab/engine/backend/simd/asm"

// The product is blocked as in Goto & van de Geijn, "Anatomy of high-performance matrix multiplication"
// (2008): a block of B is packed into panels of one tile's width; one strip of A, a tile's height, passes
// over all of them while it stays in the first-level cache. A is read in place where its rows or columns are
// contiguous.
//
// The depth of a block is the same for all shapes: it decides the order of the additions, hence the bits of
// the result.
const (
	// depth of a packed block of B: a panel of 8 columns and a strip of 6 rows take 14 KiB of the first-level
	// cache
	blockK = 256
	// columns of a packed block of B, a multiple of every tile width: the block takes 192 KiB of the second
	// level
	blockN = 192
	maxMR  = 8  // rows of the tallest tile
	maxNR  = 12 // columns of the widest tile
)

// Offsets in the scratch memory, in bytes.
const (
	packedB     = 0
	packedA     = packedB + 4*blockK*blockN
	edgeTile    = packedA + 4*blockK*maxMR
	gemmScratch = edgeTile + 4*maxMR*maxNR
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
	beta             asm.F32
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
		beta:     f.ParamF32(),
		bias:     f.ParamI32(),
		residual: f.ParamI32(), ldr: f.ParamI32(),
		edge: f.ParamI32(),
	}
}

func (p product) args() []asm.Value {
	return []asm.Value{p.a, p.rsA, p.csA, p.k, p.b, p.stepB, p.panelB, p.n, p.c, p.ldc,
		p.beta, p.bias, p.residual, p.ldr, p.edge}
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
	g.products(strips, g.packA(), g.packB())
}

// strip multiplies a strip of s.rows rows of A with all panels of B. It is one function per height, because
// the tile's size must be known to be kept in registers; it visits all panels itself, because a call per tile
// would cost as much as a short product.
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
			p.b.Inc(p.panelB)
			p.c.Inc(asm.Int(4 * width))
			p.n.Dec(asm.Int(width))
			f.If(p.bias, func() { p.bias.Inc(asm.Int(4 * width)) })
			f.If(p.residual, func() { p.residual.Inc(asm.Int(4 * width)) })
		})
	})
}

// rowsLoop accumulates over k with one pointer per row of A. Four k a round share the pointers' additions,
// which would otherwise compete with the multiply-adds for issue slots.
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
		b.Inc(p.stepB)
		for r := range acc {
			g.outerRow(f, rows[r].LoadSplat(4*k), bv, acc[r])
		}
	}
	advance := func(count int32) {
		for _, a := range rows {
			a.Inc(asm.Int(4 * count))
		}
	}
	const unroll = 4
	left := f.LetI32(p.k)
	f.Repeat(left, unroll, func() {
		for k := range uint32(unroll) {
			step(k)
		}
		advance(unroll)
	})
	f.Repeat(left, 1, func() {
		step(0)
		advance(1)
	})
}

// columnsLoop accumulates over k with the rows of A next to each other: A transposed, or packed.
func (g *generator) columnsLoop(f *asm.Func, p product, acc [][]asm.V128) {
	a, b, left := f.LetI32(p.a), f.LetI32(p.b), f.LetI32(p.k)
	step := func() {
		bv := g.loadB(f, b, len(acc[0]))
		b.Inc(p.stepB)
		for r := range acc {
			g.outerRow(f, a.LoadSplat(uint32(4*r)), bv, acc[r])
		}
		a.Inc(p.csA)
	}
	f.Repeat(left, 2, func() {
		step()
		step()
	})
	f.If(left, step)
}

// loadB loads one row of a panel. Engines keep the order in which loads are written, so this is the schedule:
// the row of B first, then each element of A right before the multiply-adds that use it.
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

// writeTile writes acc + beta*C + bias + residual from registers. What is absent is skipped tile by tile: the
// branches are the same all along and cost nothing.
func (g *generator) writeTile(f *asm.Func, p product, acc [][]asm.V128) {
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
				v.Inc(bv[i])
			}
		}
	})
	f.If(p.residual, func() {
		eachRow(f, p.residual, p.ldr, acc, func(c asm.I32, row []asm.V128) {
			for i, v := range row {
				v.Inc(c.Load(uint32(16 * i)))
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
			at.Inc(stride)
		}
		visit(at, row)
	}
}

// writeEdge writes a tile of which only p.n columns exist: from registers where they are whole vectors, else
// by way of p.edge.
func (g *generator) writeEdge(f *asm.Func, p product, acc [][]asm.V128, edge *asm.Func) {
	write := func() {
		for r, row := range acc {
			for i, v := range row {
				p.edge.Store(uint32(16*(r*len(row)+i)), v)
			}
		}
		f.Call(edge, p.edge, asm.Int(int32(16*len(acc[0]))), asm.Int(int32(len(acc))), p.n,
			p.c, p.ldc, p.beta, p.bias, p.residual, p.ldr)
	}
	for vectors := 1; vectors < len(acc[0]); vectors++ {
		otherwise := write
		write = func() {
			f.IfElse(p.n.Eq(asm.Int(int32(4*vectors))),
				func() { g.writeTile(f, p, firstVectors(acc, vectors)) }, otherwise)
		}
	}
	write()
}

// firstVectors is the first vectors of each row of a tile.
func firstVectors(acc [][]asm.V128, vectors int) [][]asm.V128 {
	first := make([][]asm.V128, len(acc))
	for r, row := range acc {
		first[r] = row[:vectors]
	}
	return first
}

// edgeWriter is writeTile for a tile in memory, one column at a time, with the same roundings.
func (g *generator) edgeWriter() *asm.Func {
	return g.Func("edge", func(f *asm.Func) {
		tile, ldt, rows, cols := f.ParamI32(), f.ParamI32(), f.ParamI32(), f.ParamI32()
		c, ldc := f.ParamI32(), f.ParamI32()
		beta := f.ParamF32()
		bias, residual, ldr := f.ParamI32(), f.ParamI32(), f.ParamI32()
		j, v := f.I32(), f.V128()
		bv := f.LetV128(beta.Splat())
		cols.Set(floatBytes(cols))
		element := func(load func(asm.I32) asm.V128, store func(asm.I32)) {
			v.Set(load(tile.Add(j)))
			f.If(beta.Ne(asm.Float(0)), func() { v.Set(g.madd(bv, load(c.Add(j)), v)) })
			f.If(bias, func() { v.Inc(load(bias.Add(j))) })
			f.If(residual, func() { v.Inc(load(residual.Add(j))) })
			store(c.Add(j))
		}
		f.Repeat(rows, 1, func() {
			f.For(j, asm.Int(0), cols.Sub(asm.Int(15)), 16, func() {
				element(func(at asm.I32) asm.V128 { return at.Load(0) }, func(at asm.I32) { at.Store(0, v) })
			})
			f.While(j.Lt(cols), func() {
				element(func(at asm.I32) asm.V128 { return at.LoadSplat(0) },
					func(at asm.I32) { at.StoreLane(0, v, 0) })
				j.Inc(asm.Int(4))
			})
			tile.Inc(ldt)
			c.Inc(ldc)
			f.If(residual, func() { residual.Inc(ldr) })
		})
	})
}
