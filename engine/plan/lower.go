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
	len         int
	slot        Slot // -1 = a temporary
	first, last int
	offset      int
}

type builder struct {
	opts    Options
	plan    *Plan
	buffers []*buffer
	slots   map[*graph.Node]int // buffer of an input, parameter or constant
}

func newBuilder(opts Options) *builder {
	return &builder{opts: opts, plan: &Plan{}, slots: map[*graph.Node]int{}}
}

func (b *builder) newBuffer(n int, s Slot) int {
	b.buffers = append(b.buffers, &buffer{len: n, slot: s, first: -1})
	return len(b.buffers) - 1
}

func (b *builder) newSlot(name string, c Class, s tensor.Shape, value []float32) int {
	buf := b.newBuffer(s.Len(), Slot(len(b.plan.Slots)))
	b.plan.Slots = append(b.plan.Slots, SlotInfo{Name: name, Class: c, Shape: s, Value: value, buffer: buf})
	return buf
}

// declare makes the slots of everything that the procedures reach, in the order of the graph.
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

func roots(p Proc) []*graph.Node {
	var rs []*graph.Node
	for _, r := range p.Results {
		rs = append(rs, r.Node)
	}
	return append(rs, p.Updates...)
}

func reach(n *graph.Node, seen []bool) {
	if seen[n.ID] {
		return
	}
	seen[n.ID] = true
	for _, x := range n.In {
		reach(x, seen)
	}
}

// value is a distinct result within one procedure: nodes that differ only by StopGradient share one.
type value struct {
	kind  op.Kind
	attr  op.Attr
	in    []*value
	shape tensor.Shape
	label string
	id    int
	root  *value // through views, the value that owns the data
	ref   *Ref
	copy  *Ref // a contiguous copy, once one was needed
}

// lowering is one procedure on its way to steps.
type lowering struct {
	b      *builder
	name   string
	values []*value
	steps  []Step
}

func (b *builder) lower(p Proc) (*lowering, error) {
	l := &lowering{b: b, name: p.Name}
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

func (v *value) key() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d %x %v", v.kind, v.attr.X, v.attr.N)
	for _, x := range v.in {
		fmt.Fprintf(&s, " %d", x.id)
	}
	return s.String()
}

// schedule says after which value each update can run: when its operands are there and everything that reads
// the parameters it overwrites is done. Early updates free their operands' memory early.
func (l *lowering) schedule(updates []*value) map[int][]*value {
	lastRead := map[*value]int{}
	for _, v := range l.values {
		for _, x := range v.in {
			if v.kind.Updates() == 0 {
				lastRead[x.root] = max(lastRead[x.root], v.id)
			}
		}
	}
	touched := map[*value]int{} // by an earlier update
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

// contiguous returns v in row-major order, copying it once if it does not lie so.
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

// result leaves v in the result slot of this name: its own buffer becomes the slot if nothing else claims it.
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

// resultSlot finds or makes the slot of a result.
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

// retarget makes every reference to one buffer a reference to another of the same length.
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

// lifetimes notes for every temporary of this procedure the first and the last step that touches it.
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
