package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// allSizes says whether the environment asks for every combination instead of a sample.
func allSizes() bool { return os.Getenv("COSINELAB_ALL_SIZES") != "" }

const largest = 130 // sizes 0 to largest are tested

// A gemmCase is one call of sgemm; strides count elements.
type gemmCase struct {
	shape, m, n, k int
	transA, transB bool
	gap            int // elements between rows
	spread         int // stride of the fast index of A and B: 1 = contiguous
	alpha, beta    float32
	bias, residual bool
}

func (c gemmCase) String() string {
	return fmt.Sprintf("%+v", struct{ gemmCase }{c})
}

// A matrix is stored with any strides.
type matrix struct {
	data   []float32
	rs, cs int
}

func (x matrix) at(i, j int) float32 { return x.data[i*x.rs+j*x.cs] }

// randomMatrix has gap unused elements after each row (column if transposed), which hold NaN.
func randomMatrix(r *rand.Rand, rows, cols, gap, spread int, transposed bool) matrix {
	x := matrix{rs: cols*spread + gap, cs: spread}
	if transposed {
		x.rs, x.cs = spread, rows*spread+gap
	}
	if rows == 0 || cols == 0 {
		return x
	}
	x.data = make([]float32, (rows-1)*x.rs+(cols-1)*x.cs+1)
	for i := range x.data {
		x.data[i] = float32(math.NaN())
	}
	for i := range rows {
		for j := range cols {
			x.data[i*x.rs+j*x.cs] = float32(r.NormFloat64())
		}
	}
	return x
}

func (c gemmCase) run(t *testing.T, m machine, r *rand.Rand) []float32 {
	t.Helper()
	a := randomMatrix(r, c.m, c.k, c.gap, c.spread, c.transA)
	b := randomMatrix(r, c.k, c.n, c.gap, c.spread, c.transB)
	out := randomMatrix(r, c.m, c.n, c.gap, 1, false)
	residual := randomMatrix(r, c.m, c.n, c.gap+1, 1, false)
	bias := randomMatrix(r, 1, c.n, 0, 1, false)
	memory := newArena(t, m)
	at := memory.put(out.data)
	args := []any{c.shape, c.m, c.n, c.k, c.alpha, memory.put(a.data).at, a.rs, a.cs,
		memory.put(b.data).at, b.rs, b.cs, c.beta, at.at, out.rs, scratchAt,
		optional(c.bias, memory.put(bias.data)), optional(c.residual, memory.put(residual.data)),
		residual.rs, 0, 0}
	memory.call("sgemm", args, at)
	got := memory.get(at)
	c.compare(t, a, b, out, residual, bias, matrix{got, out.rs, 1})
	return got
}

func optional(wanted bool, x array) int {
	if wanted {
		return x.at
	}
	return 0
}

// compare checks every element against float64 within the bound of Higham, "Accuracy and Stability of
// Numerical Algorithms", section 3.1: k+8 roundings of the sum of magnitudes.
func (c gemmCase) compare(t *testing.T, a, b, before, residual, bias, got matrix) {
	t.Helper()
	for i := range c.m {
		for j := range c.n {
			var sum, size float64
			for k := range c.k {
				p := float64(a.at(i, k)) * float64(b.at(k, j))
				sum, size = sum+p, size+math.Abs(p)
			}
			sum, size = sum*float64(c.alpha), size*math.Abs(float64(c.alpha))
			add := func(wanted bool, v float64) {
				if wanted {
					sum, size = sum+v, size+math.Abs(v)
				}
			}
			add(c.beta != 0, float64(c.beta)*float64(before.at(i, j)))
			add(c.bias, float64(bias.at(0, j)))
			add(c.residual, float64(residual.at(i, j)))
			if diff := math.Abs(float64(got.at(i, j)) - sum); !(diff <= float64(c.k+8)*0x1p-24*size) {
				t.Fatalf("%v: C[%d,%d] = %v, want %v", c, i, j, got.at(i, j), sum)
			}
		}
		for j := c.n; j < c.n+c.gap && i*got.rs+j < len(got.data); j++ {
			if got.at(i, j) == got.at(i, j) {
				t.Fatalf("%v: wrote to the gap at [%d,%d]", c, i, j)
			}
		}
	}
}

// variant derives the options from a counter, so that a walk over sizes meets all of them.
func variant(i, m, n, k int) gemmCase {
	return gemmCase{shape: i % len(Shapes), m: m, n: n, k: k, transA: i/2%2 == 0, transB: i/3%2 == 0,
		gap:    i % 4,
		spread: 1 + i/13%5/4, alpha: []float32{1, 0.25}[i/7%2], beta: []float32{0, 1, -0.5}[i%3],
		bias: i/4%2 == 0, residual: i/6%2 == 0}
}

func TestProductEqualsOracleAtEverySize(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(1, 2))
		count := 0
		for size := range largest + 1 {
			repeat := 1
			if allSizes() {
				repeat = 24
			}
			for range repeat {
				small, other := r.IntN(20), r.IntN(largest+1)
				for _, s := range [][3]int{{size, small, other}, {other, size, small}, {small, other, size}} {
					variant(count, s[0], s[1], s[2]).run(t, m, r)
					count++
				}
			}
		}
	})
}

func TestProductCrossesItsBlocks(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(3, 4))
		for i, s := range [][3]int{{9, 400, 20}, {13, 17, 530}, {7, 391, 260}, {300, 9, 300}} {
			for j := range len(Shapes) {
				c := variant(5*i+j, s[0], s[1], s[2])
				c.shape = j
				c.run(t, m, r)
			}
		}
	})
}

func TestProductIsTheSameBitForBitInEveryShape(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for i := range 6 {
			var first []float32
			for shape := range len(Shapes) {
				c := variant(11*i, 23+i, 29, 270)
				c.shape = shape
				got := c.run(t, m, rand.New(rand.NewPCG(5, uint64(i))))
				if shape == 0 {
					first = got
				}
				for j := range got {
					if math.Float32bits(got[j]) != math.Float32bits(first[j]) {
						t.Fatalf("%v: element %d is %v, in shape 0 %v", c, j, got[j], first[j])
					}
				}
			}
		}
	})
}

// product multiplies dense A [m, k] with B [k, n], C preset to NaN.
func product(t *testing.T, machine machine, m, n, k int, a, b []float32) []float32 {
	t.Helper()
	memory := newArena(t, machine)
	pa, pb, pc := memory.put(a), memory.put(b), memory.room(m*n)
	memory.call("sgemm", []any{0, m, n, k, float32(1), pa.at, k, 1, pb.at, n, 1, float32(0), pc.at, n,
		scratchAt, 0, 0, 0, 0, 0}, pc)
	return memory.get(pc)
}

func fill(n int, v float32) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func TestProductPassesOnNaNToItsRowAndColumnOnly(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		const rows, cols, depth = 14, 19, 9
		a, b := fill(rows*depth, 1), fill(depth*cols, 1)
		a[7*depth+3], b[4*cols+17] = float32(math.NaN()), float32(math.NaN())
		for i, v := range product(t, m, rows, cols, depth, a, b) {
			if isNaN := v != v; isNaN != (i/cols == 7 || i%cols == 17) {
				t.Errorf("C[%d,%d] = %v", i/cols, i%cols, v)
			}
		}
	})
}

func TestProductKeepsDenormalsAndOverflowsToInfinity(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		const size = 9
		tiny := float32(1e-40)
		for _, c := range []struct{ a, b, want float32 }{
			{1e-40, 1, 9 * tiny}, {1e-30, 1e-8, 9e-38}, {1e-30, 1e-30, 0}, {3e38, 10, float32(math.Inf(1))},
			{-3e38, 10, float32(math.Inf(-1))},
		} {
			for _, v := range product(t, m, size, size, size, fill(size*size, c.a), fill(size*size, c.b)) {
				if v != c.want && math.Abs(float64(v-c.want)) > 1e-6*math.Abs(float64(c.want)) {
					t.Fatalf("9 terms %g * %g = %g, want %g", c.a, c.b, v, c.want)
				}
			}
		}
	})
}

func TestProductStaysInsideItsScratch(t *testing.T) {
	const m, n, k = 17, 400, 300 // larger than a block both ways
	for shape := range Shapes {
		memory := newArena(t, native(t))
		a, b, c := memory.put(fill(2*m*k, 1)), memory.put(fill(k*n, 1)), memory.room(m*n)
		scratch := memory.room(GemmScratchBytes / 4)
		memory.call("sgemm", []any{shape, m, n, k, float32(1), a.at, 2, 2 * m, b.at, 1, k, float32(0), c.at,
			n, scratch.at, 0, 0, 0, 0, 0}, c, scratch)
	}
}

func TestProductAppliesGELUAfterTheLastBlock(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		for _, depth := range []int{5, 300} {
			const rows, cols = 13, 21
			r := rand.New(rand.NewPCG(41, uint64(depth)))
			memory := newArena(t, m)
			a, b, bias := normals(r, rows*depth), normals(r, depth*cols), normals(r, cols)
			pa, pb, pbias := memory.put(a), memory.put(b), memory.put(bias)
			value, slope := memory.roomRows(rows, cols, 2), memory.roomRows(rows, cols, 2)
			for i := range 2 {
				args := []any{0, rows, cols, depth, float32(0.1), pa.at, depth, 1, pb.at, cols, 1,
					float32(0), value.at, value.ld, scratchAt,
					pbias.at, 0, 0, 1, slope.at * i}
				memory.call("sgemm", args, value.array, slope.array)
			}
			values, slopes := make([]float64, rows*cols), make([]float64, rows*cols)
			for i := range values {
				var sum float64
				for k := range depth {
					sum += float64(a[i/cols*depth+k]) * float64(b[k*cols+i%cols])
				}
				z := 0.1*sum + float64(bias[i%cols])
				values[i], slopes[i] = gelu(z), geluSlope(z)
			}
			near(t, "sgemm with gelu", memory.getRows(value), values, 4e-6)
			near(t, "derivative", memory.getRows(slope), slopes, 4e-6)
		}
	})
}

func TestBatchEqualsItsProducts(t *testing.T) {
	onMachines(t, func(t *testing.T, m machine) {
		r := rand.New(rand.NewPCG(51, 52))
		const heads, length, width = 3, 21, 8 // attention: heads side by side in rows of heads*width
		for shape := range len(Shapes) {
			memory := newArena(t, m)
			q, k := normals(r, length*heads*width), normals(r, length*heads*width)
			pq, pk, scores := memory.put(q), memory.put(k), memory.room(heads*length*length)
			memory.call("sgemm_batch", []any{shape, heads, width, width, length * length, length, length,
				width, float32(0.5),
				pq.at, heads * width, 1, pk.at, 1, heads * width, float32(0), scores.at, length, scratchAt},
				scores)
			want := make([]float64, heads*length*length)
			for i := range want {
				head, row, col := i/(length*length), i/length%length, i%length
				for e := range width {
					want[i] += 0.5 * float64(q[(row*heads+head)*width+e]) * float64(
						k[(col*heads+head)*width+e])
				}
			}
			near(t, "sgemm_batch", memory.get(scores), want, 2e-6)
		}
	})
}
