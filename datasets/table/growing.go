package table

// growing is a list of what a file holds, whose length only the end of the file tells. Growing copies
// nothing, so that memory stays near that of the data.
type growing[T any] struct {
	blocks [][]T
	n      int
}

// mostInBlock bounds what is allocated ahead.
const mostInBlock = 1 << 16

// add appends a value.
func (g *growing[T]) add(v T) {
	last := len(g.blocks) - 1
	if last < 0 || len(g.blocks[last]) == cap(g.blocks[last]) {
		g.blocks = append(g.blocks, make([]T, 0, min(max(g.n, 64), mostInBlock)))
		last++
	}
	g.blocks[last] = append(g.blocks[last], v)
	g.n++
}

// all returns the values in one piece, and leaves the list empty.
func (g *growing[T]) all() []T {
	out := make([]T, 0, g.n)
	for _, b := range g.blocks {
		out = append(out, b...)
	}
	*g = growing[T]{}
	return out
}
