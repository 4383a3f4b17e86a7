package portable

import (
	"math"

	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// chunk is how many elements an element-wise step takes at a time when operands must be gathered first.
const chunk = 1024

// unaryRow computes a row of an element-wise operation; a is its constant. out may be x.
type unaryRow struct {
	f    func(out, x []float32, a float32)
	cost int // picoseconds for one element, roughly
}

var unaries = [op.Count]unaryRow{
	op.Scale:     {scale, 500},
	op.Shift:     {shift, 500},
	op.Square:    {square, 500},
	op.Sqrt:      {sqrt, 1500},
	op.Exp:       {expRow, 2500},
	op.Log:       {logRow, 3000},
	op.Tanh:      {tanhRow, 6000},
	op.Sigmoid:   {sigmoidRow, 4000},
	op.Relu:      {relu, 1000},
	op.Heaviside: {heaviside, 1000},
	op.Gelu:      {geluRow, 8000},
	op.GeluSlope: {geluSlopeRow, 8000},
	op.Softplus:  {softplusRow, 6000},
}

func compileUnary(c *compiler, s plan.Step) task {
	row, out, x, a := unaries[s.Kind], c.floats(s.Out), c.window(s.In[0]), float32(s.Attr.X)
	c.need(chunk)
	return c.chunks(len(out), row.cost, func(worker, lo, hi int) {
		row.f(out[lo:hi], x.read(lo, hi, c.scratch[worker]), a)
	})
}

// chunks splits n elements that take about cost picoseconds each and calls f with at most chunk of them.
func (c *compiler) chunks(n, cost int, f body) task {
	items := (n + chunk - 1) / chunk
	return c.split(items, chunk*cost/1000, func(worker, lo, hi int) {
		for i := lo; i < hi; i++ {
			f(worker, i*chunk, min(n, (i+1)*chunk))
		}
	})
}

func scale(out, x []float32, a float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = a * v
	}
}

func shift(out, x []float32, a float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = a + v
	}
}

func square(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = v * v
	}
}

func sqrt(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(math.Sqrt(float64(v)))
	}
}

// relu compares so that NaN stays.
func relu(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		out[i] = v
	}
}

func heaviside(out, x []float32, _ float32) {
	out = out[:len(x)]
	for i, v := range x {
		h := float32(0)
		if v > 0 {
			h = 1
		}
		out[i] = h
	}
}

// binaries compute a row of an element-wise operation. out may be x or y.
var binaries = [op.Count]func(out, x, y []float32){
	op.Add: add,
	op.Sub: sub,
	op.Mul: mul,
	op.Div: div,
	op.Max: larger,

	op.TanhGrad:    tanhGrad,
	op.SigmoidGrad: sigmoidGrad,
	op.ReluGrad:    reluGrad,
}

func compileBinary(c *compiler, s plan.Step) task {
	f, out, x, y := binaries[s.Kind], c.floats(s.Out), c.window(s.In[0]), c.window(s.In[1])
	c.need(2 * chunk)
	return c.chunks(len(out), 700, func(worker, lo, hi int) {
		buf := c.scratch[worker]
		f(out[lo:hi], x.read(lo, hi, buf), y.read(lo, hi, buf[chunk:]))
	})
}

func add(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = v + y[i]
	}
}

func sub(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = v - y[i]
	}
}

func mul(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = v * y[i]
	}
}

func div(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = v / y[i]
	}
}

// larger gives NaN if either operand is.
func larger(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		if w := y[i]; w > v || w != w {
			v = w
		}
		out[i] = v
	}
}

// tanhGrad is y * (1 - x^2).
func tanhGrad(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = y[i] * (1 - v*v)
	}
}

// sigmoidGrad is y * (x - x^2).
func sigmoidGrad(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		out[i] = y[i] * (v - v*v)
	}
}

// reluGrad is y where x > 0; a product with 0 would make NaN of infinity.
func reluGrad(out, x, y []float32) {
	out, y = out[:len(x)], y[:len(x)]
	for i, v := range x {
		g := float32(0)
		if v > 0 {
			g = y[i]
		}
		out[i] = g
	}
}
