package backendtest

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// influences are steps, channels, features.
var influences = [][3]int{{1, 1, 1}, {2, 2, 1}, {1, 3, 2}, {3, 4, 3}, {5, 7, 4}, {2, 5, 7}, {3, 6, 8},
	{2, 9, 13}, {20, 3, 16}, {4, 38, 33}}

// influenceCases take weights of both signs, and features of which some pairs add up to nothing.
func influenceCases(k op.Kind) []testCase {
	var cs []testCase
	for _, s := range influences {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				in := []*graph.Node{m.input(normal, s[1], s[1]), m.input(normal, s[0], s[1], 2*s[2])}
				if k != op.Influence {
					in = append(in, m.input(normal, s[0], s[1], s[2]))
				}
				return graph.Apply(k, op.Attr{}, in...)
			})
			cs = append(cs, testCase{fmt.Sprintf("%v %v", s, l), build, k == op.Influence && l == plain &&
				s[1] <= 4})
		}
	}
	still := func(m *maker) *graph.Node {
		in := []*graph.Node{m.input(cycle(0, 1), 3, 3), m.input(cycle(0), 2, 3, 10)}
		if k != op.Influence {
			in = append(in, m.input(normal, 2, 3, 5))
		}
		return graph.Apply(k, op.Attr{}, in...)
	}
	return append(cs, testCase{name: "zero", build: still})
}
