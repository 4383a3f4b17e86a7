package asm

import "errors"

// Label is a place to jump to: the end of a Block, the start of a Loop. It is valid inside its body only.
type Label struct {
	fn     *Func
	depth  int
	closed bool
}

// Br jumps to the label.
func (l *Label) Br() { l.branch(opBr) }

// BrIf jumps to the label if c is not 0.
func (l *Label) BrIf(c I32) { l.branch(opBrIf, c.expr) }

func (l *Label) branch(op byte, args ...expr) {
	if l.closed {
		l.fn.fail(errors.New("a jump to a label from outside its block"))
	}
	l.fn.statement(appendUint([]byte{op}, uint32(l.fn.depth-l.depth)), args...)
}

func (f *Func) enter(op byte, args ...expr) *Label {
	f.statement([]byte{op, blockEmpty}, args...)
	f.depth++
	return &Label{fn: f, depth: f.depth}
}

func (f *Func) leave(l *Label) {
	l.closed = true
	f.depth--
	f.statement([]byte{opEnd})
}

// Block runs body; its label leads behind the block.
func (f *Func) Block(body func(end *Label)) {
	l := f.enter(opBlock)
	body(l)
	f.leave(l)
}

// Loop runs body once; its label leads back to the start.
func (f *Func) Loop(body func(start *Label)) {
	l := f.enter(opLoop)
	body(l)
	f.leave(l)
}

// If runs then when c is not 0.
func (f *Func) If(c I32, then func()) {
	l := f.enter(opIf, c.expr)
	then()
	f.leave(l)
}

// IfElse runs then when c is not 0, otherwise when it is.
func (f *Func) IfElse(c I32, then, otherwise func()) {
	l := f.enter(opIf, c.expr)
	then()
	f.statement([]byte{opElse})
	otherwise()
	f.leave(l)
}

// While runs body as long as c is not 0. The test stands at the end of the loop, one jump per round.
func (f *Func) While(c I32, body func()) {
	f.If(c, func() {
		f.Loop(func(start *Label) {
			body()
			start.BrIf(c)
		})
	})
}

// For runs body with i = from, from+step, ... while i < to (signed); to is evaluated every round.
func (f *Func) For(i, from, to I32, step int32, body func()) {
	i.Set(from)
	f.While(i.Lt(to), func() {
		body()
		i.Inc(Int(step))
	})
}

// Repeat runs body while the variable n is at least step, and takes step off n after each round.
func (f *Func) Repeat(n I32, step int32, body func()) {
	f.While(n.Ge(Int(step)), func() {
		body()
		n.Dec(Int(step))
	})
}

// Switch runs cases[i], or nothing when i is not in [0, len(cases)).
func (f *Func) Switch(i I32, cases ...func()) {
	end := f.enter(opBlock)
	labels := make([]*Label, len(cases))
	for k := len(cases) - 1; k >= 0; k-- {
		labels[k] = f.enter(opBlock)
	}
	table := appendUint([]byte{opBrTable}, uint32(len(cases)))
	for _, l := range labels {
		table = appendUint(table, uint32(f.depth-l.depth))
	}
	f.statement(appendUint(table, uint32(f.depth-end.depth)), i.expr)
	for k, body := range cases {
		f.leave(labels[k])
		body()
		end.Br()
	}
	f.leave(end)
}
