package plan

import (
	"fmt"
	"slices"
)

// Verify checks that every step stays inside the arena, reads only what was written before it, and overwrites
// nothing that a later step still reads.
func (p *Plan) Verify() error {
	for _, q := range p.Procs {
		if err := verify(p.Slots, q.Steps, p.Arena); err != nil {
			return fmt.Errorf("plan %s: %w", q.Name, err)
		}
	}
	return nil
}

// verify follows, through the steps of one procedure, which buffer each float of the arena belongs to.
func verify(slots []SlotInfo, steps []Step, arena int) error {
	o := newOwners(slots, steps, arena)
	for _, s := range slots {
		if s.Class != ClassGuard && s.Class != ClassResult {
			o.claim(s.Offset, s.Offset+s.Shape.Len(), s.buffer)
		}
	}
	for i := range steps {
		s := &steps[i]
		for j, r := range s.In {
			if err := o.check(r); err != nil {
				return fmt.Errorf("step %d (%v %s): operand %d: %w", i, s.Kind, s.Label, j, err)
			}
		}
		for _, r := range s.results() {
			lo, hi := r.span()
			if lo < 0 || hi > arena {
				return fmt.Errorf("step %d (%v %s): result leaves the arena", i, s.Kind, s.Label)
			}
			o.claim(lo, hi, r.Buffer)
		}
	}
	return nil
}

// owners says to which buffer each stretch of the arena belongs. No window of the procedure begins or ends
// inside a stretch.
type owners struct {
	arena int
	cuts  []int // where stretches begin
	of    []int // buffer, -1 = nobody's yet
}

func newOwners(slots []SlotInfo, steps []Step, arena int) *owners {
	o := &owners{arena: arena}
	for _, s := range slots {
		o.cuts = append(o.cuts, s.Offset, s.Offset+s.Shape.Len())
	}
	for i := range steps {
		steps[i].eachRef(func(r *Ref) {
			lo, hi := r.span()
			o.cuts = append(o.cuts, lo, hi)
		})
	}
	slices.Sort(o.cuts)
	o.cuts = slices.Compact(o.cuts)
	o.of = slices.Repeat([]int{-1}, len(o.cuts))
	return o
}

// stretches are those between two cuts.
func (o *owners) stretches(lo, hi int) []int {
	i, _ := slices.BinarySearch(o.cuts, lo)
	j, _ := slices.BinarySearch(o.cuts, hi)
	return o.of[i:j]
}

func (o *owners) claim(lo, hi, buffer int) {
	of := o.stretches(lo, hi)
	for i := range of {
		of[i] = buffer
	}
}

func (o *owners) check(r Ref) error {
	lo, hi := r.span()
	if lo < 0 || hi > o.arena {
		return fmt.Errorf("%v at %d leaves the arena of %d", r.Shape, r.Offset, o.arena)
	}
	for _, b := range o.stretches(lo, hi) {
		if b != r.Buffer {
			return fmt.Errorf("%v at %d holds another value by now", r.Shape, r.Offset)
		}
	}
	return nil
}

// span is the half-open range of the arena that r touches.
func (r Ref) span() (lo, hi int) {
	hi = r.Offset + 1
	for i, d := range r.Shape {
		hi += (d - 1) * r.Stride[i]
	}
	return r.Offset, hi
}
