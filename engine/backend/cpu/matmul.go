package cpu

import (
	"cosinelab/engine/plan"
)

// matrix is one operand of a product: element (i, j) of item b lies at offsets[b] + i*row + j*col.
type matrix struct {
	data     []float32
	offsets  []int
	row, col int
}

func (c *compiler) matrix(r plan.Ref) matrix {
	n := len(r.Shape) - 2
	return matrix{
		data:    c.arena[r.Offset:],
		offsets: offsets(r.Shape[:n], r.Stride[:n]),
		row:     r.Stride[n],
		col:     r.Stride[n+1],
	}
}

// product is X * x y for a batch of matrices: x rows by inner, y inner by cols.
type product struct {
	c                 *compiler
	tile              tile
	x, y              matrix
	out               []float32
	rows, inner, cols int
	parts             int // into how many parts the rows of one item are cut
	factor            float32
}

// compileMatMul splits the batch, and the rows of each item when the batch alone is too small for all workers.
func compileMatMul(c *compiler, s plan.Step) task {
	n := len(s.Out.Shape) - 2
	p := &product{
		c: c, tile: bestTile(), x: c.matrix(s.In[0]), y: c.matrix(s.In[1]), out: c.floats(s.Out),
		rows: s.Out.Shape[n], inner: s.In[0].Shape[n+1], cols: s.Out.Shape[n+1], factor: float32(s.Attr.X),
	}
	batch := len(p.x.offsets)
	p.parts = p.cut(batch, len(c.scratch))
	c.need(p.scratchLen())
	cost := p.rows * p.cols * p.inner * p.tile.cost / p.parts / 1000
	return c.split(batch*p.parts, cost, p.run)
}

// cut is the number of parts for a batch: enough for the workers, but parts of many tiles, since each part packs y.
func (p *product) cut(batch, workers int) int {
	if workers == 1 || batch >= 2*workers {
		return 1
	}
	return max(1, min(2*workers, p.rows/(4*p.tile.rows)))
}

func (p *product) run(worker, lo, hi int) {
	for i := lo; i < hi; i++ {
		b, part := i/p.parts, i%p.parts
		p.multiply(p.c.scratch[worker], b, part*p.rows/p.parts, (part+1)*p.rows/p.parts)
	}
}
