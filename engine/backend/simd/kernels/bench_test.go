package kernels

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// A timing is one line of the benchmark: a kernel called on whatever memory holds.
type timing struct {
	Name     string    `json:"-"`
	Kernel   string    `json:"kernel"`
	Args     []float64 `json:"args"`
	flops    float64   // of one call
	elements int       // of one call
}

// gemmTiming multiplies [m, k] by [k, n], both contiguous; transA and transB read them transposed.
func gemmTiming(shape, m, n, k int, transA, transB bool) timing {
	a, b := 1<<20, 8<<20
	c, scratch := 16<<20, 24<<20
	rsA, csA, rsB, csB := k, 1, n, 1
	name := "NN"
	if transA {
		rsA, csA, name = 1, m, "TN"
	}
	if transB {
		rsB, csB, name = 1, k, "NT"
	}
	args := []int{shape, m, n, k, 1, a, rsA, csA, b, rsB, csB, 0, c, n, scratch, 0, 0, 0, 0, 0}
	t := timing{Name: fmt.Sprintf("sgemm[%d] %s %dx%dx%d", shape, name, m, n, k), Kernel: "sgemm",
		flops: 2 * float64(m) * float64(n) * float64(k)}
	for _, v := range args {
		t.Args = append(t.Args, float64(v))
	}
	return t
}

const rooflineRounds = 20000

// measure runs the timings in turns and returns the milliseconds per call in each round.
func measure(tb testing.TB, ctx context.Context, timings []timing, rounds int) [][]float64 {
	tb.Helper()
	list, err := json.Marshal(timings)
	if err != nil {
		tb.Fatal(err)
	}
	var times [][]float64
	script := fmt.Sprintf("fill(1<<20, 8<<20); fillWith(5<<20, 100, 0.73); measure(%s, %d, 10)", list, rounds)
	if err := chromedp.Run(ctx, chromedp.Evaluate(script, &times)); err != nil {
		tb.Fatal(err)
	}
	return times
}

// rooflineTiming comes first in every list.
func rooflineTiming() timing {
	return timing{Name: "roofline", Kernel: "roofline", Args: []float64{rooflineRounds, 1e-9},
		flops: 96 * rooflineRounds}
}

// eachBuild runs the benchmark in Chromium on both builds.
func eachBuild(b *testing.B, timings []timing) {
	builds := []struct {
		name string
		code []byte
	}{{"relaxed", Relaxed}, {"plain", Plain}}
	for _, build := range builds {
		b.Run(build.name, func(b *testing.B) {
			ctx := openChromium(b, build.code)
			for b.Loop() {
				report(timings, measure(b, ctx, timings, 9))
			}
		})
	}
}

// BenchmarkGEMM prints GFLOP/s and their share of the roofline measured in the same run: the sizes that
// the project promises, then transposed products and those of one attention head.
func BenchmarkGEMM(b *testing.B) {
	timings := []timing{rooflineTiming()}
	for s := range Shapes {
		timings = append(timings,
			gemmTiming(s, 64, 64, 64, false, false),
			gemmTiming(s, 256, 256, 256, false, false),
			gemmTiming(s, 512, 512, 512, false, false),
			gemmTiming(s, 1600, 64, 64, false, false),
			gemmTiming(s, 1600, 512, 512, false, false))
	}
	timings = append(timings,
		gemmTiming(0, 512, 512, 1600, true, false),
		gemmTiming(0, 64, 64, 1600, true, false),
		gemmTiming(0, 64, 64, 100, true, false),
		gemmTiming(0, 1600, 512, 512, false, true),
		gemmTiming(0, 100, 512, 512, false, true),
		gemmTiming(0, 100, 512, 512, false, false),
		gemmTiming(0, 512, 512, 100, true, false),
		gemmTiming(0, 100, 64, 64, false, true),
		gemmTiming(0, 100, 64, 64, false, false),
		gemmTiming(0, 100, 38, 64, false, true),
		gemmTiming(0, 100, 100, 8, false, true),
		gemmTiming(0, 100, 8, 100, false, false),
		gemmTiming(0, 100, 8, 100, true, false),
		gemmTiming(0, 100, 100, 64, false, true),
		gemmTiming(0, 100, 64, 100, false, false))
	eachBuild(b, timings)
}

// BenchmarkRows prints nanoseconds per element of the kernels beside the product, on 800 rows of 100 (the
// attention of one window) or as many elements.
func BenchmarkRows(b *testing.B) {
	const rows, cols, n = 800, 100, 80000
	x, y, z, w := 1<<20, 2<<20, 3<<20, 4<<20
	const sigma = 5 << 20
	ints := func(v ...int) (out []float64) {
		for _, i := range v {
			out = append(out, float64(i))
		}
		return out
	}
	eachBuild(b, []timing{rooflineTiming(),
		{Name: "exp", Kernel: "exp", Args: ints(n, x, y), elements: n},
		{Name: "log", Kernel: "log", Args: ints(n, x, y), elements: n},
		{Name: "tanh", Kernel: "tanh", Args: ints(n, x, y), elements: n},
		{Name: "sigmoid", Kernel: "sigmoid", Args: ints(n, x, y), elements: n},
		{Name: "gelu_both", Kernel: "gelu_both", Args: ints(n, x, y, z), elements: n},
		{Name: "add", Kernel: "add", Args: ints(n, x, y, z), elements: n},
		{Name: "sum", Kernel: "sum", Args: ints(n, x), elements: n},
		{Name: "softmax", Kernel: "softmax", Args: ints(rows, cols, x, cols, y, cols, 1), elements: n},
		{Name: "softmax_grad", Kernel: "softmax_grad", Args: ints(rows, cols, x, cols, y, cols, z, cols, 1),
			elements: n},
		{Name: "norm", Kernel: "norm", Args: append(ints(n/64, 64, x, 64, y, 64, z, 64, w, x, x), 1e-5),
			elements: n},
		{Name: "norm_grad", Kernel: "norm_grad", Args: ints(n/64, 64, x, 64, y, 64, z, 64, w, x, w+8192,
			w+16384), elements: n},
		{Name: "association", Kernel: "association", Args: ints(cols, cols, 0, x, cols, sigma, 1, y, 1, 1,
			w), elements: cols * cols},
		{Name: "association_grad", Kernel: "association_grad", Args: ints(cols, cols, 0, x, cols, sigma, 1,
			y, 1, y, 1, y, 1, z, cols, y, 1, 0, 0, w), elements: cols * cols},
		{Name: "adam", Kernel: "adam", Args: ints(n, x, y, z, w, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1), elements: n},
		{Name: "lstm_cell", Kernel: "lstm_cell", Args: ints(n/64, 64, x, 256, w, 64, w, 64, w, 64),
			elements: n},
		{Name: "gru_cell", Kernel: "gru_cell", Args: ints(n/64, 64, x, 192, z, 192, w, 64, w, 64),
			elements: n},
	})
}

// report prints medians. The share of the roofline is the median over rounds, each against the roofline of
// its own round, because the machine's speed drifts; the last column compares the best rounds of both.
func report(timings []timing, times [][]float64) {
	for i, t := range times {
		c := timings[i]
		fmt.Printf("%-28s %9.4f ms", c.Name, median(t))
		if c.flops > 0 {
			shares := make([]float64, len(t))
			for round := range t {
				shares[round] = share(c, t[round], timings[0], times[0][round])
			}
			fmt.Printf(" %6.1f GFLOP/s %4.0f %% of the roofline; best %6.1f, %4.0f %%",
				c.flops/median(t)/1e6, 100*median(shares),
				c.flops/slices.Min(t)/1e6, 100*share(c, slices.Min(t), timings[0], slices.Min(times[0])))
		}
		if c.elements > 0 {
			fmt.Printf(" %6.3f ns per element, best %.3f", 1e6*median(t)/float64(c.elements),
				1e6*slices.Min(t)/float64(c.elements))
		}
		fmt.Println()
	}
}

// share is the speed of a over that of b, each with its milliseconds.
func share(a timing, aMs float64, b timing, bMs float64) float64 {
	return a.flops / aMs / (b.flops / bMs)
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
