package portable

import "math"

// The functions of this file take and return float32 values but compute in float64, where short polynomials
// suffice and no care for rounding is needed; that is several times faster in WebAssembly than package math.
// Their errors, in units of the result's last place, as the tests measure: exp, log, sigmoid 0.51, softplus
// 0.55, tanh 0.6, gelu 0.7, and 2 in its left tail down to -12. The slope of gelu is within 7e-8.

// expTable holds the bits of 2^(j/64) less those of j/64 of an exponent step, so that adding n<<46 for n =
// 64k+j gives 2^(n/64).
var expTable = func() (t [64]uint64) {
	for j := range t {
		t[j] = math.Float64bits(math.Exp2(float64(j)/64)) - uint64(j)<<46
	}
	return
}()

// exp is e^x for -700 < x < 700, relative error 4e-11. NaN stays.
func exp(x float64) float64 {
	// Adding 1.5 * 2^52 rounds to an integer, which then stands in the low bits.
	const round = 3 << 51
	t := x*(64/math.Ln2) + round
	n := math.Float64bits(t)
	r := x - (t-round)*(math.Ln2/64)
	return math.Float64frombits(expTable[n&63]+n<<46) * (1 + r*(1+r*(0.5+r*(1.0/6))))
}

// clampExp brings x to where exp works and the float32 result has long overflowed or vanished.
func clampExp(x float64) float64 {
	if x > 200 {
		return 200
	}
	if x < -200 {
		return -200
	}
	return x
}

// logCell is c, a point of [1, 2): 1/c and ln(c).
type logCell struct{ inverse, log float64 }

var logTable = func() (t [128]logCell) {
	for j := range t {
		c := 1 + float64(j)/128
		t[j] = logCell{1 / c, math.Log(c)}
	}
	return
}()

// logAll overwrites numbers by their logarithms, relative error 1e-10: x = 2^k c (1+r), where c is the
// nearest of 128 points. Numbers near 1 have k = 0 and c = 1, so that nothing cancels.
func logAll(x []float64) {
	for i, v := range x {
		if !(v >= smallest && v <= math.MaxFloat64) {
			x[i] = logEdge(v)
			continue
		}
		b := math.Float64bits(v)
		n := b + 1<<44
		k := int64(n>>52) - 1023
		cell := &logTable[n>>45&127]
		r := math.Float64frombits(b-uint64(k)<<52)*cell.inverse - 1
		x[i] = float64(k)*math.Ln2 + cell.log + r*(1-r*(0.5-r*(1.0/3-r*0.25)))
	}
}

// logEdge is for what is zero, negative, subnormal, infinite or NaN. A call keeps it out of the loop's way.
//
//go:noinline
func logEdge(x float64) float64 { return math.Log(x) }

// smallest is the smallest normal float64.
const smallest = 0x1p-1022

func expRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(exp(clampExp(float64(v))))
	}
}

// block is how many elements at a time go through float64 in several passes.
const block = 64

func logRow(out, x []float32, _ float32) {
	var buf [block]float64
	for len(x) > 0 {
		b := buf[:min(block, len(x))]
		for i := range b {
			b[i] = float64(x[i])
		}
		logAll(b)
		for i, v := range b {
			out[i] = float32(v)
		}
		out, x = out[len(b):], x[len(b):]
	}
}

// tanhRow is m/(m+2) with m = e^2x - 1 = t (1+q) - 1, where t is the table's share, exactly 1 near 0, and q
// the rest.
func tanhRow(out, x []float32, _ float32) {
	const round = 3 << 51
	out = out[:len(x)]
	for i, v := range x {
		y := clampExp(2 * float64(v))
		n := y*(64/math.Ln2) + round
		bits := math.Float64bits(n)
		r := y - (n-round)*(math.Ln2/64)
		t := math.Float64frombits(expTable[bits&63] + bits<<46)
		m := t - 1 + t*r*(1+r*(0.5+r*(1.0/6)))
		out[i] = float32(m / (m + 2))
	}
}

func sigmoidRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(1 / (1 + exp(clampExp(-float64(v)))))
	}
}

// softplusRow is max(x, 0) + ln(1 + y) with y = e^-|x|. Where 1+y would lose y, ln(1+y) is y (1 - y/2).
func softplusRow(out, x []float32, _ float32) {
	var small, sum [block]float64
	for len(x) > 0 {
		n := min(block, len(x))
		for i, v := range x[:n] {
			small[i] = exp(clampExp(-math.Abs(float64(v))))
			sum[i] = 1 + small[i]
		}
		logAll(sum[:n])
		for i, v := range x[:n] {
			v, y := float64(v), small[i]
			if y < 1e-4 {
				sum[i] = y * (1 - 0.5*y)
			}
			out[i] = float32(0.5*(v+math.Abs(v)) + sum[i])
		}
		out, x = out[n:], x[n:]
	}
}

// tails writes, for each x with t = |x|, the bell e^(-t^2/2) and Phi(-t), where Phi is the standard normal
// distribution function. The polynomial in v = 4/(4+t) is the Chebyshev fit of Phi(-t) e^(t^2/2) / v on 0 <=
// t <= 15: absolute error 3e-9.
func tails(bell, tail *[block]float64, x []float32) {
	for i, w := range x {
		t := math.Abs(float64(w))
		e := exp(clampExp(-0.5 * t * t))
		v := 4 / (4 + t)
		p := 0.01607147335708878*v - 0.060225852864002618
		p = p*v + 0.046119937233222495
		p = p*v + 0.035075154298525412
		p = p*v + 0.0078662033366182011
		p = p*v + 0.08885935963727733
		p = p*v + 0.071388571186273301
		p = p*v + 0.095611575446456812
		p = p*v + 0.099485568377980015
		p = p*v + 0.099748012714361145
		bell[i], tail[i] = e, e*v*p
	}
}

func geluRow(out, x []float32, _ float32)      { gelu(out, nil, x) }
func geluSlopeRow(out, x []float32, _ float32) { gelu(nil, out, x) }

// gelu writes x Phi(x) = max(x, 0) - t Phi(-t) with t = |x| to value, and Phi(x) + x phi(x), which is
// w = Phi(-t) - t phi(t) on the left and 1-w on the right, to slope. Either may be nil; value may be x.
func gelu(value, slope, x []float32) {
	const height = 0.39894228040143268 // 1/sqrt(2 pi)
	var bell, tail [block]float64
	for first := 0; first < len(x); first += block {
		x := x[first:min(first+block, len(x))]
		tails(&bell, &tail, x)
		if slope != nil {
			slope := slope[first:][:len(x)]
			for i, v := range x {
				w := tail[i] - math.Abs(float64(v))*height*bell[i]
				slope[i] = float32(0.5 + math.Copysign(0.5-w, float64(v)))
			}
		}
		if value != nil {
			value := value[first:][:len(x)]
			for i, v := range x {
				v, t := float64(v), math.Abs(float64(v))
				value[i] = float32(0.5*(v+t) - t*tail[i])
			}
		}
	}
}
