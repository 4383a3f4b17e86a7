package plan

import "fmt"

// Verify checks that every step stays inside the arena, reads only what was written before it, and overwrites nothing
// that a later step still reads.
func (p *Plan) Verify() error {
	for i := range p.Procs {
		if err := p.verifyProc(&p.Procs[i]); err != nil {
			return fmt.Errorf("plan %s: %w", p.Procs[i].Name, err)
		}
	}
	return nil
}

func (p *Plan) verifyProc(q *Procedure) error {
	owner := make([]int, p.Arena) // which buffer the float belongs to now, plus one
	for _, s := range p.Slots {
		if s.Class == ClassGuard || s.Class == ClassResult {
			continue
		}
		claim(owner[s.Offset:s.Offset+s.Shape.Len()], s.buffer+1)
	}
	for i, s := range q.Steps {
		for j, r := range s.In {
			if err := check(owner, r, r.Buffer+1); err != nil {
				return fmt.Errorf("step %d (%v %s): operand %d: %w", i, s.Kind, s.Label, j, err)
			}
		}
		lo, hi := s.Out.span()
		if lo < 0 || hi > len(owner) {
			return fmt.Errorf("step %d (%v %s): result leaves the arena", i, s.Kind, s.Label)
		}
		claim(owner[lo:hi], s.Out.Buffer+1)
	}
	return nil
}

func claim(cells []int, mark int) {
	for i := range cells {
		cells[i] = mark
	}
}

// span is the half-open range of the arena that r touches.
func (r Ref) span() (lo, hi int) {
	hi = r.Offset + 1
	for i, d := range r.Shape {
		hi += (d - 1) * r.Stride[i]
	}
	return r.Offset, hi
}

// check looks at the corners of the window only: a buffer is claimed and lost as a whole or from an end.
func check(owner []int, r Ref, mark int) error {
	lo, hi := r.span()
	if lo < 0 || hi > len(owner) {
		return fmt.Errorf("%v at %d leaves the arena of %d", r.Shape, r.Offset, len(owner))
	}
	for _, i := range []int{lo, (lo + hi) / 2, hi - 1} {
		if owner[i] != mark {
			return fmt.Errorf("%v at %d holds another value by now", r.Shape, r.Offset)
		}
	}
	return nil
}
