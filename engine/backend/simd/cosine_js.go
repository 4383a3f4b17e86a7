package simd

import (
	"math"

	"cosinelab/engine/plan"
)

// cosines are what a cosine and its gradient know of every row: |x|^2, |y|^2, x.y. They are measured anew in
// every run; the memory is made once, when the step is compiled.
type cosines struct {
	rows, cols int32
	x, y       uint32
	eps        float64
	xx, yy, xy []float32
}

func newCosines(m *memory, s plan.Step) *cosines {
	c := &cosines{x: m.at(s.In[0]), y: m.at(s.In[1]), eps: s.Attr.X}
	c.rows, c.cols = matrixOf(s.In[0])
	all := make([]float32, 3*c.rows)
	c.xx, c.yy, c.xy = all[:c.rows], all[c.rows:2*c.rows], all[2*c.rows:]
	return c
}

// measure computes the three products of every row.
func (c *cosines) measure() {
	rowDot(c.rows, c.cols, c.x, c.cols, c.x, c.cols, address(c.xx))
	rowDot(c.rows, c.cols, c.y, c.cols, c.y, c.cols, address(c.yy))
	rowDot(c.rows, c.cols, c.x, c.cols, c.y, c.cols, address(c.xy))
}

func root(x float32) float64 { return math.Sqrt(float64(x)) }

// compileCosine bounds norms from below by eps (models/README.md, section 2.1).
func compileCosine(m *memory, s plan.Step) func() {
	c, out := newCosines(m, s), m.arena[s.Out.Offset:]
	return func() {
		c.measure()
		for i, d := range c.xy {
			out[i] = float32(float64(d) / (max(root(c.xx[i]), c.eps) * max(root(c.yy[i]), c.eps)))
		}
	}
}

// compileCosineGrad is z (x / (|x||y|) - y x.y / (|x||y|^3)), 0 for a row that is all but zero.
func compileCosineGrad(m *memory, s plan.Step) func() {
	c, z, out, n := newCosines(m, s), m.arena[s.In[2].Offset:], m.at(s.Out), int32(s.Out.Shape.Len())
	// The share along y, which is added to that along x at the end.
	other := make([]float32, n)
	return func() {
		c.measure()
		for i, d := range c.xy {
			a, b := root(c.xx[i]), root(c.yy[i])
			alongX, alongY := float64(z[i])/(a*b), -float64(z[i])*float64(d)/(a*b*b*b)
			if a < c.eps || b < c.eps {
				alongX, alongY = 0, 0
			}
			// The squares are of no more use: their places take the factors of x and y.
			c.xx[i], c.yy[i] = float32(alongX), float32(alongY)
		}
		mulGrid(c.rows, c.cols, c.y, c.cols, address(c.yy), 1, address(other), c.cols, 1, 0)
		mulGrid(c.rows, c.cols, c.x, c.cols, address(c.xx), 1, out, c.cols, 1, 0)
		add(n, out, address(other), out)
	}
}
