package portable

import (
	"math"
	"testing"

	"cosinelab/engine/op"
)

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// functions are the element-wise functions with the error that math.go states: in units of the last place of
// the exact float32, or where that is meaningless, absolute.
var functions = []struct {
	kind     op.Kind
	exact    func(x float64) float64
	from, to float64
	ulps     float64
	absolute float64
}{
	{op.Exp, math.Exp, -87, 88.7, 0.51, 0},
	{op.Exp, math.Exp, -110, -87, 0.51, 0},
	{op.Log, math.Log, 1e-38, 3e38, 0.51, 0},
	{op.Log, math.Log, 0.9, 1.1, 0.51, 0},
	{op.Log, math.Log, 1e-44, 1e-38, 0.51, 0},
	{op.Tanh, math.Tanh, -10, 10, 0.6, 0},
	{op.Tanh, math.Tanh, -1e-3, 1e-3, 0.6, 0},
	{op.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -87, 30, 0.51, 0},
	{op.Softplus, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, -80, 80,
		0.55, 0},
	{op.Gelu, func(x float64) float64 { return x * phi(x) }, -3, 15, 0.7, 0},
	{op.Gelu, func(x float64) float64 { return x * phi(x) }, -12, -3, 2, 0},
	{op.GeluSlope, geluSlope, -15, 15, 0, 7e-8},
}

func geluSlope(x float64) float64 { return phi(x) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi) }

// ulp is the distance between neighbouring float32 at x.
func ulp(x float64) float64 {
	f := float32(math.Abs(x))
	return float64(math.Nextafter32(f, float32(math.Inf(1)))) - float64(f)
}

func TestFunctionsAreWithinTheStatedError(t *testing.T) {
	const n = 200_000
	x, y := make([]float32, n), make([]float32, n)
	for _, f := range functions {
		for i := range x {
			x[i] = float32(f.from + (f.to-f.from)*float64(i)/n)
			if f.from > 0 {
				x[i] = float32(f.from * math.Pow(f.to/f.from, float64(i)/n))
			}
		}
		unaries[f.kind].f(y, x, 0)
		worst, at := 0.0, float32(0)
		for i, v := range x {
			want := f.exact(float64(v))
			err := math.Abs(float64(y[i])-want) / (f.ulps*ulp(want) + f.absolute)
			if !(err <= worst) {
				worst, at = err, v
			}
		}
		if !(worst <= 1) {
			t.Errorf("%v from %g to %g: at %g the error is %.3g times the stated one", f.kind, f.from, f.to,
				at, worst)
		}
	}
}

func TestFunctionsAtTheirEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		kind    op.Kind
		x, want float64
	}{
		{op.Exp, inf, inf}, {op.Exp, -inf, 0}, {op.Exp, 0, 1}, {op.Exp, 89, inf}, {op.Exp, 1e30, inf},
		{op.Exp, nan, nan},
		{op.Log, 0, -inf}, {op.Log, -1, nan}, {op.Log, inf, inf}, {op.Log, 1, 0}, {op.Log, nan, nan},
		{op.Tanh, inf, 1}, {op.Tanh, -inf, -1}, {op.Tanh, 0, 0}, {op.Tanh, nan, nan},
		{op.Sigmoid, inf, 1}, {op.Sigmoid, -inf, 0}, {op.Sigmoid, 0, 0.5}, {op.Sigmoid, nan, nan},
		{op.Softplus, 1e30, 1e30}, {op.Softplus, -1e30, 0}, {op.Softplus, nan, nan},
		{op.Gelu, 1e30, 1e30}, {op.Gelu, -1e30, 0}, {op.Gelu, 0, 0}, {op.Gelu, nan, nan},
		{op.GeluSlope, 1e30, 1}, {op.GeluSlope, -1e30, 0}, {op.GeluSlope, 0, 0.5}, {op.GeluSlope, nan, nan},
		{op.Relu, nan, nan}, {op.Relu, -inf, 0}, {op.Sqrt, -1, nan}, {op.Sqrt, inf, inf},
	} {
		got := []float32{7}
		unaries[c.kind].f(got, []float32{float32(c.x)}, 0)
		want := float32(c.want)
		if got[0] != want && !(want != want && got[0] != got[0]) {
			t.Errorf("%v of %g: got %g, want %g", c.kind, c.x, got[0], want)
		}
	}
}
