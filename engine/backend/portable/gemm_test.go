package portable

import (
	"math"
	"math/rand/v2"
	"testing"
)

// naive is factor * x y, or that added to what out holds.
func naive(out, x, y matrix, rows, inner, cols int, factor float64, sum bool) []float64 {
	want := make([]float64, rows*cols)
	for i := range rows {
		for j := range cols {
			dot := 0.0
			for k := range inner {
				dot += float64(x.data[i*x.row+k*x.col]) * float64(y.data[k*y.row+j*y.col])
			}
			want[i*cols+j] = factor * dot
			if sum {
				want[i*cols+j] += float64(out.data[i*out.row+j])
			}
		}
	}
	return want
}

// random is a matrix of rows by cols in row-major order, or turned.
func random(r *rand.Rand, rows, cols int, turned bool) matrix {
	m := matrix{make([]float32, rows*cols), cols, 1}
	if turned {
		m.row, m.col = 1, rows
	}
	for i := range m.data {
		m.data[i] = float32(r.NormFloat64())
	}
	return m
}

func TestTheTileInGo(t *testing.T) { CheckTile(t, plain) }

// CheckTile multiplies matrices of every size and form.
func CheckTile(t *testing.T, tile Tile) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][3]int{{1, 1, 1}, {3, 2, 5}, {4, 4, 3}, {6, 8, 16}, {7, 9, 17}, {13, 33, 40},
		{5, 600, 19}, {100, 8, 100}} {
		for form := range 8 {
			rows, inner, cols := size[0], size[1], size[2]
			g := gemm{tile: tile, inner: inner, cols: cols, factor: 0.5}
			x, y := random(r, rows, inner, form&1 != 0), random(r, inner, cols, form&2 != 0)
			out, sum := random(r, rows, cols+3, false), form&4 != 0
			packed, work := make([]float32, g.packedLen()), make([]float32, g.workLen())
			g.pack(packed, y)
			want := naive(out, x, y, rows, inner, cols, 0.5, sum)
			g.multiply(out, x, packed, work, rows, sum)
			for i, w := range want {
				got := float64(out.data[i/cols*out.row+i%cols])
				if !(math.Abs(got-w) <= 1e-5*math.Sqrt(float64(inner))) {
					t.Fatalf("%v, form %d: element %d is %g, want %g", size, form, i, got, w)
				}
			}
		}
	}
}
