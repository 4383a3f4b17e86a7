package portable

import (
	"cosinelab/engine/plan"
)

func compileCopy(c *compiler, s plan.Step) task {
	return c.fill(c.floats(s.Out), c.window(s.In[0]))
}

// fill copies a window to contiguous memory.
func (c *compiler) fill(out []float32, x *window) task {
	return c.chunks(len(out), 500, func(_, lo, hi int) { x.copyTo(lo, out[lo:hi]) })
}

// blocks are the contiguous pieces of a result that one operand fills, when the operand covers a part of an
// axis.
type blocks struct {
	x              *window
	count, len     int // how many, and floats in each
	first, between int // position of the first, distance from one to the next
}

// blocksOf places an operand at position first along an axis of the result.
func (c *compiler) blocksOf(x, out plan.Ref, axis, first int) blocks {
	inner := out.Shape[axis+1:].Len()
	return blocks{
		x:       c.window(x),
		count:   out.Shape[:axis].Len(),
		len:     x.Shape[axis] * inner,
		first:   first * inner,
		between: out.Shape[axis] * inner,
	}
}

// copyTo fills the i-th block of out.
func (b *blocks) copyTo(out []float32, i int) {
	at := b.first + i*b.between
	b.x.copyTo(i*b.len, out[at:at+b.len])
}

func compileConcat(c *compiler, s plan.Step) task {
	out, axis, first := c.floats(s.Out), s.Attr.N[0], 0
	parts := make([]blocks, len(s.In))
	for i, x := range s.In {
		parts[i] = c.blocksOf(x, s.Out, axis, first)
		first += x.Shape[axis]
	}
	return c.split(parts[0].count, parts[0].between, func(_, lo, hi int) {
		for i := lo; i < hi; i++ {
			for j := range parts {
				parts[j].copyTo(out, i)
			}
		}
	})
}

func compilePad(c *compiler, s plan.Step) task {
	out := c.floats(s.Out)
	b := c.blocksOf(s.In[0], s.Out, s.Attr.N[0], s.Attr.N[1])
	return c.split(b.count, b.between, func(_, lo, hi int) {
		clear(out[lo*b.between : hi*b.between])
		for i := lo; i < hi; i++ {
			b.copyTo(out, i)
		}
	})
}

// taps is the geometry of unfold and fold.
type taps struct {
	length, channels, width, dilation, offset int
	circular                                  bool
}

func tapsOf(folded plan.Ref, attr []int) taps {
	return taps{length: folded.Shape[1], channels: folded.Shape[2],
		width: attr[0], dilation: attr[1], offset: attr[2], circular: attr[3] == 1}
}

// within returns step t of the window, wrapped around if circular; ok is false outside.
func (p *taps) within(t int) (at int, ok bool) {
	if p.circular {
		return (t%p.length + p.length) % p.length, true
	}
	return t, t >= 0 && t < p.length
}

func compileUnfold(c *compiler, s plan.Step) task {
	x, out, p := c.floats(s.In[0]), c.floats(s.Out), tapsOf(s.In[0], s.Attr.N)
	n := p.channels
	zeros := make([]float32, n)
	return c.split(len(x)/n, p.width*n, func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			base, t := r/p.length*p.length, r%p.length
			dst := out[r*n*p.width:][:n*p.width]
			for k := range p.width {
				src := zeros
				if at, ok := p.within(t + k*p.dilation - p.offset); ok {
					src = x[(base+at)*n:][:n]
				}
				for c, v := range src {
					dst[c*p.width+k] = v
				}
			}
		}
	})
}

// compileFold adds, for each step and tap, the one place to which unfold copied it.
func compileFold(c *compiler, s plan.Step) task {
	x, out, p := c.floats(s.In[0]), c.floats(s.Out), tapsOf(s.Out, s.Attr.N)
	n := p.channels
	return c.split(len(out)/n, p.width*n, func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			base, t, dst := r/p.length*p.length, r%p.length, out[r*n:][:n]
			clear(dst)
			for k := range p.width {
				if at, ok := p.within(t - k*p.dilation + p.offset); ok {
					src := x[(base+at)*n*p.width:][:n*p.width]
					for c := range dst {
						dst[c] += src[c*p.width+k]
					}
				}
			}
		}
	})
}
