package cpu

import "math"

// The functions of this file take and return float32 values but compute in float64, where short polynomials suffice
// and no care for rounding is needed; that is several times faster in WebAssembly than package math. Their errors,
// measured by the tests in units of the result's last place: exp, log, sigmoid, softplus 0.51, tanh 0.6, gelu and its
// slope 0.6 where positive, 2 in the left tail down to -10.

// expTable holds the bits of 2^(j/64) less those of j/64 of an exponent step, so that adding n<<46 for n = 64k+j
// gives 2^(n/64).
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

// log is ln(x) for positive, finite, normal x, relative error 1e-10: x = 2^k c (1+r), where c is the nearest of 128
// points, so that numbers near 1 have k = 0, c = 1 and lose nothing.
func log(x float64) float64 {
	b := math.Float64bits(x)
	n := b + 1<<44
	k := int64(n>>52) - 1023
	cell := &logTable[n>>45&127]
	r := math.Float64frombits(b-uint64(k)<<52)*cell.inverse - 1
	return float64(k)*math.Ln2 + cell.log + r*(1-r*(0.5-r*(1.0/3-r*0.25)))
}

// logAll overwrites numbers by their logarithms.
func logAll(x []float64) {
	for i, v := range x {
		if v >= smallest && v <= math.MaxFloat64 {
			x[i] = log(v)
		} else {
			x[i] = math.Log(v) // zero, negative, subnormal, infinite, NaN
		}
	}
}

// smallest is the smallest normal float64.
const smallest = 0x1p-1022

func expRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(exp(clampExp(float64(v))))
	}
}

func logRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		if v > 0 && v <= math.MaxFloat32 {
			out[i] = float32(log(float64(v)))
		} else {
			out[i] = float32(math.Log(float64(v))) // zero, negative, infinite, NaN
		}
	}
}

// tanh is 1 - 2/(e^2x + 1); near 0, where that cancels, its series.
func tanh(x float64) float64 {
	if x > -0.25 && x < 0.25 {
		s := x * x
		return x + x*s*(-1.0/3+s*(2.0/15+s*(-17.0/315+s*(62.0/2835))))
	}
	return 1 - 2/(exp(clampExp(2*x))+1)
}

func tanhRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(tanh(float64(v)))
	}
}

func sigmoidRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(1 / (1 + exp(clampExp(-float64(v)))))
	}
}

// softplus is max(x, 0) + ln(1 + y) with y = e^-|x|.
func softplus(x float64) float64 {
	y := exp(clampExp(-math.Abs(x)))
	if x < 0 {
		x = 0
	}
	if y < 1e-3 {
		return x + y*(1-y*(0.5-y*(1.0/3)))
	}
	return x + log(1+y)
}

func softplusRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		if v != v {
			out[i] = v
		} else {
			out[i] = float32(softplus(float64(v)))
		}
	}
}

// tail is Phi(-t) and e^(-t^2/2) for t >= 0, with Phi the standard normal distribution function. The polynomial in
// v = 4/(4+t) is the Chebyshev fit of Phi(-t) e^(t^2/2) / v on 0 <= t <= 15: absolute error 3e-9.
func tail(t float64) (upper, bell float64) {
	bell = exp(clampExp(-0.5 * t * t))
	v := 4 / (4 + t)
	p := 0.01607147335708878
	p = p*v - 0.060225852864002618
	p = p*v + 0.046119937233222495
	p = p*v + 0.035075154298525412
	p = p*v + 0.0078662033366182011
	p = p*v + 0.08885935963727733
	p = p*v + 0.071388571186273301
	p = p*v + 0.095611575446456812
	p = p*v + 0.099485568377980015
	p = p*v + 0.099748012714361145
	return bell * v * p, bell
}

// phi is the standard normal distribution function and e^(-x^2/2).
func phi(x float64) (p, bell float64) {
	p, bell = tail(math.Abs(x))
	if x > 0 {
		p = 1 - p
	}
	return p, bell
}

// geluEdge is where gelu has become x or 0 in float32; beyond it infinities would meet zeros.
const geluEdge = 15

func geluRow(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		switch {
		case v > geluEdge:
			out[i] = v
		case v < -geluEdge:
			out[i] = 0
		default:
			p, _ := phi(float64(v))
			out[i] = float32(float64(v) * p)
		}
	}
}

func geluSlopeRow(out, x []float32, _ float32) {
	const height = 0.39894228040143268 // 1/sqrt(2 pi)
	out = out[:len(x)]
	for i, v := range x {
		switch {
		case v > geluEdge:
			out[i] = 1
		case v < -geluEdge:
			out[i] = 0
		default:
			p, bell := phi(float64(v))
			out[i] = float32(p + float64(v)*bell*height)
		}
	}
}
