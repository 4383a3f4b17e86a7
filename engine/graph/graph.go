// Package graph holds expressions over named values.
package graph

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// Graph owns the nodes of an expression. Equal expressions are one node: building the same operation on the
// same operands twice returns the first. It only grows, and is not safe for concurrent use while it does.
type Graph struct {
	nodes  []*Node          // in the order they were made, so operands come before their users
	known  map[string]*Node // by what they compute, or by name
	labels []string         // the scopes that are open, outermost first
}

// Node is one value of a graph. It is read-only once built.
type Node struct {
	Kind  op.Kind
	Attr  op.Attr
	In    []*Node
	Shape tensor.Shape
	Name  string // of an input or a parameter: unique in the graph
	// Value makes the values of a constant, in row-major order. They are not kept: a graph is made of shapes
	// alone, however large they are.
	Value func() []float32
	Init  Init   // of a parameter
	Noise Noise  // of an input: with what it is filled if no caller writes it
	Label string // where the caller built it: encoder.attn_layers.0
	ID    int    // position in the graph; operands come before their users

	graph *Graph
}

// Init says how a parameter starts: drawn uniformly from -Uniform to Uniform, or from a normal distribution
// with deviation Normal, or, if both are 0, set to Fill + Step*k, where k is the position along the last
// axis. Unit then divides every row along the last axis by its Euclidean norm.
type Init struct {
	Uniform, Normal, Fill, Step float64
	Unit                        bool
}

// Noise says from which distribution an input is drawn before each run. Draws are reproducible.
type Noise int

// Distributions.
const (
	NoNoise Noise = iota // none: a caller writes the input
	// Normal is standard normal. The first axis counts windows; each has draws of its own, when it is scored
	// as well.
	Normal
	// Gumbel is -ln(-ln u) for u uniform between 0 and 1. All windows share one draw; it is 0 when they are
	// scored.
	Gumbel
	// Dropout is 0 with probability x, else 1/(1-x); 1 when windows are scored.
	Dropout
	// After is no noise: 0 in the first x epochs of a training run, then 1, and 1 when windows are scored.
	After
)

// Error is a mistake in building a graph: an operation that does not fit its operands.
type Error struct{ msg string }

func (e *Error) Error() string { return e.msg }

// Build calls f with an empty graph and returns what f built, or the first mistake it made. Operations report
// mistakes by panicking with *Error, so that expressions stay readable; Build is where that ends.
func Build(f func(g *Graph)) (g *Graph, err error) {
	g = &Graph{known: map[string]*Node{}}
	if err := g.Extend(func() { f(g) }); err != nil {
		return nil, err
	}
	return g, nil
}

// Extend calls f, which adds to the graph, and returns the first mistake it made. Nodes and scopes from
// before the mistake are still there, so a graph that failed is of no use.
func (g *Graph) Extend(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// Fail ends the building of g: the enclosing Build or Extend returns the message, with the current label
// before it.
func (g *Graph) Fail(format string, args ...any) {
	where := g.label()
	if where != "" {
		where += ": "
	}
	panic(&Error{where + fmt.Sprintf(format, args...)})
}

// Scope puts name before the names of parameters and labels until the returned function is called:
//
//	defer g.Scope("encoder")()
func (g *Graph) Scope(name string) (leave func()) {
	g.labels = append(g.labels, name)
	return func() { g.labels = g.labels[:len(g.labels)-1] }
}

// scoped is the name below the open scopes, joined by dots as in PyTorch's state dicts. The capacity is cut
// so that append copies instead of writing into g.labels.
func (g *Graph) scoped(name string) string {
	return strings.Join(append(g.labels[:len(g.labels):len(g.labels)], name), ".")
}

func (g *Graph) label() string { return strings.Join(g.labels, ".") }

// Nodes returns all nodes, operands before users. The slice is the graph's own: callers read it.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Params returns the parameters in the order they were made.
func (g *Graph) Params() []*Node {
	var ps []*Node
	for _, n := range g.nodes {
		if n.Kind == op.Param {
			ps = append(ps, n)
		}
	}
	return ps
}

// Input returns the input of this name: a value written before each run. The name is not scoped. Several
// models built under scopes of their own thus read the same input.
func (g *Graph) Input(name string, shape ...int) *Node {
	return g.named(op.Input, name, shape)
}

// Draw returns the input of this name below the current scope that is drawn from a distribution before each
// run. What x is stands beside the distribution; it is Attr.X of the node. Draws of one name are one input,
// and share their values.
func (g *Graph) Draw(name string, from Noise, x float64, shape ...int) *Node {
	n := g.named(op.Input, g.scoped(name), shape)
	n.Noise, n.Attr.X = from, x
	return n
}

// Param returns the parameter of this name below the current scope: a value that persists between runs. Who
// asks for it again, with the same shape, gets the same node, and shares its values.
func (g *Graph) Param(name string, init Init, shape ...int) *Node {
	n := g.named(op.Param, g.scoped(name), shape)
	n.Init = init
	return n
}

// named returns the input or parameter of this full name, made at the first call. It fails if the name
// belongs to another kind or shape.
func (g *Graph) named(k op.Kind, name string, shape []int) *Node {
	key := "named " + name
	if n := g.known[key]; n != nil {
		if n.Kind != k || !n.Shape.Equal(shape) {
			g.Fail("%v %s %v: the name is taken by %v %v", k, name, tensor.Shape(shape), n.Kind, n.Shape)
		}
		return n
	}
	n := g.add(k, op.Attr{N: shape}, nil)
	n.Name = name
	g.known[key] = n
	return n
}

// Const returns a constant with the given values in row-major order. It keeps the slice, which must not
// change any more. Every call makes a node: values are not compared.
func (g *Graph) Const(values []float32, shape ...int) *Node {
	if tensor.Shape(shape).Len() != len(values) {
		g.Fail("const %v: %d values", tensor.Shape(shape), len(values))
	}
	n := g.add(op.Const, op.Attr{N: shape}, nil)
	n.Value = func() []float32 { return values }
	return n
}

// Table returns the constant that values makes, in row-major order, once a device needs it. Tables of one key
// and shape are one node, whatever the scope.
func (g *Graph) Table(key string, values func() []float32, shape ...int) *Node {
	key = fmt.Sprintf("table %s %v", key, shape)
	if n := g.known[key]; n != nil {
		return n
	}
	n := g.add(op.Const, op.Attr{N: shape}, nil)
	n.Value = values
	g.known[key] = n
	return n
}

// Scalar returns a constant without axes, rounded to float32. Equal numbers share a node.
func (g *Graph) Scalar(x float64) *Node {
	key := fmt.Sprintf("scalar %x", x)
	if n := g.known[key]; n != nil {
		return n
	}
	n := g.Const([]float32{float32(x)})
	g.known[key] = n
	return n
}

// Apply returns the operation on its operands, of which there must be at least one, all of one graph. Updates
// are never shared: to accumulate the same value twice is not the same as once.
func Apply(k op.Kind, a op.Attr, in ...*Node) *Node {
	g := in[0].graph
	key := nodeKey(k, a, in)
	if n := g.known[key]; n != nil && k.Updates() == 0 {
		return n
	}
	n := g.add(k, a, in)
	g.known[key] = n
	return n
}

// nodeKey tells operations apart, and from what is known by a name: it begins with a zero byte. Graphs have
// hundreds of thousands of nodes, so that it is bytes, not text.
func nodeKey(k op.Kind, a op.Attr, in []*Node) string {
	b := binary.AppendUvarint(make([]byte, 1, 64), uint64(k))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(a.X))
	b = binary.AppendUvarint(b, uint64(len(a.N)))
	for _, n := range a.N {
		b = binary.AppendVarint(b, int64(n))
	}
	if a.Hyper == [4]float64{} {
		b = append(b, 0)
	} else {
		b = append(b, 1)
		for _, x := range a.Hyper {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	for _, n := range in {
		b = binary.AppendUvarint(b, uint64(n.ID))
	}
	return string(b)
}

// add makes a node after checking it against the operation's row in op.Table. It copies the slices, which
// callers go on using.
func (g *Graph) add(k op.Kind, a op.Attr, in []*Node) *Node {
	info := op.Table[k]
	if info.Arity >= 0 && len(in) != info.Arity || info.Arity < 0 && len(in) == 0 {
		g.Fail("%v: %d operands, want %d", k, len(in), info.Arity)
	}
	shapes := make([]tensor.Shape, len(in))
	for i, x := range in {
		if x.graph != g {
			g.Fail("%v: operand %d belongs to another graph", k, i)
		}
		if x.Kind.Updates() > 0 {
			g.Fail("%v: operand %d is an update, which has no value", k, i)
		}
		shapes[i] = x.Shape
	}
	a.N = slices.Clone(a.N)
	s, err := info.Shape(shapes, a)
	if err != nil {
		g.Fail("%v %s: %v", k, joinShapes(shapes), err)
	}
	n := &Node{Kind: k, Attr: a, In: slices.Clone(in), Shape: s, Label: g.label(), ID: len(g.nodes), graph: g}
	g.nodes = append(g.nodes, n)
	return n
}

func joinShapes(shapes []tensor.Shape) string {
	parts := make([]string, len(shapes))
	for i, s := range shapes {
		parts[i] = s.String()
	}
	return strings.Join(parts, " x ")
}

// Graph returns the graph that the node belongs to.
func (n *Node) Graph() *Graph { return n.graph }
