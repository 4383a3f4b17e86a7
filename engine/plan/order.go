package plan

import "slices"

// reportsLast moves the steps that no update depends on behind those that some update needs: losses that are
// only reported can then share work with gradients.
func (f *fuser) reportsLast() {
	needed := make([]bool, len(f.steps))
	// Backwards, since whether a step is needed depends on those that read it.
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

// updates reports whether r is a parameter's memory, which outlives the procedure without being a result.
func (f *fuser) updates(r Ref) bool {
	s := f.b.buffers[r.Buffer].slot
	return s >= 0 && f.b.plan.Slots[s].Class == ClassParam
}

// serves reports whether a needed step after i reads what r refers to.
func (f *fuser) serves(r Ref, i int, needed []bool) bool {
	return slices.ContainsFunc(f.readers[r.Buffer], func(k int) bool { return k > i && needed[k] })
}

// overwritten reports whether a step behind this one writes to r's buffer.
func (f *fuser) overwritten(r Ref, after int) bool {
	w := f.writers[r.Buffer]
	return len(w) > 0 && w[len(w)-1] > after
}

// order is that of steps while some are moved. Steps keep their numbers; one more stands for the end.
type order struct {
	at         []int // by step: steps of smaller numbers come first
	next, prev []int
}

// apart is the room between neighbours, so that others fit in between.
const apart = 1 << 30

func newOrder(n int) *order {
	o := &order{make([]int, n+1), make([]int, n+1), make([]int, n+1)}
	for i := range o.at {
		o.at[i], o.next[i], o.prev[i] = i*apart, i+1, i-1
	}
	return o
}

// move puts step i directly before another one behind it.
func (o *order) move(i, to int) {
	if o.prev[to] == i {
		return
	}
	before, after := o.prev[i], o.next[i]
	if o.prev[after] = before; before >= 0 {
		o.next[before] = after
	}
	last := o.prev[to]
	o.next[last], o.prev[i], o.next[i], o.prev[to] = i, last, to, i
	if o.at[i] = (o.at[last] + o.at[to]) / 2; o.at[i] == o.at[last] {
		o.spread()
	}
}

// spread makes room everywhere again.
func (o *order) spread() {
	n := len(o.at) - 1
	for i, k := n, n; i >= 0; i, k = o.prev[i], k-1 {
		o.at[i] = k * apart
	}
}

// steps lists the numbers of all steps in their order.
func (o *order) steps() []int {
	out := make([]int, len(o.at)-1)
	for i, k := o.prev[len(out)], len(out)-1; i >= 0; i, k = o.prev[i], k-1 {
		out[k] = i
	}
	return out
}

// delay moves a step to just before the first one that reads its result, where that keeps fewer values in
// memory in the meantime: results that are needed much later do not fill the cache until then.
func (f *fuser) delay() {
	o := newOrder(len(f.steps))
	// From the end, so that a step finds its readers where they will stay.
	for i := len(f.steps) - 1; i >= 0; i-- {
		if to, ok := f.latest(i, o); ok {
			o.move(i, to)
		}
	}
	steps := make([]Step, len(f.steps))
	for at, i := range o.steps() {
		steps[at] = f.steps[i]
	}
	f.steps = steps
}

// latest is the step before which step i can be at the latest; ok is false if it is better where it is. Moving
// it trades its results for those of its operands that would otherwise be given up earlier: it is worth it only
// if it lets go of more floats than it holds on to.
func (f *fuser) latest(i int, o *order) (to int, ok bool) {
	s, values := &f.steps[i], 0
	to = len(f.steps)
	for _, r := range s.results() {
		if f.b.buffers[r.Buffer].slot >= 0 {
			return 0, false
		}
		values += f.b.buffers[r.Buffer].len
		for _, k := range f.readers[r.Buffer] {
			if k > i && o.at[k] < o.at[to] {
				to = k
			}
		}
	}
	before := func(k int) bool { return o.at[k] < o.at[to] }
	for k, r := range s.In {
		readers, b := f.readers[r.Buffer], f.b.buffers[r.Buffer]
		if slices.ContainsFunc(f.writers[r.Buffer], func(w int) bool { return w > i && before(w) }) {
			return 0, false
		}
		// An operand in two places is one buffer and counts once.
		again := slices.ContainsFunc(s.In[:k], func(x Ref) bool { return x.Buffer == r.Buffer })
		if b.slot < 0 && !again && !slices.ContainsFunc(readers, func(k int) bool { return !before(k) }) {
			values -= b.len // they are kept instead
		}
	}
	return to, values > 0
}
