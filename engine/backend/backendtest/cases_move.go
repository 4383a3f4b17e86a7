package backendtest

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// viewCases build on views of views, some of which only a copy can express. One stands between two steps, so
// that its operand is a temporary.
func viewCases(name string, f func(x *graph.Node) *graph.Node) []testCase {
	var cs []testCase
	for l := range layouts {
		s := tensor.Shape{4, 3, 2}
		cs = append(cs, testCase{named(s, l),
			under(l, func(m *maker) *graph.Node { return f(m.input(normal, s...)) }),
			l == plain && name != "stop"})
	}
	scaled := func(m *maker) *graph.Node {
		return graph.Scale(f(graph.Scale(m.input(normal, 4, 3, 2), 2)), -1)
	}
	return append(cs, testCase{name: "between steps", build: scaled})
}

func reshaped(x *graph.Node) *graph.Node { return graph.Reshape(x, 2, 6, 2) }
func turned(x *graph.Node) *graph.Node   { return graph.Transpose(x, 2, 0, 1) }
func cut(x *graph.Node) *graph.Node      { return graph.SliceAxis(x, 1, 1, 3) }
func stretched(x *graph.Node) *graph.Node {
	return graph.Expand(graph.SliceAxis(x, 1, 2, 3), 2, 4, 3, 2)
}
func stopped(x *graph.Node) *graph.Node { return graph.StopGradient(x) }

// concatCases join three operands of different extents along each axis.
func concatCases() []testCase {
	var cs []testCase
	for l := range layouts {
		for axis := range 3 {
			build := under(l, func(m *maker) *graph.Node {
				var xs []*graph.Node
				for _, d := range []int{3, 1, 17} {
					s := []int{2, 5, 3}
					s[axis] = d
					xs = append(xs, m.input(normal, s...))
				}
				return graph.Concat(axis, xs...)
			})
			cs = append(cs, testCase{fmt.Sprintf("axis %d %v", axis, l), build, false})
		}
	}
	build := func(m *maker) *graph.Node {
		return graph.Concat(1, m.input(normal, 2, 3), m.input(normal, 2, 1))
	}
	return append(cs, testCase{"small", build, true})
}

// padCases pad before, behind, and on both sides, along each axis.
func padCases() []testCase {
	var cs []testCase
	for l := range layouts {
		for axis := range 3 {
			for _, n := range [][2]int{{1, 0}, {0, 3}, {2, 5}} {
				build := under(l, func(m *maker) *graph.Node {
					return graph.Pad(m.input(normal, 3, 2, 5), axis, n[0], n[1])
				})
				cs = append(cs, testCase{fmt.Sprintf("axis %d by %v %v", axis, n, l), build, l == plain})
			}
		}
	}
	return cs
}

// windows are [B,L,C], down to a single number.
var windows = []tensor.Shape{{1, 5, 2}, {2, 17, 3}, {2, 33, 17}, {1, 1, 1}}

// tapCases are widths, dilations, offsets, circular or not; some taps lie outside the window at every step,
// or go around it more than once.
var tapCases = [][4]int{{3, 1, 1, 0}, {3, 1, 1, 1}, {1, 1, 0, 0}, {2, 4, 8, 0}, {3, 2, 0, 1}, {5, 3, -2, 1},
	{4, 7, 30, 1}}

// unfoldCases take every window with every geometry, as foldCases do.
func unfoldCases() []testCase {
	var cs []testCase
	for _, s := range windows {
		for _, n := range tapCases {
			for l := range layouts {
				build := under(l, func(m *maker) *graph.Node {
					return graph.Apply(op.Unfold, op.Attr{N: n[:]}, m.input(normal, s...))
				})
				cs = append(cs, testCase{named(s, l, " taps ", n), build, l == plain && small(s)})
			}
		}
	}
	return cs
}

func foldCases() []testCase {
	var cs []testCase
	for _, s := range windows {
		for _, n := range tapCases {
			for l := range layouts {
				build := under(l, func(m *maker) *graph.Node {
					return graph.Apply(op.Fold, op.Attr{N: n[:]}, m.input(normal, s[0], s[1], s[2]*n[0]))
				})
				cs = append(cs, testCase{named(s, l, " taps ", n), build, l == plain && small(s)})
			}
		}
	}
	return cs
}
