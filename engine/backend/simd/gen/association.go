package main

import (
	"math"

	"cosinelab/engine/backend/simd/asm"
)

// association exports the discrepancy between the attention S and the Gaussian prior P of the Anomaly
// Transformer (Xu et al., ICLR 2022, equations 2 to 4), each row by itself: P_j = G_j / sum G, G_j =
// exp(-(i-j)^2 / (2 sigma^2)). With x = S+e, y = P+e and e = 1e-4, both divergences together are sum (S-P)
// ln(x/y).
func (g *generator) association() {
	g.associationForward()
	g.associationGrad()
}

const (
	associationEpsilon = 1e-4
	// priorReach times sigma is the distance from which on G is 0 in float32: sqrt(2 * 125.5 ln 2), rounded
	// up.
	priorReach = 13.2
)

// prior computes one row of G, its sum, and the sum of (i-j)^2 G.
type prior struct {
	g           *generator
	f           *asm.Func
	exp         vectorFunc
	index       asm.V128 // of the four columns, as floats
	current     asm.I32  // i
	position    asm.V128 // i as floats
	factor      asm.V128 // -1/(2 sigma^2)
	low, high   asm.I32  // columns outside [low, high) have G = 0
	row         asm.I32  // where G is written
	sum, moment asm.V128
}

func (g *generator) newPrior(f *asm.Func, first, row asm.I32) *prior {
	return &prior{g: g, f: f, exp: g.newExpNegative(f), row: row, current: first,
		index: f.V128(), position: f.V128(), factor: f.V128(), low: f.I32(), high: f.I32(), sum: f.V128(),
		moment: f.V128()}
}

// start prepares a row with this sigma.
func (p *prior) start(sigma asm.F32, cols asm.I32) {
	sigma = p.f.LetF32(sigma)
	p.position.Set(p.current.Float().Splat())
	p.factor.Set(asm.Float(-0.5).Div(sigma.Mul(sigma)).Splat())
	p.sum.Set(asm.Floats(0))
	p.moment.Set(asm.Floats(0))
	signed := p.f.LetI32(sigma.Mul(asm.Float(priorReach)).Int())
	reach := p.f.LetI32(signed.Max(asm.Int(0).Sub(signed)).Min(cols).Add(asm.Int(1)))
	p.low.Set(p.current.Sub(reach).Max(asm.Int(0)).And(asm.Int(-4)))
	p.high.Set(p.current.Add(reach).Add(asm.Int(1)).Min(cols))
}

// squares walks over the columns from first to end with (i-j)^2.
func (p *prior) squares(first, end asm.I32, body func(l lanes, square asm.V128)) {
	four := p.f.LetV128(asm.Floats(4))
	p.index.Set(first.Float().Splat().Add(laneIndex()).Sub(p.position))
	walkFrom(p.f, first, end, func(l lanes) {
		body(l, p.f.LetV128(p.index.Mul(p.index)))
		p.index.Inc(four)
	})
}

// write computes the row; afterwards sum is 1/sum G and moment the mean of (i-j)^2 under P.
func (p *prior) write(cols asm.I32) {
	zero := p.f.LetV128(asm.Floats(0))
	walk(p.f, cols, func(l lanes) { l.store(p.row, zero) })
	p.squares(p.low, p.high, func(l lanes, square asm.V128) {
		e := p.exp(square.Mul(p.factor))
		l.store(p.row, e)
		e.Set(l.clear(e))
		p.sum.Inc(e)
		p.moment.Set(p.g.madd(e, square, p.moment))
	})
	p.sum.Set(asm.Floats(1).Div(total(p.f, p.sum)))
	p.moment.Set(total(p.f, p.moment).Mul(p.sum))
}

// next moves on to the row below.
func (p *prior) next() { p.current.Inc(asm.Int(1)) }

// newLogRatio is ln(x/y) for positive normal x and y. With z = y 2^n within a factor 1.51 of x and s =
// (x-z)/(x+z), it is n ln 2 + 2 atanh(s): one division and a short series, where x-z is exact. The series is
// fitted for |s| <= 0.2005, relative error 2^-28.
func (g *generator) newLogRatio(f *asm.Func) func(x, y asm.V128) asm.V128 {
	half := f.LetV128(asm.Bits(1 << 22))
	ln2, two := f.LetV128(asm.Floats(math.Ln2)), f.LetV128(asm.Floats(2))
	series := g.polynomial(f, 0.6666695, 0.39957473, 0.30368438)
	return func(x, y asm.V128) asm.V128 {
		n := f.LetV128(x.IntSub(y).IntAdd(half).IntShr(23)) // bits of a float are nearly its logarithm
		z := f.LetV128(y.IntAdd(n.IntShl(23)))
		s := f.LetV128(x.Sub(z).Div(x.Add(z)))
		square := f.LetV128(s.Mul(s))
		slope := f.LetV128(g.madd(square, series(square), two))
		return f.LetV128(g.madd(s, slope, n.IntToFloat().Mul(ln2)))
	}
}

func (g *generator) associationForward() {
	g.Export("association", func(f *asm.Func) {
		count, cols, first := f.ParamI32(), f.ParamI32(), f.ParamI32()
		r := rowParams(f, 3)
		scale := f.ParamF32()
		buffer := f.ParamI32()
		s, sigma, d := r[0].at, r[1].at, r[2].at
		p, logRatio := g.newPrior(f, first, buffer), g.newLogRatio(f)
		epsilon := f.LetV128(asm.Floats(associationEpsilon))
		sum := f.V128()
		each(f, count, r, func() {
			p.start(sigma.LoadF32(0), cols)
			p.write(cols)
			sum.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				pv, sv := f.LetV128(l.load(buffer).Mul(p.sum)), l.load(s)
				ratio := logRatio(f.LetV128(sv.Add(epsilon)), f.LetV128(pv.Add(epsilon)))
				sum.Set(g.madd(sv.Sub(pv), ratio, sum))
			})
			d.StoreF32(0, d.LoadF32(0).Add(scale.Mul(total(f, sum).Lane(0))))
			p.next()
		})
	})
}

// associationGrad exports the divergence once more and both gradients of a row: that of S with P fixed, gs
// (ln(x/y) + (S-P)/x), and that of sigma with S fixed, through dP = -gp (ln(x/y) + (S-P)/y) and the
// normalisation of P: dsigma = (sum dP P (i-j)^2 - sum dP P * sum P (i-j)^2) / sigma^3.
func (g *generator) associationGrad() {
	g.Export("association_grad", func(f *asm.Func) {
		count, cols, first := f.ParamI32(), f.ParamI32(), f.ParamI32()
		r := rowParams(f, 7)
		scale := f.ParamF32()
		add, buffer := f.ParamI32(), f.ParamI32()
		s, sigma, d, gs, gp, ds, dsigma := r[0].at, r[1].at, r[2].at, r[3].at, r[4].at, r[5].at, r[6].at
		p, logRatio := g.newPrior(f, first, buffer), g.newLogRatio(f)
		epsilon, one := f.LetV128(asm.Floats(associationEpsilon)), f.LetV128(asm.Floats(1))
		wanted := f.LetI32(d)
		weight, sum, flow, flowMoment := f.V128(), f.V128(), f.V128(), f.V128()
		each(f, count, r, func() {
			p.start(sigma.LoadF32(0), cols)
			p.write(cols)
			weight.Set(gs.LoadSplat(0))
			for _, v := range []asm.V128{sum, flow, flowMoment} {
				v.Set(asm.Floats(0))
			}
			p.squares(asm.Int(0), cols, func(l lanes, square asm.V128) {
				pv, sv := f.LetV128(l.load(buffer).Mul(p.sum)), l.load(s)
				x, y := f.LetV128(sv.Add(epsilon)), f.LetV128(pv.Add(epsilon))
				ratio := logRatio(x, y)
				difference := f.LetV128(sv.Sub(pv))
				sum.Set(g.madd(difference, ratio, sum))
				difference.Set(difference.Mul(one.Div(x.Mul(y)))) // one division serves 1/x and 1/y
				grad := f.LetV128(g.madd(difference, y, ratio).Mul(weight))
				f.If(add, func() { grad.Inc(l.load(ds)) })
				l.store(ds, grad)
				dp := f.LetV128(g.madd(difference, x, ratio).Mul(pv))
				flow.Inc(dp)
				flowMoment.Set(g.madd(dp, square, flowMoment))
			})
			f.If(wanted, func() { d.StoreF32(0, d.LoadF32(0).Add(scale.Mul(total(f, sum).Lane(0)))) })
			slope := f.LetF32(total(f, flow).Mul(p.moment).Sub(total(f, flowMoment)).Lane(0))
			width := f.LetF32(sigma.LoadF32(0))
			dsigma.StoreF32(0, slope.Mul(gp.LoadF32(0)).Div(width.Mul(width).Mul(width)))
			p.next()
		})
	})
}
