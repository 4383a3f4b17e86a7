package cpu

// tile is a kernel that computes rows by cols elements of a product.
type tile struct {
	rows, cols int
	unroll     int // packed matrices are filled up with zeros to a multiple of this many steps of k
	cost       int // picoseconds for one product of two elements
	// strided says that run reads the left matrix wherever it lies; else it must be packed.
	strided bool
	// run writes factor * (a b) to c, or adds it. a is rows by k with element (i, p) at i*aRow + p*aCol (packed: aRow
	// 1, aCol rows); b is packed, k rows of cols; rows of c are cRow apart.
	run func(k int, a []float32, aRow, aCol int, b, c []float32, cRow int, factor float32, add bool)
}

// depth is how much of the inner extent is multiplied at a time, so that the packed matrices stay in cache.
const depth = 256

func (p *product) panels() int { return (p.cols + p.tile.cols - 1) / p.tile.cols }

// steps is k rounded up to what the tile takes.
func (p *product) steps(k int) int { return (k + p.tile.unroll - 1) / p.tile.unroll * p.tile.unroll }

// scratchLen is the memory of one worker: packed y, one packed panel of x, one tile of results.
func (p *product) scratchLen() int {
	k := p.steps(min(depth, p.inner))
	return k*p.panels()*p.tile.cols + k*p.tile.rows + p.tile.rows*p.tile.cols
}

// multiply computes the rows from lo up to hi of item b.
func (p *product) multiply(scratch []float32, b, lo, hi int) {
	x, y := p.x.data[p.x.offsets[b]:], p.y.data[p.y.offsets[b]:]
	out := p.out[b*p.rows*p.cols:]
	for first := 0; first < p.inner; first += depth {
		k := min(depth, p.inner-first)
		packed, rest := carve(scratch, p.steps(k)*p.panels()*p.tile.cols)
		p.packY(packed, y[first*p.y.row:], k)
		for i := lo; i < hi; i += p.tile.rows {
			p.stripe(x[i*p.x.row+first*p.x.col:], packed, rest, out[i*p.cols:], k, min(p.tile.rows, hi-i), first > 0)
		}
	}
}

func carve(s []float32, n int) (head, rest []float32) { return s[:n], s[n:] }

// packY lays y out in panels of tile.cols columns, each row by row, with zeros behind the last column.
func (p *product) packY(packed, y []float32, k int) {
	width, steps := p.tile.cols, p.steps(k)
	for j := 0; j < p.cols; j += width {
		panel := packed[j*steps:][:steps*width]
		pack(panel, y[j*p.y.col:], k, p.y.row, min(width, p.cols-j), p.y.col, width)
	}
}

// pack copies n elements colStep apart from each of k rows rowStep apart to rows of width floats. The rest of dst is
// zero.
func pack(dst, src []float32, k, rowStep, n, colStep, width int) {
	if n*k < len(dst) {
		clear(dst)
	}
	if colStep == 1 && n >= 8 {
		for i := range k {
			copy(dst[i*width:][:n], src[i*rowStep:])
		}
		return
	}
	for j := range n {
		at := j * colStep
		for i := j; i < k*width; i += width {
			dst[i] = src[at]
			at += rowStep
		}
	}
}

// stripe computes one row of tiles, of which the first rows count.
func (p *product) stripe(x, packed, rest, out []float32, k, rows int, add bool) {
	t := &p.tile
	steps := p.steps(k)
	panel, result := carve(rest, steps*t.rows)
	xRow, xCol := p.x.row, p.x.col
	if rows < t.rows || !t.strided {
		pack(panel, x, k, xCol, rows, xRow, t.rows)
		x, xRow, xCol = panel, 1, t.rows
	}
	for j := 0; j < p.cols; j += t.cols {
		y := packed[j*steps:][:steps*t.cols]
		if cols := min(t.cols, p.cols-j); rows == t.rows && cols == t.cols {
			t.run(steps, x, xRow, xCol, y, out[j:], p.cols, p.factor, add)
		} else {
			t.run(steps, x, xRow, xCol, y, result, t.cols, p.factor, false)
			p.store(out[j:], result, rows, cols, add)
		}
	}
}

// store copies or adds the part of a tile that lies inside the matrix.
func (p *product) store(out, result []float32, rows, cols int, sum bool) {
	for i := range rows {
		dst, src := out[i*p.cols:][:cols], result[i*p.tile.cols:][:cols]
		if sum {
			add(dst, dst, src)
		} else {
			copy(dst, src)
		}
	}
}

// portable is the tile in plain Go. Sixteen floating-point registers hold 4 by 3 results, a row of b and an element of
// a; wider tiles spill. Four steps of k in one turn nearly double its speed: advancing a slice is dear.
var portable = tile{rows: 4, cols: 3, unroll: 4, cost: 250, run: tile4x3}

func tile4x3(k int, a []float32, _, _ int, b, c []float32, cRow int, factor float32, sum bool) {
	var c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32 float32
	a, b = a[:4*k], b[:3*k]
	for len(a) >= 16 && len(b) >= 12 {
		b0, b1, b2 := b[0], b[1], b[2]
		x := a[0]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		x = a[1]
		c10 += x * b0
		c11 += x * b1
		c12 += x * b2
		x = a[2]
		c20 += x * b0
		c21 += x * b1
		c22 += x * b2
		x = a[3]
		c30 += x * b0
		c31 += x * b1
		c32 += x * b2
		b0, b1, b2 = b[3], b[4], b[5]
		x = a[4]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		x = a[5]
		c10 += x * b0
		c11 += x * b1
		c12 += x * b2
		x = a[6]
		c20 += x * b0
		c21 += x * b1
		c22 += x * b2
		x = a[7]
		c30 += x * b0
		c31 += x * b1
		c32 += x * b2
		b0, b1, b2 = b[6], b[7], b[8]
		x = a[8]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		x = a[9]
		c10 += x * b0
		c11 += x * b1
		c12 += x * b2
		x = a[10]
		c20 += x * b0
		c21 += x * b1
		c22 += x * b2
		x = a[11]
		c30 += x * b0
		c31 += x * b1
		c32 += x * b2
		b0, b1, b2 = b[9], b[10], b[11]
		x = a[12]
		c00 += x * b0
		c01 += x * b1
		c02 += x * b2
		x = a[13]
		c10 += x * b0
		c11 += x * b1
		c12 += x * b2
		x = a[14]
		c20 += x * b0
		c21 += x * b1
		c22 += x * b2
		x = a[15]
		c30 += x * b0
		c31 += x * b1
		c32 += x * b2
		a, b = a[16:], b[12:]
	}
	put3(c, factor, sum, c00, c01, c02)
	put3(c[cRow:], factor, sum, c10, c11, c12)
	put3(c[2*cRow:], factor, sum, c20, c21, c22)
	put3(c[3*cRow:], factor, sum, c30, c31, c32)
}

func put3(c []float32, factor float32, sum bool, x0, x1, x2 float32) {
	c = c[:3]
	x0, x1, x2 = factor*x0, factor*x1, factor*x2
	if sum {
		x0, x1, x2 = c[0]+x0, c[1]+x1, c[2]+x2
	}
	c[0], c[1], c[2] = x0, x1, x2
}
