package baseline

import (
	"errors"
	"math"
	"slices"
)

// eigen returns the eigenvalues of a symmetric matrix in ascending order, with its eigenvectors, a row each. Only
// the lower triangle of a [n, n] is read, and all of a is overwritten. O(n^3). pause is called at least every
// few n^2 operations, and its error is returned: the decomposition of 2,048 values takes a minute in a tab. It
// stands beside gonum's, which cannot be given up.
//
// Householder reflections make the matrix tridiagonal, implicit QL steps then diagonal (Golub and Van Loan,
// Matrix Computations, sections 8.3.1 and 8.3.3).
func eigen(a rows, pause func() error) (values []float64, vectors rows, err error) {
	n := a.n
	diagonal, beside, scales, err := tridiagonal(a, pause)
	if err != nil {
		return nil, rows{}, err
	}
	turned, err := reflections(a, scales, pause)
	if err != nil {
		return nil, rows{}, err
	}
	if err := diagonalise(diagonal, beside, turned, pause); err != nil {
		return nil, rows{}, err
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case diagonal[i] < diagonal[j]:
			return -1
		case diagonal[i] > diagonal[j]:
			return 1
		}
		return 0
	})
	vectors = dense(a.data, n)
	for i, from := range order {
		values = append(values, diagonal[from])
		copy(vectors.row(i), turned.row(from))
	}
	return values, vectors, nil
}

// tridiagonal reflects a to a tridiagonal matrix, from the last row up, and returns its diagonal [n] with what
// stands beside it: beside[i] between i-1 and i. The reflection of row i is 1 - v v'/scales[i], whose v, i
// numbers, stays in the row; a scale of 0 is none.
func tridiagonal(a rows, pause func() error) (diagonal, beside, scales []float64, err error) {
	n := a.n
	diagonal, beside, scales = make([]float64, n), make([]float64, n), make([]float64, n)
	p := make([]float64, n)
	for i := n - 1; i > 0; i-- {
		if err := pause(); err != nil {
			return nil, nil, nil, err
		}
		v := a.row(i)[:i]
		diagonal[i], beside[i] = a.row(i)[i], v[i-1]
		largest := 0.0
		for _, x := range v[:i-1] {
			largest = max(largest, math.Abs(x))
		}
		if largest == 0 {
			continue
		}
		// Scaled, so that squares neither overflow nor vanish.
		largest = max(largest, math.Abs(v[i-1]))
		for k := range v {
			v[k] /= largest
		}
		norm := math.Copysign(math.Sqrt(dot(v, v)), v[i-1])
		beside[i] = -norm * largest
		v[i-1] += norm
		scales[i] = norm * v[i-1]
		reflect(a, v, p[:i], scales[i])
	}
	diagonal[0] = a.row(0)[0]
	return diagonal, beside, scales, nil
}

// reflect makes H A H of the first rows of a, where H = 1 - v v'/scale. p is room for as many numbers as v.
func reflect(a rows, v, p []float64, scale float64) {
	clear(p)
	for j, x := range v { // p = A v: the lower triangle serves both sides
		row, sum := a.row(j)[:j], 0.0
		w, q := v[:len(row)], p[:len(row)]
		for k, y := range row {
			sum += y * w[k]
			q[k] += y * x
		}
		p[j] += sum + a.row(j)[j]*x
	}
	half := dot(p, v) / (2 * scale)
	for k := range p {
		p[k] = (p[k] - half*v[k]) / scale
	}
	for j, x := range v {
		row, y := a.row(j)[:j+1], p[j]
		w, q := v[:len(row)], p[:len(row)]
		for k := range row {
			row[k] -= x*q[k] + y*w[k]
		}
	}
}

// reflections is the product of all reflections of tridiagonal, the first row's first: what turns a vector of
// the tridiagonal matrix, a row, into one of a.
func reflections(a rows, scales []float64, pause func() error) (rows, error) {
	out := dense(make([]float64, a.n*a.n), a.n)
	for i := range a.n {
		out.row(i)[i] = 1
	}
	for i, scale := range scales {
		if scale == 0 {
			continue
		}
		if err := pause(); err != nil {
			return out, err
		}
		v := a.row(i)[:i]
		for j := range i {
			row := out.row(j)[:i]
			along := dot(row, v) / scale
			for k, x := range v {
				row[k] -= along * x
			}
		}
	}
	return out, nil
}

// mostSteps is how many QL steps an eigenvalue takes at most: two are usual.
const mostSteps = 60

// diagonalise makes a tridiagonal matrix diagonal, and turns the rows of vectors along with it.
func diagonalise(diagonal, beside []float64, vectors rows, pause func() error) error {
	n := len(diagonal)
	largest := 0.0
	for i, x := range diagonal {
		largest = max(largest, math.Abs(x)+math.Abs(beside[i]))
	}
	small := largest * 0x1p-53
	next := append(beside[1:], 0) // next[i] stands between i and i+1
	for low := range n {
		for steps := 0; ; steps++ {
			high := low
			for high < n-1 && math.Abs(next[high]) > small {
				high++
			}
			if high == low {
				break
			}
			if steps == mostSteps {
				return errors.New("baseline: no eigenvalues found")
			}
			if err := pause(); err != nil {
				return err
			}
			step(diagonal, next, low, high, vectors)
		}
	}
	return nil
}

// step is an implicit QL step, with Wilkinson's shift, of the rows from low to high.
func step(diagonal, next []float64, low, high int, vectors rows) {
	g := (diagonal[low+1] - diagonal[low]) / (2 * next[low])
	g = diagonal[high] - diagonal[low] + next[low]/(g+math.Copysign(math.Hypot(g, 1), g))
	sine, cosine, taken := 1.0, 1.0, 0.0
	for i := high - 1; i >= low; i-- {
		f, b := sine*next[i], cosine*next[i]
		r := math.Hypot(f, g)
		next[i+1] = r
		if r == 0 { // it falls into two parts
			diagonal[i+1] -= taken
			next[high] = 0
			return
		}
		sine, cosine = f/r, g/r
		g = diagonal[i+1] - taken
		r = (diagonal[i]-g)*sine + 2*cosine*b
		taken = sine * r
		diagonal[i+1] = g + taken
		g = cosine*r - b
		rotate(vectors.row(i), vectors.row(i+1), sine, cosine)
	}
	diagonal[low] -= taken
	next[low], next[high] = g, 0
}

// rotate turns two rows in their plane.
func rotate(x, y []float64, sine, cosine float64) {
	y = y[:len(x)]
	for k, a := range x {
		b := y[k]
		x[k], y[k] = cosine*a-sine*b, sine*a+cosine*b
	}
}
