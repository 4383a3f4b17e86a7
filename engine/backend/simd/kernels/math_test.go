package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// flushed is the size below which exponentials may be 0: 2^-125.5.
const flushed = 1.6625e-38

// accuracy is the table of stated errors in units in the last place: of the result, or of floor where the
// result is smaller. A floor stands where a function has a tail that the method does not resolve.
var accuracy = []struct {
	kernel string
	want   func(float64) float64
	low    float64 // interval of the sweep; all float32 beyond it are sampled too
	high   float64
	ulp    float64
	floor  float64
}{
	{"exp", math.Exp, -90, 90, 1.5, 0},
	{"log", math.Log, 0, 4, 1.5, 0},
	{"tanh", math.Tanh, -12, 12, 2.5, 0},
	{"sigmoid", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -90, 90, 2.5, 0},
	{"softplus", func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, -90,
		90, 2, 0},
	{"erf", math.Erf, -5, 5, 3, 0},
	{"gelu", gelu, -14, 14, 8, 0x1p-10},
	{"sqrt", math.Sqrt, 0, 4, 0.5, 0},
	{"relu", func(x float64) float64 { return max(x, 0) }, -4, 4, 0, 0},
}

func gelu(x float64) float64 {
	if math.IsInf(x, -1) {
		return 0
	}
	return x * normal(x)
}

// normal is the distribution function of the standard normal.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func geluSlope(x float64) float64 {
	return normal(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
}

// ulps is the distance of got from want in spacings of float32 at want, or at floor if that is larger.
func ulps(got float32, want, floor float64) float64 {
	if math.IsNaN(want) && got != got || float64(got) == want || float32(want) == got {
		return 0
	}
	size := max(math.Abs(want), floor, 0x1p-126)
	_, exponent := math.Frexp(min(size, math.MaxFloat32))
	if e := math.Abs(float64(got)-want) / math.Ldexp(1, exponent-24); e == e {
		return e
	}
	return math.Inf(1) // one of them is NaN
}

// sweep is an even grid over the interval, then samples of all bit patterns.
func sweep(low, high float64) []float32 {
	const grid, samples = 60000, 20000
	out := make([]float32, 0, grid+samples)
	for i := range grid {
		out = append(out, float32(low+(high-low)*float64(i)/grid))
	}
	for i := range samples {
		out = append(out, math.Float32frombits(uint32(i)*(1<<32/samples)))
	}
	return append(out, special...)
}

var special = []float32{0, float32(math.Copysign(0, -1)), 1, -1, float32(math.Inf(1)), float32(math.Inf(-1)),
	float32(math.NaN()),
	0x1p-149, -0x1p-149, 1e-40, 0x1p-126, math.MaxFloat32, -math.MaxFloat32,
	math.Float32frombits(0x7fc00001), 88.72, 88.73, -87.33, -103}

func TestFunctionsKeepTheirStatedErrors(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for _, c := range accuracy {
			memory := newArena(t, m)
			x := sweep(c.low, c.high)
			in, out := memory.put(x), memory.room(len(x))
			memory.call(c.kernel, []any{len(x), in.at, out.at}, out)
			var worst float64
			var where float32
			for i, got := range memory.get(out) {
				want := c.want(float64(x[i]))
				if exponential := c.kernel == "exp" || c.kernel == "sigmoid" ||
					c.kernel == "softplus"; exponential && got == 0 && math.Abs(want) < flushed {
					continue
				}
				if e := ulps(got, want, c.floor); !(e <= worst) {
					worst, where = e, x[i]
				}
			}
			t.Logf("%-9s at most %.2f ulp, at %v", c.kernel, worst, where)
			if !(worst <= c.ulp) {
				t.Errorf("%s(%v) is off by %.2f ulp, stated are %v", c.kernel, where, worst, c.ulp)
			}
		}
	})
}

func TestGELUGivesItsDerivativeToo(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		x := sweep(-14, 14)
		memory := newArena(t, m)
		in, value, slope := memory.put(x), memory.room(len(x)), memory.room(len(x))
		memory.call("gelu_both", []any{len(x), in.at, value.at, slope.at}, value, slope)
		values, slopes := memory.get(value), memory.get(slope)
		for i, v := range x {
			if e := ulps(values[i], gelu(float64(v)), 0x1p-10); !(e <= 8) {
				t.Fatalf("gelu(%v) = %v, off by %v ulp", v, values[i], e)
			}
			want := geluSlope(float64(v))
			if math.IsInf(float64(v), 0) {
				want = normal(float64(v))
			}
			if e := math.Abs(float64(slopes[i]) - want); !(e <= 4e-7) && want == want {
				t.Fatalf("gelu'(%v) = %v, want %v", v, slopes[i], want)
			}
		}
	})
}

// elementwise lists the kernels (n, inputs..., output) with one result per element.
var elementwise = []struct {
	kernel string
	inputs int
	want   func(x []float64) float64
}{
	{"exp", 1, func(x []float64) float64 { return math.Exp(x[0]) }},
	{"log", 1, func(x []float64) float64 { return math.Log(x[0]) }},
	{"tanh", 1, func(x []float64) float64 { return math.Tanh(x[0]) }},
	{"sigmoid", 1, func(x []float64) float64 { return 1 / (1 + math.Exp(-x[0])) }},
	{"softplus", 1, func(x []float64) float64 { return math.Log1p(math.Exp(x[0])) }},
	{"erf", 1, func(x []float64) float64 { return math.Erf(x[0]) }},
	{"gelu", 1, func(x []float64) float64 { return gelu(x[0]) }},
	{"sqrt", 1, func(x []float64) float64 { return math.Sqrt(x[0]) }},
	{"relu", 1, func(x []float64) float64 { return max(x[0], 0) }},
	{"add", 2, func(x []float64) float64 { return x[0] + x[1] }},
	{"sub", 2, func(x []float64) float64 { return x[0] - x[1] }},
	{"mul", 2, func(x []float64) float64 { return x[0] * x[1] }},
	{"div", 2, func(x []float64) float64 { return x[0] / x[1] }},
	{"max", 2, func(x []float64) float64 { return max(x[0], x[1]) }},
	{"tanh_grad", 2, func(x []float64) float64 { return x[1] * (1 - x[0]*x[0]) }},
	{"sigmoid_grad", 2, func(x []float64) float64 { return x[1] * x[0] * (1 - x[0]) }},
	{"relu_grad", 2, func(x []float64) float64 {
		if x[0] > 0 {
			return x[1]
		}
		return 0
	}},
}

// normals are n draws of the standard normal.
func normals(r *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(r.NormFloat64())
	}
	return out
}

// near fails the test unless got is within relative tolerance of want, or absolute where want is below 1.
func near(t *testing.T, what string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	for i, w := range want {
		g := float64(got[i])
		if !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) && !(math.IsNaN(w) && math.IsNaN(g)) && g != w {
			t.Fatalf("%s: element %d is %v, want %v", what, i, g, w)
		}
	}
}

func TestElementwiseKernelsTakeEverySizeInPlaceToo(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, c := range elementwise {
			for n := 0; n <= largest; n++ {
				memory := newArena(t, m)
				inputs := make([][]float32, c.inputs)
				arrays := make([]array, c.inputs)
				for j := range inputs {
					inputs[j] = normals(r, n)
					arrays[j] = memory.put(inputs[j])
				}
				out := arrays[0]
				if n%3 > 0 {
					out = memory.room(n)
				}
				args := []any{n}
				for _, a := range append(arrays, out) {
					args = append(args, a.at)
				}
				memory.call(c.kernel, args, out)
				want := make([]float64, n)
				for k := range want {
					var x []float64
					for _, in := range inputs {
						x = append(x, float64(in[k]))
					}
					want[k] = c.want(x)
				}
				near(t, c.kernel, memory.get(out), want, 1e-6)
			}
		}
	})
}

func TestBinaryKernelsPassOnNaN(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		nan := float32(math.NaN())
		for _, kernel := range []string{"add", "sub", "mul", "div", "max"} {
			memory := newArena(t, m)
			a, b, out := memory.put([]float32{nan, 1, nan, 2, nan}),
				memory.put([]float32{1, nan, nan, 3, 4}), memory.room(5)
			memory.call(kernel, []any{5, a.at, b.at, out.at}, out)
			for i, v := range memory.get(out) {
				if (v != v) != (i != 3) {
					t.Errorf("%s: element %d is %v", kernel, i, v)
				}
			}
		}
	})
}

func TestScaleEqualsItsFormula(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(9, 10))
		for n := 0; n <= largest; n++ {
			memory := newArena(t, m)
			x := normals(r, n)
			px, out := memory.put(x), memory.room(n)
			memory.call("scale", []any{n, float32(-1.5), float32(0.25), px.at, out.at}, out)
			scaled := make([]float64, n)
			for i := range x {
				scaled[i] = -1.5*float64(x[i]) + 0.25
			}
			near(t, "scale", memory.get(out), scaled, 1e-6)
		}
	})
}

func TestGatherLooksUpEveryPlace(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(13, 14))
		for n := 0; n <= largest; n++ {
			memory := newArena(t, m)
			x := normals(r, n+1)
			x[n/2] = float32(math.NaN())
			at, want := make([]float32, n), make([]float32, n) // integers of 32 bits are stored by their bits
			for i := range at {
				p := r.IntN(n + 1)
				at[i], want[i] = math.Float32frombits(uint32(p)), x[p]
			}
			px, pat, out := memory.put(x), memory.put(at), memory.room(n)
			memory.call("gather", []any{n, px.at, pat.at, out.at}, out)
			for i, v := range memory.get(out) {
				if math.Float32bits(v) != math.Float32bits(want[i]) {
					t.Fatalf("n = %d: element %d is %v, want %v", n, i, v, want[i])
				}
			}
		}
	})
}

func TestTheSumEqualsOracleAtEverySize(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(11, 12))
		for n := 0; n <= largest; n++ {
			memory := newArena(t, m)
			x := normals(r, n)
			px := memory.put(x)
			want := 0.0
			for _, v := range x {
				want += float64(v)
			}
			near(t, "sum", []float32{memory.call("sum", []any{n, px.at})}, []float64{want},
				2e-6*math.Sqrt(float64(n+1)))
		}
	})
}
