package portable

// Products have kernels of their own: those of gonum's BLAS, in Go or in assembly, are slower for matrices of
// these sizes, skip what a zero meets, NaN too, and give bits that depend on where their operands lie.

// Tile is a kernel that computes Rows by Cols elements of a product.
type Tile struct {
	Rows, Cols int
	Unroll     int // packed matrices are filled up with zeros to a multiple of this many steps of k
	Cost       int // picoseconds for one product of two elements
	// Strided says that Run reads the left matrix wherever it lies; else it must be packed.
	Strided bool
	// Run writes factor * (a b) to c, or adds it. a is Rows by k with element (i, p) at i*aRow + p*aCol
	// (packed: aRow 1, aCol Rows); b is packed, k rows of Cols; rows of c are cRow apart.
	Run func(k int, a []float32, aRow, aCol int, b, c []float32, cRow int, factor float32, add bool)
}

// depth is how much of the inner extent is multiplied at a time, so that packed blocks stay in cache.
const depth = 256

// matrix has element (i, j) at i*row + j*col.
type matrix struct {
	data     []float32
	row, col int
}

// from is the matrix without its first rows and columns.
func (m matrix) from(i, j int) matrix {
	return matrix{m.data[i*m.row+j*m.col:], m.row, m.col}
}

// gemm multiplies by a matrix of inner rows and cols columns, which it packs once: in blocks of depth rows,
// each in panels of tile.Cols columns, each row by row, with zeros behind the last column and row.
type gemm struct {
	tile        Tile
	inner, cols int
	factor      float32
}

// steps is k rounded up to what the tile takes.
func (g *gemm) steps(k int) int { return (k + g.tile.Unroll - 1) / g.tile.Unroll * g.tile.Unroll }

// width is the columns rounded up to whole tiles.
func (g *gemm) width() int { return (g.cols + g.tile.Cols - 1) / g.tile.Cols * g.tile.Cols }

// packedLen is the length of the packed matrix; every block but the last is a multiple of any tile's steps.
func (g *gemm) packedLen() int { return g.steps(g.inner) * g.width() }

// workLen is the memory that multiply needs: one packed panel of the left matrix, and one tile.
func (g *gemm) workLen() int { return (depth + g.tile.Cols) * g.tile.Rows }

// cost is nanoseconds for a product with this many rows.
func (g *gemm) cost(rows int) int { return rows * g.inner * g.cols * g.tile.Cost / 1000 }

func carve(s []float32, n int) (head, rest []float32) { return s[:n], s[n:] }

func (g *gemm) pack(packed []float32, y matrix) {
	t := &g.tile
	for first := 0; first < g.inner; first += depth {
		k := min(depth, g.inner-first)
		for j := 0; j < g.cols; j += t.Cols {
			panel := packed[first*g.width()+j*g.steps(k):][:g.steps(k)*t.Cols]
			pack(panel, y.from(first, j), k, min(t.Cols, g.cols-j), t.Cols)
		}
	}
}

// pack copies k rows of n elements to rows of width floats. The rest of dst is zero.
func pack(dst []float32, src matrix, k, n, width int) {
	if n*k < len(dst) {
		clear(dst)
	}
	if src.col == 1 && n >= 8 {
		for i := range k {
			copy(dst[i*width:][:n], src.data[i*src.row:])
		}
		return
	}
	for j := range n {
		at := j * src.col
		for i := j; i < k*width; i += width {
			dst[i] = src.data[at]
			at += src.row
		}
	}
}

// multiply writes factor * (x y), or adds it, to out, whose rows are dense; packed is y.
func (g *gemm) multiply(out, x matrix, packed, work []float32, rows int, sum bool) {
	for first := 0; first < g.inner; first += depth {
		k := min(depth, g.inner-first)
		block := packed[first*g.width():]
		for i := 0; i < rows; i += g.tile.Rows {
			g.stripe(out.data[i*out.row:], out.row, x.from(i, first), block, work, k,
				min(g.tile.Rows, rows-i), sum || first > 0)
		}
	}
}

// stripe computes one row of tiles, of which the first rows count.
func (g *gemm) stripe(out []float32, outRow int, x matrix, block, work []float32, k, rows int, sum bool) {
	t, steps := &g.tile, g.steps(k)
	panel, result := carve(work, steps*t.Rows)
	if rows < t.Rows || !t.Strided {
		pack(panel, matrix{x.data, x.col, x.row}, k, rows, t.Rows)
		x = matrix{panel, 1, t.Rows}
	}
	for j := 0; j < g.cols; j += t.Cols {
		y := block[j*steps:][:steps*t.Cols]
		if cols := min(t.Cols, g.cols-j); rows == t.Rows && cols == t.Cols {
			t.Run(steps, x.data, x.row, x.col, y, out[j:], outRow, g.factor, sum)
		} else {
			t.Run(steps, x.data, x.row, x.col, y, result, t.Cols, g.factor, false)
			store(out[j:], outRow, result, t.Cols, rows, cols, sum)
		}
	}
}

// store copies or adds the part of a tile that lies inside the matrix.
func store(out []float32, outRow int, tile []float32, tileRow, rows, cols int, sum bool) {
	for i := range rows {
		dst, src := out[i*outRow:][:cols], tile[i*tileRow:][:cols]
		if sum {
			add(dst, dst, src)
		} else {
			copy(dst, src)
		}
	}
}

// plain is the tile in Go. Sixteen floating-point registers hold 4 by 3 results, a row of b and an element of
// a; wider tiles spill. Four steps of k in one turn nearly double its speed: advancing a slice is dear.
var plain = Tile{Rows: 4, Cols: 3, Unroll: 4, Cost: 250, Run: tile4x3}

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
