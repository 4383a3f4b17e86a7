// Package plan orders a graph into steps over one arena of float32.
package plan

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// Plan is an executable list of steps for each procedure, over one arena that all of them share: first the
// slots (inputs, parameters, constants, results), which keep their place, then memory that steps reuse by
// lifetime. Once built it does not change, and any number of programs may be compiled from it. All sizes and
// offsets count floats.
type Plan struct {
	Slots  []SlotInfo
	Procs  []Procedure
	Static int // floats taken by the slots, at the start of the arena
	Arena  int // floats in all
}

// Slot is the position of a named buffer in Plan.Slots.
type Slot int

// Class says who writes a slot.
type Class int

// Slot classes. Parameters keep their values between runs; constants are written once by the device.
const (
	// Results are read after a run; guards exist for tests only, and no step may touch them.
	ClassInput Class = iota
	ClassParam
	ClassConst
	ClassResult
	ClassGuard
)

// String is the class as Dump prints it.
func (c Class) String() string {
	return [...]string{"input", "param", "const", "result", "guard"}[c]
}

// SlotInfo describes one slot: Shape.Len() floats from Offset. Constants have no name.
type SlotInfo struct {
	Name   string
	Class  Class
	Shape  tensor.Shape
	Offset int
	Value  func() []float32 // of a constant
	buffer int              // the Ref.Buffer of references to it
}

// Ref is an operand: a strided window on the arena. Element (i, j, ...) lies at Offset + i*Stride[0] +
// j*Stride[1] + ... A stride of 0 repeats the axis; none is negative, since no view turns an axis around.
type Ref struct {
	Offset int
	Shape  tensor.Shape
	Stride []int
	Buffer int // which buffer it lies in; Verify tells values apart by it
}

// Contiguous reports whether the elements lie in row-major order without gaps. Axes of extent 1 may have any
// stride.
func (r Ref) Contiguous() bool {
	n := 1
	for i := len(r.Shape) - 1; i >= 0; i-- {
		if r.Shape[i] != 1 && r.Stride[i] != n {
			return false
		}
		n *= r.Shape[i]
	}
	return true
}

// Step is one operation, with shapes, strides and places all known. Out is where the result goes; an update
// has no result, its Out is its first operand. Out is contiguous, except that a product's may have any
// strides with its last axis dense. Steps run one after the other: each may read what those before it wrote.
// A result may lie exactly over an operand where overwrites allows it, or where the operation adds to it.
type Step struct {
	Kind  op.Kind
	Attr  op.Attr
	Out   Ref
	Also  []Ref // further results of a fused operation, contiguous
	In    []Ref
	Label string
}

// Procedure is a sequence of steps that runs as one.
type Procedure struct {
	Name  string
	Steps []Step
}

// Proc asks for a procedure: the values it leaves in result slots, then the updates it makes. Every other
// read of an updated parameter sees its old value; updates that touch the same parameter happen in the order
// listed.
type Proc struct {
	Name    string
	Results []Result
	Updates []*graph.Node
}

// Result names a value that can be read after a run. Procedures may share a result slot of one name and
// shape.
type Result struct {
	Name string
	Node *graph.Node
}

// Options changes how a plan is laid out.
type Options struct {
	// Guard puts this many floats, each a slot of class ClassGuard, before and behind every buffer and gives
	// every temporary a place of its own, so that a test sees a write that goes astray.
	Guard int
	// Pause is called between passes over the steps, for others to have their turn; its error ends Build. nil =
	// nobody waits.
	Pause func() error
	// Unfused leaves out the passes that join steps, so that every step is an operation of the graph.
	Unfused bool
}

// Build lowers the procedures of a graph to a plan, in the same way every time. It fails if an update is
// none, if two results of one name differ in shape, or if Verify does.
func Build(g *graph.Graph, opts Options, procs ...Proc) (*Plan, error) {
	b := newBuilder(opts)
	b.declare(g, procs)
	var lowered []*lowering
	for _, p := range procs {
		l, err := b.lower(p)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", p.Name, err)
		}
		lowered = append(lowered, l)
	}
	p := b.layout(lowered)
	if err := p.Verify(); err != nil {
		return nil, err
	}
	return p, nil
}

// Slot finds a slot by class and name. Names are unique within a class, but for constants, which have none:
// of those it finds the first.
func (p *Plan) Slot(c Class, name string) (Slot, bool) {
	for i, s := range p.Slots {
		if s.Class == c && s.Name == name {
			return Slot(i), true
		}
	}
	return 0, false
}

// Proc finds a procedure by name.
func (p *Plan) Proc(name string) (int, bool) {
	for i, q := range p.Procs {
		if q.Name == name {
			return i, true
		}
	}
	return 0, false
}
