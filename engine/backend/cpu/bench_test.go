package cpu

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"cosinelab/engine/graph"
	"cosinelab/engine/op"
	"cosinelab/engine/plan"
)

// benchmark runs one node over inputs of ordinary values on one goroutine and on all cores. Beside the
// average it reports the best run, which other programs on the machine disturb least.
func benchmark(b *testing.B, name string, flops float64, build func(g *graph.Graph) *graph.Node) {
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("%s/workers=%d", name, workers), func(b *testing.B) {
			var result *graph.Node
			g, err := graph.Build(func(g *graph.Graph) { result = build(g) })
			if err != nil {
				b.Fatal(err)
			}
			p, err := plan.Build(g, plan.Options{},
				plan.Proc{Name: "p", Results: []plan.Result{{Name: "r", Node: result}}})
			if err != nil {
				b.Fatal(err)
			}
			prog, err := New().OnCores(workers).Compile(p)
			if err != nil {
				b.Fatal(err)
			}
			for i, s := range p.Slots {
				if s.Class != plan.ClassInput {
					continue
				}
				values := make([]float32, s.Shape.Len())
				for j := range values {
					values[j] = 0.02 + float32(math.Abs(math.Sin(float64(i+j))))
				}
				if err := prog.Write(plan.Slot(i), values); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			best := math.Inf(1)
			for b.Loop() {
				start := time.Now()
				if err := prog.Run(context.Background(), 0, nil); err != nil {
					b.Fatal(err)
				}
				best = min(best, time.Since(start).Seconds())
			}
			b.ReportMetric(best*1e6, "best-µs")
			if flops > 0 {
				b.ReportMetric(flops/best/1e9, "best-GFLOP/s")
			}
		})
		if workers == runtime.GOMAXPROCS(0) {
			break
		}
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, s := range [][3]int{{64, 64, 64}, {256, 256, 256}, {512, 512, 512}, {1600, 64, 64},
		{100, 64, 64}} {
		m, k, n := s[0], s[1], s[2]
		flops := 2 * float64(m*k*n)
		benchmark(b, fmt.Sprintf("%dx%dx%d/NN", m, k, n), flops, func(g *graph.Graph) *graph.Node {
			return graph.MatMul(g.Input("x", m, k), g.Input("y", k, n), 1)
		})
		benchmark(b, fmt.Sprintf("%dx%dx%d/NT", m, k, n), flops, func(g *graph.Graph) *graph.Node {
			return graph.MatMul(g.Input("x", m, k), graph.SwapLast(g.Input("y", n, k)), 1)
		})
		benchmark(b, fmt.Sprintf("%dx%dx%d/TN", m, k, n), flops, func(g *graph.Graph) *graph.Node {
			return graph.MatMul(graph.SwapLast(g.Input("x", k, m)), g.Input("y", k, n), 1)
		})
	}
}

// BenchmarkHeads is the products of attention: queries by keys, weights by values, and the gradient of
// values.
func BenchmarkHeads(b *testing.B) {
	const heads, length, width = 8, 100, 8
	head := func(g *graph.Graph, name string) *graph.Node {
		return graph.Transpose(graph.Reshape(g.Input(name, 1, length, heads*width), 1, length, heads, width),
			0, 2, 1, 3)
	}
	flops := 2.0 * heads * length * length * width
	benchmark(b, "scores", flops, func(g *graph.Graph) *graph.Node {
		return graph.MatMul(head(g, "q"), graph.SwapLast(head(g, "k")), 0.3)
	})
	benchmark(b, "mix", flops, func(g *graph.Graph) *graph.Node {
		return graph.MatMul(g.Input("s", 1, heads, length, length), head(g, "v"), 1)
	})
	benchmark(b, "back", flops, func(g *graph.Graph) *graph.Node {
		return graph.MatMul(graph.SwapLast(g.Input("s", 1, heads, length, length)), head(g, "v"), 1)
	})
}

func BenchmarkDiscrepancy(b *testing.B) {
	s := []int{1, 8, 100}
	inputs := func(g *graph.Graph) (series, sigma, z *graph.Node) {
		return g.Input("series", 1, 8, 100, 100), g.Input("sigma", s...), g.Input("z", s...)
	}
	benchmark(b, "forward", 0, func(g *graph.Graph) *graph.Node {
		series, sigma, _ := inputs(g)
		return graph.Discrepancy(series, sigma, 1e-4)
	})
	for _, k := range []op.Kind{op.DiscrepancyGradSeries, op.DiscrepancyGradSigma} {
		benchmark(b, k.String(), 0, func(g *graph.Graph) *graph.Node {
			series, sigma, z := inputs(g)
			return graph.Apply(k, op.Attr{X: 1e-4}, series, sigma, z)
		})
	}
}

func BenchmarkRows(b *testing.B) {
	benchmark(b, "softmax", 0, func(g *graph.Graph) *graph.Node {
		return graph.Softmax(g.Input("x", 8, 100, 100))
	})
	benchmark(b, "softmax_grad", 0, func(g *graph.Graph) *graph.Node {
		return graph.Apply(op.SoftmaxGrad, op.Attr{}, g.Input("x", 8, 100, 100), g.Input("y", 8, 100, 100))
	})
	benchmark(b, "normalize", 0, func(g *graph.Graph) *graph.Node {
		return graph.Normalize(g.Input("x", 1600, 64), 1e-5)
	})
	benchmark(b, "normalize_grad", 0, func(g *graph.Graph) *graph.Node {
		return graph.Apply(op.NormalizeGrad, op.Attr{X: 1e-5}, g.Input("x", 1600, 64), g.Input("y", 1600, 64))
	})
	benchmark(b, "sum rows", 0, func(g *graph.Graph) *graph.Node {
		return graph.Sum(g.Input("x", 1600, 64), 0)
	})
	benchmark(b, "bias", 0, func(g *graph.Graph) *graph.Node {
		return graph.Add(g.Input("x", 1600, 64), g.Input("y", 64))
	})
}

func BenchmarkUnary(b *testing.B) {
	for _, k := range []op.Kind{op.Square, op.Relu, op.Exp, op.Log, op.Tanh, op.Sigmoid, op.Gelu,
		op.GeluSlope, op.Softplus} {
		benchmark(b, k.String(), 0, func(g *graph.Graph) *graph.Node {
			return graph.Unary(k, g.Input("x", 100000))
		})
	}
}
