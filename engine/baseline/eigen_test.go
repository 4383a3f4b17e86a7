package baseline

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// symmetric are matrices whose eigenvalues are easy and hard to find.
func symmetric(rng *rand.Rand, n int) map[string]*mat.SymDense {
	random, low, graded := mat.NewDense(n, n, nil), mat.NewDense(n, 1+n/3, nil), mat.NewSymDense(n, nil)
	random.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, random)
	low.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, low)
	for i := range n {
		for j := i; j < n; j++ {
			graded.SetSym(i, j, rng.NormFloat64()*math.Pow(10, -float64(i+j)))
		}
	}
	all := map[string]*mat.SymDense{"zero": mat.NewSymDense(n, nil), "graded": graded, "one": mat.NewSymDense(n, nil),
		"products": {}, "few components": {}, "tiny": {}, "huge": {}, "diagonal": mat.NewSymDense(n, nil)}
	for i := range n {
		all["one"].SetSym(i, i, 1)
		all["diagonal"].SetSym(i, i, float64(i%3))
	}
	all["products"].SymOuterK(1, random)
	all["few components"].SymOuterK(1, low)
	all["tiny"].ScaleSym(1e-200, all["products"])
	all["huge"].ScaleSym(1e200, all["products"])
	return all
}

func never() error { return nil }

// lower is the lower triangle of a matrix, in a matrix of which nothing else can be read.
func lower(m *mat.SymDense) rows {
	n := m.SymmetricDim()
	a := dense(make([]float64, n*n), n)
	for i := range n {
		for j := range n {
			if a.row(i)[j] = math.NaN(); j <= i {
				a.row(i)[j] = m.At(i, j)
			}
		}
	}
	return a
}

// The eigenvalues are those that gonum finds; the vectors are orthogonal, of length 1, and what the matrix makes of
// them is their eigenvalue times themselves.
func TestEigenvaluesAreThoseThatGonumFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, n := range []int{1, 2, 3, 4, 7, 33, 80} {
		for name, m := range symmetric(rng, n) {
			var known mat.EigenSym
			if !known.Factorize(m, true) { // without vectors gonum 0.17 fails on tiny values
				t.Fatal("gonum finds no eigenvalues")
			}
			want := known.Values(nil)
			slices.Sort(want)
			values, vectors, err := eigen(lower(m), never)
			if err != nil {
				t.Fatalf("%s of %d: %v", name, n, err)
			}
			largest := math.Max(math.Abs(want[0]), math.Abs(want[n-1]))
			for i, x := range values {
				if !(math.Abs(x-want[i]) <= 1e-13*largest*float64(n)) {
					t.Fatalf("%s of %d: eigenvalues %v, want %v", name, n, values, want)
				}
				v := vectors.row(i)
				var product mat.VecDense
				product.MulVec(m, mat.NewVecDense(n, slices.Clone(v)))
				for k, y := range v {
					if !(math.Abs(product.AtVec(k)-x*y) <= 1e-13*largest*float64(n)) {
						t.Fatalf("%s of %d: vector %d is none", name, n, i)
					}
				}
				for j := range i + 1 {
					one := 0.0
					if i == j {
						one = 1
					}
					if !(math.Abs(dot(v, vectors.row(j))-one) <= 1e-13*float64(n)) {
						t.Fatalf("%s of %d: vectors %d and %d have the product %v", name, n, i, j, dot(v, vectors.row(j)))
					}
				}
			}
		}
	}
}

// What is left is ended at any pause, of which there is one at least for every few n^2 operations.
func TestADecompositionIsGivenUp(t *testing.T) {
	const n = 40
	m := symmetric(rand.New(rand.NewPCG(4, 2)), n)["products"]
	stop, pauses := errors.New("stop"), 0
	find := func(pause func() error) error {
		_, _, err := eigen(lower(m), pause)
		return err
	}
	if err := find(func() error { pauses++; return nil }); err != nil || pauses < 3*n {
		t.Fatalf("%d pauses, error %v", pauses, err)
	}
	for k := 1; k <= pauses; k += pauses / 9 {
		left := k
		err := find(func() error {
			if left--; left == 0 {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) || left != 0 {
			t.Errorf("given up at pause %d: error %v, %d more", k, err, -left)
		}
	}
}

func BenchmarkEigen(b *testing.B) {
	m := symmetric(rand.New(rand.NewPCG(4, 2)), 550)["products"]
	b.Run("550", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := eigen(lower(m), never); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("550 by gonum", func(b *testing.B) {
		for b.Loop() {
			var e mat.EigenSym
			e.Factorize(m, true)
		}
	})
}
