package backendtest

import (
	"fmt"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// The cases of fused operations are expressions that package plan must join; the oracle knows only their
// parts.

// productForms are products of every size with what their result is used for.
func productForms(use func(m *maker, y *graph.Node) *graph.Node) []testCase {
	var cs []testCase
	for i, p := range products {
		for _, batch := range []tensor.Shape{{}, {3}} {
			build := func(m *maker) *graph.Node { return use(m, productOf(m, batch, p, i%4, 0.5)) }
			cs = append(cs, testCase{name: fmt.Sprintf("%v %v", batch, p), build: build})
		}
	}
	return cs
}

// biased adds a row to every row.
func biased(m *maker, y *graph.Node) *graph.Node { return graph.Add(y, m.input(normal, last(y.Shape))) }

// with adds something of the same shape in some layout.
func with(m *maker, l layout, y *graph.Node) *graph.Node {
	m.layout = l
	return graph.Add(m.input(normal, y.Shape...), y)
}

func matmulAddCases() []testCase {
	cs := productForms(func(m *maker, y *graph.Node) *graph.Node { return with(m, plain, y) })
	for i, use := range []func(m *maker, y *graph.Node) *graph.Node{
		biased,
		func(m *maker, y *graph.Node) *graph.Node { return with(m, plain, biased(m, y)) },
		func(m *maker, y *graph.Node) *graph.Node { return with(m, sliced, biased(m, y)) },
		func(m *maker, y *graph.Node) *graph.Node { return graph.Accumulate(m.param(normal, y.Shape...), y) },
	} {
		for form := range 4 {
			build := func(m *maker) *graph.Node {
				return use(m, productOf(m, nil, [3]int{33, 17, 20}, form, 0.5))
			}
			cs = append(cs, testCase{name: fmt.Sprintf("use %d form %d", i, form), build: build})
		}
	}
	return cs
}

func matmulGeluCases() []testCase {
	both := func(m *maker, y *graph.Node) *graph.Node {
		return graph.Sub(graph.Unary(op.Gelu, y), graph.Unary(op.GeluSlope, y))
	}
	cs := productForms(func(m *maker, y *graph.Node) *graph.Node { return both(m, y) })
	for i, use := range []func(m *maker, y *graph.Node) *graph.Node{
		func(m *maker, y *graph.Node) *graph.Node { return graph.Unary(op.Gelu, y) },
		func(m *maker, y *graph.Node) *graph.Node { return graph.Unary(op.Gelu, biased(m, y)) },
		func(m *maker, y *graph.Node) *graph.Node { return both(m, with(m, plain, biased(m, y))) },
	} {
		build := func(m *maker) *graph.Node { return use(m, productOf(m, nil, [3]int{33, 17, 20}, 2, 0.5)) }
		cs = append(cs, testCase{name: fmt.Sprintf("use %d", i), build: build})
	}
	return cs
}

func sumAddCases() []testCase {
	var cs []testCase
	for _, c := range sums {
		for _, l := range []layout{plain, transposed, repeated} {
			cs = append(cs, testCase{name: named(c.shape, l, " axes ", c.axes),
				build: under(l, func(m *maker) *graph.Node {
					y := sumOver(m.input(normal, c.shape...), c.axes)
					return graph.Accumulate(m.param(normal, y.Shape...), y)
				})})
		}
	}
	return cs
}

// affine is layer norm over normalised rows.
func affine(h, weight, bias *graph.Node) *graph.Node { return graph.Add(graph.Mul(h, weight), bias) }

// normed are shapes with rows to normalise.
var normed = []tensor.Shape{{2, 3}, {5, 7}, {33, 2}, {3, 2, 5}, {2, 3, 5, 7}, {130, 17}, {7, 64}, {3, 1030}}

func layerNormCases() []testCase {
	var cs []testCase
	for _, s := range normed {
		for _, keep := range []bool{false, true} {
			cs = append(cs, testCase{name: fmt.Sprintf("%v keep %v", s, keep),
				build: func(m *maker) *graph.Node {
					h := graph.Normalize(m.input(normal, s...), 1e-5)
					y := affine(h, m.input(normal, last(s)), m.input(normal, last(s)))
					if keep {
						return graph.Sub(y, graph.Scale(h, 0.5))
					}
					return y
				}})
		}
	}
	return cs
}

// layerNormGradCases train weight and bias: their gradients are accumulated.
func layerNormGradCases() []testCase {
	var cs []testCase
	for _, s := range normed {
		cs = append(cs, testCase{name: s.String(), build: func(m *maker) *graph.Node {
			x, dy := m.input(normal, s...), m.input(normal, s...)
			weight, bias := m.input(normal, last(s)), m.input(normal, last(s))
			h := graph.Normalize(x, 1e-5)
			dx := graph.Apply(op.NormalizeGrad, op.Attr{X: 1e-5}, x, graph.Mul(dy, weight))
			lead := make([]int, len(s)-1)
			for i := range lead {
				lead[i] = i
			}
			m.update(graph.Accumulate(m.param(normal, last(s)), graph.Sum(graph.Mul(dy, h), lead...)))
			m.update(graph.Accumulate(m.param(normal, last(s)), graph.Sum(dy, lead...)))
			return graph.Sub(affine(h, weight, bias), dx)
		}})
	}
	return cs
}

// discrepancyGradCases use both gradients, and the value too or not.
func discrepancyGradCases() []testCase {
	both := func(value bool) association {
		return func(m *maker, sigma *graph.Node) *graph.Node {
			s := series(m, sigma)
			z, u := m.input(normal, sigma.Shape...), m.input(normal, sigma.Shape...)
			ofSeries := graph.Apply(op.DiscrepancyGradSeries, op.Attr{X: 1e-4}, s, sigma, z)
			rows := graph.Apply(op.DiscrepancyGradSigma, op.Attr{X: 1e-4}, s, sigma, u)
			if value {
				rows = graph.Sub(rows, graph.Discrepancy(s, sigma, 1e-4))
			}
			return graph.Mul(ofSeries, graph.Reshape(rows, append(rows.Shape[:3:3], 1)...))
		}
	}
	cs := sigmaCases(both(false))
	for _, c := range sigmaCases(both(true)) {
		c.name += " and value"
		cs = append(cs, c)
	}
	return cs
}

// slopeCases are gradients dy through a function with result y.
func slopeCases(gradient func(y, dy *graph.Node) *graph.Node) []testCase {
	var cs []testCase
	for _, s := range shapes {
		build := func(m *maker) *graph.Node { return gradient(m.input(away, s...), m.input(normal, s...)) }
		cs = append(cs, testCase{name: s.String(), build: build})
	}
	return append(cs, testCase{name: "special", build: func(m *maker) *graph.Node {
		return gradient(m.input(special, 3, 14), m.input(normal, 3, 14))
	}})
}

func throughTanh(y, dy *graph.Node) *graph.Node {
	return graph.Sub(dy, graph.Mul(dy, graph.Unary(op.Square, y)))
}

func throughSigmoid(y, dy *graph.Node) *graph.Node {
	return graph.Mul(dy, graph.Sub(y, graph.Unary(op.Square, y)))
}

func throughRelu(y, dy *graph.Node) *graph.Node { return graph.Mul(dy, graph.Unary(op.Heaviside, y)) }
