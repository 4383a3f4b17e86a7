package baseline

// rows are rows of numbers one stride apart, which may overlap: the windows of a series are such.
type rows struct {
	data             []float64
	n, width, stride int
}

// dense are n rows one behind the other.
func dense(data []float64, n int) rows { return rows{data, n, len(data) / n, len(data) / n} }

func (r rows) row(i int) []float64 { return r.data[i*r.stride : i*r.stride+r.width] }

// part are the rows from i up to j.
func (r rows) part(i, j int) rows { return rows{r.data[i*r.stride:], j - i, r.width, r.stride} }

// turned are the columns as rows.
func (r rows) turned() rows {
	out := dense(make([]float64, r.n*r.width), r.width)
	for i := range r.n {
		for k, x := range r.row(i) {
			out.row(k)[i] = x
		}
	}
	return out
}

// product writes the products of every row of a with every row of b, [a.n, b.n]. It stands beside gonum's
// because of the tab: in WebAssembly its eight sums at a time are several times as fast as gonum's loops, which
// write a sum back after each term; and it calls pause, whose error ends it, every few milliseconds.
func product(out []float64, a, b rows, pause func() error) error {
	i, done := 0, 0
	for ; i+2 <= a.n; i += 2 {
		if done += 2 * b.n * a.width; done > perPause {
			if err := pause(); err != nil {
				return err
			}
			done = 0
		}
		j := 0
		for ; j+4 <= b.n; j += 4 {
			eight(out[i*b.n+j:], b.n, a.row(i), a.row(i+1), b.row(j), b.row(j+1), b.row(j+2), b.row(j+3))
		}
		for ; j < b.n; j++ {
			out[i*b.n+j] = dot(a.row(i), b.row(j))
			out[(i+1)*b.n+j] = dot(a.row(i+1), b.row(j))
		}
	}
	for ; i < a.n; i++ {
		for j := range b.n {
			out[i*b.n+j] = dot(a.row(i), b.row(j))
		}
	}
	return pause()
}

// perPause is how many products lie between two pauses.
const perPause = 1 << 22

// eight writes the products of two rows with four, the second row's n numbers behind the first's. The order of
// additions is that of dot.
func eight(out []float64, n int, x0, x1, y0, y1, y2, y3 []float64) {
	x1, y0, y1, y2, y3 = x1[:len(x0)], y0[:len(x0)], y1[:len(x0)], y2[:len(x0)], y3[:len(x0)]
	var a, b, c, d, e, f, g, h float64
	for i, u := range x0 {
		v := x1[i]
		p, q, r, s := y0[i], y1[i], y2[i], y3[i]
		a += u * p
		b += u * q
		c += u * r
		d += u * s
		e += v * p
		f += v * q
		g += v * r
		h += v * s
	}
	out[0], out[1], out[2], out[3] = a, b, c, d
	out[n], out[n+1], out[n+2], out[n+3] = e, f, g, h
}

func dot(x, y []float64) (sum float64) {
	y = y[:len(x)]
	for i, u := range x {
		sum += u * y[i]
	}
	return sum
}
