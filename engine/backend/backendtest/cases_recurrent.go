package backendtest

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
)

// recurrences are steps, rows, states; the last ones exceed what products take at a time.
var recurrences = [][3]int{{1, 1, 1}, {1, 3, 2}, {3, 2, 2}, {2, 1, 3}, {9, 6, 8}, {4, 13, 17}, {20, 3, 33},
	{2, 7, 90}, {2, 1, 260}}

// recurrence is a node over the gates' shares that come from the input, [T,R,G*H].
type recurrence func(m *maker, steps, rows, hidden int) *graph.Node

func lstmOf(m *maker, steps, rows, hidden int) *graph.Node {
	return graph.Apply(op.LSTM, op.Attr{}, m.input(normal, steps, rows, 4*hidden),
		m.weights(4*hidden, hidden))
}

func gruOf(m *maker, steps, rows, hidden int) *graph.Node {
	return graph.Apply(op.GRU, op.Attr{}, m.input(normal, steps, rows, 3*hidden), m.weights(3*hidden, hidden),
		m.input(normal, 3*hidden))
}

// weights let the state before count as much as the input.
func (m *maker) weights(rows, hidden int) *graph.Node {
	return m.input(times(1/float64(hidden), normal), rows, hidden)
}

// recurrentCases look at everything the operation leaves behind, and differentiate its states.
func recurrentCases(f recurrence) []testCase {
	var cs []testCase
	for _, s := range recurrences {
		for l := range layouts {
			whole := under(l, func(m *maker) *graph.Node { return f(m, s[0], s[1], s[2]) })
			cs = append(cs, testCase{name: fmt.Sprintf("%v %v", s, l), build: whole})
		}
		states := func(m *maker) *graph.Node { return graph.States(f(m, s[0], s[1], s[2])) }
		cs = append(cs, testCase{fmt.Sprintf("%v states", s), states, s[0]*s[1]*s[2] <= 12})
	}
	return cs
}

// recurrentGradCases take results of [T,R,wide*H] that no forward pass need have made.
func recurrentGradCases(k op.Kind, wide, gates int) []testCase {
	var cs []testCase
	for _, s := range recurrences {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				return graph.Apply(k, op.Attr{}, m.input(unit, s[0], s[1], wide*s[2]),
					m.weights(gates*s[2], s[2]),
					m.input(normal, s[0], s[1], s[2]))
			})
			cs = append(cs, testCase{name: fmt.Sprintf("%v %v", s, l), build: build})
		}
	}
	return cs
}
