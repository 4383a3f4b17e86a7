package main

import "cosinelab/engine/backend/simd/asm"

// association exports the discrepancy between the attention S and the Gaussian prior P of the Anomaly Transformer (Xu et
// al., ICLR 2022, equations 2 to 4), each row by itself: P_j = G_j / sum G, G_j = exp(-(i-j)^2 / (2 sigma^2)).
// With x = S+e, y = P+e and e = 1e-4, both divergences together are sum (S-P) ln(x/y).
func (g *generator) association() {
	g.associationForward()
	g.associationGrad()
}

const associationEpsilon = 1e-4

// prior computes one row of G, its sum, and the sum of (i-j)^2 G.
type prior struct {
	g       *generator
	f       *asm.Func
	exp     vectorFunc
	index   asm.V128 // of the four columns, as floats
	current asm.V128 // i
	factor  asm.V128 // -1/(2 sigma^2)
	row     asm.I32  // where G is written
	sum     asm.V128
	moment  asm.V128
}

func (g *generator) newPrior(f *asm.Func, first, row asm.I32) *prior {
	p := &prior{g: g, f: f, exp: g.newExpNegative(f), row: row,
		index: f.V128(), current: f.LetV128(first.Float().Splat()), factor: f.V128(), sum: f.V128(), moment: f.V128()}
	return p
}

// start goes back to the first column of a row with this sigma.
func (p *prior) start(sigma asm.F32) {
	p.factor.Set(asm.Float(-0.5).Div(sigma.Mul(sigma)).Splat())
	p.sum.Set(asm.Floats(0))
	p.moment.Set(asm.Floats(0))
}

// squares walks over the columns with (i-j)^2.
func (p *prior) squares(cols asm.I32, body func(l lanes, square asm.V128)) {
	four := p.f.LetV128(asm.Floats(4))
	p.index.Set(laneIndex())
	walk(p.f, cols, func(l lanes) {
		distance := p.f.LetV128(p.index.Sub(p.current))
		body(l, p.f.LetV128(distance.Mul(distance)))
		p.index.Set(p.index.Add(four))
	})
}

// write computes the row; afterwards sum is 1/sum G and moment the mean of (i-j)^2 under P.
func (p *prior) write(cols asm.I32, moment bool) {
	p.squares(cols, func(l lanes, square asm.V128) {
		e := p.exp(square.Mul(p.factor))
		l.store(p.row, e)
		e.Set(l.clear(e))
		p.sum.Set(p.sum.Add(e))
		if moment {
			p.moment.Set(p.g.madd(e, square, p.moment))
		}
	})
	p.sum.Set(asm.Floats(1).Div(total(p.f, p.sum).Splat()))
	if moment {
		p.moment.Set(total(p.f, p.moment).Splat().Mul(p.sum))
	}
}

// next moves on to the row below.
func (p *prior) next() { p.current.Set(p.current.Add(asm.Floats(1))) }

func (g *generator) associationForward() {
	g.Export("association", func(f *asm.Func) {
		count, cols, first := f.ParamI32(), f.ParamI32(), f.ParamI32()
		params := rowParams(f, 3)
		scale := f.ParamF32()
		buffer := f.ParamI32()
		r := params()
		s, sigma, d := r[0].at, r[1].at, r[2].at
		p := g.newPrior(f, first, buffer)
		log := g.newLogNormal(f)
		epsilon := f.LetV128(asm.Floats(associationEpsilon))
		sum := f.V128()
		each(f, count, r, func() {
			p.start(sigma.LoadF32(0))
			p.write(cols, false)
			sum.Set(asm.Floats(0))
			walk(f, cols, func(l lanes) {
				pv, sv := f.LetV128(l.load(buffer).Mul(p.sum)), l.load(s)
				ratio := log(f.LetV128(sv.Add(epsilon).Div(pv.Add(epsilon))))
				sum.Set(g.madd(sv.Sub(pv), ratio, sum))
			})
			d.StoreF32(0, d.LoadF32(0).Add(scale.Mul(total(f, sum))))
			p.next()
		})
	})
}

// associationGrad exports both gradients of a row: that of S with P fixed, gs (ln(x/y) + (S-P)/x), and that of sigma
// with S fixed, through dP = -gp (ln(x/y) + (S-P)/y) and the normalisation of P:
// dsigma = (sum dP P (i-j)^2 - sum dP P * sum P (i-j)^2) / sigma^3.
func (g *generator) associationGrad() {
	g.Export("association_grad", func(f *asm.Func) {
		count, cols, first := f.ParamI32(), f.ParamI32(), f.ParamI32()
		params := rowParams(f, 6)
		add := f.ParamI32()
		buffer := f.ParamI32()
		r := params()
		s, sigma, gs, gp, ds, dsigma := r[0].at, r[1].at, r[2].at, r[3].at, r[4].at, r[5].at
		p := g.newPrior(f, first, buffer)
		log := g.newLogNormal(f)
		epsilon, one := f.LetV128(asm.Floats(associationEpsilon)), f.LetV128(asm.Floats(1))
		weight, flow, flowMoment := f.V128(), f.V128(), f.V128()
		each(f, count, r, func() {
			p.start(sigma.LoadF32(0))
			p.write(cols, true)
			weight.Set(gs.LoadSplat(0))
			flow.Set(asm.Floats(0))
			flowMoment.Set(asm.Floats(0))
			p.squares(cols, func(l lanes, square asm.V128) {
				pv, sv := f.LetV128(l.load(buffer).Mul(p.sum)), l.load(s)
				x, y := f.LetV128(sv.Add(epsilon)), f.LetV128(pv.Add(epsilon))
				inverse := f.LetV128(one.Div(x.Mul(y))) // one division serves x/y, 1/x and 1/y
				ratio := log(f.LetV128(x.Mul(x).Mul(inverse)))
				difference := f.LetV128(sv.Sub(pv).Mul(inverse))
				grad := f.LetV128(g.madd(difference, y, ratio).Mul(weight))
				f.If(add, func() { grad.Set(grad.Add(l.load(ds))) })
				l.store(ds, grad)
				dp := f.LetV128(g.madd(difference, x, ratio).Mul(pv))
				flow.Set(flow.Add(dp))
				flowMoment.Set(g.madd(dp, square, flowMoment))
			})
			slope := f.LetF32(total(f, flow).Mul(p.moment.Lane(0)).Sub(total(f, flowMoment)))
			width := f.LetF32(sigma.LoadF32(0))
			dsigma.StoreF32(0, slope.Mul(gp.LoadF32(0)).Div(width.Mul(width).Mul(width)))
			p.next()
		})
	})
}
