package portable

import (
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// matrices is one operand or the result of a batch of products: element (i, j) of item b lies at offsets[b] +
// i*row + j*col.
type matrices struct {
	data     []float32
	offsets  []int
	row, col int
}

func (c *compiler) matrices(r plan.Ref) matrices {
	n := len(r.Shape) - 2
	return matrices{
		data:    c.arena[r.Offset:],
		offsets: offsets(r.Shape[:n], r.Stride[:n]),
		row:     r.Stride[n],
		col:     r.Stride[n+1],
	}
}

// at is item b, from row i on.
func (m *matrices) at(b, i int) matrix {
	return matrix{m.data[m.offsets[b]+i*m.row:], m.row, m.col}
}

// line is row i of item b, n floats of a matrix with dense rows.
func (m *matrices) line(b, i, n int) []float32 { return m.data[m.offsets[b]+i*m.row:][:n] }

// product is a batch of products with what fusion adds to it.
type product struct {
	gemm
	rows    int
	x, y    matrices
	out     matrices
	addends []matrices // added to the product, one after the other
	onto    bool       // the result starts from what its memory holds
	gelu    bool
	slope   *matrices // where the slope of gelu goes, if it is kept
}

func (c *compiler) product(s plan.Step) *product {
	n := len(s.Out.Shape) - 2
	p := &product{
		gemm: gemm{tile: c.vectors.Tile, inner: s.In[0].Shape[n+1], cols: s.Out.Shape[n+1],
			factor: float32(s.Attr.X)},
		rows: s.Out.Shape[n], x: c.matrices(s.In[0]), y: c.matrices(s.In[1]), out: c.matrices(s.Out),
		gelu: s.Kind == op.MatMulGelu,
	}
	for _, z := range s.In[2:] {
		if z.Buffer == s.Out.Buffer && z.Offset == s.Out.Offset {
			p.onto = true
		} else {
			p.addends = append(p.addends, c.matrices(z))
		}
	}
	if len(s.Also) > 0 {
		slope := c.matrices(s.Also[0])
		p.slope = &slope
	}
	return p
}

// compileMatMul splits the batch, and the rows of each item when the batch alone is too small for all
// workers.
func compileMatMul(c *compiler, s plan.Step) task {
	p := c.product(s)
	c.need(p.packedLen() + p.workLen())
	batch := len(p.x.offsets)
	parts := rowParts(batch, p.rows/(4*c.vectors.Tile.Rows), len(c.scratch))
	return c.split(batch*parts, p.cost(p.rows)/parts, func(worker, lo, hi int) {
		for i := lo; i < hi; i++ {
			part := i % parts
			p.run(c.scratch[worker], i/parts, part*p.rows/parts, (part+1)*p.rows/parts)
		}
	})
}

// rowParts is into how many parts to cut the rows of each item: enough for the workers, but no more than
// most, since each part packs the right matrix again.
func rowParts(batch, most, workers int) int {
	if workers == 1 || batch >= 2*workers {
		return 1
	}
	return max(1, min(2*workers, most))
}

// run computes the rows from lo up to hi of item b.
func (p *product) run(scratch []float32, b, lo, hi int) {
	packed, work := carve(scratch, p.packedLen())
	p.pack(packed, p.y.at(b, 0))
	p.start(b, lo, hi)
	p.multiply(p.out.at(b, lo), p.x.at(b, lo), packed, work, hi-lo, p.onto || len(p.addends) > 0)
	if p.gelu {
		p.squash(b, lo, hi)
	}
}

// start puts the sum of the addends where the product will be added.
func (p *product) start(b, lo, hi int) {
	for k := range p.addends {
		for i := lo; i < hi; i++ {
			out, z := p.out.line(b, i, p.cols), p.addends[k].line(b, i, p.cols)
			if k == 0 && !p.onto {
				copy(out, z)
			} else {
				add(out, out, z)
			}
		}
	}
}

// squash applies gelu and keeps its slope.
func (p *product) squash(b, lo, hi int) {
	for i := lo; i < hi; i++ {
		out, slope := p.out.line(b, i, p.cols), []float32(nil)
		if p.slope != nil {
			slope = p.slope.line(b, i, p.cols)
		}
		gelu(out, slope, out)
	}
}
