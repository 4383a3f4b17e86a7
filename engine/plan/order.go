package plan

import "slices"

// reportsLast moves what no update depends on behind everything that one does: losses that are only reported
// can then share work with gradients.
func (f *fuser) reportsLast() {
	needed := make([]bool, len(f.steps))
	for i := len(f.steps) - 1; i >= 0; i-- {
		s := &f.steps[i]
		for _, r := range s.results() {
			needed[i] = needed[i] || f.updates(r) || f.serves(r, i, needed)
		}
		// What reads a parameter must stay before the update that overwrites it.
		needed[i] = needed[i] || slices.ContainsFunc(s.In, func(r Ref) bool { return f.overwritten(r, i) })
	}
	var first, last []Step
	for i, s := range f.steps {
		if needed[i] {
			first = append(first, s)
		} else {
			last = append(last, s)
		}
	}
	copy(f.steps, append(first, last...))
}

// updates reports whether r is memory that outlives the procedure without being a result.
func (f *fuser) updates(r Ref) bool {
	s := f.b.buffers[r.Buffer].slot
	return s >= 0 && f.b.plan.Slots[s].Class == ClassParam
}

// serves reports whether a needed step after i reads what r refers to.
func (f *fuser) serves(r Ref, i int, needed []bool) bool {
	return slices.ContainsFunc(f.readers[r.Buffer], func(k int) bool { return k > i && needed[k] })
}

func (f *fuser) overwritten(r Ref, after int) bool {
	w := f.writers[r.Buffer]
	return len(w) > 0 && w[len(w)-1] > after
}

// delay moves a step to just before the first one that reads its result, where that keeps fewer values in
// memory in the meantime: results that are needed much later do not fill the cache until then.
func (f *fuser) delay() {
	for i := len(f.steps) - 1; i >= 0; i-- {
		if to := f.latest(i); to > i+1 {
			s := f.steps[i]
			copy(f.steps[i:], f.steps[i+1:to])
			f.steps[to-1] = s
			f.index()
		}
	}
}

// latest is the step before which step i can be at the latest; i if it is better where it is.
func (f *fuser) latest(i int) int {
	s, to, values := &f.steps[i], len(f.steps), 0
	for _, r := range s.results() {
		if f.b.buffers[r.Buffer].slot >= 0 {
			return i
		}
		values += f.b.buffers[r.Buffer].len
		for _, k := range f.readers[r.Buffer] {
			if k > i {
				to = min(to, k)
			}
		}
	}
	for k, r := range s.In {
		readers, b := f.readers[r.Buffer], f.b.buffers[r.Buffer]
		if !f.steady(i, to, r) {
			return i
		}
		again := slices.ContainsFunc(s.In[:k], func(x Ref) bool { return x.Buffer == r.Buffer })
		if b.slot < 0 && readers[len(readers)-1] < to && !again {
			values -= b.len // they are kept instead
		}
	}
	if values <= 0 {
		return i
	}
	return to
}
