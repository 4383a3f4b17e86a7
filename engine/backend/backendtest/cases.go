package backendtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/tensor"
)

// testCase is one use of an operation: a node over inputs that m invents.
type testCase struct {
	name  string
	build func(m *maker) *graph.Node
	// differentiable says that build is smooth around its inputs and small enough for finite differences.
	differentiable bool
}

// cases are the uses of every operation. Sources need none: every other case has them. Each kind gets
// ordinary numbers in every layout, sizes around what kernels take at a time, and extremes: huge, tiny, NaN.
var cases = [op.Count][]testCase{
	op.Reshape:      viewCases("reshape", reshaped),
	op.Transpose:    viewCases("transpose", turned),
	op.Slice:        viewCases("slice", cut),
	op.Expand:       viewCases("expand", stretched),
	op.StopGradient: viewCases("stop", stopped),

	op.Copy: rowCases(normal, func(x *graph.Node) *graph.Node {
		return graph.Apply(op.Copy, op.Attr{}, x)
	}),
	op.Concat: concatCases(),
	op.Pad:    padCases(),
	op.Unfold: unfoldCases(),
	op.Fold:   foldCases(),

	op.Scale:     unaryCases(op.Scale, op.Attr{X: -1.5}, normal, huge, tiny),
	op.Shift:     unaryCases(op.Shift, op.Attr{X: 0.25}, normal, huge, tiny),
	op.Square:    unaryCases(op.Square, op.Attr{}, normal, huge, tiny),
	op.Sqrt:      unaryCases(op.Sqrt, op.Attr{}, positive, cycle(0, 1e-30, 3e38, 1e10)),
	op.Exp:       unaryCases(op.Exp, op.Attr{}, normal, tiny, cycle(-87, 88, -200, 200, 1e30, -1e30, 0.5)),
	op.Log:       unaryCases(op.Log, op.Attr{}, positive, cycle(1, 0.999, 1.001, 1e-30, 3e38, 0)),
	op.Tanh:      unaryCases(op.Tanh, op.Attr{}, normal, huge, tiny, cycle(1e-4, -0.2, 0.249, 0.251, 9, -20)),
	op.Sigmoid:   unaryCases(op.Sigmoid, op.Attr{}, normal, huge, tiny, cycle(-40, 40, 10, -10)),
	op.Relu:      unaryCases(op.Relu, op.Attr{}, away, huge, tiny),
	op.Heaviside: unaryCases(op.Heaviside, op.Attr{}, normal, huge),
	op.Gelu:      unaryCases(op.Gelu, op.Attr{}, normal, huge, tiny, cycle(-3, 3, -6, 6, -10, 10, -20, 20)),
	op.GeluSlope: unaryCases(op.GeluSlope, op.Attr{}, normal, huge, tiny,
		cycle(-3, 3, -6, 6, -10, 10, -20, 20)),
	op.Softplus: unaryCases(op.Softplus, op.Attr{}, normal, huge, tiny, cycle(-15, 15, -40, 40, -100, 90)),

	op.Add: binaryCases(op.Add, normal, huge, tiny),
	op.Sub: binaryCases(op.Sub, normal, huge, tiny),
	op.Mul: binaryCases(op.Mul, normal, huge, tiny),
	op.Div: binaryCases(op.Div, away, huge, cycle(1, -1, 1e30, 1e-30, 0)),
	op.Max: binaryCases(op.Max, normal, huge, tiny),

	op.Sum:         sumCases(),
	op.MatMul:      matmulCases(),
	op.Softmax:     rowCases(normal, graph.Softmax, times(100, normal), huge, special),
	op.SoftmaxGrad: rowPairCases(op.SoftmaxGrad, op.Attr{}, unit),
	op.Normalize: rowCases(normal, normalized, times(1e-3, normal), times(1e10, normal), cycle(2),
		special),
	op.NormalizeGrad: rowPairCases(op.NormalizeGrad, op.Attr{X: 1e-5}, normal),
	op.Cosine:        cosineCases(),
	op.CosineGrad:    cosineGradCases(),

	op.GaussianPrior:         sigmaCases(priorOf),
	op.GaussianPriorGrad:     sigmaCases(priorGradOf),
	op.Discrepancy:           sigmaCases(discrepancyOf),
	op.DiscrepancyGradSeries: sigmaCases(gradientOf(op.DiscrepancyGradSeries)),
	op.DiscrepancyGradSigma:  sigmaCases(gradientOf(op.DiscrepancyGradSigma)),

	op.LSTM:     recurrentCases(lstmOf),
	op.LSTMGrad: recurrentGradCases(op.LSTMGrad, 6, 4),
	op.GRU:      recurrentCases(gruOf),
	op.GRUGrad:  recurrentGradCases(op.GRUGrad, 7, 3),

	op.Influence:            influenceCases(op.Influence),
	op.InfluenceGrad:        influenceCases(op.InfluenceGrad),
	op.InfluenceGradWeights: influenceCases(op.InfluenceGradWeights),

	op.Assign:     updateCases(op.Assign),
	op.Accumulate: updateCases(op.Accumulate),
	op.Adam:       adamCases(),

	op.MatMulAdd:       matmulAddCases(),
	op.MatMulGelu:      matmulGeluCases(),
	op.SumAdd:          sumAddCases(),
	op.LayerNorm:       layerNormCases(),
	op.LayerNormGrad:   layerNormGradCases(),
	op.DiscrepancyGrad: discrepancyGradCases(),
	op.TanhGrad:        slopeCases(throughTanh),
	op.SigmoidGrad:     slopeCases(throughSigmoid),
	op.ReluGrad:        slopeCases(throughRelu),
}

// shapes are those of element-wise and row-wise cases; odd ones leave a rest in any vector, and the last
// exceed what devices take at a time.
var shapes = []tensor.Shape{{}, {1}, {2}, {3}, {5}, {17}, {5, 7}, {33, 2}, {3, 1, 5}, {2, 3, 5, 7}, {1, 100},
	{130, 17},
	{3, 1030}}

// small reports whether finite differences of all elements are affordable.
func small(s tensor.Shape) bool { return s.Len() <= 40 }

// named says what a case is about.
func named(shape tensor.Shape, l layout, extra ...any) string {
	return fmt.Sprint(append([]any{shape, " ", l}, extra...)...)
}

// under builds with another layout.
func under(l layout, f func(m *maker) *graph.Node) func(m *maker) *graph.Node {
	return func(m *maker) *graph.Node {
		m.layout = l
		return f(m)
	}
}

// rowCases apply f to every shape in every layout, and to extreme values.
func rowCases(f fill, apply func(x *graph.Node) *graph.Node, extremes ...fill) []testCase {
	var cs []testCase
	for _, s := range shapes {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node { return apply(m.input(f, s...)) })
			cs = append(cs, testCase{named(s, l), build, l == plain && small(s)})
		}
	}
	for i, e := range extremes {
		build := func(m *maker) *graph.Node { return apply(m.input(e, 3, 14)) }
		cs = append(cs, testCase{name: fmt.Sprintf("extreme %d", i), build: build})
	}
	return cs
}

// unaryCases are rowCases of one operation, with NaN among the extremes.
func unaryCases(k op.Kind, a op.Attr, f fill, extremes ...fill) []testCase {
	return rowCases(f, func(x *graph.Node) *graph.Node { return graph.Apply(k, a, x) },
		append(extremes, special)...)
}

func normalized(x *graph.Node) *graph.Node { return graph.Normalize(x, 1e-5) }

// pairs are operand shapes that broadcast. Either side repeats, along the first, last or a middle axis.
var pairs = [][2]tensor.Shape{{{5, 7}, {7}}, {{5, 7}, {5, 1}}, {{5, 1}, {1, 7}}, {{}, {3, 4}},
	{{2, 3, 5}, {3, 1}},
	{{130, 17}, {17}}, {{130, 17}, {130, 1}}, {{1}, {33}}, {{2, 1, 5, 1}, {3, 1, 7}}}

// binaryCases puts extremes on either side, except as divisors: a device may take a tiny one for 0.
func binaryCases(k op.Kind, f fill, extremes ...fill) []testCase {
	cs := rowPairCases(k, op.Attr{}, f)
	for _, p := range pairs {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				return graph.Apply(k, op.Attr{}, m.input(f, p[0]...), m.input(f, p[1]...))
			})
			cs = append(cs, testCase{named(p[0], l, " with ", p[1]), build, l == plain && small(p[0])})
		}
	}
	for i, e := range append(extremes, special) {
		build := func(m *maker) *graph.Node {
			return graph.Apply(k, op.Attr{}, m.input(e, 6, 7), graph.Transpose(m.input(f, 7, 6), 1, 0))
		}
		cs = append(cs, testCase{name: fmt.Sprintf("extreme %d", i), build: build})
		swapped := func(m *maker) *graph.Node {
			return graph.Apply(k, op.Attr{}, m.input(f, 6, 7), m.input(e, 6, 7))
		}
		if k != op.Div {
			cs = append(cs, testCase{name: fmt.Sprintf("extreme %d second", i), build: swapped})
		}
	}
	return cs
}

// rowPairCases apply an operation to two operands of one shape, in different layouts.
func rowPairCases(k op.Kind, a op.Attr, f fill) []testCase {
	var cs []testCase
	for _, s := range shapes {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				x := m.input(f, s...)
				m.layout = (l + 1) % layouts
				return graph.Apply(k, a, x, m.input(away, s...))
			})
			cs = append(cs, testCase{named(s, l), build, l == plain && small(s)})
		}
	}
	return append(cs, testCase{name: "special", build: func(m *maker) *graph.Node {
		return graph.Apply(k, a, m.input(special, 3, 14), m.input(away, 3, 14))
	}})
}

// sums are shapes and the axes that go. Some leave runs in the middle, some axes of extent 1; the last are
// longer than float32 would sum well in a row.
var sums = []struct {
	shape tensor.Shape
	axes  []int
}{
	{tensor.Shape{1}, []int{0}}, {tensor.Shape{17}, []int{0}}, {tensor.Shape{5, 7}, []int{0}},
	{tensor.Shape{5, 7}, []int{1}}, {tensor.Shape{5, 7}, []int{0, 1}}, {tensor.Shape{130, 33}, []int{0}},
	{tensor.Shape{2, 3, 5, 7}, []int{1}}, {tensor.Shape{2, 3, 5, 7}, []int{0, 2}},
	{tensor.Shape{2, 3, 5, 7}, []int{1, 3}}, {tensor.Shape{2, 3, 5, 7}, []int{0, 1, 2}},
	{tensor.Shape{2, 1, 1, 3}, []int{1, 2}}, {tensor.Shape{1, 1, 2}, []int{0}},
	{tensor.Shape{3, 1, 1}, []int{2}},
	{tensor.Shape{300, 100}, []int{0, 1}}, {tensor.Shape{300, 100}, []int{0}},
	{tensor.Shape{2, 20000}, []int{1}},
}

// sumOver is a sum even where a graph would have a view.
func sumOver(x *graph.Node, axes []int) *graph.Node { return graph.Apply(op.Sum, op.Attr{N: axes}, x) }

// sumCases end on a sum that a NaN must spoil, in its own row only.
func sumCases() []testCase {
	var cs []testCase
	for _, c := range sums {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				return sumOver(m.input(normal, c.shape...), c.axes)
			})
			cs = append(cs, testCase{named(c.shape, l, " axes ", c.axes), build,
				l == plain && small(c.shape)})
		}
	}
	spoilt := func(m *maker) *graph.Node { return graph.Sum(m.input(special, 4, 5), 1) }
	return append(cs, testCase{name: "special", build: spoilt})
}

// products are rows, inner extent, columns: single rows and columns, rests in every direction, inner extents
// beyond what is multiplied at a time.
var products = [][3]int{{1, 1, 1}, {2, 3, 5}, {5, 7, 2}, {3, 1, 17}, {1, 33, 1}, {17, 33, 3}, {4, 8, 16},
	{100, 8, 100},
	{100, 100, 8}, {33, 130, 17}, {7, 300, 5}, {1, 17, 130}, {130, 5, 1}, {64, 64, 64}}

// The special case multiplies NaN by 0, which must give NaN: kernels must not skip zeros.
func matmulCases() []testCase {
	var cs []testCase
	for _, p := range products {
		for form := range 4 {
			for _, batch := range []tensor.Shape{{}, {2}, {2, 3}} {
				build := func(m *maker) *graph.Node { return productOf(m, batch, p, form, 0.5) }
				name := fmt.Sprintf("%v %v form %d", batch, p, form)
				cs = append(cs, testCase{name, build, p[0]*p[1]*p[2] <= 70 && len(batch) < 2})
			}
		}
	}
	return append(cs,
		testCase{name: "heads", build: heads},
		testCase{name: "heads side by side", build: func(m *maker) *graph.Node {
			return graph.Reshape(graph.Transpose(productOf(m, tensor.Shape{2, 3}, [3]int{9, 7, 5}, 0, 1), 0,
				2, 1, 3), 2, 9, 15)
		}},
		testCase{name: "zero factor", build: func(m *maker) *graph.Node {
			return productOf(m, nil, [3]int{5, 7, 9}, 0, 0)
		}},
		testCase{name: "sliced operands", build: under(sliced, func(m *maker) *graph.Node {
			return productOf(m, tensor.Shape{3}, [3]int{7, 9, 21}, 0, 1)
		})},
		testCase{name: "expanded batch", build: under(expanded, func(m *maker) *graph.Node {
			return productOf(m, tensor.Shape{3}, [3]int{7, 9, 21}, 2, -2)
		})},
		testCase{name: "repeated column", build: under(repeated, func(m *maker) *graph.Node {
			return productOf(m, tensor.Shape{3}, [3]int{7, 9, 21}, 3, 1)
		})},
		testCase{name: "special", build: func(m *maker) *graph.Node {
			return graph.MatMul(m.input(cycle(0, 1, 2), 9, 5), m.input(special, 5, 20), 1)
		}})
}

// productOf multiplies in one of four forms: bit 0 turns the left matrix, bit 1 the right one.
func productOf(m *maker, batch tensor.Shape, p [3]int, form int, factor float64) *graph.Node {
	side := func(rows, cols int, turn bool) *graph.Node {
		if turn {
			return graph.SwapLast(m.input(normal, append(slices.Clone(batch), cols, rows)...))
		}
		return m.input(normal, append(slices.Clone(batch), rows, cols)...)
	}
	return graph.MatMul(side(p[0], p[1], form&1 != 0), side(p[1], p[2], form&2 != 0), factor)
}

// heads is the product of queries and keys as attention has them: slices of rows of all heads.
func heads(m *maker) *graph.Node {
	head := func() *graph.Node {
		return graph.Transpose(graph.Reshape(m.input(normal, 2, 33, 40), 2, 33, 5, 8), 0, 2, 1, 3)
	}
	return graph.MatMul(head(), graph.SwapLast(head()), 1/math.Sqrt(8))
}

// nearZero has rows of 5 that are zero or almost.
func nearZero(_ *rand.Rand, i int) float64 { return [...]float64{0, 1e-12, 1}[i/5%3] }

// cosineCases include rows whose norm the epsilon replaces.
func cosineCases() []testCase {
	cs := rowPairsOf(func(x, y *graph.Node) *graph.Node { return graph.Cosine(x, y, 1e-8) })
	for i, f := range [][2]fill{{nearZero, normal}, {normal, nearZero}, {nearZero, nearZero},
		{special, normal}} {
		build := func(m *maker) *graph.Node {
			return graph.Cosine(m.input(f[0], 6, 5), m.input(f[1], 6, 5), 1e-8)
		}
		cs = append(cs, testCase{name: fmt.Sprintf("extreme %d", i), build: build})
	}
	return cs
}

// cosineGradCases include the same rows, whose gradient must be 0.
func cosineGradCases() []testCase {
	grad := func(m *maker, f, h fill, s ...int) *graph.Node {
		return graph.Apply(op.CosineGrad, op.Attr{X: 1e-8}, m.input(f, s...), m.input(h, s...),
			m.input(normal, s[:len(s)-1]...))
	}
	var cs []testCase
	for _, s := range shapes[1:] {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node { return grad(m, normal, normal, s...) })
			cs = append(cs, testCase{name: named(s, l), build: build})
		}
	}
	for i, f := range [][2]fill{{nearZero, normal}, {normal, nearZero}, {nearZero, nearZero},
		{special, normal}} {
		build := func(m *maker) *graph.Node { return grad(m, f[0], f[1], 6, 5) }
		cs = append(cs, testCase{name: fmt.Sprintf("extreme %d", i), build: build})
	}
	return cs
}

// rowPairsOf apply f to two operands of every shape with at least one axis.
func rowPairsOf(f func(x, y *graph.Node) *graph.Node) []testCase {
	var cs []testCase
	for _, s := range shapes[1:] {
		for l := range layouts {
			build := under(l, func(m *maker) *graph.Node {
				return f(m.input(normal, s...), m.input(normal, s...))
			})
			cs = append(cs, testCase{named(s, l), build, l == plain && small(s) && last(s) > 1})
		}
	}
	return cs
}
