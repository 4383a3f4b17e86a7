package baseline

import (
	"math/rand/v2"
	"testing"
)

func TestProductOfRowsIsThatOfEachPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := func(n int) (out []float64) {
		for range n {
			out = append(out, rng.NormFloat64())
		}
		return out
	}
	for m := range 6 {
		for n := range 10 {
			for _, width := range []int{1, 3, 8} {
				a := rows{values(40), m, width, 2} // rows overlap
				b := dense(values(n*width+width), n+1).part(0, n)
				out := values(m*n + 1)
				guard := out[m*n]
				if err := product(out, a, b, never); err != nil {
					t.Fatal(err)
				}
				for i := range m {
					for j := range n {
						want := 0.0
						for k, x := range a.row(i) {
							want += x * b.row(j)[k]
						}
						if out[i*n+j] != want {
							t.Fatalf("%d times %d rows of %d: %v at %d, %d, want %v", m, n, width, out[i*n+j], i, j,
								want)
						}
					}
				}
				if out[m*n] != guard {
					t.Fatalf("%d times %d rows: a number behind the products changed", m, n)
				}
			}
		}
	}
}
