package main

import (
	"math"

	"cosinelab/engine/backend/simd/asm"
)

// Functions of a vector come in two steps: newExp(f) puts the constants into variables, before the loop, and
// returns the function to call inside it. Coefficients are minimax fits of the relative error on the interval
// given, rounded to float32; the errors of the whole functions are in the tests' table.

type vectorFunc func(x asm.V128) asm.V128

// polynomial evaluates coefficients, lowest first, by Horner's rule.
func (g *generator) polynomial(f *asm.Func, coefficients ...float32) vectorFunc {
	c := make([]asm.V128, len(coefficients))
	for i, v := range coefficients {
		c[i] = f.LetV128(asm.Floats(v))
	}
	return func(x asm.V128) asm.V128 {
		p := f.LetV128(c[len(c)-1])
		for i := len(c) - 2; i >= 0; i-- {
			p.Set(g.madd(p, x, c[i]))
		}
		return p
	}
}

// expParts splits e^x = (1 + q) * 2^n with |ln(1+q)| <= ln(2)/2 (Cody & Waite, "Software Manual for the
// Elementary Functions", 1980). The reduced argument r is x - n ln 2 in two steps; n is found by adding
// 1.5*2^23, which leaves it in the low bits of shifted.
type expParts struct {
	g                             *generator
	f                             *asm.Func
	low, high                     asm.V128
	log2e, magic, ln2high, ln2low asm.V128
	tail                          vectorFunc
	bias                          asm.V128
}

const (
	ln2High = 0.693359375    // the first 10 bits of ln 2, so that n*ln2High is exact
	ln2Low  = -2.12194440e-4 // the rest
	expLow  = -87.6          // below it the result is 0
	expHigh = 89             // above it the result is +Inf
)

func (g *generator) newExpParts(f *asm.Func) *expParts {
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	return &expParts{
		g: g, f: f,
		low: constant(expLow), high: constant(expHigh),
		log2e: constant(math.Log2E), magic: constant(3 << 22),
		ln2high: constant(ln2High), ln2low: constant(ln2Low),
		// (e^r - 1 - r) / r^2 on [-0.347, 0.347], relative error of e^r - 1: 2^-26
		tail: g.polynomial(f, 0.49999997, 0.16666543, 0.0416672, 0.00836658, 0.00138825),
		bias: f.LetV128(asm.Bits(126 << 23)),
	}
}

// split returns q and half of the scale 2^n: half, because 2^128 is not a float32 although e^x below it is.
func (e *expParts) split(x asm.V128) (q, halfScale asm.V128) {
	g, f := e.g, e.f
	shifted := f.LetV128(g.madd(x, e.log2e, e.magic))
	n := f.LetV128(shifted.Sub(e.magic))
	r := f.LetV128(g.nmadd(n, e.ln2high, x))
	r.Set(g.nmadd(n, e.ln2low, r))
	q = f.LetV128(g.madd(r.Mul(r), e.tail(r), r))
	return q, f.LetV128(shifted.IntShl(23).IntAdd(e.bias))
}

// newExp is e^x; results below 2^-125.5 are 0, since the half scale below the smallest normal number is
// encoded as 0.
func (g *generator) newExp(f *asm.Func) vectorFunc {
	e := g.newExpParts(f)
	one := f.LetV128(asm.Floats(1))
	return func(x asm.V128) asm.V128 {
		q, half := e.split(f.LetV128(x.Pmax(e.low).Pmin(e.high)))
		q.Inc(one)
		return f.LetV128(q.Add(q).Mul(half))
	}
}

// newExpNegative is newExp for x <= 0, which cannot overflow.
func (g *generator) newExpNegative(f *asm.Func) vectorFunc {
	e := g.newExpParts(f)
	one := f.LetV128(asm.Floats(1))
	return func(x asm.V128) asm.V128 {
		q, half := e.split(f.LetV128(x.Pmax(e.low)))
		q.Inc(one)
		return f.LetV128(q.Add(q).Mul(half))
	}
}

// newExp2Negative is 2^x for x <= 0, or above by a rounding: 2^x = 2^n 2^r with |r| <= 1/2. It is for
// softmax, which needs no more than its relative error of 2^-21; results below 2^-126 are 0.
func (g *generator) newExp2Negative(f *asm.Func) vectorFunc {
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	low, magic, bias := constant(-127), constant(3<<22), f.LetV128(asm.Bits(127<<23))
	power := g.polynomial(f, 1, 0.693142831325531, 0.24022351205348969, 0.05557400360703468,
		0.009666282683610916, 0.0011125507298856974)
	return func(x asm.V128) asm.V128 {
		x = f.LetV128(x.Pmax(low))
		shifted := f.LetV128(x.Add(magic))
		r := f.LetV128(x.Sub(shifted.Sub(magic)))
		return f.LetV128(power(r).Mul(shifted.IntShl(23).IntAdd(bias)))
	}
}

// logTail is (ln(1+f) - f + f^2/2) / f^3 on [-0.293, 0.414], relative error of the logarithm 2^-27.
func (g *generator) logTail(f *asm.Func) vectorFunc {
	return g.polynomial(f, 0.33333331, -0.25000823, 0.20001227, -0.16623357, 0.14201762, -0.13160194,
		0.1276155, -0.0763443)
}

// newLog1pSmall is n ln 2 + ln(1+x) for x in [-0.293, 0.414].
func (g *generator) newLog1pSmall(f *asm.Func) func(x, n asm.V128) asm.V128 {
	tail := g.logTail(f)
	half := f.LetV128(asm.Floats(0.5))
	high, low := f.LetV128(asm.Floats(ln2High)), f.LetV128(asm.Floats(ln2Low))
	return func(x, n asm.V128) asm.V128 {
		x, n = f.LetV128(x), f.LetV128(n)
		square := f.LetV128(x.Mul(x))
		y := f.LetV128(square.Mul(x).Mul(tail(x)))
		y.Set(g.madd(n, low, y))
		y.Set(g.nmadd(half, square, y))
		y.Inc(x)
		return f.LetV128(g.madd(n, high, y))
	}
}

// newLogNormal is ln x for finite x >= 2^-126: x = (1+m) 2^n with 1+m in [sqrt(1/2), sqrt(2)).
func (g *generator) newLogNormal(f *asm.Func) vectorFunc {
	log1p := g.newLog1pSmall(f)
	root := f.LetV128(asm.Bits(0x3f3504f3)) // sqrt(1/2)
	mantissa := f.LetV128(asm.Bits(1<<23 - 1))
	one := f.LetV128(asm.Floats(1))
	return func(x asm.V128) asm.V128 {
		bits := f.LetV128(x.IntSub(root))
		n := bits.IntShr(23).IntToFloat()
		m := bits.And(mantissa).IntAdd(root).Sub(one)
		return log1p(m, n)
	}
}

// newLog is ln x for every x: NaN below 0, -Inf at 0.
func (g *generator) newLog(f *asm.Func) vectorFunc {
	log := g.newLogNormal(f)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	smallest, up, lift := constant(0x1p-126), constant(1<<24), constant(24*math.Ln2)
	zero, infinity := constant(0), constant(float32(math.Inf(1)))
	return func(x asm.V128) asm.V128 {
		x = f.LetV128(x)
		denormal := f.LetV128(x.Lt(smallest))
		y := f.LetV128(log(f.LetV128(denormal.Select(x.Mul(up), x))))
		y.Dec(denormal.And(lift))
		y.Set(x.Eq(infinity).Select(x, y))
		y.Set(x.Eq(zero).Select(infinity.Neg(), y))
		return f.LetV128(y.Or(x.Ge(zero).Not()))
	}
}

// newTanh is E/(E+2) with E = e^(2|x|) - 1, which keeps small x exact. Beyond |x| = 10 the result is 1 in
// float32.
func (g *generator) newTanh(f *asm.Func) vectorFunc {
	e := g.newExpParts(f)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	limit, two, one := constant(10), constant(2), constant(1)
	sign := f.LetV128(asm.Bits(1 << 31))
	return func(x asm.V128) asm.V128 {
		x = f.LetV128(x)
		size := f.LetV128(x.AndNot(sign).Pmin(limit))
		q, half := e.split(f.LetV128(size.Add(size)))
		scale := f.LetV128(half.Add(half))
		big := f.LetV128(g.madd(scale, q, scale.Sub(one)))
		return f.LetV128(big.Div(big.Add(two)).Or(x.And(sign)))
	}
}

// newSigmoid is 1/(1 + e^-x); an infinite exponential gives the 0 that is due.
func (g *generator) newSigmoid(f *asm.Func) vectorFunc {
	exp := g.newExp(f)
	one := f.LetV128(asm.Floats(1))
	return func(x asm.V128) asm.V128 {
		return f.LetV128(one.Div(exp(f.LetV128(x.Neg())).Add(one)))
	}
}

// newSoftplus is ln(1 + e^x) = max(x, 0) + ln(1+u), u = e^-|x|.
func (g *generator) newSoftplus(f *asm.Func) vectorFunc {
	exp, log1p := g.newExpNegative(f), g.newLog1pSmall(f)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	zero, half, one, split := constant(0), constant(0.5), constant(1), constant(math.Sqrt2-1)
	return func(x asm.V128) asm.V128 {
		x = f.LetV128(x)
		u := exp(f.LetV128(x.Abs().Neg()))
		large := f.LetV128(u.Gt(split))
		// 1+u = 2 (1 + (u-1)/2), exact either way
		m := large.Select(u.Sub(one).Mul(half), u)
		return f.LetV128(log1p(m, large.And(one)).Add(x.Pmax(zero)))
	}
}

// newErf is the error function: 1 - 2*lower tail, or x times a polynomial in x^2 where |x| < 1 and the
// difference would lose digits.
func (g *generator) newErf(f *asm.Func) vectorFunc {
	tail := g.newNormalTail(f)
	near := g.polynomial(f, 1.1283791, -0.37612626, 0.11283582, -0.026853725, 0.0051881857, -0.00080090726,
		7.8504447e-05)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	root, one, sign := constant(math.Sqrt2), constant(1), f.LetV128(asm.Bits(1<<31))
	return func(x asm.V128) asm.V128 {
		x = f.LetV128(x)
		small := f.LetV128(x.Mul(near(f.LetV128(x.Mul(x)))))
		p, _ := tail(f.LetV128(x.Abs().Mul(root)))
		large := f.LetV128(one.Sub(p.Add(p)).Or(x.And(sign)))
		return f.LetV128(x.Abs().Lt(one).Select(small, large))
	}
}

// newNormalTail serves the error function and GELU: one exponential gives both the distribution and the
// density. It is, for x >= 0, the lower tail of the normal distribution Phi(-x) = e^(-x^2/2) t S(t), t = 1/(1
// + 0.35 x), and e^(-x^2/2). S is fitted for x in [0, 14], relative error 2^-24.9.
func (g *generator) newNormalTail(f *asm.Func) func(x asm.V128) (tail, bell asm.V128) {
	exp := g.newExpNegative(f)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	one, p, minusHalf := constant(1), constant(0.35), constant(-0.5)
	series := g.polynomial(f, 0.1396214, 0.13986187, 0.11983285, 0.10550809, -0.02311007, 0.1591746,
		-0.25571463, 0.1439719, -0.029145975)
	return func(x asm.V128) (asm.V128, asm.V128) {
		t := f.LetV128(one.Div(g.madd(x, p, one)))
		bell := exp(f.LetV128(x.Mul(x).Mul(minusHalf)))
		return f.LetV128(bell.Mul(t).Mul(series(t))), bell
	}
}

// newGELU is x*Phi(x) and its derivative Phi(x) + x*phi(x), the exact form.
func (g *generator) newGELU(f *asm.Func) func(x asm.V128) (value, derivative asm.V128) {
	tail := g.newNormalTail(f)
	constant := func(v float32) asm.V128 { return f.LetV128(asm.Floats(v)) }
	one, zero, density := constant(1), constant(0), constant(1/math.Sqrt2/1.7724538509055159)
	limit := constant(14) // the bell is 0 beyond it
	return func(x asm.V128) (asm.V128, asm.V128) {
		x = f.LetV128(x)
		lower, bell := tail(f.LetV128(x.Abs()))
		phi := f.LetV128(x.Lt(zero).Select(lower, one.Sub(lower)))
		// -Inf*0 would be NaN
		bounded := f.LetV128(x.Pmax(limit.Neg()))
		value := f.LetV128(bounded.Mul(phi))
		slope := f.LetV128(bounded.Pmin(limit).Mul(bell))
		return value, f.LetV128(g.madd(slope, density, phi))
	}
}
