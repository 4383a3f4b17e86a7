package plan

import (
	"fmt"
	"slices"
	"strings"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// buffer is memory before it has a place. Slots never move; temporaries live from their first to their last
// step.
type buffer struct {
	len         int  // floats
	slot        Slot // -1 = a temporary
	first, last int  // steps of the procedure that is being laid out; first is -1 before that
	offset      int  // in the arena, once it has a place
}

// builder collects the buffers of all procedures. Temporaries belong to one procedure, slots to all.
type builder struct {
	opts    Options
	plan    *Plan
	buffers []*buffer
	slots   map[*graph.Node]int // buffer of an input, parameter or constant
}

func newBuilder(opts Options) *builder {
	return &builder{opts: opts, plan: &Plan{}, slots: map[*graph.Node]int{}}
}

// newBuffer makes a buffer of n floats, for a slot or, with -1, a temporary.
func (b *builder) newBuffer(n int, s Slot) int {
	b.buffers = append(b.buffers, &buffer{len: n, slot: s, first: -1})
	return len(b.buffers) - 1
}

// newSlot makes a slot with its buffer and returns the buffer's number.
func (b *builder) newSlot(name string, c Class, s tensor.Shape, value func() []float32) int {
	buf := b.newBuffer(s.Len(), Slot(len(b.plan.Slots)))
	b.plan.Slots = append(b.plan.Slots, SlotInfo{Name: name, Class: c, Shape: s, Value: value, buffer: buf})
	return buf
}

// declare makes the slots of everything that the procedures reach, in the order of the graph. What no
// procedure reaches gets no slot, so that a plan for scoring has no room for what only training reads.
func (b *builder) declare(g *graph.Graph, procs []Proc) {
	classes := map[op.Kind]Class{op.Input: ClassInput, op.Param: ClassParam, op.Const: ClassConst}
	reached := make([]bool, len(g.Nodes()))
	for _, p := range procs {
		for _, n := range roots(p) {
			reach(n, reached)
		}
	}
	for _, n := range g.Nodes() {
		if n.Kind.IsSource() && reached[n.ID] {
			b.slots[n] = b.newSlot(n.Name, classes[n.Kind], n.Shape, n.Value)
		}
	}
}

// roots are the nodes that a procedure asks for.
func roots(p Proc) []*graph.Node {
	var rs []*graph.Node
	for _, r := range p.Results {
		rs = append(rs, r.Node)
	}
	return append(rs, p.Updates...)
}

// reach marks a node, by ID, with everything that it depends on.
func reach(n *graph.Node, seen []bool) {
	if seen[n.ID] {
		return
	}
	seen[n.ID] = true
	for _, x := range n.In {
		reach(x, seen)
	}
}

// value is a distinct result within one procedure: nodes that differ only by StopGradient share one. To
// gradients these are different nodes; to a plan they are the same numbers, and computing them twice would be
// waste.
type value struct {
	kind  op.Kind
	attr  op.Attr
	in    []*value
	shape tensor.Shape
	label string
	id    int    // position in lowering.values; operands come first
	root  *value // through views, the value that owns the data
	ref   *Ref   // where it lies, once it was emitted
	copy  *Ref   // a contiguous copy, once one was needed
}

// lowering is one procedure on its way to steps.
type lowering struct {
	b      *builder
	name   string
	values []*value
	steps  []Step
}

// lower turns a procedure into steps in the order of the graph, with each update as early as it may run, and
// fuses them.
func (b *builder) lower(p Proc) (*lowering, error) {
	l := &lowering{b: b, name: p.Name}
	// Copies that results need are values like others: they must exist before schedule looks for the last
	// reader of each parameter.
	of := l.number(p)
	results := make([]*value, len(p.Results))
	for i, r := range p.Results {
		results[i] = l.owned(of[r.Node])
	}
	updates := make([]*value, len(p.Updates))
	for i, u := range p.Updates {
		if u.Kind.Updates() == 0 {
			return nil, fmt.Errorf("%v is not an update", u.Kind)
		}
		updates[i] = of[u]
	}
	after := l.schedule(updates)
	for _, v := range l.values {
		if v.kind.Updates() == 0 {
			l.emit(v)
		}
		for _, u := range after[v.id] {
			l.emit(u)
		}
	}
	for i, r := range p.Results {
		if err := l.result(r.Name, results[i]); err != nil {
			return nil, err
		}
	}
	return l, l.fuse()
}

// number turns the nodes that p reaches into values, in graph order, merging equal ones.
func (l *lowering) number(p Proc) map[*graph.Node]*value {
	rs := roots(p)
	if len(rs) == 0 {
		return nil
	}
	nodes := rs[0].Graph().Nodes()
	seen := make([]bool, len(nodes))
	for _, n := range rs {
		reach(n, seen)
	}
	of, known := map[*graph.Node]*value{}, map[string]*value{}
	for _, n := range nodes {
		if !seen[n.ID] {
			continue
		}
		if n.Kind == op.StopGradient {
			of[n] = of[n.In[0]]
			continue
		}
		of[n] = l.intern(n, of, known)
	}
	return of
}

// intern returns the value of a node, or the equal one that is there already. Updates are never equal.
func (l *lowering) intern(n *graph.Node, of map[*graph.Node]*value, known map[string]*value) *value {
	v := &value{kind: n.Kind, attr: n.Attr, shape: n.Shape, label: n.Label, id: len(l.values)}
	v.root = v
	for _, x := range n.In {
		v.in = append(v.in, of[x])
	}
	if n.Kind.IsView() {
		v.root = v.in[0].root
	}
	if n.Kind.IsSource() {
		r := contiguous(l.b.slots[n], n.Shape)
		v.ref = &r
	} else if n.Kind.Updates() == 0 {
		// Two nodes that differ only by a StopGradient among their operands are one value here.
		key := v.key()
		if w := known[key]; w != nil {
			return w
		}
		known[key] = v
	}
	l.values = append(l.values, v)
	return v
}

// owned returns v, or a copy of it if its data belong to a slot: a result must outlive updates of a
// parameter.
func (l *lowering) owned(v *value) *value {
	if !v.root.kind.IsSource() {
		return v
	}
	c := &value{kind: op.Copy, in: []*value{v}, shape: v.shape, label: v.label, id: len(l.values)}
	c.root = c
	l.values = append(l.values, c)
	return c
}

// key tells values apart; adam alone has Hyper, and no update gets a key.
func (v *value) key() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d %x %v", v.kind, v.attr.X, v.attr.N)
	for _, x := range v.in {
		fmt.Fprintf(&s, " %d", x.id)
	}
	return s.String()
}

// schedule says after which value each update can run: when its operands are there and everything that reads
// the parameters it overwrites is done. An update also waits for earlier ones that touch the same parameter.
// Early updates free their operands' memory early.
func (l *lowering) schedule(updates []*value) map[int][]*value {
	lastRead := map[*value]int{}
	for _, v := range l.values {
		for _, x := range v.in {
			if v.kind.Updates() == 0 {
				lastRead[x.root] = max(lastRead[x.root], v.id)
			}
		}
	}
	// Values, with the position after which the latest update that uses them runs.
	touched := map[*value]int{} // a later update must not run before it
	after := map[int][]*value{}
	for _, u := range updates {
		at := 0
		for i, x := range u.in {
			if !x.kind.IsSource() {
				at = max(at, x.id)
			}
			at = max(at, touched[x.root])
			if i < u.kind.Updates() {
				at = max(at, lastRead[x.root])
			}
		}
		for _, x := range u.in {
			touched[x.root] = at
		}
		after[at] = append(after[at], u)
	}
	return after
}

// emit appends the step that computes v, with the copies its operands need, or resolves v as a view.
func (l *lowering) emit(v *value) {
	if v.kind.IsSource() {
		return
	}
	if v.kind.IsView() {
		if r, ok := view(v.kind, v.attr, *v.in[0].ref); ok {
			v.ref = &r
			return
		}
		// Every view of contiguous data can be expressed.
		r, _ := view(v.kind, v.attr, l.contiguous(v.in[0]))
		v.ref = &r
		return
	}
	in := l.operands(v)
	if v.kind.Updates() > 0 {
		l.steps = append(l.steps, Step{Kind: v.kind, Attr: v.attr, Out: in[0], In: in, Label: v.label})
		return
	}
	out := contiguous(l.b.newBuffer(v.shape.Len(), -1), v.shape)
	v.ref = &out
	l.steps = append(l.steps, Step{Kind: v.kind, Attr: v.attr, Out: out, In: in, Label: v.label})
}

// operands are the references that v's kernel reads: copies where it cannot take an operand as it lies,
// stretched to the result's shape where the operation broadcasts.
func (l *lowering) operands(v *value) []Ref {
	in := make([]Ref, len(v.in))
	for i, x := range v.in {
		in[i] = *x.ref
		if !accepts(v.kind, i, in[i]) {
			in[i] = l.contiguous(x)
		}
		if v.kind.IsBinary() {
			in[i] = expand(in[i], v.shape)
		}
	}
	return in
}

// contiguous returns v in row-major order, copying it once if it does not lie so. Later users share the copy.
func (l *lowering) contiguous(v *value) Ref {
	if v.ref.Contiguous() {
		return *v.ref
	}
	if v.copy == nil {
		out := contiguous(l.b.newBuffer(v.shape.Len(), -1), v.shape)
		l.steps = append(l.steps, Step{Kind: op.Copy, Out: out, In: []Ref{*v.ref}, Label: v.label})
		v.copy = &out
	}
	return *v.copy
}

// result leaves v in the result slot of this name. Where v is a whole buffer that no other result has
// claimed, that buffer becomes the slot and nothing is copied.
func (l *lowering) result(name string, v *value) error {
	slot, err := l.b.resultSlot(name, v.shape)
	if err != nil {
		return err
	}
	if b := l.b.buffers[v.ref.Buffer]; b.slot < 0 && b.len == v.shape.Len() && v.ref.Contiguous() {
		l.retarget(v.ref.Buffer, slot)
		return nil
	}
	l.steps = append(l.steps, Step{Kind: op.Copy, Out: contiguous(slot, v.shape), In: []Ref{*v.ref},
		Label: v.label})
	return nil
}

// resultSlot finds or makes the slot of a result. Procedures that leave a result of one name share the slot,
// and must agree on its shape.
func (b *builder) resultSlot(name string, s tensor.Shape) (int, error) {
	for i, buf := range b.buffers {
		if buf.slot < 0 {
			continue
		}
		if info := b.plan.Slots[buf.slot]; info.Class == ClassResult && info.Name == name {
			if !info.Shape.Equal(s) {
				return 0, fmt.Errorf("result %s: shape %v here, %v in another procedure", name, s, info.Shape)
			}
			return i, nil
		}
	}
	return b.newSlot(name, ClassResult, s, nil), nil
}

// retarget makes every reference to one buffer a reference to another of the same length. Places within the
// buffer stay.
func (l *lowering) retarget(from, to int) {
	move := func(r *Ref) {
		if r.Buffer == from {
			r.Buffer = to
		}
	}
	for i := range l.steps {
		l.steps[i].eachRef(move)
	}
	for _, v := range l.values {
		if v.ref != nil {
			move(v.ref)
		}
		if v.copy != nil {
			move(v.copy)
		}
	}
}

// eachRef visits results and operands.
func (s *Step) eachRef(visit func(*Ref)) {
	visit(&s.Out)
	for i := range s.Also {
		visit(&s.Also[i])
	}
	for i := range s.In {
		visit(&s.In[i])
	}
}

// lifetimes notes for every temporary of this procedure the first and the last step that touches it. It
// returns them in the order they were made. Before, first must be -1 in all of them.
func (l *lowering) lifetimes() []int {
	var temps []int
	touch := func(r Ref, step int) {
		b := l.b.buffers[r.Buffer]
		if b.slot >= 0 {
			return
		}
		if b.first < 0 {
			b.first = step
			temps = append(temps, r.Buffer)
		}
		b.last = step
	}
	for i := range l.steps {
		l.steps[i].eachRef(func(r *Ref) { touch(*r, i) })
	}
	slices.Sort(temps)
	return temps
}
