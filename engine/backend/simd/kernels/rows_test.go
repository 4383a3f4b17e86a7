package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// block is a [rows, cols] matrix in an arena, with gap NaN between its rows.
type block struct {
	array
	rows, cols, ld int
}

// putRows adds x, [rows, cols], with gap elements between rows.
func (a *arena) putRows(x []float32, rows, cols, gap int) block {
	ld := cols + gap
	data := fill(max(0, (rows-1)*ld+cols), float32(math.NaN()))
	if rows == 0 || cols == 0 {
		data = nil
	}
	for i := range data {
		if i%ld < cols {
			data[i] = x[i/ld*cols+i%ld]
		}
	}
	return block{a.put(data), rows, cols, ld}
}

// roomRows adds a [rows, cols] matrix that nobody has written to.
func (a *arena) roomRows(rows, cols, gap int) block {
	return a.putRows(fill(rows*cols, math.Float32frombits(guardBits)), rows, cols, gap)
}

// getRows returns the matrix without its gaps, and fails the test if a gap was written to.
func (a *arena) getRows(b block) []float32 {
	a.tb.Helper()
	out := make([]float32, 0, b.rows*b.cols)
	for i, v := range a.get(b.array) {
		if i%b.ld < b.cols {
			out = append(out, v)
		} else if v == v {
			a.tb.Fatalf("wrote to the gap after row %d", i/b.ld)
		}
	}
	return out
}

func float64s(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// eachShape calls test with every column count up to largest, and changing rows and gaps.
func eachShape(t *testing.T, test func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int)) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(21, 22))
		for cols := 0; cols <= largest; cols++ {
			test(t, m, r, 1+cols%4, cols, cols%3)
		}
	})
}

// slope is the gradient of value at x, by central differences.
func slope(value func(x []float64) float64, x []float64) []float64 {
	const h = 1e-7
	out := make([]float64, len(x))
	for i, v := range x {
		x[i] = v + h
		up := value(x)
		x[i] = v - h
		out[i] = (up - value(x)) / (2 * h)
		x[i] = v
	}
	return out
}

// dotOf is the sum of products, the scalar whose gradient a backward kernel computes.
func dotOf(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func softmax64(x []float64, scale float64) []float64 {
	out := make([]float64, len(x))
	var sum float64
	for i, v := range x {
		out[i] = math.Exp(scale * v)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

func TestSoftmaxAndItsGradientEqualOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int) {
		memory := newArena(t, m)
		x, dy := normals(r, rows*cols), normals(r, rows*cols)
		px, pdy := memory.putRows(x, rows, cols, gap), memory.putRows(dy, rows, cols, gap+1)
		y, dx := memory.roomRows(rows, cols, gap+2), memory.roomRows(rows, cols, gap)
		if cols%4 == 1 {
			dx = pdy // in place
		}
		const scale = 0.7
		memory.call("softmax", []any{rows, cols, px.at, px.ld, y.at, y.ld, float32(scale)}, y.array)
		memory.call("softmax_grad", []any{rows, cols, y.at, y.ld, pdy.at, pdy.ld, dx.at, dx.ld,
			float32(scale)}, dx.array)
		var want, grads []float64
		for i := range rows {
			row, g := float64s(x[i*cols:(i+1)*cols]), float64s(dy[i*cols:(i+1)*cols])
			want = append(want, softmax64(row, scale)...)
			grads = append(grads, slope(func(x []float64) float64 { return dotOf(softmax64(x, scale), g) },
				row)...)
		}
		near(t, "softmax", memory.getRows(y), want, 1e-6)
		near(t, "softmax_grad", memory.getRows(dx), grads, 2e-6)
	})
}

func TestSoftmaxHoldsAtTheLimits(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		inf, nan := float32(math.Inf(1)), float32(math.NaN())
		cases := []struct{ x, want []float32 }{
			{[]float32{1e30, -1e30, 1e30, 0, 5}, []float32{0.5, 0, 0.5, 0, 0}},
			{[]float32{1.1e30, 1.1e30, 0, 1.1e30, 1.1e30}, []float32{0.25, 0.25, 0, 0.25, 0.25}},
			{[]float32{-inf, 0, -inf, 0, -inf}, []float32{0, 0.5, 0, 0.5, 0}},
			{[]float32{-1000, -1000, -1000, -1000, -1000}, []float32{0.2, 0.2, 0.2, 0.2, 0.2}},
			{[]float32{0, nan, 0, 0, 0}, []float32{nan, nan, nan, nan, nan}},
			{[]float32{0, 0, 0, 0, nan}, []float32{nan, nan, nan, nan, nan}},
		}
		for _, c := range cases {
			memory := newArena(t, m)
			x := memory.put(c.x)
			memory.call("softmax", []any{1, 5, x.at, 5, x.at, 5, float32(0.7)}, x)
			near(t, "softmax", memory.get(x), float64s(c.want), 1e-6)
		}
	})
}

const normEpsilon = 1e-5

func norm64(x []float64) []float64 {
	var mean, variance float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = (v - mean) / math.Sqrt(variance+normEpsilon)
	}
	return out
}

func TestNormAndItsGradientEqualOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int) {
		if cols == 0 {
			return
		}
		memory := newArena(t, m)
		affine := cols%2 == 0
		x, dy, weight, bias := normals(r, rows*cols), normals(r, rows*cols), normals(r, cols),
			normals(r, cols)
		px, pdy := memory.putRows(x, rows, cols, gap), memory.putRows(dy, rows, cols, gap+1)
		xhat, y, dx := memory.roomRows(rows, cols, gap+2), memory.roomRows(rows, cols, gap),
			memory.roomRows(rows, cols, 0)
		if cols%4 == 1 {
			dx = pdy // in place
		}
		rstd, pw, pb := memory.room(rows), memory.put(weight), memory.put(bias)
		dw, db := memory.put(fill(cols, 1)), memory.put(fill(cols, 2))
		memory.call("norm", []any{rows, cols, px.at, px.ld, xhat.at, xhat.ld, y.at, y.ld, rstd.at,
			optional(affine, pw), pb.at, float32(normEpsilon)}, xhat.array, y.array, rstd)
		memory.call("norm_grad", []any{rows, cols, xhat.at, xhat.ld, pdy.at, pdy.ld, dx.at, dx.ld, rstd.at,
			optional(affine, pw), dw.at, db.at}, dx.array, dw, db)

		var normed, affined, grads []float64
		dweight, dbias := float64s(fill(cols, 1)), float64s(fill(cols, 2))
		for i := range rows {
			row, g := float64s(x[i*cols:(i+1)*cols]), float64s(dy[i*cols:(i+1)*cols])
			n := norm64(row)
			normed = append(normed, n...)
			for j := range n {
				dweight[j] += g[j] * n[j]
				dbias[j] += g[j]
				affined = append(affined, n[j]*float64(weight[j])+float64(bias[j]))
				if affine {
					g[j] *= float64(weight[j])
				}
			}
			grads = append(grads, slope(func(x []float64) float64 { return dotOf(norm64(x), g) }, row)...)
		}
		near(t, "norm", memory.getRows(xhat), normed, 3e-6)
		size := 1 / math.Sqrt(normEpsilon)
		if cols > 2 { // two columns differ by little now and then, which amplifies every rounding
			size = 5
		}
		near(t, "norm_grad", memory.getRows(dx), grads, 3e-6*size)
		if affine {
			near(t, "norm with weight", memory.getRows(y), affined, 1e-5)
			near(t, "norm_grad of weight", memory.get(dw), dweight, 1e-5)
			near(t, "norm_grad of bias", memory.get(db), dbias, 1e-5)
		}
	})
}

func TestNormOfAConstantRowIsZero(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		memory := newArena(t, m)
		x, rstd := memory.put(fill(7, 3)), memory.room(1)
		memory.call("norm", []any{1, 7, x.at, 7, x.at, 7, 0, 0, rstd.at, 0, 0, float32(normEpsilon)}, x, rstd)
		near(t, "norm", memory.get(x), make([]float64, 7), 1e-4)
	})
}

func TestBroadcastsAndTheirSumsEqualOracle(t *testing.T) {
	eachShape(t, func(t *testing.T, m machine, r *rand.Rand, rows, cols, gap int) {
		memory := newArena(t, m)
		x, other, row, col := normals(r, rows*cols), normals(r, rows*cols), normals(r, cols), normals(r, rows)
		px, pother := memory.putRows(x, rows, cols, gap), memory.putRows(other, rows, cols, gap+1)
		prow, pcol, colSums := memory.put(row), memory.put(col), memory.put(row)
		// an operand with its address, its stride and whether it is dense
		dense, oneRow, oneColumn := []any{px.at, px.ld, 1}, []any{prow.at, 0, 1}, []any{pcol.at, 1, 0}
		grid := func(kernel string, a, b []any) []float32 {
			y := memory.roomRows(rows, cols, gap+1)
			memory.call(kernel, []any{rows, cols, a[0], a[1], b[0], b[1], y.at, y.ld, a[2], b[2]}, y.array)
			return memory.getRows(y)
		}
		rowSums, rowDots := memory.room(rows), memory.room(rows)
		memory.call("col_sum", []any{rows, cols, px.at, px.ld, colSums.at}, colSums)
		memory.call("row_sum", []any{rows, cols, px.at, px.ld, rowSums.at}, rowSums)
		memory.call("row_dot", []any{rows, cols, px.at, px.ld, pother.at, pother.ld, rowDots.at}, rowDots)

		want := make([][]float64, 6)
		wantCol, wantRow, wantDot := float64s(row), make([]float64, rows), make([]float64, rows)
		for i, v := range float64s(x) {
			b, c := float64(row[i%cols]), float64(col[i/cols])
			for k, w := range []float64{v + b, v * c, v - b, c / b, max(b, c), b - float64(other[i])} {
				want[k] = append(want[k], w)
			}
			wantCol[i%cols] += v
			wantRow[i/cols] += v
			wantDot[i/cols] += v * float64(other[i])
		}
		near(t, "add_grid", grid("add_grid", dense, oneRow), want[0], 1e-6)
		near(t, "mul_grid", grid("mul_grid", dense, oneColumn), want[1], 1e-6)
		near(t, "sub_grid", grid("sub_grid", dense, oneRow), want[2], 1e-6)
		near(t, "div_grid", grid("div_grid", oneColumn, oneRow), want[3], 1e-6)
		near(t, "max_grid", grid("max_grid", oneRow, oneColumn), want[4], 0)
		near(t, "sub_grid", grid("sub_grid", oneRow, []any{pother.at, pother.ld, 1}), want[5], 1e-6)
		near(t, "col_sum", memory.get(colSums), wantCol, 1e-6)
		near(t, "row_sum", memory.get(rowSums), wantRow, 5e-6)
		near(t, "row_dot", memory.get(rowDots), wantDot, 5e-6)
	})
}
