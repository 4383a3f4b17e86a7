package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// deviation is from 0.02 to 20 steps: models have up to 2.
func deviation(r *rand.Rand, _ int) float64 { return 0.02 * math.Pow(1000, r.Float64()) }

// vanishing are deviations that leave the identity; the second is the smallest that models have.
var vanishing = cycle(1e-12, 1.1e-5, 1e-3)

// association is a node over sigma [B,H,L].
type association func(m *maker, sigma *graph.Node) *graph.Node

// sigmaCases build associations of deviations of all sizes.
func sigmaCases(f association) []testCase {
	var cs []testCase
	for _, s := range []tensor.Shape{{1, 1, 1}, {1, 1, 2}, {1, 2, 5}, {2, 3, 17}, {1, 2, 100}, {1, 1, 130}} {
		for _, l := range []layout{plain, transposed, sliced, expanded} {
			build := under(l, func(m *maker) *graph.Node { return f(m, m.input(deviation, s...)) })
			cs = append(cs, testCase{named(s, l), build, l == plain && s.Len() <= 5})
		}
	}
	for i, e := range []fill{vanishing, cycle(100, 1e4), special} {
		build := func(m *maker) *graph.Node { return f(m, m.input(e, 2, 1, 9)) }
		cs = append(cs, testCase{name: fmt.Sprintf("extreme %d", i), build: build})
	}
	return cs
}

func priorOf(_ *maker, sigma *graph.Node) *graph.Node { return graph.GaussianPrior(sigma) }

func priorGradOf(m *maker, sigma *graph.Node) *graph.Node {
	return graph.Apply(op.GaussianPriorGrad, op.Attr{}, sigma, m.input(normal, square(sigma)...))
}

// square is the shape of the association of sigma.
func square(sigma *graph.Node) []int { return append(sigma.Shape[:3:3], sigma.Shape[2]) }

// series is an input of association weights; finite differences move it too, so its rows need not sum to 1.
func series(m *maker, sigma *graph.Node) *graph.Node {
	return m.input(times(0.1, unit), square(sigma)...)
}

// discrepancyOf has the epsilon of models/README.md, section 3.4, as the kernels of a device may know no
// other.
func discrepancyOf(m *maker, sigma *graph.Node) *graph.Node {
	return graph.Discrepancy(series(m, sigma), sigma, 1e-4)
}

// gradientOf differentiates the same, with some gradient of each row.
func gradientOf(k op.Kind) association {
	return func(m *maker, sigma *graph.Node) *graph.Node {
		return graph.Apply(k, op.Attr{X: 1e-4}, series(m, sigma), sigma, m.input(normal, sigma.Shape...))
	}
}

// updateCases overwrite parameters by operands in every layout.
func updateCases(k op.Kind) []testCase {
	var cs []testCase
	for _, s := range shapes {
		for l := range layouts {
			cs = append(cs, testCase{name: named(s, l), build: under(l, func(m *maker) *graph.Node {
				return graph.Apply(k, op.Attr{}, m.param(normal, s...), m.input(normal, s...))
			})})
		}
	}
	return cs
}

// adamCases include weight decay, a factor on the gradient, and a late step.
func adamCases() []testCase {
	var cs []testCase
	for _, s := range shapes {
		for i, h := range [][4]float64{{0.9, 0.999, 1e-8, 0}, {0.5, 0.9, 1e-3, 0.1}} {
			cs = append(cs, testCase{name: fmt.Sprintf("%v %v", s, h), build: func(m *maker) *graph.Node {
				m.layout = layout(i)
				n := float64(1 + 99*i)
				hyper := cycle(1e-2, 1-math.Pow(h[0], n), 1-math.Pow(h[1], n))
				x, moment, second := m.param(normal, s...), m.param(normal, s...), m.param(unit, s...)
				g, factor := m.input(normal, s...), m.source(cycle(0.3), 1)
				return graph.Adam(x, moment, second, g, factor, m.source(hyper, 3), h)
			}})
		}
	}
	return cs
}
