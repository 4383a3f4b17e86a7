package plan

import (
	"cosinelab/engine/graph"
	"cosinelab/engine/tensor"
)

// Size is about what a plan takes, found without laying it out.
type Size struct {
	Arena float64   // floats
	FLOP  []float64 // of each procedure, as Procedure.FLOP counts it
}

// Estimate says how large the plan of the procedures would be: slots exactly, and of the temporaries what is
// alive at once if steps run in the order of the graph. It is some thousand times faster than Build, and takes
// no memory for shapes of any size; TestEstimatesAreNearThePlans of package experiment holds the two together.
func Estimate(g *graph.Graph, procs ...Proc) Size {
	e := estimate{nodes: g.Nodes(), seen: make([]bool, len(g.Nodes())), slots: map[string]bool{}}
	var size Size
	most := 0.0
	for _, p := range procs {
		temporaries, flop := e.procedure(p)
		most = max(most, temporaries)
		size.FLOP = append(size.FLOP, flop)
	}
	size.Arena = e.static + most
	return size
}

// estimate goes over the procedures of a graph.
type estimate struct {
	nodes  []*graph.Node
	seen   []bool          // sources that have a slot, by ID
	slots  map[string]bool // results that have one, by name
	static float64
}

// floats is the room of a value. Its number of elements may be beyond every int.
func floats(s tensor.Shape) float64 {
	n := 1.0
	for _, d := range s {
		n *= float64(d)
	}
	return n
}

// procedure returns the floats that temporaries of a procedure take at most, and its FLOP.
func (e *estimate) procedure(p Proc) (most, flop float64) {
	reached := make([]bool, len(e.nodes))
	for _, n := range roots(p) {
		reach(n, reached)
	}
	at := e.order(reached)
	last := e.last(p, reached, at)
	alive := 0.0
	ends := make([]float64, len(e.nodes)+1) // floats that are given up behind each position
	for _, n := range e.nodes {
		if !reached[n.ID] {
			continue
		}
		flop += flopOf(n.Kind, n.Shape, shapesOf(n.In))
		if n.Kind.IsSource() || n.Kind.IsView() || n.Kind.Updates() > 0 {
			continue
		}
		size := floats(n.Shape)
		if last[n.ID] > len(e.nodes) {
			size = 0 // its slot is counted
		}
		alive += size
		ends[min(last[n.ID], len(e.nodes))] += size
		most = max(most, alive-e.reused(n, size, at[n.ID], last))
		alive -= ends[n.ID]
	}
	return most, flop
}

// last is, by ID, the position of the last reader of each value, beyond all nodes for a result. It counts the
// slots of results and sources on the way.
func (e *estimate) last(p Proc, reached []bool, at []int) []int {
	last := make([]int, len(e.nodes))
	for _, n := range e.nodes {
		if !reached[n.ID] {
			continue
		}
		last[n.ID] = max(last[n.ID], at[n.ID])
		for _, x := range n.In {
			o := owner(x).ID
			last[o] = max(last[o], at[n.ID])
		}
		if n.Kind.IsSource() && !e.seen[n.ID] {
			e.seen[n.ID] = true
			e.static += floats(n.Shape)
		}
	}
	for _, r := range p.Results {
		if o := owner(r.Node); !o.Kind.IsSource() && o.Shape.Equal(r.Node.Shape) {
			last[o.ID] = len(e.nodes) + 1
		}
		if !e.slots[r.Name] {
			e.slots[r.Name] = true
			e.static += floats(r.Node.Shape)
		}
	}
	return last
}

// reused is what the result of n takes over from an operand that nobody reads again.
func (e *estimate) reused(n *graph.Node, size float64, at int, last []int) float64 {
	for i, x := range n.In {
		o := owner(x)
		if overwrites(n.Kind, i) && !o.Kind.IsSource() && last[o.ID] == at && floats(o.Shape) == size {
			return size
		}
	}
	return 0
}

func shapesOf(nodes []*graph.Node) []tensor.Shape {
	shapes := make([]tensor.Shape, len(nodes))
	for i, n := range nodes {
		shapes[i] = n.Shape
	}
	return shapes
}

// order is the position of each node, by ID: its own, but that of its last operand for an update, which runs
// as early as it may.
func (e *estimate) order(reached []bool) []int {
	at := make([]int, len(e.nodes))
	for _, n := range e.nodes {
		if at[n.ID] = n.ID; n.Kind.Updates() > 0 && reached[n.ID] {
			at[n.ID] = 0
			for _, x := range n.In {
				at[n.ID] = max(at[n.ID], at[x.ID])
			}
		}
	}
	return at
}

// owner is the value whose memory a view shows.
func owner(n *graph.Node) *graph.Node {
	for n.Kind.IsView() {
		n = n.In[0]
	}
	return n
}
