package plan

import (
	"fmt"
	"slices"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// align is the granularity of buffers in floats: a cache line, which also suits every vector load.
const align = 16

// roundUp is the room that n floats take.
func roundUp(n int) int { return (n + align - 1) / align * align }

// layout gives every buffer its place and writes the places into the steps. Temporaries of different
// procedures take the same memory, since only one procedure runs at a time and nothing of theirs outlives it.
func (b *builder) layout(ls []*lowering) *Plan {
	p := b.plan
	if b.opts.Guard > 0 {
		b.placeGuarded()
	} else {
		b.placeSlots()
		for _, l := range ls {
			l.reuse()
			p.Arena = max(p.Arena, p.Static+b.pack(l.lifetimes(), p.Static))
		}
		p.Arena = max(p.Arena, p.Static)
	}
	for _, l := range ls {
		place(l.steps, b.buffers)
		p.Procs = append(p.Procs, Procedure{Name: l.name, Steps: l.steps})
	}
	return p
}

// placeSlots puts the slots in front, in the order they were made, where they stay for all procedures.
func (b *builder) placeSlots() {
	at := 0
	for _, buf := range b.buffers {
		if buf.slot >= 0 {
			buf.offset = at
			b.plan.Slots[buf.slot].Offset = at
			at += roundUp(buf.len)
		}
	}
	b.plan.Static = at
}

// placeGuarded puts every buffer, temporaries too, between guard slots of its own. Buffers then lie wherever
// the guards leave them, which also tests kernels on unaligned data.
func (b *builder) placeGuarded() {
	p, at := b.plan, 0
	guard := func() {
		p.Slots = append(p.Slots, SlotInfo{Name: fmt.Sprintf("guard %d", len(p.Slots)), Class: ClassGuard,
			Shape: tensor.Shape{b.opts.Guard}, Offset: at})
		at += b.opts.Guard
	}
	for _, buf := range b.buffers {
		guard()
		buf.offset = at
		if buf.slot >= 0 {
			p.Slots[buf.slot].Offset = at
		}
		at += buf.len
	}
	guard()
	p.Static, p.Arena = at, at
}

// overwrites reports whether a kernel of this kind may write its result over operand i, if that lies just
// like it: it reads every element, or every row, before it writes the same one.
func overwrites(k op.Kind, i int) bool {
	switch k {
	case op.MatMulAdd, op.MatMulGelu:
		return i >= 2
	case op.Softmax, op.SoftmaxGrad, op.Normalize, op.NormalizeGrad:
		return true
	case op.LayerNorm:
		return i == 0
	}
	return k.IsUnary() || k.IsBinary()
}

// reuse lets a step write over an operand that nobody reads again. Only a temporary that it covers altogether
// can go: the result takes over its buffer. That saves memory, and traffic to it.
func (l *lowering) reuse() {
	l.lifetimes()
	taken := make([]int, len(l.b.buffers)) // by buffer: the one that takes its place
	for i := range taken {
		taken[i] = i
	}
	for i := range l.steps {
		s := &l.steps[i]
		s.eachRef(func(r *Ref) { r.Buffer = taken[r.Buffer] })
		out := l.b.buffers[s.Out.Buffer]
		for j, r := range s.In {
			in := l.b.buffers[r.Buffer]
			if overwrites(s.Kind, j) && in.slot < 0 && out.slot < 0 && in != out && in.last == i &&
				in.len == out.len &&
				r.Contiguous() && s.Out.Contiguous() && r.Shape.Len() == in.len && l.aloneIn(s, r) {
				in.last = out.last
				taken[s.Out.Buffer] = r.Buffer
				s.Out.Buffer = r.Buffer
				break
			}
		}
	}
	for i := range l.steps {
		l.steps[i].eachRef(func(r *Ref) {
			for r.Buffer != taken[r.Buffer] {
				r.Buffer = taken[r.Buffer]
			}
		})
	}
	// Buffers that are merged live longer: lifetimes must be counted anew.
	for _, buf := range l.b.buffers {
		buf.first = -1
	}
}

// aloneIn reports whether every operand of s in r's buffer is r itself: another window on it could be
// overwritten before it is read.
func (l *lowering) aloneIn(s *Step, r Ref) bool {
	for _, x := range s.In {
		if x.Buffer == r.Buffer && (x.Offset != r.Offset || !slices.Equal(x.Stride, r.Stride)) {
			return false
		}
	}
	return true
}

// pack places temporaries from base on, the largest first, each at the lowest place that is free while it
// lives. It returns the floats taken. The largest are the hardest to place, and small ones fit into what gaps
// they leave. Equal sizes keep their order, so that the same procedure always gets the same plan.
func (b *builder) pack(temps []int, base int) int {
	slices.SortStableFunc(temps, func(x, y int) int { return b.buffers[y].len - b.buffers[x].len })
	var placed []*buffer // by offset
	top := 0
	for _, t := range temps {
		buf := b.buffers[t]
		at := base
		for _, q := range placed {
			if q.first > buf.last || q.last < buf.first {
				continue
			}
			if at+roundUp(buf.len) <= q.offset {
				break
			}
			at = max(at, q.offset+roundUp(q.len))
		}
		buf.offset = at
		i, _ := slices.BinarySearchFunc(placed, at, func(q *buffer, at int) int { return q.offset - at })
		placed = slices.Insert(placed, i, buf)
		top = max(top, at+roundUp(buf.len)-base)
	}
	return top
}

// place writes the places of buffers into steps. It copies the slices of references, which steps may share
// with one another.
func place(steps []Step, buffers []*buffer) {
	for i := range steps {
		s := &steps[i]
		s.In, s.Also = slices.Clone(s.In), slices.Clone(s.Also)
		s.eachRef(func(r *Ref) { r.Offset += buffers[r.Buffer].offset })
	}
}
