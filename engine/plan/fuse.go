package plan

import (
	"fmt"
	"slices"

	"cosinelab/engine/op"
)

// pass rewrites the steps of a procedure without changing what it computes. Rounding may change, since a
// fused kernel keeps more digits on the way.
type pass struct {
	name string
	run  func(*fuser)
}

// passes lists the rewrites in the order they run; later ones look for what earlier ones leave. A bias is in
// its product before gelu looks at that, sums are added in place before the gradient of a layer norm looks
// for them, and layer norms are joined before their gradients. What is only reported is out of the way before
// the gradients of a discrepancy are joined. Copies go last, since a result that is scattered for its reader
// is no longer contiguous, which all other passes want.
var passes = []pass{
	{"add in products", (*fuser).addInProducts},
	{"gelu in products", (*fuser).geluInProducts},
	{"accumulate in place", (*fuser).accumulateInPlace},
	{"slopes", (*fuser).slopes},
	{"layer norm", (*fuser).layerNorm},
	{"layer norm gradient", (*fuser).layerNormGrad},
	{"reports last", (*fuser).reportsLast},
	{"discrepancy gradients", (*fuser).discrepancyGrads},
	{"large results late", (*fuser).delay},
	{"copies in products", (*fuser).copiesInProducts},
}

// fuse runs the passes, and verifies the steps after each.
func (l *lowering) fuse() error {
	if l.b.opts.Unfused {
		return nil
	}
	for _, p := range passes {
		if pause := l.b.opts.Pause; pause != nil {
			if err := pause(); err != nil {
				return err
			}
		}
		f := newFuser(l)
		p.run(f)
		f.sweep()
		if err := l.verify(); err != nil {
			return fmt.Errorf("pass %s: %w", p.name, err)
		}
	}
	return nil
}

// verify holds the steps to Verify as if every buffer had a place of its own. The places are for this check
// only: layout gives the true ones.
func (l *lowering) verify() error {
	at, slots := 0, slices.Clone(l.b.plan.Slots)
	for _, b := range l.b.buffers {
		b.offset = at
		if b.slot >= 0 {
			slots[b.slot].Offset = at
		}
		at += b.len
	}
	steps := slices.Clone(l.steps)
	place(steps, l.b.buffers)
	return verify(slots, steps, at)
}

// fuser is a procedure in the hands of a pass. Steps keep their numbers until the pass is over: a step that
// is gone leaves a hole. Both lists know buffers, not windows: two steps that touch different parts of a
// buffer count as touching the same.
type fuser struct {
	*lowering
	gone    []bool
	writers [][]int // by buffer: the steps with a result in it, in order
	readers [][]int // by buffer: the steps with an operand in it, in order
}

func newFuser(l *lowering) *fuser {
	f := &fuser{lowering: l, gone: make([]bool, len(l.steps))}
	f.index()
	return f
}

// index notes who writes and reads what. It is called again whenever steps have other numbers.
func (f *fuser) index() {
	f.writers, f.readers = make([][]int, len(f.b.buffers)), make([][]int, len(f.b.buffers))
	for i := range f.steps {
		if !f.gone[i] {
			f.note(i, listed)
		}
	}
}

// note changes the lists of all that step i writes and reads. A step that writes a buffer twice is listed
// twice, one that reads it is listed once.
func (f *fuser) note(i int, change func(steps []int, i int) []int) {
	s := &f.steps[i]
	for _, r := range s.results() {
		for r.Buffer >= len(f.writers) { // made by a rewrite
			f.writers, f.readers = append(f.writers, nil), append(f.readers, nil)
		}
		f.writers[r.Buffer] = change(f.writers[r.Buffer], i)
	}
	for k, r := range s.In {
		if !slices.ContainsFunc(s.In[:k], func(x Ref) bool { return x.Buffer == r.Buffer }) {
			f.readers[r.Buffer] = change(f.readers[r.Buffer], i)
		}
	}
}

// listed is a sorted list with one more step in it.
func listed(steps []int, i int) []int {
	at, _ := slices.BinarySearch(steps, i)
	return slices.Insert(steps, at, i)
}

// unlisted is a sorted list with one step less.
func unlisted(steps []int, i int) []int {
	at, _ := slices.BinarySearch(steps, i)
	return slices.Delete(steps, at, at+1)
}

// set changes step i.
func (f *fuser) set(i int, s Step) {
	f.drop(i)
	f.gone[i] = false
	f.steps[i] = s
	f.note(i, listed)
}

// drop takes step i out, unless it is gone already.
func (f *fuser) drop(i int) {
	if !f.gone[i] {
		f.note(i, unlisted)
		f.gone[i] = true
	}
}

// results are all references that the step writes to.
func (s *Step) results() []Ref {
	if n := s.Kind.Updates(); n > 0 {
		return s.In[:n]
	}
	return append([]Ref{s.Out}, s.Also...)
}

// sweep closes the holes.
func (f *fuser) sweep() {
	var kept []Step
	for i, s := range f.steps {
		if !f.gone[i] {
			kept = append(kept, s)
		}
	}
	f.steps = kept
}

// replace puts a step in the place of step i, instead of it and the others.
func (f *fuser) replace(i int, s Step, others ...int) {
	for _, j := range others {
		f.drop(j)
	}
	f.set(i, s)
}

// maker returns the step whose first result is r, all of it and nothing else, and is a temporary; ok is false
// if there is none of one of these kinds.
func (f *fuser) maker(r Ref, kinds ...op.Kind) (step int, ok bool) {
	w := f.writers[r.Buffer]
	if f.b.buffers[r.Buffer].slot >= 0 || len(w) != 1 {
		return 0, false
	}
	s := &f.steps[w[0]]
	return w[0], slices.Contains(kinds, s.Kind) && same(s.Out, r)
}

// own is maker for a result that no other step but reader looks at. Such a result can vanish into the
// reader's.
func (f *fuser) own(r Ref, reader int, kinds ...op.Kind) (step int, ok bool) {
	step, ok = f.maker(r, kinds...)
	return step, ok && slices.Equal(f.readers[r.Buffer], []int{reader})
}

// same reports whether two references are to the same elements in row-major order, under whatever shapes.
// Only contiguous references are ever the same.
func same(a, b Ref) bool {
	return a.Buffer == b.Buffer && a.Offset == b.Offset && a.Shape.Len() == b.Shape.Len() &&
		a.Contiguous() && b.Contiguous()
}

// steady reports whether no step between two others writes to any of the references' buffers.
func (f *fuser) steady(from, to int, rs ...Ref) bool {
	return !slices.ContainsFunc(rs, func(r Ref) bool { return between(f.writers[r.Buffer], from, to) })
}

// untouched reports whether no step between two others writes to or reads any of the references' buffers.
func (f *fuser) untouched(from, to int, rs ...Ref) bool {
	return f.steady(from, to, rs...) && !slices.ContainsFunc(rs,
		func(r Ref) bool { return between(f.readers[r.Buffer], from, to) })
}

// between reports whether one of the sorted steps lies strictly between two others, in whichever order those
// come.
func between(steps []int, from, to int) bool {
	lo, hi := min(from, to), max(from, to)
	return slices.ContainsFunc(steps, func(i int) bool { return lo < i && i < hi })
}

// written reports whether r holds its value before step i, and keeps it until step until.
func (f *fuser) written(r Ref, i, until int) bool {
	for _, w := range f.writers[r.Buffer] {
		if i <= w && w < until {
			return false
		}
	}
	return true
}
